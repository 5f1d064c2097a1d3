//! A casebook with nothing in it, the desk over it, and a browser without scripts, for tests.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, Uri, header},
};
use http_body_util::BodyExt;
use tempfile::TempDir;
use tower::ServiceExt;
use zeroize::Zeroizing;

use super::{Desk, DeskOptions, Keys, Surroundings, Unreadable, Visit, router};
use crate::{
    crypto::SigningKey,
    domain::Calendar,
    unseal::{NewKeys, Passphrase, read_identity, read_signing_key},
    world::{TODAY, casebook},
};

pub(super) const LOCK_AFTER: Duration = Duration::from_mins(10);
pub(super) const ADDRESS: &str = "127.0.0.1:8081";

/// A machine with a casebook and its keys, and what its terminal shows.
#[derive(Clone)]
pub(super) struct DeskMachine(Arc<Parts>);

struct Parts {
    directory: TempDir,
    keys: NewKeys,
    passphrase: Option<&'static str>,
    addresses: Mutex<Vec<String>>,
    uptime: Mutex<Duration>,
    reads: AtomicUsize,
    keys_are_gone: AtomicBool,
}

/// What a page came with.
pub(super) struct HttpAnswer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// Requests as one browser makes them.
pub(super) struct Browser {
    router: Router,
    pub(super) cookie: Option<String>,
}

impl DeskMachine {
    /// Whose keys are under a passphrase, or under none.
    pub(super) fn new(passphrase: Option<&'static str>) -> Self {
        let place = Self(Arc::new(Parts {
            directory: tempfile::tempdir().unwrap(),
            keys: NewKeys::generate(None).unwrap(),
            passphrase,
            addresses: Mutex::default(),
            uptime: Mutex::new(Duration::from_secs(1000)),
            reads: AtomicUsize::new(0),
            keys_are_gone: AtomicBool::new(false),
        }));
        let keys = place.read();
        let (_, box_key) = SigningKey::generate().unwrap();
        let init = casebook::init(&place.casebook(), &Arc::new(keys.identity), &keys.signing_key, box_key);
        drop(init.unwrap());
        place
    }

    /// The desk, opened on the terminal.
    pub(super) fn desk(&self) -> Desk {
        let options = DeskOptions {
            casebook: self.casebook(),
            address: ADDRESS.parse::<SocketAddr>().unwrap(),
            calendar: Calendar::default(),
            today: Arc::new(TODAY),
            as_of: None,
            lock_after: LOCK_AFTER,
            demo: None,
        };
        Desk::open(options, Box::new(self.clone()), self.read()).unwrap()
    }

    /// A session, by the last address that was told.
    pub(super) async fn visit(&self, desk: &Desk) -> Visit {
        let cookie = desk.redeem(&self.tickets().pop().unwrap()).await.unwrap_or_else(|error| panic!("{error:?}"));
        let (session, token) = desk.admit(&[cookie]).unwrap();
        Visit::new(desk.clone(), session, token, (&Method::GET, &Uri::from_static("/")))
    }

    /// What each address that was told holds.
    pub(super) fn tickets(&self) -> Vec<String> {
        let told = self.0.addresses.lock().unwrap();
        told.iter().map(|address| address.rsplit_once('=').unwrap().1.to_owned()).collect()
    }

    /// Time passes.
    pub(super) fn wait(&self, time: Duration) {
        *self.0.uptime.lock().unwrap() += time;
    }

    /// How often the keys were read since the desk was opened on the terminal.
    pub(super) fn reads(&self) -> usize {
        self.0.reads.load(Ordering::Relaxed)
    }

    /// The stick with the keys is pulled out.
    pub(super) fn take_keys_away(&self) {
        self.0.keys_are_gone.store(true, Ordering::Relaxed);
    }

    fn casebook(&self) -> PathBuf {
        self.0.directory.path().join("casebook")
    }

    fn read(&self) -> Keys {
        let keys = &self.0.keys;
        let identity = read_identity(keys.identity.as_bytes(), || unreachable!());
        let signing_key = read_signing_key(&keys.signing_key, || unreachable!());
        match (identity, signing_key) {
            (Ok(identity), Ok(signing_key)) => Keys { identity, signing_key, protected: self.0.passphrase.is_some() },
            _ => panic!("the keys were just made"),
        }
    }
}

impl Surroundings for DeskMachine {
    fn keys(&self, passphrase: Option<Passphrase>) -> Result<Keys, Unreadable> {
        self.0.reads.fetch_add(1, Ordering::Relaxed);
        if self.0.keys_are_gone.load(Ordering::Relaxed) {
            return Err(Unreadable::Other("the keys are gone, for the test".into()));
        }
        let right = self.0.passphrase.map(|right| Passphrase::new(&Zeroizing::new(right.to_owned())));
        match (right, passphrase) {
            (None, None) => Ok(self.read()),
            (Some(right), Some(given)) if right.is_same(&given) => Ok(self.read()),
            _ => Err(Unreadable::Passphrase),
        }
    }

    fn announce(&self, address: &str) {
        self.0.addresses.lock().unwrap().push(address.to_owned());
    }

    fn uptime(&self) -> Duration {
        *self.0.uptime.lock().unwrap()
    }
}

impl Browser {
    pub(super) fn new(desk: &Desk) -> Self {
        Self { router: router(desk.clone()), cookie: None }
    }

    /// One that came in by the last address that was told.
    pub(super) async fn inside(place: &DeskMachine, desk: &Desk) -> Self {
        let mut browser = Self::new(desk);
        let answer = browser.get(&format!("/open?token={}", place.tickets().pop().unwrap())).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        browser
    }

    pub(super) async fn get(&mut self, path: &str) -> HttpAnswer {
        self.send(request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> HttpAnswer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = request(Method::POST, path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends it with the cookie, and keeps the cookie that comes back.
    pub(super) async fn send(&mut self, mut request: Request<Body>) -> HttpAnswer {
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        if let Some(set) = headers.get(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            let kept = set.split(';').next().unwrap().to_owned();
            self.cookie = (!set.contains("Max-Age=0")).then_some(kept);
        }
        let body = response.into_body().collect().await.unwrap().to_bytes();
        HttpAnswer { status, headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }
}

impl HttpAnswer {
    /// A page without what makes it as long as every other.
    pub(super) fn said(&self) -> &str {
        self.body.rsplit_once("<!--").map_or(self.body.as_str(), |(page, _)| page)
    }

    /// The token in the page's forms.
    pub(super) fn token(&self) -> String {
        let after = self.body.split_once("name=\"token\" value=\"").expect("a form").1;
        after.split_once('"').unwrap().0.to_owned()
    }

    pub(super) fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }
}

pub(super) fn request(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header(header::HOST, ADDRESS)
}
