//! What is carried by hand, right and wrong.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use super::*;
use crate::{
    crypto::{
        Commitments, SignerRole, SigningKey, besides, digest, os_random, record_digest, seal_stream, sign, verify,
    },
    domain::{
        AnswerEntry, AnswerKind, BoxId, CasebookId, CasebookSeen, Collected, Decisions, DeliveryEntry, Digest,
        Endorsement, Format, LogHead, Manifest, MessageKind, Part, ReportEntry, ReportId, Route, SendId,
        limits::{ANSWERS_BYTES, DECISIONS_BYTES, ENDORSEMENTS},
    },
    files::{self, tarball},
    store::{AddReport, NewMessage, NewReport, Skipped, Store, WhySkipped},
    world::{DAY, EmptyBox},
};

impl EmptyBox {
    fn path(&self, name: &str) -> PathBuf {
        self.carried.path().join(name)
    }

    /// A report with two sealed files, which hold whatever they hold: nothing here opens them.
    fn report(&self) -> ReportId {
        let id = ReportId::random(&mut os_random());
        let locator = self.receipt().locator;
        let file = |bytes: &[u8]| {
            let mut upload = self.store.upload();
            seal_stream(&self.recipients, &mut upload)
                .and_then(|mut out| Ok(out.write_all(bytes).and_then(|()| out.finish().map(drop))?))
                .unwrap();
            upload.finish().unwrap()
        };
        let files = vec![file(b"message"), file(&vec![7; 700_000])];
        let message = NewMessage {
            seq: 1,
            kind: MessageKind::Concern,
            on: DAY,
            send_id: SendId::random(&mut os_random()),
            commitments: Commitments { message: Digest([1; 32]), summary: Digest([2; 32]) },
            clocks: vec![],
            files,
            own_copy: None,
        };
        let added = self
            .store
            .add_report(NewReport {
                id,
                locator,
                route: Route::StaffConcern,
                reply_to: self.receipt().reply.recipient().to_string(),
                message,
            })
            .unwrap();
        assert_eq!(added, AddReport::Added);
        id
    }

    fn collect(&self, name: &str) -> Result<CollectOutcome, CollectError> {
        collect(&self.store, &self.recipients, &self.box_key, DAY, &self.path(name), false)
    }

    fn deliver(&self, name: &str) -> Result<crate::store::Applied, DeliverError> {
        deliver(&self.store, &self.signers, DAY, &self.path(name), None).map(|delivered| delivered.applied)
    }

    fn manifest(&self, name: &str) -> Manifest {
        let file = fs::read(self.path(name)).unwrap();
        let mut tar =
            tarball::TarReader::new(self.identity.open_stream(file.as_slice()).unwrap_or_else(|e| panic!("{e}")));
        let json = tar.read("manifest.json", 1 << 20).unwrap();
        let signature = String::from_utf8(tar.read("manifest.json.minisig", 4096).unwrap()).unwrap();
        let verified = verify::<Manifest>(&json, &signature, &[self.box_key.verifying_key().unwrap()])
            .unwrap_or_else(|e| panic!("{e}"));
        for (path, entry) in verified.document().files() {
            let mut out = Vec::new();
            tar.copy(&path, entry.size, &mut out).unwrap();
            assert_eq!(digest(&out), entry.sha256);
            let mut plain = Vec::new();
            self.identity
                .open_stream(out.as_slice())
                .unwrap_or_else(|e| panic!("{e}"))
                .read_to_end(&mut plain)
                .unwrap();
        }
        tar.end().unwrap();
        verified.into_document()
    }

    /// What the box says of a report, in a digest.
    fn record(&self, report: ReportId) -> Digest {
        let told = self.store.snapshot(|snapshot| snapshot.reports(&[report], false, &mut vec![]));
        told.map_or(Digest([0; 32]), |told| record_digest(&told[0]).unwrap())
    }

    fn decisions(&self, report: ReportId, box_id: BoxId, answers: &[&[u8]]) -> Vec<u8> {
        self.decisions_with(report, box_id, answers, |_| {})
    }

    fn decisions_with(
        &self,
        report: ReportId,
        box_id: BoxId,
        answers: &[&[u8]],
        change: impl Fn(&mut AnswerEntry),
    ) -> Vec<u8> {
        self.decisions_numbered(1, report, box_id, answers, change)
    }

