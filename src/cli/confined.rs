//! What a command gives up before it handles what strangers wrote, and what is said where the kernel can't hold it to that.

use std::path::{Path, PathBuf};

use super::{
    Outcome,
    output::{self, Failure},
};
use crate::confine::{self, Enforced, Reach};

/// Where the passphrase is asked for.
const TERMINAL: &str = "/dev/tty";

/// What handles private keys has no use for a network or for other programs, and from here on can't have them.
pub(super) fn offline() -> Outcome {
    Ok(confine::system_calls()?)
}

/// Gives up the files that are not in reach, or says why not all of them are.
pub(super) fn to_files(reach: &Reach) -> Result<(), String> {
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
pub(super) fn or_refuse(result: Result<(), String>, unconfined: bool) -> Outcome {
    match result {
        Err(why) if unconfined => {
            output::error(&Failure::Failed(format!("{why}; running all the same, because of --unconfined")));
            Ok(())
        }
        Err(why) => Err(Failure::Failed(format!("{why}, or add --unconfined to run all the same"))),
        Ok(()) => Ok(()),
    }
}

/// What a command of the desk needs: the casebook, the terminal, and files that are named to it, to read or to make.
pub(super) fn desk<'a>(casebook: &Path, read: impl IntoIterator<Item = &'a Path>, made: Option<&Path>) -> Reach {
    Reach {
        read: read.into_iter().map(Path::to_owned).collect(),
        write: [casebook].into_iter().map(there).chain(made.map(around)).chain([TERMINAL.into()]).collect(),
    }
}

/// The directory in which a file is to be made.
fn around(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A path, or the nearest directory above it that is there: what is to be made needs that.
fn there(path: &Path) -> PathBuf {
    if path.exists() || path.as_os_str() == "." { path.to_owned() } else { there(&around(path)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_made_needs_the_directory_around_it() {
        let place = tempfile::tempdir().unwrap();
        let reach = desk(&place.path().join("new/casebook"), [Path::new("key")], Some(Path::new("d1")));
        assert_eq!(reach.write, [place.path(), Path::new("."), Path::new(TERMINAL)]);
        assert_eq!(reach.read, [Path::new("key")]);
        assert_eq!(there(Path::new("not-there/casebook")), Path::new("."));
    }
}
