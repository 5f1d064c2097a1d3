use serde::{Deserialize, Serialize};

use super::{ConfigError, check::refuse};
use crate::domain::Date;

/// Days after which somebody may be asked to look at most: a year.
const MOST_DAYS: u32 = 365;

/// When `candour check` and `candour digest` say that somebody has to look.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MonitorConfig {
    /// Days for which nobody may have fetched a collection, 4 unless set: a weekend with a bank holiday, and one more; from 1 to
    /// 365.
    pub fetch_days: u32,
    /// Days for which somebody may wait for an answer while no decisions come, 12 unless set: two fewer than the notice is
    /// promised in; from 1 to 365.
    pub decisions_days: u32,
    /// Days that the last backup may be old, 7 unless set; from 1 to 365.
    pub backup_days: u32,
    /// The day on which somebody last saw that the machine's clock is right, although the box has later days, because the clock
    /// was ahead once; nobody did unless set. Only then is an earlier day than the newest in the box believed.
    pub clock_checked_on: Option<Date>,
}

impl Default for MonitorConfig {
    fn default() -> Self {
        Self { fetch_days: 4, decisions_days: 12, backup_days: 7, clock_checked_on: None }
    }
}

impl MonitorConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let days = [
            ("monitor.fetch_days", self.fetch_days),
            ("monitor.decisions_days", self.decisions_days),
            ("monitor.backup_days", self.backup_days),
        ];
        match days.into_iter().find(|(_, days)| !(1..=MOST_DAYS).contains(days)) {
            Some((setting, _)) => refuse(setting, "out of range", "give a number from 1 to 365"),
            None => Ok(()),
        }
    }
}
