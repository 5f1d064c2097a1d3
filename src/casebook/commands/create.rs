//! Making a casebook.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    casebook::{
        Casebook, CasebookError, LogError, NotAllowed,
        book::{
            casebook::{ANSWERS, COLLECTIONS},
            lock::{LOCK, lock},
        },
        log::{
            chain,
            event::{Created, Joining, What},
            head,
            keyring::{Keyring, first},
            snapshot,
            trust::{self, Pointer, Trusted},
        },
    },
    crypto::{BoxRole, SignerRole, SigningKey, VerifyingKey, os_random},
    domain::{CasebookId, MemberId, TeamRole, Text, Today, limits::SHORT_MAX},
    files::{self, FileError},
    unseal::GovernanceIdentity,
};

/// Who makes a casebook.
pub struct Founder {
    /// What the others will call them.
    pub name: Text,
    /// What they do.
    pub role: TeamRole,
}

impl Casebook {
    /// Makes a casebook in a new or empty directory. What an attempt that was killed left there is taken over.
    ///
    /// # Errors
    /// If the founder's name is empty or long, there is anything else in the directory, or a file can't be written.
    pub fn init(
        directory: &Path,
        identity: Arc<GovernanceIdentity>,
        key: &SigningKey<SignerRole>,
        box_key: VerifyingKey<BoxRole>,
        founder: Founder,
        today: &dyn Today,
    ) -> Result<Self, CasebookError> {
        if founder.name.is_empty() || founder.name.is_longer_than(SHORT_MAX) {
            return Err(CasebookError::NotAllowed(NotAllowed::Name));
        }
        files::create_team_directory(directory)?;
        clear_unfinished(directory)?;
        let _lock = lock(directory)?;
        // Once more under the lock: another command may have finished in between.
        clear_unfinished(directory)?;
        for part in [chain::EVENTS, COLLECTIONS, ANSWERS, snapshot::DIRECTORY] {
            files::create_team_directory(&directory.join(part))?;
        }
        let signer = key.verifying_key()?;
        let joined = Joining {
            id: MemberId::random(&mut os_random()),
            name: founder.name,
            role: founder.role,
            signer: signer.to_base64(),
            recipients: identity.recipients().keys(),
        };
        let trusted = Trusted { casebook: CasebookId::random(&mut os_random()), founder: signer, box_key };
        let pointer = Pointer::new(&trusted);
        pointer.vouch(directory, &identity)?;
        let keys = Keyring::create(directory, Arc::clone(&identity))?;
        let mut casebook = Self::without_events(directory, identity, trusted, keys);
        let (by, recipient) = (joined.id, first(casebook.keys.casebook()));
        casebook.append(by, key, What::Created(Created { founder: joined, recipient }), Vec::new(), today)?;
        // The pointer comes last: it makes the directory a casebook.
        pointer.write(directory)?;
        Ok(casebook)
    }
}

/// Removes what [`Casebook::init`] leaves when it is killed, and refuses a directory with anything else in it.
fn clear_unfinished(directory: &Path) -> Result<(), CasebookError> {
    const PARTS: &[&str] =
        &[chain::EVENTS, COLLECTIONS, ANSWERS, snapshot::DIRECTORY, "keys", trust::TRUST, LOCK, head::HEAD];
    let known: Vec<PathBuf> = PARTS
        .iter()
        .map(PathBuf::from)
        .chain([files::partial_path(Path::new(head::HEAD)), files::partial_path(Path::new(trust::NAME))])
        .collect();
    let names = names(directory)?;
    let event = chain::path(Path::new(""), 1).file_name().map(PathBuf::from).unwrap_or_default();
    let unfinished = names.iter().all(|name| known.contains(name))
        && names_in(directory, chain::EVENTS)?
            .iter()
            .all(|name| *name == event || *name == files::partial_path(&event))
        && names_in(directory, COLLECTIONS)?.is_empty();
    if !unfinished {
        return Err(CasebookError::Log(LogError::NotEmpty(directory.to_owned())));
    }
    for name in names.iter().filter(|name| *name != Path::new(LOCK)) {
        let path = directory.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(FileError::io("remove", &path))?;
    }
    Ok(())
}

fn names_in(directory: &Path, part: &str) -> Result<Vec<PathBuf>, FileError> {
    names(&directory.join(part))
}

fn names(directory: &Path) -> Result<Vec<PathBuf>, FileError> {
    match fs::read_dir(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries
            .map_err(FileError::io("read", directory))?
            .map(|entry| Ok(PathBuf::from(entry.map_err(FileError::io("read", directory))?.file_name())))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{
        TODAY,
        casebook::{World, many_marks},
    };

    #[test]
    fn a_founder_has_a_name() {
        let world = World::new();
        let directory = world.dir.path().join("other");
        for name in ["", &"a".repeat(SHORT_MAX + 1), &many_marks(SHORT_MAX)] {
            let founder = Founder { name: Text::typed(name), role: TeamRole::Lead };
            let (identity, box_key) = (Arc::clone(&world.identity), world.box_key.clone());
            let made = Casebook::init(&directory, identity, &world.signer, box_key, founder, &TODAY);
            assert!(matches!(made, Err(CasebookError::NotAllowed(NotAllowed::Name))) && !directory.exists());
        }
    }
}
