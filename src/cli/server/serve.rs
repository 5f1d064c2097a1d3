use std::{sync::Arc, time::Duration};

use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    runtime::Builder,
    signal::unix::{SignalKind, signal},
};

use crate::{
    cli::{
        confined,
        listen::stop_signal,
        output::{self, Failure, Outcome},
        server::{
            box_files::{CALENDAR, DataArgument, KeysArgument},
            config_file::ConfigArgument,
            holidays::{self, NewerHolidays},
            listen_at::{self, ListenAt, OpenListener, PassedSockets},
            right_clock,
            tls_files::{self, Renewal, TlsFiles},
        },
    },
    confine::{self, Profile, Reach},
    crypto::scrub,
    domain::{
        Calendar, SystemDay, Today,
        limits::{CONNECTIONS, OTHER_OPEN_FILES},
    },
    files,
    http::{self, Listener, Tls},
    web::{self, App, AppOptions, CarryOptions, SystemStopwatch},
};

/// Threads for what blocks: one for each upload that is sealed, and many more than cores for the rest. Each takes memory.
const BLOCKING_THREADS: usize = 128;

/// How long what still reads or writes is waited for once nobody is answered any more.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

#[derive(Args)]
pub(in crate::cli) struct ServeArguments {
    #[command(flatten)]
    data: DataArgument,
    #[command(flatten)]
    keys: KeysArgument,
    /// Where to listen: ADDR:PORT without TLS on this machine alone, tls:ADDR:PORT, or unix:PATH; port 0 takes a free one.
    /// More than one can be given. 127.0.0.1:8080 unless there is any, here or from systemd
    #[arg(long, value_name = "WHERE")]
    listen: Vec<ListenAt>,
    #[command(flatten)]
    config: ConfigArgument,
    /// Run even where this kernel can't take away from the box all that it does not need; what it can, it does
    #[arg(long)]
    unconfined: bool,
}

pub(in crate::cli) fn run(arguments: &ServeArguments) -> Outcome {
    let passed = PassedSockets::take()?;
    let _lock = arguments.data.lock()?;
    let keys = arguments.keys.read()?;
    let carriers = arguments.keys.carriers()?;
    let config = arguments.config.read()?;
    let tls_files = arguments.config.tls_files(&config);
    let mut read = tls_files.as_ref().map_or_else(Vec::new, TlsFiles::directories);
    let tls = tls_files.map(Renewal::begin).transpose().map_err(Failure::Failed)?;
    let listeners = open_listeners(passed, &arguments.listen, tls.is_some())?;
    allow_open_files();
    confined::leave_standard_input();
    // Looked at while nobody is answered, and let go: what faces the network signs nothing.
    let pair = scrub::wiped(|| arguments.data.key_pair())?;
    let holidays = NewerHolidays::begin(arguments.data.bank_holidays());
    // A file that can't be read keeps nobody from their answers: what can't be counted without it is not promised.
    let calendar = arguments.data.calendar().unwrap_or_else(|failure| {
        output::error(&failure);
        Calendar::default()
    });
    read.push(arguments.data.path.join(CALENDAR));
    arguments.data.forget_restore();
    let carry = arguments.data.carry_directory();
    files::create_private_directory(&carry)?;
    // Everything but the store was read and is out of reach from here on, the signing key too, but for a certificate that is
    // renewed, newer bank holidays and what lies ready to be fetched, which is wiped when it is withdrawn; before the store
    // starts its thread.
    let reach = Reach { read, write: vec![arguments.data.store_directory(), carry.clone()], ..Reach::default() };
    confined::or_refuse(confined::to_files(&reach), arguments.unconfined)?;
    let store = arguments.data.store_as_it_is()?;
    pair.hold_against(store.settings())?;
    arguments.data.hold_against_pins(&store, &keys, &arguments.keys.path)?;
    right_clock::refuse_behind(&store, &config.monitor, SystemDay.today())?;
    let options = AppOptions {
        free_space: Arc::new(store.clone()),
        store,
        recipients: keys.recipients,
        calendar,
        config,
        today: Arc::new(SystemDay),
        stopwatch: Arc::new(SystemStopwatch),
        carry: Some(CarryOptions { directory: carry, carriers, signers: keys.signers }),
        demo: false,
    };
    serve(options, listeners, tls, holidays, |listeners| {
        let system_calls = confine::system_calls(Profile::Serve).map_err(|error| error.to_string());
        confined::or_refuse(system_calls, arguments.unconfined)?;
        listeners.iter().try_for_each(|listener| output::line(&format!("listening on {}", listener.address()?)))
    })
}

/// What was passed, and what was asked for; the default if it is neither.
fn open_listeners(passed: PassedSockets, asked: &[ListenAt], has_tls: bool) -> Result<Vec<OpenListener>, Failure> {
    let mut listeners = passed.open()?;
    let asked = if listeners.is_empty() && asked.is_empty() { &[listen_at::DEFAULT] } else { asked };
    for place in asked {
        listeners.push(place.open()?);
    }
    if !has_tls && listeners.iter().any(OpenListener::is_tls) {
        return Err(Failure::Failed(
            "TLS takes a certificate and its key; set tls.certificate and tls.key in the configuration".into(),
        ));
    }
    Ok(listeners)
}

/// Every connection is an open file, and the database has some: as many as there may be, whatever the shell allows at
/// first.
fn allow_open_files() {
    let wanted = (CONNECTIONS + OTHER_OPEN_FILES) as u64;
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    if limit.current.is_some_and(|current| current < most) {
        // With fewer there are fewer places for connections.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(most), ..limit });
    }
}

/// Runs a box until it is told to stop, finishing what it is answering. `ready` is called once everything is open and
/// started that it needs.
fn serve(
    options: AppOptions,
    listeners: Vec<OpenListener>,
    tls: Option<(Tls, Renewal)>,
    holidays: NewerHolidays,
    ready: impl FnOnce(&[Listener]) -> Outcome,
) -> Outcome {
    http::quiet_panics();
    let store = options.store.clone();
    let app = App::new(options);
    let _right = web::begin(&app)?;
    // Now that no other box serves from it, nothing is sealed to the keys before any more.
    store.begin_sealing(SystemDay.today())?;
    let runtime =
        Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING_THREADS).build().map_err(|error| {
            Failure::Failed(format!("can't start: {error}; check the limits on threads and memory"))
        })?;
    let served = runtime.block_on(async {
        let failed = |error: std::io::Error| Failure::Failed(format!("can't listen: {error}; start the box again"));
        let (tls, renewal) = tls.unzip();
        let started = listeners.into_iter().map(|listener| listener.start(tls.as_ref()));
        let listeners = started.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let router = web::router(app.clone());
        let stop = stop_signal()?;
        let hangup = || signal(SignalKind::hangup());
        let mut beside = vec![tokio::spawn(holidays.watch(app.clone(), hangup()?, holidays::LOOK_EVERY))];
        if let Some(renewal) = renewal {
            beside.push(tokio::spawn(renewal.watch(hangup()?, tls_files::LOOK_EVERY)));
        }
        ready(&listeners)?;
        beside.push(tokio::spawn(web::metronome(app.clone())));
        let served = http::server::serve(listeners, router, stop).await;
        beside.iter().for_each(tokio::task::JoinHandle::abort);
        served.map_err(failed)
    });
    web::last_tick(&app);
    // What waits for a disk or a file that never answers keeps a box that was told to stop no longer.
    runtime.shutdown_timeout(STOPS_WITHIN);
    served
}
