//! What the box and the desk have in common as servers of pages: the server itself, bodies that are bounded in size and
//! time, forms, pages of one size with one set of headers, and what templates show in either place. Which pages there
//! are, and who may see them, is their own.

pub mod body_limits;
mod budget;
mod connections;
mod field;
mod filler;
pub mod forms;
mod listener;
#[cfg(test)]
pub(crate) mod markup;
mod operator;
mod pace;
mod paced;
mod page;
mod said;
pub mod server;
mod sockets;
mod stream;
mod style;
#[cfg(test)]
pub(crate) mod templates;
#[cfg(feature = "box")]
mod tls;
#[cfg(test)]
pub(crate) mod validity;
mod view;

pub use crate::crypto::scrub;
pub use body_limits::BodyError;
pub use budget::Share;
pub use connections::Allowance;
pub use field::{Field, FilledInput};
pub use filler::PAGE_MIN;
pub use listener::{CameOver, ListenAddress, Listener};
pub use operator::{faults_are_over, note_fault, quiet_panics, tell_faults, tell_operator};
pub use pace::{GRACE, Pace};
pub use page::{
    comes_from_elsewhere, common_headers, contained, fill, headers_of_every_answer, is_cross_site, is_public_name,
    is_same_origin, page, plain,
};
pub use said::{BODY, SaidByTeam, capitalised};
pub use style::{policy, shortened};
#[cfg(feature = "box")]
pub use tls::{Tls, TlsError, TlsPair};
pub use view::{Day, Days, by_name, bytes_in_words};
