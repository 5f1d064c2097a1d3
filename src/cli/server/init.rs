use clap::{Args, ValueEnum};

use crate::{
    cli::{
        confined,
        output::{self, Failure, Outcome},
        server::{
            box_files::{BOX_KEY, BOX_PUBLIC, CALENDAR, DataArgument, KeysArgument, PublicKeys, demanded_words},
            handover, renew,
        },
    },
    crypto::{
        BoxRole, CodeTagger, Fingerprint, KdfParams, SigningKey, epoch_fingerprint, os_random, signers_fingerprint,
    },
    domain::{BoxId, CasebookId, Epoch, EpochId, SystemDay, Today},
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
    /// With --confirm-recipients: although messages wait that none of these recipients opens, as the key before is lost or
    /// stolen
    #[arg(long, requires = "confirm_recipients")]
    leave_waiting: bool,
    /// For a box that is there and is not served: make it another signing key, for which the one before vouches
    #[arg(
        long,
        conflicts_with_all = ["confirm_recipients", "confirm_signers", "confirm_casebook", "new_epoch", "second_approver"]
    )]
    renew_box_key: bool,
    /// With --renew-box-key: the key before is lost, and vouches for nothing
    #[arg(long, requires = "renew_box_key")]
    box_key_lost: bool,
    /// For a box that is there: accept changed signers, by the fingerprint that the governance team's desk shows
    #[arg(long, value_name = "FINGERPRINT")]
    confirm_signers: Option<String>,
    /// For a box that is there: take the decisions of another casebook, by the id that its desk shows
    #[arg(long, value_name = "ID")]
    confirm_casebook: Option<CasebookId>,
    /// For a box whose data directory was put back from a copy by hand: begins a new epoch, as `candour restore` does
    #[arg(long)]
    new_epoch: bool,
    /// Whether a text to a person is taken only if two signers of signers.pub stand by it; for a new box or one that is
    /// there
    #[arg(
        long,
        value_name = "YES|NO",
        conflicts_with_all = ["confirm_recipients", "confirm_signers", "confirm_casebook", "new_epoch"]
    )]
    second_approver: Option<YesOrNo>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum YesOrNo {
    Yes,
    No,
}

pub(in crate::cli) fn run(arguments: &InitArguments) -> Outcome {
    arguments.data.refuse_anothers()?;
    let keys = arguments.keys.read()?;
    confined::ends_soon(&confined::reach([], [&arguments.data.path]));
    let (fingerprint, signers) = (keys.recipients.fingerprint(), signers_fingerprint(&keys.signers));
    let confirmed = (&arguments.confirm_recipients, &arguments.confirm_signers, arguments.confirm_casebook);
    if confirmed != (&None, &None, None) || arguments.new_epoch {
        return confirm(arguments, &keys);
    }
    if arguments.renew_box_key {
        return renew::renew_box_key(&arguments.data, &arguments.keys, &keys, arguments.box_key_lost);
    }
    let directory = &arguments.data.path;
    let second_approver = arguments.second_approver.map(|answer| answer == YesOrNo::Yes);
    if second_approver == Some(true) && keys.signers.len() < 2 {
        return Err(Failure::Failed(
            "signers.pub holds one key, so no text could ever have the word of two signers; add the second signer's signer.pub first".into(),
        ));
    }
    if arguments.data.store_directory().join(DATABASE).symlink_metadata().is_ok() {
        if let Some(needed) = second_approver {
            return ask_for_second_approver(arguments, &keys, needed);
        }
        if directory.join(BOX_PUBLIC).symlink_metadata().is_err() {
            return make_public_again(arguments);
        }
        return Err(StoreError::Exists(directory.clone()).into());
    }
    let store = arguments.data.store_directory();
    let is_half_made = Store::is_half_made(&store);
    if !is_half_made {
        // Where keys are that no command left half way, a box was.
        arguments.data.refuse_remains()?;
    }
    files::create_private_directory(directory)?;
    let _held = files::hold_directory(directory)?;
    files::create_private_directory(&store)?;
    files::create_private_directory(&directory.join(CALENDAR))?;
    let (secret, public) = SigningKey::<BoxRole>::generate()?;
    let settings = Settings {
        box_id: BoxId::random(&mut os_random()),
        epoch: Epoch { id: EpochId::random(&mut os_random()), began_on: SystemDay.today(), backup_of: None },
        kdf: KdfParams::RECOMMENDED,
        tagger: CodeTagger::generate(),
        box_key: public.clone(),
        recipients: fingerprint,
        team_keys: keys.recipients.fingerprint_of_each(),
        signers,
        second_approver: second_approver.unwrap_or_default(),
    };
    // The database gets its name last: before that there is no box, and the same command again makes one.
    Store::create_with(&store, &settings, &keys.signers, || {
        let (key, public_half) = (directory.join(BOX_KEY), directory.join(BOX_PUBLIC));
        if is_half_made {
            files::remove(&key).and_then(|()| files::remove(&public_half))?;
        }
        files::write_new(&key, Readers::Owner, secret.to_file()?.as_bytes())?;
        files::write_new(&public_half, Readers::Everyone, public.to_file().as_bytes())?;
        Ok::<_, Failure>(())
    })?;
    output::line(&format!("made a box in {}", directory.display()))?;
    output::line(&format!("box key, for the desk:  {}", directory.join(BOX_PUBLIC).display()))?;
    output::line(&public.to_base64())?;
    output::line(&format!("box key fingerprint:    {}", public.fingerprint()))?;
    output::line(&format!("recipients fingerprint: {fingerprint}"))?;
    output::line(&format!("signers fingerprint:    {signers}"))?;
    output::line(&format!("epoch fingerprint:      {}", epoch_fingerprint(settings.box_id, &settings.epoch)))?;
    output::line(demanded_words(settings.second_approver))?;
    output::line("compare the fingerprints with the governance team, by voice, before the first concern comes in")
}

