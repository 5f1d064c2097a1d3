//! What every member knows of a report, whoever may open it: the same in everybody's state.

use std::collections::BTreeSet;

use crate::{casebook::log::event::NewKey, domain::MemberId};

/// What every member knows of a report.
#[derive(Clone)]
pub(in crate::casebook) struct Outline {
    /// What is about it is sealed to this key.
    pub(in crate::casebook) key: NewKey,
    /// The recipients of the generations before, the first one first.
    pub(in crate::casebook) earlier: Vec<String>,
    pub(in crate::casebook) access: Access,
    /// The last message of the person that a collection brought, 0 for none.
    pub(in crate::casebook) last_message: u32,
    /// How far exports told the box that the desk has it.
    pub(in crate::casebook) acknowledged: Acknowledged,
}

/// How far exports told the box that the desk has a report's messages.
#[derive(Clone, Copy, Default)]
pub(in crate::casebook) struct Acknowledged {
    /// The last message, 0 for none.
    pub(in crate::casebook) through: u32,
    /// Who told it that first.
    pub(in crate::casebook) by: Option<MemberId>,
    /// The last message of which a second member told it too: the box keeps nothing of it any more.
    pub(in crate::casebook) confirmed: u32,
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

impl Acknowledged {
    /// What an export by that member tells the box.
    pub(in crate::casebook) fn tell(&mut self, by: MemberId, through: u32) {
        if through > self.through {
            *self = Self { through, by: Some(by), confirmed: self.confirmed };
        } else if self.by.is_some_and(|first| first != by) {
            self.confirmed = self.confirmed.max(through);
        }
    }

    /// Whether an export by that member would tell the box anything about messages up to that one.
    pub(in crate::casebook) fn is_news(&self, by: MemberId, through: u32) -> bool {
        through > self.through
            || (through > self.confirmed && through == self.through && self.by.is_some_and(|first| first != by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_member_confirms_what_a_first_one_told() {
        let (one, two) = (MemberId([1; 8]), MemberId([2; 8]));
        let mut told = Acknowledged::default();
        assert!(told.is_news(one, 2));
        told.tell(one, 2);
        assert!(!told.is_news(one, 2) && told.is_news(two, 2));
        told.tell(one, 2);
        assert_eq!(told.confirmed, 0, "nobody confirms their own word");
        told.tell(two, 2);
        assert_eq!((told.through, told.confirmed), (2, 2));
        assert!(!told.is_news(two, 2) && !told.is_news(one, 2));
        told.tell(two, 3);
        assert_eq!((told.through, told.confirmed, told.is_news(one, 3)), (3, 2, true));
    }
}
