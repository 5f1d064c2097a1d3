use clap::{Args, ValueEnum};

use crate::{
    cli::{
        output::{self, Failure, Outcome},
        server::box_files::{BOX_KEY, BOX_PUBLIC, DataArgument, KeysArgument},
    },
    crypto::{BoxRole, CodeTagger, Fingerprint, KdfParams, SigningKey, os_random},
    domain::BoxId,
    files::{self, Readers},
    store::{DATABASE, Settings, Store, StoreError},
};

#[derive(Args)]
pub(in crate::cli) struct InitArguments {
    #[command(flatten)]
    data: DataArgument,
    #[command(flatten)]
    keys: KeysArgument,
    /// For a box that is there: accept changed recipients, by the fingerprint that the governance team read out
    #[arg(long, value_name = "FINGERPRINT")]
    confirm_recipients: Option<String>,
    /// Whether a notice is taken only if two signers of signers.pub gave their word for it; for a new box or one that
    /// is there
    #[arg(long, value_name = "YES|NO", conflicts_with = "confirm_recipients")]
    second_approver: Option<YesOrNo>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum YesOrNo {
    Yes,
    No,
}

pub(in crate::cli) fn run(arguments: &InitArguments) -> Outcome {
    let keys = arguments.keys.read()?;
    let fingerprint = keys.recipients.fingerprint();
    if let Some(confirmed) = &arguments.confirm_recipients {
        return confirm(arguments, fingerprint, confirmed);
    }
    let directory = &arguments.data.path;
    let second_approver = arguments.second_approver.map(|answer| answer == YesOrNo::Yes);
    if second_approver == Some(true) && keys.signers.len() < 2 {
        return Err(Failure::Failed(
            "signers.pub holds one key, so no notice could ever have the word of two signers; add the second signer's signer.pub first".into(),
        ));
    }
    if directory.join(DATABASE).symlink_metadata().is_ok() {
        if let Some(needed) = second_approver {
            return ask_for_second_approver(arguments, needed);
        }
        return Err(StoreError::Exists(directory.clone()).into());
    }
    files::create_private_directory(directory)?;
    let public = if directory.join(BOX_KEY).exists() {
        arguments.data.signing_key()?.verifying_key()?
    } else {
        let (secret, public) = SigningKey::<BoxRole>::generate()?;
        files::write_new(&directory.join(BOX_KEY), Readers::Owner, secret.to_file()?.as_bytes())?;
        public
    };
    if !directory.join(BOX_PUBLIC).exists() {
        files::write_new(&directory.join(BOX_PUBLIC), Readers::Everyone, public.to_file().as_bytes())?;
    }
    let settings = Settings {
        box_id: BoxId::random(&mut os_random()),
        kdf: KdfParams::RECOMMENDED,
        tagger: CodeTagger::generate(),
        recipients: fingerprint,
        second_approver: second_approver.unwrap_or_default(),
    };
    Store::create(directory, &settings)?;
    output::line(&format!("made a box in {}", directory.display()))?;
    output::line(&format!("box key, for the desk:  {}", directory.join(BOX_PUBLIC).display()))?;
    output::line(&public.to_base64())?;
    output::line(&format!("box key fingerprint:    {}", public.fingerprint()))?;
    output::line(&format!("recipients fingerprint: {fingerprint}"))?;
    output::line("compare both fingerprints with the governance team, by voice, before the first concern comes in")
}

fn ask_for_second_approver(arguments: &InitArguments, needed: bool) -> Outcome {
    arguments.data.store()?.ask_for_second_approver(needed)?;
    output::line(if needed {
        "from the next delivery on, a notice is taken only with the word of two signers"
    } else {
        "from the next delivery on, a notice is taken with the word of one signer"
    })
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
