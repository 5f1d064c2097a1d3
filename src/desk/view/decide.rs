//! The form on which a reviewer says what the team makes of a report.

use askama::Template;

use super::{Shell, date_field::DateField, promise::OpenPromise};
use crate::{
    casebook::{MemberView, ReportView},
    desk::form::{date::DateNames, stale::Seen},
    domain::{Action, Area, Date, Entries, FailureKind, FieldError, Finding, ReportId, ReportState, Risk, Text, YesNo},
    http::{Choice, Field, Kind},
};

pub(in crate::desk) const WORKER: &str = "worker";
pub(in crate::desk) const IN_REMIT: &str = "in_remit";
pub(in crate::desk) const FAILURE: &str = "failure";
pub(in crate::desk) const RISK: &str = "risk";
pub(in crate::desk) const AREA: &str = "area";
pub(in crate::desk) const AREA_REASON: &str = "area_reason";
pub(in crate::desk) const OWNER: &str = "owner";
pub(in crate::desk) const STATE: &str = "state";
pub(in crate::desk) const ACTION: &str = "action";
pub(in crate::desk) const ACTION_DETAIL: &str = "action_detail";
pub(in crate::desk) const ACTION_BY: DateNames = DateNames {
    what: "The day by which it is done",
    day: "action_by-day",
    month: "action_by-month",
    year: "action_by-year",
};
pub(in crate::desk) const FINDING: &str = "finding";
pub(in crate::desk) const DETRIMENT: &str = "detriment";
pub(in crate::desk) const DESTROY_AFTER: DateNames = DateNames {
    what: "The last day on which it is kept",
    day: "destroy_after-day",
    month: "destroy_after-month",
    year: "destroy_after-year",
};
pub(in crate::desk) const NOTE: &str = "note";

/// Questions with what was answered so far, in the order of the page.
#[derive(Template)]
#[template(path = "desk/decide.html")]
pub(in crate::desk) struct DecidePage<'a> {
    shell: &'a Shell,
    id: ReportId,
    seen: Seen,
    errors: &'a [FieldError],
    /// What is recorded now that is not what the form says, if somebody recorded something meanwhile.
    newer: Option<Vec<Newer>>,
    triage: Vec<Field>,
    areas: Vec<Field>,
    work: Vec<Field>,
    promises: Vec<OpenPromise>,
    outcome: Vec<Field>,
    action_by: DateField,
    found: Vec<Field>,
    destroy_after: DateField,
    note: Field,
}

/// What such a page is made from.
#[derive(Clone, Copy)]
pub(in crate::desk) struct DecideParts<'a> {
    pub(in crate::desk) report: &'a ReportView,
    /// Who can look after it.
    pub(in crate::desk) team: &'a [MemberView],
    pub(in crate::desk) typed: &'a Entries,
    pub(in crate::desk) errors: &'a [FieldError],
    /// Whether the report changed since the form was made.
    pub(in crate::desk) changed: bool,
}

/// An answer that is recorded now, beside what is on the form.
pub(in crate::desk) struct Newer {
    pub(in crate::desk) label: &'static str,
    pub(in crate::desk) now: String,
}

