//! Every way in, with bytes that are nearly right: nothing panics, no page is a fault, nothing that was sent is active.
//!
//! Short and the same each time; `CANDOUR_LONG=1` goes on for longer, from a seed of its own if `CANDOUR_SEED` gives
//! one. The same ways in are fuzz targets in `fuzz/`, which goes where the code goes.

use std::{
    panic::{self, AssertUnwindSafe},
    time::Instant,
};

use crate::support::{both_sides::BothSides, is_long, ways_in::Way};

/// What means something to one of the readers.
const WORDS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"{}",
    b"[]",
    b"null",
    b"-1",
    b"0",
    b"18446744073709551616",
    b"1e999",
    b"\\u0000",
    b"\\ud800",
    b"true",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xe2\x80\xae",
    b"%00",
    b"%",
    b"&",
    b"=",
    b"+",
    b"--b",
    b"--b--\r\n",
    b"; filename*=UTF-8''",
    b"<script>",
    b"\x1b[2J",
    b"@code",
    b"@tag",
    b"@previous",
    b"2026-02-30",
    b"9999-12-31",
    b"../",
    b"-> X25519 ",
];

/// Tries that a way in gets: the first number in CI, the second in the long form. Those that seal and sign are slow.
const fn tries(way: Way) -> (u32, u32) {
    match way {
        Way::ReceiptCode | Way::Prose => (20_000, 2_000_000),
        Way::Form | Way::Multipart => (100, 5_000),
        Way::Message => (600, 100_000),
        Way::Collection | Way::Decisions | Way::Event => (300, 20_000),
    }
}

#[test]
fn bytes_that_are_nearly_right_do_no_harm() {
    let seed = std::env::var("CANDOUR_SEED").ok().map_or(1, |seed| seed.parse().unwrap());
    for way in Way::ALL {
        let mut sides = BothSides::new();
        let seeds = sides.seeds(way);
        // Else nothing that is changed in them would be looked at.
        assert!(seeds.iter().any(|seed| sides.takes(way, seed)), "{way:?}: no seed is as it should be");
        let mut random = Random(seed);
        let (short, long) = tries(way);
        let start = Instant::now();
        let tries = if is_long() { long } else { short };
        let mut taken = 0;
        for number in 0..tries {
            let bytes = mutated(&seeds, &mut random);
            let Ok(was_taken) = panic::catch_unwind(AssertUnwindSafe(|| sides.takes(way, &bytes))) else {
                panic!("{way:?}, seed {seed}, try {number}: {}", String::from_utf8_lossy(&bytes));
            };
            taken += u32::from(was_taken);
        }
        println!("{}: {tries} tries, {taken} taken, in {:?}", way.name(), start.elapsed());
    }
}

/// One of the seeds, changed in a few places.
fn mutated(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let end = at + random.below((bytes.len() - at).min(64) + 1);
        match random.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 if at < bytes.len() => bytes[at] = u8::try_from(random.below(256)).unwrap_or_default(),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at),
            4 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece.repeat(1 + random.below(16)));
            }
            5 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len() + 1);
                bytes.splice(at..end, other[from..].iter().copied().take(64));
            }
            _ => drop(bytes.splice(at..end, WORDS[random.below(WORDS.len())].iter().copied())),
        }
    }
    bytes
}

/// The same numbers each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }
}
