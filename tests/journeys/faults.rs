//! The disk is full, read-only or dying while the box and the commands use it: an error, never a promise that does not
//! hold.
//!
//! `CANDOUR_LONG=1` lets every single call fail, one after another; otherwise some are picked.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::Write,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use crate::support::{
    http::{self, Fields, File, Page},
    installation::{Installation, Serving},
    person, sample,
    stages::{Stage, Stages},
    strace::{self, Attached, Fault, Met, WRITES},
};

/// Bytes of each attachment: more than one row of the store.
const ATTACHED: usize = 300_000;
/// The same where the vault has to grow for each: as many slots as it grows by on a small disk.
const LARGE: usize = 8_200_000;
/// Places at which each system call fails, in the short form.
const PLACES: usize = 3;
/// The calls of the box that reach its disk. It writes its database by `pwrite64` alone; `write` wakes its own threads.
const BOX_CALLS: &[&str] = &["pwrite64", "ftruncate", "fsync", "fdatasync"];
/// Bytes of the small disk: room for a new box, and for the vault to grow in small steps, one for each send of the test.
const DISK: usize = 84 << 20;

#[test]
#[ignore = "needs root, to mount a small disk"]
fn on_a_full_disk_nothing_is_promised_and_room_is_all_that_it_takes() {
    let place = Installation::new();
    let disk = SmallDisk::under(&place.path("box/store"));
    let mut running = serve(&place);
    let mut people = People { attached: LARGE, ..People::new(running.address) };
    // As many as there is room for in a new vault: each after them makes it grow.
    people.send_one();
    people.send_one();
    let filler = place.path("box/store/filler");
    let mut refused = 0;
    // From no room at all to nearly enough.
    for left in [0, 64, 2048, 8188, 8300, 9000] {
        disk.fill(&filler, left * 1024);
        let form = people.form();
        let page = people.try_form(&form);
        // Its file, or all of it.
        if page.status != 200 || page.all("#files-left-out li") == ["evidence.bin"] {
            refused += 1;
        }
        if left == 0 {
            assert!(page.status == 200 || http::get(running.address, "/healthz").status == 503);
            assert!(page.all("#files li").is_empty());
            // What is there can be read all the same.
            people.assert_opens(0);
        }
        fs::remove_file(&filler).unwrap();
        assert!(running.is_running());
        people.send_again(&form);
        if page.status == 200 && !page.all("#files-left-out li").is_empty() {
            // The report was there already, without its file, and what the vault grew by for that is free.
            people.send_one();
        }
        assert_eq!(http::get(running.address, "/healthz").status, 200, "with {left} KiB left");
    }
    assert!(refused > 3, "the disk was full {refused} times");
    println!("disk full: 6 sends, {refused} refused");
    people.assert_whole(&place, running);
}

#[test]
#[ignore = "needs strace and root"]
fn when_the_disk_fails_at_any_call_of_a_send_a_receipt_that_is_shown_holds() {
    let place = Installation::new();
    let mut running = serve(&place);
    let mut people = People::new(running.address);
    people.send_one();
    let counting = Attached::counting(running.id(), &place.path(""), BOX_CALLS);
    people.send_one();
    let counted = counting.counted();
    let (mut sends, mut failed, mut receipts) = (0, 0, 0);
    let calls = counted.iter().flat_map(|(call, last)| sample(*last, PLACES).into_iter().map(move |n| (call, n)));
    for ((call, number), error) in calls.flat_map(|call| ["error=EIO", "error=ENOSPC"].map(|error| (call, error))) {
        // Once, as a sector that is bad; and from then on, as a disk that is gone.
        for when in [number.to_string(), format!("{number}+")] {
            let form = people.form();
            let fault = Attached::to(running.id(), &place.path(""), &Fault { call, what: error, when: when.clone() });
            let page = people.try_form(&form);
            let hit = fault.detach().len();
            sends += 1;
            failed += usize::from(hit > 0);
            receipts += usize::from(page.status == 200);
            assert!(page.status == 200 || hit > 0, "{call} {when} {error}: status {}", page.status);
            assert!(running.is_running(), "{call} {when} {error}");
            people.send_again(&form);
        }
    }
    println!("faults in a send: {sends} sends at {counted:?}, {failed} hit, {receipts} receipts all the same");
    assert!(failed * 2 > sends, "{failed} of {sends} sends met a fault");
    people.assert_whole(&place, running);
}

