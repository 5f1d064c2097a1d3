//! Writing decisions for the box: tar files, each with `decisions.json` and its signature first, then the sealed answers.
//! What is too much for one file becomes several.
//!
//! Each file is whole on the disk under its partial name before the export is recorded, and gets its name after that. A
//! command killed in between leaves a partial file with the recorded digest; the next export to the same place names
//! it.

use std::{collections::BTreeSet, path::Path};

use crate::{
    casebook::{
        Casebook, CasebookError, Editor, ExportError, LogError, NotAllowed,
        log::event::{AnswerId, Exported, What},
        parallel::in_parallel,
        state::{outgoing::Telling, report::AnswerRecord},
    },
    crypto::{self, Hashed},
    domain::{
        AnswerEntry, BoxId, Collected, Decisions, Digest, Format, LogHead, Part, ReportId, SetAsideEntry, Today,
        limits::{ANSWER_BYTES, ANSWERS_BYTES, ENTERED_MAX, PART_LIST_BYTES, PARTS_MAX},
    },
    files::{self, FileError, NewFile, Readers, part_path, tarball},
};

/// What an export did.
#[derive(Debug, PartialEq, Eq)]
pub enum Export {
    /// There is nothing that the box does not have; no file was written.
    Nothing,
    /// Files were written.
    Written {
        /// From 1; the box takes them in this order.
        number: u64,
        /// How many files: the first has the name that was given, the others lie beside it.
        parts: u32,
        /// How many answers are in it.
        answers: usize,
        /// Of how many reports it says what was collected.
        collected: usize,
        /// How many reports it sets aside.
        set_aside: usize,
        /// Of how many reports that were entered here it tells.
        entered: usize,
        /// Reports of which an answer's sealed file is not as it was made: that answer and those after it are not in it.
        lost: Vec<ReportId>,
    },
    /// The file of an export that was cut short has got its name. Parts after it were not written: what was to be in them
    /// is in the next export.
    Finished {
        /// From 1; the box takes them in this order.
        number: u64,
        /// Which of its files.
        part: Part,
    },
}

/// What goes into one file.
#[derive(Default)]
struct PartPlan {
    telling: Telling,
    answers: Vec<AnswerEntry>,
    /// Bytes of its list, or a little more.
    list: usize,
    /// Bytes of the sealed answers.
    sealed: u64,
}

impl PartPlan {
    fn has_room(&self, list: usize, sealed: u64) -> bool {
        self.list == 0 || (self.list + list <= PART_LIST_BYTES && self.sealed + sealed <= ANSWERS_BYTES)
    }
}

/// Cuts what is to be told into files that a reader takes. The answers to one report go in order, so they stay together.
fn plan(telling: Telling, answers: &[AnswerEntry]) -> Vec<PartPlan> {
    /// Bytes of an entry in a list, without what varies.
    const ENTRY: usize = 256;
    /// Bytes of a digest in a list.
    const DIGEST: usize = 68;
    /// Bytes of a report that was entered.
    const ENTERED: usize = 1024;

    fn room(plans: &mut Vec<PartPlan>, list: usize, sealed: u64) -> Option<&mut PartPlan> {
        if plans.last().is_none_or(|last| !last.has_room(list, sealed)) {
            plans.push(PartPlan::default());
        }
        let last = plans.last_mut()?;
        (last.list, last.sealed) = (last.list + list, last.sealed + sealed);
        Some(last)
    }
    let mut plans = Vec::new();
    // Before all else: the box takes answers to what it has.
    for some in telling.entered.chunks(ENTERED_MAX) {
        plans.push(PartPlan::default());
        if let Some(part) = room(&mut plans, ENTERED * some.len(), 0) {
            part.telling.entered.extend_from_slice(some);
        }
    }
    for told in telling.collected {
        if let Some(part) = room(&mut plans, ENTRY + DIGEST * told.messages.len(), 0) {
            part.telling.collected.push(told);
        }
    }
    for told in telling.gone {
        if let Some(part) = room(&mut plans, ENTRY, 0) {
            part.telling.gone.push(told);
        }
    }
    for told in telling.set_aside {
        if let Some(part) = room(&mut plans, ENTRY + DIGEST * told.messages.len(), 0) {
            part.telling.set_aside.push(told);
        }
    }
    for of_report in answers.chunk_by(|one, next| one.report == next.report) {
        let words = |entry: &AnswerEntry| entry.endorsements.iter().map(String::len).sum::<usize>();
        let list = of_report.iter().map(|entry| ENTRY + 2 * DIGEST + 2 * words(entry)).sum();
        if let Some(part) = room(&mut plans, list, of_report.iter().map(|entry| entry.size).sum()) {
            part.answers.extend_from_slice(of_report);
        }
    }
    plans
}

