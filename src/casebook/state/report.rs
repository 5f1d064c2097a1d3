//! One report, as far as the events have told of it.

use std::collections::BTreeSet;

use crate::{
    casebook::{
        log::event::{Decided, MessageNews, NewKey, ReportNews, Written},
        state::{member::Member, unfit::Unfit},
    },
    domain::{
        AnswerKind, Area, Assessment, ClockEntry, Date, DeliveryEntry, FileEntry, MemberId, MessageKind, ReportState,
        Route, SeriousHarm, TeamRole,
    },
};

/// One report.
pub(in crate::casebook) struct Report {
    pub(in crate::casebook) key: NewKey,
    /// Who may not open it, by name.
    pub(in crate::casebook) shut_out: BTreeSet<MemberId>,
    /// Who may not open it, by what they do.
    pub(in crate::casebook) shut_out_roles: BTreeSet<TeamRole>,
    pub(in crate::casebook) route: Route,
    pub(in crate::casebook) received_on: Date,
    pub(in crate::casebook) withdrawn: bool,
    /// The answers that the box has, so far as the last collection tells.
    pub(in crate::casebook) deliveries: Vec<DeliveryEntry>,
    /// As they stood at the box.
    pub(in crate::casebook) clocks: Vec<ClockEntry>,
    /// Those that started here because of what a message says, which the box can't read.
    pub(in crate::casebook) clocks_here: Vec<ClockEntry>,
    /// Those of changes of use, with the event that started each.
    pub(in crate::casebook) changes: Vec<(u64, ClockEntry)>,
    pub(in crate::casebook) messages: Vec<MessageRecord>,
    /// None while there is no message.
    pub(in crate::casebook) reply_to: Option<String>,
    /// What the person chose.
    pub(in crate::casebook) chosen_areas: Vec<Area>,
    pub(in crate::casebook) serious_harm: Option<SeriousHarm>,
    pub(in crate::casebook) state: ReportState,
    pub(in crate::casebook) closed_on: Option<Date>,
    /// What the team makes of it.
    pub(in crate::casebook) assessment: Assessment,
    /// The last message that was read.
    pub(in crate::casebook) read: u32,
    /// Whether an answer that told where it stands was taken back since the last one.
    pub(in crate::casebook) untold: bool,
    /// The events in which something was decided, referred, taken back or shut out.
    pub(in crate::casebook) history: Vec<u64>,
    pub(in crate::casebook) answers: Vec<AnswerRecord>,
    pub(in crate::casebook) referrals: Vec<Area>,
    /// The last message that an export told the box to have been collected, 0 for none.
    pub(in crate::casebook) acknowledged: u32,
}

/// A message in one of the collections.
pub(in crate::casebook) struct MessageRecord {
    pub(in crate::casebook) seq: u32,
    pub(in crate::casebook) kind: MessageKind,
    pub(in crate::casebook) on: Date,
    /// As the box's manifest names them.
    pub(in crate::casebook) files: Vec<FileEntry>,
    /// As they are here.
    pub(in crate::casebook) kept: Vec<FileEntry>,
    /// The collection whose directory holds its files.
    pub(in crate::casebook) collection: u64,
}

/// An answer. What it says stays in its event.
pub(in crate::casebook) struct AnswerRecord {
    pub(in crate::casebook) seq: u32,
    pub(in crate::casebook) kind: AnswerKind,
    pub(in crate::casebook) supplementary: bool,
    pub(in crate::casebook) on: Date,
    pub(in crate::casebook) by: MemberId,
    pub(in crate::casebook) after: u32,
    pub(in crate::casebook) state: ReportState,
    /// The event that holds it.
    pub(in crate::casebook) event: u64,
    pub(in crate::casebook) file: FileEntry,
    /// The writer's, then each approver's.
    pub(in crate::casebook) endorsements: Vec<String>,
    pub(in crate::casebook) needs_approval: bool,
    pub(in crate::casebook) approved_by: Option<MemberId>,
    /// The decisions files that it was written to.
    pub(in crate::casebook) exported_in: Vec<u64>,
}

impl AnswerRecord {
    /// Whether it waits for a second member.
    pub(in crate::casebook::state) const fn is_held(&self) -> bool {
        self.needs_approval && self.approved_by.is_none()
    }
}

