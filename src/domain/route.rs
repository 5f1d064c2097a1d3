use super::{
    answers::About,
    choice::choices,
    clock::{Clock, ClockKind, Term},
};

choices! {
    /// Who is writing and why. It decides the clocks.
    pub enum Route {
        StaffConcern = "staff-concern", "I work in or around the NHS and have a serious concern";
        PatientChoice = "patient-choice", "I was refused a choice of where to be treated";
        Procurement = "procurement", "I want to raise a procurement or competition issue";
        ServiceComplaint = "service-complaint", "I want to complain about us";
    }
}

impl Route {
    /// The route as the team calls it; the label is what the person says.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StaffConcern => "Staff concern",
            Self::PatientChoice => "Patient choice",
            Self::Procurement => "Procurement",
            Self::ServiceComplaint => "Service complaint",
        }
    }

    /// What a person describes, as it stands in a sentence.
    #[must_use]
    pub const fn subject(self) -> &'static str {
        match self {
            Self::StaffConcern => "your concern",
            Self::PatientChoice => "what happened",
            Self::Procurement => "the issue",
            Self::ServiceComplaint => "your complaint",
        }
    }

    /// What is promised besides if a concern is about such a thing. The box keeps no clock of it: that would say what a
    /// concern is about. The desk starts it.
    #[must_use]
    pub const fn promises_about(self) -> &'static [(About, (ClockKind, Term))] {
        match self {
            Self::StaffConcern | Self::PatientChoice | Self::Procurement => &[],
            Self::ServiceComplaint => &[(About::PersonalData, Clock::DATA_ACKNOWLEDGEMENT)],
        }
    }

    /// The clocks that a new report starts, besides the information-use notice that every message starts.
    ///
    /// Source: the promises of the body's advice and complaints page; "2 days" there are calendar days.
    #[must_use]
    pub const fn promises(self) -> &'static [(ClockKind, Term)] {
        match self {
            Self::StaffConcern => &[],
            Self::PatientChoice => {
                &[(ClockKind::Acknowledgement, Term::Days(2)), (ClockKind::Advice, Term::WorkingDays(18))]
            }
            Self::Procurement => {
                &[(ClockKind::Acknowledgement, Term::Days(2)), (ClockKind::Advice, Term::WorkingDays(10))]
            }
            Self::ServiceComplaint => {
                &[(ClockKind::Acknowledgement, Term::WorkingDays(3)), (ClockKind::Decision, Term::WorkingDays(20))]
            }
        }
    }
}
