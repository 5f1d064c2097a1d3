//! What in a text may say who someone is: found so that it can be shown to the person before they send. It is a
//! warning, not a rule; they decide.

use std::{ops::Range, sync::LazyLock};

use regex_lite::Regex;

use super::choice::choices;

choices! {
    /// What may identify someone.
    pub enum Identifying {
        NhsNumber = "nhs-number", "an NHS number";
        Email = "email", "an e-mail address";
        Telephone = "telephone", "a telephone number";
        NationalInsurance = "national-insurance", "a National Insurance number";
        Registration = "registration", "a professional registration number";
        BirthDate = "birth-date", "a date of birth";
    }
}

/// Something that may identify someone, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifyingSpan {
    /// What it looks like.
    pub kind: Identifying,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

impl Identifying {
    /// Everything in a text that may identify someone, in order and without overlaps. Where two kinds fit, the stricter
    /// one is told.
    #[must_use]
    pub fn find(text: &str) -> Vec<IdentifyingSpan> {
        let mut found: Vec<IdentifyingSpan> = Vec::new();
        for rule in RULES.iter() {
            for captures in rule.pattern.captures_iter(text) {
                // Group 1 is what identifies; what stands before it only says what it is.
                let Some(inner) = captures.get(1) else { continue };
                let range = inner.range();
                let free = found.iter().all(|other| range.end <= other.range.start || other.range.end <= range.start);
                if free && stands_alone(text, &range) && (rule.accept)(inner.as_str()) {
                    found.push(IdentifyingSpan { kind: rule.kind, range });
                }
            }
        }
        found.sort_by_key(|span| span.range.start);
        found
    }
}

/// Whether what fits the pattern is such a thing.
type Accept = fn(&str) -> bool;

struct Rule {
    kind: Identifying,
    pattern: Regex,
    accept: Accept,
}

/// From the strictest to the loosest.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let always: Accept = |_| true;
    let rules: [(Identifying, &str, Accept); 9] = [
        (Identifying::Email, r"([A-Za-z0-9][A-Za-z0-9._%+'-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)", always),
        // Letters that HMRC never gives out are left out (National Insurance Manual, NIM39110).
        (
            Identifying::NationalInsurance,
            r"(?i)([ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D])",
            national_insurance,
        ),
        (
            Identifying::BirthDate,
            r"(?i)(?:\bborn(?: on)?|\bd\.?o\.?b\.?|\bdate of birth|\bbirth ?day|\bbirth ?date)[\s:,(is]{0,6}((?:\d{1,2}(?:st|nd|rd|th)?[\s./-]{1,2}(?:of )?(?:\d{1,2}|[a-z]{3,9})[\s./,-]{1,2}\d{2,4})|(?:\d{4}-\d{2}-\d{2})|(?:[a-z]{3,9} \d{1,2}(?:st|nd|rd|th)?,? \d{4}))",
            always,
        ),
        (Identifying::NhsNumber, r"(\d{3}[ -]?\d{3}[ -]?\d{4})", nhs_number),
        // Nursing and Midwifery Council: two digits, a letter, four digits, the country.
        (Identifying::Registration, r"([0-9]{2}[A-La-l][0-9]{4}[EeNnSsWwOo])", always),
        // Health and Care Professions Council: the profession's letters and five or six digits.
        (Identifying::Registration, r"((?:AS|BS|CH|CS|DT|HAD|RA|OT|ODP|OR|PA|PH|PYL|PO|SL)[0-9]{5,6})", always),
        // Councils whose numbers are digits alone are named before them.
        (
            Identifying::Registration,
            r"(?i)\b(?:GMC|GDC|GPhC|GOC|GOsC|GCC|NMC|HCPC)\b(?: ?(?:registration|reg|reference|ref|pin|number|no)\b\.?)*[\s:#.,(is]{0,5}(\d{4,7})",
            always,
        ),
        (Identifying::Telephone, r"((?:\+|00)44[ -]?(?:\(0\))?[ -]?\d(?:[ -]?\d){8,9})", always),
        (Identifying::Telephone, r"(\(?0\d(?:[ -]?\d){1,4}\)?(?:[ -]?\d){5,8})", telephone),
    ];
    rules
        .into_iter()
        // The patterns are constants, and a test compiles them all.
        .map(|(kind, pattern, accept)| Rule {
            kind,
            pattern: Regex::new(pattern).expect("the pattern compiles"),
            accept,
        })
        .collect()
});

/// Whether no letter or digit touches it.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

fn digits(text: &str) -> impl Iterator<Item = u32> {
    text.chars().filter_map(|c| c.to_digit(10))
}

