//! The keys that a casebook makes for itself.
//!
//! ```text
//! keys/casebook.G.age   opens the events; sealed to every member
//! keys/REPORT.G.age     opens all that is about one report; sealed to the casebook's key, or, once someone is shut out,
//!                       to the members who are not
//! ```
//!
//! `G` counts up from 1. Each file holds its generation's key and those before it, the newest first, so a member who
//! can open the last one can open everything. The one before is removed once the event is on the disk that tells of the
//! new one: whoever was shut out can open neither. Removing all of a report's keys destroys what is about it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    casebook::LogError,
    crypto::{GovernanceRecipients, OpenError, seal_bytes},
    domain::{ReportId, limits::KIB},
    files::{self, FileError, Readers},
    unseal::GovernanceIdentity,
};

const DIRECTORY: &str = "keys";
/// Bytes of a key file: many generations.
const BYTES: usize = 64 * KIB;

/// Whose key it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::casebook) enum Owner {
    /// The casebook's own.
    Casebook,
    /// One report's.
    Report(ReportId),
}

/// All keys that a member can open. A report's are opened when they are needed first.
pub(in crate::casebook) struct Keyring {
    directory: PathBuf,
    member: Arc<GovernanceIdentity>,
    casebook: Arc<GovernanceIdentity>,
    /// Which files there are of the casebook's own key.
    own: BTreeSet<u32>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// Which key files there are.
    generations: BTreeMap<ReportId, BTreeSet<u32>>,
    reports: BTreeMap<ReportId, Option<Arc<GovernanceIdentity>>>,
}

impl Keyring {
    /// Makes the first key of a new casebook.
    pub(in crate::casebook) fn create(casebook: &Path, member: Arc<GovernanceIdentity>) -> Result<Self, LogError> {
        let directory = casebook.join(DIRECTORY);
        files::create_team_directory(&directory)?;
        let own = GovernanceIdentity::generate();
        write(&directory, Owner::Casebook, 1, &own, &member.recipients(), true)?;
        Ok(Self { directory, member, casebook: Arc::new(own), own: BTreeSet::from([1]), held: Mutex::default() })
    }

    /// Opens the casebook's key. `None` if this member has none.
    pub(in crate::casebook) fn open(
        casebook: &Path,
        member: Arc<GovernanceIdentity>,
    ) -> Result<Option<Self>, LogError> {
        let directory = casebook.join(DIRECTORY);
        let (own, held) = index(&directory)?;
        let Some(casebook) = merged(&directory, Owner::Casebook, &own, &member)? else { return Ok(None) };
        Ok(Some(Self { directory, member, casebook: Arc::new(casebook), own, held: Mutex::new(held) }))
    }

    /// The casebook's own key, in all its generations.
    pub(in crate::casebook) fn casebook(&self) -> &GovernanceIdentity {
        &self.casebook
    }

    /// A report's key in all its generations; none if this member can't open it or it is destroyed.
    pub(in crate::casebook) fn report(&self, id: ReportId) -> Result<Option<Arc<GovernanceIdentity>>, LogError> {
        let generations = {
            let held = self.held();
            if let Some(known) = held.reports.get(&id) {
                return Ok(known.clone());
            }
            held.generations.get(&id).cloned().unwrap_or_default()
        };
        let openers = self.casebook.and(&self.member);
        let opened = merged_of_report(&self.directory, Owner::Report(id), &generations, &openers)?.map(Arc::new);
        self.held().reports.insert(id, opened.clone());
        Ok(opened)
    }

    /// The next generation of a report's key, which opens what the ones before opened too: those that events named, and
    /// nothing that somebody put beside them. Nothing is written yet.
    pub(in crate::casebook) fn fresh(
        &self,
        id: ReportId,
        named: &[String],
    ) -> Result<Arc<GovernanceIdentity>, LogError> {
        let fresh = GovernanceIdentity::generate();
        Ok(Arc::new(match self.report(id)?.and_then(|before| before.among(named)) {
            Some(before) => fresh.and(&before),
            None => fresh,
        }))
    }

    /// Writes a generation of a report's key, sealed to those readers or to the casebook's key. Its event is still to be
    /// written; [`Self::settle`] then removes the generations before.
    pub(in crate::casebook) fn save(
        &self,
        id: ReportId,
        generation: u32,
        keys: &Arc<GovernanceIdentity>,
        to: &GovernanceRecipients,
        sync: bool,
    ) -> Result<(), LogError> {
        write(&self.directory, Owner::Report(id), generation, keys, to, sync)?;
        let mut held = self.held();
        held.generations.entry(id).or_default().insert(generation);
        held.reports.insert(id, Some(Arc::clone(keys)));
        Ok(())
    }