    fn decisions_numbered(
        &self,
        number: u64,
        report: ReportId,
        box_id: BoxId,
        answers: &[&[u8]],
        change: impl Fn(&mut AnswerEntry),
    ) -> Vec<u8> {
        let entries = (1..).zip(answers).map(|(seq, bytes)| {
            let mut entry = AnswerEntry {
                report,
                seq,
                kind: AnswerKind::Update,
                text: digest(b"its JSON"),
                closed: false,
                size: bytes.len() as u64,
                sha256: digest(bytes),
                endorsements: Vec::new(),
            };
            entry.endorsements = vec![sign(&entry.endorsement(box_id), &self.signer).unwrap().1];
            change(&mut entry);
            entry
        });
        let decisions = Decisions {
            format: Format::Decisions,
            r#box: box_id,
            casebook: CasebookId([3; 16]),
            number,
            part: Part::WHOLE,
            head: LogHead { number: 3, digest: Digest([4; 32]) },
            collected: vec![Collected { report, record: self.record(report), messages: vec![Digest([1; 32])] }],
            gone: vec![],
            set_aside: vec![],
            entered: vec![],
            answers: entries.collect(),
        };
        let (json, signature) = sign(&decisions, &self.signer).unwrap();
        let mut tar = tarball::TarWriter::new(Vec::new());
        tar.append("decisions.json", &json).unwrap();
        tar.append("decisions.json.minisig", signature.as_bytes()).unwrap();
        for (entry, bytes) in decisions.answers.iter().zip(answers) {
            tar.append(&entry.path(), bytes).unwrap();
        }
        tar.finish().unwrap()
    }
}

fn put(path: &Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    files::write_new(path, files::Readers::Owner, bytes).unwrap();
}

#[test]
fn collections_are_numbered_chained_and_hold_all_that_is_not_acknowledged() {
    let place = EmptyBox::new();
    let first = place.report();
    assert_eq!(
        place.collect("c1").unwrap(),
        CollectOutcome {
            number: 1,
            parts: 1,
            messages: 1,
            reports: 1,
            finished_earlier: false,
            lost: vec![],
            given_up: vec![]
        }
    );
    let second = place.report();
    place.collect("c2").unwrap();
    let (one, two) = (place.manifest("c1"), place.manifest("c2"));
    assert_eq!((one.number, one.previous, two.number), (1, None, 2));
    assert_eq!((two.previous, two.part), (Some(one.id), Part::WHOLE));
    let ids = |manifest: &Manifest| {
        let carried = |report: &&ReportEntry| report.messages.iter().any(|message| !message.files.is_empty());
        manifest.reports.iter().filter(carried).map(|report| report.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&one), [first]);
    assert_eq!(ids(&two).len(), 2, "the first again, and the second");
    assert!(ids(&two).contains(&second));

    put(&place.path("d"), &place.decisions(first, place.store.settings().box_id, &[]));
    assert_eq!(place.deliver("d").unwrap().acknowledged, 1);
    place.collect("c3").unwrap();
    let three = place.manifest("c3");
    assert_eq!(ids(&three), [second]);
    // The first is neither there nor unaccounted for.
    assert_eq!((three.reports.len(), three.besides), (1, besides([first])));
    let seen = CasebookSeen { casebook: CasebookId([3; 16]), decisions: 1, head: three.casebook.unwrap().head };
    assert_eq!((one.casebook, three.casebook, seen.head.number), (None, Some(seen), 3));
    // For a desk that never had it: what one signer said stays for a time.
    collect(&place.store, &place.recipients, &place.box_key, DAY, &place.path("again"), true).unwrap();
    assert_eq!(ids(&place.manifest("again")).len(), 2);
}

#[test]
fn a_collection_whose_command_was_killed_is_finished_by_the_next() {
    let place = EmptyBox::new();
    place.report();
    place.collect("c1").unwrap();
    // As if killed after the number was recorded, before the file had its name.
    fs::rename(place.path("c1"), files::partial_path(&place.path("c1"))).unwrap();
    let outcome = place.collect("c1").unwrap();
    assert!(outcome.finished_earlier && outcome.number == 1);
    assert_eq!(place.manifest("c1").number, 1);
    // As if killed in the middle of writing: that one was never on record.
    fs::copy(place.path("c1"), files::partial_path(&place.path("c2"))).unwrap();
    fs::OpenOptions::new().write(true).open(files::partial_path(&place.path("c2"))).unwrap().set_len(1000).unwrap();
    assert_eq!(place.collect("c2").unwrap().number, 2);
    assert_eq!(place.manifest("c2").number, 2);
}

