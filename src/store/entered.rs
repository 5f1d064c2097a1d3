//! Reports that were entered at the desk and have a receipt code: the box makes each as decisions tell it, without the concern,
//! which it never had.

use jiff::civil::Date;
use rusqlite::Connection;

use super::{
    Settings, StoreError,
    delivery::{Applied, Delivery, NotEntered, WhyNotEntered},
};
use crate::{
    crypto::{ReplyRecipient, digest},
    domain::{ClockEntry, EnteredEntry, MessageKind, ReportId, SendId, entered_problem},
};

/// The concern's number.
const CONCERN: u32 = 1;

/// Makes those that are not here yet.
pub(super) fn make_all(connection: &Connection, delivery: &Delivery) -> Result<Applied, StoreError> {
    let mut applied = Applied::default();
    for entry in &delivery.decisions.document().entered {
        match standing(connection, entry, delivery.on)? {
            EnteredStanding::New => {
                make(connection, entry, delivery)?;
                applied.entered += 1;
            }
            EnteredStanding::Known => {}
            EnteredStanding::NotTaken(why) => applied.not_entered.push(NotEntered { report: entry.report, why }),
        }
    }
    Ok(applied)
}

/// What the concern of a report that was entered has where others have what their form carried: so it is known again, and made
/// once. No form carries it but by a chance of one in 2¹²⁸.
pub(super) fn send_id_of(report: ReportId) -> SendId {
    let digest = digest(format!("candour entered concern v1\n{report}").as_bytes());
    let mut id = [0; SendId::LEN];
    id.iter_mut().zip(digest.0).for_each(|(byte, of_digest)| *byte = of_digest);
    SendId(id)
}

/// How a report that was entered stands to what the box has.
enum EnteredStanding {
    New,
    Known,
    NotTaken(WhyNotEntered),
}

fn standing(connection: &Connection, entry: &EnteredEntry, today: Date) -> Result<EnteredStanding, StoreError> {
    let EnteredEntry { report, route, received_on, locator, kdf, reply_to, clocks, commitment, summary } = entry;
    let not = |why| Ok(EnteredStanding::NotTaken(why));
    let has = |sql: &str, row: &[&dyn rusqlite::ToSql]| -> Result<bool, StoreError> {
        Ok(connection.prepare_cached(sql)?.exists(row)?)
    };
    // The same report is the same in all that never changes of one.
    let sql = "SELECT 1 FROM report JOIN message ON message.report = report.id AND message.seq = 1
               WHERE id = ?1 AND locator = ?2 AND route = ?3 AND report.received_on = ?4 AND reply_to = ?5
                 AND send_id = ?6 AND commitment = ?7 AND summary = ?8";
    let came = received_on.to_string();
    let send_id = send_id_of(*report);
    let same: &[&dyn rusqlite::ToSql] =
        &[&report.0, &locator.0, &route.slug(), &came, reply_to, &send_id.0, &commitment.0, &summary.0];
    if has(sql, same)? {
        return Ok(EnteredStanding::Known);
    }
    if has("SELECT 1 FROM report WHERE id = ?1 OR locator = ?2", &[&report.0, &locator.0])? {
        return not(WhyNotEntered::Another);
    }
    if has("SELECT 1 FROM gone_report WHERE report = ?1", &[&report.0])? {
        return not(WhyNotEntered::Gone);
    }
    if *kdf != Settings::load(connection)?.kdf.to_string() {
        return not(WhyNotEntered::OtherCosts);
    }
    let is_whole = entered_problem(*route, *received_on, clocks, today).is_none();
    if is_whole && ReplyRecipient::parse(reply_to).is_ok() {
        Ok(EnteredStanding::New)
    } else {
        not(WhyNotEntered::Unfit)
    }
}

fn make(connection: &Connection, entry: &EnteredEntry, delivery: &Delivery) -> Result<(), StoreError> {
    let EnteredEntry { report, route, received_on, locator, kdf: _, reply_to, clocks, commitment, summary } = entry;
    let came = received_on.to_string();
    let sql = "INSERT INTO report (id, locator, route, received_on, reply_to) VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.prepare_cached(sql)?.execute((report.0, locator.0, route.slug(), &came, reply_to))?;
    // The desk has it, by the word of whoever signs that; nothing of it is here that could be fetched or deleted.
    let sql = "INSERT INTO message (report, seq, kind, received_on, send_id, commitment, summary, collected, held,
                 acknowledged_on, acknowledged_by)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, 0, ?8, ?9)";
    let (kind, send_id) = (MessageKind::Concern.slug(), send_id_of(*report));
    let (told_on, signer) = (delivery.on.to_string(), delivery.signer.to_base64());
    connection.prepare_cached(sql)?.execute((
        report.0,
        CONCERN,
        kind,
        &came,
        send_id.0,
        commitment.0,
        summary.0,
        told_on,
        signer,
    ))?;
    let sql = "INSERT INTO clock (report, seq, kind, started_on, due_on, met_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut statement = connection.prepare_cached(sql)?;
    for ClockEntry { seq, clock } in clocks.iter().map(|clock| ClockEntry { seq: CONCERN, clock: *clock }) {
        let met_on = clock.met_on.map(|day| day.to_string());
        let (started_on, due_on) = (clock.started_on.to_string(), clock.due_on.to_string());
        statement.execute((report.0, seq, clock.kind.slug(), started_on, due_on, met_on))?;
    }
    Ok(())
}
