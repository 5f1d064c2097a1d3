//! What a casebook records. Each event is signed by whoever made it, then sealed to the casebook's key together with
//! its signature. What it says about one report is sealed to that report's key inside, so that it can be kept from a
//! member and destroyed without breaking the chain.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::{
    casebook::log::{
        draft::{Commented, Drafted},
        entered::{EnteredCode, ToldPerson},
        fact::Fact,
        reference::Reference,
    },
    crypto::{self, Document, SignerRole, VerifyingKey},
    domain::{
        AccessKind, Answer, Area, Assessment, CasebookId, Clock, ClockEntry, ClockKind, Collected, Date, Digest,
        EnteredEntry, FileEntry, Format, LogHead, MemberId, MessageSummary, Part, ReportId, ReportState, Route, Salt,
        SetAsideEntry, SetAsideReason, TeamRole, Text, WayIn, WhoseWords, YesNo,
        limits::{ATTACHMENTS, DETAIL_MAX, MESSAGE_MAX, SHORT_MAX},
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
    #[serde(deserialize_with = "readable")]
    pub(in crate::casebook) what: What,
}

/// What can't be read is an event all the same: whoever signs nonsense must not end the casebook.
fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<What, D::Error> {
    let json = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(json.get()).unwrap_or(What::Unreadable))
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
    /// Someone proposed a change that needs a second member.
    Proposed(Change),
    /// A second member consented to one, and so it came about.
    Consented(Consented),
    /// A proposal was turned down, or taken back by whoever made it.
    Declined(u64),
    /// Whoever holds the recovery keys let someone join.
    Recovered(Recovered),
    /// Every text to a person needs a second approver from now on.
    SecondApprover,
    /// Someone has seen what stood on their queue, up to that event.
    Confirmed(u64),
    /// A collection was taken in.
    Imported(Imported),
    /// A concern that came another way than through the box was entered.
    Entered(Box<Entered>),
    /// What a person said later whose concern was entered, or what came with that.
    FollowedUp(Box<FollowedUp>),
    /// A person who has no receipt code was told something.
    ToldPerson(SealedMatter),
    /// Messages that were kept wrongly were taken in again.
    Mended(Vec<SealedMatter>),
    /// Someone decided about a report.
    Decided(SealedMatter),
    /// A second member approved an answer.
    Approved(Approved),
    /// An answer that waited for that was taken back, with what was written after it.
    TakenBack(TakenBack),
    /// Reports were set aside: nothing more is owed for them.
    SetAside(SettingAside),
    /// Reports that were set aside, of which no export told the box yet, are open again.
    BroughtBack(Vec<ReportId>),
    /// A report has those readers from now on.
    Restricted(Restricted),
    /// A report was handed to an area's team.
    Referred(SealedMatter),
    /// A report was opened, or a page or file of it left the desk.
    Accessed(SealedMatter),
    /// Something that is to be written to a person was kept, or thrown away.
    Drafted(SealedMatter),
    /// A member said something about such a draft.
    Commented(SealedMatter),
    /// Something that the team keeps beside its reports is so from now on.
    ReferenceChanged(Box<Reference>),
    /// Decisions were written for the box.
    Exported(Exported),
    /// Nothing that this version of candour can read.
    Unreadable,
}

/// What an event says about one report.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct SealedMatter {
    pub(in crate::casebook) report: ReportId,
    /// An age file in base64, sealed to the report's key: a [`BoundMatter`]. Empty once it was opened.
    pub(in crate::casebook) sealed: String,
}

/// What is sealed to a report's key, bound to the one place where it may stand.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct BoundMatter<M> {
    pub(in crate::casebook) casebook: CasebookId,
    /// The number of the event.
    pub(in crate::casebook) event: u64,
    pub(in crate::casebook) by: MemberId,
    pub(in crate::casebook) report: ReportId,
    pub(in crate::casebook) matter: M,
}

