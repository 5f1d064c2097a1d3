//! When a report is over, what is still owed for it, and whether it may be destroyed.

use crate::{
    casebook::state::report::Report,
    domain::{Clock, Date, ReportState},
};

/// Why a report may not be destroyed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retained {
    /// It is not closed, withdrawn or set aside.
    NotOver,
    /// Something that was promised for it is still owed, a notice of a change of use included.
    Owed,
    /// It is set aside, and the box was not told: it would owe for ever what nobody can write any more.
    Untold,
    /// Nobody has set the last day on which it is kept.
    NoDay,
    /// That day is not over.
    UntilDay,
}

impl Report {
    /// Whether the team is done with it or set it aside, or the person took it back.
    pub(in crate::casebook) fn is_over(&self) -> bool {
        self.state == ReportState::Closed || self.withdrawn || self.set_aside.is_some()
    }

    /// What is still promised to the person: at the box, and notices of changes of use. Nothing is once they withdrew
    /// it: a promise to someone who has left can't be kept; nor for a report that was set aside.
    pub(in crate::casebook) fn owed(&self) -> impl Iterator<Item = Clock> {
        let all = self.message_clocks().chain(self.supplementary_clocks()).map(|entry| entry.clock);
        all.filter(|clock| clock.met_on.is_none() && !self.withdrawn)
    }

    /// Why it may not be destroyed on that day; none if it may.
    pub(in crate::casebook) fn retained(&self, today: Date) -> Option<Retained> {
        if !self.is_over() {
            return Some(Retained::NotOver);
        }
        if self.owed().next().is_some() {
            return Some(Retained::Owed);
        }
        match self.assessment.destroy_after {
            None => Some(Retained::NoDay),
            Some(day) if today <= day => Some(Retained::UntilDay),
            Some(_) => None,
        }
    }
}
