//! Directories that candour keeps as its own: what lies in one already, who may enter it, and that nothing else is written
//! into it.

use std::{
    ffi::OsString,
    fs::{self, File, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
};

use super::{FileError, atomic::directory_of};

/// What a file system has at its top: no file of anybody's.
const NOBODYS: &str = "lost+found";
/// Bits of a mode.
const MODE: u32 = 0o7777;

/// The names of all that somebody put into a directory.
///
/// # Errors
/// If it can't be read.
pub fn names_in(directory: &Path) -> Result<Vec<OsString>, FileError> {
    let failed = || FileError::io("read", directory);
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed())? {
        names.push(entry.map_err(failed())?.file_name());
    }
    names.retain(|name| name != NOBODYS);
    Ok(names)
}

/// Whether a directory of that mode is shared by its group: what is made in it is the group's too.
#[must_use]
pub const fn is_shared(mode: u32) -> bool {
    const SETGID_AND_GROUP: u32 = 0o2070;

    mode & SETGID_AND_GROUP == SETGID_AND_GROUP
}

/// The mode of a directory that one account alone has, or the accounts of one group.
#[must_use]
pub const fn directory_mode(shared: bool) -> u32 {
    if shared { 0o2770 } else { 0o700 }
}

/// Closes a directory to everybody but its account, or its group if that shares it.
///
/// # Errors
/// If its mode can't be changed.
pub fn close_directory(directory: &Path) -> Result<(), FileError> {
    let failed = || FileError::io("close to other accounts", directory);
    let found = directory.metadata().map_err(failed())?.mode() & MODE;
    let mode = directory_mode(is_shared(found));
    if found == mode {
        return Ok(());
    }
    // What is opened is what is changed, whatever stands at its path by then.
    File::open(directory).and_then(|opened| opened.set_permissions(Permissions::from_mode(mode))).map_err(failed())
}

/// Refuses to write a file into a directory in which candour keeps its own, by whatever path it is named.
///
/// # Errors
/// If it would lie there.
pub fn refuse_inside(directory: &Path, out: &Path) -> Result<(), FileError> {
    // What is not there is told when the file is made.
    let (Ok(kept), Ok(around)) = (directory.canonicalize(), directory_of(out).canonicalize()) else { return Ok(()) };
    if around.starts_with(kept) {
        return Err(FileError::Inside { out: out.to_owned(), directory: directory.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_is_written_into_a_directory_by_whatever_path() {
        let place = tempfile::tempdir().unwrap();
        let (kept, below, other) =
            (place.path().join("kept"), place.path().join("kept/below"), place.path().join("kept-not"));
        fs::create_dir_all(&below).unwrap();
        fs::create_dir(&other).unwrap();
        symlink(&below, other.join("link")).unwrap();
        symlink(&kept, place.path().join("name")).unwrap();
        for out in [kept.join("a"), below.join("a"), other.join("../kept/a"), other.join("link/a")] {
            for directory in [kept.clone(), place.path().join("name")] {
                let refused = refuse_inside(&directory, &out).unwrap_err().to_string();
                assert!(refused.contains("would lie in") && refused.contains("outside"), "{refused}");
            }
        }
        for out in [other.join("a"), place.path().join("a"), kept.join("../a"), kept.clone(), kept.join("not-there/a")]
        {
            refuse_inside(&kept, &out).unwrap();
        }
    }

    #[test]
    fn a_directory_is_closed_to_all_but_those_who_share_it() {
        let place = tempfile::tempdir().unwrap();
        for (before, after) in [(0o755, 0o700), (0o700, 0o700), (0o770, 0o700), (0o2775, 0o2770), (0o2770, 0o2770)] {
            fs::set_permissions(place.path(), Permissions::from_mode(before)).unwrap();
            close_directory(place.path()).unwrap();
            assert_eq!(place.path().metadata().unwrap().mode() & MODE, after, "{before:o}");
        }
    }
}
