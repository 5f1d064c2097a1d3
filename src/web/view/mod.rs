//! What the templates are given.

mod form;
mod pages;
mod promise;
mod receipt;
mod shell;
mod status;
#[cfg(test)]
mod validity;

pub(super) use form::{CheckPage, FormPage, KeepCode};
pub(super) use pages::{
    AccessibilityPage, BeforePage, EasyReadPage, ErrorPage, KeysPage, LeavePage, PrivacyPage, RightPage, SafePage,
    StartPage, WithdrawnPage,
};
pub(super) use receipt::ReceiptPage;
pub(super) use shell::Shell;
pub(super) use status::{AskPage, FollowedUpPage, StatusPage, StatusParts, TypedFollowUp};
