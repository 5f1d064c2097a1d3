//! Backups of a box, out and in again.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use age::{secrecy::ExposeSecret, x25519};
use serde_json::{Value, json};

use super::*;
use crate::{
    crypto::{
        BackupIdentity, BackupRecipients, GovernanceRecipients, Locator, Sealed, SignerRole, VerifyingKey, os_random,
        record_digest, seal_backup, sign, verify,
    },
    domain::{
        AnswerEntry, AnswerKind, CasebookId, Collected, Date, Decisions, Digest, Format, LogHead, MessageKind, Part,
        ReportEntry, ReportId, Route, SetAsideEntry, SetAsideReason, limits::SEQ_MAX,
    },
    files::{self, Readers, tarball::TarWriter},
    store::{
        CollectionRecord, CopyRead, Delivery, NewMessage, NewReport, Store, StoreError, StoredReport,
        tests::{LATER, answer, commitments, message, upload},
    },
    world::{DAY, EmptyBox},
};

const RESTORED_ON: Date = Date::constant(2026, 12, 20);

/// A box with its key beside it, and the operator's keys for backups.
struct World {
    r#box: EmptyBox,
    to: BackupRecipients,
    identity: BackupIdentity,
    away: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let r#box = EmptyBox::new();
        let key = r#box.box_key.to_file().unwrap();
        files::write_new(&r#box.directory.path().join(BOX_KEY), Readers::Owner, key.as_bytes()).unwrap();
        let public = r#box.box_key.verifying_key().unwrap().to_file();
        files::write_new(&r#box.directory.path().join(BOX_PUBLIC), Readers::Everyone, public.as_bytes()).unwrap();
        let secret = x25519::Identity::generate();
        let to = BackupRecipients::parse(&secret.to_public().to_string()).unwrap();
        let identity = BackupIdentity::read(secret.to_string().expose_secret().as_bytes(), None).unwrap();
        Self { r#box, to, identity, away: tempfile::tempdir().unwrap() }
    }

    fn store(&self) -> &Store {
        &self.r#box.store
    }

    fn path(&self, name: &str) -> PathBuf {
        self.away.path().join(name)
    }

    fn backup(&self, name: &str) -> BackupOutcome {
        backup(self.store(), self.r#box.directory.path(), &self.to, DAY, &self.path(name)).unwrap()
    }

    fn restore(&self, to: &str, from: &str) -> Result<Restored, RestoreError> {
        let restored = self.restore_untold(to, from)?;
        forget_restore(&self.path(to));
        Ok(restored)
    }

    /// As if killed before anybody was told of it.
    fn restore_untold(&self, to: &str, from: &str) -> Result<Restored, RestoreError> {
        restore(&self.path(to), &self.identity, RESTORED_ON, &self.path(from))
    }

    /// Why it is not restored, and that nothing is left of it.
    fn refused(&self, bytes: &[u8]) -> String {
        put(&self.path("wrong"), bytes);
        let Err(error) = self.restore("nowhere", "wrong") else { panic!("it is taken") };
        assert!(!self.path("nowhere").exists(), "{error}");
        error.to_string()
    }

    /// What is sealed in a backup.
    fn plain(&self, name: &str) -> Vec<u8> {
        let sealed = fs::read(self.path(name)).unwrap();
        let mut plain = Vec::new();
        self.identity.open_backup(sealed.as_slice()).unwrap().read_to_end(&mut plain).unwrap();
        plain
    }

    /// Every entry of a backup, by its path.
    fn entries(&self, name: &str) -> Vec<(String, Vec<u8>)> {
        let plain = self.plain(name);
        let mut tar = tar::Archive::new(plain.as_slice());
        let read = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().to_str().unwrap().to_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (path, bytes)
        };
        tar.entries().unwrap().map(read).collect()
    }

    /// A backup of such entries, made by hand.
    fn forge(&self, entries: &[(String, Vec<u8>)]) -> Vec<u8> {
        let mut tar = TarWriter::new(seal_backup(&self.to, Vec::new()).unwrap());
        entries.iter().for_each(|(path, bytes)| tar.append(path, bytes).unwrap());
        tar.finish().unwrap().finish().unwrap()
    }

    fn message(&self, seq: u32, kind: MessageKind, contents: &[&[u8]], own_copy: Option<&[u8]>) -> NewMessage {
        let own_copy = own_copy.map(|bytes| upload(self.store(), bytes));
        NewMessage { own_copy, ..message(self.store(), seq, kind, contents) }
    }

    fn report(&self, contents: &[&[u8]], own_copy: Option<&[u8]>) -> (ReportId, Locator) {
        let (id, receipt) = (ReportId::random(&mut os_random()), self.r#box.receipt());
        let message = self.message(1, MessageKind::Concern, contents, own_copy);
        let (locator, reply_to) = (receipt.locator, receipt.reply.recipient().to_string());
        let new = NewReport { id, locator, route: Route::StaffConcern, reply_to, message };
        assert_eq!(self.store().add_report(new).unwrap(), crate::store::AddReport::Added);
        (id, locator)
    }

    fn add(&self, report: ReportId, message: NewMessage) {
        assert_eq!(self.store().add_message(report, message).unwrap(), crate::store::AddMessage::Added);
    }

    /// Delivers decisions of the box's signer.
    fn deliver(&self, number: u64, change: impl FnOnce(&mut Decisions), answers: Vec<(AnswerEntry, Sealed)>) {
        let (entries, answers) = answers.into_iter().unzip();
        let mut decisions = Decisions {
            format: Format::Decisions,
            r#box: self.store().settings().box_id,
            casebook: CasebookId([5; 16]),
            number,
            part: Part::WHOLE,
            head: LogHead { number: 10 * number, digest: Digest([4; 32]) },
            collected: vec![],
            gone: vec![],
            set_aside: vec![],
            entered: vec![],
            answers: entries,
        };
        change(&mut decisions);
        let (bytes, signature) = sign(&decisions, &self.r#box.signer).unwrap();
        let decisions = verify(&bytes, &signature, &self.r#box.signers).unwrap_or_else(|error| panic!("{error}"));
        let signer = self.r#box.signers[0].clone();
        self.store().apply(Delivery { decisions, answers, on: LATER, signer, demanded: 1 }).unwrap();
    }

    fn collected(&self, report: ReportId, messages: &[u32]) -> Collected {
        let told = self.store().snapshot(|snapshot| snapshot.reports(&[report], false, &mut vec![])).unwrap();
        let messages = messages.iter().map(|seq| commitments(*seq).message).collect();
        Collected { report, record: record_digest(&told[0]).unwrap(), messages }
    }
}

/// What a collection of everything says, with the digest of every file.
fn everything(store: &Store) -> Vec<ReportEntry> {
    let told = store.snapshot(|snapshot| {
        let plan = snapshot.plan(true)?;
        snapshot.reports(&plan.parts.concat(), true, &mut vec![])
    });
    told.unwrap_or_else(|error: StoreError| panic!("{error}"))
}

/// A page's state, and each answer by number.
type SeenReport = (String, Vec<(u32, Vec<u8>)>);

/// What a person sees.
fn seen(store: &Store, at: Locator) -> Option<SeenReport> {
    let report: StoredReport = store.report_at(at).unwrap()?;
    let copies = store.own_copies(report.id, 1 << 30).unwrap().into_iter();
    let copies = copies.map(|(seq, copy)| match copy {
        CopyRead::Sealed(bytes) => (seq, bytes),
        CopyRead::TooMuch | CopyRead::Damaged => panic!("a copy of {seq}"),
    });
    // Whether the desk has a message begins anew.
    let told = format!("{report:?}").replace("collected: true", "collected: false");
    Some((told, copies.collect()))
}

fn put(path: &Path, bytes: &[u8]) {
    fs::File::create(path).and_then(|mut file| file.write_all(bytes)).unwrap();
}

fn holds(bytes: &[u8], marker: &[u8]) -> bool {
    bytes.windows(marker.len()).any(|window| window == marker)
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A box in which something of everything is.
fn full() -> (World, Vec<Locator>) {
    let world = World::new();
    let large: Vec<u8> = (0..900_000_u32).map(|n| n.to_le_bytes()[1] ^ n.to_le_bytes()[0]).collect();
    let edge = vec![8; 6 * 20 * 1024];
    let over = vec![9; 6 * 20 * 1024 + 1];
    let (first, at_first) =
        world.report(&[b"first message", &large, b"", &edge, &over], Some(b"own copy of the first"));
    world.add(first, world.message(2, MessageKind::FollowUp, &[b"follow-up"], None));
    let (second, at_second) = world.report(&[b"second message"], None);
    let (withdrawn, at_withdrawn) = world.report(&[b"withdrawn message"], Some(b"withdrawn copy"));
    world.add(withdrawn, world.message(2, MessageKind::Withdrawal, &[b"withdrawal"], None));
    let (aside, at_aside) = world.report(&[b"junk"], None);
    let (gone, at_gone) = world.report(&[b"gone message"], None);
    world.add(gone, world.message(2, MessageKind::Withdrawal, &[b"gone withdrawal"], None));
    let known = vec![world.collected(second, &[1]), world.collected(gone, &[1, 2])];
    world.deliver(
        1,
        |decisions| {
            decisions.collected = known;
            decisions.set_aside =
                vec![SetAsideEntry { report: aside, reason: SetAsideReason::NotAConcern, messages: vec![] }];
        },
        vec![
            answer(first, 1, AnswerKind::Notice, b"a sealed notice"),
            answer(first, 2, AnswerKind::Reply, &vec![6; 50_000]),
            answer(second, 1, AnswerKind::Update, b"a sealed update"),
        ],
    );
    let (mut closing, sealed) = answer(second, 2, AnswerKind::Reply, b"closing words");
    closing.closed = true;
    world.deliver(2, |_| {}, vec![(closing, sealed)]);
    // The report goes once nothing of it is kept; what the desk acknowledged is deleted.
    assert!(world.store().forget_acknowledged(LATER, 0).unwrap() >= 2);
    let id = crate::domain::CollectionId::random(&mut os_random());
    world.store().record_collection(CollectionRecord { number: 1, id, on: DAY, files: vec![] }).unwrap();
    (world, vec![at_first, at_second, at_withdrawn, at_aside, at_gone])
}

#[test]
fn what_burned_comes_back_in_a_new_epoch_and_is_told_anew() {
    let (world, locators) = full();
    files::create_private_directory(&world.r#box.directory.path().join(CALENDAR)).unwrap();
    files::write_new(&bank_holidays_file(world.r#box.directory.path()), Readers::Everyone, b"{}").unwrap();
    let made = world.backup("b1");
    assert_eq!((made.reports, made.recorded), (4, true));
    assert_eq!(made.bytes, world.path("b1").metadata().unwrap().len());
    assert_eq!(world.store().backed_up_on().unwrap(), Some(DAY));
    let restored = world.restore("box", "b1").unwrap();
    let settings = world.store().settings();
    assert_eq!((restored.reports, restored.r#box), (4, settings.box_id));
    assert_eq!(restored.key.to_base64(), world.r#box.box_key.verifying_key().unwrap().to_base64());
    assert!(!restored.finished_earlier && !restored.is_the_teams);

    let directory = world.path("box");
    let place = store_directory(&directory);
    assert_eq!(names(&directory), [BOX_KEY, BOX_PUBLIC, CALENDAR, STORE]);
    assert_eq!(names(&place), ["answers.vault", "candour.db", "intake", "long.vault", "short.vault"]);
    for path in [BOX_KEY, BOX_PUBLIC, CALENDAR, STORE]
        .map(|name| directory.join(name))
        .into_iter()
        .chain(names(&place).iter().map(|name| place.join(name)))
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        // The program narrows what it makes besides; here the database is as the test's own files.
        let expected = match path.file_name().unwrap().to_str().unwrap() {
            BOX_PUBLIC | "candour.db" => 0o644,
            STORE | CALENDAR => 0o700,
            _ => 0o600,
        };
        assert_eq!(mode, expected, "{}", path.display());
    }
    assert_eq!(
        fs::read(directory.join(BOX_KEY)).unwrap(),
        fs::read(world.r#box.directory.path().join(BOX_KEY)).unwrap()
    );
    assert_eq!(fs::read(bank_holidays_file(&directory)).unwrap(), b"{}");
    let again = Store::open(&store_directory(&directory)).unwrap();
    again.check_integrity().unwrap();
    assert_eq!(again.damaged_files().unwrap(), []);
    // Nothing of the settings changed but the epoch.
    assert_eq!(again.settings().box_id, settings.box_id);
    assert_eq!(again.settings().kdf, settings.kdf);
    assert_eq!(again.settings().tagger.as_bytes(), settings.tagger.as_bytes());
    assert_eq!((again.settings().recipients, again.settings().signers), (settings.recipients, settings.signers));
    assert!(again.settings().epoch == restored.epoch && restored.epoch.id != settings.epoch.id);
    assert_eq!((restored.epoch.began_on, restored.epoch.backup_of), (RESTORED_ON, Some(DAY)));
    assert_eq!((again.last_collection().unwrap(), again.backed_up_on().unwrap()), (None, Some(DAY)));
    let keys = |keys: Vec<VerifyingKey<SignerRole>>| keys.iter().map(VerifyingKey::to_base64).collect::<Vec<_>>();
    assert_eq!(keys(again.known_signers().unwrap()), keys(world.store().known_signers().unwrap()));
    let casebook = |store: &Store| store.snapshot(|snapshot| snapshot.casebook()).unwrap();
    assert!(casebook(&again).is_some() && casebook(&again) == casebook(world.store()));

    // Every record and every sealed file is as it was, for the desk and for each person.
    let (before, after) = (everything(world.store()), everything(&again));
    assert!(before == after && before.iter().flat_map(|report| &report.messages).count() == 6);
    for (at, is_there) in locators.iter().zip([true, true, true, true, false]) {
        let (before, after) = (seen(world.store(), *at), seen(&again, *at));
        assert_eq!(after.is_some(), is_there);
        assert!(before == after, "{before:?}\n{after:?}");
    }
    let clocks = |store: &Store| format!("{:?}", store.clocks(true).unwrap());
    assert_eq!(clocks(&again), clocks(world.store()));

    // Everything is told; what is still here, as if the desk had never said that it has it.
    let told = |store: &Store| {
        store.snapshot(|snapshot| {
            let plan = snapshot.plan(false)?;
            Ok::<_, StoreError>((
                snapshot.reports(&plan.parts.concat(), false, &mut vec![])?,
                plan.gone,
                plan.besides.reports,
            ))
        })
    };
    assert_eq!(told(&again).unwrap().0, after);
    assert_eq!((told(&again).unwrap().1.len(), told(&again).unwrap().2), (1, 0));

    // What a backup of it holds is what the first one held, but for the epoch.
    drop(again);
    let again = Store::open(&store_directory(&directory)).unwrap();
    backup(&again, &directory, &world.to, DAY, &world.path("b2")).unwrap();
    let entries = |name: &str| {
        let mut entries = world.entries(name);
        let mut head: Value = serde_json::from_slice(&entries[0].1).unwrap();
        assert_ne!(head["epoch"].take(), Value::Null);
        entries[0].1 = head.to_string().into_bytes();
        entries
    };
    assert!(entries("b1") == entries("b2"));
    assert_eq!(names(&place).len(), 7, "the log is there while it is open");
    drop(again);
    assert_eq!(names(&place).len(), 5);
}

#[test]
fn a_restored_box_takes_what_comes_into_slots_of_its_own() {
    let (world, locators) = full();
    world.backup("b1");
    world.restore("box", "b1").unwrap();
    let store = Store::open(&world.path("box/store")).unwrap();
    let right = store.begin_serving(crate::store::Budget::UNBOUNDED).unwrap();
    let first = store.report_at(locators[0]).unwrap().unwrap();
    for number in 0..40_u8 {
        let more = message(&store, 3 + u32::from(number), MessageKind::FollowUp, &[&vec![number; 1 << 18]]);
        assert_eq!(store.add_message(first.id, more).unwrap(), crate::store::AddMessage::Added);
    }
    store.tick(RESTORED_ON).unwrap();
    assert_eq!(store.damaged_files().unwrap(), []);
    store.check_integrity().unwrap();
    let before = everything(world.store());
    for report in before {
        let after = everything(&store).into_iter().find(|entry| entry.id == report.id).unwrap();
        let files = |entry: &ReportEntry| entry.messages.iter().map(|m| m.files.clone()).collect::<Vec<_>>();
        assert!(files(&after).starts_with(&files(&report)), "what came takes no slot of what was there");
    }
    drop(right);
}

#[test]
fn what_is_withdrawn_or_deleted_is_gone_from_the_next_backup() {
    let world = World::new();
    let (said, copied, attached) =
        (b"sealed words of one".as_slice(), b"own words of one".as_slice(), vec![77; 400_000]);
    let (id, locator) = world.report(&[said, &attached], Some(copied));
    let (other, _) = world.report(&[b"sealed words of another"], None);
    world.deliver(1, |_| {}, vec![answer(id, 1, AnswerKind::Notice, b"a notice to one")]);
    world.backup("b1");
    let marks = [said, copied, b"a notice to one", &attached[..100_000]];
    assert!(marks.iter().all(|mark| holds(&world.plain("b1"), mark)));
    world.add(id, world.message(2, MessageKind::Withdrawal, &[b"the withdrawal"], None));
    world.backup("b2");
    let plain = world.plain("b2");
    assert!(marks.iter().all(|mark| !holds(&plain, mark)) && holds(&plain, b"the withdrawal"));
    assert!(holds(&plain, b"sealed words of another"));
    // Once the desk knows, nothing leads there any more.
    let known = vec![world.collected(id, &[1, 2]), world.collected(other, &[1])];
    world.deliver(2, |decisions| decisions.collected = known, vec![]);
    world.store().forget_acknowledged(LATER, 0).unwrap();
    world.backup("b3");
    let (plain, locator) = (world.plain("b3"), Digest(*locator.as_bytes()).to_string());
    assert!(holds(&world.plain("b2"), locator.as_bytes()) && !holds(&plain, locator.as_bytes()));
    for mark in [b"the withdrawal".as_slice(), b"sealed words of another"] {
        assert!(!holds(&plain, mark));
    }
    // Its name alone is left, until the desk says that it heard it.
    assert!(holds(&plain, id.to_string().as_bytes()));
    world.deliver(3, |decisions| decisions.gone = vec![id], vec![]);
    world.backup("b4");
    assert!(!holds(&world.plain("b4"), id.to_string().as_bytes()));
}

#[test]
fn a_box_without_reports_and_one_with_many_come_back() {
    let world = World::new();
    assert_eq!(world.backup("b0").reports, 0);
    assert_eq!(world.restore("empty", "b0").unwrap().reports, 0);
    Store::open(&world.path("empty/store")).unwrap().check_integrity().unwrap();
    // More than one list has.
    let all: Vec<_> = (0..2_050_u32).map(|number| world.report(&[&number.to_le_bytes()], None)).collect();
    assert_eq!(world.backup("b1").reports, 2_050);
    let lists = world.entries("b1").into_iter().filter(|(path, _)| path.starts_with("records/")).count();
    assert_eq!(lists, 3);
    assert_eq!(world.restore("box", "b1").unwrap().reports, 2_050);
    let store = Store::open(&world.path("box/store")).unwrap();
    assert_eq!(store.damaged_files().unwrap(), []);
    for (id, locator) in all {
        assert_eq!(store.report_at(locator).unwrap().map(|report| report.id), Some(id));
    }
}

#[test]
fn every_altered_or_cut_region_is_refused_and_leaves_nothing() {
    let (world, _) = full();
    world.backup("b1");
    let sealed = fs::read(world.path("b1")).unwrap();
    let plain = world.plain("b1");
    for at in (0..sealed.len()).step_by(sealed.len() / 16).chain([sealed.len() - 1]) {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        world.refused(&altered);
        world.refused(&sealed[..at]);
    }
    assert!(world.refused(&[sealed.as_slice(), b"x"].concat()).contains("altered or cut short"));
    // Cut or lengthened by whoever can seal one: its end is missing, or no end.
    let reseal = |plain: &[u8]| {
        let mut out = seal_backup(&world.to, Vec::new()).unwrap();
        out.write_all(plain).unwrap();
        out.finish().unwrap()
    };
    for cut in [plain.len() - 1, plain.len() - 512, plain.len() - 1024, plain.len() / 2, 600, 100] {
        world.refused(&reseal(&plain[..cut]));
    }
    world.refused(&reseal(&[plain.as_slice(), &[0; 512]].concat()));
    put(&world.path("b2"), &reseal(&plain));
    world.restore("box", "b2").unwrap();
}

#[test]
fn each_wrong_file_is_named() {
    let (world, _) = full();
    world.backup("b1");
    let sealed = fs::read(world.path("b1")).unwrap();
    let other = x25519::Identity::generate();
    let to_other = BackupRecipients::parse(&other.to_public().to_string()).unwrap();
    let seal = |to: &BackupRecipients, plain: &[u8]| {
        let mut out = seal_backup(to, Vec::new()).unwrap();
        out.write_all(plain).unwrap();
        out.finish().unwrap()
    };
    let head = |change: &dyn Fn(&mut Value)| {
        let mut entries = world.entries("b1");
        let mut head: Value = serde_json::from_slice(&entries[0].1).unwrap();
        change(&mut head);
        entries[0].1 = head.to_string().into_bytes();
        world.forge(&entries)
    };
    let casebook = json!({"format": "candour-casebook-backup-v1", "casebook": "00", "on": "2026-12-01"});
    let casebook = world.forge(&[("backup.json".to_owned(), casebook.to_string().into_bytes())]);
    collect(world.store(), &world.r#box.recipients, &world.r#box.box_key, DAY, &world.path("c1"), false).unwrap();
    let collection = fs::read(world.path("c1")).unwrap();
    for (bytes, says) in [
        (seal(&to_other, &world.plain("b1")), "sealed to other keys than this identity"),
        (collection, "a collection perhaps"),
        (seal(&world.to, b"manifest.json\0and the rest"), "something else is sealed in it"),
        (seal(&world.to, b"{\"format\":\"candour-message-v1\"}"), "something else is sealed in it"),
        (b"decisions.json\0and the rest".to_vec(), "this is a decisions file"),
        (b"".to_vec(), "it is not sealed"),
        (b"SQLite format 3\0".to_vec(), "it is not sealed"),
        (sealed[..sealed.len() - 1].to_vec(), "altered or cut short"),
        (casebook, "this is a backup of a casebook; restore it at the desk"),
        (head(&|head| head["format"] = json!("candour-box-backup-v2")), "of a later version (candour-box-backup-v2)"),
        (head(&|head| head["more"] = json!(1)), "was not written by candour"),
        (head(&|head| head["reports"] = json!(5)), "another number of reports"),
        (head(&|head| head["box"] = json!("0".repeat(32))), "the box's id"),
        (head(&|head| head["box_key"] = json!("x")), "the box's key"),
        (head(&|head| drop(head["records"]["settings"]["tag_key"].take())), "was not written by candour"),
        // A generation that is never reached would keep everything that is sent in the intake.
        (head(&|head| head["records"]["settings"]["folded"] = json!("//////////8=")), "a setting that no backup has"),
        (head(&|head| head["records"]["casebook"]["decisions"] = json!(1_u64 << 62)), "a casebook's last decisions"),
    ] {
        let refused = world.refused(&bytes);
        assert!(refused.contains(says), "{says}: {refused}");
    }
    assert!(matches!(world.restore("nowhere", "none"), Err(RestoreError::File(_))));
    assert!(!world.path("nowhere").exists());
}

/// The first report that has been answered twice.
fn of_answers(reports: &mut Value) -> &mut Value {
    reports.as_array_mut().unwrap().iter_mut().find(|it| it["answers"].as_array().unwrap().len() == 2).unwrap()
}

#[test]
fn what_contradicts_itself_is_no_box() {
    let (world, _) = full();
    world.backup("b1");
    let entries = world.entries("b1");
    let list = entries.iter().position(|(path, _)| path.starts_with("records/3")).unwrap();
    let forged = |change: &dyn Fn(&mut Value)| {
        let mut entries = entries.clone();
        let mut list_json: Value = serde_json::from_slice(&entries[list].1).unwrap();
        change(&mut list_json["reports"]);
        entries[list].1 = list_json.to_string().into_bytes();
        world.refused(&world.forge(&entries))
    };
    for change in [
        // A report twice, a receipt code that leads to two, a message of no report, one twice, a file that does not follow.
        (&|reports: &mut Value| {
            let first = reports[0].clone();
            reports.as_array_mut().unwrap().insert(0, first);
        }) as &dyn Fn(&mut Value),
        &|reports| {
            let locator = reports[0]["begins"]["locator"].clone();
            reports[1]["begins"]["locator"] = locator;
        },
        &|reports| drop(reports[0]["begins"].take()),
        &|reports| {
            let message = reports[0]["messages"][0].clone();
            reports[0]["messages"].as_array_mut().unwrap().push(message);
        },
        &|reports| reports[0]["messages"][0]["files"] = json!([7]),
        &|reports| reports[0]["messages"][0]["files"] = json!([u64::MAX]),
        &|reports| reports[0]["id"] = json!("../../../../etc"),
        // Numbers that none can follow, or that nothing has.
        &|reports| reports[0]["messages"][0]["seq"] = json!(u32::MAX),
        &|reports| reports[0]["messages"][0]["seq"] = json!(0),
        &|reports| of_answers(reports)["answers"][1]["seq"] = json!(SEQ_MAX + 1),
        &|reports| of_answers(reports)["answers"][0]["seq"] = json!(0),
        &|reports| of_answers(reports)["clocks"][0]["seq"] = json!(u32::MAX),
    ] {
        let refused = forged(change);
        assert!(refused.contains("was not written by candour"), "{refused}");
    }
}

#[test]
fn what_was_killed_is_begun_anew_or_ended_and_what_is_in_the_way_stays() {
    let (world, locators) = full();
    world.backup("b1");
    let directory = world.path("box");
    // Killed while it was being made, and while files got their places.
    fs::create_dir_all(directory.join("restoring/store")).unwrap();
    for name in ["restoring/store/candour.db", "restoring/store/candour.db-journal", "restoring/box.pub", "box.key"] {
        put(&directory.join(name), b"half");
    }
    assert!(is_unfinished(&directory));
    world.restore_untold("box", "b1").unwrap();
    assert!(!is_unfinished(&directory));
    // Killed before it could say that it was done.
    let ended = world.restore("box", "b1").unwrap();
    assert!(ended.finished_earlier && ended.reports == 4 && ended.epoch.backup_of == Some(DAY));
    assert!(!directory.join("restoring").exists());
    // A box is there: nothing of it is touched, whatever the backup.
    let before = names(&directory);
    assert!(world.restore("box", "b1").err().unwrap().to_string().contains("there is a box in"));
    assert_eq!(names(&directory), before);
    assert!(Store::open(&store_directory(&directory)).unwrap().report_at(locators[0]).unwrap().is_some());
    // What is left of a box that lost its database, and anything else, is nothing to write over.
    for name in ["box.key", "notes"] {
        let other = world.path(&format!("other-{name}"));
        fs::create_dir(&other).unwrap();
        put(&other.join(name), b"mine");
        let refused = restore(&other, &world.identity, RESTORED_ON, &world.path("b1")).err().unwrap().to_string();
        assert!(refused.contains(&format!("{name} is in it")), "{refused}");
        assert_eq!(names(&other), [name]);
        // Nor beside what an attempt left.
        fs::create_dir(other.join("restoring")).unwrap();
        put(&other.join("more"), b"mine");
        assert!(restore(&other, &world.identity, RESTORED_ON, &world.path("b1")).is_err());
        assert!(other.join("more").exists() && other.join(name).exists());
    }
    // A disk of its own has a directory at its top.
    let disk = world.path("disk");
    fs::create_dir_all(disk.join("lost+found")).unwrap();
    world.restore("disk", "b1").unwrap();
    assert!(disk.join("lost+found").exists());
}

#[test]
fn nothing_that_is_carried_is_written_into_the_box() {
    let (world, _) = full();
    let r#box = &world.r#box;
    let out = r#box.directory.path().join("b1");
    let backed_up = backup(world.store(), r#box.directory.path(), &world.to, DAY, &out).unwrap_err().to_string();
    let collected =
        collect(world.store(), &r#box.recipients, &r#box.box_key, DAY, &out, false).unwrap_err().to_string();
    for refused in [backed_up, collected] {
        assert!(refused.contains("would lie in") && refused.contains("outside that directory"), "{refused}");
    }
    assert!(!out.exists());
}

#[test]
fn two_at_once_are_one() {
    let (world, _) = full();
    world.backup("b1");
    let directory = world.path("box");
    fs::create_dir(&directory).unwrap();
    let held = files::hold_directory(&directory).unwrap();
    let refused = world.restore("box", "b1").err().unwrap().to_string();
    assert!(refused.contains("by another command"), "{refused}");
    assert!(names(&directory).is_empty());
    drop(held);
    world.restore("box", "b1").unwrap();
    // So are two backups under one name.
    let out = files::NewFile::create(&world.path("b2"), Readers::Owner).unwrap();
    let second = backup(world.store(), world.r#box.directory.path(), &world.to, DAY, &world.path("b2"));
    assert!(second.unwrap_err().to_string().contains("by another command"));
    drop(out);
    let over = backup(world.store(), world.r#box.directory.path(), &world.to, DAY, &world.path("b1"));
    assert!(over.unwrap_err().to_string().contains("is there already"));
}

#[test]
fn no_backup_is_made_that_would_not_bring_the_box_back_or_bring_the_teams_key_to_it() {
    let (world, _) = full();
    let directory = world.r#box.directory.path();
    let to_team = BackupRecipients::parse(&world.r#box.recipients.keys().join("\n")).unwrap();
    let refused = backup(world.store(), directory, &to_team, DAY, &world.path("b1")).unwrap_err().to_string();
    assert!(refused.contains("is a key of the governance team"), "{refused}");
    let key = directory.join(BOX_KEY);
    for bytes in [Some(b"not a key".as_slice()), None] {
        fs::remove_file(&key).unwrap();
        if let Some(bytes) = bytes {
            put(&key, bytes);
        }
        assert!(backup(world.store(), directory, &world.to, DAY, &world.path("b1")).is_err());
    }
    assert!(names(world.away.path()).is_empty(), "{:?}", names(world.away.path()));
    assert_eq!(world.store().backed_up_on().unwrap(), None);
}

/// Keys of the governance team beside the operator's own, whichever stands first, and those that were the team's once.
#[test]
fn no_key_of_the_team_is_among_those_that_open_a_backup_and_one_that_is_brought_to_a_restore_is_told_of() {
    let (world, directory) = (World::new(), tempfile::tempdir().unwrap());
    let (team, own) = ([(); 2].map(|()| x25519::Identity::generate()), x25519::Identity::generate());
    let public =
        |keys: &[&x25519::Identity]| -> Vec<String> { keys.iter().map(|key| key.to_public().to_string()).collect() };
    let both = GovernanceRecipients::of(&public(&[&team[0], &team[1]])).unwrap();
    world.store().pin_recipients(&both).unwrap();
    let store = Store::open(&store_directory(world.r#box.directory.path())).unwrap();
    let out = directory.path().join("b");
    let back_up = |to: &[String]| {
        let to = BackupRecipients::parse(&to.join("\n")).unwrap();
        backup(&store, world.r#box.directory.path(), &to, DAY, &out)
    };
    let [first, second, mine] = [&team[0], &team[1], &own].map(|key| public(&[key]).remove(0));
    let before = world.r#box.recipients.keys().remove(0);
    for (to, is_the_teams) in [
        (vec![first.clone()], &first),
        (vec![mine.clone(), second.clone()], &second),
        (vec![second.clone(), mine.clone()], &second),
        (vec![before.clone(), mine.clone()], &before),
    ] {
        let refused = back_up(&to).unwrap_err().to_string();
        assert!(refused.starts_with(&format!("{is_the_teams} is a key of the governance team")), "{refused}");
        assert!(!out.exists());
    }
    back_up(&[mine]).unwrap();
    for (number, (keys, is_the_teams)) in
        [(vec![&own], false), (vec![&team[1], &own], true), (vec![&own, &team[0]], true)].into_iter().enumerate()
    {
        let file: Vec<String> = keys.iter().map(|key| key.to_string().expose_secret().to_owned()).collect();
        let identity = BackupIdentity::read(file.join("\n").as_bytes(), None).unwrap();
        let again = directory.path().join(number.to_string());
        assert_eq!(restore(&again, &identity, RESTORED_ON, &out).unwrap().is_the_teams, is_the_teams);
        // Nor is it forgotten whose keys they are.
        assert_eq!(Store::open(&store_directory(&again)).unwrap().settings().team_keys.len(), 3);
    }
}

#[test]
fn what_is_damaged_is_left_out_of_a_backup_and_named_and_all_else_comes_back() {
    use std::os::unix::fs::FileExt;
    let world = World::new();
    let (damaged, _) = world.report(&[b"a damaged message", b"and its file"], Some(b"its copy"));
    world.store().tick(DAY).unwrap();
    let vault =
        fs::OpenOptions::new().write(true).open(world.r#box.directory.path().join("store/short.vault")).unwrap();
    for slot in 0..vault.metadata().unwrap().len() / 20_480 {
        vault.write_all_at(b"XXXX", slot * 20_480 + 4).unwrap();
    }
    let (_, at) = world.report(&[b"a sound message"], Some(b"a sound copy"));
    let lost: Vec<_> = world.backup("b1").lost.iter().map(ToString::to_string).collect();
    assert_eq!(lost, [format!("report {damaged} message 1"), format!("report {damaged} own copy of message 1")]);
    assert_eq!(world.restore("box", "b1").unwrap().reports, 2);
    let restored = Store::open(&world.path("box/store")).unwrap();
    assert_eq!(restored.damaged_files().unwrap(), []);
    assert!(seen(&restored, at) == seen(world.store(), at));
}

#[test]
fn what_a_restore_left_answers_for_its_own_backup_alone_and_costs_no_box_anything() {
    let (world, _) = full();
    world.backup("b1");
    world.backup("b2");
    let directory = world.path("box");
    world.restore_untold("box", "b1").unwrap();
    assert!(is_left_over(&directory));
    let before = names(&directory);
    let other =
        BackupIdentity::read(x25519::Identity::generate().to_string().expose_secret().as_bytes(), None).unwrap();
    let by_other = || restore(&directory, &other, RESTORED_ON, &world.path("b1"));
    assert!(matches!(by_other(), Err(RestoreError::OtherKeys)));
    assert!(matches!(world.restore_untold("box", "none"), Err(RestoreError::File(_))));
    assert!(matches!(world.restore_untold("box", "b2"), Err(RestoreError::Exists(_))));
    // Its database is lost: what is there goes when another box can take its place, and not before.
    let database = store_directory(&directory).join("candour.db");
    fs::rename(&database, world.path("aside")).unwrap();
    assert!(matches!(by_other(), Err(RestoreError::OtherKeys)));
    let sealed = fs::read(world.path("b1")).unwrap();
    put(&world.path("cut"), &sealed[..sealed.len() - 1]);
    assert!(matches!(world.restore_untold("box", "cut"), Err(RestoreError::Altered)));
    assert!(before.iter().all(|name| directory.join(name).exists()), "{:?}", names(&directory));
    world.restore_untold("box", "b2").unwrap();
    assert!(world.restore("box", "b2").unwrap().finished_earlier);
    // Whoever uses the box is done with it.
    assert!(!is_left_over(&directory));
    assert!(matches!(world.restore("box", "b2"), Err(RestoreError::Exists(_))));
    fs::create_dir(directory.join("restoring")).unwrap();
    assert!(matches!(world.restore("box", "b2"), Err(RestoreError::Exists(_))));
    assert!(!is_left_over(&directory));
}

#[test]
fn a_backup_that_was_killed_before_it_could_say_so_is_finished_and_on_record() {
    let (world, _) = full();
    let out = world.path("b1");
    world.backup("b1");
    let mark = mark::mark_of(&out).unwrap();
    // Before it had its name, and just after.
    for is_named in [false, true] {
        world.store().record_backup(DAY, Some(mark)).unwrap();
        if !is_named {
            fs::rename(&out, files::partial_path(&out)).unwrap();
        }
        assert_eq!(world.backup("b1").made_on, Some(DAY));
        assert_eq!(world.store().last_backup().unwrap(), Some((DAY, None)));
        assert_eq!(mark::mark_of(&out).unwrap(), mark);
    }
    let over = backup(world.store(), world.r#box.directory.path(), &world.to, LATER, &out);
    assert!(over.unwrap_err().to_string().contains("is there already"));
    assert_eq!(world.backup("b2").made_on, None);
}

#[test]
fn the_key_pair_of_another_box_is_told_from_that_of_this_one() {
    let (world, other) = (World::new(), World::new());
    let directory = world.r#box.directory.path();
    let settings = world.store().settings();
    box_key(directory, settings).unwrap_or_else(|error| panic!("{error}"));
    let from = |name: &str| fs::copy(other.r#box.directory.path().join(name), directory.join(name)).unwrap();
    let of_world = fs::read(directory.join(BOX_PUBLIC)).unwrap();
    from(BOX_PUBLIC);
    assert!(matches!(box_key(directory, settings), Err(BoxKeyError::Public(_))));
    from(BOX_KEY);
    for public in [None, Some(&of_world)] {
        if let Some(public) = public {
            put(&directory.join(BOX_PUBLIC), public);
        }
        assert!(matches!(box_key(directory, settings), Err(BoxKeyError::OtherKey { .. })));
        let refused = backup(world.store(), directory, &world.to, DAY, &world.path("b1"));
        assert!(matches!(refused, Err(BackupError::Key(BoxKeyError::OtherKey { .. }))));
    }
}

#[test]
fn a_backup_that_begins_before_the_key_is_renewed_is_none_if_it_ends_after() {
    let world = World::new();
    let directory = world.r#box.directory.path();
    // What this store was opened with is the key before.
    let renewed = Store::open(&store_directory(directory)).unwrap();
    let (_, other) = crate::crypto::SigningKey::generate().unwrap();
    renewed.renew_box_key(&other).unwrap();
    let out = world.path("b");
    let refused = backup(world.store(), directory, &world.to, DAY, &out);
    assert!(matches!(refused, Err(BackupError::Key(BoxKeyError::HalfRenewed(_)))));
    assert!(!out.exists());
}
