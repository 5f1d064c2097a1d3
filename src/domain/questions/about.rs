//! What a concern may be about: which choices a route offers, and in which words if they differ from the desk's.

use crate::domain::{answers::About, choice::Labelled};

pub(super) const A_CONCERN: Labelled = &[
    About::PatientSafety.labelled(),
    About::StaffSafety.labelled(),
    About::Bullying.labelled(),
    About::SexualHarassment.labelled(),
    About::OtherBehaviour.labelled(),
    About::Fraud.labelled(),
    About::Leadership.labelled(),
    About::CoverUp.labelled(),
    About::Detriment.labelled(),
    About::FragmentedCare.labelled(),
    About::Competition.labelled(),
    About::Other.labelled(),
];

pub(super) const A_CHOICE: Labelled = &[
    (About::Competition.slug(), "I was refused a choice, or was not offered another provider after 18 weeks"),
    (About::PatientSafety.slug(), "My care or someone else’s was unsafe or poor"),
    (About::FragmentedCare.slug(), "The services that treat me do not work together"),
    (About::Detriment.slug(), "I was treated badly because I asked or complained"),
    About::Other.labelled(),
];

pub(super) const AN_ISSUE: Labelled = &[
    About::Competition.labelled(),
    About::FragmentedCare.labelled(),
    About::PatientSafety.labelled(),
    About::Fraud.labelled(),
    About::Leadership.labelled(),
    About::CoverUp.labelled(),
    About::Other.labelled(),
];

pub(super) const A_COMPLAINT: Labelled = &[
    (About::Unfair.slug(), "I was treated unfairly"),
    (About::PoorService.slug(), "The service was poor"),
    (About::DoneWrongly.slug(), "Something was done wrongly"),
    (About::TooSlow.slug(), "It took too long"),
    (About::DidNotAct.slug(), "Nothing was done"),
    (About::NotTold.slug(), "I was not told what I should have been"),
    (About::PersonalData.slug(), "How you used information about me"),
    About::PatientSafety.labelled(),
    (About::Leadership.slug(), "Your board or senior leaders"),
    About::CoverUp.labelled(),
    About::Detriment.labelled(),
    About::Other.labelled(),
];
