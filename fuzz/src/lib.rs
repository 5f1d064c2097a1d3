//! The ways in of `tests/support/ways_in.rs` as fuzz targets.

use std::{
    cell::RefCell,
    fs,
    io::{self, Write},
    path::Path,
};

#[path = "../../tests/support/both_sides.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod both_sides;
#[path = "../../tests/support/ways_in.rs"]
mod ways_in;
#[path = "../../tests/support/world/mod.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod world;

use both_sides::BothSides;
use ways_in::Way;

thread_local! {
    static WORLD: RefCell<BothSides> = RefCell::new(BothSides::new());
}

/// Lets some bytes in, by the way of that name.
///
/// # Panics
/// If there is none.
pub fn try_bytes(name: &str, bytes: &[u8]) {
    let way = Way::ALL.into_iter().find(|way| way.name() == name).expect("a way in of that name");
    WORLD.with_borrow_mut(|world| world.takes(way, bytes));
}

/// Writes what each target begins with to a directory of its own.
///
/// # Errors
/// If it can't be written.
pub fn write_corpora(directory: &Path) -> io::Result<()> {
    let mut world = BothSides::new();
    for way in Way::ALL {
        let corpus = directory.join(way.name());
        fs::create_dir_all(&corpus)?;
        for (number, seed) in world.seeds(way).iter().enumerate() {
            fs::File::create(corpus.join(format!("seed-{number}")))?.write_all(seed)?;
        }
    }
    Ok(())
}
