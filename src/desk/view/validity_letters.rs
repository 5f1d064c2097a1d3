//! A sample of each page on which something is written to a person, in each of its states.

use super::{
    Beside, DraftNote, DraftPage, DraftParts,
    correspondence::{Approval, Draft, NoticePage, PreviewPage, PreviewParts, WritePage, WriteParts},
    drafts::Drafts,
    *,
};
use crate::{
    casebook::{
        AnswerId, Casebook, Letter, NewAssessment, QueueEntry, Reference, ReportView, SavedText, TakenBackView,
    },
    desk::{
        form::{
            correspondence::{AnswerField, CommentField, LetterText, SavedTextField},
            notice_gaps::GapField,
            question::AskedField,
            stale::NEWER,
        },
        joined::JoinedReceipts,
        view::saved_texts::SavedTextsPage,
    },
    domain::{
        AnswerKind, Assessment, Calendar, Date, Entries, FieldError, MessageKind, ReferenceId, ReportId, ReportState,
        Route, TeamRole, Text,
    },
    http::{Day, validity::Render},
    world::{
        DAY, TODAY,
        casebook::{World, assessed},
    },
};

/// Takes the sample of a page: its name, and whether something is wrong on it.
type AddLetter<'a> = &'a mut dyn FnMut(&str, &dyn Render, bool);

/// The pages of notices and replies, from the choices to the second member's.
pub(super) fn letter_pages(add: AddLetter<'_>, shell: &Shell, casebook: &Casebook, report: &ReportView) {
    let mut typed = Entries::default();
    for (name, value) in [
        (AnswerField::Area.name(), "competition"),
        (AnswerField::LateReason.name(), "<late>"),
        (AnswerField::Check.name(), "nobody"),
        (GapField::WhyNot.name(), "<because>"),
        ("object_by-day", "<4>"),
        ("questions", "<When>?"),
    ] {
        typed.push(name.into(), value.into());
    }
    let withdrawn = choices_pages(add, shell, casebook, report, &typed);
    for letter in [Letter::Notice, Letter::Reply] {
        text_pages(add, shell, casebook, (report, &withdrawn), letter, &typed);
    }
    approval_pages(add, shell, casebook, report, &typed);
    draft_pages(add, shell);
}

fn error(field: &'static str) -> Vec<FieldError> {
    vec![FieldError::new(field, "Enter something <else>")]
}

/// Gives a report that its person withdrew.
fn choices_pages(
    add: AddLetter<'_>,
    shell: &Shell,
    casebook: &Casebook,
    report: &ReportView,
    typed: &Entries,
) -> ReportView {
    let beside = || Beside::new(report, casebook, false);
    let mut late = World::new();
    let id = late.concern(1, Route::StaffConcern, &[]);
    let file = late.collect();
    late.import(&file).unwrap();
    let late = late.open().unwrap().show(id, Date::constant(2027, 3, 1), &Calendar::default()).unwrap();
    let seen = report.seen();
    let nothing = Entries::default();
    add("notice", &NoticePage::new(shell, (report, beside()), seen, &nothing, &[]), false);
    let fields = [
        AnswerField::Variant.name(),
        AnswerField::Area.name(),
        AnswerField::Told.name(),
        AnswerField::WhoSees.name(),
        AnswerField::LateReason.name(),
        GapField::WhyNot.name(),
        "object_by-day",
    ];
    let errors = fields.map(|field| error(field).remove(0));
    add("notice with errors", &NoticePage::new(shell, (&late, beside()), seen, typed, &errors), true);
    let withdrawn = ReportView { entry: QueueEntry { withdrawn: true, ..report.entry.clone() }, ..late };
    add("notice, withdrawn", &NoticePage::new(shell, (&withdrawn, beside()), seen, typed, &[]), false);
    withdrawn
}