/// What a stranger sends and never finishes: it fills no disk, costs nothing when it breaks off, and the box
/// starts again.
#[test]
#[ignore = "needs root, to mount a small disk"]
fn uploads_that_never_end_fill_no_disk_and_keep_no_box_from_starting() {
    const RESERVE: u64 = 16 << 20;
    let place = Installation::new();
    let _disk = SmallDisk::of(&place.path("box/store"), 128 << 20);
    place.put("small.toml", b"[limits]\ndisk_reserve_mib = 16\nattachment_mib = 64\n");
    let serve = || place.serve_with(&["--config", "small.toml"]);
    let free = || {
        let disk = rustix::fs::statvfs(place.path("box/store")).unwrap();
        disk.f_bavail * disk.f_frsize
    };
    let running = serve();
    let mut people = People::new(running.address);
    people.send_one();
    let head = "POST /report/send HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 66000000\r\n\r\n";
    let head = format!("{head}{}", http::until_file(&people.form()));
    let unfinished: Vec<_> = (0..4)
        .map(|_| {
            let mut stream = TcpStream::connect(running.address).unwrap();
            stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
            // Until it is all there but the end, or the box has no more room for it.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&vec![7; 60 << 20]));
            stream
        })
        .collect();
    let left = free();
    assert!(left >= RESERVE / 2, "{left} bytes are left");
    // Texts and small files find room all the same.
    people.send_one();
    drop(unfinished);
    let until = Instant::now() + Duration::from_secs(10);
    while free() < left && Instant::now() < until {}
    running.kill();
    let running = serve();
    people.address = running.address;
    people.send_one();
    assert!(free() >= RESERVE / 2);
    people.assert_whole(&place, running);
}

/// The kernel refuses to remount a file system read-only for as long as a file on it is open for writing, as the box's
/// is; one that it finds damaged becomes read-only all the same, and then every write fails as here.
#[test]
#[ignore = "needs strace and root"]
fn on_a_read_only_disk_nothing_is_promised_and_it_recovers() {
    let place = Installation::new();
    let running = serve(&place);
    let mut people = People::new(running.address);
    people.send_one();
    for _ in 0..3 {
        let form = people.form();
        let calls = BOX_CALLS.join(",");
        let fault = Fault { call: &calls, what: "error=EROFS", when: "1+".to_owned() };
        let fault = Attached::to(running.id(), &place.path(""), &fault);
        assert_eq!(people.try_form(&form).status, 500);
        assert_eq!(http::get(running.address, "/healthz").status, 503);
        people.assert_opens(0);
        assert!(!fault.detach().is_empty());
        people.send_again(&form);
        assert_eq!(http::get(running.address, "/healthz").status, 200);
    }
    people.assert_whole(&place, running);
}

#[test]
#[ignore = "needs strace"]
fn a_command_that_meets_a_failing_disk_says_so_leaves_nothing_and_can_be_run_again() {
    let stages = Stages::new();
    for stage in &stages.all {
        stages.restore(stage);
        let counted = strace::count(&stages.place, &stage.arguments(), WRITES);
        let mut outcomes = BTreeMap::<&str, usize>::new();
        for (call, last) in &counted {
            for number in sample(*last, PLACES) {
                // The word of what went wrong is written too, and must get through.
                let all_after = if call == "write" { "" } else { "+" };
                for (error, when) in
                    [("error=EIO", number.to_string()), ("error=ENOSPC", format!("{number}{all_after}"))]
                {
                    stages.restore(stage);
                    let outcome = disturb(&stages, stage, &Fault { call, what: error, when });
                    *outcomes.entry(outcome).or_default() += 1;
                }
            }
        }
        println!("{}: {outcomes:?}, at {counted:?}", stage.name);
        assert!(outcomes.contains_key("failed"), "{}", stage.name);
    }
}

