use std::path::PathBuf;

use clap::Args;

use super::{
    confined,
    output::{self, Outcome},
    passphrase,
};
use crate::{
    confine::{self, Profile},
    crypto::{CarrierRole, new_signing_key},
    files::{self, FileError, Readers},
};

#[derive(Args)]
pub(in crate::cli) struct CarrierKeyArguments {
    /// Where to put the two files; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A file whose first line is the passphrase; otherwise it is asked for
    #[arg(long, value_name = "FILE", conflicts_with = "no_passphrase")]
    passphrase_file: Option<PathBuf>,
    /// Leave the key unprotected: where a timer carries, or the whole disk is encrypted
    #[arg(long)]
    no_passphrase: bool,
}

pub(in crate::cli) fn run(arguments: &CarrierKeyArguments) -> Outcome {
    // Whoever makes a key has no use for a network. Where the kernel can't see to that, it does without.
    let _ = confine::system_calls(Profile::Command);
    let dir = &arguments.out;
    let (private, public) = (dir.join("carrier.key"), dir.join("carrier.pub"));
    // Making a key takes a second: say first that there is no room for it.
    for path in [&private, &public] {
        if path.symlink_metadata().is_ok() {
            return Err(FileError::Exists(path.clone()).into());
        }
    }
    let passphrase =
        if arguments.no_passphrase { None } else { Some(passphrase::read_new(arguments.passphrase_file.as_deref())?) };
    let _ = confined::to_files(&confined::reach([], [dir]));
    let (key, carrier) = new_signing_key::<CarrierRole>(passphrase.as_ref())?;
    files::create_private_directory(dir)?;
    files::write_new(&private, Readers::Owner, key.as_bytes())?;
    if let Err(error) = files::write_new(&public, Readers::Everyone, carrier.to_file().as_bytes()) {
        // Half a pair is no use to anyone.
        let _ = files::remove(&private);
        return Err(error.into());
    }
    output::line(&format!("made carrier.key, carrier.pub in {}", dir.display()))?;
    output::line(&format!("carrier fingerprint: {}", carrier.fingerprint()))?;
    output::line(
        "keep carrier.key on this machine; add carrier.pub to carriers.pub among the public keys of the box, and start the box again",
    )
}
