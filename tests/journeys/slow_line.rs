//! The first visit over a slow line, from the start page to the receipt: how many requests, bytes and seconds it takes.

use serde_json::{Value, json};

use crate::support::{
    browser::{Browser, Scripts},
    installation::Installation,
};

/// A bad mobile line, or a Tor circuit on a bad day.
const BITS_PER_SECOND: u32 = 400_000;
/// From a request to the first byte of its answer.
const LATENCY_MS: u32 = 400;
const STEPS: [&str; 5] = ["start", "before", "form", "check", "send"];

#[test]
#[ignore = "needs chromium and chromedriver"]
fn a_first_visit_is_five_requests_of_one_size() {
    let place = Installation::new();
    let running = place.serve();
    let browser = Browser::open(running.address, Scripts::Off);
    browser.tools("Network.enable", json!({}));
    let bytes_per_second = BITS_PER_SECOND / 8;
    browser.tools(
        "Network.emulateNetworkConditions",
        json!({ "offline": false, "latency": LATENCY_MS, "downloadThroughput": bytes_per_second, "uploadThroughput": bytes_per_second }),
    );
    browser.go("/");
    browser.follow("Read this before you start");
    browser.reaches("Before you start");
    browser.follow("Start now");
    browser.reaches("Tell us about it");
    browser.click("[name=route][value=staff-concern]");
    browser.click("[name=about][value=bullying]");
    browser.enter("#description", "It happened on the ward, and nobody wrote it down.");
    browser.click("main form > button[type=submit]:last-of-type");
    browser.reaches("Check your answers and send");
    browser.click("main form[action='/report/send'] > button[type=submit]:last-of-type");
    browser.reaches("We have received it");

    let events = browser.network();
    let visits: Vec<(f64, f64)> = of(&events, "Network.requestWillBeSent").map(|sent| visit(&events, sent)).collect();
    println!("seconds    bytes  at {BITS_PER_SECOND} bit/s, {LATENCY_MS} ms");
    for (step, (bytes, seconds)) in STEPS.iter().zip(&visits) {
        println!("{seconds:7.1} {bytes:8}  {step}");
    }
    let (bytes, seconds) = visits.iter().fold((0.0, 0.0), |sum, visit| (sum.0 + visit.0, sum.1 + visit.1));
    println!("{seconds:7.1} {bytes:8}  {} requests", visits.len());
    // A connection carries one request, and Chromium counts no time for opening it.
    let opening = f64::from(LATENCY_MS) / 1000.0 * STEPS.len() as f64;
    println!("{:7.1}           with the opening of each connection", seconds + opening);

    assert_eq!(visits.len(), STEPS.len(), "requests");
    let sizes = visits.iter().map(|(bytes, _)| *bytes);
    let [least, most] = [sizes.clone().fold(f64::MAX, f64::min), sizes.fold(0.0, f64::max)];
    // Headers differ by a few bytes.
    assert!(most - least < 64.0, "from {least} to {most} bytes");
}

/// Bytes that came for a request, and seconds until the last of them.
fn visit(events: &[Value], sent: &Value) -> (f64, f64) {
    let number = |value: &Value| value.as_f64().unwrap();
    let done = of(events, "Network.loadingFinished").find(|done| done["requestId"] == sent["requestId"]).unwrap();
    (number(&done["encodedDataLength"]), number(&done["timestamp"]) - number(&sent["timestamp"]))
}

fn of<'a>(events: &'a [Value], method: &str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |event| event["method"] == method).map(|event| &event["params"])
}
