//! Every bad day that an operator was found to have: one thing is broken, the commands that meet it say so in one line with the
//! right exit status, nothing else is changed, and what the line says to do brings everything back. With `--nocapture` each is
//! printed as a row of Markdown.

use std::{
    fs::{self, OpenOptions, Permissions},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::Command,
};

use crate::support::{
    authority::Authority,
    http,
    installation::{Installation, Said},
    members::{confirm_recipients, confirm_signers},
    person,
};

/// Seconds after which a box that was to refuse has not.
const PATIENCE: &str = "20";
/// The file that the operator's own keys for backups open.
const RESTORE: [&str; 6] = ["restore", "--data", "new", "--identity", "op/identity.txt", "b1"];

/// One bad day.
struct BadDay {
    /// What happened to the box, for people.
    broken: &'static str,
    breaks: fn(&Installation),
    /// The commands that meet it, their exit status, and a part of the line that they say.
    met: &'static [(&'static str, i32, &'static str)],
    /// What to do, for people.
    remedy: &'static str,
    /// That, done. Gives the data directory that has everything from then on.
    mended: fn(&Installation) -> &'static str,
}

/// A box with one report in it, with its backup; everything that a bad day can change is put back before each.
pub(crate) struct Before {
    place: Installation,
}

impl Before {
    pub(crate) fn new() -> Self {
        let place = Installation::new();
        let running = place.serve();
        person::send(running.address, "staff-concern", &[], vec![]);
        running.stop();
        place.fold();
        place.done(&["keys", "new", "--out", "op", "--no-passphrase"]);
        place.done(&["keys", "new", "--out", "others", "--no-passphrase"]);
        place.done(&["backup", "--data", "box", "--to", "op/governance.recipients", "--out", "b1"]);
        place.done(&["init", "--data", "foreign", "--keys", "public"]);
        fs::create_dir(place.path("kept")).unwrap();
        for name in ["box", "public"] {
            copy(&place, name, &format!("kept/{name}"));
        }
        Self { place }
    }

    /// As it was before anything was broken.
    pub(crate) fn put_back(&self) -> &Installation {
        for name in ["box", "public", "new", "aside"] {
            let _ = fs::remove_dir_all(self.place.path(name));
        }
        for name in ["c1", "b2", "box.toml"] {
            let _ = fs::remove_file(self.place.path(name));
        }
        for name in ["box", "public"] {
            copy(&self.place, &format!("kept/{name}"), name);
        }
        &self.place
    }
}

impl BadDay {
    /// Gives its rows, as they stand in the documents.
    fn comes(&self, before: &Before) -> Vec<String> {
        let place = before.put_back();
        (self.breaks)(place);
        let files = beside_the_store(place);
        let mut told: Vec<(Vec<&str>, String, i32)> = Vec::new();
        for (command, status, says) in self.met {
            let said = run(place, command);
            let line = said_of_it(&said, says);
            assert!(
                (said.status, line.is_some()) == (*status, true),
                "{}: {command}: {}, not {status} and {says}: {}{}",
                self.broken,
                said.status,
                said.out,
                said.error
            );
            // A check lists what it finds, and a list may be there besides.
            assert!(said.error.lines().count() <= 1, "{}: {command}: {}", self.broken, said.error);
            let line = as_printed(place, &line.unwrap_or_default());
            match told.iter_mut().find(|(_, known, _)| *known == line) {
                Some((commands, ..)) => commands.push(command),
                None => told.push((vec![command], line, *status)),
            }
        }
        assert!(beside_the_store(place) == files, "{}: something was changed", self.broken);
        let data = (self.mended)(place);
        let collected = place.done(&["collect", "--data", data, "--keys", "public", "--out", "c1"]);
        assert!(collected.contains("1 message from 1 report"), "{}: {collected}", self.broken);
        let row = |(commands, line, status): (Vec<&str>, String, i32)| {
            let names: Vec<_> = commands.iter().map(|command| format!("`{command}`")).collect();
            format!("| {} | {} | {line} | {status} | {} |", self.broken, names.join(", "), self.remedy)
        };
        told.into_iter().map(row).collect()
    }
}

