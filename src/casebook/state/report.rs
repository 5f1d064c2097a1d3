//! One report, as far as the events have told of it.

use crate::{
    casebook::{
        error::NotAllowed,
        log::{
            draft::Drafted,
            event::{Accessed, Decided, Referred, Written},
        },
    },
    domain::{
        AccessKind, Action, AnswerKind, Area, Assessment, BoxId, ClockEntry, Date, DeliveryEntry, Digest, Endorsement,
        FileEntry, Format, LinkKind, MemberId, MessageKind, ReportId, ReportLink, ReportState, Route, SeriousHarm,
        SetAsideReason, Text, WayIn,
    },
};

/// One report.
pub(in crate::casebook) struct Report {
    pub(in crate::casebook) route: Route,
    pub(in crate::casebook) received_on: Date,
    /// If it came another way than through the box.
    pub(in crate::casebook) entered: Option<EnteredRecord>,
    /// What was entered of what the person said later.
    pub(in crate::casebook) followed_up: Vec<FollowUpRecord>,
    pub(in crate::casebook) withdrawn: bool,
    /// Whether the team set it aside.
    pub(in crate::casebook) set_aside: Option<SetAsideReason>,
    /// Each time that it did, or undid it. One event sets very many aside, so it is no part of the history, which is read again.
    pub(in crate::casebook) aside: Vec<AsideRecord>,
    /// The report that it was set aside as the same as, if it was: the link that says so goes with that.
    pub(in crate::casebook) same_as: Option<ReportId>,
    /// The answers that the box has, so far as the last collection tells.
    pub(in crate::casebook) deliveries: Vec<DeliveryEntry>,
    /// As they stood at the box.
    pub(in crate::casebook) clocks: Vec<ClockEntry>,
    /// Those that the box listed and no longer does, since the report is set aside or withdrawn.
    pub(in crate::casebook) clocks_ended: Vec<ClockEntry>,
    /// Those that started here because of what a message says, which the box can't read.
    pub(in crate::casebook) clocks_here: Vec<ClockEntry>,
    /// Those of changes of use, with the event that started each.
    pub(in crate::casebook) changes: Vec<(u64, ClockEntry)>,
    pub(in crate::casebook) messages: Vec<MessageRecord>,
    /// The box's word: a person can be answered even if what they said is lost.
    pub(in crate::casebook) reply_to: String,
    /// What the person chose.
    pub(in crate::casebook) chosen_areas: Vec<Area>,
    pub(in crate::casebook) serious_harm: Option<SeriousHarm>,
    pub(in crate::casebook) state: ReportState,
    pub(in crate::casebook) closed_on: Option<Date>,
    /// What the team makes of it.
    pub(in crate::casebook) assessment: Assessment,
    /// The day on which it was decided to take further action, if that stands.
    pub(in crate::casebook) acted_on: Option<Date>,
    /// The last message that was read.
    pub(in crate::casebook) read: u32,
    /// Whether an answer that told where it stands was taken back since the last one.
    pub(in crate::casebook) untold: bool,
    /// The events in which something was decided, referred or taken back, or readers were chosen.
    pub(in crate::casebook) history: Vec<u64>,
    pub(in crate::casebook) answers: Vec<AnswerRecord>,
    pub(in crate::casebook) referrals: Vec<Area>,
    /// Who opened it, or took a page or file of it away from the desk.
    pub(in crate::casebook) accesses: Vec<AccessRecord>,
    /// What was to be written to the person, each time that it was kept or thrown away.
    pub(in crate::casebook) drafts: Vec<DraftRecord>,
    /// What was said about that.
    pub(in crate::casebook) comments: Vec<CommentRecord>,
}

/// A message in one of the collections, of which all but `seq` and `kept` is the box's word; or one that was entered here.
pub(in crate::casebook) struct MessageRecord {
    /// Its number here: the box's own, unless a restored box gave that to another message before.
    pub(in crate::casebook) seq: u32,
    /// Its number at the box; none of what was entered here, which the box does not have.
    pub(in crate::casebook) at_box: Option<u32>,
    pub(in crate::casebook) kind: MessageKind,
    pub(in crate::casebook) on: Date,
    /// As the box's manifest names them; none if the box had them no more, and they are not here.
    pub(in crate::casebook) files: Vec<FileEntry>,
    /// To the message.
    pub(in crate::casebook) commitment: Digest,
    /// To its summary.
    pub(in crate::casebook) summary: Digest,
    /// Its files as they were taken in, the message, then its attachments; none if what was said of it is not what the box
    /// signed for.
    pub(in crate::casebook) kept: Option<Vec<FileEntry>>,
    /// Whether it is sealed to keys that nobody had who took it in.
    pub(in crate::casebook) is_unopened: bool,
    /// The import whose directory holds its files.
    pub(in crate::casebook) import: u64,
    /// Who took it in.
    pub(in crate::casebook) by: MemberId,
}

