use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[cfg(feature = "carry")]
use super::carry;
#[cfg(feature = "demo")]
use super::demo;
#[cfg(feature = "desk")]
use super::desk;
#[cfg(any(feature = "desk", feature = "carry"))]
use super::keys;
#[cfg(feature = "box")]
use super::server::{
    backup, check, clocks, collect, config, deliver, digest, init, poster, restore, serve, setup, stats, texts,
};
use super::{
    due,
    output::{self, Failure},
};

/// A drop-box for serious concerns in the NHS: a box that seals what people send and can't open it, and an offline desk
/// where the governance team opens, decides and answers.
#[derive(Parser)]
#[command(name = "candour", version = env!("CANDOUR_VERSION"), propagate_version = true, disable_help_subcommand = true, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "demo")]
    /// Try it out: a throwaway box on this machine, wiped when it stops
    Demo(demo::DemoArguments),
    #[cfg(any(feature = "desk", feature = "carry"))]
    /// Make keys: a governance team's, on the offline machine, or a carrier's
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    #[cfg(feature = "box")]
    /// Set up a box on this machine, in one command and a few questions; can be run again
    Setup(setup::SetupArguments),
    #[cfg(feature = "box")]
    /// Make a box: its database and its own signing key
    Init(init::InitArguments),
    #[cfg(feature = "box")]
    /// Run a box
    Serve(serve::ServeArguments),
    #[cfg(feature = "box")]
    /// Write what changed since the desk acknowledged it into a sealed file to carry there, or several if it is too much
    Collect(collect::CollectArguments),
    #[cfg(feature = "carry")]
    /// Fetch the collection that lies ready at a box, and bring it decisions, from an everyday machine
    Carry(carry::CarryArguments),
    #[cfg(feature = "box")]
    /// Check the desk's decisions, with the parts beside them, and put its answers where receipt codes find them
    Deliver(deliver::DeliverArguments),
    #[cfg(feature = "box")]
    /// Write all that the box has into one sealed file, while it serves
    ///
    /// Sealed to an age recipient of whoever runs the box: make one with `age-keygen` on another machine, and keep its
    /// identity there. What people send after it began is not in it.
    Backup(backup::BackupArguments),
    #[cfg(feature = "box")]
    /// Make a box of a backup, in an empty directory
    ///
    /// It begins a new epoch: its collections are numbered anew, and the governance team's desk asks for the epoch's
    /// fingerprint before it takes the first one in.
    Restore(restore::RestoreArguments),
    #[cfg(feature = "box")]
    /// List what is promised, and when it is due
    Clocks(clocks::ClocksArguments),
    /// Work out when something is due
    Due(due::DueArguments),
    #[cfg(feature = "box")]
    /// Say whether this box is fit to run
    Check(check::CheckArguments),
    #[cfg(feature = "box")]
    /// Print a note on this box to mail each day: it looks the same whether or not anything came
    Digest(digest::DigestArguments),
    #[cfg(feature = "box")]
    /// Print how much came and was answered each day, in bands
    ///
    /// Of what is still here: what was removed is not counted. Nothing finer than a band is said, and the total says nothing that
    /// does not follow from the days.
    Stats(stats::StatsArguments),
    #[cfg(feature = "box")]
    /// Print every setting that is in force, and where it came from
    Config(config::ShowConfigArguments),
    #[cfg(feature = "box")]
    /// Make a poster and slips with the box's address, to print
    Poster(poster::PosterArguments),
    #[cfg(feature = "box")]
    /// Write the page texts that you can change, as they are unless you do
    Texts(texts::TextsArguments),
    #[cfg(feature = "desk")]
    /// Work at the offline desk: take in collections, read reports, decide and answer
    #[command(subcommand)]
    Desk(Box<desk::DeskCommand>),
}

/// Runs the command that the program was called with. Exit status: 0 done, 1 failed, 2 wrong use.
#[must_use]
pub fn run() -> ExitCode {
    keep_to_itself();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            let failure = Failure::Usage(usage(&error));
            output::error(&failure);
            return failure.exit_code();
        }
        Err(help) => {
            return output::text(&help.to_string()).map_or_else(|failure| failure.exit_code(), |()| ExitCode::SUCCESS);
        }
    };
    let result = match arguments.command {
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => demo::run(&arguments),
        #[cfg(feature = "box")]
        Command::Serve(arguments) => serve::run(&arguments),
        #[cfg(any(feature = "desk", feature = "carry"))]
        Command::Keys(command) => keys::run(&command),
        #[cfg(feature = "carry")]
        Command::Carry(arguments) => carry::run(&arguments),
        #[cfg(feature = "box")]
        Command::Setup(arguments) => setup::run(&arguments),
        #[cfg(feature = "box")]
        Command::Init(arguments) => init::run(&arguments),
        #[cfg(feature = "box")]
        Command::Collect(arguments) => collect::run(&arguments),
        #[cfg(feature = "box")]
        Command::Backup(arguments) => backup::run(&arguments),
        #[cfg(feature = "box")]
        Command::Restore(arguments) => restore::run(&arguments),
        #[cfg(feature = "box")]
        Command::Deliver(arguments) => deliver::run(&arguments),
        #[cfg(feature = "box")]
        Command::Clocks(arguments) => clocks::run(&arguments),
        Command::Due(arguments) => due::run(&arguments),
        #[cfg(feature = "box")]
        Command::Check(arguments) => check::run(&arguments),
        #[cfg(feature = "box")]
        Command::Digest(arguments) => digest::run(&arguments),
        #[cfg(feature = "box")]
        Command::Stats(arguments) => stats::run(&arguments),
        #[cfg(feature = "box")]
        Command::Config(arguments) => config::run(&arguments),
        #[cfg(feature = "box")]
        Command::Poster(arguments) => poster::run(&arguments),
        #[cfg(feature = "box")]
        Command::Texts(arguments) => texts::run(&arguments),
        #[cfg(feature = "desk")]
        Command::Desk(command) => desk::run(*command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::error(&failure);
            failure.exit_code()
        }
    }
}

/// clap's words about a wrong use, without its layout and hints: what was wrong, then where to read.
fn usage(error: &clap::Error) -> String {
    let text = error.to_string();
    let what = text
        .lines()
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .collect::<Vec<_>>()
        .join(" ");
    let command: String = text.lines().find_map(|line| line.strip_prefix("Usage: ")).map_or_else(
        || "candour".to_owned(),
        |usage| {
            usage
                .split(' ')
                .take_while(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-'))
                .collect::<Vec<_>>()
                .join(" ")
        },
    );
    format!("{}; see `{command} --help`", what.trim_start_matches("error: ").trim_end())
}

/// Whatever this program creates is for its owner alone unless it says otherwise for one file, and what it has in
/// memory goes to no core file and to no debugger of the same user.
fn keep_to_itself() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit, umask};

    umask(rustix::fs::Mode::from_raw_mode(0o077));
    // Neither can fail for a process that asks for less; if one does, the other still holds.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Arguments::command().debug_assert();
    }
}
