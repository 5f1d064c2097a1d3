//! The memory that receipt codes are hashed in: mappings of their own, wiped after each hash and kept for the next.
//!
//! From the heap it would come in pages of 4 KiB that the kernel clears one by one, and go again after each hash: nearly
//! half the time of a hash went there. Here it comes once, in pages of 2 MiB where the kernel has them.

use std::{
    mem,
    ops::Range,
    sync::{Mutex, PoisonError},
};

use argon2::Block;
use memmap2::{Advice, MmapMut};
use zeroize::optimization_barrier;

use crate::domain::limits::MIB;

/// Bytes of a large page, to which a mapping has to be aligned to get one.
const LARGE_PAGE: usize = 2 * MIB;

/// Memory for hashes, kept between them. Each that runs has a mapping to itself; whoever hashes bounds how many run.
#[derive(Default)]
pub struct HashMemory {
    /// Wiped. The one that was used last is taken first, so that those which are not needed grow idle.
    kept: Mutex<Vec<Mapping>>,
}

/// One hash's memory.
struct Mapping {
    map: MmapMut,
    /// The part that lies in large pages of its own.
    aligned: Range<usize>,
    /// Whether no hash has used it since [`HashMemory::release_idle`] last looked.
    idle: bool,
}

/// A mapping while a hash uses it. Wiped and kept when that ends, in whatever way.
struct Lent<'a> {
    /// There until it is dropped.
    mapping: Option<Mapping>,
    memory: &'a HashMemory,
}

impl HashMemory {
    /// Gives back to the system what no hash has used since the last call: for a timer, whose pace says how long a quiet
    /// box keeps it.
    pub fn release_idle(&self) {
        let idle: Vec<Mapping> = self.lock().extract_if(.., |mapping| mem::replace(&mut mapping.idle, true)).collect();
        // Outside the lock: nobody waits while the kernel takes the pages.
        drop(idle);
    }

    /// Does something with so many blocks; nothing if the system does not have them. What stands in them before says
    /// nothing, and after it is wiped.
    pub(super) fn lend<T>(&self, blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> Option<T> {
        let bytes = blocks.checked_mul(Block::SIZE)?;
        let fits = |mapping: &Mapping| mapping.aligned.len() >= bytes;
        // In a statement of its own, so that the lock is free again while a new one is made.
        let kept = self.lock().pop();
        let mapping = kept.filter(fits).or_else(|| Mapping::new(bytes))?;
        let mut lent = Lent { mapping: Some(mapping), memory: self };
        let all = lent.mapping.as_mut().map_or(&mut [][..], Mapping::blocks);
        all.get_mut(..blocks).map(work)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Mapping>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(mut mapping) = self.mapping.take() {
            mapping.wipe();
            mapping.idle = false;
            self.memory.lock().push(mapping);
        }
    }
}

impl Mapping {
    fn new(bytes: usize) -> Option<Self> {
        let bytes = bytes.checked_next_multiple_of(LARGE_PAGE)?;
        // One large page more than is used: the kernel aligns to small ones. What lies before and after is never touched.
        let map = MmapMut::map_anon(bytes.checked_add(LARGE_PAGE)?).ok()?;
        // A kernel without large pages hashes in small ones; and the process writes no core file anyway.
        map.advise(Advice::HugePage).ok();
        map.advise(Advice::DontDump).ok();
        let start = map.as_ptr().align_offset(LARGE_PAGE);
        Some(Self { map, aligned: start..start + bytes, idle: false })
    }

    #[expect(unsafe_code, reason = "the standard library has no other way from bytes to a type of another crate")]
    fn blocks(&mut self) -> &mut [Block] {
        // SAFETY: a `Block` is 1024 bytes of integers, aligned to 64 and so without padding: whatever bytes there are,
        // they are a `Block`, and whatever `Block` is written, it is those bytes.
        let (_, blocks, _) = unsafe { self.map[self.aligned.clone()].align_to_mut::<Block>() };
        blocks
    }

    fn wipe(&mut self) {
        let blocks = self.blocks();
        blocks.fill(Block::new());
        // As `zeroize` does it for bytes: the writes are made, whoever reads them.
        optimization_barrier(blocks);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    const BLOCKS: usize = 64;

    fn is_zero(blocks: &[Block]) -> bool {
        blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0))
    }

    fn write(blocks: &mut [Block]) {
        blocks.iter_mut().for_each(|block| block.as_mut().fill(7));
        assert!(!is_zero(blocks));
    }

    /// Every kept mapping, whole: what each hash had and what lies around it.
    fn all_kept_is_wiped(memory: &HashMemory, count: usize) -> bool {
        let kept = memory.lock();
        kept.len() == count && kept.iter().all(|mapping| mapping.map.iter().all(|byte| *byte == 0))
    }

    #[test]
    fn what_a_hash_leaves_is_wiped_and_its_memory_is_kept_for_the_next() {
        let memory = HashMemory::default();
        let first = memory.lend(BLOCKS, |blocks| (write(blocks), blocks.as_ptr().addr()).1).unwrap();
        assert!(all_kept_is_wiped(&memory, 1));
        let second = memory.lend(BLOCKS, |blocks| (is_zero(blocks), blocks.as_ptr().addr())).unwrap();
        assert_eq!(second, (true, first), "the same memory, with nothing in it");
        assert_eq!(first % LARGE_PAGE, 0);
        let large = memory.lend(2 * BLOCKS * LARGE_PAGE / Block::SIZE, |blocks| blocks.len()).unwrap();
        assert_eq!(large, 2 * BLOCKS * LARGE_PAGE / Block::SIZE, "one that is too small is no hindrance");
    }

    #[test]
    fn a_hash_that_fails_leaves_nothing_either() {
        let memory = HashMemory::default();
        let failed = memory.lend(BLOCKS, |blocks| {
            write(blocks);
            Err::<(), &str>("in the middle of a hash")
        });
        assert!(failed.unwrap().is_err() && all_kept_is_wiped(&memory, 1));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            memory.lend(BLOCKS, |blocks| {
                write(blocks);
                panic!("in the middle of a hash");
            })
        }));
        assert!(panicked.is_err() && all_kept_is_wiped(&memory, 1));
    }

    #[test]
    fn hashes_at_the_same_moment_share_nothing_and_what_is_idle_goes() {
        let memory = HashMemory::default();
        let kept = |memory: &HashMemory| memory.lock().len();
        let inner = memory.lend(BLOCKS, |outer| {
            write(outer);
            memory.lend(BLOCKS, |inner| is_zero(inner)).unwrap()
        });
        assert!(inner.unwrap() && all_kept_is_wiped(&memory, 2));
        memory.release_idle();
        assert_eq!(kept(&memory), 2, "used since the last look, as there was none");
        memory.lend(BLOCKS, |_| ()).unwrap();
        memory.release_idle();
        assert_eq!(kept(&memory), 1, "one hash after another needs one");
        memory.release_idle();
        assert_eq!(kept(&memory), 0);
        memory.lend(BLOCKS, write).unwrap();
        assert!(all_kept_is_wiped(&memory, 1), "and it comes back when it is needed");
    }
}
