//! What a casebook records. Each event is signed, then sealed together with its signature.

use serde::{Deserialize, Serialize};

use crate::{
    crypto::{Document, SignerRole},
    domain::{
        Answer, Area, BoxId, CasebookId, ClockEntry, Collected, Date, Digest, FileEntry, Format, MessageKind, ReportId,
        ReportState, Route, SeriousHarm, Text,
    },
};

/// One event.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    /// [`Format::Casebook`].
    pub(super) format: Format,
    /// The casebook it belongs to.
    pub(super) casebook: CasebookId,
    /// From 1, without a gap.
    pub(super) number: u64,
    /// SHA-256 of the sealed file of the event before it; none for the first.
    pub(super) previous: Option<Digest>,
    /// The day it was recorded, Europe/London.
    pub(super) on: Date,
    /// What happened.
    pub(super) what: What,
}

impl Document for Event {
    const FORMAT: Format = Format::Casebook;
    type Role = SignerRole;

    fn format(&self) -> Format {
        self.format
    }
}

/// An event with its signature, as JSON inside the age file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Envelope {
    /// The JSON of an [`Event`], as it was signed.
    pub(super) event: Text,
    /// A minisign signature over it.
    pub(super) signature: String,
}

/// What happened.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum What {
    /// The casebook was made.
    Created,
    /// A collection was taken in.
    Imported(Imported),
    /// Someone decided.
    Decided(Decided),
    /// Decisions were written for the box.
    Exported(Exported),
}

/// A collection was taken in.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Imported {
    /// The box it came from.
    pub(super) r#box: BoxId,
    /// The collection's number.
    pub(super) number: u64,
    /// SHA-256 of its manifest.
    pub(super) manifest: Digest,
    /// Every report of which something is new.
    pub(super) reports: Vec<ReportNews>,
}

/// What a collection says of one report.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportNews {
    /// The report.
    pub(super) id: ReportId,
    /// Its route.
    pub(super) route: Route,
    /// The day the concern came in.
    pub(super) received_on: Date,
    /// Whether the person withdrew it.
    pub(super) withdrawn: bool,
    /// The last answer that was delivered, 0 for none.
    pub(super) delivered: u32,
    /// Every clock as it stood at the box.
    pub(super) clocks: Vec<ClockEntry>,
    /// New messages, in order.
    pub(super) messages: Vec<MessageNews>,
}

/// What the queue needs to know of a message without opening it again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageNews {
    /// Its number within the report.
    pub(super) seq: u32,
    /// Which kind.
    pub(super) kind: MessageKind,
    /// The day it came in.
    pub(super) on: Date,
    /// The sealed files: the message, then its attachments.
    pub(super) files: Vec<FileEntry>,
    /// The areas that the person chose.
    pub(super) areas: Vec<Area>,
    /// Whether someone could be seriously harmed soon; none if not answered.
    pub(super) serious_harm: Option<SeriousHarm>,
    /// The age recipient that answers are sealed to.
    pub(super) reply_to: String,
}

/// Someone decided. State and areas are those after the decision.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decided {
    /// The report.
    pub(super) report: ReportId,
    /// Where it stands.
    pub(super) state: ReportState,
    /// The team's areas; none while the team has not chosen any.
    pub(super) areas: Option<Vec<Area>>,
    /// For the team alone.
    pub(super) note: Option<Text>,
    /// What goes to the person.
    pub(super) answers: Vec<SealedAnswer>,
}

/// An answer, and the one sealed form of it that is ever exported: the box knows it again by its digest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealedAnswer {
    /// The answer.
    pub(super) answer: Answer,
    /// The age file in base64.
    pub(super) sealed: String,
}

/// Decisions were written for the box.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exported {
    /// The decisions file's number.
    pub(super) number: u64,
    /// SHA-256 of the file.
    pub(super) file: Digest,
    /// The answers in it.
    pub(super) answers: Vec<AnswerId>,
    /// What it tells the box to have been collected.
    pub(super) collected: Vec<Collected>,
}

/// Names an answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerId {
    /// The report.
    pub(super) report: ReportId,
    /// The answer's number within it.
    pub(super) seq: u32,
}
