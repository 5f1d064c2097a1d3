//! Since when what people send is sealed to each of the team's keys, so that a key is not let go while something waits that
//! no other one opens. By days alone: of a message that came on the day on which a key was first sealed to, it is not known
//! whether that key opens it, and it counts as one that it does not.

use rusqlite::{Connection, OptionalExtension};

use super::{Settings, Store, StoreError, damaged, rows, settings::KEY_DAYS, writer::Engine};
use crate::{
    crypto::{Fingerprint, GovernanceRecipients},
    domain::Date,
};

/// Messages that nobody is known to have, until a day or all: their sealed files are here, and no decisions acknowledged them.
/// A report that has one is listed in each collection, so no other is looked at.
const WAITING: &str = "SELECT count(*) FROM report_to_tell CROSS JOIN message USING (report)
    WHERE held = 1 AND acknowledged_on IS NULL AND (?1 IS NULL OR received_on <= ?1)";

/// Since when what comes is sealed to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedSince {
    /// Since the box was made, so far as is known, or since a start at which nothing waited.
    Always,
    /// Since the box was first started with it.
    Day(Date),
    /// It is confirmed, and the box was not started since.
    NotYet,
}

/// A key of the team that is confirmed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfirmedKey {
    /// Over the key alone.
    pub fingerprint: Fingerprint,
    /// Since when it opens what comes.
    pub since: SealedSince,
}

/// How the confirmed keys stand to what waits for the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// Each key that is confirmed.
    pub keys: Vec<ConfirmedKey>,
    /// How many messages wait.
    pub waiting: u64,
    /// Beside each key, how many of these it may not open.
    unopened: Vec<u64>,
}

impl Handover {
    /// The keys that may not open something that waits, and those that open all of it.
    #[must_use]
    pub fn new_and_old(&self) -> (Vec<ConfirmedKey>, Vec<ConfirmedKey>) {
        let beside = self.keys.iter().zip(&self.unopened);
        let (new, old): (Vec<_>, Vec<_>) = beside.partition(|(_, unopened)| **unopened > 0);
        let keys = |beside: Vec<(&ConfirmedKey, &u64)>| beside.into_iter().map(|(key, _)| *key).collect();
        (keys(new), keys(old))
    }

    /// How many of the messages that wait may be opened by none of the keys that are among these.
    #[must_use]
    pub fn unopened_by(&self, kept: &[Fingerprint]) -> u64 {
        let beside = self.keys.iter().zip(&self.unopened);
        let kept = beside.filter(|(key, _)| kept.contains(&key.fingerprint)).map(|(_, unopened)| *unopened);
        kept.min().unwrap_or(self.waiting)
    }

    /// How many of them the new keys may not open.
    #[must_use]
    pub fn for_the_old(&self) -> u64 {
        self.unopened.iter().copied().max().unwrap_or_default()
    }

    /// Whether one of them is confirmed, and the box still seals to those before alone.
    #[must_use]
    pub fn is_to_be_started(&self) -> bool {
        self.keys.iter().any(|key| key.since == SealedSince::NotYet)
    }
}

impl Store {
    /// How the confirmed keys stand to what waits. Blocks.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn handover(&self) -> Result<Handover, StoreError> {
        self.read_all(|connection| {
            let keys = confirmed_keys(connection)?;
            let waiting = waiting_until(connection, None)?;
            let unopened = keys.iter().map(|key| match key.since {
                SealedSince::Always => Ok(0),
                SealedSince::NotYet => Ok(waiting),
                SealedSince::Day(day) => waiting_until(connection, Some(day)),
            });
            let unopened = unopened.collect::<Result<_, _>>()?;
            Ok(Handover { keys, waiting, unopened })
        })
    }

    /// Records that what comes from that day on is sealed to all the keys that are confirmed: the box starts. Where nothing
    /// waits that the new ones don't open, they count as if they had been there always: else what comes later that day, which is
    /// sealed to them, would count as what they do not open, and that would tell that it came.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn begin_sealing(&self, on: Date) -> Result<(), StoreError> {
        let keys = self.read(confirmed_keys)?;
        if keys.iter().all(|key| key.since != SealedSince::NotYet) {
            return Ok(());
        }
        // What the intake holds waits too.
        self.upkeep(Engine::fold)?;
        self.change(move |connection| {
            let mut keys = confirmed_keys(connection)?;
            let since = match waiting_until(connection, None)? {
                0 => SealedSince::Always,
                _ => SealedSince::Day(on),
            };
            keys.iter_mut().filter(|key| key.since == SealedSince::NotYet).for_each(|key| key.since = since);
            write(connection, &keys)
        })
    }
}