/// That a report was entered here.
#[derive(Clone, Copy)]
pub(in crate::casebook) struct EnteredRecord {
    pub(in crate::casebook) event: u64,
    pub(in crate::casebook) by: MemberId,
    pub(in crate::casebook) way: WayIn,
    /// Whether a receipt code was made for it.
    pub(in crate::casebook) has_code: bool,
}

/// That a message was entered here. How it came stays in its event.
#[derive(Clone, Copy)]
pub(in crate::casebook) struct FollowUpRecord {
    pub(in crate::casebook) event: u64,
    pub(in crate::casebook) by: MemberId,
    /// Its number here.
    pub(in crate::casebook) seq: u32,
}

/// Someone opened a report, or took a page or file of it away from the desk.
pub(in crate::casebook) struct AccessRecord {
    pub(in crate::casebook) event: u64,
    pub(in crate::casebook) on: Date,
    pub(in crate::casebook) by: MemberId,
    pub(in crate::casebook) how: AccessKind,
    /// The file, or the parts that were handed on; none for the report's page.
    pub(in crate::casebook) file: Option<Text>,
}

/// A draft was kept, or thrown away. What it says stays in its event.
#[derive(Clone, Copy)]
pub(in crate::casebook) struct DraftRecord {
    pub(in crate::casebook) event: u64,
    pub(in crate::casebook) on: Date,
    pub(in crate::casebook) by: MemberId,
    pub(in crate::casebook) kind: AnswerKind,
    pub(in crate::casebook) discarded: bool,
}

/// Something was said about a draft. What stays in its event.
#[derive(Clone, Copy)]
pub(in crate::casebook) struct CommentRecord {
    pub(in crate::casebook) event: u64,
    pub(in crate::casebook) on: Date,
    pub(in crate::casebook) by: MemberId,
    /// The event that keeps the draft.
    pub(in crate::casebook) draft: u64,
}

/// The team set the report aside, or undid that.
#[derive(Clone, Copy)]
pub(in crate::casebook) struct AsideRecord {
    pub(in crate::casebook) event: u64,
    pub(in crate::casebook) on: Date,
    pub(in crate::casebook) by: MemberId,
    /// None if it was undone.
    pub(in crate::casebook) reason: Option<SetAsideReason>,
}

/// An answer. What it says stays in its event.
pub(in crate::casebook) struct AnswerRecord {
    pub(in crate::casebook) seq: u32,
    pub(in crate::casebook) kind: AnswerKind,
    pub(in crate::casebook) supplementary: bool,
    /// Whether it tells of a report that was set aside whom the person can turn to.
    pub(in crate::casebook) turns_away: bool,
    pub(in crate::casebook) on: Date,
    pub(in crate::casebook) by: MemberId,
    /// The last message that was here, by its number here: what stands in the answer is the box's.
    pub(in crate::casebook) after: u32,
    pub(in crate::casebook) state: ReportState,
    /// The event that holds it.
    pub(in crate::casebook) event: u64,
    /// SHA-256 of its JSON.
    pub(in crate::casebook) text: Digest,
    /// As it is exported; none while it waits for a second member.
    pub(in crate::casebook) file: Option<FileEntry>,
    /// The writer's, then the approver's.
    pub(in crate::casebook) endorsements: Vec<String>,
    pub(in crate::casebook) approved_by: Option<MemberId>,
    /// The day of that: nobody was given it before.
    pub(in crate::casebook) approved_on: Option<Date>,
    /// The decisions files that it was written to.
    pub(in crate::casebook) exported_in: Vec<u64>,
    /// Whether a box that was restored since may have lost it: it goes once more.
    pub(in crate::casebook) goes_again: bool,
}

impl MessageRecord {
    /// The number that its files are named by, and that stands in what is sealed.
    pub(in crate::casebook) const fn own_number(&self) -> u32 {
        match self.at_box {
            Some(number) => number,
            None => self.seq,
        }
    }

    /// Whether its files ever came, to somebody who can open them.
    pub(in crate::casebook) const fn is_here(&self) -> bool {
        !self.files.is_empty() && !self.is_unopened
    }
}

impl AnswerRecord {
    /// Whether it waits for a second member.
    pub(in crate::casebook) const fn is_held(&self) -> bool {
        self.file.is_none()
    }

    /// Whether it is an answer that the box has, to the last byte, and listed there as what it is: another may have got its
    /// number.
    pub(in crate::casebook) fn is_what_was_delivered(&self, delivery: &DeliveryEntry) -> bool {
        let DeliveryEntry { seq, on: _, kind, text, sha256 } = *delivery;
        (self.seq, self.kind, self.text, self.file.map(|file| file.sha256)) == (seq, kind, text, Some(sha256))
    }

