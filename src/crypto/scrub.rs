//! Wiping what is left on a thread's stack.

use std::hint::black_box;

use zeroize::Zeroize;

use crate::domain::limits::KIB;

/// How deep below a page's own frames the libraries go that read, hash, seal and render.
const DEPTH: usize = 96 * KIB;

/// Does something and wipes what it leaves on this thread's stack, moved keys and opened texts among it.
pub fn wiped<T>(work: impl FnOnce() -> T) -> T {
    let outcome = apart(work);
    wipe();
    outcome
}

/// Overwrites what functions that have returned left on this thread's stack: pieces of what was typed, in buffers that
/// no allocator ever sees.
#[inline(never)]
pub fn wipe() {
    let mut below = [0_u8; DEPTH];
    below.zeroize();
    black_box(&below);
}

/// Never a part of its caller, whose own frame lies above what is wiped.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}
