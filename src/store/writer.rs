use std::{
    sync::{Arc, mpsc},
    thread,
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::StoreError;

/// Writes that may wait; past that a sender waits too.
const QUEUE: usize = 128;
/// Writes in one commit.
const BATCH: usize = 64;

/// Done inside the transaction; gives what to do when the commit's outcome is known.
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Reply + Send>;
type Reply = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

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
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (sender, jobs) = mpsc::sync_channel(QUEUE);
        let thread = thread::Builder::new()
            .name("store".into())
            .spawn(move || run(&connection, &jobs))
            .map_err(|_| StoreError::Stopped)?;
        Ok(Self { jobs: Arc::new(Inner { sender: Some(sender), thread: Some(thread) }) })
    }

    /// Queues a write. The answer comes when its commit is on the disk; one that fails is undone alone.
    pub(super) fn queue<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = connection.and_then(|connection| in_savepoint(connection, work));
            Box::new(move |committed| {
                // Whoever asked may be gone; the write stands all the same.
                let _ = reply.send(result.and_then(|done| committed.map(|()| done)));
            })
        });
        let sender = self.jobs.sender.as_ref().ok_or(StoreError::Stopped)?;
        sender.send(job).map_err(|_| StoreError::Stopped)?;
        Ok(answer)
    }
}

fn run(connection: &Connection, jobs: &mpsc::Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut replies = Vec::new();
        let committed = match connection.execute_batch("BEGIN IMMEDIATE") {
            Ok(()) => {
                replies.push(first(Ok(connection)));
                // Some errors, as a full disk, make SQLite roll the whole transaction back. A write after that would be
                // committed on its own and yet be reported as failed, so the batch ends there.
                while replies.len() < BATCH
                    && !connection.is_autocommit()
                    && let Ok(job) = jobs.try_recv()
                {
                    replies.push(job(Ok(connection)));
                }
                if connection.is_autocommit() {
                    Err(StoreError::Full)
                } else {
                    connection.execute_batch("COMMIT").map_err(StoreError::from)
                }
            }
            Err(error) => {
                let error = StoreError::from(error);
                replies.push(first(Err(error.clone())));
                Err(error)
            }
        };
        if committed.is_err() && !connection.is_autocommit() {
            // Nothing of a commit that failed may stay behind for the next one.
            let _ = connection.execute_batch("ROLLBACK");
        }
        replies.into_iter().for_each(|reply| reply(committed.clone()));
    }
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