#[test]
fn the_box_knows_the_day_on_which_it_was_last_emptied() {
    let place = EmptyBox::new();
    assert_eq!(place.store.last_collected_on().unwrap(), None);
    place.collect("c1").unwrap();
    assert_eq!(place.store.last_collected_on().unwrap(), Some(DAY));
    // One that fails empties nothing.
    let later = DAY.tomorrow().unwrap();
    let collect =
        |name: &str| collect(&place.store, &place.recipients, &place.box_key, later, &place.path(name), false);
    assert!(collect("none/c2").is_err());
    assert_eq!(place.store.last_collected_on().unwrap(), Some(DAY));
    collect("c2").unwrap();
    assert_eq!(place.store.last_collected_on().unwrap(), Some(later));
}

#[test]
fn a_collection_that_fails_leaves_no_file_and_no_number() {
    let place = EmptyBox::new();
    place.report();
    assert!(matches!(place.collect("none/c1"), Err(CollectError::File(_))));
    fs::create_dir(place.path("c1")).unwrap();
    assert!(matches!(place.collect("c1"), Err(CollectError::File(_))));
    assert_eq!(place.store.last_collection().unwrap(), None);
    assert_eq!(place.collect("c2").unwrap().number, 1);
}

#[test]
fn every_altered_byte_and_every_cut_of_a_decisions_file_is_refused() {
    let place = EmptyBox::new();
    let report = place.report();
    let file = place.decisions(report, place.store.settings().box_id, &[b"sealed one", b"sealed two"]);
    for at in 0..file.len() {
        let mut altered = file.clone();
        altered[at] ^= 1;
        put(&place.path("d"), &altered);
        assert!(place.deliver("d").is_err(), "altered at {at}");
    }
    for at in (0..file.len()).step_by(61) {
        put(&place.path("d"), &file[..at]);
        assert!(place.deliver("d").is_err(), "cut at {at}");
    }
    put(&place.path("d"), &[file.as_slice(), b"x"].concat());
    assert!(place.deliver("d").is_err(), "appended to");
    assert_eq!(place.collect("c1").unwrap().messages, 1, "nothing of them was applied");
    put(&place.path("d"), &file);
    assert_eq!(place.deliver("d").unwrap().answers, 2);
}

#[test]
fn decisions_for_another_box_or_by_a_stranger_are_refused() {
    let (place, stranger) = (EmptyBox::new(), EmptyBox::new());
    let report = place.report();
    put(&place.path("d"), &place.decisions(report, BoxId([9; 16]), &[b"x"]));
    assert!(matches!(place.deliver("d"), Err(DeliverError::OtherBox)));
    put(&place.path("d"), &stranger.decisions(report, place.store.settings().box_id, &[b"x"]));
    assert!(matches!(place.deliver("d"), Err(DeliverError::Verify(_))));
    put(&place.path("d"), &place.decisions(ReportId([9; 8]), place.store.settings().box_id, &[b"x"]));
    let skipped = place.deliver("d").unwrap().skipped;
    assert!(matches!(skipped[..], [Skipped { seq: 1, why: WhySkipped::NoReport, .. }]));
}

