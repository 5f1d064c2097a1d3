//! Opening what a person sent: messages in memory, attachments to a file that the reviewer names.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    casebook::{Casebook, CasebookError, LogError, LookupError, state::report::MessageRecord},
    crypto::{self, OpenError},
    domain::{Attachment, FileEntry, Manifest, Message, ReportId, limits::MESSAGE_BYTES},
    files::{self, FileError, NewFile, Readers},
    unseal::GovernanceIdentity,
};

/// One attachment, still sealed, with what opens it: it can be opened while others work with the casebook.
pub struct SealedAttachment {
    path: PathBuf,
    key: Arc<GovernanceIdentity>,
    attachment: Attachment,
}

impl Casebook {
    /// Writes one attachment to a file, opened. It is named as the person named it, or by `MESSAGE/FILE`, both from 1;
    /// a name is only ever looked up, never used as a path.
    ///
    /// # Errors
    /// If there is no such file or several, if it can't be opened, or if `out` is there already.
    pub fn write_attachment(&self, id: ReportId, name: &str, out: &Path) -> Result<Attachment, CasebookError> {
        let found = self.attachment(id, name)?;
        let mut file = BufWriter::new(NewFile::create_nameless(out, Readers::Owner)?);
        found.copy(&mut file).map_err(|error| match error {
            CasebookError::Log(LogError::Open { source: OpenError::Io(source), .. }) => {
                FileError::io("write", out)(source).into()
            }
            other => other,
        })?;
        file.flush().map_err(FileError::io("write", out))?;
        // It was flushed, so there is nothing left to write that could fail here.
        file.into_inner().map_err(|error| FileError::io("write", out)(error.into_error()))?.commit()?;
        Ok(found.attachment)
    }

    /// Opens one attachment into `out`. If that fails `out` may hold part of it: throw that away.
    ///
    /// # Errors
    /// As [`Self::write_attachment`].
    pub fn copy_attachment(&self, id: ReportId, name: &str, out: impl Write) -> Result<Attachment, CasebookError> {
        let found = self.attachment(id, name)?;
        found.copy(out)?;
        Ok(found.attachment)
    }

    /// One attachment, without opening it.
    ///
    /// # Errors
    /// If there is no such file or several.
    pub fn attachment(&self, id: ReportId, name: &str) -> Result<SealedAttachment, CasebookError> {
        let report = self.state.reports.get(&id).ok_or_else(|| self.no_report(id))?;
        let mut named = Vec::new();
        for stored in report.messages.iter().filter(|stored| stored.files.len() > 1) {
            for (index, attachment) in (1..).zip(self.open_message(id, stored)?.attachments) {
                let place = format!("{}/{index}", stored.seq);
                let path = self.collection_path(stored.collection).join(Manifest::path(id, stored.seq, index));
                let key = self.keys.report(id)?.ok_or(CasebookError::Log(LogError::NoReportKey(id)))?;
                let found = SealedAttachment { path, key, attachment };
                if place == name {
                    return Ok(found);
                }
                if found.attachment.name.as_str() == name {
                    named.push((place, found));
                }
            }
        }
        if named.len() > 1 {
            return Err(CasebookError::Lookup(LookupError::AmbiguousAttachment {
                report: id,
                places: named.into_iter().map(|(place, _)| place).collect(),
            }));
        }
        named.pop().map(|(_, found)| found).ok_or(CasebookError::Lookup(LookupError::NoAttachment(id)))
    }

    /// Opens a message of the person.
    pub(in crate::casebook) fn open_message(
        &self,
        id: ReportId,
        stored: &MessageRecord,
    ) -> Result<Message, CasebookError> {
        let path: PathBuf = self.collection_path(stored.collection).join(Manifest::path(id, stored.seq, 0));
        let sealed = files::read(&path, 2 * MESSAGE_BYTES)?;
        // Anyone can seal to the team: only the digest says that it is the message that was imported.
        if stored.kept.first().is_none_or(|file: &FileEntry| file.sha256 != crypto::digest(&sealed)) {
            return Err(CasebookError::Log(LogError::Exchanged(path)));
        }
        let key = self.keys.report(id)?.ok_or(CasebookError::Log(LogError::NoReportKey(id)))?;
        key.open_message(sealed.as_slice()).map_err(|source| CasebookError::Log(LogError::Open { path, source }))
    }
}

