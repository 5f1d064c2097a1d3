//! The commands that decide about a report. Each has a type of its own with only what it needs; all of them record one
//! event of the same kind, so what they share stands in `record`.

mod aside;
mod assess;
mod change_use;
mod hand_to;
mod mark_read;
mod note;
mod notify;
mod record;
mod reply;
mod several;

pub use assess::NewAssessment;
pub use note::NewNote;
pub use notify::NewNotice;
pub use record::Recorded;
pub use reply::NewReply;
pub use several::NewDecision;
