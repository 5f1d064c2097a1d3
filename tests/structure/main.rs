//! What the code is built like: which module may use which, what each program is made of, and that documents speak of
//! what is there. The tables are the design; the code is held against them.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod documents;
mod installation;
mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use source::{House, is_below, sources, without_comments, without_tests};

/// Each module and what it may use of this crate.
const MODULES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("files", &[]),
    ("confine", &[]),
    ("crypto", &["domain"]),
    ("unseal", &["domain", "crypto"]),
    ("store", &["domain", "crypto", "files"]),
    ("transfer", &["domain", "crypto", "store", "files"]),
    ("http", &["domain", "crypto"]),
    ("carry", &["domain", "crypto", "files"]),
    ("web", &["domain", "crypto", "http", "store", "transfer"]),
    ("casebook", &["domain", "crypto", "unseal", "files"]),
    ("desk", &["casebook", "domain", "crypto", "unseal", "files", "http"]),
    (
        "cli",
        &[
            "domain", "crypto", "unseal", "store", "transfer", "http", "web", "carry", "casebook", "desk", "files",
            "confine",
        ],
    ),
];

/// Each room of the casebook and which others it may use.
const CASEBOOK: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("parallel", &[]),
    ("notice", &[]),
    ("log", &["error", "parallel"]),
    ("state", &["error", "log"]),
    ("statistics", &["log"]),
    ("book", &["error", "parallel", "log", "state"]),
    ("carry", &["error", "state", "book"]),
    ("queries", &["error", "parallel", "log", "state", "book"]),
    ("commands", &["error", "parallel", "log", "state", "book", "carry", "queries"]),
];

/// Modules whose files don't use each other: commands are called one by one.
const APART: &[&str] = &["casebook::commands"];

/// The programs by their features, and the crates that must not be in each.
const PROGRAMS: &[(&str, &[&str])] = &[
    // It has no session of a reviewer and no directory of a demonstration, and goes through no proxy. (minisign brings
    // rpassword; nothing calls it.)
    ("box", &["cookie", "time", "tempfile", "tokio-socks"]),
    // It has no store, no configuration of a server, and no TLS: nobody reaches it from outside. Argon2 it has for the receipt
    // codes of concerns that came another way, which are made there.
    (
        "desk",
        &[
            "rusqlite",
            "libsqlite3-sys",
            "tempfile",
            "rustls",
            "tokio-rustls",
            "rustls-native-certs",
            "ring",
            "sd-notify",
            "tokio-socks",
        ],
    ),
    // It has no store, no receipt codes, no configuration of a server, and no session.
    (
        "carry",
        &[
            "rusqlite",
            "libsqlite3-sys",
            "argon2",
            "blake2",
            "tempfile",
            "cookie",
            "sd-notify",
            "qrcodegen",
            "x509-cert",
        ],
    ),
    ("box,desk,carry,demo", &[]),
];

/// Types that box and desk have one each of, for the same thing.
const IN_BOTH_PROGRAMS: &[&str] = &["ErrorPage", "Shell"];

/// Crates that are in none: whatever connects, whatever logs, and a second implementation of cryptography.
const NOWHERE: &[&str] = &[
    "reqwest",
    "ureq",
    "curl",
    "native-tls",
    "openssl",
    "tracing-subscriber",
    "env_logger",
    "tower-http",
    "sentry",
    "scraper",
    "thirtyfour",
    "proptest",
    "trycmd",
];

