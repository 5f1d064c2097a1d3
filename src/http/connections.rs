//! Who is connected: how many at once, who goes when there is no place or no memory left, and what each has of either.
//!
//! Nobody waits to be accepted. Where all places are taken and another comes, somebody goes: of those who are waited for,
//! the one who is most behind, else one who is drawn by lot among the half of them who will be behind first: who comes and
//! sends a whole request at once goes before none of them. Where memory is short for what
//! somebody types, the one goes who holds most of it. Never anyone whose answer is being made.

use std::{
    cmp::Reverse,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering},
    },
};

use axum::extract::Request;
use rand::Rng;
use tokio::{sync::Notify, time::Instant};

use super::{
    budget::{MemoryBudget, Share},
    pace::Pace,
};

/// Its request is not whole yet.
const ASKING: u8 = 0;
/// Its answer is being made.
const ANSWERING: u8 = 1;
/// Its answer is being read.
const READING: u8 = 2;

/// All connections of a server. Cheap to clone.
#[derive(Clone)]
pub(super) struct Connections(Arc<Mutex<Crowd>>);

struct Crowd {
    most: usize,
    seats: Vec<Arc<Conduct>>,
    budget: MemoryBudget,
}

/// A connection's place, free again when this is dropped.
pub(super) struct Seat {
    connections: Connections,
    conduct: Arc<Conduct>,
}

/// What is known of a connection.
pub(super) struct Conduct {
    /// Whether it keeps up while it is waited for.
    pub(super) pace: Pace,
    phase: AtomicU8,
    dismissed: Notify,
    /// The rest changes under the table's lock alone. Its place in the table.
    index: AtomicUsize,
    is_gone: AtomicBool,
    text: AtomicUsize,
    files: AtomicUsize,
    page: AtomicUsize,
}

/// The memory that one request takes, given back when the last clone is dropped: a request carries one, and whoever makes
/// its answer holds another until it is made, for what was typed is in memory for as long.
#[derive(Clone)]
pub struct Allowance(Arc<HeldMemory>);

struct HeldMemory {
    connections: Connections,
    conduct: Arc<Conduct>,
}

impl Connections {
    /// Of a server that has so many places.
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(Mutex::new(Crowd { most, seats: Vec::new(), budget: MemoryBudget::default() })))
    }

    /// A place for somebody who has just come; none if the answers of all others are being made.
    pub(super) fn seat(&self, rng: &mut impl Rng) -> Option<Seat> {
        let mut table = self.table();
        if table.seats.len() >= table.most && !table.make_room(rng) {
            return None;
        }
        let conduct = Arc::new(Conduct::new());
        conduct.index.store(table.seats.len(), Ordering::Relaxed);
        table.seats.push(Arc::clone(&conduct));
        Some(Seat { connections: self.clone(), conduct })
    }

    /// Lets one go, if there is one who may: for when something else than places ran out.
    pub(super) fn make_room(&self, rng: &mut impl Rng) {
        self.table().make_room(rng);
    }

    fn table(&self) -> MutexGuard<'_, Crowd> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// What is known of the connection that has it.
    pub(super) const fn conduct(&self) -> &Arc<Conduct> {
        &self.conduct
    }

    /// The memory of its one request.
    pub(super) fn allowance(&self) -> Allowance {
        Allowance(Arc::new(HeldMemory { connections: self.connections.clone(), conduct: Arc::clone(&self.conduct) }))
    }

    /// The answer is made, and waits for its reader with so many bytes of a page in memory.
    pub(super) fn has_answered(&self, page: usize) {
        self.connections.table().reads(&self.conduct, page);
    }

    /// Nothing of the page is left here.
    pub(super) fn has_written(&self) {
        self.connections.table().page_left(&self.conduct);
    }

    /// Resolves when it has to go.
    pub(super) async fn dismissed(&self) {
        self.conduct.dismissed.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.connections.table().leave(&self.conduct);
    }
}

impl Conduct {
    fn new() -> Self {
        Self {
            pace: Pace::start(),
            phase: AtomicU8::new(ASKING),
            dismissed: Notify::new(),
            index: AtomicUsize::new(0),
            is_gone: AtomicBool::new(false),
            text: AtomicUsize::new(0),
            files: AtomicUsize::new(0),
            page: AtomicUsize::new(0),
        }
    }

    /// The request is whole, or what is left of it is not read.
    pub(super) fn has_asked(&self) {
        let _ = self.phase.compare_exchange(ASKING, ANSWERING, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// When it is behind; none while it is not waited for.
    fn due(&self) -> Option<Instant> {
        if self.phase.load(Ordering::Relaxed) == ANSWERING { None } else { self.pace.due() }
    }

    fn is_behind(&self, now: Instant) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    fn held(&self) -> usize {
        self.text.load(Ordering::Relaxed) + self.files.load(Ordering::Relaxed)
    }

    const fn of(&self, share: Share) -> &AtomicUsize {
        match share {
            Share::Text => &self.text,
            Share::Files => &self.files,
        }
    }
}

impl Allowance {
    /// What a request brought with it. One that came over no connection has all for itself.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        request.extensions().get().cloned().unwrap_or_else(|| {
            Self(Arc::new(HeldMemory { connections: Connections::new(0), conduct: Arc::new(Conduct::new()) }))
        })
    }

    /// Takes memory for so many bytes of what was sent. Gives whether there is some; it never waits. Text that finds none
    /// sends away whoever is waited for and holds more, or is behind; files send nobody away.
    #[must_use]
    pub fn take(&self, share: Share, bytes: usize) -> bool {
        self.0.connections.table().take(&self.0.conduct, share, share.cost(bytes))
    }

    /// Gives back some of what was taken.
    pub fn give_back(&self, share: Share, bytes: usize) {
        self.0.connections.table().give_back(&self.0.conduct, share, share.cost(bytes));
    }
}

