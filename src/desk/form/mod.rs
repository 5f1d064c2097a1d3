//! What the desk's forms ask, and how what was typed is read. Pages and handlers both use it; it uses neither.
//! Each form is one table of its fields.

pub(super) mod address;
pub(super) mod aside;
pub(super) mod assessment;
pub(super) mod assessment_table;
pub(super) mod bulk;
pub(super) mod carried;
pub(super) mod correspondence;
pub(super) mod date;
pub(super) mod enter;
mod fields;
pub(super) mod filter;
pub(super) mod follow_up;
pub(super) mod harm;
pub(super) mod keeping;
pub(super) mod narrative;
pub(super) mod notice_gaps;
pub(super) mod one_question;
pub(super) mod question;
pub(super) mod readers;
pub(super) mod referral;
pub(super) mod stale;
pub(super) mod team;
pub(super) mod wider;
