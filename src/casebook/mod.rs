//! The casebook: it takes in collections, shows reports, records decisions and writes them for the box. It knows no
//! page.
//!
//! ```text
//! DIR/casebook.json        which casebook it is; nothing about any concern
//! DIR/trust/…              each member's word that it is the right one
//! DIR/accounts/…           where the keys are of each account of this machine
//! DIR/keys/…               the casebook's key and each report's, sealed to those who may open them (see `log::keyring`)
//! DIR/events/00000001.age  what happened, one sealed and signed event a file, each naming the digest of the one before
//! DIR/head.json            how many events there are, signed
//! DIR/collections/N/…      what came with collection N, or was entered as the Nth
//! DIR/answers/ID/…         what goes to the person, sealed to their receipt code
//! DIR/incoming.…           a collection that is being taken in; DIR/outgoing/… decisions files to carry
//! DIR/checkpoints/…        snapshots: for each member, what makes opening fast; made again if it is lost
//! DIR/lock                 held by whoever writes, for one change
//! ```
//!
//! An event is there whole or not at all, and what it names is on the disk before it: killed at any point, a casebook
//! reads as it did before or after the change. An altered, missing, moved or foreign event, and a casebook that is cut
//! off at its end, is named when the casebook is opened. Whoever puts an older copy of the whole directory in its place
//! can't be noticed here; the next collection says how far the box saw it, and is refused by one that is behind. An event
//! that is genuine and not allowed is void (see `state`).

mod book;
#[cfg(test)]
mod by_hand;
pub mod carry;
mod commands;
mod error;
mod log;
#[cfg(test)]
mod model;
pub mod notice;
mod parallel;
mod queries;
mod state;
pub mod statistics;

pub use book::{casebook::Casebook, editor::Editor, gist::ConcernGist, new_member::NewMember};
pub use carry::incoming::IncomingFiles;
pub use commands::{
    backup::CasebookBackup,
    create::Founder,
    decide::{NewAssessment, NewDecision, NewNote, NewNotice, NewReply, Recorded},
    enter::{EnteredReport, NewEntered},
    export::Export,
    follow_up::NewFollowUp,
    import::{Import, ImportChoices, ImportedMessage, Progress},
    propose::{NewProposal, NewRecovery, Proposed},
    refer::{NewReferral, Passage},
    restore::{BackupOpener, RestoredCasebook},
    restrict::NewReaders,
    set_aside::NewAside,
};
pub use error::{
    ApprovalError, CasebookBackupError, CasebookError, DecisionError, EditError, EnterError, EventProblem, ExportError,
    ImportError, LogError, LookupError, NotAllowed, ProposalError, ReferralError, Refusal, RetentionError, TeamError,
    TypedError,
};
pub use log::{
    account::{ACCOUNTS, KeyPaths},
    event::AnswerId,
    fact::{CountedAs, Fact, Promise},
    reference::{
        Narrative, NoteSubject, Organisation, Reference, Register, RegisterEntry, SavedFilter, SavedText, TeamAddress,
        Theme,
    },
    trust::Pointer,
};
pub use queries::{
    access_log::AccessView,
    alerts::AlertView,
    answers::AnswerView,
    aside::ActOfAside,
    at_box::{LostAtBox, MissingParts},
    attachments::SealedAttachment,
    draft_steps::{DraftAct, DraftStep},
    drafts::{DraftComment, DraftRow, OpenedDraft},
    evidence::{LinkSeen, NamedByPeople, OtherReport, Suggestion},
    message::{FollowedUpView, MessageView, SaidBy},
    proposals::{Compared, ProposalView, ToCompare},
    queue::{OwnDate, QueueEntry},
    report::{
        AsideView, DecisionView, DeliveryView, EnteredView, ReadersView, ReferralView, ReportView, TakenBackView,
        ToldView,
    },
    same_text::SameText,
    search::{FoundIn, SearchHit},
    seen::Seen,
    snippet::{Snippet, SnippetPart},
    team::MemberView,
    urgent::{DuePromise, UrgentCounts, UrgentReport},
    waiting::WaitingAnswer,
};
pub use state::retention::Retained;

pub use state::{
    alert::{AlertKind, ChangeView, Tried},
    heard::StandingAtBox,
    letter::{Hindrance, Letter},
    reference::{NoteRecord, ReferenceBook},
    release::Release,
};
