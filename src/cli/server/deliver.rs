use std::path::{Path, PathBuf};

use clap::Args;

use crate::{
    cli::{
        output::{self, Failure, Outcome},
        server::box_files::{DataArgument, KeysArgument},
    },
    domain::{SystemDay, Today},
    files::{part_path, parts_meant},
    store::{Applied, Skipped},
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

/// Answers that are named one by one when the box can't take them.
const NAMED: usize = 20;

pub(in crate::cli) fn run(arguments: &DeliverArguments) -> Outcome {
    let (store, keys) = arguments.data.store_with(&arguments.keys)?;
    let deliver = |file: &Path| transfer::deliver(&store, &keys.signers, SystemDay.today(), file);
    let first = deliver(&arguments.file)?;
    tell(&first.applied)?;
    // The parts that lie beside the first one are meant with it.
    let beside = parts_meant(first.part.number, first.part.of);
    let (mut missing, mut refused) = (Vec::new(), None);
    for part in beside {
        let path = part_path(&arguments.file, part);
        if !path.is_file() {
            missing.push(path);
            continue;
        }
        match deliver(&path) {
            Ok(delivered) => tell(&delivered.applied)?,
            Err(error) => refused = Some(Failure::Failed(format!("{}: {error}", path.display()))),
        }
    }
    for path in &missing {
        output::line(&format!("{} is not here: deliver it when it comes, in whatever order", path.display()))?;
    }
    refused.map_or(Ok(()), Err)
}

fn tell(applied: &Applied) -> Outcome {
    output::line(&format!(
        "delivered {}, met {}; {} here already",
        output::count(applied.answers, "answer", "answers"),
        output::count(applied.met, "clock", "clocks"),
        output::count(applied.known, "answer was", "answers were")
    ))?;
    for Skipped { report, seq, why } in applied.skipped.iter().take(NAMED) {
        output::line(&format!("not taken: answer {seq} to report {report}: {why}"))?;
    }
    if applied.skipped.len() > NAMED {
        output::line(&format!("not taken: {} more answers", applied.skipped.len() - NAMED))?;
    }
    if !applied.skipped.is_empty() {
        output::line("all else was taken; import a new collection at the desk, which then knows what to write again")?;
    }
    if applied.acknowledged > 0 {
        let told = output::count(applied.acknowledged, "message is", "messages are");
        output::line(&format!(
            "{told} at the desk now, and kept here for a time, or until a second signer confirms it"
        ))?;
    }
    if applied.unknown > 0 {
        let told = output::count(applied.unknown, "message", "messages");
        output::line(&format!(
            "{told} that the desk has are not here: they were lost with an earlier disk, or are gone"
        ))?;
    }
    if applied.deleted > 0 {
        let told = output::count(applied.deleted, "message was", "messages were");
        output::line(&format!("{told} deleted here: a second signer confirmed that the desk has it"))?;
    }
    if applied.set_aside > 0 {
        let told = output::count(applied.set_aside, "report is", "reports are");
        output::line(&format!("{told} set aside: the persons read why"))?;
    }
    if applied.withdrawn > 0 {
        let lost = output::count(applied.withdrawn, "answer was", "answers were");
        output::line(&format!("{lost} not kept: the person withdrew that report"))?;
    }
    Ok(())
}
