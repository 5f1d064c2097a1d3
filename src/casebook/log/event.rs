//! What a casebook records. Each event is signed by whoever made it, then sealed to the casebook's key together with
//! its signature. What it says about one report is sealed to that report's key inside, so that it can be kept from a
//! member and destroyed without breaking the chain.

use serde::{Deserialize, Serialize};

use crate::{
    casebook::log::fact::Fact,
    crypto::{Document, SignerRole},
    domain::{
        Answer, Area, Assessment, BoxId, CasebookId, Clock, ClockEntry, Collected, Date, DeliveryEntry, Digest,
        FileEntry, Format, MemberId, MessageKind, ReportId, ReportState, Route, SeriousHarm, TeamRole, Text,
    },
};

/// One event.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Event {
    /// [`Format::Casebook`].
    pub(in crate::casebook) format: Format,
    /// The casebook it belongs to.
    pub(in crate::casebook) casebook: CasebookId,
    /// From 1, without a gap.
    pub(in crate::casebook) number: u64,
    /// SHA-256 of the sealed file of the event before it; none for the first.
    pub(in crate::casebook) previous: Option<Digest>,
    /// The day it was recorded, Europe/London.
    pub(in crate::casebook) on: Date,
    /// Who recorded it.
    pub(in crate::casebook) by: MemberId,
    /// What happened.
    pub(in crate::casebook) what: What,
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
pub(in crate::casebook) struct Envelope {
    /// The JSON of an [`Event`], as it was signed.
    pub(in crate::casebook) event: Text,
    /// The minisign public key that it says made the signature.
    pub(in crate::casebook) signer: String,
    /// A minisign signature over it.
    pub(in crate::casebook) signature: String,
}

/// What happened.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::casebook) enum What {
    /// The casebook was made.
    Created(Created),
    /// Someone joined the team.
    Joined(Joined),
    /// Someone left it.
    Left(Left),
    /// Whether every notice needs a second approver.
    SecondApprover(bool),
    /// A collection was taken in.
    Imported(Imported),
    /// Someone decided about a report.
    Decided(SealedMatter),
    /// A second member approved a notice.
    Approved(Approved),
    /// A notice that waited for that was taken back, with what was written after it.
    TakenBack(TakenBack),
    /// Members were shut out of a report, or let in again.
    ShutOut(ShutOut),
    /// A report was handed to an area's team.
    Referred(SealedMatter),
    /// Decisions were written for the box.
    Exported(Exported),
    /// A report was destroyed.
    Destroyed(Destroyed),
}

/// What an event says about one report.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct SealedMatter {
    pub(in crate::casebook) report: ReportId,
    /// An age file in base64, sealed to the report's key: a [`Matter`]. Empty once it was opened.
    pub(in crate::casebook) sealed: String,
}

/// What is sealed to a report's key.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::casebook) enum Matter {
    /// What a collection brought.
    News(ReportNews),
    /// What was decided.
    Decided(Box<Decided>),
    /// What was handed on.
    Referred(Referred),
    /// Why someone was shut out, or a notice taken back.
    Reason(Text),
}

/// A member of the team.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Joined {
    /// A random name for files.
    pub(in crate::casebook) id: MemberId,
    /// What the others call them.
    pub(in crate::casebook) name: Text,
    /// What they do.
    pub(in crate::casebook) role: TeamRole,
    /// Their minisign public key.
    pub(in crate::casebook) signer: String,
    /// Their age recipients.
    pub(in crate::casebook) recipients: Vec<String>,
    /// The generation of the casebook's key file that is sealed to them too.
    pub(in crate::casebook) generation: u32,
}

/// A member left.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Left {
    pub(in crate::casebook) member: MemberId,
    /// The generation of the casebook's key file that is not sealed to them.
    pub(in crate::casebook) generation: u32,
    /// The casebook's new recipient.
    pub(in crate::casebook) recipient: String,
}

/// The casebook was made.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Created {
    /// Who made it.
    pub(in crate::casebook) founder: Joined,
    /// The casebook's recipient.
    pub(in crate::casebook) recipient: String,
}

/// A collection was taken in.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Imported {
    /// The box it came from.
    pub(in crate::casebook) r#box: BoxId,
    /// The collection's number.
    pub(in crate::casebook) number: u64,
    /// The day it was made at the box.
    pub(in crate::casebook) on: Date,
    /// SHA-256 of its manifest.
    pub(in crate::casebook) manifest: Digest,
    /// Every report of which something is new.
    pub(in crate::casebook) reports: Vec<News>,
}

/// Something new about one report.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct News {
    /// For a new report, or one that comes back after it was destroyed: its key.
    pub(in crate::casebook) key: Option<NewKey>,
    /// What: a [`Matter::News`].
    pub(in crate::casebook) about: SealedMatter,
}

/// A report's key from then on.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct NewKey {
    /// Counted from 1 for each report.
    pub(in crate::casebook) generation: u32,
    /// The age recipient that what is about the report is sealed to.
    pub(in crate::casebook) recipient: String,
}

/// What a collection says of one report.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct ReportNews {
    pub(in crate::casebook) route: Route,
    /// The day the concern came in.
    pub(in crate::casebook) received_on: Date,
    /// Whether the person withdrew it.
    pub(in crate::casebook) withdrawn: bool,
    /// Every answer that was delivered.
    pub(in crate::casebook) deliveries: Vec<DeliveryEntry>,
    /// Every clock as it stood at the box.
    pub(in crate::casebook) clocks: Vec<ClockEntry>,
    /// New messages, in order.
    pub(in crate::casebook) messages: Vec<MessageNews>,
}