impl Drop for HeldMemory {
    fn drop(&mut self) {
        let mut table = self.connections.table();
        for share in [Share::Text, Share::Files] {
            table.give_back(&self.conduct, share, usize::MAX);
        }
    }
}

impl Crowd {
    /// Lets one go. Gives whether there was one who may.
    fn make_room(&mut self, rng: &mut impl Rng) -> bool {
        let waited_for = self.seats.iter().filter_map(|seat| Some((seat.due()?, seat)));
        let mut waited_for: Vec<_> = waited_for.collect();
        let Some(last) = waited_for.len().checked_sub(1) else { return false };
        let (first_half, middle, _) = waited_for.select_nth_unstable_by_key(last / 2, |(due, _)| *due);
        let most_behind = first_half.iter().chain([&*middle]).min_by_key(|(due, _)| *due);
        let goes = match most_behind {
            Some((due, seat)) if *due <= Instant::now() => Arc::clone(seat),
            _ => {
                // So few lots of 2^64 numbers: each is as likely as any other.
                let lot = rng.next_u64() % (first_half.len() as u64 + 1);
                let drawn = usize::try_from(lot).ok().and_then(|lot| first_half.get(lot));
                Arc::clone(drawn.unwrap_or(middle).1)
            }
        };
        self.dismiss(&goes);
        true
    }

    fn take(&mut self, asking: &Arc<Conduct>, share: Share, bytes: usize) -> bool {
        if asking.is_gone.load(Ordering::Relaxed) {
            return false;
        }
        while !self.budget.fits(share, bytes) {
            let goes = if share == Share::Text { self.largest_before(asking, asking.held() + bytes) } else { None };
            let Some(goes) = goes else { return false };
            self.dismiss(&goes);
        }
        self.budget.take(share, bytes);
        asking.of(share).fetch_add(bytes, Ordering::Relaxed);
        true
    }

    fn give_back(&mut self, from: &Conduct, share: Share, bytes: usize) {
        let taken = from.of(share);
        let bytes = bytes.min(taken.load(Ordering::Relaxed));
        taken.fetch_sub(bytes, Ordering::Relaxed);
        self.budget.give_back(share, bytes);
    }

    fn reads(&mut self, reader: &Conduct, page: usize) {
        reader.phase.store(READING, Ordering::Relaxed);
        reader.pace.begins_again();
        if reader.is_gone.load(Ordering::Relaxed) {
            return;
        }
        self.page_left(reader);
        reader.page.store(page, Ordering::Relaxed);
        self.budget.add_page(page);
        while self.budget.is_over() {
            let Some(goes) = self.slowest_reader(reader) else { break };
            self.dismiss(&goes);
        }
    }

    fn page_left(&mut self, reader: &Conduct) {
        self.budget.remove_page(reader.page.swap(0, Ordering::Relaxed));
    }

    /// Of those who are waited for and hold memory: the largest of those behind, else the largest if it holds more than
    /// that.
    fn largest_before(&self, asking: &Arc<Conduct>, held: usize) -> Option<Arc<Conduct>> {
        let now = Instant::now();
        let others = self.seats.iter().filter(|seat| !Arc::ptr_eq(seat, asking) && seat.held() > 0);
        let largest =
            others.filter(|seat| seat.due().is_some()).max_by_key(|seat| (seat.is_behind(now), seat.held()))?;
        (largest.is_behind(now) || largest.held() > held).then(|| Arc::clone(largest))
    }

    /// Of those who keep a page waiting: those behind first, then whose is largest, then who is due first.
    fn slowest_reader(&self, but: &Conduct) -> Option<Arc<Conduct>> {
        let now = Instant::now();
        let others = self.seats.iter().filter(|seat| !std::ptr::eq(Arc::as_ptr(seat), but));
        let keep_waiting = others.filter_map(|seat| Some((seat.page.load(Ordering::Relaxed), seat.due()?, seat)));
        let keep_waiting = keep_waiting.filter(|(page, ..)| *page > 0);
        keep_waiting.max_by_key(|(page, due, _)| (*due <= now, *page, Reverse(*due))).map(|(.., seat)| Arc::clone(seat))
    }

    fn dismiss(&mut self, seat: &Conduct) {
        self.leave(seat);
        // What it took is free as soon as its task is polled, which is next.
        for share in [Share::Text, Share::Files] {
            self.give_back(seat, share, usize::MAX);
        }
        seat.dismissed.notify_one();
    }

    fn leave(&mut self, seat: &Conduct) {
        if seat.is_gone.swap(true, Ordering::Relaxed) {
            return;
        }
        self.page_left(seat);
        let index = seat.index.load(Ordering::Relaxed);
        self.seats.swap_remove(index);
        if let Some(moved) = self.seats.get(index) {
            moved.index.store(index, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
