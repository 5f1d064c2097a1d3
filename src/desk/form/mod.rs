//! What the desk's forms ask, and how what was typed is read. Pages and handlers both use it; it uses neither.

pub(super) mod correspondence;
pub(super) mod date;
pub(super) mod stale;
pub(super) mod text;
