//! Who may carry, and that what they ask is fresh.

use std::{
    collections::HashMap,
    path::PathBuf,
    slice,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use crate::{
    crypto::{CarrierRole, ChallengeKey, ChallengeNonce, SignerRole, VerifyingKey, verify},
    domain::{
        CarryRequest, CollectionId, Errand,
        limits::{CARRY_REQUESTS, CHALLENGE_SECONDS},
        read_carry_head,
    },
};

/// Keys that may bring decisions at once.
const BRINGING: usize = 2;

/// What it takes to let somebody carry.
pub struct CarryOptions {
    /// Where collections lie ready.
    pub directory: PathBuf,
    /// Whose requests are answered besides the signers'.
    pub carriers: Vec<VerifyingKey<CarrierRole>>,
    /// Whose decisions are taken.
    pub signers: Vec<VerifyingKey<SignerRole>>,
}

/// What all requests of carriers share.
pub(super) struct Carriage {
    pub(super) directory: PathBuf,
    may_carry: Vec<VerifyingKey<CarrierRole>>,
    pub(super) signers: Vec<VerifyingKey<SignerRole>>,
    key: ChallengeKey,
    begun: Instant,
    used: Mutex<HashMap<ChallengeNonce, UsedChallenge>>,
    /// Who is bringing decisions: their answers are in memory while they are checked.
    bringing: Arc<Mutex<Vec<CarryingKey>>>,
    /// What left in this run of the box.
    pub(super) sent: SentParts,
}

/// Which of the keys that may carry.
pub(super) type CarryingKey = usize;

/// A challenge whose request held.
struct UsedChallenge {
    given_out: u32,
    by: CarryingKey,
}

/// The turn of one who brings decisions, until it is dropped.
pub(super) struct BringingTurn {
    bringing: Arc<Mutex<Vec<CarryingKey>>>,
    of: CarryingKey,
}

impl Drop for BringingTurn {
    fn drop(&mut self) {
        let mut bringing = self.bringing.lock().unwrap_or_else(PoisonError::into_inner);
        bringing.retain(|key| *key != self.of);
    }
}

/// How much of each part left in this run of the box, from its first byte on and without a gap.
#[derive(Clone, Default)]
pub(super) struct SentParts(Arc<Mutex<HashMap<(CollectionId, u32), SentPart>>>);

#[derive(Clone, Copy, Default)]
struct SentPart {
    bytes: u64,
    is_whole: bool,
}

/// An answer with bytes of a part, on its way.
pub(super) struct SendingPart {
    sent: SentParts,
    part: (CollectionId, u32),
    /// None if something before it was not sent: what follows on a gap counts for nothing.
    at: Option<u64>,
}

impl SentParts {
    /// A part is sent, from a byte on.
    pub(super) fn begin(&self, id: CollectionId, number: u32, offset: u64) -> SendingPart {
        let part = (id, number);
        let before = self.parts().get(&part).copied().unwrap_or_default();
        SendingPart { sent: self.clone(), part, at: (offset <= before.bytes).then_some(offset) }
    }

    /// Whether every part of a collection of so many was sent to its end.
    pub(super) fn has_all(&self, id: CollectionId, parts: usize) -> bool {
        let sent = self.parts();
        (1..).take(parts).all(|number| sent.get(&(id, number)).is_some_and(|part| part.is_whole))
    }

    fn parts(&self) -> MutexGuard<'_, HashMap<(CollectionId, u32), SentPart>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SendingPart {
    /// So many bytes more left.
    pub(super) fn sent(&mut self, bytes: u64) {
        if let Some(at) = &mut self.at {
            *at += bytes;
            let mut parts = self.sent.parts();
            let part = parts.entry(self.part).or_default();
            part.bytes = part.bytes.max(*at);
        }
    }

    /// The last of it left.
    pub(super) fn ended(&self) {
        if self.at.is_some() {
            self.sent.parts().entry(self.part).or_default().is_whole = true;
        }
    }
}

impl Carriage {
    pub(super) fn new(options: CarryOptions, now: Instant) -> Self {
        let CarryOptions { directory, carriers, signers } = options;
        let may_carry = carriers.into_iter().chain(signers.iter().map(VerifyingKey::as_carrier)).collect();
        Self {
            directory,
            may_carry,
            signers,
            key: ChallengeKey::generate(),
            begun: now,
            used: Mutex::default(),
            bringing: Arc::default(),
            sent: SentParts::default(),
        }
    }

    /// What makes one request fresh.
    pub(super) fn challenge(&self, now: Instant) -> String {
        self.key.challenge(self.seconds(now))
    }

    fn seconds(&self, now: Instant) -> u32 {
        u32::try_from(now.saturating_duration_since(self.begun).as_secs()).unwrap_or(u32::MAX)
    }

    /// What is asked and by which key, if one that may carry signed it, a moment ago and for the first time. However much one key
    /// asks, the others are heard.
    pub(super) fn admit(&self, head: &[u8], now: Instant) -> Option<(Errand, CarryingKey)> {
        let (json, signature) = read_carry_head(head)?;
        let signed =
            |key: &VerifyingKey<CarrierRole>| verify::<CarryRequest>(json, signature, slice::from_ref(key)).ok();
        let keys = self.may_carry.iter().enumerate();
        let (by, request) = keys.into_iter().find_map(|(by, key)| Some((by, signed(key)?)))?;
        let CarryRequest { challenge, errand, .. } = request.document();
        let (nonce, given_out) = self.key.read(challenge)?;
        let now = self.seconds(now);
        let is_fresh = |given_out: u32| now.saturating_sub(given_out) <= CHALLENGE_SECONDS;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, used| is_fresh(used.given_out));
        let is_taken = is_fresh(given_out)
            && used.values().filter(|used| used.by == by).count() < CARRY_REQUESTS
            && used.insert(nonce, UsedChallenge { given_out, by }).is_none();
        is_taken.then_some((*errand, by))
    }

    /// The turn to bring decisions: one for each key, and for two keys at once.
    pub(super) fn turn(&self, of: CarryingKey) -> Option<BringingTurn> {
        let mut bringing = self.bringing.lock().unwrap_or_else(PoisonError::into_inner);
        if bringing.len() >= BRINGING || bringing.contains(&of) {
            return None;
        }
        bringing.push(of);
        Some(BringingTurn { bringing: Arc::clone(&self.bringing), of })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        crypto::{SigningKey, sign},
        domain::{Format, carry_head},
    };

    fn head(key: &SigningKey<CarrierRole>, challenge: &str) -> Vec<u8> {
        let challenge = challenge.to_owned();
        let request = CarryRequest { format: Format::CarryRequest, challenge, errand: Errand::Look };
        let (json, signature) = sign(&request, key).unwrap();
        carry_head(&json, &signature).unwrap()
    }

    #[test]
    fn a_request_is_admitted_once_and_for_two_minutes() {
        let (key, public) = SigningKey::generate().unwrap();
        let now = Instant::now();
        let options = || CarryOptions { directory: PathBuf::new(), carriers: vec![public.clone()], signers: vec![] };
        let (carriage, later) = (Carriage::new(options(), now), Carriage::new(options(), now));
        let after = |seconds| now + Duration::from_secs(seconds);
        let request = head(&key, &carriage.key.challenge(carriage.seconds(after(10))));
        assert_eq!(later.admit(&request, after(10)), None, "another run of the box");
        assert_eq!(carriage.admit(&request, after(131)), None, "too late");
        assert_eq!(carriage.admit(&request, after(130)), Some((Errand::Look, 0)));
        assert_eq!(carriage.admit(&request, after(130)), None, "a second time");
        let (stranger, _) = SigningKey::generate().unwrap();
        let challenge = carriage.key.challenge(0);
        assert_eq!(carriage.admit(&head(&stranger, &challenge), now), None);
        assert_eq!(
            carriage.admit(&head(&key, &challenge), now),
            Some((Errand::Look, 0)),
            "what a stranger used is not used up"
        );
    }

    #[test]
    fn one_key_shuts_out_no_other() {
        let now = Instant::now();
        let ((stolen, first), (honest, second)) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
        let options = CarryOptions { directory: PathBuf::new(), carriers: vec![first, second], signers: vec![] };
        let carriage = Carriage::new(options, now);
        let asked = || head(&stolen, &carriage.key.challenge(0));
        let taken = (0..=CARRY_REQUESTS).take_while(|_| carriage.admit(&asked(), now).is_some()).count();
        assert_eq!(taken, CARRY_REQUESTS);
        assert_eq!(carriage.admit(&head(&honest, &carriage.key.challenge(0)), now), Some((Errand::Look, 1)));
        let turn = carriage.turn(0).unwrap();
        assert!(carriage.turn(0).is_none());
        let other = carriage.turn(1).unwrap();
        assert!(carriage.turn(2).is_none(), "what they bring is in memory");
        drop((turn, other));
        assert!(carriage.turn(0).is_some());
    }

    #[test]
    fn only_what_left_from_its_first_byte_to_its_last_was_sent() {
        let (sent, id) = (SentParts::default(), CollectionId([1; 16]));
        // Its end alone.
        let mut end = sent.begin(id, 1, 10);
        end.sent(0);
        end.ended();
        assert!(!sent.has_all(id, 1));
        // What broke off, and goes on there.
        sent.begin(id, 1, 0).sent(4);
        let mut gap = sent.begin(id, 1, 5);
        gap.sent(5);
        gap.ended();
        assert!(!sent.has_all(id, 1));
        let mut rest = sent.begin(id, 1, 4);
        rest.sent(6);
        assert!(!sent.has_all(id, 1));
        rest.ended();
        assert!(sent.has_all(id, 1) && !sent.has_all(id, 2) && !sent.has_all(CollectionId([2; 16]), 1));
    }

    #[test]
    fn a_thousand_requests_of_two_minutes_are_remembered_and_then_forgotten() {
        let (key, public) = SigningKey::generate().unwrap();
        let now = Instant::now();
        let options = CarryOptions { directory: PathBuf::new(), carriers: vec![public], signers: vec![] };
        let carriage = Carriage::new(options, now);
        let requests: Vec<Vec<u8>> = (0..1000).map(|_| head(&key, &carriage.key.challenge(0))).collect();
        assert!(requests.iter().all(|request| carriage.admit(request, now).is_some()));
        assert!(requests.iter().all(|request| carriage.admit(request, now).is_none()));
        let after = now + Duration::from_secs(u64::from(CHALLENGE_SECONDS) + 1);
        assert_eq!(carriage.admit(&head(&key, &carriage.key.challenge(121)), after), Some((Errand::Look, 0)));
        assert_eq!(carriage.used.lock().unwrap().len(), 1);
    }
}
