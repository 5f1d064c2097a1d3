//! The receipt code: the only thread back to a report. How it is written and checked stands in
//! `domain::receipt_code`; here is how it is made, and what it leads to.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::{hash_memory::HashMemory, reply::ReplyIdentity};
use crate::domain::{BoxId, CodeError, CodeSymbols, limits::KIB};

/// Bytes that Argon2id gives: the locator and the secret of the reply identity.
const DERIVED: usize = Locator::LEN + 32;

/// A receipt code. Wiped when dropped, never printed but by [`Code::grouped`].
#[derive(Clone)]
pub struct Code(CodeSymbols);

impl Code {
    /// A new code from 110 random bits.
    pub fn issue(rng: &mut impl CryptoRng) -> Self {
        let mut random = Zeroizing::new([0; CodeSymbols::RANDOM]);
        rng.fill_bytes(random.as_mut_slice());
        Self(CodeSymbols::complete(&random))
    }

    /// Reads a code as a person may write it: any case, spaces and dashes anywhere, `O` for 0, `I` and `L` for 1.
    ///
    /// # Errors
    /// What is wrong with it, without repeating any of it.
    pub fn parse(typed: &str) -> Result<Self, CodeError> {
        CodeSymbols::parse(typed).map(Self)
    }

    /// As shown to its holder: `7KQM-4T9X-0B2C-WZ8N-3HRE-5VPA`.
    #[must_use]
    pub fn grouped(&self) -> Zeroizing<String> {
        self.0.grouped()
    }

    /// What a tag is made over.
    #[cfg(any(feature = "box", all(test, feature = "desk")))]
    pub(super) const fn symbols(&self) -> &CodeSymbols {
        &self.0
    }

    /// The code that has these symbols.
    #[cfg(any(feature = "box", all(test, feature = "desk")))]
    pub(super) const fn of(symbols: CodeSymbols) -> Self {
        Self(symbols)
    }

    /// Argon2id over the 24 symbols, salted with the box's id: where the report is, and what opens its answers.
    ///
    /// Takes some tens of milliseconds and [`KdfParams::memory_bytes`] of memory: run it on a blocking thread.
    ///
    /// # Errors
    /// If the box's parameters can't be used, or the memory is not there.
    pub fn derive(&self, salt: BoxId, params: KdfParams) -> Result<Receipt, KdfError> {
        self.derive_in(&HashMemory::default(), salt, params)
    }

    /// The same in memory that is kept for the next hash: for whoever derives many.
    ///
    /// # Errors
    /// As [`Code::derive`].
    pub fn derive_in(&self, memory: &HashMemory, salt: BoxId, params: KdfParams) -> Result<Receipt, KdfError> {
        let mut derived = Zeroizing::new([0; DERIVED]);
        let params =
            Params::new(params.memory_kib, params.passes, params.lanes, Some(DERIVED)).map_err(|_| KdfError::Params)?;
        let blocks = params.block_count();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let code = self.0.in_ascii();
        memory
            .lend(blocks, |blocks| {
                argon2.hash_password_into_with_memory(&code[..], &salt.0, derived.as_mut_slice(), blocks)
            })
            .ok_or(KdfError::Memory)?
            .map_err(|_| KdfError::Params)?;
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
    /// OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, 2 passes, 1 lane. Why not more stands in `docs/formats.md`,
    /// with what was measured.
    pub const RECOMMENDED: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };

    /// Bytes that one hash takes.
    #[must_use]
    pub const fn memory_bytes(self) -> usize {
        (self.memory_kib as usize).saturating_mul(KIB)
    }
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
    #[error("the box's Argon2id parameters can't be used; restore the box from its backup with `candour restore`")]
    Params,
    /// Not enough memory.
    #[error("not enough memory to hash a receipt code; give the box more memory")]
    Memory,
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::crypto::os_random;

    const CHEAP: KdfParams = KdfParams { memory_kib: 64, passes: 1, lanes: 1 };

    #[test]
    fn issued_codes_use_every_symbol_and_differ() {
        let mut seen = [0_u32; 32];
        let mut codes = std::collections::HashSet::new();
        for _ in 0..1000 {
            let code = Code::issue(&mut os_random());
            code.0.values().iter().for_each(|value| seen[usize::from(*value)] += 1);
            assert!(codes.insert(*code.0.values()));
            assert!(Code::parse(&code.grouped()).is_ok());
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

    /// Worked out with the C library that Argon2's authors wrote.
    #[test]
    fn a_code_leads_where_every_argon2_says_in_kept_memory_too() {
        let code = Code::parse("3AHR-Z6DM-V29G-QY5C-KT18-FP2V").unwrap();
        let salt = BoxId(std::array::from_fn(|place| u8::try_from(place).unwrap()));
        let memory = HashMemory::default();
        let costs = [
            (
                KdfParams::RECOMMENDED,
                "e44662d457a876b9a460fdf57d75c963bcecdce5ec9dc694cb4db43315e15380",
                "38ab1a34ffe8f7a28a52d8d92d1db8704222ea46d6401a5f8accedac91c0d8ea",
            ),
            (
                CHEAP,
                "4f64c358963af781c422236d55b0e38e76193b317815a19771fe931da4aae9d6",
                "422d26471ceb4b0c51362437a5f77d96bc7f157ace924dc55ec5b2ce00ff7579",
            ),
        ];
        for (params, locator, secret) in costs {
            let reply = ReplyIdentity::from_secret(&HEXLOWER.decode(secret.as_bytes()).unwrap()).recipient();
            // Twice in the same memory, the smaller one in what the larger one left.
            for receipt in [
                code.derive(salt, params),
                code.derive_in(&memory, salt, params),
                code.derive_in(&memory, salt, params),
            ] {
                let receipt = receipt.unwrap();
                assert_eq!(HEXLOWER.encode(receipt.locator.as_bytes()), locator, "{params}");
                assert!(receipt.reply.recipient() == reply, "{params}");
            }
        }
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
