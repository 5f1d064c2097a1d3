use clap::Args;
use serde::{Serialize, Serializer};

use crate::{
    cli::{
        confined,
        output::{self, Failure, Outcome},
        server::{band::Band, box_files::DataArgument},
    },
    domain::{Date, SystemDay, Today},
    store::DayCount,
};

/// What is not counted.
const WHAT: &str = "of what is still here";

#[derive(Args)]
pub(in crate::cli) struct StatsArguments {
    #[command(flatten)]
    data: DataArgument,
    /// How many days, up to yesterday; ten years at most
    #[arg(long, value_name = "N", default_value_t = 31, value_parser = clap::value_parser!(u16).range(1..=3660))]
    days: u16,
    /// As JSON: {of, days: [{day, concerns, `further_messages`, answers}], total}
    #[arg(long)]
    json: bool,
}

/// A day's numbers, or those of all days, in bands.
#[derive(Clone, Copy, Serialize)]
struct Banded {
    concerns: Band,
    further_messages: Band,
    answers: Band,
}

#[derive(Serialize)]
struct DayBanded {
    day: Date,
    #[serde(flatten)]
    numbers: Banded,
}

#[derive(Serialize)]
struct StatsShown {
    of: &'static str,
    days: Vec<DayBanded>,
    /// What the days' bands say of the sum, and nothing more.
    total: Banded,
}

impl Serialize for Band {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<DayCount> for Banded {
    fn from(DayCount { concerns, further, answers }: DayCount) -> Self {
        Self { concerns: Band::of(concerns), further_messages: Band::of(further), answers: Band::of(answers) }
    }
}

pub(in crate::cli) fn run(arguments: &StatsArguments) -> Outcome {
    let today = SystemDay.today();
    confined::ends_soon(&confined::reach([], [&arguments.data.path]));
    let days = days_before(today, arguments.days)?;
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(()) };
    let counts = arguments.data.store()?.daily_counts(*first, *last)?;
    let days =
        days.iter().map(|day| DayBanded { day: *day, numbers: counts.get(day).copied().unwrap_or_default().into() });
    let days: Vec<_> = days.collect();
    let sum = |number: fn(&Banded) -> Band| Band::sum(days.iter().map(|day| number(&day.numbers)));
    let total = Banded {
        concerns: sum(|day| day.concerns),
        further_messages: sum(|day| day.further_messages),
        answers: sum(|day| day.answers),
    };
    if arguments.json {
        return output::json(&StatsShown { of: WHAT, days, total });
    }
    let row = |name: String, of: Banded| {
        [name, of.concerns.to_string(), of.further_messages.to_string(), of.answers.to_string()]
    };
    let mut rows: Vec<_> = days.iter().map(|day| row(day.day.to_string(), day.numbers)).collect();
    rows.push(row("all".into(), total));
    output::table(["DAY", "CONCERNS", "FURTHER MESSAGES", "ANSWERS"], &rows)?;
    output::line(&format!("{WHAT}; the last line says what the days' bands say of the sum, and nothing more"))
}

/// So many days up to yesterday. Today's would be counted again tomorrow, and who looks twice a day would see who came between.
fn days_before(today: Date, number: u16) -> Result<Vec<Date>, Failure> {
    let mut days = Vec::with_capacity(usize::from(number));
    let mut day = today;
    for _ in 0..number {
        day = day.yesterday()?;
        days.push(day);
    }
    days.reverse();
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_end_with_yesterday() {
        let days = days_before("2026-03-01".parse().unwrap(), 2);
        let days: Vec<String> = days.unwrap_or_default().iter().map(Date::to_string).collect();
        assert_eq!(days, ["2026-02-27", "2026-02-28"]);
    }
}
