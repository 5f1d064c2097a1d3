//! What stands in the memory of a running process, as someone who seizes the machine finds it.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    time::{Duration, Instant},
};

use super::installation;

/// Fails if any of the markers is still there after a time. Counted until a search begins: how long it takes says nothing of
/// what is there.
pub(crate) fn assert_gone(process: u32, markers: &[&[u8]], within: Duration) {
    let start = Instant::now();
    loop {
        let begun = start.elapsed();
        let found = find(process, markers);
        if found.is_empty() {
            return;
        }
        assert!(begun < within, "still in memory after {within:?}: {found:?}");
    }
}

/// Whether the marker is there.
pub(crate) fn holds(process: u32, marker: &[u8]) -> bool {
    !find(process, &[marker]).is_empty()
}

/// Which of the markers, by their number, stand in any readable page of a process, and in which mapping.
fn find(process: u32, markers: &[&[u8]]) -> Vec<String> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("a running process");
    let mut memory = File::open(format!("/proc/{process}/mem")).expect("its memory, as root alone may read it");
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut columns = line.split_whitespace();
        let range = columns.next().expect("a range");
        if !columns.next().is_some_and(|access| access.starts_with('r')) {
            continue;
        }
        let (from, to) = range.split_once('-').expect("two ends");
        let [from, to] = [from, to].map(|address| u64::from_str_radix(address, 16).expect("an address"));
        // The kernel's own pages lie beyond what can be sought to.
        if memory.seek(SeekFrom::Start(from)).is_err() {
            continue;
        }
        let mut bytes = Vec::new();
        // A mapping may end before its range does; what could be read is searched.
        let _ = Read::by_ref(&mut memory).take(to - from).read_to_end(&mut bytes);
        let there = (0..).zip(markers).filter(|(_, marker)| installation::holds(&bytes, marker));
        found.extend(there.map(|(number, _): (u32, _)| format!("marker {number} in {line}")));
    }
    found
}
