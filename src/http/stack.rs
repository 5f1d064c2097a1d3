//! Wiping what is left on a thread's stack.

use std::hint::black_box;

use zeroize::Zeroize;

use crate::domain::limits::KIB;

/// How deep below a page's own frames the libraries go that read, hash, seal and render.
const DEPTH: usize = 96 * KIB;

/// Overwrites what functions that have returned left on this thread's stack: pieces of what was typed, in buffers that no
/// allocator ever sees.
#[inline(never)]
pub fn wipe() {
    let mut below = [0_u8; DEPTH];
    below.zeroize();
    black_box(&below);
}
