//! What things *are*: concerns, messages, reports, routes, areas, clocks, decisions. How input is parsed into them,
//! the working-day rule, and every limit as a named constant.
//!
//! Nothing here reads a file, opens a socket or makes a random number, so every rule can be tested with plain values.

mod access;
mod answers;
mod area;
mod assessment;
mod calendar;
mod carrying;
mod choice;
mod clock;
mod collection;
mod concern;
mod decisions;
mod entered;
mod entries;
mod file_name;
mod ics;
mod identifying;
mod ids;
mod invisible;
#[cfg(feature = "desk")]
mod likeness;
pub mod limits;
mod message;
mod notice;
mod own_copy;
mod part;
mod periods;
mod prose;
mod questions;
mod receipt_code;
#[cfg(feature = "desk")]
mod register;
mod report_name;
mod route;
mod text;
mod today;
mod who_else;

pub use access::AccessKind;
pub use answers::{About, AreaChoice, Ongoing, OrganisationType, RaisedInternally, Role, SeriousHarm};
pub use area::Area;
pub use assessment::{
    Action, Assessment, AssessmentProblem, FailureKind, Finding, HarmSeenTo, LinkKind, ReportLink, Risk, RiskCheck,
    TeamRole, YesNo,
};
pub use calendar::{Calendar, CalendarError};
pub use carrying::{Carried, CarriedPiece, CarryRequest, Errand, WaitingCollection, carry_head, read_carry_head};
pub use choice::Labelled;
pub use clock::{Clock, ClockKind, ClockState, Kept, NoLongerOwed, Standing, Term};
pub use collection::{
    Besides, CasebookSeen, ClockEntry, ClockView, DeliveryEntry, Epoch, FileEntry, Manifest, ManifestProblem,
    MessageEntry, ReportEntry, ReportRecord, SetAside,
};
pub use concern::{Answered, Concern, FieldError, FollowUp, Given};
pub use decisions::{AnswerEntry, Collected, Decisions, Endorsement, LogHead, SetAsideEntry};
pub use entered::{EnteredEntry, EnteredProblem, WayIn, WhoseWords, earliest_entered, entered_clocks, entered_problem};
pub use entries::Entries;
pub use file_name::{kept_file_name, kept_media_type};
pub use ics::{icalendar, icalendar_with};
pub use identifying::{Identifying, IdentifyingSpan};
pub use ids::{
    BoxId, CasebookId, CollectionId, Digest, EpochId, IdError, MemberId, OrganisationId, ReferenceId, ReportId, Salt,
    SendId, ThemeId,
};
pub use invisible::{escape_invisible, escape_invisible_in_json, escape_invisible_in_line};
#[cfg(feature = "desk")]
pub use likeness::LikeText;
pub use message::{
    Answer, AnswerKind, Attachment, EndorsedAnswer, Format, Message, MessageContent, MessageKind, MessageSummary,
    ReportState, SetAsideReason,
};
pub use notice::{NoticeVariant, Told, WhoSees};
pub use own_copy::{OwnCopy, OwnFile, OwnWords};
pub use part::Part;
pub use periods::Periods;
pub use prose::{HeadingDepth, ProseBlock, ProseSpan, prose};
#[cfg(all(test, feature = "desk"))]
pub(crate) use questions::tests::every_answer;
pub use questions::{ConcernField, FormField, Input, Length, Prompt, Question, Section, Wording, prompts};
pub use receipt_code::{CodeError, CodeSymbols};
#[cfg(feature = "desk")]
pub use register::{REGISTER_BYTES, RegisterFile, RegisterFileKind, RegisterLine};
pub use route::Route;
pub use text::Text;
pub use today::{FixedDay, SystemDay, Today};
pub use who_else::WhoElse;

pub use jiff::civil::Date;
