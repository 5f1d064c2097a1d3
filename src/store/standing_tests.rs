use std::{
    fs::{self, OpenOptions},
    path::Path,
};

use rusqlite::Connection;

use super::{
    Budget, DATABASE, Store, StoreError, VAULT_FILES,
    tests::{add, locator, try_add},
    writer::Engine,
};
use crate::{
    files::{self, Readers},
    world::EmptyBox,
};

/// A box with some reports in its database, stopped.
fn stopped() -> EmptyBox {
    let made = EmptyBox::new();
    for _ in 0..3 {
        add(&made.store, locator(&made.store), &[b"sealed"]);
    }
    made.store.upkeep(Engine::fold).unwrap();
    made
}

fn rewrite(path: &Path, bytes: &[u8]) {
    files::replace(path, Readers::Owner, bytes).unwrap();
}

fn cut(path: &Path, to: u64) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(to).unwrap();
}

fn refusal(directory: &Path) -> String {
    match Store::open(directory) {
        Err(error @ StoreError::Damaged(_)) => error.to_string(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it is opened"),
    }
}

#[test]
fn a_database_that_is_not_sound_is_told_apart_and_left_as_it_is() {
    let EmptyBox { directory: _directory, store, .. } = stopped();
    let directory = store.directory().to_owned();
    drop(store);
    let path = directory.join(DATABASE);
    let whole = fs::read(&path).unwrap();
    let mut foreign = whole.clone();
    foreign[71] ^= 1;
    let mut torn = whole.clone();
    // The pages after the first four are those of an empty database.
    torn[4 * 4096..].fill(0);
    let cases: [(&[u8], &str); 8] = [
        (b"", "(candour.db is empty)"),
        (&whole[..50], "(candour.db is no database)"),
        (&[b'x'; 9000], "(candour.db is no database)"),
        (&whole[..100], "(candour.db ends before its last page"),
        (&whole[..whole.len() - 4096], "(candour.db ends before its last page"),
        (&whole[..whole.len() - 1], "(candour.db ends before its last page"),
        (&foreign, "(candour.db belongs to another program)"),
        (&torn, "damaged ("),
    ];
    let count = || fs::read_dir(&directory).unwrap().count();
    let files = count();
    for (number, (bytes, says)) in cases.into_iter().enumerate() {
        rewrite(&path, bytes);
        let told = refusal(&directory);
        assert!(told.contains(says) && told.contains("`candour restore`"), "{number}: {told}");
        assert!(fs::read(&path).unwrap() == bytes, "{number}: it was changed");
        assert_eq!(count(), files, "{number}: something was left beside it");
    }
    rewrite(&path, &whole);
    Store::open(&directory).unwrap();
}

#[test]
fn a_database_that_was_copied_without_its_log_is_no_box() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let path = directory.join(DATABASE);
    // Its log is in its file.
    store.upkeep(Engine::tidy).unwrap();
    let before = fs::read(&path).unwrap();
    for _ in 0..3 {
        add(&store, locator(&store), &[b"sealed"]);
    }
    // From the intake into the log.
    store.upkeep(Engine::fold).unwrap();
    assert!(fs::read(&path).unwrap() == before);
    let copied = tempfile::tempdir().unwrap();
    let copy = |name: &str| {
        fs::copy(directory.join(name), copied.path().join(name)).unwrap();
    };
    [DATABASE].into_iter().chain(VAULT_FILES).for_each(copy);
    let told = refusal(copied.path());
    assert!(told.contains("candour.db is older than what lies beside it"), "{told}");
    assert!(fs::read(copied.path().join(DATABASE)).unwrap() == before, "it was changed");
    // With its log it is one, whether or not that is all in it.
    copy("candour.db-wal");
    assert_eq!(Store::open(copied.path()).unwrap().pending().unwrap().all().count(), 0);
    drop(store);
    Store::open(&directory).unwrap();
}

