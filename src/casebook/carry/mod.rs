//! What lies in a casebook's directory on its way in or out: collections that are being taken in, decisions to carry.

pub mod inbox;
pub(in crate::casebook) mod incoming;
pub mod outbox;
pub(in crate::casebook) mod staging;
