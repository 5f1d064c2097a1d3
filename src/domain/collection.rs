//! The manifest of a collection: what the box tells the desk, signed by the box.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    calendar::{Calendar, CalendarError},
    clock::{Clock, ClockKind, ClockState, Standing},
    decisions::LogHead,
    ids::{BoxId, CasebookId, CollectionId, Digest, EpochId, ReportId},
    limits::{NUMBER_MAX, SEQ_MAX},
    message::{AnswerKind, Format, MessageKind, SetAsideReason},
    part::Part,
    route::Route,
};

/// `manifest.json` of one part of a collection: what changed since the desk acknowledged it, with the files of every message
/// that it has not acknowledged; and how many reports the box has besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`Format::Collection`].
    pub format: Format,
    /// The box that made it.
    pub r#box: BoxId,
    /// Since when the box counts from 1.
    pub epoch: Epoch,
    /// 1 for the first collection of that epoch, then one more for each.
    pub number: u64,
    /// The collection's random name, the same in all its parts.
    pub id: CollectionId,
    /// Which part of it this is.
    pub part: Part,
    /// The collection before it in that epoch; none for the first.
    pub previous: Option<CollectionId>,
    /// The day it was made, Europe/London.
    pub on: Date,
    /// What the box knows of the casebook whose decisions it takes; none before the first delivery.
    pub casebook: Option<CasebookSeen>,
    /// The reports that the box has and that are in no part of this collection.
    pub besides: Besides,
    /// Reports that the box has no more and did not hear that the desk knows that, each in one part alone.
    pub gone: Vec<ReportId>,
    /// Reports of which something is new, by id.
    pub reports: Vec<ReportEntry>,
}

/// The life of a box from one restore to the next: numbers begin anew in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epoch {
    /// Random.
    pub id: EpochId,
    /// The day it began, Europe/London.
    pub began_on: Date,
    /// The day of the backup with which it began; none for a box that was never restored.
    pub backup_of: Option<Date>,
}

/// Reports that are not listed: how many, and which, without naming them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Besides {
    /// How many they are.
    pub reports: u64,
    /// SHA-256 over their ids, eight bytes each, in order.
    pub digest: Digest,
}

/// What the box knows of the casebook whose decisions it takes: how a casebook that was put back is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CasebookSeen {
    /// Which it is.
    pub casebook: CasebookId,
    /// The number of the last decisions file that was delivered.
    pub decisions: u64,
    /// The end of the casebook that was the furthest of all that its decisions named.
    pub head: LogHead,
}

/// What the box knows of one report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportEntry {
    /// Its name.
    pub id: ReportId,
    /// Known outside the seal, because clocks follow from it.
    pub route: Route,
    /// The day the concern came in.
    pub received_on: Date,
    /// The age recipient that answers are sealed to: so that the person can be answered even if what they said is lost.
    pub reply_to: String,
    /// Whether the person withdrew it.
    pub withdrawn: bool,
    /// Whether the team set it aside.
    pub set_aside: Option<SetAside>,
    /// Every answer that was delivered, in order.
    pub deliveries: Vec<DeliveryEntry>,
    /// Every clock.
    pub clocks: Vec<ClockEntry>,
    /// Every message, in order, whether its files are in this collection or not.
    pub messages: Vec<MessageEntry>,
}

/// The team set a report aside: nothing more is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAside {
    /// The day on which the box was told, Europe/London.
    pub on: Date,
    /// What the person is told.
    pub reason: SetAsideReason,
}

/// An answer that the box has, as it was delivered: a number alone does not tell whether it is the one that the desk wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryEntry {
    /// Its number within the report.
    pub seq: u32,
    /// The day of delivery, Europe/London.
    pub on: Date,
    /// What it was listed as.
    pub kind: AnswerKind,
    /// SHA-256 of the JSON of the answer inside, as it was listed.
    pub text: Digest,
    /// SHA-256 of the sealed answer.
    pub sha256: Digest,
}

impl ReportEntry {
    fn check(&self) -> Result<(), ManifestProblem> {
        let started = self.clocks.iter().map(|entry| entry.seq);
        let rising = self.messages.is_sorted_by(|one, next| one.seq < next.seq);
        let sequences = self.messages.iter().map(|message| message.seq).chain(started);
        if !rising || self.messages.first().is_some_and(|first| first.seq == 0) || sequences.max() > Some(SEQ_MAX) {
            return Err(ManifestProblem::Sequence(self.id));
        }
        if !self.clocks.iter().all(|entry| entry.clock.is_of_a_promise()) {
            return Err(ManifestProblem::Clock(self.id));
        }
        let mut numbered = (1..).zip(&self.deliveries);
        if numbered.any(|(seq, delivery)| delivery.seq != seq) || self.delivered() > SEQ_MAX {
            return Err(ManifestProblem::Deliveries(self.id));
        }
        Ok(())
    }

    /// What it says of the report, without the files that happen to be in a collection: what decisions acknowledge is the
    /// digest of this.
    #[must_use]
    pub fn record(&self) -> ReportRecord {
        let bare = |message: &MessageEntry| MessageEntry { files: Vec::new(), ..message.clone() };
        let entry = Self { messages: self.messages.iter().map(bare).collect(), ..self.clone() };
        ReportRecord { format: Format::Record, entry }
    }

