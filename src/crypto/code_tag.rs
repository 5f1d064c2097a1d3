//! The box's tag over a receipt code that it issued.
//!
//! ```text
//! 2026-12-01.  n n n n n n n n  a a a a  0 0 0 0  HMAC-SHA256( tag key, context ‖ day ‖ stamp ‖ symbols )
//! the day      nonce            seconds  zeros
//!              └ stamp ────────────────────────┘
//! ```
//!
//! The day is all that anybody can read of it. Seconds and zeros are masked by a key that this process alone has and that
//! ends with it: nobody learns from a page, and a seized box with it, when on that day the page was asked for.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{random::os_random, receipt::Code};
use crate::domain::{CodeSymbols, Date, Digest, ReportId};

/// Separates the tag of a form from every other use of the box's tag key.
const ISSUED_CONTEXT: &[u8] = b"candour receipt code issued v2";
/// Likewise the tag of a follow-up's form.
const FOLLOW_UP_CONTEXT: &[u8] = b"candour follow-up v1";
/// Likewise a code that takes the place of another.
const IN_PLACE_CONTEXT: &[u8] = b"candour receipt code in place of one v1";
/// Likewise what a report's time at the box is longer by.
const SPREAD_CONTEXT: &[u8] = b"candour report spread v1";
/// Separates a stamp from every other use of a process's key.
const STAMP_CONTEXT: &[u8] = b"candour receipt code stamp v1";

/// What stands between the day and the rest of a tag.
const AFTER_DAY: char = '.';
/// Bytes that HMAC-SHA256 gives.
const MAC: usize = 32;
/// Random bytes at the beginning of a stamp, so that no two are masked alike.
const NONCE: usize = 8;
/// Bytes of the seconds in a stamp, and of the zeros after them, which show whose it is.
const SECONDS: usize = 4;
const ZEROS: usize = 4;

/// Makes and checks the box's tags.
#[derive(Clone, ZeroizeOnDrop)]
pub struct CodeTagger([u8; 32]);

/// On which day a code was issued, and when in the life of the process that did.
#[derive(Clone, Copy)]
pub struct Issue {
    /// The box's date.
    pub on: Date,
    /// Readable for the process that made it, and for nobody else.
    pub stamp: Stamp,
}

/// A moment in the life of a process, as it alone can read it.
#[derive(Clone, Copy)]
pub struct Stamp([u8; Self::LEN]);

/// Masks stamps. A process has one, in memory alone.
#[derive(ZeroizeOnDrop)]
pub struct StampKey([u8; 32]);

impl CodeTagger {
    /// A new random key.
    #[must_use]
    pub fn generate() -> Self {
        let mut key = [0; 32];
        os_random().fill_bytes(&mut key);
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

    /// The tag over a code that is issued.
    #[must_use]
    pub fn tag(&self, code: &Code, issue: &Issue) -> String {
        let mac = self.issued_mac(code, issue);
        written(issue.on, &[issue.stamp.0.as_slice(), &mac].concat())
    }

    /// When this box issued that code; none if the tag is not its own over it.
    #[must_use]
    pub fn issue(&self, code: &Code, tag: &str) -> Option<Issue> {
        let (on, bytes) = read(tag)?;
        let (stamp, mac) = bytes.split_first_chunk::<{ Stamp::LEN }>()?;
        let issue = Issue { on, stamp: Stamp(*stamp) };
        bool::from(mac.ct_eq(&self.issued_mac(code, &issue))).then_some(issue)
    }

    /// The tag of a follow-up's form, on a page that the right code led to.
    #[must_use]
    pub fn follow_up_tag(&self, code: &Code, on: Date) -> String {
        written(on, &self.follow_up_mac(code, on))
    }

    /// The day of such a tag; none if it is not this box's over that code.
    #[must_use]
    pub fn follow_up_day(&self, code: &Code, tag: &str) -> Option<Date> {
        let (on, mac) = read(tag)?;
        bool::from(mac.ct_eq(&self.follow_up_mac(code, on))).then_some(on)
    }

    /// The code that takes the place of one that somebody may have planted: the same for the same text, and nobody's to
    /// know without this key.
    #[must_use]
    pub fn in_place_of(&self, code: &Code, typed: &Digest) -> Code {
        let mac = Zeroizing::new(mac(&self.0, &[IN_PLACE_CONTEXT, code.symbols().values(), &typed.0]));
        let mut random = Zeroizing::new([0; CodeSymbols::RANDOM]);
        random.iter_mut().zip(mac.iter()).for_each(|(random, byte)| *random = *byte);
        Code::of(CodeSymbols::complete(&random))
    }

    /// A number of days from 0 to `at_most` that is a report's own: drawn once, by this key, and nobody's to know without it.
    #[must_use]
    pub fn spread(&self, report: ReportId, at_most: u32) -> u32 {
        let drawn = mac(&self.0, &[SPREAD_CONTEXT, &report.0]);
        let drawn = drawn.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        u32::try_from(drawn % (u64::from(at_most) + 1)).unwrap_or(at_most)
    }

    fn issued_mac(&self, code: &Code, issue: &Issue) -> [u8; MAC] {
        let day = issue.on.to_string();
        mac(&self.0, &[ISSUED_CONTEXT, day.as_bytes(), &issue.stamp.0, code.symbols().values()])
    }

    fn follow_up_mac(&self, code: &Code, on: Date) -> [u8; MAC] {
        mac(&self.0, &[FOLLOW_UP_CONTEXT, on.to_string().as_bytes(), code.symbols().values()])
    }
}

impl Stamp {
    const LEN: usize = NONCE + SECONDS + ZEROS;
}

impl StampKey {
    /// A new random key.
    #[must_use]
    pub fn generate() -> Self {
        let mut key = [0; 32];
        os_random().fill_bytes(&mut key);
        Self(key)
    }

