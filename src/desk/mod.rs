//! The desk in a browser on the same machine: one reviewer, one session, nothing open while it is locked.
//!
//! ```text
//! request ─▶ respond::finish    another site's, or to another name: refused. Errors become pages; headers go on
//!         ─▶ session::require   no cookie: the locked page. A form without the session's token: refused
//!         ─▶ a handler          takes a `Visit`, or a `Posted` if it is a form's, and works through it
//! ```
//!
//! `GET /open`, `POST /unlock` and nothing else get by without a session. What the desk opened (keys, casebook, texts) is
//! owned by one value, which is dropped when the desk locks.

mod approve;
mod calendar;
mod carry;
mod change_of_use;
mod decide;
mod destroy;
mod door;
mod error;
mod figures;
mod files;
#[cfg(test)]
mod fixture;
mod gate;
mod intake;
mod letter;
mod notice;
mod queue;
mod refer;
mod reply;
mod report;
mod respond;
mod seen;
mod session;
mod state;
mod team;
#[cfg(test)]
mod tests;
mod view;
mod visit;
mod workbench;

pub use state::{Carrier, Desk, DeskOptions, Surroundings, Unreadable};
pub use workbench::Keys;

use axum::{
    Router, middleware,
    routing::{get, post},
};

use error::PageError;
use visit::Visit;
use workbench::Workbench;

/// Every page of the desk.
pub fn router(desk: Desk) -> Router {
    let inside = Router::new()
        .route("/lock", post(door::lock))
        .merge(queue::routes())
        .merge(report::routes())
        .merge(files::routes())
        .merge(carry::routes())
        .merge(calendar::routes())
        .merge(figures::routes())
        .merge(team::routes())
        .merge(refer::routes())
        .merge(destroy::routes())
        .merge(approve::routes())
        .merge(change_of_use::routes())
        .merge(decide::routes())
        .merge(notice::routes())
        .merge(reply::routes())
        .fallback(async || PageError::NotFound)
        .method_not_allowed_fallback(async || PageError::Method)
        .layer(middleware::from_fn_with_state(desk.clone(), session::require));
    Router::new()
        .route("/open", get(door::open))
        .route("/unlock", post(door::unlock))
        .method_not_allowed_fallback(async || PageError::Method)
        .merge(inside)
        .layer(middleware::from_fn_with_state(desk.clone(), respond::finish))
        .with_state(desk)
}
