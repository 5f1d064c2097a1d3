use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{App, WebError, address::is_onion_host, view::ErrorPage};
use crate::http::{self, CameOver, tell_operator};

/// How long to wait before trying again, in seconds: when much is waiting, and when a minute's worth of codes or sends
/// was taken.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("30");
const RETRY_AFTER_A_MINUTE: HeaderValue = HeaderValue::from_static("60");

/// What search engines are told with a page that they may list: not to go on from there.
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
const LISTED: HeaderValue = HeaderValue::from_static("nofollow");

/// For two years. Not for names below this one, which may be others'.
const TLS_ALONE: HeaderValue = HeaderValue::from_static("max-age=63072000");
/// Tells Tor Browser where else this page is.
const ONION_LOCATION: HeaderName = HeaderName::from_static("onion-location");

/// Where concerns are sent from that had to wait.
const HELD_SENDS: &str = "/report/send/";

/// Marks a response that search engines may list. All others say that they may not.
#[derive(Clone, Copy)]
pub(super) struct Indexed;

/// The content security policy of a page with a style sheet of its own.
#[derive(Clone)]
pub(super) struct OwnPolicy(pub(super) HeaderValue);

/// Marks a request that asks for the head of an answer alone. It is made as the whole answer is, for its head says how long
/// that is; so whatever is done by asking has to look for this.
#[derive(Clone, Copy)]
pub(super) struct HeadAlone;

/// A page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Result<Response, WebError> {
    Ok(http::page(status, template)?)
}

/// The one layer around every page: refuses what comes from other sites, makes errors into pages, keeps a panic to its
/// own request, puts the headers on whatever leaves, and last of all makes it as long as all else.
pub(super) async fn finish(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        // Its head says how long the page is that a `GET` gets.
        *request.method_mut() = Method::GET;
        request.extensions_mut().insert(HeadAlone);
    }
    let over_tls = OverTls::of(&app, &request);
    let mut response = if http::is_cross_site(request.method(), request.headers()) {
        WebError::CrossSite.into_response()
    } else {
        http::contained(request, next).await.unwrap_or_else(|| WebError::Internal.into_response())
    };
    if let Some(error) = response.extensions_mut().remove::<WebError>() {
        response = error_page(&app, error, &response);
    }
    let policy = response.extensions_mut().remove().map_or_else(|| app.shell().policy.clone(), |OwnPolicy(own)| own);
    http::common_headers(response.headers_mut(), &policy);
    if response.extensions().get::<Indexed>().is_some() {
        response.headers_mut().insert(ROBOTS, LISTED);
    }
    if let Some(over_tls) = over_tls {
        over_tls.mark(&mut response);
    }
    http::fill(&mut response, is_head);
    response
}

/// Whether a request was meant for an onion service.
pub(super) fn is_for_onion(headers: &HeaderMap) -> bool {
    headers.get(header::HOST).is_some_and(|host| is_onion_host(&String::from_utf8_lossy(host.as_bytes())))
}

/// A request that came over TLS: here, or so the operator says, to what stands before the box. What was meant for the onion
/// service did not.
struct OverTls {
    /// The same page at the onion service, if it is one to go to.
    onion: Option<HeaderValue>,
}

impl OverTls {
    fn of(app: &App, request: &Request) -> Option<Self> {
        let service = &app.config().service;
        let ended_here = request.extensions().get() == Some(&CameOver::Tls);
        if !(ended_here || service.behind_tls) || is_for_onion(request.headers()) {
            return None;
        }
        // Tor Browser may go there by itself: never away from what a form was answered with, such as a receipt code.
        // Nor from where a concern is on its way.
        let stays = request.uri().path().starts_with(HELD_SENDS);
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let onion = service.onion.as_ref().filter(|_| reads && !stays);
        let onion = onion.and_then(|onion| {
            let page = request.uri().path_and_query().map_or("/", |page| page.as_str());
            HeaderValue::from_str(&format!("{}{page}", onion.trim_end_matches('/'))).ok()
        });
        Some(Self { onion })
    }

