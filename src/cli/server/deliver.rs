use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{
        output::{self, Outcome},
        server::box_files::{DataArgument, KeysArgument},
    },
    domain::{SystemDay, Today},
    transfer,
};

#[derive(Args)]
pub(in crate::cli) struct DeliverArguments {
    #[command(flatten)]
    data: DataArgument,
    #[command(flatten)]
    keys: KeysArgument,
    /// The decisions file from the desk
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(in crate::cli) fn run(arguments: &DeliverArguments) -> Outcome {
    let (store, keys) = arguments.data.store_with(&arguments.keys)?;
    let applied = transfer::deliver(&store, &keys.signers, SystemDay.today(), &arguments.file)?;
    output::line(&format!(
        "delivered {}, met {}; {} here already",
        output::count(applied.answers, "answer", "answers"),
        output::count(applied.met, "clock", "clocks"),
        output::count(applied.known, "answer was", "answers were")
    ))?;
    if applied.acknowledged > 0 {
        let told = output::count(applied.acknowledged, "message is", "messages are");
        output::line(&format!(
            "{told} at the desk now, and kept here for a time, or until a second signer confirms it"
        ))?;
    }
    if applied.deleted > 0 {
        let told = output::count(applied.deleted, "message was", "messages were");
        output::line(&format!("{told} deleted here: a second signer confirmed that the desk has it"))?;
    }
    if applied.withdrawn > 0 {
        let lost = output::count(applied.withdrawn, "answer was", "answers were");
        output::line(&format!("{lost} not kept: the person withdrew that report"))?;
    }
    Ok(())
}
