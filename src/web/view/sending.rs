use std::fmt;

use askama::filters::HtmlSafe;

use crate::domain::limits::MIB;

/// Bits a second of a slow line: a phone with little reception, or a slow Tor circuit.
const SLOW_LINE: u64 = 400_000;

/// How long as much as may be sent takes on a slow line, rounded up so that nobody waits longer than was said.
#[derive(Clone, Copy)]
pub(super) struct SendingTime {
    minutes: u64,
}

impl SendingTime {
    /// For that many mebibytes.
    pub(super) const fn of_mib(mib: u64) -> Self {
        let seconds = (mib * MIB as u64 * 8).div_ceil(SLOW_LINE);
        Self { minutes: seconds.div_ceil(60) }
    }
}

impl fmt::Display for SendingTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let halves = self.minutes.div_ceil(30);
        match (self.minutes, halves) {
            (0..=1, _) => f.write_str("a minute"),
            (minutes @ 2..=30, _) => write!(f, "{minutes} minutes"),
            (_, 2) => f.write_str("an hour"),
            (_, 3) => f.write_str("an hour and a half"),
            (_, halves) if halves.is_multiple_of(2) => write!(f, "{} hours", halves / 2),
            (_, halves) => write!(f, "{} and a half hours", halves / 2),
        }
    }
}

// Digits and the words above.
impl HtmlSafe for SendingTime {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_words_and_never_too_short() {
        for (mib, words) in [
            (1, "a minute"),
            (10, "4 minutes"),
            (100, "an hour"),
            (250, "an hour and a half"),
            (300, "2 hours"),
            (400, "2 and a half hours"),
            (4096, "24 hours"),
        ] {
            assert_eq!(SendingTime::of_mib(mib).to_string(), words, "{mib}");
        }
    }
}
