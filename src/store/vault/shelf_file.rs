use std::{
    fs::{File, OpenOptions},
    io,
    num::NonZeroU64,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
};

use rand::Rng;
use rustix::{
    fs::{Advice, FallocateFlags, fadvise, fallocate},
    io::Errno,
};

use super::Shelf;
use crate::crypto::os_random;

/// A shelf's file, open.
pub(in crate::store) struct ShelfFile {
    pub(in crate::store) shelf: Shelf,
    file: File,
}

impl ShelfFile {
    /// Makes it with its first slots.
    pub(in crate::store) fn create(directory: &Path, shelf: Shelf) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true).mode(0o600);
        let file = Self { shelf, file: options.open(directory.join(shelf.file_name()))? };
        file.grow(0, shelf.first_slots())?;
        file.file.sync_all()
    }

    pub(in crate::store) fn open(directory: &Path, shelf: Shelf) -> io::Result<Self> {
        let path = directory.join(shelf.file_name());
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        Ok(Self { shelf, file })
    }

    /// How many slots it has.
    pub(in crate::store) fn slots(&self) -> io::Result<u32> {
        let slots = self.file.metadata()?.len() / self.shelf.slot_bytes() as u64;
        u32::try_from(slots).map_err(io::Error::other)
    }

    /// Makes it longer, and writes every new slot once: the first write to a block is one that a file system's journal tells
    /// the time of, and it costs more to make durable. The room is there then, or this fails and it is as long as before.
    pub(in crate::store) fn grow(&self, from: u32, to: u32) -> io::Result<()> {
        let written = self.wipe(from..to).and_then(|()| self.sync());
        written.inspect_err(|_| drop(self.file.set_len(self.place(from))))
    }

    /// Makes it longer at once, for somebody who waits: new slots are written for the first time by what comes.
    pub(in crate::store) fn grow_at_once(&self, from: u32, to: u32) -> io::Result<()> {
        let (start, end) = (self.place(from), self.place(to));
        match fallocate(&self.file, FallocateFlags::empty(), start, end - start) {
            Ok(()) => Ok(()),
            // A file system that can't set room aside: it may turn out later that there is none.
            Err(Errno::OPNOTSUPP) => self.file.set_len(end),
            Err(error) => {
                // What there was room for is given back.
                let _ = self.file.set_len(start);
                Err(error.into())
            }
        }
    }

    /// Writes a part into its slot.
    pub(in crate::store) fn write(&self, slot: u32, part: &[u8]) -> io::Result<()> {
        self.file.write_all_at(part, self.place(slot))
    }

    /// Tells the kernel that a slot that was written is not needed in memory: what is not on the disk is begun to be
    /// written, what is there is given up. So a large file leaves the disk little to do at its end, and takes no memory from
    /// anything else.
    pub(in crate::store) fn let_go(&self, slot: u32) {
        // Advice: where it is not taken, nothing is lost but time.
        let _ =
            fadvise(&self.file, self.place(slot), NonZeroU64::new(self.shelf.slot_bytes() as u64), Advice::DontNeed);
    }

    /// Reads a part from its slot.
    pub(in crate::store) fn read(&self, slot: u32, part: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(part, self.place(slot))
    }

    /// Writes random bytes over slots, so that what was there is gone and nobody can tell that it was.
    pub(in crate::store) fn wipe(&self, slots: impl IntoIterator<Item = u32>) -> io::Result<()> {
        let mut bytes = vec![0; self.shelf.slot_bytes()];
        for slot in slots {
            os_random().fill_bytes(&mut bytes);
            self.write(slot, &bytes)?;
        }
        Ok(())
    }

    /// Waits until what was written is on the disk.
    pub(in crate::store) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// For locks: whose they are says whoever takes them.
    pub(in crate::store) const fn file(&self) -> &File {
        &self.file
    }

    fn place(&self, slot: u32) -> u64 {
        u64::from(slot) * self.shelf.slot_bytes() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_a_slot_comes_back_until_it_is_wiped_and_the_neighbours_stay() {
        let directory = tempfile::tempdir().unwrap();
        for shelf in Shelf::ALL {
            ShelfFile::create(directory.path(), shelf).unwrap();
            let file = ShelfFile::open(directory.path(), shelf).unwrap();
            assert_eq!(file.slots().unwrap(), shelf.first_slots());
            file.grow(shelf.first_slots(), shelf.first_slots() + 4).unwrap();
            file.grow_at_once(shelf.first_slots() + 4, shelf.first_slots() + 8).unwrap();
            assert_eq!(file.slots().unwrap(), shelf.first_slots() + 8);
            let part = |byte: u8| vec![byte; shelf.slot_bytes()];
            let read = |slot: u32| {
                let mut bytes = part(0);
                file.read(slot, &mut bytes).map(|()| bytes)
            };
            for slot in [3, 4, shelf.first_slots() + 7] {
                file.write(slot, &part(u8::try_from(slot % 200).unwrap())).unwrap();
            }
            file.wipe([3]).unwrap();
            assert_eq!(
                (read(4).unwrap(), read(shelf.first_slots() + 7).unwrap()[0]),
                (part(4), 7 + u8::try_from(shelf.first_slots() % 200).unwrap())
            );
            let wiped = read(3).unwrap();
            assert!(wiped != part(3) && wiped.iter().any(|byte| *byte != wiped[0]));
            assert!(read(shelf.first_slots() + 8).is_err());
        }
    }
}
