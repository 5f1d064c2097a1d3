//! Which module may use which. The tables are the design; the code is held against them, whole files, all but its
//! tests.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Each module and what it may use of this crate.
const MODULES: &[(&str, &[&str])] = &[
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

/// Each room of the casebook and which others it may use.
const CASEBOOK: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("parallel", &[]),
    ("notice", &[]),
    ("log", &["error"]),
    ("state", &["log"]),
    ("statistics", &["log"]),
    ("book", &["error", "parallel", "log", "state"]),
    ("carry", &["error", "state", "book"]),
    ("queries", &["error", "parallel", "log", "state", "book"]),
    ("commands", &["error", "log", "state", "book", "carry", "queries"]),
];

/// Modules whose files don't use each other: commands are called one by one.
const APART: &[&str] = &["casebook::commands"];

/// The programs by their features, and the crates that must not be in each.
const PROGRAMS: &[(&str, &[&str])] = &[
    // It has no session of a reviewer and no directory of a demonstration. (minisign brings rpassword; nothing calls
    // it.)
    ("box", &["cookie", "time", "tempfile"]),
    // It has no store, no receipt codes to hash, and no configuration of a server.
    ("desk", &["rusqlite", "libsqlite3-sys", "argon2", "blake2", "tempfile"]),
    ("box,desk,demo", &[]),
];

/// Types that box and desk have one each of, for the same thing.
const IN_BOTH_PROGRAMS: &[&str] = &["ErrorPage", "Shell"];