impl<'a> DecidePage<'a> {
    pub(in crate::desk) fn new(shell: &'a Shell, parts: DecideParts<'a>) -> Self {
        let DecideParts { report, team, typed, errors, changed } = parts;
        let select =
            |id, label: &'static str, none, choices| Field::new(id, label, Kind::Select(none, choices), errors);
        let text = |id: &'static str, label: &'static str, rows| {
            Field::new(id, label, Kind::Area(typed.first(id).to_owned(), rows), errors)
        };
        let yes_no = |field| Choice::list(field, YesNo::ALL.iter().map(|c| (c.slug(), c.label())), typed);
        let kinds = Choice::list(FAILURE, FailureKind::ALL.iter().map(|c| (c.slug(), c.label())), typed);
        let risks = Choice::list(RISK, Risk::ALL.iter().map(|c| (c.slug(), c.label())), typed);
        let areas = Choice::list(AREA, Area::ALL.iter().map(|c| (c.slug(), c.label())), typed);
        let members = team.iter().map(|member| (member.id.to_string(), name_of(member)));
        let members = Choice::list(OWNER, members, typed);
        let states = Choice::list(STATE, ReportState::ALL.iter().map(|c| (c.slug(), c.label())), typed);
        let actions = Choice::list(ACTION, Action::ALL.iter().map(|c| (c.slug(), c.label())), typed);
        let findings = Choice::list(FINDING, Finding::ALL.iter().map(|c| (c.slug(), c.label())), typed);
        Self {
            shell,
            id: report.entry.id,
            seen: Seen::of(report),
            errors,
            newer: changed.then(|| newer(report, team, typed)),
            triage: vec![
                select(WORKER, "Is the person a worker?", NOT_SAID, yes_no(WORKER))
                    .hint("As the Employment Rights Act 1996 understands it: also agency staff, students and former staff"),
                select(IN_REMIT, "Is it in our remit?", NOT_SAID, yes_no(IN_REMIT)),
                Field::new(FAILURE, "What does it tend to show?", Kind::Checkboxes(kinds), errors)
                    .hint("The kinds of failure in section 43B of the Act. Select all that apply"),
                select(RISK, "How much is at stake if nothing is done?", NOT_SAID, risks),
            ],
            areas: vec![
                Field::new(AREA, "Which of our work may it be evidence for?", Kind::Checkboxes(areas), errors)
                    .hint(chosen_by_person(report)),
                text(AREA_REASON, "Why these areas? (optional)", 3)
                    .hint("Say so above all where you choose otherwise than the person. Only the team sees it"),
            ],
            work: vec![
                select(OWNER, "Who looks after it?", "Nobody", members),
                Field::new(STATE, "Where does it stand?", Kind::Radios(states), errors).hint(
                    "The person sees this with the next export. If you leave a report as received and choose its areas, it becomes one that we are reading",
                ),
            ],
            promises: OpenPromise::open(report),
            outcome: vec![
                select(ACTION, "Is anything more done?", NOT_SAID, actions),
                text(ACTION_DETAIL, "What is done, or why is nothing done? (optional)", 3)
                    .hint("Needed once you have said whether anything is done"),
            ],
            action_by: DateField::new(
                &ACTION_BY,
                "By when is it done? (optional)",
                "Only for further action. For example, 31 3 2027".into(),
                typed,
                errors,
            ),
            found: vec![
                select(FINDING, "What was found?", NOT_SAID, findings),
                select(DETRIMENT, "Was the person treated badly for speaking up?", NOT_SAID, yes_no(DETRIMENT)),
            ],
            destroy_after: DateField::new(
                &DESTROY_AFTER,
                "What is the last day on which we keep it? (optional)",
                "For example, 31 3 2034. From the day after it can be destroyed, once it is closed and every promise is kept"
                    .into(),
                typed,
                errors,
            ),
            note: text(NOTE, "Note for the team (optional)", 4).hint("It is kept in the history of the report and never sent"),
        }
    }
}

/// For an answer that the team has not given.
const NOT_SAID: &str = "Not decided yet";

/// A form as it would be filled in if it said what is recorded.
pub(in crate::desk) fn as_it_is(report: &ReportView) -> Entries {
    let mut form = Entries::default();
    let mut put = |name: &str, value: &str| form.push(name.to_owned(), value.to_owned());
    let now = &report.assessment;
    put(WORKER, now.worker.map_or("", YesNo::slug));
    put(IN_REMIT, now.in_remit.map_or("", YesNo::slug));
    now.failures.iter().for_each(|kind| put(FAILURE, kind.slug()));
    put(RISK, now.risk.map_or("", Risk::slug));
    now.areas.iter().flatten().for_each(|area| put(AREA, area.slug()));
    put(AREA_REASON, now.area_reason.as_ref().map_or("", |text| text.as_str()));
    put(OWNER, &now.owner.map(|owner| owner.to_string()).unwrap_or_default());
    put(STATE, report.entry.state.slug());
    put(ACTION, now.action.map_or("", Action::slug));
    put(ACTION_DETAIL, now.action_detail.as_ref().map_or("", |text| text.as_str()));
    put(FINDING, now.finding.map_or("", Finding::slug));
    put(DETRIMENT, now.detriment.map_or("", YesNo::slug));
    if let Some(day) = now.action_by {
        ACTION_BY.fill(&mut form, day);
    }
    if let Some(day) = now.destroy_after {
        DESTROY_AFTER.fill(&mut form, day);
    }
    form
}

