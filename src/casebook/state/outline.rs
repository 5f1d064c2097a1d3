//! What every member knows of a report, whoever may open it: the same in everybody's state.

use std::collections::BTreeSet;

use crate::{
    casebook::{
        log::event::NewKey,
        state::heard::{Heard, StandingAtBox},
    },
    domain::{EnteredEntry, MemberId, SetAsideReason},
};

/// What every member knows of a report.
#[derive(Clone)]
pub(in crate::casebook) struct Outline {
    /// What is about it is sealed to this key.
    pub(in crate::casebook) key: NewKey,
    /// The recipients of the generations before, the first one first.
    pub(in crate::casebook) earlier: Vec<String>,
    pub(in crate::casebook) access: Access,
    /// What the box said of it.
    pub(in crate::casebook) heard: Heard,
    /// That the team set it aside.
    pub(in crate::casebook) set_aside: Option<SetAsideHere>,
    /// The receipt code that was made here, if the report was entered and has one.
    pub(in crate::casebook) code: Option<CodeMadeHere>,
}

/// A receipt code that the desk made: the box learns of it by decisions.
#[derive(Clone)]
pub(in crate::casebook) struct CodeMadeHere {
    /// What the box is told.
    pub(in crate::casebook) entry: EnteredEntry,
    /// The number of the decisions that told it last, if any did since the box lost it.
    pub(in crate::casebook) told_in: Option<u64>,
}

/// A report that the team set aside: nothing more is owed for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::casebook) struct SetAsideHere {
    /// What the person is told.
    pub(in crate::casebook) reason: SetAsideReason,
    /// Whose export told the box first.
    pub(in crate::casebook) told_by: Option<MemberId>,
    /// Whether a second member's did too: the box keeps nothing of it any more.
    pub(in crate::casebook) confirmed: bool,
    /// Whether an export told the box of an earlier setting aside, which this one took the place of.
    pub(in crate::casebook) told_before: bool,
}

impl SetAsideHere {
    /// After another one, if there was one: what the box was told stays told.
    pub(in crate::casebook) fn after(before: Option<Self>, reason: SetAsideReason) -> Self {
        let told_before = before.is_some_and(|before| before.was_told());
        Self { reason, told_by: None, confirmed: false, told_before }
    }

    /// Whether an export told the box that the report is set aside, for whatever reason.
    pub(in crate::casebook) const fn was_told(&self) -> bool {
        self.told_by.is_some() || self.told_before
    }

    /// A restored box may have forgotten what it was told.
    pub(in crate::casebook) const fn is_forgotten(&mut self) {
        (self.told_by, self.confirmed, self.told_before) = (None, false, false);
    }

    /// Whether an export by that member tells the box anything by it.
    pub(in crate::casebook) fn is_news(&self, by: MemberId) -> bool {
        self.told_by.is_none_or(|first| first != by && !self.confirmed)
    }

    /// An export by that member told it.
    pub(in crate::casebook) fn tell(&mut self, by: MemberId) {
        match self.told_by {
            None => self.told_by = Some(by),
            Some(first) => self.confirmed |= first != by,
        }
    }
}

/// Who may open a report.
#[derive(Clone, Default, PartialEq, Eq)]
pub(in crate::casebook) enum Access {
    /// Every member, those who join later too.
    #[default]
    Everyone,
    /// Those who were chosen. Whoever joined since is neither a reader nor shut out.
    Chosen {
        readers: BTreeSet<MemberId>,
        /// Those who may not, until two readers let them in again.
        shut_out: BTreeSet<MemberId>,
    },
}

impl Outline {
    /// Its key from now on.
    pub(in crate::casebook) fn turn_key(&mut self, key: NewKey) {
        let before = std::mem::replace(&mut self.key, key);
        self.earlier.push(before.recipient);
    }

    /// Whether it is set aside and the box was not told, as far as anybody knows.
    pub(in crate::casebook) fn may_be_brought_back(&self) -> bool {
        self.set_aside.is_some_and(|set_aside| !set_aside.was_told()) && !self.heard.set_aside
    }

    /// Whether it was entered here, and not sent through the box.
    pub(in crate::casebook) fn was_entered(&self) -> bool {
        self.code.is_some() || self.heard.standing == StandingAtBox::Never
    }

    /// The box lost it. What was entered here it can be told again.
    pub(in crate::casebook) fn is_lost_at_box(&mut self) {
        self.heard.standing = StandingAtBox::Lost;
        self.code.iter_mut().for_each(|code| code.told_in = None);
    }

    /// Every recipient that events named as its key.
    pub(in crate::casebook) fn recipients(&self) -> impl Iterator<Item = &str> {
        self.earlier.iter().chain([&self.key.recipient]).map(String::as_str)
    }
}

impl Access {
    /// To these alone; who was shut out of it is not said.
    pub(in crate::casebook) fn to(readers: &[MemberId]) -> Self {
        Self::Chosen { readers: readers.iter().copied().collect(), shut_out: BTreeSet::new() }
    }

    /// Whether it is open to a member.
    pub(in crate::casebook) fn is_open_to(&self, member: MemberId) -> bool {
        match self {
            Self::Everyone => true,
            Self::Chosen { readers, .. } => readers.contains(&member),
        }
    }

    /// Whether a member was shut out of it.
    pub(in crate::casebook) fn shuts_out(&self, member: MemberId) -> bool {
        matches!(self, Self::Chosen { shut_out, .. } if shut_out.contains(&member))
    }

    /// The readers who were chosen; none if everyone may open it.
    pub(in crate::casebook) const fn chosen(&self) -> Option<&BTreeSet<MemberId>> {
        match self {
            Self::Everyone => None,
            Self::Chosen { readers, .. } => Some(readers),
        }
    }
}
