//! Setting reports aside, many at once: nothing more is owed for them, and the persons read why.

use crate::{
    casebook::{
        CasebookError, DecisionError, Editor, TypedError,
        error::NotAllowed,
        log::event::{SettingAside, What},
    },
    domain::{ReportId, SetAsideReason, Text, Today, WhoElse, limits::MESSAGE_MAX},
};

/// Reports that one event sets aside, at most: it has room for several times as many.
const AT_ONCE: usize = 100_000;

/// Why reports are set aside, and what of that is for their readers or their persons alone.
pub struct NewAside {
    reason: SetAsideReason,
    note: Option<Text>,
    same_as: Option<ReportId>,
    turn_to: Vec<WhoElse>,
}

impl NewAside {
    /// As the same as another report, which no one is told but those who may read the one that is set aside.
    #[must_use]
    pub fn duplicate_of(other: ReportId) -> Self {
        Self { same_as: Some(other), ..Self::from(SetAsideReason::Duplicate) }
    }

    /// Because it is for others: the person reads who they are.
    #[must_use]
    pub fn not_for_us(mut turn_to: Vec<WhoElse>) -> Self {
        turn_to.sort_unstable();
        turn_to.dedup();
        Self { turn_to, ..Self::from(SetAsideReason::NotForUs) }
    }

    /// The same, with a note for the team.
    #[must_use]
    pub fn noted(self, note: Option<Text>) -> Self {
        Self { note: note.filter(|note| !note.is_empty()), ..self }
    }
}

impl From<SetAsideReason> for NewAside {
    fn from(reason: SetAsideReason) -> Self {
        Self { reason, note: None, same_as: None, turn_to: Vec::new() }
    }
}

impl Editor<'_> {
    /// Sets reports aside. The next decisions tell the box, which tells each person why. Whoever adds something to such a
    /// report is heard again, and an answer to it ends that.
    ///
    /// # Errors
    /// If there is no such report, this member can't open it, or it is withdrawn or set aside already; or if there is no
    /// report that they are the same as, or it is one of them. Then none is set aside. Also if the note is too long.
    pub fn set_aside(
        &mut self,
        reports: &[ReportId],
        why: impl Into<NewAside>,
        today: &dyn Today,
    ) -> Result<(), CasebookError> {
        let NewAside { reason, note, same_as, turn_to } = why.into();
        let mut reports = reports.to_vec();
        reports.sort_unstable();
        reports.dedup();
        if let Some(id) = reports.iter().chain(&same_as).find(|id| !self.casebook.state.reports.contains_key(id)) {
            return Err(self.casebook.no_report(*id));
        }
        if let Some(id) = same_as.filter(|id| reports.contains(id)) {
            return Err(DecisionError::SameAsItself(id).into());
        }
        let is_aside = |id: &&ReportId| self.casebook.state.reports.get(id).is_some_and(|it| it.set_aside.is_some());
        if let Some(id) = reports.iter().find(is_aside) {
            return Err(NotAllowed::SetAside(*id).into());
        }
        if note.as_ref().is_some_and(|note| note.is_longer_than(MESSAGE_MAX)) {
            return Err(CasebookError::Typed(TypedError::Long("note")));
        }
        // One that can't be set aside keeps all of them from it, wherever it stands.
        for part in reports.chunks(AT_ONCE) {
            self.casebook.state.judge_set_aside(self.me, &SettingAside { reports: part.to_vec(), reason })?;
        }
        for part in reports.chunks(AT_ONCE) {
            self.append(What::SetAside(SettingAside { reports: part.to_vec(), reason }), today)?;
        }
        // That event is open to every member. What else there is to say, each report's readers alone may know.
        for id in reports {
            self.record_about_aside(id, note.as_ref(), same_as, turn_to.clone(), today)?;
        }
        Ok(())
    }
}
