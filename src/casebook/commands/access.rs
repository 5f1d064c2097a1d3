//! Opening a report, and taking a page or a file of it away from the desk: each leaves an event for its readers, once a
//! day.

use std::{io::Write, path::Path};

use crate::{
    casebook::{
        CasebookError, Editor, ReportView, SealedAttachment,
        log::event::{Accessed, Matter, SealedMatter, What},
    },
    domain::{AccessKind, Attachment, Calendar, Date, ReportId, Text, Today},
    files,
};

impl Editor<'_> {
    /// One report, with every message opened.
    ///
    /// # Errors
    /// If there is no such report, the access can't be recorded, a clock can't be counted, or a message can't be opened.
    pub fn show(
        &mut self,
        id: ReportId,
        (today, calendar): (Date, &Calendar),
        day: &dyn Today,
    ) -> Result<ReportView, CasebookError> {
        self.note(id, AccessKind::Opened, None, day)?;
        self.casebook.show(id, today, calendar)
    }

    /// Notes that a report's page is printed.
    ///
    /// # Errors
    /// If there is no such report, or it can't be recorded.
    pub fn note_print(&mut self, id: ReportId, today: &dyn Today) -> Result<(), CasebookError> {
        self.note(id, AccessKind::Printed, None, today)
    }

    /// One attachment to be saved, still sealed, with what opens it. It is named as in [`Self::write_attachment`].
    ///
    /// # Errors
    /// If there is no such file or several, or the access can't be recorded.
    pub fn attachment_to_save(
        &mut self,
        id: ReportId,
        name: &str,
        today: &dyn Today,
    ) -> Result<SealedAttachment, CasebookError> {
        let (place, found) = self.casebook.attachment(id, name)?;
        self.note(id, AccessKind::Saved, Some(Text::verbatim(&place)), today)?;
        Ok(found)
    }

    /// Writes one attachment to a file, opened. It is named as the person named it, or by `MESSAGE/FILE`, both from 1;
    /// a name is only ever looked up, never used as a path.
    ///
    /// # Errors
    /// If there is no such file or several, the access can't be recorded, it can't be opened, or `out` is there
    /// already or lies in the casebook.
    pub fn write_attachment(
        &mut self,
        id: ReportId,
        name: &str,
        out: &Path,
        today: &dyn Today,
    ) -> Result<Attachment, CasebookError> {
        files::refuse_inside(&self.casebook.directory, out)?;
        self.attachment_to_save(id, name, today)?.write(out)
    }

    /// Opens one attachment into something that is handed on: the referral that it goes into is what is recorded.
    pub(in crate::casebook) fn copy_attachment(
        &self,
        id: ReportId,
        place: &str,
        out: impl Write,
    ) -> Result<(), CasebookError> {
        self.casebook.attachment(id, place)?.1.copy(out)
    }

    fn note(
        &mut self,
        id: ReportId,
        how: AccessKind,
        file: Option<Text>,
        today: &dyn Today,
    ) -> Result<(), CasebookError> {
        let report = self.casebook.state.reports.get(&id).ok_or_else(|| self.casebook.no_report(id))?;
        let day = today.today();
        let is_noted = report
            .accesses
            .iter()
            .rev()
            .any(|noted| (noted.on, noted.by, noted.how) == (day, self.me, how) && noted.file == file);
        if !is_noted {
            let accessed = Matter::Accessed(Accessed { how, file });
            self.append_on(id, What::Accessed(SealedMatter::about(id)), accessed, today)?;
        }
        Ok(())
    }
}
