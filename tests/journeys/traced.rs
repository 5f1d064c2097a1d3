//! The box as `strace` sees it: what it writes, and what it does where the kernel can't confine it.

use std::{
    fs,
    net::SocketAddr,
    process::{Command, Stdio},
};

use crate::support::{
    http::{self, File},
    installation::{Installation, SERVE, Said, holds},
    person,
};

const MARKER: &str = "quixotic-pangolin-8841";
const ORGANISATION: &str = "Saint Ombrage Infirmary 7702";
const FILE_MARKER: &str = "zephyr-contents-1177";
const NAME_MARKER: &str = "unusual-name-5519.txt";
/// Every call that writes.
const WRITES: &str = "write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,sendfile,splice,vmsplice,copy_file_range,io_uring_enter";

/// A kernel in which a call gives something else than in this one, and what is then missing.
const KERNELS: [(&str, &str); 3] = [
    ("landlock_create_ruleset:error=ENOSYS", "this kernel has no Landlock"),
    ("landlock_create_ruleset:error=EOPNOTSUPP", "this kernel has no Landlock"),
    ("seccomp:error=EINVAL", "can't be confined"),
];

/// The words that make strace pretend so.
fn pretending(kernel: &str) -> Vec<String> {
    let name = kernel.split(':').next().expect("a name");
    ["strace", "-f", "-q", "-o", "/dev/null"]
        .map(str::to_owned)
        .into_iter()
        .chain([format!("--trace={name}"), format!("--inject={kernel}")])
        .collect()
}

fn run_under(place: &Installation, runner: &[String], arguments: &[&str]) -> Said {
    let output = Command::new(&runner[0])
        .args(&runner[1..])
        .arg(env!("CARGO_BIN_EXE_candour"))
        .args(arguments)
        .current_dir(place.path(""))
        .stdin(Stdio::null())
        .output();
    Said::from(output.expect("strace runs"))
}

#[test]
#[ignore = "needs strace"]
fn a_box_that_the_kernel_can_not_confine_runs_only_if_told_so() {
    let place = Installation::new();
    for (kernel, missing) in KERNELS {
        let runner = pretending(kernel);
        let said = run_under(&place, &runner, SERVE);
        assert_eq!((said.status, said.out.as_str()), (1, ""), "{kernel}: {}", said.error);
        assert!(said.error.contains(missing) && said.error.contains("--unconfined"), "{kernel}: {}", said.error);
        assert_eq!(said.error.lines().count(), 1, "{}", said.error);

        let said = run_under(&place, &runner, &["check", "--data", "box", "--keys", "public"]);
        assert_eq!(said.status, 1, "{kernel}: {}", said.out);
        assert_eq!(said.out.lines().filter(|line| line.starts_with("unsafe   this kernel")).count(), 1, "{}", said.out);

        let words: Vec<&str> = runner.iter().map(String::as_str).collect();
        let said = place.serve_under(&words, &["--unconfined"]).stop();
        assert!(said.contains(missing) && said.contains("because of --unconfined"), "{kernel}: {said}");
    }
}

#[test]
#[ignore = "needs strace"]
fn a_desk_that_the_kernel_can_not_confine_opens_only_if_told_so() {
    let place = Installation::new();
    // The casebook is there and the desk is not: with its keys gone it says so once it got that far.
    fs::rename(place.path("team"), place.path("moved")).unwrap();
    for (kernel, missing) in &KERNELS[..2] {
        let open = ["desk", "open", "--casebook", "casebook"];
        let said = run_under(&place, &pretending(kernel), &open);
        assert_eq!((said.status, said.out.as_str()), (1, ""), "{kernel}: {}", said.error);
        assert!(said.error.contains(missing) && said.error.contains("--unconfined"), "{kernel}: {}", said.error);

        let said = run_under(&place, &pretending(kernel), &[&open[..], &["--unconfined"]].concat());
        assert!(
            said.error.contains(missing) && said.error.contains("because of --unconfined"),
            "{kernel}: {}",
            said.error
        );
        assert!(said.error.contains("the identity is not at"), "{kernel}: {}", said.error);
    }
}

