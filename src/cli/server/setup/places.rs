//! Directories and files of an installation: whose they are, and who may read them.

use std::{
    fs::{DirBuilder, Metadata},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::Path,
};

use super::{
    around,
    box_parts::BoxPart,
    opened::OpenedPlace,
    shown,
    steps::{SetupStep, told},
};
use crate::{
    cli::{
        output::{Failure, Outcome},
        server::account::{self, Account, ROOT},
    },
    files::{self, FileError, Readers},
};

/// Of a directory that everybody may look into.
const PUBLIC: u32 = 0o755;
/// What everybody has of it.
const LOOK: u32 = 0o005;
/// Those that are a box's and nobody's else.
const OURS: [&str; 2] = ["/etc/candour", "/etc/candour/public"];
/// Of one that is its account's alone.
const PRIVATE: u32 = 0o700;
/// Bits of a mode.
const MODE: u32 = 0o7777;

/// What is made, for whom.
pub(super) struct SetupPlaces<'a> {
    /// The account that reads what is public and has the data; none if it is this one.
    pub(super) account: Option<&'a Account>,
}

impl SetupPlaces<'_> {
    /// A directory of what is no secret, which the box's account reads and can't change if it is another one. One that is there
    /// and is not [`OURS`] may be somebody's home: whoever has it opens it.
    pub(super) fn public_directory(&self, path: &Path) -> Outcome {
        if path.is_dir() {
            let mode = path.metadata().map_err(FileError::io("read", path))?.mode();
            if self.account.is_none() || mode & LOOK == LOOK || OURS.iter().any(|ours| path == Path::new(ours)) {
                return self.open_to_read(path, PUBLIC);
            }
            let (name, user) = (path.display(), self.name());
            return told(
                SetupStep::ToDo,
                &format!(
                    "{name} opened, so that {user} can read what is in it, if everybody may look into it: chmod o+rx {name}; else give \
                     another directory, such as {}",
                    OURS[0]
                ),
            );
        }
        make(path, PUBLIC)?;
        told(SetupStep::Made, &path.display().to_string())
    }

    /// A file of what is no secret, with that text unless it is there: then it stays as it is.
    pub(super) fn public_file(&self, path: &Path, text: &str) -> Outcome {
        if path.exists() || text.is_empty() {
            return self.open_to_read(path, Readers::Everyone.mode());
        }
        files::write_new(path, Readers::Everyone, text.as_bytes())?;
        told(SetupStep::Made, &path.display().to_string())
    }

    /// The data directory, which is the box's account's alone, and all in it.
    pub(super) fn data_directory(&self, path: &Path) -> Outcome {
        let what = format!("{}, for {} alone", path.display(), self.name());
        let step = if path.symlink_metadata().is_ok() {
            let directory = OpenedPlace::directory(path)?;
            self.refuse_anothers(&directory)?;
            let inside = all_below(&directory, self.account.is_some())?;
            if self.mend(&directory)? | self.mend_all(&inside)? { SetupStep::Mended } else { SetupStep::There }
        } else {
            make(around(path), PUBLIC)?;
            make(path, PRIVATE)?;
            self.mend(&OpenedPlace::directory(path)?)?;
            SetupStep::Made
        };
        told(step, &what)
    }

    /// An empty one may be anything of a third account's.
    fn refuse_anothers(&self, directory: &OpenedPlace) -> Outcome {
        let owner = directory.found()?.uid();
        let Some(account) = self.account.filter(|account| ![account.number, ROOT].contains(&owner)) else {
            return Ok(());
        };
        if !directory.names()?.is_empty() {
            return Ok(());
        }
        let (place, user) = (directory.path().display(), &account.name);
        Err(Failure::Failed(format!(
            "{place} belongs to the account {}, and nothing is in it; give the box a directory of its own, or, if it is to be {user}'s, \
             run: chown {user}: {place}",
            account::name_of(owner)
        )))
    }

    fn name(&self) -> String {
        self.account.map_or_else(|| account::name_of(files::this_account()), |account| account.name.clone())
    }

    /// What was copied from a stick is often its owner's alone. What anybody but root could put something else in place of is
    /// left as it is: who reads it there can't know what they read.
    fn open_to_read(&self, path: &Path, mode: u32) -> Outcome {
        let name = path.display().to_string();
        let found = path.symlink_metadata().map_err(FileError::io("read", path))?;
        if files::this_account() == ROOT
            && let Some(to_do) = not_roots_alone(&found, &name)
        {
            return told(SetupStep::ToDo, &to_do);
        }
        if self.account.is_none() {
            return told(SetupStep::There, &name);
        }
        if OpenedPlace::file_or_directory(path)?.set_mode(mode, MODE)? {
            return told(SetupStep::Mended, &format!("{name}, so that {} can read it", self.name()));
        }
        told(SetupStep::There, &name)
    }

    /// Gives a data directory to the account alone. Says whether that changed anything.
    fn mend(&self, directory: &OpenedPlace) -> Result<bool, FileError> {
        let given = self.account.map_or(Ok(false), |account| directory.give(account))?;
        Ok(directory.set_mode(0, PRIVATE)? | given)
    }

    /// What a command left there that root ran.
    fn mend_all(&self, inside: &[OpenedPlace]) -> Result<bool, FileError> {
        let Some(account) = self.account else { return Ok(false) };
        inside.iter().try_fold(false, |mended, opened| Ok(opened.give(account)? | mended))
    }
}

