use crate::store::StoreError;

use super::Shelf;

/// A slot that holds a part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct FilledSlot {
    /// Its number on the shelf, from 0.
    pub(in crate::store) number: u32,
    /// CRC-32 of the part: a disk that gives back something else is noticed before it is carried to the desk. Whoever means
    /// to alter a part is stopped by what seals it.
    pub(in crate::store) crc: u32,
}

/// Where a file lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Placed {
    pub(in crate::store) shelf: Shelf,
    /// Bytes of the file.
    pub(in crate::store) size: u64,
    /// In the order of the file's parts.
    pub(in crate::store) slots: Vec<FilledSlot>,
}

impl Placed {
    /// Bytes of one slot in a list.
    const ENCODED: usize = 8;

    /// As it stands in the records.
    pub(in crate::store) fn from_record(shelf: u8, size: i64, slots: &[u8]) -> Result<Self, StoreError> {
        let placed = Self {
            shelf: Shelf::from_number(shelf).ok_or(StoreError::DamagedFile("its shelf"))?,
            size: u64::try_from(size).map_err(|_| StoreError::DamagedFile("its size"))?,
            slots: decode(slots).ok_or(StoreError::DamagedFile("its list of slots"))?,
        };
        if placed.slots.len() as u64 == placed.size.div_ceil(placed.shelf.slot_bytes() as u64) {
            Ok(placed)
        } else {
            Err(StoreError::DamagedFile("its list of slots"))
        }
    }

    /// The list of slots as it stands in the records.
    pub(in crate::store) fn encoded_slots(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::ENCODED * self.slots.len());
        for FilledSlot { number, crc } in &self.slots {
            bytes.extend(number.to_le_bytes());
            bytes.extend(crc.to_le_bytes());
        }
        bytes
    }

    /// The slots' numbers.
    pub(in crate::store) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.slots.iter().map(|slot| slot.number)
    }

    /// Bytes of its part in the slot at a place of the list.
    pub(in crate::store) fn part(&self, place: usize) -> usize {
        let slot = self.shelf.slot_bytes();
        let before = (place * slot) as u64;
        usize::try_from(self.size.saturating_sub(before)).map_or(slot, |left| left.min(slot))
    }
}

fn decode(bytes: &[u8]) -> Option<Vec<FilledSlot>> {
    let (slots, rest) = bytes.as_chunks::<{ Placed::ENCODED }>();
    let number = |part: &[u8]| part.try_into().ok().map(u32::from_le_bytes);
    let read = |slot: &[u8; 8]| Some(FilledSlot { number: number(&slot[..4])?, crc: number(&slot[4..])? });
    if rest.is_empty() { slots.iter().map(read).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_and_one_that_is_cut_does_not() {
        let slot = |number| FilledSlot { number, crc: !number };
        let placed = Placed { shelf: Shelf::Short, size: 50_000, slots: [7, 0, u32::MAX].map(slot).to_vec() };
        let bytes = placed.encoded_slots();
        assert_eq!(Placed::from_record(0, 50_000, &bytes).unwrap(), placed);
        assert_eq!((placed.part(0), placed.part(2)), (20_480, 50_000 - 40_960));
        for (shelf, size, bytes) in [
            (3, 50_000, &bytes[..]),
            (0, -1, &bytes),
            (0, 61_441, &bytes),
            (0, 50_000, &bytes[..16]),
            (0, 50_000, &bytes[..23]),
        ] {
            assert!(Placed::from_record(shelf, size, bytes).is_err(), "{shelf} {size} {}", bytes.len());
        }
    }
}
