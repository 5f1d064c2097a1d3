//! What the team makes of a report, and where its answers got to, in words.

use super::words::{join, named};
use crate::{
    casebook::{AnswerView, Release},
    domain::{Assessment, Date, HarmSeenTo, MemberId, escape_invisible, escape_invisible_in_line},
};

/// What the team makes of a report, question by question.
pub(super) fn assessed(
    assessment: &Assessment,
    name: &dyn Fn(MemberId) -> String,
) -> [(&'static str, Option<String>); 15] {
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
        gist,
        organisations: _,
        themes: _,
        links: _,
        continues: _,
        harm,
    } = assessment;
    let day = |day: &Date| day.strftime("%-d %B %Y").to_string();
    [
        ("In a line", gist.as_ref().map(|text| escape_invisible_in_line(text.as_str()))),
        ("Areas, as the team decided", areas.as_ref().map(|areas| named(areas))),
        ("Why these areas", area_reason.as_ref().map(|text| escape_invisible(text.as_str()))),
        ("Who looks after it", owner.map(name)),
        ("A worker", worker.map(|answer| answer.label().to_owned())),
        ("In our remit", in_remit.map(|answer| answer.label().to_owned())),
        ("What it tends to show", (!failures.is_empty()).then(|| join(failures.iter().map(|kind| kind.label())))),
        ("Risk", risk.map(|risk| risk.label().to_owned())),
        ("The danger is seen to", harm.as_ref().map(seen_to)),
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

/// Who sees to a danger, since when, and how.
pub(super) fn seen_to(harm: &HarmSeenTo) -> String {
    let HarmSeenTo { by, on, how } = harm;
    let how = how.as_ref().map(|how| format!(". {}", escape_invisible(how.as_str()))).unwrap_or_default();
    format!("by {}, since {}{how}", escape_invisible_in_line(by.as_str()), on.strftime("%-d %B %Y"))
}
