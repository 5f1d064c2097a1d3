//! Files out of reach, by Landlock.

use std::{
    path::{Path, PathBuf},
    thread,
};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope, make_bitflags, path_beneath_rules,
};

use super::ConfineError;

/// The newest version of Landlock that is asked for. The first has all of files; what the others add is denied as system
/// calls too.
const WANTED: ABI = ABI::V6;

/// What may be done with what can be read, and below it.
const READ: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | ReadDir});
/// With what can be changed: no program is run, and no device, pipe, socket or link is made.
const WRITE: BitFlags<AccessFs> = make_bitflags!(AccessFs::{
    ReadFile | ReadDir | WriteFile | Truncate | MakeReg | MakeDir | RemoveFile | RemoveDir | Refer
});

/// The files that stay in reach. What is not there can't be named, and stays out of it.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Files, and directories with all below them, that can be read.
    pub read: Vec<PathBuf>,
    /// Those that can be changed too.
    pub write: Vec<PathBuf>,
    /// Whether files are moved from one directory to another. Landlock's first version refuses that everywhere, so there
    /// such a process stays as it is.
    pub moves: bool,
    /// Whether connections may be opened over TCP, where Landlock could refuse them.
    pub connects: bool,
}

impl Reach {
    /// One directory and all below it.
    #[must_use]
    pub fn directory(path: &Path) -> Self {
        Self { write: vec![path.to_owned()], ..Self::default() }
    }
}

/// What keeps files out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landlock {
    /// Nothing: this kernel has none, or it is switched off.
    Missing,
    /// Its version, from 1 (Linux 5.13) on, and no more than [`Landlock::NEWEST`].
    Version(i32),
}

impl Landlock {
    /// The newest version that is made use of (Linux 6.12).
    pub const NEWEST: i32 = WANTED as i32;
}

/// From now on, only files in reach can be read or written, and none can be run. For this thread and those it starts.
///
/// # Errors
/// If the kernel knows Landlock and yet refuses.
pub fn files(reach: &Reach) -> Result<Landlock, ConfineError> {
    if reach.moves && version() == Landlock::Version(1) {
        return Ok(Landlock::Missing);
    }
    files_as_of(reach, WANTED)
}

/// What this kernel has, without confining anybody.
pub(super) fn version() -> Landlock {
    // On a thread of its own: the confinement ends with it.
    let tried = thread::spawn(|| files_as_of(&Reach::directory(Path::new("/")), WANTED)).join();
    tried.ok().and_then(Result::ok).unwrap_or(Landlock::Missing)
}

/// The same, as a kernel does it that has no newer version than that.
pub(super) fn files_as_of(reach: &Reach, newest: ABI) -> Result<Landlock, ConfineError> {
    let status = ruleset(reach, newest)
        .and_then(RulesetCreated::restrict_self)
        .map_err(|error| ConfineError::because(&error))?;
    Ok(match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, _) | (_, LandlockStatus::NotEnabled | LandlockStatus::NotImplemented) => {
            Landlock::Missing
        }
        (_, LandlockStatus::Available { effective_abi, .. }) => Landlock::Version(effective_abi.min(newest) as i32),
    })
}

fn ruleset(reach: &Reach, newest: ABI) -> Result<RulesetCreated, landlock::RulesetError> {
    let handled = AccessFs::from_all(newest);
    let mut ruleset = Ruleset::default().set_compatibility(CompatLevel::BestEffort).handle_access(handled)?;
    // A version that has none of these is not asked for them.
    let mut network = AccessNet::from_all(newest);
    if reach.connects {
        network.remove(AccessNet::ConnectTcp);
    }
    if !network.is_empty() {
        ruleset = ruleset.handle_access(network)?;
    }
    let scopes = Scope::from_all(newest);
    if !scopes.is_empty() {
        ruleset = ruleset.scope(scopes)?;
    }
    ruleset
        .create()?
        .add_rules(path_beneath_rules(&reach.write, WRITE & handled))?
        .add_rules(path_beneath_rules(&reach.read, READ))
}
