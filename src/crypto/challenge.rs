//! What a box gives out to make a carrier's request fresh. It keeps nothing of it: the challenge itself says when it was given
//! out, to the run of the box that did and to nobody else.
//!
//! ```text
//! nonce (16)  ‖  seconds (4) XOR the first 4 bytes of HMAC( key, "… moment" ‖ nonce )  ‖  HMAC( key, "… challenge" ‖ all before )
//! ```

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::ZeroizeOnDrop;

use super::random::os_random;

/// Separates what masks the moment from every other use of the key.
const MOMENT_CONTEXT: &[u8] = b"candour carry moment v1";
/// Likewise what shows that this run gave it out.
const CHALLENGE_CONTEXT: &[u8] = b"candour carry challenge v1";
/// Random bytes at its beginning, which name it.
const NONCE: usize = 16;
const SECONDS: usize = 4;
const MAC: usize = 32;

/// Names one challenge.
pub type ChallengeNonce = [u8; NONCE];

/// Makes and checks challenges. A process has one, in memory alone.
#[derive(ZeroizeOnDrop)]
pub struct ChallengeKey([u8; MAC]);

impl ChallengeKey {
    /// A new random key.
    #[must_use]
    pub fn generate() -> Self {
        let mut key = [0; MAC];
        os_random().fill_bytes(&mut key);
        Self(key)
    }

    /// A challenge that is given out so many seconds after the process began, in hexadecimal.
    #[must_use]
    pub fn challenge(&self, seconds: u32) -> String {
        let mut nonce: ChallengeNonce = [0; NONCE];
        os_random().fill_bytes(&mut nonce);
        let masked = self.masked(&nonce, seconds.to_be_bytes());
        let mac = self.mac(&[CHALLENGE_CONTEXT, &nonce, &masked]);
        HEXLOWER.encode(&[&nonce[..], &masked, &mac].concat())
    }

    /// Its name, and when it was given out; none if this process did not.
    #[must_use]
    pub fn read(&self, challenge: &str) -> Option<(ChallengeNonce, u32)> {
        let bytes = HEXLOWER.decode(challenge.as_bytes()).ok()?;
        let (nonce, rest) = bytes.split_first_chunk::<NONCE>()?;
        let (masked, mac) = rest.split_first_chunk::<SECONDS>()?;
        let is_own = bool::from(mac.ct_eq(&self.mac(&[CHALLENGE_CONTEXT, nonce, masked])));
        is_own.then(|| (*nonce, u32::from_be_bytes(self.masked(nonce, *masked))))
    }

    /// Masks a moment, and what is masked already shows again.
    fn masked(&self, nonce: &ChallengeNonce, mut seconds: [u8; SECONDS]) -> [u8; SECONDS] {
        let stream = self.mac(&[MOMENT_CONTEXT, nonce]);
        seconds.iter_mut().zip(stream).for_each(|(byte, stream)| *byte ^= stream);
        seconds
    }

    /// Every part but the last has a length of its own, so no two lists of parts are the same bytes.
    fn mac(&self, parts: &[&[u8]]) -> [u8; MAC] {
        // HMAC takes a key of any length, so this can't fail.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read_by_the_run_that_gave_it_out_alone() {
        let (key, later) = (ChallengeKey::generate(), ChallengeKey::generate());
        let challenge = key.challenge(4_000_000_000);
        assert_eq!(key.read(&challenge).map(|(_, seconds)| seconds), Some(4_000_000_000));
        assert!(later.read(&challenge).is_none());
        for at in 0..challenge.len() {
            let other = if &challenge[at..=at] == "0" { "1" } else { "0" };
            let mut altered = challenge.clone();
            altered.replace_range(at..=at, other);
            assert!(key.read(&altered).is_none(), "{at}");
        }
        for bad in ["", "00", &challenge[2..], &format!("{challenge}00"), &challenge.to_uppercase()] {
            assert!(key.read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn two_of_one_moment_have_nothing_in_common() {
        let key = ChallengeKey::generate();
        let (one, two) = (key.challenge(5), key.challenge(5));
        assert_ne!(one[..2 * NONCE], two[..2 * NONCE]);
        let moment = 2 * NONCE..2 * (NONCE + SECONDS);
        assert!(one[moment.clone()] != two[moment.clone()] && one[moment] != *"00000005");
    }
}