/// What is in a data directory, as long as all of it is a box's: nothing else is given away. The directories in it, and the
/// files if they are wanted.
fn all_below(directory: &OpenedPlace, files_too: bool) -> Result<Vec<OpenedPlace>, Failure> {
    let mut all = Vec::new();
    gather(directory, BoxPart::Data, files_too, &mut all)?;
    Ok(all)
}

fn gather(directory: &OpenedPlace, part: BoxPart, files_too: bool, all: &mut Vec<OpenedPlace>) -> Outcome {
    for name in directory.names()? {
        let Some(below) = name.to_str().and_then(|name| part.part(name)) else {
            return Err(Failure::Failed(format!(
                "{} has {} in it, which is no part of a box; give the box a directory of its own",
                directory.path().display(),
                shown(&name)
            )));
        };
        match below {
            BoxPart::File if files_too => all.push(directory.file_in(&name)?),
            BoxPart::File => {}
            _ => {
                let opened = directory.directory_in(&name)?;
                // The calendar's files are whoever's puts them there.
                if !matches!(below, BoxPart::Calendar) {
                    gather(&opened, below, files_too, all)?;
                }
                all.push(opened);
            }
        }
    }
    Ok(())
}

/// Why what lies there could be something else by the time that it is read, and what to do, if root relies on it.
fn not_roots_alone(found: &Metadata, name: &str) -> Option<String> {
    let owner = account::name_of(found.uid());
    if found.is_symlink() {
        Some(format!("{name} itself, in place of the link to it, which is not followed"))
    } else if found.uid() != ROOT {
        Some(format!(
            "{name} for root: it belongs to the account {owner}, which could change what the box goes by; look at what it holds, then \
             run: chown root: {name}"
        ))
    } else if found.mode() & 0o002 != 0 || found.mode() & 0o020 != 0 && found.gid() != ROOT {
        Some(format!(
            "{name} closed to changes: others than root could change what the box goes by; look at what it holds, then run: chmod \
             go-w {name}"
        ))
    } else {
        None
    }
}

