//! Keys change hands: the team's, while reports wait that were sealed to those before, and the box's own.

use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt, path::Path, process::Command};

use candour::{
    casebook::Pointer,
    crypto::{BoxRole, GovernanceRecipients, SignerRole, VerifyingKey, is_vouched_for, read_keys, signers_fingerprint},
    unseal::read_identity,
};

use crate::support::{
    http,
    installation::Installation,
    members::{OTHER, confirm_recipients},
    person::{self, status},
};

fn read(place: &Installation, name: &str) -> String {
    fs::read_to_string(place.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn write(place: &Installation, name: &str, text: &str) {
    let _ = fs::remove_file(place.path(name));
    place.put_secret(name, text.as_bytes());
}

/// Somebody sends that. Gives their code.
fn send(address: SocketAddr, words: &str) -> String {
    person::send(address, "staff-concern", &[("description", words)], vec![]).one("#receipt-code")
}

/// Puts these members' keys into the file of those whom the box seals to.
fn recipients(place: &Installation, of: &[&str]) -> String {
    let keys: Vec<String> = of.iter().map(|name| read(place, &format!("{name}/governance.recipients"))).collect();
    write(place, "public/governance.recipients", &keys.concat());
    GovernanceRecipients::parse(&keys.concat()).unwrap().fingerprint().to_string()
}

const INIT: [&str; 5] = ["init", "--data", "box", "--keys", "public"];

fn confirm(place: &Installation, of: &[&str], more: &[&str]) -> String {
    let fingerprint = recipients(place, of);
    place.done(&[&INIT[..], &["--confirm-recipients", &fingerprint], more].concat())
}

/// Somebody joins the casebook, with keys of their own in a directory of that name.
fn join(place: &Installation, name: &str, consents: Option<&[&str]>) {
    place.done(&["keys", "new", "--out", name, "--no-passphrase"]);
    let (signer, recipients) = (format!("{name}/signer.pub"), format!("{name}/governance.recipients"));
    let propose = ["desk", "propose", "--casebook", "casebook", "--join", name, "--role", "reviewer"];
    let said = place.done(&[&propose[..], &["--signer", &signer, "--recipients", &recipients]].concat());
    let fingerprint = GovernanceRecipients::parse(&read(place, &recipients)).unwrap().fingerprint();
    assert!(said.contains(&format!("recipients fingerprint: {fingerprint}")), "{said}");
    if let Some(keys) = consents {
        consent(place, &said, keys);
    }
    let pointer = Pointer::read(&place.path("casebook")).unwrap_or_else(|error| panic!("{error}"));
    let (identity, fingerprint) = (format!("{name}/identity.txt"), pointer.fingerprint().to_string());
    let join = ["desk", "join", "--casebook", "casebook", "--identity", &identity, "--fingerprint", &fingerprint];
    place.done(&join);
    write(place, "public/signers.pub", &format!("{}{}", read(place, "public/signers.pub"), read(place, &signer)));
    let signers = read_keys::<SignerRole>(&read(place, "public/signers.pub")).unwrap();
    place.done(&[&INIT[..], &["--confirm-signers", &signers_fingerprint(&signers).to_string()]].concat());
}

/// Consents to what was proposed, as whoever has these keys.
fn consent(place: &Installation, proposed: &str, keys: &[&str]) -> String {
    let waits = proposed.lines().find_map(|line| line.strip_prefix("proposal ")).expect("it waits");
    let number = waits.split(' ').next().expect("a number");
    place.done(&[&["desk", "consent", "--casebook", "casebook"], keys, &[number]].concat())
}

fn import_as(place: &Installation, keys: &[&str], name: &str) -> String {
    place.done(&[&["desk", "import", "--casebook", "casebook"], keys, &[name]].concat())
}

/// All that the casebook shows of every report to whoever has these keys.
fn shown(place: &Installation, keys: &[&str]) -> String {
    let identity = &keys[..keys.len().min(2)];
    let list = place.done(&[&["desk", "list", "--casebook", "casebook", "--json"], identity].concat());
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let ids = list.as_array().unwrap().iter().map(|report| report["id"].as_str().unwrap().to_owned());
    ids.map(|id| place.done(&[&["desk", "show", "--casebook", "casebook", &id], keys].concat())).collect()
}

/// What `candour check` says of the handover.
fn check(place: &Installation) -> String {
    let said = place.run(&["check", "--data", "box", "--keys", "public"]);
    let told =
        said.out.lines().find(|line| ["handover", "keys before", "opens all"].iter().any(|part| line.contains(part)));
    told.unwrap_or_else(|| panic!("{}{}", said.out, said.error)).to_owned()
}

/// Exports as whoever has these keys, and delivers.
fn tell_box(place: &Installation, keys: &[&str], name: &str) {
    place.done(&[&["desk", "export", "--casebook", "casebook", "--out", name], keys].concat());
    place.deliver(name);
}

fn opens(place: &Installation, identity: &str, file: &str) -> bool {
    let identity = read_identity(read(place, identity).as_bytes(), || unreachable!()).expect("an identity");
    identity.open_stream(fs::read(place.path(file)).unwrap().as_slice()).is_ok()
}

#[test]
fn old_and_new_keys_together_lose_nothing() {
    let place = Installation::new();
    let serving = place.serve();
    send(serving.address, "Sent before the handover.");
    place.done(&["keys", "new", "--out", "stranger", "--no-passphrase"]);

    // The old key can't be let go while something waits for it.
    let fingerprint = recipients(&place, &["stranger"]);
    let refused = place.refused(&[&INIT[..], &["--confirm-recipients", &fingerprint]].concat());
    assert!(refused.contains("1 to 4 messages wait here that no key in governance.recipients opens"), "{refused}");
    assert!(refused.contains("together") && refused.contains("--leave-waiting"), "{refused}");

    recipients(&place, &["team"]);
    join(&place, "other", None);
    let said = confirm(&place, &["team", "other"], &[]);
    assert!(
        said.contains("1 to 4 messages wait here that are sealed to the keys before, and not to the new ones"),
        "{said}"
    );
    assert!(check(&place).contains("until it is started again"), "{}", check(&place));
    // Until it is started anew, it seals to the key before alone.
    send(serving.address, "Sent while both were confirmed.");
    serving.stop();
    let serving = place.serve();
    send(serving.address, "Sent during the handover.");
    let told = check(&place);
    assert!(told.starts_with("ok ") && told.contains("a handover is on: 1 to 4 messages wait"), "{told}");
    for member in ["team", "other"] {
        let keys = read(&place, &format!("{member}/governance.recipients"));
        let own = GovernanceRecipients::parse(&keys).unwrap().fingerprint().to_string();
        assert!(told.contains(&own), "{told}");
    }

    // Whoever has the new key alone takes in what it opens, and loses nothing of the rest.
    place.collect("c1");
    assert!(opens(&place, "team/identity.txt", "c1") && opens(&place, "other/identity.txt", "c1"));
    let said = import_as(&place, &OTHER, "c1");
    assert!(said.contains("2 messages are sealed to a key that you do not have"), "{said}");
    assert_eq!(said.lines().filter(|line| line.starts_with("not opened: message 1 of report ")).count(), 2, "{said}");
    let of_new = shown(&place, &OTHER);
    assert!(
        of_new.contains("Sent during the handover.") && of_new.contains("Sealed to a key that nobody had"),
        "{of_new}"
    );
    assert!(!of_new.contains("Sent before") && !of_new.contains("Sent while both"), "{of_new}");
    tell_box(&place, &OTHER, "d1");
    let fingerprint = recipients(&place, &["other"]);
    let refused = place.refused(&[&INIT[..], &["--confirm-recipients", &fingerprint]].concat());
    assert!(refused.contains("1 to 4 messages wait here"), "{refused}");
    recipients(&place, &["team", "other"]);

    // Whoever has the old one takes the same file in, and everybody reads all of it.
    let said = place.import("c1");
    assert_eq!(said.matches("was not here as the person sent it, and now is").count(), 2, "{said}");
    for keys in [&OTHER[..], &[]] {
        let all = shown(&place, keys);
        for words in ["Sent before the handover.", "Sent while both were confirmed.", "Sent during the handover."] {
            assert!(all.contains(words), "{words}: {all}");
        }
        assert!(!all.contains("Sealed to a key that nobody had"), "{all}");
    }
    tell_box(&place, &[], "d2");
    assert!(check(&place).contains("every key of the team that is confirmed opens all that waits here"));

    // Now the old one goes, and what comes is sealed to the new one alone.
    let said = confirm(&place, &["other"], &[]);
    assert!(!said.contains("wait"), "{said}");
    serving.stop();
    let serving = place.serve();
    send(serving.address, "Sent after the handover.");
    place.collect("c2");
    assert!(!opens(&place, "team/identity.txt", "c2"));
    import_as(&place, &OTHER, "c2");
    assert!(shown(&place, &OTHER).contains("Sent after the handover."));
}

#[test]
fn what_only_a_lost_key_opens_is_named_and_its_sender_can_be_answered() {
    let place = Installation::new();
    let serving = place.serve();
    let code = send(serving.address, "Nobody has the key to this.");
    join(&place, "other", None);
    // The first member's key is stolen: nothing is sealed to it any more, and what waits is left.
    let said = confirm(&place, &["other"], &["--leave-waiting"]);
    assert!(said.contains("1 to 4 messages wait here that the keys before alone open"), "{said}");
    serving.stop();
    let serving = place.serve();
    send(serving.address, "Sealed to the new key.");
    let told = check(&place);
    assert!(told.starts_with("warning") && told.contains("confirmed no more"), "{told}");
    place.collect("c1");
    assert!(!opens(&place, "team/identity.txt", "c1") && opens(&place, "other/identity.txt", "c1"));
    let said = import_as(&place, &OTHER, "c1");
    assert!(said.contains("1 message is sealed to a key that you do not have"), "{said}");
    assert!(shown(&place, &OTHER).contains("Sealed to the new key."));
    let team = place.done(&[&["desk", "team", "--casebook", "casebook"], &OTHER[..2]].concat());
    assert!(team.contains("1 message is sealed to a key that other does not have"), "{team}");

    // Whoever sent it is asked to say it again.
    let id = said.lines().find_map(|line| line.strip_prefix("not opened: message 1 of report ")).expect("it is named");
    place.put("again", b"Please say it again: we can't open it.");
    place.done(&[&["desk", "decide", "--casebook", "casebook", id, "--reply-file", "again"], &OTHER[..]].concat());
    tell_box(&place, &OTHER, "d1");
    assert!(status(serving.address, &code).text().contains("Please say it again"));
    // The box keeps what the desk does not have, and sends it again.
    place.collect("c2");
    assert!(import_as(&place, &OTHER, "c2").contains("1 message is sealed to a key that you do not have"));

    // The key is found after all: it stands below the member's own.
    let both = format!("{}{}", read(&place, "other/identity.txt"), read(&place, "team/identity.txt"));
    write(&place, "other/identity.txt", &both);
    place.collect("c3");
    let said = import_as(&place, &OTHER, "c3");
    assert!(said.contains("message 1 was not here as the person sent it, and now is"), "{said}");
    assert!(shown(&place, &OTHER).contains("Nobody has the key to this."));
    tell_box(&place, &OTHER, "d2");
    assert!(check(&place).contains("opens all that waits here"), "{}", check(&place));
}

/// The whole team is replaced while nothing waits. Neither the note nor what a monitor and an operator are told changes when
/// somebody writes on that day; nor does the note where something waits for the keys before.
#[test]
fn that_somebody_wrote_after_the_keys_changed_is_told_by_neither_note_nor_check() {
    let place = Installation::new();
    let of = |command: &str, options: &[&str]| {
        let said = place.run(&[&[command, "--data", "box", "--keys", "public"], options].concat());
        assert_eq!(said.error, "");
        said.out
    };
    let all = || [of("digest", &[]), of("check", &["--monitor"]), check(&place)];
    join(&place, "other", None);
    confirm(&place, &["other"], &[]);
    let keys = format!("{:24}", "keys");
    assert!(of("digest", &[]).contains(&format!("{keys}look\n")), "it is to be started");
    let serving = place.serve();
    let before = all();
    assert!(before[0].contains(&format!("{keys}well\n")), "{}", before[0]);
    send(serving.address, "Sealed to the new key.");
    assert_eq!(all(), before);

    // Left to the key before: the operator is told, and the note says nothing of it.
    confirm(&place, &["team"], &["--leave-waiting"]);
    serving.stop();
    let _serving = place.serve();
    let told = check(&place);
    assert!(told.starts_with("warning") && told.contains("1 to 4 messages wait"), "{told}");
    assert_eq!(of("digest", &[]), before[0]);
}

#[test]
fn one_of_two_members_is_replaced_while_the_other_opens_what_waits() {
    let place = Installation::new();
    join(&place, "other", None);
    confirm_recipients_of(&place, &["team", "other"]);
    let serving = place.serve();
    send(serving.address, "Sealed to the two of them.");
    join(&place, "third", Some(&OTHER));
    // Who stays opens what waits, so whoever goes can go at once.
    let said = confirm(&place, &["team", "third"], &[]);
    assert!(said.contains("1 to 4 messages wait here that are sealed to the keys before"), "{said}");
    serving.stop();
    let serving = place.serve();
    send(serving.address, "Sealed to who stays and who came.");
    place.collect("c1");
    assert!(!opens(&place, "other/identity.txt", "c1"));
    let third = ["--identity", "third/identity.txt", "--signing-key", "third/signing.key"];
    assert!(import_as(&place, &third, "c1").contains("1 message is sealed to a key that you do not have"));
    place.import("c1");
    let all = shown(&place, &third);
    assert!(all.contains("Sealed to the two of them.") && all.contains("Sealed to who stays and who came."), "{all}");
}

fn confirm_recipients_of(place: &Installation, of: &[&str]) {
    recipients(place, of);
    confirm_recipients(place);
}

/// What stands after a label in what a command said.
fn after<'a>(said: &'a str, label: &str) -> &'a str {
    said.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_else(|| panic!("{label}: {said}")).trim()
}