/// What is said about one report.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::casebook) enum Matter {
    /// The messages that a collection brought.
    News(Vec<MessageNews>),
    /// What was decided.
    Decided(Box<Decided>),
    /// What was handed on.
    Referred(Referred),
    /// What was opened or left the desk.
    Accessed(Accessed),
    /// Why readers were chosen, a member is let back in, or an answer was taken back.
    Reason(Text),
    /// How a concern was entered, with what was kept of it.
    Entered(Box<HowEntered>),
    /// How a follow-up came, with what was kept of it.
    FollowedUp(Box<HowFollowedUp>),
    /// What the person was told, who has no receipt code.
    ToldPerson(ToldPerson),
    /// What is to be written to the person.
    Drafted(Drafted),
    /// What a member says about that.
    Commented(Commented),
}

/// A member of the team.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Joining {
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
}

/// The casebook was made.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Created {
    /// Who made it.
    pub(in crate::casebook) founder: Joining,
    /// The casebook's recipient.
    pub(in crate::casebook) recipient: String,
}

/// A change that one member can't make alone.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::casebook) enum Change {
    /// Someone joins the team.
    Join(Joining),
    /// Someone's membership ends.
    Leave(MemberId),
    /// Members who were shut out of a report may open it again.
    LetIn(LetIn),
    /// Texts to a person need no second approver any more.
    NoSecondApprover,
    /// The box has another key, for which nobody vouches.
    BoxKey(String),
    /// The box has renewed its key: the one before vouches for it.
    RenewedBoxKey(RenewedBoxKey),
    /// A report is destroyed.
    Destroy(Destroy),
    /// There is a key in a safe that can let someone join; or there is none any more.
    Recovery(Option<RecoveryKeys>),
    /// The casebook goes on although the box saw one that was further.
    GoOn(LogHead),
}

/// The box has a new key, for which the one before vouches.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct RenewedBoxKey {
    /// Its public half, in base64.
    pub(in crate::casebook) key: String,
    /// The signature file of the key before over the new public key file.
    pub(in crate::casebook) word: String,
}

/// Members who were shut out of a report may open it again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct LetIn {
    pub(in crate::casebook) report: ReportId,
    /// Everyone who may open it then; none for every member, those who join later too.
    pub(in crate::casebook) readers: Option<Vec<MemberId>>,
    /// Why: a [`Matter::Reason`].
    pub(in crate::casebook) why: SealedMatter,
}

/// A report is destroyed: its keys and files go.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Destroy {
    pub(in crate::casebook) report: ReportId,
    /// What the figures keep of it.
    pub(in crate::casebook) fact: Fact,
    /// The report that it goes on with: what is decided on either counts for both, once. It names no person, and whoever
    /// could compare what both say has to be a reader of both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::casebook) goes_on_with: Option<ReportId>,
}

/// The public halves of keys that are kept in a safe.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct RecoveryKeys {
    /// A minisign public key.
    pub(in crate::casebook) signer: String,
    /// Age recipients: the casebook's key is sealed to them too.
    pub(in crate::casebook) recipients: Vec<String>,
}

/// A second member consented.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Consented {
    /// The event that proposed it.
    pub(in crate::casebook) proposal: u64,
    /// The key that it made: the casebook's for whoever joins or leaves and for recovery keys, the report's for whoever
    /// is let in again.
    pub(in crate::casebook) key: Option<NewKey>,
}

/// Whoever holds the recovery keys let someone join.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Recovered {
    pub(in crate::casebook) member: Joining,
    /// The casebook's key from then on.
    pub(in crate::casebook) key: NewKey,
}

/// A collection was taken in.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Imported {
    /// The box's public key.
    pub(in crate::casebook) box_key: String,
    /// The collection's manifest in base64, as the box signed it. Empty once it was read.
    pub(in crate::casebook) manifest: String,
    /// The box's signature over it. Empty once it was checked.
    pub(in crate::casebook) signature: String,
    /// Every report that has new messages. What the box says besides stands in the manifest.
    pub(in crate::casebook) reports: Vec<News>,
}

