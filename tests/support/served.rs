//! A box served inside the test: real sockets, a day that the test sets, cheap hashing.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use axum::Router;
use candour::{
    crypto::{CodeTagger, GovernanceRecipients, KdfParams, os_random},
    domain::{BoxId, Calendar, Date, Today},
    http::server,
    store::{Settings, Store, StoreError},
    unseal::{self, GovernanceIdentity, KeyFileError, NewKeys},
    web::{App, AppOptions, Config, FreeSpace, router},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot};

/// A box that is running.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) store: Store,
    pub(crate) identity: GovernanceIdentity,
    pub(crate) day: Day,
    pub(crate) disk: Disk,
    /// The same pages without a socket.
    pub(crate) router: Router,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _directory: TempDir,
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
    /// With the configuration given and an empty disk, on Tuesday 1 December 2026.
    pub(crate) fn new(config: &str) -> Self {
        Self::with(Config::parse(config).expect("a configuration"))
    }

    /// The same with a configuration that was put together.
    pub(crate) fn with(config: Config) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let keys = NewKeys::generate(None).expect("keys");
        let recipients = GovernanceRecipients::parse(&keys.recipients).expect("recipients");
        let ask = || Err(KeyFileError::Passphrase);
        let identity = unseal::read_identity(keys.identity.as_bytes(), ask).expect("an identity");
        let settings = Settings {
            box_id: BoxId::random(&mut os_random()),
            kdf: KdfParams { memory_kib: 64, passes: 1, lanes: 1 },
            tagger: CodeTagger::generate(),
            recipients: recipients.fingerprint(),
            second_approver: false,
        };
        Store::create(directory.path(), &settings).expect("a box");
        let store = Store::open(directory.path()).expect("a store");
        let day = Day(Arc::new(Mutex::new(Date::constant(2026, 12, 1))));
        let disk = Disk(Arc::new(AtomicU64::new(u64::MAX)));
        let options = AppOptions {
            store: store.clone(),
            free_space: Arc::new(disk.clone()),
            recipients,
            calendar: Calendar::default(),
            config,
            today: Arc::new(day.clone()),
            demo: false,
        };
        let router = router(App::new(options));
        let served = router.clone();
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                tell.send(listener.local_addr().expect("an address")).expect("the test waits");
                server::serve(listener, served, stopped).await.expect("it serves");
            });
        });
        let address = told.recv().expect("it listens");
        Self {
            address,
            store,
            identity,
            day,
            disk,
            router,
            stop: Some(stop),
            thread: Some(thread),
            _directory: directory,
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