/// Lets other keys be the confirmed ones. Of those that were confirmed already it stays known since when.
pub(super) fn set_confirmed(connection: &Connection, recipients: &GovernanceRecipients) -> Result<(), StoreError> {
    let before = confirmed_keys(connection)?;
    let of = |fingerprint: Fingerprint| {
        let known = before.iter().find(|key| key.fingerprint == fingerprint).copied();
        known.unwrap_or(ConfirmedKey { fingerprint, since: SealedSince::NotYet })
    };
    write(connection, &recipients.fingerprint_of_each().into_iter().map(of).collect::<Vec<_>>())
}

/// The keys that are confirmed. Before others were ever confirmed, those that the box was made with.
fn confirmed_keys(connection: &Connection) -> Result<Vec<ConfirmedKey>, StoreError> {
    let sql = "SELECT value FROM setting WHERE name = ?1";
    let found: Option<Vec<u8>> = connection.query_row(sql, [KEY_DAYS], |row| row.get(0)).optional()?;
    let Some(found) = found else {
        let keys = Settings::load(connection)?.team_keys;
        return Ok(keys
            .into_iter()
            .map(|fingerprint| ConfirmedKey { fingerprint, since: SealedSince::Always })
            .collect());
    };
    let text = String::from_utf8(found).map_err(|_| damaged("since when keys are confirmed"))?;
    text.lines().map(read).collect()
}

fn read(line: &str) -> Result<ConfirmedKey, StoreError> {
    let wrong = || damaged("since when a key is confirmed");
    let (fingerprint, since) = line.split_once('\t').ok_or_else(wrong)?;
    let since = match since {
        "always" => SealedSince::Always,
        "not-yet" => SealedSince::NotYet,
        day => SealedSince::Day(rows::day(day)?),
    };
    Ok(ConfirmedKey { fingerprint: fingerprint.parse().map_err(|_| wrong())?, since })
}

fn write(connection: &Connection, keys: &[ConfirmedKey]) -> Result<(), StoreError> {
    let lines = keys.iter().map(|key| {
        let since = match key.since {
            SealedSince::Always => "always".to_owned(),
            SealedSince::NotYet => "not-yet".to_owned(),
            SealedSince::Day(day) => day.to_string(),
        };
        format!("{}\t{since}", key.fingerprint)
    });
    // In an order of their own, which is not that in which they came.
    let mut lines: Vec<String> = lines.collect();
    lines.sort_unstable();
    let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)";
    connection.execute(sql, (KEY_DAYS, lines.join("\n").as_bytes()))?;
    Ok(())
}

