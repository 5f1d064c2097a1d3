//! Writes the corpora that fuzzing begins with.

use std::{io, path::Path};

fn main() -> io::Result<()> {
    candour_fuzz::write_corpora(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"))
}
