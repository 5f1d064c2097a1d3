//! Whether the machine's clock can be believed. Every due date is counted from what it says, so a box whose clock is behind
//! promises days that are long past.

use crate::{
    cli::output::{Failure, Outcome},
    domain::Date,
    store::Store,
    web::MonitorConfig,
};

/// The day on which this release was made: no clock that is right says an earlier one.
const RELEASED_ON: Date = Date::constant(2026, 11, 28);

/// Refuses a clock that says an earlier day than the newest in the box, or than that of this release.
pub(super) fn refuse_behind(store: &Store, monitor: &MonitorConfig, today: Date) -> Outcome {
    hold(today, store.newest_day()?, monitor.clock_checked_on)
}

/// If the clock was ahead once, the box has days that are still to come. Somebody who saw that it is right now says so in the
/// configuration, and that day counts in place of the box's.
fn hold(today: Date, newest: Date, checked_on: Option<Date>) -> Outcome {
    let why = if today < RELEASED_ON {
        format!("the clock says {today}, and this release is of {RELEASED_ON}; set the clock")
    } else {
        match checked_on {
            Some(checked) if today < checked => format!(
                "the clock says {today}, and monitor.clock_checked_on in the configuration is {checked}; set the clock"
            ),
            None if today < newest => format!(
                "the clock says {today}, and the newest day in the box is {newest}; set the clock, or, if the clock is right and \
                 was ahead before, set monitor.clock_checked_on to today's day in the configuration"
            ),
            _ => return Ok(()),
        }
    };
    Err(Failure::Failed(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_behind_the_box_or_the_release_is_not_believed() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let told =
            |today: &str, newest: &str, checked: Option<&str>| match hold(day(today), day(newest), checked.map(day)) {
                Err(Failure::Failed(why)) => why,
                _ => String::new(),
            };
        assert_eq!(told("2027-03-01", "2027-03-01", None), "");
        assert_eq!(told("2027-03-01", "2027-02-01", None), "");
        assert!(told("2027-02-28", "2027-03-01", None).contains("newest day in the box is 2027-03-01"));
        assert!(told("2026-11-27", "2026-11-01", None).contains("this release is of 2026-11-28"));
        assert!(
            told("2025-11-28", "2025-11-01", Some("2025-01-01")).contains("this release"),
            "whatever somebody says"
        );
        // The clock was ahead once, and somebody said that it is right now.
        assert_eq!(told("2027-03-02", "2028-03-01", Some("2027-03-02")), "");
        assert_eq!(told("2027-05-02", "2028-03-01", Some("2027-03-02")), "");
        assert!(told("2027-03-01", "2028-03-01", Some("2027-03-02")).contains("clock_checked_on"));
    }
}