/// Crates that are in none: whatever connects, whatever logs, and a second implementation of cryptography.
const NOWHERE: &[&str] = &[
    "reqwest",
    "ureq",
    "curl",
    "rustls",
    "native-tls",
    "openssl",
    "ring",
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

#[test]
fn the_walks_are_as_the_code_is_and_none_goes_back_up() {
    let document = fs::read_to_string("docs/architecture.md").unwrap();
    let walks = document.split("## Four walks").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let uses: BTreeSet<(ModulePath, ModulePath)> =
        House::read(Path::new("src")).uses().map(|(from, to)| (from.clone(), to)).collect();
    let (mut above, mut steps, mut wrong) = (Vec::<ModulePath>::new(), 0, Vec::new());
    for line in walks.lines().filter(|line| line.trim_start().starts_with("- ")) {
        let depth = (line.len() - line.trim_start().len()) / 2;
        let mut names = line.split('`').skip(1).step_by(2);
        let (file, function) = (names.next().unwrap(), names.next().unwrap());
        let code = fs::read_to_string(Path::new("src").join(file)).unwrap_or_default();
        if !["(", "<"].iter().any(|next| code.contains(&format!("fn {function}{next}"))) {
            wrong.push(format!("{file} has no function {function}"));
        }
        assert!(depth <= above.len(), "{line} is too far in");
        above.truncate(depth);
        let here = module_of(Path::new("src"), &Path::new("src").join(file));
        for upper in above.iter().filter(|upper| uses.contains(&(here.clone(), (*upper).clone()))) {
            // What stands in a folder may use the file that the folder belongs to.
            if !here.starts_with(upper) {
                wrong.push(format!("{} goes back up to {}", here.join("::"), upper.join("::")));
            }
        }
        above.push(here);
        steps += 1;
    }
    assert!(wrong.is_empty() && steps > 60, "{steps} steps, {wrong:#?}");
}

#[test]
fn every_folder_has_its_line_in_the_architecture() {
    let document = fs::read_to_string("docs/architecture.md").unwrap();
    let words: BTreeSet<&str> = document.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let tests = test_files(Path::new("src"));
    let holding = sources(Path::new("src")).into_iter().filter(|path| !tests.iter().any(|test| path.starts_with(test)));
    let folders: BTreeSet<PathBuf> = holding.map(|path| path.parent().unwrap().to_owned()).collect();
    let missing: Vec<_> =
        folders.iter().filter(|folder| !words.contains(folder.file_name().unwrap().to_str().unwrap())).collect();
    assert!(folders.len() > 25 && missing.is_empty(), "{missing:?}");
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let code: String = [Path::new("src"), Path::new("tests")]
        .iter()
        .flat_map(|root| sources(root))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let (mut named, mut missing) = (0, Vec::new());
    for document in ["docs/testing.md", "CONTRIBUTING.md", "docs/architecture.md", "SECURITY.md"] {
        let text = fs::read_to_string(document).unwrap();
        for quoted in text.split('`').skip(1).step_by(2) {
            let name = quoted.rsplit("::").next().unwrap();
            // Tests are whole sentences; nothing else in these documents has so many words.
            let is_test = name.matches('_').count() >= 4 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if is_test {
                named += 1;
                if !code.contains(&format!("fn {name}(")) {
                    missing.push(format!("{document}: {name}"));
                }
            }
        }
    }
    assert!(named > 100 && missing.is_empty(), "{named} are named, {missing:#?} are not there");
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
fn paths_are_read_wherever_they_stand() {
    let code = "use crate::{\n    crypto::{Code, digest as sum},\n    domain::Area,\n};\n\
                use super::letter;\nfn f() { crate::store::Store::open(); super::super::http::page(); }";
    let used = paths(code, &["web".into(), "send".into()]);
    let used: BTreeSet<String> = used.into_iter().map(|path| path.join("::")).collect();
    let expected =
        ["crypto::Code", "crypto::digest", "domain::Area", "http::page", "store::Store::open", "web::letter"];
    assert_eq!(used.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn tests_and_comments_are_no_uses() {
    let code = "// crate::store\nfn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::web::{A, B};\n    fn g() { if x { } }\n}\nuse crate::files;\n\
                #[cfg(test)]\nuse crate::desk::Desk;\n#[cfg(test)]\nimpl X {\n    fn s() { crate::cli::run() }\n}\n";
    let code = without_tests(&without_comments(code));
    assert_eq!(paths(&code, &["x".into()]), [vec!["files".to_owned()]]);
}

type ModulePath = Vec<String>;

/// The crate's modules, what each re-exports, and whom each uses.
struct House {
    /// Each file's module, with the paths that stand in it.
    files: BTreeMap<ModulePath, Vec<ModulePath>>,
    /// What a module offers under its own name though it stands elsewhere.
    offered: BTreeMap<ModulePath, BTreeMap<String, ModulePath>>,
}

impl House {
    fn read(root: &Path) -> Self {
        let mut house = Self { files: BTreeMap::new(), offered: BTreeMap::new() };
        let for_tests = test_files(root);
        for path in sources(root).into_iter().filter(|path| !for_tests.iter().any(|test| path.starts_with(test))) {
            let module = module_of(root, &path);
            if ["main", "lib"].contains(&module.last().map_or("", String::as_str)) {
                continue;
            }
            let code = without_tests(&without_comments(&fs::read_to_string(&path).unwrap()));
            let mut offered = BTreeMap::new();
            for (start, _) in code.match_indices("pub") {
                let Some((before, rest)) = code[start..].split_once("use ") else { continue };
                let visibility = before["pub".len()..].trim();
                if !(visibility.is_empty() || visibility.starts_with('(') && visibility.ends_with(')')) {
                    continue;
                }
                let tree = rest.split(';').next().unwrap_or_default();
                for (name, mut path) in flattened(tree) {
                    if !["crate", "super", "self"].contains(&path[0].as_str()) {
                        path.insert(0, "self".into());
                    }
                    offered.insert(name, absolute(&path, &module));
                }
            }
            house.offered.insert(module.clone(), offered);
            let used = paths(&code, &module);
            house.files.insert(module, used);
        }
        house
    }

    /// Every use of one file by another, each as the file's module.
    fn uses(&self) -> impl Iterator<Item = (&ModulePath, ModulePath)> {
        let each = |(from, paths): (_, &Vec<ModulePath>)| {
            let to: BTreeSet<ModulePath> = paths.iter().filter_map(|path| self.home(path, 0)).collect();
            to.into_iter().filter(move |to| to != from).map(move |to| (from, to))
        };
        self.files.iter().flat_map(each)
    }

    /// The file that defines what a path names.
    fn home(&self, path: &[String], depth: usize) -> Option<ModulePath> {
        assert!(depth < 20, "{path:?} is offered in a circle");
        let length = (1..=path.len()).rev().find(|length| self.files.contains_key(&path[..*length]))?;
        let (module, rest) = path.split_at(length);
        let name = rest.first();
        match name.and_then(|name| self.offered[module].get(name)) {
            Some(elsewhere) if !elsewhere.starts_with(path) => {
                self.home(&[elsewhere.as_slice(), &rest[1..]].concat(), depth + 1)
            }
            _ => Some(module.to_vec()),
        }
    }

    /// The uses between parts of a module that its table does not allow.
    fn broken(&self, inside: &[&str], table: &[(&str, &[&str])]) -> Vec<String> {
        let part = |path: &ModulePath| path.get(inside.len()).cloned();
        let mut wrong = Vec::new();
        for (from, to) in self.uses() {
            if !is_below(from, inside) || !is_below(&to, inside) {
                continue;
            }
            let (Some(mine), Some(theirs)) = (part(from), part(&to)) else { continue };
            let Some((_, allowed)) = table.iter().find(|(name, _)| *name == mine) else {
                wrong.push(format!("{}: no row in the table for {mine}", from.join("::")));
                continue;
            };
            if mine != theirs && !allowed.contains(&theirs.as_str()) {
                wrong.push(format!("{} may not use {}", from.join("::"), to.join("::")));
            }
        }
        wrong
    }

    /// Sets of files that reach each other.
    fn circles(&self) -> Vec<Vec<String>> {
        let mut direct: BTreeMap<&ModulePath, BTreeSet<ModulePath>> = BTreeMap::new();
        for (from, to) in self.uses() {
            // A folder's own file only declares what is in it.
            if !to.starts_with(from) && !from.starts_with(&to) {
                direct.entry(from).or_default().insert(to);
            }
        }
        let reach = |start: &ModulePath| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![start.clone()]);
            while let Some(module) = next.pop() {
                for to in direct.get(&module).into_iter().flatten() {
                    if seen.insert(to.clone()) {
                        next.push(to.clone());
                    }
                }
            }
            seen
        };
        let reached: BTreeMap<&ModulePath, BTreeSet<ModulePath>> =
            direct.keys().map(|module| (*module, reach(module))).collect();
        let mut circles = BTreeSet::new();
        for (module, seen) in &reached {
            if seen.contains(*module) {
                let with = reached.iter().filter(|(other, back)| seen.contains(**other) && back.contains(*module));
                circles.insert(with.map(|(other, _)| other.join("::")).collect::<Vec<_>>());
            }
        }
        circles.into_iter().collect()
    }
}

fn is_below(path: &[String], inside: &[&str]) -> bool {
    path.len() > inside.len() && path.iter().zip(inside).all(|(one, other)| one == other)
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
    found.sort();
    found
}

/// Files and directories of modules that are declared under `#[cfg(test)]` or a longer condition that begins so.
fn test_files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in sources(root) {
        let text = fs::read_to_string(&path).unwrap();
        let mut for_test = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with("#[cfg(test") || line.starts_with("#[cfg(all(test") {
                for_test = true;
            } else if !line.starts_with("#[") {
                let name = line.strip_suffix(';').and_then(|line| line.rsplit_once("mod ")).map(|(_, name)| name);
                if let (true, Some(name)) = (for_test, name) {
                    let stem = path.file_stem().unwrap();
                    let beside = ["mod", "lib", "main"].iter().any(|own| stem == *own);
                    let folder = if beside { path.parent().unwrap().to_owned() } else { path.with_extension("") };
                    found.extend([folder.join(name), folder.join(format!("{name}.rs"))]);
                }
                for_test = false;
            }
        }
    }
    found
}

