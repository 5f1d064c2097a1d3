use std::fmt;

use askama::filters::HtmlSafe;

use crate::domain::Date;

/// A date as pages show it: `<time datetime="2026-11-22">22 November 2026</time>`.
#[derive(Clone, Copy)]
pub struct Day(pub Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<time datetime=\"{}\">{}</time>", self.0, self.in_words())
    }
}

impl Day {
    /// The same in plain text: `22 November 2026`.
    #[must_use]
    pub fn in_words(self) -> String {
        self.0.strftime("%-d %B %Y").to_string()
    }
}

// A date is digits, a month's name and the tags above; nothing in it comes from outside.
impl HtmlSafe for Day {}

/// Days from one to another, both included, as a sentence names them: “from 24 November 2026 to 27 November 2026”, or “on
/// 27 November 2026” if they are one.
#[derive(Clone, Copy)]
pub struct Days {
    /// The first.
    pub from: Day,
    /// The last.
    pub to: Day,
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.named(|day| day.to_string()))
    }
}

impl Days {
    /// The same in plain text.
    #[must_use]
    pub fn in_words(self) -> String {
        self.named(Day::in_words)
    }

    fn named(self, name: impl Fn(Day) -> String) -> String {
        let Self { from, to } = self;
        if from.0 == to.0 { format!("on {}", name(to)) } else { format!("from {} to {}", name(from), name(to)) }
    }
}

impl HtmlSafe for Days {}

/// What has one name together, in the order in which each name first comes: a list of terms names each once.
pub fn by_name<T>(all: impl IntoIterator<Item = T>, name: impl Fn(&T) -> &'static str) -> Vec<(&'static str, Vec<T>)> {
    let mut groups: Vec<(&'static str, Vec<T>)> = Vec::new();
    for one in all {
        let name = name(&one);
        match groups.iter_mut().find(|(of, _)| *of == name) {
            Some((_, group)) => group.push(one),
            None => groups.push((name, vec![one])),
        }
    }
    groups
}

/// The size of a file as pages show it.
#[must_use]
pub fn bytes_in_words(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => format!("{} KB", bytes.div_ceil(1_024)),
        _ => format!("{} MB", bytes.div_ceil(1_048_576)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_rounded_up() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1_023, "1023 bytes"),
            (1_025, "2 KB"),
            (1_048_576, "1 MB"),
            (1_048_577, "2 MB"),
        ] {
            assert_eq!(bytes_in_words(bytes), words);
        }
    }

    #[test]
    fn what_has_one_name_stands_together() {
        let all = [("b", 1), ("a", 2), ("b", 3)];
        assert_eq!(by_name(all, |one| one.0), [("b", vec![("b", 1), ("b", 3)]), ("a", vec![("a", 2)])]);
    }

    #[test]
    fn a_date_is_shown_as_the_nhs_writes_it() {
        assert_eq!(
            Day(Date::constant(2026, 11, 22)).to_string(),
            "<time datetime=\"2026-11-22\">22 November 2026</time>"
        );
        assert_eq!(Day(Date::constant(2027, 1, 6)).to_string(), "<time datetime=\"2027-01-06\">6 January 2027</time>");
    }

    #[test]
    fn days_are_named_once_if_they_are_one() {
        let [from, to] = [22, 24].map(|day| Day(Date::constant(2026, 11, day)));
        assert_eq!(Days { from, to }.to_string(), format!("from {from} to {to}"));
        assert_eq!(Days { from, to: from }.to_string(), format!("on {from}"));
        assert_eq!(Days { from, to }.in_words(), "from 22 November 2026 to 24 November 2026");
    }
}
