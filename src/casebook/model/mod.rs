//! The casebook's model, as `docs/formats.md` writes it down: random teams, one of them dishonest, and what holds
//! whatever they do.
//!
//! Honest members use the program. The dishonest one signs whatever they like by hand, keeps stale copies, puts files in
//! other places, and has every collection that ever lay on a stick. Four things hold:
//!
//! 1. an honest reader never sees words that the person did not write;
//! 2. no report is lost that two members did not agree to destroy;
//! 3. nobody who is not on a report's list of readers ever holds its key;
//! 4. all honest readers end in the same state.
//!
//! `CANDOUR_LONG=1` plays thousands of teams; otherwise some are played.

#![expect(clippy::disallowed_methods, reason = "a dishonest member writes over files")]

mod dishonest;
mod holds;
mod play;
mod teams;
