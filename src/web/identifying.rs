//! What may show who someone is, found where it stands in a text. The person is told and decides; nothing is changed or kept.

use std::ops::Range;

const EMAIL: &str = "an e-mail address";
const NHS_NUMBER: &str = "an NHS number";
const TELEPHONE: &str = "a telephone number";
const INSURANCE: &str = "a National Insurance number";
const REGISTRATION: &str = "a professional registration number";
const BIRTH: &str = "a date, which may be a date of birth";

/// Digits of an NHS number, the last of which is a check (modulus 11).
const NHS_DIGITS: usize = 10;
/// Letters that begin a registration number of the Health and Care Professions Council.
const HCPC: &[&str] = &["AS", "BS", "CH", "CS", "DT", "HAD", "OR", "OT", "ODP", "PA", "PH", "PO", "PYL", "RA", "SL"];
/// Months as people write them: the first three letters are enough.
const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Each place in order, none overlapping, and what it looks like.
pub(super) fn find(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let begins_word = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let hit = if begins_word { look(&bytes[at..]) } else { None };
        match hit {
            Some((length, what)) => {
                found.push((at..at + length, what));
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// What stands at the beginning of `rest`, and its length. Every match is of ASCII bytes alone, so it can be cut out.
fn look(rest: &[u8]) -> Option<(usize, &'static str)> {
    if !rest.first().is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'+') {
        return None;
    }
    email(rest).or_else(|| insurance(rest)).or_else(|| registration(rest)).or_else(|| date(rest)).or_else(|| number(rest))
}

fn email(rest: &[u8]) -> Option<(usize, &'static str)> {
    let local = count(rest, |b| b.is_ascii_alphanumeric() || b"._%+-".contains(&b));
    let host = rest.get(local..)?.strip_prefix(b"@")?;
    let length = count(host, |b| b.is_ascii_alphanumeric() || b".-".contains(&b));
    let host = host[..length].trim_ascii_end();
    let trimmed = host.len() - host.iter().rev().take_while(|b| matches!(b, b'.' | b'-')).count();
    host[..trimmed].contains(&b'.').then_some((local + 1 + trimmed, EMAIL))
}

/// Two letters, six digits and a letter from A to D, with or without spaces.
fn insurance(rest: &[u8]) -> Option<(usize, &'static str)> {
    let (shape, length) = without_spaces(rest, 9)?;
    let fits = shape[..2].iter().all(u8::is_ascii_alphabetic) && shape[2..8].iter().all(u8::is_ascii_digit) && matches!(shape[8].to_ascii_uppercase(), b'A'..=b'D');
    (fits && ends_word(rest, length)).then_some((length, INSURANCE))
}

/// Of the Nursing and Midwifery Council (`12A3456B`), the General Medical Council (seven digits) or the Health and Care
/// Professions Council (letters of the profession and five or six digits).
fn registration(rest: &[u8]) -> Option<(usize, &'static str)> {
    let length = count(rest, |b| b.is_ascii_alphanumeric());
    let word = &rest[..length];
    let letters = count(word, |b| b.is_ascii_alphabetic());
    let nursing = length == 8
        && word.iter().enumerate().all(|(place, b)| if matches!(place, 2 | 7) { b.is_ascii_alphabetic() } else { b.is_ascii_digit() });
    let medical = length == 7 && word.iter().all(u8::is_ascii_digit);
    let health = HCPC.iter().any(|prefix| word[..letters].eq_ignore_ascii_case(prefix.as_bytes()))
        && (5..=6).contains(&(length - letters))
        && word[letters..].iter().all(u8::is_ascii_digit);
    (nursing || medical || health).then_some((length, REGISTRATION))
}

/// A day, a month in digits or letters, and a year of four digits from 1900 on.
fn date(rest: &[u8]) -> Option<(usize, &'static str)> {
    let mut at = count(rest, |b| b.is_ascii_digit());
    if !(1..=2).contains(&at) {
        return None;
    }
    at += count(&rest[at..], |b| b.is_ascii_alphabetic()).min(2) * usize::from(matches!(rest.get(at), Some(b's' | b'n' | b'r' | b't')));
    at += separator(&rest[at..])?;
    let month = count(&rest[at..], |b| b.is_ascii_alphanumeric());
    let word = String::from_utf8_lossy(&rest[at..at + month]).to_ascii_lowercase();
    let in_digits = word.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month)) && month <= 2;
    if !in_digits && !MONTHS.iter().any(|name| word.starts_with(name)) {
        return None;
    }
    at += month;
    at += separator(&rest[at..])?;
    let year = rest.get(at..at + 4)?;
    let fits = year.iter().all(u8::is_ascii_digit) && matches!(&year[..2], b"19" | b"20");
    (fits && ends_word(rest, at + 4)).then_some((at + 4, BIRTH))
}

