use crate::domain::limits::{BUDGET_BYTES, BUDGET_FILES_BYTES, BUDGET_PAGES_BYTES};

/// Copies of a text that are in memory at the same moment: as it came, and as it was read.
const TEXT_COPIES: usize = 2;

/// What memory is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// What was typed, and all that may still turn out to be.
    Text,
    /// Pieces of files on their way to the disk. They never take what is left for text.
    Files,
}

/// Bytes of memory that requests and their pages take, everybody's together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MemoryBudget {
    text: usize,
    files: usize,
    pages: usize,
}

impl Share {
    /// Bytes of memory that so many take of what was sent.
    pub(super) const fn cost(self, bytes: usize) -> usize {
        match self {
            Self::Text => TEXT_COPIES * bytes,
            Self::Files => bytes,
        }
    }
}

impl MemoryBudget {
    /// Whether so many bytes more fit.
    pub(super) const fn fits(self, share: Share, bytes: usize) -> bool {
        let is_room = self.text + self.files + bytes <= BUDGET_BYTES;
        match share {
            Share::Text => is_room,
            Share::Files => is_room && self.files + bytes <= BUDGET_FILES_BYTES,
        }
    }

    pub(super) const fn take(&mut self, share: Share, bytes: usize) {
        match share {
            Share::Text => self.text += bytes,
            Share::Files => self.files += bytes,
        }
    }

    pub(super) const fn give_back(&mut self, share: Share, bytes: usize) {
        match share {
            Share::Text => self.text -= bytes,
            Share::Files => self.files -= bytes,
        }
    }

    /// A page waits to be read. It was made, so it is taken whether it fits or not.
    pub(super) const fn add_page(&mut self, bytes: usize) {
        self.pages += bytes;
    }

    pub(super) const fn remove_page(&mut self, bytes: usize) {
        self.pages -= bytes;
    }

    /// Whether more waits to be read than there is room for.
    pub(super) const fn is_over(self) -> bool {
        self.pages > BUDGET_PAGES_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_take_half_and_text_may_have_all() {
        let mut budget = MemoryBudget::default();
        assert!(budget.fits(Share::Files, BUDGET_FILES_BYTES) && !budget.fits(Share::Files, BUDGET_FILES_BYTES + 1));
        budget.take(Share::Files, BUDGET_FILES_BYTES);
        let rest = BUDGET_BYTES - BUDGET_FILES_BYTES;
        assert!(budget.fits(Share::Text, rest) && !budget.fits(Share::Text, rest + 1));
        budget.take(Share::Text, rest);
        assert!(!budget.fits(Share::Text, 1) && budget.fits(Share::Text, 0));
        budget.give_back(Share::Files, BUDGET_FILES_BYTES);
        budget.give_back(Share::Text, rest);
        assert_eq!(budget, MemoryBudget::default());
        assert!(budget.fits(Share::Text, BUDGET_BYTES));
    }
}
