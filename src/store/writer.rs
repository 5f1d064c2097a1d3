use std::{
    sync::{Arc, PoisonError, RwLock, mpsc},
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, OptionalExtension};
use tokio::sync::oneshot;

use super::{
    AddMessage, StoreError,
    fold::{fold_message, folded_generation, set_folded_generation},
    intake::{IntakeFile, Latest, Pending, PendingMessage, StateNumbers, later_generation, refuse_without},
    schema::BUSY,
    slot_records::any_taken,
    standing::StoreFiles,
    vault::{Shelf, Vault},
};
use crate::domain::MessageKind;

/// Writes that may wait; past that a sender waits too.
const QUEUE: usize = 128;
/// Writes in one commit.
const BATCH: usize = 64;
/// How long those who send wait for another program when the intake is full.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a box that serves waits for another program before it does what it is about at another time.
const SERVING_PATIENCE: Duration = Duration::from_millis(500);
/// How long a fold that can't be done lets others through.
const PAUSE: Duration = Duration::from_millis(20);

/// Done inside a transaction of the database; gives what to do when the commit's outcome is known.
type DatabaseJob = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Reply + Send>;
type Reply = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// What only the connection that writes can do, outside any transaction.
type Upkeep = Box<dyn FnOnce(&mut Engine) + Send>;

enum Job {
    DatabaseJob(DatabaseJob),
    Message(Box<MessageJob>),
    Upkeep(Upkeep),
}

/// A message on its way into the intake.
pub(super) struct MessageJob {
    pub(super) message: PendingMessage,
    /// As it was when the first of its files was begun: see [`Vault::lost`].
    pub(super) lost: u64,
    pub(super) reply: oneshot::Sender<Result<AddMessage, NotAdded>>,
}

/// A message could not be put on the disk.
pub(super) struct NotAdded {
    pub(super) error: StoreError,
    /// Whether it may yet be found there when the box starts anew.
    pub(super) may_be_there: bool,
}

impl From<StoreError> for NotAdded {
    fn from(error: StoreError) -> Self {
        Self { error, may_be_there: false }
    }
}

/// The one thread that writes. Stops when the last clone is dropped, after what is queued.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: Arc<Inner>,
}

struct Inner {
    sender: Option<mpsc::SyncSender<Job>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            // Waits for the last commit and for the database to be closed; a panic there was reported already.
            let _ = thread.join();
        }
    }
}

impl Writer {
    pub(super) fn start(mut engine: Engine) -> Result<Self, StoreError> {
        let (sender, jobs) = mpsc::sync_channel(QUEUE);
        let thread = thread::Builder::new()
            .name("store".into())
            .spawn(move || engine.run(&jobs))
            .map_err(|_| StoreError::Stopped)?;
        Ok(Self { jobs: Arc::new(Inner { sender: Some(sender), thread: Some(thread) }) })
    }

    /// Whether the thread is there that writes.
    pub(super) fn is_running(&self) -> bool {
        self.jobs.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Queues a change of the database. The answer comes when its commit is on the disk; one that fails is undone alone.
    pub(super) fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue(Job::DatabaseJob(Box::new(move |connection| {
            let result = connection.and_then(|connection| in_savepoint(connection, work));
            Box::new(move |committed| {
                // Whoever asked may be gone; the write stands all the same.
                let _ = reply.send(result.and_then(|done| committed.map(|()| done)));
            })
        })))?;
        Ok(answer)
    }

    /// Queues a message. The answer comes when it is on the disk.
    pub(super) fn message(&self, job: MessageJob) -> Result<(), StoreError> {
        self.queue(Job::Message(Box::new(job)))
    }

    /// Queues what is done between two commits.
    pub(super) fn upkeep<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Engine) -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<T>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue(Job::Upkeep(Box::new(move |engine| {
            let _ = reply.send(work(engine));
        })))?;
        Ok(answer)
    }

    fn queue(&self, job: Job) -> Result<(), StoreError> {
        let sender = self.jobs.sender.as_ref().ok_or(StoreError::Stopped)?;
        sender.send(job).map_err(|_| StoreError::Stopped)
    }
}

/// What writes: the database's connection, and the intake.
pub(super) struct Engine {
    pub(super) connection: Connection,
    pub(super) vault: Arc<Vault>,
    intake: Arc<IntakeFile>,
    /// Shared with whoever reads.
    pending: Arc<RwLock<Arc<Pending>>>,
    generation: u64,
    /// The generation of the last state that was folded.
    base: u64,
    half: usize,
    /// Bytes of a half that may not be zero behind its state.
    longest: usize,
    /// How long it waits for another program that writes to the database.
    patience: Duration,
    /// How often the database had been changed when it was tidied last.
    pub(super) tidied: Option<(u64, u64)>,
    /// After the connection: see [`StoreFiles`].
    files: Arc<StoreFiles>,
}

