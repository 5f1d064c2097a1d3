//! Whom the box's files belong to. A command that was run as root leaves files that the box can't read, and looks well to root.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use crate::{
    cli::{
        findings::{Findings, What},
        output::{Failure, Outcome, count},
    },
    files::FileError,
};

/// The one rule: what lies in the data directory belongs to whom the directory belongs to.
pub(super) fn tell(findings: &mut Findings, directory: &Path) {
    if directory.symlink_metadata().is_ok() {
        findings.add(What::Owner, "everything in the data directory belongs to its owner", one_owner(directory));
    }
}

fn one_owner(directory: &Path) -> Outcome {
    let owner = directory.metadata().map_err(FileError::io("read", directory))?.uid();
    let mut foreign = Vec::new();
    look(directory, &|uid| uid != owner, &mut foreign)?;
    match foreign.first() {
        None => Ok(()),
        Some(first) => Err(Failure::Failed(refusal(directory, owner, first, foreign.len()))),
    }
}

fn refusal(directory: &Path, owner: u32, first: &(PathBuf, u32), number: usize) -> String {
    let (path, uid) = first;
    let who = |uid: u32| if uid == 0 { "root".to_owned() } else { format!("account {uid}") };
    let place = directory.display();
    format!(
        "{} in {place} belongs to another account than {place} itself, which is {}'s: {} is {}'s, and the box can't use it; run: chown -R \
         --reference={place} {place}",
        count(number, "entry", "entries"),
        who(owner),
        path.display(),
        who(*uid)
    )
}

fn look(directory: &Path, is_foreign: &impl Fn(u32) -> bool, foreign: &mut Vec<(PathBuf, u32)>) -> Outcome {
    for entry in fs::read_dir(directory).map_err(FileError::io("read", directory))? {
        let path = entry.map_err(FileError::io("read", directory))?.path();
        // The box, which runs beside this, takes files away.
        let Ok(found) = path.symlink_metadata() else { continue };
        if is_foreign(found.uid()) {
            foreign.push((path.clone(), found.uid()));
        }
        if found.is_dir() {
            look(&path, is_foreign, foreign)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_another_account_is_found_wherever_it_lies() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("store/deep")).unwrap();
        crate::files::write_new(&place.path().join("store/deep/candour.db"), crate::files::Readers::Owner, b"")
            .unwrap();
        assert!(one_owner(place.path()).is_ok());
        let mut foreign = Vec::new();
        look(place.path(), &|_| true, &mut foreign).unwrap();
        let names: Vec<_> =
            foreign.iter().map(|(path, _)| path.strip_prefix(place.path()).unwrap().to_owned()).collect();
        assert_eq!(names, ["store", "store/deep", "store/deep/candour.db"].map(PathBuf::from));
        let said = refusal(Path::new("/data"), 998, &(PathBuf::from("/data/box.key"), 0), 2);
        assert!(
            said.starts_with("2 entries in /data") && said.contains("account 998's: /data/box.key is root's"),
            "{said}"
        );
        assert!(said.ends_with("chown -R --reference=/data /data"), "{said}");
    }
}
