//! Entering a concern that came another way than through the box: it becomes a report as an import would make it, and, where
//! that is wanted, gets a receipt code that is shown once.

use std::sync::Arc;

use crate::{
    casebook::{
        CasebookError, Editor, EnterError,
        carry::staging::Staging,
        log::{
            entered::{EnteredCode, ToldPerson},
            event::{Entered, HowEntered, Matter, MessageNews, NewKey, SealedMatter, What},
            keyring::first,
        },
        state::outline::Access,
    },
    crypto::{Code, KdfParams, entered_report, os_random, seal_message},
    domain::{
        BoxId, Calendar, ClockKind, Concern, Date, Digest, EnteredProblem, FileEntry, Manifest, Message,
        MessageContent, MessageSummary, ReportId, Route, Salt, Text, Today, WayIn, WhoseWords, YesNo, entered_clocks,
        entered_problem,
        limits::{DETAIL_MAX, SHORT_MAX},
    },
    files,
    unseal::GovernanceIdentity,
};

/// Its number within its report.
const CONCERN: u32 = 1;

/// A concern that came another way than through the box.
pub struct NewEntered {
    /// In which way.
    pub way: WayIn,
    /// The day on which it came.
    pub received_on: Date,
    /// The day on which the person was told that it is here, if they were.
    pub acknowledged_on: Option<Date>,
    /// Who took it.
    pub taken_by: Text,
    /// Whose words it is in.
    pub words: WhoseWords,
    /// Whether the team knows who the person is.
    pub known: YesNo,
    /// How the person is answered.
    pub answer_by: Option<Text>,
    /// Why they turned to the team.
    pub route: Route,
    /// What they said.
    pub concern: Concern,
    /// Whether a receipt code is made for it.
    pub with_code: bool,
}

/// A report that was entered.
pub struct EnteredReport {
    /// Its name.
    pub id: ReportId,
    /// The receipt code, if one was asked for. It is kept nowhere: whoever shows it shows it once.
    pub code: Option<Code>,
}

/// What is kept of where answers go.
struct ReplyPath {
    code: Option<(Code, EnteredCode)>,
    reply_to: String,
}

impl NewEntered {
    fn check(&self, today: Date) -> Result<(), EnterError> {
        let too_long = |text: &Text| text.is_longer_than(DETAIL_MAX);
        if self.way == WayIn::Box {
            return Err(EnterError::Way);
        }
        if self.taken_by.is_empty()
            || self.taken_by.is_longer_than(SHORT_MAX)
            || self.answer_by.as_ref().is_some_and(too_long)
        {
            return Err(EnterError::Text);
        }
        match self.acknowledged_on {
            Some(day) if day < self.received_on || day > today => Err(EnterError::Acknowledged),
            None if self.with_code => Err(EnterError::NotAcknowledged),
            _ => Ok(()),
        }
    }
}

