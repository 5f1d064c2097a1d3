//! Setting reports aside, one or very many.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::PossibleValue};

use super::keys_of::Changing;
use crate::{
    casebook::{Casebook, CasebookError, LookupError, NewAside, SameText},
    cli::output::{self, Failure, Outcome},
    domain::{ReportId, SetAsideReason, SystemDay, WhoElse, limits::MIB},
    files,
};

/// Bytes of a list of reports: more than any box takes.
const LIST_BYTES: usize = 256 * MIB;
/// The first word of what `candour desk list` prints.
const HEADING: &str = "ID";

#[derive(Args)]
pub(in crate::cli) struct SetAsideArguments {
    #[command(flatten)]
    casebook: Changing,
    /// Why: the person reads it
    #[arg(long, value_name = "REASON", required_unless_present_any = ["dry_run", "undo"])]
    reason: Option<SetAsideReason>,
    /// A file with an id at the beginning of each line, such as `candour desk list` prints
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// A report, and each that nobody has read yet whose description is the same, word for word; give it again for others
    #[arg(long, value_name = "ID")]
    same_as: Vec<String>,
    /// The report that they are the same as, with the reason `duplicate`: a link to it stays with those who may read them
    #[arg(long, value_name = "ID", conflicts_with_all = ["dry_run", "undo"])]
    duplicate_of: Option<String>,
    /// Whom the persons can turn to, with the reason `not-for-us`; give it again for others
    #[arg(long, value_name = "WHO", conflicts_with_all = ["dry_run", "undo"])]
    turn_to: Vec<WhoElse>,
    /// Bring reports back that were set aside and of which no export told the box
    #[arg(long, conflicts_with_all = ["reason", "same_as", "dry_run"])]
    undo: bool,
    /// Set nothing aside: print the ids, one a line
    #[arg(long)]
    dry_run: bool,
    /// Reports, by their ids or their beginnings
    #[arg(value_name = "ID")]
    ids: Vec<String>,
}

pub(super) fn set_aside(arguments: &SetAsideArguments) -> Outcome {
    let mut named = arguments.ids.clone();
    if let Some(list) = &arguments.from {
        let text = files::read_text(list, LIST_BYTES)?;
        let first_words = text.lines().filter_map(|line| line.split_whitespace().next());
        named.extend(first_words.filter(|word| *word != HEADING).map(str::to_owned));
    }
    if named.is_empty() && arguments.same_as.is_empty() {
        return Err(Failure::Usage(
            "give at least one report, a list of them with --from, or one with --same-as".into(),
        ));
    }
    if arguments.duplicate_of.is_some() && arguments.reason != Some(SetAsideReason::Duplicate) {
        return Err(Failure::Usage("--duplicate-of goes with --reason duplicate alone".into()));
    }
    if !arguments.turn_to.is_empty() && arguments.reason != Some(SetAsideReason::NotForUs) {
        return Err(Failure::Usage("--turn-to goes with --reason not-for-us alone".into()));
    }
    arguments.casebook.edit(|editor| {
        let casebook = editor.casebook();
        let mut reports = find_all(casebook, &named)?;
        if !arguments.same_as.is_empty() {
            let found = casebook.same_text(&find_all(casebook, &arguments.same_as)?)?;
            if !arguments.dry_run {
                same_text(&found)?;
            }
            reports.extend(found.reports);
        }
        reports.sort_unstable();
        reports.dedup();
        if arguments.undo {
            editor.bring_back(&reports, &SystemDay)?;
            let many = output::count(reports.len(), "report is", "reports are");
            return output::line(&format!("{many} open again; nobody was told that it was otherwise"));
        }
        if arguments.dry_run {
            let lines: String = reports.iter().map(|id| format!("{id}\n")).collect();
            return output::text(&lines);
        }
        let Some(reason) = arguments.reason.filter(|_| !reports.is_empty()) else {
            return output::line("nothing is left to be set aside");
        };
        let why = match &arguments.duplicate_of {
            Some(other) => NewAside::duplicate_of(find_all(editor.casebook(), std::slice::from_ref(other))?[0]),
            None if reason == SetAsideReason::NotForUs => NewAside::not_for_us(arguments.turn_to.clone()),
            None => reason.into(),
        };
        editor.set_aside(&reports, why, &SystemDay)?;
        output::line(&format!(
            "{} set aside; the persons read why when the next decisions are delivered",
            output::count(reports.len(), "report is", "reports are")
        ))
    })
}

/// The reports that were named; what names none is said.
fn find_all(casebook: &Casebook, named: &[String]) -> Result<Vec<ReportId>, Failure> {
    let find = |name: &String| {
        casebook.find(name).map_err(|error| match error {
            // Of very many, which one.
            CasebookError::Lookup(LookupError::NoReport | LookupError::NotAnId | LookupError::AmbiguousId(_)) => {
                Failure::Failed(format!("“{name}”: {error}"))
            }
            other => other.into(),
        })
    };
    named.iter().map(find).collect()
}

/// Says what is about to be set aside, and what is not.
fn same_text(found: &SameText) -> Outcome {
    let SameText { reports, with_more, unopened } = found;
    output::line(&format!("{} that text", output::count(reports.len(), "report has", "reports have")))?;
    if !with_more.is_empty() {
        let ids: Vec<String> = with_more.iter().map(ReportId::to_string).collect();
        output::line(&format!(
            "read these first, which have that text and more, and are not among them: {}",
            ids.join(" ")
        ))?;
    }
    if *unopened > 0 {
        let unopened = output::count(*unopened, "report", "reports");
        output::line(&format!("{unopened} could not be opened, and are not among them"))?;
    }
    Ok(())
}

impl ValueEnum for SetAsideReason {
    fn value_variants<'a>() -> &'a [Self] {
        Self::CHOSEN
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.slug()).help(self.label()))
    }
}

impl ValueEnum for WhoElse {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.slug()).help(self.label()))
    }
}
