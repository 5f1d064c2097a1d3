use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{
        confined,
        output::{self, Failure, Outcome},
        server::{
            box_files::{DataArgument, KEY_FILE_BYTES},
            damaged,
        },
    },
    crypto::BackupRecipients,
    domain::{SystemDay, Today, limits::MIB},
    files, transfer,
};

#[derive(Args)]
pub(in crate::cli) struct BackupArguments {
    #[command(flatten)]
    data: DataArgument,
    /// An age recipients file: whom the backup is sealed to. Keys of your own for backups, and not the governance team's;
    /// what opens it stays away from this machine
    #[arg(long, value_name = "RECIPIENTS")]
    to: PathBuf,
    /// The new file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(in crate::cli) fn run(arguments: &BackupArguments) -> Outcome {
    arguments.data.refuse_anothers()?;
    let text = files::read_text(&arguments.to, KEY_FILE_BYTES)?;
    let to = BackupRecipients::parse(&text)
        .map_err(|error| Failure::Failed(format!("{}: {error}", arguments.to.display())))?;
    let made = confined::around(&arguments.out);
    confined::ends_soon(&confined::reach([], [&arguments.data.path, &made]));
    let store = arguments.data.store_to_save()?;
    let made = transfer::backup(&store, &arguments.data.path, &to, SystemDay.today(), &arguments.out)?;
    if let Some(day) = made.made_on {
        return output::line(&format!(
            "the backup {} was made earlier, on {day}, and is whole; run the command with another name for anything newer",
            arguments.out.display()
        ));
    }
    output::line(&format!(
        "backup of {}, {} MiB, in {}",
        output::count(usize::try_from(made.reports).unwrap_or(usize::MAX), "report", "reports"),
        made.bytes.div_ceil(MIB as u64),
        arguments.out.display()
    ))?;
    if !made.recorded {
        output::line(
            "that it was made could not be recorded, so `candour check` goes by the one before; it is whole all the same",
        )?;
    }
    output::line("take it to another machine; what people send from now on is in the next one")?;
    damaged::tell_left_out(&made.lost, "keep the backups before this one, which may have it, and check the disk")
}
