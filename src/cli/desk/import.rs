//! Taking in collections: each part once, whatever becomes of the others.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{keys_of::Changing, print};
use crate::{
    casebook::{CasebookError, Editor, ImportChoices, ImportError, LostAtBox, MissingParts, Refusal},
    cli::output::{self, Failure, Outcome},
    crypto::Fingerprint,
    desk::{is_of_loss, told},
    domain::{Part, ReportId, SystemDay},
    files,
};

/// Parts that are not here yet, in lines of their own at most.
const NAMED: usize = 10;

#[derive(Args)]
pub(in crate::cli) struct ImportArguments {
    #[command(flatten)]
    casebook: Changing,
    /// Take it in though collections before it are lost; it holds everything that the desk has not confirmed
    #[arg(long)]
    missing: bool,
    /// For a box that was restored or made anew: the fingerprint of its epoch, as whoever runs it reads it out
    #[arg(long, value_name = "FINGERPRINT")]
    confirm_epoch: Option<Fingerprint>,
    /// Collections, as `candour collect` wrote them; of one in parts the first, which takes those beside it, or any of them
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// What came of the files so far.
struct ImportRun {
    choices: ImportChoices,
    /// Whether a refused file has to be named, because others were given.
    is_one_of_several: bool,
    tried: BTreeSet<PathBuf>,
    /// Where the first part lies, or would, of each collection that was taken in.
    firsts: Vec<(u64, PathBuf)>,
    refused: Vec<(PathBuf, CasebookError)>,
    new_epoch: bool,
}

pub(super) fn import(arguments: &ImportArguments) -> Outcome {
    let beside: Vec<PathBuf> = arguments.files.iter().flat_map(|file| files::parts_beside(file)).collect();
    let all: Vec<&Path> = arguments.files.iter().chain(&beside).map(PathBuf::as_path).collect();
    arguments.casebook.edit_reading(&all, |editor| {
        let mut run = ImportRun {
            choices: ImportChoices { missing: arguments.missing, epoch: arguments.confirm_epoch },
            is_one_of_several: all.len() > 1,
            tried: BTreeSet::new(),
            firsts: Vec::new(),
            refused: Vec::new(),
            new_epoch: false,
        };
        let (before, known) = (editor.casebook().lost_at_box(), alerts(editor));
        for file in &arguments.files {
            run.with_those_beside(editor, file)?;
        }
        let lost = editor.casebook().lost_at_box();
        if let Some(missing) = &lost.missing {
            run.not_here_yet(missing)?;
        }
        // What was told with an earlier import is not told with each.
        if run.new_epoch || is_more_lost(&before, &lost) {
            print::lost_at_box(&lost, run.new_epoch)?;
        }
        for text in alerts(editor).difference(&known) {
            output::line(text)?;
        }
        run.end()
    })
}

impl ImportRun {
    /// Takes in a file and, if it is the first part of several, those that lie beside it.
    fn with_those_beside(&mut self, editor: &mut Editor<'_>, first: &Path) -> Outcome {
        if !self.tried.insert(first.to_owned()) {
            return Ok(());
        }
        let beside = match self.take_in(editor, first)? {
            Ok(Part { number: 1, of }) => (2..=of).map(|part| files::part_path(first, part)).collect(),
            Ok(_) => Vec::new(),
            // Whatever is wrong with this file says nothing of those beside it.
            Err(is_of_all) => {
                if is_of_all {
                    Vec::new()
                } else {
                    files::parts_beside(first)
                }
            }
        };
        for part in beside.into_iter().filter(|part| part.is_file()) {
            if self.tried.insert(part.clone()) {
                let _ = self.take_in(editor, &part)?;
            }
        }
        Ok(())
    }

