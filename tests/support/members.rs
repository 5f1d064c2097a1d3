//! A second member of the team, without the pages by which one joins.

use std::{fs, io::Write, sync::Arc};

use candour::{
    casebook::{Casebook, CasebookError, Editor, NewMember, NewProposal, Pointer, Proposed},
    crypto::{GovernanceRecipients, SignerRole, SigningKey, VerifyingKey, read_keys, signers_fingerprint},
    domain::{SystemDay, TeamRole, Text},
    unseal::{read_identity, read_signing_key},
};

use super::installation::Installation;

/// With whose keys the second member opens the desk.
pub(crate) const OTHER: [&str; 4] = ["--identity", "other/identity.txt", "--signing-key", "other/signing.key"];

/// Does something to the casebook as its first member, without the desk.
pub(crate) fn edit(place: &Installation, work: impl FnOnce(&mut Editor<'_>) -> Result<(), CasebookError>) {
    edit_as(place, "team", work);
}

/// The same as the member whose keys lie in that directory.
pub(crate) fn edit_as(
    place: &Installation,
    keys: &str,
    work: impl FnOnce(&mut Editor<'_>) -> Result<(), CasebookError>,
) {
    let read = |name: &str| fs::read_to_string(place.path(name)).expect("it is there");
    let identity =
        read_identity(read(&format!("{keys}/identity.txt")).as_bytes(), || unreachable!()).expect("it is there");
    let key: SigningKey<SignerRole> =
        read_signing_key(&read(&format!("{keys}/signing.key")), || unreachable!()).expect("it is there");
    let done = Casebook::open(&place.path("casebook"), Arc::new(identity))
        .and_then(|mut casebook| work(&mut casebook.edit(&key)?));
    done.unwrap_or_else(|error| panic!("{error}"));
}

/// Lets a second reviewer join, with keys of their own in `other`, and makes the box ask for two signers.
pub(crate) fn second_member(place: &Installation) {
    second_member_called(place, "Second Reviewer");
}

/// The same under another name.
pub(crate) fn second_member_called(place: &Installation, name: &str) {
    place.done(&["keys", "new", "--out", "other", "--no-passphrase"]);
    let read = |name: &str| fs::read_to_string(place.path(name)).expect("it is there");
    let signer = read("other/signer.pub");
    let new = NewMember {
        name: Text::typed(name),
        role: TeamRole::Reviewer,
        signer: VerifyingKey::from_base64(signer.lines().last().expect("it is there")).expect("it is there"),
        recipients: GovernanceRecipients::parse(&read("other/governance.recipients")).expect("it is there"),
    };
    edit(place, |editor| {
        // The founder is alone still.
        assert!(matches!(editor.propose(NewProposal::Join(new), &SystemDay)?, Proposed::CameAbout(_)));
        Ok(())
    });
    let pointer = Pointer::read(&place.path("casebook")).unwrap_or_else(|error| panic!("{error}"));
    let fingerprint = pointer.fingerprint().to_string();
    let join = ["desk", "join", "--casebook", "casebook", "--identity", "other/identity.txt"];
    place.done(&[&join[..], &["--fingerprint", &fingerprint]].concat());
    let signers = format!("{}{signer}", read("public/signers.pub"));
    fs::File::create(place.path("public/signers.pub"))
        .expect("it is there")
        .write_all(signers.as_bytes())
        .expect("it is there");
    confirm_signers(place, &["--second-approver", "yes"]);
}

/// Confirms at the box whom collections are sealed to, as whoever compared the fingerprint with the team does.
pub(crate) fn confirm_recipients(place: &Installation) {
    let recipients = fs::read_to_string(place.path("public/governance.recipients")).expect("it is there");
    let fingerprint = GovernanceRecipients::parse(&recipients).expect("recipients").fingerprint().to_string();
    place.done(&["init", "--data", "box", "--keys", "public", "--confirm-recipients", &fingerprint]);
}

/// Confirms at the box who may sign, as whoever compared the fingerprint with the team does, and sets more.
pub(crate) fn confirm_signers(place: &Installation, more: &[&str]) {
    let init = ["init", "--data", "box", "--keys", "public"];
    let signers = fs::read_to_string(place.path("public/signers.pub")).expect("it is there");
    let signers = read_keys::<SignerRole>(&signers).expect("they are keys");
    let fingerprint = &signers_fingerprint(&signers).to_string();
    place.done(&[&init[..], &["--confirm-signers", fingerprint]].concat());
    if !more.is_empty() {
        place.done(&[&init[..], more].concat());
    }
}
