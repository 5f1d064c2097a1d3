//! The box's pages: plain HTML, one response each, that work without JavaScript, cookies or anything from elsewhere.
//!
//! What a person sends is sealed while it arrives and kept by the store; nothing here can open it. What a receipt code
//! opens lives as long as the answer to one request. There is no log of requests or addresses.

mod address;
mod answers;
mod app;
mod capacity;
mod carriage;
mod carried_body;
mod carry;
mod codes;
mod config;
mod departure;
mod error;
mod follow_up;
mod form;
mod health;
mod kdf_queue;
mod last_look;
mod last_write;
mod load;
mod message;
mod metronome;
mod own_copies;
mod pages;
mod poster;
mod rate;
mod receipt;
mod receive;
mod received;
mod respond;
mod router;
mod send;
mod status;
mod stopwatch;
mod texts;
mod uploads;
mod view;
mod waiting;
mod withdraw;

pub use app::{App, AppOptions};
pub use capacity::FreeSpace;
pub use carriage::CarryOptions;
pub use config::{
    AccessibilityConfig, Compliance, Config, ConfigError, Contact, ContactsConfig, InForce, LimitsConfig, LinksConfig,
    MonitorConfig, PrivacyConfig, SecurityConfig, ServiceConfig, TextsConfig, TlsConfig,
};
pub use metronome::{begin, last_tick, metronome};
pub use poster::{PosterError, poster};
pub use router::router;
pub use stopwatch::{Stopwatch, SystemStopwatch};
pub use texts::{LineFault, PageText, TextError};

use error::WebError;
