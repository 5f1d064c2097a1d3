use crate::{
    casebook::notice::{NoticeDraft, NoticeGaps},
    domain::{Area, Date, NoticeVariant, Route, Text, Told, WhoSees},
};

/// A heading and the paragraphs below it. A list is one paragraph of lines.
struct NoticeSection(String, Vec<String>);

impl NoticeSection {
    fn new<const N: usize>(heading: &str, paragraphs: [&str; N]) -> Self {
        Self(heading.to_owned(), paragraphs.map(str::to_owned).into())
    }
}

impl NoticeDraft {
    /// The text that a reviewer then edits, with its headings and lists marked as [`prose`](crate::domain::prose()) reads
    /// them. What only the reviewer can say stands in it as `[what to say here]`.
    #[must_use]
    pub fn compose(&self) -> Text {
        compose(self)
    }
}

fn compose(draft: &NoticeDraft) -> Text {
    let mut sections = vec![opening(draft)];
    sections.extend(late(draft));
    match draft.variant {
        NoticeVariant::NoOtherUse => sections.push(no_other_use(draft.route, &draft.gaps)),
        NoticeVariant::OtherWork => sections.extend(areas(draft)),
        NoticeVariant::Supplementary => {
            sections.push(change(&draft.gaps));
            sections.extend(areas(draft));
        }
    }
    sections.push(organisation(draft));
    sections.push(protection(draft.variant));
    sections.push(options(draft));
    let paragraphs: Vec<String> = sections
        .into_iter()
        .flat_map(|NoticeSection(heading, paragraphs)| std::iter::once(format!("# {heading}")).chain(paragraphs))
        .collect();
    Text::typed(&paragraphs.join("\n\n"))
}

fn opening(draft: &NoticeDraft) -> NoticeSection {
    let (received, today, subject) = (day(draft.received_on), day(draft.today), draft.route.subject());
    let what = match draft.variant {
        NoticeVariant::Supplementary => "This notice says how our plans for it have changed.",
        NoticeVariant::OtherWork => "This notice says what other work we plan to use it for.",
        NoticeVariant::NoOtherUse => "This notice says that we do not plan to use it for other work.",
    };
    NoticeSection(
        "How we use what you told us".to_owned(),
        vec![
            format!("On {received} you told us about {subject}. Thank you. {what}"),
            apart(draft.route).to_owned(),
            format!("We wrote this on {today}."),
        ],
    )
}

/// What the notice is not about.
const fn apart(route: Route) -> &'static str {
    match route {
        Route::StaffConcern => {
            "In general we do not settle single cases. We use what people tell us to see if there is a wider problem."
        }
        Route::PatientChoice => "This is separate from the advice that we give you about your choice.",
        Route::Procurement => "This is separate from our answer to you on the issue.",
        Route::ServiceComplaint => "This is separate from our answer to your complaint, and does not change it.",
    }
}

fn late(draft: &NoticeDraft) -> Option<NoticeSection> {
    let late = draft.late.as_ref()?;
    let reason = one_line(&late.reason);
    let reason = if reason.is_empty() { "[why we are late]." } else { reason.as_str() };
    let due = day(late.due_on);
    Some(NoticeSection(
        "We are late".to_owned(),
        vec![format!("We should have told you this by {due}. We did not, and we are sorry."), reason.to_owned()],
    ))
}

fn no_other_use(route: Route, gaps: &NoticeGaps) -> NoticeSection {
    let only = match route {
        Route::StaffConcern => "We will use it only to look into what you told us, and to answer you.",
        Route::PatientChoice => "We will use it only to look into what happened, and to answer you.",
        Route::Procurement => "We will use it only to look into the issue, and to answer you.",
        Route::ServiceComplaint => "We will use it only to look into your complaint, and to answer you.",
    };
    NoticeSection(
        "We plan no other use".to_owned(),
        vec![
            "We asked if it could help our other work: how a trust is run by its board, if services work together, and how care is bought and chosen.".to_owned(),
            format!(
                "We do not plan to use it there. This is because {}.",
                said(gaps.why_not.as_ref(), "why it is not used in other work")
            ),
            format!("{only} Only our own team will see it."),
            "If this changes, we will tell you first.".to_owned(),
        ],
    )
}

fn change(gaps: &NoticeGaps) -> NoticeSection {
    let what = said(gaps.what_changed.as_ref(), "what has changed");
    let why = said(gaps.why_changed.as_ref(), "why it has changed");
    NoticeSection::new(
        "What has changed",
        [
            "We told you before how we would use what you sent. That first notice still stands. This one adds to it.",
            &format!("What is new is {what}."),
            &format!("We changed our plan because {why}."),
        ],
    )
}

fn areas(draft: &NoticeDraft) -> Vec<NoticeSection> {
    if draft.areas.is_empty() {
        // Without an area there is nothing that this notice could say: the reviewer has to choose one.
        return vec![NoticeSection::new("What we plan", ["[which of our work it is used for]."])];
    }
    let chosen = Area::ALL.iter().filter(|area| draft.areas.contains(area));
    chosen.map(|area| self::area(*area, draft.who_sees, &draft.gaps)).collect()
}