/// A line as it stands in the documents: without whose it is, where the test was, and what differs each time.
fn as_printed(place: &Installation, line: &str) -> String {
    let line = line.replace(&format!("{}/", place.path("").display()), "").replace('|', "\\|");
    let line = ["candour: ", "unsafe   "].into_iter().find_map(|begins| line.strip_prefix(begins)).unwrap_or(&line);
    let is_of_a_fingerprint = |word: &&str| {
        let digits = word.trim_matches(|sign: char| !sign.is_ascii_alphanumeric());
        digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    let words: Vec<&str> = line.split(' ').collect();
    let mut kept: Vec<String> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let inside = at > 0 && is_of_a_fingerprint(&words[at - 1]) && is_of_a_fingerprint(word);
        if !inside {
            kept.push((*word).to_owned());
        } else if words.get(at + 1).is_none_or(|next| !is_of_a_fingerprint(next)) {
            kept.push(format!("…{}", &word[4.min(word.len())..]));
        }
    }
    kept.join(" ")
}

/// A command by its name, with what it usually takes, or word by word.
pub(crate) fn words(command: &str) -> Vec<&str> {
    const DATA: [&str; 2] = ["--data", "box"];
    const KEYS: [&str; 2] = ["--keys", "public"];
    let (name, more) = command.split_once(' ').unwrap_or((command, ""));
    let usual: &[&[&str]] = match name {
        "serve" if command.contains("--listen") => &[&DATA, &KEYS],
        "serve" => &[&DATA, &KEYS, &["--listen", "127.0.0.1:0"]],
        "collect" => &[&DATA, &KEYS, &["--out", "c1"]],
        "backup" => &[&DATA, &["--to", "op/governance.recipients", "--out", "b2"]],
        "check" | "init" => &[&DATA, &KEYS],
        "clocks" => &[&DATA],
        _ => &[],
    };
    [name].into_iter().chain(usual.iter().copied().flatten().copied()).chain(more.split_whitespace()).collect()
}

/// Runs a command that is to end by itself.
pub(crate) fn run(place: &Installation, command: &str) -> Said {
    let mut limited = place.program("timeout");
    limited.arg(PATIENCE).arg(env!("CARGO_BIN_EXE_candour")).args(words(command));
    Said::from(limited.output().expect("the command runs"))
}

/// The line that says it: of an error, or of a list.
pub(crate) fn said_of_it(said: &Said, says: &str) -> Option<String> {
    let mut lines = said.error.lines().chain(said.out.lines());
    lines.find(|line| line.contains(says)).map(str::to_owned)
}

/// What no command that is refused may change. What commands of the box do in its store is seen by what is there afterwards.
fn beside_the_store(place: &Installation) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = place.every_file();
    files.retain(|(path, _)| {
        ["box", "public"].iter().any(|name| path.starts_with(place.path(name)))
            && !path.starts_with(place.path("box/store"))
    });
    files.sort();
    files
}

pub(crate) fn copy(place: &Installation, from: &str, to: &str) {
    let copied = Command::new("cp").arg("-a").arg(place.path(from)).arg(place.path(to)).status();
    assert!(copied.is_ok_and(|status| status.success()));
}

fn remove(place: &Installation, name: &str) {
    fs::remove_file(place.path(name)).unwrap();
}

fn move_to(place: &Installation, from: &str, to: &str) {
    fs::rename(place.path(from), place.path(to)).unwrap();
}

fn cut(place: &Installation, name: &str, share: u64) {
    let file = OpenOptions::new().write(true).open(place.path(name)).unwrap();
    let length = file.metadata().unwrap().len();
    file.set_len(length.checked_div(share).unwrap_or(0)).unwrap();
}

/// The box's directory as it was.
fn put_back_key(place: &Installation) -> &'static str {
    fs::copy(place.path("kept/box/box.key"), place.path("box/box.key")).unwrap();
    "box"
}

fn restore(place: &Installation) -> &'static str {
    move_to(place, "box", "aside");
    place.done(&RESTORE);
    "new"
}

const fn nothing(_: &Installation) -> &'static str {
    "box"
}

/// What everything says of a database that is not sound.
const DAMAGED: &[(&str, i32, &str)] = &[
    ("serve", 1, "the data directory is damaged ("),
    ("collect", 1, "the data directory is damaged ("),
    ("check", 1, "the data directory is damaged ("),
];

