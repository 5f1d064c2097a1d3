//! What the box said of a report, which every member knows, and what of it decisions acknowledged. Whatever a collection
//! lists the box wants to have acknowledged, so that is what the next decisions name: by its digest, since numbers may be
//! given twice by a box that was restored.

use serde::Serialize;

use crate::{
    crypto::record_digest,
    domain::{Collected, Date, Digest, MemberId, MessageEntry, MessageKind, ReportEntry, ReportId, Route},
};

/// What the box said of a report.
#[derive(Clone)]
pub(in crate::casebook) struct Heard {
    pub(in crate::casebook) route: Route,
    pub(in crate::casebook) received_on: Date,
    pub(in crate::casebook) reply_to: String,
    /// SHA-256 of what it said last.
    pub(in crate::casebook) record: Option<Digest>,
    /// The same as an export acknowledged it last.
    pub(in crate::casebook) acknowledged: Option<Digest>,
    /// Every message that it listed and that a member took in, in the order in which they came.
    pub(in crate::casebook) messages: Vec<HeardMessage>,
    /// Whether the box has it, so far as collections tell.
    pub(in crate::casebook) standing: StandingAtBox,
    /// Whether the box says that it is withdrawn.
    pub(in crate::casebook) withdrawn: bool,
    /// Whether the box says that it is set aside.
    pub(in crate::casebook) set_aside: bool,
}

/// Whether the box has a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StandingAtBox {
    /// It has.
    There,
    /// It said that it has it no more: its time there is over, or it was withdrawn.
    Gone,
    /// It lost it: it was restored from a backup that was made before.
    Lost,
    /// It was entered here and has a receipt code: decisions tell the box of it.
    ToBeTold,
    /// It was entered here and has no receipt code: the box never hears of it.
    Never,
}

/// A message that the box listed.
#[derive(Clone, Copy)]
pub(in crate::casebook) struct HeardMessage {
    /// Which it is, whatever its number.
    pub(in crate::casebook) commitment: Digest,
    kind: MessageKind,
    /// Its number when it was taken in.
    seq: u32,
    /// Whether its files ever came with a collection that was taken in.
    pub(in crate::casebook) came: bool,
    /// Whether whoever took it in had no key for it, and no reader has opened it since.
    pub(in crate::casebook) unopened: bool,
    /// Whether everybody was told that the box sends it no more, though it is unopened.
    missed: bool,
    /// Whether the box listed it last.
    pub(in crate::casebook) is_there: bool,
    /// Whether the box sent its files and was not told since that they are here.
    asked: bool,
    /// Who told the box first that it is here.
    pub(in crate::casebook) by: Option<MemberId>,
    /// Whether a second member told it too: the box keeps nothing of it any more.
    pub(in crate::casebook) confirmed: bool,
}

impl HeardMessage {
    /// Whether somebody has it who can open it.
    pub(in crate::casebook) const fn is_here(&self) -> bool {
        self.came && !self.unopened
    }

    /// Whether it is here, and a restored box lost it.
    pub(in crate::casebook) const fn is_lost(&self) -> bool {
        self.is_here() && !self.is_there
    }
}

impl Heard {
    /// Of a report that was never heard of before.
    pub(in crate::casebook) fn first(entry: &ReportEntry) -> Self {
        Self {
            route: entry.route,
            received_on: entry.received_on,
            reply_to: entry.reply_to.clone(),
            record: None,
            acknowledged: None,
            messages: Vec::new(),
            standing: StandingAtBox::There,
            withdrawn: false,
            set_aside: false,
        }
    }

    /// Whether what the box says can be of the same report. What never changes of one is what it was raised with.
    pub(in crate::casebook) fn is_of(&self, entry: &ReportEntry) -> bool {
        (self.route, self.received_on, &self.reply_to) == (entry.route, entry.received_on, &entry.reply_to)
    }

    pub(in crate::casebook) fn message(&self, commitment: Digest) -> Option<&HeardMessage> {
        self.messages.iter().find(|message| message.commitment == commitment)
    }

    /// Whether a message that is listed is to be taken in: it was never heard of, or it comes with files that never came.
    pub(in crate::casebook) fn is_new(&self, listed: &MessageEntry) -> bool {
        self.message(listed.commitment).is_none_or(|known| !known.came && !listed.files.is_empty())
    }

    /// What the box says now. `anew` if it is in another epoch: what was acknowledged before that counts no more.
    pub(in crate::casebook) fn hear(&mut self, entry: &ReportEntry, anew: bool) {
        self.standing = StandingAtBox::There;
        self.record = record_digest(entry).ok();
        // What it lists, it does not know to be acknowledged.
        self.acknowledged = None;
        self.withdrawn = entry.withdrawn;
        self.set_aside = entry.set_aside.is_some();
        for known in &mut self.messages {
            let listed = entry.messages.iter().find(|message| message.commitment == known.commitment);
            known.is_there = listed.is_some();
            if anew {
                (known.by, known.confirmed) = (None, false);
            }
            known.asked |= listed.is_some_and(|message| !message.files.is_empty());
        }
    }