    /// The stamp of a code that is issued so many seconds after the process began.
    #[must_use]
    pub fn stamp(&self, code: &Code, seconds: u32) -> Stamp {
        let mut stamp = [0; Stamp::LEN];
        os_random().fill_bytes(&mut stamp[..NONCE]);
        stamp[NONCE..NONCE + SECONDS].copy_from_slice(&seconds.to_be_bytes());
        self.mask(code, &mut stamp);
        Stamp(stamp)
    }

    /// The seconds again; none if another process stamped it, or another code.
    #[must_use]
    pub fn seconds(&self, code: &Code, stamp: Stamp) -> Option<u32> {
        let mut stamp = stamp.0;
        self.mask(code, &mut stamp);
        let (seconds, zeros) = stamp[NONCE..].split_first_chunk::<SECONDS>()?;
        zeros.iter().all(|byte| *byte == 0).then(|| u32::from_be_bytes(*seconds))
    }

    /// Masks what comes after the nonce, and what is masked already shows again.
    fn mask(&self, code: &Code, stamp: &mut [u8; Stamp::LEN]) {
        let (nonce, masked) = stamp.split_at_mut(NONCE);
        let stream = mac(&self.0, &[STAMP_CONTEXT, nonce, code.symbols().values()]);
        masked.iter_mut().zip(stream).for_each(|(byte, stream)| *byte ^= stream);
    }
}

fn written(on: Date, bytes: &[u8]) -> String {
    format!("{on}{AFTER_DAY}{}", HEXLOWER.encode(bytes))
}

fn read(tag: &str) -> Option<(Date, Vec<u8>)> {
    let (day, rest) = tag.split_once(AFTER_DAY)?;
    Some((day.parse().ok()?, HEXLOWER_PERMISSIVE.decode(rest.as_bytes()).ok()?))
}

/// Every part but the last has a length of its own, so no two lists of parts are the same bytes.
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; MAC] {
    // HMAC takes a key of any length, so this can't fail.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON: Date = Date::constant(2026, 12, 1);

    fn code() -> Code {
        Code::issue(&mut os_random())
    }

    #[test]
    fn only_this_boxs_tag_over_this_code_and_its_day_is_taken() {
        let (tagger, other, key) = (CodeTagger::generate(), CodeTagger::generate(), StampKey::generate());
        let (code, another) = (code(), code());
        let issue = Issue { on: ON, stamp: key.stamp(&code, 7) };
        let tag = tagger.tag(&code, &issue);
        assert!(tag.starts_with("2026-12-01."), "{tag}");
        let day = |tag: &str| tagger.issue(&code, tag).map(|issue| issue.on);
        assert_eq!((day(&tag), day(&tag.to_uppercase())), (Some(ON), Some(ON)));
        assert!(other.issue(&code, &tag).is_none() && tagger.issue(&another, &tag).is_none());
        for forged in [
            String::new(),
            "ü".into(),
            tag[..tag.len() - 2].into(),
            tag.replace("2026-12-01", "2026-12-02"),
            tag.replace("2026-12-01.", ""),
            tag.replacen(&tag[11..13], if &tag[11..13] == "00" { "01" } else { "00" }, 1),
        ] {
            assert_eq!(day(&forged), None, "{forged}");
        }
    }

    #[test]
    fn a_follow_up_s_tag_is_of_a_kind_of_its_own() {
        let (tagger, code, another) = (CodeTagger::generate(), code(), code());
        let tag = tagger.follow_up_tag(&code, ON);
        assert_eq!(tagger.follow_up_day(&code, &tag), Some(ON));
        assert_eq!(tagger.follow_up_day(&another, &tag), None);
        assert_eq!(tagger.follow_up_day(&code, &tag.replace("-01.", "-02.")), None);
        assert!(tagger.issue(&code, &tag).is_none());
        let issued = tagger.tag(&code, &Issue { on: ON, stamp: StampKey::generate().stamp(&code, 0) });
        assert_eq!(tagger.follow_up_day(&code, &issued), None);
    }

    #[test]
    fn a_stamp_is_read_by_its_process_and_shows_nothing_to_others() {
        let (key, later, code, another) = (StampKey::generate(), StampKey::generate(), code(), code());
        let stamp = key.stamp(&code, 4_000_000_000);
        assert_eq!(key.seconds(&code, stamp), Some(4_000_000_000));
        assert_eq!((later.seconds(&code, stamp), key.seconds(&another, stamp)), (None, None));
        // Two of the same moment have nothing in common.
        let (one, two) = (key.stamp(&code, 5).0, key.stamp(&code, 5).0);
        assert!(one[..NONCE] != two[..NONCE] && one[NONCE..] != two[NONCE..]);
        assert_ne!(one[NONCE + SECONDS..], [0; ZEROS], "what is masked is not seen");
    }

    #[test]
    fn a_code_in_place_of_another_follows_from_box_code_and_text() {
        let (tagger, other) = (CodeTagger::generate(), CodeTagger::generate());
        let (one, two) = (code(), code());
        let [text, more] = [Digest([1; 32]), Digest([2; 32])];
        let placed = tagger.in_place_of(&one, &text).grouped();
        assert_eq!(placed, tagger.in_place_of(&one, &text).grouped());
        assert!(Code::parse(&placed).is_ok());
        for different in [
            tagger.in_place_of(&one, &more),
            tagger.in_place_of(&two, &text),
            other.in_place_of(&one, &text),
            one.clone(),
        ] {
            assert_ne!(placed, different.grouped());
        }
    }
}