fn area(area: Area, who_sees: WhoSees, gaps: &NoticeGaps) -> NoticeSection {
    let (plan, gap, why) = match area {
        Area::BoardGovernance => (
            "In this work we look at how boards lead their trusts. We plan to use what you told us to look at",
            "what is looked at in how the trust is run",
            "We do this because a problem in one place can come from how the whole trust is led. What you told us may help us see that.",
        ),
        Area::IntegratedCare => (
            "In this work we look at how well services work together for patients. We plan to use what you told us to look at",
            "what is looked at in how services work together",
            "We do this because people can come to harm when care is not joined up. What you told us may help us see where.",
        ),
        Area::Competition => (
            "In this work we look at how care is bought, and if patients get the choice they should. We plan to use what you told us to look at",
            "what is looked at in buying, choice or competition",
            "We do this because care should be bought in a fair way, and patients have a right to choose. What you told us may help us see where this goes wrong.",
        ),
    };
    let plan = format!("{plan} {}.", said(gaps.looked_at(area), gap));
    let seen = match who_sees {
        WhoSees::Team => {
            "Only our own team will see what you sent. The team that does this work gets our findings from us, not your words.".to_owned()
        }
        WhoSees::AreaTeam => {
            "Our own team will see what you sent. The team that does this work will see the parts it needs. Nobody else will.".to_owned()
        }
        WhoSees::Regulator => {
            let regulator = said(gaps.regulator.as_ref(), "which other regulator, and why");
            format!(
                "Our own team will see what you sent. The team that does this work will see the parts it needs. We also plan to show those parts to {regulator}."
            )
        }
    };
    NoticeSection::new(area.label(), [&plan, why, &seen])
}

fn organisation(draft: &NoticeDraft) -> NoticeSection {
    let them = match draft.route {
        // There the person complains about whoever writes the notice.
        Route::ServiceComplaint => "any other organisation that you wrote about",
        Route::StaffConcern | Route::PatientChoice | Route::Procurement => "the organisation that you wrote about",
    };
    let told = match draft.told {
        Told::Nothing => format!("We will not tell {them} {NOT_TOLD}"),
        Told::InGeneral => format!(
            "We will speak to {them} in general terms only. We will not say that anyone wrote to us. We will leave out what could show who you are."
        ),
        Told::IfAgreed => format!(
            "We will tell {them} only if you agree first. We will ask you here, and say what we would tell them. If you do not answer, we will not tell them."
        ),
    };
    NoticeSection("What the organisation is told".to_owned(), vec![told])
}

/// How the sentence ends that says that the organisation is told nothing.
const NOT_TOLD: &str = "what you told us, or that anyone wrote to us.";

/// Whether the organisation may be told something, for all that a notice says: unless it says in the words of its wording
/// that it is not.
#[must_use]
pub fn tells_the_organisation(notice: &str) -> bool {
    !notice.contains(NOT_TOLD)
}

fn protection(variant: NoticeVariant) -> NoticeSection {
    let sealed = "We do not try to find out who you are. What you sent is kept sealed, and we open it only on a computer that is not on the internet.";
    let passed_on = match variant {
        NoticeVariant::NoOtherUse => "",
        NoticeVariant::OtherWork | NoticeVariant::Supplementary => {
            " From what we pass on, we take out names, dates, places and words that could point to you."
        }
    };
    let limits = "There are limits. If someone is in danger, the law may make us pass on what we know. And people who know what happened may guess who spoke, even if we say nothing.";
    NoticeSection("How we protect you".to_owned(), vec![format!("{sealed}{passed_on}"), limits.to_owned()])
}

fn options(draft: &NoticeDraft) -> NoticeSection {
    let (object, when) = match draft.variant {
        NoticeVariant::NoOtherUse => ("- say if you would like us to use it in other work", None),
        NoticeVariant::OtherWork | NoticeVariant::Supplementary => (
            "- say that you object, and do not want us to use it in this way",
            Some(format!(
                "If you object, please tell us by {}. After that we may not be able to undo all of it.",
                draft.gaps.object_by.map_or_else(|| "[the day before we start]".to_owned(), day)
            )),
        ),
    };
    let advice = match draft.route {
        Route::StaffConcern => "The charity Protect gives free, confidential advice to people who speak up at work.",
        Route::PatientChoice | Route::Procurement | Route::ServiceComplaint => {
            "If this is about the place where you work, the charity Protect gives free, confidential advice."
        }
    };
    let list = [
        "You can write back to us with your receipt code. For example, you can:",
        object,
        "- tell us if there is a use that could show who you are",
        "- ask us something, or tell us more",
    ];
    let mut paragraphs = vec![list.join("\n")];
    paragraphs.extend(when);
    paragraphs.extend([
        "You can also withdraw your report with the code. We then can’t answer you any more. We may still have to act on what we have read, for example to keep someone safe.".to_owned(),
        "If you are unhappy with how we use it, you can complain to us. You do not have to say who you are.".to_owned(),
        format!("{advice} You find how to reach them on the page “Before you start” of this service."),
    ]);
    NoticeSection("What you can do".to_owned(), paragraphs)
}

/// What the reviewer says in a gap, as the end of a sentence; else the gap, by its name.
fn said(gap: Option<&Text>, name: &str) -> String {
    let line = gap.map(|text| text.as_str().split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
    let line = line.trim_end_matches(['.', ' ']);
    if line.is_empty() { format!("[{name}]") } else { line.to_owned() }
}

/// A date as pages show it.
fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// What was typed as one paragraph, with a full stop if it has no end of its own.
fn one_line(text: &Text) -> String {
    let mut line = text.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    if line.ends_with(char::is_alphanumeric) {
        line.push('.');
    }
    line
}

#[cfg(test)]
mod tests;
