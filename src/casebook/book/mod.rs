//! A casebook that a member has opened, to read it or to make one change.

pub(in crate::casebook) mod backup_file;
pub(in crate::casebook) mod casebook;
pub(in crate::casebook) mod editor;
pub(in crate::casebook) mod gist;
pub(in crate::casebook) mod lock;
pub(in crate::casebook) mod new_member;
pub(in crate::casebook) mod readers;
#[cfg(test)]
mod tests;
