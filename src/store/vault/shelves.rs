use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{FreeSlots, Shelf, ShelfFile};
use crate::{crypto::os_random, store::StoreError};

/// How much of the disk the vault may take.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Bytes of disk that are kept free. Half of it stays when the vault grows for files, an eighth when it does for texts.
    pub disk_reserve: u64,
    /// Bytes of slots that files take which are still arriving, or whose message is not committed yet.
    pub arriving: u64,
}

impl Budget {
    /// No bound at all.
    pub const UNBOUNDED: Self = Self { disk_reserve: 0, arriving: u64::MAX };
}

/// What is on its way into the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Cargo {
    /// What a person wrote, sealed. However many files come, there is room for it.
    Text,
    /// A file, which may be large and slow.
    File,
}

/// Every shelf, and which slots are free where people's files go. What arrives takes its slots in memory alone: what
/// breaks off leaves no trace in the records.
pub(in crate::store) struct Vault {
    directory: PathBuf,
    files: [ShelfFile; 3],
    state: Mutex<Stock>,
    arriving: AtomicU64,
    /// How often writing out failed. What was written before such a failure may be lost though a later one succeeds.
    lost: AtomicU64,
}

struct Stock {
    budget: Budget,
    /// Of the short and the long shelf, once the records were asked.
    free: Option<[FreeSlots; 2]>,
}

impl Vault {
    /// Whose locks stand for what.
    const WIPING: Shelf = Shelf::Long;
    const SERVING: Shelf = Shelf::Short;

    pub(in crate::store) fn create(directory: &Path) -> io::Result<()> {
        Shelf::ALL.into_iter().try_for_each(|shelf| ShelfFile::create(directory, shelf))
    }

    pub(in crate::store) fn open(directory: &Path) -> io::Result<Self> {
        let [short, long, answers] = Shelf::ALL;
        let files = [short, long, answers].map(|shelf| ShelfFile::open(directory, shelf));
        let [short, long, answers] = files;
        let state = Mutex::new(Stock { budget: Budget::UNBOUNDED, free: None });
        let directory = directory.to_owned();
        let files = [short?, long?, answers?];
        Ok(Self { directory, files, state, arriving: AtomicU64::new(0), lost: AtomicU64::new(0) })
    }

    pub(in crate::store) fn file(&self, shelf: Shelf) -> &ShelfFile {
        &self.files[usize::from(shelf.number())]
    }

    /// Keeps every slot from being wiped, by any program, until it is dropped.
    pub(in crate::store) fn hold_slots(&self) -> io::Result<File> {
        let file = self.lock_file(Self::WIPING)?;
        file.lock_shared()?;
        Ok(file)
    }

    /// The right to wipe slots; none while somebody holds them.
    pub(in crate::store) fn may_wipe(&self) -> io::Result<Option<File>> {
        Self::tried(self.lock_file(Self::WIPING)?)
    }

    /// The right to hand out slots and to decide when they are wiped, until it is dropped; none while somebody has it.
    pub(in crate::store) fn may_serve(&self) -> io::Result<Option<File>> {
        Self::tried(self.lock_file(Self::SERVING)?)
    }

    /// A lock belongs to an open file: each has one of its own.
    fn lock_file(&self, shelf: Shelf) -> io::Result<File> {
        File::open(self.directory.join(shelf.file_name()))
    }

