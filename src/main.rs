//! The `candour` command.

use std::{alloc::System, process::ExitCode};

use zeroizing_alloc::ZeroAlloc;

/// Clears what it frees: buffers of the HTTP, multipart and template libraries hold what people type, and nothing else
/// reaches them.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    return_large_blocks();
    candour::cli::run()
}

/// A long message that is padded and sealed, or a list of decisions, takes some megabytes for some milliseconds. glibc
/// would keep blocks of that size in each thread's arena once it has seen one; with fixed thresholds they go back to the
/// system at once, and memory stays bounded. (Receipt codes are hashed in mappings of their own.)
#[cfg(target_env = "gnu")]
fn return_large_blocks() {
    /// Bytes from which a block is a mapping of its own: above every buffer of an upload.
    const LARGE: i32 = 1024 * 1024;
    /// Free bytes that an arena may keep: enough for the buffers of an upload to come and go without page faults.
    const KEPT: i32 = 8 * LARGE;
    // SAFETY: `mallopt` may be called at any time; here nothing else runs yet. It takes plain numbers, and refusing
    // them, which it says by returning 0, changes nothing.
    #[expect(unsafe_code, reason = "the C library offers no other way to set it from inside the program")]
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
    }
}

#[cfg(not(target_env = "gnu"))]
fn return_large_blocks() {}
