//! Writing decisions for the box: one tar file, `decisions.json` and its signature first, then the sealed answers.
//!
//! The file is whole on the disk under its partial name before the export is recorded, and gets its name after that. A
//! command killed in between leaves a partial file with the recorded digest; the next export to the same place names
//! it.

use std::path::Path;

use crate::{
    casebook::{
        Casebook, CasebookError, Editor, ExportError, LogError, NotAllowed,
        log::event::{AnswerId, Exported, What},
        state::report::{AnswerRecord, MessageRecord},
    },
    crypto::{self, Hashed},
    domain::{AnswerEntry, Collected, Decisions, Format, ReportId, Today, limits::ANSWER_BYTES},
    files::{self, FileError, NewFile, Readers, tarball},
};

/// What an export did.
#[derive(Debug, PartialEq, Eq)]
pub enum Export {
    /// There is nothing that the box does not have; no file was written.
    Nothing,
    /// A file was written.
    Written {
        /// From 1; the box takes them in this order.
        number: u64,
        /// How many answers are in it.
        answers: usize,
        /// Of how many reports it says what was collected.
        collected: usize,
        /// Reports of which an answer's sealed file is not as it was made: that answer and those after it are not in it.
        lost: Vec<ReportId>,
    },
    /// The file of an export that was cut short has got its name.
    Finished {
        /// From 1; the box takes them in this order.
        number: u64,
    },
}

