//! The desk in a browser: listening, reading the keys, and what the pages need of the terminal.

use std::{net::SocketAddr, sync::Arc, thread, time::Duration};

use clap::Args;
use tokio::{net::TcpListener, runtime::Builder};

use super::reach;
use crate::{
    cli::{
        confined,
        desk::{
            casebook_argument::CasebookArgument,
            key_ring::{KeyRing, KeyRingError, Locations, SignerLocation},
            keys_of::follow_sharing,
        },
        due::HolidayArguments,
        listen::{bind, stop_signal, uptime},
        output::{self, Failure, Outcome},
    },
    confine::{self, Profile},
    desk::{self, Desk, DeskOptions, Keys, Surroundings, Unreadable},
    domain::{Date, SystemDay},
    http::{self, Listener, scrub},
    unseal::{KeyFileError, Passphrase},
};

/// Minutes without a request after which the desk locks itself, unless told otherwise.
const LOCK_AFTER: u64 = 10;
/// The longest that it may be told to stay open without one.
const LOCK_AFTER_MOST: u64 = 120;

#[derive(Args)]
pub(in crate::cli) struct OpenArguments {
    #[command(flatten)]
    casebook: CasebookArgument,
    /// Where to listen, on this machine alone; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    #[command(flatten)]
    keys: Locations,
    #[command(flatten)]
    signer: SignerLocation,
    /// Show the queue as on that day, as YYYY-MM-DD; as today otherwise
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    #[command(flatten)]
    holidays: HolidayArguments,
    /// Lock the desk after so many minutes without use, from 1 to 120
    #[arg(long, value_name = "MINUTES", default_value_t = LOCK_AFTER, value_parser = clap::value_parser!(u64).range(1..=LOCK_AFTER_MOST))]
    lock_after: u64,
    /// Run even where this kernel can't take away from the desk all the files that it does not need; what it can, it
    /// does
    #[arg(long)]
    unconfined: bool,
}

pub(in crate::cli) fn run(arguments: &OpenArguments) -> Outcome {
    if !arguments.listen.ip().is_loopback() {
        return Err(Failure::Usage(format!(
            "the desk never listens beyond this machine, and {} is not on it; give 127.0.0.1 or [::1] with a port",
            arguments.listen
        )));
    }
    let listener = bind(arguments.listen)?;
    confined::leave_standard_input();
    // From here on no other address can be listened on and none connected to; no key has been read yet.
    confine::system_calls(Profile::DeskStarts)?;
    // Nobody is asked for a passphrase in vain.
    confined::or_refuse(confined::is_possible(), arguments.unconfined)?;
    http::quiet_panics();
    let failed = |error: std::io::Error| Failure::Failed(format!("can't listen: {error}; open the desk again"));
    let address = listener.local_addr().map_err(failed)?;
    let casebook = &arguments.casebook.casebook;
    let mut ring = KeyRing::of(casebook, &arguments.keys, Some(&arguments.signer))?;
    // The keys pass over the stack, which is wiped after them; this thread's own goes on.
    let gathering = thread::spawn(move || scrub::wiped(move || ring.gather().map(|()| ring)));
    let ring =
        gathering.join().map_err(|_| Failure::Failed("the keys could not be read; open the desk again".into()))??;
    let calendar = arguments.holidays.calendar(None)?;
    follow_sharing(casebook);
    // Before any thread is started that stays: those that were would not be held to it. The keys are read once more when the desk is
    // unlocked; the terminal is not needed for that.
    confine::files(&reach::named(casebook, ring.files(), None))?;
    let options = DeskOptions {
        casebook: casebook.clone(),
        address,
        calendar,
        today: Arc::new(SystemDay),
        as_of: arguments.as_of,
        lock_after: Duration::from_secs(60 * arguments.lock_after),
        demo: None,
    };
    // As above.
    let opening = thread::spawn(move || scrub::wiped(move || open(options, ring)));
    let opened =
        opening.join().map_err(|_| Failure::Failed("the desk could not be opened; open it again".into()))??;
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("can't start: {error}; check the limits on threads and memory")))?;
    runtime.block_on(async move {
        let listener = TcpListener::from_std(listener).map_err(failed)?;
        let stop = stop_signal()?;
        confine::system_calls(Profile::Desk)?;
        let watch = tokio::spawn(opened.clone().lock_when_idle());
        let served = http::server::serve(vec![Listener::Tcp(listener)], desk::router(opened), stop).await;
        watch.abort();
        served.map_err(failed)
    })
}

/// Reads the keys, asking for the passphrase if they are under one, and opens the casebook.
fn open(options: DeskOptions, mut ring: KeyRing) -> Result<Desk, Failure> {
    let keys = read(&mut ring)?;
    let terminal = Terminal { ring: ring.again(None) };
    Ok(Desk::open(options, Box::new(terminal), keys)?)
}

/// The terminal that the command runs in, and where the keys are.
struct Terminal {
    ring: KeyRing,
}

impl Surroundings for Terminal {
    fn keys(&self, passphrase: Option<Passphrase>) -> Result<Keys, Unreadable> {
        // Without one nobody is asked: an empty one opens no key that is under a passphrase.
        let passphrase = passphrase.unwrap_or_else(|| Passphrase::new(&String::new().into()));
        read(&mut self.ring.again(Some(passphrase))).map_err(|error| match error {
            KeyRingError::Key { problem: KeyFileError::Passphrase, .. } => Unreadable::Passphrase,
            other => Unreadable::Other(other.to_string()),
        })
    }

    fn announce(&self, address: &str) {
        if let Err(failure) = output::line(&format!("desk: {address}")) {
            output::error(&failure);
        }
    }

    fn uptime(&self) -> Duration {
        uptime()
    }
}

fn read(ring: &mut KeyRing) -> Result<Keys, KeyRingError> {
    let (identity, signing_key) = (ring.identity()?, ring.signing_key()?);
    Ok(Keys { identity, signing_key, protected: ring.is_protected() })
}
