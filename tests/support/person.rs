//! Someone who raises a concern, from the form to the status page, without scripts.

use std::net::SocketAddr;

use super::http::{self, Fields, File, Page};

/// What is typed: the least that a route takes, and then the fields given, also in place of the least.
pub(crate) fn concern(route: &str, typed: &[(&str, &str)]) -> Fields {
    let about = if route == "service-complaint" { "unfair" } else { "patient-safety" };
    let least = [("route", route), ("about", about), ("description", "A concern that is long enough.")];
    let mut form = Fields::new();
    least.iter().chain(typed).for_each(|(name, value)| http::fill(&mut form, name, value));
    form
}

/// The page on which a concern is checked before it is sent.
pub(crate) fn check(address: SocketAddr, route: &str, typed: &[(&str, &str)]) -> Page {
    let mut form = http::get(address, &format!("/report?route={route}")).form("/report/check");
    concern(route, typed).iter().for_each(|(name, value)| http::fill(&mut form, name, value));
    let page = http::post(address, "/report/check", &form);
    assert_eq!(page.status, 200, "{}", page.all("main").join(" "));
    page
}

/// A form that is ready to be sent.
pub(crate) fn checked(address: SocketAddr, route: &str, typed: &[(&str, &str)]) -> Fields {
    check(address, route, typed).form("/report/send")
}

/// Sends a concern. Gives its receipt page.
pub(crate) fn send(address: SocketAddr, route: &str, typed: &[(&str, &str)], files: Vec<File<'_>>) -> Page {
    let page = http::post_multipart(address, "/report/send", &checked(address, route, typed), files);
    assert_eq!(page.status, 200, "{}", page.all("main").join(" "));
    page
}

/// What a receipt code leads to.
pub(crate) fn status(address: SocketAddr, code: &str) -> Page {
    http::post(address, "/status", &vec![("code".to_owned(), code.to_owned())])
}

/// What withdraws the report of a code, as the page that asks once more has it.
pub(crate) fn withdrawal(address: SocketAddr, report: &Page) -> Fields {
    let ask = http::post(address, "/status/withdraw/check", &report.form("/status/withdraw/check"));
    assert_eq!(ask.status, 200, "{}", ask.all("main").join(" "));
    ask.form("/status/withdraw")
}

/// A follow-up that is ready to be sent, once its `message` is filled in.
pub(crate) fn follow_up(address: SocketAddr, code: &str) -> Fields {
    follow_up_on(address, &status(address, code))
}

/// The same from a report's page.
pub(crate) fn follow_up_on(address: SocketAddr, report: &Page) -> Fields {
    let check = http::post(address, "/status/follow-up/check", &report.form("/status/follow-up/check"));
    assert_eq!(check.status, 200, "{}", check.all("main").join(" "));
    check.form("/status/follow-up")
}