/// New messages of one report. What the box says of it stands in the manifest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct News {
    /// For a new report, or one that comes back after it was destroyed: its key.
    pub(in crate::casebook) key: Option<NewKey>,
    /// What: a [`Matter::News`].
    pub(in crate::casebook) about: SealedMatter,
    /// Messages, by their number at the box, that are sealed to keys which its author does not have: they are listed, and
    /// nothing of them is here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::casebook) unopened: Vec<u32>,
}

/// A key from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct NewKey {
    /// Counted from 1 for each report, and for the casebook.
    pub(in crate::casebook) generation: u32,
    /// The age recipient that is sealed to.
    pub(in crate::casebook) recipient: String,
}

/// What was kept of a message. The box's word for it is in the manifest.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct MessageNews {
    /// Its number at the box.
    pub(in crate::casebook) seq: u32,
    /// Its sealed files as they are here, sealed to the report's key: the message, then its attachments.
    pub(in crate::casebook) kept: Vec<FileEntry>,
    /// What the queue needs to know of it without opening it again.
    pub(in crate::casebook) summary: MessageSummary,
    /// The message's: with it, the summary can be held against the box's word.
    pub(in crate::casebook) salt: Salt,
}

/// A concern that came another way than through the box was entered. What every member knows of it is what the manifest says of
/// one at the box.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Entered {
    /// It follows from the key: see [`crate::crypto::entered_report`].
    pub(in crate::casebook) report: ReportId,
    pub(in crate::casebook) way: WayIn,
    pub(in crate::casebook) route: Route,
    pub(in crate::casebook) received_on: Date,
    /// The age recipient that answers are sealed to. Without a receipt code nobody has its key.
    pub(in crate::casebook) reply_to: String,
    /// What is promised for it.
    pub(in crate::casebook) clocks: Vec<Clock>,
    /// The concern's sealed files as they are here.
    pub(in crate::casebook) files: Vec<FileEntry>,
    /// To the message.
    pub(in crate::casebook) commitment: Digest,
    /// To its summary.
    pub(in crate::casebook) summary: Digest,
    /// If a receipt code was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::casebook) code: Option<EnteredCode>,
    /// The report's first key.
    pub(in crate::casebook) key: NewKey,
    /// What its readers know besides: a [`Matter::Entered`].
    pub(in crate::casebook) about: SealedMatter,
}

/// What a report's readers know of how it was entered.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct HowEntered {
    /// Who took it.
    pub(in crate::casebook) taken_by: Text,
    /// Whose words it is in.
    pub(in crate::casebook) words: WhoseWords,
    /// Whether the team knows who the person is. Their name is asked for nowhere.
    pub(in crate::casebook) known: YesNo,
    /// How the person is answered.
    pub(in crate::casebook) answer_by: Option<Text>,
    /// What was kept of it.
    pub(in crate::casebook) message: MessageNews,
}

/// What a person said later whose concern was entered, or files that came with that, as a follow-up through the box would be.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct FollowedUp {
    /// The day on which it came.
    pub(in crate::casebook) on: Date,
    /// Its sealed files as they are here: the message, then its attachments.
    pub(in crate::casebook) files: Vec<FileEntry>,
    /// To the message.
    pub(in crate::casebook) commitment: Digest,
    /// To its summary.
    pub(in crate::casebook) summary: Digest,
    /// Of which report, and what its readers know besides: a [`Matter::FollowedUp`].
    pub(in crate::casebook) about: SealedMatter,
}

/// What a report's readers know of how a follow-up came.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct HowFollowedUp {
    pub(in crate::casebook) way: WayIn,
    /// Who took it.
    pub(in crate::casebook) taken_by: Text,
    /// Whose words it is in.
    pub(in crate::casebook) words: WhoseWords,
    /// What was kept of it.
    pub(in crate::casebook) message: MessageNews,
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
    /// SHA-256 of the answer's JSON.
    pub(in crate::casebook) text: Digest,
    /// The writer's signature over its endorsement.
    pub(in crate::casebook) endorsement: String,
    /// The age file, under `answers/REPORT/SEQ.age`. None if it is held back until a second member approves it: it is
    /// sealed then, with the words of both.
    pub(in crate::casebook) file: Option<FileEntry>,
}

