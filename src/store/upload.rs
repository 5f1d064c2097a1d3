use std::{
    io::{self, Write},
    sync::Arc,
};

use super::{
    Store, StoreError,
    vault::{Cargo, FilledSlot, Placed, Shelf, Vault},
};
use crate::domain::limits::LONG_SLOT_BYTES;

/// Long slots of one file that may stand in the kernel's memory on their way to the disk.
const IN_MEMORY: usize = 32;

/// A sealed file on its way into the vault. Unreachable until a message names it; dropped before, its slots are free
/// again.
///
/// It is written on a thread that may block.
pub struct Upload {
    store: Store,
    part: Vec<u8>,
    size: u64,
    slots: TakenSlots,
    lost: u64,
}

/// A file that is whole in the vault, for [`Store::add_report`] and [`Store::add_message`] to link.
pub struct FinishedUpload {
    placed: Placed,
    slots: TakenSlots,
    lost: u64,
}

/// Slots that belong to no message yet. Free again when they are dropped.
struct TakenSlots {
    vault: Arc<Vault>,
    cargo: Cargo,
    shelf: Shelf,
    slots: Vec<FilledSlot>,
}

impl Store {
    /// Begins a sealed file.
    #[must_use]
    pub fn upload(&self) -> Upload {
        self.begin(Cargo::File)
    }

    /// Begins what a person wrote, sealed: there is room for it that no file takes.
    #[must_use]
    pub fn upload_text(&self) -> Upload {
        self.begin(Cargo::Text)
    }

    fn begin(&self, cargo: Cargo) -> Upload {
        let vault = Arc::clone(self.vault());
        let lost = vault.lost();
        let slots = TakenSlots { vault, cargo, shelf: Shelf::Long, slots: Vec::new() };
        Upload { store: self.clone(), part: Vec::new(), size: 0, slots, lost }
    }
}

impl Upload {
    /// The last part. A long file is on the disk then; a short one is, when its message is committed.
    ///
    /// # Errors
    /// If any of it could not be written.
    pub fn finish(mut self) -> Result<FinishedUpload, StoreError> {
        self.store.know_free_slots()?;
        if self.slots.slots.is_empty() {
            self.slots.shelf = Shelf::of_size(self.size);
        }
        let part = std::mem::take(&mut self.part);
        part.chunks(self.slots.shelf.slot_bytes()).try_for_each(|part| self.slots.write(part))?;
        if self.slots.shelf == Shelf::Long {
            self.slots.vault.sync(Shelf::Long)?;
            self.slots.slots.iter().rev().take(IN_MEMORY).for_each(|slot| self.slots.let_go(*slot));
        }
        let placed = Placed { shelf: self.slots.shelf, size: self.size, slots: self.slots.slots.clone() };
        Ok(FinishedUpload { placed, slots: self.slots, lost: self.lost })
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.part.len() == LONG_SLOT_BYTES {
            // There is more of it: it is a long file.
            self.store.know_free_slots().map_err(io::Error::other)?;
            self.slots.write(&self.part).map_err(io::Error::other)?;
            self.part.clear();
        }
        if self.part.capacity() == 0 {
            self.part.reserve_exact(LONG_SLOT_BYTES);
        }
        let taken = bytes.len().min(LONG_SLOT_BYTES - self.part.len());
        self.part.extend_from_slice(&bytes[..taken]);
        self.size += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl FinishedUpload {
    /// Bytes of the sealed file.
    pub(super) const fn size(&self) -> u64 {
        self.placed.size
    }

    /// Where it lies.
    pub(super) const fn placed(&self) -> &Placed {
        &self.placed
    }

    /// Whether every part of it can still be relied on to be where it was written.
    pub(super) const fn lost_count(&self) -> u64 {
        self.lost
    }

    /// A message names it now, so it stays.
    pub(super) fn keep(mut self) {
        let slots = std::mem::take(&mut self.slots.slots);
        self.slots.vault.has_arrived(self.slots.shelf, slots.len());
    }

    /// Nobody knows whether a message on the disk names it: its slots are not used again before the box starts anew.
    pub(super) fn keep_out_of_use(self) {
        self.keep();
    }
}

impl TakenSlots {
    fn write(&mut self, part: &[u8]) -> Result<(), StoreError> {
        let number = self.vault.take(self.shelf, self.cargo)?;
        self.slots.push(FilledSlot { number, crc: crc32fast::hash(part) });
        self.vault.file(self.shelf).write(number, part)?;
        if self.shelf == Shelf::Long {
            // Begun to be written now, and given up once it is likely to be on the disk.
            self.slots.last().into_iter().for_each(|slot| self.let_go(*slot));
            self.slots.iter().rev().nth(IN_MEMORY).into_iter().for_each(|slot| self.let_go(*slot));
        }
        Ok(())
    }

    fn let_go(&self, slot: FilledSlot) {
        self.vault.file(self.shelf).let_go(slot.number);
    }
}

impl Drop for TakenSlots {
    fn drop(&mut self) {
        self.vault.give_back(self.shelf, self.slots.iter().map(|slot| slot.number));
    }
}