/// Digits with single spaces, dashes or brackets between: an NHS number if its check fits, else a telephone number if it
/// begins like one.
fn number(rest: &[u8]) -> Option<(usize, &'static str)> {
    let plus = usize::from(rest.first() == Some(&b'+'));
    let (mut digits, mut length, mut at) = (Vec::new(), 0, plus);
    while let Some(b) = rest.get(at) {
        if b.is_ascii_digit() {
            digits.push(b - b'0');
            length = at + 1;
        } else if !b" -()".contains(b) || at > length {
            break;
        }
        at += 1;
    }
    if !ends_word(rest, length) {
        return None;
    }
    if plus == 0 && is_nhs_number(&digits) {
        return Some((length, NHS_NUMBER));
    }
    let begins = if plus == 1 { digits.first() != Some(&0) } else { digits.starts_with(&[0]) };
    let longest = if plus == 1 { 15 } else { 11 };
    (begins && (10..=longest).contains(&digits.len())).then_some((length, TELEPHONE))
}

/// The NHS Data Dictionary's modulus 11 check over the first nine digits, weighted 10 to 2.
fn is_nhs_number(digits: &[u8]) -> bool {
    if digits.len() != NHS_DIGITS {
        return false;
    }
    let sum: usize = digits.iter().zip((2..=NHS_DIGITS).rev()).map(|(digit, weight)| usize::from(*digit) * weight).sum();
    (11 - sum % 11) % 11 == usize::from(digits[NHS_DIGITS - 1])
}

fn count(bytes: &[u8], fits: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|b| fits(**b)).count()
}

fn separator(rest: &[u8]) -> Option<usize> {
    let length = count(rest, |b| b" /.-,".contains(&b));
    (1..=2).contains(&length).then_some(length)
}

fn ends_word(rest: &[u8], length: usize) -> bool {
    length > 0 && !rest.get(length).is_some_and(u8::is_ascii_alphanumeric)
}

/// The first `wanted` letters and digits, single spaces left out, and how far they reach.
fn without_spaces(rest: &[u8], wanted: usize) -> Option<(Vec<u8>, usize)> {
    let mut shape = Vec::with_capacity(wanted);
    for (at, b) in rest.iter().enumerate() {
        if b.is_ascii_alphanumeric() {
            shape.push(*b);
        } else if *b != b' ' || rest.get(at + 1) == Some(&b' ') {
            return None;
        }
        if shape.len() == wanted {
            return Some((shape, at + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_what_it_should_and_exactly_that() {
        for (text, part, what) in [
            ("Write to jo.bloggs@nhs.net.", "jo.bloggs@nhs.net", EMAIL),
            ("Patient 943 476 5919 was", "943 476 5919", NHS_NUMBER),
            ("(9434765919)", "9434765919", NHS_NUMBER),
            ("Call 020 7946 0018 now", "020 7946 0018", TELEPHONE),
            ("or +44 7700 900123", "+44 7700 900123", TELEPHONE),
            ("NI QQ 12 34 56 C, ward", "QQ 12 34 56 C", INSURANCE),
            ("her PIN 93I1234E is", "93I1234E", REGISTRATION),
            ("GMC 1234567", "1234567", REGISTRATION),
            ("HCPC PA12345", "PA12345", REGISTRATION),
            ("born 3/11/1962", "3/11/1962", BIRTH),
            ("born on 3rd November 1962 é", "3rd November 1962", BIRTH),
        ] {
            let found = find(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!((&text[found[0].0.clone()], found[0].1), (part, what), "{text}");
        }
    }

    #[test]
    fn leaves_ordinary_words_and_numbers_alone() {
        for text in ["", "Ward 12 had 3 nurses for 28 beds in 2026.", "It cost £1,250,000", "in March 2026", "943 476 5918", "a@b", "at 10.30 on 3 of 5 days", "Überstunden – ½"] {
            assert_eq!(find(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn ranges_are_in_order_and_can_be_cut_out(text in "[0-9a-zé@ ./+-]{0,60}") {
            let mut end = 0;
            for (range, _) in find(&text) {
                prop_assert!(range.start >= end && range.end > range.start);
                prop_assert!(text.get(range.clone()).is_some());
                end = range.end;
            }
        }
    }
}
