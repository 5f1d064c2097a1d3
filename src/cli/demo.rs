use std::{net::SocketAddr, path::Path, sync::Arc};

use clap::Args;

use super::{
    Outcome, output,
    serve::{bind, serve},
};
use crate::{
    crypto::{
        BoxRole, CodeTagger, GovernanceRecipients, KdfParams, SigningKey,
        keyfile::{KeyFileError, NewKeys, read_identity, read_signing_key},
        os_random,
    },
    desk::{Casebook, Founder, KeyPaths},
    domain::{BoxId, Calendar, SystemDay, TeamRole, Text},
    files::{self, Readers},
    store::{Settings, Store},
    web::{AppOptions, Config},
};

#[derive(Args)]
pub(super) struct DemoArguments {
    /// Where the box listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

pub(super) fn run(arguments: &DemoArguments) -> Outcome {
    let listener = bind(arguments.listen)?;
    let directory = tempfile::Builder::new()
        .prefix("candour-demo-")
        .tempdir()
        .map_err(|error| output::Failure::Failed(format!("can't make a temporary directory: {error}; set TMPDIR")))?;
    let options = prepare(directory.path())?;
    let at = directory.path().display().to_string();
    let result = serve(options, listener, |address| {
        output::line(
            "This is a demonstration: throwaway keys, no confinement, no protection. Do not raise a real concern here.",
        )?;
        output::line(&format!("box: http://{address}"))?;
        output::line("")?;
        output::line("To act as the governance team, in another terminal:")?;
        for command in [
            format!("candour collect --data {at}/box --keys {at}/public --out {at}/collection"),
            format!("candour desk import --casebook {at}/casebook {at}/collection"),
            format!("candour desk list --casebook {at}/casebook"),
            format!("candour desk decide --casebook {at}/casebook ID --area board-governance --notice-file NOTICE.txt"),
            format!("candour desk export --casebook {at}/casebook --out {at}/decisions"),
            format!("candour deliver --data {at}/box --keys {at}/public {at}/decisions"),
        ] {
            output::line(&format!("  {command}"))?;
        }
        output::line("")?;
        output::line("Ctrl-C stops it and wipes everything.")
    });
    directory
        .close()
        .map_err(|error| output::Failure::Failed(format!("{at} could not be wiped: {error}; remove it yourself")))?;
    result
}

/// Keys, a box and a casebook, as an operator and a reviewer would make them.
fn prepare(directory: &Path) -> Result<AppOptions, output::Failure> {
    let keys = NewKeys::generate(None)?;
    let at = |name: &str| directory.join(name);
    for name in ["team", "public", "box"] {
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
    let settings = Settings {
        box_id: BoxId::random(&mut os_random()),
        kdf: KdfParams::RECOMMENDED,
        tagger: CodeTagger::generate(),
        recipients: recipients.fingerprint(),
        second_approver: false,
    };
    Store::create(&at("box"), &settings)?;
    let unprotected = || Err(KeyFileError::Asking("the demonstration's keys have no passphrase".into()));
    let identity = read_identity(keys.identity.as_bytes(), unprotected)?;
    let signing_key = read_signing_key(&keys.signing_key, unprotected)?;
    let paths = KeyPaths { identity: at("team/identity.txt"), signing_key: at("team/signing.key") };
    let founder = Founder { name: Text::verbatim("First reviewer"), role: TeamRole::Lead, paths };
    Casebook::init(&at("casebook"), identity.into(), &signing_key, public, founder, &SystemDay)?;
    Ok(AppOptions {
        store: Store::open(&at("box"))?,
        recipients,
        calendar: Calendar::default(),
        config: Config::default(),
        today: Arc::new(SystemDay),
        demo: true,
    })
}
