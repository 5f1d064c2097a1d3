//! Why a casebook can't do something, a file for each kind of work, and all of them together.

mod approval;
mod backup;
mod casebook;
mod decision;
mod edit;
mod enter;
mod export;
mod import;
mod log;
mod lookup;
mod not_allowed;
mod proposal;
mod referral;
mod retention;
mod team;
mod typed;

pub use approval::ApprovalError;
pub use backup::CasebookBackupError;
pub use casebook::CasebookError;
pub use decision::DecisionError;
pub use edit::EditError;
pub use enter::EnterError;
pub use export::ExportError;
pub use import::{ImportError, Refusal};
pub use log::{EventProblem, LogError};
pub use lookup::LookupError;
pub use not_allowed::NotAllowed;
pub use proposal::ProposalError;
pub use referral::ReferralError;
pub use retention::RetentionError;
pub use team::TeamError;
pub use typed::TypedError;
