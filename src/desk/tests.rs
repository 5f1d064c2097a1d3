//! Who is let in, and what is refused, over the router as it stands.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use data_encoding::BASE64;

use super::{
    fixture::{ADDRESS, Browser, DeskMachine, LOCK_AFTER, request},
    kept_form::KEPT_FOR,
};
use crate::{crypto::digest, domain::limits::KIB, http::PAGE_MIN};

#[tokio::test]
async fn the_address_opens_the_desk_once() {
    let place = DeskMachine::new(None);
    let desk = place.desk();
    let address = format!("/open?token={}", place.tickets()[0]);
    let mut first = Browser::new(&desk);
    let answer = first.get(&address).await;
    assert_eq!((answer.status, answer.location(), answer.body.as_str()), (StatusCode::SEE_OTHER, "/", ""));
    let set = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(set.starts_with("candour-desk-8081=") && set.ends_with("; HttpOnly; SameSite=Strict; Path=/"), "{set}");
    let queue = first.get("/").await;
    assert_eq!(queue.status, StatusCode::OK);
    assert!(queue.body.contains("<h1>Queue</h1>") && queue.body.contains("action=\"/lock\""));

    let mut second = Browser::new(&desk);
    for used in [&address, "/open", "/open?token="] {
        let answer = second.get(used).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.contains("This address opens nothing now"));
        assert!(!answer.headers.contains_key(header::SET_COOKIE));
    }
    assert_eq!(second.get("/").await.status, StatusCode::FORBIDDEN);
    assert_eq!(first.get("/").await.status, StatusCode::OK, "the session goes on");
}

