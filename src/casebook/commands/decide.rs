//! Recording a decision, and sealing what it tells the person.

use crate::{
    casebook::{
        AnswerRef, DeskError, Editor,
        log::event::{AnswerId, Approved, Decided, Matter, What, Written},
        state::{
            letter::{Hindrance, Letter},
            release::Release,
            report::Report,
        },
    },
    crypto::{self, ReplyRecipient, SealError, Sealed, seal_answer},
    domain::{
        Answer, AnswerKind, Area, Assessment, BoxId, Clock, ClockEntry, Date, Digest, Endorsement, FileEntry, Format,
        ReportId, ReportState, Text, Today,
        limits::{DETAIL_MAX, MESSAGE_MAX},
    },
    files::{self, Readers},
};

/// What a reviewer decides about a report. What is left out stays as it is.
#[derive(Default)]
pub struct NewDecision {
    /// What the team makes of it from now on, in place of what it made of it before.
    pub assessment: Option<Assessment>,
    /// The areas that it may be evidence for, in place of those before; none to leave them.
    pub areas: Vec<Area>,
    /// Where it stands; without it a notice or reply makes a received report `decided`, and areas make it `being-read`.
    pub state: Option<ReportState>,
    /// An information-use notice to the person.
    pub notice: Option<Text>,
    /// Whether that notice tells of a later change of use, and the first one stands.
    pub supplementary: bool,
    /// Whether a second member has to approve the notice even if the casebook does not ask for that.
    pub needs_approval: bool,
    /// A reply to the person.
    pub reply: Option<Text>,
    /// For the team alone: never exported.
    pub note: Option<Text>,
    /// The last message that was read; without it, the last there is.
    pub read: Option<u32>,
    /// If the use of what the person sent changes: the clock that a supplementary notice has to meet.
    pub change_of_use: Option<Clock>,
    /// The report's [`crate::casebook::QueueEntry::version`] that the reviewer saw: if it has changed since, nothing is recorded.
    pub seen: Option<u64>,
}

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
}

impl NewDecision {
    /// Checks what can be checked without the report.
    ///
    /// # Errors
    /// If there is nothing in it, or a text is empty or too long.
    pub fn check(&self) -> Result<(), DeskError> {
        if self.assessment.is_none()
            && self.areas.is_empty()
            && self.state.is_none()
            && self.notice.is_none()
            && self.reply.is_none()
            && self.note.is_none()
            && self.read.is_none()
            && self.change_of_use.is_none()
        {
            return Err(DeskError::NothingDecided);
        }
        for (name, text) in [("notice", &self.notice), ("reply", &self.reply), ("note", &self.note)] {
            let Some(text) = text else { continue };
            if text.is_empty() {
                return Err(DeskError::EmptyText(name));
            }
            if text.is_longer_than(MESSAGE_MAX) {
                return Err(DeskError::LongText(name));
            }
        }
        let texts = self.assessment.iter().flat_map(|assessment| [&assessment.area_reason, &assessment.action_detail]);
        if texts.flatten().any(|text| text.is_longer_than(DETAIL_MAX)) {
            return Err(DeskError::LongReason);
        }
        Ok(())
    }
}

