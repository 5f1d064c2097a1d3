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
        form::{
            correspondence::{AnswerField, ReplyField},
            question::AskedField,
            stale::Seen,
        },
    },
    domain::{
        AnswerKind, Area, Date, Entries, FieldError, ReportId, ReportState, escape_invisible, escape_invisible_in_line,
    },
    http::{BODY, Day, Field, SaidByTeam, capitalised},
};

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
        let chosen = if report.chosen_areas.is_empty() { "none".to_owned() } else { labels(&report.chosen_areas) };
        let areas = format!("Leave it empty if no other use is planned. The person chose: {chosen}");
        let mut fields = vec![
            AnswerField::Variant.field(typed, errors),
            AnswerField::Area.field(typed, errors).hint(areas),
            AnswerField::Told.field(typed, errors),
            AnswerField::WhoSees.field(typed, errors),
        ];
        if report.entry.late_for(Letter::Supplementary).is_some() {
            fields.push(AnswerField::LateReason.field(typed, errors));
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
        let mut typed = Entries::default();
        typed.push(AnswerField::Text.name().to_owned(), text.to_owned());
        Self {
            shell,
            id: report.entry.id,
            kind: draft.letter.kind(),
            seen: draft.seen,
            errors,
            blocked: correspondence::blocked(report, draft.letter),
            hidden: draft.hidden(&[AnswerField::NeedsApproval]),
            field: match draft.letter {
                Letter::Notice | Letter::Supplementary => AnswerField::Text.field(&typed, errors),
                Letter::Reply => ReplyField::Text.field(&typed, errors),
            },
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
    /// The question whether to ask for it.
    pub(in crate::desk) ask: Field,
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
            checks: AnswerField::Check.field(draft.typed, errors),
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
