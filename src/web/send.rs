//! Sending a concern.

use std::time::Duration;

use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use tokio::time;

use super::{
    App, WebError,
    codes::{self, CameWith, Origin},
    form,
    message::UnsealedMessage,
    receive,
    received::Received,
    respond::{HeadAlone, page},
    view::{NotSent, SentFiles, ToldOnReceipt, WaitPage, carried_answers},
    waiting::{HELD_FOR, HeldSend, HeldState, ShownReceipt, Ticket, TicketState},
};
use crate::{
    crypto::{Receipt, os_random},
    domain::{Concern, ConcernField, Entries, MessageContent, SendId},
    http,
};

/// How much longer a concern waits that was to be sent and found no place.
const ONCE_MORE: Duration = Duration::from_secs(5);
/// Said by a browser that asks before the person does.
const SEC_PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
const PURPOSE: HeaderName = HeaderName::from_static("purpose");

/// `POST /report/send`: the same answer however often the same form is sent.
pub(super) async fn send(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let headers = request.headers().clone();
    let origin = Origin::of(&headers);
    let received =
        receive::receive(&app, request, |app, fields| matches!(CameWith::form(app, fields), CameWith::Valid(..)));
    let Received { fields, files, left_out, .. } = received.await?;
    let came_with = CameWith::form(&app, &fields);
    let (route, concern) = match Concern::parse(&fields) {
        Ok(parsed) => parsed,
        Err(errors) => return form::form_with_errors(&app, &fields, &errors, origin),
    };
    let (code, issue) = match came_with {
        CameWith::Valid(code, issue) => (code, issue),
        CameWith::NotIssued => return form::not_sent(&app, route, concern, NotSent::NoCode).await,
        CameWith::Ended(code, issue) => {
            let code = codes::sent_code(&app, code, &fields, origin);
            let keep = codes::keep(&app, &code, &issue);
            let send = HeldSend { code, keep, route, concern, files, left_out };
            return send_again(&app, &headers, send).await;
        }
    };
    let (now, few_left) = (app.now(), app.sends().is_over_half_used(app.now()));
    let wait = match origin {
        Origin::OwnPage => app.issued_codes().wait(&code, issue.stamp, now, few_left),
        // One code would do for as many concerns as there are texts, so its age tells nothing.
        Origin::Unknown => app.issued_codes().longest_wait(now, few_left),
    };
    let code = codes::sent_code(&app, code, &fields, origin);
    let keep = codes::keep(&app, &code, &issue);
    let send = HeldSend { code, keep, route, concern, files, left_out };
    if !wait.is_zero() {
        return hold(&app, send, written_bytes(&fields), wait);
    }
    drop(fields);
    if !app.sends().take(now) {
        return Err(WebError::TooManySends);
    }
    let receipt = app.derive_sent(send.code.clone()).await?;
    deliver(&app, send, receipt).await?.page(&app, &headers, StatusCode::OK, ("", &[]))
}

/// `GET /report/send/TICKET`: sends a concern that had to wait, once its time has come.
pub(super) async fn send_held(
    State(app): State<App>,
    Path(ticket): Path<String>,
    request: Request,
) -> Result<Response, WebError> {
    let ticket = Ticket::parse(&ticket).ok_or(WebError::NothingWaits)?;
    let headers = request.headers().clone();
    let found = app.waiting_room().find(ticket, app.now()).ok_or(WebError::NothingWaits)?;
    let state = match found {
        TicketState::Early(wait) => return wait_page(&app, ticket, wait),
        // Only a person uses it up.
        TicketState::Ready(_)
            if request.extensions().get::<HeadAlone>().is_some() || is_ahead_of_the_person(&headers) =>
        {
            return wait_page(&app, ticket, Duration::ZERO);
        }
        TicketState::Ready(state) => state,
    };
    // Whoever asks at the same moment waits for what becomes of it.
    let mut state = state.lock_owned().await;
    let send = match std::mem::replace(&mut *state, HeldState::Lost) {
        HeldState::Waits(send) => send,
        HeldState::Sent(shown) => {
            let page = shown.page(&app, &headers, StatusCode::OK, ("", &[]));
            *state = HeldState::Sent(shown);
            return page;
        }
        HeldState::Lost => return Err(WebError::NothingWaits),
    };
    let receipt = if app.sends().take(app.now()) {
        app.derive_sent(send.code.clone()).await
    } else {
        Err(WebError::TooManySends)
    };
    let receipt = match receipt {
        Ok(receipt) => receipt,
        Err(WebError::Busy | WebError::TooManySends) => {
            *state = HeldState::Waits(send);
            app.waiting_room().put_off(ticket, ONCE_MORE, app.now());
            return wait_page(&app, ticket, ONCE_MORE);
        }
        Err(error) => return Err(error),
    };
    let sent = deliver(&app, *send, receipt).await;
    // Used up, whatever came of it.
    app.waiting_room().forget(ticket, app.now());
    let shown = sent?;
    let page = shown.page(&app, &headers, StatusCode::OK, ("", &[]));
    *state = HeldState::Sent(Box::new(shown));
    page
}

