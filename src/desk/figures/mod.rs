//! The numbers of the annual report.

use serde::{Deserialize, Serialize};

use crate::domain::{Action, Area, ClockKind, Date, Finding, Route, YesNo};

/// What the figures need to know of one report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    pub received_on: Date,
}
