//! Which slots of the vault are taken, in the records: a bit a slot, and a list of those that wait to be wiped.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};

use super::{
    StoreError, damaged,
    vault::{FreeSlots, Shelf, ShelfFile},
};

/// Bytes of bits in one row.
const BLOCK: usize = 512;
/// Slots in one row.
const SLOTS: u32 = 4096;
const _: () = assert!(8 * BLOCK == SLOTS as usize);

/// Marks slots as taken.
pub(super) fn take(
    connection: &Connection,
    shelf: Shelf,
    slots: impl IntoIterator<Item = u32>,
) -> Result<(), StoreError> {
    change(connection, shelf, slots, true)
}

/// Marks slots as given up: they stay taken until they are wiped.
pub(super) fn free(
    connection: &Connection,
    shelf: Shelf,
    slots: impl IntoIterator<Item = u32>,
) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("INSERT OR IGNORE INTO unwiped_slot (shelf, slot) VALUES (?1, ?2)")?;
    slots.into_iter().try_for_each(|slot| statement.execute((shelf.number(), slot)).map(drop))?;
    Ok(())
}

/// Slots that wait to be wiped, at most so many.
pub(super) fn unwiped(connection: &Connection, shelf: Shelf, at_most: usize) -> Result<Vec<u32>, StoreError> {
    let sql = "SELECT slot FROM unwiped_slot WHERE shelf = ?1 LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map((shelf.number(), i64::try_from(at_most).unwrap_or(i64::MAX)), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Marks slots that were wiped as free.
pub(super) fn release(connection: &Connection, shelf: Shelf, slots: &[u32]) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("DELETE FROM unwiped_slot WHERE shelf = ?1 AND slot = ?2")?;
    slots.iter().try_for_each(|slot| statement.execute((shelf.number(), slot)).map(drop))?;
    change(connection, shelf, slots.iter().copied(), false)
}

/// Which of so many slots are free.
pub(super) fn free_slots(connection: &Connection, shelf: Shelf, slots: u32) -> Result<FreeSlots, StoreError> {
    let mut map = FreeSlots::new(slots);
    for block in 0..slots.div_ceil(SLOTS) {
        let bits = read(connection, shelf, block)?;
        let taken = (0..SLOTS).filter(|slot| bits[*slot as usize / 8] >> (slot % 8) & 1 == 1);
        for slot in taken {
            if !map.take(block * SLOTS + slot) {
                return Err(damaged("the vault is shorter than the records say"));
            }
        }
    }
    Ok(map)
}

/// How many slots are taken, those that wait to be wiped among them.
pub(super) fn taken(connection: &Connection, shelf: Shelf) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT taken FROM slot_block WHERE shelf = ?1")?;
    let blocks = statement.query_map([shelf.number()], |row| row.get::<_, Vec<u8>>(0))?;
    let ones = |bits: Vec<u8>| bits.iter().map(|byte| u64::from(byte.count_ones())).sum::<u64>();
    Ok(blocks.map(|bits| bits.map(ones)).sum::<Result<u64, _>>()?)
}

/// Refuses a shelf whose file ends before a slot that is taken.
pub(super) fn refuse_cut(connection: &Connection, file: &ShelfFile) -> Result<(), StoreError> {
    let sql = "SELECT block, taken FROM slot_block WHERE shelf = ?1 AND block >= ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let from = file.slots()? / SLOTS;
    let blocks = statement.query_map((file.shelf.number(), from), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let blocks: Vec<(u32, Vec<u8>)> = blocks.collect::<Result<_, _>>()?;
    // Asked for again after the records: another program that makes it longer does so before it says what lies there.
    let slots = u64::from(file.slots()?);
    let is_past = |(block, bits): &(u32, Vec<u8>)| {
        let first = u64::from(*block) * u64::from(SLOTS);
        (0_u64..).zip(bits).any(|(byte, bits)| {
            let last = u8::BITS - bits.leading_zeros();
            *bits != 0 && first + 8 * byte + u64::from(last) > slots
        })
    };
    if blocks.iter().any(is_past) { Err(StoreError::Cut(file.shelf.file_name())) } else { Ok(()) }
}

/// Whether any of some slots is taken already.
pub(super) fn any_taken(
    connection: &Connection,
    shelf: Shelf,
    slots: impl IntoIterator<Item = u32>,
) -> Result<bool, StoreError> {
    for (block, slots) in by_block(slots) {
        let bits = read(connection, shelf, block)?;
        if slots.iter().any(|slot| bits[slot / 8] >> (slot % 8) & 1 == 1) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Says of every slot of a shelf whether it is taken, where nothing was said before.
pub(super) fn set_all_taken(
    connection: &Connection,
    shelf: Shelf,
    slots: u32,
    is_taken: impl Fn(u32) -> bool,
) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("INSERT INTO slot_block (shelf, block, taken) VALUES (?1, ?2, ?3)")?;
    for block in 0..slots.div_ceil(SLOTS) {
        let mut bits = [0; BLOCK];
        let first = block * SLOTS;
        for slot in (first..slots.min(first + SLOTS)).filter(|slot| is_taken(*slot)) {
            let place = (slot - first) as usize;
            bits[place / 8] |= 1 << (place % 8);
        }
        statement.execute((shelf.number(), block, bits.as_slice()))?;
    }
    Ok(())
}

fn change(
    connection: &Connection,
    shelf: Shelf,
    slots: impl IntoIterator<Item = u32>,
    to_taken: bool,
) -> Result<(), StoreError> {
    for (block, slots) in by_block(slots) {
        let mut bits = read(connection, shelf, block)?;
        for slot in slots {
            let (byte, bit) = (slot / 8, 1 << (slot % 8));
            if to_taken && bits[byte] & bit != 0 {
                return Err(damaged("a slot of the vault belongs to two files"));
            }
            bits[byte] ^= if (bits[byte] & bit != 0) == to_taken { 0 } else { bit };
        }
        let sql = "INSERT OR REPLACE INTO slot_block (shelf, block, taken) VALUES (?1, ?2, ?3)";
        connection.prepare_cached(sql)?.execute((shelf.number(), block, bits.as_slice()))?;
    }
    Ok(())
}

/// Slots by the row that they stand in, each as its place in the row.
fn by_block(slots: impl IntoIterator<Item = u32>) -> BTreeMap<u32, Vec<usize>> {
    let mut blocks = BTreeMap::<u32, Vec<usize>>::new();
    for slot in slots {
        blocks.entry(slot / SLOTS).or_default().push((slot % SLOTS) as usize);
    }
    blocks
}

fn read(connection: &Connection, shelf: Shelf, block: u32) -> Result<[u8; BLOCK], StoreError> {
    let sql = "SELECT taken FROM slot_block WHERE shelf = ?1 AND block = ?2";
    let bits: Option<Vec<u8>> =
        connection.prepare_cached(sql)?.query_row((shelf.number(), block), |row| row.get(0)).optional()?;
    match bits {
        None => Ok([0; BLOCK]),
        Some(bits) => bits.try_into().map_err(|_| damaged("the slots of the vault")),
    }
}
