//! The box's pages: plain HTML, one response each, that work without JavaScript, cookies or anything from elsewhere.
//!
//! What a person sends is sealed while it arrives and kept by the store; nothing here can open it. What a receipt code
//! opens lives as long as the answer to one request. There is no log of requests or addresses.

mod answers;
mod config;
mod error;
mod follow_up;
mod hashing;
mod health;
mod message;
mod pages;
mod rate;
mod receive;
mod report;
mod respond;
mod room;
mod send;
mod status;
mod view;
mod withdraw;

pub use config::{
    AccessibilityConfig, Config, ConfigError, Contact, ContactsConfig, LimitsConfig, LinksConfig, PrivacyConfig,
    SecurityConfig, ServiceConfig,
};
pub use room::FreeSpace;

use std::sync::Arc;

use axum::{
    Router, middleware,
    routing::{get, post},
};
use tokio::sync::Semaphore;

use crate::{
    crypto::GovernanceRecipients,
    domain::{Calendar, CalendarError, Clock, Date, Route, Today, limits::UPLOADS},
    http::stack,
    store::Store,
};
use error::WebError;
use hashing::Hashing;
use rate::Rate;
use room::Room;
use view::Shell;

/// What the pages are made of.
pub struct AppOptions {
    /// Where sealed messages are kept.
    pub store: Store,
    /// Whom everything is sealed to.
    pub recipients: GovernanceRecipients,
    /// Working days.
    pub calendar: Calendar,
    /// What the operator set.
    pub config: Config,
    /// Where the date comes from.
    pub today: Arc<dyn Today>,
    /// Whose free space decides whether anything more is taken.
    pub free_space: Arc<dyn FreeSpace>,
    /// Whether every page says that it is a demonstration.
    pub demo: bool,
}

/// The pages' state. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    options: AppOptions,
    shell: Shell,
    hashing: Hashing,
    uploads: Arc<Semaphore>,
    code_checks: Rate,
    sends: Rate,
    room: Room,
}

/// Every page of the box.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/", get(pages::start))
        .route("/before-you-start", get(pages::before_you_start))
        .route("/keys", get(pages::keys))
        .route("/keys/governance.recipients", get(pages::recipients))
        .route("/privacy", get(pages::privacy))
        .route("/accessibility", get(pages::accessibility))
        .route("/how-this-is-kept-safe", get(pages::kept_safe))
        .route("/.well-known/security.txt", get(pages::security_txt))
        .route("/leave", post(pages::leave))
        .route("/report", get(report::form).post(report::change))
        .route("/report/check", post(report::check))
        .route("/report/send", post(send::send))
        .route("/receipt/check", post(send::check_copy))
        .route("/status", get(status::ask).post(status::show))
        .route("/status/follow-up", post(follow_up::follow_up))
        .route("/status/withdraw", post(withdraw::withdraw))
        .route("/healthz", get(health::healthz))
        .fallback(async || WebError::NotFound)
        .method_not_allowed_fallback(async || WebError::Method)
        .layer(middleware::from_fn_with_state(app.clone(), respond::finish))
        .with_state(app)
}

impl App {
    /// From its parts.
    #[must_use]
    pub fn new(options: AppOptions) -> Self {
        let shell = Shell::new(&options.config, options.demo);
        let limits = options.config.limits;
        Self(Arc::new(Inner {
            options,
            shell,
            hashing: Hashing::default(),
            uploads: Arc::new(Semaphore::new(UPLOADS)),
            code_checks: Rate::a_minute(limits.code_checks_a_minute),
            sends: Rate::a_minute(limits.sends_a_minute),
            room: Room::new(&limits),
        }))
    }

    fn store(&self) -> &Store {
        &self.0.options.store
    }

    fn recipients(&self) -> &GovernanceRecipients {
        &self.0.options.recipients
    }

    fn calendar(&self) -> &Calendar {
        &self.0.options.calendar
    }

    fn config(&self) -> &Config {
        &self.0.options.config
    }

    fn shell(&self) -> &Shell {
        &self.0.shell
    }

    fn hashing(&self) -> &Hashing {
        &self.0.hashing
    }

    fn uploads(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.uploads)
    }

    fn code_checks(&self) -> &Rate {
        &self.0.code_checks
    }

    fn sends(&self) -> &Rate {
        &self.0.sends
    }

    fn room(&self) -> &Room {
        &self.0.room
    }

    fn free_space(&self) -> &dyn FreeSpace {
        &*self.0.options.free_space
    }

    fn today(&self) -> Date {
        self.0.options.today.today()
    }

    /// The clocks that a concern of that route starts on a day, the information-use notice last.
    fn clocks(&self, route: Route, on: Date) -> Result<Vec<Clock>, CalendarError> {
        route
            .promises()
            .iter()
            .chain([&Clock::NOTICE])
            .map(|promise| Clock::start(*promise, on, self.calendar()))
            .collect()
    }

    /// Runs what blocks (the store, sealing, opening) where it holds nobody else up.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, WebError> + Send + 'static,
    ) -> Result<T, WebError> {
        let app = self.clone();
        tokio::task::spawn_blocking(move || stack::wiped(move || work(&app))).await.map_err(|_| WebError::Internal)?
    }
}
