//! Whose the box's files are: one account's alone, which runs every command of the box.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::{
    cli::{
        output::{Failure, Outcome},
        server::box_files::CALENDAR,
    },
    domain::limits::MIB,
    files,
};

/// The number of the account that may do anything.
pub(super) const ROOT: u32 = 0;
/// Where a machine keeps the names of its accounts.
const ACCOUNTS: &str = "/etc/passwd";

/// Refuses a data directory that is another account's, or in which a file is: what is made there by one account can't be
/// read by the other, and the box that serves would find that out later than whoever runs the command now. A directory that
/// is not there yet is nobody's.
pub(super) fn refuse_anothers(directory: &Path) -> Outcome {
    let Ok(found) = directory.metadata() else { return Ok(()) };
    refuse(directory, found.uid(), files::this_account())
}

fn refuse(directory: &Path, owner: u32, runs: u32) -> Outcome {
    let place = directory.display();
    if owner != runs {
        let (owner, me) = (name_of(owner), name_of(runs));
        return Err(Failure::Failed(if runs == ROOT {
            format!(
                "{place} belongs to the account {owner}, which could not read what root makes there; nothing was changed: run it as that \
                 account, with: runuser -u {owner} -- candour …"
            )
        } else {
            format!(
                "{place} belongs to the account {owner}, and this runs as {me}; run it as {owner}, or, if the box is to be {me}'s, run \
                 as root: chown -R {me}: {place}"
            )
        }));
    }
    match of_another(directory, owner) {
        Some((path, other)) => {
            let (owner, other) = (name_of(owner), name_of(other));
            Err(Failure::Failed(format!(
                "{} belongs to the account {other}, and the box to {owner}; nothing was changed: run as root: chown -R {owner}: {place}",
                path.display()
            )))
        }
        None => Ok(()),
    }
}

/// The first file of another account in it or in a directory in it. The calendar is the operator's, and is read alone. What
/// can't be looked at is told by whatever opens it.
fn of_another(directory: &Path, owner: u32) -> Option<(PathBuf, u32)> {
    let entries = |directory: &Path| {
        let names = files::names_in(directory).unwrap_or_default();
        names.into_iter().map(|name| directory.join(name)).collect::<Vec<_>>()
    };
    let mut all = entries(directory);
    all.retain(|path| !path.ends_with(CALENDAR));
    all.sort();
    let below: Vec<_> = all.iter().filter(|path| path.is_dir()).flat_map(|path| entries(path)).collect();
    all.extend(below);
    all.into_iter().find_map(|path| {
        let uid = path.symlink_metadata().ok()?.uid();
        (uid != owner).then_some((path, uid))
    })
}

/// What an account is called on this machine, or its number.
pub(super) fn name_of(account: u32) -> String {
    let known = files::read_text(Path::new(ACCOUNTS), MIB).unwrap_or_default();
    let entry = known.lines().find_map(|line| Account::read(line).filter(|found| found.number == account));
    entry.map_or_else(|| account.to_string(), |found| found.name)
}

/// The account of that name, or of that number.
pub(super) fn account_of(name: &str) -> Option<Account> {
    let known = fs::read_to_string(ACCOUNTS).unwrap_or_default();
    let found = known.lines().find_map(|line| Account::read(line).filter(|found| found.name == name));
    found.or_else(|| {
        // The last number is no account's: a file that is given to it stays whose it was.
        let number = name.parse().ok().filter(|number| *number != u32::MAX)?;
        let found = known.lines().find_map(|line| Account::read(line).filter(|found| found.number == number));
        Some(found.unwrap_or_else(|| Account { name: name.to_owned(), number, group: number }))
    })
}

/// An account of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) number: u32,
    /// The number of its own group.
    pub(super) group: u32,
}

impl Account {
    /// From a line of the list of accounts (passwd(5)).
    fn read(line: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        Some(Self { name, number: fields.nth(1)?.parse().ok()?, group: fields.next()?.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{Readers, create_private_directory, write_new};

    #[test]
    fn what_is_another_accounts_is_refused_with_who_has_it_and_what_to_run() {
        let place = tempfile::tempdir().unwrap();
        let me = files::this_account();
        let why = |owner, runs| match refuse(place.path(), owner, runs) {
            Err(Failure::Failed(why)) => why,
            Err(_) => "something else".into(),
            Ok(()) => String::new(),
        };
        for name in ["store", CALENDAR] {
            create_private_directory(&place.path().join(name)).unwrap();
            write_new(&place.path().join(name).join("file"), Readers::Owner, b"").unwrap();
        }
        assert_eq!(why(me, me), "");
        let (by_root, by_other) = (why(61_234, ROOT), why(ROOT, 61_234));
        assert!(
            by_root.contains("belongs to the account 61234, which") && by_root.contains("runuser -u "),
            "{by_root}"
        );
        let path = place.path().display();
        assert!(by_other.contains("belongs to the account root, and this runs as 61234"), "{by_other}");
        assert!(by_other.contains(&format!("chown -R 61234: {path}")), "{by_other}");
        // Were the directory somebody else's, all in it but the calendar would be of another account.
        let inside = why(61_234, 61_234);
        assert!(inside.starts_with(&format!("{path}/store belongs to the account ")), "{inside}");
        assert_eq!(of_another(place.path(), me), None);
        fs::remove_dir_all(place.path().join("store")).unwrap();
        assert_eq!(of_another(place.path(), 61_234), None);
    }

    #[test]
    fn an_account_is_found_by_its_name_and_by_its_number() {
        let line = "candour:x:998:997:Candour:/var/lib/candour:/usr/sbin/nologin";
        let read = Account { name: "candour".into(), number: 998, group: 997 };
        assert_eq!(Account::read(line), Some(read));
        assert_eq!(Account::read("candour:x:many:997"), None);
        assert_eq!(account_of("root").map(|root| (root.number, root.group)), Some((0, 0)));
        assert_eq!(account_of("0").map(|root| root.name), Some("root".into()));
        assert_eq!(account_of("61234").map(|found| (found.number, found.group)), Some((61_234, 61_234)));
        assert_eq!(account_of("4294967295"), None);
        assert_eq!((account_of("no such account"), name_of(0)), (None, "root".into()));
    }
}
