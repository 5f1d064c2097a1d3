//! The one thing that is best done next with a report: what its page has a green button for.

use super::enter::to_give;
use crate::{
    casebook::{AnswerView, Casebook, Letter, Release, ReportView, SaidBy},
    domain::{Action, AnswerKind, ClockView, Date, ReportState},
};

/// What is best done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextStep {
    /// Someone could be harmed soon, and nobody has said that it is seen to.
    SeeToDanger,
    /// Nobody has said yet what it is.
    Triage,
    /// There is something new from the person.
    MarkRead,
    /// An answer of a colleague waits for a second member: its number.
    Approve(u32),
    /// The person has no receipt code, and something is to be given to them by hand: its number, 0 that the team has it.
    Give(u32),
    /// This member has a draft that waits.
    GoOn(AnswerKind),
    /// A notice is due by that day.
    WriteNotice(Date),
    /// A reply is due by that day.
    WriteReply(Date),
    /// The person wrote again on that day, and nobody has written to them since.
    AnswerFollowUp(Date),
    /// Nobody has said whether anything is done.
    RecordOutcome,
    /// Everything is done.
    Close,
    /// There is nothing to do here now.
    Nothing(Idle),
}

/// Why there is nothing to do with a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Idle {
    /// Its time with the team is over.
    Over,
    /// It was set aside.
    SetAside,
    /// An answer waits for another member.
    SecondMember,
    /// An answer waits to be carried, or is on its way.
    Carrying,
    /// The team set out to do something by that day.
    UntilDay(Date),
}

/// What it depends on.
#[derive(Clone, Default)]
struct StepFacts {
    is_urgent: bool,
    is_triaged: bool,
    is_over: bool,
    is_set_aside: bool,
    unread: usize,
    /// The first answer that waits for this member.
    to_approve: Option<u32>,
    /// The first thing that is to be given to the person by hand.
    to_give: Option<u32>,
    /// What this member's newest draft is to be.
    draft: Option<AnswerKind>,
    /// Whether one waits for another member.
    waits_for_second: bool,
    is_carried: bool,
    notice_due: Option<Date>,
    reply_due: Option<Date>,
    unanswered_since: Option<Date>,
    has_outcome: bool,
    /// By when the team itself set out to do something, if that is not over.
    acts_until: Option<Date>,
}

impl NextStep {
    /// With a report as it stands on a day, for whoever looks at it.
    pub(super) fn with(report: &ReportView, casebook: &Casebook, today: Date) -> Self {
        Self::of(&StepFacts::new(report, casebook, today))
    }

    /// A danger comes before all else, and what the person was promised before what the team wants to know. Nobody is asked
    /// to mark as read what triage shows.
    fn of(facts: &StepFacts) -> Self {
        let StepFacts { to_approve, to_give, draft, notice_due, reply_due, unanswered_since, .. } = *facts;
        if facts.is_urgent {
            return Self::SeeToDanger;
        }
        if facts.is_set_aside {
            return Self::Nothing(Idle::SetAside);
        }
        if !facts.is_triaged && !facts.is_over {
            return Self::Triage;
        }
        if facts.unread > 0 {
            return Self::MarkRead;
        }
        if let Some(seq) = to_approve {
            return Self::Approve(seq);
        }
        if let Some(seq) = to_give {
            return Self::Give(seq);
        }
        if let Some(kind) = draft {
            return Self::GoOn(kind);
        }
        if let Some(due) = notice_due {
            return Self::WriteNotice(due);
        }
        if let Some(due) = reply_due {
            return Self::WriteReply(due);
        }
        if let Some(since) = unanswered_since {
            return Self::AnswerFollowUp(since);
        }
        if !facts.is_over && !facts.has_outcome {
            return Self::RecordOutcome;
        }
        if facts.waits_for_second {
            return Self::Nothing(Idle::SecondMember);
        }
        if facts.is_carried {
            return Self::Nothing(Idle::Carrying);
        }
        match facts.acts_until {
            _ if facts.is_over => Self::Nothing(Idle::Over),
            Some(day) => Self::Nothing(Idle::UntilDay(day)),
            None => Self::Close,
        }
    }
}