/// A casebook with drafts, comments, saved texts and a concern under three receipts, of which one is withdrawn.
fn with_drafts() -> (World, ReportId) {
    let mut world = World::new();
    let [id, other, gone] = [1, 2, 3].map(|number| world.concern(number, Route::StaffConcern, &[3]));
    world.say(gone, MessageKind::Withdrawal, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let second = world.colleague("Second <reviewer>", TeamRole::Adviser);
    for joined in [other, gone] {
        let assessment = Assessment { continues: Some(id), ..Assessment::default() };
        let new = NewAssessment::new(Some(assessment), Some(ReportState::BeingRead), None);
        world.decide(joined, assessed(new)).unwrap();
    }
    let fields = || vec![(Text::typed("text"), Text::typed("Call 01632 960 001 [on <that> day]."))];
    for kind in [AnswerKind::Reply, AnswerKind::Notice] {
        let draft = world.edit(|editor| editor.keep_draft(id, kind, fields(), &TODAY)).unwrap();
        world.edit_as(&second, |editor| editor.comment(id, draft, Text::typed("Not <so> long."), &TODAY)).unwrap();
    }
    world.edit_as(&second, |editor| editor.keep_draft(id, AnswerKind::Reply, fields(), &TODAY)).unwrap();
    for number in 1..=2 {
        let saved = SavedText { title: Text::typed("We <wait>"), text: Text::typed("We wait for [whom].") };
        let saved = Reference::SavedText(ReferenceId([number; 8]), Some(saved));
        world.edit(|editor| editor.change_reference(saved, &TODAY)).unwrap();
    }
    (world, id)
}

fn text_pages(
    add: AddLetter<'_>,
    shell: &Shell,
    casebook: &Casebook,
    (report, withdrawn): (&ReportView, &ReportView),
    letter: Letter,
    typed: &Entries,
) {
    let name = letter.kind().slug();
    let draft = || Draft { letter, typed, seen: report.seen() };
    let beside = || Beside::new(report, casebook, false);
    let (world, id) = with_drafts();
    let full = world.open().unwrap();
    let none = JoinedReceipts::all(casebook, report.entry.id, letter).unwrap();
    let joined = JoinedReceipts::all(&full, id, letter).unwrap();
    assert_eq!(joined.receipts.iter().filter(|one| one.ticked).count(), 1, "and one can't be answered");
    let text = error(AnswerField::Text.name());
    let team = casebook.team();
    let of_that_kind = (letter.kind(), Some(Text::typed("We <saw> it.")));
    let taken_back = TakenBackView {
        event: u64::MAX,
        on: DAY,
        by: team[0].id,
        reason: Text::typed("Not <so> short."),
        answers: vec![of_that_kind],
    };
    let shown = casebook.show(report.entry.id, DAY, &Calendar::default()).unwrap();
    let taken_back = ReportView { taken_back: vec![taken_back], ..shown };
    let states = [
        ("", report, "<text>", &[][..], false),
        (" with an error", report, "", &text, false),
        (", withdrawn", withdrawn, "", &[], false),
        (", taken back", &taken_back, "", &[], false),
        (", a draft", report, "We wait for [whom].", &[], true),
    ];
    for (state, report, text, errors, is_full) in states {
        let kept = is_full.then(|| DraftNote::new(&full.my_draft(id, letter.kind()).unwrap().unwrap(), &full));
        let saved = if is_full { &full.reference().saved_texts } else { &casebook.reference().saved_texts };
        let joined = if is_full { &joined } else { &none };
        let parts =
            WriteParts { report, draft: draft(), text, errors, kept, team: &team, saved, joined, beside: beside() };
        add(&format!("{name}-text{state}"), &WritePage::new(shell, parts), !errors.is_empty());
    }
    let approval = |always, alone| {
        let ask = AnswerField::NeedsApproval.field(typed, &[]);
        (letter == Letter::Notice).then_some(Approval { always, alone, ask })
    };
    let copied = "Call 01632 960 001 <now>.\n\nNothing.";
    let (unticked, changed) = (error(AnswerField::Check.name()), error(NEWER));
    let nobody = &[][..];
    let states = [
        ("", "Well.", nobody, None, approval(false, false), &none),
        (", marked", copied, nobody, None, approval(true, true), &none),
        (", two receipts", copied, nobody, None, approval(true, true), &joined),
        (" with an error", copied, &unticked[..], None, approval(false, true), &none),
        (", changed meanwhile", copied, &changed[..], Some(team.as_slice()), approval(true, false), &none),
    ];
    for (state, text, errors, changed, approval, joined) in states {
        let text = &LetterText::composed(Text::typed(text));
        let parts = PreviewParts {
            report,
            draft: draft(),
            text,
            on: DAY,
            areas: Vec::new(),
            approval,
            errors,
            changed,
            joined,
            beside: beside(),
        };
        add(&format!("{name}-preview{state}"), &PreviewPage::new(shell, parts), !errors.is_empty());
    }
}

fn approval_pages(add: AddLetter<'_>, shell: &Shell, casebook: &Casebook, report: &ReportView, typed: &Entries) {
    let waiting = || {
        let answer = AnswerId { report: report.entry.id, seq: 1 };
        [(true, AnswerKind::Notice), (false, AnswerKind::Reply)].map(|(mine, kind)| WaitingRow {
            answer,
            kind,
            by: "Second <reviewer>".into(),
            on: Day(DAY),
            line: "The <rota> was changed".into(),
            mine,
        })
    };
    add("to-approve, empty", &ToApprovePage { shell, rows: vec![] }, false);
    add("to-approve", &ToApprovePage { shell, rows: waiting().into() }, false);
    let approve = |errors, closed| {
        let [waiting, _] = waiting();
        let (text, beside) = ("Call 01632 960 001 <now>.\n\nNothing.", Beside::new(report, casebook, true));
        let parts = ApproveParts { report, waiting, text, closed, held: true, today: DAY, typed, errors, beside };
        ApprovePage::new(shell, parts)
    };
    let unticked = error(AnswerField::Check.name());
    add("approve", &approve(&[], None), false);
    add("approve with an error", &approve(&unticked, None), true);
    add("approve, closed", &approve(&[], Some("You wrote this notice.")), false);
}

/// Drafts as colleagues read them, and the texts that are written often.
fn draft_pages(add: AddLetter<'_>, shell: &Shell) {
    let (world, id) = with_drafts();
    let casebook = world.open().unwrap();
    let report = casebook.show(id, DAY, &Calendar::default()).unwrap();
    assert!(Drafts::new(id, &casebook).to_string().contains("Second &#60;reviewer&#62;"), "and its name does nothing");
    add("report, with drafts", &ReportPage::new(shell, &report, &casebook, DAY, None), false);
    let nothing = Entries::default();
    let no_comment = error(CommentField::Comment.name());
    for row in casebook.drafts(id) {
        let draft = casebook.draft(id, row.event).unwrap().unwrap();
        for errors in [&[][..], &no_comment] {
            let text = "Call 01632 960 001 [on <that> day].".to_owned();
            let parts = DraftParts { report: &report, draft: &draft, text, errors, typed: &nothing };
            let page = DraftPage::new(shell, &casebook, parts, Beside::new(&report, &casebook, true));
            add(&format!("draft {}, {}", row.event, errors.len()), &page, !errors.is_empty());
        }
    }
    let (some, none) = (&casebook.reference().saved_texts, std::collections::BTreeMap::new());
    let errors = [SavedTextField::Title.name(), SavedTextField::Text.name()].map(|field| error(field).remove(0));
    add("texts, none", &SavedTextsPage::new(shell, &none, None, &nothing, &[]), false);
    add("texts", &SavedTextsPage::new(shell, some, None, &nothing, &[]), false);
    add("texts with errors", &SavedTextsPage::new(shell, some, None, &nothing, &errors), true);
    add("texts, one", &SavedTextsPage::new(shell, some, Some(ReferenceId([1; 8])), &nothing, &[]), false);
}