fn minisign(place: &Installation, key: &str, file: &str) -> bool {
    let minisign = Command::new("minisign").args(["-V", "-P", key, "-m"]).arg(place.path(file)).output();
    minisign.expect("minisign is here").status.success()
}

fn key_in(place: &Installation, file: &str) -> String {
    read(place, file).lines().last().expect("a key").to_owned()
}

#[test]
fn the_boxs_key_is_renewed_by_the_word_of_the_key_before_and_of_two_members() {
    let place = Installation::new();
    join(&place, "other", None);
    let serving = place.serve();
    let renew = [&INIT[..], &["--renew-box-key"]].concat();
    let refused = place.refused(&renew);
    assert!(refused.contains("being served already"), "{refused}");
    let code = send(serving.address, "Known before the key was renewed.");
    let id = place.carry_in("c1");
    send(serving.address, "Collected with the key before, and not imported.");
    place.collect("c2");
    place.done(&["keys", "new", "--out", "op", "--no-passphrase"]);
    let backup = ["backup", "--data", "box", "--to", "op/governance.recipients", "--out"];
    place.done(&[&backup[..], &["old-backup"]].concat());
    serving.stop();

    let before = key_in(&place, "box/box.pub");
    let said = place.done(&renew);
    let now = key_in(&place, "box/box.pub");
    assert!(now != before && said.contains(&now), "{said}");
    let fingerprint = after(&said, "box key fingerprint:").to_owned();
    let public = |key: &str| VerifyingKey::<BoxRole>::from_base64(key).unwrap_or_else(|error| panic!("{error}"));
    let word = read(&place, "box/box.pub.minisig");
    assert!(is_vouched_for(&public(&now), &word, &public(&before)));
    let names: Vec<String> = names_in(&place.path("box"));
    assert_eq!(names, ["box.key", "box.pub", "box.pub.minisig", "calendar", "carry", "store"]);
    let again = place.refused(&renew);
    assert!(again.contains("renewed already") && again.contains(&fingerprint), "{again}");
    let is_for_all = |name: &str| place.path(name).metadata().unwrap().permissions().mode() & 0o777 == 0o644;
    assert!(is_for_all("box/box.pub") && is_for_all("box/box.pub.minisig"));
    assert_eq!(key_in(&place, "box/box.pub"), now);

    // One that was cut off is told, for its key lies there for whoever copies the directory.
    let check = ["check", "--data", "box", "--keys", "public"];
    assert!(!place.run(&check).out.contains("was cut off"));
    write(&place, "box/box.key.next", "a key");
    let told = place.run(&check).out;
    assert!(told.contains("a renewal of the box's key was cut off"), "{told}");
    fs::remove_file(place.path("box/box.key.next")).unwrap();

    // Until two members took it, what the box says is refused, and told why.
    let serving = place.serve();
    place.collect("c3");
    let import = |name| place.refused(&["desk", "import", "--casebook", "casebook", name]);
    assert!(import("c3").contains("the box's key was renewed and two members have not agreed to that yet"));
    let propose = ["desk", "propose", "--casebook", "casebook", "--box-key", "box/box.pub"];
    let said = place.done(&propose);
    assert!(said.contains("the key before vouches for the new one"), "{said}");
    let team = place.done(&["desk", "team", "--casebook", "casebook"]);
    assert!(team.contains("the box has a new key, vouched for by the key before"), "{team}");
    assert!(import("c3").contains("waits for a second member"));
    // Both members have what the operator reads out before anything comes about.
    let read_out = format!("new box key fingerprint: {fingerprint}");
    assert!(said.contains(&read_out) && team.contains(&read_out), "{said}\n{team}");
    let known: serde_json::Value =
        serde_json::from_str(&place.done(&["desk", "team", "--casebook", "casebook", "--json"])).unwrap();
    let compare = &known["proposals"][0]["compare"];
    assert_eq!(compare[0], serde_json::json!({ "what": "new-box-key", "value": fingerprint }));
    assert_eq!(compare[1]["what"], "box-key-now");
    let old = compare[1]["value"].as_str().unwrap();
    let number = known["proposals"][0]["event"].to_string();
    let agree = ["desk", "consent", "--casebook", "casebook", &number, "--box-key"];
    let refused = place.refused(&[&agree[..], &[old], &OTHER].concat());
    assert!(refused.contains("nothing was consented to") && refused.contains(&fingerprint), "{refused}");
    assert!(import("c3").contains("waits for a second member"));
    let done = place.done(&[&agree[..], &[&fingerprint], &OTHER].concat());
    assert!(done.contains(&read_out), "{done}");

    // The same box, in the same epoch, and its numbers go on. What the key before signed is taken no more.
    assert!(import("c2").contains("signed with a key that the box had before"));
    assert!(import("c3").contains("number 2 was not imported yet"));
    let said = place.done(&["desk", "import", "--casebook", "casebook", "--missing", "c3"]);
    assert!(said.contains("collection 3: 1 new report") && !said.contains("epoch"), "{said}");
    place.put("answer", b"An answer after the renewal.");
    place.decide(&id, &["--reply-file", "answer"]);
    tell_box(&place, &[], "d1");
    assert!(status(serving.address, &code).text().contains("An answer after the renewal."));
    serving.stop();

    // A backup from now on has the new key; the desk is asked for the epoch as ever, and for nothing else.
    place.done(&[&backup[..], &["new-backup"]].concat());
    fs::remove_dir_all(place.path("box")).unwrap();
    let restore = ["restore", "--data", "box", "--identity", "op/identity.txt"];
    let said = place.done(&[&restore[..], &["new-backup"]].concat());
    let epoch = after(&said, "new epoch fingerprint:");
    place.collect("c4");
    place.done(&["desk", "import", "--casebook", "casebook", "--confirm-epoch", epoch, "c4"]);

    // One from before has the old key, which is no key of the box any more: it is renewed once more, and nobody vouches.
    fs::remove_dir_all(place.path("box")).unwrap();
    let said = place.done(&[&restore[..], &["old-backup"]].concat());
    let epoch = after(&said, "new epoch fingerprint:").to_owned();
    place.collect("c5");
    assert!(import("c5").contains("restored from a backup of that time"));
    let back = place.refused(&propose);
    assert!(back.contains("the box had that key before its key was renewed or given up"), "{back}");
    place.done(&renew);
    let explicit = place.refused(&[&propose[..], &["--vouched-by", "box/box.pub.minisig"]].concat());
    assert!(explicit.contains("did not sign that for this key"), "{explicit}");
    let said = place.done(&propose);
    assert!(said.contains("does not vouch for this one"), "{said}");
    let team = place.done(&["desk", "team", "--casebook", "casebook"]);
    assert!(team.contains("nobody vouches for it"), "{team}");
    consent(&place, &said, &OTHER);
    place.collect("c6");
    place.done(&["desk", "import", "--casebook", "casebook", "--confirm-epoch", &epoch, "c6"]);
}

