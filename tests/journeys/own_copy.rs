//! What a person wrote, kept for them to read again where the box is set to: sealed to their receipt code alone.

use std::{fs, os::unix::fs::FileExt};

use candour::domain::limits::SHORT_SLOT_BYTES as SLOT;
use rusqlite::Connection;

use crate::support::{
    http::{self, File, Page},
    installation::{Installation, Serving, holds},
    person::{self, status},
};

const MARKER: &str = "quixotic-pangolin-8841";
const FOLLOW_UP: &str = "obsidian-kumquat-3390";
const FILE_NAME: &str = "<i>rota-5519\u{202e}.txt";
const ON: &str = "[limits]\ndisk_reserve_mib = 0\n[service]\nown_copy = true\n";
const OFF: &str = "[limits]\ndisk_reserve_mib = 0\n";
/// What opens the copy.
const OPENS: &str = "article.message.person details";

fn serve(place: &Installation, config: &str) -> Serving {
    let _ = fs::remove_file(place.path("candour.toml"));
    place.put("candour.toml", config.as_bytes());
    place.serve_with(&["--config", "candour.toml"])
}

/// A concern with a file; gives its code.
fn send(running: &Serving) -> String {
    let typed = [
        ("description", "<b>quixotic-pangolin-8841</b> & more.\r\nA second line."),
        ("organisation", "Saint Ombrage"),
        ("about", "cover-up"),
    ];
    let file = File::new(FILE_NAME, "text/plain", &[b'x'; 3000]);
    person::send(running.address, "staff-concern", &typed, vec![file]).one("#receipt-code")
}

fn follow_up(running: &Serving, code: &str, text: &str, files: Vec<File<'_>>) {
    let mut form = person::follow_up(running.address, code);
    http::fill(&mut form, "message", text);
    assert_eq!(http::post_multipart(running.address, "/status/follow-up", &form, files).status, 200);
}

fn database(place: &Installation) -> Connection {
    Connection::open(place.path("box/store/candour.db")).unwrap()
}

/// The slot of each copy.
fn places(place: &Installation) -> Vec<u64> {
    let database = database(place);
    let mut statement = database.prepare("SELECT slots FROM own_copy").unwrap();
    let slots = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap().map(Result::unwrap);
    slots.map(|slots| u32::from_le_bytes(slots[..4].try_into().unwrap()).into()).collect()
}

fn read_slot(place: &Installation, slot: u64) -> Vec<u8> {
    let mut bytes = vec![0; SLOT];
    vault(place).read_exact_at(&mut bytes, slot * SLOT as u64).unwrap();
    bytes
}

fn vault(place: &Installation) -> fs::File {
    fs::OpenOptions::new().read(true).write(true).open(place.path("box/store/short.vault")).unwrap()
}

fn copies(place: &Installation) -> i64 {
    place.fold();
    database(place).query_row("SELECT count(*) FROM own_copy", [], |row| row.get(0)).unwrap()
}

fn is_in_the_box(place: &Installation, bytes: &[u8]) -> bool {
    place.every_file().iter().any(|(path, file)| path.starts_with(place.path("box")) && holds(file, bytes))
}

#[test]
fn what_they_wrote_is_read_again_with_the_code_alone_until_they_withdraw() {
    let place = Installation::new();
    let running = serve(&place, ON);
    let code = send(&running);
    follow_up(&running, &code, FOLLOW_UP, vec![]);
    follow_up(&running, &code, "", vec![File::new("minutes.pdf", "application/pdf", b"x")]);
    // A second report, of which nothing shows on this one's page.
    let other = person::send(running.address, "procurement", &[], vec![]).one("#receipt-code");

    let shown = |page: &Page| {
        let copies = page.all(OPENS);
        assert_eq!(copies.len(), 3, "{}", page.one("main"));
        assert!(page.all("main b, main i").is_empty(), "nothing of it is markup");
        assert!(page.all(".said").iter().any(|said| said == "<b>quixotic-pangolin-8841</b> & more. A second line."));
        for part in ["Describe your concern", "Saint Ombrage", "A cover-up", "<i>rota-5519⟨U+202E⟩.txt, 3 KB"] {
            assert!(copies[0].contains(part), "{part}: {}", copies[0]);
        }
        assert!(!copies[0].contains("Not answered") && copies[1].contains(FOLLOW_UP));
        assert!(copies[2].contains("minutes.pdf, 1 byte "), "{}", copies[2]);
        assert!(!page.text().contains("can’t show it to you"));
    };
    shown(&status(running.address, &code));
    let elsewhere = status(running.address, &other);
    assert!(elsewhere.all(OPENS).len() == 1 && !elsewhere.text().contains(MARKER));
    // Sealed: to nobody who has the disk, and in no size that says more than a message's does.
    place.assert_nothing_plain(&[MARKER, FOLLOW_UP, "rota-5519", &code], "kept for the person");
    place.fold();
    let sizes: Vec<i64> = {
        let database = database(&place);
        let mut statement = database.prepare("SELECT size FROM own_copy").unwrap();
        let sizes = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap);
        sizes.collect()
    };
    // What age adds is not the same each time, and says nothing.
    assert!(sizes.len() == 4 && sizes.iter().all(|size| (16_384..16_384 + 2048).contains(size)), "{sizes:?}");

    // The desk has it, and the person has not lost it.
    let id = {
        place.collect("c1");
        place.import("c1");
        let list = place.desk_list();
        let list = list.as_array().unwrap();
        list.iter().find(|entry| entry["message_count"] == 3).unwrap()["id"].as_str().unwrap().to_owned()
    };
    place.export("d1");
    place.deliver("d1");
    let page = status(running.address, &code);
    shown(&page);
    assert!(page.all("article.message.person")[0].contains("has it."));
    assert_eq!(place.desk_show(&id)["messages"].as_array().unwrap().len(), 3);

    // Each is gone from every byte of the box once the report is withdrawn.
    let sealed: Vec<Vec<u8>> = places(&place).iter().map(|slot| read_slot(&place, *slot)).collect();
    let part = |sealed: &Vec<u8>| sealed[200..400].to_vec();
    assert!(sealed.iter().all(|sealed| is_in_the_box(&place, &part(sealed))));
    let withdraw = person::withdrawal(running.address, &page);
    assert_eq!(http::post(running.address, "/status/withdraw", &withdraw).status, 200);
    assert_eq!(copies(&place), 1, "the other report's");
    // At the next tick, which comes with the end too.
    running.stop();
    let left = sealed.iter().filter(|sealed| is_in_the_box(&place, &part(sealed))).count();
    assert_eq!(left, 1);
}