#[test]
#[ignore = "needs strace"]
fn every_version_of_landlock_confines_box_and_desk_and_they_work() {
    for version in 1..=6 {
        let place = Installation::new();
        // The version is asked for first, by each process or thread that is about to give up files.
        let runner = pretending(&format!("landlock_create_ruleset:retval={version}:when=1"));
        let words: Vec<&str> = runner.iter().map(String::as_str).collect();
        let running = place.serve_under(&words, &[]);
        let code = say_something(running.address);
        place.done(&["keys", "new", "--out", "op", "--no-passphrase"]);
        let casebook = |command, more: &[&'static str]| [&["desk", command, "--casebook", "casebook"], more].concat();
        let at_box = |command, more: &[&'static str]| [&[command, "--data", "box"], more].concat();
        let keys = ["--keys", "public"];
        for arguments in [
            at_box("collect", &["--keys", "public", "--out", "c1"]),
            casebook("import", &["c1"]),
            casebook("list", &[]),
            casebook("export", &["--out", "d1"]),
            at_box("deliver", &["--keys", "public", "d1"]),
            at_box("clocks", &[]),
            at_box("backup", &["--to", "op/governance.recipients", "--out", "b1"]),
            casebook("backup", &["--out", "b2"]),
            vec!["restore", "--data", "new", "--identity", "op/identity.txt", "b1"],
            vec!["desk", "restore", "--casebook", "restored", "--identity", "team/identity.txt", "b2"],
            vec!["check", "--data", "new", "--keys", "public"],
            at_box("check", &keys),
        ] {
            let said = run_under(&place, &runner, &arguments);
            assert_eq!((said.status, said.error.as_str()), (0, ""), "{version}: {arguments:?}: {}", said.out);
            let finding = format!("its version of Landlock, {version} of 6, can't refuse");
            assert_eq!(said.out.contains(&finding), arguments[0] == "check" && version < 6, "{}", said.out);
        }
        assert_eq!(person::status(running.address, &code).status, 200);
        let said = running.stop();
        assert!(!said.contains("Landlock"), "{version}: {said}");
    }
}

#[test]
#[ignore = "needs strace"]
fn the_box_keeps_its_store_its_calendar_and_what_lies_ready_in_reach_and_nothing_else() {
    let place = Installation::new();
    let outside = tempfile::tempdir().unwrap();
    let log = outside.path().join("log");
    let trace = "--trace=landlock_add_rule,landlock_restrict_self,openat";
    let running = place.serve_under(&["strace", "-f", "-q", "-y", "-o", log.to_str().unwrap(), trace], &[]);
    say_something(running.address);
    running.stop();
    let log = fs::read_to_string(&log).unwrap();
    let (before, after) = log.split_once("landlock_restrict_self").expect("it is confined");
    let rules: Vec<&str> = before.lines().filter(|line| line.contains("landlock_add_rule(")).collect();
    let of = |name: &str| format!("<{}>", place.path(name).canonicalize().unwrap().display());
    assert_eq!(rules.len(), 3, "{rules:?}");
    let rule = |name: &str| *rules.iter().find(|rule| rule.contains(&of(name))).unwrap_or_else(|| panic!("{rules:?}"));
    // What lies ready for the team it wipes once it was withdrawn.
    for write in ["box/store", "box/carry"].map(rule) {
        assert!(write.contains("WRITE_FILE") && write.contains("REMOVE_FILE"), "{write}");
    }
    // What the operator puts there it reads, and no more.
    let read = rule("box/calendar");
    assert!(read.contains("READ_FILE") && !read.contains("WRITE") && !read.contains("MAKE"), "{read}");
    assert!(before.contains("box.key") && !after.contains("box.key"), "{log}");
}

#[test]
#[ignore = "needs strace and root"]
fn nothing_typed_is_written_to_anything_but_the_connection() {
    typed_is_written_nowhere(&Installation::new(), &[]);
}

#[test]
#[ignore = "needs strace and root"]
fn nothing_that_is_kept_for_the_person_is_written_in_the_clear() {
    let place = Installation::new();
    place.put("copies.toml", b"[limits]\ndisk_reserve_mib = 0\n[service]\nown_copy = true\n");
    typed_is_written_nowhere(&place, &["--config", "copies.toml"]);
}

fn typed_is_written_nowhere(place: &Installation, more: &[&str]) {
    let outside = tempfile::tempdir().unwrap();
    let log = outside.path().join("log");
    let log_name = log.to_str().unwrap();
    // All bytes in hexadecimal and whole, each descriptor with what it stands for.
    let trace = format!("--trace={WRITES}");
    let runner = ["strace", "-f", "-q", "-y", "-xx", "-s", "1000000", "-o", log_name, &trace];
    let running = place.serve_under(&runner, more);
    let code = say_something(running.address);
    // With copies, what was sent is opened and shown here.
    assert_eq!(person::status(running.address, &code).text().contains(MARKER), !more.is_empty());
    let said = running.stop();

    let bare = code.replace('-', "");
    let markers = [MARKER, ORGANISATION, FILE_MARKER, NAME_MARKER, &code, &bare];
    for marker in markers {
        assert!(!said.contains(marker), "printed: {marker}");
    }
    place.assert_nothing_plain(&markers, "afterwards");
    let written = Written::read(&fs::read_to_string(&log).unwrap());
    // The search works: the first line was printed, and pages show to the person what they typed.
    assert!(holds(&written.elsewhere, b"listening on http://"), "strace can't look into the box");
    for shown in [MARKER, ORGANISATION, &code] {
        assert!(holds(&written.to_connections, shown.as_bytes()), "not shown: {shown}");
    }
    for marker in markers {
        assert!(!holds(&written.elsewhere, marker.as_bytes()), "written: {marker}");
    }
    assert!(written.elsewhere.len() > 400_000, "the sealed file was written");
}

/// Sends a concern with a file, looks at it, adds to it; gives its code.
fn say_something(address: SocketAddr) -> String {
    let description = format!("{MARKER} {}", "and more ".repeat(500));
    let typed = [("organisation", ORGANISATION), ("description", &description)];
    let content = FILE_MARKER.repeat(20_000);
    let file = || File::new(NAME_MARKER, "text/plain", content.as_bytes());
    let code = person::send(address, "staff-concern", &typed, vec![file()]).one("#receipt-code");
    let mut follow_up = person::follow_up(address, &code);
    http::fill(&mut follow_up, "message", MARKER);
    assert_eq!(http::post_multipart(address, "/status/follow-up", &follow_up, vec![file()]).status, 200);
    code
}

/// Every byte that was written, by where it went.
#[derive(Default)]
struct Written {
    to_connections: Vec<u8>,
    elsewhere: Vec<u8>,
}

impl Written {
    /// From lines such as `12 write(9<\x73\x6f...>, "\x48\x54"..., 2) = 2`.
    fn read(log: &str) -> Self {
        let mut written = Self::default();
        for line in log.lines() {
            let Some((call, rest)) = line.split_once('>') else { continue };
            let target = call.split_once('<').map_or("", |(_, target)| target);
            let to = if decoded(target).starts_with(b"socket:") {
                &mut written.to_connections
            } else {
                &mut written.elsewhere
            };
            to.extend(rest.split('"').skip(1).step_by(2).flat_map(decoded));
        }
        written
    }
}

/// The bytes of `\x48\x54`.
fn decoded(text: &str) -> Vec<u8> {
    text.split("\\x").skip(1).map(|byte| u8::from_str_radix(byte, 16).expect("hexadecimal")).collect()
}
