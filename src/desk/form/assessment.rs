//! What the form about a report says: read, filled in, and held against what was recorded meanwhile.

use super::{
    assessment_table::{Ask, AssessmentField, AssessmentQuestion, Filled, NOT_SAID, QUESTIONS},
    question::optional_text,
};
use crate::{
    casebook::{MemberView, ReportView},
    domain::{Entries, FieldError, Input, MemberId, ReportState},
};

/// An answer that is recorded now, beside what is on the form.
pub(in crate::desk) struct Newer {
    pub(in crate::desk) label: &'static str,
    pub(in crate::desk) now: String,
}

impl Filled {
    /// As it would be filled in if it said what is recorded.
    pub(in crate::desk) fn recorded(report: &ReportView) -> Self {
        Self { assessment: report.assessment.clone(), state: Some(report.entry.state), note: None }
    }

    /// As it begins for whoever triages a report: what is recorded, and where nothing is, that they look after it and that it
    /// is being read.
    pub(in crate::desk) fn begun(report: &ReportView, me: Option<MemberId>) -> Self {
        let mut filled = Self::recorded(report);
        if report.entry.state == ReportState::Received && !report.entry.is_over {
            filled.assessment.owner = filled.assessment.owner.or(me);
            filled.state = Some(ReportState::BeingRead);
        }
        filled
    }

    /// Reads each field, with what is wrong in the order of the page. Nobody but the team can look after a report.
    pub(in crate::desk) fn read(form: &Entries, team: &[MemberView]) -> (Self, Vec<FieldError>) {
        let mut filled = Self::default();
        let wrong = QUESTIONS.iter().filter_map(|question| question.read(form, team, &mut filled).err()).collect();
        (filled, wrong)
    }

    /// What a browser would send of it.
    pub(in crate::desk) fn entries(&self) -> Entries {
        let mut form = Entries::default();
        for question in QUESTIONS {
            let mut put = |value: &str| form.push(question.field.name().to_owned(), value.to_owned());
            match &question.ask {
                Ask::Choice { get, .. } => get(self).iter().for_each(|value| put(value)),
                Ask::Text { get, .. } => put(get(self).map_or("", |text| text.as_str())),
                Ask::Day { names, get, .. } => get(self).into_iter().for_each(|day| names.fill(&mut form, day)),
            }
        }
        form
    }
}

impl AssessmentQuestion {
    fn read(&self, form: &Entries, team: &[MemberView], filled: &mut Filled) -> Result<(), FieldError> {
        let name = self.field.name();
        match &self.ask {
            Ask::Choice { input, choices, add, .. } => {
                let several = matches!(input, Input::Checkboxes(_));
                let typed: Vec<&str> = if several { form.all(name).collect() } else { vec![form.first(name)] };
                let choices = choices(team);
                // Each once, in the order of the list.
                choices.iter().filter(|(value, _)| typed.contains(&value.as_str())).for_each(|(value, _)| {
                    add(filled, value);
                });
                let is_known = |typed: &&str| choices.iter().any(|(value, _)| value == typed);
                match typed.iter().all(is_known) || (!several && typed == [""]) {
                    true => Ok(()),
                    false if several => Err(FieldError::new(name, "Select answers from the list")),
                    false => Err(FieldError::new(name, "Select an answer from the list")),
                }
            }
            Ask::Text { input, set, .. } => optional_text(name, input, form).map(|text| set(filled, text)),
            Ask::Day { names, set, .. } => names.read(form).map(|day| set(filled, day)),
        }
    }

    /// What is recorded, in words; none if nothing is.
    fn words(&self, recorded: &Filled, team: &[MemberView]) -> String {
        match &self.ask {
            Ask::Choice { none, choices, get, .. } => {
                let values = get(recorded);
                let labels = choices(team).into_iter().filter(|(value, _)| values.contains(value));
                let labels: Vec<String> = labels.map(|(_, label)| label).collect();
                if labels.is_empty() { (*none).to_owned() } else { labels.join("; ") }
            }
            Ask::Text { get, .. } => get(recorded).map_or("Nothing", |text| text.as_str()).to_owned(),
            Ask::Day { get, .. } => {
                get(recorded).map_or_else(|| NOT_SAID.to_owned(), |day| day.strftime("%-d %B %Y").to_string())
            }
        }
    }

