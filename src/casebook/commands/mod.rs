//! What a member can do, a file a command. Each asks [`super::state`] whether it may be done, puts what it needs on the
//! disk, and records one event. Commands don't call each other.

pub(in crate::casebook) mod access;
pub(in crate::casebook) mod approve;
pub(in crate::casebook) mod backup;
pub(in crate::casebook) mod bring_back;
pub(in crate::casebook) mod create;
pub(in crate::casebook) mod decide;
pub(in crate::casebook) mod destroy;
pub(in crate::casebook) mod draft;
pub(in crate::casebook) mod enter;
pub(in crate::casebook) mod export;
pub(in crate::casebook) mod follow_up;
pub(in crate::casebook) mod import;
pub(in crate::casebook) mod propose;
pub(in crate::casebook) mod recover;
pub(in crate::casebook) mod refer;
pub(in crate::casebook) mod reference;
pub(in crate::casebook) mod restore;
pub(in crate::casebook) mod restrict;
pub(in crate::casebook) mod set_aside;
pub(in crate::casebook) mod take_back;
#[cfg(test)]
mod tests;
pub(in crate::casebook) mod vouch;
