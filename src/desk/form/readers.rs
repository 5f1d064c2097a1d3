//! The forms about who may open a report. Their lists are those of the moment.

use super::{fields::form, question::FieldQuestion};
use crate::domain::{Input, limits::DETAIL_MAX};

form! {
    /// Who may open a report.
    enum ReadersField {
        Member = "member", FieldQuestion::new("Who besides you may open it", Input::Checkboxes(&[]))
            .hint("Untick, for example, whoever worked there or is named in the report");
        Reason = "reason", FieldQuestion::new("Why", Input::area(4, "Reason", DETAIL_MAX))
            .hint("Only those who may open the report can read it")
            .remedy("Enter the reason");
    }
}

form! {
    /// Who was shut out of a report and is to open it again.
    enum LetInField {
        Who = "let-in", FieldQuestion::new("Who is let in again", Input::Checkboxes(&[]))
            .hint("Another reader has to consent");
        LetInReason = "let-in-reason", FieldQuestion::new("Why they are let in", Input::area(4, "Reason", DETAIL_MAX))
            .hint("Only those who may open the report can read it")
            .remedy("Enter the reason for letting them in");
    }
}
