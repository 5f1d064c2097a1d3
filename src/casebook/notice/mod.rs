//! The information-use notice's texts: what a reviewer starts from, what still waits for their words, and what in it
//! may show who spoke.

mod draft;
mod quotes;
mod wording;

pub use draft::{Late, NoticeDraft, unfinished};
pub use quotes::quotes;
