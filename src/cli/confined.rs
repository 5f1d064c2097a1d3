//! What a command gives up before it handles what strangers wrote, and what is said where the kernel can't hold it to
//! that.

use crate::{
    cli::output::{self, Failure, Outcome},
    confine::{self, Enforced, Reach},
};

/// Gives up the files that are not in reach, or says why not all of them are.
pub(in crate::cli) fn to_files(reach: &Reach) -> Result<(), String> {
    match confine::files(reach) {
        Ok(Enforced::Fully) => Ok(()),
        Ok(Enforced::Partly) => Err("this kernel confines it to its own files in part only; use Linux 6.12 or later".into()),
        Ok(Enforced::Not) => {
            Err("this kernel has no Landlock, so files that it has no use for are not out of reach; use Linux 6.12 or later"
                .into())
        }
        Err(error) => Err(error.to_string()),
    }
}

/// What is not confined does not run, unless whoever started it said that it may.
pub(in crate::cli) fn or_refuse(result: Result<(), String>, unconfined: bool) -> Outcome {
    match result {
        Err(why) if unconfined => {
            output::error(&Failure::Failed(format!("{why}; running all the same, because of --unconfined")));
            Ok(())
        }
        Err(why) => Err(Failure::Failed(format!("{why}, or add --unconfined to run all the same"))),
        Ok(()) => Ok(()),
    }
}
