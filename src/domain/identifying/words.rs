//! A text as words, for rules that look at several in a row.

use std::ops::Range;

/// A word and where it stands.
pub(super) struct Word<'a> {
    /// As it was written.
    pub(super) text: &'a str,
    /// In lower case, with straight apostrophes.
    pub(super) lower: String,
    /// Its bytes in the text.
    pub(super) range: Range<usize>,
    /// Whether nothing but white space stands between it and the word before: no mark that ends a thought, and no empty
    /// line.
    pub(super) follows: bool,
}

/// White space between two words of one phrase, in bytes at most.
const GAP_BYTES: usize = 4;

/// Every word of a text. What is inside one belongs to it: `ward-led`, `doctor’s`, `A&E`.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        if !c.is_alphanumeric() {
            continue;
        }
        let mut end = start + c.len_utf8();
        while let Some((at, c)) = rest.peek().copied() {
            let goes_on = c.is_alphanumeric()
                || (matches!(c, '-' | '\'' | '\u{2019}' | '&')
                    && text[at + c.len_utf8()..].chars().next().is_some_and(char::is_alphanumeric));
            if !goes_on {
                break;
            }
            end = at + c.len_utf8();
            rest.next();
        }
        let follows = words.last().is_some_and(|before| {
            let gap = &text[before.range.end..start];
            gap.len() <= GAP_BYTES && gap.chars().all(char::is_whitespace) && gap.matches('\n').count() < 2
        });
        let written = &text[start..end];
        let lower = written.to_lowercase().replace('\u{2019}', "'");
        words.push(Word { text: written, lower, range: start..end, follows });
    }
    words
}
