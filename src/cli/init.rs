use clap::Args;

use super::{
    Outcome,
    box_files::{BOX_KEY, BOX_PUBLIC, DataArgument, KeysArgument},
    output::{self, Failure},
};
use crate::{
    crypto::{BoxRole, CodeTagger, Fingerprint, KdfParams, SigningKey, os_random},
    domain::BoxId,
    files::{self, Readers},
    store::{DATABASE, Settings, Store, StoreError},
};

#[derive(Args)]
pub(super) struct InitArguments {
    #[command(flatten)]
    data: DataArgument,
    #[command(flatten)]
    keys: KeysArgument,
    /// For a box that is there: accept changed recipients, by the fingerprint that the governance team read out
    #[arg(long, value_name = "FINGERPRINT")]
    confirm_recipients: Option<String>,
}

pub(super) fn run(arguments: &InitArguments) -> Outcome {
    let keys = arguments.keys.read()?;
    let fingerprint = keys.recipients.fingerprint();
    if let Some(confirmed) = &arguments.confirm_recipients {
        return confirm(arguments, fingerprint, confirmed);
    }
    let directory = &arguments.data.path;
    if directory.join(DATABASE).symlink_metadata().is_ok() {
        return Err(StoreError::Exists(directory.clone()).into());
    }
    files::create_private_directory(directory)?;
    let public = match directory.join(BOX_KEY).exists() {
        // An `init` that was killed: its key was never used.
        true => arguments.data.signing_key()?.verifying_key()?,
        false => {
            let (secret, public) = SigningKey::<BoxRole>::generate()?;
            files::write_new(&directory.join(BOX_KEY), Readers::Owner, secret.to_file()?.as_bytes())?;
            public
        }
    };
    if !directory.join(BOX_PUBLIC).exists() {
        files::write_new(&directory.join(BOX_PUBLIC), Readers::Everyone, public.to_file().as_bytes())?;
    }
    let settings = Settings {
        box_id: BoxId::random(&mut os_random()),
        kdf: KdfParams::RECOMMENDED,
        tagger: CodeTagger::generate(),
        recipients: fingerprint,
    };
    Store::create(directory, &settings)?;
    output::line(&format!("made a box in {}", directory.display()))?;
    output::line(&format!("box key, for the desk:  {}", directory.join(BOX_PUBLIC).display()))?;
    output::line(&public.to_base64())?;
    output::line(&format!("box key fingerprint:    {}", public.fingerprint()))?;
    output::line(&format!("recipients fingerprint: {fingerprint}"))?;
    output::line("compare both fingerprints with the governance team, by voice, before the first concern comes in")
}

fn confirm(arguments: &InitArguments, found: Fingerprint, confirmed: &str) -> Outcome {
    let confirmed: Fingerprint =
        confirmed.parse().map_err(|error| Failure::Usage(format!("--confirm-recipients: {error}")))?;
    if confirmed != found {
        return Err(Failure::Failed(format!(
            "governance.recipients has the fingerprint {found}, not the one given; nothing was changed: ask the governance team which file is right"
        )));
    }
    arguments.data.store()?.pin_recipients(found)?;
    output::line(&format!(
        "confirmed: from the next start on, concerns are sealed to the recipients with fingerprint {found}"
    ))
}
