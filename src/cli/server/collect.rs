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
    transfer::{self, CollectOutcome},
};

#[derive(Args)]
pub(in crate::cli) struct CollectArguments {
    #[command(flatten)]
    data: DataArgument,
    #[command(flatten)]
    keys: KeysArgument,
    /// The new file to carry to the desk; what is too much for one goes into parts beside it
    #[arg(long, value_name = "FILE", required_unless_present = "ready")]
    out: Option<PathBuf>,
    /// Lay it ready in the data directory, in place of the one before, for `candour carry` to fetch: for a timer
    #[arg(long, conflicts_with = "out")]
    ready: bool,
    /// Also what decisions said the desk has, and what is still kept here: for a desk that finds that it never had it
    #[arg(long)]
    again: bool,
}

pub(in crate::cli) fn run(arguments: &CollectArguments) -> Outcome {
    arguments.data.refuse_anothers()?;
    let keys = arguments.keys.read()?;
    let made = arguments.out.as_deref().map(confined::around);
    let changed = made.as_deref().into_iter().chain([arguments.data.path.as_path()]);
    confined::ends_soon(&confined::reach([], changed));
    let store = arguments.data.store_to_save()?;
    arguments.data.hold_against_pins(&store, &keys, &arguments.keys.path)?;
    let key = arguments.data.signing_key(&store)?;
    let (to, today, again) = (&keys.recipients, SystemDay.today(), arguments.again);
    let Some(first) = &arguments.out else {
        let carry = arguments.data.carry_directory();
        let outcome = transfer::collect_ready(&store, to, &key, today, &carry, again)?;
        for number in &outcome.given_up {
            output::line(&format!(
                "collection {number} lay ready, somebody was handed a part of it, and its files are not whole any more: what is not \
                 at the desk is in the next, the desk will miss that number, and the disk needs to be checked"
            ))?;
        }
        // A timer's words go to a journal, with the hour: how much came is not among them.
        output::line(&format!("collection {} lies ready to be fetched with `candour carry`", outcome.number))?;
        return damaged::tell_left_out(&outcome.lost, LEFT_OUT);
    };
    let outcome = transfer::collect(&store, to, &key, today, first, again)?;
    let out = first.display();
    if outcome.finished_earlier {
        return output::line(&format!(
            "collection {} was made earlier and is now {out}; run the command again for anything newer",
            outcome.number
        ));
    }
    output::line(&format!("{}, in {out}", described(&outcome)))?;
    if outcome.parts > 1 {
        let last = part_path(first, outcome.parts);
        output::line(&format!(
            "it is in {} parts, from {out} to {}: carry all of them, and import the first, which takes those beside it",
            outcome.parts,
            last.display()
        ))?;
    }
    damaged::tell_left_out(&outcome.lost, LEFT_OUT)
}

/// What to do about what a collection lacks.
const LEFT_OUT: &str = "tell the governance team, who can ask the person to say it again if their desk does not have it, and check \
                        the disk";

fn described(outcome: &CollectOutcome) -> String {
    format!(
        "collection {}: {} from {}",
        outcome.number,
        output::count(outcome.messages, "message", "messages"),
        output::count(outcome.reports, "report", "reports")
    )
}
