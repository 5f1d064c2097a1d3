use std::{
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
};

use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{net::TcpListener, runtime::Builder};

use crate::{
    cli::{
        confined,
        listen::{bind, stop_signal},
        output::{self, Failure, Outcome},
        server::{
            box_files::{DataArgument, KeysArgument},
            config_file::ConfigArgument,
        },
    },
    confine::{self, Reach},
    crypto::scrub,
    domain::SystemDay,
    http::{self, Listener},
    web::{self, App, AppOptions},
};

#[derive(Args)]
pub(in crate::cli) struct ServeArguments {
    #[command(flatten)]
    data: DataArgument,
    #[command(flatten)]
    keys: KeysArgument,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    config: ConfigArgument,
    /// Run even where this kernel can't take away from the box all that it does not need; what it can, it does
    #[arg(long)]
    unconfined: bool,
}

pub(in crate::cli) fn run(arguments: &ServeArguments) -> Outcome {
    let _lock = arguments.data.lock()?;
    let keys = arguments.keys.read()?;
    let config = arguments.config.read()?;
    let listener = bind(arguments.listen)?;
    allow_open_files();
    // Everything outside the data directory was read and is out of reach from here on; before the store starts its
    // thread.
    confined::or_refuse(confined::to_files(&Reach::directory(&arguments.data.path)), arguments.unconfined)?;
    let store = arguments.data.store()?;
    // Looked at while nobody is answered, and let go: what faces the network signs nothing.
    scrub::wiped(|| arguments.data.signing_key(&store).map(drop))?;
    arguments.data.hold_against_pins(&store, &keys, &arguments.keys.path)?;
    let options = AppOptions {
        free_space: Arc::new(store.clone()),
        store,
        recipients: keys.recipients,
        calendar: arguments.data.calendar()?,
        config,
        today: Arc::new(SystemDay),
        demo: false,
    };
    serve(options, listener, |address| {
        let system_calls = confine::system_calls().map_err(|error| error.to_string());
        confined::or_refuse(system_calls, arguments.unconfined)?;
        output::line(&format!("listening on http://{address}"))
    })
}

/// Every connection is an open file, and the database has some: as many as there may be, whatever the shell allows at
/// first.
fn allow_open_files() {
    let wanted = 2 * http::server::CONNECTIONS as u64;
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    if limit.current.is_some_and(|current| current < most) {
        // With fewer, connections wait: the server says so then.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(most), ..limit });
    }
}

/// Runs a box until it is told to stop, finishing what it is answering. `ready` is called once everything is open and
/// started that it needs.
pub(in crate::cli) fn serve(
    options: AppOptions,
    listener: StdListener,
    ready: impl FnOnce(SocketAddr) -> Outcome,
) -> Outcome {
    http::quiet_panics();
    let app = App::new(options);
    let _right = web::begin(&app)?;
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("can't start: {error}; check the limits on threads and memory")))?;
    let served = runtime.block_on(async {
        let failed = |error: std::io::Error| Failure::Failed(format!("can't listen: {error}; start the box again"));
        let listener = TcpListener::from_std(listener).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let router = web::router(app.clone());
        let stop = stop_signal()?;
        ready(address)?;
        let metronome = tokio::spawn(web::metronome(app.clone()));
        let served = http::server::serve(vec![Listener::Tcp(listener)], router, stop).await;
        metronome.abort();
        served.map_err(failed)
    });
    web::last_tick(&app);
    served
}