    /// A message that was taken in.
    pub(in crate::casebook) fn take_in(&mut self, listed: &MessageEntry, unopened: bool) {
        let came = !listed.files.is_empty();
        match self.messages.iter_mut().find(|known| known.commitment == listed.commitment) {
            Some(known) => (known.came, known.unopened) = (known.came || came, unopened),
            None => self.messages.push(HeardMessage {
                commitment: listed.commitment,
                kind: listed.kind,
                seq: listed.seq,
                came,
                unopened,
                missed: false,
                is_there: true,
                asked: came,
                by: None,
                confirmed: false,
            }),
        }
    }

    /// A reader opened what nobody could before, or two members agreed to do without. Which of its messages it was, only its
    /// readers know; and what everybody judges by has to be the same for all.
    pub(in crate::casebook) fn open_all(&mut self) {
        self.messages.iter_mut().for_each(|message| message.unopened = false);
    }

    /// The first unopened message, of those that nobody was told of, whose files the box does not send any more: whatever it
    /// sends, it was not told to be here. `listed`: what a collection lists of the report; none if it leaves the report out.
    pub(in crate::casebook) fn miss(
        &mut self,
        listed: Option<&ReportEntry>,
        is_unopened: impl Fn(&HeardMessage) -> bool,
    ) -> Option<u32> {
        let is_sent = |commitment| {
            let messages = listed.map_or(&[][..], |entry| &entry.messages);
            messages.iter().any(|message| message.commitment == commitment && !message.files.is_empty())
        };
        let mut first = None;
        for known in &mut self.messages {
            let is_missed = !self.withdrawn && is_unopened(known) && !is_sent(known.commitment);
            if is_missed && !known.missed {
                first = first.or(Some(known.seq));
            }
            known.missed = is_missed;
        }
        first
    }

    /// What an export by that member tells the box: what it was not told, what it was told by another member alone, or all.
    /// `is_here` tells of a message whether it is safe here.
    pub(in crate::casebook) fn to_tell(
        &self,
        report: ReportId,
        by: MemberId,
        again: bool,
        is_here: impl Fn(Digest) -> bool,
    ) -> Option<Collected> {
        let record = self.record?;
        let is_news = |message: &&HeardMessage| {
            let told = message.by.is_some() && !message.asked;
            again || !told || (!message.confirmed && message.by != Some(by))
        };
        let (safe, amiss): (Vec<&HeardMessage>, Vec<&HeardMessage>) =
            self.messages.iter().filter(|message| message.is_there).partition(|message| is_here(message.commitment));
        let messages: Vec<Digest> = safe.into_iter().filter(is_news).map(|message| message.commitment).collect();
        // The box goes on listing a report of which a message is not safe here, whatever it is told of the rest.
        let is_told = (self.acknowledged == Some(record) && !again) || !amiss.is_empty();
        let is_news = !messages.is_empty() || !is_told;
        (is_news && self.standing == StandingAtBox::There).then_some(Collected { report, record, messages })
    }

    /// Whether an export may tell the box that.
    pub(in crate::casebook) fn may_tell(&self, collected: &Collected) -> bool {
        let came = |commitment: &Digest| self.message(*commitment).is_some_and(HeardMessage::is_here);
        self.record == Some(collected.record) && collected.messages.iter().all(came)
    }

    /// An export by that member told it.
    pub(in crate::casebook) fn tell(&mut self, by: MemberId, collected: &Collected) {
        self.acknowledged = Some(collected.record);
        for known in self.messages.iter_mut().filter(|known| collected.messages.contains(&known.commitment)) {
            known.asked = false;
            match known.by {
                None => known.by = Some(by),
                Some(first) => known.confirmed |= first != by,
            }
        }
    }

    /// Whether the person withdrew it, and said nothing after that: by their own message, which came, and not by the box's
    /// word alone. A restored box may have forgotten it.
    pub(in crate::casebook) fn is_taken_back(&self) -> bool {
        self.messages.last().is_some_and(|message| message.kind == MessageKind::Withdrawal && message.came)
    }