fn module_of(root: &Path, path: &Path) -> ModulePath {
    let below = path.strip_prefix(root).unwrap().with_extension("");
    let mut names: ModulePath = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    names
}

fn without_comments(text: &str) -> String {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// The code without what stands under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some(start) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..start]);
        let after = &rest[start..];
        let end = match (after.find('{'), after.find(';')) {
            (Some(brace), semicolon) if semicolon.is_none_or(|semicolon| brace < semicolon) => {
                let mut depth = 0_usize;
                let closing = after[brace..].char_indices().find(|(_, c)| {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    depth == 0
                });
                // `use crate::{…};` ends behind the brace.
                closing.map_or(after.len(), |(place, _)| brace + place + 1)
            }
            (_, Some(semicolon)) => semicolon + 1,
            _ => after.len(),
        };
        rest = &after[end..];
    }
    kept.push_str(rest);
    kept
}

/// Every path into this crate that stands in some code of a module, from the crate's root.
fn paths(code: &str, module: &[String]) -> Vec<ModulePath> {
    let mut found = BTreeSet::new();
    for root in ["crate::", "super::", "self::"] {
        for (start, _) in code.match_indices(root) {
            let is_part = code[..start].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':');
            if is_part {
                continue;
            }
            let tree = &code[start..];
            let end = tree_end(tree);
            for (_, path) in flattened(&tree[..end]) {
                found.insert(absolute(&path, module));
            }
        }
    }
    found.into_iter().filter(|path| !path.is_empty()).collect()
}

