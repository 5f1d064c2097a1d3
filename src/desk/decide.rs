//! Recording a decision, and sealing what it tells the person.

use data_encoding::BASE64;

use super::{
    DeskError, Editor,
    event::{Decided, SealedAnswer, What},
    state::Report,
};
use crate::{
    crypto::{ReplyRecipient, SealError, seal_answer},
    domain::{
        Answer, AnswerKind, Area, BoxId, Date, Format, ReportId, ReportState, Text, Today,
        limits::{BYTES_PER_CHARACTER, MESSAGE_MAX},
    },
};

/// What a reviewer decides about a report. What is left out stays as it is.
#[derive(Default)]
pub struct NewDecision {
    /// The areas that it may be evidence for, in place of those before; none to leave them.
    pub areas: Vec<Area>,
    /// Where it stands; without it a notice or reply makes a received report `decided`, and areas make it `being-read`.
    pub state: Option<ReportState>,
    /// An information-use notice to the person.
    pub notice: Option<Text>,
    /// A reply to the person.
    pub reply: Option<Text>,
    /// For the team alone: never exported.
    pub note: Option<Text>,
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
        if self.areas.is_empty()
            && self.state.is_none()
            && self.notice.is_none()
            && self.reply.is_none()
            && self.note.is_none()
        {
            return Err(DeskError::NothingDecided);
        }
        for (name, text) in [("notice", &self.notice), ("reply", &self.reply), ("note", &self.note)] {
            let Some(text) = text else { continue };
            if text.is_empty() {
                return Err(DeskError::EmptyText(name));
            }
            if text.as_str().len() > BYTES_PER_CHARACTER * MESSAGE_MAX || text.characters() > MESSAGE_MAX {
                return Err(DeskError::LongText(name));
            }
        }
        Ok(())
    }
}

impl Editor<'_> {
    /// Records a decision. Answers are sealed here and now, once: an export that is made again holds the same bytes.
    ///
    /// # Errors
    /// As [`NewDecision::check`], and if there is no such report or the person can't be reached any more.
    pub fn decide(&mut self, id: ReportId, decision: NewDecision, today: &dyn Today) -> Result<Recorded, DeskError> {
        decision.check()?;
        let state = &self.casebook.state;
        let report = state.reports.get(&id).ok_or(DeskError::NoReport)?;
        // A report is there only after an import, and every import names the box.
        let r#box = state.r#box.ok_or(DeskError::NoReport)?;
        if report.withdrawn && (decision.notice.is_some() || decision.reply.is_some()) {
            return Err(DeskError::Withdrawn(id));
        }
        let after = Outcome::of(report, &decision);
        let answers = answers(report, (r#box, id), &after, decision.notice, decision.reply, today.today())?;
        let recorded = Recorded {
            state: after.state,
            areas: after.areas.clone().unwrap_or_else(|| report.shown_areas().to_vec()),
            answers: answers.iter().map(|sealed| (sealed.answer.seq, sealed.answer.kind)).collect(),
            withdrawn: report.withdrawn,
        };
        let decided = Decided { report: id, state: after.state, areas: after.areas, note: decision.note, answers };
        self.append(What::Decided(decided), today)?;
        Ok(recorded)
    }
}

/// Where a report stands after a decision.
struct Outcome {
    state: ReportState,
    areas: Option<Vec<Area>>,
    changed: bool,
}

impl Outcome {
    fn of(report: &Report, decision: &NewDecision) -> Self {
        let chosen: Vec<Area> = Area::ALL.iter().copied().filter(|area| decision.areas.contains(area)).collect();
        let areas = if chosen.is_empty() { report.areas.clone() } else { Some(chosen) };
        let received = report.state == ReportState::Received;
        let state = match decision.state {
            Some(state) => state,
            None if received && (decision.notice.is_some() || decision.reply.is_some()) => ReportState::Decided,
            None if received && !decision.areas.is_empty() => ReportState::BeingRead,
            None => report.state,
        };
        let changed = state != report.state || areas != report.areas;
        Self { state, areas, changed }
    }
}

/// The notice and the reply, or an update if only state or areas change. Nothing goes to a person who withdrew.
fn answers(
    report: &Report,
    (r#box, id): (BoxId, ReportId),
    after: &Outcome,
    notice: Option<Text>,
    reply: Option<Text>,
    on: Date,
) -> Result<Vec<SealedAnswer>, DeskError> {
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
            areas: after.areas.clone().unwrap_or_default(),
            text,
        };
        let sealed = BASE64.encode(seal_answer(&answer, &key)?.as_bytes());
        Ok(SealedAnswer { answer, sealed })
    };
    (report.next_answer()..).zip(kinds).map(seal).collect()
}
