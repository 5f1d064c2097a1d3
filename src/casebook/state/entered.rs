//! Concerns that came another way than through the box: what may be entered, first and later, what becomes of it, and what a
//! person without a receipt code was told.

use crate::{
    casebook::{
        error::NotAllowed,
        log::{
            chain::OpenedMatter,
            entered::ToldPerson,
            event::{Change, Entered, FollowedUp, Matter},
        },
        state::{
            agreement::follows,
            alert::{Alert, AlertKind},
            heard::StandingAtBox,
            outline::CodeMadeHere,
            replay::State,
            report::{EnteredRecord, FollowUpRecord, MessageRecord, Report},
        },
    },
    crypto::{KdfParams, ReplyRecipient, entered_report},
    domain::{
        Clock, ClockEntry, ClockKind, Date, DeliveryEntry, EnteredEntry, MemberId, MessageEntry, MessageKind,
        ReportEntry, ReportId, WayIn, entered_problem,
        limits::{ATTACHMENTS, MESSAGES},
    },
};

/// The concern's own number.
const FIRST: u32 = 1;

impl State {
    /// Whether a concern may be entered. All of it is for everybody to judge: what its readers alone know makes no difference
    /// to anybody else.
    pub(in crate::casebook) fn judge_entered(
        &self,
        entered: &Entered,
        on: Date,
        matters: &[OpenedMatter],
    ) -> Result<(), NotAllowed> {
        let id = entered.report;
        let no = || NotAllowed::Entered(id);
        follows(Some(&entered.key), 0)?;
        let casebook = self.casebook.ok_or_else(no)?;
        // Answers name the box, and codes are hashed for it.
        self.r#box.ok_or_else(no)?;
        let is_taken = self.outlines.contains_key(&id)
            || self.destroyed.contains_key(&id)
            || self.at_box.reports.contains(&id)
            || self.at_box.gone.contains(&id);
        let is_anothers = |reply_to: &String| *reply_to == entered.reply_to;
        let leads_elsewhere = self.outlines.values().any(|outline| is_anothers(&outline.heard.reply_to))
            || self.destroyed.values().any(|remains| is_anothers(&remains.heard.reply_to));
        let code_fits = entered.code.as_ref().is_none_or(|code| {
            let is_taken = |made: &CodeMadeHere| made.entry.locator == code.locator;
            code.kdf.parse::<KdfParams>().is_ok()
                && !self.outlines.values().filter_map(|outline| outline.code.as_ref()).any(is_taken)
        });
        let fits = id == entered_report(casebook, &entered.key.recipient)
            && entered.way != WayIn::Box
            && entered.files.len() == 1
            && code_fits
            // In the one spelling that there is of it: with another one it would not be known again.
            && ReplyRecipient::parse(&entered.reply_to).is_ok_and(|key| key.to_string() == entered.reply_to)
            && entered_problem(entered.route, entered.received_on, &entered.clocks, on).is_none();
        if is_taken || leads_elsewhere || !fits {
            return Err(no());
        }
        if entered.about.report != id || matters.is_empty() {
            return Err(NotAllowed::Broken(id));
        }
        Ok(())
    }