#[test]
fn modules_use_only_what_the_design_allows() {
    let house = House::read(Path::new("src"));
    let mut wrong = house.broken(&[], MODULES);
    wrong.extend(house.broken(&["casebook"], CASEBOOK));
    for apart in APART {
        let inside: Vec<&str> = apart.split("::").collect();
        wrong.extend(
            house
                .uses()
                .filter(|(from, to)| {
                    is_below(from, &inside) && is_below(to, &inside) && from.get(inside.len()) != to.get(inside.len())
                })
                .map(|(from, to)| format!("{} may not use {}", from.join("::"), to.join("::"))),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let house = House::read(Path::new("src"));
    let circles = house.circles();
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn files_that_only_declare_define_nothing() {
    let mut wrong = Vec::new();
    for path in sources(Path::new("src")).into_iter().filter(|path| path.ends_with("mod.rs")) {
        let code = without_tests(&without_comments(&fs::read_to_string(&path).unwrap()));
        let defines = code.lines().find(|line| {
            let line = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
            let line = line.trim_start_matches("pub ");
            ["fn ", "struct ", "enum ", "trait ", "impl ", "impl<", "const ", "static ", "type ", "async fn "]
                .iter()
                .any(|word| line.starts_with(word))
        });
        if let Some(line) = defines {
            wrong.push(format!("{}: {line}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_two_types_share_a_name() {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in sources(Path::new("src")) {
        let code = without_comments(&fs::read_to_string(&path).unwrap());
        // What stands further in belongs to a trait, or is made by a macro, whose types stand further in too.
        for line in code.lines().filter(|line| !line.starts_with("        ")) {
            let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            let is_of_a_trait = line.starts_with("    type ");
            let place = words.iter().position(|word| ["struct", "enum", "trait", "type"].contains(word));
            let name = place.and_then(|place| words.get(place + 1)).filter(|_| !is_of_a_trait);
            if let Some(name) = name.filter(|name| name.starts_with(char::is_uppercase)) {
                found.entry((*name).to_owned()).or_default().push(path.display().to_string());
            }
        }
    }
    assert!(found.len() > 300, "{}", found.len());
    found.retain(|name, places| places.len() > 1 && !IN_BOTH_PROGRAMS.contains(&name.as_str()));
    assert!(found.is_empty(), "one word, one meaning: {found:#?}");
}

/// What opens anything sealed, and the files that may name it: answers with a receipt code, a backup of the box with the
/// operator's key for a restore alone, all else in `unseal`.
const OPENERS: &[(&str, &[&str])] = &[
    (
        "Decryptor",
        &["src/crypto/backup_identity.rs", "src/crypto/reply.rs", "src/unseal/identity.rs", "src/unseal/key_files.rs"],
    ),
    (
        "BackupIdentity",
        &["src/cli/server/restore.rs", "src/crypto/backup_identity.rs", "src/crypto/mod.rs", "src/transfer/restore.rs"],
    ),
    ("open_backup", &["src/crypto/backup_identity.rs", "src/transfer/restore.rs"]),
];

#[test]
fn what_opens_stands_where_it_is_meant_to() {
    for (opener, places) in OPENERS {
        let mut found: Vec<String> = Vec::new();
        for path in sources(Path::new("src")).into_iter().filter(|path| !path.ends_with("backup_tests.rs")) {
            let code = without_tests(&without_comments(&fs::read_to_string(&path).unwrap()));
            if code.contains(opener) {
                found.push(path.display().to_string());
            }
        }
        found.sort();
        assert_eq!(&found, places, "{opener}");
    }
}

#[test]
fn each_program_is_built_without_what_the_other_is_for() {
    for (features, without) in PROGRAMS {
        let tree = Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
            .args(["--no-default-features", "--features", features])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
        let tree = String::from_utf8(tree.stdout).unwrap();
        let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(crates.contains("age") && crates.contains("candour"), "{crates:?}");
        let wrong: Vec<_> = without.iter().chain(NOWHERE).filter(|name| crates.contains(*name)).collect();
        assert!(wrong.is_empty(), "{features}: {wrong:?}");
    }
}

#[test]
fn only_what_carries_can_speak_http_to_others() {
    for (features, speaks) in [("box", false), ("desk", false), ("carry", true)] {
        let tree = Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p} | {f}"])
            .args(["--no-default-features", "--features", features])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        let tree = String::from_utf8(tree.stdout).unwrap();
        let hyper = tree.lines().find(|line| line.starts_with("hyper v")).unwrap();
        let (_, of_hyper) = hyper.split_once(" | ").unwrap();
        assert_eq!(
            of_hyper.split(',').any(|feature| feature.trim_end_matches(" (*)") == "client"),
            speaks,
            "{features}: {hyper}"
        );
    }
}

/// Two builds of one commit have to be alike, wherever and whenever they are made.
#[test]
fn what_a_program_says_of_its_build_holds_nothing_of_the_machine() {
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("build");
    let compiled = Command::new("rustc").args(["--edition", "2024", "build.rs", "-o"]).arg(&program).status().unwrap();
    assert!(compiled.success());
    let repository = directory.path().join("repository");
    fs::create_dir_all(repository.join("src")).unwrap();
    let run = |program: &Path, arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&repository).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
        let (is_done, said) = run(Path::new("git"), &[&who, arguments].concat(), &[]);
        assert!(is_done, "git {arguments:?}");
        said
    };
    let says = |variables: &[(&str, &str)]| {
        let place = [
            ("CARGO_MANIFEST_DIR", repository.to_str().unwrap()),
            ("CARGO_PKG_VERSION", "0.9.1"),
            ("CARGO_FEATURE_BOX", "1"),
            ("CARGO_FEATURE_DEMO", "1"),
        ];
        let (is_done, said) = run(&program, &[], &[&place, variables].concat());
        let version = said.lines().find_map(|line| line.strip_prefix("cargo::rustc-env=CANDOUR_VERSION="));
        is_done.then(|| version.unwrap().to_owned())
    };
    let (release, debug) = (("PROFILE", "release"), ("PROFILE", "debug"));
    let expected = |commit: &str| Some(format!("0.9.1 ({commit}, features box demo)"));
    assert_eq!(says(&[release]), expected("commit unknown"));
    assert_eq!(says(&[debug]), expected("debug build"));
    git(&["init", "--quiet"]);
    assert_eq!(says(&[release]), expected("commit unknown"), "nothing is committed");
    fs::copy("build.rs", repository.join("src/main.rs")).unwrap();
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "One"]);
    let commit = format!("commit {}", &git(&["rev-parse", "HEAD"])[..12]);
    assert_eq!(says(&[release]), expected(&commit));
    assert_eq!(says(&[debug]), expected("debug build"), "or each commit would build everything anew");
    for given in ["0123abcd", "none-modified"] {
        assert_eq!(says(&[release, ("CANDOUR_COMMIT", given)]), expected(&format!("commit {given}")));
    }
    assert_eq!(says(&[release, ("CANDOUR_COMMIT", "")]), expected(&commit));
    assert_eq!(says(&[release, ("CANDOUR_COMMIT", "a b")]), None);
    fs::copy("Cargo.toml", repository.join("src/main.rs")).unwrap();
    assert_eq!(says(&[release]), expected(&format!("{commit}-modified")));
}
