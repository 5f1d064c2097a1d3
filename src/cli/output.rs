//! The only place that writes to stdout and stderr. What a command prints is its interface; an error is one line: what
//! happened, then what to do.

use std::{
    io::{self, Write},
    process::ExitCode,
};

#[cfg(any(feature = "box", feature = "desk"))]
use serde::Serialize;

use crate::domain::escape_invisible_in_line;
#[cfg(any(feature = "box", feature = "desk"))]
use crate::domain::{Calendar, ClockView, Date, escape_invisible_in_json};

/// What a command gives back.
pub(super) type Outcome = Result<(), Failure>;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(in crate::cli) enum Failure {
    /// It was used rightly, and failed: exit status 1.
    Failed(String),
    /// It was used wrongly: exit status 2.
    Usage(String),
    #[cfg(any(feature = "box", feature = "desk"))]
    /// It said all there was to say on stdout: exit status 1.
    Reported,
    /// It said it to a monitor, which has exit statuses of its own.
    #[cfg(feature = "box")]
    Monitored(Monitored),
}

/// The exit statuses that a monitor knows besides 0, by the conventions of the Monitoring Plugins.
#[cfg(feature = "box")]
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) enum Monitored {
    /// Something is to be looked at: 1.
    Warning,
    /// Something is unsafe: 2.
    Critical,
    /// It could not be looked at: 3.
    Unknown,
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

impl Failure {
    pub(in crate::cli) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Failed(_) => ExitCode::from(1),
            #[cfg(any(feature = "box", feature = "desk"))]
            Self::Reported => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
            #[cfg(feature = "box")]
            Self::Monitored(Monitored::Warning) => ExitCode::from(1),
            #[cfg(feature = "box")]
            Self::Monitored(Monitored::Critical) => ExitCode::from(2),
            #[cfg(feature = "box")]
            Self::Monitored(Monitored::Unknown) => ExitCode::from(3),
        }
    }
}

/// Prints one line.
pub(in crate::cli) fn line(text: &str) -> Result<(), Failure> {
    self::text(&format!("{text}\n"))
}

/// Prints text that has its own line ends.
pub(in crate::cli) fn text(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| unwritable(&error))
}

#[cfg(any(feature = "box", feature = "desk"))]
/// Prints a value as JSON, in which what could drive a terminal is escaped as JSON does it.
pub(in crate::cli) fn json(value: &impl Serialize) -> Result<(), Failure> {
    line(&escape_invisible_in_json(&serde_json::to_string_pretty(value)?))
}

#[cfg(any(feature = "box", feature = "desk"))]
/// A number and its noun: `1 message`, `2 messages`.
pub(in crate::cli) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(any(feature = "box", feature = "desk"))]
/// Prints columns: each as wide as its widest cell, two spaces between.
pub(in crate::cli) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> Result<(), Failure> {
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).chain([head[column].len()]).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let print = |cells: [&str; N]| {
        let cells: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        line(cells.join("  ").trim_end())
    };
    print(head)?;
    rows.iter().try_for_each(|row| print(std::array::from_fn(|column| row[column].as_str())))
}

#[cfg(any(feature = "box", feature = "desk"))]
/// Says below a list why the working days that are left for some of its clocks are not in it.
pub(in crate::cli) fn uncounted<'a>(
    clocks: impl IntoIterator<Item = &'a ClockView>,
    today: Date,
    calendar: &Calendar,
) -> Outcome {
    let why = clocks
        .into_iter()
        .filter(|clock| clock.met_on.is_none() && clock.working_days_left.is_none())
        .find_map(|clock| calendar.working_days_between(today, clock.due_on).err());
    why.map_or(Ok(()), |error| line(&format!("working days left that are not shown are not known: {error}")))
}

#[cfg(any(feature = "box", feature = "desk"))]
/// Prints lines up to a number of them, then how many more of these there are.
pub(in crate::cli) fn some_of(
    lines: impl ExactSizeIterator<Item = String>,
    at_most: usize,
    rest: impl FnOnce(usize) -> String,
) -> Outcome {
    let more = lines.len().saturating_sub(at_most);
    lines.take(at_most).try_for_each(|text| line(&text))?;
    if more > 0 { line(&rest(more)) } else { Ok(()) }
}

#[cfg(any(feature = "box", feature = "desk"))]
/// Ends a command that did all it could: prints every failure but the last, which is the command's own.
pub(in crate::cli) fn end(mut failures: Vec<Failure>) -> Outcome {
    let last = failures.pop();
    failures.iter().for_each(error);
    last.map_or(Ok(()), Err)
}

/// Prints an error as one line on stderr.
pub(in crate::cli) fn error(failure: &Failure) {
    let text = match failure {
        Failure::Failed(text) | Failure::Usage(text) => text,
        #[cfg(any(feature = "box", feature = "desk"))]
        Failure::Reported => return,
        #[cfg(feature = "box")]
        Failure::Monitored(_) => return,
    };
    // A file's name may be in it.
    let one_line = escape_invisible_in_line(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    // With stderr closed there is nobody to tell; the exit status still says it.
    let _ = writeln!(io::stderr(), "candour: {one_line}");
}

fn unwritable(error: &io::Error) -> Failure {
    Failure::Failed(format!("can't write to standard output: {error}; check where it goes"))
}
