//! What the templates are given.

mod check;
mod checked_text;
mod follow_up;
mod form;
mod harm;
mod help;
mod keep_code;
mod own_copy;
mod pages;
mod period;
mod promise;
mod receipt;
mod sending;
mod sent_files;
mod shell;
mod status;
#[cfg(test)]
mod validity;
mod wait;
mod way_back;
mod who_else;
mod written;

pub(super) use check::{CheckPage, NotSent, carried_answers};
pub(super) use follow_up::{FollowUpCheckPage, FollowUpParts, FollowedUpPage, TypedFollowUp};
pub(super) use form::{FormPage, FormParts, RoutesPage};
pub(super) use keep_code::KeepCode;
pub(super) use pages::{
    AccessibilityPage, BeforePage, EasyReadPage, ErrorPage, KeysPage, LeavePage, PrivacyPage, RightPage, SafePage,
    StartPage, WithdrawPage, WithdrawnPage,
};
pub(super) use receipt::{ReceiptPage, ToldOnReceipt};
pub(super) use sent_files::SentFiles;
pub(super) use shell::Shell;
pub(super) use status::{AskPage, StatusPage, StatusParts};
pub(super) use wait::WaitPage;
pub(super) use way_back::ReturnAddress;
pub(super) use who_else::WhoElsePage;
