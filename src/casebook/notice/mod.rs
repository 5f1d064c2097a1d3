//! The information-use notice's texts: what a reviewer starts from, what still waits for their words, and what in it
//! may show who spoke.

mod draft;
mod gaps;
mod quotes;
mod shared;
mod wording;

pub use draft::{Late, NoticeDraft, unfinished};
pub use gaps::NoticeGaps;
pub use quotes::quotes;
pub use shared::{SharedKind, shared};
pub use wording::tells_the_organisation;
