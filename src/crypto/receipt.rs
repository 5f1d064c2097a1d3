//! The receipt code: the only thread back to a report.
//!
//! ```text
//! 24 symbols of 5 bits   s0 s1 … s21 | s22 s23
//!                        random      | check
//! ```
//!
//! The check makes the 24 symbols a codeword of the [24, 22, 3] Reed-Solomon code over GF(32), that is
//! `Σ sᵢ = 0` and `Σ αⁱ·sᵢ = 0`. Any two different codewords differ in three places or more, so every wrong symbol and
//! every pair of swapped symbols is caught.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use rand::CryptoRng;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{random::os_random, reply::ReplyIdentity};
use crate::domain::BoxId;

/// Crockford's base32 symbols.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random symbols: 22 × 5 = 110 bits.
const RANDOM: usize = 22;
/// Check symbols.
const CHECK: usize = 2;
/// All symbols.
const SYMBOLS: usize = RANDOM + CHECK;
/// Symbols in a group, as shown.
const GROUP: usize = 4;
/// Bytes that Argon2id gives: the locator and the secret of the reply identity.
const DERIVED: usize = Locator::LEN + 32;
/// Separates the tag from every other use of the box's tag key.
const TAG_CONTEXT: &[u8] = b"candour receipt code issued v1";

/// A receipt code. Wiped when dropped, never printed but by [`Code::grouped`].
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Code([u8; SYMBOLS]);

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

impl Code {
    /// A new code from 110 random bits.
    pub fn issue(rng: &mut impl CryptoRng) -> Self {
        let mut symbols = [0; SYMBOLS];
        rng.fill_bytes(&mut symbols[..RANDOM]);
        // 256 is a multiple of 32, so the low five bits of a random byte are evenly spread.
        symbols[..RANDOM].iter_mut().for_each(|symbol| *symbol &= 31);
        let (sum, weighted) = syndromes(&symbols);
        // Two equations in the two check symbols: s22 + s23 = sum, α²²·s22 + α²³·s23 = weighted.
        let (a, b) = (power(RANDOM), power(RANDOM + 1));
        symbols[RANDOM] = multiply(weighted ^ multiply(b, sum), inverse(a ^ b));
        symbols[RANDOM + 1] = sum ^ symbols[RANDOM];
        Self(symbols)
    }

    /// Reads a code as a person may write it: any case, spaces and dashes anywhere, `O` for 0, `I` and `L` for 1.
    ///
    /// # Errors
    /// What is wrong with it, without repeating any of it.
    pub fn parse(typed: &str) -> Result<Self, CodeError> {
        let mut code = Self([0; SYMBOLS]);
        let mut count = 0;
        for c in typed.chars().filter(|c| !is_separator(*c)) {
            let value = symbol(c).ok_or(CodeError::Symbol)?;
            *code.0.get_mut(count).ok_or(CodeError::Length)? = value;
            count += 1;
        }
        match count {
            0 => Err(CodeError::Empty),
            SYMBOLS if syndromes(&code.0) == (0, 0) => Ok(code),
            SYMBOLS => Err(CodeError::Check),
            _ => Err(CodeError::Length),
        }
    }

    /// As shown to its holder: `7KQM-4T9X-0B2C-WZ8N-3HRE-5VPA`.
    #[must_use]
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(SYMBOLS + SYMBOLS / GROUP));
        for (place, value) in self.0.iter().enumerate() {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(*value)]));
        }
        text
    }

    /// Argon2id over the 24 symbols, salted with the box's id: where the report is, and what opens its answers.
    ///
    /// Takes some tens of milliseconds and [`KdfParams::memory_kib`] of memory: run it on a blocking thread.
    ///
    /// # Errors
    /// If the box's parameters can't be used.
    pub fn derive(&self, salt: BoxId, params: KdfParams) -> Result<Receipt, KdfError> {
        let symbols: Zeroizing<Vec<u8>> =
            Zeroizing::new(self.0.iter().map(|value| ALPHABET[usize::from(*value)]).collect());
        let mut derived = Zeroizing::new([0; DERIVED]);
        let params =
            Params::new(params.memory_kib, params.passes, params.lanes, Some(DERIVED)).map_err(|_| KdfError::Params)?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(&symbols, &salt.0, derived.as_mut_slice())
            .map_err(|_| KdfError::Memory)?;
        let (locator, secret) = derived.split_at(Locator::LEN);
        Ok(Receipt {
            locator: Locator::from_slice(locator).map_err(|_| KdfError::Params)?,
            reply: ReplyIdentity::from_secret(secret),
        })
    }
}

