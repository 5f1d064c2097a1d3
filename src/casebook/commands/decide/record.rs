//! What all these commands do: they ask whether it may be, seal the answers, and record one event.

use super::note::NewNote;
use crate::{
    casebook::{
        CasebookError, DecisionError, Editor, Hindrance, Letter, LookupError, Seen, TypedError,
        log::event::{Decided, Matter, SealedMatter, What, Written},
        state::{
            outcome::{Assessed, ReportOutcome},
            report::Report,
        },
    },
    crypto::{ReplyRecipient, SealError, answer_digest, os_random, seal_answer},
    domain::{
        Answer, AnswerKind, Area, BoxId, Clock, ClockEntry, Date, FileEntry, Format, ReportId, ReportState, Salt, Text,
        Today, WhoElse,
    },
    files::{self, Readers},
};

/// What was recorded.
#[derive(Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Where the report stands now.
    pub state: ReportState,
    /// The areas shown for it now.
    pub areas: Vec<Area>,
    /// The answers that go to the person with the next export.
    pub answers: Vec<(u32, AnswerKind)>,
    /// Whether the person withdrew it, so that nothing can go to them.
    pub withdrawn: bool,
    /// Whether an answer can get to the box: it has the report, or is told of it first.
    pub is_at_box: bool,
    /// Whether what is written is given to the person by hand, who has no receipt code.
    pub is_by_hand: bool,
}

/// What a decision changes, and what it tells the person. What is left out stays as it is.
#[derive(Default)]
pub(super) struct NewEntry {
    pub(super) assessed: Assessed,
    pub(super) state: Option<ReportState>,
    pub(super) note: Option<NewNote>,
    pub(super) letters: Vec<NewLetter>,
    /// The clock that a supplementary notice has to meet.
    pub(super) change_of_use: Option<Clock>,
    /// Whether it only says more of why the report was just set aside, which no other update may end.
    pub(super) is_about_aside: bool,
    /// With that: whom the person can turn to.
    pub(super) turn_to: Vec<WhoElse>,
}

/// A letter before it is sealed.
pub(super) struct NewLetter {
    pub(super) letter: Letter,
    pub(super) text: Text,
    pub(super) needs_approval: bool,
}

impl NewEntry {
    /// Whether it may be, on a day.
    fn check(&self, id: ReportId, report: &Report, today: Date) -> Result<(), CasebookError> {
        // What changes the use has to be followed by a supplementary notice.
        let to_follow = self.change_of_use.map(|_| Letter::Supplementary);
        let mut letters = self.letters.iter().map(|new| new.letter).chain(to_follow);
        match letters.find_map(|letter| report.hindrance(letter)) {
            Some(Hindrance::Withdrawn) => return Err(CasebookError::Decision(DecisionError::Withdrawn(id))),
            Some(Hindrance::NoFirstNotice) => return Err(CasebookError::Decision(DecisionError::NoFirstNotice(id))),
            None => {}
        }
        if let Assessed::Anew(assessment) = &self.assessed {
            if !assessment.is_bounded() {
                return Err(CasebookError::Typed(TypedError::LongReason));
            }
            if let Some(problem) = assessment.problems(&report.assessment, today).first() {
                return Err(CasebookError::Decision(DecisionError::Assessment(*problem)));
            }
        }
        Ok(())
    }
}

