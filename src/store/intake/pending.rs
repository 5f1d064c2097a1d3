use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::IntakeFile;
use crate::{
    crypto::Locator,
    domain::{Clock, Date, Digest, MessageKind, ReportId, Route, SendId},
    store::{StoreError, error::damaged, vault::Placed},
};

/// Messages that are kept here before they are folded into the database, whatever the clock says.
const AT_MOST: usize = 128;
/// Bytes in front of each message: its length.
const LENGTH: usize = 4;

/// A message that was committed, and what a fold puts into the database for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct PendingMessage {
    pub(in crate::store) report: ReportId,
    /// If it begins its report.
    pub(in crate::store) begins: Option<Begins>,
    pub(in crate::store) seq: u32,
    pub(in crate::store) kind: MessageKind,
    pub(in crate::store) on: Date,
    pub(in crate::store) send_id: SendId,
    pub(in crate::store) commitment: Digest,
    pub(in crate::store) summary: Digest,
    pub(in crate::store) clocks: Vec<Clock>,
    /// The sealed message, and its files.
    pub(in crate::store) files: Vec<Placed>,
    pub(in crate::store) own_copy: Option<Placed>,
}

/// What a report is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct Begins {
    /// [`Locator`], as it is written down.
    locator: Digest,
    pub(in crate::store) route: Route,
    pub(in crate::store) reply_to: String,
}

impl Begins {
    pub(in crate::store) const fn new(locator: Locator, route: Route, reply_to: String) -> Self {
        Self { locator: Digest(*locator.as_bytes()), route, reply_to }
    }

    pub(in crate::store) const fn locator(&self) -> &[u8; Locator::LEN] {
        &self.locator.0
    }
}

/// Everything that was committed since the last fold.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Pending {
    /// In the order in which they are written down: that of random ids.
    messages: BTreeMap<(ReportId, u32), Arc<PendingEntry>>,
    by_locator: HashMap<[u8; Locator::LEN], ReportId>,
    by_send_id: HashMap<SendId, ReportId>,
    bytes: usize,
}

#[derive(Debug)]
struct PendingEntry {
    message: PendingMessage,
    written: Vec<u8>,
}

impl Pending {
    /// Reads a state of the intake.
    pub(in crate::store) fn read(mut body: &[u8]) -> Result<Self, StoreError> {
        let mut pending = Self::default();
        while let Some((length, rest)) = body.split_first_chunk::<LENGTH>() {
            let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
            let (written, rest) = rest.split_at_checked(length).ok_or_else(|| damaged("the intake"))?;
            let message = serde_json::from_slice(written).map_err(|_| damaged("a message of the intake"))?;
            pending.insert(message, written.to_vec());
            body = rest;
        }
        if body.is_empty() { Ok(pending) } else { Err(damaged("the intake")) }
    }

    /// A state of the intake that holds all of it.
    pub(in crate::store) fn write(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.bytes);
        for kept in self.messages.values() {
            let written = &kept.written;
            body.extend(u32::try_from(written.len()).unwrap_or(u32::MAX).to_le_bytes());
            body.extend(written);
        }
        body
    }

    /// Adds a message; false if there is no room, and then nothing was added.
    pub(in crate::store) fn add(&mut self, message: PendingMessage) -> Result<bool, StoreError> {
        let written = serde_json::to_vec(&message).map_err(|_| damaged("a message"))?;
        if self.messages.len() >= AT_MOST || self.bytes + LENGTH + written.len() > IntakeFile::ROOM {
            return Ok(false);
        }
        self.insert(message, written);
        Ok(true)
    }

    fn insert(&mut self, message: PendingMessage, written: Vec<u8>) {
        if let Some(begins) = &message.begins {
            self.by_locator.insert(*begins.locator(), message.report);
        }
        self.by_send_id.insert(message.send_id, message.report);
        self.bytes += LENGTH + written.len();
        self.messages.insert((message.report, message.seq), Arc::new(PendingEntry { message, written }));
    }

    pub(in crate::store) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// All of them, by report, in the order in which they were sent to it.
    pub(in crate::store) fn all(&self) -> impl Iterator<Item = &PendingMessage> {
        self.messages.values().map(|kept| &kept.message)
    }

    /// Those of one report, in order.
    pub(in crate::store) fn of(&self, report: ReportId) -> impl Iterator<Item = &PendingMessage> {
        self.messages.range((report, 0)..=(report, u32::MAX)).map(|(_, kept)| &kept.message)
    }

    /// The report that a locator leads to.
    pub(in crate::store) fn at(&self, locator: &[u8; Locator::LEN]) -> Option<ReportId> {
        self.by_locator.get(locator).copied()
    }

    /// The report that a form was sent to.
    pub(in crate::store) fn sent(&self, send_id: SendId) -> Option<ReportId> {
        self.by_send_id.get(&send_id).copied()
    }
}

/// A place as it is written down.
#[derive(Serialize, Deserialize)]
struct PlacedJson {
    shelf: u8,
    size: u64,
    slots: String,
}

impl Serialize for Placed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let slots = BASE64.encode(&self.encoded_slots());
        PlacedJson { shelf: self.shelf.number(), size: self.size, slots }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Placed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let PlacedJson { shelf, size, slots } = PlacedJson::deserialize(deserializer)?;
        let slots = BASE64.decode(slots.as_bytes()).map_err(D::Error::custom)?;
        Self::from_record(shelf, i64::try_from(size).map_err(D::Error::custom)?, &slots).map_err(D::Error::custom)
    }
}

impl PendingMessage {
    /// Where its files lie.
    pub(in crate::store) fn places(&self) -> impl Iterator<Item = &Placed> {
        self.files.iter().chain(&self.own_copy)
    }
}