    /// What its writer and its approver sign.
    pub(in crate::casebook) const fn endorsement(&self, r#box: BoxId, report: ReportId) -> Endorsement {
        Endorsement { format: Format::Endorsement, r#box, report, seq: self.seq, kind: self.kind, text: self.text }
    }
}

impl Report {
    pub(in crate::casebook) fn new(route: Route, received_on: Date, reply_to: String) -> Self {
        Self {
            route,
            received_on,
            entered: None,
            followed_up: Vec::new(),
            withdrawn: false,
            set_aside: None,
            aside: Vec::new(),
            same_as: None,
            deliveries: Vec::new(),
            clocks: Vec::new(),
            clocks_ended: Vec::new(),
            clocks_here: Vec::new(),
            changes: Vec::new(),
            messages: Vec::new(),
            reply_to,
            chosen_areas: Vec::new(),
            serious_harm: None,
            state: ReportState::Received,
            closed_on: None,
            assessment: Assessment::default(),
            acted_on: None,
            read: 0,
            untold: false,
            history: Vec::new(),
            answers: Vec::new(),
            referrals: Vec::new(),
            accesses: Vec::new(),
            drafts: Vec::new(),
            comments: Vec::new(),
        }
    }

    /// Whether a restored box gave a message the number of another one, which it lost.
    pub(in crate::casebook) fn is_apart(&self, record: &MessageRecord) -> bool {
        let is_same = |other: &MessageRecord| other.at_box == record.at_box && other.seq != record.seq;
        record.at_box.is_some() && self.messages.iter().any(is_same)
    }

    /// Whether a message was entered here: the concern, or what was said later.
    pub(in crate::casebook) fn is_entered(&self, record: &MessageRecord) -> bool {
        record.at_box.is_none() || (self.entered.is_some() && record.kind == MessageKind::Concern)
    }

    /// The message that the box lists with that commitment. Whoever enters something chooses its commitment, and may choose
    /// that of a message of the box: it is none for that.
    pub(in crate::casebook) fn message_of_box(&self, commitment: Digest) -> Option<&MessageRecord> {
        self.messages.iter().find(|record| record.at_box.is_some() && record.commitment == commitment)
    }

    /// The number of the last message from the person, 0 for none.
    pub(in crate::casebook) fn last_message(&self) -> u32 {
        self.messages.last().map_or(0, |message| message.seq)
    }

    /// The number at the box of the last message that came through it, 0 for none: what was entered here the box never hears of,
    /// and its numbers are the only ones that a person sees.
    pub(in crate::casebook) fn last_message_of_box(&self) -> u32 {
        self.messages.iter().rev().find_map(|message| message.at_box).unwrap_or_default()
    }

    /// The last answer that the box has, whoever wrote it, 0 for none.
    pub(in crate::casebook) fn delivered(&self) -> u32 {
        self.deliveries.last().map_or(0, |delivery| delivery.seq)
    }

    /// The number that the next answer gets. The box may have answers that a lost casebook gave.
    pub(in crate::casebook) fn next_answer(&self) -> u32 {
        self.answers.last().map_or(0, |answer| answer.seq).max(self.delivered()).saturating_add(1)
    }

    /// The areas to show: the team's once decided, else the person's own.
    pub(in crate::casebook) fn shown_areas(&self) -> &[Area] {
        self.assessment.areas.as_deref().unwrap_or(&self.chosen_areas)
    }

    /// The day on which the box got an answer, so far as the last collection tells.
    pub(in crate::casebook) fn delivered_on(&self, answer: &AnswerRecord) -> Option<Date> {
        self.deliveries.iter().find(|delivery| answer.is_what_was_delivered(delivery)).map(|delivery| delivery.on)
    }

    /// Changes with every decision about it.
    pub(in crate::casebook) fn version(&self) -> u64 {
        let set_aside = self.aside.last().map_or(0, |aside| aside.event);
        self.history.last().copied().unwrap_or_default().max(set_aside)
    }

    /// Whether an answer can be taken back.
    pub(in crate::casebook) fn judge_taken_back(&self, id: ReportId, seq: u32) -> Result<(), NotAllowed> {
        let first = self.answers.iter().position(|answer| answer.seq == seq).ok_or(NotAllowed::NotWaiting(id))?;
        let is_out = self.answers[first..]
            .iter()
            .any(|answer| !answer.exported_in.is_empty() || self.delivered_on(answer).is_some());
        if is_out { Err(NotAllowed::NotWaiting(id)) } else { Ok(()) }
    }