impl Engine {
    pub(super) fn new(
        connection: Connection,
        vault: Arc<Vault>,
        intake: Arc<IntakeFile>,
        pending: Arc<RwLock<Arc<Pending>>>,
        files: Arc<StoreFiles>,
    ) -> Result<Self, StoreError> {
        let mut engine = Self {
            connection,
            vault,
            intake,
            pending,
            generation: 0,
            base: 0,
            half: 0,
            longest: IntakeFile::ROOM,
            patience: BUSY,
            tidied: None,
            files,
        };
        let intake = Arc::clone(&engine.intake);
        let _locked = intake.lock()?;
        engine.refresh()?;
        Ok(engine)
    }

    fn run(&mut self, jobs: &mpsc::Receiver<Job>) {
        let mut next = jobs.recv().ok();
        while let Some(job) = next.take() {
            match job {
                Job::Upkeep(work) => work(self),
                Job::DatabaseJob(first) => next = self.change(first, jobs),
                Job::Message(first) => {
                    let mut batch = vec![*first];
                    while batch.len() < BATCH {
                        match jobs.try_recv() {
                            Ok(Job::Message(job)) => batch.push(*job),
                            Ok(other) => {
                                next = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    self.commit(batch);
                }
            }
            if next.is_none() {
                next = jobs.recv().ok();
            }
        }
    }

    /// Changes the database, with as many changes in one commit as there are. Gives the job that came after them.
    fn change(&mut self, first: DatabaseJob, jobs: &mpsc::Receiver<Job>) -> Option<Job> {
        let (mut replies, mut next) = (Vec::new(), None);
        // Whoever changes a report has to see every message to it.
        let began = self.fold().and_then(|()| Ok(self.connection.execute_batch("BEGIN IMMEDIATE")?));
        let connection = &self.connection;
        let committed = match began {
            Ok(()) => {
                replies.push(first(Ok(connection)));
                // Some errors, as a full disk, make SQLite roll the whole transaction back. A write after that would be
                // committed on its own and yet be reported as failed, so the batch ends there.
                while replies.len() < BATCH && !connection.is_autocommit() {
                    match jobs.try_recv() {
                        Ok(Job::DatabaseJob(change)) => replies.push(change(Ok(connection))),
                        other => {
                            next = other.ok();
                            break;
                        }
                    }
                }
                if connection.is_autocommit() {
                    Err(StoreError::Full)
                } else {
                    connection.execute_batch("COMMIT").map_err(StoreError::from)
                }
            }
            Err(error) => {
                first(Err(error.clone()))(Err(error));
                return None;
            }
        };
        if committed.is_err() {
            undo(connection);
            let _ = connection.busy_timeout(self.patience);
        }
        replies.into_iter().for_each(|reply| reply(committed.clone()));
        next
    }

    /// Puts messages into the intake: all that can be added, in one commit.
    fn commit(&mut self, jobs: Vec<MessageJob>) {
        let intake = Arc::clone(&self.intake);
        let locked = intake.lock().map_err(StoreError::from).and_then(|locked| {
            // What goes into files that nobody will find is not kept, though it can be written.
            self.files.refuse_changed()?;
            self.refresh()?;
            Ok(locked)
        });
        let locked = match locked {
            Ok(locked) => locked,
            Err(error) => {
                jobs.into_iter().for_each(|job| drop(job.reply.send(Err(error.clone().into()))));
                return;
            }
        };
        let mut pending = Pending::clone(&self.pending());
        let (mut added, mut others, mut has_short, mut no_room) = (Vec::new(), Vec::new(), false, None);
        for MessageJob { message, lost, reply } in jobs {
            match self.admit(&mut pending, &message, &mut no_room) {
                Ok(AddMessage::Added) => {
                    has_short |= message.places().any(|placed| placed.shelf == Shelf::Short);
                    added.push((lost, reply));
                }
                Ok(outcome) => others.push((outcome, reply)),
                Err(error) => drop(reply.send(Err(error.into()))),
            }
        }
        if added.is_empty() {
            others.into_iter().for_each(|(outcome, reply)| drop(reply.send(Ok(outcome))));
            return;
        }
        // Long files are on the disk already, so that nobody else waits for them.
        let written = if has_short { self.vault.sync(Shelf::Short) } else { Ok(()) };
        // Parts that were written before a failure may be lost, whatever is said of those after it.
        let lost = self.vault.lost();
        let outcome = match written {
            Ok(()) if added.iter().any(|(begun, _)| *begun != lost) => {
                Err(StoreError::Disk("a write failed".into()).into())
            }
            Ok(()) => self.write(pending).map_err(|error| NotAdded { error, may_be_there: true }),
            Err(error) => Err(error.into()),
        };
        let added = added.into_iter().map(|(_, reply)| (AddMessage::Added, reply));
        // What was sent before may be what came in this very commit: that is so only once it is on the disk.
        for (told, reply) in added.chain(others) {
            let _ = reply.send(match &outcome {
                Ok(()) => Ok(told),
                Err(NotAdded { error, may_be_there }) => {
                    Err(NotAdded { error: error.clone(), may_be_there: *may_be_there })
                }
            });
        }
        if outcome.is_ok() {
            self.mirror();
        }
        drop(locked);
    }

    /// What becomes of a message, given all that is known; adds it if it can be.
    fn admit(
        &mut self,
        pending: &mut Pending,
        message: &PendingMessage,
        no_room: &mut Option<StoreError>,
    ) -> Result<AddMessage, StoreError> {
        let outcome = self.judge(pending, message)?;
        if outcome != AddMessage::Added {
            return Ok(outcome);
        }
        for placed in message.places() {
            if any_taken(&self.connection, placed.shelf, placed.numbers())? {
                // Another box on the same data took them: a receipt for it would be a lie.
                return Err(StoreError::Stopped);
            }
        }
        if pending.add(message.clone())? {
            return Ok(AddMessage::Added);
        }
        // What is admitted so far is not on the disk yet, and must not be folded before it is.
        let admitted: Vec<PendingMessage> = {
            let before = self.pending();
            pending.all().filter(|new| before.of(new.report).all(|old| old.seq != new.seq)).cloned().collect()
        };
        // Whoever comes after one for whom no room could be made does not wait for it once more.
        let folded = no_room.take().map_or_else(|| self.waiting(PATIENCE, Self::fold_locked), Err);
        folded.inspect_err(|error| *no_room = Some(error.clone()))?;
        *pending = Pending::default();
        for message in admitted {
            pending.add(message)?;
        }
        if pending.add(message.clone())? { Ok(AddMessage::Added) } else { Err(StoreError::Busy) }
    }

    fn judge(&self, pending: &Pending, message: &PendingMessage) -> Result<AddMessage, StoreError> {
        let PendingMessage { report, seq, send_id, .. } = *message;
        if let Some(begins) = &message.begins {
            let sql = "SELECT 1 FROM report WHERE locator = ?1";
            let mut there = self.connection.prepare_cached(sql)?;
            let is_there = there.query_row([begins.locator()], |_| Ok(())).optional()?.is_some()
                || pending.at(begins.locator()).is_some();
            return Ok(if is_there { AddMessage::SentBefore } else { AddMessage::Added });
        }
        let sent: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT report FROM message WHERE send_id = ?1")?
            .query_row([send_id.0], |row| row.get(0))
            .optional()?;
        let sent = sent.or_else(|| pending.sent(send_id).map(|report| report.0.to_vec()));
        if let Some(sent) = sent {
            return Ok(if sent == report.0 { AddMessage::SentBefore } else { AddMessage::Gone });
        }
        let is_open: Option<bool> = self
            .connection
            .prepare_cached("SELECT withdrawn_on IS NULL FROM report WHERE id = ?1")?
            .query_row([report.0], |row| row.get(0))
            .optional()?;
        let is_pending = pending.of(report).any(|other| other.begins.is_some());
        let is_withdrawn = pending.of(report).any(|other| other.kind == MessageKind::Withdrawal);
        if is_withdrawn || is_open == Some(false) || (is_open.is_none() && !is_pending) {
            return Ok(AddMessage::Gone);
        }
        let last: Option<u32> = self
            .connection
            .prepare_cached("SELECT max(seq) FROM message WHERE report = ?1")?
            .query_row([report.0], |row| row.get(0))?;
        let last = pending.of(report).map(|other| other.seq).chain(last).max().unwrap_or_default();
        Ok(if seq == last + 1 { AddMessage::Added } else { AddMessage::NumberTaken })
    }

    /// Makes a state the one that counts.
    fn write(&mut self, pending: Pending) -> Result<(), StoreError> {
        let body = pending.write();
        // Later even if it fails: a half that may be on the disk or not is not taken for this one.
        self.generation = later_generation(self.generation);
        let half = 1 - self.half;
        self.longest = self.longest.max(body.len());
        self.intake.write(half, self.numbers(), &body, self.longest)?;
        self.intake.sync()?;
        self.half = half;
        self.set_pending(pending);
        Ok(())
    }

    /// Makes the other half the same: the older state would tell what came last. Under the lock.
    fn mirror(&self) {
        let body = self.pending().write();
        let written = self.intake.write(1 - self.half, self.numbers(), &body, self.longest);
        // If it can't be done now, the next commit writes over it.
        let _ = written.and_then(|()| self.intake.sync());
    }

    /// Learns what another program did to the intake. Under the lock.
    fn refresh(&mut self) -> Result<(), StoreError> {
        if self.generation > 0 && self.intake.is_own()? {
            return Ok(());
        }
        let Latest { generation, half, base, body } = self.intake.latest()?;
        // What was folded and not cleared away, because the program was killed in between, is not to be folded again: what
        // became of it since would come back.
        let folded = folded_generation(&self.connection)?;
        refuse_without(base, folded)?;
        let is_folded = generation <= folded;
        let pending = if is_folded { Pending::default() } else { Pending::read(&body)? };
        // Past all that was folded, or what comes now would pass for that.
        (self.generation, self.half) = (generation.max(self.generation).max(folded), half);
        self.base = folded;
        self.set_pending(pending);
        Ok(())
    }

    /// Puts what the intake holds into the database. While another program writes there, whoever sends is let through
    /// in between.
    pub(super) fn fold(&mut self) -> Result<(), StoreError> {
        let begun = Instant::now();
        loop {
            match self.without_waiting(Self::fold_now) {
                Err(StoreError::Busy) if begun.elapsed() < self.patience => thread::sleep(PAUSE),
                outcome => return outcome,
            }
        }
    }

    /// The same, as long as the database's own patience lasts.
    pub(super) fn fold_now(&mut self) -> Result<(), StoreError> {
        let intake = Arc::clone(&self.intake);
        let _locked = intake.lock()?;
        self.refresh()?;
        self.fold_locked()
    }

    fn fold_locked(&mut self) -> Result<(), StoreError> {
        if self.pending().is_empty() {
            return Ok(());
        }
        let messages: Vec<PendingMessage> = self.pending().all().cloned().collect();
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let folded = messages
            .iter()
            .try_for_each(|message| fold_message(&self.connection, message))
            .and_then(|()| set_folded_generation(&self.connection, self.generation))
            .and_then(|()| Ok(self.connection.execute_batch("COMMIT")?));
        if folded.is_err() {
            undo(&self.connection);
            self.connection.busy_timeout(self.patience)?;
        }
        folded?;
        self.set_pending(Pending::default());
        self.base = self.generation;
        self.generation = later_generation(self.generation);
        // If this fails, the next state takes their place.
        self.intake.clear(self.half, self.numbers())?;
        self.longest = 0;
        Ok(())
    }

    /// Makes what another program left in the intake this one's, where it can't be folded.
    pub(super) fn adopt(&mut self) -> Result<(), StoreError> {
        let intake = Arc::clone(&self.intake);
        let _locked = intake.lock()?;
        self.refresh()?;
        // Those who send wait behind it.
        self.patience = SERVING_PATIENCE;
        self.connection.busy_timeout(self.patience)?;
        if !self.intake.is_own()? {
            let pending = Pending::clone(&self.pending());
            self.write(pending)?;
            self.mirror();
        }
        Ok(())
    }

    /// Writes to the intake without changing it, whoever wrote it: what a message needs to reach the disk.
    pub(super) fn write_again(&mut self) -> Result<(), StoreError> {
        let intake = Arc::clone(&self.intake);
        let _locked = intake.lock()?;
        self.intake.mirror_latest()
    }

    /// Does something that waits for no other program.
    pub(super) fn without_waiting<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.waiting(Duration::ZERO, work)
    }

    fn waiting<T>(
        &mut self,
        patience: Duration,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.connection.busy_timeout(patience)?;
        let outcome = work(self);
        self.connection.busy_timeout(self.patience)?;
        outcome
    }

    const fn numbers(&self) -> StateNumbers {
        StateNumbers { generation: self.generation, base: self.base }
    }

    pub(super) fn pending(&self) -> Arc<Pending> {
        Arc::clone(&self.pending.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set_pending(&self, pending: Pending) {
        *self.pending.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pending);
    }
}

/// Nothing of a commit that failed may stay behind: not for the next one, and not in the log, where whoever opens the
/// database next would take it for one that did not.
fn undo(connection: &Connection) {
    if !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    // Without waiting for whoever reads; the next write goes over it all the same.
    let _ = connection.busy_timeout(Duration::ZERO);
    let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
}

fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.execute_batch("SAVEPOINT job")?;
    let result = work(connection);
    if !connection.is_autocommit() {
        connection.execute_batch(if result.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
    }
    result
}
