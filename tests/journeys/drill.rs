//! What burns comes back: the box, the casebook, or both, from backups that were made while people sent. Nothing is lost that a
//! backup or the other side had, nothing is refused afterwards, and what is lost is named.

use std::{
    fs,
    net::SocketAddr,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use crate::support::{
    browser::{Browser, Scripts},
    http,
    installation::{Installation, Serving},
    looks,
    person::{self, status},
};

/// Somebody who sent, with what they go by.
struct Sender {
    code: String,
    words: String,
}

/// A box and a casebook with something in each that no backup has.
struct Drill {
    place: Installation,
    running: Option<Serving>,
    /// Sent, answered, and in both backups.
    known: Vec<Sender>,
    /// Sent while the backups were made, each with a receipt.
    meanwhile: Vec<Sender>,
    /// How many of these had their receipt when the box's backup began.
    before_backup: usize,
    /// Sent after the backups, and imported.
    imported: Sender,
    /// Sent after the backups, and never collected.
    uncollected: Sender,
}

fn send(address: SocketAddr, words: &str) -> Sender {
    let receipt = person::send(address, "staff-concern", &[("description", words)], vec![]);
    Sender { code: receipt.one("#receipt-code"), words: words.to_owned() }
}

fn add(address: SocketAddr, code: &str, words: &str) {
    let mut fields = person::follow_up(address, code);
    http::fill(&mut fields, "message", words);
    assert_eq!(http::post_multipart(address, "/status/follow-up", &fields, vec![]).status, 200);
}

/// The report in which these words stand.
fn report_of(place: &Installation, words: &str) -> Option<String> {
    let list = place.desk_list();
    let ids = list.as_array().expect("a list").iter().map(|report| report["id"].as_str().expect("an id").to_owned());
    ids.into_iter().find(|id| place.done(&["desk", "show", "--casebook", "casebook", id]).contains(words))
}

fn reply(place: &Installation, id: &str, name: &str, words: &str) {
    place.put(name, words.as_bytes());
    place.done(&["desk", "decide", "--casebook", "casebook", id, "--reply-file", name]);
}

fn export(place: &Installation, name: &str) -> String {
    place.done(&["desk", "export", "--casebook", "casebook", "--out", name])
}

fn deliver(place: &Installation, name: &str) -> String {
    place.done(&["deliver", "--data", "box", "--keys", "public", name])
}

fn backup(place: &Installation, name: &str) {
    place.done(&["backup", "--data", "box", "--to", "op/governance.recipients", "--out", name]);
}

/// One row of the drill's table.
fn row(died: &str, the_box: &str, the_desk: &str, lost: &str) -> String {
    format!(
        "died: {died} | came back from: its backup, made under load | the box has: {the_box} | the desk has: {the_desk} | \
         lost, and where it is said: {lost}"
    )
}

impl Drill {
    fn new() -> Self {
        let place = Installation::new();
        place.done(&["keys", "new", "--out", "op", "--no-passphrase"]);
        let running = place.serve();
        let address = running.address;
        let known: Vec<Sender> =
            (1..=3).map(|number| send(address, &format!("Known before the backup, number {number}."))).collect();
        place.collect("c1");
        place.import("c1");
        for (number, sender) in known.iter().enumerate() {
            let id = report_of(&place, &sender.words).expect("it is here");
            reply(&place, &id, &format!("r{number}"), &format!("First answer to number {number}."));
        }
        export(&place, "d1");
        deliver(&place, "d1");
        place.collect("c2");
        place.import("c2");

        // Backups of both, while people send.
        let (stop, count) = (AtomicBool::new(false), AtomicUsize::new(0));
        let (meanwhile, before_backup) = thread::scope(|scope| {
            let sending = scope.spawn(|| {
                let mut sent = Vec::new();
                while !stop.load(Ordering::Relaxed) || sent.len() < 3 {
                    sent.push(send(address, &format!("Sent meanwhile, number {}.", sent.len())));
                    count.store(sent.len(), Ordering::SeqCst);
                }
                sent
            });
            place.done(&["desk", "backup", "--casebook", "casebook", "--out", "desk-backup"]);
            while count.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            let before_backup = count.load(Ordering::SeqCst);
            backup(&place, "box-backup");
            stop.store(true, Ordering::Relaxed);
            (sending.join().expect("all were sent"), before_backup)
        });

        let imported = send(address, "Imported after the backup, and in no backup.");
        add(address, &known[0].code, "Said after the backup, before anything burned.");
        place.collect("c3");
        place.import("c3");
        let id = report_of(&place, &known[0].words).expect("it is here");
        reply(&place, &id, "later", "Second answer, after the backup.");
        export(&place, "d2");
        deliver(&place, "d2");
        assert!(status(address, &known[0].code).text().contains("Second answer"));
        let uncollected = send(address, "Sent after the backup, and never collected.");
        Self { place, running: Some(running), known, meanwhile, before_backup, imported, uncollected }
    }

    fn box_burns(&mut self) -> String {
        self.running.take().expect("it runs").kill();
        fs::remove_dir_all(self.place.path("box")).expect("it is gone");
        let said = self.place.done(&["restore", "--data", "box", "--identity", "op/identity.txt", "box-backup"]);
        self.running = Some(self.place.serve());
        let line = said.lines().find(|line| line.starts_with("new epoch fingerprint:")).expect("its fingerprint");
        line.split_once(':').expect("it").1.trim().to_owned()
    }

    fn casebook_burns(&self) -> String {
        fs::remove_dir_all(self.place.path("casebook")).expect("it is gone");
        let keys = ["--identity", "team/identity.txt", "--signing-key", "team/signing.key"];
        self.place.done(&[&["desk", "restore", "--casebook", "casebook"], keys.as_slice(), &["desk-backup"]].concat())
    }

    fn address(&self) -> SocketAddr {
        self.running.as_ref().expect("it runs").address
    }

    fn opens(&self, sender: &Sender) -> bool {
        status(self.address(), &sender.code).status == 200
    }

    /// How many of those who sent meanwhile are at the box: all who had a receipt before the backup began, at least.
    fn kept_meanwhile(&self) -> usize {
        let kept = self.meanwhile.iter().take_while(|sender| self.opens(sender)).count();
        assert!(kept >= self.before_backup, "{kept} of {} that were shown a receipt before", self.before_backup);
        kept
    }

    /// From here on all is as ever: one more way round.
    fn goes_on(&self, number: usize) {
        let (place, address) = (&self.place, self.address());
        let new = send(address, &format!("Sent after the drill, number {number}."));
        let (c, d) = (format!("after-c{number}"), format!("after-d{number}"));
        place.collect(&c);
        place.import(&c);
        let id = report_of(place, &new.words).expect("it is here");
        reply(place, &id, &format!("after-r{number}"), "Answered after the drill.");
        export(place, &d);
        deliver(place, &d);
        assert!(status(address, &new.code).text().contains("Answered after the drill."));
    }
}

#[test]
fn the_box_burns_and_comes_back_from_its_backup() {
    let mut drill = Drill::new();
    let fingerprint = drill.box_burns();
    let address = drill.address();
    assert!(drill.known.iter().all(|sender| drill.opens(sender)));
    assert!(!drill.opens(&drill.imported) && !drill.opens(&drill.uncollected));
    // Whoever's code leads nowhere is told why, and whoever's does not too.
    let asked = http::get(address, "/status");
    assert!(asked.one("#restored").contains("send it again"), "{}", asked.one("#restored"));
    // The follow-up and the second answer went with the disk. A new follow-up takes their number.
    let page = status(address, &drill.known[0].code).text();
    assert!(page.contains("First answer") && !page.contains("Second answer"), "{page}");
    add(address, &drill.known[0].code, "Said after the box came back.");

    let place = &drill.place;
    place.collect("c4");
    let refused = place.refused(&["desk", "import", "--casebook", "casebook", "c4"]);
    assert!(refused.contains(&fingerprint) && refused.contains("--confirm-epoch"), "{refused}");
    let import = ["desk", "import", "--casebook", "casebook", "--confirm-epoch", &fingerprint, "c4"];
    let said = place.done(&import);
    let id = report_of(place, &drill.imported.words).expect("what the desk had is there");
    assert!(said.contains(&format!("lost at the box: report {id}")), "{said}");
    let known = report_of(place, &drill.known[0].words).expect("it is there");
    assert!(said.contains(&format!("lost at the box: 1 message of report {known}")), "{said}");
    let shown = place.done(&["desk", "show", "--casebook", "casebook", &known]);
    for words in
        ["Said after the backup, before anything burned.", "Said after the box came back.", "two messages of number 2"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    // What the box lost of the team's answers goes once more, and nothing holds up anything.
    let exported = export(place, "d3");
    assert!(exported.contains("1 answer"), "{exported}");
    let delivered = deliver(place, "d3");
    assert!(delivered.starts_with("delivered 1 answer") && !delivered.contains("not taken"), "{delivered}");
    assert!(status(address, &drill.known[0].code).text().contains("Second answer"));
    // Nothing that came after is taken for what came before.
    let clocks = place.json(&["clocks", "--data", "box", "--json"]);
    assert!(clocks.as_array().expect("a list").iter().any(|clock| clock["report"] == known.as_str()));
    let kept = drill.kept_meanwhile();
    assert!(drill.meanwhile.iter().all(|sender| report_of(place, &sender.words).is_some()), "the desk had them all");
    let named =
        |what: &str| said.lines().filter(|line| line.starts_with("lost at the box:") && line.contains(what)).count();
    let row = row(
        "the box",
        &format!("{} and {kept} of {} reports", drill.known.len(), drill.meanwhile.len()),
        "all that it had",
        &format!(
            "at the desk's import: {} reports and {} message; on the box's pages: what nobody collected; sent again: 1 answer",
            named("report ") - named("message of"),
            named("message of")
        ),
    );
    println!("{row}");
    drill.goes_on(1);
    drill.goes_on(2);
}

#[test]
fn the_casebook_burns_and_comes_back_from_its_backup() {
    let mut drill = Drill::new();
    let said = drill.casebook_burns();
    assert!(said.contains("import, oldest first, every collection"), "{said}");
    let place = &drill.place;
    assert!(report_of(place, &drill.imported.words).is_none(), "it came after the backup");
    place.collect("c4");
    // The box saw more than is here. Whoever works here alone decides to go on without it.
    let refused = place.refused(&["desk", "import", "--casebook", "casebook", "c4"]);
    let (_, end) = refused.trim_end().rsplit_once(' ').expect("the end that the box saw");
    place.done(&["desk", "propose", "--casebook", "casebook", "--go-on", end]);
    let casebook: serde_json::Value =
        serde_json::from_slice(&fs::read(place.path("casebook/casebook.json")).expect("it")).expect("JSON");
    let id = casebook["casebook"].as_str().expect("its id");
    place.done(&["init", "--data", "box", "--keys", "public", "--confirm-casebook", id]);
    place.collect("c5");
    let said = place.done(&["desk", "import", "--casebook", "casebook", "--missing", "c5"]);
    assert!(said.contains("that this casebook did not write"), "{said}");
    // All that the desk had acknowledged since is here again: the box kept it.
    for sender in drill.known.iter().chain(&drill.meanwhile).chain([&drill.imported, &drill.uncollected]) {
        assert!(report_of(place, &sender.words).is_some(), "{}", sender.words);
    }
    let known = report_of(place, &drill.known[0].words).expect("it is there");
    let shown = place.done(&["desk", "show", "--casebook", "casebook", &known]);
    assert!(shown.contains("Said after the backup"), "{shown}");
    // Answers are numbered on from what the person has.
    reply(place, &known, "third", "Third answer, by the casebook that came back.");
    export(place, "d3");
    let delivered = deliver(place, "d3");
    assert!(delivered.starts_with("delivered 1 answer") && !delivered.contains("not taken"), "{delivered}");
    let page = status(drill.address(), &drill.known[0].code).text();
    assert!(page.contains("Second answer") && page.contains("Third answer"), "{page}");
    let row = row(
        "the casebook",
        "all that it had",
        "all that the box has",
        "at the desk: that the person has an answer which this casebook did not write",
    );
    println!("{row}");
    drill.goes_on(1);
    drill.running.take().expect("it runs").stop();
}

#[test]
fn both_burn_and_come_back_from_their_backups() {
    let mut drill = Drill::new();
    drill.casebook_burns();
    let fingerprint = drill.box_burns();
    let place = &drill.place;
    assert!(drill.known.iter().all(|sender| drill.opens(sender)));
    place.collect("c4");
    place.done(&["desk", "import", "--casebook", "casebook", "--confirm-epoch", &fingerprint, "c4"]);
    for sender in &drill.known {
        assert!(report_of(place, &sender.words).is_some(), "{}", sender.words);
    }
    for sender in &drill.meanwhile {
        assert_eq!(drill.opens(sender), report_of(place, &sender.words).is_some(), "{}", sender.words);
    }
    let kept = drill.kept_meanwhile();
    // What was in no backup is nowhere, and the box's page says between which days that may be.
    for sender in [&drill.imported, &drill.uncollected] {
        assert!(!drill.opens(sender) && report_of(place, &sender.words).is_none());
    }
    assert!(http::get(drill.address(), "/status").text().contains("was restored on"));
    let kept_reports = format!("{} and {kept} of {} reports", drill.known.len(), drill.meanwhile.len());
    let row =
        row("both", &kept_reports, &kept_reports, "on the box's pages: between which days what was sent may be lost");
    println!("{row}");
    drill.goes_on(1);
}

#[test]
fn a_stopped_box_is_whole_in_its_database_and_parts_of_one_are_no_box() {
    let place = Installation::new();
    let running = place.serve();
    send(running.address, "Sent just before it was stopped.");
    running.stop();
    let log = place.path("box/store/candour.db-wal");
    assert!(!log.exists() || fs::metadata(&log).expect("it").len() == 0, "nothing is left in the log");
    // The database alone has the report, and is no box that anybody could take for sound.
    fs::create_dir_all(place.path("alone/store")).expect("a directory");
    fs::copy(place.path("box/store/candour.db"), place.path("alone/store/candour.db")).expect("a copy");
    let check = place.run(&["check", "--data", "alone", "--keys", "public"]);
    assert_eq!(check.status, 1);
    assert!(check.out.contains("unsafe   short.vault is missing"), "{}", check.out);
    for name in ["short.vault", "long.vault", "answers.vault", "intake"] {
        fs::copy(place.path(&format!("box/store/{name}")), place.path(&format!("alone/store/{name}"))).expect("a copy");
    }
    assert!(place.done(&["clocks", "--data", "alone"]).contains("information-use"), "the report's promise is there");
    // Without its database it is restored, and not made anew.
    fs::remove_file(place.path("box/store/candour.db")).expect("it is gone");
    for command in [
        ["init", "--data", "box", "--keys", "public"].as_slice(),
        &["collect", "--data", "box", "--keys", "public", "--out", "c"],
        &["backup", "--data", "box", "--to", "public/governance.recipients", "--out", "b"],
    ] {
        let refused = place.refused(command);
        assert!(refused.contains("candour restore") && refused.contains("held a box"), "{refused}");
    }
}

#[test]
fn wrong_files_are_named_and_nothing_is_left_of_them() {
    let place = Installation::new();
    let running = place.serve();
    send(running.address, "Something to be backed up.");
    place.collect("c1");
    place.import("c1");
    place.done(&["keys", "new", "--out", "op", "--no-passphrase"]);
    backup(&place, "box-backup");
    place.done(&["desk", "backup", "--casebook", "casebook", "--out", "desk-backup"]);
    running.stop();
    let restore =
        |identity: &str, file: &str| place.refused(&["restore", "--data", "new", "--identity", identity, file]);
    for (identity, file, says) in [
        ("team/identity.txt", "box-backup", "sealed to other keys"),
        ("op/identity.txt", "c1", "a collection perhaps"),
        ("team/identity.txt", "c1", "something else is sealed in it"),
        ("team/identity.txt", "desk-backup", "a backup of a casebook; restore it at the desk"),
        ("op/identity.txt", "public/signers.pub", "it is not sealed"),
        ("team/signing.key", "box-backup", "not an age identity file"),
        ("public/signers.pub", "box-backup", "can be read by other accounts"),
        ("op/identity.txt", "none", "No such file"),
    ] {
        let refused = restore(identity, file);
        assert!(refused.contains(says), "{file}: {refused}");
        assert!(!place.path("new").exists(), "{file}");
    }
    let sealed = fs::read(place.path("box-backup")).expect("it");
    for (number, at) in [sealed.len() / 3, sealed.len() / 2, sealed.len() - 1].into_iter().enumerate() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        let (one, other) = (format!("altered{number}"), format!("cut{number}"));
        place.put(&one, &altered);
        place.put(&other, &sealed[..at]);
        for name in [one, other] {
            let refused = restore("op/identity.txt", &name);
            assert!(refused.contains("altered or cut short"), "{refused}");
            assert!(!place.path("new/store/candour.db").exists());
        }
    }
    // Not over a box that is there.
    let refused = place.refused(&["restore", "--data", "box", "--identity", "op/identity.txt", "box-backup"]);
    assert!(refused.contains("there is a box in box already"), "{refused}");
    place.done(&["restore", "--data", "new", "--identity", "op/identity.txt", "box-backup"]);
    assert!(
        place
            .done(&["check", "--data", "new", "--keys", "public", "--whole"])
            .contains("every sealed file is as it was")
    );
    // A casebook is made of its own backup alone.
    let keys = ["--identity", "team/identity.txt", "--signing-key", "team/signing.key"];
    let restore = |file| [&["desk", "restore", "--casebook", "other"], keys.as_slice(), &[file]].concat();
    for (file, says) in [
        ("c1", "no backup of a casebook; give the file"),
        ("box-backup", "not sealed to this identity"),
        ("public", "no backup of a casebook; give the file"),
        ("none", "No such file"),
    ] {
        let refused = place.refused(&restore(file));
        assert!(refused.contains(says) && !refused.contains("os error"), "{file}: {refused}");
        assert!(!place.path("other").exists());
    }
    let said = place.done(&restore("desk-backup"));
    assert!(said.contains("then import, oldest first, every collection that was made since"), "{said}");
    // A backup to keys of its own is restored with those, and a member opens what came of it.
    let own = ["--to", "op/governance.recipients", "--out", "own-backup"];
    place.done(&[&["desk", "backup", "--casebook", "casebook"], own.as_slice()].concat());
    let said = place.done(&["desk", "restore", "--casebook", "third", "--identity", "op/identity.txt", "own-backup"]);
    assert!(said.contains("this identity opens the backup and not the casebook"), "{said}");
    place.done(&[&["desk", "list", "--casebook", "third"], &keys[..2]].concat());
    // What is exported next from it is in that backup.
    let said = place.done(&[&["desk", "export", "--casebook", "third", "--out", "d9"], keys.as_slice()].concat());
    assert!(said.contains("decisions 1:") && !said.contains("backup"), "{said}");
}

/// A person reads at the box what a restore may have cost them, and that they were set aside; a reviewer takes the restored box
/// in, and reads what it lost.
#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn every_page_that_tells_of_it_is_accessible_and_fits() {
    let mut drill = Drill::new();
    let fingerprint = drill.box_burns();
    let (place, address) = (&drill.place, drill.address());
    let (known, aside) = (&drill.known[0].code, &drill.known[1].code);
    add(address, known, "Said after the box came back.");
    let mut wrong = Vec::new();

    let person = Browser::open(address, Scripts::On);
    person.resize(1280, 800);
    let open = |code: &str| {
        person.go("/status");
        person.enter("#code", code);
        person.click("main form button");
        person.reaches("Your report");
    };
    person.go("/status");
    wrong.extend(looks::all(&person, "ask-restored"));
    open(known);
    wrong.extend(looks::all(&person, "status-restored"));

    place.collect("c4");
    let desk = place.open_desk(&[]);
    let reviewer = Browser::open(desk.address, Scripts::On);
    reviewer.resize(1280, 800);
    reviewer.go(&desk.opening);
    reviewer.go("/carry");
    reviewer.enter("#collection", &place.path("c4").display().to_string());
    reviewer.click("form[action='/carry/import'] button");
    reviewer.reaches("Not imported yet: ask whoever runs the box");
    wrong.extend(looks::all(&reviewer, "desk-new-epoch"));
    // The end stands nowhere on the page: it has to be heard.
    let end = fingerprint.split(' ').skip(12).collect::<Vec<_>>().join(" ");
    assert!(!reviewer.text("main").contains(&end) && fingerprint.starts_with(&reviewer.text("#first-groups")));
    let take_in = "form[action='/carry/import/again'] button";
    reviewer.enter("#epoch", "0000 0000 0000 0000");
    reviewer.click(take_in);
    reviewer.until_there(".error-summary");
    wrong.extend(looks::all(&reviewer, "desk-new-epoch-error"));
    reviewer.replace("#epoch", &end);
    reviewer.click(take_in);
    reviewer.reaches("Imported");
    wrong.extend(looks::all(&reviewer, "desk-imported-new-epoch"));
    reviewer.go("/carry/lost");
    let lost = reviewer.text("main");
    assert!(lost.contains("that the box does not have any more") && lost.contains("1 message"), "{lost}");
    wrong.extend(looks::all(&reviewer, "desk-lost"));
    let id = report_of(place, &drill.known[0].words).expect("it is there");
    for (state, path) in [
        ("desk-queue-restored", "/?show=all".to_owned()),
        ("desk-carry-restored", "/carry".to_owned()),
        ("desk-report-two-messages", format!("/reports/{id}")),
    ] {
        reviewer.go(&path);
        wrong.extend(looks::all(&reviewer, state));
    }
    reviewer.close();
    desk.stop();

    let id = report_of(place, &drill.known[1].words).expect("it is there");
    place.done(&["desk", "set-aside", "--casebook", "casebook", "--reason", "not-for-us", &id]);
    export(place, "d3");
    deliver(place, "d3");
    open(aside);
    assert!(person.text("#set-aside").contains("We have set this report aside"));
    wrong.extend(looks::all(&person, "status-set-aside"));
    assert!(wrong.is_empty(), "{wrong:#?}");
}