    pub(in crate::casebook) fn refer(&mut self, (event, on, by): (u64, Date, MemberId), referred: &Referred) {
        self.referrals.push(referred.area);
        self.history.push(event);
        let parts: Vec<&str> = referred.parts.iter().map(Text::as_str).collect();
        let file = Some(Text::verbatim(&parts.join("; ")));
        self.accesses.push(AccessRecord { event, on, by, how: AccessKind::HandedOn, file });
    }

    pub(in crate::casebook) fn accessed(&mut self, (event, on, by): (u64, Date, MemberId), accessed: Accessed) {
        let Accessed { how, file } = accessed;
        self.accesses.push(AccessRecord { event, on, by, how, file });
    }

    pub(in crate::casebook) fn decide(&mut self, (event, on, by): (u64, Date, MemberId), decided: Decided) {
        let last = self.last_message();
        for Written { answer, text, endorsement, file } in decided.answers {
            // Whom to turn to says nothing of where the report stands.
            self.untold &= !answer.turn_to.is_empty();
            if answer.kind.ends_set_aside(answer.state == ReportState::Closed) {
                self.set_aside = None;
            }
            self.answers.push(AnswerRecord {
                seq: answer.seq,
                kind: answer.kind,
                supplementary: answer.supplementary,
                turns_away: !answer.turn_to.is_empty(),
                on: answer.on,
                by,
                after: last,
                state: answer.state,
                event,
                text,
                file,
                endorsements: vec![endorsement],
                approved_by: None,
                approved_on: None,
                exported_in: Vec::new(),
                goes_again: false,
            });
        }
        self.closed_on = match (self.state, decided.state) {
            (ReportState::Closed, ReportState::Closed) => self.closed_on,
            (_, ReportState::Closed) => Some(on),
            _ => None,
        };
        self.state = decided.state;
        self.acted_on = self.acted_on_after(decided.assessment.action, on);
        if self.set_aside == Some(SetAsideReason::Duplicate) && self.same_as.is_none() {
            let is_new =
                |link: &&ReportLink| link.kind == LinkKind::SameMatter && !self.assessment.links.contains(link);
            self.same_as = decided.assessment.links.iter().find(is_new).map(|link| link.report);
        }
        self.assessment = decided.assessment;
        self.read = self.read.max(decided.read.min(self.last_message()));
        self.changes.extend(decided.change_of_use.map(|entry| (event, entry)));
        self.history.push(event);
    }

    /// The day that counts for the figures of what was decided: the one on which it became further action, which later
    /// decisions that leave it so do not move. One that was undone in between is none: the day of the decision that stands
    /// counts.
    fn acted_on_after(&self, action: Option<Action>, on: Date) -> Option<Date> {
        match (self.assessment.action, action) {
            (Some(Action::FurtherAction), Some(Action::FurtherAction)) => self.acted_on,
            (_, Some(Action::FurtherAction)) => Some(on),
            (_, Some(Action::NoFurtherAction) | None) => None,
        }
    }

    /// That it is set aside ends, and with it what the person was to be told of that and no export wrote.
    pub(in crate::casebook) fn end_aside(&mut self) {
        if self.set_aside.take().is_none() {
            return;
        }
        let is_untold = |answer: &AnswerRecord| answer.exported_in.is_empty();
        let first = self.answers.iter().position(|answer| answer.turns_away && is_untold(answer));
        if let Some(first) = first.filter(|first| self.answers[*first..].iter().all(is_untold)) {
            // What was said after it said where the report stands, and goes too: the numbers follow each other.
            self.untold |= self.answers.len() > first + 1;
            self.answers.truncate(first);
        }
    }

    /// Undoes that it was set aside: what the person was to be told of that goes, and the link that was made by it.
    pub(in crate::casebook) fn bring_back(&mut self, record: AsideRecord) {
        self.end_aside();
        let same = self.same_as.take().map(|report| ReportLink { report, kind: LinkKind::SameMatter });
        self.assessment.links.retain(|link| Some(*link) != same);
        self.aside.push(record);
    }

    pub(in crate::casebook) fn draft(&mut self, (event, on, by): (u64, Date, MemberId), drafted: &Drafted) {
        let Drafted { kind, discarded, fields: _ } = *drafted;
        self.drafts.push(DraftRecord { event, on, by, kind, discarded });
    }

    /// Whether an event keeps a draft about it, or throws one away. They stand in the order of their events, and can be very many.
    pub(in crate::casebook) fn has_draft(&self, event: u64) -> bool {
        self.drafts.binary_search_by_key(&event, |draft| draft.event).is_ok()
    }

    pub(in crate::casebook) fn take_back(&mut self, event: u64, seq: u32) {
        if let Some(first) = self.answers.iter().position(|answer| answer.seq == seq) {
            self.answers.truncate(first);
            self.untold = true;
            self.history.push(event);
        }
    }
}
