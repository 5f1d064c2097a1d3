use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::limits::BYTES_PER_CHARACTER;

/// Something that a person typed. Wiped when dropped; has no `Debug` and no `Display`, so that it can't reach a log or
/// an error by accident.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// Takes what was typed, with every line break as one `\n` and no white space at either end.
    #[must_use]
    pub fn typed(raw: &str) -> Self {
        let mut unified = String::with_capacity(raw.len());
        let mut rest = raw.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '\r' => {
                    if rest.peek() == Some(&'\n') {
                        rest.next();
                    }
                    unified.push('\n');
                }
                c => unified.push(c),
            }
        }
        let trimmed = Self(unified.trim().to_owned());
        unified.zeroize();
        trimmed
    }

    /// As it came, for a file's name or media type.
    #[must_use]
    pub fn verbatim(raw: &str) -> Self {
        Self(raw.to_owned())
    }

    /// The text itself, for sealing or for showing to whoever may read it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is longer than so many characters as a person counts, or has more bytes than so many may take: under
    /// one letter there is room for a flood of combining marks. The one way to ask; a text is bounded in both or in
    /// neither.
    #[must_use]
    pub fn is_longer_than(&self, characters: usize) -> bool {
        self.0.len() > characters * BYTES_PER_CHARACTER || self.characters() > characters
    }

    /// Its length as a person counts: what they see as one character counts as one (UAX #29), and so does a line break.
    #[must_use]
    pub(super) fn characters(&self) -> usize {
        self.0.graphemes(true).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_a_person_does() {
        for (typed, count) in
            [("", 0), ("  \r\n ", 0), ("a\r\nb", 3), ("a\rb\nc", 5), ("née", 3), ("👩‍⚕️", 1), ("e\u{301}", 1)]
        {
            assert_eq!(Text::typed(typed).characters(), count, "{typed:?}");
        }
    }

    #[test]
    fn is_bounded_in_characters_and_in_bytes() {
        let marks = |count: usize| Text::typed(&format!("ab{}", "\u{301}".repeat(count)));
        for (text, is_longer) in [
            (Text::typed(""), false),
            (Text::typed("👩‍⚕️"), false),
            (Text::typed("abcd"), false),
            (Text::typed("abcde"), true),
            (marks(15), false),
            (marks(16), true),
        ] {
            assert_eq!(text.is_longer_than(4), is_longer, "{}", text.as_str());
        }
        assert!(!Text::typed("").is_longer_than(0));
    }

    #[test]
    fn keeps_what_is_inside() {
        assert_eq!(Text::typed(" one\r\n\r\n two ").as_str(), "one\n\n two");
    }
}
