//! All that the events say, folded together, and every rule about it. Pure: no file, no key, no clock.

pub(in crate::casebook) mod agreement;
pub(in crate::casebook) mod alert;
pub(in crate::casebook) mod at_box;
pub(in crate::casebook) mod concern;
mod decided;
pub(in crate::casebook) mod entered;
pub(in crate::casebook) mod fact;
pub(in crate::casebook) mod heard;
mod hearing;
pub(in crate::casebook) mod intake;
mod judge;
pub(in crate::casebook) mod letter;
pub(in crate::casebook) mod linked;
pub(in crate::casebook) mod member;
pub(in crate::casebook) mod outcome;
pub(in crate::casebook) mod outgoing;
pub(in crate::casebook) mod outline;
pub(in crate::casebook) mod proposal;
pub(in crate::casebook) mod reference;
pub(in crate::casebook) mod release;
pub(in crate::casebook) mod replay;
pub(in crate::casebook) mod report;
pub(in crate::casebook) mod retention;
