//! The words around what a search found, with what was looked for marked.

use zeroize::Zeroizing;

/// Characters that are shown before what was found, and in all.
const BEFORE: usize = 60;
const LENGTH: usize = 200;

/// A piece of a text, in one line.
pub struct Snippet {
    /// Its parts, in order.
    pub parts: Vec<SnippetPart>,
}

/// A part of it.
#[derive(Debug, PartialEq, Eq)]
pub struct SnippetPart {
    /// As it was written.
    pub text: String,
    /// Whether it was looked for.
    pub marked: bool,
}

impl Snippet {
    /// Around the first of some words, which are in small letters.
    pub(super) fn around(text: &str, words: &[String]) -> Self {
        let line = one_line(text);
        // Where each small letter comes from: some capitals have several, or longer ones.
        let mut lower = Zeroizing::new(String::with_capacity(2 * line.len()));
        let mut from = Vec::with_capacity(2 * line.len());
        for (at, c) in line.char_indices() {
            for small in c.to_lowercase() {
                lower.push(small);
                from.resize(lower.len(), (at, at + c.len_utf8()));
            }
        }
        let mut found: Vec<(usize, usize)> = Vec::new();
        for word in words.iter().filter(|word| !word.is_empty()) {
            let places = lower.match_indices(word.as_str());
            found.extend(places.filter_map(|(at, word)| Some((from.get(at)?.0, from.get(at + word.len() - 1)?.1))));
        }
        found.sort_unstable();
        let first = found.first().map_or(0, |(start, _)| *start);
        let start = line[..first].char_indices().rev().take(BEFORE).last().map_or(first, |(at, _)| at);
        let end = line[start..].char_indices().nth(LENGTH).map_or(line.len(), |(at, _)| start + at);
        let mut snippet = Self { parts: Vec::new() };
        if start > 0 {
            snippet.add("…", false);
        }
        let mut at = start;
        for (from, to) in found {
            let (from, to) = (from.max(at), to.min(end));
            if from >= to {
                continue;
            }
            match snippet.parts.last_mut() {
                // What overlaps with the one before is one mark with it.
                Some(before) if before.marked && from == at => before.text.push_str(&line[from..to]),
                _ => {
                    snippet.add(&line[at..from], false);
                    snippet.add(&line[from..to], true);
                }
            }
            at = to;
        }
        snippet.add(&line[at..end.max(at)], false);
        if end < line.len() {
            snippet.add("…", false);
        }
        snippet
    }

    fn add(&mut self, text: &str, marked: bool) {
        if !text.is_empty() {
            self.parts.push(SnippetPart { text: text.to_owned(), marked });
        }
    }
}

fn one_line(text: &str) -> Zeroizing<String> {
    let mut line = Zeroizing::new(String::with_capacity(text.len()));
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let parts = Snippet::around(text, &words).parts.into_iter();
        parts.map(|part| if part.marked { format!("[{}]", part.text) } else { part.text }).collect()
    }

    #[test]
    fn words_are_marked_as_they_were_written() {
        assert_eq!(shown("The  Rota\nwas cut.", &["rota", "cut"]), "The [Rota] was [cut].");
        assert_eq!(shown("rotarota", &["rota", "tar"]), "[rotarota]");
        // A capital whose small letter is longer.
        assert_eq!(shown("İstanbul ward", &["ward"]), "İstanbul [ward]");
        assert_eq!(shown("nothing", &["else"]), "nothing");
        let long = format!("{}the ward {}", "before ".repeat(40), "after ".repeat(60));
        let shown = shown(&long, &["ward"]);
        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.contains("the [ward] after"), "{shown}");
        assert!(shown.chars().count() <= LENGTH + 4, "{shown}");
    }

    proptest! {
        #[test]
        fn nothing_is_said_that_is_not_in_the_text(text in "[a-zA-Z éİß漢👩\n]{0,400}", word in "[a-zéß漢]{1,3}") {
            let snippet = Snippet::around(&text, &[word.to_lowercase()]);
            let all: String = snippet.parts.iter().map(|part| part.text.as_str()).collect();
            let line = one_line(&text);
            prop_assert!(line.contains(all.trim_matches('…')));
        }
    }
}
