//! Promises, and at the desk the team's own dates, as a calendar that Outlook and others import. It says what is due on which day and for which report;
//! nothing that anybody wrote is in it.
//!
//! Which rule each part obeys:
//!
//! - RFC 5545, 3.1: lines end with CRLF, and none is longer than 75 octets; what is longer goes on in a line that
//!   begins with a space. 3.3.11: in a text, `\`, `;`, `,` and line breaks are escaped.
//! - RFC 5545, 3.6.1, 3.8.2.2 and 3.8.2.4: an event of a whole day has dates instead of times, and ends on the day
//!   after, which is not part of it. Microsoft's MS-OXCICAL, 2.1.3.1.1.20.10 asks the same, and 2.1.3.1.1.20.28 says
//!   that Outlook's own mark of a whole day should not be written.
//! - RFC 5545, 3.7.2, and RFC 5546, 3.2.1: `METHOD:PUBLISH` is for events that nobody is asked to answer; without a
//!   method, or with another, Outlook may take a file for an invitation. RFC 5546 wants an organiser there too. It is
//!   left out on purpose: Outlook would show a meeting with somebody to answer to, and there is nobody whose name
//!   should stand in it.
//! - RFC 5545, 3.8.4.7, and RFC 5546, 2.1.5: by its identifier an event that is imported again replaces the one before,
//!   and a higher sequence number says that it is the newer. A clock changes once, when it is met. It is then published
//!   as cancelled (3.8.1.11); as some programs keep a cancelled event where it was, its summary says so too.
//!   A team's own date can be moved to any day, so its number is made of the day on which the file is written.
//! - RFC 5545, 3.8.7.2: each event has the stamp of when it was written. It is the day alone, as everywhere here.
//! - RFC 5545, 3.8.2.7: a promise takes nobody's time, so the day stays free.
//! - MS-OXCICAL, "X-WR-CALNAME": the name of the calendar that Outlook makes for a file that is opened as a new one.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{collection::ClockView, ids::ReportId};

/// Octets in the longest line, its end not counted.
const LINE_OCTETS: usize = 75;

/// An iCalendar file with an event for each clock. Clocks that are met are cancelled in it.
///
/// Two changes of use on one day after the same message are one event: they have one due date.
#[must_use]
pub fn icalendar<'a>(clocks: impl IntoIterator<Item = (ReportId, &'a ClockView)>, today: Date) -> String {
    icalendar_with(clocks, [], today)
}

/// The same, with days by which the team itself set out to do something about a report, and whether that is over: then its
/// event is cancelled.
#[must_use]
pub fn icalendar_with<'a>(
    clocks: impl IntoIterator<Item = (ReportId, &'a ClockView)>,
    own: impl IntoIterator<Item = (ReportId, Date, bool)>,
    today: Date,
) -> String {
    let mut events: BTreeMap<String, (ReportId, &ClockView)> = BTreeMap::new();
    for (report, clock) in clocks {
        let kept = events.entry(uid(report, clock)).or_insert((report, clock));
        // As long as one of two is open, so is the event.
        if kept.1.met_on.is_some() {
            *kept = (report, clock);
        }
    }
    let mut file = String::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Candour//Clocks//EN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Candour: due",
    ] {
        push_line(&mut file, line);
    }
    for (uid, (report, clock)) in events {
        for line in event(&uid, report, clock, today) {
            push_line(&mut file, &line);
        }
    }
    for (report, by, is_over) in own {
        for line in own_event(report, (by, is_over), today) {
            push_line(&mut file, &line);
        }
    }
    push_line(&mut file, "END:VCALENDAR");
    file
}

/// The same for a clock whenever and wherever it is written, at the box or at the desk, and another for every other
/// clock.
fn uid(report: ReportId, clock: &ClockView) -> String {
    let ClockView { seq, kind, .. } = clock;
    if clock.supplementary {
        format!("{report}-{seq}-supplementary-{}@candour.invalid", basic(clock.started_on))
    } else {
        format!("{report}-{seq}-{kind}@candour.invalid")
    }
}

fn event(uid: &str, report: ReportId, clock: &ClockView, today: Date) -> Vec<String> {
    let due = clock.due_on;
    let supplementary = if clock.supplementary { "supplementary " } else { "" };
    let (word, sequence) = if clock.met_on.is_some() { ("met", 1) } else { ("due", 0) };
    let day = EventDay { on: due, sequence, is_cancelled: clock.met_on.is_some() };
    let description = format!("{}. Started on {}, due by {due}.", clock.kind.label(), clock.started_on);
    whole_day(uid, &day, (&format!("{supplementary}{} {word}: {report}", clock.kind), &description), today)
}

