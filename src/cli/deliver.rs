use std::path::PathBuf;

use clap::Args;

use super::{
    Outcome,
    box_files::{DataArgument, KeysArgument},
    output,
};
use crate::{
    domain::{SystemDay, Today},
    transfer,
};

#[derive(Args)]
pub(super) struct DeliverArguments {
    #[command(flatten)]
    data: DataArgument,
    #[command(flatten)]
    keys: KeysArgument,
    /// The decisions file from the desk
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(arguments: &DeliverArguments) -> Outcome {
    let (store, keys) = arguments.data.store_with(&arguments.keys)?;
    let applied = transfer::deliver(&store, &keys.signers, SystemDay.today(), &arguments.file)?;
    output::line(&format!(
        "delivered {} answers, met {} clocks, deleted {} messages that the desk has; {} answers were here already",
        applied.answers, applied.met, applied.collected, applied.known
    ))?;
    if applied.withdrawn > 0 {
        output::line(&format!("{} answers were not kept: the person withdrew that report", applied.withdrawn))?;
    }
    Ok(())
}