    /// Takes in one file and says what came with it. Gives which part it is; if it is refused, whether every part of its
    /// collection would be.
    fn take_in(&mut self, editor: &mut Editor<'_>, file: &Path) -> Result<Result<Part, bool>, Failure> {
        match editor.import(file, &self.choices, &SystemDay) {
            Ok(taken) => {
                self.new_epoch |= taken.new_epoch;
                self.firsts.extend(first_of(file, taken.part.number).map(|first| (taken.number, first)));
                print::import(&taken)?;
                Ok(Ok(taken.part))
            }
            Err(error) => {
                let is_of_all = is_of_the_collection(&error);
                self.refused.push((file.to_owned(), error));
                Ok(Err(is_of_all))
            }
        }
    }

    /// Names each part of the last collection that is still to come, and where it should lie.
    fn not_here_yet(&self, missing: &MissingParts) -> Outcome {
        let MissingParts { collection, parts, of } = missing;
        let first = self.firsts.iter().find(|(number, _)| number == collection).map(|(_, first)| first);
        let told = parts.iter().map(|part| {
            let place = first.map(|first| format!(": {}", files::part_path(first, *part).display()));
            let place = place.unwrap_or_else(|| format!(", of collection {collection}"));
            format!("part {part} of {of} is not here yet{place}")
        });
        output::some_of(told, NAMED, |rest| format!("and {}", output::count(rest, "more part", "more parts")))?;
        output::line("import what is missing when it comes, in any order; what never comes is in the next collection")
    }

    /// Says what was refused. What was taken in stays.
    fn end(self) -> Outcome {
        let told = |(file, error): &(PathBuf, CasebookError)| {
            let file = if self.is_one_of_several { format!("{}: ", file.display()) } else { String::new() };
            Failure::Failed(format!("{file}{error}"))
        };
        output::end(self.refused.iter().map(told).collect())
    }
}

/// What everybody is told to look into, but for what the box lost, which is told by itself.
fn alerts(editor: &Editor<'_>) -> BTreeSet<String> {
    let casebook = editor.casebook();
    let alerts = casebook.alerts();
    alerts.iter().filter(|alert| !is_of_loss(alert)).map(|alert| told(alert, casebook)).collect()
}

/// Whether more is known to be lost than before.
fn is_more_lost(before: &LostAtBox, after: &LostAtBox) -> bool {
    let lost = |lost: &LostAtBox| -> BTreeSet<(ReportId, usize)> {
        lost.reports.iter().map(|id| (*id, 0)).chain(lost.messages.iter().copied()).collect()
    };
    !lost(after).is_subset(&lost(before))
}

/// Where the first part lies beside a part of that number, if that has the name that it was given.
fn first_of(file: &Path, number: u32) -> Option<PathBuf> {
    if number == 1 {
        return Some(file.to_owned());
    }
    let name = file.file_name()?.to_str()?.strip_suffix(&format!(".{number}"))?;
    Some(file.with_file_name(name))
}

/// Whether the same is wrong with every part of the collection.
const fn is_of_the_collection(error: &CasebookError) -> bool {
    matches!(
        error,
        CasebookError::Import(ImportError::Refused(
            Refusal::OtherBox
                | Refusal::OtherKey
                | Refusal::KeyProposed(_)
                | Refusal::KeyBefore
                | Refusal::Behind { .. }
                | Refusal::Old { .. }
                | Refusal::Unchained(_)
                | Refusal::FarAhead { .. }
                | Refusal::EpochBefore
                | Refusal::NewEpoch { .. }
                | Refusal::Gap { .. }
        ))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_is_found_by_the_name_of_another() {
        let first = |file: &str, number| first_of(Path::new(file), number);
        assert_eq!(first("/mnt/c1", 1), Some("/mnt/c1".into()));
        assert_eq!(first("/mnt/c1.12", 12), Some("/mnt/c1".into()));
        assert_eq!(first("c1.2", 2), Some("c1".into()));
        for renamed in ["/mnt/c1.3", "/mnt/second", "/mnt/.."] {
            assert_eq!(first(renamed, 2), None, "{renamed}");
        }
    }
}
