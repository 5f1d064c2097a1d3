//! The forms about the team.

use super::{fields::form, question::FieldQuestion};
use crate::domain::{
    Input, TeamRole,
    limits::{MESSAGE_MAX, SHORT_MAX},
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
    /// The key that the box signs collections with.
    enum BoxKeyField {
        Key = "box_key", FieldQuestion::new("The new box.pub", Input::area(2, "The new box.pub", MESSAGE_MAX))
            .hint("Both lines of the file from the box’s data directory")
            .remedy("Paste the two lines of the new box.pub");
        Word = "box_word",
            FieldQuestion::new(
                "The word of the key before, if there is any",
                Input::area(4, "The word of the key before", MESSAGE_MAX),
            )
            .hint("The four lines of box.pub.minisig. Leave it empty if the key was lost, or it is another box")
            .remedy("Paste the four lines of box.pub.minisig, or leave it empty: the key that the box has did not sign this one");
    }
}

form! {
    /// Keys that are kept in a safe.
    enum RecoveryField {
        Signer = "recovery_signer",
            FieldQuestion::new("Their signer.pub", Input::area(2, "The signer.pub of the recovery keys", MESSAGE_MAX))
            .hint("Make the keys with ‘candour keys new’, on paper or a stick that goes into the safe")
            .remedy("Paste the two lines of the signer.pub of the recovery keys");
        Recipients = "recovery_recipients",
            FieldQuestion::new(
                "Their governance.recipients",
                Input::area(2, "The governance.recipients of the recovery keys", MESSAGE_MAX),
            )
            .hint("The line that begins with age1")
            .remedy("Paste the governance.recipients of the recovery keys");
    }
}
