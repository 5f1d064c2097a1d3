use crate::cli::output::{self, Outcome};

/// What became of one thing that an installation needs.
#[derive(Clone, Copy)]
pub(super) enum SetupStep {
    Made,
    There,
    Mended,
    ToDo,
}

/// Says it in one line.
pub(super) fn told(step: SetupStep, what: &str) -> Outcome {
    let word = match step {
        SetupStep::Made => "made",
        SetupStep::There => "there already",
        SetupStep::Mended => "mended",
        SetupStep::ToDo => "to do",
    };
    output::line(&format!("{word:14} {what}"))
}