    /// The last answer that was delivered, 0 for none.
    #[must_use]
    pub fn delivered(&self) -> u32 {
        self.deliveries.last().map_or(0, |delivery| delivery.seq)
    }
}

/// A clock and the message that started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockEntry {
    /// The message.
    pub seq: u32,
    /// With the day on which it was met, if it was.
    pub clock: Clock,
}

/// A clock and where it stands on the day that was asked for: as the box and the desk both show it.
#[derive(Clone, Debug, Serialize)]
pub struct ClockView {
    /// The message that started it.
    pub seq: u32,
    /// What is promised.
    pub kind: ClockKind,
    /// Day 0.
    pub started_on: Date,
    /// The last day on which it is kept.
    pub due_on: Date,
    /// The day on which it was kept.
    pub met_on: Option<Date>,
    /// Negative when it is past; none once it is met, and at the desk if they can't be counted.
    pub working_days_left: Option<i64>,
    /// In a word.
    pub state: ClockState,
    /// Whether a change of use started it, not a message: such a clock runs at the desk alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub supplementary: bool,
}

impl ClockEntry {
    /// Where it stands on that day.
    ///
    /// # Errors
    /// [`CalendarError::NotCovered`] if an open clock's days can't be counted.
    pub fn view(&self, today: Date, calendar: &Calendar) -> Result<ClockView, CalendarError> {
        Ok(self.as_standing(self.clock.standing(today, calendar)?))
    }

    /// The same; if its days can't be counted, without how many are left.
    #[must_use]
    pub fn view_if_counted(&self, today: Date, calendar: &Calendar) -> ClockView {
        self.view(today, calendar).unwrap_or_else(|_| self.as_standing(self.clock.standing_uncounted(today)))
    }

    const fn as_standing(&self, standing: Standing) -> ClockView {
        ClockView {
            seq: self.seq,
            kind: self.clock.kind,
            started_on: self.clock.started_on,
            due_on: self.clock.due_on,
            met_on: self.clock.met_on,
            working_days_left: standing.working_days_left,
            state: standing.state,
            supplementary: false,
        }
    }
}

/// What a box says of a report, to be digested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportRecord {
    format: Format,
    entry: ReportEntry,
}

/// One message of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageEntry {
    /// Its number within the report.
    pub seq: u32,
    /// Which kind it is, so far as the box's own records tell.
    pub kind: MessageKind,
    /// The day it came in.
    pub on: Date,
    /// `message.age` first, then the attachments; none if they are not in this collection.
    pub files: Vec<FileEntry>,
    /// SHA-256 over the message's [`Salt`](super::Salt) and its JSON: what was said, without telling it.
    pub commitment: Digest,
    /// The same over its salt and the JSON of its [`MessageSummary`](super::MessageSummary).
    pub summary: Digest,
}

/// One sealed file in a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Bytes of the sealed file.
    pub size: u64,
    /// SHA-256 of the sealed file.
    pub sha256: Digest,
}

/// What no box ever says, whatever happened to it: whoever holds its key made it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestProblem {
    /// A number that nobody reaches by counting.
    #[error("a collection, a decisions file or an event has a number that nobody reaches by counting")]
    Number,
    /// A part that is none.
    #[error("it says that it is part {} of {}", .0.number, .0.of)]
    Part(Part),
    /// Reports that are not in the order of their ids, or are there twice.
    #[error("report {0} stands in it where no box lists it")]
    Order(ReportId),
    /// Likewise, of a message.
    #[error("report {0} has messages that no box numbers so")]
    Sequence(ReportId),
    /// A promise that is due before it started, or much too late.
    #[error("report {0} has a promise that is due before it was made, or more than two years after")]
    Clock(ReportId),
    /// Answers that are not numbered from 1 on.
    #[error("the answers to report {0} are not numbered from 1 on")]
    Deliveries(ReportId),
}

impl Manifest {
    /// Whether it says what a box can say. A signature alone does not tell: the box, or whoever has its key, may be hostile.
    ///
    /// # Errors
    /// The first thing that it can't.
    pub fn check(&self) -> Result<(), ManifestProblem> {
        let seen = self.casebook.map_or(0, |seen| seen.decisions.max(seen.head.number));
        if self.number == 0 || self.number.max(seen) > NUMBER_MAX {
            return Err(ManifestProblem::Number);
        }
        if !self.part.is_sound() {
            return Err(ManifestProblem::Part(self.part));
        }
        if let Some(pair) = self.reports.windows(2).find(|pair| pair[0].id >= pair[1].id) {
            return Err(ManifestProblem::Order(pair[1].id));
        }
        self.reports.iter().try_for_each(ReportEntry::check)
    }

    /// The path of a file inside the collection: the `index`th file of a message, 0 for the message itself.
    #[must_use]
    pub fn path(report: ReportId, seq: u32, index: usize) -> String {
        if index == 0 {
            format!("reports/{report}/{seq}/message.age")
        } else {
            format!("reports/{report}/{seq}/attachment-{index}.age")
        }
    }

    /// Every file in the order in which it stands in the collection.
    pub fn files(&self) -> impl Iterator<Item = (String, FileEntry)> {
        self.reports.iter().flat_map(|report| {
            report.messages.iter().flat_map(move |message| {
                message
                    .files
                    .iter()
                    .enumerate()
                    .map(move |(index, file)| (Self::path(report.id, message.seq, index), *file))
            })
        })
    }
}
