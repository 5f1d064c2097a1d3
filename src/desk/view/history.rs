//! What was done with a report, step by step, and what the team makes of it.

use super::words::{join, named, state_name};
use crate::{
    casebook::{
        AnswerView, AsideView, DecisionView, EnteredView, ReadersView, ReferralView, Release, ReportView,
        TakenBackView, ToldView,
    },
    domain::{Assessment, Date, MemberId, ReportState, Text, escape_invisible},
    http::Day,
};

/// Something that was done with the report.
pub(super) struct HistoryEntry {
    pub(super) event: u64,
    pub(super) on: Day,
    pub(super) by: String,
    pub(super) what: String,
    pub(super) lines: Vec<(&'static str, String)>,
}

impl HistoryEntry {
    /// Everything that was done, the oldest first.
    pub(super) fn all(report: &ReportView, name: &dyn Fn(MemberId) -> String) -> Vec<Self> {
        let before = std::iter::once(None).chain(report.decisions.iter().map(Some));
        let mut history: Vec<Self> =
            before.zip(&report.decisions).map(|(before, decision)| Self::decided(before, decision, name)).collect();
        history.extend(report.referrals.iter().map(|referral| Self::referred(referral, name)));
        history.extend(report.taken_back.iter().map(|taken_back| Self::taken_back(taken_back, name)));
        history.extend(report.readers.iter().map(|readers| Self::readers(readers, name)));
        history.extend(report.aside.iter().map(|aside| Self::set_aside(aside, name)));
        history.extend(report.entered.iter().map(|entered| Self::entered(entered, name)));
        history.extend(report.told.iter().map(|told| Self::told(told, name)));
        history.sort_by_key(|step| step.event);
        history
    }

    /// What a decision changed.
    fn decided(before: Option<&DecisionView>, decision: &DecisionView, name: &dyn Fn(MemberId) -> String) -> Self {
        let mut lines = Vec::new();
        let (state, read) = before.map_or((ReportState::Received, 0), |before| (before.state, before.read));
        if decision.read > read {
            lines.push(("Read", format!("up to message {}", decision.read)));
        }
        if decision.state != state {
            lines.push(("State", state_name(decision.state).to_owned()));
        }
        let was = before.map(|before| before.assessment.clone()).unwrap_or_default();
        let changed = assessed(&was, name).into_iter().zip(assessed(&decision.assessment, name));
        for (_, (label, now)) in changed.filter(|(was, now)| was != now) {
            lines.push((label, now.unwrap_or_else(|| "Taken back".to_owned())));
        }
        for answer in &decision.answers {
            lines.push((answer.kind.label(), whereabouts(answer, name)));
        }
        if let Some(due) = decision.change_of_use_due {
            lines.push(("Change of use", format!("a supplementary notice is due by {}", due.strftime("%-d %B %Y"))));
        }
        if let Some(note) = &decision.note {
            lines.push(("Note", escape_invisible(note.as_str())));
        }
        Self { event: decision.event, on: Day(decision.on), by: name(decision.by), what: "Decided".into(), lines }
    }

    fn referred(referral: &ReferralView, name: &dyn Fn(MemberId) -> String) -> Self {
        let lines = vec![
            ("To", format!("{} ({})", escape_invisible(referral.team.as_str()), referral.area.label())),
            ("What", join(referral.parts.iter().map(|part| escape_invisible(part.as_str())))),
            ("Left out", if referral.redacted { "parts of it" } else { "nothing" }.to_owned()),
            ("Why", escape_invisible(referral.reason.as_str())),
        ];
        Self { event: referral.event, on: Day(referral.on), by: name(referral.by), what: "Referred".into(), lines }
    }

    fn taken_back(taken_back: &TakenBackView, name: &dyn Fn(MemberId) -> String) -> Self {
        let mut lines = vec![("Why", escape_invisible(taken_back.reason.as_str()))];
        let text = |text: &Option<Text>| text.as_ref().map_or_else(String::new, |text| escape_invisible(text.as_str()));
        lines.extend(taken_back.answers.iter().map(|(kind, said)| (kind.label(), text(said))));
        Self {
            event: taken_back.event,
            on: Day(taken_back.on),
            by: name(taken_back.by),
            what: "Taken back before it was approved".into(),
            lines,
        }
    }

