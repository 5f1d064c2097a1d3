use clap::Args;
use serde::Serialize;

use crate::{
    cli::{
        confined,
        output::{self, Outcome},
        server::box_files::DataArgument,
    },
    domain::{ClockView, Date, ReportId, SystemDay, Today, icalendar},
    store::ReportClock,
};

#[derive(Args)]
pub(in crate::cli) struct ClocksArguments {
    #[command(flatten)]
    data: DataArgument,
    /// The day to count from, as YYYY-MM-DD; otherwise today
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Clocks that are met as well
    #[arg(long)]
    all: bool,
    /// As a JSON array of {report, seq, kind, `started_on`, `due_on`, `met_on`, `working_days_left`, state}
    #[arg(long, conflicts_with = "ics")]
    json: bool,
    /// As a calendar for Outlook and others, with one all-day event a clock, which names no content; with --all, events
    /// of clocks that are met are cancelled
    #[arg(long)]
    ics: bool,
}

/// One clock and its report, as a command shows it.
#[derive(Serialize)]
struct Shown {
    report: ReportId,
    #[serde(flatten)]
    clock: ClockView,
}

pub(in crate::cli) fn run(arguments: &ClocksArguments) -> Outcome {
    let today = arguments.as_of.unwrap_or_else(|| SystemDay.today());
    confined::ends_soon(&confined::reach([], [&arguments.data.path]));
    let calendar = arguments.data.calendar()?;
    let mut shown = Vec::new();
    for ReportClock { report, entry } in arguments.data.store()?.clocks(arguments.all)? {
        shown.push(Shown { report, clock: entry.view(today, &calendar)? });
    }
    if arguments.json {
        return output::json(&shown);
    }
    if arguments.ics {
        return output::text(&icalendar(shown.iter().map(|Shown { report, clock }| (*report, clock)), today));
    }
    let rows: Vec<_> = shown
        .iter()
        .map(|Shown { report, clock }| {
            let left = clock.working_days_left.map_or_else(String::new, |days| days.to_string());
            [
                report.to_string(),
                clock.kind.to_string(),
                clock.started_on.to_string(),
                clock.due_on.to_string(),
                left,
                clock.state.to_string(),
            ]
        })
        .collect();
    output::table(["REPORT", "KIND", "STARTED", "DUE", "WORKING DAYS LEFT", "STATE"], &rows)
}
