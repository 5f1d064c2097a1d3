//! The team, and the changes that take two of its members.

use askama::Template;

use super::{
    Shell,
    alerts::{described, meaning, name},
};
use crate::{
    casebook::{Casebook, MemberView, ProposalView, ToCompare},
    desk::form::{
        question::AskedField,
        team::{BoxKeyField, JoinField, RecoveryField},
    },
    domain::{Entries, FieldError, MemberId, escape_invisible_in_line},
    http::{Day, Field, capitalised},
};

/// Who works on the casebook.
#[derive(Template)]
#[template(path = "desk/team.html")]
pub(in crate::desk) struct TeamPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    proposals: Vec<ProposalRow>,
    members: Vec<MemberRow>,
    casebook: String,
    fingerprint: String,
    signers_fingerprint: String,
    recipients_fingerprint: String,
    box_key: String,
    second_approver: bool,
    /// The fingerprints of the keys in the safe, if there are any.
    recovery: Option<Vec<ToCompare>>,
    /// Whether there is nobody who could consent.
    alone: bool,
    join: Vec<Field>,
    box_fields: Vec<Field>,
    recovery_fields: Vec<Field>,
}

/// Which of the page's forms was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum TeamForm {
    /// Someone is to join.
    Join,
    /// The box has another key.
    BoxKey,
    /// Keys in a safe.
    Recovery,
}

struct ProposalRow {
    event: u64,
    on: Day,
    by: String,
    what: String,
    /// Why it is not for whoever looks to consent.
    hindered: Option<String>,
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
    /// With what was typed into one of its forms.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        form: Option<TeamForm>,
        typed: &Entries,
        errors: Vec<FieldError>,
    ) -> Self {
        let nothing = Entries::default();
        let of = |asked| if form == Some(asked) { typed } else { &nothing };
        let team = casebook.team();
        Self {
            shell,
            proposals: casebook.proposals().iter().map(|proposal| ProposalRow::new(proposal, casebook)).collect(),
            alone: team.iter().filter(|member| member.left_on.is_none()).count() == 1,
            members: team.iter().map(MemberRow::new).collect(),
            casebook: casebook.id().to_string(),
            fingerprint: casebook.fingerprint().to_string(),
            signers_fingerprint: casebook.signers_fingerprint().to_string(),
            recipients_fingerprint: casebook.recipients_fingerprint().to_string(),
            box_key: casebook.box_key().fingerprint().to_string(),
            second_approver: casebook.second_approver(),
            recovery: casebook.in_safe(),
            join: JoinField::fields(of(TeamForm::Join), &errors),
            box_fields: BoxKeyField::fields(of(TeamForm::BoxKey), &errors),
            recovery_fields: RecoveryField::fields(of(TeamForm::Recovery), &errors),
            errors,
        }
    }
}

impl TeamPage<'_> {
    /// Whether something is wrong with a field whose name begins so: what is folded has to be open then.
    fn is_wrong(&self, begins: &str) -> bool {
        self.errors.iter().any(|error| error.field.starts_with(begins))
    }
}

impl ProposalRow {
    fn new(proposal: &ProposalView, casebook: &Casebook) -> Self {
        Self {
            event: proposal.event,
            on: Day(proposal.on),
            by: name(casebook, proposal.by),
            what: capitalised(&described(&proposal.what, casebook)),
            hindered: proposal.hindered.map(|why| why.to_string()),
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

/// A change that waits for a second member.
#[derive(Template)]
#[template(path = "desk/proposal.html")]
pub(in crate::desk) struct ProposalPage<'a> {
    shell: &'a Shell,
    proposal: ProposalRow,
    meaning: &'static str,
    to_compare: Vec<ToCompare>,
}

impl<'a> ProposalPage<'a> {
    /// None if there is no such proposal.
    pub(in crate::desk) fn new(shell: &'a Shell, casebook: &Casebook, event: u64) -> Option<Self> {
        let proposal = casebook.proposals().into_iter().find(|proposal| proposal.event == event)?;
        Some(Self {
            shell,
            meaning: meaning(&proposal.what),
            to_compare: casebook.to_compare(&proposal.what),
            proposal: ProposalRow::new(&proposal, casebook),
        })
    }
}

/// Asks whether the end of someone's membership is to be proposed.
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