impl Editor<'_> {
    /// Records a decision. Answers are sealed here and now, once: an export that is made again holds the same bytes.
    ///
    /// # Errors
    /// As [`NewDecision::check`], and if there is no such report, it changed meanwhile, or the person can't be reached any
    /// more.
    pub fn decide(&mut self, id: ReportId, decision: NewDecision, today: &dyn Today) -> Result<Recorded, DeskError> {
        decision.check()?;
        let state = &self.casebook.state;
        let report = state.reports.get(&id).ok_or_else(|| self.casebook.no_report(id))?;
        // A report is there only after an import, and every import names the box.
        let r#box = state.r#box.ok_or(DeskError::NoReport)?;
        if decision.seen.is_some_and(|seen| seen != report.version()) {
            return Err(DeskError::Changed(id));
        }
        let notice = if decision.supplementary { Letter::Supplementary } else { Letter::Notice };
        let letters = [(notice, decision.notice.is_some()), (Letter::Reply, decision.reply.is_some())];
        for (letter, _) in letters.into_iter().filter(|(_, written)| *written) {
            match report.hindrance(letter) {
                Some(Hindrance::Withdrawn) => return Err(DeskError::Withdrawn(id)),
                Some(Hindrance::NoFirstNotice) => return Err(DeskError::NoFirstNotice(id)),
                None => {}
            }
        }
        let needs_approval = state.second_approver || decision.needs_approval;
        let after = Outcome::of(report, &decision);
        let supplementary = decision.supplementary;
        let texts = (decision.notice, decision.reply);
        let mut answers = answers(report, (r#box, id), &after, texts, supplementary, today.today())?;
        for (written, sealed) in &mut answers {
            if written.answer.kind == AnswerKind::Notice {
                written.endorsement =
                    Some(self.endorse(endorsement(r#box, id, written.answer.seq, written.file.sha256))?);
                written.needs_approval = needs_approval;
            }
            let path = self.casebook.answer_path(id, written.answer.seq);
            files::create_private_directory(path.parent().unwrap_or(&self.casebook.directory))?;
            // One of that number is in no event: a command was killed before it recorded it.
            files::replace(&path, Readers::Owner, sealed.as_bytes())?;
        }
        let recorded = Recorded {
            state: after.state,
            areas: after.assessment.areas.clone().unwrap_or_else(|| report.chosen_areas.clone()),
            answers: answers.iter().map(|(written, _)| (written.answer.seq, written.answer.kind)).collect(),
            withdrawn: report.withdrawn,
        };
        let last = report.last_message();
        let decided = Decided {
            state: after.state,
            assessment: after.assessment,
            read: decision.read.unwrap_or(last).min(last),
            note: decision.note,
            answers: answers.into_iter().map(|(written, _)| written).collect(),
            change_of_use: decision.change_of_use.map(|clock| ClockEntry { seq: last, clock }),
        };
        let matter = Matter::Decided(Box::new(decided));
        let about = self.about(id, &matter)?;
        self.append(What::Decided(about), vec![matter], today)?;
        Ok(recorded)
    }

    /// Approves a notice that waits for a second member.
    ///
    /// # Errors
    /// If there is no such answer, it does not wait for anybody, or whoever wrote it wants to approve it too.
    pub fn approve(&mut self, answer: AnswerRef, today: &dyn Today) -> Result<(), DeskError> {
        let state = &self.casebook.state;
        let report = state.reports.get(&answer.report).ok_or_else(|| self.casebook.no_report(answer.report))?;
        let r#box = state.r#box.ok_or(DeskError::NoReport)?;
        let stored = report.answers.iter().find(|stored| stored.seq == answer.seq).ok_or(DeskError::NoAnswer)?;
        if report.release(stored) != Release::Held {
            return Err(DeskError::NotWaiting);
        }
        if stored.by == self.me {
            return Err(DeskError::OwnNotice);
        }
        let endorsement = self.endorse(endorsement(r#box, answer.report, answer.seq, stored.file.sha256))?;
        let answer = AnswerId { report: answer.report, seq: answer.seq };
        self.append(What::Approved(Approved { answer, endorsement }), Vec::new(), today)?;
        Ok(())
    }

    fn endorse(&self, endorsement: Endorsement) -> Result<String, DeskError> {
        Ok(crypto::sign(&endorsement, self.key)?.1)
    }
}

/// What whoever writes or approves an answer signs.
const fn endorsement(r#box: BoxId, report: ReportId, seq: u32, sha256: Digest) -> Endorsement {
    Endorsement { format: Format::Endorsement, r#box, report, seq, sha256 }
}

/// Where a report stands after a decision.
struct Outcome {
    state: ReportState,
    assessment: Assessment,
    /// Whether the person is to be told that state or areas changed.
    changed: bool,
}

impl Outcome {
    fn of(report: &Report, decision: &NewDecision) -> Self {
        let mut assessment = decision.assessment.clone().unwrap_or_else(|| report.assessment.clone());
        if !decision.areas.is_empty() {
            assessment.areas = Some(Area::ALL.iter().copied().filter(|area| decision.areas.contains(area)).collect());
        }
        let received = report.state == ReportState::Received;
        let areas_changed = assessment.areas != report.assessment.areas;
        let state = match decision.state {
            Some(state) => state,
            None if received && (decision.notice.is_some() || decision.reply.is_some()) => ReportState::Decided,
            None if received && areas_changed => ReportState::BeingRead,
            None => report.state,
        };
        let changed = state != report.state || areas_changed || report.untold;
        Self { state, assessment, changed }
    }
}

/// The notice and the reply, or an update if only state or areas change. Nothing goes to a person who withdrew.
fn answers(
    report: &Report,
    (r#box, id): (BoxId, ReportId),
    after: &Outcome,
    (notice, reply): (Option<Text>, Option<Text>),
    supplementary: bool,
    on: Date,
) -> Result<Vec<(Written, Sealed)>, DeskError> {
    let mut kinds: Vec<(AnswerKind, Option<Text>)> = Vec::new();
    kinds.extend(notice.map(|text| (AnswerKind::Notice, Some(text))));
    kinds.extend(reply.map(|text| (AnswerKind::Reply, Some(text))));
    if kinds.is_empty() && after.changed && !report.withdrawn {
        kinds.push((AnswerKind::Update, None));
    }
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let key = report.reply_to.as_deref().ok_or(DeskError::NoReplyKey(id))?;
    let key = ReplyRecipient::parse(key).map_err(|_| SealError::Recipients)?;
    let seal = |(seq, (kind, text)): (u32, (AnswerKind, Option<Text>))| {
        let answer = Answer {
            format: Format::Answer,
            r#box,
            report: id,
            seq,
            kind,
            on,
            after: report.last_message(),
            state: after.state,
            areas: after.assessment.areas.clone().unwrap_or_default(),
            supplementary: supplementary && kind == AnswerKind::Notice,
            text,
        };
        let sealed = seal_answer(&answer, &key)?;
        let file = FileEntry { size: sealed.as_bytes().len() as u64, sha256: sealed.digest() };
        Ok((Written { answer, file, endorsement: None, needs_approval: false }, sealed))
    };
    (report.next_answer()..).zip(kinds).map(seal).collect()
}