/// A directory and those around it that are not there, which everybody may look into.
fn make(path: &Path, mode: u32) -> Result<(), FileError> {
    if path.is_dir() {
        return Ok(());
    }
    make(around(path), PUBLIC)?;
    DirBuilder::new().mode(mode).create(path).map_err(FileError::io("make", path))?;
    // The umask narrowed it.
    OpenedPlace::directory(path)?.set_mode(mode, mode).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cli::server::box_files::CALENDAR, transfer::STORE};

    #[test]
    fn what_others_could_change_is_not_opened_to_be_read_but_told() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        files::write_new(&at("own"), Readers::Owner, b"").unwrap();
        std::os::unix::fs::symlink(at("own"), at("link")).unwrap();
        let told = |name: &str| not_roots_alone(&at(name).symlink_metadata().unwrap(), name).unwrap_or_default();
        assert!(told("link").contains("in place of the link"), "{}", told("link"));
        let account = Account { name: "candour".into(), number: 61_234, group: 61_234 };
        let places = SetupPlaces { account: Some(&account) };
        let mode = || at("own").metadata().unwrap().mode() & 0o777;
        // Root passes it over, and for anybody else it is no file.
        assert_eq!(places.public_file(&at("link"), "").is_ok(), files::this_account() == ROOT);
        assert_eq!(mode(), 0o600);
        if files::this_account() == ROOT {
            assert_eq!(told("own"), "");
            assert!(places.public_file(&at("own"), "").is_ok());
            assert_eq!(mode(), 0o644);
            OpenedPlace::file_or_directory(&at("own"))
                .unwrap_or_else(|error| panic!("{error}"))
                .set_mode(0o602, 0o602)
                .unwrap();
            assert!(told("own").contains("chmod go-w own"), "{}", told("own"));
            assert!(places.public_file(&at("own"), "").is_ok());
            assert_eq!(mode(), 0o602);
            std::os::unix::fs::chown(at("own"), Some(61_234), None).unwrap();
        }
        let other = told("own");
        assert!(other.contains("belongs to the account ") && other.contains("chown root: own"), "{other}");
    }

    #[test]
    fn a_directory_that_is_nobodys_but_its_owners_is_not_opened_to_everybody() {
        let place = tempfile::tempdir().unwrap();
        let account = Account { name: "candour".into(), number: 61_234, group: 61_234 };
        let places = SetupPlaces { account: Some(&account) };
        let mode = |path: &Path| path.metadata().unwrap().mode() & 0o777;
        OpenedPlace::directory(place.path()).unwrap_or_else(|error| panic!("{error}")).set_mode(0o700, 0o700).unwrap();
        assert!(places.public_directory(place.path()).is_ok());
        assert_eq!(mode(place.path()), 0o700);
        let made = place.path().join("made");
        assert!(places.public_directory(&made).is_ok() && places.public_directory(&made).is_ok());
        assert_eq!(mode(&made), 0o755);
    }

    #[test]
    fn nothing_is_given_away_but_a_box() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("box");
        make(&directory.join(STORE), PUBLIC).unwrap();
        make(&directory.join(CALENDAR), PUBLIC).unwrap();
        for name in ["box.key", "box.pub", "store/candour.db", "calendar/bank-holidays.json"] {
            files::write_new(&directory.join(name), Readers::Owner, b"").unwrap();
        }
        let found = |files_too| all_below(&OpenedPlace::directory(&directory)?, files_too);
        let names = |all: Vec<OpenedPlace>| all.iter().map(|opened| opened.path().to_owned()).collect::<Vec<_>>();
        let all = found(true).map(names).unwrap_or_default();
        assert_eq!(all.len(), 5, "{all:?}");
        assert!(!all.iter().any(|path| path.ends_with("bank-holidays.json")));
        assert_eq!(found(false).map(names).unwrap_or_default().len(), 2);
        for name in ["letters.odt", "box.odt", "collection-1", "store/deed.txt"] {
            let path = directory.join(name);
            files::write_new(&path, Readers::Owner, b"").unwrap();
            let Err(Failure::Failed(why)) = found(true) else { panic!("{name} is taken") };
            let own_name = path.file_name().unwrap_or_default().to_string_lossy();
            assert!(why.contains(&format!("has {own_name} in it")), "{why}");
            files::remove(&path).unwrap();
        }
        // A file's name, and no file.
        make(&directory.join("box.key.next"), PUBLIC).unwrap();
        assert!(found(true).is_err());
    }

    #[test]
    fn an_empty_directory_of_a_third_account_is_not_given_away() {
        if files::this_account() != ROOT {
            return;
        }
        let place = tempfile::tempdir().unwrap();
        std::os::unix::fs::chown(place.path(), Some(61_235), None).unwrap();
        let account = Account { name: "candour".into(), number: 61_234, group: 61_234 };
        let places = SetupPlaces { account: Some(&account) };
        let Err(Failure::Failed(why)) = places.data_directory(place.path()) else { panic!("it is given away") };
        assert!(why.contains("belongs to the account 61235, and nothing is in it"), "{why}");
        assert_eq!(place.path().metadata().unwrap().uid(), 61_235);
        std::os::unix::fs::chown(place.path(), Some(ROOT), None).unwrap();
        assert!(places.data_directory(place.path()).is_ok());
        assert_eq!(place.path().metadata().unwrap().uid(), 61_234);
    }
}
