use std::path::{Path, PathBuf};

use clap::Args;

use crate::{
    cli::{
        confined,
        output::{self, Failure, Outcome},
        server::box_files::{DataArgument, KeysArgument},
    },
    domain::{SystemDay, Today},
    files::{part_path, parts_beside, parts_meant},
    store::{Applied, Skipped},
    transfer,
};

#[derive(Args)]
pub(in crate::cli) struct DeliverArguments {
    #[command(flatten)]
    data: DataArgument,
    #[command(flatten)]
    keys: KeysArgument,
    /// The decisions file from the desk; of decisions in parts the first, which takes those beside it, or any of them
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Answers that the box can't take, or parts that are not here, in lines of their own at most.
const NAMED: usize = 20;

pub(in crate::cli) fn run(arguments: &DeliverArguments) -> Outcome {
    arguments.data.refuse_anothers()?;
    let keys = arguments.keys.read()?;
    let parts = parts_beside(&arguments.file);
    let read = parts.iter().chain([&arguments.file]).map(PathBuf::as_path);
    confined::ends_soon(&confined::reach(read, [&arguments.data.path]));
    let store = arguments.data.store()?;
    arguments.data.hold_against_pins(&store, &keys, &arguments.keys.path)?;
    let deliver = |file: &Path, only| transfer::deliver(&store, &keys.signers, SystemDay.today(), file, only);
    let first = deliver(&arguments.file, None)?;
    tell(&first.applied)?;
    // The parts that lie beside the first one are meant with it.
    let beside = parts_meant(first.part.number, first.part.of);
    let (mut missing, mut refused) = (Vec::new(), Vec::new());
    for part in beside {
        let path = part_path(&arguments.file, part);
        if !path.is_file() {
            missing.push(path);
            continue;
        }
        match deliver(&path, Some(first.of)) {
            Ok(delivered) => tell(&delivered.applied)?,
            Err(error) => refused.push(Failure::Failed(format!("{}: {error}", path.display()))),
        }
    }
    let told = missing
        .iter()
        .map(|path| format!("{} is not here: deliver it when it comes, before any newer decisions", path.display()));
    output::some_of(told, NAMED, |rest| format!("and {}", output::count(rest, "more part", "more parts")))?;
    output::end(refused)
}

fn tell(applied: &Applied) -> Outcome {
    output::line(&format!(
        "delivered {}, met {}; {} here already",
        output::count(applied.answers, "answer", "answers"),
        output::count(applied.met, "clock", "clocks"),
        output::count(applied.known, "answer was", "answers were")
    ))?;
    let told = applied
        .skipped
        .iter()
        .map(|Skipped { report, seq, why }| format!("not taken: answer {seq} to report {report}: {why}"));
    output::some_of(told, NAMED, |rest| format!("not taken: {} besides", output::count(rest, "answer", "answers")))?;
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
        let told = output::count(applied.unknown, "message that the desk has is", "messages that the desk has are");
        output::line(&format!("{told} not here: lost with an earlier disk, or gone since"))?;
    }
    if applied.deleted > 0 {
        let told = output::count(applied.deleted, "message was", "messages were");
        output::line(&format!("{told} deleted here: a second signer confirmed what the desk has"))?;
    }
    if applied.set_aside > 0 {
        let told = output::count(applied.set_aside, "report is", "reports are");
        output::line(&format!("{told} set aside: the status page says why"))?;
    }
    if applied.withdrawn > 0 {
        let lost = output::count(applied.withdrawn, "answer was", "answers were");
        output::line(&format!("{lost} not kept: a withdrawn report takes none"))?;
    }
    Ok(())
}