impl SealedAttachment {
    /// What the message says of it.
    #[must_use]
    pub const fn said(&self) -> &Attachment {
        &self.attachment
    }

    /// Opens it into `out`. Only at the end is it known to be what the message names: if that fails, throw away what
    /// `out` has.
    ///
    /// # Errors
    /// If it can't be opened, or is another file.
    pub fn copy(&self, out: impl Write) -> Result<(), CasebookError> {
        let opened = File::open(&self.path).map_err(FileError::io("read", &self.path))?;
        self.key
            .open_attachment(BufReader::new(opened), &self.attachment, out)
            .map_err(|source| CasebookError::Log(LogError::Open { path: self.path.clone(), source }))
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;
    use crate::{
        domain::{Calendar, MessageKind, Route},
        world::{
            DAY,
            casebook::{MARKER, World, plain},
        },
    };

    fn import(world: &mut World) {
        let file = world.collect();
        world.import(&file).unwrap();
    }

    #[test]
    fn attachments_come_back_byte_for_byte() {
        let lengths = [0, 1, 65_536, 300_000];
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &lengths);
        import(&mut world);
        let casebook = world.open().unwrap();
        for (number, length) in (1..).zip(lengths) {
            for name in [format!("1/{number}"), format!("../{MARKER}-{number}.pdf")] {
                let out = world.dir.path().join(format!("out-{number}-{}", name.len()));
                casebook.write_attachment(id, &name, &out).unwrap();
                assert!(fs::read(&out).unwrap() == plain(length), "{name}");
                assert_eq!(out.metadata().unwrap().permissions().mode() & 0o777, 0o600);
                assert!(matches!(
                    casebook.write_attachment(id, &name, &out),
                    Err(CasebookError::Log(LogError::File(FileError::Exists(_))))
                ));
            }
        }
        let out = world.dir.path().join("none");
        for name in ["1/5", "2/1", "none", "", "../../etc/passwd"] {
            assert!(
                matches!(
                    casebook.write_attachment(id, name, &out),
                    Err(CasebookError::Lookup(LookupError::NoAttachment(_)))
                ),
                "{name}"
            );
        }
    }

    #[test]
    fn an_attachment_is_whole_or_not_there() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[300_000]);
        import(&mut world);
        world.say(id, MessageKind::FollowUp, &[5]);
        import(&mut world);
        let casebook = world.open().unwrap();
        let out = world.dir.path().join("out");
        let error = casebook.write_attachment(id, &format!("../{MARKER}-1.pdf"), &out).err().unwrap();
        assert!(error.to_string().contains("1/1, 2/1"), "{error}");
        let sealed = world.casebook().join("collections/1").join(Manifest::path(id, 1, 1));
        let bytes = fs::read(&sealed).unwrap();
        fs::remove_file(&sealed).unwrap();
        files::write_new(&sealed, Readers::Owner, &bytes[..bytes.len() - 70_000]).unwrap();
        assert!(matches!(casebook.write_attachment(id, "1/1", &out), Err(CasebookError::Log(LogError::Open { .. }))));
        assert!(!out.exists() && !files::partial_path(&out).exists());
        // Another message that is sealed to the same team.
        let message = |collection: u64, seq| {
            world.casebook().join(format!("collections/{collection}")).join(Manifest::path(id, seq, 0))
        };
        fs::copy(message(2, 2), message(1, 1)).unwrap();
        assert!(matches!(
            casebook.show(id, DAY, &Calendar::default()),
            Err(CasebookError::Log(LogError::Exchanged(_)))
        ));
    }
}