/// Those that need nothing but a box.
const DAYS: &[BadDay] = &[
    BadDay {
        broken: "`box.key` is gone",
        breaks: |place| remove(place, "box/box.key"),
        met: &[
            ("serve", 1, "box/box.key is missing; put back the one that was there"),
            ("collect", 1, "box/box.key is missing; put back the one that was there"),
            ("backup", 1, "box/box.key is missing; put back the one that was there"),
            ("check", 1, "the box's signing key is missing at box/box.key; restore the box"),
            ("init", 1, "there is a box in box already; nothing was changed"),
        ],
        remedy: "put it back from where it went, or restore the box from its backup into an empty directory",
        mended: restore,
    },
    BadDay {
        broken: "`box.key` is another box's",
        breaks: |place| {
            remove(place, "box/box.key");
            copy(place, "foreign/box.key", "box/box.key");
        },
        met: &[
            ("serve", 1, "is not the key that this box was made with"),
            ("collect", 1, "is not the key that this box was made with"),
            ("check", 1, "is not the key that this box was made with"),
        ],
        remedy: "put back the one that was there, or restore the box from its backup",
        mended: put_back_key,
    },
    BadDay {
        broken: "`box.key` can be read by others",
        breaks: |place| {
            fs::set_permissions(place.path("box/box.key"), Permissions::from_mode(0o644)).unwrap();
        },
        met: &[("check", 1, "the box's signing key can be read by others; run: chmod 600 box/box.key")],
        remedy: "run what the line says",
        mended: |place| {
            fs::set_permissions(place.path("box/box.key"), Permissions::from_mode(0o600)).unwrap();
            place.done(&["check", "--data", "box", "--keys", "public"]);
            "box"
        },
    },
    BadDay {
        broken: "`carriers.pub` holds no key",
        breaks: |place| place.put("public/carriers.pub", b"not a key\n"),
        met: &[
            ("serve", 1, "put each carrier's carrier.pub there, one after another, or remove the file"),
            ("check", 1, "put each carrier's carrier.pub there, one after another, or remove the file"),
        ],
        remedy: "put each carrier's `carrier.pub` there, or remove the file",
        mended: |place| {
            remove(place, "public/carriers.pub");
            let said = place.done(&["check", "--data", "box", "--keys", "public"]);
            assert!(!said.contains("carriers.pub"), "{said}");
            "box"
        },
    },
    BadDay {
        broken: "`box.pub` is gone",
        breaks: |place| remove(place, "box/box.pub"),
        met: &[("serve", 1, "run `candour init` with the same --data and --keys, which makes it again")],
        remedy: "run `candour init` with the same `--data` and `--keys`",
        mended: |place| {
            let said = place.done(&["init", "--data", "box", "--keys", "public"]);
            assert!(said.contains("made box/box.pub again"), "{said}");
            "box"
        },
    },
    BadDay {
        broken: "the database is gone",
        breaks: |place| remove(place, "box/store/candour.db"),
        met: &[
            ("serve", 1, "box held a box: box.key is there, and its database is not"),
            ("collect", 1, "box held a box: box.key is there, and its database is not"),
            ("init", 1, "box held a box: box.key is there, and its database is not"),
            ("check", 1, "the database is missing at box/store/candour.db; restore the box"),
        ],
        remedy: "move the directory aside, and restore the box from its backup into an empty one",
        mended: restore,
    },
    BadDay {
        broken: "the database was cut",
        breaks: |place| cut(place, "box/store/candour.db", 2),
        met: DAMAGED,
        remedy: "move the directory aside, and restore the box from its backup into an empty one",
        mended: restore,
    },
    BadDay {
        broken: "the database is empty",
        breaks: |place| cut(place, "box/store/candour.db", 0),
        met: DAMAGED,
        remedy: "the same",
        mended: restore,
    },
    BadDay {
        broken: "the vault was cut",
        breaks: |place| cut(place, "box/store/short.vault", 1000),
        met: &[
            ("serve", 1, "the data directory is damaged (short.vault ends before"),
            ("check", 1, "the data directory is damaged (short.vault ends before"),
        ],
        remedy: "`candour collect` and `candour backup` what is left, which name what is lost; then restore the box from its backup",
        mended: restore,
    },
    BadDay {
        broken: "making the box was cut off",
        breaks: |place| {
            fs::remove_dir_all(place.path("box")).unwrap();
            fs::create_dir_all(place.path("box/store")).unwrap();
            place.put_secret("box/store/candour.db.partial", b"");
        },
        met: &[
            ("serve", 1, "a box was being made in box and is not whole; run the same `candour init` again"),
            ("collect", 1, "a box was being made in box and is not whole; run the same `candour init` again"),
            ("check", 1, "for making the box was cut off; run the same `candour init` again"),
        ],
        remedy: "run the same `candour init` or `candour setup` again",
        mended: |place| {
            place.done(&["init", "--data", "box", "--keys", "public"]);
            restore(place)
        },
    },
    BadDay {
        broken: "a restore was cut off",
        breaks: |place| {
            fs::remove_dir_all(place.path("box")).unwrap();
            fs::create_dir_all(place.path("box/restoring")).unwrap();
        },
        met: &[
            ("serve", 1, "a box was being restored in box and is not whole; run the same `candour restore` again"),
            ("init", 1, "a box was being restored in box and is not whole; run the same `candour restore` again"),
        ],
        remedy: "run the same `candour restore` again",
        mended: |place| {
            place.done(&["restore", "--data", "box", "--identity", "op/identity.txt", "b1"]);
            "box"
        },
    },
    BadDay {
        broken: "a private key lies among the public ones",
        breaks: |place| copy(place, "team/identity.txt", "public/identity.txt"),
        met: &[
            ("serve", 1, "public/identity.txt holds a private key, which must never be on this machine"),
            ("collect", 1, "public/identity.txt holds a private key, which must never be on this machine"),
            ("init", 1, "public/identity.txt holds a private key, which must never be on this machine"),
            ("check", 1, "public/identity.txt holds a private key, which must never be on this machine"),
        ],
        remedy: "remove it, tell the team, who make new keys offline, and confirm these",
        mended: |place| {
            remove(place, "public/identity.txt");
            "box"
        },
    },
    BadDay {
        broken: "the same in a directory below",
        breaks: |place| {
            fs::create_dir_all(place.path("public/from/stick")).unwrap();
            copy(place, "team/signing.key", "public/from/stick/old");
        },
        met: &[
            ("serve", 1, "public/from/stick/old holds a private key, which must never be on this machine"),
            ("check", 1, "public/from/stick/old holds a private key, which must never be on this machine"),
        ],
        remedy: "the same",
        mended: |place| {
            fs::remove_dir_all(place.path("public/from")).unwrap();
            "box"
        },
    },
    BadDay {
        broken: "`governance.recipients` is another one",
        breaks: |place| {
            remove(place, "public/governance.recipients");
            copy(place, "others/governance.recipients", "public/governance.recipients");
        },
        met: &[
            ("serve", 1, "governance.recipients is not what was confirmed: its fingerprint is"),
            ("collect", 1, "governance.recipients is not what was confirmed: its fingerprint is"),
            ("check", 1, "governance.recipients is not what was confirmed: its fingerprint is"),
        ],
        remedy: "if the team reads out the same new fingerprint, run what the line says, with the old key beside the new one while \
                 anything waits; else put the old file back, and ask who changed it",
        mended: |place| {
            let both = ["team", "others"]
                .map(|team| fs::read_to_string(place.path(&format!("{team}/governance.recipients"))).unwrap());
            remove(place, "public/governance.recipients");
            place.put("public/governance.recipients", both.concat().as_bytes());
            confirm_recipients(place);
            "box"
        },
    },
    BadDay {
        broken: "`signers.pub` is another one",
        breaks: |place| {
            remove(place, "public/signers.pub");
            copy(place, "others/signer.pub", "public/signers.pub");
        },
        met: &[
            ("serve", 1, "signers.pub is not what was confirmed: its fingerprint is"),
            ("collect", 1, "signers.pub is not what was confirmed: its fingerprint is"),
            ("check", 1, "signers.pub is not what was confirmed: its fingerprint is"),
        ],
        remedy: "if the team's desk shows the same new fingerprint under Team, run what the line says; else put the old file back, \
                 and ask who changed it",
        mended: |place| {
            confirm_signers(place, &[]);
            "box"
        },
    },
    BadDay {
        broken: "the public keys are gone",
        breaks: |place| fs::remove_dir_all(place.path("public")).unwrap(),
        met: &[
            ("serve", 1, "can't read public: No such file or directory"),
            ("check", 1, "can't read public: No such file or directory"),
        ],
        remedy: "put them back from the team's stick, as `candour setup --from DIR` does; others than were confirmed are refused",
        mended: |place| {
            copy(place, "kept/public", "public");
            "box"
        },
    },
    BadDay {
        broken: "the configuration is gone",
        breaks: |_| {},
        met: &[
            ("serve --config nowhere.toml", 1, "can't read nowhere.toml: No such file or directory"),
            ("check --config nowhere.toml", 1, "can't read nowhere.toml: No such file or directory"),
        ],
        remedy: "put it back, or answer the questions of `candour setup` again",
        mended: nothing,
    },
    BadDay {
        broken: "a word in the configuration is misspelt",
        breaks: |place| place.put("box.toml", b"[service]\nbodi = \"us\"\n"),
        met: &[
            ("serve --config box.toml", 1, "box.toml: the configuration can't be read (line 2"),
            ("check --config box.toml", 1, "box.toml: the configuration can't be read (line 2"),
        ],
        remedy: "correct that line",
        mended: nothing,
    },
    BadDay {
        broken: "the onion address has a letter wrong",
        breaks: |place| {
            let name = "aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3keae";
            place.put("box.toml", format!("[service]\nonion = \"http://{name}.onion\"\n").as_bytes());
        },
        met: &[("serve --config box.toml", 1, "its checksum does not fit; copy it from /var/lib/tor/candour/hostname")],
        remedy: "copy it from `/var/lib/tor/candour/hostname`",
        mended: nothing,
    },
    BadDay {
        broken: "the certificate is gone",
        breaks: |place| place.put("box.toml", b"[tls]\ncertificate = \"gone.pem\"\nkey = \"gone.key\"\n"),
        met: &[
            ("serve --config box.toml --listen tls:127.0.0.1:0", 1, "can't read gone.pem: No such file or directory"),
            ("check --config box.toml", 1, "can't read gone.pem: No such file or directory"),
        ],
        remedy: "put certificate and key where the account of the box can read them",
        mended: nothing,
    },
    BadDay {
        broken: "the key is another certificate's",
        breaks: |place| {
            let authority = Authority::new();
            for (name, text) in [("gone.pem", authority.issue(&["a"]).chain), ("gone.key", authority.issue(&["a"]).key)]
            {
                let _ = fs::remove_file(place.path(name));
                place.put_secret(name, text.as_bytes());
            }
            place.put("box.toml", b"[tls]\ncertificate = \"gone.pem\"\nkey = \"gone.key\"\n");
        },
        met: &[
            ("serve --config box.toml --listen tls:127.0.0.1:0", 1, "gone.key: the key does not fit"),
            ("check --config box.toml", 1, "gone.key: the key does not fit"),
        ],
        remedy: "put the pair there that belongs together",
        mended: |place| {
            remove(place, "gone.pem");
            remove(place, "gone.key");
            "box"
        },
    },
    BadDay {
        broken: "it is told to listen beyond this machine without TLS",
        breaks: |_| {},
        met: &[("serve --listen 0.0.0.0:8080", 2, "without TLS the box listens on this machine alone")],
        remedy: "give it a certificate and `tls:` before the address, or a Unix socket for tor",
        mended: nothing,
    },
    BadDay {
        broken: "the bank holiday file can't be read",
        breaks: |place| place.put("box/calendar/bank-holidays.json", b"<html>"),
        met: &[
            ("clocks", 1, "box/calendar/bank-holidays.json: the bank holiday file can't be read"),
            ("check", 1, "box/calendar/bank-holidays.json: the bank holiday file can't be read"),
        ],
        remedy: "download GOV.UK's `bank-holidays.json` again; the box serves on by the years that it knows",
        mended: |place| {
            let mut running = place.serve();
            running.until_said("bank holiday file can't be read");
            assert!(running.is_running() && http::get(running.address, "/healthz").status == 200);
            running.stop();
            "box"
        },
    },
    BadDay {
        broken: "bank holidays end",
        breaks: |_| {},
        met: &[("clocks --as-of 2031-01-01", 0, "are not known: no bank holidays are loaded for")],
        remedy: "put GOV.UK's `bank-holidays.json` at `DIR/calendar/bank-holidays.json`; a box that serves takes it within the hour",
        mended: nothing,
    },
];

#[test]
fn each_is_said_in_one_line_and_nothing_is_lost() {
    let before = Before::new();
    println!("| what was broken | met by | what is said | exit | what to do |\n| --- | --- | --- | --- | --- |");
    for row in DAYS.iter().flat_map(|day| day.comes(&before)) {
        println!("{row}");
    }
}
