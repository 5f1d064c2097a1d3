//! What two checkers of markup that others made say of pages: the Nu HTML checker and html-validate.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::{PAGE_MIN, filler::Filler, validity::Sample};

/// Where `.ci/install` puts both.
const TOOLS: &str = "target/markup/node_modules";

/// Everything that either finds, warnings too, in pages as they are sent.
pub(crate) fn found_by_checkers(samples: &[Sample]) -> Vec<String> {
    let place = tempfile::tempdir().expect("a directory");
    let files: Vec<PathBuf> = (0..samples.len()).map(|number| place.path().join(format!("{number}.html"))).collect();
    for (file, sample) in files.iter().zip(samples) {
        let mut html = sample.html.clone();
        Filler::Comment.fill(&mut html, PAGE_MIN.max(sample.html.len() + Filler::Comment.shortest()));
        fs::File::create_new(file)
            .and_then(|mut file| std::io::Write::write_all(&mut file, html.as_bytes()))
            .expect("a file");
    }
    let name = |path: &str| {
        let number = Path::new(path).file_stem().and_then(|stem| stem.to_str()?.parse::<usize>().ok());
        number.and_then(|number| samples.get(number)).map_or(path.to_owned(), |sample| sample.name.clone())
    };
    let mut found = Vec::new();

    let jar = Path::new(TOOLS).join("vnu-jar/build/dist/vnu.jar");
    let mut nu = Command::new("java");
    nu.args(["-Xshare:auto", "-jar"])
        .arg(&jar)
        .args(["--stdout", "--format", "json", "--exit-zero-always"])
        .args(&files);
    for message in list(&parsed(&run(nu))["messages"]) {
        let (path, line) = (text(&message["url"]), &message["lastLine"]);
        found.push(format!("Nu: {}, line {line}: {} {}", name(path), text(&message["message"]), message["extract"]));
    }

    let mut validate = Command::new(Path::new(TOOLS).join(".bin/html-validate"));
    // Into a file: it ends before a pipe has taken all.
    let report = place.path().join("report.json");
    let format = format!("json={}", report.display());
    validate.args(["--config", ".ci/html-validate.mjs", "--formatter", &format]).args(&files);
    run(validate);
    for file in list(&parsed(&fs::read(&report).expect("its report"))) {
        for message in list(&file["messages"]) {
            let (rule, line) = (text(&message["ruleId"]), &message["line"]);
            let (what, page) = (text(&message["message"]), name(text(&file["filePath"])));
            found.push(format!("html-validate: {page}, line {line}: {rule}: {what} {}", message["selector"]));
        }
    }
    found
}

/// What a checker prints.
fn run(mut checker: Command) -> Vec<u8> {
    let output = checker.output().unwrap_or_else(|error| panic!("{checker:?}: {error} (.ci/install brings it)"));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn parsed(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(json)))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
