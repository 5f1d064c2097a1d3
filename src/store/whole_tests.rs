//! A box whose files are made, written, cut, or put back: what holds then.

use std::io::Write;

use super::{
    tests::{add, answer, collected, copy, delivery, locator, message, taken, told},
    *,
};
use crate::{
    domain::{AnswerKind, MessageKind},
    world::{DAY, EmptyBox},
};

#[test]
fn one_failed_write_undoes_itself_alone() {
    let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
    let write = |name: &'static str, fail: bool| {
        store.writer().change(move |connection| {
            connection.execute("INSERT INTO setting (name, value) VALUES (?1, x'00')", [name])?;
            if fail { Err(StoreError::Stopped) } else { Ok(()) }
        })
    };
    let outcomes: Vec<_> =
        [("a", false), ("b", true), ("c", false)].map(|(name, fail)| write(name, fail).unwrap()).into();
    let outcomes: Vec<_> = outcomes.into_iter().map(|outcome| outcome.blocking_recv().unwrap().is_ok()).collect();
    assert_eq!(outcomes, [true, false, true]);
    let there: i64 = store
        .read(|c| Ok(c.query_row("SELECT count(*) FROM setting WHERE name IN ('a', 'b', 'c')", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(there, 2);
}

#[test]
fn a_box_is_made_once_and_missing_ones_are_named() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    assert!(matches!(Store::create(directory.as_path(), store.settings(), &[]), Err(StoreError::Exists(_))));
    assert!(matches!(Store::open(&directory.join("none")), Err(StoreError::Missing(_))));
    assert_eq!(
        std::fs::read_dir(directory.as_path())
            .unwrap()
            .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().contains("partial"))
            .count(),
        0
    );
}

#[test]
fn what_was_folded_and_not_cleared_away_is_not_folded_again() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let locator = locator(&store);
    let id = add(&store, locator, &[b"one"]);
    store.add_message(id, message(&store, 2, MessageKind::Withdrawal, &[b"w"])).unwrap();
    let intake = directory.join("intake");
    let before = std::fs::read(&intake).unwrap();
    store.upkeep(writer::Engine::fold).unwrap();
    let known = collected(&store, id, 2);
    for number in [1, 2] {
        store.apply(delivery(&store, number, vec![], vec![known.clone()])).unwrap();
    }
    assert!(store.report_at(locator).unwrap().is_none(), "withdrawn, and the desk knows");
    drop(store);
    // As if the box had been killed between the database's commit and the clearing of the intake.
    std::fs::OpenOptions::new().write(true).open(&intake).unwrap().write_all(&before).unwrap();
    let store = Store::open(directory.as_path()).unwrap();
    assert!(store.report_at(locator).unwrap().is_none());
    store.tick(DAY).unwrap();
    assert_eq!((told(&store, true).len(), taken(&store)), (0, 0));
    // What comes then is taken as ever.
    add(&store, self::locator(&store), &[b"two"]);
    let store = {
        drop(store);
        Store::open(directory.as_path()).unwrap()
    };
    assert_eq!(told(&store, true).len(), 1);
}

/// Who sees a box twice, or knows where it began, would count by it.
#[test]
fn what_is_kept_of_folds_tells_not_how_often_something_came() {
    for sends in [0, 1, 4] {
        let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
        let folded = || store.read(fold::folded_generation).unwrap();
        let begin = folded();
        assert!(begin >= 1 << 48, "it begins at {begin}");
        let mut all = vec![begin];
        for _ in 0..sends {
            add(&store, locator(&store), &[b"one"]);
            store.tick(DAY).unwrap();
            all.push(folded());
        }
        let steps: std::collections::BTreeSet<u64> = all.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(sends < 4 || steps.len() > 1, "all steps are the same: {all:?}");
    }
}

