use clap::Args;
use serde::Serialize;

use crate::{
    cli::{
        confined,
        output::{self, Outcome},
        server::box_files::DataArgument,
    },
    domain::{Calendar, ClockView, Date, ReportId, SystemDay, Today, icalendar},
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
    arguments.data.refuse_anothers()?;
    let today = arguments.as_of.unwrap_or_else(|| SystemDay.today());
    confined::ends_soon(&confined::reach([], [&arguments.data.path]));
    // What can be listed is, whatever is wrong with the operator's file; that is said last.
    let (calendar, unread) = match arguments.data.calendar() {
        Ok(calendar) => (calendar, None),
        Err(failure) => (Calendar::default(), Some(failure)),
    };
    let clocks = arguments.data.store()?.clocks(arguments.all)?;
    let shown: Vec<_> = clocks
        .into_iter()
        .map(|ReportClock { report, entry }| Shown { report, clock: entry.view_if_counted(today, &calendar) })
        .collect();
    if arguments.json {
        output::json(&shown)?;
    } else if arguments.ics {
        output::text(&icalendar(shown.iter().map(|Shown { report, clock }| (*report, clock)), today))?;
    } else {
        print(&shown, today, &calendar)?;
    }
    unread.map_or(Ok(()), Err)
}

fn print(shown: &[Shown], today: Date, calendar: &Calendar) -> Outcome {
    let rows: Vec<_> = shown
        .iter()
        .map(|Shown { report, clock }| {
            let uncounted = if clock.met_on.is_none() { "not known" } else { "" };
            let left = clock.working_days_left.map_or_else(|| uncounted.to_owned(), |days| days.to_string());
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
    output::table(["REPORT", "KIND", "STARTED", "DUE", "WORKING DAYS LEFT", "STATE"], &rows)?;
    output::uncounted(shown.iter().map(|shown| &shown.clock), today, calendar)
}