    /// Seals the casebook's keys to other members: those that events named, and nothing that somebody put beside them.
    /// With `fresh`, a new one comes in front.
    pub(in crate::casebook) fn next_casebook(
        &mut self,
        generation: u32,
        to: &GovernanceRecipients,
        (named, fresh): (&[String], bool),
    ) -> Result<String, LogError> {
        let known = self.casebook.among(named).ok_or(LogError::KeysExchanged)?;
        let all = if fresh { GovernanceIdentity::generate().and(&known) } else { known };
        write(&self.directory, Owner::Casebook, generation, &all, to, true)?;
        self.casebook = Arc::new(all);
        Ok(first(&self.casebook))
    }

    /// Removes the generations whose keys one holds as well. What can't be opened here stays, and what has a key besides:
    /// whoever wrote the newest one must not take from the others what they had, and what seems to be later than the
    /// newest one may be so because events are missing.
    pub(in crate::casebook) fn settle(&self, owner: Owner, keep: u32) -> Result<(), LogError> {
        let (own, found) = index(&self.directory)?;
        let generations = match owner {
            Owner::Casebook => own,
            Owner::Report(id) => found.generations.get(&id).cloned().unwrap_or_default(),
        };
        let openers = match owner {
            Owner::Casebook => self.member.and(&self.member),
            Owner::Report(_) => self.casebook.and(&self.member),
        };
        let opened = |generation| merged_of_report(&self.directory, owner, &BTreeSet::from([generation]), &openers);
        let Some(kept) = opened(keep)? else { return Ok(()) };
        let kept = kept.recipients().keys();
        let mut gone = BTreeSet::new();
        for generation in generations.into_iter().filter(|generation| *generation != keep) {
            if opened(generation)?.is_some_and(|keys| keys.recipients().keys().iter().all(|key| kept.contains(key))) {
                gone.insert(generation);
            }
        }
        self.remove(owner, &gone)
    }

    /// Whether this member holds one of a report's named keys that its newest key file has not: whoever wrote that kept it
    /// from the others.
    pub(in crate::casebook) fn holds_more(
        &self,
        id: ReportId,
        newest: u32,
        named: &[String],
    ) -> Result<bool, LogError> {
        let openers = self.casebook.and(&self.member);
        let kept = merged_of_report(&self.directory, Owner::Report(id), &BTreeSet::from([newest]), &openers)?;
        let (Some(kept), Some(all)) = (kept, self.report(id)?.and_then(|all| all.among(named))) else {
            return Ok(false);
        };
        let kept = kept.recipients().keys();
        Ok(all.recipients().keys().iter().any(|key| !kept.contains(key)))
    }

    /// Removes one generation that no event names.
    pub(in crate::casebook) fn forget(&self, id: ReportId, generation: u32) -> Result<(), LogError> {
        files::erase(&path(&self.directory, Owner::Report(id), generation))?;
        files::sync_directory(&self.directory)?;
        let mut held = self.held();
        held.generations.entry(id).or_default().remove(&generation);
        held.reports.remove(&id);
        Ok(())
    }

    /// Removes all generations of a report's key: for good.
    pub(in crate::casebook) fn destroy(&self, id: ReportId) -> Result<(), LogError> {
        let (_, found) = index(&self.directory)?;
        let generations = found.generations.get(&id).cloned().unwrap_or_default();
        self.remove(Owner::Report(id), &generations)
    }