/// The public half is in the records too.
fn make_public_again(arguments: &InitArguments) -> Outcome {
    let path = arguments.data.path.join(BOX_PUBLIC);
    let store = arguments.data.store()?;
    files::write_new(&path, Readers::Everyone, store.settings().box_key.to_file().as_bytes())?;
    output::line(&format!("made {} again, of the box that is there", path.display()))
}

fn ask_for_second_approver(arguments: &InitArguments, keys: &PublicKeys, needed: bool) -> Outcome {
    let store = arguments.data.store()?;
    // Whose word is asked for is said by the keys that were confirmed.
    arguments.data.hold_against_pins(&store, keys, &arguments.keys.path)?;
    store.ask_for_second_approver(needed)?;
    output::line(if needed {
        "from the next delivery on, a text to a person is taken only with the word of two signers"
    } else {
        "from the next delivery on, a text to a person is taken with the word of one signer"
    })
}

/// Everything is compared before anything is changed.
fn confirm(arguments: &InitArguments, keys: &PublicKeys) -> Outcome {
    let recipients = compared(
        "recipients",
        "governance.recipients",
        arguments.confirm_recipients.as_deref(),
        keys.recipients.fingerprint(),
    )?;
    let found = signers_fingerprint(&keys.signers);
    let signers = compared("signers", "signers.pub", arguments.confirm_signers.as_deref(), found)?;
    let store = arguments.data.store()?;
    if arguments.new_epoch {
        if recipients.is_none() {
            arguments.data.hold_against_pin(&store, &keys.recipients, &arguments.keys.path)?;
        }
        if signers.is_none() {
            arguments.data.hold_signers_against_pin(&store, &keys.signers, &arguments.keys.path)?;
        }
    }
    let before = recipients.map(|_| handover::hold(&store, &keys.recipients, arguments.leave_waiting)).transpose()?;
    if let Some((found, before)) = recipients.zip(before) {
        store.pin_recipients(&keys.recipients)?;
        output::line(&format!(
            "confirmed: from the next start on, concerns are sealed to the recipients with fingerprint {found}"
        ))?;
        handover::tell(&before, &keys.recipients)?;
    }
    if let Some(found) = signers {
        store.pin_signers(&keys.signers)?;
        output::line(&format!(
            "confirmed: from the next delivery on, decisions are taken from the signers with fingerprint {found}"
        ))?;
    }
    if let Some(casebook) = arguments.confirm_casebook {
        store.pin_casebook(casebook)?;
        // Nobody knows what this one has: the next collection tells it everything.
        store.tell_everything()?;
        output::line(&format!("confirmed: from the next delivery on, decisions are taken from casebook {casebook}"))?;
        output::line("the next collection holds all that is here")?;
    }
    let (r#box, mut epoch) = (store.settings().box_id, store.settings().epoch);
    if arguments.new_epoch {
        // How old the copy is, nobody can tell; what was there at its last collection, the desk has.
        let backup_of = store.last_collected_on()?.or(epoch.backup_of).unwrap_or(epoch.began_on);
        let (id, began_on) = (EpochId::random(&mut os_random()), SystemDay.today());
        epoch = Epoch { id, began_on, backup_of: Some(backup_of) };
        store.begin_epoch(epoch)?;
        output::line("began a new epoch: the next collection is number 1, and holds all that is here")?;
        output::line("read its fingerprint out to the governance team: their desk asks for it with that collection")?;
    }
    if arguments.new_epoch || arguments.confirm_casebook.is_some() {
        output::line(&format!("epoch fingerprint:      {}", epoch_fingerprint(r#box, &epoch)))?;
    }
    Ok(())
}

/// The fingerprint that was found, if it was to be confirmed and is the one that was given.
fn compared(
    what: &str,
    file: &str,
    confirmed: Option<&str>,
    found: Fingerprint,
) -> Result<Option<Fingerprint>, Failure> {
    let Some(confirmed) = confirmed else { return Ok(None) };
    let confirmed: Fingerprint =
        confirmed.parse().map_err(|error| Failure::Usage(format!("--confirm-{what}: {error}")))?;
    if confirmed == found {
        return Ok(Some(found));
    }
    Err(Failure::Failed(format!(
        "{file} has the fingerprint {found}, not the one given; nothing was changed: ask the governance team which file is right"
    )))
}
