//! Concerns that came too early while there is load: held whole in memory until their time has come.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use data_encoding::HEXLOWER;
use rand::CryptoRng;
use tokio::sync::Mutex as AsyncMutex;

use super::{
    received::{Files, LeftOut},
    view::{KeepCode, ToldOnReceipt},
};
use crate::{
    crypto::Code,
    domain::{Concern, Route, limits::MIB},
    store::StoredReport,
};

/// Concerns that are held at the same moment.
const PLACES: usize = 256;
/// Bytes of all that is written in them.
const BYTES: usize = 16 * MIB;
/// How long one is held. What nobody asked for by then is thrown away.
pub(super) const HELD_FOR: Duration = Duration::from_mins(2);

/// Where concerns wait. What is written in them is wiped when they are dropped, and their files free their room.
#[derive(Default)]
pub(super) struct WaitingRoom(Mutex<HashMap<Ticket, HeldPlace>>);

/// Names one concern that waits, once. It is no receipt code: it opens nothing, and is worth nothing when it was used or two
/// minutes have passed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Ticket([u8; Self::LEN]);

/// A concern that is ready to be sent, with its files sealed.
pub(super) struct HeldSend {
    pub code: Code,
    /// The code as the receipt page carries it.
    pub keep: KeepCode,
    pub route: Route,
    pub concern: Concern,
    pub files: Files,
    pub left_out: LeftOut,
}

/// What a receipt page is made from.
pub(super) struct ShownReceipt {
    pub code: Code,
    /// The same as the page carries it.
    pub keep: KeepCode,
    pub stored: StoredReport,
    pub told: ToldOnReceipt,
    /// What came with a send that was not the first.
    pub unsent: Vec<(&'static str, String)>,
}

/// What became of a concern that waits. Whoever has locked it sends it; whoever asked meanwhile finds what came of it.
pub(super) enum HeldState {
    Waits(Box<HeldSend>),
    Sent(Box<ShownReceipt>),
    /// It could not be sent.
    Lost,
}

/// What a ticket names.
pub(super) enum TicketState {
    /// Not before so long.
    Early(Duration),
    /// Its time has come.
    Ready(Arc<AsyncMutex<HeldState>>),
}

struct HeldPlace {
    ready_at: Instant,
    gone_at: Instant,
    bytes: usize,
    state: Arc<AsyncMutex<HeldState>>,
}

impl Ticket {
    const LEN: usize = 16;

    pub(super) fn random(rng: &mut impl CryptoRng) -> Self {
        let mut ticket = [0; Self::LEN];
        rng.fill_bytes(&mut ticket);
        Self(ticket)
    }

    /// As it stands in an address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl WaitingRoom {
    /// Holds a concern for which so many bytes were written. Drops it and gives false if there is no room.
    pub(super) fn hold(&self, ticket: Ticket, send: HeldSend, bytes: usize, wait: Duration, now: Instant) -> bool {
        let mut places = self.places(now);
        let held: usize = places.values().map(|place| place.bytes).sum();
        let has_room = places.len() < PLACES && held + bytes <= BYTES;
        if has_room {
            let state = Arc::new(AsyncMutex::new(HeldState::Waits(Box::new(send))));
            // What is counted here for all that waits, a budget for all that is in memory would count in this place.
            places.insert(ticket, HeldPlace { ready_at: now + wait, gone_at: now + HELD_FOR, bytes, state });
        }
        has_room
    }

    /// What a ticket names now.
    pub(super) fn find(&self, ticket: Ticket, now: Instant) -> Option<TicketState> {
        let places = self.places(now);
        let place = places.get(&ticket)?;
        Some(match place.ready_at.saturating_duration_since(now) {
            Duration::ZERO => TicketState::Ready(Arc::clone(&place.state)),
            early => TicketState::Early(early),
        })
    }

    /// Lets one wait longer, as long as it may be held.
    pub(super) fn put_off(&self, ticket: Ticket, wait: Duration, now: Instant) {
        if let Some(place) = self.places(now).get_mut(&ticket) {
            place.ready_at = (now + wait).min(place.gone_at);
        }
    }

    /// Its ticket is used up, or its time is over.
    pub(super) fn forget(&self, ticket: Ticket, now: Instant) {
        self.places(now).remove(&ticket);
    }

    /// Every place, without those whose time is over.
    fn places(&self, now: Instant) -> MutexGuard<'_, HashMap<Ticket, HeldPlace>> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.retain(|_, place| now < place.gone_at);
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{crypto::os_random, domain::Entries};

    fn send() -> HeldSend {
        let mut form = Entries::default();
        for (name, value) in [("route", "procurement"), ("about", "fraud"), ("description", "It is long enough now.")] {
            form.push(name.into(), value.into());
        }
        let Ok((route, concern)) = Concern::parse(&form) else { panic!("a form in order") };
        let code = Code::issue(&mut os_random());
        let keep = KeepCode { code: code.grouped().to_string(), tag: String::new() };
        HeldSend { code, keep, route, concern, files: Files::default(), left_out: LeftOut::default() }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// `Some(0)` for one whose time has come.
    fn waits(room: &WaitingRoom, ticket: Ticket, now: Instant) -> Option<u64> {
        room.find(ticket, now).map(|found| match found {
            TicketState::Early(wait) => wait.as_secs(),
            TicketState::Ready(_) => 0,
        })
    }

    #[test]
    fn a_ticket_names_one_concern_from_its_time_on_and_for_two_minutes() {
        let (room, now) = (WaitingRoom::default(), Instant::now());
        let [ticket, other] = [Ticket::random(&mut os_random()), Ticket::random(&mut os_random())];
        assert!(room.hold(ticket, send(), 100, seconds(8), now));
        let at = |second| waits(&room, ticket, now + seconds(second));
        assert_eq!([at(0), at(7), at(8), at(119), at(120)], [Some(8), Some(1), Some(0), Some(0), None]);
        assert_eq!(waits(&room, ticket, now), None, "it is gone for good");
        assert!(room.hold(ticket, send(), 100, seconds(8), now));
        room.put_off(ticket, seconds(300), now);
        assert_eq!((waits(&room, ticket, now), waits(&room, other, now)), (Some(120), None));
        room.forget(ticket, now);
        assert_eq!(waits(&room, ticket, now), None);
        assert!(Ticket::parse(&ticket.to_string()) == Some(ticket));
        for bad in ["", "0", &ticket.to_string()[2..], "z".repeat(32).as_str()] {
            assert!(Ticket::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn it_is_bounded_in_number_and_in_bytes() {
        let (room, now) = (WaitingRoom::default(), Instant::now());
        let hold = |bytes, now| room.hold(Ticket::random(&mut os_random()), send(), bytes, seconds(8), now);
        assert!(!hold(BYTES + 1, now) && hold(BYTES, now) && !hold(1, now));
        let later = now + HELD_FOR;
        assert!((0..PLACES).all(|_| hold(1, later)) && !hold(1, later));
    }
}
