/// Lines of one list on a page.
const LISTED: usize = 50;

/// As much of a list as a page has room for: a flood, or a box that lost everything, makes lists of hundreds of thousands.
pub(super) struct ShortList<T> {
    pub(super) shown: Vec<T>,
    /// How many more there are.
    pub(super) more: usize,
}

impl<T> ShortList<T> {
    pub(super) fn of(mut all: Vec<T>) -> Self {
        let more = all.len().saturating_sub(LISTED);
        all.truncate(LISTED);
        Self { shown: all, more }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// How many there are, shown or not.
    pub(super) const fn len(&self) -> usize {
        self.shown.len() + self.more
    }
}