impl Report {
    pub(in crate::casebook) fn new(key: NewKey, news: &ReportNews, acknowledged: u32) -> Self {
        Self {
            key,
            shut_out: BTreeSet::new(),
            shut_out_roles: BTreeSet::new(),
            route: news.route,
            received_on: news.received_on,
            withdrawn: false,
            deliveries: Vec::new(),
            clocks: Vec::new(),
            clocks_here: Vec::new(),
            changes: Vec::new(),
            messages: Vec::new(),
            reply_to: None,
            chosen_areas: Vec::new(),
            serious_harm: None,
            state: ReportState::Received,
            closed_on: None,
            assessment: Assessment::default(),
            read: 0,
            untold: false,
            history: Vec::new(),
            answers: Vec::new(),
            referrals: Vec::new(),
            acknowledged,
        }
    }

    /// The number of the last message from the person, 0 for none.
    pub(in crate::casebook) fn last_message(&self) -> u32 {
        self.messages.last().map_or(0, |message| message.seq)
    }

    /// The last answer that the box has, 0 for none.
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
    pub(in crate::casebook) fn delivered_on(&self, seq: u32) -> Option<Date> {
        self.deliveries.iter().find(|delivery| delivery.seq == seq).map(|delivery| delivery.on)
    }

    /// Changes with every decision about it.
    pub(in crate::casebook) fn version(&self) -> u64 {
        self.history.last().copied().unwrap_or_default()
    }

    /// Whether a member may open it.
    pub(in crate::casebook) fn is_open_to(&self, id: MemberId, member: &Member) -> bool {
        !self.shut_out.contains(&id) && !self.shut_out_roles.contains(&member.role)
    }

    pub(in crate::casebook) fn take_in(&mut self, news: ReportNews, collection: u64) -> Result<(), Unfit> {
        self.withdrawn = news.withdrawn;
        if news.deliveries.last().map_or(0, |last| last.seq) >= self.delivered() {
            self.deliveries = news.deliveries;
        }
        self.clocks = news.clocks;
        news.messages.into_iter().try_for_each(|message| self.add(message, collection))
    }

    fn add(&mut self, message: MessageNews, collection: u64) -> Result<(), Unfit> {
        if message.seq <= self.last_message() || message.files.is_empty() {
            return Err(Unfit);
        }
        if message.kind == MessageKind::Concern {
            self.chosen_areas = message.areas;
            self.serious_harm = message.serious_harm;
        }
        let seq = message.seq;
        self.clocks_here.extend(message.clocks.into_iter().map(|clock| ClockEntry { seq, clock }));
        self.reply_to.get_or_insert(message.reply_to);
        self.messages.push(MessageRecord {
            seq: message.seq,
            kind: message.kind,
            on: message.on,
            files: message.files,
            kept: message.kept,
            collection,
        });
        Ok(())
    }

    pub(in crate::casebook) fn decide(
        &mut self,
        (event, on, by): (u64, Date, MemberId),
        decided: Decided,
    ) -> Result<(), Unfit> {
        for Written { answer, file, endorsement, needs_approval } in decided.answers {
            if answer.seq < self.next_answer() {
                return Err(Unfit);
            }
            self.untold = false;
            self.answers.push(AnswerRecord {
                seq: answer.seq,
                kind: answer.kind,
                supplementary: answer.supplementary,
                on: answer.on,
                by,
                after: answer.after,
                state: answer.state,
                event,
                file,
                endorsements: endorsement.into_iter().collect(),
                needs_approval,
                approved_by: None,
                exported_in: Vec::new(),
            });
        }
        self.closed_on = match (self.state, decided.state) {
            (ReportState::Closed, ReportState::Closed) => self.closed_on,
            (_, ReportState::Closed) => Some(on),
            _ => None,
        };
        self.state = decided.state;
        self.assessment = decided.assessment;
        self.read = self.read.max(decided.read);
        self.changes.extend(decided.change_of_use.map(|entry| (event, entry)));
        self.history.push(event);
        Ok(())
    }

    pub(in crate::casebook) fn take_back(&mut self, event: u64, seq: u32) -> Result<(), Unfit> {
        let first = self.answers.iter().position(|answer| answer.seq == seq).ok_or(Unfit)?;
        let (held, later) = (&self.answers[first], &self.answers[first..]);
        if !held.is_held() || later.iter().any(|answer| !answer.exported_in.is_empty()) {
            return Err(Unfit);
        }
        self.answers.truncate(first);
        self.untold = true;
        self.history.push(event);
        Ok(())
    }
}
