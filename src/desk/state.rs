//! All that the events say, folded together.

use std::collections::BTreeMap;

use data_encoding::BASE64;

use super::event::{Decided, Event, Exported, Imported, MessageNews, What};
use crate::{
    crypto,
    domain::{
        AnswerKind, Area, BoxId, ClockEntry, ClockKind, Date, Digest, FileEntry, MessageKind, ReportId, ReportState,
        Route, SeriousHarm, Text,
    },
};

/// What a casebook knows.
#[derive(Default)]
pub(super) struct State {
    /// The box it belongs to, pinned by the first collection.
    pub(super) r#box: Option<BoxId>,
    /// The last collection imported, 0 for none.
    pub(super) collection: u64,
    /// SHA-256 of that collection's manifest.
    pub(super) manifest: Option<Digest>,
    /// The last decisions file written, 0 for none.
    pub(super) exported: u64,
    /// SHA-256 of that file.
    pub(super) export_file: Option<Digest>,
    /// Every report.
    pub(super) reports: BTreeMap<ReportId, Report>,
}

/// One report.
pub(super) struct Report {
    pub(super) route: Route,
    pub(super) received_on: Date,
    pub(super) withdrawn: bool,
    /// The last answer that the box has, so far as the last collection tells.
    pub(super) delivered: u32,
    /// As they stood at the box.
    pub(super) clocks: Vec<ClockEntry>,
    pub(super) messages: Vec<StoredMessage>,
    /// None while there is no message.
    pub(super) reply_to: Option<String>,
    /// What the person chose.
    pub(super) chosen_areas: Vec<Area>,
    pub(super) serious_harm: Option<SeriousHarm>,
    pub(super) state: ReportState,
    /// What the team chose.
    pub(super) areas: Option<Vec<Area>>,
    pub(super) decisions: Vec<Decision>,
    pub(super) answers: Vec<StoredAnswer>,
    /// The last message that an export told the box to have been collected, 0 for none.
    pub(super) acknowledged: u32,
}

/// A message in one of the collections.
pub(super) struct StoredMessage {
    pub(super) seq: u32,
    pub(super) kind: MessageKind,
    pub(super) on: Date,
    pub(super) files: Vec<FileEntry>,
    /// The collection whose directory holds its files.
    pub(super) collection: u64,
}

/// A decision, with the state and areas after it.
pub(super) struct Decision {
    pub(super) on: Date,
    pub(super) state: ReportState,
    pub(super) areas: Option<Vec<Area>>,
    pub(super) note: Option<Text>,
    /// The answers that it made.
    pub(super) answers: Vec<u32>,
}

/// An answer. Its sealed form stays in its event.
pub(super) struct StoredAnswer {
    pub(super) seq: u32,
    pub(super) kind: AnswerKind,
    pub(super) on: Date,
    pub(super) after: u32,
    pub(super) state: ReportState,
    pub(super) text: Option<Text>,
    /// The event that holds it.
    pub(super) event: u64,
    /// Of the sealed form.
    pub(super) size: u64,
    pub(super) sha256: Digest,
    /// The decisions files that it was written to.
    pub(super) exported_in: Vec<u64>,
}

/// An event that does not fit what went before.
#[derive(Debug)]
pub(super) struct Unfit;

impl State {
    /// Takes in the next event.
    ///
    /// # Errors
    /// If it does not fit. The state is then of no use.
    pub(super) fn apply(&mut self, event: Event) -> Result<(), Unfit> {
        match event.what {
            What::Created => (event.number == 1).then_some(()).ok_or(Unfit),
            What::Imported(imported) => self.import(imported),
            What::Decided(decided) => self.decide(event.number, event.on, decided),
            What::Exported(exported) => self.export(exported),
        }
    }

