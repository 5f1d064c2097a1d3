use axum::{
    Router, middleware,
    routing::{any, get, post},
};

use super::{App, WebError, carry, follow_up, form, health, pages, receipt, respond, send, status, withdraw};

/// Every page of the box.
pub fn router(app: App) -> Router {
    let pages = Router::new()
        .route("/", get(pages::start))
        .route("/before-you-start", get(pages::before_you_start))
        .route("/easy-read", get(pages::easy_read))
        .route("/keys", get(pages::keys))
        .route("/keys/governance.recipients", get(pages::recipients))
        .route("/privacy", get(pages::privacy))
        .route("/accessibility", get(pages::accessibility))
        .route("/how-this-is-kept-safe", get(pages::kept_safe))
        .route("/.well-known/security.txt", get(pages::security_txt))
        .route("/who-else", get(pages::who_else))
        .route("/leave", get(pages::left).post(pages::leave))
        .route("/report", get(form::form).post(form::change))
        .route("/report/check", post(form::check))
        .route("/report/send", post(send::send))
        .route("/report/send/{ticket}", get(send::send_held))
        .route("/receipt/check", post(receipt::check_copy))
        .route("/status", get(status::ask).post(status::show))
        .route("/status/follow-up/check", post(follow_up::check))
        .route("/status/follow-up", post(follow_up::follow_up))
        .route("/status/withdraw/check", post(withdraw::check))
        .route("/status/withdraw", post(withdraw::withdraw))
        // Whatever the method: to all but a carrier they are not there.
        .route("/carry/challenge", any(carry::challenge))
        .route("/carry", any(carry::carry))
        .route("/healthz", get(health::healthz))
        .fallback(async || WebError::NotFound)
        .method_not_allowed_fallback(async || WebError::Method)
        .with_state(app.clone());
    // Around the whole and not around each page: there every header is on the answer that is made as long as all others.
    Router::new().fallback_service(pages).layer(middleware::from_fn_with_state(app, respond::finish))
}
