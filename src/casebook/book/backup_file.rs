//! The file that a backup of a casebook is, as it is written and as it is read.

use serde::{Deserialize, Serialize};

use crate::{
    casebook::{CasebookError, log::trust},
    crypto::SealError,
    domain::{CasebookId, Date, Format, LogHead},
};

/// The first entry.
pub(in crate::casebook) const BACKUP_HEAD: &str = "backup.json";
/// When a backup was made last: to urge whoever works here, and believed for nothing else.
pub(in crate::casebook) const BACKED_UP: &str = "backed-up.json";
/// What of a casebook's top is backed up, the file that makes it one last.
pub(in crate::casebook) const PARTS: [&str; 8] =
    ["trust", "keys", "events", "collections", "answers", "outgoing", "head.json", trust::NAME];

/// `backup.json`, at the beginning.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct CasebookBackupHead {
    pub(in crate::casebook) format: Format,
    pub(in crate::casebook) casebook: CasebookId,
    /// The day it was made, Europe/London.
    pub(in crate::casebook) on: Date,
    /// The last event that is in it.
    pub(in crate::casebook) head: LogHead,
    /// How many parts of collections had been imported then.
    pub(in crate::casebook) imports: u64,
}

impl CasebookBackupHead {
    /// What the casebook itself keeps of it.
    pub(in crate::casebook) const fn last(&self) -> LastBackup {
        LastBackup { on: self.on, imports: self.imports }
    }
}

/// `list/N.json`: some files, which follow in this order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct FileList {
    pub(in crate::casebook) files: Vec<ListedFile>,
    /// Whether there are no more.
    pub(in crate::casebook) last: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct ListedFile {
    pub(in crate::casebook) path: String,
    pub(in crate::casebook) size: u64,
}

/// `backed-up.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct LastBackup {
    pub(in crate::casebook) on: Date,
    /// How many parts of collections had been imported then.
    pub(in crate::casebook) imports: u64,
}

/// The name of a list's entry.
pub(in crate::casebook) fn list_name(number: u64) -> String {
    format!("list/{number}.json")
}

pub(in crate::casebook) fn json(document: &impl Serialize) -> Result<Vec<u8>, CasebookError> {
    serde_json::to_vec(document).map_err(|_| CasebookError::from(SealError::Json))
}

/// Whether a path is one of a casebook's: nothing else is written to the disk, whatever a backup says.
pub(in crate::casebook) fn belongs(path: &str) -> bool {
    let is_id = |text: &str| text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_number = |text: &str| (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let sealed = |name: &str| name.strip_suffix(".age").map(str::to_owned);
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["head.json" | trust::NAME] => true,
        ["trust", name] => name.strip_suffix(".json").is_some_and(is_id),
        ["keys", name] => sealed(name).is_some_and(|name| {
            name.split_once('.')
                .is_some_and(|(owner, number)| (owner == "casebook" || is_id(owner)) && is_number(number))
        }),
        ["events", name] => sealed(name).is_some_and(|name| is_number(&name)),
        ["collections", import, "reports", id, seq, name] => {
            let is_file = |name: String| name == "message" || name.strip_prefix("attachment-").is_some_and(is_number);
            is_number(import) && is_id(id) && is_number(seq) && sealed(name).is_some_and(is_file)
        }
        ["answers", id, name] => is_id(id) && sealed(name).is_some_and(|name| is_number(&name)),
        ["outgoing", name] => name.strip_prefix("decisions-").is_some_and(|name| {
            let (number, part) = name.split_once('.').unwrap_or((name, "1"));
            is_number(number) && is_number(part)
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_casebook() {
        for path in [
            "casebook.json",
            "trust/0123456789abcdef.json",
            "keys/casebook.1.age",
            "keys/0123456789abcdef.12.age",
            "events/00000001.age",
            "collections/1/reports/0123456789abcdef/2/attachment-10.age",
            "answers/0123456789abcdef/1.age",
            "outgoing/decisions-3.2",
        ] {
            assert!(belongs(path), "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "../casebook.json",
            "keys/../../x.1.age",
            "events/1.age.partial",
            "accounts/1000.json",
            "collections/mending/reports/0123456789abcdef/2/message.age",
            "collections/1/reports/0123456789abcdef/2/../message.age",
            "answers/0123456789abcdef/x.age",
            "outgoing/referral-1",
            "checkpoints/0123456789abcdef.age",
        ] {
            assert!(!belongs(path), "{path}");
        }
    }
}