/// Where a path, with the groups in it, ends.
fn tree_end(text: &str) -> usize {
    let mut depth = 0_usize;
    for (place, c) in text.char_indices() {
        match c {
            '{' if depth > 0 || text[..place].ends_with("::") => depth += 1,
            '}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    return place + 1;
                }
            }
            c if depth == 0 && !(c.is_ascii_alphanumeric() || c == '_' || c == ':' || c == '#') => return place,
            _ => {}
        }
    }
    text.len()
}

/// Each name that a tree of paths brings, with its path.
fn flattened(tree: &str) -> Vec<(String, ModulePath)> {
    let tree = tree.trim();
    let Some((prefix, group)) = tree.split_once('{') else {
        let (path, name) = tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name.trim())));
        let mut parts: ModulePath =
            path.trim().split("::").map(|part| part.trim_start_matches("r#").to_owned()).collect();
        if parts.len() > 1 && parts.last().is_some_and(|last| last == "self" || last == "*") {
            parts.pop();
        }
        let own = parts.last().cloned().unwrap_or_default();
        return vec![(name.map_or(own, str::to_owned), parts)];
    };
    let prefix: ModulePath =
        prefix.split("::").filter(|part| !part.trim().is_empty()).map(|part| part.trim().to_owned()).collect();
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    let (mut depth, mut from, mut found) = (0_usize, 0, Vec::new());
    let mut pieces = Vec::new();
    for (place, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                pieces.push(&group[from..place]);
                from = place + 1;
            }
            _ => {}
        }
    }
    pieces.push(&group[from..]);
    for piece in pieces.into_iter().filter(|piece| !piece.trim().is_empty()) {
        for (name, path) in flattened(piece) {
            let path = if path == ["self"] { prefix.clone() } else { [prefix.clone(), path].concat() };
            found.push((name, path));
        }
    }
    found
}

/// A path from the crate's root, as a module means it.
fn absolute(path: &[String], module: &[String]) -> ModulePath {
    let mut base = match path[0].as_str() {
        "crate" => Vec::new(),
        _ => module.to_vec(),
    };
    let mut rest = path;
    while let Some(first) = rest.first().filter(|first| ["crate", "self", "super"].contains(&first.as_str())) {
        if first == "super" {
            base.pop();
        }
        rest = &rest[1..];
    }
    [base, rest.to_vec()].concat()
}