impl StepFacts {
    fn new(report: &ReportView, casebook: &Casebook, today: Date) -> Self {
        let me = casebook.me();
        let mine = casebook.drafts(report.entry.id).into_iter().rfind(|draft| Some(draft.by) == me);
        let (entry, made) = (&report.entry, &report.assessment);
        let answers: Vec<&AnswerView> = report.decisions.iter().flat_map(|decision| &decision.answers).collect();
        let held = || answers.iter().filter(|answer| answer.release == Release::Held && !entry.withdrawn);
        let is_written = |clock: &ClockView, letter: Letter| {
            if clock.supplementary {
                return answers.iter().any(|answer| answer.supplementary && is_under_way(answer));
            }
            // What was written before the person wrote last says nothing of that.
            let last = report.messages.iter().rev().take_while(|message| !message.is_by_person());
            let mut written = last.filter_map(|message| match message.said {
                SaidBy::Team { letter, .. } => Some((message.seq, letter.kind())),
                SaidBy::Person { .. } | SaidBy::NotHere { .. } => None,
            });
            let reaches = |seq| answers.iter().any(|answer| answer.seq == seq && is_under_way(answer));
            written.any(|(seq, kind)| kind == letter.kind() && reaches(seq))
        };
        let due = |letter| {
            let open = entry.kept_by(letter).filter(|clock| !is_written(clock, letter));
            open.map(|clock| clock.due_on).min()
        };
        let is_decided = matches!(entry.state, ReportState::Decided | ReportState::Closed);
        Self {
            is_urgent: entry.is_urgent(),
            is_triaged: is_decided
                || made.in_remit.is_some()
                || made.worker.is_some()
                || made.areas.is_some()
                || !made.failures.is_empty(),
            is_over: entry.is_over,
            is_set_aside: entry.set_aside.is_some(),
            unread: entry.unread,
            to_approve: held().find(|answer| Some(answer.by) != me).map(|answer| answer.seq),
            to_give: to_give(report).first().map(|(seq, _)| *seq),
            draft: mine.map(|draft| draft.kind).filter(|_| !entry.withdrawn),
            waits_for_second: held().any(|answer| Some(answer.by) == me),
            is_carried: entry.on_the_way > 0 || entry.waiting > entry.to_approve,
            notice_due: due(Letter::Supplementary),
            reply_due: due(Letter::Reply),
            unanswered_since: entry.unanswered_since,
            has_outcome: made.action.is_some(),
            acts_until: made.action_by.filter(|day| made.action == Some(Action::FurtherAction) && *day >= today),
        }
    }
}