/// A second member approved an answer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Approved {
    pub(in crate::casebook) answer: AnswerId,
    /// A signature over its endorsement.
    pub(in crate::casebook) endorsement: String,
    /// The age file, under `answers/REPORT/SEQ.age`.
    pub(in crate::casebook) file: FileEntry,
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

/// Reports were set aside.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct SettingAside {
    /// By id, each once.
    pub(in crate::casebook) reports: Vec<ReportId>,
    /// What the persons are told.
    pub(in crate::casebook) reason: SetAsideReason,
}

/// A report has those readers from now on: fewer, or some who joined since.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Restricted {
    pub(in crate::casebook) report: ReportId,
    /// Its key from now on.
    pub(in crate::casebook) key: NewKey,
    /// Everyone who may open it.
    pub(in crate::casebook) readers: Vec<MemberId>,
    /// Why: a [`Matter::Reason`].
    pub(in crate::casebook) why: SealedMatter,
}

/// A report was opened, or a page or file of it left the desk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Accessed {
    pub(in crate::casebook) how: AccessKind,
    /// The file, by `MESSAGE/FILE`; none for the report's page.
    pub(in crate::casebook) file: Option<Text>,
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
    /// The decisions' number.
    pub(in crate::casebook) number: u64,
    /// Which part of them it is.
    pub(in crate::casebook) part: Part,
    /// SHA-256 of the file.
    pub(in crate::casebook) file: Digest,
    pub(in crate::casebook) answers: Vec<AnswerId>,
    /// What it tells the box to have been collected.
    pub(in crate::casebook) collected: Vec<Collected>,
    /// Reports that the box has no more, which it tells to be known.
    pub(in crate::casebook) gone: Vec<ReportId>,
    /// Reports that were set aside.
    pub(in crate::casebook) set_aside: Vec<SetAsideEntry>,
    /// Reports that were entered here and have a receipt code, of which it tells the box.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::casebook) entered: Vec<ReportId>,
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
            Self::Decided(about)
            | Self::Referred(about)
            | Self::Accessed(about)
            | Self::Drafted(about)
            | Self::Commented(about)
            | Self::ToldPerson(about) => vec![about],
            Self::Entered(entered) => vec![&mut entered.about],
            Self::FollowedUp(followed_up) => vec![&mut followed_up.about],
            Self::Mended(reports) => reports.iter_mut().collect(),
            Self::TakenBack(taken_back) => vec![&mut taken_back.why],
            Self::Restricted(restricted) => vec![&mut restricted.why],
            Self::Proposed(Change::LetIn(let_in)) => vec![&mut let_in.why],
            Self::Imported(imported) => imported.reports.iter_mut().map(|news| &mut news.about).collect(),
            Self::Created(_)
            | Self::Proposed(_)
            | Self::Consented(_)
            | Self::Declined(_)
            | Self::Recovered(_)
            | Self::SecondApprover
            | Self::Confirmed(_)
            | Self::Approved(_)
            | Self::SetAside(_)
            | Self::BroughtBack(_)
            | Self::ReferenceChanged(_)
            | Self::Exported(_)
            | Self::Unreadable => Vec::new(),
        }
    }
}

impl Entered {
    /// As decisions tell the box of it; none without a receipt code.
    pub(in crate::casebook) fn entry(&self) -> Option<EnteredEntry> {
        let EnteredCode { locator, kdf } = self.code.clone()?;
        Some(EnteredEntry {
            report: self.report,
            route: self.route,
            received_on: self.received_on,
            locator,
            kdf,
            reply_to: self.reply_to.clone(),
            clocks: self.clocks.clone(),
            commitment: self.commitment,
            summary: self.summary,
        })
    }
}

