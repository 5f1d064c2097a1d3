use clap::Args;
use serde::Serialize;

use super::{Outcome, box_files::DataArgument, output};
use crate::{
    domain::{ClockKind, ClockState, Date, ReportId, SystemDay, Today},
    store::ReportClock,
};

#[derive(Args)]
pub(super) struct ClocksArguments {
    #[command(flatten)]
    data: DataArgument,
    /// The day to count from, as YYYY-MM-DD; otherwise today
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Clocks that are met as well
    #[arg(long)]
    all: bool,
    /// As a JSON array of {report, seq, kind, started_on, due_on, met_on, working_days_left, state}
    #[arg(long, conflicts_with = "ics")]
    json: bool,
    /// As a calendar with one all-day event a clock, which names no content
    #[arg(long)]
    ics: bool,
}

/// One clock as a command shows it.
#[derive(Serialize)]
struct Shown {
    report: ReportId,
    seq: u32,
    kind: ClockKind,
    started_on: Date,
    due_on: Date,
    met_on: Option<Date>,
    working_days_left: Option<i64>,
    state: ClockState,
}

pub(super) fn run(arguments: &ClocksArguments) -> Outcome {
    let today = arguments.as_of.unwrap_or_else(|| SystemDay.today());
    let calendar = arguments.data.calendar()?;
    let mut shown = Vec::new();
    for ReportClock { report, entry } in arguments.data.store()?.clocks()? {
        if entry.clock.met_on.is_some() && !arguments.all {
            continue;
        }
        let standing = entry.clock.standing(today, &calendar)?;
        shown.push(Shown {
            report,
            seq: entry.seq,
            kind: entry.clock.kind,
            started_on: entry.clock.started_on,
            due_on: entry.clock.due_on,
            met_on: entry.clock.met_on,
            working_days_left: standing.working_days_left,
            state: standing.state,
        });
    }
    if arguments.json {
        return output::json(&shown);
    }
    if arguments.ics {
        return output::text(&calendar_file(&shown, today));
    }
    let rows: Vec<_> = shown
        .iter()
        .map(|clock| {
            let left = clock.working_days_left.map_or_else(String::new, |days| days.to_string());
            [
                clock.report.to_string(),
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

/// RFC 5545. The stamp, which it demands, is the day alone.
fn calendar_file(clocks: &[Shown], today: Date) -> String {
    let basic = |date: Date| date.strftime("%Y%m%d").to_string();
    let mut lines =
        vec!["BEGIN:VCALENDAR".to_owned(), "VERSION:2.0".to_owned(), "PRODID:-//Candour//Clocks//EN".to_owned()];
    for clock in clocks {
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}-{}-{}@candour.invalid", clock.report, clock.seq, clock.kind),
            format!("DTSTAMP:{}T000000Z", basic(today)),
            format!("DTSTART;VALUE=DATE:{}", basic(clock.due_on)),
            format!("SUMMARY:{} due: {}", clock.kind, clock.report),
            "TRANSP:TRANSPARENT".to_owned(),
            "END:VEVENT".to_owned(),
        ]);
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| format!("{line}\r\n")).collect()
}
