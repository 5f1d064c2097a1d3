//! A notice or a reply on its way to be recorded: what it says in the main, its text, and as the person will see it.

use std::collections::BTreeMap;

use askama::Template;

use super::{
    Shell,
    date_field::DateField,
    draft_note::DraftNote,
    finds::{Find, finds},
    messages::Beside,
    promise::OpenPromise,
};
use crate::{
    casebook::{Letter, MemberView, ReportView, SavedText},
    desk::{
        correspondence,
        form::{
            correspondence::{AnswerField, LetterText, PutInField, ReplyField, is_carried},
            notice_gaps::{GapField, OBJECT_BY},
            question::AskedField,
            stale::Seen,
        },
        joined::JoinedReceipts,
        letter_checks::{LetterCheck, finds_of, letter_checks},
    },
    domain::{
        AnswerKind, Area, Date, Entries, FieldError, ReferenceId, ReportId, ReportState, RiskCheck, escape_invisible,
        escape_invisible_in_line,
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
    /// What only the reviewer can say.
    gaps: Vec<Field>,
    object_by: DateField,
    promises: Vec<OpenPromise>,
    beside: Beside,
}

impl<'a> NoticePage<'a> {
    /// With what was chosen so far.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        (report, beside): (&ReportView, Beside),
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
            gaps: GapField::fields(typed, errors),
            object_by: DateField::new(
                &OBJECT_BY,
                "If we plan other use: the last day to object",
                "The person reads it as a promise that nothing is done before. Leave it empty if no other use is planned"
                    .to_owned(),
                typed,
                errors,
            ),
            promises: report.entry.kept_by(Letter::Supplementary).map(OpenPromise::of).collect(),
            beside,
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
    /// What a reply asks besides: none for a notice.
    reply: Option<ReplyParts>,
    /// The draft that was kept before.
    kept: Option<DraftNote>,
    /// A letter of that kind that was taken back, if there is no draft.
    taken_back: Option<TakenBackNote>,
    /// Texts of the team, if it has any.
    saved: Option<Field>,
    /// The promises that it keeps.
    keeps: Vec<OpenPromise>,
    beside: Beside,
}

/// A letter that was taken back, so that whoever writes it anew need not type it again.
struct TakenBackNote {
    by: String,
    on: Day,
    why: String,
    text: String,
}

/// What the page of a reply has besides its text, so that a plain one is recorded from there.
struct ReplyParts {
    questions: Field,
    joined: Option<Field>,
    check: Field,
}

/// What the page of a text is made from.
pub(in crate::desk) struct WriteParts<'a, 'e> {
    pub(in crate::desk) report: &'a ReportView,
    pub(in crate::desk) draft: Draft<'a>,
    /// What was written so far.
    pub(in crate::desk) text: &'a str,
    pub(in crate::desk) errors: &'e [FieldError],
    pub(in crate::desk) kept: Option<DraftNote>,
    /// Who took a letter back is named.
    pub(in crate::desk) team: &'a [MemberView],
    pub(in crate::desk) saved: &'a BTreeMap<ReferenceId, SavedText>,
    pub(in crate::desk) joined: &'a JoinedReceipts,
    pub(in crate::desk) beside: Beside,
}

impl<'e> WritePage<'e> {
    pub(in crate::desk) fn new(shell: &'e Shell, parts: WriteParts<'_, 'e>) -> Self {
        let WriteParts { report, draft, text, errors, kept, team, saved, joined, beside } = parts;
        let taken_back = TakenBackNote::of(report, draft.letter.kind(), team).filter(|note| note.text != text);
        let mut typed = Entries::default();
        typed.push(AnswerField::Text.name().to_owned(), text.to_owned());
        let is_reply = draft.letter == Letter::Reply;
        let titles = saved.iter().map(|(id, saved)| (id.to_string(), escape_invisible_in_line(saved.title.as_str())));
        let mut hidden = draft.hidden(&[AnswerField::NeedsApproval]);
        if is_reply {
            // It has a field of its own.
            hidden.retain(|(name, _)| name != ReplyField::Questions.name());
        }
        Self {
            shell,
            id: report.entry.id,
            kind: draft.letter.kind(),
            seen: draft.seen,
            errors,
            blocked: correspondence::blocked(report, draft.letter),
            hidden,
            field: if is_reply {
                ReplyField::Text.field(&typed, errors)
            } else {
                AnswerField::Text.field(&typed, errors)
            },
            reply: is_reply.then(|| ReplyParts {
                questions: ReplyField::Questions.field(draft.typed, errors),
                joined: joined_field(joined, errors),
                check: check_field(
                    &[(RiskCheck::Nobody.slug(), RiskCheck::Nobody.label().to_owned())],
                    draft.typed,
                    errors,
                ),
            }),
            taken_back: taken_back.filter(|_| kept.is_none()),
            kept,
            saved: (!saved.is_empty()).then(|| PutInField::SavedText.offering(titles, &Entries::default(), errors)),
            keeps: draft.keeps(report),
            beside,
        }
    }

    fn part(&self) -> &'static str {
        part(self.kind)
    }

    fn name(&self) -> &'static str {
        name(self.kind)
    }
}

