//! What the desk's commands give up: every socket, every other program, and all files but those that they were named.

use std::path::Path;

use crate::{
    cli::{confined, output::Outcome},
    confine::{self, Profile, Reach},
};

/// What handles private keys has no use for a network or for other programs, and from here on can't have them.
pub(in crate::cli) fn offline() -> Outcome {
    Ok(confine::system_calls(Profile::Command)?)
}

/// What a command of the desk needs once it has its keys: the casebook, and files that are named to it, to read or to make.
pub(in crate::cli) fn named<'a>(
    casebook: &'a Path,
    read: impl IntoIterator<Item = &'a Path>,
    made: Option<&Path>,
) -> Reach {
    let made = made.map(confined::around);
    confined::reach(read, [casebook.to_owned()].into_iter().chain(made))
}
