use std::{fs, path::Path, sync::Arc};

use crate::{
    casebook::{
        Casebook, CasebookError, EditError, EventProblem, LogError,
        log::{chain, trust},
    },
    files,
    unseal::GovernanceIdentity,
};
use crate::{
    domain::Route,
    files::Readers,
    world::{
        TODAY,
        casebook::{MARKER, World},
    },
};

fn problem(world: &World) -> Option<(u64, EventProblem)> {
    match world.open() {
        Ok(_) => None,
        Err(CasebookError::Log(LogError::Event { number, problem })) => Some((number, problem)),
        Err(other) => panic!("{other}"),
    }
}

fn three_events() -> World {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[10]);
    let file = world.collect();
    world.import(&file).unwrap();
    world.reply(id, &format!("{MARKER} reply"));
    world
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn a_casebook_that_was_cut_off_is_named() {
    let world = three_events();
    let head = world.casebook().join("head.json");
    let whole = fs::read(&head).unwrap();
    fs::remove_file(chain::path(&world.casebook(), 3)).unwrap();
    assert!(matches!(world.open(), Err(CasebookError::Log(LogError::CutOff { there: 2, expected: 3 }))));
    fs::remove_file(&head).unwrap();
    assert!(matches!(world.open(), Err(CasebookError::Log(LogError::Head))));
    let altered = String::from_utf8(whole).unwrap().replace("\\\"number\\\":3", "\\\"number\\\":2");
    assert!(altered.contains("number\\\":2"));
    files::write_new(&head, Readers::Owner, altered.as_bytes()).unwrap();
    assert!(matches!(world.open(), Err(CasebookError::Log(LogError::Head))));
}

#[test]
fn what_is_wrong_with_an_event_is_named() {
    let world = three_events();
    assert_eq!(problem(&world), None);
    let path = |number| chain::path(&world.casebook(), number);
    let original = [1, 2, 3].map(|number| fs::read(path(number)).unwrap());
    let put = |number: u64, bytes: &[u8]| {
        fs::remove_file(path(number)).unwrap();
        files::write_new(&path(number), Readers::Owner, bytes).unwrap();
    };

    fs::remove_file(path(2)).unwrap();
    assert_eq!(problem(&world), Some((2, EventProblem::Missing)));
    files::write_new(&path(2), Readers::Owner, &original[1]).unwrap();
    for place in [0, 30, original[1].len() / 2, original[1].len() - 1] {
        let mut altered = original[1].clone();
        altered[place] ^= 1;
        put(2, &altered);
        assert!(problem(&world).is_some_and(|(number, _)| number == 2), "altered at {place}");
        put(2, &original[1][..place]);
        assert_eq!(problem(&world), Some((2, EventProblem::Altered)), "cut at {place}");
    }
    put(2, &original[2]);
    put(3, &original[1]);
    assert_eq!(problem(&world), Some((2, EventProblem::Moved(3))));
    put(2, &original[1]);
    put(3, &original[1]);
    assert_eq!(problem(&world), Some((3, EventProblem::Moved(2))));
    put(3, &original[2]);
    assert_eq!(problem(&world), None);
}

#[test]
fn an_event_that_was_made_by_someone_else_is_named() {
    let world = three_events();
    // Written anew by the same member and numbered rightly, but another event stands before it.
    let other = world.dir.path().join("other");
    copy_tree(&world.casebook(), &other);
    let mut casebook = Casebook::open(&other, Arc::clone(&world.identity)).unwrap();
    casebook.edit(&world.signer).unwrap().ask_for_second_approver(&TODAY).unwrap();
    casebook.edit(&world.signer).unwrap().confirm(3, &TODAY).unwrap();
    world.edit(|editor| editor.ask_for_second_approver(&TODAY)).unwrap();
    fs::copy(chain::path(&other, 5), chain::path(&world.casebook(), 5)).unwrap();
    assert_eq!(problem(&world), Some((5, EventProblem::Unchained)));

    let world = three_events();
    let stranger = World::new();
    fs::copy(chain::path(&stranger.casebook(), 1), chain::path(&world.casebook(), 3)).unwrap();
    assert_eq!(problem(&world), Some((3, EventProblem::Foreign)));
}

#[test]
fn one_command_writes_at_a_time_and_others_may_read() {
    let world = World::new();
    let (mut one, mut two) = (world.open().unwrap(), world.open().unwrap());
    let first = one.edit(&world.signer).unwrap();
    assert!(matches!(two.edit(&world.signer), Err(CasebookError::Edit(EditError::Busy))));
    assert!(world.open().is_ok());
    drop(first);
    assert!(two.edit(&world.signer).is_ok());
}

#[test]
fn other_keys_are_refused() {
    let (world, other) = (World::new(), World::new());
    let open = |directory: &Path, identity: &Arc<GovernanceIdentity>| Casebook::open(directory, Arc::clone(identity));
    assert!(matches!(open(&world.casebook(), &other.identity), Err(CasebookError::Log(LogError::NotVouched(_)))));
    let mut casebook = world.open().unwrap();
    assert!(matches!(casebook.edit(&other.signer), Err(CasebookError::Edit(EditError::OtherSigner))));
    let pointer = world.casebook().join(trust::NAME);
    let text = fs::read_to_string(&pointer).unwrap().replace(&world.box_key.to_base64(), &other.box_key.to_base64());
    fs::remove_file(&pointer).unwrap();
    files::write_new(&pointer, Readers::Owner, text.as_bytes()).unwrap();
    assert!(matches!(world.open(), Err(CasebookError::Log(LogError::OtherIdentity))));
    assert!(matches!(open(world.dir.path(), &world.identity), Err(CasebookError::Log(LogError::NoCasebook(_)))));
}

#[test]
fn a_casebook_is_made_only_where_there_is_nothing() {
    let world = World::new();
    assert!(matches!(world.init(&world.casebook()), Err(CasebookError::Log(LogError::NotEmpty(_)))));
    assert!(matches!(world.init(world.dir.path()), Err(CasebookError::Log(LogError::NotEmpty(_)))));
    // Killed before the pointer was written.
    fs::remove_file(world.casebook().join(trust::NAME)).unwrap();
    drop(world.init(&world.casebook()).unwrap());
    assert_eq!(problem(&world), None);
}

#[test]
fn what_a_killed_command_left_of_an_event_is_no_event() {
    let world = three_events();
    let partial = files::partial_path(&chain::path(&world.casebook(), 4));
    files::write_new(&partial, Readers::Owner, b"half").unwrap();
    assert_eq!(problem(&world), None);
    world.reply(*world.reports.keys().next().unwrap(), "more");
    assert_eq!(problem(&world), None);
    assert!(!partial.exists());
}

#[test]
fn nothing_is_on_the_disk_in_the_clear() {
    let world = three_events();
    let snapshot = world.snapshot();
    assert!(snapshot.len() > 5);
    for (path, bytes) in snapshot {
        assert!(!path.to_string_lossy().contains(MARKER));
        assert!(!bytes.windows(MARKER.len()).any(|window| window == MARKER.as_bytes()), "{}", path.display());
    }
}