#[test]
fn whoever_looks_whether_a_write_reaches_the_disk_hides_nothing_that_was_sent() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let _right = store.begin_serving(Budget::UNBOUNDED).unwrap();
    let looking = Store::open(directory.as_path()).unwrap();
    let mut sent = Vec::new();
    for _ in 0..3 {
        let locator = locator(&store);
        let id = add(&store, locator, &[b"one"]);
        looking.upkeep(writer::Engine::write_again).unwrap();
        assert_eq!(store.report_at(locator).unwrap().unwrap().id, id);
        // Even if another program takes it for its own.
        looking.upkeep(writer::Engine::adopt).unwrap();
        assert_eq!(store.report_at(locator).unwrap().unwrap().id, id);
        sent.push(locator);
    }
    assert!(sent.iter().all(|locator| store.report_at(*locator).unwrap().is_some()));
    assert_eq!(told(&store, true).len(), 3);
}

#[test]
fn an_older_intake_in_the_place_of_the_newer_loses_nothing_that_comes_then() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let intake = directory.join("intake");
    let older = std::fs::read(&intake).unwrap();
    for _ in 0..3 {
        add(&store, locator(&store), &[b"one"]);
        store.upkeep(writer::Engine::fold).unwrap();
    }
    drop(store);
    std::fs::OpenOptions::new().write(true).open(&intake).unwrap().write_all(&older).unwrap();
    let store = Store::open(directory.as_path()).unwrap();
    let locator = locator(&store);
    add(&store, locator, &[b"two"]);
    // Killed, and looked at by another program.
    let reopened = Store::open(directory.as_path()).unwrap();
    reopened.probe().unwrap();
    assert!(reopened.report_at(locator).unwrap().is_some() && store.report_at(locator).unwrap().is_some());
}

#[test]
fn no_box_is_made_over_what_people_sent() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let id = add(&store, locator(&store), &[b"sealed"]);
    store.tick(DAY).unwrap();
    let (path, away) = (directory.join(DATABASE), directory.join("away"));
    std::fs::rename(&path, &away).unwrap();
    let again = Store::create(directory.as_path(), store.settings(), &[]);
    assert!(matches!(again, Err(StoreError::WithoutRecords(_))));
    std::fs::rename(&away, &path).unwrap();
    assert_eq!(copy(&store, id, 1, 0), b"sealed");
}

#[test]
fn a_vault_that_was_cut_is_named() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    for _ in 0..20 {
        add(&store, locator(&store), &[b"sealed"]);
    }
    drop(store);
    std::fs::OpenOptions::new().write(true).open(directory.join("short.vault")).unwrap().set_len(20_480).unwrap();
    assert!(matches!(Store::open(directory.as_path()), Err(StoreError::Cut("short.vault"))));
    let store = Store::open_to_save(directory.as_path()).unwrap();
    assert!(matches!(store.begin_serving(Budget::UNBOUNDED), Err(StoreError::Damaged(_))));
}

#[test]
fn a_shelf_that_was_emptied_or_cut_is_no_box_to_open_and_all_else_is_taken_out_of_it() {
    let EmptyBox { directory: _data, store, .. } = EmptyBox::new();
    let directory = store.directory().to_owned();
    let id = add(&store, locator(&store), &[b"sealed"]);
    add(&store, locator(&store), &[&vec![7; 500_000]]);
    store.apply(delivery(&store, 1, vec![answer(id, 1, AnswerKind::Reply, b"an answer")], vec![])).unwrap();
    store.tick(DAY).unwrap();
    drop(store);
    for (name, lost) in [("short.vault", 1), ("long.vault", 1), ("answers.vault", 1)] {
        let path = directory.join(name);
        let whole = std::fs::read(&path).unwrap();
        let rewrite = |bytes: &[u8]| crate::files::replace(&path, crate::files::Readers::Owner, bytes).unwrap();
        // Less than the shortest of them: what is left could be whole otherwise, if it lay at the beginning.
        for bytes in [0, 5] {
            rewrite(&whole[..bytes]);
            assert!(matches!(Store::open(directory.as_path()), Err(StoreError::Cut(found)) if found == name));
            let store = Store::open_to_save(directory.as_path()).unwrap();
            assert_eq!(store.damaged_files().unwrap().len(), lost, "{name}");
        }
        rewrite(&whole);
        Store::open(directory.as_path()).unwrap();
    }
}
