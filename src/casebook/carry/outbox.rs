//! What lies beside the casebook on its way in or out, sealed: a collection that is being taken in, and decisions files to
//! carry to the box. So an import that was interrupted goes on without the stick, and a file that was lost can be had again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    casebook::{Casebook, DeskError, Editor, Export},
    domain::Today,
    files::{self, FileError, NewFile, Readers},
};

/// A collection on its way in.
const INCOMING: &str = "incoming.collection";
const OUTGOING: &str = "outgoing";

/// Begins the file of a collection that is being brought. One that lies there from before gives way once it is whole.
///
/// # Errors
/// If another one is being brought at this moment, or the disk says no.
pub fn bring(casebook: &Path) -> Result<Bringing, DeskError> {
    let target = place(casebook);
    let path = files::partial_path(&target);
    Ok(Bringing { file: NewFile::create(&path, Readers::Owner)?, path, target })
}

/// A collection that is being brought. Dropped before its end, it is gone.
pub struct Bringing {
    /// Where its bytes go.
    pub file: NewFile,
    path: PathBuf,
    target: PathBuf,
}

impl Bringing {
    /// It is whole.
    ///
    /// # Errors
    /// If the disk says no.
    pub fn finish(self) -> Result<(), DeskError> {
        remove(&self.path)?;
        self.file.commit()?;
        fs::rename(&self.path, &self.target).map_err(FileError::io("write", &self.target))?;
        Ok(())
    }
}

/// Where a collection lies that is to be taken in.
#[must_use]
pub fn place(casebook: &Path) -> PathBuf {
    casebook.join(INCOMING)
}

/// The collection that lies there to be taken in, if there is one.
#[must_use]
pub fn brought(casebook: &Path) -> Option<PathBuf> {
    let path = place(casebook);
    path.is_file().then_some(path)
}

/// Throws it away.
///
/// # Errors
/// If the disk says no.
pub fn throw_away(casebook: &Path) -> Result<(), DeskError> {
    Ok(remove(&place(casebook))?)
}

/// A decisions file that lies there to be carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its number.
    pub number: u64,
    /// Where it is.
    pub path: PathBuf,
    /// Bytes in it.
    pub size: u64,
}

impl Casebook {
    /// The decisions files that hold an answer which no collection has shown to be delivered, and the last one.
    ///
    /// # Errors
    /// If they can't be listed.
    pub fn outgoing(&self) -> Result<Vec<Outgoing>, DeskError> {
        let mut found: Vec<Outgoing> = self.all_outgoing()?;
        found.retain(|file| file.number == self.state.exported || self.is_on_the_way(file.number));
        Ok(found)
    }

    fn all_outgoing(&self) -> Result<Vec<Outgoing>, FileError> {
        let directory = self.directory.join(OUTGOING);
        let entries = match fs::read_dir(&directory) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(FileError::io("read", &directory))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(FileError::io("read", &directory))?;
            let number = entry.file_name().to_str().and_then(|name| name.strip_prefix("decisions-")?.parse().ok());
            if let (Some(number), Ok(about)) = (number, entry.metadata()) {
                found.push(Outgoing { number, path: entry.path(), size: about.len() });
            }
        }
        found.sort_by_key(|file| file.number);
        Ok(found)
    }

    /// Whether a decisions file holds an answer that the box is not known to have.
    fn is_on_the_way(&self, number: u64) -> bool {
        self.state.reports.values().filter(|report| !report.withdrawn).any(|report| {
            let mut answers = report.answers.iter();
            answers.any(|answer| answer.seq > report.delivered() && answer.exported_in.contains(&number))
        })
    }
}

impl Editor<'_> {
    /// Writes a decisions file into the tray, as [`Editor::export`] does anywhere, and removes those there that the box has. One
    /// that a command which was killed had begun is finished first.
    ///
    /// # Errors
    /// As [`Editor::export`].
    pub fn export_to_tray(&mut self, again: bool, today: &dyn Today) -> Result<Export, DeskError> {
        let directory = self.casebook.directory.join(OUTGOING);
        files::create_private_directory(&directory)?;
        let last = self.casebook.state.exported;
        let place = |number: u64| directory.join(format!("decisions-{number}"));
        for file in self.casebook.all_outgoing()? {
            if file.number != last && !self.casebook.is_on_the_way(file.number) {
                remove(&file.path)?;
            }
        }
        let unfinished = last > 0 && files::partial_path(&place(last)).exists();
        self.export(&place(if unfinished { last } else { last + 1 }), again, today)
    }
}

fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(FileError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::{
        casebook::fixture::{TODAY, World},
        domain::Route,
    };

    #[test]
    fn what_is_brought_is_there_whole_or_not_at_all() {
        let world = World::new();
        let casebook = world.casebook();
        let mut half = bring(&casebook).unwrap();
        half.file.write_all(b"half").unwrap();
        drop(half);
        assert_eq!(brought(&casebook), None);
        for content in [b"first".as_slice(), b"second"] {
            let mut whole = bring(&casebook).unwrap();
            whole.file.write_all(content).unwrap();
            whole.finish().unwrap();
            assert_eq!(fs::read(brought(&casebook).unwrap()).unwrap(), content);
        }
        throw_away(&casebook).unwrap();
        throw_away(&casebook).unwrap();
        assert_eq!(brought(&casebook), None);
    }

    #[test]
    fn files_lie_in_the_tray_until_the_box_is_known_to_have_what_is_in_them() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        let numbers = |world: &World| {
            let files = world.open().unwrap().outgoing().unwrap();
            files.iter().map(|file| file.number).collect::<Vec<_>>()
        };
        let export = |world: &World| world.edit(|editor| editor.export_to_tray(false, &TODAY)).unwrap();
        assert!(matches!(export(&world), Export::Written { number: 1, answers: 0, .. }));
        world.reply(id, "one");
        assert!(matches!(export(&world), Export::Written { number: 2, answers: 1, .. }));
        world.reply(id, "two");
        assert!(matches!(export(&world), Export::Written { number: 3, answers: 1, .. }));
        assert_eq!(numbers(&world), [2, 3]);
        world.deliver(id, 1);
        let file = world.collect();
        world.import(&file).unwrap();
        assert_eq!(numbers(&world), [3]);
        assert!(matches!(export(&world), Export::Nothing));
        // Killed before the file had its name.
        let path = world.open().unwrap().outgoing().unwrap().pop().unwrap().path;
        fs::rename(&path, files::partial_path(&path)).unwrap();
        assert!(matches!(export(&world), Export::Finished { number: 3 }));
    }
}
