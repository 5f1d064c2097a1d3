//! What the desk's templates are given.

mod addresses;
mod alerts;
pub(super) mod annual_report;
mod approve;
mod aside;
mod belongs;
mod carry;
mod change_of_use;
mod coming;
pub(super) mod correspondence;
mod date_field;
mod decide;
mod destroy;
mod draft_note;
mod drafts;
mod enter;
mod evidence;
pub(super) mod figures;
mod filter;
mod finds;
mod follow_up;
mod harm;
mod history;
mod import;
mod keeping;
mod lost;
mod messages;
pub(super) mod narrative;
mod next_step;
mod order;
mod organisations;
mod paper;
mod promise;
mod queue;
mod queue_row;
mod readers;
mod refer;
mod report;
mod report_line;
mod saved_texts;
mod search;
mod shell;
mod short_list;
mod subject;
mod subject_head;
mod team;
#[cfg(test)]
mod tests;
mod themes;
mod timeline;
mod told_person;
mod typed;
mod urgent;
#[cfg(test)]
mod validity;
#[cfg(test)]
mod validity_aside;
#[cfg(test)]
mod validity_enter;
#[cfg(test)]
mod validity_figures;
#[cfg(test)]
mod validity_letters;
#[cfg(test)]
mod validity_queue;
#[cfg(test)]
mod validity_report;
#[cfg(test)]
mod validity_shell;
#[cfg(test)]
mod validity_wider;
mod words;

pub(super) use addresses::{AddressPage, AddressesPage};
pub(crate) use alerts::{described, is_of_loss, told};
pub(super) use approve::{ApprovePage, ApproveParts, ToApprovePage, WaitingRow};
pub(super) use aside::{AsidePage, ToSetAside, UndoAsidePage};
pub(super) use belongs::{BelongsPage, BelongsParts, belongs_entries};
pub(super) use carry::CarryPage;
pub(super) use change_of_use::ChangeOfUsePage;
pub(super) use decide::{DecidePage, DecideParts, DecideStart};
pub(super) use destroy::{DestroyPage, RetentionPage};
pub(super) use draft_note::DraftNote;
pub(super) use drafts::{DraftPage, DraftParts};
pub(super) use enter::{EnterCheckPage, EnterPage, EnteredCodePage};
pub(super) use filter::{Filter, cleaned, path_of};
pub(super) use follow_up::FollowUpPage;
pub(super) use harm::{HarmPage, HarmParts};
pub(super) use import::{ImportPage, came};
pub(super) use keeping::KeepingPage;
pub(super) use lost::LostPage;
pub(super) use messages::Beside;
pub(super) use organisations::{OrganisationPage, OrganisationsPage};
pub(super) use paper::PaperPage;
pub(super) use queue::QueuePage;
pub(super) use readers::{AccessLogPage, ReadersForm, ReadersPage};
pub(super) use refer::ReferPage;
pub(super) use report::{FilePage, ReportPage, ShownParts};
pub(super) use saved_texts::SavedTextsPage;
pub(super) use search::SearchPage;
pub(super) use shell::{CSS, ErrorPage, JustDone, LockedPage, Shell};
pub(super) use subject::{SubjectForm, SubjectParts};
pub(super) use subject_head::{SubjectKind, subject_path};
pub(super) use team::{MemberLeavePage, ProposalPage, TeamForm, TeamPage};
pub(super) use themes::{ThemePage, ThemesPage};
pub(super) use told_person::ToldPersonPage;
pub(super) use typed::TypedPage;
pub(super) use words::{report_name, short_day};