/// Of a day by which the team set out to do something. It is the same event on whatever day that is.
fn own_event(report: ReportId, (by, is_over): (Date, bool), today: Date) -> Vec<String> {
    /// Before any casebook.
    const BEGINNING: Date = Date::constant(2020, 1, 1);

    let days = (today - BEGINNING).get_days().unsigned_abs();
    let day = EventDay { on: by, sequence: 2 * days + u32::from(is_over), is_cancelled: is_over };
    let word = if is_over { "over" } else { "due" };
    let description = format!("What you set out to do, by {by}.");
    let uid = format!("{report}-own-date@candour.invalid");
    whole_day(&uid, &day, (&format!("own date {word}: {report}"), &description), today)
}

/// A day that an event is on.
struct EventDay {
    on: Date,
    sequence: u32,
    is_cancelled: bool,
}

fn whole_day(uid: &str, day: &EventDay, (summary, description): (&str, &str), today: Date) -> Vec<String> {
    let mut lines = vec![
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{uid}"),
        format!("SEQUENCE:{}", day.sequence),
        format!("DTSTAMP:{}T000000Z", basic(today)),
        format!("DTSTART;VALUE=DATE:{}", basic(day.on)),
    ];
    // There is no day after the last that a date can be; an event without an end lasts its one day (RFC 5545, 3.6.1).
    lines.extend(day.on.tomorrow().map(|end| format!("DTEND;VALUE=DATE:{}", basic(end))));
    lines.extend([
        format!("SUMMARY:{summary}"),
        format!("DESCRIPTION:{}", escaped(description)),
        format!("STATUS:{}", if day.is_cancelled { "CANCELLED" } else { "CONFIRMED" }),
        "TRANSP:TRANSPARENT".to_owned(),
        "END:VEVENT".to_owned(),
    ]);
    lines
}

