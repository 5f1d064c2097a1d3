//! The whole way round, with the real binary over a real socket: a concern goes in at the form, is carried to the desk,
//! opened, decided on, and the answer reaches the holder of the receipt code.

use std::{
    fs,
    io::{Read, Write},
    net::SocketAddr,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::support::{
    http::{self, File, Page},
    installation::Installation,
    members::confirm_signers,
    person::{self, status},
};

/// Words that stand nowhere else, to search for.
const MARKER: &str = "xylophone-quagmire-7731";
const FILE_MARKER: &str = "zephyr-ledger-4402";
const NAME_MARKER: &str = "unusual-name-5518.txt";
const ANSWER_MARKER: &str = "marmalade-verdict-9064";
/// The media type of every file here.
const BYTES: &str = "application/octet-stream";
const NOTE_MARKER: &str = "private-note-3387";

/// Sends a concern and gives its receipt page.
fn send(address: SocketAddr, route: &str, description: &str, files: Vec<File<'_>>) -> Page {
    let typed = [("description", description), ("area", "board-governance"), ("serious_harm", "yes")];
    person::send(address, route, &typed, files)
}

/// Bytes that follow a rule, so that 200 MiB of them need no memory.
struct Pattern(u64);

impl Read for Pattern {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        for byte in out.iter_mut() {
            *byte = (self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8;
            self.0 += 1;
        }
        Ok(out.len())
    }
}

#[test]
fn every_route_goes_all_the_way_round() {
    let place = Installation::new();
    let running = place.serve();
    let address = running.address;
    let markers = [MARKER, FILE_MARKER, NAME_MARKER, ANSWER_MARKER, NOTE_MARKER];
    let mut one_chunk = Vec::new();
    Pattern(7).take(65_536).read_to_end(&mut one_chunk).unwrap();
    let content = format!("evidence {FILE_MARKER}");
    let routes = ["staff-concern", "patient-choice", "procurement", "service-complaint"];

    let mut codes = Vec::new();
    for route in routes {
        let files = vec![
            File::new(NAME_MARKER, BYTES, content.as_bytes()),
            File::new("empty.bin", BYTES, b""),
            File::new("one.bin", BYTES, b"1"),
            File::new("chunk.bin", BYTES, &one_chunk),
        ];
        let receipt = send(address, route, &format!("{MARKER} happened on the ward.\r\nSecond line."), files);
        let code = receipt.one("#receipt-code");
        assert_eq!(code.chars().filter(|c| c.is_ascii_alphanumeric()).count(), 24);
        codes.push(code);
    }
    place.assert_nothing_plain(&markers, "sent");

    // Carried to the desk and opened.
    assert!(place.collect("c1").contains("4 messages from 4 reports"));
    place.import("c1");
    let list = place.desk_list();
    let reports = list.as_array().unwrap();
    assert_eq!(reports.len(), 4);
    for report in reports {
        let id = report["id"].as_str().unwrap();
        assert_eq!(report["areas"], serde_json::json!(["board-governance"]));
        assert_eq!(report["serious_harm"], "yes");
        assert_eq!(report["state"], "received");
        let shown = place.desk_show(id);
        let message = &shown["messages"][0];
        assert_eq!(message["kind"], "concern");
        assert_eq!(message["from"], "person");
        assert_eq!(message["answers"]["description"], format!("{MARKER} happened on the ward.\nSecond line."));
        let names: Vec<_> =
            message["attachments"].as_array().unwrap().iter().map(|a| a["name"].as_str().unwrap()).collect();
        assert_eq!(names, [NAME_MARKER, "empty.bin", "one.bin", "chunk.bin"]);
        for (name, expected) in
            [(NAME_MARKER, content.as_bytes()), ("empty.bin", b""), ("one.bin", b"1"), ("chunk.bin", &one_chunk)]
        {
            place.done(&["desk", "attachment", "--casebook", "casebook", id, name, "--out", "opened"]);
            assert!(fs::read(place.path("opened")).unwrap() == expected, "{name}");
            fs::remove_file(place.path("opened")).unwrap();
        }
    }
    place.assert_nothing_plain(&markers, "opened at the desk");

    // Decided and answered. The texts are the reviewer's own files, outside what candour writes.
    let texts = tempfile::tempdir().unwrap();
    let text = |name: &str, text: &str| {
        let path = texts.path().join(name);
        fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        path.display().to_string()
    };
    let notice = text("notice", &format!("We will use it to look at the board. {ANSWER_MARKER}"));
    let reply = text("reply", &format!("This is our advice. {ANSWER_MARKER}"));
    let note = text("note", NOTE_MARKER);
    for report in reports {
        let id = report["id"].as_str().unwrap();
        place.decide(
            id,
            &[
                "--area",
                "integrated-care",
                "--area",
                "board-governance",
                "--state",
                "decided",
                "--notice-file",
                &notice,
                "--reply-file",
                &reply,
                "--note-file",
                &note,
            ],
        );
    }
    place.export("d1");
    place.assert_nothing_plain(&markers, "decided and exported");
    assert!(place.deliver("d1").starts_with("delivered 8 answers"));
    assert!(place.deliver("d1").starts_with("delivered 0 answers"), "twice is the same as once");
    place.assert_nothing_plain(&markers, "delivered");

    // The holder of the code reads it, and nobody else does.
    for code in &codes {
        let page = status(address, &code.to_lowercase().replace('-', " "));
        assert_eq!(page.status, 200);
        let messages = page.all("article.message").join(" ");
        assert_eq!(messages.matches(ANSWER_MARKER).count(), 2, "{messages}");
        assert!(!page.text().contains(NOTE_MARKER));
        assert!(page.one("#notice-state").starts_with("Met"), "{}", page.one("#notice-state"));
        assert!(page.one("#areas").contains("Integrated care"));
    }
    let open = place.json(&["clocks", "--data", "box", "--json"]);
    assert_eq!(open, serde_json::json!([]), "every promise is met");
    let all = place.json(&["clocks", "--data", "box", "--json", "--all"]);
    // A notice each, and an acknowledgement with an advice or decision for three of them.
    assert_eq!(all.as_array().unwrap().len(), 4 + 2 * 3);
    assert!(all.as_array().unwrap().iter().all(|clock| clock["state"] == "met"), "{all}");
    let calendar = place.done(&["clocks", "--data", "box", "--ics", "--all"]);
    assert_eq!(calendar.matches("STATUS:CANCELLED\r\n").count(), all.as_array().unwrap().len(), "{calendar}");

    // The next collection tells the desk; the box has nothing left to carry.
    assert!(place.collect("c2").contains("0 messages from 0 reports"));
    place.import("c2");
    for report in place.desk_list().as_array().unwrap() {
        assert!(report["clocks"].as_array().unwrap().iter().all(|clock| clock["state"] == "met"), "{report}");
        assert_eq!(report["state"], "decided");
    }
    let printed = running.stop();
    assert_eq!(printed, "", "a box that is well says nothing");
    place.assert_nothing_plain(&markers, "stopped");
    for code in &codes {
        place.assert_nothing_plain(&[code, &code.replace('-', "")], "codes");
    }
}

#[test]
fn a_follow_up_and_a_withdrawal_reach_the_desk() {
    let place = Installation::new();
    let running = place.serve();
    let address = running.address;
    let code =
        send(address, "staff-concern", "A concern that is long enough to be taken.", vec![]).one("#receipt-code");
    let id = place.carry_in("c1");

    let mut fields = person::follow_up(address, &code);
    http::fill(&mut fields, "message", "There is more.");
    let sent = http::post_multipart(
        address,
        "/status/follow-up",
        &fields,
        vec![File::new("more.txt", BYTES, b"more evidence")],
    );
    assert_eq!(sent.status, 200, "{}", sent.all("main").join(" "));
    // The same form again, as after a lost answer.
    let again = http::post_multipart(
        address,
        "/status/follow-up",
        &fields,
        vec![File::new("more.txt", BYTES, b"more evidence")],
    );
    assert_eq!(again.status, 200);
    place.collect("c2");
    place.import("c2");
    let shown = place.desk_show(&id);
    let messages = shown["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 2, "{shown}");
    assert_eq!(
        (&messages[1]["kind"], &messages[1]["text"], &messages[1]["seq"]),
        (&"follow-up".into(), &"There is more.".into(), &2.into())
    );
    assert_eq!(shown["clocks"].as_array().unwrap().len(), 2, "each message starts a notice clock of its own");

    // The desk has it now, so the box need not.
    place.export("d1");
    place.deliver("d1");
    let page = status(address, &code);
    let withdrawn = http::post(address, "/status/withdraw", &person::withdrawal(address, &page));
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.all("main").join(" "));
    place.collect("c3");
    place.import("c3");
    let shown = place.desk_show(&id);
    assert_eq!(shown["messages"][2]["kind"], "withdrawal", "{shown}");
    place.export("d2");
    place.deliver("d2");
    // One signer's word deletes nothing at once: the box knows no more than that it was withdrawn, until the days are over.
    assert_eq!(status(address, &code).one("h1"), "This report was withdrawn");
    running.stop();
    let store = rusqlite::Connection::open(place.path("box/store/candour.db")).unwrap();
    assert_ne!(store.execute("UPDATE message SET acknowledged_on = '2026-01-01'", []).unwrap(), 0);
    drop(store);
    let running = place.serve();
    let address = running.address;
    assert_eq!(status(address, &code).status, 422, "then the box knows nothing of it");
    assert_eq!(place.json(&["clocks", "--data", "box", "--json", "--all"]), serde_json::json!([]));
}

#[test]
fn a_desk_under_a_passphrase_works_with_it_alone() {
    let place = Installation::new();
    let running = place.serve();
    place.put_secret("pass", b"several random words\n");
    place.put_secret("wrong", b"several other words\n");
    place.done(&["keys", "new", "--out", "locked", "--passphrase-file", "pass"]);
    // The team moves to protected keys: the operator confirms the new fingerprint.
    for (from, to) in [("governance.recipients", "public/governance.recipients"), ("signer.pub", "public/signers.pub")]
    {
        fs::copy(place.path("locked").join(from), place.path(to)).unwrap();
    }
    running.stop();
    let refused = place.refused(&["collect", "--data", "box", "--keys", "public", "--out", "c1"]);
    let fingerprint = refused.rsplit('\'').nth(1).unwrap();
    place.done(&["init", "--data", "box", "--keys", "public", "--confirm-recipients", fingerprint]);
    confirm_signers(&place, &[]);
    let running = place.serve();
    let code =
        send(running.address, "procurement", &format!("{MARKER} was bought twice over."), vec![]).one("#receipt-code");
    place.collect("c1");

    let keys = ["--identity", "locked/identity.txt", "--signing-key", "locked/signing.key", "--passphrase-file"];
    let with = |head: &[&str], tail: &[&str], pass| place.run(&[head, &keys, &[pass], tail].concat());
    let init = ["desk", "init", "--casebook", "second"];
    assert_eq!(with(&init, &["--box-key", "box/box.pub"], "wrong").status, 1);
    assert_eq!(with(&init, &["--box-key", "box/box.pub"], "pass").status, 0);
    let desk = |command, pass, rest: &[&str]| {
        place.run(&[&["desk", command, "--casebook", "second", "--passphrase-file", pass], rest].concat())
    };
    assert!(desk("import", "wrong", &["c1"]).error.contains("passphrase does not open it"));
    assert_eq!(desk("import", "pass", &["c1"]).status, 0);
    let list: serde_json::Value = serde_json::from_str(&desk("list", "pass", &["--json"]).out).unwrap();
    let id = list[0]["id"].as_str().unwrap();
    fs::File::create(place.path("notice")).unwrap().write_all(ANSWER_MARKER.as_bytes()).unwrap();
    assert_eq!(desk("decide", "pass", &[id, "--notice-file", "notice"]).status, 0);
    assert_eq!(desk("export", "pass", &["--out", "d1"]).status, 0);
    place.deliver("d1");
    assert!(status(running.address, &code).all("article.message").join(" ").contains(ANSWER_MARKER));
}

#[test]
fn two_hundred_mebibytes_come_back_byte_for_byte_in_flat_memory() {
    const LENGTH: u64 = 200 * 1024 * 1024;
    let place = Installation::new();
    let running = place.serve();
    let large = File {
        name: "recording.wav",
        media_type: "audio/wav",
        length: LENGTH,
        content: Box::new(Pattern(1).take(LENGTH)),
    };
    let receipt = send(running.address, "staff-concern", &"A description of two kilobytes. ".repeat(64), vec![large]);
    assert_eq!(receipt.all("#receipt-code").len(), 1);
    let peak = running.peak_memory_kib();
    assert!(peak < 64 * 1024, "the box's peak memory is {peak} KiB");
    let id = place.carry_in("c1");
    place.done(&["desk", "attachment", "--casebook", "casebook", &id, "recording.wav", "--out", "opened"]);
    let opened = std::io::BufReader::new(fs::File::open(place.path("opened")).unwrap());
    assert_eq!(fs::metadata(place.path("opened")).unwrap().len(), LENGTH);
    assert!(same(opened, Pattern(1).take(LENGTH)));
}

#[test]
#[ignore = "needs age and minisign"]
fn stock_age_and_minisign_open_and_verify_what_we_write() {
    let place = Installation::new();
    let running = place.serve();
    let code = send(
        running.address,
        "staff-concern",
        &format!("{MARKER} was seen twice."),
        vec![File::new("a.txt", BYTES, b"evidence")],
    )
    .one("#receipt-code");
    place.collect("c1");
    let shell = |command: &str| {
        let output = Command::new("sh").args(["-ec", command]).current_dir(place.path("")).output().unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    shell("mkdir open && age -d -i team/identity.txt c1 | tar x -C open");
    shell("minisign -V -p box/box.pub -m open/manifest.json");
    let message = shell("age -d -i team/identity.txt open/reports/*/1/message.age");
    assert_eq!(message.len() % 16_384, 0, "padded");
    let json: serde_json::Value = serde_json::from_str(&message).unwrap();
    assert_eq!(json["answers"]["description"], format!("{MARKER} was seen twice."));
    let attachment = &json["attachments"][0];
    assert_eq!((&attachment["name"], &attachment["size"]), (&"a.txt".into(), &8.into()));
    assert_eq!(shell("age -d -i team/identity.txt open/reports/*/1/attachment-1.age | head -c 8"), "evidence");
    assert_eq!(shell("age -d -i team/identity.txt open/reports/*/1/attachment-1.age | wc -c").trim(), "65536");

    place.import("c1");
    let id = place.desk_list()[0]["id"].as_str().unwrap().to_owned();
    fs::File::create(place.path("notice.txt")).unwrap().write_all(b"No other use is planned.").unwrap();
    place.decide(&id, &["--notice-file", "notice.txt"]);
    place.export("d1");
    shell("mkdir decisions && tar x -C decisions -f d1");
    shell("minisign -V -p public/signers.pub -m decisions/decisions.json");
    let list: serde_json::Value = serde_json::from_str(&shell("cat decisions/decisions.json")).unwrap();
    assert_eq!(list["answers"][0]["kind"], "notice");
    assert!(!shell("cat d1 | base64").is_empty());
    assert!(
        Command::new("age")
            .args(["-d", "-i", "team/identity.txt"])
            .arg(place.path(&format!("decisions/answers/{id}/1/answer.age")))
            .current_dir(place.path(""))
            .output()
            .is_ok_and(|o| !o.status.success()),
        "only the receipt code {} opens it",
        code.len()
    );
}

fn same(mut one: impl Read, mut two: impl Read) -> bool {
    let (mut a, mut b) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = one.read(&mut a).unwrap();
        if read == 0 {
            return two.read(&mut b[..1]).unwrap() == 0;
        }
        two.read_exact(&mut b[..read]).unwrap();
        if a[..read] != b[..read] {
            return false;
        }
    }
}

#[test]
fn commands_beside_a_serving_box_hide_nothing_that_was_sent() {
    let place = Installation::new();
    let running = place.serve();
    let address = running.address;
    let sending = AtomicBool::new(true);
    std::thread::scope(|scope| {
        let commands = [
            vec!["clocks", "--data", "box"],
            vec!["check", "--data", "box", "--keys", "public", "--whole"],
            vec!["deliver", "--data", "box", "--keys", "public", "nothing"],
        ];
        for command in commands {
            let (place, sending) = (&place, &sending);
            scope.spawn(move || {
                while sending.load(Ordering::Relaxed) {
                    place.run(&command);
                }
            });
        }
        let people: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(move || {
                    for _ in 0..12 {
                        let code = person::send(address, "staff-concern", &[], vec![]).one("#receipt-code");
                        let page = status(address, &code);
                        assert_eq!((page.status, page.all("article.message").len()), (200, 1));
                    }
                })
            })
            .collect();
        let outcomes: Vec<_> = people.into_iter().map(|person| person.join()).collect();
        sending.store(false, Ordering::Relaxed);
        assert!(outcomes.iter().all(Result::is_ok));
    });
    running.stop();
    place.collect("c1");
    place.import("c1");
    assert_eq!(place.desk_list().as_array().unwrap().len(), 24);
}
