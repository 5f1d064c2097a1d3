use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

/// Words in a row that are taken for a copy.
const RUN: usize = 5;

/// Where a notice has five or more words in a row from what the person wrote: their own words could show who spoke.
/// Case, punctuation and white space make no difference. In order, without overlaps, from a first letter to a last.
#[must_use]
pub fn quotes(notice: &str, theirs: &[&str]) -> Vec<Range<usize>> {
    let mut numbers = Numbers::default();
    let mut runs: HashSet<[usize; RUN]> = HashSet::new();
    for text in theirs {
        let words: Vec<usize> = words(text).map(|(_, word)| numbers.of(word)).collect();
        runs.extend(runs_of(&words).map(|(_, run)| run));
    }
    let (places, words): (Vec<Range<usize>>, Vec<usize>) =
        words(notice).map(|(place, word)| (place, numbers.of(word))).unzip();
    let mut found: Vec<Range<usize>> = Vec::new();
    // The first word after the last find.
    let mut next = 0;
    for (first, _) in runs_of(&words).filter(|(_, run)| runs.contains(run)) {
        let (start, end) = (places[first].start, places[first + RUN - 1].end);
        match found.last_mut() {
            Some(last) if first <= next => last.end = end,
            _ => found.push(start..end),
        }
        next = first + RUN;
    }
    found
}

/// Every run of words, with the place of its first.
fn runs_of(words: &[usize]) -> impl Iterator<Item = (usize, [usize; RUN])> {
    words.windows(RUN).enumerate().filter_map(|(first, run)| Some((first, run.try_into().ok()?)))
}

/// A number for each word, so that runs are quick to compare.
#[derive(Default)]
struct Numbers(HashMap<String, usize>);

impl Numbers {
    fn of(&mut self, word: String) -> usize {
        let next = self.0.len();
        *self.0.entry(word).or_insert(next)
    }
}

/// Each word and where it stands: letters and digits, in lower case, without what is inside a word but not heard.
pub(super) fn words(text: &str) -> impl Iterator<Item = (Range<usize>, String)> {
    let mut places = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while places.next_if(|(_, c)| !c.is_alphanumeric()).is_some() {}
        let (start, _) = *places.peek()?;
        let (mut end, mut word) = (start, String::new());
        while let Some((place, c)) = places.next_if(|(_, c)| c.is_alphanumeric() || is_silent(*c)) {
            if c.is_alphanumeric() || is_accent(c) {
                end = place + c.len_utf8();
            }
            word.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
        }
        Some((start..end, word))
    })
}

/// What parts no words: apostrophes, accents, and what is not seen at all.
const fn is_silent(c: char) -> bool {
    is_accent(c) || matches!(c, '\'' | '’' | '‘' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Accents that stand after their letter.
const fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {

    use proptest::prelude::*;

    use super::*;
    use crate::domain::limits::MESSAGE_MAX;

    fn found<'a>(notice: &'a str, theirs: &[&str]) -> Vec<&'a str> {
        quotes(notice, theirs).into_iter().map(|range| &notice[range]).collect()
    }

    #[test]
    fn five_words_in_a_row_are_a_copy_and_four_are_not() {
        let theirs = "The night rota was changed after the fact, and nobody said why.";
        assert_eq!(found("We read that the night rota was changed later.", &[theirs]), ["the night rota was changed"]);
        assert_eq!(found("We read that the night rota was altered.", &[theirs]), <[&str; 0]>::default());
        assert_eq!(found("rota was changed after the", &[theirs]), ["rota was changed after the"]);
        assert_eq!(found(theirs, &[theirs]), [theirs.trim_end_matches('.')]);
    }

    #[test]
    fn case_punctuation_and_white_space_make_no_difference() {
        let theirs = "They don't follow-up: EVER,\r\n\r\n\tnot on ward 7.";
        for copy in [
            "they don’t follow up ever not on ward 7",
            "“They dont follow – up” (ever), not on ward 7",
            "THEY DON\u{200b}'T\u{a0}FOLLOW\u{2003}UP... EVER; NOT ON WARD 7",
            "they don't fol\u{ad}low up ever not on ward 7",
        ] {
            assert_eq!(found(copy, &[theirs]).len(), 1, "{copy}");
            assert!(found(copy, &[theirs])[0].ends_with('7'), "{copy}");
        }
        assert_eq!(
            found("one two three four cafe\u{301}’", &["One, two, three, four: cafe\u{301}"]),
            ["one two three four cafe\u{301}"]
        );
        assert_eq!(found("İstanbul’da ÉTÉ à la CAFÉ, ß", &["i\u{307}stanbulda été à la café ß"]).len(), 1);
    }

    #[test]
    fn a_copy_is_from_one_text_and_each_is_told_once() {
        assert!(quotes("one two three four five six", &["one two three", "four five six"]).is_empty());
        let theirs = ["one two three four five", "six seven eight nine ten", "three four five six seven"];
        let notice = "One two three four five six, seven eight nine ten. But then: one two three four five!";
        assert_eq!(
            found(notice, &theirs),
            ["One two three four five six, seven eight nine ten", "one two three four five"]
        );
        assert!(quotes("", &["a b c d e"]).is_empty());
        assert!(quotes("a b c d e", &[]).is_empty());
        assert!(quotes("’ ' ’ ' ’ '", &["’ ' ’ ' ’ '"]).is_empty());
    }

    #[test]
    fn the_longest_texts_come_to_an_end() {
        let (same, other) = ("a ".repeat(MESSAGE_MAX / 2), "b a ".repeat(MESSAGE_MAX / 4));
        assert_eq!(quotes(&same, &[same.as_str(); 20]).len(), 1);
        assert!(quotes(&same, &[other.as_str(); 20]).is_empty());
    }

    proptest! {
        #[test]
        fn a_copied_run_is_always_found(
            before in "[a-y ]{0,40}",
            run in prop::collection::vec("[a-zA-Z0-9éŠ漢]{1,8}", RUN..20),
            between in prop::collection::vec("[ ,.;:!?–\\n\\t]{1,4}", 20),
            after in "[a-y ]{0,40}",
        ) {
            let theirs = format!("{before} {} {after}", run.join(" "));
            let copy: String = run.iter().zip(&between).flat_map(|(word, gap)| [word.as_str(), gap.as_str()]).collect();
            let notice = format!("z {copy} z");
            let (start, end) = (2, 2 + copy.trim_end_matches(|c: char| !c.is_alphanumeric()).len());
            let found = quotes(&notice, &[&theirs]);
            prop_assert!(found.iter().any(|range| range.start <= start && end <= range.end), "{found:?}");
        }

        #[test]
        fn any_text_at_all_is_taken(
            notice in "(?s).{0,200}",
            theirs in prop::collection::vec("(?s)(.|[a ’\u{301}]){0,60}", 0..4),
        ) {
            let mut theirs: Vec<&str> = theirs.iter().map(String::as_str).collect();
            theirs.push(&notice);
            let mut end = 0;
            for range in quotes(&notice, &theirs) {
                prop_assert!(end <= range.start && range.start < range.end);
                prop_assert!(notice.get(range.clone()).is_some(), "not between characters");
                end = range.end;
            }
        }
    }
}
