//! Whom what waits at the box is sealed to, while the team's keys change hands.

use crate::{
    cli::{
        findings::{Findings, Verdict, What},
        output::{self, Failure, Outcome},
        server::band::Band,
    },
    crypto::GovernanceRecipients,
    store::{ConfirmedKey, Handover, SealedSince, Store},
};

/// Refuses recipients by which something that waits could be opened by nobody, unless `is_left`. Gives how the keys that are
/// confirmed stand to what waits, for [`tell`].
pub(super) fn hold(store: &Store, new: &GovernanceRecipients, is_left: bool) -> Result<Handover, Failure> {
    let handover = store.handover()?;
    let unopened = handover.unopened_by(&new.fingerprint_of_each());
    if unopened == 0 || is_left {
        return Ok(handover);
    }
    Err(Failure::Failed(format!(
        "{} here that no key in governance.recipients opens; nothing was changed: keep the old key and the new one in it \
         together until what waits was collected, imported and acknowledged by decisions. Only if the old key is lost or \
         stolen, add --leave-waiting: from then on nothing is sealed to it, and what waits can be opened by the old key alone",
        waits(unopened)
    )))
}

/// Says what waits for the keys that were confirmed before these.
pub(super) fn tell(before: &Handover, new: &GovernanceRecipients) -> Outcome {
    let confirmed = new.fingerprint_of_each();
    let unopened = before.unopened_by(&confirmed);
    if unopened > 0 {
        return output::line(&format!(
            "{} here that the keys before alone open: collections go on holding it, the desk says which it can't open, and \
             without such a key the team can only ask these persons to say it again",
            waits(unopened)
        ));
    }
    let has_new = confirmed.iter().any(|key| before.keys.iter().all(|known| known.fingerprint != *key));
    if has_new && before.waiting > 0 {
        return output::line(&format!(
            "{} here that are sealed to the keys before, and not to the new ones: take no key before out until decisions \
             acknowledged it, which `candour check` tells",
            waits(before.waiting)
        ));
    }
    Ok(())
}

/// What `candour check` says of it.
pub(super) fn check(findings: &mut Findings, store: &Store) {
    match store.handover() {
        Ok(handover) => {
            let (verdict, text) = finding(&handover);
            // That something waits is nothing for a mailbox: it would learn that somebody wrote.
            let noted = if handover.is_to_be_started() { Verdict::Warning } else { Verdict::Ok };
            findings.say_and_note(What::Handover, verdict, noted, text);
        }
        Err(error) => findings.say(What::Handover, Verdict::Unsafe, error.to_string()),
    }
}

fn finding(handover: &Handover) -> (Verdict, String) {
    let (new, old) = handover.new_and_old();
    let waiting = handover.for_the_old();
    let start = if handover.is_to_be_started() {
        "; the box seals to the keys before alone until it is started again"
    } else {
        ""
    };
    let verdict = if handover.is_to_be_started() { Verdict::Warning } else { Verdict::Ok };
    if new.is_empty() {
        let text = if handover.is_to_be_started() {
            "a key of the team was confirmed, and the box seals to the keys before alone until it is started again"
        } else {
            "every key of the team that is confirmed opens all that waits here"
        };
        return (verdict, text.to_owned());
    }
    if old.is_empty() {
        let text = format!(
            "{} here that keys before alone open, which are confirmed no more: they stay here until somebody who has one took them \
             in{start}",
            waits(waiting)
        );
        return (Verdict::Warning, text);
    }
    let text = format!(
        "a handover is on: {} here for the old keys, {}, and not for the new, {}; take no old one out until they were collected, \
         imported and acknowledged{start}",
        waits(waiting),
        listed(&old),
        listed(&new)
    );
    (verdict, text)
}

/// Which is never said of none.
fn waits(messages: u64) -> String {
    format!("{} messages wait", Band::of(messages).words_from_one())
}

fn listed(keys: &[ConfirmedKey]) -> String {
    let told = keys.iter().map(|key| match key.since {
        SealedSince::Day(day) => format!("{} (since {day})", key.fingerprint),
        SealedSince::Always | SealedSince::NotYet => key.fingerprint.to_string(),
    });
    told.collect::<Vec<_>>().join(" and ")
}
