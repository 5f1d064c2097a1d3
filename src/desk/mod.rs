//! The desk in a browser on the same machine: one reviewer, one session, nothing open while it is locked.
//!
//! ```text
//! request ─▶ respond::finish    another site's, or to another name: refused. Errors become pages; headers go on
//!         ─▶ session::require   no cookie: the locked page. A form without the session's token: refused; what was
//!                               typed into one of a session that has ended here is kept, sealed (`kept_form`)
//!         ─▶ a handler          takes a `Visit`, or a `Posted` if it is a form's, and works through it
//! ```
//!
//! `GET /open`, `POST /unlock` and nothing else get by without a session. What the desk opened (keys, casebook, texts)
//! is owned by one value, which is dropped when the desk locks.

mod address;
mod addresses;
mod annual_report;
mod app;
mod approve;
mod aside;
mod belongs;
mod bulk;
mod calendar;
mod carry;
mod change_of_use;
mod correspondence;
mod decide;
mod destroy;
mod drafts;
mod enter;
mod error;
mod figures;
mod files;
#[cfg(test)]
mod fixture;
mod follow_up;
mod form;
mod from;
mod harm;
mod import_job;
mod joined;
mod keeping;
mod kept_form;
mod letter_checks;
mod letter_step;
mod narrative;
mod notice;
mod open_casebook;
mod options;
mod organisations;
mod proposed;
mod queue;
mod readers;
mod refer;
mod reply;
mod report;
mod respond;
mod router;
mod saved_filter;
mod saved_texts;
mod session;
mod session_lock;
mod subjects;
mod team;
#[cfg(test)]
mod tests;
mod themes;
mod told_person;
mod typed;
mod unlock;
mod upload;
mod view;
mod visit;

pub use annual_report::{AnnualReport, annual_report};
pub use app::Desk;
pub use open_casebook::Keys;
pub use options::{Carrier, DeskOptions, Surroundings, Unreadable};
pub use router::router;
pub(crate) use view::{described, is_of_loss, told};

use error::PageError;
use visit::Visit;