    fn tried(file: File) -> io::Result<Option<File>> {
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    pub(in crate::store) fn set_budget(&self, budget: Budget) {
        self.state().budget = budget;
    }

    pub(in crate::store) fn is_loaded(&self) -> bool {
        self.state().free.is_some()
    }

    /// Which slots are free, as the records say.
    pub(in crate::store) fn load(&self, short: FreeSlots, long: FreeSlots) {
        self.state().free.get_or_insert([short, long]);
    }

    /// Takes a slot for what arrives.
    pub(in crate::store) fn take(&self, shelf: Shelf, cargo: Cargo) -> Result<u32, StoreError> {
        let bytes = shelf.slot_bytes() as u64;
        let mut state = self.state();
        // However many files trickle in, there is room for texts.
        let is_bounded = shelf == Shelf::Long && cargo == Cargo::File;
        if is_bounded && self.arriving().saturating_add(bytes) > state.budget.arriving {
            return Err(StoreError::Arriving);
        }
        if self.map(&mut state, shelf)?.free() == 0 {
            self.grow(&mut state, shelf, cargo, false)?;
        }
        let slot = self.map(&mut state, shelf)?.take_any(&mut os_random()).ok_or(StoreError::Full)?;
        self.arriving.fetch_add(bytes, Ordering::Relaxed);
        Ok(slot)
    }

    /// Frees slots of what broke off.
    pub(in crate::store) fn give_back(&self, shelf: Shelf, slots: impl Iterator<Item = u32>) {
        let mut state = self.state();
        let Some([short, long]) = &mut state.free else { return };
        let map = if shelf == Shelf::Long { long } else { short };
        slots.for_each(|slot| {
            map.release(slot);
            self.has_arrived(shelf, 1);
        });
    }

    /// So many slots belong to a message that is committed.
    pub(in crate::store) fn has_arrived(&self, shelf: Shelf, slots: usize) {
        self.arriving.fetch_sub((slots * shelf.slot_bytes()) as u64, Ordering::Relaxed);
    }

    /// Slots that were wiped, and that the records say are free now.
    pub(in crate::store) fn is_wiped(&self, shelf: Shelf, slots: &[u32]) {
        let mut state = self.state();
        let Some([short, long]) = &mut state.free else { return };
        match shelf {
            Shelf::Short => slots.iter().for_each(|slot| short.release(*slot)),
            Shelf::Long => slots.iter().for_each(|slot| long.release(*slot)),
            // Whoever hands those out asks the records.
            Shelf::Answers => {}
        }
    }

    /// Grows what has little room left, so that nobody waits for it and a place is still one of many.
    pub(in crate::store) fn grow_ahead(&self) -> Result<(), StoreError> {
        for shelf in [Shelf::Short, Shelf::Long] {
            let mut state = self.state();
            if state.free.is_some() && {
                let map = self.map(&mut state, shelf)?;
                map.free() < map.slots() / 4
            } {
                self.grow(&mut state, shelf, Cargo::File, true)?;
            }
        }
        Ok(())
    }

    pub(in crate::store) fn arriving(&self) -> u64 {
        self.arriving.load(Ordering::Relaxed)
    }

    /// Bytes of free slots where people's files go, as far as it is known.
    pub(in crate::store) fn free_bytes(&self) -> u64 {
        let state = self.state();
        let bytes = |map: &FreeSlots, shelf: Shelf| u64::from(map.free()) * shelf.slot_bytes() as u64;
        state.free.as_ref().map_or(0, |[short, long]| bytes(short, Shelf::Short) + bytes(long, Shelf::Long))
    }

    /// Waits until what was written to a shelf is on the disk.
    pub(in crate::store) fn sync(&self, shelf: Shelf) -> Result<(), StoreError> {
        self.file(shelf).sync().map_err(|error| {
            // The kernel tells of it once, and whoever wrote another part may be told nothing.
            self.lost.fetch_add(1, Ordering::SeqCst);
            error.into()
        })
    }

    /// Changes whenever something that was written may have been lost.
    pub(in crate::store) fn lost(&self) -> u64 {
        self.lost.load(Ordering::SeqCst)
    }

    /// Refuses a shelf whose file has fewer slots than are handed out.
    pub(in crate::store) fn refuse_shorter(&self, shelf: Shelf) -> Result<(), StoreError> {
        let mut state = self.state();
        // Nothing is handed out yet.
        let Ok(map) = self.map(&mut state, shelf) else { return Ok(()) };
        if self.file(shelf).slots()? < map.slots() { Err(StoreError::Cut(shelf.file_name())) } else { Ok(()) }
    }

    /// Slots that are taken where people's files go.
    #[cfg(test)]
    pub(in crate::store) fn taken(&self) -> u32 {
        self.state().free.iter().flatten().map(|map| map.slots() - map.free()).sum()
    }

    /// Ahead of time by a large step, and else, while somebody waits, by what is done at once.
    fn grow(&self, state: &mut Stock, shelf: Shelf, cargo: Cargo, ahead: bool) -> Result<(), StoreError> {
        let kept = match cargo {
            Cargo::Text => state.budget.disk_reserve / 8,
            Cargo::File => state.budget.disk_reserve / 2,
        };
        let file = self.file(shelf);
        let disk = rustix::fs::fstatvfs(file.file()).map_err(io::Error::from)?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let slots = self.map(state, shelf)?.slots();
        let by = if ahead || shelf == Shelf::Long { shelf.step().max(slots / 4) } else { shelf.step() / 8 };
        // A disk that has little room gets the smaller steps.
        for by in [by, by.min(shelf.step()), shelf.step() / 8] {
            let needed = u64::from(by) * shelf.slot_bytes() as u64;
            let grown = |file: &ShelfFile| {
                if shelf == Shelf::Long && !ahead {
                    file.grow_at_once(slots, slots + by)
                } else {
                    file.grow(slots, slots + by)
                }
            };
            if free >= needed.saturating_add(kept) && grown(file).is_ok() {
                self.map(state, shelf)?.grow(slots + by);
                return Ok(());
            }
        }
        Err(StoreError::Full)
    }

    fn map<'a>(&self, state: &'a mut Stock, shelf: Shelf) -> Result<&'a mut FreeSlots, StoreError> {
        let [short, long] = state.free.as_mut().ok_or(StoreError::Stopped)?;
        Ok(if shelf == Shelf::Long { long } else { short })
    }

    fn state(&self) -> MutexGuard<'_, Stock> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
