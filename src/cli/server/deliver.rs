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
    let mut lines: Vec<String> = applied
        .skipped
        .iter()
        .take(NAMED)
        .map(|Skipped { report, seq, why }| format!("not taken: answer {seq} to report {report}: {why}"))
        .collect();
    let rest = applied.skipped.len().saturating_sub(NAMED);
    if rest > 0 {
        lines.push(format!("not taken: {} besides", output::count(rest, "answer", "answers")));
    }
    transfer::told(applied, lines).iter().try_for_each(|line| output::line(line))
}
