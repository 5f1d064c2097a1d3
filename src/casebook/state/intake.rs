//! What collections bring: what the box says of a report everybody knows, what the person says its readers.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    casebook::{
        error::NotAllowed,
        log::{
            chain::OpenedMatter,
            event::{Change, Imported, Matter, MessageNews, NewKey, News, SealedMatter},
            word::BoxWord,
        },
        state::{
            agreement::follows,
            alert::{Alert, AlertKind},
            heard::{Heard, HeardMessage},
            outline::{Access, Outline},
            replay::State,
            report::{AnswerRecord, MessageRecord, Report},
        },
    },
    crypto::summary_commitment,
    domain::{
        BoxId, Calendar, CasebookSeen, Clock, ClockEntry, ClockKind, Date, DeliveryEntry, MemberId, MessageEntry,
        MessageKind, Part, ReportEntry, ReportId, limits::DECISIONS_FIRST,
    },
};

impl State {
    /// Whether a collection may be taken in: the box signed it, it follows, the casebook is no older than the box knows,
    /// and everything that is new in it is taken in by someone who may read it.
    pub(in crate::casebook) fn judge_import(
        &self,
        by: MemberId,
        imported: &Imported,
        word: Option<&BoxWord>,
    ) -> Result<(), NotAllowed> {
        let word = word.filter(|word| word.key == self.box_key).ok_or(NotAllowed::NotTheBox)?;
        if !self.may_be_box(word.r#box) {
            return Err(NotAllowed::NotTheBox);
        }
        self.judge_place(word)?;
        if self.missing_of(word.casebook).is_some() {
            return Err(NotAllowed::Behind);
        }
        if word.casebook.is_some_and(|seen| !self.may_have_written(seen)) {
            return Err(NotAllowed::CollectionOrder);
        }
        let mut named: Vec<ReportId> = imported.reports.iter().map(|news| news.about.report).collect();
        named.sort_unstable();
        if named.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(NotAllowed::CollectionOrder);
        }
        for News { key, about, unopened } in &imported.reports {
            let id = about.report;
            let entry = word.report(id).ok_or(NotAllowed::NoReport(id))?;
            if !self.may_be_unopened(entry, unopened) {
                return Err(NotAllowed::Nothing);
            }
            if !self.takes_in(by, id) {
                return Err(NotAllowed::NoReader(id));
            }
            if !self.is_new(entry) {
                return Err(NotAllowed::Nothing);
            }
            if self.outlines.contains_key(&id) {
                if key.is_some() {
                    return Err(NotAllowed::KeyOrder);
                }
            } else {
                follows(key.as_ref(), self.destroyed.get(&id).map_or(0, |remains| remains.generation))?;
            }
        }
        for entry in &word.reports {
            if self.is_new(entry) && self.takes_in(by, entry.id) && named.binary_search(&entry.id).is_err() {
                return Err(NotAllowed::LeftOut(entry.id));
            }
        }
        Ok(())
    }

    /// Whether collections of that box may be taken in: of the one that was pinned, or, after two members agreed on another
    /// key, of the first that has that.
    pub(in crate::casebook) fn may_be_box(&self, r#box: BoxId) -> bool {
        self.box_may_change || self.r#box.is_none_or(|known| known == r#box)
    }

    /// What the box said of a report before; none if it is new, here too if it was destroyed.
    pub(in crate::casebook) fn heard(&self, id: ReportId) -> Option<&Heard> {
        let known = self.outlines.get(&id).map(|outline| &outline.heard);
        known.or_else(|| self.destroyed.get(&id).map(|remains| &remains.heard))
    }

    /// Whether what the box says of a report can be of the one that is here under its id.
    pub(in crate::casebook) fn contradicts(&self, entry: &ReportEntry) -> bool {
        self.heard(entry.id).is_some_and(|heard| !heard.is_of(entry))
    }

    /// Whether there is a message of a report to be taken in.
    pub(in crate::casebook) fn is_new(&self, entry: &ReportEntry) -> bool {
        !self.contradicts(entry) && entry.messages.iter().any(|message| self.is_new_message(entry, message))
    }

    /// Whether that message is. What a person withdrew before it was collected is nobody's to know.
    pub(in crate::casebook) fn is_new_message(&self, entry: &ReportEntry, message: &MessageEntry) -> bool {
        let is_unheard = self.heard(entry.id).is_none_or(|heard| heard.is_new(message));
        is_unheard && !(entry.withdrawn && message.files.is_empty())
    }

    /// Whether those can be the new messages of a report that somebody can't open: each comes with files, and stands there once.
    fn may_be_unopened(&self, entry: &ReportEntry, unopened: &[u32]) -> bool {
        let is_one = |seq: &u32| {
            let mut listed = entry.messages.iter().filter(|message| message.seq == *seq && !message.files.is_empty());
            listed.any(|message| self.is_new_message(entry, message))
        };
        unopened.windows(2).all(|pair| pair[0] < pair[1]) && unopened.iter().all(is_one)
    }

    /// Whether a member takes in what is new of a report. Whoever may not read it leaves that out, and the box sends it
    /// again: one report that is closed to them must not keep every other from the team.
    pub(in crate::casebook) fn takes_in(&self, by: MemberId, id: ReportId) -> bool {
        match (self.outlines.get(&id), self.destroyed.get(&id)) {
            (Some(outline), _) => outline.access.is_open_to(by),
            (None, Some(remains)) => self.access_again(&remains.access).is_open_to(by),
            (None, None) => true,
        }
    }

    /// Messages that were kept wrongly may be taken in again by any reader, if they are what the box signed for.
    pub(in crate::casebook) fn judge_mended(&self, by: MemberId, reports: &[SealedMatter]) -> Result<(), NotAllowed> {
        if reports.is_empty() {
            return Err(NotAllowed::Nothing);
        }
        // Whether they are is known to each report's readers alone: they pass over what is not.
        reports.iter().try_for_each(|about| self.reader(by, about.report).map(drop))
    }

    /// The end of this casebook that the box saw and that is not here, if there is one.
    pub(in crate::casebook) fn missing_of(&self, seen: Option<CasebookSeen>) -> Option<CasebookSeen> {
        seen.filter(|seen| self.casebook == Some(seen.casebook) && !self.knows(seen.head))
    }

    /// Whether the box can have decisions of this casebook up to that number. Each export is an event, so whoever has the end
    /// that the box names wrote all of them but the one in which it is named; not so if what came after was given up.
    pub(in crate::casebook) fn may_have_written(&self, seen: CasebookSeen) -> bool {
        let ahead = if self.given_up.contains(&seen.head) { DECISIONS_FIRST } else { 1 };
        self.casebook != Some(seen.casebook) || seen.decisions <= self.exported.saturating_add(ahead)
    }

    /// Who may open a report that comes back after it was destroyed: those who could before, if there are any left.
    pub(in crate::casebook) fn access_again(&self, before: &Access) -> Access {
        match before {
            Access::Chosen { readers, .. } if readers.iter().any(|reader| self.is_active(*reader)) => before.clone(),
            _ => Access::Everyone,
        }
    }

    pub(in crate::casebook) fn take_collection(
        &mut self,
        imported: Imported,
        word: &BoxWord,
        mut matters: impl Iterator<Item = OpenedMatter>,
        event: (u64, Date, MemberId),
    ) {
        let tell = |what| Alert { event: event.0, on: event.1, by: event.2, what };
        let Ok(place) = self.judge_place(word) else { return };
        self.r#box = Some(word.r#box);
        self.box_may_change = false;
        self.collected_on = Some(word.on);
        self.manifests.insert(word.digest);
        self.imports += 1;
        let import = self.imports;
        if let Some(seen) = word.casebook {
            if self.casebook == Some(seen.casebook) {
                if seen.decisions > self.exported {
                    (self.exported, self.exported_part) = (seen.decisions, Part::WHOLE);
                }
            } else {
                self.alerts.push(tell(AlertKind::OtherCasebook { r#box: word.r#box }));
            }
        }
        let mut news: BTreeMap<ReportId, (Option<NewKey>, OpenedMatter)> = BTreeMap::new();
        let mut sealed: BTreeMap<ReportId, Vec<u32>> = BTreeMap::new();
        for News { key, about, unopened } in imported.reports {
            news.insert(about.report, (key, matters.next().unwrap_or(OpenedMatter::Broken)));
            if !unopened.is_empty() {
                sealed.insert(about.report, unopened);
            }
        }
        if !sealed.is_empty() {
            let messages = sealed.values().map(|seqs| seqs.len() as u64).sum();
            self.alerts.push(tell(AlertKind::Unopened { messages, reports: sealed.keys().copied().collect() }));
        }
        let anew: BTreeSet<ReportId> =
            word.reports.iter().map(|entry| entry.id).filter(|id| self.at_box.is_anew(*id, place)).collect();
        let told = self.hear_of_box(word, place);
        self.alerts.extend(told.into_iter().map(tell));
        for entry in word.reports.iter().filter(|entry| !self.contradicts(entry)).collect::<Vec<_>>() {
            let id = entry.id;
            let is_anew = anew.contains(&id);
            let new: Vec<&MessageEntry> =
                entry.messages.iter().filter(|message| self.is_new_message(entry, message)).collect();
            let (key, matter) = news.remove(&id).map_or((None, None), |(key, matter)| (key, Some(matter)));
            let mut came_back = false;
            if let Some(key) = key {
                came_back = self.begin(entry, key, matter.as_ref());
            }
            let Some(outline) = self.outlines.get_mut(&id) else {
                if let Some(remains) = self.destroyed.get_mut(&id) {
                    remains.heard.hear(entry, is_anew);
                }
                continue;
            };
            let was_aside = outline.heard.set_aside;
            outline.heard.hear(entry, is_anew);
            if let Some(set_aside) = outline.set_aside.as_mut().filter(|_| is_anew) {
                set_aside.is_forgotten();
            }
            let new = if matter.is_some() { new } else { Vec::new() };
            let unopened = sealed.get(&id).map_or(&[][..], Vec::as_slice);
            new.iter().for_each(|message| outline.heard.take_in(message, unopened.contains(&message.seq)));
            let is_taken_back = outline.heard.is_taken_back();
            // Whoever says more is heard, and an answer ends it at the box.
            let is_aside = new.is_empty() && (is_anew || !was_aside || outline.heard.set_aside);
            outline.set_aside = outline.set_aside.filter(|_| is_aside);
            if !new.is_empty() {
                self.overtake(|change| matches!(change, Change::Destroy(destroy) if destroy.report == id));
            }
            let not_here = new.iter().find(|message| message.files.is_empty() && !entry.withdrawn);
            if let Some(message) = not_here {
                self.alerts.push(tell(AlertKind::NotHere { report: id, seq: message.seq }));
            }
            let Some(report) = self.reports.get_mut(&id) else { continue };
            if !is_aside {
                report.end_aside();
            }
            // What was answered is not known any more of a report that was destroyed, nor by a reader who was not given its
            // last key.
            let elsewhere = report.take_in(entry, is_anew);
            if let Some(seq) = elsewhere.filter(|_| !came_back && !self.without_key.contains(&id)) {
                self.alerts.push(tell(AlertKind::DeliveredElsewhere { report: id, seq }));
            }
            let kept = match matter.and_then(OpenedMatter::into_open) {
                Some(Matter::News(kept)) => kept,
                _ => Vec::new(),
            };
            let wrong = report.add(&new, (kept, unopened), import, event.2);
            report.withdrawn = entry.withdrawn || is_taken_back;
            if let Some(seq) = wrong {
                self.alerts.push(tell(AlertKind::NotTheBoxsWord { report: id, seq }));
            }
        }
        let missed = self.miss_unopened(word);
        self.alerts.extend(missed.into_iter().map(tell));
    }

    /// What nobody opened here, and the box sends no more: somebody told it that it is here, or it lost it. A report that a
    /// part leaves out may stand in another; only once all are here it is seen.
    fn miss_unopened(&mut self, word: &BoxWord) -> Vec<AlertKind> {
        let last = self.at_box.last.as_ref();
        let whole = last.filter(|last| last.parts.len() == last.of as usize).map(|last| &last.listed);
        let mut missed = Vec::new();
        for (id, outline) in &mut self.outlines {
            let listed = word.report(*id).filter(|entry| outline.heard.is_of(entry));
            let is_left_out = word.gone.contains(id) || whole.is_some_and(|whole| !whole.contains(id));
            if listed.is_none() && !is_left_out {
                continue;
            }
            // Its readers know which message was opened since, everybody else that one was.
            let records = self.reports.get(id).filter(|_| !self.without_key.contains(id));
            let is_unopened = |message: &HeardMessage| {
                records.map_or(message.unopened, |report| {
                    report.message_of_box(message.commitment).is_some_and(|one| one.is_unopened)
                })
            };
            let seq = outline.heard.miss(listed, is_unopened);
            missed.extend(seq.map(|seq| AlertKind::NotHere { report: *id, seq }));
        }
        missed
    }

    /// A report that is new here, or comes back after it was destroyed. Gives whether it came back.
    pub(in crate::casebook) fn begin(
        &mut self,
        entry: &ReportEntry,
        key: NewKey,
        matter: Option<&OpenedMatter>,
    ) -> bool {
        let id = entry.id;
        let remains = self.destroyed.remove(&id);
        let came_back = remains.is_some();
        let access = remains.as_ref().map_or(Access::Everyone, |remains| self.access_again(&remains.access));
        let heard = remains.map_or_else(|| Heard::first(entry), |remains| remains.heard);
        let is_reader = self.me.is_some_and(|me| access.is_open_to(me));
        let is_closed = matches!(matter, Some(OpenedMatter::Closed(_)));
        self.outlines.insert(id, Outline { key, earlier: Vec::new(), access, heard, set_aside: None, code: None });
        // Whoever withholds a key keeps no reader from what the box says of it: with that, it can be mended.
        if is_reader || !is_closed {
            self.reports.insert(id, Report::new(entry.route, entry.received_on, entry.reply_to.clone()));
        }
        if is_closed {
            self.without_key.insert(id);
        } else {
            self.without_key.remove(&id);
        }
        came_back
    }

    pub(in crate::casebook) fn mend(&mut self, reports: &[SealedMatter], matters: impl Iterator<Item = OpenedMatter>) {
        for (about, matter) in reports.iter().zip(matters) {
            if let Some(outline) = self.outlines.get_mut(&about.report) {
                outline.heard.open_all();
            }
            let Some(report) = self.reports.get_mut(&about.report) else { continue };
            let Some(Matter::News(messages)) = matter.into_open() else { continue };
            for news in messages {
                report.keep_of_box(news);
            }
        }
    }
}

impl MessageRecord {
    /// Whether what is said of a message as it was kept is what the box signed for. What was entered here may say all that a
    /// message of the box says, and is never taken for it.
    pub(in crate::casebook) fn is_kept_by(&self, news: &MessageNews) -> bool {
        self.at_box == Some(news.seq) && self.is_as_listed(news)
    }

    /// Whether what is said of a message as it was kept is what whoever listed it said of it.
    fn is_as_listed(&self, news: &MessageNews) -> bool {
        news.kept.len() == self.files.len()
            && summary_commitment(news.salt, &news.summary) == Some(self.summary)
            && promises(news, self.on).is_some()
    }
}

impl Report {
    /// What the box says of it. Gives the first answer, of those that were not known to be there, which is none of this
    /// casebook's. When a box that was restored says it for the first time, it may have lost answers: they go once more.
    fn take_in(&mut self, entry: &ReportEntry, is_anew: bool) -> Option<u32> {
        // What it ended because the report was set aside or withdrawn was promised all the same: the figures count it, apart.
        let is_listed =
            |ended: &ClockEntry| entry.clocks.iter().any(|it| (it.seq, it.clock.kind) == (ended.seq, ended.clock.kind));
        let was = std::mem::replace(&mut self.clocks, entry.clocks.clone());
        if self.set_aside.is_some() || entry.set_aside.is_some() || entry.withdrawn {
            self.clocks_ended.extend(was);
        }
        self.clocks_ended.retain(|ended| !is_listed(ended));
        if entry.delivered() < self.delivered() && !is_anew {
            return None;
        }
        let before = std::mem::replace(&mut self.deliveries, entry.deliveries.clone());
        if is_anew {
            let is_there = |answer: &AnswerRecord| entry.deliveries.iter().any(|it| answer.is_what_was_delivered(it));
            for answer in self.answers.iter_mut().filter(|answer| !is_there(answer)) {
                answer.goes_again |= !answer.exported_in.is_empty();
                answer.exported_in.clear();
            }
        }
        let is_news = |(place, delivery): &(usize, &DeliveryEntry)| before.get(*place) != Some(*delivery);
        let is_ours = |delivery: &DeliveryEntry| self.answers.iter().any(|ours| ours.is_what_was_delivered(delivery));
        let mut news = entry.deliveries.iter().enumerate().filter(is_news);
        news.find(|(_, delivery)| !is_ours(delivery)).map(|(_, delivery)| delivery.seq)
    }

    /// Its new messages, as the box lists them, with what was kept of each, and the numbers of those that nobody opened. Gives
    /// the first of the others that was not kept as the box says.
    pub(in crate::casebook) fn add(
        &mut self,
        new: &[&MessageEntry],
        (kept, unopened): (Vec<MessageNews>, &[u32]),
        import: u64,
        by: MemberId,
    ) -> Option<u32> {
        for entry in new {
            let is_unopened = unopened.contains(&entry.seq);
            let is_it = |record: &&mut MessageRecord| record.at_box.is_some() && record.commitment == entry.commitment;
            let known = self.messages.iter_mut().find(is_it);
            if let Some(record) = known {
                // It was listed before, and its files come now.
                (record.at_box, record.import, record.by) = (Some(entry.seq), import, by);
                record.files.clone_from(&entry.files);
                record.is_unopened = is_unopened;
                continue;
            }
            // A restored box gives numbers twice: what comes later goes behind what is here.
            let seq = entry.seq.max(self.last_message().saturating_add(1));
            self.messages.push(MessageRecord {
                seq,
                at_box: Some(entry.seq),
                kind: entry.kind,
                on: entry.on,
                files: entry.files.clone(),
                commitment: entry.commitment,
                summary: entry.summary,
                kept: None,
                is_unopened,
                import,
                by,
            });
        }
        for news in kept {
            // Whoever says that they can't open it has kept nothing of it: everybody else goes by that.
            let is_new = new.iter().any(|entry| entry.seq == news.seq) && !unopened.contains(&news.seq);
            if is_new {
                self.keep_of_box(news);
            }
        }
        let came = new.iter().filter(|entry| !entry.files.is_empty());
        let mut records = came.filter_map(|entry| self.message_of_box(entry.commitment));
        records.find(|record| record.kept.is_none() && !record.is_unopened).map(|record| record.seq)
    }

    /// Takes in what was kept of the last message, which was entered here, if it is that. Gives whether it is.
    pub(in crate::casebook) fn keep_last(&mut self, news: MessageNews) -> bool {
        let Some(last) = self.messages.len().checked_sub(1) else { return false };
        let is_it = self.messages[last].seq == news.seq && self.messages[last].is_as_listed(&news);
        if is_it {
            self.keep(last, news);
        }
        is_it
    }

    /// Takes in what was kept of a message of the box, if it is what the box signed for.
    fn keep_of_box(&mut self, news: MessageNews) {
        if let Some(place) = self.messages.iter().position(|record| record.is_kept_by(&news)) {
            self.keep(place, news);
        }
    }

    /// Takes in what was kept of the message at that place.
    fn keep(&mut self, place: usize, news: MessageNews) {
        let record = &mut self.messages[place];
        let is_concern = record.kind == MessageKind::Concern;
        for clock in promises(&news, record.on).unwrap_or_default() {
            let entry = ClockEntry { seq: record.seq, clock };
            let is_this = |one: &ClockEntry| (one.seq, one.clock.kind) == (entry.seq, entry.clock.kind);
            if !self.clocks_here.iter().any(is_this) {
                self.clocks_here.push(entry);
            }
        }
        record.kept = Some(news.kept);
        record.is_unopened = false;
        if is_concern {
            self.chosen_areas = news.summary.areas;
            self.serious_harm = news.summary.serious_harm;
        }
    }
}

/// The clocks that start here because of what a message says, which the box can't read; none if it says what it can't.
fn promises(news: &MessageNews, on: Date) -> Option<Vec<Clock>> {
    let clock = |kind: &ClockKind| {
        // Days of the calendar, which need no bank holidays.
        (*kind == ClockKind::DataAcknowledgement)
            .then(|| Clock::start(Clock::DATA_ACKNOWLEDGEMENT, on, &Calendar::default()).ok())?
    };
    news.summary.promises.iter().map(clock).collect()
}
