//! Facts for tests.

use crate::{
    casebook::{
        log::fact::{Fact, Promise},
        statistics::ReportingYear,
    },
    domain::{About, ClockKind, Date, Kept, Route, WayIn},
};

/// The year of [`fact`].
pub(crate) const YEAR: ReportingYear = ReportingYear::beginning_in(2026);

/// A concern of a member of staff in April 2026, new.
pub(crate) fn fact() -> Fact {
    Fact {
        received_on: Date::constant(2026, 4, 1),
        route: Route::StaffConcern,
        way: WayIn::Box,
        areas: Vec::new(),
        worker: None,
        in_remit: None,
        failures: Vec::new(),
        action: None,
        finding: None,
        detriment: None,
        referred: false,
        closed: false,
        withdrawn: false,
        about: vec![About::PatientSafety],
        organisation_type: None,
        acted_on: None,
        set_aside: None,
        continues: false,
        clocks: vec![promise(ClockKind::InformationUseNotice, Kept::OnTime)],
    }
}

/// So many of them.
pub(super) fn facts(count: usize) -> Vec<Fact> {
    vec![fact(); count]
}

pub(super) const fn promise(kind: ClockKind, kept: Kept) -> Promise {
    Promise { kind, supplementary: false, kept }
}
