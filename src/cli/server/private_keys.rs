//! Private keys where only public ones may be.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    cli::output::{Failure, Outcome},
    crypto::is_private_key,
    domain::limits::MIB,
    files::{self, FileError},
};

/// Directories below one another that are looked into.
const DEPTH: usize = 8;
/// Files and directories that are looked at. A team has some ten keys.
const MOST: usize = 1000;

/// Refuses a directory with a private key anywhere in it: it must never have come here. Directories in it are looked into,
/// and links to directories are not followed, so that nothing outside is read. What can't be looked at to its end is refused.
pub(super) fn refuse_private(directory: &Path) -> Outcome {
    let mut looked = 0;
    let mut left = vec![(directory.to_owned(), 0)];
    while let Some((directory, depth)) = left.pop() {
        for path in entries(&directory)? {
            looked += 1;
            if looked > MOST || depth >= DEPTH {
                return Err(Failure::Failed(format!(
                    "{} has more in it than a directory of public keys can have; keep nothing else there",
                    directory.display()
                )));
            }
            let kind = path.symlink_metadata().map_err(FileError::io("read", &path))?;
            if kind.is_dir() {
                left.push((path, depth + 1));
            } else if path.is_file() && is_private_key(&files::read_ordinary(&path, MIB)?) {
                return Err(Failure::Failed(format!(
                    "{} holds a private key, which must never be on this machine; remove it, make new keys offline, and tell the governance team",
                    path.display()
                )));
            }
        }
    }
    Ok(())
}

/// In an order that is the same each time.
fn entries(directory: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(FileError::io("read", directory))? {
        paths.push(entry.map_err(FileError::io("read", directory))?.path());
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::files::{Readers, write_new};

    const PRIVATE: &[u8] = b"AGE-SECRET-KEY-1";

    fn why(directory: &Path) -> String {
        match refuse_private(directory) {
            Err(Failure::Failed(why)) => why,
            Err(_) => "something else".into(),
            Ok(()) => String::new(),
        }
    }

    #[test]
    fn a_private_key_is_found_however_deep_it_lies_and_nothing_outside_is_read() {
        let place = tempfile::tempdir().unwrap();
        let (keys, outside) = (place.path().join("keys"), place.path().join("outside"));
        let deep = keys.join("a/b/c");
        fs::create_dir_all(&deep).unwrap();
        fs::create_dir(&outside).unwrap();
        write_new(&keys.join("signers.pub"), Readers::Everyone, b"public").unwrap();
        write_new(&outside.join("identity.txt"), Readers::Owner, PRIVATE).unwrap();
        symlink(&outside, keys.join("link")).unwrap();
        // A circle ends too.
        symlink(&keys, keys.join("self")).unwrap();
        assert_eq!(why(&keys), "");
        // What a link to a file leads to is read as a key, so it is looked at.
        symlink(outside.join("identity.txt"), keys.join("also")).unwrap();
        assert!(why(&keys).contains("also holds a private key"));
        fs::remove_file(keys.join("also")).unwrap();
        write_new(&deep.join("copy"), Readers::Owner, PRIVATE).unwrap();
        assert!(why(&keys).contains("a/b/c/copy holds a private key"), "{}", why(&keys));
    }

    #[test]
    fn what_is_too_much_to_look_at_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let (deep, many) = (place.path().join("deep"), place.path().join("many"));
        let bottom = (0..DEPTH).fold(deep.clone(), |path, _| path.join("d"));
        fs::create_dir_all(&bottom).unwrap();
        assert_eq!(why(&deep), "");
        write_new(&bottom.join("key"), Readers::Owner, PRIVATE).unwrap();
        assert!(why(&deep).contains("has more in it"), "{}", why(&deep));
        fs::create_dir(&many).unwrap();
        for number in 0..MOST {
            fs::create_dir(many.join(number.to_string())).unwrap();
        }
        assert_eq!(why(&many), "");
        fs::create_dir(many.join("one more")).unwrap();
        assert!(why(&many).contains("has more in it"), "{}", why(&many));
    }
}