/// Whether an answer has still to reach the person, and can.
fn is_under_way(answer: &AnswerView) -> bool {
    let is_text = matches!(answer.kind, AnswerKind::Notice | AnswerKind::Reply);
    is_text && matches!(answer.release, Release::Held | Release::Free | Release::ToGive | Release::Exported { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::{NewDecision, NewEntered, NewNotice},
        domain::{Calendar, Concern, Entries, MessageKind, Route, TeamRole, Text, WayIn, WhoseWords, YesNo},
        world::{DAY, TODAY, casebook::World},
    };

    const DUE: Date = Date::constant(2026, 12, 15);

    #[test]
    fn each_step_comes_once_nothing_is_more_pressing() {
        let everything = StepFacts {
            is_urgent: true,
            unread: 2,
            is_set_aside: true,
            to_approve: Some(3),
            to_give: Some(2),
            draft: Some(AnswerKind::Reply),
            waits_for_second: true,
            is_carried: true,
            notice_due: Some(DUE),
            reply_due: Some(DUE),
            unanswered_since: Some(DUE),
            acts_until: Some(DUE),
            ..StepFacts::default()
        };
        let mut facts = everything;
        let mut next = |done: fn(&mut StepFacts)| {
            let step = NextStep::of(&facts);
            done(&mut facts);
            step
        };
        assert_eq!(next(|facts| facts.is_urgent = false), NextStep::SeeToDanger);
        assert_eq!(next(|facts| facts.is_set_aside = false), NextStep::Nothing(Idle::SetAside));
        assert_eq!(next(|facts| facts.is_triaged = true), NextStep::Triage);
        assert_eq!(next(|facts| facts.unread = 0), NextStep::MarkRead);
        assert_eq!(next(|facts| facts.to_approve = None), NextStep::Approve(3));
        assert_eq!(next(|facts| facts.to_give = None), NextStep::Give(2));
        assert_eq!(next(|facts| facts.draft = None), NextStep::GoOn(AnswerKind::Reply));
        assert_eq!(next(|facts| facts.notice_due = None), NextStep::WriteNotice(DUE));
        assert_eq!(next(|facts| facts.reply_due = None), NextStep::WriteReply(DUE));
        assert_eq!(next(|facts| facts.unanswered_since = None), NextStep::AnswerFollowUp(DUE));
        assert_eq!(next(|facts| facts.has_outcome = true), NextStep::RecordOutcome);
        assert_eq!(next(|facts| facts.waits_for_second = false), NextStep::Nothing(Idle::SecondMember));
        assert_eq!(next(|facts| facts.is_carried = false), NextStep::Nothing(Idle::Carrying));
        assert_eq!(next(|facts| facts.acts_until = None), NextStep::Nothing(Idle::UntilDay(DUE)));
        assert_eq!(next(|facts| facts.is_over = true), NextStep::Close);
        assert_eq!(NextStep::of(&facts), NextStep::Nothing(Idle::Over));
        // What is over is not triaged any more; what was promised stays promised.
        facts.is_triaged = false;
        facts.has_outcome = false;
        assert_eq!(NextStep::of(&facts), NextStep::Nothing(Idle::Over));
        facts.notice_due = Some(DUE);
        assert_eq!(NextStep::of(&facts), NextStep::WriteNotice(DUE));
    }

    #[test]
    fn what_is_written_is_not_asked_for_again_until_the_person_writes_again() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        let import = |world: &mut World| {
            let file = world.collect();
            world.import(&file).unwrap();
        };
        import(&mut world);
        let facts = |world: &World| {
            let casebook = world.open().unwrap();
            let report = casebook.show(id, DAY, &Calendar::default()).unwrap();
            StepFacts::new(&report, &casebook, DAY)
        };
        let owed = facts(&world);
        assert!(!owed.is_triaged && owed.unread == 1 && owed.unanswered_since.is_none());
        assert!(owed.notice_due.is_some() && !owed.is_carried);
        let fields = vec![(Text::typed("text"), Text::typed("We plan"))];
        world.edit(|editor| editor.keep_draft(id, AnswerKind::Notice, fields, &TODAY)).unwrap();
        assert_eq!(facts(&world).draft, Some(AnswerKind::Notice));
        let notice = NewNotice::new(Text::typed("We plan no other use.")).unwrap().to_be_approved();
        world.decide(id, NewDecision::new(None, Some(notice), None).unwrap()).unwrap();
        let written = facts(&world);
        assert!(written.draft.is_none(), "it is recorded");
        assert!(written.notice_due.is_none() && written.waits_for_second && written.to_approve.is_none());
        let colleague = world.colleague("Second", TeamRole::Reviewer);
        let theirs = world.open_as(&colleague).unwrap();
        let report = theirs.show(id, DAY, &Calendar::default()).unwrap();
        assert_eq!(StepFacts::new(&report, &theirs, DAY).to_approve, Some(1));
        world.say(id, MessageKind::FollowUp, &[]);
        import(&mut world);
        let again = facts(&world);
        assert!(again.notice_due.is_some() && again.unanswered_since == Some(DAY) && again.unread == 1);
    }

    #[test]
    fn what_waits_to_be_given_is_written_and_not_asked_for_again() {
        let mut world = World::new();
        world.concern(1, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        let mut form = Entries::default();
        for (name, value) in [("route", "patient-choice"), ("about", "other"), ("description", "The rota is not kept.")]
        {
            form.push(name.into(), value.into());
        }
        let Ok((route, concern)) = Concern::parse(&form) else { panic!("a concern") };
        let entered = NewEntered {
            way: WayIn::Telephone,
            received_on: DAY,
            acknowledged_on: None,
            taken_by: Text::typed("The duty reviewer"),
            words: WhoseWords::Noted,
            known: YesNo::No,
            answer_by: None,
            route,
            concern,
            with_code: false,
        };
        let id = world.edit(|editor| editor.enter(entered, &Calendar::default(), &TODAY)).unwrap().id;
        let facts = || {
            let casebook = world.open().unwrap();
            let report = casebook.show(id, DAY, &Calendar::default()).unwrap();
            StepFacts::new(&report, &casebook, DAY)
        };
        assert_eq!(facts().to_give, Some(0), "nobody told them yet that the team has it");
        world.edit(|editor| editor.told_person(id, None, (DAY, WayIn::Telephone), &TODAY)).unwrap();
        assert!(facts().to_give.is_none() && facts().notice_due.is_some());
        let notice = NewNotice::new(Text::typed("We plan no other use.")).unwrap();
        world.decide(id, NewDecision::new(None, Some(notice), None).unwrap()).unwrap();
        let written = facts();
        assert!(written.to_give == Some(1) && written.notice_due.is_none() && !written.is_carried);
    }
}
