//! What makes opening a large casebook fast: every event as this member could open it, in one file sealed to them, with
//! the digest of each event's own file. It says nothing that the events do not say, without what was written, and is
//! made again when it is lost or does not fit.

use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    casebook::{
        LogError,
        log::{chain::Opened, word::BoxWord},
        parallel::side_by_side,
    },
    crypto::{self, seal_bytes},
    domain::{CasebookId, Digest},
    files::{self, FileError, Readers},
    unseal::GovernanceIdentity,
};

pub(in crate::casebook) const DIRECTORY: &str = "checkpoints";
/// Events, and what they say of reports, that are opened one by one before a checkpoint is worth its writing.
pub(in crate::casebook) const WORTH_WRITING: usize = 200;
/// Bytes of one: a million reports and more.
const BYTES: usize = 4 << 30;

/// Stands between the two parts: in JSON that is written without blanks, no line ends.
const BETWEEN: u8 = b'\n';

#[derive(Serialize)]
struct Made<'a> {
    casebook: CasebookId,
    events: &'a [Opened],
}

#[derive(Deserialize)]
struct Found {
    casebook: CasebookId,
    events: Vec<Opened>,
}

/// What the box said in each of the events, by their numbers: as much again, so it is read at the same time.
type Words<W> = Vec<(u64, W)>;

/// This member's, if there is one that they made of this casebook themselves.
pub(in crate::casebook) fn read(
    directory: &Path,
    member: &GovernanceIdentity,
    casebook: CasebookId,
) -> Option<Vec<Opened>> {
    let sealed = files::read_shared(&directory.join(DIRECTORY).join(name(member)), BYTES).ok()?;
    let plain = member.open_bytes(&sealed, BYTES).ok()?;
    let (tag, json) = plain.split_at_checked(Digest::LEN)?;
    // Anyone can seal to this member.
    if !member.is_casebook_tag(&context(json), Digest::from_slice(tag).ok()?) {
        return None;
    }
    let (events, words) = parts(json)?;
    let (found, words) = side_by_side(
        || serde_json::from_slice::<Found>(events).ok(),
        || serde_json::from_slice::<Words<BoxWord>>(words).ok(),
    );
    let (mut found, words) = (found?, words?);
    for (number, word) in words {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        found.events.get_mut(place)?.word = Some(word);
    }
    let in_order = found.events.iter().zip(1..).all(|(opened, number)| opened.event.number == number);
    (found.casebook == casebook && in_order).then_some(found.events)
}

/// Writes one.
pub(in crate::casebook) fn write(
    directory: &Path,
    member: &GovernanceIdentity,
    casebook: CasebookId,
    events: &[Opened],
) -> Result<(), LogError> {
    let words: Words<&BoxWord> =
        events.iter().filter_map(|opened| Some((opened.event.number, opened.word.as_ref()?))).collect();
    let mut json = Zeroizing::new(Vec::new());
    serde_json::to_writer(&mut *json, &Made { casebook, events }).map_err(|_| crypto::SealError::Json)?;
    json.push(BETWEEN);
    serde_json::to_writer(&mut *json, &words).map_err(|_| crypto::SealError::Json)?;
    let tag = member.casebook_tag(&context(&json));
    let plain = Zeroizing::new([&tag.0, json.as_slice()].concat());
    let sealed = seal_bytes(&plain, &member.recipients())?;
    Ok(files::replace(&directory.join(DIRECTORY).join(name(member)), Readers::Team, sealed.as_bytes())?)
}

/// Removes everyone's: something in them is no longer to be known.
pub(in crate::casebook) fn remove_all(directory: &Path) -> Result<(), FileError> {
    files::empty_shared(&directory.join(DIRECTORY))
}

/// The events and what the box said in them.
fn parts(json: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = json.iter().position(|byte| *byte == BETWEEN)?;
    Some((json.get(..end)?, json.get(end + 1..)?))
}

fn name(member: &GovernanceIdentity) -> String {
    let keys = member.recipients().keys();
    let name = crypto::digest(keys.last().map(String::as_bytes).unwrap_or_default()).to_string();
    format!("{}.age", &name[..16])
}

