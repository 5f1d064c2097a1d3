use rand::{CryptoRng, RngExt};

/// Which slots of a shelf are free, a bit a slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct FreeSlots {
    /// Set where a slot is taken, and past the last slot.
    taken: Vec<u64>,
    slots: u32,
    free: u32,
}

impl FreeSlots {
    const BITS: u32 = u64::BITS;

    /// So many slots, all of them free.
    pub(in crate::store) fn new(slots: u32) -> Self {
        let mut map = Self::default();
        map.grow(slots);
        map
    }

    /// Adds free slots, up to so many in all.
    pub(in crate::store) fn grow(&mut self, slots: u32) {
        let before = self.slots;
        if slots <= before {
            return;
        }
        self.taken.resize(slots.div_ceil(Self::BITS) as usize, u64::MAX);
        self.slots = slots;
        (before..slots).for_each(|slot| self.release(slot));
    }

    pub(in crate::store) const fn slots(&self) -> u32 {
        self.slots
    }

    pub(in crate::store) const fn free(&self) -> u32 {
        self.free
    }

    pub(in crate::store) fn is_taken(&self, slot: u32) -> bool {
        let (word, bit) = Self::place(slot);
        self.taken.get(word).is_none_or(|word| word & bit != 0)
    }

    /// Marks a slot as taken; tells whether it was free.
    pub(in crate::store) fn take(&mut self, slot: u32) -> bool {
        let (word, bit) = Self::place(slot);
        let is_free = !self.is_taken(slot);
        if is_free {
            self.taken[word] |= bit;
            self.free -= 1;
        }
        is_free
    }

    /// Marks a slot as free again.
    pub(in crate::store) fn release(&mut self, slot: u32) {
        let (word, bit) = Self::place(slot);
        if slot < self.slots && self.is_taken(slot) {
            self.taken[word] &= !bit;
            self.free += 1;
        }
    }

    /// Takes any of the free ones, each as likely as another: only so does a place say nothing of when it was taken.
    pub(in crate::store) fn take_any(&mut self, rng: &mut impl CryptoRng) -> Option<u32> {
        if self.free == 0 {
            return None;
        }
        let mut rank = rng.random_range(0..self.free);
        for (word, taken) in (0_u32..).zip(&self.taken) {
            let here = taken.count_zeros();
            if rank < here {
                let bit = (0..Self::BITS).filter(|bit| taken >> bit & 1 == 0).nth(rank as usize)?;
                let slot = word * Self::BITS + bit;
                self.take(slot);
                return Some(slot);
            }
            rank -= here;
        }
        None
    }

    fn place(slot: u32) -> (usize, u64) {
        ((slot / Self::BITS) as usize, 1 << (slot % Self::BITS))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::crypto::os_random;

    #[test]
    fn every_free_slot_is_taken_once_and_none_that_is_not_there() {
        let mut map = FreeSlots::new(100);
        for slot in [0, 63, 64, 99] {
            assert!(map.take(slot) && !map.take(slot) && map.is_taken(slot));
        }
        assert!(map.is_taken(100) && !map.take(100) && !map.take(1000));
        let taken: BTreeSet<u32> = std::iter::from_fn(|| map.take_any(&mut os_random())).collect();
        assert_eq!((taken.len(), map.free(), taken.last()), (96, 0, Some(&98)));
        map.release(64);
        map.release(64);
        map.release(100);
        assert_eq!((map.free(), map.take_any(&mut os_random())), (1, Some(64)));
        map.grow(130);
        assert_eq!((map.slots(), map.free()), (130, 30));
        map.grow(10);
        assert_eq!(map.slots(), 130);
    }

    #[test]
    fn each_free_slot_is_as_likely_as_another() {
        let mut seen = [0_u32; 40];
        for _ in 0..4000 {
            let mut map = FreeSlots::new(70);
            (10..40).for_each(|slot| assert!(map.take(slot)));
            let slot = map.take_any(&mut os_random()).unwrap();
            seen[if slot < 10 { slot } else { slot - 30 } as usize] += 1;
        }
        // 100 each, with a standard deviation of 10.
        assert!(seen.iter().all(|count| (50..160).contains(count)), "{seen:?}");
    }
}
