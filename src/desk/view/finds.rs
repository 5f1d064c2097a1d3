//! What in a text to a person may show who spoke.

use std::ops::Range;

use crate::{desk::letter_checks::FindKind, domain::escape_invisible};

/// Something in a text that a reviewer has to look at again: the paragraph, with what it is about marked.
pub(super) struct Find {
    pub(super) what: Vec<&'static str>,
    pub(super) parts: Vec<TextRun>,
}

/// A part of a text, marked if it may show who someone is.
pub(super) struct TextRun {
    pub(super) text: String,
    pub(super) marked: bool,
}

/// Every paragraph with something that may show who spoke, by what was found in the text in order.
pub(super) fn finds(text: &str, found: &[(Range<usize>, FindKind)]) -> Vec<Find> {
    let spans: Vec<(Range<usize>, &'static str)> =
        found.iter().map(|(range, kind)| (range.clone(), kind.noun())).collect();
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let whole = start..start + line.trim_end_matches('\n').len();
        start += line.len();
        whole
    });
    lines.filter_map(|line| find(text, line, &spans)).collect()
}

/// One paragraph, if there is anything in it.
fn find(text: &str, line: Range<usize>, spans: &[(Range<usize>, &'static str)]) -> Option<Find> {
    let (mut what, mut parts, mut place) = (Vec::new(), Vec::new(), line.start);
    let mut push = |range: Range<usize>, marked| {
        if !range.is_empty() {
            parts.push(TextRun { text: escape_invisible(&text[range]), marked });
        }
    };
    for (range, label) in spans {
        let (start, end) = (range.start.max(place), range.end.min(line.end));
        if range.start < line.end && line.start < range.end && !what.contains(label) {
            what.push(*label);
        }
        // What two finds share is marked once.
        if start < end {
            push(place..start, false);
            push(start..end, true);
            place = end;
        }
    }
    push(place..line.end, false);
    if escape_invisible(&text[line.clone()]) != text[line] {
        what.push(FindKind::Unseen.noun());
    }
    (!what.is_empty()).then_some(Find { what, parts })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::letter_checks::letter_finds;

    const COPIED: &str = FindKind::Copied.noun();
    const UNSEEN: &str = FindKind::Unseen.noun();

    fn found(text: &str, theirs: &[&str]) -> Vec<(Vec<&'static str>, String)> {
        let shown = |part: &TextRun| if part.marked { format!("<{}>", part.text) } else { part.text.clone() };
        finds(text, &letter_finds(text, theirs, &[]))
            .iter()
            .map(|find| (find.what.clone(), find.parts.iter().map(shown).collect()))
            .collect()
    }

    #[test]
    fn what_may_show_who_spoke_is_marked_in_its_paragraph() {
        let theirs = ["The rota was changed after the fact, by me."];
        assert!(found("Nothing.\n\nAt all.", &theirs).is_empty());
        assert_eq!(
            found("First.\nWe saw the rota was\nchanged after the fact, and 943 476 5919.\nLast é.", &theirs),
            [
                (vec![COPIED], "We saw <the rota was>".to_owned()),
                (vec![COPIED, "an NHS number"], "<changed after the fact>, and <943 476 5919>.".to_owned()),
            ]
        );
        assert_eq!(found("We\u{202e} saw.", &theirs), [(vec![UNSEEN], "We⟨U+202E⟩ saw.".to_owned())]);
        // One find inside another.
        let theirs = ["please call the number 01632 960 001 after six"];
        assert_eq!(
            found("call the number 01632 960 001 after six", &theirs),
            [(vec![COPIED, "a telephone number"], "<call the number 01632 960 001 after six>".to_owned())]
        );
    }
}
