//! A member with a text editor and the stock `age` and `minisign` writes events that they may not, and the real binary
//! of an honest colleague tells it.

use std::{fs, io::Write, process::Command};

use candour::{
    casebook::NewReaders,
    crypto::sign,
    domain::{CasebookId, Decisions, Digest, Format, LogHead, Part, ReportId, SystemDay, Text},
    files::tarball::{TarReader, TarWriter},
    store::Store,
    unseal::read_signing_key,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{
    by_hand::{Hand, new_key, public_half, seal},
    installation::{Installation, Serving},
    members::{OTHER, confirm_recipients, edit, second_member},
    person,
};

/// A report that the first member alone may open, and the second, who is shut out of it.
fn shut_out() -> (Installation, String, [String; 2]) {
    let place = Installation::new();
    let running = place.serve();
    person::send(running.address, "staff-concern", &[], vec![]);
    running.stop();
    let id = place.carry_in("c1");
    second_member(&place);
    let hand = Hand::of(&place, "team");
    let members = [hand.member("First reviewer"), hand.member("Second Reviewer")];
    edit(&place, |editor| {
        let report = editor.casebook().find(&id)?;
        let me = editor.casebook().team().iter().find(|member| member.is_me).expect("they are").id;
        let readers = NewReaders { readers: vec![me], reason: Text::typed("They are named in it.") };
        editor.restrict(report, readers, &SystemDay)
    });
    (place, id, members)
}

/// As a page calls a report.
fn named(id: &str) -> String {
    id.parse::<ReportId>().unwrap().named()
}

/// What the honest member's own program tells them.
fn told(place: &Installation) -> Vec<String> {
    told_with(place, &[])
}

/// The same of a member with those keys.
fn told_with(place: &Installation, keys: &[&str]) -> Vec<String> {
    let team = place.json(&[&["desk", "team", "--casebook", "casebook", "--json"], keys].concat());
    team["alerts"].as_array().unwrap().iter().map(|alert| alert["what"].as_str().unwrap().to_owned()).collect()
}

/// Proposes a change by hand and consents to it alone.
fn agree_alone(hand: &Hand<'_>, by: &str, change: &Value) {
    hand.append(by, &json!({ "proposed": change }));
    hand.append(by, &json!({ "consented": { "proposal": hand.version(), "key": null } }));
}

#[test]
#[ignore = "needs age and minisign"]
fn whoever_is_shut_out_destroys_nothing_by_hand() {
    let (place, id, [_, other]) = shut_out();
    let hand = Hand::of(&place, "other");
    assert!(hand.report_keys(&id).is_none(), "they hold no key of it");
    let fact = json!({
        "received_on": "2026-11-01", "route": "staff-concern", "areas": [], "worker": null, "in_remit": null, "failures": [],
        "action": null, "finding": null, "detriment": null, "referred": false, "closed": true, "withdrawn": false,
        "clocks": [],
    });
    agree_alone(&hand, &other, &json!({ "destroy": { "report": id, "fact": fact } }));
    let told_of_it = told(&place);
    let line = format!(
        "Second Reviewer tried to propose a change. It changed nothing: only a reader of report {} may do that.",
        named(&id)
    );
    assert!(told_of_it.contains(&line), "{told_of_it:#?}");
    // Nor do they decide about it: sealed to whatever key, it is not theirs to say.
    let to = public_half(&hand.casebook_keys());
    let decided = hand.sealed(&other, &id, &to, &json!({ "reason": "Nothing in it." }));
    hand.append(&other, &json!({ "decided": decided }));
    let line = format!(
        "Second Reviewer tried to decide about a report. It changed nothing: only a reader of report {} may do that.",
        named(&id)
    );
    assert!(told(&place).contains(&line), "{:#?}", told(&place));
    assert_eq!(place.desk_show(&id)["id"], id.as_str());
}

#[test]
#[ignore = "needs age and minisign"]
fn nobody_ends_a_membership_or_brings_a_second_self_alone() {
    let (place, id, [founder, other]) = shut_out();
    let hand = Hand::of(&place, "other");
    agree_alone(&hand, &other, &json!({ "leave": founder }));
    place.done(&["keys", "new", "--out", "self", "--no-passphrase"]);
    let read = |name: &str| fs::read_to_string(place.path(&format!("self/{name}"))).unwrap();
    let recipients = read("governance.recipients");
    let recipient = recipients.lines().find(|line| line.starts_with("age1")).unwrap();
    let joining = json!({
        "id": "00000000000000aa",
        "name": "Second self",
        "role": "reviewer",
        "signer": read("signer.pub").lines().last().unwrap(),
        "recipients": [recipient],
    });
    agree_alone(&hand, &other, &json!({ "join": joining }));
    agree_alone(&hand, &other, &json!("no-second-approver"));
    let told = told(&place);
    let consent = "Second Reviewer tried to consent to a change. It changed nothing: another member than the one who \
                   proposed it has to consent.";
    assert!(told.iter().any(|told| told.as_str() == consent), "{told:#?}");
    let team = place.json(&["desk", "team", "--casebook", "casebook", "--json"]);
    assert_eq!(team["members"].as_array().unwrap().len(), 2, "{team}");
    assert!(team["members"].as_array().unwrap().iter().all(|member| member["left_on"].is_null()), "{team}");
    // Files that are no keys take nothing from those that are. The chain goes on for both.
    place.put(&format!("casebook/keys/{id}.98.age"), &seal(&public_half(&hand.casebook_keys()), b"nonsense"));
    place.put("casebook/keys/casebook.99.age", b"nonsense");
    fs::create_dir(place.path(&format!("casebook/keys/{id}.99.age"))).unwrap();
    place.done(&["desk", "show", "--casebook", "casebook", &id]);
    place.done(&[&["desk", "team", "--casebook", "casebook"][..], &OTHER[..2]].concat());
}

/// Bytes that no entry reaches.
const MUCH: usize = 1 << 20;
const MARKER: &str = "xylophone-quagmire-7731";

/// Two members to whom collections are sealed; the box asks for two signers. A concern lies at the box.
fn two_members() -> (Installation, Serving, String) {
    let place = Installation::new();
    second_member(&place);
    let theirs = read(&place, "other/governance.recipients");
    append(&place, "public/governance.recipients", &theirs);
    confirm_recipients(&place);
    let running = place.serve();
    let typed = [("description", format!("{MARKER} happened on the ward, and nobody did anything."))];
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let code = person::send(running.address, "staff-concern", &typed, vec![]).one("#receipt-code");
    (place, running, code)
}

fn read(place: &Installation, name: &str) -> String {
    fs::read_to_string(place.path(name)).unwrap()
}

fn digest(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

fn append(place: &Installation, name: &str, text: &str) {
    let file = fs::File::options().append(true).open(place.path(name));
    file.and_then(|mut file| file.write_all(text.as_bytes())).unwrap();
}

#[test]
#[ignore = "needs age and minisign"]
fn what_a_person_said_is_not_rewritten_by_hand() {
    let (place, running, code) = two_members();
    place.collect("c1");
    // The first opens the collection with `age`, and puts other words and a reply key of their own in its place.
    let hand = Hand::of(&place, "team");
    let me = hand.member("First reviewer");
    let tar = hand.unsealed(&fs::read(place.path("c1")).unwrap());
    let mut tar = TarReader::new(tar.as_slice());
    let manifest = tar.read("manifest.json", MUCH).unwrap();
    let signature = tar.read("manifest.json.minisig", MUCH).unwrap();
    let listed: Value = serde_json::from_slice(&manifest).unwrap();
    let id = listed["reports"][0]["id"].as_str().unwrap();
    let message = tar.read(&format!("reports/{id}/1/message.age"), MUCH).unwrap();
    let mut message: Value = serde_json::from_slice(&hand.unsealed(&message)).unwrap();
    let (key, mine) = (new_key(), public_half(&new_key()));
    message["answers"]["description"] = "Nothing happened, and nobody should look.".into();
    message["reply_to"] = mine.as_str().into();
    let recipient = public_half(&key);
    let sealed = seal(&recipient, message.to_string().as_bytes());
    let directory = place.path(&format!("casebook/collections/1/reports/{id}/1"));
    fs::create_dir_all(&directory).unwrap();
    place.put(&format!("casebook/collections/1/reports/{id}/1/message.age"), &sealed);
    let secret = key.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    place.put(&format!("casebook/keys/{id}.1.age"), &seal(&public_half(&hand.casebook_keys()), secret.as_bytes()));
    let news = json!([{
        "seq": 1,
        "kept": [{ "size": sealed.len(), "sha256": digest(&sealed) }],
        "summary": {
            "format": "candour-message-summary-v1",
            "areas": [],
            "serious_harm": null,
            "promises": [],
            "reply_to": mine,
        },
        "salt": message["salt"],
    }]);
    let about = hand.sealed(&me, id, &recipient, &json!({ "news": news }));
    let imported = json!({ "imported": {
        "box_key": read(&place, "box/box.pub").lines().last().unwrap(),
        "manifest": data_encoding::BASE64.encode(&manifest),
        "signature": String::from_utf8(signature).unwrap(),
        "reports": [{ "key": { "generation": 1, "recipient": recipient }, "about": about }],
    } });
    hand.append(&me, &imported);

    // The second sees who did it, never the other words, and writes to nobody but the person.
    let line = format!(
        "First reviewer took in message 1 of report {}, and kept something else than the person sent. Take the same \
         collection in again to mend it. Nothing is sealed to whoever it names.",
        named(id)
    );
    assert_eq!(told_with(&place, &OTHER[..2]), [line]);
    let as_second = |command: &[&str]| place.run(&[&["desk"], command, &["--casebook", "casebook"], &OTHER].concat());
    let shown = as_second(&["show", id]);
    assert!(shown.status == 1 && !shown.out.contains("Nothing happened"), "{}{}", shown.out, shown.error);
    // Whom an answer goes to is the box's word: the person, whatever was put in the place of what they said.
    place.put("reply", b"Please say it again: somebody changed it.");
    let decided = as_second(&["decide", id, "--reply-file", "reply"]);
    assert_eq!((decided.status, decided.error.as_str()), (0, ""));
    // The genuine collection is not refused as imported before: it is compared, and what differs is mended.
    let mended = as_second(&["import", "c1"]);
    assert!(
        mended.status == 0 && mended.out.contains("message 1 was not here as the person sent it, and now is"),
        "{}{}",
        mended.out,
        mended.error
    );
    let shown = as_second(&["show", id]);
    assert!(shown.status == 0 && shown.out.contains(MARKER), "{}{}", shown.out, shown.error);
    place.put("notice", b"We plan to look at how the board dealt with it.");
    let decided = as_second(&["decide", id, "--notice-file", "notice"]);
    assert_eq!((decided.status, decided.error.as_str()), (0, ""));
    assert_eq!(person::status(running.address, &code).status, 200);
}

#[test]
#[ignore = "needs minisign"]
fn one_signer_deletes_nothing_and_tells_nobody_anything() {
    let (place, running, code) = two_members();
    place.collect("c1");
    let hand = Hand::of(&place, "other");
    let tar = hand.unsealed(&fs::read(place.path("c1")).unwrap());
    let manifest = TarReader::new(tar.as_slice()).read("manifest.json", MUCH).unwrap();
    let listed: Value = serde_json::from_slice(&manifest).unwrap();
    let id = listed["reports"][0]["id"].as_str().unwrap();
    let decisions = |name: &str, collected: Value, answers: Value, files: &[(String, Vec<u8>)]| {
        let list = json!({
            "format": "candour-decisions-v2",
            "box": listed["box"],
            "casebook": hand.event(1)["casebook"],
            "number": 1,
            "part": { "number": 1, "of": 1 },
            "head": { "number": 1, "digest": digest(&fs::read(place.path("casebook/events/00000001.age")).unwrap()) },
            "collected": collected,
            "gone": [],
            "set_aside": [],
            "answers": answers,
        })
        .to_string();
        let mut tar = TarWriter::new(Vec::new());
        tar.append("decisions.json", list.as_bytes()).unwrap();
        let signature = hand.signature(&list, "candour-decisions-v2");
        tar.append("decisions.json.minisig", signature.as_bytes()).unwrap();
        files.iter().for_each(|(path, bytes)| tar.append(path, bytes).unwrap());
        place.put(name, &tar.finish().unwrap());
    };
    // A notice that its writer alone stands by, sealed to whomever: not a word of it is taken.
    let sealed = seal(&public_half(&new_key()), b"{}");
    let text = "11".repeat(32);
    let endorsement = json!({
        "format": "candour-endorsement-v1", "box": listed["box"], "report": id, "seq": 1, "kind": "notice", "text": text,
    });
    for kind in ["notice", "reply"] {
        let endorsement = endorsement.to_string().replace("notice", kind);
        let answer = json!([{
            "report": id, "seq": 1, "kind": kind, "text": text, "closed": false, "size": sealed.len(),
            "sha256": digest(&sealed),
            "endorsements": [hand.signature(&endorsement, "candour-endorsement-v1")],
        }]);
        let path = format!("answers/{id}/1/answer.age");
        decisions(&format!("a-{kind}"), json!([]), answer, &[(path, sealed.clone())]);
        let refused = place.refused(&["deliver", "--data", "box", "--keys", "public", &format!("a-{kind}")]);
        assert!(refused.contains("is not approved by a second signer"), "{refused}");
    }
    // A signer whom nobody confirmed is none.
    place.done(&["keys", "new", "--out", "self", "--no-passphrase"]);
    let confirmed = read(&place, "public/signers.pub");
    append(&place, "public/signers.pub", &read(&place, "self/signer.pub"));
    let refused = place.refused(&["deliver", "--data", "box", "--keys", "public", "a-notice"]);
    assert!(refused.contains("signers.pub is not what was confirmed"), "{refused}");
    fs::remove_file(place.path("public/signers.pub")).unwrap();
    place.put("public/signers.pub", confirmed.as_bytes());

    // That the desk has what no desk imported: it stays, the next collection says so, and it can be had again.
    let commitment = &listed["reports"][0]["messages"][0]["commitment"];
    let record = "00".repeat(32);
    decisions("told", json!([{ "report": id, "record": record, "messages": [commitment] }]), json!([]), &[]);
    assert!(place.deliver("told").contains("1 message is at the desk now, and kept here for a time"));
    assert!(place.deliver("told").starts_with("delivered 0 answers"), "twice is the same as once");
    place.collect("c2");
    place.done(&["desk", "import", "--casebook", "casebook", "--missing", "c2"]);
    let line = format!(
        "Message 1 of report {} is not here, and the box does not send it: it was told that it is here",
        named(id)
    );
    assert!(told(&place).iter().any(|told| told.starts_with(&line)), "{:#?}", told(&place));
    place.done(&["collect", "--data", "box", "--keys", "public", "--again", "--out", "c3"]);
    place.import("c3");
    let shown = place.done(&["desk", "show", "--casebook", "casebook", id]);
    assert!(shown.contains(MARKER), "{shown}");
    assert_eq!(person::status(running.address, &code).all("article.message").len(), 1);
}

#[test]
fn a_casebook_that_was_put_back_goes_on_only_when_two_say_so() {
    let (place, running, _) = two_members();
    let id = place.carry_in("c1");
    let copy = |from: &str, to: &str| {
        let done = Command::new("cp").args(["-a"]).arg(place.path(from)).arg(place.path(to)).status().unwrap();
        assert!(done.success());
    };
    copy("casebook", "older");
    place.put("note", b"Between us.");
    place.decide(&id, &["--note-file", "note", "--state", "being-read"]);
    place.export("d1");
    place.deliver("d1");
    let newest = read_head(&place);
    fs::rename(place.path("casebook"), place.path("newer")).unwrap();
    copy("older", "casebook");
    place.collect("c2");
    let import = ["desk", "import", "--casebook", "casebook", "c2"];
    let refused = place.refused(&import);
    assert!(refused.contains("it was restored from an older copy, or rolled back"), "{refused}");
    // What it says to type is what brings it about, and not by one alone.
    let go_on = refused.trim_end().rsplit_once(' ').unwrap().1;
    let (number, _) = go_on.split_once(':').unwrap();
    assert!(number.parse::<u64>().unwrap() < newest, "the export itself comes after what it names");
    let proposed = place.done(&["desk", "propose", "--casebook", "casebook", "--go-on", go_on]);
    place.refused(&import);
    let proposal = proposed.split_whitespace().nth(1).unwrap();
    let consent = ["desk", "consent", "--casebook", "casebook", proposal];
    assert!(place.refused(&consent).contains("another member than the one who proposed it has to consent"));
    place.done(&[&consent[..], &OTHER].concat());
    place.done(&import);
    running.stop();
}

/// The number of the last event.
fn read_head(place: &Installation) -> u64 {
    fs::read_dir(place.path("casebook/events")).unwrap().count() as u64
}

#[test]
#[ignore = "needs age and minisign"]
fn what_one_member_signs_or_puts_there_stops_nobody() {
    let (place, running, _) = two_members();
    place.carry_in("c1");
    running.stop();
    let (hand, honest) = (Hand::of(&place, "other"), Hand::of(&place, "team"));
    let (founder, other) = (hand.member("First reviewer"), hand.member("Second Reviewer"));
    let list = ["desk", "list", "--casebook", "casebook"];
    // Under another's name: told of whoever signed it.
    hand.append(&founder, &json!("second-approver"));
    let line = "Second Reviewer tried to ask for a second approver. It changed nothing: it is signed with another member's \
                key.";
    assert_eq!(told(&place).last().unwrap(), line);
    // A proposal that another one overtook.
    let key = |name: &str| {
        place.done(&["keys", "new", "--out", name, "--no-passphrase"]);
        read(&place, &format!("{name}/signer.pub")).lines().last().unwrap().to_owned()
    };
    honest.append(&founder, &json!({ "proposed": { "box-key": key("old") } }));
    let stale = honest.version();
    honest.append(&founder, &json!({ "proposed": { "box-key": key("new") } }));
    let consent = ["desk", "consent", "--casebook", "casebook", &honest.version().to_string()];
    place.done(&[&consent[..], &OTHER].concat());
    hand.append(&other, &json!({ "consented": { "proposal": stale, "key": null } }));
    let line = "Second Reviewer tried to consent to a change. It changed nothing: there is no such proposal; it may have \
                been decided meanwhile.";
    assert_eq!(told(&place).last().unwrap(), line);
    // A key that they keep to themselves, for a recovery that both want: whoever writes next goes on with the one before.
    let (theirs, safe) = (public_half(&new_key()), key("safe"));
    let recipients = read(&place, "safe/governance.recipients");
    let recipient = recipients.lines().find(|line| line.starts_with("age1")).unwrap();
    let recovery = json!({ "signer": safe, "recipients": [recipient] });
    honest.append(&founder, &json!({ "proposed": { "recovery": recovery } }));
    let key = json!({ "generation": 3, "recipient": theirs });
    hand.append(&other, &json!({ "consented": { "proposal": honest.version(), "key": key } }));
    let told_of_it = told(&place);
    let line = "Second Reviewer made a new key of the casebook and did not give it to you.";
    assert!(told_of_it.iter().any(|told| told.starts_with(line)), "{told_of_it:#?}");
    place.put("note", b"Work goes on.");
    place.done(&list);
    // A pipe in the place of the next event: said, and not waited for.
    let pipe = place.path(&format!("casebook/events/{:08}.age", honest.version() + 1));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert!(place.refused(&list).contains("is no ordinary file"));
    fs::remove_file(&pipe).unwrap();
    place.done(&list);
}

/// A signer says that there are many parts, and two of those that lie there are none.
#[test]
fn every_refused_part_of_decisions_is_named_and_no_more_of_the_missing_ones_than_anybody_reads() {
    let place = Installation::new();
    let key = fs::read_to_string(place.path("team/signing.key")).unwrap();
    let key = read_signing_key(&key, || panic!("it is under no passphrase")).unwrap_or_else(|error| panic!("{error}"));
    let r#box = Store::open(&place.path("box/store")).unwrap().settings().box_id;
    let part = |number: u32| {
        let decisions = Decisions {
            format: Format::Decisions,
            r#box,
            casebook: CasebookId([3; 16]),
            number: 1,
            part: Part { number, of: 99_999 },
            head: LogHead { number: 3, digest: Digest([4; 32]) },
            collected: vec![],
            gone: vec![],
            set_aside: vec![],
            entered: vec![],
            answers: vec![],
        };
        let (json, signature) = sign(&decisions, &key).unwrap();
        let mut tar = TarWriter::new(Vec::new());
        tar.append("decisions.json", &json).unwrap();
        tar.append("decisions.json.minisig", signature.as_bytes()).unwrap();
        tar.finish().unwrap()
    };
    for (name, bytes) in
        [("d", part(1)), ("d.2", b"no tar".to_vec()), ("d.3", part(3)), ("d.4", part(4)[..900].to_vec())]
    {
        place.put(name, &bytes);
    }
    let said = place.run(&["deliver", "--data", "box", "--keys", "public", "d"]);
    let lines: Vec<&str> = said.error.lines().collect();
    assert!(lines.len() == 2 && said.status == 1, "{}", said.error);
    assert!(lines[0].starts_with("candour: d.2: ") && lines[1].starts_with("candour: d.4: "), "{}", said.error);
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("delivered 0 answers")).count(), 2, "{}", said.out);
    assert_eq!(lines[2], "d.5 is not here: deliver it when it comes, before any newer decisions");
    assert_eq!(lines[22..], ["and 99975 more parts"]);
}