    /// The names of its fields.
    pub(in crate::desk) fn names(&self) -> Vec<&'static str> {
        match &self.ask {
            Ask::Day { names, .. } => names.all().to_vec(),
            Ask::Choice { .. } | Ask::Text { .. } => vec![self.field.name()],
        }
    }
}

/// What two forms say differently, as it is called where an answer stands.
pub(in crate::desk) fn changed_answers(was: &Filled, now: &Filled) -> Vec<&'static str> {
    let (was, now) = (was.entries(), now.entries());
    let differs = |question: &&AssessmentQuestion| !question.names().iter().all(|name| same(&was, &now, name));
    QUESTIONS.iter().filter(differs).map(|question| question.short).collect()
}

/// What is recorded now where the form says something else. A note is recorded beside the others and replaces none.
pub(in crate::desk) fn newer(report: &ReportView, team: &[MemberView], typed: &Entries) -> Vec<Newer> {
    let recorded = Filled::recorded(report);
    let entries = recorded.entries();
    let differs = |question: &&AssessmentQuestion| {
        question.field != AssessmentField::Note && !question.names().iter().all(|name| same(&entries, typed, name))
    };
    let newer = QUESTIONS.iter().filter(differs);
    newer.map(|question| Newer { label: question.short, now: question.words(&recorded, team) }).collect()
}

/// Whether two forms say the same in one field. A browser sends each line break as two characters.
fn same(one: &Entries, other: &Entries, name: &str) -> bool {
    let values = |form: &Entries| -> Vec<String> {
        let filled = form.all(name).filter(|value| !value.is_empty());
        filled.map(|value| value.replace("\r\n", "\n").trim().to_owned()).collect()
    };
    values(one) == values(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Action, Area, Assessment, Date, FailureKind, Finding, Risk, Text, YesNo};

    fn is_read_back(filled: &Filled) -> bool {
        let (read, wrong) = Filled::read(&filled.entries(), &[]);
        wrong.is_empty()
            && read.assessment == filled.assessment
            && read.state == filled.state
            && read.note.as_ref().map(Text::as_str) == filled.note.as_ref().map(Text::as_str)
    }

    #[test]
    fn whatever_is_filled_in_is_read_back() {
        let text = |text| Some(Text::typed(text));
        let assessment = Assessment {
            areas: Some(vec![Area::IntegratedCare, Area::Competition]),
            area_reason: text("Both."),
            worker: Some(YesNo::No),
            in_remit: Some(YesNo::Unclear),
            failures: vec![FailureKind::Crime, FailureKind::Concealment],
            risk: Some(Risk::High),
            owner: None,
            action: Some(Action::FurtherAction),
            action_detail: text("A visit.\nThen a letter."),
            action_by: Some(Date::constant(2027, 3, 31)),
            finding: Some(Finding::Substantiated),
            detriment: Some(YesNo::Yes),
            destroy_after: Some(Date::constant(2034, 3, 31)),
            ..Assessment::default()
        };
        let filled = Filled { assessment, state: Some(ReportState::Decided), note: text("Later.") };
        assert!(is_read_back(&filled));
        let changed = changed_answers(&Filled::default(), &filled);
        assert_eq!(changed.len(), QUESTIONS.len() - 1, "all but who looks after it: {changed:?}");
        assert!(changed_answers(&filled, &filled).is_empty());
        assert!(is_read_back(&Filled::default()));
    }

    #[test]
    fn each_field_is_asked_once() {
        let mut names: Vec<_> = QUESTIONS.iter().flat_map(AssessmentQuestion::names).collect();
        let asked = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!((names.len(), asked), (19, 19), "13 fields, and two dates of three");
    }

    #[test]
    fn what_no_list_has_is_named() {
        let mut form = Entries::default();
        let fields = [AssessmentField::Worker, AssessmentField::Area, AssessmentField::Owner];
        fields.iter().for_each(|field| form.push(field.name().to_owned(), "0a".to_owned()));
        let (_, wrong) = Filled::read(&form, &[]);
        assert_eq!(wrong.iter().map(|error| error.field).collect::<Vec<_>>(), fields.map(AssessmentField::name));
    }
}
