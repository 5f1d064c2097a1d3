//! What a casebook has on its disk: events with the stored format and all its types, the chain that they make, what the
//! box says in them, the head, the snapshot, each member's trust, the keys, and where each account's own are. Whether an
//! author *may* do what an event says is no question of this module.

pub(in crate::casebook) mod account;
pub(in crate::casebook) mod chain;
pub(in crate::casebook) mod draft;
pub(in crate::casebook) mod entered;
pub(in crate::casebook) mod event;
pub(in crate::casebook) mod fact;
pub(in crate::casebook) mod head;
pub(in crate::casebook) mod keyring;
pub(in crate::casebook) mod reference;
pub(in crate::casebook) mod snapshot;
pub(in crate::casebook) mod trust;
pub(in crate::casebook) mod word;
