//! A notice or a reply on its way to be recorded: what it says in the main, its text, and as the person will see it.

use askama::Template;

use super::{
    Shell,
    finds::{Find, finds},
    promise::OpenPromise,
};
use crate::{
    casebook::{Letter, MemberView, ReportView},
    desk::{
        correspondence,
        form::{correspondence::AnswerField, stale::Seen},
    },
    domain::{
        AnswerKind, Area, Date, Entries, FieldError, NoticeVariant, ReportId, ReportState, RiskCheck, Told, WhoSees,
        escape_invisible, escape_invisible_in_line,
    },
    http::{BODY, Choice, Day, Field, Kind, SaidByTeam, capitalised},
};

/// Rows of the field in which a text is written.
const ROWS: u8 = 24;

/// The choices that a notice's text is filled from.
#[derive(Template)]
#[template(path = "desk/notice.html")]
pub(in crate::desk) struct NoticePage<'a> {
    pub(in crate::desk) shell: &'a Shell,
    pub(in crate::desk) id: ReportId,
    pub(in crate::desk) seen: Seen,
    pub(in crate::desk) errors: &'a [FieldError],
    /// Why there can be none.
    pub(in crate::desk) blocked: Option<&'static str>,
    fields: Vec<Field>,
    promises: Vec<OpenPromise>,
}

impl<'a> NoticePage<'a> {
    /// With what was chosen so far.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        report: &ReportView,
        seen: Seen,
        typed: &Entries,
        errors: &'a [FieldError],
    ) -> Self {
        let radios = |id, label: &'static str, choices| Field::new(id, label, Kind::Radios(choices), errors);
        let variants =
            Choice::list(AnswerField::Variant.name(), NoticeVariant::ALL.iter().map(|c| (c.slug(), c.label())), typed);
        let areas = Choice::list(AnswerField::Area.name(), Area::ALL.iter().map(|c| (c.slug(), c.label())), typed);
        let told = Choice::list(AnswerField::Told.name(), Told::ALL.iter().map(|c| (c.slug(), c.label())), typed);
        let who_sees =
            Choice::list(AnswerField::WhoSees.name(), WhoSees::ALL.iter().map(|c| (c.slug(), c.label())), typed);
        let chosen: Vec<_> = report.chosen_areas.iter().map(|area| area.label()).collect();
        let chosen = if chosen.is_empty() { "none".to_owned() } else { chosen.join("; ") };
        let mut fields = vec![
            radios(AnswerField::Variant.name(), "What does the notice say?", variants)
                .hint("A changed plan needs a notice of its own. It adds to the first one, which stays as it is"),
            Field::new(
                AnswerField::Area.name(),
                "In which of our work will it be used?",
                Kind::Checkboxes(areas),
                errors,
            )
            .hint(format!("Leave it empty if no other use is planned. The person chose: {chosen}")),
            radios(AnswerField::Told.name(), "What is the organisation told?", told),
            radios(AnswerField::WhoSees.name(), "Who sees what the person sent?", who_sees)
                .hint("Leave it empty if no other use is planned"),
        ];
        if report.entry.late_for(Letter::Supplementary).is_some() {
            let typed = typed.first(AnswerField::LateReason.name()).to_owned();
            let reason =
                Field::new(AnswerField::LateReason.name(), "Why is the notice late?", Kind::Area(typed, 3), errors);
            fields.push(reason.hint("The person reads this. Write whole sentences"));
        }
        Self {
            shell,
            id: report.entry.id,
            seen,
            errors,
            blocked: correspondence::blocked(report, Letter::Notice),
            fields,
            promises: report.entry.kept_by(Letter::Supplementary).map(OpenPromise::of).collect(),
        }
    }
}

/// The text of a notice or a reply, to be written.
#[derive(Template)]
#[template(path = "desk/write.html")]
pub(in crate::desk) struct WritePage<'a> {
    shell: &'a Shell,
    id: ReportId,
    kind: AnswerKind,
    seen: Seen,
    errors: &'a [FieldError],
    /// Why there can be none.
    blocked: Option<&'static str>,
    hidden: Vec<(String, String)>,
    field: Field,
    /// The promises that it keeps.
    keeps: Vec<OpenPromise>,
}

impl<'a> WritePage<'a> {
    /// With what was written so far. `typed` holds the choices made before it.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        report: &ReportView,
        draft: &Draft<'_>,
        text: &str,
        errors: &'a [FieldError],
    ) -> Self {
        let (label, hint) = match draft.letter {
            Letter::Notice | Letter::Supplementary => (
                "Text of the notice",
                "Write what belongs in place of each [gap], and change whatever does not fit. Up to 20,000 characters",
            ),
            Letter::Reply => ("Text of the reply", "Up to 20,000 characters"),
        };
        Self {
            shell,
            id: report.entry.id,
            kind: draft.letter.kind(),
            seen: draft.seen,
            errors,
            blocked: correspondence::blocked(report, draft.letter),
            hidden: draft.hidden(&[AnswerField::NeedsApproval]),
            field: Field::new(AnswerField::Text.name(), label, Kind::Area(text.to_owned(), ROWS), errors).hint(hint),
            keeps: draft.keeps(report),
        }
    }

    fn part(&self) -> &'static str {
        part(self.kind)
    }

    fn name(&self) -> &'static str {
        name(self.kind)
    }
}

/// What is being written, and the form that it came with.
pub(in crate::desk) struct Draft<'a> {
    pub(in crate::desk) letter: Letter,
    pub(in crate::desk) typed: &'a Entries,
    pub(in crate::desk) seen: Seen,
}

