//! What the pages need: adding a report or a message, and reading a report by its locator.

use jiff::civil::Date;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    AddMessage, AddReport, FinishedUpload, Store, StoreError, entered,
    intake::{Begins, Pending, PendingMessage},
    read_file::read_whole,
    rows,
    vault::{Placed, Shelf, Vault},
    writer::{MessageJob, NotAdded},
};
use crate::{
    crypto::{Commitments, Locator},
    domain::{AnswerKind, Clock, ClockEntry, Digest, MessageKind, ReportId, Route, SendId, SetAside},
};

/// A report on its way in, sealed, with its first message.
pub struct NewReport {
    /// Its random name.
    pub id: ReportId,
    /// Where its receipt code leads.
    pub locator: Locator,
    /// Fixed when it was raised: questions and clocks follow from it.
    pub route: Route,
    /// The age recipient that answers are sealed to.
    pub reply_to: String,
    /// The concern.
    pub message: NewMessage,
}

/// A message on its way in, sealed.
pub struct NewMessage {
    /// 1 for a concern, then one more for each.
    pub seq: u32,
    /// Kept outside the seal: a withdrawal deletes, a follow-up starts a clock.
    pub kind: MessageKind,
    /// The day, Europe/London.
    pub on: Date,
    /// What its form carried, so that sending twice is the same as once.
    pub send_id: SendId,
    /// What the box commits to in manifests.
    pub commitments: Commitments,
    /// The clocks that it starts.
    pub clocks: Vec<Clock>,
    /// The sealed message first, then its attachments.
    pub files: Vec<FinishedUpload>,
    /// What it says, sealed to the receipt code, if the box keeps it for the person.
    pub own_copy: Option<FinishedUpload>,
}

impl NewMessage {
    /// Bytes of all that is sealed in it.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.uploads().map(FinishedUpload::size).sum()
    }

    /// Bytes of what was written, sealed, and of the person's own copy of it: of all but the files.
    #[must_use]
    pub fn text_bytes(&self) -> u64 {
        self.files.first().into_iter().chain(&self.own_copy).map(FinishedUpload::size).sum()
    }

    fn uploads(&self) -> impl Iterator<Item = &FinishedUpload> {
        self.files.iter().chain(&self.own_copy)
    }

    fn take_uploads(&mut self) -> impl Iterator<Item = FinishedUpload> {
        self.files.drain(..).chain(self.own_copy.take())
    }

    /// As the intake keeps it.
    fn pending(&self, report: ReportId, begins: Option<Begins>) -> PendingMessage {
        PendingMessage {
            report,
            begins,
            seq: self.seq,
            kind: self.kind,
            on: self.on,
            send_id: self.send_id,
            commitment: self.commitments.message,
            summary: self.commitments.summary,
            clocks: self.clocks.clone(),
            files: self.files.iter().map(|file| file.placed().clone()).collect(),
            own_copy: self.own_copy.as_ref().map(|copy| copy.placed().clone()),
        }
    }
}

/// A report as the box knows it.
#[derive(Clone, Debug)]
pub struct StoredReport {
    /// Its name.
    pub id: ReportId,
    /// Fixed when it was raised: questions and clocks follow from it.
    pub route: Route,
    /// The day it came in.
    pub received_on: Date,
    /// The day since which the team has it closed.
    pub closed_on: Option<Date>,
    /// If the team set it aside.
    pub set_aside: Option<SetAside>,
    /// The day on which the person withdrew it.
    pub withdrawn_on: Option<Date>,
    /// Every clock.
    pub clocks: Vec<ClockEntry>,
    /// Every message from the person, in order.
    pub messages: Vec<StoredMessage>,
    /// Every answer, in order, still sealed.
    pub answers: Vec<StoredAnswer>,
}

