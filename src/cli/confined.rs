//! What a command gives up before it handles what others wrote, and what is said where the kernel can't hold it to that.

#[cfg(any(feature = "box", feature = "desk"))]
use std::fs::File;
use std::path::{Path, PathBuf};

#[cfg(any(feature = "box", feature = "desk"))]
use crate::cli::output::{self, Failure, Outcome};
use crate::confine::{self, Landlock, Profile, Reach};

/// Files that are named to a command, to be read, and files and directories that it changes or makes.
pub(in crate::cli) fn reach<'a>(
    read: impl IntoIterator<Item = &'a Path>,
    changed: impl IntoIterator<Item = impl AsRef<Path>>,
) -> Reach {
    Reach {
        read: read.into_iter().map(Path::to_owned).collect(),
        write: changed.into_iter().map(|path| there(path.as_ref())).collect(),
        ..Reach::default()
    }
}

/// The directory in which a file is to be made.
pub(in crate::cli) fn around(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A path, or the nearest directory above it that is there: what is to be made needs that.
fn there(path: &Path) -> PathBuf {
    if path.exists() || path.as_os_str() == "." { path.to_owned() } else { there(&around(path)) }
}

#[cfg(any(feature = "box", feature = "desk"))]
/// Lets go of what stands at standard input, which nothing here reads: a terminal there could be listened at.
pub(in crate::cli) fn leave_standard_input() {
    if let Ok(nothing) = File::open("/dev/null") {
        let _ = rustix::stdio::dup2_stdin(&nothing);
    }
}

/// For a command that ends soon: from here on it has no network, no other program, and no file but these. Where the kernel
/// can't see to that, it does without.
pub(in crate::cli) fn ends_soon(reach: &Reach) {
    let _ = confine::files(reach);
    let _ = confine::system_calls(Profile::Command);
}

/// For what looks at a front, whose name has been looked up: it may connect. It keeps the files, for Landlock would keep it
/// from those that other processes have open. Where the kernel can't see to that, it does without.
#[cfg(any(feature = "box", feature = "carry"))]
pub(in crate::cli) fn speaks_with_a_front() {
    let _ = confine::system_calls(Profile::Front);
}

/// Gives up the files that are not in reach, or says why they are not given up.
pub(in crate::cli) fn to_files(reach: &Reach) -> Result<(), String> {
    given_up(confine::files(reach).map_err(|error| error.to_string())?)
}

/// Whether files can be given up, without giving up any; or why not.
#[cfg(feature = "desk")]
pub(in crate::cli) fn is_possible() -> Result<(), String> {
    given_up(confine::kernel().files)
}

fn given_up(landlock: Landlock) -> Result<(), String> {
    match landlock {
        Landlock::Version(_) => Ok(()),
        Landlock::Missing => Err(
            "this kernel has no Landlock, so files that it has no use for are not out of reach; use Linux 5.13 or later, \
             built with Landlock and started with it, and let no filter around this process forbid it"
                .into(),
        ),
    }
}

#[cfg(any(feature = "box", feature = "desk"))]
/// What is not confined does not run, unless whoever started it said that it may.
pub(in crate::cli) fn or_refuse(result: Result<(), String>, unconfined: bool) -> Outcome {
    match result {
        Err(why) if unconfined => {
            output::error(&Failure::Failed(format!("{why}; running all the same, because of --unconfined")));
            Ok(())
        }
        Err(why) => Err(Failure::Failed(format!(
            "{why}, or add --unconfined to run all the same, with whatever else it can give up given up"
        ))),
        Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_made_needs_the_directory_around_it() {
        let place = tempfile::tempdir().unwrap();
        let (casebook, made) = (place.path().join("new/casebook"), around(Path::new("d1")));
        let reach = reach([Path::new("key")], [&casebook, &made]);
        assert_eq!(reach.write, [place.path(), Path::new(".")]);
        assert_eq!(reach.read, [Path::new("key")]);
        assert_eq!(there(Path::new("not-there/casebook")), Path::new("."));
    }
}
