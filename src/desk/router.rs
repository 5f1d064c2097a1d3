//! Which address leads where, and what stands around all of them.

use axum::{
    Router, middleware,
    routing::{get, post},
};

use super::{
    Desk, PageError, addresses, annual_report, approve, aside, belongs, bulk, calendar, carry, change_of_use, decide,
    destroy, drafts, enter, figures, files, follow_up, harm, keeping, narrative, notice, organisations, queue, readers,
    refer, reply, report, respond, saved_filter, saved_texts, session, team, themes, told_person, typed, unlock,
};

/// Every page of the desk.
pub fn router(desk: Desk) -> Router {
    let inside = Router::new()
        .route("/lock", post(unlock::lock))
        .merge(queue::routes())
        .merge(bulk::routes())
        .merge(saved_filter::routes())
        .merge(enter::routes())
        .merge(follow_up::routes())
        .merge(told_person::routes())
        .merge(report::routes())
        .merge(harm::routes())
        .merge(addresses::routes())
        .merge(keeping::routes())
        .merge(files::routes())
        .merge(carry::routes())
        .merge(calendar::routes())
        .merge(figures::routes())
        .merge(narrative::routes())
        .merge(annual_report::routes())
        .merge(readers::routes())
        .merge(team::routes())
        .merge(refer::routes())
        .merge(destroy::routes())
        .merge(aside::routes())
        .merge(approve::routes())
        .merge(change_of_use::routes())
        .merge(decide::routes())
        .merge(notice::routes())
        .merge(reply::routes())
        .merge(organisations::routes())
        .merge(themes::routes())
        .merge(belongs::routes())
        .merge(typed::routes())
        .merge(drafts::routes())
        .merge(saved_texts::routes())
        .fallback(async || PageError::NotFound)
        .method_not_allowed_fallback(async || PageError::Method)
        .layer(middleware::from_fn_with_state(desk.clone(), session::require));
    Router::new()
        .route("/open", get(unlock::open))
        .route("/unlock", post(unlock::unlock))
        .method_not_allowed_fallback(async || PageError::Method)
        .merge(inside)
        .layer(middleware::from_fn_with_state(desk.clone(), respond::finish))
        .with_state(desk)
}