impl TakenBackNote {
    fn of(report: &ReportView, kind: AnswerKind, team: &[MemberView]) -> Option<Self> {
        let (taken_back, text) = correspondence::taken_back(report, kind)?;
        let by = team.iter().find(|member| member.id == taken_back.by);
        Some(Self {
            by: by.map_or_else(|| "Someone".to_owned(), |member| escape_invisible_in_line(member.name.as_str())),
            on: Day(taken_back.on),
            why: escape_invisible(taken_back.reason.as_str()),
            text: escape_invisible(text.as_str()),
        })
    }
}

/// The points to be ticked, as they were ticked so far.
pub(super) fn check_field(checks: &[LetterCheck], typed: &Entries, errors: &[FieldError]) -> Field {
    AnswerField::Check.offering(checks.iter().map(|(slug, label)| (*slug, label.clone())), typed, errors)
}

/// The other receipts that can be answered too; none if there are none.
fn joined_field(joined: &JoinedReceipts, errors: &[FieldError]) -> Option<Field> {
    let mut ticked = Entries::default();
    for one in joined.receipts.iter().filter(|one| one.ticked) {
        ticked.push(AnswerField::Joined.name().to_owned(), one.value());
    }
    let can_be = joined.receipts.iter().filter(|one| one.hindered.is_none());
    let choices: Vec<(String, String)> = can_be
        .map(|one| {
            let label = format!("Answer the other receipt too ({}, {})", one.report.in_words(), one.report.short());
            (one.value(), label)
        })
        .collect();
    (!choices.is_empty()).then(|| AnswerField::Joined.offering(choices, &ticked, errors))
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
        let carried = |name: &str| is_carried(name) || more.iter().any(|field| field.name() == name);
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
    joined: Option<Field>,
    /// Other receipts that can't be answered, and why.
    not_joined: Vec<(String, &'static str)>,
    /// Whether it is given to the person by hand.
    by_hand: bool,
    beside: Beside,
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
    pub(in crate::desk) text: &'a LetterText,
    pub(in crate::desk) on: Date,
    /// The areas that the person sees with it.
    pub(in crate::desk) areas: Vec<Area>,
    pub(in crate::desk) approval: Option<Approval>,
    pub(in crate::desk) errors: &'a [FieldError],
    /// Whose names are shown, if the report changed meanwhile.
    pub(in crate::desk) changed: Option<&'a [MemberView]>,
    pub(in crate::desk) joined: &'a JoinedReceipts,
    pub(in crate::desk) beside: Beside,
}

impl<'a> PreviewPage<'a> {
    pub(in crate::desk) fn new(shell: &'a Shell, parts: PreviewParts<'a>) -> Self {
        let PreviewParts { report, draft, text, on, areas, approval, errors, changed, joined, beside } = parts;
        let (kind, whole) = (draft.letter.kind(), text.whole.as_str());
        let state = match report.entry.state {
            ReportState::Received => ReportState::Decided,
            other => other,
        };
        Self {
            shell,
            id: report.entry.id,
            kind,
            seen: draft.seen,
            errors,
            newer: changed.map(|team| newer(report, team)).unwrap_or_default(),
            article: said(kind, on, whole),
            finds: finds(whole, &finds_of(whole, report)),
            use_concerns: correspondence::use_concerns(report).map(|text| escape_invisible(text.as_str())),
            checks: check_field(&letter_checks(kind, whole, report), draft.typed, errors),
            approval,
            hidden: draft
                .hidden(&[])
                .into_iter()
                .chain([(AnswerField::Text.name().to_owned(), text.typed.as_str().to_owned())])
                .collect(),
            keeps: draft.keeps(report),
            state: state.label(),
            areas: labels(&areas),
            joined: joined_field(joined, errors),
            not_joined: joined.receipts.iter().filter_map(|one| Some((one.report.named(), one.hindered?))).collect(),
            by_hand: correspondence::is_given_by_hand(report),
            beside,
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
pub(super) const fn part(kind: AnswerKind) -> &'static str {
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