#[test]
#[ignore = "needs minisign"]
fn the_stock_tool_verifies_the_word_of_the_key_before() {
    let place = Installation::new();
    let before = key_in(&place, "box/box.pub");
    place.done(&[&INIT[..], &["--renew-box-key"]].concat());
    assert!(minisign(&place, &before, "box/box.pub"), "it looks for the signature beside the file");
    assert!(!minisign(&place, &key_in(&place, "box/box.pub"), "box/box.pub"), "a key does not vouch for itself");
}

#[test]
fn the_team_page_takes_a_renewed_key_by_the_word_of_the_key_before() {
    let place = Installation::new();
    join(&place, "other", None);
    place.done(&[&INIT[..], &["--renew-box-key"]].concat());
    let (key, word) = (read(&place, "box/box.pub"), read(&place, "box/box.pub.minisig"));
    let desk = place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let mut form = reviewer.get("/team").form("/team/box-key");
    http::fill(&mut form, "box_key", &key);
    http::fill(&mut form, "box_word", &read(&place, "team/signer.pub"));
    let wrong = reviewer.post("/team/box-key", &form);
    assert_eq!(wrong.status, 422);
    assert!(wrong.one(".error-summary").contains("did not sign this one"), "{}", wrong.one(".error-summary"));
    // As a browser sends what was pasted.
    http::fill(&mut form, "box_word", word.trim_end().replace('\n', "\r\n").as_str());
    let team = reviewer.post_and_follow("/team/box-key", &form);
    assert!(team.text().contains("The box has a new key, vouched for by the key before"), "{}", team.text());
    http::fill(&mut form, "box_word", "");
    let team = reviewer.post_and_follow("/team/box-key", &form);
    assert!(team.text().contains("nobody vouches for it: it is another box, or its key was lost or stolen"));
    drop(desk);
    let said = place.done(&["desk", "team", "--casebook", "casebook", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let event = said["proposals"][0]["event"].to_string();
    let desk = place.open_desk(&OTHER);
    let mut other = desk.reviewer();
    let address = format!("/team/proposals/{event}");
    let page = other.get(&address);
    assert!(page.text().contains("It is the same box, and its numbers go on"), "{}", page.text());
    let now = key_in(&place, "box/box.pub");
    let fingerprint = VerifyingKey::<BoxRole>::from_base64(&now).unwrap_or_else(|e| panic!("{e}")).fingerprint();
    assert!(page.text().contains(&fingerprint.to_string()), "{}", page.text());
    let team = other.post_and_follow(&format!("{address}/consent"), &page.form(&format!("{address}/consent")));
    // The other proposal is overtaken.
    assert!(!team.text().contains("Waits for a second member"), "{}", team.text());
    assert!(team.text().contains(&fingerprint.to_string()), "{}", team.text());
}

#[test]
fn a_lost_box_key_is_made_anew_and_nobody_vouches_for_it() {
    let place = Installation::new();
    let serving = place.serve();
    send(serving.address, "Sent before the key was lost.");
    serving.stop();
    let lost = [&INIT[..], &["--renew-box-key", "--box-key-lost"]].concat();
    assert!(place.refused(&lost).contains("so it is not lost"));
    fs::remove_file(place.path("box/box.key")).unwrap();
    let refused = place.refused(&[&INIT[..], &["--renew-box-key"]].concat());
    assert!(refused.contains("--box-key-lost"), "{refused}");
    let said = place.done(&lost);
    assert!(said.contains("nobody vouches for it"), "{said}");
    place.collect("c1");
    let import = ["desk", "import", "--casebook", "casebook", "c1"];
    assert!(place.refused(&import).contains("not signed with the key of this casebook's box"));
    let said = place.done(&["desk", "propose", "--casebook", "casebook", "--box-key", "box/box.pub"]);
    assert!(said.contains("as there is one member alone"), "{said}");
    place.done(&import);
    assert!(shown(&place, &[]).contains("Sent before the key was lost."));
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().expect("text")).collect();
    names.sort_unstable();
    names
}
