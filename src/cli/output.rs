//! The only place that writes to stdout and stderr. What a command prints is its interface; an error is one line: what
//! happened, then what to do.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use serde::Serialize;

use crate::http;

/// What a command gives back.
pub(super) type Outcome = Result<(), Failure>;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(in crate::cli) enum Failure {
    /// It was used rightly, and failed: exit status 1.
    Failed(String),
    /// It was used wrongly: exit status 2.
    Usage(String),
    /// It said all there was to say on stdout: exit status 1.
    #[cfg_attr(not(feature = "box"), expect(dead_code, reason = "no command of the desk does so"))]
    Reported,
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

impl Failure {
    pub(in crate::cli) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Failed(_) | Self::Reported => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
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

/// Prints a value as JSON, in which what could drive a terminal is escaped as JSON does it.
pub(in crate::cli) fn json(value: &impl Serialize) -> Result<(), Failure> {
    line(&json_escaped(&serde_json::to_string_pretty(value)?))
}

/// A number and its noun: `1 message`, `2 messages`.
pub(in crate::cli) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

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

/// Prints an error as one line on stderr.
pub(in crate::cli) fn error(failure: &Failure) {
    let (Failure::Failed(text) | Failure::Usage(text)) = failure else { return };
    // A file's name may be in it.
    let one_line = visible(&text.split_whitespace().collect::<Vec<_>>().join(" "), false);
    // With stderr closed there is nobody to tell; the exit status still says it.
    let _ = writeln!(io::stderr(), "candour: {one_line}");
}

/// A text with every sign that could drive a terminal or hide what is there written out as `\u{..}`.
pub(in crate::cli) fn visible(text: &str, lines: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if (c == '\n' && lines) || !is_active(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_unicode());
        }
    }
    shown
}

/// The same for JSON, where such a sign can only stand inside a string.
fn json_escaped(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_active(c) {
            shown.push(c);
        } else {
            shown.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    shown
}

/// On a terminal a tab and a line break too move what stands around them.
fn is_active(c: char) -> bool {
    matches!(c, '\t' | '\n') || http::is_active(c)
}

fn unwritable(error: &io::Error) -> Failure {
    Failure::Failed(format!("can't write to standard output: {error}; check where it goes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_drives_a_terminal_is_written_out() {
        for (text, shown) in [
            ("née\n\u{1f469}\u{200d}\u{2695}\u{fe0f}", "née\n\u{1f469}\u{200d}\u{2695}\u{fe0f}"),
            ("\u{1b}[2J\u{7}\u{8}", "\\u{1b}[2J\\u{7}\\u{8}"),
            ("a\u{9b}31m\u{7f}\tb\rc", "a\\u{9b}31m\\u{7f}\\u{9}b\\u{d}c"),
            ("x\u{202e}gpj.exe", "x\\u{202e}gpj.exe"),
            ("\u{2066}\u{2069}\u{200e}\u{200f}", "\\u{2066}\\u{2069}\\u{200e}\\u{200f}"),
        ] {
            assert_eq!(visible(text, true), shown);
        }
        assert_eq!(visible("a\nb", false), "a\\u{a}b");
    }

    #[test]
    fn json_reads_the_same_and_drives_no_terminal() {
        for text in
            ["a\u{9b}31m\u{7f}\tb\r\n", "x\u{202e}gpj.exe \u{feff} \u{e0041}", "née \u{1f469}\u{200d}\u{2695} \\ \""]
        {
            let json = json_escaped(&serde_json::to_string(text).unwrap());
            assert!(!json.chars().any(is_active), "{json}");
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
