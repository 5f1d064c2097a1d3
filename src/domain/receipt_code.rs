//! How a receipt code is written down, read back and checked. What it leads to is worked out in `crypto`.
//!
//! ```text
//! 24 symbols of 5 bits   s0 s1 … s21 | s22 s23
//!                        random      | check
//! ```
//!
//! The check makes the 24 symbols a codeword of the [24, 22, 3] Reed-Solomon code over GF(32), that is
//! `Σ sᵢ = 0` and `Σ αⁱ·sᵢ = 0`. Any two different codewords differ in three places or more, so every wrong symbol and
//! every pair of swapped symbols is caught.

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Crockford's base32 symbols.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Check symbols.
const CHECK: usize = 2;
/// Symbols in a group, as shown.
const GROUP: usize = 4;

/// The symbols of a receipt code, whose check fits. Wiped when dropped, never printed but by
/// [`CodeSymbols::grouped`].
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct CodeSymbols([u8; Self::COUNT]);

/// What was typed is not a receipt code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing was typed.
    #[error("Enter your receipt code")]
    Empty,
    /// Not 24 symbols.
    #[error("Check what you typed: a receipt code has 24 letters and numbers")]
    Length,
    /// A sign that no code contains.
    #[error("Check what you typed: a receipt code has only letters and numbers, and never the letter U")]
    Symbol,
    /// The check symbols do not fit.
    #[error("Check what you typed: one or more letters or numbers are wrong")]
    Check,
}

impl CodeSymbols {
    /// Random symbols: 22 × 5 = 110 bits.
    pub const RANDOM: usize = 22;
    /// All symbols.
    pub const COUNT: usize = Self::RANDOM + CHECK;

    /// From random bytes, of which the low five bits count, with the check that fits them.
    #[must_use]
    pub fn complete(random: &[u8; Self::RANDOM]) -> Self {
        let mut symbols = [0; Self::COUNT];
        // 256 is a multiple of 32, so the low five bits of a random byte are evenly spread.
        symbols.iter_mut().zip(random).for_each(|(symbol, byte)| *symbol = byte & 31);
        let (sum, weighted) = syndromes(&symbols);
        // Two equations in the two check symbols: s22 + s23 = sum, α²²·s22 + α²³·s23 = weighted.
        let (a, b) = (power(Self::RANDOM), power(Self::RANDOM + 1));
        symbols[Self::RANDOM] = multiply(weighted ^ multiply(b, sum), inverse(a ^ b));
        symbols[Self::RANDOM + 1] = sum ^ symbols[Self::RANDOM];
        Self(symbols)
    }

    /// Reads a code as a person may write it: any case, spaces and dashes anywhere, `O` for 0, `I` and `L` for 1.
    ///
    /// # Errors
    /// What is wrong with it, without repeating any of it.
    pub fn parse(typed: &str) -> Result<Self, CodeError> {
        let mut symbols = Self([0; Self::COUNT]);
        let mut count = 0;
        for c in typed.chars().filter(|c| !is_separator(*c)) {
            let value = symbol(c).ok_or(CodeError::Symbol)?;
            *symbols.0.get_mut(count).ok_or(CodeError::Length)? = value;
            count += 1;
        }
        match count {
            0 => Err(CodeError::Empty),
            Self::COUNT if syndromes(&symbols.0) == (0, 0) => Ok(symbols),
            Self::COUNT => Err(CodeError::Check),
            _ => Err(CodeError::Length),
        }
    }

    /// As shown to its holder: `7KQM-4T9X-0B2C-WZ8N-3HRE-5VPA`.
    #[must_use]
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(Self::COUNT + Self::COUNT / GROUP));
        for (place, value) in self.0.iter().enumerate() {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(*value)]));
        }
        text
    }

    /// As it is hashed: the symbols in upper case, one after another.
    #[must_use]
    pub fn in_ascii(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.iter().map(|value| ALPHABET[usize::from(*value)]).collect())
    }

    /// As it is tagged: the value of each symbol, 0 to 31.
    #[must_use]
    pub const fn values(&self) -> &[u8; Self::COUNT] {
        &self.0
    }
}

/// What may stand between the symbols of a code wherever a person likes.
pub(super) fn is_separator(c: char) -> bool {
    // The hyphens and dashes of Unicode's general punctuation, minus sign, and full-width or small forms.
    c.is_whitespace()
        || matches!(
            c,
            '-' | '_' | '\u{ad}' | '\u{2010}'
                ..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{200b}' | '\u{feff}'
        )
}

/// The value of a symbol as a person may write it.
pub(super) fn symbol(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    ALPHABET.iter().position(|symbol| char::from(*symbol) == c).and_then(|place| u8::try_from(place).ok())
}