/// What a code leads to.
pub struct Receipt {
    /// Where the report is: all that the box stores of the code.
    pub locator: Locator,
    /// What opens the report's answers.
    pub reply: ReplyIdentity,
}

/// Where a report is. Made from a code; no code can be made from it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Locator([u8; 32]);

impl Locator {
    /// Bytes in it.
    pub const LEN: usize = 32;

    /// From bytes as stored.
    ///
    /// # Errors
    /// If there are not 32.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, std::array::TryFromSliceError> {
        bytes.try_into().map(Self)
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

/// Argon2id's costs, kept with the box so that they can change for later boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfParams {
    /// KiB that one hash takes: Argon2's `m`.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Argon2's `p`: what may be worked out side by side.
    pub lanes: u32,
}

impl KdfParams {
    /// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, 2 passes, 1 lane.
    pub const RECOMMENDED: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
}

impl fmt::Display for KdfParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m={},t={},p={}", self.memory_kib, self.passes, self.lanes)
    }
}

impl std::str::FromStr for KdfParams {
    type Err = KdfError;

    fn from_str(text: &str) -> Result<Self, KdfError> {
        let mut numbers =
            text.split(',').zip(["m=", "t=", "p="]).map(|(part, name)| part.strip_prefix(name)?.parse().ok());
        match (numbers.next(), numbers.next(), numbers.next(), text.split(',').count()) {
            (Some(Some(memory_kib)), Some(Some(passes)), Some(Some(lanes)), 3) => {
                Ok(Self { memory_kib, passes, lanes })
            }
            _ => Err(KdfError::Params),
        }
    }
}

/// A code can't be hashed.
#[derive(Debug, thiserror::Error)]
pub enum KdfError {
    /// The box's stored costs can't be read or used.
    #[error("the box's Argon2id parameters can't be used; restore the data directory from a backup")]
    Params,
    /// Not enough memory.
    #[error("not enough memory to hash a receipt code; give the box more memory")]
    Memory,
}

/// Makes and checks the box's tag over codes that it issued: HMAC-SHA256.
#[derive(ZeroizeOnDrop)]
pub struct CodeTagger([u8; 32]);

impl CodeTagger {
    /// A new random key.
    #[must_use]
    pub fn generate() -> Self {
        let mut key = [0; 32];
        rand::Rng::fill_bytes(&mut os_random(), &mut key);
        Self(key)
    }

    /// From a key as stored.
    ///
    /// # Errors
    /// If there are not 32 bytes.
    pub fn from_slice(key: &[u8]) -> Result<Self, std::array::TryFromSliceError> {
        key.try_into().map(Self)
    }

    /// The key to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The tag over a code, in hex.
    #[must_use]
    pub fn tag(&self, code: &Code) -> String {
        HEXLOWER.encode(&self.mac(code))
    }

    /// Whether this box issued that code.
    #[must_use]
    pub fn issued(&self, code: &Code, tag: &str) -> bool {
        HEXLOWER_PERMISSIVE.decode(tag.as_bytes()).is_ok_and(|tag| bool::from(tag.ct_eq(&self.mac(code))))
    }

    fn mac(&self, code: &Code) -> Vec<u8> {
        // HMAC takes a key of any length, so this can't fail.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(TAG_CONTEXT);
        mac.update(&code.0);
        mac.finalize().into_bytes().to_vec()
    }
}

fn is_separator(c: char) -> bool {
    // The hyphens and dashes of Unicode's general punctuation, minus sign, and full-width or small forms.
    c.is_whitespace()
        || matches!(
            c,
            '-' | '_' | '\u{ad}' | '\u{2010}'
                ..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{200b}' | '\u{feff}'
        )
}

fn symbol(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    ALPHABET.iter().position(|symbol| char::from(*symbol) == c).and_then(|place| u8::try_from(place).ok())
}

