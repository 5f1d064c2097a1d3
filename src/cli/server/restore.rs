use std::path::PathBuf;

use clap::Args;
use zeroize::Zeroizing;

use crate::{
    cli::{
        confined,
        output::{self, Failure, Outcome},
        server::box_files::{DataArgument, KEY_FILE_BYTES},
    },
    confine::Reach,
    crypto::{BackupIdentity, epoch_fingerprint, scrub},
    domain::{SystemDay, Today},
    files, transfer,
};

#[derive(Args)]
pub(in crate::cli) struct RestoreArguments {
    #[command(flatten)]
    data: DataArgument,
    /// The age identity file that opens the backup: the operator's own, never the governance team's
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// A file that holds the passphrase of that file, if it has one, and nothing else
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The backup, as `candour backup` wrote it
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(in crate::cli) fn run(arguments: &RestoreArguments) -> Outcome {
    arguments.data.refuse_anothers()?;
    let directory = &arguments.data.path;
    let identity = scrub::wiped(|| identity(arguments))?;
    // Parts of the box are moved into their places when it is whole.
    confined::ends_soon(&Reach { moves: true, ..confined::reach([arguments.file.as_path()], [directory]) });
    let restored = transfer::restore(directory, &identity, SystemDay.today(), &arguments.file)?;
    let reports = output::count(usize::try_from(restored.reports).unwrap_or(usize::MAX), "report", "reports");
    let did = if restored.finished_earlier { "an earlier command restored" } else { "restored" };
    output::line(&format!("{did} a box with {reports} in {}", directory.display()))?;
    output::line(&format!("box key fingerprint:    {}", restored.key.fingerprint()))?;
    output::line(&format!("new epoch fingerprint:  {}", epoch_fingerprint(restored.r#box, &restored.epoch)))?;
    output::line("compare the first with the one that you wrote down when the box was made: a backup is not signed")?;
    output::line("read the second out to the governance team: their desk asks for it with the next collection")?;
    if let Some(day) = restored.epoch.backup_of {
        output::line(&format!(
            "the backup is of {day}: what people sent since is not in it, so receipts shown on that day and later may lead \
             nowhere"
        ))?;
    }
    if restored.is_the_teams {
        output::line(
            "this identity file holds a key of the governance team, which opens what people send and must never be on this \
             machine: tell the team, who have to make new keys; keep none but your own in that file",
        )?;
    }
    output::line(
        "take the identity off this machine; then run `candour check`, and `candour serve` with the same --keys",
    )?;
    // Until here, the same command says it all again.
    transfer::forget_restore(directory);
    Ok(())
}

fn identity(arguments: &RestoreArguments) -> Result<BackupIdentity, Failure> {
    let path = &arguments.identity;
    let file = Zeroizing::new(files::read_own(path, KEY_FILE_BYTES)?);
    let passphrase = match &arguments.passphrase_file {
        Some(path) => Some(Zeroizing::new(files::read_own_text(path, KEY_FILE_BYTES)?)),
        None => None,
    };
    let passphrase = passphrase.as_ref().map(|text| text.trim_end_matches(['\r', '\n']));
    BackupIdentity::read(&file, passphrase).map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))
}
