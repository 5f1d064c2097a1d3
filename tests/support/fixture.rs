//! Directories of an earlier release, as they are kept beside the tests: a box's files are many megabytes of random bytes in
//! which little lies, so of those only what is used is kept.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::Write,
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};

/// Behind the name of a file of which only parts are kept.
const PARTS: &str = "parts";
/// Bytes of a part that is not a slot.
const BLOCK: usize = 4096;
/// Bytes of a slot, by shelf.
const SHELVES: [(&str, usize); 3] = [("short.vault", 20_480), ("long.vault", 262_144), ("answers.vault", 20_480)];

/// Where those of a release lie.
pub(crate) fn folder(release: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(release)
}

/// Keeps a directory, or a file.
pub(crate) fn keep(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a directory");
        for entry in fs::read_dir(from).expect("a directory") {
            let entry = entry.expect("an entry");
            keep(&entry.path(), &to.join(entry.file_name()));
        }
    } else if from.with_file_name("candour.db").exists() && from.file_name().is_some_and(|name| name != "candour.db") {
        let name = format!("{}.{PARTS}", to.file_name().expect("a name").to_string_lossy());
        put(&to.with_file_name(name), &parts(from));
    } else {
        put(to, &fs::read(from).expect("a file"));
    }
}

/// Puts back what was kept, for its owner alone.
pub(crate) fn bring_back(from: &Path, to: &Path) {
    if from.is_dir() {
        DirBuilder::new().recursive(true).mode(0o700).create(to).expect("a directory");
        for entry in fs::read_dir(from).expect("a directory") {
            let entry = entry.expect("an entry");
            bring_back(&entry.path(), &to.join(entry.file_name()));
        }
    } else if from.extension().is_some_and(|end| end == PARTS) {
        whole(&fs::read(from).expect("a file"), &to.with_extension(""));
    } else {
        put(to, &fs::read(from).expect("a file"));
    }
}

fn put(path: &Path, bytes: &[u8]) {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(path).and_then(|mut file| file.write_all(bytes)).expect("a new file");
}

/// The length of a file in 8 bytes, then each part with its place and its length in 8 bytes each: the slots that are taken
/// of a shelf, and what is not empty of any other file.
fn parts(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).expect("a file");
    let shelf = SHELVES.iter().position(|(name, _)| path.ends_with(name));
    let (size, taken) = match shelf {
        Some(shelf) => (SHELVES[shelf].1, taken(&path.with_file_name("candour.db"), shelf)),
        None => (BLOCK, (0..bytes.len().div_ceil(BLOCK)).collect()),
    };
    let mut kept = bytes.len().to_le_bytes().to_vec();
    for place in taken.into_iter().map(|number| number * size) {
        let part = &bytes[place..bytes.len().min(place + size)];
        if part.iter().any(|byte| *byte != 0) {
            kept.extend([place, part.len()].map(usize::to_le_bytes).concat());
            kept.extend(part);
        }
    }
    kept
}

fn whole(kept: &[u8], path: &Path) {
    let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("8 bytes"));
    put(path, &[]);
    let file = File::options().write(true).open(path).expect("a file");
    let (length, mut rest) = kept.split_at(8);
    file.set_len(number(length)).expect("room");
    while !rest.is_empty() {
        let length = usize::try_from(number(&rest[8..16])).expect("a length");
        file.write_all_at(&rest[16..16 + length], number(&rest[..8])).expect("room");
        rest = &rest[16 + length..];
    }
}

/// The numbers of the slots that the records say are taken.
fn taken(database: &Path, shelf: usize) -> Vec<usize> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a database");
    let mut statement =
        connection.prepare("SELECT block, taken FROM slot_block WHERE shelf = ?1 ORDER BY block").expect("a table");
    let rows = statement.query_map([i64::try_from(shelf).expect("a shelf")], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.expect("rows")
        .flat_map(|row| {
            let (block, bits): (u32, Vec<u8>) = row.expect("a row");
            let block = block as usize;
            let slots = 8 * bits.len();
            (0..slots).filter(move |slot| bits[slot / 8] >> (slot % 8) & 1 == 1).map(move |slot| block * slots + slot)
        })
        .collect()
}
