//! What is said of decisions that were taken: the same lines to whoever delivers them here and to whoever brings them over a
//! line.

use std::collections::BTreeSet;

use crate::store::Applied;

/// What came of decisions, in lines, with what was not taken as the caller puts it: counts, or by name.
#[must_use]
pub fn told(applied: &Applied, not_taken: Vec<String>) -> Vec<String> {
    let mut lines = vec![format!(
        "delivered {}, met {}; {} here already",
        count(applied.answers, "answer", "answers"),
        count(applied.met, "clock", "clocks"),
        count(applied.known, "answer was", "answers were")
    )];
    lines.extend(not_taken);
    if !applied.not_entered.is_empty() {
        let number = applied.not_entered.len();
        let entered = count(number, "report that was", "reports that were");
        let why: BTreeSet<String> = applied.not_entered.iter().map(|not| not.why.to_string()).collect();
        lines.extend(why.iter().map(|why| format!("of {entered} entered at the desk and not taken: {why}")));
    }
    if !applied.skipped.is_empty() {
        let what = "all else was taken; import a new collection at the desk, which then knows what to write again";
        lines.push(what.to_owned());
    }
    let mut more = |number: usize, one: &str, many: &str, what: &str| {
        if number > 0 {
            lines.push(format!("{} {what}", count(number, one, many)));
        }
    };
    more(
        applied.acknowledged,
        "message is",
        "messages are",
        "at the desk now, and kept here for a time, or until a second signer confirms it",
    );
    more(
        applied.unknown,
        "message that the desk has is",
        "messages that the desk has are",
        "not here: lost with an earlier disk, or gone since",
    );
    more(applied.deleted, "message was", "messages were", "deleted here: a second signer confirmed what the desk has");
    more(applied.set_aside, "report is", "reports are", "set aside: the status page says why");
    more(
        applied.entered,
        "report that was entered at the desk is",
        "reports that were entered at the desk are",
        "here now: the receipt code works",
    );
    more(applied.withdrawn, "answer was", "answers were", "not kept: a withdrawn report takes none");
    lines
}

/// How many answers were not taken, without naming any.
#[must_use]
pub fn count_of_not_taken(applied: &Applied) -> Vec<String> {
    let skipped = applied.skipped.len();
    if skipped == 0 { Vec::new() } else { vec![format!("not taken: {}", count(skipped, "answer", "answers"))] }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