    /// A report as the box would have told of it, with its one message.
    pub(in crate::casebook) fn enter(
        &mut self,
        entered: Entered,
        matter: Option<OpenedMatter>,
        (event, on, by): (u64, Date, MemberId),
    ) {
        let code = entered.entry().map(|entry| CodeMadeHere { entry, told_in: None });
        let Entered { report: id, way, route, received_on, reply_to, clocks, files, commitment, summary, key, .. } =
            entered;
        self.imports += 1;
        let import = self.imports;
        let kind = MessageKind::Concern;
        let listed = MessageEntry { seq: FIRST, kind, on: received_on, files, commitment, summary };
        let entry = ReportEntry {
            id,
            route,
            received_on,
            reply_to,
            withdrawn: false,
            set_aside: None,
            deliveries: Vec::new(),
            clocks: clocks.into_iter().map(|clock| ClockEntry { seq: FIRST, clock }).collect(),
            messages: vec![listed],
        };
        self.begin(&entry, key, matter.as_ref());
        let has_code = code.is_some();
        if let Some(outline) = self.outlines.get_mut(&id) {
            outline.heard.standing = if has_code { StandingAtBox::ToBeTold } else { StandingAtBox::Never };
            outline.heard.take_in(&entry.messages[0], false);
            outline.code = code;
        }
        let Some(report) = self.reports.get_mut(&id) else { return };
        report.entered = Some(EnteredRecord { event, by, way, has_code });
        report.history.push(event);
        let kept = match matter.and_then(OpenedMatter::into_open) {
            Some(Matter::Entered(how)) => vec![how.message],
            _ => Vec::new(),
        };
        let wrong = report.add(&[&entry.messages[0]], (kept, &[]), import, by);
        let acknowledgement = entry.clocks.iter().find(|entry| entry.clock.kind == ClockKind::Acknowledgement);
        let acknowledged_on = acknowledgement.and_then(|entry| entry.clock.met_on);
        // The receipt page acknowledges; here somebody has to.
        report.clocks_here.iter_mut().for_each(|entry| entry.clock.met_on = acknowledged_on);
        report.clocks = entry.clocks;
        if wrong.is_some() {
            self.alerts.push(Alert { event, on, by, what: AlertKind::NotAsEntered { report: id } });
        }
    }

    /// Whether something may be added to what was entered. As with the concern, all of it is for everybody to judge.
    pub(in crate::casebook) fn judge_followed_up(
        &self,
        by: MemberId,
        followed_up: &FollowedUp,
        on: Date,
        matters: &[OpenedMatter],
    ) -> Result<(), NotAllowed> {
        let id = followed_up.about.report;
        let outline = self.reader(by, id)?;
        let heard = &outline.heard;
        let fits = outline.was_entered()
            && !heard.withdrawn
            && !heard.is_taken_back()
            && (heard.received_on..=on).contains(&followed_up.on)
            && (1..=1 + ATTACHMENTS).contains(&followed_up.files.len());
        if !fits {
            return Err(NotAllowed::FollowedUp(id));
        }
        if matters.is_empty() { Err(NotAllowed::Broken(id)) } else { Ok(()) }
    }

    /// A message as the box would have told of it, behind those that are here.
    pub(in crate::casebook) fn follow_up(
        &mut self,
        followed_up: FollowedUp,
        matter: Option<OpenedMatter>,
        (event, on, by): (u64, Date, MemberId),
    ) {
        let FollowedUp { on: came_on, files, commitment, summary, about } = followed_up;
        self.imports += 1;
        let import = self.imports;
        let id = about.report;
        // Whoever says more is heard, as through the box: what was set aside is not any more, nor is it over and destroyed.
        self.overtake(|change| matches!(change, Change::Destroy(destroy) if destroy.report == id));
        if let Some(outline) = self.outlines.get_mut(&id) {
            outline.set_aside = None;
        }
        let Some(report) = self.reports.get_mut(&id) else { return };
        report.end_aside();
        let seq = report.last_message().saturating_add(1);
        report.followed_up.push(FollowUpRecord { event, by, seq });
        report.history.push(event);
        report.messages.push(MessageRecord {
            seq,
            at_box: None,
            kind: MessageKind::FollowUp,
            on: came_on,
            files,
            commitment,
            summary,
            kept: None,
            is_unopened: false,
            import,
            by,
        });
        let is_kept = match matter.and_then(OpenedMatter::into_open) {
            Some(Matter::FollowedUp(how)) => report.keep_last(how.message),
            _ => false,
        };
        if !is_kept && !self.without_key.contains(&id) {
            self.alerts.push(Alert { event, on, by, what: AlertKind::NotAsEntered { report: id } });
        }
    }

    /// Whether one report has as many messages as are shown of one.
    pub(in crate::casebook) fn is_full(&self, id: ReportId) -> bool {
        self.reports.get(&id).is_some_and(|report| report.messages.len() >= MESSAGES)
    }

