//! Decisions files that wait in the casebook's directory to be carried to the box, so that one that was lost can be had
//! again.

use std::{fs, path::PathBuf};

use crate::{
    casebook::{Casebook, CasebookError, Editor, LogError, Release, state::report::Report},
    crypto,
    domain::limits::DECISIONS_BYTES,
    files::{self, FileError},
};

const OUTGOING: &str = "outgoing";

/// A decisions file that lies there to be carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// From 1; the box takes them in this order.
    pub number: u64,
    /// Which part of them it is, from 1.
    pub part: u32,
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
    pub fn outgoing(&self) -> Result<Vec<Outgoing>, CasebookError> {
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
            let name = entry.file_name();
            let numbers = name.to_str().and_then(|name| {
                let (number, part) =
                    name.strip_prefix("decisions-").map(|name| name.split_once('.').unwrap_or((name, "1")))?;
                Some((files::number_in_name(number)?, files::number_in_name(part)?))
            });
            // Not through a link: whoever put it there does not say what goes onto the stick.
            if let (Some((number, part)), Some(about)) = (numbers, entry.metadata().ok().filter(fs::Metadata::is_file))
            {
                found.push(Outgoing { number, part, path: entry.path(), size: about.len() });
            }
        }
        found.sort_by_key(|file| (file.number, file.part));
        Ok(found)
    }

    /// A decisions file as it was written: none if there is none of that number.
    ///
    /// # Errors
    /// If it can't be read, or is not the one that was recorded.
    pub fn decisions_file(&self, number: u64, part: u32) -> Result<Option<Vec<u8>>, CasebookError> {
        let is_it = |file: &Outgoing| (file.number, file.part) == (number, part);
        let Some(file) = self.outgoing()?.into_iter().find(is_it) else { return Ok(None) };
        // What somebody else puts in its place may be of any size.
        let bytes = files::read_shared(&file.path, DECISIONS_BYTES)?;
        if self.state.export_files.get(&(number, part)) == Some(&crypto::digest(&bytes)) {
            Ok(Some(bytes))
        } else {
            Err(CasebookError::Log(LogError::Exchanged(file.path)))
        }
    }

    /// Whether a decisions file holds an answer that the box is not known to have, and may still take.
    fn is_on_the_way(&self, number: u64) -> bool {
        let mut undelivered = self.state.reports.values().flat_map(Report::undelivered);
        undelivered.any(|(answer, release)| release != Release::Displaced && answer.exported_in.contains(&number))
    }
}

impl Editor<'_> {
    /// Where the next export goes, or the last one if a command that was killed had begun it. Files that the box is
    /// known to have are removed first.
    ///
    /// # Errors
    /// If the directory can't be made, or a file can't be removed.
    pub(in crate::casebook) fn next_in_outbox(&self) -> Result<PathBuf, CasebookError> {
        let directory = self.casebook.directory.join(OUTGOING);
        files::create_team_directory(&directory)?;
        let last = self.casebook.state.exported;
        let place = |number: u64| directory.join(format!("decisions-{number}"));
        for file in self.casebook.all_outgoing()? {
            if file.number != last && !self.casebook.is_on_the_way(file.number) {
                files::remove(&file.path)?;
            }
        }
        let last_file = files::part_path(&place(last), self.casebook.state.exported_part.number);
        let unfinished = last > 0 && files::partial_path(&last_file).exists();
        Ok(place(if unfinished { last } else { last + 1 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::Export,
        domain::Route,
        world::{TODAY, casebook::World},
    };

    #[test]
    fn files_lie_in_the_outbox_until_the_box_is_known_to_have_what_is_in_them() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        let numbers = |world: &World| {
            let files = world.open().unwrap().outgoing().unwrap();
            files.iter().map(|file| file.number).collect::<Vec<_>>()
        };
        let export = |world: &World| world.edit(|editor| editor.export_to_outbox(false, &TODAY)).unwrap();
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
        // The box lists it once more, and is told once more.
        assert!(matches!(export(&world), Export::Written { number: 4, answers: 0, collected: 1, .. }));
        assert!(matches!(export(&world), Export::Nothing));
        let numbers = |world: &World| numbers(world).into_iter().filter(|number| *number != 3).collect::<Vec<_>>();
        // What somebody else put in its place is not carried.
        let path = world.open().unwrap().outgoing().unwrap().pop().unwrap().path;
        let bytes = fs::read(&path).unwrap();
        assert!(world.open().unwrap().decisions_file(4, 1).unwrap() == Some(bytes.clone()));
        fs::remove_file(&path).unwrap();
        files::replace(&path, files::Readers::Owner, b"something else").unwrap();
        assert!(matches!(world.open().unwrap().decisions_file(4, 1), Err(CasebookError::Log(LogError::Exchanged(_)))));
        fs::File::create(&path).unwrap().set_len(DECISIONS_BYTES as u64 + 1).unwrap();
        let refused = world.open().unwrap().decisions_file(4, 1);
        assert!(matches!(refused, Err(CasebookError::Log(LogError::File(FileError::TooLarge(_))))));
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/proc/version", &path).unwrap();
        assert!(numbers(&world).is_empty() && world.open().unwrap().decisions_file(4, 1).unwrap().is_none());
        fs::remove_file(&path).unwrap();
        files::replace(&path, files::Readers::Owner, &bytes).unwrap();
        // Nor what has a name that no export gives: it would be taken for another file of the same number.
        for name in ["decisions-+4", "decisions-04", "decisions-4.+1", "decisions-4.01", "decisions-4.0"] {
            fs::File::create(path.with_file_name(name)).unwrap();
        }
        assert_eq!(numbers(&world), [4]);
        // Killed before the file had its name.
        let path = world.open().unwrap().outgoing().unwrap().pop().unwrap().path;
        fs::rename(&path, files::partial_path(&path)).unwrap();
        assert!(matches!(export(&world), Export::Finished { number: 4, .. }));
    }
}
