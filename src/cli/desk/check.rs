//! Whether a casebook lies as it should on this machine: shared by its members' accounts and by nobody else, with each
//! one's keys for them alone, and worked on with a program that none of them can exchange.
//!
//! Whoever shares the directory can exchange what is in it at any moment. So every entry is opened without following a
//! link, and looked at and mended as what was opened, never by its path.

use std::{
    ffi::OsStr,
    fs::{self, File, Permissions},
    os::{
        fd::{AsFd, AsRawFd, OwnedFd},
        unix::fs::{MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use clap::Args;
use rustix::fs::{Mode, OFlags};

use super::casebook_argument::CasebookArgument;
use crate::{
    casebook::{ACCOUNTS, KeyPaths, Pointer},
    cli::{
        confined,
        desk::reach,
        findings::{Findings, Verdict, What},
        output::{Failure, Outcome, count},
    },
    files,
};

/// Bits of a mode that are compared.
const MODE: u32 = 0o7777;

#[derive(Args)]
pub(in crate::cli) struct DeskCheckArguments {
    #[command(flatten)]
    casebook: CasebookArgument,
    /// Mend what this account can: the modes of its own files in the casebook
    #[arg(long)]
    mend: bool,
    /// As a JSON array of {verdict, what, finding}
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &DeskCheckArguments) -> Outcome {
    let casebook = &arguments.casebook.casebook;
    let own = KeyPaths::of_this_account(casebook).ok().flatten();
    let own = own.iter().flat_map(|keys| [keys.identity.as_path(), keys.signing_key.as_path()]);
    let _ = confined::to_files(&reach::named(casebook, own, None));
    let mut findings = Findings::default();
    let pointer = Pointer::read(casebook).map(drop).map_err(Failure::from);
    if findings.take(What::Casebook, "the casebook is there", pointer).is_some() {
        let shared = directory(&mut findings, casebook)?;
        let entries = FilesThere::below(casebook, shared, arguments.mend)?;
        findings.add(What::CasebookFiles, "every file in it is for those accounts alone", entries.told());
        keys(&mut findings, casebook);
    }
    program(&mut findings);
    findings.kernel("the desk", "its casebook");
    findings.print(arguments.json)
}

/// Whether a group shares the directory. Others have no part in it, whoever they are.
fn directory(findings: &mut Findings, casebook: &Path) -> Result<bool, Failure> {
    let found = casebook.metadata().map_err(files::FileError::io("read", casebook))?;
    let shared = files::is_shared(found.mode());
    let well = if shared {
        format!("the casebook is shared by the accounts of group {}", found.gid())
    } else {
        "the casebook is for one account alone".to_owned()
    };
    let closed = if found.mode() & MODE == files::directory_mode(shared) {
        Ok(())
    } else {
        Err(Failure::Failed(format!(
            "the casebook is neither for one account alone nor shared by one group; run: chmod 700 {path}, or, for the \
             accounts of its group: chmod 2770 {path}",
            path = casebook.display()
        )))
    };
    findings.add(What::Casebook, &well, closed);
    Ok(shared)
}

/// What lies in a casebook with another mode or another group than it should have, or should not lie there at all.
struct FilesThere {
    group: u32,
    shared: bool,
    mend: bool,
    /// Each with the mode that it should have.
    wrong: Vec<(PathBuf, u32)>,
    /// Those of another group.
    foreign: usize,
    /// Neither files of their own nor directories.
    strange: Vec<PathBuf>,
}

impl FilesThere {
    /// Looks at everything; mends what it may.
    fn below(casebook: &Path, shared: bool, mend: bool) -> Result<Self, Failure> {
        let failed = || files::FileError::io("read", casebook);
        let group = casebook.metadata().map_err(failed())?.gid();
        let mut entries = Self { group, shared, mend, wrong: Vec::new(), foreign: 0, strange: Vec::new() };
        let opened = File::open(casebook).map_err(failed())?;
        entries.look(&opened.into(), casebook, false)?;
        Ok(entries)
    }

    fn look(&mut self, directory: &OwnedFd, path: &Path, is_accounts: bool) -> Result<(), Failure> {
        let failed = || files::FileError::io("read", path);
        for entry in fs::read_dir(itself(directory)).map_err(failed())? {
            let name = entry.map_err(failed())?.file_name();
            // What is gone meanwhile needs no mending.
            let Ok(opened) = open_at(directory, &name, OFlags::PATH) else { continue };
            let found = fs::metadata(itself(&opened)).map_err(failed())?;
            let place = path.join(&name);
            // One with a second name may be somebody's own file elsewhere.
            if !found.is_dir() && (!found.is_file() || found.nlink() > 1) {
                self.strange.push(place);
                continue;
            }
            self.foreign += usize::from(self.shared && found.gid() != self.group);
            let mode = match (found.is_dir(), self.shared && !is_accounts) {
                (true, shared) => files::directory_mode(shared),
                (false, true) => 0o660,
                // Where an account's keys are is its own business.
                (false, false) => 0o600,
            };
            if found.mode() & MODE != mode {
                let is_own = found.uid() == files::this_account();
                if !(self.mend && is_own && fs::set_permissions(itself(&opened), Permissions::from_mode(mode)).is_ok())
                {
                    self.wrong.push((place.clone(), mode));
                }
            }
            if found.is_dir() {
                let below = open_at(&opened, OsStr::new("."), OFlags::RDONLY | OFlags::DIRECTORY);
                let below = below.map_err(|error| files::FileError::io("read", &place)(error.into()))?;
                self.look(&below, &place, name == ACCOUNTS)?;
            }
        }
        Ok(())
    }

    /// Says what is wrong.
    fn told(self) -> Result<(), Failure> {
        let (wrong, foreign) = (self.wrong.len(), self.foreign);
        if let Some(first) = self.strange.first() {
            return Err(Failure::Failed(format!(
                "{} in the casebook is a link, a pipe or the like, the first {}; somebody put it there: find out who, and \
                 remove it",
                count(self.strange.len(), "entry", "entries"),
                first.display()
            )));
        }
        if let Some((first, mode)) = self.wrong.first() {
            let to_do = if self.mend {
                "have the accounts that they belong to run this command with --mend"
            } else {
                "run this command with --mend under the accounts that they belong to"
            };
            return Err(Failure::Failed(format!(
                "{} in the casebook has another mode than it should, the first {}, which should have {mode:o}; {to_do}",
                count(wrong, "entry", "entries"),
                first.display()
            )));
        }
        if foreign > 0 {
            return Err(Failure::Failed(format!(
                "{} in the casebook is not of its group {group}; have the accounts that they belong to, which are in that \
                 group, run chgrp -R {group} on it and then this command with --mend",
                count(foreign, "entry", "entries"),
                group = self.group
            )));
        }
        Ok(())
    }
}

fn open_at(directory: &OwnedFd, name: &OsStr, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    rustix::fs::openat(directory.as_fd(), name, flags | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())
}

/// The path of what was opened, whatever its own path leads to by now.
fn itself(opened: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", opened.as_raw_fd()))
}

/// Whether this account's keys are for it alone.
fn keys(findings: &mut Findings, casebook: &Path) {
    match KeyPaths::of_this_account(casebook) {
        Ok(None) => findings.say(
            What::MemberKeys,
            Verdict::Warning,
            "the casebook knows no keys of this account; run `candour desk join` under it, or give their places each time"
                .to_owned(),
        ),
        Ok(Some(paths)) => {
            for (what, path) in [("identity", paths.identity), ("signing key", paths.signing_key)] {
                let own = files::check_own_shared(&path).map_err(Failure::from);
                findings.add(What::MemberKeys, &format!("this account's {what} is for it alone"), own);
            }
        }
        Err(error) => findings.say(What::MemberKeys, Verdict::Unsafe, error.to_string()),
    }
}

/// Whether anybody but root can exchange the program. Whoever can, reads along with whoever runs it.
fn program(findings: &mut Findings) {
    let path = match std::env::current_exe() {
        Ok(path) => path,
        Err(error) => {
            return findings.say(
                What::Program,
                Verdict::Unsafe,
                format!("where this program lies can't be told: {error}"),
            );
        }
    };
    findings.add(What::Program, "nobody but root can exchange this program", loose(&path).map_or(Ok(()), Err));
}

/// What others than root can exchange, of a path; what can't be looked at may be.
fn loose(path: &Path) -> Option<Failure> {
    path.ancestors().find_map(|part| -> Option<Failure> {
        let found = match part.metadata() {
            Ok(found) => found,
            Err(error) => return Some(files::FileError::io("read", part)(error).into()),
        };
        let why = if found.uid() != 0 {
            format!("belongs to account {}", found.uid())
        } else if found.mode() & 0o022 != 0 && !is_sticky(&found) {
            "can be written by others than root".to_owned()
        } else {
            return None;
        };
        Some(Failure::Failed(format!(
            "{} {why}: whoever can exchange this program reads what its users read; install it as root, as \
             /usr/local/bin/candour",
            part.display()
        )))
    })
}

/// In such a directory nobody removes what is another's.
fn is_sticky(found: &fs::Metadata) -> bool {
    found.is_dir() && found.mode() & 0o1000 != 0
}

#[cfg(test)]
mod tests {
    use std::{
        os::unix::fs::symlink,
        sync::atomic::{AtomicBool, Ordering},
        thread,
    };

    use rustix::fs::{CWD, FileType, RenameFlags, mknodat, renameat_with};

    use super::*;

    fn write(path: &Path, mode: u32) {
        files::write_new(path, files::Readers::Owner, b"content").unwrap();
        set_mode(path, mode);
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & MODE
    }

    fn told(casebook: &Path, mend: bool) -> Result<(), String> {
        let told = FilesThere::below(casebook, false, mend).ok().unwrap().told();
        told.map_err(
            |failure| if let Failure::Failed(why) | Failure::Usage(why) = failure { why } else { String::new() },
        )
    }

    #[test]
    fn what_is_neither_a_file_nor_a_directory_is_named_and_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let (casebook, own) = (place.path().join("casebook"), place.path().join("own"));
        fs::create_dir(&casebook).unwrap();
        write(&own, 0o640);
        write(&casebook.join("head.json"), 0o644);
        assert!(told(&casebook, false).unwrap_err().contains("which should have 600; run this command with --mend"));
        told(&casebook, true).unwrap();
        assert_eq!(mode(&casebook.join("head.json")), 0o600);
        let odd = casebook.join("odd");
        let made: [&dyn Fn(); 4] = [
            &|| symlink(&own, &odd).unwrap(),
            &|| symlink("nowhere", &odd).unwrap(),
            &|| fs::hard_link(&own, &odd).unwrap(),
            &|| mknodat(CWD, &odd, FileType::Fifo, 0o660.into(), 0).unwrap(),
        ];
        for make in made {
            make();
            let why = told(&casebook, true).unwrap_err();
            assert!(
                why.contains("is a link, a pipe or the like") && why.contains("/odd; somebody put it there"),
                "{why}"
            );
            assert_eq!(mode(&own), 0o640);
            fs::remove_file(&odd).unwrap();
        }
    }

    #[test]
    fn a_directory_that_is_exchanged_for_a_link_meanwhile_leads_nowhere() {
        let place = tempfile::tempdir().unwrap();
        let (casebook, own) = (place.path().join("casebook"), place.path().join("own"));
        let (directory, link) = (casebook.join("directory"), casebook.join("link"));
        fs::create_dir_all(&directory).unwrap();
        fs::create_dir(&own).unwrap();
        set_mode(&own, 0o750);
        write(&own.join("file"), 0o640);
        write(&directory.join("file"), 0o640);
        symlink(&own, &link).unwrap();
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    renameat_with(CWD, &directory, CWD, &link, RenameFlags::EXCHANGE).unwrap();
                }
            });
            for _ in 0..2_000 {
                // What it says depends on the moment; what it does must not.
                let _ = FilesThere::below(&casebook, false, true);
            }
            is_over.store(true, Ordering::Relaxed);
        });
        assert_eq!((mode(&own), mode(&own.join("file"))), (0o750, 0o640));
    }

    #[test]
    fn a_program_that_cannot_be_looked_at_is_not_called_safe() {
        let place = tempfile::tempdir().unwrap();
        assert!(loose(&place.path().join("gone/candour")).is_some());
        assert!(loose(Path::new("/")).is_none());
    }
}