impl HowEntered {
    pub(super) fn is_bounded(&self) -> bool {
        let answer_by = self.answer_by.as_ref();
        let MessageNews { kept, summary, .. } = &self.message;
        // One message, and no list in it that is longer than what there is to list.
        kept.len() == 1
            && summary.areas.len() <= Area::ALL.len()
            && summary.promises.len() <= ClockKind::ALL.len()
            && !self.taken_by.is_empty()
            && !self.taken_by.is_longer_than(SHORT_MAX)
            && answer_by.is_none_or(|text| !text.is_empty() && !text.is_longer_than(DETAIL_MAX))
    }

    pub(super) fn forget_texts(&mut self) {
        (self.taken_by, self.answer_by) = (Text::verbatim(""), None);
    }
}

impl HowFollowedUp {
    fn is_bounded(&self) -> bool {
        let MessageNews { kept, summary, .. } = &self.message;
        (1..=1 + ATTACHMENTS).contains(&kept.len())
            // A concern alone has areas and promises something.
            && summary.areas.is_empty()
            && summary.promises.is_empty()
            && !self.taken_by.is_empty()
            && !self.taken_by.is_longer_than(SHORT_MAX)
    }
}

impl Written {
    fn is_sound(&self, signer: &str) -> bool {
        let Ok(signer) = VerifyingKey::<SignerRole>::from_base64(signer) else { return false };
        let text = &self.answer.text;
        let has_text = text.as_ref().is_some_and(|text| !text.is_empty() && !text.is_longer_than(MESSAGE_MAX));
        has_text == self.answer.kind.is_text()
            && (has_text || text.is_none())
            && crypto::answer_digest(&self.answer).is_ok_and(|digest| digest == self.text)
            && crypto::endorsers(
                &self.answer.endorsement(self.text),
                std::slice::from_ref(&self.endorsement),
                std::slice::from_ref(&signer),
            ) == 1
    }
}

impl SealedMatter {
    /// About a report, still to be sealed.
    pub(in crate::casebook) const fn about(report: ReportId) -> Self {
        Self { report, sealed: String::new() }
    }
}

impl Matter {
    /// Whether it is what its author says it is, so far as the matter alone tells: whoever wrote an answer stands by its
    /// very words, and texts are there and within their bounds. Asked when it is opened, while the texts are at hand.
    pub(in crate::casebook) fn is_sound(&self, signer: &str) -> bool {
        /// Texts and files that are handed on, or recipients of them: far more than any report has.
        const PARTS: usize = 10_000;

        match self {
            Self::Decided(decided) => {
                let notes_fit = decided.note.as_ref().is_none_or(|note| !note.is_longer_than(MESSAGE_MAX));
                notes_fit
                    && decided.assessment.is_bounded()
                    && decided.answers.iter().all(|written| written.is_sound(signer))
            }
            Self::Reason(reason) => !reason.is_empty() && !reason.is_longer_than(DETAIL_MAX),
            Self::Referred(referred) => {
                let (team, reason) = (&referred.team, &referred.reason);
                !team.is_empty()
                    && !team.is_longer_than(SHORT_MAX)
                    && !reason.is_longer_than(DETAIL_MAX)
                    && referred.parts.len() <= PARTS
                    && referred.parts.iter().all(|part| !part.is_longer_than(DETAIL_MAX))
                    && referred.recipients.len() <= PARTS
            }
            Self::Drafted(drafted) => drafted.is_bounded(),
            Self::Entered(how) => how.is_bounded(),
            Self::FollowedUp(how) => how.is_bounded(),
            Self::Commented(commented) => commented.is_bounded(),
            Self::News(_) | Self::Accessed(_) | Self::ToldPerson(_) => true,
        }
    }

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
            Self::Drafted(drafted) => drafted.forget_texts(),
            Self::Entered(how) => how.forget_texts(),
            Self::FollowedUp(how) => how.taken_by = Text::verbatim(""),
            Self::Commented(commented) => commented.text = Text::verbatim(""),
            Self::News(_) | Self::Referred(_) | Self::Accessed(_) | Self::ToldPerson(_) => {}
        }
        self
    }
}