fn waiting_until(connection: &Connection, day: Option<Date>) -> Result<u64, StoreError> {
    let count: i64 = connection.query_row(WAITING, [day.map(|day| day.to_string())], |row| row.get(0))?;
    u64::try_from(count).map_err(|_| damaged("how many messages wait"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::tests::{add, collected, delivery, locator},
        world::{DAY, EmptyBox},
    };

    fn another() -> GovernanceRecipients {
        GovernanceRecipients::parse(&age::x25519::Identity::generate().to_public().to_string()).unwrap()
    }

    fn prints(keys: &[ConfirmedKey]) -> Vec<Fingerprint> {
        keys.iter().map(|key| key.fingerprint).collect()
    }

    #[test]
    fn what_came_before_a_key_was_sealed_to_waits_for_the_keys_before() {
        let EmptyBox { directory: _directory, store, recipients: old, .. } = EmptyBox::new();
        let new = another();
        let (old_print, new_print) = (old.fingerprint(), new.fingerprint());
        let first = add(&store, locator(&store), &[b"x"]);
        let handover = store.handover().unwrap();
        assert_eq!((handover.waiting, handover.for_the_old(), handover.is_to_be_started()), (1, 0, false));
        assert_eq!((handover.unopened_by(&[old_print]), handover.unopened_by(&[])), (0, 1));

        store.pin_recipients(&old.and(&new)).unwrap();
        // What comes until the box is started again is sealed to the key before alone.
        add(&store, locator(&store), &[b"y"]);
        let handover = store.handover().unwrap();
        assert_eq!((handover.waiting, handover.for_the_old(), handover.is_to_be_started()), (2, 2, true));
        store.begin_sealing(DAY).unwrap();
        let handover = store.handover().unwrap();
        let (those_new, those_old) = handover.new_and_old();
        assert_eq!((prints(&those_new), prints(&those_old)), (vec![new_print], vec![old_print]));
        assert_eq!((handover.unopened_by(&[old_print]), handover.unopened_by(&[new_print])), (0, 2));
        assert!(!handover.is_to_be_started());

        // What the desk has, waits for nobody.
        let told = vec![collected(&store, first, 1)];
        assert!(store.apply(delivery(&store, 1, vec![], told)).unwrap().acknowledged == 1);
        assert_eq!(store.handover().unwrap().unopened_by(&[new_print]), 1);

        // Started again, it is known still since when; and a key that was let go and comes back opens what comes then.
        store.begin_sealing(DAY.tomorrow().unwrap()).unwrap();
        assert_eq!(store.handover().unwrap().for_the_old(), 1);
        store.pin_recipients(&new).unwrap();
        let alone = store.handover().unwrap();
        assert_eq!((alone.new_and_old().1.len(), alone.for_the_old()), (0, 1));
        store.pin_recipients(&old.and(&new)).unwrap();
        assert_eq!(store.handover().unwrap().unopened_by(&[old_print]), 1);
    }

    #[test]
    fn what_comes_on_the_day_of_a_key_is_open_to_it_where_nothing_waited() {
        let EmptyBox { directory: _directory, store, .. } = EmptyBox::new();
        let new = another();
        store.pin_recipients(&new).unwrap();
        store.begin_sealing(DAY).unwrap();
        let before = store.handover().unwrap();
        add(&store, locator(&store), &[b"x"]);
        let handover = store.handover().unwrap();
        assert_eq!((handover.waiting, handover.for_the_old()), (1, 0));
        assert_eq!((handover.keys, handover.unopened), (before.keys, before.unopened));

        // What still lies in the intake waits like all else.
        store.pin_recipients(&another()).unwrap();
        store.begin_sealing(DAY).unwrap();
        assert_eq!(store.handover().unwrap().for_the_old(), 1);
    }

    #[test]
    fn what_comes_later_than_the_day_of_a_key_is_open_to_it() {
        let EmptyBox { directory: _directory, store, recipients: old, .. } = EmptyBox::new();
        let new = another();
        store.pin_recipients(&old.and(&new)).unwrap();
        let first = add(&store, locator(&store), &[b"x"]);
        store.begin_sealing(DAY.yesterday().unwrap()).unwrap();
        store.apply(delivery(&store, 1, vec![], vec![collected(&store, first, 1)])).unwrap();
        add(&store, locator(&store), &[b"y"]);
        let handover = store.handover().unwrap();
        assert!(handover.keys.iter().any(|key| matches!(key.since, SealedSince::Day(_))));
        assert_eq!((handover.waiting, handover.for_the_old()), (1, 0));
        assert_eq!(handover.unopened_by(&[new.fingerprint()]), 0);
    }
}