    /// Messages that are here and that a restored box lost.
    pub(in crate::casebook) fn lost_messages(&self) -> usize {
        self.messages.iter().filter(|message| message.is_lost()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ClockEntry, FileEntry};

    const ONE: MemberId = MemberId([1; 8]);
    const TWO: MemberId = MemberId([2; 8]);

    fn listed(seq: u32, byte: u8, files: usize) -> MessageEntry {
        MessageEntry {
            seq,
            kind: MessageKind::FollowUp,
            on: "2026-11-27".parse().unwrap(),
            files: vec![FileEntry { size: 1, sha256: Digest([0; 32]) }; files],
            commitment: Digest([byte; 32]),
            summary: Digest([0; 32]),
        }
    }

    fn entry(messages: Vec<MessageEntry>) -> ReportEntry {
        ReportEntry {
            id: ReportId([9; 8]),
            route: Route::StaffConcern,
            received_on: "2026-11-27".parse().unwrap(),
            reply_to: "age1".into(),
            withdrawn: false,
            set_aside: None,
            deliveries: vec![],
            clocks: Vec::<ClockEntry>::new(),
            messages,
        }
    }

    fn heard(entry: &ReportEntry) -> Heard {
        let mut heard = Heard::first(entry);
        heard.hear(entry, false);
        entry.messages.iter().for_each(|message| heard.take_in(message, false));
        heard
    }

    fn told(heard: &Heard, by: MemberId) -> Option<usize> {
        heard.to_tell(ReportId([9; 8]), by, false, |_| true).map(|told| told.messages.len())
    }

    #[test]
    fn a_second_member_confirms_what_a_first_one_told() {
        let mut heard = heard(&entry(vec![listed(1, 1, 1), listed(2, 2, 1)]));
        assert_eq!(told(&heard, ONE), Some(2));
        let first = heard.to_tell(ReportId([9; 8]), ONE, false, |_| true).unwrap();
        assert!(heard.may_tell(&first));
        heard.tell(ONE, &first);
        assert_eq!((told(&heard, ONE), told(&heard, TWO)), (None, Some(2)));
        heard.tell(ONE, &first);
        assert!(!heard.messages[0].confirmed, "nobody confirms their own word");
        heard.tell(TWO, &first);
        assert!(heard.messages.iter().all(|message| message.confirmed));
        assert_eq!((told(&heard, ONE), told(&heard, TWO)), (None, None));
    }

    #[test]
    fn whatever_the_box_lists_is_acknowledged_once_more() {
        let first = entry(vec![listed(1, 1, 1)]);
        let mut heard = heard(&first);
        heard.tell(ONE, &heard.to_tell(first.id, ONE, false, |_| true).unwrap());
        assert_eq!(told(&heard, ONE), None);
        // It did not get the decisions, or it was restored.
        heard.hear(&first, false);
        assert_eq!(told(&heard, ONE), Some(1));
        heard.hear(&first, true);
        assert_eq!((told(&heard, ONE), heard.messages[0].by), (Some(1), None));
        // Something about it changed, and its message was acknowledged.
        heard.tell(ONE, &heard.to_tell(first.id, ONE, false, |_| true).unwrap());
        heard.hear(&entry(vec![listed(1, 1, 0)]), false);
        assert_eq!(told(&heard, ONE), Some(0));
    }

    #[test]
    fn a_message_that_reuses_a_number_is_another_one() {
        let mut heard = heard(&entry(vec![listed(1, 1, 1), listed(2, 2, 1)]));
        let restored = entry(vec![listed(1, 1, 1), listed(2, 3, 1)]);
        assert!(heard.is_new(&restored.messages[1]) && !heard.is_new(&restored.messages[0]));
        heard.hear(&restored, true);
        assert_eq!(heard.lost_messages(), 1);
        // What the box does not list is not told to it, nor what nobody took in.
        let told = heard.to_tell(restored.id, ONE, false, |_| true).unwrap();
        assert_eq!(told.messages, [Digest([1; 32])]);
        let forged = Collected { messages: vec![Digest([3; 32])], ..told };
        assert!(!heard.may_tell(&forged));
    }

    #[test]
    fn files_that_come_later_are_new() {
        let mut heard = heard(&entry(vec![listed(1, 1, 0)]));
        assert!(!heard.is_new(&listed(1, 1, 0)) && heard.is_new(&listed(1, 1, 1)));
        heard.take_in(&listed(1, 1, 1), false);
        assert!(!heard.is_new(&listed(1, 1, 1)));
    }

    #[test]
    fn what_nobody_opened_is_not_told_to_be_here_and_is_missed_once_when_it_is_sent_no_more() {
        let one = entry(vec![listed(1, 1, 1), listed(2, 2, 1)]);
        let mut heard = heard(&entry(vec![]));
        heard.hear(&one, false);
        heard.take_in(&one.messages[0], true);
        heard.take_in(&one.messages[1], false);
        let both = heard.to_tell(one.id, ONE, false, |_| true).unwrap();
        assert!(both.messages.len() == 2 && !heard.may_tell(&both));
        let is_unopened = |message: &HeardMessage| message.unopened;
        assert_eq!(heard.miss(Some(&one), is_unopened), None, "it is sent");
        assert_eq!((heard.miss(None, is_unopened), heard.miss(None, is_unopened)), (Some(1), None));
        // It was sent once more, and again it is not.
        assert_eq!(heard.miss(Some(&one), is_unopened), None);
        let acknowledged = entry(vec![listed(1, 1, 0), listed(2, 2, 1)]);
        assert_eq!(heard.miss(Some(&acknowledged), is_unopened), Some(1));
        assert_eq!(heard.lost_messages(), 0);
        heard.open_all();
        assert!(heard.may_tell(&both) && heard.miss(None, is_unopened).is_none());
    }
}
