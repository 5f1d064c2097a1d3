//! What the desk's commands give up: every socket, every other program, and all files but those that they were named.

use std::path::{Path, PathBuf};

use crate::{
    cli::output::Outcome,
    confine::{self, Reach},
};

/// Where the passphrase is asked for.
const TERMINAL: &str = "/dev/tty";

/// What handles private keys has no use for a network or for other programs, and from here on can't have them.
pub(in crate::cli) fn offline() -> Outcome {
    Ok(confine::system_calls()?)
}

/// What a command of the desk needs: the casebook, the terminal, and files that are named to it, to read or to make.
pub(in crate::cli) fn named<'a>(
    casebook: &Path,
    read: impl IntoIterator<Item = &'a Path>,
    made: Option<&Path>,
) -> Reach {
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
        let reach = named(&place.path().join("new/casebook"), [Path::new("key")], Some(Path::new("d1")));
        assert_eq!(reach.write, [place.path(), Path::new("."), Path::new(TERMINAL)]);
        assert_eq!(reach.read, [Path::new("key")]);
        assert_eq!(there(Path::new("not-there/casebook")), Path::new("."));
    }
}
