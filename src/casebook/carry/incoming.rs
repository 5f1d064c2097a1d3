//! Files that came with what is to be entered, on their way into the casebook: each is sealed to its report's key as it
//! comes, so that nothing of it is plain on any disk, and nothing is left of it if it is not entered.

use std::{
    io::{self, Read, Write},
    path::PathBuf,
};

use zeroize::Zeroizing;

use crate::{
    casebook::{Casebook, CasebookError, EnterError, carry::staging::Staging},
    crypto::{AttachmentSealer, GovernanceRecipients, Hashed},
    domain::{
        Attachment, FileEntry, Manifest, ReportId, Text, kept_file_name, kept_media_type,
        limits::{ATTACHMENT_BYTES, ATTACHMENTS, KIB},
    },
    files::{FileError, NewFile, Readers},
};

/// Bytes that are read at a time.
const PIECE: usize = 64 * KIB;

/// The files of one message that is to be entered.
pub struct IncomingFiles {
    directory: PathBuf,
    to: GovernanceRecipients,
    bytes: u64,
    files: Vec<IncomingFile>,
}

struct IncomingFile {
    /// Without a name.
    sealed: NewFile,
    entry: FileEntry,
    said: Attachment,
}

impl Casebook {
    /// To take files in that belong to a report.
    ///
    /// # Errors
    /// If there is no such report, or this member does not have its key.
    pub fn incoming_files(&self, id: ReportId) -> Result<IncomingFiles, CasebookError> {
        let to = self.report_recipient(id)?;
        Ok(IncomingFiles { directory: self.directory.clone(), to, bytes: 0, files: Vec::new() })
    }
}

impl IncomingFiles {
    /// Seals one as it comes. Of its name what may be a path is left out.
    ///
    /// # Errors
    /// If there are too many or they are too large, if it can't be read, or the disk does not take it.
    pub fn take(&mut self, name: &str, media_type: &str, mut plain: impl Read) -> Result<(), CasebookError> {
        if self.files.len() == ATTACHMENTS {
            return Err(EnterError::Files.into());
        }
        let place = self.directory.join(format!("incoming-{}.age", self.files.len() + 1));
        let failed = |error| CasebookError::from(FileError::io("write", &place)(error));
        let sealed = NewFile::create_nameless(&place, Readers::Team)?;
        let mut sealer = AttachmentSealer::start(&self.to, Hashed::new(Measured { out: sealed, size: 0 }))?;
        let mut piece = Zeroizing::new(vec![0; PIECE]);
        loop {
            let read = match plain.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(EnterError::Unreadable(error).into()),
            };
            self.bytes += read as u64;
            if self.bytes > ATTACHMENT_BYTES {
                return Err(EnterError::Files.into());
            }
            sealer.write_all(&piece[..read]).map_err(failed)?;
        }
        let (truth, hashed) = sealer.finish()?;
        let (sha256, Measured { out: sealed, size }) = hashed.finish();
        let said = Attachment {
            name: Text::verbatim(&kept_file_name(name)),
            media_type: kept_media_type(media_type),
            size: truth.size,
            sha256: truth.sha256,
        };
        self.files.push(IncomingFile { sealed, entry: FileEntry { size, sha256 }, said });
        Ok(())
    }

    /// What the message says of them.
    #[must_use]
    pub fn attachments(&self) -> Vec<Attachment> {
        self.files.iter().map(|file| file.said.clone()).collect()
    }

    /// Whether none came.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether they are sealed to that key.
    pub(in crate::casebook) fn are_sealed_to(&self, recipient: &GovernanceRecipients) -> bool {
        self.to.keys() == recipient.keys()
    }

    /// Puts them behind a message of that number. Gives their entries.
    pub(in crate::casebook) fn stage(
        self,
        staging: &mut Staging,
        (id, number): (ReportId, u32),
    ) -> Result<Vec<FileEntry>, CasebookError> {
        let mut entries = Vec::with_capacity(self.files.len());
        for (index, file) in (1..).zip(self.files) {
            staging.take(&Manifest::path(id, number, index), file.sealed)?;
            entries.push(file.entry);
        }
        Ok(entries)
    }
}

/// Measures what is written.
pub(in crate::casebook) struct Measured<W> {
    pub(in crate::casebook) out: W,
    pub(in crate::casebook) size: u64,
}

impl<W: Write> Write for Measured<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
