//! The choices that the form offers.

use super::{area::Area, choice::choices};

choices! {
    /// The kind of organisation that a concern is about.
    pub enum OrganisationType {
        NhsTrust = "nhs-trust", "NHS trust";
        FoundationTrust = "nhs-foundation-trust", "NHS foundation trust";
        PrimaryCare = "primary-care", "GP or other primary care";
        IntegratedCareBoard = "integrated-care-board", "Integrated care board";
        IndependentProvider = "independent-provider", "Independent provider of NHS care";
        Other = "other", "Other";
        RatherNotSay = "rather-not-say", "I would rather not say";
    }
}

choices! {
    /// What a concern is about; a person may choose several. The last seven are for complaints about the body
    /// itself.
    pub enum About {
        PatientSafety = "patient-safety", "Patient safety or quality of care";
        StaffSafety = "staff-safety", "Safety or wellbeing of staff";
        Bullying = "bullying", "Bullying or harassment";
        SexualHarassment = "sexual-harassment", "Sexual harassment";
        OtherBehaviour = "other-behaviour", "Other behaviour";
        Fraud = "fraud", "Fraud or finances";
        Leadership = "leadership", "The board or senior leaders";
        CoverUp = "cover-up", "A cover-up";
        Detriment = "detriment", "Being treated badly for speaking up";
        FragmentedCare = "fragmented-care", "Care that is not joined up";
        Competition = "competition", "Procurement, patient choice or competition";
        Other = "other", "Something else";
        Unfair = "unfair", "Unfair treatment by us";
        PoorService = "poor-service", "Poor service from us";
        DoneWrongly = "done-wrongly", "Something that we did wrongly";
        TooSlow = "too-slow", "We took too long";
        DidNotAct = "did-not-act", "We did not act";
        NotTold = "not-told", "We did not give information";
        PersonalData = "personal-data", "Use of personal information by us";
    }
}

choices! {
    /// Whether it is still happening.
    pub enum Ongoing {
        Yes = "yes", "Yes";
        No = "no", "No";
        MayHappen = "may-happen", "It may happen";
        NotSure = "not-sure", "Not sure";
    }
}

choices! {
    /// Whether someone could be seriously harmed soon.
    pub enum SeriousHarm {
        Yes = "yes", "Yes";
        No = "no", "No";
        NotSure = "not-sure", "Not sure";
    }
}

choices! {
    /// Whether the person raised it where they work.
    pub enum RaisedInternally {
        Yes = "yes", "Yes";
        No = "no", "No";
        RatherNotSay = "rather-not-say", "I would rather not say";
    }
}

choices! {
    /// The person's role. Broad on purpose: a narrow one could name them.
    pub enum Role {
        Nurse = "nurse-or-midwife", "Nurse or midwife";
        Doctor = "doctor", "Doctor";
        AlliedHealth = "allied-health", "Allied health professional";
        Support = "support", "Healthcare support worker";
        Ambulance = "ambulance", "Ambulance staff";
        Manager = "manager", "Manager or administrator";
        Governor = "governor", "Foundation trust governor";
        Student = "student-or-trainee", "Student or trainee";
        Contractor = "agency-or-contractor", "Agency worker or contractor";
        Other = "other", "Other";
    }
}

choices! {
    /// The person's own view of which area a concern may be evidence for.
    pub enum AreaChoice {
        BoardGovernance = "board-governance", "How a trust is run by its board";
        IntegratedCare = "integrated-care", "Integrated care";
        Competition = "competition", "Procurement, patient choice and competition";
        NotSure = "not-sure", "Not sure";
    }
}

impl AreaChoice {
    /// The area chosen, none for "not sure".
    #[must_use]
    pub const fn area(self) -> Option<Area> {
        match self {
            Self::BoardGovernance => Some(Area::BoardGovernance),
            Self::IntegratedCare => Some(Area::IntegratedCare),
            Self::Competition => Some(Area::Competition),
            Self::NotSure => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_and_its_choice_have_the_same_words() {
        for choice in AreaChoice::ALL {
            if let Some(area) = choice.area() {
                assert_eq!((choice.slug(), choice.label()), (area.slug(), area.label()));
            }
        }
        assert_eq!(AreaChoice::ALL.len(), Area::ALL.len() + 1);
    }

    #[test]
    fn slugs_are_read_back_and_differ() {
        for about in About::ALL {
            assert_eq!(About::from_slug(about.slug()), Some(*about));
        }
        assert_eq!(About::from_slug("Patient safety"), None);
    }
}
