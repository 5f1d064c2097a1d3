//! Words that may fit only a few people: that someone is the only one of their kind, that the writer is the holder of a
//! post, a post together with its ward.

use std::ops::Range;

use super::{
    vocabulary::{
        ARTICLES, BEFORE_POSTS, KNOWN_PLACES, LEADING, NEVER_BETWEEN, NO_NAME, NOT_AFTER, NUMBERS, ONLY, PLACES, POSTS,
        POSTS_OF, ROLE_ENDINGS, ROLES, WHERE, WHOSE,
    },
    words::{Word, words},
};

/// Words that may stand between “the only” and what someone is: “the only band 6 vascular nurse”.
const BETWEEN: usize = 3;

/// Bytes of a ward's number or letter: `7`, `3B`, `E12`.
const NUMBER_BYTES: usize = 4;

/// Where such words stand, in order and without overlaps.
pub(super) fn phrases(text: &str) -> Vec<Range<usize>> {
    let words = words(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    while from < words.len() {
        let phrase = Phrase { words: &words, from };
        // The longest that begins here, so that a place is marked with its post.
        let to = [phrase.only_one(), phrase.i_am(), phrase.post_with_place(), phrase.place_with_post()];
        match to.into_iter().flatten().max() {
            Some(to) => {
                found.push(words[from].range.start..words[to].range.end);
                from = to + 1;
            }
            None => from += 1,
        }
    }
    found
}

/// Words from one on.
#[derive(Clone, Copy)]
struct Phrase<'a> {
    words: &'a [Word<'a>],
    from: usize,
}

