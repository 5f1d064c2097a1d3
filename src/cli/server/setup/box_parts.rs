//! What a box keeps in its data directory, by the names that it has there.

use crate::{
    cli::server::box_files::{BOX_KEY, BOX_PUBLIC, CALENDAR},
    domain::CollectionId,
    files,
    store::{DATABASE, VAULT_FILES},
    transfer::{BANK_HOLIDAYS, BOX_VOUCHED, CARRY, KEY_BEFORE, NEXT_KEY, OF_BACKUP, RESTORING, STORE},
};

/// What a file that is being written is called beside its name.
const PARTIAL: &str = ".partial";
/// What `SQLite` keeps beside a database.
const BESIDE_A_DATABASE: [&str; 3] = ["-wal", "-shm", "-journal"];
/// Files beside the store and the directories.
const BESIDE_THE_STORE: [&str; 6] = [BOX_KEY, BOX_PUBLIC, NEXT_KEY, KEY_BEFORE, BOX_VOUCHED, BANK_HOLIDAYS];

/// What something of a box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BoxPart {
    File,
    /// A data directory.
    Data,
    /// The same while it is restored.
    Restoring,
    Store,
    Calendar,
    /// Collections that lie ready.
    Carry,
    /// The parts of one.
    Ready,
}

impl BoxPart {
    /// What it is that has that name in this, if anything of a box has.
    pub(super) fn part(self, name: &str) -> Option<Self> {
        let whole = name.strip_suffix(PARTIAL).unwrap_or(name);
        let is_file = match self {
            Self::File | Self::Calendar => false,
            Self::Data | Self::Restoring => match name {
                STORE => return Some(Self::Store),
                CARRY => return Some(Self::Carry),
                CALENDAR => return Some(Self::Calendar),
                RESTORING if self == Self::Data => return Some(Self::Restoring),
                OF_BACKUP => self == Self::Restoring,
                _ => BESIDE_THE_STORE.contains(&whole),
            },
            Self::Store => {
                let database = BESIDE_A_DATABASE.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
                database.strip_suffix(PARTIAL).unwrap_or(database) == DATABASE || VAULT_FILES.contains(&name)
            }
            Self::Carry => return name.parse::<CollectionId>().ok().map(|_| Self::Ready),
            Self::Ready => files::number_in_name::<u32>(whole).is_some(),
        };
        is_file.then_some(Self::File)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_has_the_names_that_it_gives_and_no_others() {
        let id = "0123456789abcdef0123456789abcdef";
        for (place, own, others) in [
            (
                BoxPart::Data,
                &["box.key", "box.pub.partial", "box.key.before.partial", "store", "carry", "restoring", "calendar"][..],
                &["box.odt", "box.", "of-backup", "collection-1", "carry.tar", "", ".partial", "stores"][..],
            ),
            (BoxPart::Restoring, &["box.key", "of-backup", "store"], &["restoring", "deed.txt"]),
            (
                BoxPart::Store,
                &["candour.db", "candour.db-wal", "candour.db.partial-shm", "intake", "short.vault"],
                &["deed.txt", "candour.db-", "candour.db.old", "store", "x.vault", "-wal"],
            ),
            (BoxPart::Carry, &[id], &["1", "notes", &id[1..]]),
            (BoxPart::Ready, &["1", "12.partial"], &["0", "01", "one", id, ".partial", ""]),
            (BoxPart::File, &[], &["1", "box.key"]),
        ] {
            for name in own {
                assert!(place.part(name).is_some(), "{place:?}: {name}");
            }
            for name in others {
                assert_eq!(place.part(name), None, "{place:?}: {name}");
            }
        }
    }
}
