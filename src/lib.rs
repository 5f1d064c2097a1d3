//! Candour: a hardened drop-box where NHS staff raise serious concerns anonymously.
//!
//! Data goes one way and meets each module once: a form becomes a [`domain::Concern`], is sealed by [`crypto`], kept by
//! `store`, carried by `transfer`, opened and decided on in the `casebook`, and the answer comes back the same way.
//! `web` is the box's pages, `desk` the casebook's in a browser, and [`cli`] the commands; [`http`] is what the pages
//! of both have in common. `carry` goes between the two over a line. What opens for the team is in `unseal`, which a box is built without. [`files`] and
//! [`confine`] serve the rest. `tests/structure` holds which module may use which.

#[cfg(feature = "carry")]
pub mod carry;
#[cfg(feature = "desk")]
pub mod casebook;
pub mod cli;
pub mod confine;
pub mod crypto;
#[cfg(feature = "desk")]
pub mod desk;
pub mod domain;
pub mod files;
#[cfg(any(feature = "box", feature = "desk"))]
pub mod http;
#[cfg(feature = "box")]
pub mod store;
#[cfg(feature = "box")]
pub mod transfer;
#[cfg(feature = "desk")]
pub mod unseal;
#[cfg(feature = "box")]
pub mod web;

/// What tests share names this crate from outside, as every user of it does.
#[cfg(test)]
extern crate self as candour;
#[cfg(all(test, feature = "box"))]
#[expect(dead_code, reason = "the journeys use more of it")]
#[path = "../tests/support/authority.rs"]
mod authority;
#[cfg(test)]
#[cfg(any(feature = "box", feature = "desk"))]
#[path = "../tests/support/world/mod.rs"]
mod world;

#[cfg(not(any(feature = "box", feature = "desk", feature = "carry")))]
compile_error!("choose what to build: the features `box`, `desk` and `carry`, or some of them");
