//! A box served inside the test: real sockets, a day that the test sets, cheap hashing.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use axum::Router;
use candour::{
    crypto::KdfParams,
    domain::{Date, Message, ReportEntry, ReportId, Today},
    http::{Listener, server},
    store::{CopyError, Store, StoreError},
    unseal::GovernanceIdentity,
    web::{App, AppOptions, Config, FreeSpace, Stopwatch, router},
};
use tokio::{net::TcpListener, sync::oneshot};

use super::world::{DAY, EmptyBox, KDF};

/// A box that is running.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) store: Store,
    pub(crate) identity: Arc<GovernanceIdentity>,
    pub(crate) day: Day,
    pub(crate) disk: Disk,
    pub(crate) stopwatch: Ahead,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _box: EmptyBox,
}

/// The day as the test sets it.
#[derive(Clone)]
pub(crate) struct Day(Arc<Mutex<Date>>);

impl Day {
    pub(crate) fn set(&self, date: Date) {
        *self.0.lock().expect("no test panics with it") = date;
    }
}

impl Today for Day {
    fn today(&self) -> Date {
        *self.0.lock().expect("no test panics with it")
    }
}

/// A stopwatch that goes, and that the test puts forward.
#[derive(Clone)]
pub(crate) struct Ahead(Arc<AtomicU64>);

impl Ahead {
    pub(crate) fn put_forward(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Stopwatch for Ahead {
    fn now(&self) -> Instant {
        Instant::now() + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// A disk as full as the test says: how full this machine's is decides no test.
#[derive(Clone)]
pub(crate) struct Disk(Arc<AtomicU64>);

impl Disk {
    pub(crate) fn set_free(&self, bytes: u64) {
        self.0.store(bytes, Ordering::SeqCst);
    }
}

impl FreeSpace for Disk {
    fn free_bytes(&self) -> Result<u64, StoreError> {
        Ok(self.0.load(Ordering::SeqCst))
    }
}

impl Served {
    /// With the configuration given and an empty disk.
    pub(crate) fn new(config: &str) -> Self {
        Self::with(Config::parse(config).expect("a configuration"))
    }

    /// The same with a configuration that was put together.
    pub(crate) fn with(config: Config) -> Self {
        Self::with_pages(config).0
    }

    /// The same, and its pages without a socket.
    pub(crate) fn with_pages(config: Config) -> (Self, Router) {
        Self::hashing_at(KDF, config)
    }

    /// The same with hashing at these costs.
    pub(crate) fn hashing_at(kdf: KdfParams, config: Config) -> (Self, Router) {
        let r#box = EmptyBox::hashing_at(kdf);
        let day = Day(Arc::new(Mutex::new(DAY)));
        let disk = Disk(Arc::new(AtomicU64::new(u64::MAX)));
        let options = r#box.options(config, Arc::new(day.clone()));
        let stopwatch = Ahead(Arc::new(AtomicU64::new(0)));
        let pages = router(App::new(AppOptions {
            free_space: Arc::new(disk.clone()),
            stopwatch: Arc::new(stopwatch.clone()),
            ..options
        }));
        let served = pages.clone();
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                tell.send(listener.local_addr().expect("an address")).expect("the test waits");
                server::serve(vec![Listener::Tcp(listener)], served, stopped).await.expect("it serves");
            });
        });
        let address = told.recv().expect("it listens");
        let served = Self {
            address,
            store: r#box.store.clone(),
            identity: Arc::clone(&r#box.identity),
            day,
            disk,
            stopwatch,
            stop: Some(stop),
            thread: Some(thread),
            _box: r#box,
        };
        (served, pages)
    }

    /// Every report that the box has, and its messages opened.
    pub(crate) fn opened(&self) -> Vec<(ReportId, Vec<Message>)> {
        let reports = self.store.snapshot(|snapshot| {
            let plan = snapshot.plan(false)?;
            snapshot.reports(&plan.parts.concat(), false, &mut vec![])
        });
        let reports: Result<Vec<ReportEntry>, StoreError> = reports;
        reports
            .expect("it can be read")
            .into_iter()
            .map(|report| {
                // A box has no files of what was withdrawn.
                let held = report.messages.iter().filter(|message| !message.files.is_empty());
                let messages = held.map(|message| {
                    let sealed = self.copy(report.id, message.seq, 0);
                    self.identity.open_message(sealed.as_slice()).unwrap_or_else(|e| panic!("{e}")).0
                });
                (report.id, messages.collect())
            })
            .collect()
    }

    /// A sealed file of a message, by its place: 0 is the text.
    pub(crate) fn copy(&self, report: ReportId, seq: u32, place: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let copied = self.store.snapshot::<_, CopyError>(|snapshot| snapshot.copy_file(report, seq, place, &mut out));
        copied.expect("it is there");
        out
    }

    /// Waits until nothing is arriving any more. Gives up after ten seconds.
    pub(crate) fn wait_until_nothing_arrives(&self) {
        let until = Instant::now() + Duration::from_secs(10);
        while self.store.arriving_bytes() != 0 {
            assert!(Instant::now() < until, "a file that belongs to nothing keeps its room");
            std::thread::yield_now();
        }
    }

    /// Stops it as a signal would, and waits for the end.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("it ends without a panic");
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stop();
        }
    }
}
