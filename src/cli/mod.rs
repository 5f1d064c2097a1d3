//! The commands: one clap enum, one function a command. Nothing imports this but `main`.

mod desk;
mod due;
mod keys;
mod output;
mod passphrase;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use output::Failure;

/// A drop-box for serious concerns in the NHS: a box that seals what people send and can't open it, and an offline desk
/// where the governance team opens, decides and answers.
#[derive(Parser)]
#[command(name = "candour", version, propagate_version = true, disable_help_subcommand = true, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a governance team's keys, on the offline machine
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Work out when something is due
    Due(due::DueArguments),
    /// Work at the offline desk: take in collections, read reports, decide and answer
    #[command(subcommand)]
    Desk(desk::DeskCommand),
}

/// Runs the command that the program was called with. Exit status: 0 done, 1 failed, 2 wrong use.
#[must_use]
pub fn run() -> ExitCode {
    restrict_new_files();
    // clap prints help and usage errors itself and leaves with 0 and 2.
    let result = match Arguments::parse().command {
        Command::Keys(command) => keys::run(command),
        Command::Due(arguments) => due::run(&arguments),
        Command::Desk(command) => desk::run(command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::error(&failure);
            failure.exit_code()
        }
    }
}

/// Whatever this program creates is for its owner alone, unless it says otherwise for one file.
fn restrict_new_files() {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// What a command gives back.
type Outcome = Result<(), Failure>;
