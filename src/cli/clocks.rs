use clap::Args;
use serde::Serialize;

use super::{Outcome, box_files::DataArgument, output};
use crate::{
    domain::{ClockView, Date, ReportId, SystemDay, Today},
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

/// One clock and its report, as a command shows it.
#[derive(Serialize)]
struct Shown {
    report: ReportId,
    #[serde(flatten)]
    clock: ClockView,
}

pub(super) fn run(arguments: &ClocksArguments) -> Outcome {
    let today = arguments.as_of.unwrap_or_else(|| SystemDay.today());
    let calendar = arguments.data.calendar()?;
    let mut shown = Vec::new();
    for ReportClock { report, entry } in arguments.data.store()?.clocks()? {
        if entry.clock.met_on.is_some() && !arguments.all {
            continue;
        }
        shown.push(Shown { report, clock: entry.view(today, &calendar)? });
    }
    if arguments.json {
        return output::json(&shown);
    }
    if arguments.ics {
        return output::text(&calendar_file(&shown, today));
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

/// RFC 5545. The stamp, which it demands, is the day alone.
fn calendar_file(clocks: &[Shown], today: Date) -> String {
    let basic = |date: Date| date.strftime("%Y%m%d").to_string();
    let mut lines =
        vec!["BEGIN:VCALENDAR".to_owned(), "VERSION:2.0".to_owned(), "PRODID:-//Candour//Clocks//EN".to_owned()];
    for Shown { report, clock } in clocks {
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{report}-{}-{}@candour.invalid", clock.seq, clock.kind),
            format!("DTSTAMP:{}T000000Z", basic(today)),
            format!("DTSTART;VALUE=DATE:{}", basic(clock.due_on)),
            format!("SUMMARY:{} due: {report}", clock.kind),
            "TRANSP:TRANSPARENT".to_owned(),
            "END:VEVENT".to_owned(),
        ]);
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| format!("{line}\r\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Calendar, Clock, ClockEntry};

    #[test]
    fn a_calendar_has_an_all_day_event_for_each_clock_and_no_content() {
        let today = Date::constant(2026, 12, 1);
        let clock = Clock::start(Clock::NOTICE, today, &Calendar::default()).unwrap();
        let clock = ClockEntry { seq: 1, clock }.view(today, &Calendar::default()).unwrap();
        let file = calendar_file(&[Shown { report: ReportId([7; 8]), clock }], today);
        assert!(file.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && file.ends_with("END:VCALENDAR\r\n"));
        assert!(
            file.contains("DTSTART;VALUE=DATE:20261215\r\nSUMMARY:information-use-notice due: 0707070707070707\r\n")
        );
        assert!(file.contains("DTSTAMP:20261201T000000Z\r\n"), "no time finer than the day");
        assert!(file.lines().all(|line| line.len() <= 75));
    }
}