/// What is recorded now where the form says something else.
fn newer(report: &ReportView, team: &[MemberView], typed: &Entries) -> Vec<Newer> {
    let recorded = as_it_is(report);
    let (now, not_said) = (&report.assessment, || NOT_SAID.to_owned());
    let label = |label: Option<&'static str>| label.map_or_else(not_said, str::to_owned);
    let list = |labels: Vec<&str>| if labels.is_empty() { "None".to_owned() } else { labels.join("; ") };
    let day = |day: Option<Date>| day.map_or_else(not_said, |day| day.strftime("%-d %B %Y").to_string());
    let words = |text: &Option<Text>| text.as_ref().map_or_else(String::new, |text| text.as_str().to_owned());
    let owner = team.iter().find(|member| now.owner == Some(member.id)).map_or_else(|| "Nobody".to_owned(), name_of);
    let rows: [(&[&str], &'static str, String); 14] = [
        (&[WORKER], "A worker", label(now.worker.map(YesNo::label))),
        (&[IN_REMIT], "In our remit", label(now.in_remit.map(YesNo::label))),
        (&[FAILURE], "What it tends to show", list(now.failures.iter().map(|kind| kind.label()).collect())),
        (&[RISK], "What is at stake", label(now.risk.map(Risk::label))),
        (&[AREA], "Areas", list(now.areas.iter().flatten().map(|area| area.label()).collect())),
        (&[AREA_REASON], "Why these areas", words(&now.area_reason)),
        (&[OWNER], "Who looks after it", owner),
        (&[STATE], "Where it stands", report.entry.state.label().to_owned()),
        (&[ACTION], "Anything more done", label(now.action.map(Action::label))),
        (&[ACTION_DETAIL], "What is done, or why not", words(&now.action_detail)),
        (&ACTION_BY.all(), "By when", day(now.action_by)),
        (&[FINDING], "What was found", label(now.finding.map(Finding::label))),
        (&[DETRIMENT], "Treated badly for speaking up", label(now.detriment.map(YesNo::label))),
        (&DESTROY_AFTER.all(), "Last day on which we keep it", day(now.destroy_after)),
    ];
    let differs = |name: &&str| !same(&recorded, typed, name);
    rows.into_iter()
        .filter(|(names, _, _)| names.iter().any(differs))
        .map(|(_, label, now)| Newer { label, now: if now.is_empty() { "Nothing".into() } else { now } })
        .collect()
}

/// Whether two forms say the same in one field. A browser sends each line break as two characters.
fn same(one: &Entries, other: &Entries, name: &str) -> bool {
    let values = |form: &Entries| -> Vec<String> {
        let filled = form.all(name).filter(|value| !value.is_empty());
        filled.map(|value| value.replace("\r\n", "\n").trim().to_owned()).collect()
    };
    values(one) == values(other)
}

fn name_of(member: &MemberView) -> String {
    let left = if member.left_on.is_some() { " (left the team)" } else { "" };
    format!("{}{left}", member.name.as_str())
}

fn chosen_by_person(report: &ReportView) -> String {
    if report.chosen_areas.is_empty() {
        return "The person chose none. Leave it empty while you do not know".into();
    }
    let chosen: Vec<_> = report.chosen_areas.iter().map(|area| area.label()).collect();
    format!("The person chose: {}", chosen.join("; "))
}
