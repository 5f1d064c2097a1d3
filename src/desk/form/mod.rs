//! What the desk's forms ask, and how what was typed is read. Pages and handlers both use it; it uses neither.

pub(super) mod assessment;
pub(super) mod correspondence;
pub(super) mod date;
mod fields;
pub(super) mod questions;
pub(super) mod referral;
pub(super) mod stale;
pub(super) mod team;
pub(super) mod text;
