//! The whole journey through Tor: a network of the test's own, and the service as it is shipped.

use std::{
    io::{self, Read},
    time::Instant,
};

use crate::support::{
    http::{self, File},
    installation::Installation,
    person,
    relay::Relay,
    tor::TorNetwork,
};

const TEXT: &str = "quixotic-tapir-6602 was said on the ward";
const MORE: &str = "perpendicular-tapir-6603 was said later";
const FILE: &str = "zephyr-onion-9024";
const NAME: &str = "unusual-onion-5511.txt";
const FILE_BYTES: u64 = 20 * 1024 * 1024;

#[test]
#[ignore = "needs tor"]
fn the_whole_journey_through_a_tor_network_leaves_nothing_at_tor() {
    let place = Installation::new();
    let running = place.serve();
    let mut tor = TorNetwork::before(running.address);
    let front = Relay::new(tor.towards());
    let is_there = || http::try_post(front.address, "/leave", &vec![]).is_some_and(|page| page.status == 200);
    let took = tor.wait_until(is_there);
    println!("the service can be reached after {took:?}");

    let timed = |what: &str, start: Instant| println!("{what}: {:?}", start.elapsed());
    let start = Instant::now();
    let page = http::get(front.address, "/report?route=staff-concern");
    assert_eq!((page.status, page.size()), (200, front.counts().answer));
    timed("the form", start);
    let start = Instant::now();
    person::send(front.address, "staff-concern", &[("description", TEXT)], vec![]);
    timed("a concern without a file, from the form to the receipt", start);

    let checked = person::checked(front.address, "staff-concern", &[("description", TEXT)]);
    let content = FILE.as_bytes().chain(io::repeat(b'x').take(FILE_BYTES)).chain(FILE.as_bytes());
    let length = FILE_BYTES + 2 * FILE.len() as u64;
    let file = File { name: NAME, media_type: "text/plain", length, content: Box::new(content) };
    let start = Instant::now();
    let receipt = http::post_multipart(front.address, "/report/send", &checked, vec![file]);
    timed("20 MiB, to the receipt", start);
    assert_eq!(receipt.all("#files li").len(), 1, "{}", receipt.all("main").join(" "));
    let code = receipt.one("#receipt-code");

    let start = Instant::now();
    let mut form = person::follow_up(front.address, &code);
    http::fill(&mut form, "message", MORE);
    let sent = http::post_multipart(front.address, "/status/follow-up", &form, vec![]);
    assert_eq!(sent.status, 200, "{}", sent.all("main").join(" "));
    timed("the report, and something more", start);
    assert_eq!(person::status(front.address, &code).all("article.message").len(), 2);

    // It came whole.
    let id = place.carry_in("c1");
    let shown = place.desk_show(&id);
    let all = place.desk_list();
    assert!(all.as_array().is_some_and(|reports| reports.len() == 2), "{shown}");

    // Neither the service's tor nor any other wrote any of it down.
    tor.stop();
    for marker in [TEXT, MORE, FILE, NAME, &code, &code.replace('-', "")] {
        assert_eq!(tor.files_with(marker), Vec::<std::path::PathBuf>::new(), "{marker}");
    }
    assert!(!tor.files_with("DataDirectory").is_empty(), "they wrote something");
}