/// Keeps a concern that came too early until its time has come.
fn hold(app: &App, send: HeldSend, bytes: usize, wait: Duration) -> Result<Response, WebError> {
    let ticket = Ticket::random(&mut os_random());
    if !app.waiting_room().hold(ticket, send, bytes, wait, app.now()) {
        return Err(WebError::Busy);
    }
    let after = app.clone();
    tokio::spawn(async move {
        // Nothing may ask after it any more, and what was typed must go all the same.
        time::sleep(HELD_FOR).await;
        after.waiting_room().forget(ticket, after.now());
    });
    wait_page(app, ticket, wait)
}

/// Says how long a concern still waits, and asks for it again then.
fn wait_page(app: &App, ticket: Ticket, wait: Duration) -> Result<Response, WebError> {
    // Rounded up, so that nobody asks too early; and a moment at the least, so that a page can be left.
    let seconds = (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1);
    let address = format!("/report/send/{ticket}");
    let mut response = page(StatusCode::OK, &WaitPage { shell: app.shell(), seconds, address: &address })?;
    let refresh = HeaderValue::from_str(&format!("{seconds}; url={address}")).map_err(|_| WebError::Internal)?;
    response.headers_mut().insert(header::REFRESH, refresh);
    Ok(response)
}

/// Whether a browser asks for a page that the person has not asked for, or another site leads there.
fn is_ahead_of_the_person(headers: &HeaderMap) -> bool {
    let is_ahead = |name: &HeaderName| {
        headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("prefetch"))
    };
    is_ahead(&SEC_PURPOSE) || is_ahead(&PURPOSE) || http::comes_from_elsewhere(headers)
}

/// A form whose code has ended: the receipt of what was sent with it in its time; else the page on which it is checked, with
/// a new code and everything that was typed.
async fn send_again(app: &App, headers: &HeaderMap, send: HeldSend) -> Result<Response, WebError> {
    if !app.sends().take(app.now()) {
        return Err(WebError::TooManySends);
    }
    let HeldSend { code, keep, route, concern, .. } = send;
    let locator = app.derive_sent(code.clone()).await?.locator;
    let Some(stored) = app.blocking(move |app| Ok(app.store().report_at(locator)?)).await? else {
        return form::not_sent(app, route, concern, NotSent::Ended).await;
    };
    let told = ToldOnReceipt::new(route, &concern).files(None);
    let unsent = carried_answers(route, &concern);
    ShownReceipt { code, keep, stored, told, unsent }.page(app, headers, StatusCode::OK, ("", &[]))
}

/// Seals a concern and stores it, unless there is one under its code.
async fn deliver(app: &App, send: HeldSend, receipt: Receipt) -> Result<ShownReceipt, WebError> {
    let HeldSend { code, keep, route, concern, files, left_out } = send;
    let on = app.today();
    let clocks = app.clocks(route, on)?;
    let send_id = SendId::random(&mut os_random());
    let sent = SentFiles::new(files.described(), &left_out);
    let (told, unsent) = (ToldOnReceipt::new(route, &concern), carried_answers(route, &concern));
    app.count_files(!files.is_empty());
    let outgoing = UnsealedMessage { content: MessageContent::Concern(concern), files, on, clocks, send_id };
    let (stored, is_first) = app.blocking(move |app| outgoing.begin(app, &receipt, route)).await?;
    let told = told.files(is_first.then_some(sent));
    Ok(ShownReceipt { code, keep, stored, told, unsent })
}

/// Bytes of all that is kept of a form while it waits.
fn written_bytes(fields: &Entries) -> usize {
    let kept = fields.iter().filter(|(name, _)| ConcernField::from_slug(name).is_some());
    kept.map(|(_, value)| value.len()).sum()
}
