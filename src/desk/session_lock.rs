//! Who may come in, and for how long: the one-time address, the one session, and when the desk has been idle for too
//! long. Plain rules over secrets and time; nothing here opens anything.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use data_encoding::HEXLOWER;
use rand::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{crypto::digest, domain::Digest};

/// Bytes of a secret: twice the 128 bits that nobody can guess.
const SECRET_BYTES: usize = 32;
/// Ended sessions whose forms are still known.
const ENDED: usize = 8;

/// Random bits that whoever shows them has been given. Written in hex. Wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Secret([u8; SECRET_BYTES]);

/// What a browser is given that came in.
pub(super) struct Session {
    /// Which one, from 1: an earlier one's requests may still be under way.
    pub(super) number: u64,
    /// What its forms carry.
    pub(super) token: Arc<Secret>,
    cookie: Secret,
    last: Duration,
    under_way: usize,
}

/// The door of the desk. Times are measured from any moment that stays the same.
pub(super) struct SessionLock {
    lock_after: Duration,
    state: LockState,
    /// What the one address holds that still opens the desk.
    ticket: Option<Secret>,
    /// What the form on the locked page carries.
    unlock_token: Secret,
    sessions: u64,
    /// SHA-256 of what the forms of the last sessions carried that have ended here.
    ended: VecDeque<Digest>,
}

enum LockState {
    Locked,
    /// The keys are here, and nobody has come yet.
    Open(Duration),
    Inside(Session),
}

impl Secret {
    /// A new one.
    pub(super) fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; SECRET_BYTES];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// As it stands in an address, a cookie or a form.
    pub(super) fn written(&self) -> Zeroizing<String> {
        Zeroizing::new(HEXLOWER.encode(&self.0))
    }

    /// Whether that is this one. Takes the same time wherever the first difference is.
    pub(super) fn is(&self, shown: &str) -> bool {
        bool::from(self.written().as_bytes().ct_eq(shown.as_bytes()))
    }
}

impl SessionLock {
    /// Open for whoever brings the first ticket.
    pub(super) fn new(lock_after: Duration, now: Duration, rng: &mut impl CryptoRng) -> Self {
        let (state, unlock_token) = (LockState::Open(now), Secret::random(rng));
        Self { lock_after, state, ticket: None, unlock_token, sessions: 0, ended: VecDeque::new() }
    }

    /// Makes a ticket, in place of any other, and gives it as it stands in an address.
    pub(super) fn ticket(&mut self, rng: &mut impl CryptoRng) -> Zeroizing<String> {
        self.ticket.insert(Secret::random(rng)).written()
    }

    /// Takes the ticket. It works once.
    pub(super) fn redeem(&mut self, shown: &str) -> bool {
        self.ticket.take_if(|ticket| ticket.is(shown)).is_some()
    }

    /// What the form on the locked page carries.
    pub(super) fn unlock_token(&self) -> Zeroizing<String> {
        self.unlock_token.written()
    }

    /// Whether a form comes from the locked page.
    pub(super) fn is_unlock_token(&self, shown: &str) -> bool {
        self.unlock_token.is(shown)
    }

    /// Whether the keys are not here.
    pub(super) const fn is_locked(&self) -> bool {
        matches!(self.state, LockState::Locked)
    }

    /// Begins a session, in place of any other, and gives what its cookie holds. Every other way in is void.
    pub(super) fn enter(&mut self, now: Duration, rng: &mut impl CryptoRng) -> Zeroizing<String> {
        self.end_session();
        self.ticket = None;
        self.unlock_token = Secret::random(rng);
        self.sessions += 1;
        let cookie = Secret::random(rng);
        let written = cookie.written();
        let token = Arc::new(Secret::random(rng));
        self.state = LockState::Inside(Session { number: self.sessions, cookie, token, last: now, under_way: 0 });
        written
    }