/// The two check sums, both 0 for a codeword.
fn syndromes(symbols: &[u8; CodeSymbols::COUNT]) -> (u8, u8) {
    // The weighted one by Horner's rule: s0 + α·(s1 + α·(s2 + …)).
    symbols.iter().rev().fold((0, 0), |(sum, weighted), symbol| (sum ^ symbol, multiply(weighted, 2) ^ symbol))
}

/// Product in GF(32) with x⁵ + x² + 1.
fn multiply(a: u8, b: u8) -> u8 {
    let (mut a, mut product) = (a, 0);
    for bit in 0..5 {
        if b >> bit & 1 == 1 {
            product ^= a;
        }
        a <<= 1;
        if a & 0b10_0000 != 0 {
            a ^= 0b10_0101;
        }
    }
    product
}

/// α to that power; α = 2 generates all 31 elements that are not 0.
fn power(exponent: usize) -> u8 {
    (0..exponent).fold(1, |value, _| multiply(value, 2))
}

fn inverse(a: u8) -> u8 {
    // a³¹ = 1, so a³⁰ is the inverse.
    (0..30).fold(1, |value, _| multiply(value, a))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Different codes, and the same ones each time.
    fn codes() -> impl Iterator<Item = CodeSymbols> {
        (0..20_u8).map(|n| {
            CodeSymbols::complete(&std::array::from_fn(|place| {
                let place = u8::try_from(place).unwrap();
                (n.wrapping_mul(73) ^ place.wrapping_mul(151)).wrapping_mul(place.wrapping_add(n) | 1)
            }))
        })
    }

    fn code() -> CodeSymbols {
        codes().nth(7).unwrap()
    }

    fn parses(symbols: &[u8; CodeSymbols::COUNT]) -> bool {
        let text: String = symbols.iter().map(|value| char::from(ALPHABET[usize::from(*value)])).collect();
        CodeSymbols::parse(&text).is_ok()
    }

    #[test]
    fn every_wrong_symbol_is_caught() {
        for code in codes() {
            for place in 0..CodeSymbols::COUNT {
                for value in 0..32 {
                    let mut wrong = code.0;
                    wrong[place] = value;
                    assert_eq!(parses(&wrong), value == code.0[place], "place {place}");
                }
            }
        }
    }

    #[test]
    fn every_two_wrong_symbols_are_caught() {
        let code = code();
        for (one, other) in (0..CodeSymbols::COUNT).flat_map(|one| (0..one).map(move |other| (one, other))) {
            for (a, b) in (1..32).flat_map(|a| (1..32).map(move |b| (a, b))) {
                let mut wrong = code.0;
                wrong[one] ^= a;
                wrong[other] ^= b;
                assert!(!parses(&wrong), "places {one} and {other}");
            }
        }
    }

    #[test]
    fn every_swap_of_neighbours_is_caught() {
        // Every pair of symbols at every place, by linearity on top of any code.
        let code = code();
        for place in 0..CodeSymbols::COUNT - 1 {
            for (a, b) in (0..32).flat_map(|a| (0..32).map(move |b| (a, b))) {
                let difference = multiply(power(place), a ^ b) ^ multiply(power(place + 1), a ^ b);
                assert_eq!(difference == 0, a == b, "place {place}");
            }
            let mut swapped = code.0;
            swapped.swap(place, place + 1);
            assert_eq!(parses(&swapped), code.0[place] == code.0[place + 1], "place {place}");
        }
    }

    #[test]
    fn codes_are_read_leniently() {
        let code = code();
        let shown = code.grouped();
        assert_eq!(shown.len(), 29);
        for typed in [
            shown.to_lowercase(),
            shown.replace('-', ""),
            shown.replace('-', " – "),
            shown.replace('0', "o").replace('1', "l"),
            shown.replace('0', "O").replace('1', "I"),
            format!("\n {} \t", *shown),
        ] {
            assert!(CodeSymbols::parse(&typed).is_ok_and(|read| read.0 == code.0));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_repeating_it() {
        let code = code();
        let shown = code.grouped();
        let mut mistyped = CodeSymbols(code.0);
        mistyped.0[0] ^= 1;
        let error = |typed: &str| CodeSymbols::parse(typed).err();
        assert_eq!(error(" - "), Some(CodeError::Empty));
        assert_eq!(error(&mistyped.grouped()), Some(CodeError::Check));
        assert_eq!(error(&shown[..28]), Some(CodeError::Length));
        assert_eq!(error(&format!("{}0", *shown)), Some(CodeError::Length));
        assert_eq!(error(&shown.replacen(|c: char| c != '-', "U", 1)), Some(CodeError::Symbol));
        assert_eq!(error(&"7".repeat(1_000_000)), Some(CodeError::Length));
    }

    #[test]
    fn the_check_is_the_one_that_codes_were_made_with() {
        // A code that is written down somewhere has to stay one.
        let shown = CodeSymbols::complete(&std::array::from_fn(|place| u8::try_from(place).unwrap())).grouped();
        assert_eq!(*shown, "0123-4567-89AB-CDEF-GHJK-MNJK");
    }
}
