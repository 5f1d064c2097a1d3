//! Documents name functions, folders and tests that are there.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::source::{House, ModulePath, module_of, sources, test_files};

#[test]
fn the_walks_are_as_the_code_is_and_none_goes_back_up() {
    let document = fs::read_to_string("docs/architecture.md").unwrap();
    let walks = document.split("## Four walks").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let uses: BTreeSet<(ModulePath, ModulePath)> =
        House::read(Path::new("src")).uses().map(|(from, to)| (from.clone(), to)).collect();
    let (mut above, mut steps, mut wrong) = (Vec::<(ModulePath, String)>::new(), 0, Vec::new());
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
        // A line further in is called by the one above it.
        if let Some((_, caller)) = above.last()
            && !["(", "::<"].iter().any(|next| caller.contains(&format!("{function}{next}")))
        {
            wrong.push(format!("{line} is not called by the line above it"));
        }
        let here = module_of(Path::new("src"), &Path::new("src").join(file));
        for (upper, _) in above.iter().filter(|(upper, _)| uses.contains(&(here.clone(), upper.clone()))) {
            // What stands in a folder may use the file that the folder belongs to.
            if !here.starts_with(upper) {
                wrong.push(format!("{} goes back up to {}", here.join("::"), upper.join("::")));
            }
        }
        above.push((here, code));
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
    for document in
        ["docs/testing.md", "docs/assurance.md", "CONTRIBUTING.md", "docs/architecture.md", "README.md", "SECURITY.md"]
    {
        let text = fs::read_to_string(document).unwrap();
        for quoted in text.split('`').skip(1).step_by(2) {
            let name = quoted.rsplit("::").next().unwrap();
            // Tests are whole sentences; nothing else in these documents has so many words in small letters.
            let is_test = name.matches('_').count() >= 3
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
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
