//! What is said of sealed files that are damaged.

use crate::{
    cli::output::{self, Failure, Outcome},
    store::DamagedFile,
};

/// Names what was left out of a file that is whole besides. Where anything was, the command failed.
pub(super) fn tell_left_out(lost: &[DamagedFile], advice: &str) -> Outcome {
    for file in lost {
        output::line(&format!("{file} is damaged here and was left out; {advice}"))?;
    }
    if lost.is_empty() { Ok(()) } else { Err(Failure::Reported) }
}