/// Tells it apart from everything else that an identity gives its word for.
fn context(json: &[u8]) -> Vec<u8> {
    [b"checkpoint\n".as_slice(), &crypto::digest(json).0].concat()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        casebook::{CasebookError, EventProblem},
        domain::{Calendar, Route},
        world::{
            DAY, TODAY,
            casebook::{MARKER, World},
        },
    };

    fn many_events() -> World {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        world.reply(id, MARKER);
        let mut casebook = world.open().unwrap();
        let mut editor = casebook.edit(&world.signer).unwrap();
        for _ in 0..WORTH_WRITING {
            let through = editor.casebook().version();
            editor.confirm(through, &TODAY).unwrap();
        }
        world
    }

    fn only(world: &World) -> std::path::PathBuf {
        let mut files = fs::read_dir(world.casebook().join(DIRECTORY)).unwrap();
        files.next().unwrap().unwrap().path()
    }

    #[test]
    fn it_says_what_the_events_say_without_the_texts() {
        let world = many_events();
        let id = *world.reports.keys().next().unwrap();
        let first = world.open().unwrap();
        let sealed = fs::read(only(&world)).unwrap();
        let plain = world.identity.open_bytes(&sealed, BYTES).unwrap();
        assert!(plain.len() > 10_000 && !plain.windows(MARKER.len()).any(|window| window == MARKER.as_bytes()));
        let again = world.open().unwrap();
        assert_eq!((again.version(), again.second_approver()), (first.version(), first.second_approver()));
        // What was written is read from its event.
        let view = again.show(id, DAY, &Calendar::default()).unwrap();
        assert!(view.messages[1].text().is_some_and(|text| text.as_str() == MARKER));
    }

    #[test]
    fn one_that_is_not_this_members_own_is_not_believed() {
        let world = many_events();
        drop(world.open().unwrap());
        let path = only(&world);
        let events = read(&world.casebook(), &world.identity, world.open().unwrap().id()).unwrap();
        // By someone who knows the recipients alone.
        let json = serde_json::to_vec(&Made { casebook: world.open().unwrap().id(), events: &events[..3] }).unwrap();
        let forged = seal_bytes(&[&[7; 32], json.as_slice(), b"\n[]"].concat(), &world.identity.recipients()).unwrap();
        files::replace(&path, Readers::Owner, forged.as_bytes()).unwrap();
        assert!(read(&world.casebook(), &world.identity, world.open().unwrap().id()).is_some(), "made again");
        for damaged in [b"".as_slice(), b"age-encryption.org/v1"] {
            files::replace(&path, Readers::Owner, damaged).unwrap();
            assert!(world.open().is_ok());
        }
    }

    #[test]
    fn what_somebody_made_among_them_holds_up_no_removal() {
        let world = many_events();
        drop(world.open().unwrap());
        let made = only(&world);
        fs::create_dir(world.casebook().join(DIRECTORY).join("0.age")).unwrap();
        remove_all(&world.casebook()).unwrap();
        assert!(!made.exists());
        fs::remove_dir_all(world.casebook().join(DIRECTORY)).unwrap();
        remove_all(&world.casebook()).unwrap();
    }

    #[test]
    fn what_is_wrong_with_an_event_that_it_covers_is_named_all_the_same() {
        let world = many_events();
        drop(world.open().unwrap());
        let event = |number: u64| world.casebook().join(format!("events/{number:08}.age"));
        let original = fs::read(event(3)).unwrap();
        let mut altered = original.clone();
        altered[original.len() / 2] ^= 1;
        files::replace(&event(3), Readers::Owner, &altered).unwrap();
        let problem = |expected| match world.open() {
            Err(CasebookError::Log(LogError::Event { number: 3, problem })) => assert_eq!(problem, expected),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("it was opened"),
        };
        problem(EventProblem::Altered);
        files::replace(&event(3), Readers::Owner, &fs::read(event(5)).unwrap()).unwrap();
        problem(EventProblem::Moved(5));
        fs::remove_file(event(3)).unwrap();
        problem(EventProblem::Missing);
        files::replace(&event(3), Readers::Owner, &original).unwrap();
        let last = world.open().unwrap().version();
        fs::remove_file(event(last)).unwrap();
        // Even with an older head in its place.
        fs::remove_file(world.casebook().join("head.json")).unwrap();
        assert!(matches!(world.open(), Err(CasebookError::Log(LogError::CutOff { .. }))));
    }
}