impl Phrase<'_> {
    /// “the only consultant”, “our one pharmacist”: where it ends.
    fn only_one(self) -> Option<usize> {
        if !(self.is(0, WHOSE) && self.is(1, ONLY) || self.are(&["a", "sole"])) {
            return None;
        }
        for at in 2..=2 + BETWEEN {
            if self.is_role(at) && !self.is(at + 1, NOT_AFTER) {
                return self.with_place(at).or(Some(self.from + at));
            }
            if self.word(at).is_none() || self.is(at, NEVER_BETWEEN) {
                return None;
            }
        }
        None
    }

    /// “I am the ward manager”, “I’m the only one”, “in my role as matron”: where it ends.
    fn i_am(self) -> Option<usize> {
        let after = if self.are(&["i", "am"]) || self.are(&["i", "was"]) {
            2
        } else if self.are(&["i'm"]) {
            1
        } else if self.are(&["i", "work", "as"])
            || self.are(&["i", "worked", "as"])
            || ["role", "post", "job", "position"].iter().any(|post| self.are(&["my", post, "as"]))
        {
            3
        } else {
            return None;
        };
        let the = usize::from(self.is(after, &["the", "their", "our"]));
        if the == 1 && self.is(after + 1, &["only", "sole"]) {
            let one = self.word(after + 2).map_or(after + 1, |_| after + 2);
            let role = Self { from: self.from + after, ..self }.only_one();
            return role.or(Some(self.from + one));
        }
        let first = after + the;
        for at in first..=first + BETWEEN {
            // A post needs no article before it; what many are needs one.
            if (the == 1 && self.is_role(at)) || self.is_post(at, first) {
                return self.with_place(at).or(Some(self.from + at));
            }
            if self.word(at).is_none() || self.is(at, NEVER_BETWEEN) {
                return None;
            }
        }
        None
    }

    /// “the sister on ward 7”, “lead pharmacist at the Northgate unit”: where it ends.
    fn post_with_place(self) -> Option<usize> {
        let first = usize::from(self.is(0, &["the", "our"]));
        // Without an article it has to begin as posts do; a sister after “my” is a relative.
        let begins = [POSTS, LEADING, BEFORE_POSTS, &["director"]].iter().any(|any| self.is(first, any));
        if first == 0 && (!begins || (self.is(0, &["sister"]) && self.is_a_relative())) {
            return None;
        }
        let name = (first..=first + BETWEEN).take_while(|at| *at == first || self.goes_on(*at));
        name.filter(|at| self.is_post(*at, first)).find_map(|at| self.with_place(at))
    }

    /// “ward 7 sister”: where it ends.
    fn place_with_post(self) -> Option<usize> {
        let number = self.word(1).filter(|_| self.is(0, &["ward", "unit"]))?;
        let bare = number.text.strip_suffix("'s").or(number.text.strip_suffix("’s")).unwrap_or(number.text);
        (is_number(bare) && self.is_post(2, 2) && !self.is(3, NOT_AFTER)).then_some(self.from + 2)
    }

    /// Where a place ends that follows the word at that place.
    fn with_place(self, at: usize) -> Option<usize> {
        if !self.is(at + 1, WHERE) {
            return None;
        }
        let at = at + 2 + usize::from(self.is(at + 2, ARTICLES));
        let word = self.word(at)?;
        if KNOWN_PLACES.contains(&word.lower.as_str()) {
            return Some(self.from + at);
        }
        if PLACES.contains(&word.lower.as_str()) {
            return self.word(at + 1).filter(|word| is_number(word.text)).map(|_| self.from + at + 1);
        }
        // A name of up to three words, “St Mary’s hospital”.
        for more in 0..BETWEEN {
            if self.is(at + more, NO_NAME) || self.is(at + more, WHERE) || self.is(at + more, ARTICLES) {
                return None;
            }
            if self.is(at + more + 1, PLACES) {
                return Some(self.from + at + more + 1);
            }
        }
        None
    }

    fn word(&self, at: usize) -> Option<&Word<'_>> {
        // A word counts only if nothing parts it from the first one.
        let index = self.from + at;
        self.words.get(index).filter(|word| at == 0 || (word.follows && self.word_follows(at - 1)))
    }

    fn word_follows(&self, at: usize) -> bool {
        (1..=at).all(|at| self.words.get(self.from + at).is_some_and(|word| word.follows))
    }

    fn is(self, at: usize, any: &[&str]) -> bool {
        self.word(at).is_some_and(|word| any.contains(&word.lower.as_str()))
    }

    fn are(self, all: &[&str]) -> bool {
        all.iter().enumerate().all(|(at, wanted)| self.is(at, &[wanted]))
    }

    fn is_role(self, at: usize) -> bool {
        self.word(at).is_some_and(|word| {
            ROLES.contains(&word.lower.as_str()) || ROLE_ENDINGS.iter().any(|ending| word.lower.ends_with(ending))
        })
    }

    /// Whether the word ends a post that begins not before `first`: “matron”, “charge nurse”, “head of pharmacy”.
    fn is_post(self, at: usize, first: usize) -> bool {
        let is_led = at > first && self.is_role(at) && (first..at).any(|before| self.is(before, LEADING));
        let is_lead = at > first && self.is(at, &["lead"]);
        let says_of_what = self.is(at + 1, &["of", "for"]);
        (self.is(at, POSTS) && (says_of_what || !self.is(at, POSTS_OF)))
            || self.is(at, &["director"])
            || is_led
            || is_lead
    }

    /// Whether the word can belong to the name of a post.
    fn goes_on(self, at: usize) -> bool {
        self.word(at).is_some() && !self.is(at, NEVER_BETWEEN) && !self.is(at, WHERE)
    }

    /// Whether the word before says whose sister is meant, or that there are several.
    fn is_a_relative(self) -> bool {
        let before = self.from.checked_sub(1).and_then(|before| self.words.get(before));
        before.is_some_and(|before| {
            ["my", "his", "her", "their", "your", "a"].contains(&before.lower.as_str()) || before.lower.ends_with("'s")
        })
    }
}

/// `7`, `3B`, `seven`, a single letter, or a name that is written with a capital.
fn is_number(word: &str) -> bool {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    (has_digit && word.len() <= NUMBER_BYTES)
        || NUMBERS.contains(&word.to_lowercase().as_str())
        || (word != "I" && word.chars().next().is_some_and(char::is_uppercase))
}