impl Editor<'_> {
    /// Writes the answers that were not exported yet, and what the box is to be told. With `again`, also the answers that
    /// no collection has shown to be delivered and all that was ever told: for when a file was lost on its way.
    ///
    /// # Errors
    /// If `out` is there already, lies in the casebook or can't be written, or if a sealed answer can't be read.
    pub fn export(&mut self, out: &Path, again: bool, today: &dyn Today) -> Result<Export, CasebookError> {
        files::refuse_inside(&self.casebook.directory, out)?;
        self.export_anywhere(out, again, today)
    }

    fn export_anywhere(&mut self, out: &Path, again: bool, today: &dyn Today) -> Result<Export, CasebookError> {
        if let Some(finished) = self.finish_last(out)? {
            return Ok(finished);
        }
        // Before the first import there is no box to write for, and nothing to write.
        if self.casebook.state.r#box.is_none() {
            return Ok(Export::Nothing);
        }
        let (answers, lost) = self.with_their_files(self.casebook.state.answers_to_export(again))?;
        let telling = self.checked(self.casebook.state.to_tell(self.me, again));
        let counts = (answers.len(), telling.collected.len(), telling.set_aside.len(), telling.entered.len());
        let plans = plan(telling, &answers);
        if plans.is_empty() {
            return lost.first().map_or(Ok(Export::Nothing), |id| Err(CasebookError::Export(ExportError::NoFile(*id))));
        }
        // What a box says to have taken is bounded when it is imported, so that there is always a next one.
        let number = self.casebook.state.exported.checked_add(1).ok_or(NotAllowed::Export(None))?;
        let parts = u32::try_from(plans.len()).ok().filter(|parts| *parts <= PARTS_MAX);
        let of = parts.ok_or(CasebookError::Export(ExportError::TooMuch))?;
        for part in 1..=of {
            files::refuse_existing(&part_path(out, part))?;
        }
        for (part, plan) in (1..).zip(plans) {
            self.write_part(&part_path(out, part), number, Part { number: part, of }, plan, today)?;
        }
        let (answers, collected, set_aside, entered) = counts;
        Ok(Export::Written { number, parts: of, answers, collected, set_aside, entered, lost })
    }

    fn write_part(
        &mut self,
        out: &Path,
        number: u64,
        part: Part,
        plan: PartPlan,
        today: &dyn Today,
    ) -> Result<(), CasebookError> {
        let state = &self.casebook.state;
        // The export follows an import, so there is an event before it, which named the box.
        let (Some(head), Some(r#box)) = (state.head(), state.r#box) else { return Ok(()) };
        let PartPlan { telling, answers, .. } = plan;
        let decisions = self.decisions(r#box, (number, part, head), telling, answers);
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
        self.append(What::Exported(exported(digest, decisions)), today)?;
        file.keep();
        file.commit().map_err(|lost| CasebookError::Export(ExportError::Lost(lost)))
    }

    fn decisions(
        &self,
        r#box: BoxId,
        (number, part, head): (u64, Part, LogHead),
        telling: Telling,
        answers: Vec<AnswerEntry>,
    ) -> Decisions {
        let Telling { collected, gone, set_aside, entered } = telling;
        let (format, casebook) = (Format::Decisions, self.casebook.id());
        Decisions { format, r#box, casebook, number, part, head, collected, gone, set_aside, entered, answers }
    }

    /// As [`Self::export`], to the casebook's own outbox.
    ///
    /// # Errors
    /// As [`Self::export`].
    pub fn export_to_outbox(&mut self, again: bool, today: &dyn Today) -> Result<Export, CasebookError> {
        let out = self.next_in_outbox()?;
        self.export_anywhere(&out, again, today)
    }

    /// What the box may delete: only what is here as the person sent it, which is opened before this member's word goes to
    /// the box. Others can change files since one took them in.
    fn checked(&self, telling: Telling) -> Telling {
        let of_collected = telling.collected.iter().flat_map(|told| told.messages.iter().map(|it| (told.report, *it)));
        let of_aside = telling.set_aside.iter().flat_map(|told| told.messages.iter().map(|it| (told.report, *it)));
        let mut named: Vec<(ReportId, Digest)> = of_collected.chain(of_aside).collect();
        named.sort_unstable();
        named.dedup();
        // Each is opened once, however often it is named; very many may be.
        let is_here = in_parallel(&named, |(report, message)| self.is_as_sent(*report, *message));
        let here: BTreeSet<(ReportId, Digest)> =
            named.into_iter().zip(is_here).filter(|(_, is_here)| *is_here).map(|(named, _)| named).collect();
        let safe = |report: ReportId, messages: Vec<Digest>| -> Vec<Digest> {
            messages.into_iter().filter(|message| here.contains(&(report, *message))).collect()
        };
        let collected = telling.collected.into_iter().filter_map(|Collected { report, record, messages }| {
            let had_messages = !messages.is_empty();
            let messages = safe(report, messages);
            (!had_messages || !messages.is_empty()).then_some(Collected { report, record, messages })
        });
        let set_aside = telling.set_aside.into_iter().map(|SetAsideEntry { report, reason, messages }| SetAsideEntry {
            report,
            reason,
            messages: safe(report, messages),
        });
        let (gone, entered) = (telling.gone, telling.entered);
        Telling { collected: collected.collect(), gone, set_aside: set_aside.collect(), entered }
    }

    /// Whether a message is here as the person sent it; nothing of one that was destroyed is asked for.
    fn is_as_sent(&self, id: ReportId, message: Digest) -> bool {
        let Some(report) = self.casebook.state.reports.get(&id) else { return true };
        let record = report.message_of_box(message);
        record.is_some_and(|record| self.casebook.check_message(id, record).is_ok())
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
        let state = &self.casebook.state;
        let (number, part) = (state.exported, state.exported_part);
        let last = (number, part.number);
        let out = &part_path(out, part.number);
        let partial = files::partial_path(out);
        let Some(recorded) = state.export_files.get(&last).copied() else { return Ok(None) };
        let digest = |path: &Path| crypto::digest_all(files::open_shared(path)?).map_err(FileError::io("read", path));
        if out.symlink_metadata().is_ok()
            || !partial.symlink_metadata().is_ok_and(|found| found.is_file())
            || digest(&partial)? != recorded
        {
            return Ok(None);
        }
        files::rename_new(&partial, out)?;
        Ok(Some(Export::Finished { number, part }))
    }
}

/// As the casebook records it.
fn exported(file: Digest, decisions: Decisions) -> Exported {
    let Decisions { number, part, collected, gone, set_aside, entered, answers, .. } = decisions;
    let answers = answers.iter().map(|entry| AnswerId { report: entry.report, seq: entry.seq }).collect();
    let entered = entered.iter().map(|entry| entry.report).collect();
    Exported { number, part, file, answers, collected, gone, set_aside, entered }
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
        domain::{AnswerKind, Area, Calendar, MessageKind, ReportId, ReportState, Route, Text},
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
        assert_eq!(
            written,
            Export::Written { number: 1, parts: 1, answers: 3, collected: 1, set_aside: 0, entered: 0, lost: vec![] }
        );
        let (names, files, decisions) = read(&world, &out);
        assert_eq!(names[..2], ["decisions.json", "decisions.json.minisig"]);
        assert_eq!(names[2..], decisions.answers.iter().map(AnswerEntry::path).collect::<Vec<_>>());
        let head = decisions.head;
        assert!(world.open().unwrap().state.knows(head) && head.number + 1 == world.open().unwrap().version());
        assert_eq!((decisions.number, decisions.r#box, decisions.collected), (1, world.id, vec![world.told(id)]));
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
        assert_eq!(
            written,
            Export::Written { number: 2, parts: 1, answers: 3, collected: 1, set_aside: 0, entered: 0, lost: vec![] }
        );
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
            Export::Written { number: 3, parts: 1, answers: 1, collected: 1, set_aside: 0, entered: 0, lost: vec![] }
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
            Export::Written { number: 1, parts: 1, answers: 0, collected: 1, set_aside: 0, entered: 0, lost: vec![] }
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
        assert_eq!(export(&world, "out", false).0, Export::Finished { number: 1, part: Part::WHOLE });
        assert_eq!(fs::read(&out).unwrap(), bytes);
        // What is not the recorded file is written over.
        files::write_new(&world.dir.path().join("next.partial"), Readers::Owner, b"half").unwrap();
        assert_eq!(
            export(&world, "next", false).0,
            Export::Written { number: 2, parts: 1, answers: 1, collected: 0, set_aside: 0, entered: 0, lost: vec![] }
        );
        assert!(!world.dir.path().join("next.partial").exists());
    }

    #[test]
    fn of_an_export_in_parts_the_one_that_was_cut_off_is_finished_and_the_rest_goes_next() {
        let (world, id) = one_report(Route::StaffConcern);
        world.reply(id, "one");
        // The first two of three, of which the second did not get its name.
        let begin = |number: u64, first: &Path| {
            world
                .edit(|editor| {
                    for part in 1..=2 {
                        let of_three = Part { number: part, of: 3 };
                        editor.write_part(&part_path(first, part), number, of_three, PartPlan::default(), &TODAY)?;
                    }
                    Ok(())
                })
                .unwrap();
            let second = part_path(first, 2);
            fs::rename(&second, files::partial_path(&second)).unwrap();
            second
        };
        let second = begin(1, &world.dir.path().join("out"));
        let part = Part { number: 2, of: 3 };
        assert_eq!(export(&world, "out", false).0, Export::Finished { number: 1, part });
        assert!(second.exists());
        let written = export(&world, "next", false).0;
        assert!(
            matches!(written, Export::Written { number: 2, parts: 1, answers: 1, collected: 1, .. }),
            "{written:?}"
        );
        // Likewise in the casebook's own outbox.
        let first = world.edit(|editor| editor.next_in_outbox()).unwrap();
        let second = begin(3, &first);
        let finished = world.edit(|editor| editor.export_to_outbox(false, &TODAY)).unwrap();
        assert_eq!(finished, Export::Finished { number: 3, part });
        assert!(second.exists());
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
        assert_eq!(world.open().unwrap().list(DAY, &Calendar::default())[0].waiting, 1);
        assert_eq!(export(&World::new(), "none", true).0, Export::Nothing);
    }
}