/// Runs a command that meets a fault, and then again if it failed.
fn disturb(stages: &Stages, stage: &Stage, fault: &Fault<'_>) -> &'static str {
    let (place, arguments) = (&stages.place, stage.arguments());
    let case = format!("{}: {} {} {}", stage.name, fault.call, fault.when, fault.what);
    let Met::Ended(said, hit) = strace::run(place, &arguments, fault) else { panic!("{case}: killed") };
    let done = stages.is_done(stage);
    // What it prints goes to no disk: then the work is done, and only the word of it got lost.
    let printing = hit.iter().all(|line| line.contains("write(1<") || line.contains("write(2<"));
    if said.status == 0 || printing {
        assert_ne!(done, Some(false), "{case}");
        assert_eq!(stages.end(stage), stage.end, "{case}");
        return if hit.is_empty() {
            "not reached"
        } else if printing {
            "said nothing"
        } else {
            "done"
        };
    }
    assert_eq!((said.status, said.out.as_str()), (1, ""), "{case}: {hit:?}");
    assert_eq!(said.error.lines().count(), 1, "{case}: {}", said.error);
    assert_ne!(done, Some(true), "{case}: failed, and yet did it: {}", said.error);
    let again = place.run(&arguments);
    // The last that failed was to make sure of it.
    let is_renewed = || stage.name == "renew" && again.error.contains("renewed already");
    assert!(again.status == 0 || is_renewed(), "{case}: {}", again.error);
    assert_eq!(stages.end(stage), stage.end, "{case}, which failed: {}", said.error);
    "failed"
}

/// A box that does not ask for room beforehand: here it is the disk that says no.
fn serve(place: &Installation) -> Serving {
    let config = "[limits]\ndisk_reserve_mib = 0\nsends_a_minute = 10000\n";
    fs::File::create(place.path("box.toml")).and_then(|mut file| file.write_all(config.as_bytes())).unwrap();
    place.serve_with(&["--config", "box.toml"])
}

/// Those who send, and what they were shown.
struct People {
    address: SocketAddr,
    codes: Vec<String>,
    sent: usize,
    /// How many were told that their file was not taken, and their text was.
    without_file: usize,
    /// Bytes of each attachment.
    attached: usize,
}

impl People {
    const fn new(address: SocketAddr) -> Self {
        Self { address, codes: Vec::new(), sent: 0, without_file: 0, attached: ATTACHED }
    }

    /// A form that is ready to be sent.
    fn form(&self) -> Fields {
        // Not by the form's own page, which a full disk closes.
        let form = person::concern("staff-concern", &[]);
        http::post(self.address, "/report/check", &form).form("/report/send")
    }

    /// Sends it: a receipt, which is kept, or an error page without any.
    fn try_form(&mut self, form: &Fields) -> Page {
        let content = vec![7; self.attached];
        let file = File::new("evidence.bin", "application/octet-stream", &content);
        let page = http::post_multipart(self.address, "/report/send", form, vec![file]);
        if page.status == 200 {
            self.codes.push(page.one("#receipt-code"));
            self.without_file += page.all("#files-left-out li").len();
            assert_eq!(self.codes.last().unwrap(), http::value(form, "code"));
        } else {
            assert!(page.status >= 500, "status {}", page.status);
            assert_eq!(page.all("h1").len(), 1);
            assert!(!page.text().contains(http::value(form, "code")), "a code on an error page");
        }
        page
    }

    /// Sends a form again, now that nothing is in the way: it is one report however often it is sent.
    fn send_again(&mut self, form: &Fields) {
        let page = self.try_form(form);
        assert_eq!(page.status, 200, "{}", page.all("main").join(" "));
        self.sent += 1;
    }

    fn send_one(&mut self) {
        let form = self.form();
        self.send_again(&form);
    }

    /// Every code that was shown.
    fn shown(&self) -> Vec<String> {
        let mut codes = self.codes.clone();
        codes.sort();
        codes.dedup();
        codes
    }

    fn assert_opens(&self, number: usize) {
        let page = person::status(self.address, &self.codes[number]);
        assert_eq!((page.status, page.all("article.message").len()), (200, 1), "a receipt that leads nowhere");
    }

    /// Every receipt opens, the database is sound, and the desk opens every report, with its file if it was taken.
    fn assert_whole(&self, place: &Installation, running: Serving) {
        assert_eq!(self.shown().len(), self.sent);
        (0..self.codes.len()).for_each(|number| self.assert_opens(number));
        running.stop();
        // On the small disk it has more to say: that the disk is small.
        let check = place.run(&["check", "--data", "box", "--keys", "public", "--whole"]).out;
        assert!(check.contains("ok       every page and reference of the database is sound"), "{check}");
        assert!(check.contains("ok       every sealed file is as it was stored"), "{check}");
        place.collect("c1");
        place.import("c1");
        let list = place.desk_list();
        let reports = list.as_array().unwrap();
        assert_eq!(reports.len(), self.sent, "each form is one report");
        let mut without_file = 0;
        for report in reports {
            let id = report["id"].as_str().unwrap();
            if place.desk_show(id)["messages"][0]["attachments"].as_array().unwrap().is_empty() {
                without_file += 1;
                continue;
            }
            place.done(&["desk", "attachment", "--casebook", "casebook", id, "evidence.bin", "--out", "opened"]);
            assert_eq!(fs::metadata(place.path("opened")).unwrap().len(), self.attached as u64);
            fs::remove_file(place.path("opened")).unwrap();
        }
        assert_eq!(without_file, self.without_file, "of whoever was not told otherwise the file is here");
    }
}

/// A file system of its own in memory, with little room, in the place of a directory. Unmounted when it is dropped.
pub(super) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Moves what is in a directory to a small disk there.
    fn under(directory: &Path) -> Self {
        Self::of(directory, DISK)
    }

    /// One of so many bytes.
    pub(super) fn of(directory: &Path, bytes: usize) -> Self {
        let files: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read(&path).unwrap(), path.metadata().unwrap().permissions()))
            .collect();
        let size = format!("size={bytes},mode=0700");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(directory).output().unwrap();
        assert!(mounted.status.success(), "{}", String::from_utf8_lossy(&mounted.stderr));
        let disk = Self(directory.to_owned());
        for (path, bytes, permissions) in files {
            fs::File::create(&path).and_then(|mut file| file.write_all(&bytes)).unwrap();
            fs::set_permissions(&path, permissions).unwrap();
        }
        disk
    }

    /// Fills it but for some bytes.
    pub(super) fn fill(&self, filler: &Path, left: usize) {
        assert!(filler.starts_with(&self.0));
        let mut file = OpenOptions::new().write(true).create_new(true).open(filler).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        let length = file.metadata().unwrap().len();
        file.set_len(length - left as u64).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Even if a test failed and its box still runs.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).output();
    }
}
