//! The source read as text: which file uses which, whole files, all but their tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

pub(crate) type ModulePath = Vec<String>;

/// The crate's modules, what each re-exports, and whom each uses.
pub(crate) struct House {
    /// Each file's module, with the paths that stand in it.
    files: BTreeMap<ModulePath, Vec<ModulePath>>,
    /// What a module offers under its own name though it stands elsewhere.
    offered: BTreeMap<ModulePath, BTreeMap<String, ModulePath>>,
}

impl House {
    pub(crate) fn read(root: &Path) -> Self {
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
    pub(crate) fn uses(&self) -> impl Iterator<Item = (&ModulePath, ModulePath)> {
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
    pub(crate) fn broken(&self, inside: &[&str], table: &[(&str, &[&str])]) -> Vec<String> {
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
    pub(crate) fn circles(&self) -> Vec<Vec<String>> {
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

pub(crate) fn is_below(path: &[String], inside: &[&str]) -> bool {
    path.len() > inside.len() && path.iter().zip(inside).all(|(one, other)| one == other)
}

pub(crate) fn sources(dir: &Path) -> Vec<PathBuf> {
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
pub(crate) fn test_files(root: &Path) -> Vec<PathBuf> {
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

pub(crate) fn module_of(root: &Path, path: &Path) -> ModulePath {
    let below = path.strip_prefix(root).unwrap().with_extension("");
    let mut names: ModulePath = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    names
}

pub(crate) fn without_comments(text: &str) -> String {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// The code without what stands under `#[cfg(test)]`.
pub(crate) fn without_tests(code: &str) -> String {
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
