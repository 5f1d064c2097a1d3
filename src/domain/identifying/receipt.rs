//! A receipt code typed into a text: known by its check, however its holder wrote it down.

use std::ops::Range;

use super::super::receipt_code::{CodeSymbols, is_separator, symbol};

/// Real digits that 24 symbols in groups of different sizes have at least. A code has more, and a row of words has
/// fewer.
const DIGITS: usize = 3;

/// Symbols without a separator between them.
struct Group {
    range: Range<usize>,
    symbols: usize,
    digits: usize,
    /// Whether nothing but separators stands between it and the group before.
    follows: bool,
}

/// Where receipt codes stand, in order and without overlaps.
pub(super) fn codes(text: &str) -> Vec<Range<usize>> {
    let groups = groups(text);
    let mut found = Vec::new();
    let mut from = 0;
    while from < groups.len() {
        let code = groups_of_a_code(&groups[from..]).filter(|candidate| {
            let range = candidate[0].range.start..candidate[candidate.len() - 1].range.end;
            // A row of noughts fits the check as well.
            CodeSymbols::parse(&text[range]).is_ok_and(|code| code.values().iter().any(|value| *value != 0))
        });
        if let Some(code) = code {
            found.push(code[0].range.start..code[code.len() - 1].range.end);
            from += code.len();
        } else {
            from += 1;
        }
    }
    found
}

/// The first groups, if they are as many symbols as a code has, and look as if they belonged together: groups of one
/// size with a shorter one at the end, or with digits among them.
fn groups_of_a_code(groups: &[Group]) -> Option<&[Group]> {
    let mut symbols = 0;
    for (place, group) in groups.iter().enumerate() {
        if place > 0 && !group.follows {
            return None;
        }
        symbols += group.symbols;
        if symbols >= CodeSymbols::COUNT {
            let (code, size) = (&groups[..=place], groups[0].symbols);
            let is_even = group.symbols <= size && code[..place].iter().all(|group| group.symbols == size);
            let has_digits = code.iter().map(|group| group.digits).sum::<usize>() >= DIGITS;
            return (symbols == CodeSymbols::COUNT && (is_even || has_digits)).then_some(code);
        }
    }
    None
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut follows = false;
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        if is_separator(c) {
            continue;
        }
        if !c.is_alphanumeric() {
            follows = false;
            continue;
        }
        let mut group = Group { range: start..start, symbols: 0, digits: 0, follows };
        let mut is_group = true;
        let mut next = Some((start, c));
        while let Some((at, c)) = next {
            is_group &= symbol(c).is_some();
            group.symbols += 1;
            group.digits += usize::from(c.is_ascii_digit());
            group.range.end = at + c.len_utf8();
            next = rest.next_if(|(_, c)| c.is_alphanumeric());
        }
        if is_group {
            groups.push(group);
        }
        follows = is_group;
    }
    groups
}