    fn set_aside(aside: &AsideView, name: &dyn Fn(MemberId) -> String) -> Self {
        let lines = aside.reason.iter().map(|reason| ("Why", reason.label().to_owned())).collect();
        let what = if aside.reason.is_some() { "Set aside" } else { "Opened again: it is not set aside any more" };
        Self { event: aside.event, on: Day(aside.on), by: name(aside.by), what: what.into(), lines }
    }

    fn entered(entered: &EnteredView, name: &dyn Fn(MemberId) -> String) -> Self {
        let EnteredView { event, on, by, way, .. } = entered;
        let what = format!("Entered: it came {}", way.label().to_lowercase());
        Self { event: *event, on: Day(*on), by: name(*by), what, lines: Vec::new() }
    }

    fn told(told: &ToldView, name: &dyn Fn(MemberId) -> String) -> Self {
        let ToldView { event, recorded_on, by, answer, on, way } = told;
        let given = format!("{}, on {}", way.label(), on.strftime("%-d %B %Y"));
        let what = if answer.is_some() { "Given to the person" } else { "Told the person that we have it" };
        Self { event: *event, on: Day(*recorded_on), by: name(*by), what: what.into(), lines: vec![("How", given)] }
    }

    fn readers(readers: &ReadersView, name: &dyn Fn(MemberId) -> String) -> Self {
        let who = match &readers.readers {
            None => "every member, those who join later too".to_owned(),
            Some(members) => join(members.iter().map(|member| name(*member))),
        };
        let lines = vec![("Who may open it", who), ("Why", escape_invisible(readers.reason.as_str()))];
        let what = "Readers chosen".to_owned();
        Self { event: readers.event, on: Day(readers.on), by: name(readers.by), what, lines }
    }
}

/// What the team makes of a report, question by question.
pub(super) fn assessed(
    assessment: &Assessment,
    name: &dyn Fn(MemberId) -> String,
) -> [(&'static str, Option<String>); 13] {
    let Assessment {
        areas,
        area_reason,
        worker,
        in_remit,
        failures,
        risk,
        owner,
        action,
        action_detail,
        action_by,
        finding,
        detriment,
        destroy_after,
        gist: _,
        organisations: _,
        themes: _,
        links: _,
        continues: _,
        harm: _,
    } = assessment;
    let day = |day: &Date| day.strftime("%-d %B %Y").to_string();
    [
        ("Areas, as the team decided", areas.as_ref().map(|areas| named(areas))),
        ("Why these areas", area_reason.as_ref().map(|text| escape_invisible(text.as_str()))),
        ("Who looks after it", owner.map(name)),
        ("A worker", worker.map(|answer| answer.label().to_owned())),
        ("In our remit", in_remit.map(|answer| answer.label().to_owned())),
        ("What it tends to show", (!failures.is_empty()).then(|| join(failures.iter().map(|kind| kind.label())))),
        ("Risk", risk.map(|risk| risk.label().to_owned())),
        ("Outcome", action.map(|action| action.label().to_owned())),
        ("What, or why not", action_detail.as_ref().map(|text| escape_invisible(text.as_str()))),
        ("By when", action_by.as_ref().map(day)),
        ("Finding", finding.map(|finding| finding.label().to_owned())),
        ("Treated badly for speaking up", detriment.map(|answer| answer.label().to_owned())),
        ("Kept until", destroy_after.as_ref().map(day)),
    ]
}

/// Where an answer got to.
pub(super) fn whereabouts(answer: &AnswerView, name: &dyn Fn(MemberId) -> String) -> String {
    let by = format!("written by {}", name(answer.by));
    let approved = answer.approved_by.map(|id| format!(", approved by {}", name(id))).unwrap_or_default();
    let where_to = match answer.release {
        Release::Held => "waits for a second member to approve it".to_owned(),
        Release::Free => "not exported yet".to_owned(),
        Release::ToGive => "waits to be given to the person".to_owned(),
        Release::Exported { number } => format!("exported in decisions {number}, not yet known to be delivered"),
        Release::Displaced => "not delivered: the box has another answer of its number; write it once more".to_owned(),
        Release::Delivered { on } => format!("delivered on {}", on.strftime("%-d %B %Y")),
    };
    format!("{by}{approved}; {where_to}")
}