impl Draft<'_> {
    /// What the form said before this page, to be carried on.
    fn hidden(&self, more: &[AnswerField]) -> Vec<(String, String)> {
        let carried = |name: &str| AnswerField::CHOICES.iter().chain(more).any(|field| field.name() == name);
        let carried = self.typed.iter().filter(|(name, _)| carried(name));
        carried.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn keeps(&self, report: &ReportView) -> Vec<OpenPromise> {
        report.entry.kept_by(self.letter).map(OpenPromise::of).collect()
    }
}

/// A notice or a reply, exactly as the person will see it, with what a reviewer has to weigh.
#[derive(Template)]
#[template(path = "desk/preview.html")]
pub(in crate::desk) struct PreviewPage<'a> {
    shell: &'a Shell,
    id: ReportId,
    kind: AnswerKind,
    seen: Seen,
    errors: &'a [FieldError],
    /// What the report is like now, if it changed meanwhile.
    newer: Vec<(&'static str, String)>,
    article: SaidByTeam<'a>,
    finds: Vec<Find>,
    use_concerns: Option<String>,
    checks: Field,
    approval: Option<Approval>,
    hidden: Vec<(String, String)>,
    keeps: Vec<OpenPromise>,
    state: &'static str,
    areas: String,
}

/// Whether another member has to approve a notice.
pub(in crate::desk) struct Approval {
    /// Every notice needs it.
    pub(in crate::desk) always: bool,
    /// There is nobody else who could.
    pub(in crate::desk) alone: bool,
    /// It was asked for.
    pub(in crate::desk) asked: bool,
}

/// What a preview is made from.
pub(in crate::desk) struct PreviewParts<'a> {
    pub(in crate::desk) report: &'a ReportView,
    pub(in crate::desk) draft: Draft<'a>,
    pub(in crate::desk) text: &'a str,
    pub(in crate::desk) on: Date,
    /// The areas that the person sees with it.
    pub(in crate::desk) areas: Vec<Area>,
    pub(in crate::desk) approval: Option<Approval>,
    pub(in crate::desk) errors: &'a [FieldError],
    /// Whose names are shown, if the report changed meanwhile.
    pub(in crate::desk) changed: Option<&'a [MemberView]>,
}

impl<'a> PreviewPage<'a> {
    pub(in crate::desk) fn new(shell: &'a Shell, parts: PreviewParts<'a>) -> Self {
        let PreviewParts { report, draft, text, on, areas, approval, errors, changed } = parts;
        let state = match report.entry.state {
            ReportState::Received => ReportState::Decided,
            other => other,
        };
        Self {
            shell,
            id: report.entry.id,
            kind: draft.letter.kind(),
            seen: draft.seen,
            errors,
            newer: changed.map(|team| newer(report, team)).unwrap_or_default(),
            article: said(draft.letter.kind(), on, text),
            finds: finds(text, &correspondence::theirs(report)),
            use_concerns: correspondence::use_concerns(report).map(|text| escape_invisible(text.as_str())),
            checks: checks(draft.typed, errors),
            approval,
            hidden: draft
                .hidden(&[])
                .into_iter()
                .chain([(AnswerField::Text.name().to_owned(), text.to_owned())])
                .collect(),
            keeps: draft.keeps(report),
            state: state.label(),
            areas: labels(&areas),
        }
    }

    fn part(&self) -> &'static str {
        part(self.kind)
    }

    fn name(&self) -> &'static str {
        name(self.kind)
    }
}

/// As the person will see it, if the box gets it that day.
pub(super) fn said(kind: AnswerKind, on: Date, text: &str) -> SaidByTeam<'_> {
    SaidByTeam { team: capitalised(BODY), kind: kind.label(), on: Day(on), text, new: true }
}

/// The list of what to check.
pub(super) fn checks(typed: &Entries, errors: &[FieldError]) -> Field {
    let checks = Choice::list(AnswerField::Check.name(), RiskCheck::ALL.iter().map(|c| (c.slug(), c.label())), typed);
    Field::new(AnswerField::Check.name(), "Could it show who spoke?", Kind::Checkboxes(checks), errors)
        .hint("The person may show it to others, and others may find it. Check each point, then tick it")
}

/// What is recorded about a report now.
fn newer(report: &ReportView, team: &[MemberView]) -> Vec<(&'static str, String)> {
    let day = |day: Date| day.strftime("%-d %B %Y").to_string();
    let name = |id| {
        let member = team.iter().find(|member| member.id == id);
        member.map_or_else(String::new, |member| escape_invisible_in_line(member.name.as_str()))
    };
    let mut rows = vec![
        ("Where it stands", report.entry.state.label().to_owned()),
        ("Areas", labels(&report.entry.areas)),
        ("Messages of the person", report.entry.message_count.to_string()),
    ];
    if let Some(last) = report.decisions.last() {
        rows.push(("Last decision", format!("by {}, on {}", name(last.by), day(last.on))));
        let answers: Vec<_> = last.answers.iter().map(|answer| answer.kind.label()).collect();
        if !answers.is_empty() {
            rows.push(("What it told the person", answers.join("; ")));
        }
        rows.extend(last.note.as_ref().map(|note| ("Its note", note.as_str().to_owned())));
    }
    rows
}

fn labels(areas: &[Area]) -> String {
    let labels: Vec<_> = areas.iter().map(|area| area.label()).collect();
    if labels.is_empty() { "None".into() } else { labels.join("; ") }
}

/// The last part of the address at which it is written.
const fn part(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Notice => "notice",
        AnswerKind::Reply | AnswerKind::Update => "reply",
    }
}

/// As it stands in a sentence.
const fn name(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Notice => "notice",
        AnswerKind::Reply | AnswerKind::Update => "reply",
    }
}
