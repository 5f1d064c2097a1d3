//! Whether an operator is told what is wrong, by `check`, by its form for monitors, and by a note that always looks the same.

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, chown},
    path::Path,
};

use candour::{
    domain::{Date, SystemDay, Today},
    files::{self, Readers},
    store::{LastDay, Store},
    transfer::BANK_HOLIDAYS,
};
use jiff::ToSpan;
use rusqlite::Connection;

use crate::support::{
    authority::Authority,
    installation::{Installation, SERVE},
    person,
};

const CHECK: [&str; 7] = ["check", "--data", "box", "--keys", "public", "--config", "candour.toml"];
const DIGEST: [&str; 7] = ["digest", "--data", "box", "--keys", "public", "--config", "candour.toml"];

/// A box under an operator's eyes.
struct Watched {
    place: Installation,
    today: Date,
    /// The form of the note, which it has every day: the length of each line.
    shape: Vec<usize>,
    /// What is not well from the beginning: how full this machine's disk is, and whether it swaps, is decided by no test.
    before: BTreeMap<String, String>,
}

impl Watched {
    fn new() -> Self {
        let place = Installation::new();
        place.put("candour.toml", b"");
        Self::store_of(&place).record_backup(SystemDay.today(), None).unwrap();
        let mut watched = Self { place, today: SystemDay.today(), shape: Vec::new(), before: BTreeMap::new() };
        watched.shape = watched.note(0).lines().map(str::len).collect();
        watched.before = watched.found();
        watched
    }

    fn store_of(place: &Installation) -> Store {
        Store::open(&place.path("box/store")).unwrap()
    }

    fn store(&self) -> Store {
        Self::store_of(&self.place)
    }

    fn day(&self, days_ago: i32) -> Date {
        self.today.checked_sub(days_ago.days()).unwrap()
    }

    fn configure(&self, text: &str) {
        files::replace(&self.place.path("candour.toml"), Readers::Owner, text.as_bytes()).unwrap();
    }

    fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.place.path(name), Permissions::from_mode(mode)).unwrap();
    }

    /// Changes what the box has, as if it had come on another day.
    fn rewrite(&self, sql: &str) {
        self.place.fold();
        Connection::open(self.place.path("box/store/candour.db")).unwrap().execute_batch(sql).unwrap();
    }

    /// The worst verdict about each thing, of what is not well.
    fn found(&self) -> BTreeMap<String, String> {
        let said = self.place.run(&[&CHECK[..], &["--json"]].concat());
        let all: Vec<serde_json::Value> = serde_json::from_str(&said.out).unwrap();
        let mut worst = BTreeMap::new();
        for finding in &all {
            let text = |name: &str| finding[name].as_str().unwrap().to_owned();
            if text("verdict") == "unsafe" || (text("verdict") == "warning" && !worst.contains_key(&text("what"))) {
                worst.insert(text("what"), text("verdict"));
            }
        }
        let is_unsafe = worst.values().any(|verdict| verdict == "unsafe");
        assert_eq!(said.status, i32::from(is_unsafe), "{}", said.out);
        worst
    }

    /// The note of today, which ends with this status.
    fn note(&self, status: i32) -> String {
        let said = self.place.run(&DIGEST);
        assert_eq!((said.status, said.error.as_str()), (status, ""), "{}", said.out);
        said.out
    }

    /// That this is found to be so beside what was so before, that a monitor is told, and that the note looks as ever.
    fn is_told(&self, what: &str, verdict: &str, subject: &str) {
        let found = self.found();
        assert_eq!(found.get(what).map(String::as_str), Some(verdict), "{found:#?}");
        let monitor = self.place.run(&[&CHECK[..], &["--monitor"]].concat());
        let first = monitor.out.strip_suffix('\n').unwrap();
        assert!(!first.contains('\n'), "{first}");
        let (status, word) = if verdict == "unsafe" { (2, "CRITICAL") } else { (1, "WARNING") };
        assert_eq!(monitor.status, status, "{first}");
        assert!(first.starts_with(&format!("CANDOUR {word} - ")) && first.contains(what), "{first}");
        let note = self.note(i32::from(["database", "owner"].contains(&what)));
        assert_eq!(note.lines().map(str::len).collect::<Vec<_>>(), self.shape, "{note}");
        assert!(note.contains(&format!("{subject:24}look\n")), "{note}");
    }

    /// That all is as it was before.
    fn is_mended(&self) {
        assert_eq!(self.found(), self.before);
    }

    /// That the box does not start, and says why.
    fn serves_not(&self, why: &str) {
        let said = self.place.refused(&[SERVE, &["--config", "candour.toml"]].concat());
        assert!(said.contains(why), "{said}");
    }
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    files::write_new(path, Readers::Owner, text.as_bytes()).unwrap();
}

