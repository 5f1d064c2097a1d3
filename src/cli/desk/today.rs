//! What can't wait, for the terminal.

use clap::Args;

use super::keys_of::Reading;
use crate::{
    casebook::{DuePromise, UrgentReport},
    cli::output::{self, Outcome},
    domain::{Date, SystemDay, Today},
};

#[derive(Args)]
pub(in crate::cli) struct TodayArguments {
    #[command(flatten)]
    casebook: Reading,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// What could not wait on that day, as YYYY-MM-DD; today otherwise
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

pub(super) fn today(arguments: &TodayArguments) -> Outcome {
    let day = arguments.as_of.unwrap_or_else(|| SystemDay.today());
    let urgent = arguments.casebook.open()?.urgent(day);
    if arguments.json {
        return output::json(&urgent);
    }
    if urgent.is_empty() {
        return output::line("nothing is urgent");
    }
    urgent.iter().try_for_each(|report| output::line(&told(report, day)))
}

/// One report in one line: its name, its id, and why it can't wait.
fn told(report: &UrgentReport, today: Date) -> String {
    let harm = report.serious_harm.then(|| "serious harm, not seen to".to_owned());
    let due = report.due.iter().map(|promise| told_due(*promise, today));
    let own = report.action_by.map(|by| due_by(by, today, "what the team set out to do"));
    let unanswered = report.unanswered_since.map(|since| format!("not answered since {since}"));
    let why: Vec<String> = harm.into_iter().chain(due).chain(own).chain(unanswered).collect();
    format!("{}  {}  {}", report.name, report.id, why.join("; "))
}

fn told_due(DuePromise { due_on, kind, supplementary }: DuePromise, today: Date) -> String {
    let which = if supplementary { "supplementary " } else { "" };
    due_by(due_on, today, &format!("{which}{kind}"))
}

/// What was to be done by today, or before.
fn due_by(day: Date, today: Date, what: &str) -> String {
    if day < today { format!("overdue since {day}: {what}") } else { format!("due today: {what}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ClockKind, ReportId};

    #[test]
    fn a_line_says_everything_that_cant_wait() {
        let (today, before) = (Date::constant(2026, 12, 10), Date::constant(2026, 12, 3));
        let id = ReportId([0xab; 8]);
        let promise =
            |due_on, supplementary| DuePromise { due_on, kind: ClockKind::InformationUseNotice, supplementary };
        let report = UrgentReport {
            id,
            name: id.in_words(),
            serious_harm: true,
            due: vec![promise(before, false), promise(today, true)],
            action_by: Some(today),
            unanswered_since: Some(before),
        };
        let name = id.in_words();
        assert_eq!(
            told(&report, today),
            format!(
                "{name}  abababababababab  serious harm, not seen to; overdue since 2026-12-03: information-use-notice; \
                 due today: supplementary information-use-notice; due today: what the team set out to do; \
                 not answered since 2026-12-03"
            )
        );
        let late = UrgentReport { serious_harm: false, due: Vec::new(), action_by: Some(before), ..report };
        assert!(told(&late, today).contains("  overdue since 2026-12-03: what the team set out to do; not answered"));
        let quiet = UrgentReport { action_by: None, ..late };
        assert_eq!(told(&quiet, today), format!("{name}  abababababababab  not answered since 2026-12-03"));
    }
}
