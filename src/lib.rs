//! Candour: a hardened drop-box where NHS staff raise serious concerns anonymously.
//!
//! Data goes one way and meets each module once: a form becomes a [`domain::Concern`], is sealed by [`crypto`], kept by
//! [`store`], carried by [`transfer`], opened and decided on in the [`casebook`], and the answer comes back the same way.
//! [`web`] is the box's pages, [`desk`] the casebook's in a browser, and [`cli`] the commands; [`http`] is what the pages of
//! both have in common. Three
//! small modules serve the rest: [`files`], [`tarball`] and [`confine`]. `tests/structure.rs` holds which module may use which.

pub mod casebook;
pub mod cli;
pub mod confine;
pub mod crypto;
pub mod desk;
pub mod domain;
pub mod files;
pub mod http;
pub mod store;
pub mod tarball;
pub mod transfer;
pub mod web;
