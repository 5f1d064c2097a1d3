use std::{
    net::{SocketAddr, TcpListener as StdListener},
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use clap::Args;
use tokio::{net::TcpListener, runtime::Builder};

use super::samples;
use crate::{
    casebook::{Casebook, Founder, ImportChoices},
    cli::{
        demo::carrier::Stick,
        listen::{bind, stop_signal, uptime},
        output::{self, Outcome},
    },
    crypto::{BoxRole, CodeTagger, GovernanceRecipients, KdfParams, SigningKey, os_random, signers_fingerprint},
    desk::{self, Desk, DeskOptions, Keys, Surroundings, Unreadable},
    domain::{BoxId, Calendar, Epoch, EpochId, SystemDay, TeamRole, Text, Today},
    files::{self, Readers},
    http::{self, Listener, scrub},
    store::{Settings, Store},
    unseal::{KeyFileError, NewKeys, Passphrase, read_identity, read_signing_key},
    web::{self, App, AppOptions, Config, SystemStopwatch},
};

/// How long the desk of a demonstration stays open without a request: nothing in it is worth locking away.
const LOCK_AFTER: Duration = Duration::from_hours(2);

#[derive(Args)]
pub(in crate::cli) struct DemoArguments {
    /// Where the box listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where the desk listens, on this machine alone; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    desk: SocketAddr,
}

pub(in crate::cli) fn run(arguments: &DemoArguments) -> Outcome {
    if !arguments.desk.ip().is_loopback() {
        return Err(output::Failure::Usage(format!(
            "the desk never listens beyond this machine, and {} is not on it; give 127.0.0.1 or [::1] with a port",
            arguments.desk
        )));
    }
    let listeners = (bind(arguments.listen)?, bind(arguments.desk)?);
    let directory = tempfile::Builder::new()
        .prefix("candour-demo-")
        .tempdir()
        .map_err(|error| output::Failure::Failed(format!("can't make a temporary directory: {error}; set TMPDIR")))?;
    let at = directory.path().display().to_string();
    http::quiet_panics();
    let result = serve(directory.path(), listeners);
    directory
        .close()
        .map_err(|error| output::Failure::Failed(format!("{at} could not be wiped: {error}; remove it yourself")))?;
    result
}

fn serve(directory: &Path, (r#box, desk): (StdListener, StdListener)) -> Outcome {
    let failed = |error: std::io::Error| output::Failure::Failed(format!("can't listen: {error}; start it again"));
    let (box_address, desk_address) = (r#box.local_addr().map_err(failed)?, desk.local_addr().map_err(failed)?);
    let made = prepare(directory)?;
    output::line(
        "This is a demonstration: throwaway keys, no confinement, no protection. Do not raise a real concern here.",
    )?;
    output::line(&format!("box: http://{box_address}"))?;
    // The desk tells its own address.
    let options = DeskOptions {
        casebook: directory.join("casebook"),
        address: desk_address,
        calendar: Calendar::default(),
        today: Arc::new(SystemDay),
        as_of: None,
        lock_after: LOCK_AFTER,
        demo: Some(Box::new(made.stick)),
    };
    let (keys, surroundings) = (made.keys.read()?, Box::new(made.keys));
    let opening = thread::spawn(move || scrub::wiped(move || Desk::open(options, surroundings, keys)));
    let opened = opening
        .join()
        .map_err(|_| output::Failure::Failed("the desk could not be opened; start it again".into()))??;
    output::line(&format!("receipt code of one of the concerns in it: {}", made.receipt_code))?;
    output::line("Ctrl-C stops it and wipes everything.")?;
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(|error| {
        output::Failure::Failed(format!("can't start: {error}; check the limits on threads and memory"))
    })?;
    let app = App::new(made.options);
    let _right = web::begin(&app)?;
    runtime.block_on(async move {
        let (r#box, desk) =
            (TcpListener::from_std(r#box).map_err(failed)?, TcpListener::from_std(desk).map_err(failed)?);
        let stop = stop_signal()?;
        let router = desk::router(opened);
        let at_the_desk =
            tokio::spawn(http::server::serve(vec![Listener::Tcp(desk)], router, std::future::pending::<()>()));
        let metronome = tokio::spawn(web::metronome(app.clone()));
        let served = http::server::serve(vec![Listener::Tcp(r#box)], web::router(app), stop).await;
        metronome.abort();
        at_the_desk.abort();
        served.map_err(failed)
    })
}

/// What a demonstration is made of.
struct Demonstration {
    options: AppOptions,
    stick: Stick,
    keys: DemoKeys,
    receipt_code: String,
}

/// Keys, a box with concerns in it, and a casebook that has taken them in, as an operator and a reviewer would make
/// them.
fn prepare(directory: &Path) -> Result<Demonstration, output::Failure> {
    let keys = NewKeys::generate(None)?;
    let at = |name: &str| directory.join(name);
    for name in ["team", "public", "box/store"] {
        files::create_private_directory(&at(name))?;
    }
    files::write_new(&at("team/identity.txt"), Readers::Owner, keys.identity.as_bytes())?;
    files::write_new(&at("team/signing.key"), Readers::Owner, keys.signing_key.as_bytes())?;
    files::write_new(&at("public/governance.recipients"), Readers::Everyone, keys.recipients.as_bytes())?;
    files::write_new(&at("public/signers.pub"), Readers::Everyone, keys.signer.as_bytes())?;
    let recipients = GovernanceRecipients::parse(&keys.recipients)?;
    let (secret, public) = SigningKey::<BoxRole>::generate()?;
    files::write_new(&at("box/box.key"), Readers::Owner, secret.to_file()?.as_bytes())?;
    files::write_new(&at("box/box.pub"), Readers::Everyone, public.to_file().as_bytes())?;
    let keys = DemoKeys(keys);
    let Keys { identity, signing_key, .. } = keys.read()?;
    let signers = vec![signing_key.verifying_key()?];
    let settings = Settings {
        epoch: Epoch { id: EpochId::random(&mut os_random()), began_on: SystemDay.today(), backup_of: None },
        box_id: BoxId::random(&mut os_random()),
        kdf: KdfParams::RECOMMENDED,
        tagger: CodeTagger::generate(),
        box_key: public.clone(),
        recipients: recipients.fingerprint(),
        team_keys: recipients.fingerprint_of_each(),
        signers: signers_fingerprint(&signers),
        second_approver: false,
    };
    Store::create(&at("box/store"), &settings, &signers)?;
    let founder = Founder { name: Text::verbatim("First reviewer"), role: TeamRole::Lead };
    let mut casebook = Casebook::init(&at("casebook"), identity.into(), &signing_key, public, founder, &SystemDay)?;
    let store = Store::open(&at("box/store"))?;
    let calendar = Calendar::default();
    let receipt_code = samples::send_all(&store, &recipients, &calendar, SystemDay.today())?;
    let stick = Stick { store: store.clone(), recipients: recipients.clone(), key: secret, signers };
    let collection = at("collection");
    stick.collect_to(&collection)?;
    casebook.edit(&signing_key)?.import(&collection, &ImportChoices::default(), &SystemDay)?;
    let options = AppOptions {
        free_space: Arc::new(store.clone()),
        store,
        recipients,
        calendar,
        config: Config::default(),
        today: Arc::new(SystemDay),
        stopwatch: Arc::new(SystemStopwatch),
        carry: None,
        demo: true,
    };
    Ok(Demonstration { options, stick, keys, receipt_code })
}

/// The throwaway keys of the team.
struct DemoKeys(NewKeys);

impl DemoKeys {
    fn read(&self) -> Result<Keys, KeyFileError> {
        let unprotected = || Err(KeyFileError::Asking("the demonstration's keys have no passphrase".into()));
        let identity = read_identity(self.0.identity.as_bytes(), unprotected)?;
        let signing_key = read_signing_key(&self.0.signing_key, unprotected)?;
        Ok(Keys { identity, signing_key, protected: false })
    }
}

impl Surroundings for DemoKeys {
    fn keys(&self, _passphrase: Option<Passphrase>) -> Result<Keys, Unreadable> {
        self.read().map_err(|error| Unreadable::Other(error.to_string()))
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