/// What the box knows of a message.
#[derive(Clone, Copy, Debug)]
pub struct StoredMessage {
    /// From 1, in the order in which the box took them.
    pub seq: u32,
    /// Kept outside the seal: a withdrawal deletes, a follow-up starts a clock.
    pub kind: MessageKind,
    /// The day it came in.
    pub on: Date,
    /// What its form carried.
    pub send_id: SendId,
    /// Whether the desk has it: decisions said so, or the person withdrew it.
    pub collected: bool,
    /// Whether it was entered at the desk, and so was never here.
    pub entered: bool,
}

/// An answer, sealed to the person.
#[derive(Clone, Debug)]
pub struct StoredAnswer {
    /// From 1, in the order in which the box took them.
    pub seq: u32,
    /// The day it was delivered to the box.
    pub delivered_on: Date,
    /// What it was listed as: what was counted as met follows from that.
    pub kind: AnswerKind,
    /// SHA-256 of its JSON, as it was listed.
    pub text: Digest,
    /// How many signers had to stand by it when it was delivered.
    pub demanded: usize,
    /// The age file; none if it is not kept any more.
    pub sealed: Option<Vec<u8>>,
}

impl Store {
    /// Adds a report with its first message, all or nothing; done when it is on the disk. Blocks.
    ///
    /// # Errors
    /// If it could not be put on the disk; then it is not read from there before the box starts anew.
    pub fn add_report(&self, report: NewReport) -> Result<AddReport, StoreError> {
        let NewReport { id, locator, route, reply_to, mut message } = report;
        let pending = message.pending(id, Some(Begins::new(locator, route, reply_to)));
        Ok(match self.add(pending, &mut message)? {
            AddMessage::Added => AddReport::Added,
            AddMessage::SentBefore | AddMessage::NumberTaken | AddMessage::Gone => AddReport::SentBefore,
        })
    }

    /// Adds a message to a report, all or nothing; done when it is on the disk. A withdrawal deletes the messages,
    /// answers and copies that the box holds. Blocks.
    ///
    /// # Errors
    /// As [`Store::add_report`].
    pub fn add_message(&self, report: ReportId, mut message: NewMessage) -> Result<AddMessage, StoreError> {
        self.try_add_message(report, &mut message)
    }

    /// The same, but files that were not added stay in `message`, to be sent again under the next number. Blocks.
    ///
    /// # Errors
    /// As [`Store::add_report`].
    pub fn try_add_message(&self, report: ReportId, message: &mut NewMessage) -> Result<AddMessage, StoreError> {
        let pending = message.pending(report, None);
        self.add(pending, message)
    }

    fn add(&self, pending: PendingMessage, message: &mut NewMessage) -> Result<AddMessage, StoreError> {
        // Of files that were begun at different times, the one that was begun first has seen the least.
        let lost = message.uploads().map(FinishedUpload::lost_count).min().unwrap_or_else(|| self.vault().lost());
        let (reply, answer) = oneshot::channel();
        self.writer().message(MessageJob { message: pending, lost, reply })?;
        match answer.blocking_recv().map_err(|_| StoreError::Stopped)? {
            Ok(AddMessage::Added) => {
                message.take_uploads().for_each(FinishedUpload::keep);
                Ok(AddMessage::Added)
            }
            Ok(outcome) => Ok(outcome),
            Err(NotAdded { error, may_be_there }) => {
                if may_be_there {
                    message.take_uploads().for_each(FinishedUpload::keep_out_of_use);
                }
                Err(error)
            }
        }
    }

    /// The report that a receipt code leads to. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn report_at(&self, locator: Locator) -> Result<Option<StoredReport>, StoreError> {
        let pending = self.pending()?;
        let found = self.read(|connection| stored_report(connection, self.vault(), locator))?;
        let begun = || pending.at(locator.as_bytes()).and_then(|report| new_report(&pending, report));
        let Some(mut report) = found.or_else(begun) else { return Ok(None) };
        pending.of(report.id).for_each(|message| report.add(message));
        Ok(Some(report))
    }
}

