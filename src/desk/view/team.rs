//! The team, and who is shut out of a report.

use askama::Template;

use super::Shell;
use crate::{
    casebook::{Casebook, CasebookError, MemberView},
    desk::form::{
        question::AskedField,
        team::{JoinField, ShutOutField},
    },
    domain::{Entries, FieldError, MemberId, ReportId, TeamRole, escape_invisible_in_line},
    http::{Day, Field},
};

/// Who works on the casebook.
#[derive(Template)]
#[template(path = "desk/team.html")]
pub(in crate::desk) struct TeamPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    members: Vec<MemberRow>,
    fingerprint: String,
    second_approver: bool,
    fields: Vec<Field>,
}

struct MemberRow {
    id: MemberId,
    name: String,
    role: &'static str,
    fingerprint: String,
    joined: Day,
    left: Option<Day>,
    is_me: bool,
}

impl<'a> TeamPage<'a> {
    /// With what was typed about someone who is to join.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        typed: &Entries,
        errors: Vec<FieldError>,
    ) -> Self {
        let fields = JoinField::fields(typed, &errors);
        Self {
            shell,
            members: casebook.team().iter().map(MemberRow::new).collect(),
            fingerprint: casebook.fingerprint().to_string(),
            second_approver: casebook.second_approver(),
            fields,
            errors,
        }
    }
}

impl MemberRow {
    fn new(member: &MemberView) -> Self {
        Self {
            id: member.id,
            name: escape_invisible_in_line(member.name.as_str()),
            role: member.role.label(),
            fingerprint: member.fingerprint.map(|fingerprint| fingerprint.to_string()).unwrap_or_default(),
            joined: Day(member.joined_on),
            left: member.left_on.map(Day),
            is_me: member.is_me,
        }
    }
}

/// Asks whether someone's membership is to end.
#[derive(Template)]
#[template(path = "desk/leave.html")]
pub(in crate::desk) struct MemberLeavePage<'a> {
    shell: &'a Shell,
    member: MemberRow,
}

impl<'a> MemberLeavePage<'a> {
    /// None if they are no member.
    pub(in crate::desk) fn new(shell: &'a Shell, casebook: &Casebook, id: MemberId) -> Option<Self> {
        let member = casebook.team().into_iter().find(|member| member.id == id && member.left_on.is_none())?;
        Some(Self { shell, member: MemberRow::new(&member) })
    }
}

/// Who is to be shut out of a report.
#[derive(Template)]
#[template(path = "desk/shut_out.html")]
pub(in crate::desk) struct ShutOutPage<'a> {
    shell: &'a Shell,
    id: ReportId,
    errors: Vec<FieldError>,
    /// Those who are shut out now.
    now: Vec<String>,
    fields: Vec<Field>,
}

impl<'a> ShutOutPage<'a> {
    /// With those ticked who are shut out now, or what was typed.
    ///
    /// # Errors
    /// If there is no such report.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        id: ReportId,
        typed: Option<&Entries>,
        errors: Vec<FieldError>,
    ) -> Result<Self, CasebookError> {
        let (members, roles) = casebook.shut_out_of(id)?;
        let mut now = Entries::default();
        members.iter().for_each(|member| now.push(ShutOutField::Member.name().into(), member.to_string()));
        roles.iter().for_each(|role| now.push(ShutOutField::Role.name().into(), role.slug().into()));
        let typed = typed.unwrap_or(&now);
        let team = casebook.team();
        let named = |member: &&MemberId| team.iter().find(|known| known.id == **member);
        let shut_out = members
            .iter()
            .filter_map(|member| named(&member).map(|known| escape_invisible_in_line(known.name.as_str())))
            .chain(roles.iter().map(|role| format!("everyone who is {}", role.label().to_lowercase())))
            .collect();
        // Nobody can shut themselves out, so that someone can always open it.
        let others = team.iter().filter(|member| !member.is_me && member.left_on.is_none());
        let others = others.map(|member| {
            (
                member.id.to_string(),
                format!("{} ({})", escape_invisible_in_line(member.name.as_str()), member.role.label().to_lowercase()),
            )
        });
        let mine = team.iter().find(|member| member.is_me).map(|member| member.role);
        let other_roles = TeamRole::ALL.iter().filter(|role| Some(**role) != mine);
        let other_roles = other_roles.map(|role| (role.slug(), role.label()));
        let mut fields = Vec::new();
        // A question without a choice can't be answered.
        if others.clone().next().is_some() {
            fields.push(ShutOutField::Member.offering(others, typed, &errors));
        }
        fields.push(ShutOutField::Role.offering(other_roles, typed, &errors));
        fields.push(ShutOutField::Reason.field(typed, &errors));
        Ok(Self { shell, id, errors, now: shut_out, fields })
    }
}
