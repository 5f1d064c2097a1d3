//! Where answers go in the vault.

use rusqlite::Connection;

use super::{
    StoreError,
    slot_records::{free_slots, take},
    vault::{FilledSlot, FreeSlots, Placed, Shelf, Vault},
};
use crate::crypto::os_random;

/// Where answers are put: slots that the records say are free, under the database's own lock.
pub(super) struct AnswerPlaces<'a> {
    pub(super) connection: &'a Connection,
    vault: &'a Vault,
    slots: FreeSlots,
    is_written: bool,
}

impl<'a> AnswerPlaces<'a> {
    pub(super) fn new(connection: &'a Connection, vault: &'a Vault) -> Result<Self, StoreError> {
        let slots = free_slots(connection, Shelf::Answers, vault.file(Shelf::Answers).slots()?)?;
        Ok(Self { connection, vault, slots, is_written: false })
    }

    pub(super) fn put(&mut self, sealed: &[u8]) -> Result<Placed, StoreError> {
        let file = self.vault.file(Shelf::Answers);
        let mut placed = Placed { shelf: Shelf::Answers, size: sealed.len() as u64, slots: vec![] };
        for part in sealed.chunks(Shelf::Answers.slot_bytes()) {
            if self.slots.free() == 0 {
                let more = self.slots.slots() + Shelf::Answers.step().max(self.slots.slots() / 4);
                file.grow(self.slots.slots(), more)?;
                self.slots.grow(more);
            }
            let number = self.slots.take_any(&mut os_random()).ok_or(StoreError::Full)?;
            file.write(number, part)?;
            placed.slots.push(FilledSlot { number, crc: crc32fast::hash(part) });
        }
        take(self.connection, Shelf::Answers, placed.numbers())?;
        self.is_written = true;
        Ok(placed)
    }

    pub(super) fn finish(self) -> Result<(), StoreError> {
        if self.is_written { self.vault.sync(Shelf::Answers) } else { Ok(()) }
    }
}