#[tokio::test]
async fn without_the_cookie_every_address_is_the_locked_page() {
    let place = DeskMachine::new(None);
    let desk = place.desk();
    let mut inside = Browser::inside(&place, &desk).await;
    let token = inside.get("/").await.token();
    let mut outside = Browser::new(&desk);
    let locked = outside.get("/").await;
    assert!(locked.body.contains("<h1>The desk is locked</h1>") && !locked.body.contains("Casebook"));
    for cookie in [None, Some("candour-desk-8081="), Some("candour-desk-8081=0123"), Some("candour-desk-80=x")] {
        outside.cookie = cookie.map(str::to_owned);
        for path in ["/", "/nowhere", "/lock", "/report/abab"] {
            let answer = outside.get(path).await;
            assert_eq!((answer.status, answer.said() == locked.said()), (StatusCode::FORBIDDEN, true), "{path}");
            let answer = outside.post(path, &[("token", &token)]).await;
            assert_eq!((answer.status, answer.said() == locked.said()), (StatusCode::FORBIDDEN, true), "{path}");
        }
    }
    assert_eq!(inside.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_its_own_name_reaches_it() {
    let place = DeskMachine::new(None);
    let desk = place.desk();
    let mut browser = Browser::inside(&place, &desk).await;
    for (hosts, status) in [
        (vec![ADDRESS], StatusCode::OK),
        (vec!["localhost:8081"], StatusCode::OK),
        (vec!["LOCALHOST:8081"], StatusCode::OK),
        (vec![], StatusCode::MISDIRECTED_REQUEST),
        (vec![""], StatusCode::MISDIRECTED_REQUEST),
        (vec!["127.0.0.1"], StatusCode::MISDIRECTED_REQUEST),
        (vec!["127.0.0.1:8082"], StatusCode::MISDIRECTED_REQUEST),
        (vec!["rebound.example:8081"], StatusCode::MISDIRECTED_REQUEST),
        (vec!["127.0.0.1:8081.rebound.example"], StatusCode::MISDIRECTED_REQUEST),
        (vec![ADDRESS, "rebound.example"], StatusCode::MISDIRECTED_REQUEST),
    ] {
        let mut asked = axum::http::Request::builder().uri("/");
        for host in &hosts {
            asked = asked.header(header::HOST, *host);
        }
        let answer = browser.send(asked.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{hosts:?}");
        assert_eq!(answer.body.contains("<h1>Queue</h1>"), status == StatusCode::OK);
    }
    let whole = request(Method::GET, "http://rebound.example:8081/").body(Body::empty()).unwrap();
    assert_eq!(browser.send(whole).await.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_form_is_taken_from_this_session_alone() {
    let place = DeskMachine::new(None);
    let desk = place.desk();
    let mut browser = Browser::inside(&place, &desk).await;
    let old = browser.get("/").await.token();
    let locked = browser.post("/lock", &[("token", &old)]).await;
    assert_eq!((locked.status, locked.location()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(locked.headers["clear-site-data"], "\"cache\"");
    assert_eq!(browser.cookie, None);

    let mut browser = Browser::inside(&place, &desk).await;
    let token = browser.get("/").await.token();
    assert_ne!(old, token);
    for fields in [vec![], vec![("token", "")], vec![("token", old.as_str())], vec![("Token", token.as_str())]] {
        let answer = browser.post("/lock", &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.contains("This form is out of date"));
    }
    // A form with files is read past the session, and this address takes none.
    let multipart = format!("--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n--x--\r\n");
    for body in [String::new(), multipart] {
        let request = request(Method::POST, "/lock").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        let answer = browser.send(request.body(Body::from(body)).unwrap()).await;
        assert!(answer.status.is_client_error(), "{}", answer.status);
    }
    assert_eq!(browser.get("/").await.status, StatusCode::OK, "nobody is locked out");
    let form = |kind: &str, site: &str| {
        let request = request(Method::POST, "/lock").header(header::CONTENT_TYPE, kind).header("sec-fetch-site", site);
        request.body(Body::from(format!("token={token}"))).unwrap()
    };
    const FORM: &str = "application/x-www-form-urlencoded";
    assert_eq!(browser.send(form("text/plain", "same-origin")).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    // Another port of this machine is another origin of the same site.
    for site in ["cross-site", "same-site"] {
        let answer = browser.send(form(FORM, site)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.contains("This came from another site"));
    }
    assert_eq!(browser.get("/lock").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(browser.get("/").await.status, StatusCode::OK, "nothing of that locked it");
    assert_eq!(browser.send(form(FORM, "same-origin")).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_desk_that_nobody_uses_locks_itself() {
    let place = DeskMachine::new(None);
    let desk = place.desk();
    let mut browser = Browser::inside(&place, &desk).await;
    for _ in 0..3 {
        place.wait(LOCK_AFTER / 2);
        assert_eq!(browser.get("/").await.status, StatusCode::OK, "in use");
    }
    place.wait(LOCK_AFTER / 2);
    // Whoever is not in does not keep it open.
    assert_eq!(Browser::new(&desk).get("/").await.status, StatusCode::FORBIDDEN);
    place.wait(LOCK_AFTER / 2);
    assert_eq!(browser.get("/").await.status, StatusCode::FORBIDDEN, "at once, before it is found to be idle");
    desk.lock_if_idle().await;
    let locked = browser.get("/").await;
    assert!(locked.body.contains("Open the last address that it printed") && !locked.body.contains("passphrase"));
    let mut again = Browser::inside(&place, &desk).await;
    assert_eq!(again.get("/").await.status, StatusCode::OK);
    assert_eq!(browser.get("/").await.status, StatusCode::FORBIDDEN, "the earlier session has ended");
}

#[tokio::test]
async fn the_passphrase_opens_what_was_locked() {
    let place = DeskMachine::new(Some("several random words"));
    let desk = place.desk();
    let mut browser = Browser::inside(&place, &desk).await;
    let token = browser.get("/").await.token();
    browser.post("/lock", &[("token", &token)]).await;
    let locked = browser.get("/").await;
    assert!(locked.body.contains("action=\"/unlock\""));
    let form = locked.token();

    let empty = browser.post("/unlock", &[("token", &form), ("passphrase", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("<title>Error: ") && empty.body.contains("Enter the passphrase of your keys"));
    for wrong in ["", &token] {
        let answer = browser.post("/unlock", &[("token", wrong), ("passphrase", "several random words")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(place.reads(), 0);
    let opened = browser.post("/unlock", &[("token", &form), ("passphrase", "several random words")]).await;
    assert_eq!((opened.status, opened.location()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    assert_eq!(browser.get("/unlock").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn without_a_passphrase_no_form_opens_it() {
    let place = DeskMachine::new(None);
    let desk = place.desk();
    desk.lock().await;
    let token = desk.shell().token().to_owned();
    let mut browser = Browser::new(&desk);
    let answer = browser.post("/unlock", &[("token", &token), ("passphrase", "anything")]).await;
    assert_eq!((answer.status, place.reads(), &browser.cookie), (StatusCode::FORBIDDEN, 0, &None));
}

#[tokio::test]
async fn every_answer_has_the_headers_and_the_style_that_the_policy_names() {
    let place = DeskMachine::new(None);
    let desk = place.desk();
    let mut inside = Browser::inside(&place, &desk).await;
    let mut outside = Browser::new(&desk);
    let answers = [
        inside.get("/").await,
        inside.get("/nowhere").await,
        inside.post("/", &[]).await,
        outside.get("/").await,
        outside.get("/open").await,
        outside.send(axum::http::Request::builder().uri("/").body(Body::empty()).unwrap()).await,
    ];
    for answer in answers {
        assert!(answer.body.len() < PAGE_MIN && answer.body.len() > PAGE_MIN - 4 * KIB, "{}", answer.body.len());
        let style = answer.body.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = BASE64.encode(&digest(style.as_bytes()).0);
        assert_eq!(
            answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap(),
            format!(
                "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            )
        );
        for (name, value) in [
            ("cache-control", "no-store, no-transform"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.headers[name], value);
        }
        assert!(!answer.headers.contains_key(header::DATE));
    }
    let head = inside.send(request(Method::HEAD, "/nowhere").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::NOT_FOUND, 0));
}

const PASSPHRASE: &str = "several random words";

/// Opens a locked desk with its passphrase, and gives where the browser is sent.
async fn unlock(browser: &mut Browser) -> String {
    let form = browser.get("/").await.token();
    let opened = browser.post("/unlock", &[("token", &form), ("passphrase", PASSPHRASE)]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER);
    opened.location().to_owned()
}

#[tokio::test]
async fn what_is_posted_after_the_desk_locked_itself_comes_back_after_unlocking() {
    let place = DeskMachine::new(Some(PASSPHRASE));
    let desk = place.desk();
    let mut browser = Browser::inside(&place, &desk).await;
    let old = browser.get("/").await.token();
    place.wait(LOCK_AFTER);
    // Late, though nothing has locked it yet; the second, once something has.
    for words in ["the first words", "two <words>"] {
        let locked = browser.post("/search", &[("token", &old), ("q", words)]).await;
        assert_eq!(locked.status, StatusCode::FORBIDDEN);
        assert!(locked.body.contains("<h1>The desk is locked</h1>") && locked.body.contains("id=\"kept\""));
        let said = locked.body.rsplit_once("<!--").map_or(locked.body.as_str(), |(said, _)| said);
        assert!(!said.contains("words"), "nothing of it is shown");
        desk.lock_if_idle().await;
    }
    let form = browser.get("/").await.token();
    let wrong = browser.post("/unlock", &[("token", &form), ("passphrase", "others")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("id=\"kept\""));

    assert_eq!(unlock(&mut browser).await, "/typed");
    let typed = browser.get("/typed").await;
    assert!(typed.body.contains("<h1>You were writing when the desk locked</h1>"), "{}", typed.body);
    assert!(typed.body.contains("<p class=\"said\">two &#60;words&#62;</p>"), "{}", typed.body);
    assert!(typed.body.contains("action=\"/search\"") && !typed.body.contains("the first words"));
    assert!(typed.body.contains("name=\"q\" value=\"two &#60;words&#62;\"") && !typed.body.contains(&old));
    let elsewhere = browser.get("/team").await;
    assert!(elsewhere.body.contains("<a href=\"/typed\">") && !typed.body.contains("<a href=\"/typed\">"));

    let fields = [("token", &*typed.token()), ("q", "two <words>"), ("redone", "yes")];
    let found = browser.post("/search", &fields).await;
    assert!(found.status == StatusCode::OK && found.body.contains("two &#60;words&#62;"));
    assert_eq!(browser.get("/typed").await.location(), "/", "it was used");
    assert!(!browser.get("/team").await.body.contains("/typed"));
}

/// Whoever sits at a locked desk may have a page before them that is still open, and change what its form sends.
#[tokio::test]
async fn all_that_a_kept_form_sends_is_shown_before_it_is_sent() {
    let place = DeskMachine::new(Some(PASSPHRASE));
    let desk = place.desk();
    let mut browser = Browser::inside(&place, &desk).await;
    let old = browser.get("/").await.token();
    browser.post("/lock", &[("token", &old)]).await;
    let refer = format!("/reports/{}/refer?x=y", "ab".repeat(8));
    let planted = [("token", &*old), ("seen", "7"), ("recipients", "age1planted"), ("team", ""), ("note", "Two words")];
    browser.post(&refer, &planted).await;
    assert_eq!(unlock(&mut browser).await, "/typed");
    let typed = browser.get("/typed").await.body;
    for row in [format!("<dt>Address</dt><dd>{refer}</dd>"), "<dd>age1planted</dd>".into()] {
        assert!(typed.contains(&row), "{row}: {typed}");
    }
    assert!(!typed.contains("<dt>Seen</dt>") && !typed.contains("<dt>Team</dt>") && !typed.contains("<dt>Token</dt>"));
}

#[tokio::test]
async fn a_form_of_an_earlier_session_is_kept_until_it_is_taken_or_thrown_away() {
    let place = DeskMachine::new(Some(PASSPHRASE));
    let desk = place.desk();
    let mut browser = Browser::inside(&place, &desk).await;
    let old = browser.get("/").await.token();
    browser.post("/lock", &[("token", &old)]).await;
    assert_eq!(unlock(&mut browser).await, "/", "nothing was being written");
    let nowhere = format!("/reports/{}/reply/preview", "ab".repeat(8));
    let turned = browser.post(&nowhere, &[("token", &old), ("reply", "What I wrote")]).await;
    assert_eq!((turned.status, turned.location()), (StatusCode::SEE_OTHER, "/typed"));
    let typed = browser.get("/typed").await;
    assert!(typed.body.contains("Reply, report ") && typed.body.contains("What I wrote"));
    // What can't be taken is still there afterwards.
    let again =
        browser.post(&nowhere, &[("token", &typed.token()), ("reply", "What I wrote"), ("redone", "yes")]).await;
    assert!(again.status.is_client_error(), "{}", again.status);
    let typed = browser.get("/typed").await;
    assert!(typed.body.contains("What I wrote"));
    let away = browser.post("/typed/discard", &[("token", &typed.token())]).await;
    assert_eq!((away.status, away.location()), (StatusCode::SEE_OTHER, "/"));
    assert!(browser.get("/").await.body.contains("What you had typed is thrown away."));
    assert!(!browser.get("/").await.body.contains("thrown away"), "said once");
    assert_eq!(browser.get("/typed").await.location(), "/");
}

#[tokio::test]
async fn only_what_was_typed_in_a_session_of_this_desk_is_kept_and_not_for_long() {
    let place = DeskMachine::new(Some(PASSPHRASE));
    let desk = place.desk();
    let mut inside = Browser::inside(&place, &desk).await;
    let token = inside.get("/").await.token();
    let mut outside = Browser::new(&desk);
    let unlocking = outside.get("/").await.token();
    let other = "0a".repeat(32);
    for wrong in [&token, &unlocking, &other, ""] {
        outside.post("/search", &[("token", wrong), ("q", "some words")]).await;
        assert!(!desk.keeps_form(), "{wrong}");
    }
    for wrong in [&unlocking, &other, ""] {
        let refused = inside.post("/search", &[("token", wrong), ("q", "some words")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.body.contains("This form is out of date") && !desk.keeps_form());
    }
    inside.post("/lock", &[("token", &token)]).await;
    outside.post("/lock", &[("token", &token)]).await;
    assert!(!desk.keeps_form(), "nothing was typed");
    let upload = request(Method::POST, "/carry/import").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    let locked = outside.send(upload.body(Body::empty()).unwrap()).await;
    assert!(locked.status == StatusCode::FORBIDDEN && locked.body.contains("id=\"not-kept\""));
    let elsewhere = request(Method::POST, "/search")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site");
    outside.send(elsewhere.body(Body::from(format!("token={token}&q=some+words"))).unwrap()).await;
    assert!(!desk.keeps_form(), "from another site");
    outside.post("/search", &[("token", &token), ("q", "some words")]).await;
    assert!(desk.keeps_form());
    place.wait(KEPT_FOR);
    assert!(!outside.get("/").await.body.contains("id=\"kept\""));
    assert_eq!(unlock(&mut outside).await, "/");
}