/// The two check sums, both 0 for a codeword.
fn syndromes(symbols: &[u8; SYMBOLS]) -> (u8, u8) {
    symbols
        .iter()
        .enumerate()
        .fold((0, 0), |(sum, weighted), (place, symbol)| (sum ^ symbol, weighted ^ multiply(power(place), *symbol)))
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

    const CHEAP: KdfParams = KdfParams { memory_kib: 64, passes: 1, lanes: 1 };

    fn parses(symbols: &[u8; SYMBOLS]) -> bool {
        let text: String = symbols.iter().map(|value| char::from(ALPHABET[usize::from(*value)])).collect();
        Code::parse(&text).is_ok()
    }

    #[test]
    fn every_wrong_symbol_is_caught() {
        for _ in 0..20 {
            let code = Code::issue(&mut os_random());
            for place in 0..SYMBOLS {
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
        let code = Code::issue(&mut os_random());
        for (one, other) in (0..SYMBOLS).flat_map(|one| (0..one).map(move |other| (one, other))) {
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
        let code = Code::issue(&mut os_random());
        for place in 0..SYMBOLS - 1 {
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
        let code = Code::issue(&mut os_random());
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
            assert!(Code::parse(&typed).is_ok_and(|read| read.0 == code.0));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_repeating_it() {
        let code = Code::issue(&mut os_random());
        let shown = code.grouped();
        let mut mistyped = Code(code.0);
        mistyped.0[0] ^= 1;
        let error = |typed: &str| Code::parse(typed).err();
        assert_eq!(error(" - "), Some(CodeError::Empty));
        assert_eq!(error(&mistyped.grouped()), Some(CodeError::Check));
        assert_eq!(error(&shown[..28]), Some(CodeError::Length));
        assert_eq!(error(&format!("{}0", *shown)), Some(CodeError::Length));
        assert_eq!(error(&shown.replacen(|c: char| c != '-', "U", 1)), Some(CodeError::Symbol));
        assert_eq!(error(&"7".repeat(1_000_000)), Some(CodeError::Length));
    }

    #[test]
    fn issued_codes_use_every_symbol_and_differ() {
        let mut seen = [0_u32; 32];
        let mut codes = std::collections::HashSet::new();
        for _ in 0..1000 {
            let code = Code::issue(&mut os_random());
            code.0.iter().for_each(|value| seen[usize::from(*value)] += 1);
            assert!(codes.insert(code.0));
        }
        // 24,000 symbols over 32 values: 750 each, with a standard deviation of 27.
        assert!(seen.iter().all(|count| (550..950).contains(count)), "{seen:?}");
    }

    #[test]
    fn the_locator_and_the_identity_follow_from_code_and_box() {
        let code = Code::issue(&mut os_random());
        let derive = |code: &Code, salt| code.derive(salt, CHEAP).unwrap();
        let (one, again) = (derive(&code, BoxId([1; 16])), derive(&code, BoxId([1; 16])));
        assert!(one.locator == again.locator && one.reply.recipient() == again.reply.recipient());
        let elsewhere = derive(&code, BoxId([2; 16]));
        assert!(one.locator != elsewhere.locator && one.reply.recipient() != elsewhere.reply.recipient());
    }

    #[test]
    fn only_this_boxs_tag_over_this_code_is_taken() {
        let (tagger, other) = (CodeTagger::generate(), CodeTagger::generate());
        let (code, another) = (Code::issue(&mut os_random()), Code::issue(&mut os_random()));
        let tag = tagger.tag(&code);
        assert!(tagger.issued(&code, &tag) && tagger.issued(&code, &tag.to_uppercase()));
        assert!(!other.issued(&code, &tag) && !tagger.issued(&another, &tag));
        assert!(!tagger.issued(&code, "") && !tagger.issued(&code, &tag[..62]) && !tagger.issued(&code, "ü"));
    }

    #[test]
    fn costs_are_read_back() {
        assert_eq!(KdfParams::RECOMMENDED.to_string(), "m=19456,t=2,p=1");
        assert_eq!("m=19456,t=2,p=1".parse::<KdfParams>().unwrap(), KdfParams::RECOMMENDED);
        for bad in ["", "m=1,t=2", "m=1,t=2,p=3,x=4", "t=2,m=1,p=1", "m=-1,t=2,p=1"] {
            assert!(bad.parse::<KdfParams>().is_err(), "{bad}");
        }
    }
}
