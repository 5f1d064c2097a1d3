use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{
        confined,
        output::{self, Outcome},
        server::{
            box_files::{DataArgument, KeysArgument},
            damaged,
        },
    },
    domain::{SystemDay, Today},
    files::part_path,
    transfer,
};

#[derive(Args)]
pub(in crate::cli) struct CollectArguments {
    #[command(flatten)]
    data: DataArgument,
    #[command(flatten)]
    keys: KeysArgument,
    /// The new file to carry to the desk; what is too much for one goes into parts beside it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Also what decisions said the desk has, and what is still kept here: for a desk that finds that it never had it
    #[arg(long)]
    again: bool,
}

pub(in crate::cli) fn run(arguments: &CollectArguments) -> Outcome {
    arguments.data.refuse_anothers()?;
    let keys = arguments.keys.read()?;
    let made = confined::around(&arguments.out);
    confined::ends_soon(&confined::reach([], [&arguments.data.path, &made]));
    let store = arguments.data.store_to_save()?;
    arguments.data.hold_against_pins(&store, &keys, &arguments.keys.path)?;
    let key = arguments.data.signing_key(&store)?;
    let outcome =
        transfer::collect(&store, &keys.recipients, &key, SystemDay.today(), &arguments.out, arguments.again)?;
    let (out, first) = (arguments.out.display(), &arguments.out);
    if outcome.finished_earlier {
        return output::line(&format!(
            "collection {} was made earlier and is now {out}; run the command again for anything newer",
            outcome.number
        ));
    }
    output::line(&format!(
        "collection {}: {} from {}, in {out}",
        outcome.number,
        output::count(outcome.messages, "message", "messages"),
        output::count(outcome.reports, "report", "reports")
    ))?;
    if outcome.parts > 1 {
        let last = part_path(first, outcome.parts);
        output::line(&format!(
            "it is in {} parts, from {out} to {}: carry all of them, and import the first, which takes those beside it",
            outcome.parts,
            last.display()
        ))?;
    }
    damaged::tell_left_out(
        &outcome.lost,
        "tell the governance team, who can ask the person to say it again if their desk does not have it, and check the disk",
    )
}