    fn mark(self, response: &mut Response) {
        let is_page = response.status().is_success();
        let headers = response.headers_mut();
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TLS_ALONE);
        if let Some(onion) = self.onion.filter(|_| is_page) {
            headers.insert(ONION_LOCATION, onion);
        }
    }
}

fn error_page(app: &App, error: WebError, plain: &Response) -> Response {
    let (heading, happened, remedy) = error.words();
    let body = ErrorPage { shell: app.shell(), heading, happened, remedy, is_closed: error.is_closed() };
    let mut response = page(error.status(), &body).unwrap_or_else(|_| {
        tell_operator(&"the error page can't be made; this is a fault in candour");
        (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong. Go back and try again.\n").into_response()
    });
    if let Some(allow) = plain.headers().get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    let retry_after = match error {
        WebError::Busy | WebError::Closed | WebError::Full => Some(RETRY_AFTER),
        WebError::TooMany | WebError::TooManySends => Some(RETRY_AFTER_A_MINUTE),
        _ => None,
    };
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{Router, body::Body, middleware, routing::get};
    use http_body_util::BodyExt;
    use tokio::sync::Barrier;
    use tower::ServiceExt;

    use super::*;
    use crate::{
        crypto::digest,
        http::PAGE_MIN,
        web::{AppOptions, Config},
        world::{EmptyBox, TODAY},
    };

    async fn answer(router: &Router, path: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_is_one_constant_page_and_takes_nothing_else_down() {
        let r#box = EmptyBox::new();
        let app = App::new(AppOptions { demo: true, ..r#box.options(Config::default(), Arc::new(TODAY)) });
        async fn fault() -> &'static str {
            panic!("a fault, for the test")
        }
        // Under way while the others fail.
        let (begun, ended) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let waits = [Arc::clone(&begun), Arc::clone(&ended)];
        let slow = async move || {
            waits[0].wait().await;
            waits[1].wait().await;
            "whole"
        };
        let router = Router::new()
            .route("/slow", get(slow))
            .route("/fault", get(fault))
            .fallback(async || WebError::NotFound)
            .layer(middleware::from_fn_with_state(app, finish));
        let under_way = tokio::spawn({
            let router = router.clone();
            async move { answer(&router, "/slow").await }
        });
        begun.wait().await;
        for _ in 0..2 {
            let (status, headers, body) = answer(&router, "/fault").await;
            let head: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
            let whole = "HTTP/1.1 500 Internal Server Error\r\n\r\n".len() + head + body.len();
            assert_eq!((status, whole), (StatusCode::INTERNAL_SERVER_ERROR, PAGE_MIN));
            assert!(body.contains("Something went wrong") && !body.contains("for the test"));
            assert!(body.contains("This is a demonstration"));
            let style = body.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
            let hash = data_encoding::BASE64.encode(&digest(style.as_bytes()).0);
            let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
        }
        assert_eq!(answer(&router, "/").await.0, StatusCode::NOT_FOUND);
        ended.wait().await;
        let (status, _, body) = under_way.await.unwrap();
        assert_eq!((status, body.as_str()), (StatusCode::OK, "whole"));
    }

    #[tokio::test]
    async fn a_demonstration_is_listed_nowhere() {
        for (demo, told) in [(false, "nofollow"), (true, "noindex, nofollow")] {
            let r#box = EmptyBox::new();
            let config = Config::parse("[service]\nindexed = true").unwrap();
            let app = App::new(AppOptions { demo, ..r#box.options(config, Arc::new(TODAY)) });
            let (status, headers, body) = answer(&crate::web::router(app), "/").await;
            assert_eq!((status, headers[&ROBOTS].to_str().unwrap()), (StatusCode::OK, told));
            assert!(body.contains(&format!("<meta name=\"robots\" content=\"{told}\">")));
        }
    }
}