impl Editor<'_> {
    /// Enters a concern, with the promises of its route from the day on which it came.
    ///
    /// # Errors
    /// If no collection told yet which box it belongs to, a day can't be, or the bank holidays on the way are not known.
    pub fn enter(
        &mut self,
        new: NewEntered,
        calendar: &Calendar,
        today: &dyn Today,
    ) -> Result<EnteredReport, CasebookError> {
        let r#box = self.casebook.state.r#box.ok_or(EnterError::NoBox)?;
        let on = today.today();
        let NewEntered { way, received_on, acknowledged_on, route, .. } = new;
        // A day that can't be is said as such, and not as one whose bank holidays are unknown.
        if entered_problem(route, received_on, &[], on) == Some(EnteredProblem::Day) {
            return Err(EnterError::Day.into());
        }
        new.check(on)?;
        let mut clocks = entered_clocks(route, received_on, acknowledged_on, calendar)?;
        // What the route does not promise, nobody keeps a day of.
        clocks
            .iter_mut()
            .filter(|clock| clock.kind != ClockKind::Acknowledgement)
            .for_each(|clock| clock.met_on = None);
        let keys = Arc::new(GovernanceIdentity::generate());
        let key = NewKey { generation: 1, recipient: first(&keys) };
        let id = entered_report(self.casebook.id(), &key.recipient);
        let ReplyPath { code, reply_to } = reply_path(r#box, new.with_code)?;
        let message = Message {
            r#box,
            report: id,
            seq: CONCERN,
            route,
            on: received_on,
            content: MessageContent::Concern(new.concern),
            reply_to,
            salt: Salt::random(&mut os_random()),
            attachments: Vec::new(),
        };
        let to = self.casebook.recipient(&key.recipient)?;
        let (sealed, commitments) = seal_message(&message, &to)?;
        let file = FileEntry { size: sealed.as_bytes().len() as u64, sha256: sealed.digest() };
        let readers = self.readers(&Access::default())?;
        let mut staging = Staging::create(self.casebook.import_path(self.casebook.state.imports + 1))?;
        staging.write(&Manifest::path(id, CONCERN, 0), sealed.as_bytes())?;
        self.casebook.keys.save(id, key.generation, &keys, &readers, false)?;
        files::sync_all_below(&self.casebook.directory)?;
        staging.commit()?;
        let how = HowEntered {
            taken_by: new.taken_by,
            words: new.words,
            known: new.known,
            answer_by: new.answer_by.filter(|text| !text.is_empty()),
            message: MessageNews {
                seq: CONCERN,
                kept: vec![file],
                summary: MessageSummary::of(&message),
                salt: message.salt,
            },
        };
        let (code, kept) = code.unzip();
        let entered = Entered {
            report: id,
            way,
            route,
            received_on,
            reply_to: message.reply_to,
            clocks,
            files: vec![file],
            commitment: commitments.message,
            summary: commitments.summary,
            code: kept,
            key,
            about: SealedMatter::about(id),
        };
        let matters = vec![(to, Matter::Entered(Box::new(how)))];
        if let Err(error) = self.append_about(What::Entered(Box::new(entered)), matters, today) {
            // No event names its key; what lies where the next import goes gives way to that.
            self.casebook.keys.forget(id, 1)?;
            return Err(error);
        }
        Ok(EnteredReport { id, code })
    }

    /// Records that a person who has no receipt code was told something, on a day and in a way: an answer, by its number, or
    /// that their concern is here. It keeps what was promised, as its delivery would at the box.
    ///
    /// # Errors
    /// If there is no such report or answer, the person has a receipt code, they were told already, or the answer waits for a
    /// second member.
    pub fn told_person(
        &mut self,
        id: ReportId,
        answer: Option<u32>,
        (on, way): (Date, WayIn),
        today: &dyn Today,
    ) -> Result<(), CasebookError> {
        if !self.casebook.state.reports.contains_key(&id) {
            return Err(self.casebook.no_report(id));
        }
        let told = Matter::ToldPerson(ToldPerson { answer, on, way });
        self.append_on(id, What::ToldPerson(SealedMatter::about(id)), told, today).map(drop)
    }
}

/// Where answers go: to a receipt code, or, if there is none, to a key that nobody has. Then they are only ever given by hand, and
/// are sealed all the same, so that an answer is one thing whoever gets it.
fn reply_path(r#box: BoxId, with_code: bool) -> Result<ReplyPath, EnterError> {
    if !with_code {
        return Ok(ReplyPath { code: None, reply_to: first(&GovernanceIdentity::generate()) });
    }
    let costs = KdfParams::RECOMMENDED;
    let code = Code::issue(&mut os_random());
    let receipt = code.derive(r#box, costs).map_err(|error| EnterError::Code(error.to_string()))?;
    let kept = EnteredCode { locator: Digest(*receipt.locator.as_bytes()), kdf: costs.to_string() };
    Ok(ReplyPath { code: Some((code, kept)), reply_to: receipt.reply.recipient().to_string() })
}
