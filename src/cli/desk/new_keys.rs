use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{
        confined,
        output::{self, Outcome},
        passphrase,
    },
    crypto::{GovernanceRecipients, SignerRole, read_keys},
    files::{self, FileError, Readers},
    unseal::NewKeys,
};

/// What the key that signs is called, beside the identity.
pub(super) const SIGNING_KEY: &str = "signing.key";

#[derive(Args)]
pub(in crate::cli) struct NewArguments {
    /// Where to put the four files; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A file whose first line is the passphrase; otherwise it is asked for
    #[arg(long, value_name = "FILE", conflicts_with = "no_passphrase")]
    passphrase_file: Option<PathBuf>,
    /// Leave the private keys unprotected: for tests, or where the whole disk is encrypted
    #[arg(long)]
    no_passphrase: bool,
}

pub(in crate::cli) fn run(arguments: &NewArguments) -> Outcome {
    let dir = &arguments.out;
    let names = ["identity.txt", SIGNING_KEY, "governance.recipients", "signer.pub"];
    // Making keys takes seconds: say first that there is no room for them.
    if let Some(there) = names.iter().map(|name| dir.join(name)).find(|path| path.symlink_metadata().is_ok()) {
        return Err(FileError::Exists(there).into());
    }
    let passphrase =
        if arguments.no_passphrase { None } else { Some(passphrase::read_new(arguments.passphrase_file.as_deref())?) };
    // Whoever made them has typed all that is to be typed.
    let _ = confined::to_files(&confined::reach([], [dir]));
    let keys = NewKeys::generate(passphrase.as_ref())?;
    files::create_private_directory(dir)?;
    let contents = [
        (keys.identity.as_str(), Readers::Owner),
        (keys.signing_key.as_str(), Readers::Owner),
        (keys.recipients.as_str(), Readers::Everyone),
        (keys.signer.as_str(), Readers::Everyone),
    ];
    let mut written = Vec::new();
    for (name, (text, readers)) in names.iter().zip(contents) {
        let path = dir.join(name);
        if let Err(error) = files::write_new(&path, readers, text.as_bytes()) {
            // Half a set of keys is no use to anyone.
            written.iter().for_each(|path| drop(std::fs::remove_file(path)));
            return Err(error.into());
        }
        written.push(path);
    }
    let recipients = GovernanceRecipients::parse(&keys.recipients)?;
    output::line(&format!("made {} in {}", names.join(", "), dir.display()))?;
    output::line(&format!("recipients fingerprint: {}", recipients.fingerprint()))?;
    for signer in read_keys::<SignerRole>(&keys.signer).unwrap_or_default() {
        output::line(&format!("signer fingerprint:     {}", signer.fingerprint()))?;
    }
    output::line(
        "keep identity.txt and signing.key on the offline machine, and a copy of each in a safe place: without identity.txt no report can be opened",
    )?;
    output::line("carry governance.recipients and signer.pub to the box")
}
