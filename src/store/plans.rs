//! No statement reads all of a table that grows with the reports, but for those that are told here.

use std::{fs, path::Path};

use regex_lite::Regex;
use rusqlite::Connection;

use super::{
    collect::{ALL_TO_TELL, IDS},
    daily_counts, schema,
};

/// Tables that hold a few rows whatever comes, and the lists of what is still to be done.
const SHORT: [&str; 11] = [
    "collection",
    "collection_part",
    "decisions_part",
    "casebook",
    "signer",
    "setting",
    "last_day",
    "open_clock",
    "report_to_tell",
    "t",
    "gone_report",
];
/// Statements that are asked for everything: the count of reports that a collection does not list, `candour collect --again`,
/// a new epoch, a backup, `candour clocks --all` and `candour stats`. `candour check --whole` goes from report to report.
const WHOLE: [&str; 7] = [
    IDS,
    daily_counts::MESSAGES,
    "SELECT count(*) FROM report",
    ALL_TO_TELL,
    "INSERT OR IGNORE INTO report_to_tell SELECT id FROM report",
    "UPDATE message SET collected = 0, acknowledged_on = NULL, acknowledged_by = NULL WHERE held = 1",
    "SELECT seq, kind, started_on, due_on, met_on, report FROM clock ORDER BY due_on, report, seq, kind",
];

/// Every statement that stands in the store's own source.
fn statements() -> Vec<String> {
    let literal = Regex::new(r#""((?:SELECT|INSERT|UPDATE|DELETE|WITH) [^"]*)""#).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let is_of_tests =
        |path: &Path| ["tests.rs", "forensics.rs", "plans.rs"].iter().any(|end| path.to_string_lossy().ends_with(end));
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources = files.filter(|path| path.is_file() && !is_of_tests(path));
    let texts = sources.map(|path| fs::read_to_string(path).unwrap());
    let all: Vec<String> = texts
        .flat_map(|text| literal.captures_iter(&text).map(|found| found[1].to_owned()).collect::<Vec<_>>())
        .collect();
    // Those with a name to be filled in are about tables that the metronome looks at a part of.
    all.into_iter().filter(|sql| !sql.contains('{')).collect()
}

fn scans(connection: &Connection, sql: &str) -> Vec<String> {
    let mut plan =
        connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let nulls = vec![rusqlite::types::Null; plan.parameter_count()];
    let steps = plan.query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3)).unwrap();
    let steps = steps.map(Result::unwrap).filter(|step| step.starts_with("SCAN "));
    steps.filter(|step| !SHORT.contains(&step.split(' ').nth(1).unwrap()) && !step.contains("CONSTANT ROW")).collect()
}

#[test]
fn nothing_that_serves_a_request_a_start_or_what_is_new_reads_a_whole_table() {
    let directory = tempfile::tempdir().unwrap();
    let mut connection = schema::open_writer(&directory.path().join("x.db"), true).unwrap();
    schema::migrate(&mut connection).unwrap();
    let statements = statements();
    assert!(statements.len() > 40, "{statements:#?}");
    let mut whole = 0;
    for sql in &statements {
        let scans = scans(&connection, sql);
        if WHOLE.contains(&sql.as_str()) {
            whole += 1;
            assert!(!scans.is_empty(), "{sql} is told here and need not be");
        } else {
            assert!(scans.is_empty(), "{sql}: {scans:?}");
        }
    }
    assert_eq!(whole, WHOLE.len());
    // This finds one where there is one.
    assert!(!scans(&connection, "SELECT 1 FROM message WHERE received_on = ?1").is_empty());
}
