use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{
        confined,
        output::{self, Outcome},
    },
    confine::Reach,
    domain::{Calendar, Date, limits::MIB},
    files,
};

#[derive(Args)]
pub(in crate::cli) struct DueArguments {
    /// The day of receipt, which is day 0, as YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    from: Date,
    #[command(flatten)]
    term: TermArguments,
    #[command(flatten)]
    holidays: HolidayArguments,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct TermArguments {
    /// Count working days: not Saturdays, Sundays or bank holidays in England
    #[arg(long, value_name = "N")]
    working_days: Option<u32>,
    /// Count calendar days
    #[arg(long, value_name = "N")]
    days: Option<u32>,
}

/// Where bank holidays come from, for every command that counts working days.
#[derive(Args, Clone)]
pub(in crate::cli) struct HolidayArguments {
    /// GOV.UK's bank-holidays.json, for years that this version does not know
    #[arg(long, value_name = "FILE")]
    bank_holidays: Option<PathBuf>,
}

impl HolidayArguments {
    /// The calendar: the file given, else `beside` if there is one, else the bundled years alone.
    pub(in crate::cli) fn calendar(&self, beside: Option<PathBuf>) -> Result<Calendar, output::Failure> {
        let Some(path) = self.bank_holidays.clone().or_else(|| beside.filter(|path| path.exists())) else {
            return Ok(Calendar::default());
        };
        Ok(Calendar::with_file(&files::read_text(&path, MIB)?)?)
    }
}

pub(in crate::cli) fn run(arguments: &DueArguments) -> Outcome {
    let calendar = arguments.holidays.calendar(None)?;
    confined::ends_soon(&Reach::default());
    let due = match (arguments.term.working_days, arguments.term.days) {
        (Some(count), _) => calendar.add_working_days(arguments.from, count)?,
        (None, count) => calendar.add_days(arguments.from, count.unwrap_or_default())?,
    };
    output::line(&due.to_string())
}
