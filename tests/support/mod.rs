//! What the journeys and the benchmarks share: browsers with and without scripts, an installation with the real binary,
//! a box served in the test, the desk opened in a browser, the memory of a process, and system calls that fail.

pub(crate) mod accounts;
pub(crate) mod authority;
pub(crate) mod both_sides;
pub(crate) mod browser;
pub(crate) mod by_hand;
pub(crate) mod case;
pub(crate) mod certificates;
pub(crate) mod counted;
pub(crate) mod desk;
pub(crate) mod driven;
pub(crate) mod firefox;
pub(crate) mod fixture;
pub(crate) mod flood;
pub(crate) mod generator;
pub(crate) mod http;
pub(crate) mod installation;
pub(crate) mod looks;
pub(crate) mod members;
pub(crate) mod memory;
pub(crate) mod nginx;
pub(crate) mod person;
pub(crate) mod relay;
pub(crate) mod served;
pub(crate) mod stages;
pub(crate) mod strace;
pub(crate) mod tor;
pub(crate) mod tour;
pub(crate) mod ways_in;
#[expect(dead_code, reason = "the unit tests use more of it")]
pub(crate) mod world;

/// Whether the long form of each test was asked for, by `CANDOUR_LONG=1`.
pub(crate) fn is_long() -> bool {
    std::env::var_os("CANDOUR_LONG").is_some()
}

/// Of the numbers from 1 to `last`, all in the long form, else that many of them at even distances, the ends among
/// them.
pub(crate) fn sample(last: usize, short: usize) -> Vec<usize> {
    if is_long() || last <= short {
        return (1..=last).collect();
    }
    let mut picked: Vec<usize> = (0..short).map(|place| 1 + place * (last - 1) / (short - 1).max(1)).collect();
    picked.dedup();
    picked
}