/// What the queue needs to know of a message without opening it again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct MessageNews {
    /// Its number within the report.
    pub(in crate::casebook) seq: u32,
    pub(in crate::casebook) kind: MessageKind,
    /// The day it came in.
    pub(in crate::casebook) on: Date,
    /// The sealed files as the box's manifest names them: the message, then its attachments.
    pub(in crate::casebook) files: Vec<FileEntry>,
    /// The same, sealed to the report's key.
    pub(in crate::casebook) kept: Vec<FileEntry>,
    /// The areas that the person chose.
    pub(in crate::casebook) areas: Vec<Area>,
    /// Whether someone could be seriously harmed soon; none if not answered.
    pub(in crate::casebook) serious_harm: Option<SeriousHarm>,
    /// The clocks that start because of what it says: the box, which can't read it, knows nothing of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::casebook) clocks: Vec<Clock>,
    /// The age recipient that answers are sealed to.
    pub(in crate::casebook) reply_to: String,
}

/// Someone decided. Everything is as it is after the decision.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Decided {
    /// Where it stands.
    pub(in crate::casebook) state: ReportState,
    /// What the team makes of it.
    pub(in crate::casebook) assessment: Assessment,
    /// The last message that was read.
    pub(in crate::casebook) read: u32,
    /// For the team alone.
    pub(in crate::casebook) note: Option<Text>,
    /// What goes to the person.
    pub(in crate::casebook) answers: Vec<Written>,
    /// The clock of a supplementary notice, if the use of what the person sent changes.
    pub(in crate::casebook) change_of_use: Option<ClockEntry>,
}

/// An answer, and the one sealed form of it that is ever exported: the box knows it again by its digest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Written {
    pub(in crate::casebook) answer: Answer,
    /// The age file, under `answers/REPORT/SEQ.age`.
    pub(in crate::casebook) file: FileEntry,
    /// The writer's signature over its endorsement; for a notice.
    pub(in crate::casebook) endorsement: Option<String>,
    /// Whether it is held back until a second member approves it.
    pub(in crate::casebook) needs_approval: bool,
}

/// A second member approved an answer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Approved {
    pub(in crate::casebook) answer: AnswerId,
    /// A signature over its endorsement.
    pub(in crate::casebook) endorsement: String,
}

/// An answer that nobody had approved was taken back, and every later one to the same person.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct TakenBack {
    /// The first of them. Their numbers are given anew.
    pub(in crate::casebook) answer: AnswerId,
    /// Why: a [`Matter::Reason`].
    pub(in crate::casebook) why: SealedMatter,
}

/// Who may not open a report from now on.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct ShutOut {
    pub(in crate::casebook) report: ReportId,
    /// Its key from now on.
    pub(in crate::casebook) key: NewKey,
    /// By name.
    pub(in crate::casebook) members: Vec<MemberId>,
    /// By what they do, those who join later too.
    pub(in crate::casebook) roles: Vec<TeamRole>,
    /// Why: a [`Matter::Reason`].
    pub(in crate::casebook) why: SealedMatter,
}

/// A report was handed to an area's team.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Referred {
    pub(in crate::casebook) area: Area,
    /// The team, as the reviewer named it.
    pub(in crate::casebook) team: Text,
    /// The recipients that it was sealed to.
    pub(in crate::casebook) recipients: Vec<String>,
    /// What was in it, by name.
    pub(in crate::casebook) parts: Vec<Text>,
    /// Whether something was left out of a text.
    pub(in crate::casebook) redacted: bool,
    /// Why, for the casebook.
    pub(in crate::casebook) reason: Text,
    /// SHA-256 of the sealed file.
    pub(in crate::casebook) file: Digest,
}

/// Decisions were written for the box.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Exported {
    /// The decisions file's number.
    pub(in crate::casebook) number: u64,
    /// SHA-256 of the file.
    pub(in crate::casebook) file: Digest,
    pub(in crate::casebook) answers: Vec<AnswerId>,
    /// What it tells the box to have been collected.
    pub(in crate::casebook) collected: Vec<Collected>,
}

/// A report was destroyed: its keys and files are gone.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Destroyed {
    pub(in crate::casebook) report: ReportId,
    /// The last message of it that was here.
    pub(in crate::casebook) last_message: u32,
    /// What the figures keep of it.
    pub(in crate::casebook) fact: Fact,
}

/// Names an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerId {
    /// Answers of different reports may have the same number.
    pub report: ReportId,
    /// The answer's number within it.
    pub seq: u32,
}

impl What {
    /// What it says about reports, sealed.
    pub(in crate::casebook) fn about(&mut self) -> Vec<&mut SealedMatter> {
        match self {
            Self::Decided(about) | Self::Referred(about) => vec![about],
            Self::TakenBack(taken_back) => vec![&mut taken_back.why],
            Self::ShutOut(shut_out) => vec![&mut shut_out.why],
            Self::Imported(imported) => imported.reports.iter_mut().map(|news| &mut news.about).collect(),
            Self::Created(_)
            | Self::Joined(_)
            | Self::Left(_)
            | Self::SecondApprover(_)
            | Self::Approved(_)
            | Self::Exported(_)
            | Self::Destroyed(_) => Vec::new(),
        }
    }
}

impl Matter {
    /// Without what was written: the queue does not need it, and it is read again from the event when it is shown.
    pub(in crate::casebook) fn without_texts(mut self) -> Self {
        match &mut self {
            Self::Decided(decided) => {
                decided.note = None;
                for written in &mut decided.answers {
                    written.answer.text = None;
                }
            }
            Self::Reason(reason) => *reason = Text::verbatim(""),
            Self::News(_) | Self::Referred(_) => {}
        }
        self
    }
}
