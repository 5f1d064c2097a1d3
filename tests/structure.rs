//! Which module may use which. The table is the design; the code is held against it.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Each module and what it may use of this crate.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("files", &[]),
    ("confine", &[]),
    ("crypto", &["domain"]),
    ("unseal", &["domain", "crypto"]),
    ("store", &["domain", "crypto", "files"]),
    ("transfer", &["domain", "crypto", "store", "files"]),
    ("http", &["domain"]),
    ("web", &["domain", "crypto", "http", "store"]),
    ("casebook", &["domain", "crypto", "unseal", "files"]),
    ("desk", &["casebook", "domain", "crypto", "unseal", "files", "http"]),
    (
        "cli",
        &["domain", "crypto", "unseal", "store", "transfer", "http", "web", "casebook", "desk", "files", "confine"],
    ),
];

#[test]
fn modules_use_only_what_the_design_allows() {
    for file in sources(Path::new("src")).into_iter().filter(|file| !file.ends_with("tests.rs")) {
        let module = module_of(&file);
        if ["lib", "main"].contains(&module.as_str()) {
            continue;
        }
        let allowed = MAY_USE.iter().find(|(name, _)| *name == module);
        let Some((_, allowed)) = allowed else { panic!("{}: no row in the table for {module}", file.display()) };
        for used in used_modules(&fs::read_to_string(&file).unwrap()) {
            assert!(
                used == module || allowed.contains(&used.as_str()),
                "{}: {module} may not use {used}",
                file.display()
            );
        }
    }
}

#[test]
fn groups_and_paths_are_both_seen() {
    let text = "use crate::{\n    crypto::{Code, digest},\n    domain::Area,\n    files,\n};\nlet x = crate::store::Store::open();";
    assert_eq!(used_modules(text).into_iter().collect::<Vec<_>>(), ["crypto", "domain", "files", "store"]);
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn module_of(file: &Path) -> String {
    let first = file.strip_prefix("src").unwrap().components().next().unwrap();
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The first name of every path that begins with `crate::`, those in a group included.
fn used_modules(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (start, _) in text.match_indices("crate::") {
        let rest = &text[start + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => {
                used.insert(first_name(rest));
            }
            Some(group) => {
                let mut depth = 0;
                let mut name_is_next = true;
                for (place, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => name_is_next = true,
                        c if name_is_next && !c.is_whitespace() => {
                            used.insert(first_name(&group[place..]));
                            name_is_next = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    // Macros of this crate, and paths inside test helpers, begin in lower case like modules; types do not.
    used.into_iter().filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase())).collect()
}

fn first_name(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}
