//! What in a text may say who someone is, or lead to their report: found so that it can be shown to the person before
//! they send. It is a warning, not a rule; they decide.

mod few_people;
mod receipt;
mod vocabulary;
mod words;

use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

use regex_lite::Regex;

use super::choice::choices;

choices! {
    /// What may identify someone.
    pub enum Identifying {
        ReceiptCode = "receipt-code", "a receipt code";
        NhsNumber = "nhs-number", "an NHS number";
        Email = "email", "an e-mail address";
        Telephone = "telephone", "a telephone number";
        NationalInsurance = "national-insurance", "a National Insurance number";
        Registration = "registration", "a professional registration number";
        BirthDate = "birth-date", "a date of birth";
        FewPeople = "few-people", "words that may fit only a few people";
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
    /// Whether it is a question to the person rather than a warning: nothing that is wrong to send, only words that they
    /// may want to look at once more.
    #[must_use]
    pub const fn is_question(self) -> bool {
        matches!(self, Self::FewPeople)
    }

    /// Everything in a text that may identify someone, in order and without overlaps. Where two kinds fit, the stricter
    /// one is told.
    #[must_use]
    pub fn find(text: &str) -> Vec<IdentifyingSpan> {
        let mut found = FoundSpans::default();
        for range in receipt::codes(text) {
            found.add(Self::ReceiptCode, range, |_| true);
        }
        for rule in RULES.iter() {
            for captures in rule.pattern.captures_iter(text) {
                // Group 1 is what identifies; what stands before it only says what it is.
                let Some(inner) = captures.get(1) else { continue };
                let fits = |range: &Range<usize>| stands_alone(text, range) && (rule.accept)(inner.as_str());
                found.add(rule.kind, inner.range(), fits);
            }
        }
        for range in few_people::phrases(text) {
            found.add(Self::FewPeople, range, |_| true);
        }
        found.0.into_iter().map(|(start, (end, kind))| IdentifyingSpan { kind, range: start..end }).collect()
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

/// What was found so far: by its first byte, the byte after its last one and what it is. None overlaps another, so that a
/// text full of finds is read as fast as one with few.
#[derive(Default)]
struct FoundSpans(BTreeMap<usize, (usize, Identifying)>);

impl FoundSpans {
    /// Adds a find, if nothing is found there yet and it fits.
    fn add(&mut self, kind: Identifying, range: Range<usize>, fits: impl Fn(&Range<usize>) -> bool) {
        let before = self.0.range(..range.end).next_back();
        if before.is_none_or(|(_, (end, _))| *end <= range.start) && fits(&range) {
            self.0.insert(range.start, (range.end, kind));
        }
    }
}

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
mod tests;