    fn import(&mut self, imported: Imported) -> Result<(), Unfit> {
        if self.r#box.is_some_and(|known| known != imported.r#box) || imported.number <= self.collection {
            return Err(Unfit);
        }
        self.r#box = Some(imported.r#box);
        self.collection = imported.number;
        self.manifest = Some(imported.manifest);
        for news in imported.reports {
            let report = self.reports.entry(news.id).or_insert_with(|| Report::new(news.route, news.received_on));
            report.withdrawn = news.withdrawn;
            report.delivered = report.delivered.max(news.delivered);
            report.clocks = news.clocks;
            for message in news.messages {
                report.add(message, imported.number)?;
            }
        }
        Ok(())
    }

    fn decide(&mut self, event: u64, on: Date, decided: Decided) -> Result<(), Unfit> {
        let report = self.reports.get_mut(&decided.report).ok_or(Unfit)?;
        let mut seqs = Vec::new();
        for sealed in decided.answers {
            let bytes = BASE64.decode(sealed.sealed.as_bytes()).map_err(|_| Unfit)?;
            let answer = sealed.answer;
            if answer.seq < report.next_answer() {
                return Err(Unfit);
            }
            seqs.push(answer.seq);
            report.answers.push(StoredAnswer {
                seq: answer.seq,
                kind: answer.kind,
                on: answer.on,
                after: answer.after,
                state: answer.state,
                text: answer.text,
                event,
                size: bytes.len() as u64,
                sha256: crypto::digest(&bytes),
                exported_in: Vec::new(),
            });
        }
        report.state = decided.state;
        report.areas.clone_from(&decided.areas);
        report.decisions.push(Decision {
            on,
            state: decided.state,
            areas: decided.areas,
            note: decided.note,
            answers: seqs,
        });
        Ok(())
    }

    fn export(&mut self, exported: Exported) -> Result<(), Unfit> {
        if exported.number != self.exported + 1 {
            return Err(Unfit);
        }
        self.exported = exported.number;
        self.export_file = Some(exported.file);
        for id in exported.answers {
            let report = self.reports.get_mut(&id.report).ok_or(Unfit)?;
            let answer = report.answers.iter_mut().find(|answer| answer.seq == id.seq).ok_or(Unfit)?;
            answer.exported_in.push(exported.number);
        }
        for collected in exported.collected {
            self.reports.get_mut(&collected.report).ok_or(Unfit)?.acknowledged = collected.through;
        }
        Ok(())
    }
}

impl Report {
    const fn new(route: Route, received_on: Date) -> Self {
        Self {
            route,
            received_on,
            withdrawn: false,
            delivered: 0,
            clocks: Vec::new(),
            messages: Vec::new(),
            reply_to: None,
            chosen_areas: Vec::new(),
            serious_harm: None,
            state: ReportState::Received,
            areas: None,
            decisions: Vec::new(),
            answers: Vec::new(),
            acknowledged: 0,
        }
    }

    /// The number of the last message from the person, 0 for none.
    pub(super) fn last_message(&self) -> u32 {
        self.messages.last().map_or(0, |message| message.seq)
    }

    /// The number that the next answer gets. The box may have answers that a lost casebook gave.
    pub(super) fn next_answer(&self) -> u32 {
        self.answers.last().map_or(0, |answer| answer.seq).max(self.delivered).saturating_add(1)
    }

    /// The areas to show: the team's once decided, else the person's own.
    pub(super) fn shown_areas(&self) -> &[Area] {
        self.areas.as_deref().unwrap_or(&self.chosen_areas)
    }

    /// The clocks that an answer of that kind meets when it is delivered.
    pub(super) fn met_by(&self, kind: AnswerKind) -> Vec<ClockKind> {
        match kind {
            AnswerKind::Notice => vec![ClockKind::InformationUseNotice],
            AnswerKind::Reply => {
                let promised = self.route.promises().iter().map(|(clock, _)| *clock);
                promised.filter(|clock| matches!(clock, ClockKind::Advice | ClockKind::Decision)).collect()
            }
            AnswerKind::Update => Vec::new(),
        }
    }

    fn add(&mut self, message: MessageNews, collection: u64) -> Result<(), Unfit> {
        if message.seq <= self.last_message() || message.files.is_empty() {
            return Err(Unfit);
        }
        if message.kind == MessageKind::Concern {
            self.chosen_areas = message.areas;
            self.serious_harm = message.serious_harm;
        }
        self.reply_to.get_or_insert(message.reply_to);
        self.messages.push(StoredMessage {
            seq: message.seq,
            kind: message.kind,
            on: message.on,
            files: message.files,
            collection,
        });
        Ok(())
    }
}
