//! What became of a change that takes two members, in a sentence.

use crate::{casebook::Proposed, http::capitalised};

/// What to say first after it was proposed. `what` is the change, as a clause.
pub(super) fn proposed(outcome: &Proposed, what: &str) -> String {
    match outcome {
        Proposed::Waits(_) => format!("Proposed: {what}. It comes about when a second member consents."),
        Proposed::CameAbout(_) => format!("{}. It came about at once: you are the only member.", capitalised(what)),
    }
}
