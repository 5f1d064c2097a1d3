//! What makes answers equally long, and can't be made short again by whoever carries them.

use std::sync::LazyLock;

use rand::Rng;

use crate::{crypto::os_random, domain::limits::KIB};

/// What the size of every answer is a multiple of, head and body together. A record of TLS holds as much.
const ANSWER_STEP: usize = 16 * KIB;
/// The size of every answer that is not longer: all ordinary ones, so that they can't be told apart by it.
pub const PAGE_MIN: usize = 3 * ANSWER_STEP;

const COMMENT_START: &str = "<!--";
const COMMENT_END: &str = "-->\n";
/// Bytes of a line of filling, with its end.
const LINE: usize = 78;
/// A line that says nothing, without what it is filled with.
const EMPTY_LINE: &str = "#\n";

/// Letters that are drawn once, more than are ever needed at a time: whoever compresses can't make them much shorter.
static DRAWN: LazyLock<Vec<u8>> = LazyLock::new(draw);
const DRAWN_BYTES: usize = 2 * PAGE_MIN;
/// What ends neither a comment nor a line, and is never taken for markup.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// How a text is made longer without saying more.
#[derive(Clone, Copy)]
pub(super) enum Filler {
    /// A comment at the end of a page.
    Comment,
    /// Lines that begin with `#`, as age's recipients files and RFC 9116 have them.
    Lines,
}

impl Filler {
    /// Bytes that it takes at the least.
    pub(super) const fn shortest(self) -> usize {
        match self {
            Self::Comment => COMMENT_START.len() + COMMENT_END.len(),
            Self::Lines => EMPTY_LINE.len(),
        }
    }

    /// Makes a text so many bytes long.
    pub(super) fn fill(self, text: &mut String, size: usize) {
        let missing = size.saturating_sub(text.len());
        let filling = filling(missing);
        text.reserve_exact(missing);
        match self {
            Self::Comment => {
                text.push_str(COMMENT_START);
                text.push_str(&filling[..missing.saturating_sub(self.shortest())]);
                text.push_str(COMMENT_END);
            }
            Self::Lines => {
                let mut rest = missing;
                while rest > 0 {
                    // None is left over that is shorter than a line can be.
                    let line = if rest <= LINE { rest } else { LINE.min(rest - EMPTY_LINE.len()) };
                    text.push('#');
                    text.push_str(&filling[rest - line..rest - EMPTY_LINE.len()]);
                    text.push('\n');
                    rest -= line;
                }
            }
        }
    }
}

/// Bytes of the body of an answer, of which the head takes so many without the line for the body's length, and that needs so
/// many itself: with it both come to the size of every answer.
pub(super) fn fitting(head: usize, needed: usize) -> usize {
    let mut total = PAGE_MIN;
    loop {
        for digits in 1..=usize::MAX.ilog10() as usize {
            let body = total.saturating_sub(head + "content-length: \r\n".len() + digits);
            if body >= needed && body.to_string().len() == digits {
                return body;
            }
        }
        total += ANSWER_STEP;
    }
}

/// So many letters, or more: blanks up to half, chosen anew each time, so that how far a page can be compressed says little of
/// what is on it.
fn filling(length: usize) -> String {
    let mut chosen = [0; 4];
    os_random().fill_bytes(&mut chosen);
    let [from @ .., share] = chosen;
    let blanks = length * usize::from(share) / (2 * usize::from(u8::MAX));
    let from = from.iter().fold(0, |number, byte| number * 256 + usize::from(*byte)) % DRAWN.len();
    let letters = DRAWN.iter().cycle().skip(from).copied();
    std::iter::repeat_n(b' ', blanks).chain(letters).take(length).map(char::from).collect()
}

fn draw() -> Vec<u8> {
    let mut drawn = vec![0; DRAWN_BYTES];
    os_random().fill_bytes(&mut drawn);
    drawn.iter_mut().for_each(|byte| *byte = ALPHABET[usize::from(*byte) % ALPHABET.len()]);
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_body_are_a_whole_size_whatever_the_length() {
        let line = |body: usize| format!("content-length: {body}\r\n").len();
        for (head, needed) in [(0, 0), (1_500, 2), (1_518, 20_000), (2_000, 47_000), (1_500, 99_000), (1_500, 150_000)]
        {
            // Also where a length gets a digit more.
            for needed in needed..needed + 2_000 {
                let body = fitting(head, needed);
                let total = head + line(body) + body;
                assert!(body >= needed && total.is_multiple_of(ANSWER_STEP) && total >= PAGE_MIN, "{head}, {needed}");
                assert!(total == PAGE_MIN || total < head + needed + 2 * ANSWER_STEP, "{head}, {needed}");
            }
        }
    }

    #[test]
    fn a_text_is_filled_to_the_byte_and_says_nothing_more() {
        for missing in (8..1_000).chain([48 * KIB]) {
            let mut page = "<p>\n".to_owned();
            Filler::Comment.fill(&mut page, 4 + missing);
            assert_eq!(page.len(), 4 + missing);
            let comment = page.strip_prefix("<p>\n<!--").and_then(|rest| rest.strip_suffix("-->\n"));
            assert!(comment.is_some_and(|comment| !comment.contains(['-', '<', '>'])), "{page}");
            let mut keys = "age1\n".to_owned();
            Filler::Lines.fill(&mut keys, 5 + missing);
            assert_eq!(keys.len(), 5 + missing);
            let lines: Vec<&str> = keys.strip_suffix('\n').unwrap_or_default().split('\n').skip(1).collect();
            assert!(lines.iter().all(|line| line.starts_with('#') && line.len() < LINE), "{keys}");
        }
    }

    #[test]
    fn half_of_what_fills_is_letters_that_do_not_repeat() {
        let length = 40 * KIB;
        let filling = filling(length);
        let letters = filling.trim_start();
        assert!(filling.len() == length && letters.len() >= length / 2);
        let pieces: std::collections::BTreeSet<&[u8]> = letters.as_bytes().windows(8).collect();
        assert_eq!(pieces.len(), letters.len() - 7);
    }
}