/// A report that is not in the database yet, without its messages.
fn new_report(pending: &Pending, id: ReportId) -> Option<StoredReport> {
    let first = pending.of(id).find_map(|message| Some((message.begins.as_ref()?.route, message.on)));
    let (route, received_on) = first?;
    Some(StoredReport {
        id,
        route,
        received_on,
        closed_on: None,
        set_aside: None,
        withdrawn_on: None,
        clocks: vec![],
        messages: vec![],
        answers: vec![],
    })
}

impl StoredReport {
    /// What a fold makes of a message: see [`super::fold`]. One that is there already changes nothing.
    fn add(&mut self, message: &PendingMessage) {
        let PendingMessage { seq, kind, on, send_id, .. } = *message;
        if self.messages.iter().any(|there| there.seq == seq) {
            return;
        }
        if kind == MessageKind::Withdrawal {
            self.clocks.clear();
            self.answers.clear();
            self.messages.iter_mut().for_each(|message| message.collected = true);
            self.withdrawn_on = Some(on);
        }
        self.messages.push(StoredMessage { seq, kind, on, send_id, collected: false, entered: false });
        self.clocks.extend(message.clocks.iter().map(|clock| ClockEntry { seq, clock: *clock }));
        self.clocks.sort_by_key(|entry| (entry.seq, entry.clock.kind.slug()));
    }
}

fn stored_report(connection: &Connection, vault: &Vault, locator: Locator) -> Result<Option<StoredReport>, StoreError> {
    let sql = "SELECT id, route, received_on, closed_on, withdrawn_on, set_aside_on, set_aside FROM report
               WHERE locator = ?1";
    rows::one(connection, sql, [locator.as_bytes()], |row| {
        let id = rows::report_id(row, "id")?;
        Ok(StoredReport {
            id,
            route: rows::route(row)?,
            received_on: rows::day_in(row, "received_on")?,
            closed_on: rows::day_if_any(row, "closed_on")?,
            set_aside: rows::set_aside(row)?,
            withdrawn_on: rows::day_if_any(row, "withdrawn_on")?,
            clocks: clocks(connection, id)?,
            messages: messages(connection, id)?,
            answers: answers(connection, vault, id)?,
        })
    })
}

/// Every clock of a report.
pub(super) fn clocks(connection: &Connection, report: ReportId) -> Result<Vec<ClockEntry>, StoreError> {
    let sql = "SELECT seq, kind, started_on, due_on, met_on FROM clock WHERE report = ?1 ORDER BY seq, kind";
    rows::all(connection, sql, [report.0], rows::clock)
}

fn messages(connection: &Connection, report: ReportId) -> Result<Vec<StoredMessage>, StoreError> {
    let sql = "SELECT seq, kind, received_on, send_id, collected FROM message WHERE report = ?1 ORDER BY seq";
    rows::all(connection, sql, [report.0], |row| {
        let send_id = rows::send_id(row, "send_id")?;
        Ok(StoredMessage {
            seq: row.get("seq")?,
            kind: rows::message_kind(row)?,
            on: rows::day_in(row, "received_on")?,
            send_id,
            collected: row.get("collected")?,
            entered: send_id == entered::send_id_of(report),
        })
    })
}

fn answers(connection: &Connection, vault: &Vault, report: ReportId) -> Result<Vec<StoredAnswer>, StoreError> {
    let sql =
        "SELECT seq, delivered_on, kind, text, demanded, size, slots, held FROM answer WHERE report = ?1 ORDER BY seq";
    rows::all(connection, sql, [report.0], |row| {
        let slots: Vec<u8> = row.get("slots")?;
        let placed = Placed::from_record(Shelf::Answers.number(), row.get("size")?, &slots)?;
        Ok(StoredAnswer {
            seq: row.get("seq")?,
            delivered_on: rows::day_in(row, "delivered_on")?,
            kind: rows::answer_kind(row)?,
            text: rows::digest(row, "text")?,
            demanded: usize::try_from(row.get::<_, u32>("demanded")?).unwrap_or(usize::MAX),
            // One that is damaged can't be opened, and keeps nobody from the others.
            sealed: if row.get("held")? { Some(read_whole(vault, &placed)?.unwrap_or_default()) } else { None },
        })
    })
}
