//! The form that says which reports of the queue are shown. It is asked for by address, so it has choices alone.

use super::{carried::YES, fields::form, question::FieldQuestion};
use crate::domain::{Area, Input};

/// The words of a filter that lets everything through.
const ANY: &str = "Any";
const ALL: &str = "All";
/// In place of a member, in the filter of who looks after a report.
pub(in crate::desk) const ME: &str = "me";
pub(in crate::desk) const NOBODY: &str = "nobody";
/// In place of a state: reports that were set aside, whatever theirs is.
pub(in crate::desk) const SET_ASIDE: &str = "set-aside";
/// Closed reports too, and those that were set aside.
pub(in crate::desk) const EVERYTHING: &str = "all";

form! {
    /// What may be asked for. The lists of routes, states, members, organisations and themes are made when
    /// it is shown.
    enum FilterField {
        Area = "area", FieldQuestion::new("Area", Input::Select(ANY, Area::LABELLED));
        Route = "route", FieldQuestion::new("Route", Input::Select(ANY, &[]));
        State = "state", FieldQuestion::new("State", Input::Select(ANY, &[]));
        Owner = "owner", FieldQuestion::new("Who looks after it", Input::Select("Anyone", &[]));
        Due = "due", FieldQuestion::new("Due", Input::Select(ALL, &DUE_IN));
        Harm = "harm", FieldQuestion::new("Serious harm", Input::Select(ALL, &[(YES, "Possible soon")]));
        Unread = "unread", FieldQuestion::new("Messages", Input::Select(ALL, &[(YES, "Not read yet")]));
        Unanswered = "unanswered", FieldQuestion::new("Follow-ups", Input::Select(ALL, &[(YES, "Not answered")]));
        Waiting = "waiting", FieldQuestion::new("Answers", Input::Select(ALL, &ANSWER_AT));
        Organisation = "organisation", FieldQuestion::new("Organisation", Input::Select(ANY, &[]));
        Theme = "theme", FieldQuestion::new("Theme", Input::Select(ANY, &[]));
        Show = "show",
            FieldQuestion::new("Closed or set aside", Input::Select("Only with an open promise", &[(EVERYTHING, "All")]));
        Sort = "sort", FieldQuestion::new("Sorted by", Input::Select("What presses first", &[]));
        Down = "down", FieldQuestion::new("From", Input::Select("The first to the last", &[(YES, "The last to the first")]));
    }
}

/// When something is due.
pub(in crate::desk) const DUE_IN: [(&str, &str); 7] = [
    ("overdue", "Overdue"),
    ("today", "Due today"),
    ("soon", "Due soon"),
    ("later", "Due after the next three weeks"),
    ("ours", "The team’s own date is past"),
    ("ours-come", "The team’s own date is today or past"),
    ("ours-soon", "The team’s own date is soon"),
];

/// What an answer waits for.
const ANSWER_AT: [(&str, &str); 3] = [
    ("approval", "Waiting for approval"),
    ("export", "Written, not exported"),
    ("delivery", "Exported, not known to be delivered"),
];
