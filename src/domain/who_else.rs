//! Whom a person can turn to besides this box: by the route on which they write, and by what they answered.

use super::{
    answers::{About, RaisedInternally},
    choice::choices,
    concern::Concern,
    route::Route,
};

choices! {
    /// Someone else whom a person can turn to. The slug is what the configuration calls them; the label says what for.
    pub enum WhoElse {
        Guardian = "guardian", "listens in confidence inside your organisation, and helps to see that your concern is dealt with";
        Advice = "advice", "free, confidential advice for people who speak up, before they do or later";
        Cqc = "cqc", "unsafe or poor care at any service that it inspects";
        CounterFraud = "counter_fraud", "fraud, bribery or corruption that costs the NHS";
        Regulators = "regulators", "a doctor, nurse or other registered professional who may be a danger";
        Hse = "hse", "danger to the health or safety of people at work";
        Employment = "employment", "being treated badly at work, and how long you have to go to a tribunal";
        Panel = "panel", "how a contract for health care was given, once the buyer has answered you";
        Commissioner = "commissioner", "complaints about local services, to whoever pays for them";
        NhsEngland = "nhs_england", "complaints about the services that it pays for";
        Ombudsman = "ombudsman", "complaints about NHS care that were not settled; complaints about a government body, by way of your MP";
        DataProtection = "data_protection", "how personal information is used";
        Equality = "equality", "a page or service that you can’t use";
        Mp = "mp", "whatever is not settled elsewhere; a worker may tell an MP what the law lets them tell its list of bodies";
        Prescribed = "prescribed", "the whole list of those whom the law lets a worker tell, and about what";
    }
}

impl WhoElse {
    /// What the team calls them. The person reads the name that the box's configuration gives.
    #[must_use]
    pub const fn called(self) -> &'static str {
        match self {
            Self::Guardian => "The trust’s Freedom to Speak Up guardian",
            Self::Advice => "Free advice for people who speak up",
            Self::Cqc => "Care Quality Commission",
            Self::CounterFraud => "NHS Counter Fraud Authority",
            Self::Regulators => "The regulator of the profession",
            Self::Hse => "Health and Safety Executive",
            Self::Employment => "Free advice about one’s own job",
            Self::Panel => "Independent Patient Choice and Procurement Panel",
            Self::Commissioner => "The integrated care board",
            Self::NhsEngland => "NHS England",
            Self::Ombudsman => "Parliamentary and Health Service Ombudsman",
            Self::DataProtection => "Information Commissioner’s Office",
            Self::Equality => "Equality Advisory and Support Service",
            Self::Mp => "Their Member of Parliament",
            Self::Prescribed => "Another prescribed person or body",
        }
    }

    /// Those who can help with what someone writes about on a route, the nearest first; before they have written
    /// anything, all that can be of use on it.
    #[must_use]
    pub fn for_report(route: Route, concern: Option<&Concern>) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|who| who.is_for(route, concern)).collect()
    }

    fn is_for(self, route: Route, concern: Option<&Concern>) -> bool {
        let about = |any: &[About]| concern.is_none_or(|concern| concern.about.iter().any(|about| any.contains(about)));
        let is_worker = route == Route::StaffConcern;
        match self {
            // Whoever has been there is not sent there again.
            Self::Guardian => {
                is_worker && concern.is_none_or(|concern| concern.raised_internally != Some(RaisedInternally::Yes))
            }
            Self::Advice | Self::Prescribed => is_worker,
            Self::Cqc => {
                route != Route::ServiceComplaint
                    && about(&[About::PatientSafety, About::CoverUp, About::Leadership, About::FragmentedCare])
                    && (is_worker || concern.is_some())
            }
            Self::CounterFraud => matches!(route, Route::StaffConcern | Route::Procurement) && about(&[About::Fraud]),
            Self::Regulators => {
                is_worker
                    && about(&[About::PatientSafety, About::SexualHarassment, About::OtherBehaviour, About::CoverUp])
            }
            Self::Hse => is_worker && about(&[About::StaffSafety]),
            Self::Employment => {
                is_worker && about(&[About::Bullying, About::SexualHarassment, About::OtherBehaviour, About::Detriment])
            }
            Self::Panel => route == Route::Procurement,
            Self::Commissioner | Self::NhsEngland => route == Route::PatientChoice,
            Self::Ombudsman => matches!(route, Route::PatientChoice | Route::ServiceComplaint),
            Self::DataProtection => route == Route::ServiceComplaint,
            Self::Equality => false,
            Self::Mp => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Entries;

    fn helped(route: Route, answers: &[(&str, &str)]) -> Vec<WhoElse> {
        let mut form = Entries::default();
        for (name, value) in [("route", route.slug()), ("description", "Something that happened.")] {
            form.push(name.into(), value.into());
        }
        for (name, value) in answers {
            form.push((*name).into(), (*value).into());
        }
        let Ok((_, concern)) = Concern::parse(&form) else { panic!("a concern") };
        WhoElse::for_report(route, Some(&concern))
    }

    #[test]
    fn answers_say_who_can_help() {
        use WhoElse::{
            Advice, CounterFraud, Cqc, Employment, Guardian, Hse, Mp, Ombudsman, Panel, Prescribed, Regulators,
        };
        let staff = |answers: &[(&str, &str)]| helped(Route::StaffConcern, answers);
        assert_eq!(staff(&[("about", "fraud")]), [Guardian, Advice, CounterFraud, Mp, Prescribed]);
        assert_eq!(
            staff(&[("about", "patient-safety"), ("raised_internally", "yes")]),
            [Advice, Cqc, Regulators, Mp, Prescribed]
        );
        assert_eq!(
            staff(&[("about", "staff-safety"), ("about", "detriment"), ("raised_internally", "no")]),
            [Guardian, Advice, Hse, Employment, Mp, Prescribed]
        );
        assert_eq!(helped(Route::Procurement, &[("about", "competition")]), [Panel, Mp]);
        assert_eq!(helped(Route::Procurement, &[("about", "fraud")]), [CounterFraud, Panel, Mp]);
        assert!(helped(Route::PatientChoice, &[("about", "patient-safety")]).contains(&Cqc));
        assert!(helped(Route::ServiceComplaint, &[("about", "unfair")]).contains(&Ombudsman));
    }

    #[test]
    fn before_anything_is_answered_all_of_a_route_are_named() {
        for route in Route::ALL {
            let all = WhoElse::for_report(*route, None);
            assert!(all.contains(&WhoElse::Mp), "{route}");
            for about in About::ALL {
                let some = helped(*route, &[("about", about.slug())]);
                let missing: Vec<_> = some.iter().filter(|who| !all.contains(who)).collect();
                assert!(missing.is_empty() || *route != Route::StaffConcern, "{route}, {about}: {missing:?}");
            }
        }
        assert!(WhoElse::for_report(Route::StaffConcern, None).contains(&WhoElse::Guardian));
        assert!(!WhoElse::for_report(Route::PatientChoice, None).contains(&WhoElse::Guardian), "for workers");
    }
}