    fn remove(&self, owner: Owner, generations: &BTreeSet<u32>) -> Result<(), LogError> {
        for generation in generations {
            let path = path(&self.directory, owner, *generation);
            match files::erase(&path) {
                // Another account keeps it to itself: it can't be written over, only removed.
                Err(FileError::Io { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied => {
                    files::remove(&path)?;
                }
                erased => erased?,
            }
        }
        files::sync_directory(&self.directory)?;
        if let Owner::Report(id) = owner {
            let mut held = self.held();
            let left = held.generations.entry(id).or_default();
            left.retain(|generation| !generations.contains(generation));
            if left.is_empty() {
                held.reports.remove(&id);
            }
        }
        Ok(())
    }

    /// Whether there is any key file of a report.
    pub(in crate::casebook) fn has_any(&self, id: ReportId) -> bool {
        self.held().generations.get(&id).is_some_and(|found| !found.is_empty())
    }

    /// Of which keys there are several generations: what a killed command left.
    pub(in crate::casebook) fn unsettled(&self) -> Vec<Owner> {
        let held = self.held();
        let reports = held.generations.iter().filter(|(_, found)| found.len() > 1).map(|(id, _)| Owner::Report(*id));
        reports.chain((self.own.len() > 1).then_some(Owner::Casebook)).collect()
    }

    /// Looks again at what is on the disk: others may have written there.
    pub(in crate::casebook) fn refresh(&mut self) -> Result<(), LogError> {
        let (own, held) = index(&self.directory)?;
        if let Some(casebook) = merged(&self.directory, Owner::Casebook, &own, &self.member)? {
            self.casebook = Arc::new(casebook);
        }
        self.own = own;
        self.held = Mutex::new(held);
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // What a thread that panicked left is as good as before: keys are only added.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The public half of the newest key.
pub(in crate::casebook) fn first(identity: &GovernanceIdentity) -> String {
    identity.recipients().keys().swap_remove(0)
}

fn write(
    directory: &Path,
    owner: Owner,
    generation: u32,
    keys: &GovernanceIdentity,
    to: &GovernanceRecipients,
    sync: bool,
) -> Result<(), LogError> {
    let sealed = seal_bytes(keys.to_text().as_bytes(), to)?;
    let path = path(directory, owner, generation);
    if sealed.as_bytes().len() > BYTES {
        return Err(FileError::TooLarge(path).into());
    }
    // One of that generation is in no event: a command was killed before it recorded it.
    if sync {
        files::replace(&path, Readers::Team, sealed.as_bytes())?;
    } else {
        files::replace_unsynced(&path, Readers::Team, sealed.as_bytes())?;
    }
    Ok(())
}

/// Every generation that can be opened, the newest first; none if none is sealed to whoever looks. Anyone can put a file
/// beside the others that is no key: it takes nothing from those that are, and is told only if there are none.
fn merged(
    directory: &Path,
    owner: Owner,
    generations: &BTreeSet<u32>,
    openers: &GovernanceIdentity,
) -> Result<Option<GovernanceIdentity>, LogError> {
    let mut all: Option<GovernanceIdentity> = None;
    let mut failed = None;
    for generation in generations.iter().rev() {
        match one(path(directory, owner, *generation), openers) {
            Ok(None) => {}
            Ok(Some(keys)) => {
                all = Some(match all {
                    Some(newer) => newer.and(&keys),
                    None => keys,
                });
            }
            Err(error) => failed = Some(error),
        }
    }
    match (all, failed) {
        (None, Some(error)) => Err(error),
        (all, _) => Ok(all),
    }
}

/// As [`merged`], where a report whose key files are all broken is one that can't be opened, and no more.
fn merged_of_report(
    directory: &Path,
    owner: Owner,
    generations: &BTreeSet<u32>,
    openers: &GovernanceIdentity,
) -> Result<Option<GovernanceIdentity>, LogError> {
    match merged(directory, owner, generations, openers) {
        Err(LogError::Open { .. }) => Ok(None),
        opened => opened,
    }
}

fn one(path: PathBuf, openers: &GovernanceIdentity) -> Result<Option<GovernanceIdentity>, LogError> {
    let sealed = match files::read_shared(&path, BYTES) {
        Err(FileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
        // Another account keeps it to itself.
        Err(FileError::Io { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied => {
            return Err(LogError::Open { path, source: OpenError::Io(source) });
        }
        Err(FileError::TooLarge(path) | FileError::NotAFile(path)) => {
            return Err(LogError::Open { path, source: OpenError::Inside });
        }
        sealed => sealed?,
    };
    let text = match openers.open_bytes(&sealed, BYTES) {
        Err(OpenError::OtherKeys) => return Ok(None),
        Err(source) => return Err(LogError::Open { path, source }),
        Ok(text) => text,
    };
    let keys = std::str::from_utf8(&text).map_err(|_| OpenError::Inside).and_then(GovernanceIdentity::from_text);
    keys.map(Some).map_err(|source| LogError::Open { path, source })
}

fn index(directory: &Path) -> Result<(BTreeSet<u32>, Held), LogError> {
    let (mut own, mut held) = (BTreeSet::new(), Held::default());
    for entry in fs::read_dir(directory).map_err(FileError::io("read", directory))? {
        let entry = entry.map_err(FileError::io("read", directory))?;
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let name = entry.file_name();
        let mut parts = name.to_str().unwrap_or_default().split('.');
        let (Some(owner), Some(generation), Some("age"), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let Ok(generation) = generation.parse::<u32>() else { continue };
        if owner == "casebook" {
            own.insert(generation);
        } else if let Ok(id) = owner.parse::<ReportId>() {
            held.generations.entry(id).or_default().insert(generation);
        }
    }
    Ok((own, held))
}

fn path(directory: &Path, owner: Owner, generation: u32) -> PathBuf {
    directory.join(match owner {
        Owner::Casebook => format!("casebook.{generation}.age"),
        Owner::Report(id) => format!("{id}.{generation}.age"),
    })
}