fn basic(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Adds a line and its end, folded if it is long, never inside a character.
fn push_line(file: &mut String, line: &str) {
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > LINE_OCTETS {
            file.push_str("\r\n ");
            octets = 1;
        }
        file.push(c);
        octets += c.len_utf8();
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Calendar, Clock, ClockEntry, ClockKind, Term};

    const TODAY: Date = date(2026, 12, 1);
    const REPORT: ReportId = ReportId([7; 8]);

    fn view(kind: ClockKind, met_on: Option<Date>) -> ClockView {
        let calendar = Calendar::default();
        let clock = Clock::start((kind, Term::WorkingDays(10)), TODAY, &calendar).unwrap();
        ClockEntry { seq: 1, clock: Clock { met_on, ..clock } }.view(TODAY, &calendar).unwrap()
    }

    fn notice() -> ClockView {
        view(ClockKind::InformationUseNotice, None)
    }

    /// What a reader of the file sees: folded lines put together again.
    fn unfolded(file: &str) -> Vec<String> {
        file.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn an_open_clock_is_an_event_of_the_day_it_is_due() {
        let file = icalendar([(REPORT, &notice())], TODAY);
        assert_eq!(
            unfolded(&file),
            [
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                "PRODID:-//Candour//Clocks//EN",
                "METHOD:PUBLISH",
                "X-WR-CALNAME:Candour: due",
                "BEGIN:VEVENT",
                "UID:0707070707070707-1-information-use-notice@candour.invalid",
                "SEQUENCE:0",
                "DTSTAMP:20261201T000000Z",
                "DTSTART;VALUE=DATE:20261215",
                "DTEND;VALUE=DATE:20261216",
                "SUMMARY:information-use-notice due: 0707070707070707",
                "DESCRIPTION:We tell you what other work your information will be used for. Started on 2026-12-01\\, due by 2026-12-15.",
                "STATUS:CONFIRMED",
                "TRANSP:TRANSPARENT",
                "END:VEVENT",
                "END:VCALENDAR",
            ]
        );
        assert!(file.split("\r\n").all(|line| line.len() <= LINE_OCTETS && !line.contains(['\r', '\n'])), "{file}");
        assert!(file.contains("\r\n "), "a long line is folded");
    }

    #[test]
    fn a_later_import_updates_and_cancels() {
        let met = view(ClockKind::InformationUseNotice, Some(date(2026, 12, 10)));
        let (before, after) =
            (icalendar([(REPORT, &notice())], TODAY), icalendar([(REPORT, &met)], date(2026, 12, 11)));
        let line = |file: &str, start: &str| unfolded(file).into_iter().find(|line| line.starts_with(start)).unwrap();
        assert_eq!(line(&before, "UID:"), line(&after, "UID:"));
        assert_eq!(line(&after, "SEQUENCE:"), "SEQUENCE:1");
        assert_eq!(line(&after, "STATUS:"), "STATUS:CANCELLED");
        assert_eq!(line(&after, "SUMMARY:"), "SUMMARY:information-use-notice met: 0707070707070707");
    }

    #[test]
    fn the_teams_own_date_is_an_event_of_its_own_that_can_be_moved() {
        let file =
            |by, is_over, today| unfolded(&icalendar_with([(REPORT, &notice())], [(REPORT, by, is_over)], today));
        let own = |lines: Vec<String>| {
            let start = lines.iter().rposition(|line| line == "BEGIN:VEVENT").unwrap();
            lines[start + 1..lines.len() - 2].to_vec()
        };
        let first = file(date(2026, 12, 4), false, TODAY);
        assert_eq!(first.iter().filter(|line| *line == "BEGIN:VEVENT").count(), 2);
        assert_eq!(
            own(first),
            [
                "UID:0707070707070707-own-date@candour.invalid",
                "SEQUENCE:5052",
                "DTSTAMP:20261201T000000Z",
                "DTSTART;VALUE=DATE:20261204",
                "DTEND;VALUE=DATE:20261205",
                "SUMMARY:own date due: 0707070707070707",
                "DESCRIPTION:What you set out to do\\, by 2026-12-04.",
                "STATUS:CONFIRMED",
                "TRANSP:TRANSPARENT",
            ]
        );
        let moved = own(file(date(2026, 12, 20), false, date(2026, 12, 2)));
        assert_eq!(moved[..2], ["UID:0707070707070707-own-date@candour.invalid", "SEQUENCE:5054"]);
        let over = own(file(date(2026, 12, 20), true, date(2026, 12, 2)));
        assert_eq!((over[1].as_str(), over[7].as_str()), ("SEQUENCE:5055", "STATUS:CANCELLED"));
    }

    #[test]
    fn no_two_events_have_one_identifier() {
        let open = notice();
        let of_change = |met_on| ClockView { supplementary: true, ..view(ClockKind::InformationUseNotice, met_on) };
        let (change, met_change) = (of_change(None), of_change(Some(TODAY)));
        let next_day = ClockView { started_on: date(2026, 12, 2), ..change };
        let advice = view(ClockKind::Advice, None);
        for changes in [[&change, &met_change], [&met_change, &change]] {
            let clocks = [&open, &advice, &next_day].into_iter().chain(changes);
            let lines = unfolded(&icalendar(clocks.map(|clock| (REPORT, clock)), TODAY));
            let mut uids: Vec<_> = lines.iter().filter(|line| line.starts_with("UID:")).collect();
            uids.sort();
            uids.dedup();
            assert_eq!(uids.len(), 4);
            assert_eq!(lines.iter().filter(|line| *line == "BEGIN:VEVENT").count(), 4);
            assert!(!lines.contains(&"STATUS:CANCELLED".to_owned()), "one of the two is open");
        }
    }

    #[test]
    fn the_last_day_there_is_needs_no_end() {
        let last = ClockView { due_on: Date::MAX, ..notice() };
        let lines = unfolded(&icalendar([(REPORT, &last)], TODAY));
        assert!(lines.contains(&"DTSTART;VALUE=DATE:99991231".to_owned()));
        assert!(lines.iter().all(|line| !line.starts_with("DTEND")));
    }

    #[test]
    fn a_text_can_t_end_its_line() {
        assert_eq!(escaped("a, b; c\\d\ne"), "a\\, b\\; c\\\\d\\ne");
    }

    proptest! {
        #[test]
        fn folding_loses_nothing(line in "[a-z é漢👩]{0,300}") {
            let mut file = String::new();
            push_line(&mut file, &line);
            prop_assert!(file.split("\r\n").all(|part| part.len() <= LINE_OCTETS));
            let body = file.strip_suffix("\r\n").unwrap();
            prop_assert_eq!(body.replace("\r\n ", ""), line);
        }
    }
}
