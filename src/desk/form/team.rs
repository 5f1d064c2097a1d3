//! The forms about the team.

use super::{fields::form, question::FieldQuestion};
use crate::domain::{
    Input, TeamRole,
    limits::{DETAIL_MAX, MESSAGE_MAX, SHORT_MAX},
};

form! {
    /// Who is to join.
    enum JoinField {
        Name = "name", FieldQuestion::new("Name", Input::line("Name", SHORT_MAX))
            .hint("As the team calls them")
            .remedy("Enter a name");
        Role = "role", FieldQuestion::new("What they do", Input::Radios(TeamRole::LABELLED))
            .remedy("Select what they do");
        Signer = "signer", FieldQuestion::new("Their signer.pub", Input::area(2, "Their signer.pub", MESSAGE_MAX))
            .hint("Both lines of the file that ‘candour keys new’ made for them")
            .remedy("Paste the two lines of their signer.pub");
        Recipients = "recipients",
            FieldQuestion::new("Their governance.recipients", Input::area(2, "Their governance.recipients", MESSAGE_MAX))
            .hint("The line that begins with age1")
            .remedy("Paste their governance.recipients");
    }
}

form! {
    /// Who is to be shut out of a report. The lists are those of the moment.
    enum ShutOutField {
        Member = "member", FieldQuestion::new("Who", Input::Checkboxes(&[]))
            .hint("For example, whoever worked there, or is named in the report");
        Role = "role", FieldQuestion::new("Everyone who is", Input::Checkboxes(TeamRole::LABELLED))
            .hint("Those who join later with that role are shut out too");
        Reason = "reason", FieldQuestion::new("Why", Input::area(4, "Reason", DETAIL_MAX))
            .hint("Only those who may open the report can read it")
            .remedy("Enter the reason");
    }
}
