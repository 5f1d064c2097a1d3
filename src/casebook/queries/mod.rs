//! What can be asked of a casebook. Nothing here changes it.

pub(in crate::casebook) mod access_log;
pub(in crate::casebook) mod alerts;
pub(in crate::casebook) mod answers;
pub(in crate::casebook) mod aside;
pub(in crate::casebook) mod at_box;
pub(in crate::casebook) mod attachments;
pub(in crate::casebook) mod destroyed;
pub(in crate::casebook) mod drafts;
pub(in crate::casebook) mod entered;
pub(in crate::casebook) mod evidence;
pub(in crate::casebook) mod facts;
pub(in crate::casebook) mod gist;
pub(in crate::casebook) mod joined;
pub(in crate::casebook) mod letters;
pub(in crate::casebook) mod message;
pub(in crate::casebook) mod proposals;
pub(in crate::casebook) mod queue;
pub(in crate::casebook) mod reference;
pub(in crate::casebook) mod report;
pub(in crate::casebook) mod same_text;
pub(in crate::casebook) mod search;
pub(in crate::casebook) mod seen;
pub(in crate::casebook) mod snippet;
pub(in crate::casebook) mod team;
pub(in crate::casebook) mod urgent;
pub(in crate::casebook) mod waiting;
