//! The report of a year, as a file to be printed and published.

use std::path::PathBuf;

use clap::Args;

use super::keys_of::Reading;
use crate::{
    casebook::statistics::ReportingYear,
    cli::output::{self, Outcome},
    desk,
    domain::{Date, SystemDay, Today},
    files::{self, Readers},
    http::BODY,
};

#[derive(Args)]
pub(in crate::cli) struct AnnualReportArguments {
    #[command(flatten)]
    casebook: Reading,
    /// The year, by the calendar year of its April
    #[arg(long, value_name = "YYYY", value_parser = year)]
    year: ReportingYear,
    /// Whose report it is, as it stands under its title
    #[arg(long, value_name = "NAME", default_value = BODY)]
    body: String,
    /// Make it as on that day, as YYYY-MM-DD; as today otherwise
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// The file to write; never one that is there already
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(arguments: &AnnualReportArguments) -> Outcome {
    let casebook = arguments.casebook.open_making(&arguments.out)?;
    let today = arguments.as_of.unwrap_or_else(|| SystemDay.today());
    let report = desk::annual_report(&casebook, arguments.year, today, &arguments.body)?;
    files::write_new(&arguments.out, Readers::Owner, report.html.as_bytes())?;
    output::line(&format!("the report of {} is in {}", arguments.year, arguments.out.display()))?;
    report.missing.iter().try_for_each(|what| output::line(&format!("not fit to be published yet: {what}")))
}

fn year(word: &str) -> Result<ReportingYear, String> {
    ReportingYear::from_slug(word).ok_or_else(|| "a year is four digits: 2026 is April 2026 to March 2027".to_owned())
}