impl Editor<'_> {
    /// Writes the answers that were not exported yet, and what was collected since. With `again`, also the answers that
    /// no collection has shown to be delivered and all that was ever collected: for when a file was lost on its way.
    ///
    /// # Errors
    /// If `out` is there already or can't be written, or if a sealed answer can't be read.
    pub fn export(&mut self, out: &Path, again: bool, today: &dyn Today) -> Result<Export, CasebookError> {
        if let Some(finished) = self.finish_last(out)? {
            return Ok(finished);
        }
        // Before the first import there is no box to write for, and nothing to write.
        let Some(r#box) = self.casebook.state.r#box else { return Ok(Export::Nothing) };
        let (answers, lost) = self.with_their_files(self.casebook.state.answers_to_export(again))?;
        let collected = self.checked(self.casebook.state.collected(self.me, again));
        // The export follows an import, so there is an event before it.
        let Some(head) = self.casebook.state.head() else { return Ok(Export::Nothing) };
        if answers.is_empty() && collected.is_empty() {
            return lost.first().map_or(Ok(Export::Nothing), |id| Err(CasebookError::Export(ExportError::NoFile(*id))));
        }
        // What a box says to have taken is bounded when it is imported, so that there is always a next one.
        let number = self.casebook.state.exported.checked_add(1).ok_or(NotAllowed::Export(None))?;
        let outcome = Export::Written { number, answers: answers.len(), collected: collected.len(), lost };
        let casebook = self.casebook.id();
        let decisions = Decisions { format: Format::Decisions, r#box, casebook, number, head, collected, answers };
        let (json, signature) = crypto::sign(&decisions, self.key)?;

        let mut tar = tarball::TarWriter::new(Hashed::new(NewFile::create(out, Readers::Team)?));
        let write = || FileError::io("write", out);
        tar.append("decisions.json", &json).map_err(write())?;
        tar.append("decisions.json.minisig", signature.as_bytes()).map_err(write())?;
        for entry in &decisions.answers {
            tar.append(&entry.path(), &self.casebook.sealed_answer(entry)?).map_err(write())?;
        }
        let (digest, mut file) = tar.finish().map_err(write())?.finish();
        file.sync()?;

        let answers = decisions.answers.iter().map(|entry| AnswerId { report: entry.report, seq: entry.seq }).collect();
        let exported = Exported { number, file: digest, answers, collected: decisions.collected };
        self.append(What::Exported(exported), today)?;
        file.keep();
        file.commit().map_err(|lost| CasebookError::Export(ExportError::Lost(lost)))?;
        Ok(outcome)
    }

    /// As [`Self::export`], to the casebook's own outbox.
    ///
    /// # Errors
    /// As [`Self::export`].
    pub fn export_to_outbox(&mut self, again: bool, today: &dyn Today) -> Result<Export, CasebookError> {
        let out = self.next_in_outbox()?;
        self.export(&out, again, today)
    }

    /// What the box may delete: only what is here as the person sent it, which is opened before this member's word goes to
    /// the box. Others can change files since one took them in.
    fn checked(&self, collected: Vec<Collected>) -> Vec<Collected> {
        let told = collected.into_iter().map(|told| {
            let state = &self.casebook.state;
            let (Some(report), Some(outline)) = (state.reports.get(&told.report), state.outlines.get(&told.report))
            else {
                return told;
            };
            let is_told =
                |record: &&MessageRecord| record.seq > outline.acknowledged.confirmed && record.seq <= told.through;
            let wrong = report
                .messages
                .iter()
                .filter(is_told)
                .find(|record| self.casebook.check_message(told.report, record).is_err());
            Collected { through: wrong.map_or(told.through, |record| record.seq - 1), ..told }
        });
        told.filter(|told| told.through > 0).collect()
    }

    /// The answers whose sealed files are here as they were made. One that is not must not hold up every other report.
    fn with_their_files(&self, answers: Vec<AnswerEntry>) -> Result<(Vec<AnswerEntry>, Vec<ReportId>), CasebookError> {
        let (mut fit, mut lost) = (Vec::new(), Vec::new());
        for entry in answers {
            if lost.contains(&entry.report) {
                // They go in their order.
                continue;
            }
            match self.casebook.sealed_answer(&entry) {
                Ok(_) => fit.push(entry),
                Err(CasebookError::Log(LogError::Exchanged(_) | LogError::File(_))) => lost.push(entry.report),
                Err(other) => return Err(other),
            }
        }
        Ok((fit, lost))
    }

    /// Gives the last export its name, if it was recorded but killed before it had one.
    fn finish_last(&self, out: &Path) -> Result<Option<Export>, CasebookError> {
        let partial = files::partial_path(out);
        let state = &self.casebook.state;
        let Some(recorded) = state.export_files.get(&state.exported).copied() else { return Ok(None) };
        let digest = |path: &Path| crypto::digest_all(files::open_shared(path)?).map_err(FileError::io("read", path));
        if out.symlink_metadata().is_ok()
            || !partial.symlink_metadata().is_ok_and(|found| found.is_file())
            || digest(&partial)? != recorded
        {
            return Ok(None);
        }
        files::rename_new(&partial, out)?;
        Ok(Some(Export::Finished { number: self.casebook.state.exported }))
    }
}

impl Casebook {
    /// The answers that wait for an export and can't go into one, because their sealed files are not here as they were
    /// made: of each report the first.
    #[must_use]
    pub fn lost_answers(&self) -> Vec<AnswerId> {
        let mut lost: Vec<AnswerId> = Vec::new();
        for entry in self.state.answers_to_export(false) {
            if lost.last().is_none_or(|last| last.report != entry.report) && self.sealed_answer(&entry).is_err() {
                lost.push(AnswerId { report: entry.report, seq: entry.seq });
            }
        }
        lost
    }

    /// Whether an answer's sealed file is here as it was made.
    pub(in crate::casebook) fn is_there(&self, id: ReportId, answer: &AnswerRecord) -> bool {
        answer.entry(id).is_some_and(|entry| self.sealed_answer(&entry).is_ok())
    }

    /// The sealed bytes as they were made when it was decided.
    fn sealed_answer(&self, entry: &AnswerEntry) -> Result<Vec<u8>, CasebookError> {
        let path = self.answer_path(entry.report, entry.seq);
        let bytes = files::read_shared(&path, ANSWER_BYTES)?;
        if crypto::digest(&bytes) == entry.sha256 && bytes.len() as u64 == entry.size {
            Ok(bytes)
        } else {
            Err(CasebookError::Log(LogError::Exchanged(path)))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        fs::{self, File},
        io::Read,
        path::PathBuf,
    };

    use super::*;
    use crate::{
        casebook::{DecisionError, NewAssessment, NewDecision, NewNote, NewNotice, NewReply},
        domain::{AnswerKind, Area, Calendar, Collected, MessageKind, ReportId, ReportState, Route, Text},
        world::{
            DAY, TODAY,
            casebook::{World, assessed, moved, note, notice},
        },
    };

    fn one_report(route: Route) -> (World, ReportId) {
        let mut world = World::new();
        let id = world.concern(1, route, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        (world, id)
    }

    fn export(world: &World, name: &str, again: bool) -> (Export, PathBuf) {
        let out = world.dir.path().join(name);
        (world.edit(|editor| editor.export(&out, again, &TODAY)).unwrap(), out)
    }

    /// The files in a decisions file, in order, and the verified list.
    fn read(world: &World, file: &Path) -> (Vec<String>, BTreeMap<String, Vec<u8>>, Decisions) {
        let (mut names, mut files) = (Vec::new(), BTreeMap::new());
        for entry in tar::Archive::new(File::open(file).unwrap()).entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header();
            assert_eq!(
                (header.mode().unwrap(), header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap()),
                (0o600, 0, 0, 0)
            );
            let name = entry.path().unwrap().to_string_lossy().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            names.push(name.clone());
            files.insert(name, bytes);
        }
        let signature = String::from_utf8(files["decisions.json.minisig"].clone()).unwrap();
        let verified =
            crypto::verify::<Decisions>(&files["decisions.json"], &signature, &[world.signer.verifying_key().unwrap()])
                .unwrap_or_else(|e| panic!("{e}"));
        (names, files, verified.into_document())
    }

    #[test]
    fn decisions_are_signed_for_the_box_and_sealed_for_the_person() {
        let (world, id) = one_report(Route::Procurement);
        let between_us = NewNote::new(Text::typed("Between us.")).unwrap();
        let areas = NewAssessment::of_areas(vec![Area::Competition, Area::BoardGovernance], None, Some(between_us));
        let notice = NewNotice::new(Text::typed("How we use it.")).unwrap();
        let reply = NewReply::new(Text::typed("Our advice.")).unwrap();
        let recorded = world.decide(id, NewDecision::new(areas, Some(notice), Some(reply)).unwrap()).unwrap();
        assert_eq!(
            (recorded.state, recorded.answers),
            (ReportState::Decided, vec![(1, AnswerKind::Notice), (2, AnswerKind::Reply)])
        );
        world.decide(id, moved(ReportState::Closed)).unwrap();
        let (written, out) = export(&world, "out", false);
        assert_eq!(written, Export::Written { number: 1, answers: 3, collected: 1, lost: vec![] });
        let (names, files, decisions) = read(&world, &out);
        assert_eq!(names[..2], ["decisions.json", "decisions.json.minisig"]);
        assert_eq!(names[2..], decisions.answers.iter().map(AnswerEntry::path).collect::<Vec<_>>());
        let head = decisions.head;
        assert!(world.open().unwrap().state.knows(head) && head.number + 1 == world.open().unwrap().version());
        assert_eq!(
            (decisions.number, decisions.r#box, decisions.collected),
            (1, world.id, vec![Collected { report: id, through: 1 }])
        );
        let said: Vec<_> = decisions.answers.iter().map(|entry| (entry.kind, entry.closed)).collect();
        assert_eq!(said, [(AnswerKind::Notice, false), (AnswerKind::Reply, false), (AnswerKind::Update, true)]);
        for entry in &decisions.answers {
            let sealed = &files[&entry.path()];
            assert_eq!((sealed.len() as u64, crypto::digest(sealed)), (entry.size, entry.sha256));
            let opened = world.reports[&id].reply.open_answer(sealed).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!((opened.text, &opened.endorsements), (entry.text, &entry.endorsements));
            let endorsement = entry.endorsement(world.id);
            assert_eq!(endorsement, opened.answer.endorsement(opened.text), "from the list and from the answer");
            let signer = world.signer.verifying_key().unwrap();
            assert_eq!(crypto::endorsers(&endorsement, &entry.endorsements, &[signer]), 1);
            let answer = opened.answer;
            assert_eq!(
                (answer.seq, answer.report, answer.on, answer.after, answer.areas),
                (entry.seq, id, DAY, 1, vec![Area::BoardGovernance, Area::Competition])
            );
            assert!(answer.text.is_none_or(|text| text.as_str() != "Between us."));
        }
        assert_eq!(export(&world, "none", false).0, Export::Nothing);
        assert!(!world.dir.path().join("none").exists());
    }

    #[test]
    fn what_changes_nothing_makes_no_answer() {
        let (world, id) = one_report(Route::StaffConcern);
        assert!(world.decide(id, note("x")).unwrap().answers.is_empty());
        let competition = || assessed(NewAssessment::of_areas(vec![Area::Competition], None, None));
        let read = world.decide(id, competition()).unwrap();
        assert_eq!((read.state, read.answers), (ReportState::BeingRead, vec![(1, AnswerKind::Update)]));
        for decision in [competition(), moved(ReportState::BeingRead)] {
            assert!(world.decide(id, decision).unwrap().answers.is_empty());
        }
    }

    #[test]
    fn a_lost_file_is_written_again_bit_for_bit() {
        let (mut world, id) = one_report(Route::StaffConcern);
        world.reply(id, "one");
        world.reply(id, "two");
        let (_, first) = export(&world, "first", false);
        world.reply(id, "three");
        let (written, again) = export(&world, "again", true);
        assert_eq!(written, Export::Written { number: 2, answers: 3, collected: 1, lost: vec![] });
        let ((_, before, _), (_, after, _)) = (read(&world, &first), read(&world, &again));
        for seq in 1..=2 {
            let path = format!("answers/{id}/{seq}/answer.age");
            assert_eq!(before[&path], after[&path]);
        }
        // Once a collection shows what was delivered, only the rest is written again.
        world.deliver(id, 2);
        let file = world.collect();
        world.import(&file).unwrap();
        assert_eq!(
            export(&world, "third", true).0,
            Export::Written { number: 3, answers: 1, collected: 1, lost: vec![] }
        );
    }

    #[test]
    fn nothing_goes_to_a_person_who_withdrew() {
        let (mut world, id) = one_report(Route::StaffConcern);
        world.reply(id, "too late");
        world.say(id, MessageKind::Withdrawal, &[]);
        world.reports.get_mut(&id).unwrap().entry.withdrawn = true;
        let file = world.collect();
        world.import(&file).unwrap();
        assert!(matches!(world.decide(id, notice("x")), Err(CasebookError::Decision(DecisionError::Withdrawn(_)))));
        let why = NewNote::new(Text::typed("x")).unwrap();
        let closed =
            world.decide(id, assessed(NewAssessment::new(None, Some(ReportState::Closed), Some(why)))).unwrap();
        assert!(closed.answers.is_empty() && closed.withdrawn);
        assert_eq!(
            export(&world, "out", false).0,
            Export::Written { number: 1, answers: 0, collected: 1, lost: vec![] }
        );
    }

    #[test]
    fn an_export_killed_before_its_rename_is_finished() {
        let (world, id) = one_report(Route::StaffConcern);
        world.reply(id, "one");
        let (_, out) = export(&world, "out", false);
        let bytes = fs::read(&out).unwrap();
        fs::rename(&out, files::partial_path(&out)).unwrap();
        world.reply(id, "two");
        assert_eq!(export(&world, "out", false).0, Export::Finished { number: 1 });
        assert_eq!(fs::read(&out).unwrap(), bytes);
        // What is not the recorded file is written over.
        files::write_new(&world.dir.path().join("next.partial"), Readers::Owner, b"half").unwrap();
        assert_eq!(
            export(&world, "next", false).0,
            Export::Written { number: 2, answers: 1, collected: 0, lost: vec![] }
        );
        assert!(!world.dir.path().join("next.partial").exists());
    }

    #[test]
    fn a_file_that_is_there_is_not_overwritten_and_nothing_is_recorded() {
        let (world, id) = one_report(Route::StaffConcern);
        world.reply(id, "one");
        let out = world.dir.path().join("out");
        files::write_new(&out, Readers::Owner, b"mine").unwrap();
        let before = world.snapshot();
        assert!(matches!(
            world.edit(|editor| editor.export(&out, false, &TODAY)),
            Err(CasebookError::Log(LogError::File(FileError::Exists(_))))
        ));
        assert_eq!(world.snapshot(), before);
        assert_eq!(world.open().unwrap().list(DAY, &Calendar::default()).unwrap()[0].waiting, 1);
        assert_eq!(export(&World::new(), "none", true).0, Export::Nothing);
    }
}
