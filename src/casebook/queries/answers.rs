//! What the desk shows of an answer.

use serde::Serialize;

use crate::{
    casebook::state::{
        release::Release,
        report::{AnswerRecord, Report},
    },
    domain::{AnswerKind, Date, MemberId, Text},
};

/// An answer, and how far it has come.
#[derive(Clone, Serialize)]
#[serde(into = "AnswerJson")]
pub struct AnswerView {
    /// From 1 in each report; given anew after one was taken back.
    pub seq: u32,
    /// A notice, a reply, or an update of where it stands.
    pub kind: AnswerKind,
    /// For a notice: whether it tells of a later change of use.
    pub supplementary: bool,
    /// What it says.
    pub text: Option<Text>,
    /// The day it was written.
    pub on: Date,
    /// Who wrote it.
    pub by: MemberId,
    /// Who approved it.
    pub approved_by: Option<MemberId>,
    /// How far it has come.
    pub release: Release,
    /// The decisions files that it was written to.
    pub(super) exported_in: Vec<u64>,
}

/// As `candour desk show --json` prints it.
#[derive(Serialize)]
struct AnswerJson {
    seq: u32,
    kind: AnswerKind,
    supplementary: bool,
    text: Option<Text>,
    on: Date,
    by: MemberId,
    to_approve: bool,
    approved_by: Option<MemberId>,
    exported_in: Vec<u64>,
    delivered: bool,
    delivered_on: Option<Date>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    displaced: bool,
}

impl From<AnswerView> for AnswerJson {
    fn from(view: AnswerView) -> Self {
        let AnswerView { seq, kind, supplementary, text, on, by, approved_by, release, exported_in } = view;
        let (delivered, delivered_on) = match release {
            Release::Delivered { on } => (true, Some(on)),
            Release::Held | Release::Free | Release::ToGive | Release::Exported { .. } | Release::Displaced => {
                (false, None)
            }
        };
        let (to_approve, displaced) = (release == Release::Held, release == Release::Displaced);
        Self {
            seq,
            kind,
            supplementary,
            text,
            on,
            by,
            to_approve,
            approved_by,
            exported_in,
            delivered,
            delivered_on,
            displaced,
        }
    }
}

impl AnswerView {
    pub(super) fn new(stored: &AnswerRecord, text: Option<Text>, report: &Report) -> Self {
        Self {
            seq: stored.seq,
            kind: stored.kind,
            supplementary: stored.supplementary,
            text,
            on: stored.on,
            by: stored.by,
            approved_by: stored.approved_by,
            release: report.release(stored),
            exported_in: stored.exported_in.clone(),
        }
    }
}