#[test]
fn a_log_makes_up_for_what_the_file_lacks_and_for_no_page_more() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let path = directory.join(DATABASE);
    store.upkeep(Engine::tidy).unwrap();
    let short = fs::metadata(&path).unwrap().len();
    // So many that the database needs more pages.
    for _ in 0..100 {
        add(&store, locator(&store), &[b"sealed"]);
    }
    store.upkeep(Engine::fold).unwrap();
    let copied = tempfile::tempdir().unwrap();
    let copy = |name: &str| {
        fs::copy(directory.join(name), copied.path().join(name)).unwrap();
    };
    for name in [DATABASE, "candour.db-wal"].into_iter().chain(VAULT_FILES) {
        copy(name);
    }
    assert_eq!(fs::metadata(copied.path().join(DATABASE)).unwrap().len(), short);
    drop(Store::open(copied.path()).unwrap());
    assert!(fs::metadata(copied.path().join(DATABASE)).unwrap().len() > short);
    // The log of a moment and the file of an earlier one.
    copy(DATABASE);
    copy("candour.db-wal");
    cut(&copied.path().join(DATABASE), short - 4096);
    let told = refusal(copied.path());
    assert!(told.contains("ends before its last page"), "{told}");
}

#[test]
fn a_large_database_is_not_looked_through_when_it_is_opened() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    drop(store);
    let path = directory.join(DATABASE);
    let large = |zeros: u64| {
        let connection = Connection::open(&path).unwrap();
        let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES ('large', zeroblob(?1))";
        connection.execute(sql, [i64::try_from(zeros).unwrap()]).unwrap();
        connection.execute_batch("VACUUM").unwrap();
    };
    let tear = || {
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 8192;
        // A page of that value that leads to nowhere.
        bytes[last..last + 4].fill(0x7f);
        rewrite(&path, &bytes);
    };
    large(1 << 20);
    tear();
    assert!(refusal(&directory).contains("do not fit together"));
    large(4 << 20);
    Store::open(&directory).unwrap();
    tear();
    let store = Store::open(&directory).unwrap();
    assert!(store.check_integrity().is_err());
}

#[test]
fn what_happens_to_a_file_under_a_store_is_seen_before_anything_more_is_taken() {
    type Change = fn(&Path);
    let changes: [(&str, Change, &str); 10] = [
        (DATABASE, |path| fs::remove_file(path).unwrap(), "candour.db was removed"),
        (DATABASE, |path| rewrite(path, &fs::read(path).unwrap()), "candour.db was replaced"),
        (DATABASE, |path| cut(path, 0), "candour.db is empty"),
        (DATABASE, |path| cut(path, 8192), "candour.db ends before its last page"),
        ("candour.db-wal", |path| fs::remove_file(path).unwrap(), "candour.db-wal was removed"),
        ("candour.db-shm", |path| fs::remove_file(path).unwrap(), "candour.db-shm was removed"),
        ("intake", |path| cut(path, 100), "intake was cut off"),
        ("intake", |path| rewrite(path, &fs::read(path).unwrap()), "intake was replaced"),
        ("long.vault", |path| fs::remove_file(path).unwrap(), "long.vault was removed"),
        ("answers.vault", |path| cut(path, 20_480), "answers.vault was cut off"),
    ];
    for (name, change, says) in changes {
        let EmptyBox { directory: _directory, store, .. } = stopped();
        let _right = store.begin_serving(Budget::UNBOUNDED).unwrap();
        store.upkeep(Engine::tidy).unwrap();
        store.look().unwrap();
        add(&store, locator(&store), &[b"sealed"]);
        store.look().unwrap();
        change(&store.directory().join(name));
        let told = store.look().unwrap_err().to_string();
        assert!(told.contains(says), "{name}: {told}");
        let refused = try_add(&store, &[b"sealed"]).unwrap_err().to_string();
        assert!(refused.contains(says), "{name}: {refused}");
    }
}

#[test]
fn another_boxs_database_under_a_store_is_seen_and_a_vault_that_was_cut_since_it_grew() {
    let EmptyBox { directory: _other, store: other, .. } = stopped();
    let theirs = other.directory().join(DATABASE);
    drop(other);
    let EmptyBox { directory: _directory, store, .. } = stopped();
    let _right = store.begin_serving(Budget::UNBOUNDED).unwrap();
    store.upkeep(Engine::tidy).unwrap();
    // Into the file that is open.
    fs::copy(&theirs, store.directory().join(DATABASE)).unwrap();
    let told = store.look().unwrap_err().to_string();
    assert!(told.contains("another box's") || told.contains("ends before") || told.contains("older"), "{told}");

    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let _right = store.begin_serving(Budget::UNBOUNDED).unwrap();
    let long = store.directory().join("long.vault");
    let first = fs::metadata(&long).unwrap().len();
    add(&store, locator(&store), &[&vec![7; 40 << 20]]);
    assert!(fs::metadata(&long).unwrap().len() > first);
    store.look().unwrap();
    cut(&long, first);
    assert!(matches!(store.look(), Err(StoreError::Cut("long.vault"))));
}
