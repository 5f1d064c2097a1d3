use std::path::Path;

use rusqlite::Connection;

use super::{
    DATABASE, Store, StoreError,
    schema::{MIGRATIONS, migrate, open_writer, refuse_other_version},
    soundness::APPLICATION_ID,
    vault::Vault,
};
use crate::{domain::Date, world::EmptyBox};

fn made(path: &Path, steps: usize) -> Connection {
    let connection = open_writer(path, true).unwrap();
    for (number, step) in (1_i64..).zip(&MIGRATIONS[..steps]) {
        connection.execute_batch(step).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        connection.pragma_update(None, "user_version", number).unwrap();
    }
    connection
}

#[test]
fn a_later_version_and_another_programs_file_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.db");
    let mut connection = open_writer(&path, true).unwrap();
    migrate(&mut connection).unwrap();
    migrate(&mut connection).unwrap();
    refuse_other_version(&connection).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    let needs = |value: &str| {
        connection.execute("UPDATE setting SET value = ?1 WHERE name = 'needs'", [value.as_bytes()]).unwrap();
        refuse_other_version(&connection).unwrap_err().to_string()
    };
    let told = needs("0.9.12");
    assert!(told.contains("needs candour 0.9.12 or later, and this is "), "{told}");
    // What is no version is not repeated to a terminal.
    let told = needs("\u{1b}[2J0.9");
    assert!(told.contains("needs a later candour, and this is "), "{told}");
    assert!(matches!(migrate(&mut connection), Err(StoreError::Newer(_))));
    connection.pragma_update(None, "application_id", 1).unwrap();
    assert!(matches!(refuse_other_version(&connection), Err(StoreError::Damaged(_))));
    assert!(matches!(migrate(&mut connection), Err(StoreError::Damaged(_))));
}

#[test]
fn each_earlier_version_comes_to_the_same_schema_and_keeps_what_it_has() {
    let dir = tempfile::tempdir().unwrap();
    let schema = |connection: &Connection| -> Vec<String> {
        let mut statement =
            connection.prepare("SELECT sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let mut new = open_writer(&dir.path().join("new.db"), true).unwrap();
    migrate(&mut new).unwrap();
    for steps in 1..MIGRATIONS.len() {
        let mut connection = made(&dir.path().join(format!("{steps}.db")), steps);
        assert!(matches!(refuse_other_version(&connection), Err(StoreError::Earlier)));
        if steps == 1 {
            let sql = "INSERT INTO setting VALUES ('fetched', CAST('2026-11-02' AS BLOB)), ('kept', x'00')";
            connection.execute(sql, []).unwrap();
        }
        migrate(&mut connection).unwrap();
        refuse_other_version(&connection).unwrap();
        assert_eq!(schema(&connection), schema(&new), "from {steps}");
        if steps == 1 {
            let day = "SELECT on_day FROM last_day WHERE what = 'fetched'";
            let day: String = connection.query_row(day, [], |row| row.get(0)).unwrap();
            let names = "SELECT group_concat(name, ' ') FROM (SELECT name FROM setting ORDER BY name)";
            let names: String = connection.query_row(names, [], |row| row.get(0)).unwrap();
            assert_eq!((day.as_str(), names.as_str()), ("2026-11-02", "kept needs"));
        }
    }
}

#[test]
fn a_step_that_fails_leaves_the_version_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut connection = made(&dir.path().join("x.db"), 1);
    // In the way of the second step, which fails in its midst.
    connection
        .execute_batch("CREATE TRIGGER full BEFORE DELETE ON setting BEGIN SELECT raise(ABORT, 'x'); END")
        .unwrap();
    connection.execute("INSERT INTO setting VALUES ('fetched', CAST('2026-11-02' AS BLOB))", []).unwrap();
    migrate(&mut connection).unwrap_err();
    assert!(matches!(refuse_other_version(&connection), Err(StoreError::Earlier)));
    assert!(connection.prepare("SELECT 1 FROM last_day").is_err());
    connection.execute_batch("DROP TRIGGER full").unwrap();
    migrate(&mut connection).unwrap();
}

/// A box of the first version, last backed up on a day.
fn first_version(backed_up: Option<&str>) -> EmptyBox {
    let made = EmptyBox::new();
    let connection = Connection::open(made.store.directory().join(DATABASE)).unwrap();
    connection
        .execute_batch("DROP TABLE last_day; DELETE FROM setting WHERE name = 'needs'; PRAGMA user_version = 1")
        .unwrap();
    if let Some(day) = backed_up {
        connection.execute("INSERT INTO setting VALUES ('backed_up', ?1)", [day.as_bytes()]).unwrap();
    }
    made
}

const TODAY: Date = Date::constant(2026, 12, 2);

#[test]
fn a_box_of_an_earlier_version_comes_forward_after_a_backup_of_the_day_or_the_one_before_alone() {
    for (backed_up, comes) in [
        (None, false),
        (Some("2026-11-30"), false),
        (Some("2026-12-01"), true),
        (Some("2026-12-02"), true),
        (Some("2026-12-02 0000000000000000000000000000000000000000000000000000000000000000"), true),
        // By a clock that was wrong.
        (Some("2026-12-03"), false),
        (Some("2025-12-02"), false),
    ] {
        let EmptyBox { directory: _directory, store, .. } = first_version(backed_up);
        let directory = store.directory().to_owned();
        drop(store);
        let before = std::fs::read(directory.join(DATABASE)).unwrap();
        let files = |directory: &Path| std::fs::read_dir(directory).unwrap().count();
        let count = files(&directory);
        assert!(matches!(Store::open(&directory), Err(StoreError::Earlier)), "{backed_up:?}");
        match Store::bring_forward(&directory, TODAY) {
            Ok(()) => assert!(comes, "{backed_up:?}"),
            Err(StoreError::NotBackedUp) => {
                assert!(!comes, "{backed_up:?}");
                assert!(std::fs::read(directory.join(DATABASE)).unwrap() == before, "it was changed");
                assert_eq!(files(&directory), count, "something was left beside it");
                continue;
            }
            Err(error) => panic!("{backed_up:?}: {error}"),
        }
        Store::open(&directory).unwrap();
        // And again there is nothing to do, whatever the day is.
        Store::bring_forward(&directory, Date::constant(2027, 5, 1)).unwrap();
    }
}

#[test]
fn a_box_does_not_come_forward_under_a_program_that_uses_it() {
    let EmptyBox { directory: _directory, store, .. } = first_version(Some("2026-12-02"));
    let directory = store.directory().to_owned();
    drop(store);
    let other = Vault::open(&directory).unwrap();
    let serving = other.may_serve().unwrap().unwrap();
    assert!(matches!(Store::bring_forward(&directory, TODAY), Err(StoreError::EarlierRuns)));
    drop(serving);
    let collecting = other.hold_slots().unwrap();
    assert!(matches!(Store::bring_forward(&directory, TODAY), Err(StoreError::EarlierRuns)));
    drop(collecting);
    Store::bring_forward(&directory, TODAY).unwrap();
    Store::open(&directory).unwrap();
}
