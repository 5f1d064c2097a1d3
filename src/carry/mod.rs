//! The carrier's side: fetching sealed collections from a box and bringing it decisions, over HTTPS or through Tor. Nothing
//! here opens anything: what is carried is sealed, and was signed elsewhere.

mod address;
mod carrier;
mod error;
mod line;
mod sent_body;

pub use address::BoxAddress;
pub use carrier::{BoxCarrier, Brought, FetchedCollection};
pub use error::CarryError;
pub use line::BoxLine;
