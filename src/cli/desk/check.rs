//! Whether a casebook lies as it should on this machine: shared by its members' accounts and by nobody else, with each
//! one's keys for them alone, and worked on with a program that none of them can exchange.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use clap::Args;

use super::{casebook_argument::CasebookArgument, keys_of::is_shared};
use crate::{
    casebook::{ACCOUNTS, KeyPaths, Pointer},
    cli::{
        findings::{Findings, Verdict},
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
    /// As a JSON array of {verdict, finding}
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &DeskCheckArguments) -> Outcome {
    let casebook = &arguments.casebook.casebook;
    let mut findings = Findings::default();
    let pointer = Pointer::read(casebook).map(drop).map_err(Failure::from);
    if findings.take("the casebook is there", pointer).is_some() {
        let shared = directory(&mut findings, casebook)?;
        let entries = WrongModes::below(casebook, shared)?;
        findings.add("every file in it is for those accounts alone", entries.told(arguments.mend));
        keys(&mut findings, casebook);
    }
    program(&mut findings);
    findings.kernel("the desk", "its casebook");
    findings.print(arguments.json)
}

/// Whether a group shares the directory. Others have no part in it, whoever they are.
fn directory(findings: &mut Findings, casebook: &Path) -> Result<bool, Failure> {
    let found = casebook.metadata().map_err(files::FileError::io("read", casebook))?;
    let shared = is_shared(found.mode());
    let well = if shared {
        format!("the casebook is shared by the accounts of group {}", found.gid())
    } else {
        "the casebook is for one account alone".to_owned()
    };
    let closed = if found.mode() & MODE == directory_mode(shared) {
        Ok(())
    } else {
        Err(Failure::Failed(format!(
            "the casebook is neither for one account alone nor shared by one group; run: chmod 700 {path}, or, for the \
             accounts of its group: chmod 2770 {path}",
            path = casebook.display()
        )))
    };
    findings.add(&well, closed);
    Ok(shared)
}

const fn directory_mode(shared: bool) -> u32 {
    if shared { 0o2770 } else { 0o700 }
}

/// What lies in a casebook with another mode or another group than it should have.
struct WrongModes {
    group: u32,
    shared: bool,
    /// Each with the mode that it should have.
    wrong: Vec<(PathBuf, u32)>,
    /// Those of another group.
    foreign: usize,
}

impl WrongModes {
    fn below(casebook: &Path, shared: bool) -> Result<Self, Failure> {
        let group = casebook.metadata().map_err(files::FileError::io("read", casebook))?.gid();
        let mut entries = Self { group, shared, wrong: Vec::new(), foreign: 0 };
        entries.look(casebook, &casebook.join(ACCOUNTS))?;
        Ok(entries)
    }

    fn look(&mut self, directory: &Path, accounts: &Path) -> Result<(), Failure> {
        let failed = || files::FileError::io("read", directory);
        for entry in fs::read_dir(directory).map_err(failed())? {
            let path = entry.map_err(failed())?.path();
            // What is gone meanwhile needs no mending.
            let Ok(found) = path.symlink_metadata() else { continue };
            let mode = match (found.is_dir(), self.shared && directory != accounts) {
                (true, shared) => directory_mode(shared),
                (false, true) => 0o660,
                // Where an account's keys are is its own business.
                (false, false) => 0o600,
            };
            if !found.is_symlink() && found.mode() & MODE != mode {
                self.wrong.push((path.clone(), mode));
            }
            self.foreign += usize::from(self.shared && found.gid() != self.group);
            if found.is_dir() {
                self.look(&path, accounts)?;
            }
        }
        Ok(())
    }

    /// Says what is wrong, once what can be is mended.
    fn told(mut self, mend: bool) -> Result<(), Failure> {
        if mend {
            self.wrong.retain(|(path, mode)| fs::set_permissions(path, Permissions::from_mode(*mode)).is_err());
        }
        let (wrong, foreign) = (self.wrong.len(), self.foreign);
        if let Some((first, mode)) = self.wrong.first() {
            let to_do = if mend {
                "have the accounts that they belong to, or root, run this command with --mend"
            } else {
                "run this command with --mend"
            };
            return Err(Failure::Failed(format!(
                "{} in the casebook has another mode than it should, the first {}, which should have {mode:o}; {to_do}",
                count(wrong, "entry", "entries"),
                first.display()
            )));
        }
        if foreign > 0 {
            return Err(Failure::Failed(format!(
                "{} in the casebook is not of its group {}; as root, run chgrp -R on it, then this command with --mend",
                count(foreign, "entry", "entries"),
                self.group
            )));
        }
        Ok(())
    }
}

/// Whether this account's keys are for it alone.
fn keys(findings: &mut Findings, casebook: &Path) {
    match KeyPaths::of_this_account(casebook) {
        Ok(None) => findings.say(
            Verdict::Warning,
            "the casebook knows no keys of this account; run `candour desk join` under it, or give their places each time"
                .to_owned(),
        ),
        Ok(Some(paths)) => {
            for (what, path) in [("identity", paths.identity), ("signing key", paths.signing_key)] {
                let own = files::check_own(&path).map_err(Failure::from);
                findings.add(&format!("this account's {what} is for it alone"), own);
            }
        }
        Err(error) => findings.say(Verdict::Unsafe, error.to_string()),
    }
}

/// Whether anybody but root can exchange the program. Whoever can, reads along with whoever runs it.
fn program(findings: &mut Findings) {
    let path = match std::env::current_exe() {
        Ok(path) => path,
        Err(error) => {
            return findings.say(Verdict::Unsafe, format!("where this program lies can't be told: {error}"));
        }
    };
    let loose = path.ancestors().find_map(|part| {
        let found = part.metadata().ok()?;
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
    });
    findings.add("nobody but root can exchange this program", loose.map_or(Ok(()), Err));
}

/// In such a directory nobody removes what is another's.
fn is_sticky(found: &fs::Metadata) -> bool {
    found.is_dir() && found.mode() & 0o1000 != 0
}