#[test]
fn a_week_in_which_one_thing_after_another_goes_wrong() {
    let week = Watched::new();
    let place = &week.place;

    // Monday: somebody copies keys about.
    week.mode("box/box.key", 0o644);
    week.is_told("permissions", "unsafe", "permissions");
    week.mode("box/box.key", 0o600);
    fs::copy(place.path("team/signing.key"), place.path("public/signing.key")).unwrap();
    week.is_told("private-key", "unsafe", "keys");
    fs::remove_file(place.path("public/signing.key")).unwrap();
    week.is_mended();

    // Tuesday: a file from the web is not what it should be, and a line of the configuration is not either.
    let holidays = place.path("box").join(BANK_HOLIDAYS);
    put(&holidays, "<html>Not found</html>");
    week.is_told("bank-holidays", "unsafe", "bank holidays");
    fs::remove_file(&holidays).unwrap();
    week.configure("[limits]\nattachment = 3");
    week.is_told("configuration", "unsafe", "configuration");
    week.configure("");
    week.is_mended();

    // Wednesday: the clock falls back. That it is ahead in the box can't be told from that.
    week.store().record_last_day(LastDay::Fetched, "2199-01-01".parse().unwrap()).unwrap();
    week.is_told("clock", "unsafe", "clock");
    week.serves_not("the newest day in the box is 2199-01-01; set the clock");
    week.configure(&format!("[monitor]\nclock_checked_on = \"{}\"", week.today));
    assert!(!week.found().contains_key("clock"));
    week.configure("");
    week.store().record_last_day(LastDay::Fetched, week.today).unwrap();
    week.is_mended();

    // Thursday: a new certificate, for another name; and a front that nobody looked at.
    let issued = Authority::new().issue(&["other.example"]);
    place.put("chain.pem", issued.chain.as_bytes());
    place.put_secret("key.pem", issued.key.as_bytes());
    let tls = "[tls]\ncertificate = \"chain.pem\"\nkey = \"key.pem\"\n";
    week.configure(&format!("{tls}[service]\naddress = \"https://box.example\""));
    week.is_told("certificate-names", "unsafe", "certificate");
    week.configure(&format!("{tls}[service]\naddress = \"https://other.example\""));
    assert!(!week.found().contains_key("certificate-names"));
    week.configure("[service]\nbehind_tls = true");
    week.is_told("front-proof", "warning", "front");
    week.store().record_last_day(LastDay::FrontProved, week.day(90)).unwrap();
    assert!(!week.found().contains_key("front-proof"));
    week.configure("");
    week.is_mended();

    // Friday: a concern came, and nobody makes backups, fetches, answers or keeps what was promised.
    let running = place.serve();
    person::send(
        running.address,
        "staff-concern",
        &[("description", "Something that was seen on a ward.")],
        Vec::new(),
    );
    running.stop();
    week.is_mended();
    week.store().record_backup(week.day(8), None).unwrap();
    week.is_told("backup", "warning", "backup");
    week.store().record_backup(week.today, None).unwrap();
    week.store().record_last_day(LastDay::Fetched, week.day(5)).unwrap();
    week.is_told("fetched", "warning", "carrying and answering");
    week.store().record_last_day(LastDay::Fetched, week.today).unwrap();
    week.is_mended();
    week.rewrite(&format!("UPDATE clock SET started_on = '{}'", week.day(13)));
    week.is_told("decisions", "warning", "carrying and answering");
    week.store().record_last_day(LastDay::Delivered, week.day(12)).unwrap();
    week.is_mended();
    week.rewrite(&format!("UPDATE clock SET due_on = '{}'", week.day(1)));
    week.is_told("overdue", "warning", "carrying and answering");
    let said = place.run(&CHECK).out;
    assert!(said.contains("warning  1 to 4 promises to people are overdue"), "{said}");
    week.rewrite(&format!("UPDATE clock SET due_on = '{}'", week.today));
    week.is_mended();

    // Saturday: a command is run as root where it should not be. (Only root can show that.)
    if rustix::process::geteuid().is_root() {
        let key = place.path("box/box.pub");
        chown(&key, Some(65_533), None).unwrap();
        week.is_told("owner", "unsafe", "permissions");
        chown(&key, Some(0), None).unwrap();
        week.is_mended();
    }

    // Sunday: the disk loses half of the database.
    let database = place.path("box/store/candour.db");
    let whole = fs::read(&database).unwrap();
    fs::OpenOptions::new().write(true).open(&database).unwrap().set_len(whole.len() as u64 / 2 / 4096 * 4096).unwrap();
    week.is_told("database", "unsafe", "disk and database");
    files::replace(&database, Readers::Owner, &whole).unwrap();
    week.is_mended();
}

#[test]
fn numbers_are_told_in_bands_and_nothing_finer() {
    let place = Installation::new();
    let yesterday = SystemDay.today().yesterday().unwrap();
    let rows = || {
        let shown = place.json(&["stats", "--data", "box", "--days", "2", "--json"]);
        let day = shown["days"][1].clone();
        assert_eq!(day["day"], yesterday.to_string());
        (
            day["concerns"].clone(),
            day["further_messages"].clone(),
            day["answers"].clone(),
            shown["total"]["concerns"].clone(),
        )
    };
    place.fold();
    let put = |from: u8, number: u8, kind: &str| {
        let store = Connection::open(place.path("box/store/candour.db")).unwrap();
        for number in from..from + number {
            let sql = "INSERT OR IGNORE INTO report (id, locator, route, received_on, reply_to) VALUES (?1, ?1, 'staff-concern', ?2, '')";
            store.execute(sql, ([number; 8], yesterday.to_string())).unwrap();
            let sql = "INSERT INTO message (report, seq, kind, received_on, send_id, commitment, summary) VALUES (?1, 1, ?2, ?3, ?1, x'', x'')";
            store.execute(sql, ([number; 8], kind, yesterday.to_string())).unwrap();
        }
    };
    let of =
        |concerns: &str, further: &str, total: &str| (concerns.into(), further.into(), "0 to 4".into(), total.into());
    assert_eq!(rows(), of("0 to 4", "0 to 4", "0 to 8"));
    put(1, 4, "concern");
    assert_eq!(rows(), of("0 to 4", "0 to 4", "0 to 8"), "nobody sees whether there were any");
    put(5, 1, "concern");
    put(6, 12, "follow-up");
    assert_eq!(rows(), of("5 to 9", "10 to 19", "5 to 13"));
}
