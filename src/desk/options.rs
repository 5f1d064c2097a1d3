//! What the desk is given by whoever starts it.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::Keys;
use crate::{
    domain::{Calendar, Date, Today},
    unseal::Passphrase,
};

/// What the desk is made of.
pub struct DeskOptions {
    /// The casebook's directory.
    pub casebook: PathBuf,
    /// Where it listens, which is what a browser has to call it.
    pub address: SocketAddr,
    /// Working days.
    pub calendar: Calendar,
    /// Where the date comes from.
    pub today: Arc<dyn Today>,
    /// A day to show everything as on, instead of today.
    pub as_of: Option<Date>,
    /// How long it stays open without a request.
    pub lock_after: Duration,
    /// In a demonstration, of which every page says that it is one: what carries files between box and desk.
    pub demo: Option<Box<dyn Carrier>>,
}

/// Moves files between a box and the desk in a demonstration, where both are one program. Nobody else may: files are
/// carried by hand.
pub trait Carrier: Send + Sync {
    /// Writes the box's next collection.
    ///
    /// # Errors
    /// Why not.
    fn collect(&self, out: &Path) -> Result<(), String>;

    /// Takes a decisions file to the box.
    ///
    /// # Errors
    /// Why not.
    fn deliver(&self, file: &Path) -> Result<(), String>;
}

/// What the desk needs of whoever opened it.
pub trait Surroundings: Send + Sync {
    /// Reads the private keys; without a passphrase if they are under none.
    ///
    /// # Errors
    /// If the passphrase does not open them, or they can't be read.
    fn keys(&self, passphrase: Option<Passphrase>) -> Result<Keys, Unreadable>;

    /// Tells whoever sits at the machine, and nobody else, the address that opens the desk once.
    fn announce(&self, address: &str);

    /// The time since any moment, with what passed while the machine slept.
    fn uptime(&self) -> Duration;
}

/// Why the private keys were not read.
pub enum Unreadable {
    /// The passphrase does not open them.
    Passphrase,
    /// Anything else, for the terminal: it may name a file.
    Other(String),
}