impl Editor<'_> {
    /// Answers are sealed here and now, once: an export that is made again holds the same bytes.
    pub(super) fn record(
        &mut self,
        id: ReportId,
        seen: Seen,
        change: NewEntry,
        today: &dyn Today,
    ) -> Result<Recorded, CasebookError> {
        let state = &self.casebook.state;
        let report = state.reports.get(&id).ok_or_else(|| self.casebook.no_report(id))?;
        // A report is there only after an import, and every import names the box.
        let r#box = state.r#box.ok_or(CasebookError::Lookup(LookupError::NoReport))?;
        if seen.version != report.version() {
            return Err(CasebookError::Decision(DecisionError::Changed(id)));
        }
        change.check(id, report, today.today())?;
        let NewEntry { assessed, state: to, note, letters, change_of_use, is_about_aside, turn_to } = change;
        let kinds: Vec<Letter> = letters.iter().map(|new| new.letter).collect();
        let after = report.after(assessed, to, &kinds);
        // Nothing goes to a person who withdrew.
        let is_news = if is_about_aside { !turn_to.is_empty() } else { after.is_news };
        let update = letters.is_empty() && is_news && !report.withdrawn;
        let unsealed = letters.into_iter().map(Some).chain(update.then_some(None));
        let mut answers = Vec::new();
        for (seq, letter) in (report.next_answer()..).zip(unsealed) {
            let asked = letter.as_ref().is_some_and(|letter| letter.needs_approval);
            let answer = answer(report, (r#box, id, seq), &after, (letter, &turn_to), today.today());
            let text = answer_digest(&answer)?;
            let endorsement = self.endorse(&answer, text)?;
            // Sealed when the second member has approved it, with the words of both.
            let is_held = answer.kind.is_text() && (asked || state.second_approver);
            let file = if is_held { None } else { Some(self.seal_answer(&answer, vec![endorsement.clone()])?) };
            answers.push(Written { answer, text, endorsement, file });
        }
        let recorded = Recorded {
            state: after.state,
            areas: after.assessment.areas.clone().unwrap_or_else(|| report.chosen_areas.clone()),
            answers: answers.iter().map(|written| (written.answer.seq, written.answer.kind)).collect(),
            withdrawn: report.withdrawn,
            is_at_box: state.is_reached(id),
            is_by_hand: report.is_without_code(),
        };
        let last = report.last_message();
        let decided = Decided {
            state: after.state,
            assessment: after.assessment,
            read: seen.read.min(last),
            note: note.map(|NewNote(text)| text),
            answers,
            change_of_use: change_of_use.map(|clock| ClockEntry { seq: last, clock }),
        };
        self.append_on(id, What::Decided(SealedMatter::about(id)), Matter::Decided(Box::new(decided)), today)?;
        Ok(recorded)
    }

    /// Seals an answer to the person, whose key is the box's word, with the signatures of whoever stands by it, and puts
    /// it where exports find it. Its event is still to be written.
    pub(in crate::casebook) fn seal_answer(
        &self,
        answer: &Answer,
        endorsements: Vec<String>,
    ) -> Result<FileEntry, CasebookError> {
        let (id, seq) = (answer.report, answer.seq);
        let report = self.casebook.state.reports.get(&id).ok_or_else(|| self.casebook.no_report(id))?;
        let to = ReplyRecipient::parse(&report.reply_to).map_err(|_| SealError::Recipients)?;
        let sealed = seal_answer(answer, endorsements, &to)?;
        let path = self.casebook.answer_path(id, seq);
        files::create_team_directory(path.parent().unwrap_or(&self.casebook.directory))?;
        // One of that number is in no event: a command was killed before it recorded it.
        files::replace(&path, Readers::Team, sealed.as_bytes())?;
        Ok(FileEntry { size: sealed.as_bytes().len() as u64, sha256: sealed.digest() })
    }
}

/// A letter, or an update that only says where the report stands.
fn answer(
    report: &Report,
    (r#box, id, seq): (BoxId, ReportId, u32),
    after: &ReportOutcome,
    (letter, turn_to): (Option<NewLetter>, &[WhoElse]),
    on: Date,
) -> Answer {
    Answer {
        format: Format::Answer,
        r#box,
        report: id,
        seq,
        kind: letter.as_ref().map_or(AnswerKind::Update, |new| new.letter.kind()),
        on,
        after: report.last_message_of_box(),
        // Any other update would end that the report is set aside.
        state: if turn_to.is_empty() { after.state } else { ReportState::Closed },
        areas: after.assessment.areas.clone().unwrap_or_default(),
        turn_to: turn_to.to_vec(),
        supplementary: letter.as_ref().is_some_and(|new| new.letter == Letter::Supplementary),
        text: letter.map(|new| new.text),
        salt: Salt::random(&mut os_random()),
    }
}
