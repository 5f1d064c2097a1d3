//! Says which commit and which features a program was built from: nothing of the time or of the machine, so that two builds
//! of one commit are alike.

use std::{env, path::Path, process::Command};

/// Features in the order in which they are named.
const FEATURES: [&str; 4] = ["box", "desk", "carry", "demo"];
/// Digits of a commit that are named.
const DIGITS: usize = 12;
/// What a program is made of: if any of it is not as it was committed, the program says so.
const SOURCES: [&str; 6] = ["build.rs", "Cargo.toml", "Cargo.lock", "askama.toml", "src", "templates"];

fn main() {
    println!("cargo::rerun-if-env-changed=CANDOUR_COMMIT");
    println!("cargo::rerun-if-changed=build.rs");
    let features: Vec<&str> = FEATURES
        .into_iter()
        .filter(|name| env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase())).is_some())
        .collect();
    let features = if features.is_empty() { "none".to_owned() } else { features.join(" ") };
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    println!("cargo::rustc-env=CANDOUR_VERSION={version} ({}, features {features})", commit());
}

fn commit() -> String {
    // What makes a package or a source archive knows it, and there may be no repository.
    match env::var("CANDOUR_COMMIT") {
        Ok(given) if !given.is_empty() => {
            assert!(
                given.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-'),
                "CANDOUR_COMMIT is no commit: give letters and digits alone, or nothing"
            );
            return format!("commit {given}");
        }
        _ => {}
    }
    // Each commit would else build everything anew for whoever works on it.
    if env::var("PROFILE").as_deref() != Ok("release") {
        return "debug build".to_owned();
    }
    from_git().map_or_else(|| "commit unknown".to_owned(), |commit| format!("commit {commit}"))
}

/// The commit of this directory's own repository, and whether anything in it was changed since.
fn from_git() -> Option<String> {
    let directory = env::var("CARGO_MANIFEST_DIR").ok()?;
    // A source archive that was unpacked inside another repository has none.
    let top = git(&["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != Path::new(&directory).canonicalize().ok()? {
        return None;
    }
    SOURCES.iter().for_each(|source| println!("cargo::rerun-if-changed={source}"));
    for changed in ["HEAD", "logs/HEAD"] {
        println!("cargo::rerun-if-changed={}", git(&["rev-parse", "--git-path", changed])?);
    }
    let mut commit = git(&["rev-parse", "HEAD"])?;
    commit.truncate(DIGITS);
    let status = ["status", "--porcelain", "--untracked-files=no", "--"];
    let is_changed = !git(&[&status[..], &SOURCES].concat())?.is_empty();
    Some(if is_changed { format!("{commit}-modified") } else { commit })
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
