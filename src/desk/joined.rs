//! The other receipts under which a concern was sent: whoever sent it may look at either, so a letter can go to all.

use super::{
    correspondence::why_not,
    form::{correspondence::AnswerField, question::AskedField, stale::Seen},
};
use crate::{
    casebook::{Casebook, CasebookError, Letter},
    domain::{Entries, FieldError, ReportId},
};

/// Another receipt of the same concern.
pub(super) struct JoinedReceipt {
    pub(super) report: ReportId,
    /// As it stands now.
    now: Seen,
    /// Why it can't be answered, if it can't.
    pub(super) hindered: Option<&'static str>,
    /// Whether it is to be answered too.
    pub(super) ticked: bool,
}

/// All of them.
pub(super) struct JoinedReceipts {
    pub(super) receipts: Vec<JoinedReceipt>,
    /// Those that were ticked, and are not as they were then, or not there.
    changed: Vec<ReportId>,
}

impl JoinedReceipt {
    /// What stands for it in the form: it says how the report stood when it was ticked.
    pub(super) fn value(&self) -> String {
        format!("{}.{}", self.report, self.now.version)
    }
}

impl JoinedReceipts {
    /// Each that can be answered, ticked.
    pub(super) fn all(casebook: &Casebook, id: ReportId, letter: Letter) -> Result<Self, CasebookError> {
        let receipts = casebook.joined_to(id).into_iter().map(|report| {
            let (now, hindrance) = casebook.unopened(report, letter)?;
            let hindered = hindrance.map(why_not);
            Ok(JoinedReceipt { report, now, hindered, ticked: hindered.is_none() })
        });
        Ok(Self { receipts: receipts.collect::<Result<_, CasebookError>>()?, changed: Vec::new() })
    }

    /// As a form ticked them.
    pub(super) fn sent(
        form: &Entries,
        casebook: &Casebook,
        id: ReportId,
        letter: Letter,
    ) -> Result<Self, CasebookError> {
        let all = Self::all(casebook, id, letter)?;
        let ticked: Vec<&str> = form.all(AnswerField::Joined.name()).collect();
        let of = |value: &str| value.split_once('.').and_then(|(id, _)| id.parse::<ReportId>().ok());
        let is_as_it_was = |value: &str| all.receipts.iter().any(|one| one.hindered.is_none() && one.value() == value);
        let changed = ticked.iter().filter(|value| !is_as_it_was(value)).filter_map(|value| of(value)).collect();
        let asked: Vec<ReportId> = ticked.iter().filter_map(|value| of(value)).collect();
        let receipts = all.receipts.into_iter().map(|one| {
            let ticked = one.ticked && asked.contains(&one.report);
            JoinedReceipt { ticked, ..one }
        });
        Ok(Self { receipts: receipts.collect(), changed })
    }

    /// What is wrong with what was ticked.
    pub(super) fn problem(&self) -> Option<FieldError> {
        let changed = self.changed.first()?;
        let words = changed.in_words();
        let message =
            format!("Look at report {words} before you answer it too: something was recorded about it meanwhile");
        Some(AnswerField::Joined.error(message))
    }

    /// Those that are to be answered too, as they stand now.
    pub(super) fn answered(self) -> Vec<(ReportId, Seen)> {
        self.receipts.into_iter().filter(|one| one.ticked).map(|one| (one.report, one.now)).collect()
    }
}
