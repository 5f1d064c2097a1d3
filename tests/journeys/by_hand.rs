//! A member with a text editor and the stock `age` and `minisign` writes events that they may not, and the real binary
//! of an honest colleague tells it.

use candour::{
    casebook::NewReaders,
    domain::{SystemDay, Text},
};
use serde_json::{Value, json};

use crate::support::{
    by_hand::{Hand, public_half},
    installation::Installation,
    members::{OTHER, edit, second_member},
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

/// What the honest member's own program tells them.
fn told(place: &Installation) -> Vec<String> {
    let team = place.json(&["desk", "team", "--casebook", "casebook", "--json"]);
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
        "Second Reviewer tried to propose a change. It changed nothing: only a reader of report {id} may do that."
    );
    assert!(told_of_it.contains(&line), "{told_of_it:#?}");
    // Nor do they decide about it: sealed to whatever key, it is not theirs to say.
    let to = public_half(&hand.casebook_keys());
    let decided = hand.sealed(&other, &id, &to, &json!({ "reason": "Nothing in it." }));
    hand.append(&other, &json!({ "decided": decided }));
    let line = format!(
        "Second Reviewer tried to decide about a report. It changed nothing: only a reader of report {id} may do that."
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
    let read = |name: &str| std::fs::read_to_string(place.path(&format!("self/{name}"))).unwrap();
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
    // The chain goes on for both.
    place.done(&["desk", "show", "--casebook", "casebook", &id]);
    place.done(&[&["desk", "team", "--casebook", "casebook"][..], &OTHER[..2]].concat());
}