    /// The reports that the box is to be told of, by id: those that it was not told of, or lost; all that it was not heard to
    /// have, if it is told again.
    pub(in crate::casebook) fn entered_to_tell(&self, again: bool) -> Vec<EnteredEntry> {
        let to_tell = |id: &ReportId| {
            let outline = self.outlines.get(id)?;
            let code = outline.code.as_ref().filter(|code| again || code.told_in.is_none())?;
            self.may_tell_entered(*id).then(|| code.entry.clone())
        };
        self.reports.keys().filter_map(to_tell).collect()
    }

    /// Whether decisions may tell the box of a report that was entered here: it does not have it, and the person did not
    /// take it back.
    pub(in crate::casebook) fn may_tell_entered(&self, id: ReportId) -> bool {
        let is_missing = |standing| matches!(standing, StandingAtBox::ToBeTold | StandingAtBox::Lost);
        self.outlines.get(&id).is_some_and(|outline| {
            let heard = &outline.heard;
            outline.code.is_some() && is_missing(heard.standing) && !heard.withdrawn && !heard.is_taken_back()
        })
    }
}

impl Report {
    /// Whether it was entered here and has no receipt code: what is written is given to the person by hand.
    pub(in crate::casebook) fn is_without_code(&self) -> bool {
        self.entered.is_some_and(|entered| !entered.has_code)
    }

    /// The way in which it came.
    pub(in crate::casebook) fn way(&self) -> WayIn {
        self.entered.map_or(WayIn::Box, |entered| entered.way)
    }

    /// Whether a person can have been told that, as it is recorded on a day.
    pub(in crate::casebook) fn judge_told(&self, id: ReportId, told: ToldPerson, on: Date) -> Result<(), NotAllowed> {
        let earliest = match told.answer {
            None if self.is_acknowledged() => None,
            None => Some(self.received_on),
            Some(seq) => {
                let answer = self.answers.iter().find(|answer| answer.seq == seq);
                answer
                    .filter(|answer| answer.kind.is_text() && !answer.is_held() && self.delivered_on(answer).is_none())
                    .map(|answer| answer.approved_on.map_or(answer.on, |approved_on| approved_on.max(answer.on)))
            }
        };
        let is_day = earliest.is_some_and(|earliest| earliest <= told.on && told.on <= on);
        if self.is_without_code() && told.way != WayIn::Box && is_day { Ok(()) } else { Err(NotAllowed::NotGiven(id)) }
    }

    /// Whether no acknowledgement is owed.
    pub(in crate::casebook) fn is_acknowledged(&self) -> bool {
        let mut clocks = self.clocks.iter().chain(&self.clocks_here);
        clocks.all(|entry| entry.clock.met_on.is_some() || !is_acknowledgement(&entry.clock))
    }

    /// What was given keeps what it would keep at the box, on the day it was given; and whoever is told anything knows that
    /// their concern is here.
    pub(in crate::casebook) fn tell(&mut self, event: u64, told: ToldPerson) {
        let answer = told.answer.and_then(|seq| self.answers.iter().find(|answer| answer.seq == seq));
        let kind = answer.map(|answer| answer.kind);
        if let Some((answer, file)) = answer.and_then(|answer| Some((answer, answer.file?))) {
            let (seq, kind, text) = (answer.seq, answer.kind, answer.text);
            self.deliveries.push(DeliveryEntry { seq, on: told.on, kind, text, sha256: file.sha256 });
        }
        for ClockEntry { clock, .. } in self.clocks.iter_mut().chain(&mut self.clocks_here) {
            if clock.met_on.is_none() && (is_acknowledgement(clock) || kind.is_some_and(|kind| kind.meets(clock.kind)))
            {
                clock.met_on = Some(told.on);
            }
        }
        self.history.push(event);
    }
}

const fn is_acknowledgement(clock: &Clock) -> bool {
    matches!(clock.kind, ClockKind::Acknowledgement | ClockKind::DataAcknowledgement)
}
