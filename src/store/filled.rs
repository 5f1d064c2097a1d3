//! Very many reports, put into a store in one commit: to send them one by one takes a test minutes.

use super::Store;

impl Store {
    /// Adds reports of one message each that the desk does not have, without their sealed files.
    pub(crate) fn fill(&self, reports: usize) {
        self.put(&format!(
            "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {reports})
               SELECT randomblob(8) AS id FROM n WHERE {reports} > 0;
             INSERT INTO report (id, locator, route, received_on, reply_to)
               SELECT id, randomblob(32), 'staff-concern', '2026-11-30', 'age1' || lower(hex(randomblob(29))) FROM n;
             INSERT INTO message (report, seq, kind, received_on, send_id, commitment, summary, collected, held)
               SELECT id, 1, 'concern', '2026-11-30', randomblob(16), randomblob(32), randomblob(32), 0, 0 FROM n;
             INSERT INTO clock SELECT id, 1, 'information-use-notice', '2026-11-30', '2026-12-14', NULL FROM n;
             DROP TABLE n;"
        ));
    }

    /// Adds reports that were here and are no more.
    pub(crate) fn fill_gone(&self, reports: usize) {
        self.put(&format!(
            "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < {reports})
               SELECT randomblob(8) AS id FROM n WHERE {reports} > 0;
             INSERT INTO gone_report SELECT id FROM n;
             DROP TABLE n;"
        ));
    }

    /// Runs statements in one commit.
    pub(crate) fn put(&self, statements: &str) {
        let statements = statements.to_owned();
        self.change(move |connection| Ok(connection.execute_batch(&statements)?)).unwrap();
    }
}