#[test]
fn every_text_needs_the_word_of_as_many_signers_as_the_box_asks_for() {
    let mut place = EmptyBox::new();
    let report = place.report();
    let box_id = place.store.settings().box_id;
    let (approver, approver_key) = SigningKey::<SignerRole>::generate().unwrap();
    let (stranger, _) = SigningKey::<SignerRole>::generate().unwrap();
    let signers = [place.signers[0].clone(), approver_key];
    let deliver_with = |place: &EmptyBox, keys: &[&SigningKey<SignerRole>], kind: AnswerKind, of: Endorsement| {
        let file = place.decisions_with(report, box_id, &[b"a text"], |entry| {
            entry.kind = kind;
            let signed = Endorsement { text: if of.seq == 1 { entry.text } else { of.text }, ..of };
            entry.endorsements = keys.iter().map(|key| sign(&signed, key).unwrap().1).collect();
        });
        put(&place.path("d"), &file);
        deliver(&place.store, &signers, DAY, &place.path("d"), None)
    };
    let of = |kind, seq| Endorsement {
        format: Format::Endorsement,
        r#box: box_id,
        report,
        seq,
        kind,
        text: Digest([0; 32]),
    };
    let reply = || of(AnswerKind::Reply, 1);
    // One is always needed, also where one is enough.
    for keys in [vec![], vec![&stranger]] {
        let refused = deliver_with(&place, &keys, AnswerKind::Reply, reply());
        assert!(matches!(refused, Err(DeliverError::NotSigned { seq: 1, .. })));
    }
    place.store.ask_for_second_approver(true).unwrap();
    place.store = Store::open(&place.directory.path().join("store")).unwrap();
    for (name, keys, of) in [
        ("one", vec![&place.signer], reply()),
        ("twice the same", vec![&place.signer, &place.signer], reply()),
        ("a stranger", vec![&place.signer, &stranger], reply()),
    ] {
        let refused = deliver_with(&place, &keys, AnswerKind::Reply, of);
        assert!(matches!(refused, Err(DeliverError::NotApproved { seq: 1, .. })), "{name}");
    }
    let both = [&approver, &place.signer];
    for (name, listed, of) in [
        ("of another answer", AnswerKind::Reply, of(AnswerKind::Reply, 2)),
        ("of another report", AnswerKind::Reply, Endorsement { report: ReportId([9; 8]), ..reply() }),
        ("of another box", AnswerKind::Reply, Endorsement { r#box: BoxId([9; 16]), ..reply() }),
        ("a reply, listed as a notice", AnswerKind::Notice, reply()),
        ("a notice, listed as a reply", AnswerKind::Reply, of(AnswerKind::Notice, 1)),
    ] {
        let refused = deliver_with(&place, &both, listed, of);
        assert!(matches!(refused, Err(DeliverError::NotSigned { seq: 1, .. })), "{name}");
    }
    assert_eq!(deliver_with(&place, &both, AnswerKind::Reply, reply()).unwrap().applied.answers, 1);
}

#[test]
fn an_update_which_says_nothing_in_words_needs_its_writers_word_alone() {
    let mut place = EmptyBox::new();
    let report = place.report();
    let box_id = place.store.settings().box_id;
    place.store.ask_for_second_approver(true).unwrap();
    place.store = Store::open(&place.directory.path().join("store")).unwrap();
    let (stranger, _) = SigningKey::<SignerRole>::generate().unwrap();
    for keys in [vec![], vec![&stranger]] {
        let file = place.decisions_with(report, box_id, &[b"an update"], |entry| {
            let endorsement = entry.endorsement(box_id);
            entry.endorsements = keys.iter().map(|key| sign(&endorsement, key).unwrap().1).collect();
        });
        put(&place.path("update"), &file);
        assert!(matches!(place.deliver("update"), Err(DeliverError::NotSigned { seq: 1, .. })));
    }
    put(&place.path("update"), &place.decisions(report, box_id, &[b"an update"]));
    assert_eq!(place.deliver("update").unwrap().answers, 1);
}

#[test]
fn an_answer_has_no_more_signatures_than_anybody_needs() {
    let place = EmptyBox::new();
    let report = place.report();
    let box_id = place.store.settings().box_id;
    let with = |signatures: usize| {
        place.decisions_with(report, box_id, &[b"an update"], |entry| {
            entry.endorsements = vec![entry.endorsements[0].clone(); signatures];
        })
    };
    put(&place.path("many"), &with(ENDORSEMENTS + 1));
    assert!(matches!(place.deliver("many"), Err(DeliverError::TooManyEndorsements { seq: 1, .. })));
    put(&place.path("some"), &with(ENDORSEMENTS));
    assert_eq!(place.deliver("some").unwrap().answers, 1);
}

/// Bytes of what is listed, whether or not it follows: nothing of it is read before that is known.
#[test]
fn no_more_answers_are_read_than_memory_is_meant_for() {
    let place = EmptyBox::new();
    let report = place.report();
    let box_id = place.store.settings().box_id;
    let of = |bytes: u64, reports: u8| {
        place.decisions_with(report, box_id, &[b"x".as_slice(); 3], |entry| {
            entry.size = bytes / 3;
            entry.report.0[7] = u8::try_from(entry.seq).unwrap() % reports;
        })
    };
    let refused = |file: &[u8]| {
        put(&place.path("d"), file);
        place.deliver("d").unwrap_err()
    };
    let all = ANSWERS_BYTES + 3;
    assert!(matches!(refused(&of(all, 2)), DeliverError::TooMuch(_)));
    assert!(matches!(refused(&of(ANSWERS_BYTES, 2)), DeliverError::Tar(_) | DeliverError::Altered(_)));
    // The desk keeps the answers to one report together.
    assert!(matches!(refused(&of(all, 1)), DeliverError::Tar(_) | DeliverError::Altered(_)));
    let too_much = DECISIONS_BYTES as u64 + 3;
    assert!(matches!(refused(&of(too_much, 1)), DeliverError::TooMuch(_)));
    let refused = refused(&of(u64::MAX, 1)).to_string();
    assert!(refused.contains("17592186044416 MiB, more than a box takes at once"), "{refused}");
}

#[test]
fn a_collection_says_of_each_answer_which_one_the_box_has() {
    let place = EmptyBox::new();
    let report = place.report();
    put(&place.path("d"), &place.decisions(report, place.store.settings().box_id, &[b"sealed one", b"sealed two"]));
    place.deliver("d").unwrap();
    place.collect("c1").unwrap();
    let (kind, text) = (AnswerKind::Update, digest(b"its JSON"));
    let sealed: [&[u8]; 2] = [b"sealed one", b"sealed two"];
    let expected =
        (1..).zip(sealed).map(|(seq, sealed)| DeliveryEntry { seq, on: DAY, kind, text, sha256: digest(sealed) });
    assert_eq!(place.manifest("c1").reports[0].deliveries, expected.collect::<Vec<_>>());
}

/// Each part that a desk writes is an event of its casebook, so the end that the next one names is further.
#[test]
fn parts_of_one_casebooks_decisions_are_taken_beside_the_first_however_far_it_had_come_at_each() {
    let place = EmptyBox::new();
    let part = |number: u32| {
        let decisions = Decisions {
            format: Format::Decisions,
            r#box: place.store.settings().box_id,
            casebook: CasebookId([3; 16]),
            number: 1,
            part: Part { number, of: 3 },
            head: LogHead { number: 3 + u64::from(number), digest: digest(&number.to_le_bytes()) },
            collected: vec![],
            gone: vec![],
            set_aside: vec![],
            entered: vec![],
            answers: vec![],
        };
        let (json, signature) = sign(&decisions, &place.signer).unwrap();
        let mut tar = tarball::TarWriter::new(Vec::new());
        tar.append("decisions.json", &json).unwrap();
        tar.append("decisions.json.minisig", signature.as_bytes()).unwrap();
        tar.finish().unwrap()
    };
    let mut only = None;
    for number in 1..=3 {
        let path = place.path(&format!("d.{number}"));
        put(&path, &part(number));
        let taken = deliver(&place.store, &place.signers, DAY, &path, only).unwrap_or_else(|e| panic!("{number}: {e}"));
        only = Some(taken.of);
    }
}

#[test]
fn a_part_of_other_decisions_is_not_taken_beside_the_first() {
    let place = EmptyBox::new();
    let report = place.report();
    put(&place.path("d"), &place.decisions(report, place.store.settings().box_id, &[b"sealed"]));
    let first = deliver(&place.store, &place.signers, DAY, &place.path("d"), None).unwrap_or_else(|e| panic!("{e}"));
    deliver(&place.store, &place.signers, DAY, &place.path("d"), Some(first.of)).unwrap_or_else(|e| panic!("{e}"));
    put(&place.path("d.2"), &place.decisions_numbered(2, report, place.store.settings().box_id, &[], |_| {}));
    let refused = deliver(&place.store, &place.signers, DAY, &place.path("d.2"), Some(first.of));
    assert!(matches!(refused, Err(DeliverError::OtherDecisions)));
    let taken = deliver(&place.store, &place.signers, DAY, &place.path("d.2"), None);
    assert!(taken.is_ok(), "nothing of it had been");
}

/// Overwrites some bytes of every message's file that lies in short slots.
fn damage(place: &EmptyBox) {
    use std::os::unix::fs::FileExt;
    let file = fs::OpenOptions::new().write(true).open(place.directory.path().join("store/short.vault")).unwrap();
    for slot in 0..file.metadata().unwrap().len() / 20_480 {
        file.write_all_at(b"XXXX", slot * 20_480 + 100).unwrap();
    }
}

#[test]
fn a_damaged_message_is_left_out_of_a_collection_named_and_told_as_not_there() {
    let place = EmptyBox::new();
    let damaged = place.report();
    place.store.tick(DAY).unwrap();
    damage(&place);
    let sound = place.report();
    let made = place.collect("c1").unwrap();
    assert_eq!((made.messages, made.reports), (1, 1));
    let names: Vec<_> = made.lost.iter().map(ToString::to_string).collect();
    assert_eq!(names, [format!("report {damaged} message 1")]);
    let told = place.manifest("c1");
    let files = |id| told.reports.iter().find(|report| report.id == id).unwrap().messages[0].files.len();
    assert_eq!((files(damaged), files(sound)), (0, 2));
    // It stays uncollected.
    assert_eq!(place.collect("c2").unwrap().lost, made.lost);
}