#[test]
fn a_copy_that_was_moved_or_altered_is_not_shown() {
    let place = Installation::new();
    let running = serve(&place, ON);
    let code = send(&running);
    follow_up(&running, &code, FOLLOW_UP, vec![]);
    follow_up(&running, &code, "Something else.", vec![]);
    let other = send(&running);
    place.fold();
    let change = |sql: &str| {
        let changed = database(&place).execute(sql, []).unwrap();
        assert!(changed > 0, "{sql}");
    };
    // The one in the place of the other, of the same report; one of another report; one byte altered.
    let of = |code: &str| -> Vec<String> {
        let page = status(running.address, code);
        page.all("article.message.person")
    };
    let damaged = "damaged or was not meant for this message";
    change(
        "UPDATE own_copy SET (size, slots) = (SELECT o.size, o.slots FROM own_copy AS o WHERE o.report = own_copy.report AND o.seq = 3)
         WHERE seq = 2",
    );
    let said = of(&code);
    assert!(said[0].contains(MARKER) && said[1].contains(damaged) && said[2].contains("Something else."), "{said:?}");
    assert!(!said[1].contains("Something else.") && !said[1].contains(FOLLOW_UP));
    change(
        "UPDATE own_copy SET (size, slots) = (SELECT o.size, o.slots FROM own_copy AS o WHERE o.seq = 1 AND o.report <> own_copy.report)
         WHERE seq = 1 AND report = (SELECT max(id) FROM report)",
    );
    let both = [of(&code).remove(0), of(&other).remove(0)];
    assert_eq!(both.iter().filter(|said| said.contains(damaged) && !said.contains(MARKER)).count(), 1, "{both:?}");
    let read = "SELECT slots FROM own_copy WHERE seq = 3";
    let slots: Vec<u8> = database(&place).query_row(read, [], |row| row.get(0)).unwrap();
    let slot = u32::from_le_bytes(slots[..4].try_into().unwrap()).into();
    let mut data = read_slot(&place, slot);
    data[3000] ^= 1;
    vault(&place).write_all_at(&data, slot * SLOT as u64).unwrap();
    assert!(of(&code)[2].contains(damaged));
    // None of it left: the rest of the page is still shown.
    change("UPDATE own_copy SET slots = x'' WHERE seq = 2");
    let said = of(&code);
    assert!(said.len() == 3 && said[1].contains(damaged), "{said:?}");
}

#[test]
fn a_box_that_keeps_no_copies_stores_none_and_says_so() {
    let place = Installation::new();
    let running = serve(&place, OFF);
    let code = send(&running);
    let page = status(running.address, &code);
    assert!(page.all(OPENS).is_empty());
    assert!(page.one("article.message").contains("can’t show it to you"));
    assert_eq!(copies(&place), 0);
    let says = |running: &Serving| {
        let safe = http::get(running.address, "/how-this-is-kept-safe").one("main");
        let privacy = http::get(running.address, "/privacy").one("main");
        (safe.contains("No copy is kept for you"), privacy.contains("sealed to your receipt code. The files are not"))
    };
    assert_eq!(says(&running), (true, false));
    running.stop();

    let running = serve(&place, ON);
    assert_eq!(says(&running), (false, true));
    follow_up(&running, &code, FOLLOW_UP, vec![]);
    let said = status(running.address, &code).all("article.message.person");
    assert!(said[0].contains("can’t show it to you") && said[1].contains(FOLLOW_UP), "{said:?}");
    running.stop();

    // Switched off again, what was kept stays theirs.
    let running = serve(&place, OFF);
    follow_up(&running, &code, "Not kept.", vec![]);
    let said = status(running.address, &code).all("article.message.person");
    assert!(said[1].contains(FOLLOW_UP) && said[2].contains("can’t show it to you"), "{said:?}");
    assert_eq!(copies(&place), 1);
}
