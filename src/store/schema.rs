use std::{cmp::Ordering, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use super::{
    NeededVersion, StoreError, damaged,
    soundness::{APPLICATION_ID, WholeDatabase},
};

/// How long to wait for another process.
pub(super) const BUSY: Duration = Duration::from_secs(10);

/// Each step brings the schema one version further. A step that was released is never changed.
///
/// Every table is `WITHOUT ROWID` and keyed by random ids, so that rows do not stand in the order in which they came.
pub(super) const MIGRATIONS: &[&str] = &["
    CREATE TABLE setting (
        name TEXT PRIMARY KEY,
        value BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE report (
        id BLOB PRIMARY KEY,
        locator BLOB NOT NULL UNIQUE,
        route TEXT NOT NULL,
        received_on TEXT NOT NULL,
        -- The age recipient that answers are sealed to.
        reply_to TEXT NOT NULL,
        closed_on TEXT,
        withdrawn_on TEXT,
        set_aside_on TEXT,
        -- Why it was set aside.
        set_aside TEXT
    ) STRICT, WITHOUT ROWID;

    -- Reports of which something changed since the desk acknowledged it: what the next collection lists.
    CREATE TABLE report_to_tell (
        report BLOB PRIMARY KEY
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER report_came AFTER INSERT ON report BEGIN
        INSERT OR IGNORE INTO report_to_tell VALUES (new.id);
    END;
    CREATE TRIGGER report_changed AFTER UPDATE OF withdrawn_on, set_aside_on ON report BEGIN
        INSERT OR IGNORE INTO report_to_tell VALUES (new.id);
    END;

    -- Reports that were here and are no more, until the desk is known to have heard it.
    CREATE TABLE gone_report (
        report BLOB PRIMARY KEY
    ) STRICT, WITHOUT ROWID;

    -- Reports that the team closed or set aside, by the day since when: what goes once its time is over.
    CREATE TABLE report_over (
        over_on TEXT NOT NULL,
        report BLOB NOT NULL,
        PRIMARY KEY (over_on, report)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER report_is_over AFTER UPDATE OF closed_on, set_aside_on, withdrawn_on ON report BEGIN
        DELETE FROM report_over
            WHERE report = old.id AND over_on = max(coalesce(old.closed_on, ''), coalesce(old.set_aside_on, ''));
        INSERT INTO report_over
            SELECT max(coalesce(new.closed_on, ''), coalesce(new.set_aside_on, '')), new.id
            WHERE new.withdrawn_on IS NULL AND (new.closed_on IS NOT NULL OR new.set_aside_on IS NOT NULL);
    END;
    CREATE TRIGGER report_gone AFTER DELETE ON report BEGIN
        DELETE FROM report_over
            WHERE report = old.id AND over_on = max(coalesce(old.closed_on, ''), coalesce(old.set_aside_on, ''));
        DELETE FROM report_to_tell WHERE report = old.id;
    END;

    CREATE TABLE message (
        report BLOB NOT NULL REFERENCES report ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        kind TEXT NOT NULL,
        received_on TEXT NOT NULL,
        send_id BLOB NOT NULL UNIQUE,
        -- What the box commits to in manifests: digests that tell nothing of what was said.
        commitment BLOB NOT NULL,
        summary BLOB NOT NULL,
        collected INTEGER NOT NULL DEFAULT 0,
        -- Whether its sealed files are here.
        held INTEGER NOT NULL DEFAULT 1,
        -- The day on which decisions said that the desk has it, and the key that signed that.
        acknowledged_on TEXT,
        acknowledged_by TEXT,
        PRIMARY KEY (report, seq)
    ) STRICT, WITHOUT ROWID;

    -- Messages whose files go once their days are over. Lists such as this one are tables and no indexes, so that they can
    -- be written anew by themselves for as long as they are short.
    CREATE TABLE message_to_forget (
        acknowledged_on TEXT NOT NULL,
        report BLOB NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (acknowledged_on, report, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER message_forgotten AFTER DELETE ON message BEGIN
        DELETE FROM message_to_forget
            WHERE acknowledged_on = old.acknowledged_on AND report = old.report AND seq = old.seq;
    END;
    CREATE TRIGGER message_acknowledged AFTER UPDATE OF acknowledged_on, held ON message BEGIN
        DELETE FROM message_to_forget
            WHERE acknowledged_on = old.acknowledged_on AND report = old.report AND seq = old.seq;
        INSERT INTO message_to_forget SELECT new.acknowledged_on, new.report, new.seq
            WHERE new.acknowledged_on IS NOT NULL AND new.held = 1;
    END;

    CREATE TRIGGER message_came AFTER INSERT ON message BEGIN
        INSERT OR IGNORE INTO report_to_tell VALUES (new.report);
    END;

    CREATE TABLE clock (
        report BLOB NOT NULL REFERENCES report ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        kind TEXT NOT NULL,
        started_on TEXT NOT NULL,
        due_on TEXT NOT NULL,
        met_on TEXT,
        PRIMARY KEY (report, seq, kind)
    ) STRICT, WITHOUT ROWID;

    -- Clocks that are not met.
    CREATE TABLE open_clock (
        due_on TEXT NOT NULL,
        report BLOB NOT NULL,
        seq INTEGER NOT NULL,
        kind TEXT NOT NULL,
        PRIMARY KEY (due_on, report, seq, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER clock_told AFTER INSERT ON clock BEGIN
        INSERT OR IGNORE INTO report_to_tell VALUES (new.report);
    END;
    CREATE TRIGGER clock_changed AFTER UPDATE ON clock BEGIN
        INSERT OR IGNORE INTO report_to_tell VALUES (new.report);
    END;
    CREATE TRIGGER clock_dropped AFTER DELETE ON clock WHEN EXISTS (SELECT 1 FROM report WHERE id = old.report) BEGIN
        INSERT OR IGNORE INTO report_to_tell VALUES (old.report);
    END;
    CREATE TRIGGER clock_started AFTER INSERT ON clock WHEN new.met_on IS NULL BEGIN
        INSERT INTO open_clock VALUES (new.due_on, new.report, new.seq, new.kind);
    END;
    CREATE TRIGGER clock_gone AFTER DELETE ON clock BEGIN
        DELETE FROM open_clock
            WHERE due_on = old.due_on AND report = old.report AND seq = old.seq AND kind = old.kind;
    END;
    CREATE TRIGGER clock_met AFTER UPDATE OF met_on, due_on ON clock BEGIN
        DELETE FROM open_clock
            WHERE due_on = old.due_on AND report = old.report AND seq = old.seq AND kind = old.kind;
        INSERT INTO open_clock SELECT new.due_on, new.report, new.seq, new.kind WHERE new.met_on IS NULL;
    END;

    -- Clocks that ended because their report was set aside: they go on if that ends.
    CREATE TABLE ended_clock (
        report BLOB NOT NULL REFERENCES report ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        kind TEXT NOT NULL,
        started_on TEXT NOT NULL,
        due_on TEXT NOT NULL,
        PRIMARY KEY (report, seq, kind)
    ) STRICT, WITHOUT ROWID;

    -- A sealed file of a message: 0 is the message itself, the attachments follow. `slots` says where it lies on its
    -- shelf of the vault: for each part, four bytes of the slot's number and four of the part's CRC-32.
    CREATE TABLE file (
        report BLOB NOT NULL,
        seq INTEGER NOT NULL,
        place INTEGER NOT NULL,
        shelf INTEGER NOT NULL,
        size INTEGER NOT NULL,
        slots BLOB NOT NULL,
        PRIMARY KEY (report, seq, place),
        FOREIGN KEY (report, seq) REFERENCES message ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE answer (
        report BLOB NOT NULL REFERENCES report ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        delivered_on TEXT NOT NULL,
        sha256 BLOB NOT NULL,
        -- As it was listed when it was delivered: what it is, its digest, and how many signers had to stand by it.
        kind TEXT NOT NULL,
        text BLOB NOT NULL,
        demanded INTEGER NOT NULL,
        size INTEGER NOT NULL,
        slots BLOB NOT NULL,
        -- Whether its sealed file is here.
        held INTEGER NOT NULL DEFAULT 1,
        PRIMARY KEY (report, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER answer_came AFTER INSERT ON answer BEGIN
        INSERT OR IGNORE INTO report_to_tell VALUES (new.report);
        INSERT INTO answer_to_forget VALUES (new.delivered_on, new.report, new.seq);
    END;
    CREATE TRIGGER answer_forgotten AFTER UPDATE OF held ON answer BEGIN
        DELETE FROM answer_to_forget
            WHERE delivered_on = old.delivered_on AND report = old.report AND seq = old.seq;
    END;
    CREATE TRIGGER answer_gone AFTER DELETE ON answer BEGIN
        DELETE FROM answer_to_forget
            WHERE delivered_on = old.delivered_on AND report = old.report AND seq = old.seq;
    END;

    -- Answers whose sealed files go once their days are over.
    CREATE TABLE answer_to_forget (
        delivered_on TEXT NOT NULL,
        report BLOB NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (delivered_on, report, seq)
    ) STRICT, WITHOUT ROWID;

    -- What a person wrote, sealed to their receipt code, if the box keeps it for them.
    CREATE TABLE own_copy (
        report BLOB NOT NULL REFERENCES report ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        shelf INTEGER NOT NULL,
        size INTEGER NOT NULL,
        slots BLOB NOT NULL,
        PRIMARY KEY (report, seq)
    ) STRICT, WITHOUT ROWID;

    -- Which slots of a shelf are taken, a bit a slot, 4096 in a row.
    CREATE TABLE slot_block (
        shelf INTEGER NOT NULL,
        block INTEGER NOT NULL,
        taken BLOB NOT NULL,
        PRIMARY KEY (shelf, block)
    ) STRICT, WITHOUT ROWID;

    -- Slots whose file was deleted. They are taken until they were written over.
    CREATE TABLE unwiped_slot (
        shelf INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        PRIMARY KEY (shelf, slot)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE collection (
        number INTEGER PRIMARY KEY,
        id BLOB NOT NULL,
        made_on TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- What each of its files is told by, if it has not got its name yet.
    CREATE TABLE collection_part (
        part INTEGER PRIMARY KEY,
        file BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Decisions files that were delivered, or are being: what was cut off is gone on with.
    CREATE TABLE delivery (
        sha256 BLOB PRIMARY KEY,
        done INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Which parts of the last decisions were delivered.
    CREATE TABLE decisions_part (
        part INTEGER PRIMARY KEY,
        -- How many those decisions have.
        parts INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- The one casebook whose decisions the box takes: the number of the last file, and the furthest end of it that any
    -- of them named.
    CREATE TABLE casebook (
        id BLOB PRIMARY KEY,
        decisions INTEGER NOT NULL,
        number INTEGER NOT NULL,
        digest BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Every signer who was ever confirmed: answers that they stood by stay theirs.
    CREATE TABLE signer (
        key TEXT PRIMARY KEY
    ) STRICT, WITHOUT ROWID;
", "
    -- The days on which something last happened that an operator has to know of.
    CREATE TABLE last_day (
        what TEXT PRIMARY KEY,
        on_day TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO last_day
        SELECT name, CAST(value AS TEXT) FROM setting WHERE name IN ('fetched', 'delivered', 'front_proved');
    DELETE FROM setting WHERE name IN ('fetched', 'delivered', 'front_proved');

    -- The first program that knows this version: an older one names it when it refuses.
    INSERT OR REPLACE INTO setting VALUES ('needs', CAST('0.2.0' AS BLOB));
"];

/// Tables that may be short however large the database is, with what their keys are: see `metronome`.
pub(super) const MAYBE_SHORT: [(&str, &str); 10] = [
    ("file", "report, seq, place"),
    ("own_copy", "report, seq"),
    ("answer", "report, seq"),
    ("report_to_tell", "report"),
    ("gone_report", "report"),
    ("report_over", "over_on, report"),
    ("answer_to_forget", "delivered_on, report, seq"),
    ("message_to_forget", "acknowledged_on, report, seq"),
    ("open_clock", "due_on, report, seq, kind"),
    ("unwiped_slot", "shelf, slot"),
];

/// Opens the one connection that writes, with every setting that keeps what is written safe and what is deleted gone.
pub(super) fn open_writer(path: &Path, create: bool) -> Result<Connection, StoreError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    configure(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A commit that was reported is on the disk, whatever happens to the power.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What is deleted is overwritten with zeros.
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "cache_size", -4096)?;
    Ok(connection)
}

/// Opens a connection that reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    configure(&connection)?;
    connection.pragma_update(None, "query_only", "ON")?;
    connection.pragma_update(None, "cache_size", -1024)?;
    Ok(connection)
}

/// Opens a database to look at it alone, after which it is as it was.
pub(super) fn open_to_look(path: &Path, whole: &WholeDatabase) -> Result<Connection, StoreError> {
    if whole.is_logged {
        return open_reader(path);
    }
    // Nothing to write into it; and closing it takes away again what opening it laid beside it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    configure(&connection)?;
    connection.pragma_update(None, "query_only", "ON")?;
    Ok(connection)
}

/// Refuses a database of any version but this program's.
pub(super) fn refuse_other_version(connection: &Connection) -> Result<(), StoreError> {
    match version(connection)?.cmp(&known()) {
        Ordering::Less => Err(StoreError::Earlier),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(StoreError::Newer(needed(connection)?)),
    }
}

/// Brings the schema to this version, a step a transaction. Each step leaves a database that a program knows.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    loop {
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found: i64 = step.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found > 0 {
            version(&step)?;
        }
        if found > known() {
            return Err(StoreError::Newer(needed(&step)?));
        }
        let Some(migration) = usize::try_from(found).ok().and_then(|found| MIGRATIONS.get(found)) else {
            return Ok(());
        };
        step.execute_batch(migration)?;
        step.pragma_update(None, "application_id", APPLICATION_ID)?;
        step.pragma_update(None, "user_version", found + 1)?;
        step.commit()?;
    }
}

/// The newest version that this program knows.
pub(super) fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The version of a box's database.
fn version(connection: &Connection) -> Result<i64, StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if found < 1 || application != APPLICATION_ID {
        return Err(damaged("candour.db belongs to another program"));
    }
    Ok(found)
}

/// The first program that knows a newer database, as that says; nothing that is no version is repeated.
fn needed(connection: &Connection) -> Result<NeededVersion, StoreError> {
    let sql = "SELECT value FROM setting WHERE name = 'needs'";
    let found: Option<Vec<u8>> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(NeededVersion::parse(&found.unwrap_or_default()))
}

fn configure(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY)?;
    // A database that was tampered with can't run functions through its schema, and odd pages are noticed.
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "cell_size_check", "ON")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_in_force() {
        let dir = tempfile::tempdir().unwrap();
        let connection = open_writer(&dir.path().join("x.db"), true).unwrap();
        let value = |name: &str| {
            connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0)).unwrap()
        };
        use rusqlite::types::Value::{Integer, Text};
        assert_eq!(value("journal_mode"), Text("wal".into()));
        assert_eq!(value("synchronous"), Integer(2));
        assert_eq!(value("secure_delete"), Integer(1));
        assert_eq!(value("foreign_keys"), Integer(1));
        assert_eq!(value("trusted_schema"), Integer(0));
    }
}