    /// Lets a request of the session in, if it shows the cookie and the desk has not been idle for too long. To be
    /// followed by [`SessionLock::leave`].
    pub(super) fn admit<'a>(&mut self, mut shown: impl Iterator<Item = &'a str>, now: Duration) -> Option<&Session> {
        if self.is_idle(now) {
            return None;
        }
        match &mut self.state {
            LockState::Inside(session) if shown.any(|shown| session.cookie.is(shown)) => {
                session.under_way += 1;
                Some(session)
            }
            LockState::Inside(_) | LockState::Locked | LockState::Open(_) => None,
        }
    }

    /// A request of that session was answered: from now on it is idle, unless others are under way.
    pub(super) fn leave(&mut self, number: u64, now: Duration) {
        match &mut self.state {
            LockState::Inside(session) if session.number == number => {
                session.under_way -= 1;
                session.last = now;
            }
            LockState::Inside(_) | LockState::Locked | LockState::Open(_) => {}
        }
    }

    /// Whether that session goes on.
    pub(super) const fn is_current(&self, number: u64) -> bool {
        matches!(&self.state, LockState::Inside(session) if session.number == number)
    }

    /// Whether the keys have been here for too long without a request.
    pub(super) fn is_idle(&self, now: Duration) -> bool {
        let since = match &self.state {
            LockState::Locked => return false,
            LockState::Inside(session) if session.under_way > 0 => return false,
            LockState::Inside(session) => session.last,
            LockState::Open(since) => *since,
        };
        now.saturating_sub(since) >= self.lock_after
    }

    /// Ends the session. No ticket that was given out, and no form of any page, works any more.
    pub(super) fn lock(&mut self, rng: &mut impl CryptoRng) {
        self.end_session();
        self.state = LockState::Locked;
        self.ticket = None;
        self.unlock_token = Secret::random(rng);
    }

    /// Whether a form is of a session that has ended here, or is as good as ended: of this desk, and too late.
    pub(super) fn was_of_ended(&self, shown: &str, now: Duration) -> bool {
        let is_late = match &self.state {
            LockState::Inside(session) => self.is_idle(now) && session.token.is(shown),
            LockState::Locked | LockState::Open(_) => false,
        };
        // Nobody can make a token whose digest begins as one of these, so nothing is learnt from how long it takes.
        is_late || self.ended.contains(&digest(shown.as_bytes()))
    }

    /// Knows no form any more that any session was given up to now, whether it has ended or not.
    pub(super) fn void_forms(&mut self, rng: &mut impl CryptoRng) {
        self.ended.clear();
        if let LockState::Inside(session) = &mut self.state {
            session.token = Arc::new(Secret::random(rng));
        }
    }

    fn end_session(&mut self) {
        if let LockState::Inside(session) = &self.state {
            self.ended.truncate(ENDED - 1);
            self.ended.push_front(digest(session.token.written().as_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::os_random;

    const LOCK_AFTER: Duration = Duration::from_mins(10);
    const START: Duration = Duration::from_secs(1000);

    fn after(seconds: u64) -> Duration {
        START + Duration::from_secs(seconds)
    }

    fn lock() -> SessionLock {
        SessionLock::new(LOCK_AFTER, START, &mut os_random())
    }

    fn enter(lock: &mut SessionLock, seconds: u64) -> (u64, Zeroizing<String>) {
        let cookie = lock.enter(after(seconds), &mut os_random());
        (lock.sessions, cookie)
    }

    fn admits(lock: &mut SessionLock, cookie: &str, seconds: u64) -> bool {
        lock.admit(std::iter::once(cookie), after(seconds)).is_some()
    }

    #[test]
    fn a_ticket_works_once_and_the_last_one_counts() {
        let mut lock = lock();
        let (first, second) = (lock.ticket(&mut os_random()), lock.ticket(&mut os_random()));
        assert_eq!(first.len(), 64, "256 bits in hex");
        assert!(!lock.redeem(&first) && !lock.redeem("") && !lock.redeem(&second[1..]));
        assert!(lock.redeem(&second));
        assert!(!lock.redeem(&second));
        let unused = lock.ticket(&mut os_random());
        enter(&mut lock, 0);
        assert!(!lock.redeem(&unused), "one session came in another way");
    }

    #[test]
    fn only_the_cookie_of_the_one_session_is_let_in() {
        let mut lock = lock();
        assert!(!admits(&mut lock, "", 0));
        let (_, first) = enter(&mut lock, 0);
        assert!(admits(&mut lock, &first, 0));
        assert!(!admits(&mut lock, &first[..63], 0) && !admits(&mut lock, "", 0));
        let (_, second) = enter(&mut lock, 0);
        assert!(!admits(&mut lock, &first, 0) && admits(&mut lock, &second, 0));
        let token = lock.unlock_token();
        lock.lock(&mut os_random());
        assert!(!admits(&mut lock, &second, 0) && !lock.is_unlock_token(&token));
    }

    #[test]
    fn it_is_idle_from_the_last_answer_and_not_while_one_is_under_way() {
        let mut lock = lock();
        assert!(!lock.is_idle(after(599)) && lock.is_idle(after(600)), "nobody came");
        let (number, cookie) = enter(&mut lock, 0);
        assert!(admits(&mut lock, &cookie, 500));
        assert!(!lock.is_idle(after(5000)), "a long piece of work");
        lock.leave(number, after(5000));
        assert!(!lock.is_idle(after(5599)) && lock.is_idle(after(5600)));
        assert!(!admits(&mut lock, &cookie, 5600), "too late, though nothing has locked it yet");
        lock.lock(&mut os_random());
        assert!(!lock.is_idle(after(9999)), "there is nothing left to lock");
    }

    #[test]
    fn what_an_ended_session_left_under_way_does_not_count_in_the_next() {
        let mut lock = lock();
        let (first, cookie) = enter(&mut lock, 0);
        assert!(admits(&mut lock, &cookie, 0));
        let (second, _) = enter(&mut lock, 0);
        lock.leave(first, after(1));
        assert!(lock.is_current(second) && !lock.is_current(first));
        assert!(lock.is_idle(after(600)));
    }

    #[test]
    fn forms_of_the_last_sessions_are_known_and_those_of_one_that_goes_on_are_not() {
        let mut lock = lock();
        let token = |lock: &SessionLock| match &lock.state {
            LockState::Inside(session) => session.token.written(),
            LockState::Locked | LockState::Open(_) => panic!("somebody is inside"),
        };
        let mut tokens = Vec::new();
        for _ in 0..=ENDED {
            enter(&mut lock, 0);
            tokens.push(token(&lock));
        }
        let now = tokens.last().unwrap().clone();
        assert!(!lock.was_of_ended(&now, after(599)) && lock.was_of_ended(&now, after(600)), "as good as ended");
        assert!(tokens[..ENDED].iter().all(|token| lock.was_of_ended(token, after(0))), "another came in");
        lock.lock(&mut os_random());
        assert!(lock.was_of_ended(&now, after(0)) && !lock.was_of_ended(&tokens[0], after(0)), "the last ones alone");
        for other in ["", &lock.unlock_token(), &now[1..]] {
            assert!(!lock.was_of_ended(other, after(0)));
        }
        assert_eq!(lock.ended.len(), ENDED);
        enter(&mut lock, 0);
        let last = token(&lock);
        lock.void_forms(&mut os_random());
        lock.lock(&mut os_random());
        assert!([now, last].iter().all(|token| !lock.was_of_ended(token, after(0))), "somebody else came in");
    }
}