/// Modulus 11, as the NHS Data Model and Dictionary defines it for the NHS NUMBER.
fn nhs_number(text: &str) -> bool {
    let digits: Vec<u32> = digits(text).collect();
    let sum: u32 = digits.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    let check = (11 - sum % 11) % 11;
    let repeated = digits.iter().all(|digit| *digit == digits[0]);
    digits.len() == 10 && check != 10 && check == digits[9] && !repeated
}

fn national_insurance(text: &str) -> bool {
    let prefix = text.get(..2).unwrap_or_default().to_ascii_uppercase();
    !["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"].contains(&prefix.as_str())
}

/// A number as dialled inside the United Kingdom: ten or eleven digits, a second digit that is in use, and not all
/// alike.
fn telephone(text: &str) -> bool {
    let digits: Vec<u32> = digits(text).collect();
    (10..=11).contains(&digits.len())
        && matches!(digits[1], 1 | 2 | 3 | 7 | 8)
        && digits[2..].iter().any(|digit| *digit != digits[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Identifying, &str)> {
        Identifying::find(text).into_iter().map(|span| (span.kind, &text[span.range])).collect()
    }

    #[test]
    fn what_identifies_is_found_where_it_stands() {
        use Identifying::{BirthDate, Email, NationalInsurance, NhsNumber, Registration, Telephone};
        for (text, kind, what) in [
            ("Her NHS number is 943 476 5919.", NhsNumber, "943 476 5919"),
            ("(9434765919)", NhsNumber, "9434765919"),
            ("943-476-5919", NhsNumber, "943-476-5919"),
            ("write to jo.o'hara+x@ward7.nhs.uk, please", Email, "jo.o'hara+x@ward7.nhs.uk"),
            ("call 07700 900123 now", Telephone, "07700 900123"),
            ("020 7946 0018", Telephone, "020 7946 0018"),
            ("(0161) 496 0018", Telephone, "(0161) 496 0018"),
            ("+44 7700 900123", Telephone, "+44 7700 900123"),
            ("+44 (0)20 7946 0018", Telephone, "+44 (0)20 7946 0018"),
            ("01632-960-018", Telephone, "01632-960-018"),
            ("NI: QQ no, AB 12 34 56 C yes", NationalInsurance, "AB 12 34 56 C"),
            ("ab123456d", NationalInsurance, "ab123456d"),
            ("PIN 12A3456E", Registration, "12A3456E"),
            ("his GMC number is 7654321", Registration, "7654321"),
            ("GMC: 7654321", Registration, "7654321"),
            ("GPhC reg. no. 2071234", Registration, "2071234"),
            ("HCPC PH123456", Registration, "PH123456"),
            ("born on 3 May 1961", BirthDate, "3 May 1961"),
            ("DOB: 03/05/1961", BirthDate, "03/05/1961"),
            ("d.o.b 3.5.61", BirthDate, "3.5.61"),
            ("Date of birth 1961-05-03", BirthDate, "1961-05-03"),
            ("birthday is 3rd of May 1961", BirthDate, "3rd of May 1961"),
            ("born May 3rd, 1961", BirthDate, "May 3rd, 1961"),
        ] {
            assert_eq!(kinds(text), [(kind, what)], "{text}");
        }
    }

    #[test]
    fn ordinary_text_raises_no_alarm() {
        for text in [
            "On 12/03/2026 at ward 7 there were 14 patients.",
            "943 476 5918",
            "1111111111",
            "It cost £1,234,567 or 12345678901 pence.",
            "Ref 943476591955 in the log",
            "section 43B of the 1996 Act, clause 12A",
            "room 0123",
            "We waited 18 weeks, 126 days, from 2024-01-03 to 2024-05-08",
            "GMC guidance of 2024 was ignored",
            "GB 12 34 56 C",
            "e-mail me @ward",
            "born leaders were promoted",
            "the 2020/21 accounts, page 345",
            "00000000000",
            // No number begins so; all alike; one digit too few; two too many.
            "0412 345 6789",
            "07777 777777",
            "0161 496 00",
            "0161 496 0018 12",
            "x07700900123y",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn several_are_told_in_order_without_overlap() {
        let found = Identifying::find("jo@example.org, 07700 900123, 943 476 5919 and jo@example.org");
        let kinds: Vec<_> = found.iter().map(|span| span.kind).collect();
        assert_eq!(kinds, [Identifying::Email, Identifying::Telephone, Identifying::NhsNumber, Identifying::Email]);
        assert!(found.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
    }

    #[test]
    fn every_tenth_digit_but_one_is_refused() {
        let valid = (0..10).filter(|last| nhs_number(&format!("943476591{last}"))).collect::<Vec<_>>();
        assert_eq!(valid, [9]);
    }

    #[test]
    fn a_long_text_of_digits_is_read_in_reasonable_time() {
        assert_eq!(Identifying::find(&"0 ".repeat(10_000)), []);
        assert_eq!(Identifying::find(&"a@".repeat(10_000)), []);
    }
}
