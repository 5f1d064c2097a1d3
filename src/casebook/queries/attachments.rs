//! Opening what a person sent: messages in memory, attachments to a file that the reviewer names. Each is held against
//! the box's word, or that of whoever entered it.

use std::{
    io::{BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    casebook::{
        Casebook, CasebookError, LogError, LookupError,
        state::report::{MessageRecord, Report},
    },
    crypto::{self, Commitments, OpenError},
    domain::{Attachment, Manifest, Message, ReportId, escape_invisible_in_line, limits::MESSAGE_BYTES},
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
    /// What a message says of one attachment, which stays sealed.
    ///
    /// # Errors
    /// If there is no such file or several.
    pub fn attachment_named(&self, id: ReportId, name: &str) -> Result<Attachment, CasebookError> {
        Ok(self.attachment(id, name)?.1.attachment)
    }

    /// One attachment, without opening it, and its place as `MESSAGE/FILE`.
    pub(in crate::casebook) fn attachment(
        &self,
        id: ReportId,
        name: &str,
    ) -> Result<(String, SealedAttachment), CasebookError> {
        let report = self.state.reports.get(&id).ok_or_else(|| self.no_report(id))?;
        let mut named = Vec::new();
        for stored in report.messages.iter().filter(|stored| stored.files.len() > 1) {
            let Some(message) = self.open_if_here(id, report, stored)? else { continue };
            for (index, attachment) in (1..).zip(message.attachments) {
                let place = format!("{}/{index}", stored.seq);
                let found = self.sealed_attachment(id, stored, index, attachment)?;
                if place == name {
                    return Ok((place, found));
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
        named.pop().ok_or(CasebookError::Lookup(LookupError::NoAttachment(id)))
    }

    /// Whether a message and every file that came with it are here as the person sent them.
    pub(in crate::casebook) fn check_message(&self, id: ReportId, stored: &MessageRecord) -> Result<(), CasebookError> {
        let message = self.open_message(id, stored)?;
        for (index, attachment) in (1..).zip(message.attachments) {
            self.sealed_attachment(id, stored, index, attachment)?.copy(std::io::sink())?;
        }
        Ok(())
    }

    fn sealed_attachment(
        &self,
        id: ReportId,
        stored: &MessageRecord,
        index: usize,
        attachment: Attachment,
    ) -> Result<SealedAttachment, CasebookError> {
        let path = self.import_path(stored.import).join(Manifest::path(id, stored.own_number(), index));
        let key = self.keys.report(id)?.ok_or(CasebookError::Log(LogError::NoReportKey(id)))?;
        Ok(SealedAttachment { path, key, attachment })
    }

    /// Opens a message if it is here. What was entered by hand and can't be read is not: no collection mends it, its readers are
    /// told of it, and it hinders nobody from the rest of its report or from any other.
    pub(in crate::casebook) fn open_if_here(
        &self,
        id: ReportId,
        report: &Report,
        stored: &MessageRecord,
    ) -> Result<Option<Message>, CasebookError> {
        if !stored.is_here() {
            return Ok(None);
        }
        match self.open_message(id, stored) {
            Err(CasebookError::Log(LogError::NotTheBoxsWord { .. } | LogError::Exchanged(_) | LogError::File(_)))
                if report.is_entered(stored) =>
            {
                Ok(None)
            }
            opened => opened.map(Some),
        }
    }

    /// Opens a message of the person, and holds it against what the box signed for.
    pub(in crate::casebook) fn open_message(
        &self,
        id: ReportId,
        stored: &MessageRecord,
    ) -> Result<Message, CasebookError> {
        let path: PathBuf = self.import_path(stored.import).join(Manifest::path(id, stored.own_number(), 0));
        let other = || {
            let by = self.state.members.get(&stored.by).map_or("someone", |member| member.name.as_str());
            CasebookError::Log(LogError::NotTheBoxsWord {
                report: id,
                seq: stored.seq,
                import: stored.import,
                by: escape_invisible_in_line(by),
            })
        };
        let kept = stored.kept.as_ref().ok_or_else(other)?;
        let sealed = files::read_shared(&path, 2 * MESSAGE_BYTES)?;
        // If it is not what was taken in, somebody changed it since.
        let is_as_taken = || kept.first().is_some_and(|file| file.sha256 == crypto::digest(&sealed));
        let wrong = || if is_as_taken() { other() } else { CasebookError::Log(LogError::Exchanged(path.clone())) };
        let key = self.keys.report(id)?.ok_or(CasebookError::Log(LogError::NoReportKey(id)))?;
        let opened = key.open_message(sealed.as_slice());
        let (message, commitments) = opened.map_err(|_| wrong())?;
        // Anyone can seal to the team: only the box's word says that it is what the person sent, whatever a member says
        // of the files that were kept.
        let is_theirs = commitments == Commitments { message: stored.commitment, summary: stored.summary }
            && (message.report, message.seq, message.on) == (id, stored.own_number(), stored.on)
            && message.content.kind() == stored.kind
            && message.attachments.len() + 1 == stored.files.len();
        if is_theirs { Ok(message) } else { Err(wrong()) }
    }
}

impl SealedAttachment {
    /// What the message says of it.
    #[must_use]
    pub const fn said(&self) -> &Attachment {
        &self.attachment
    }

    /// Writes it to a file, opened: there whole or not at all.
    ///
    /// # Errors
    /// If it can't be opened, or if `out` is there already.
    pub fn write(self, out: &Path) -> Result<Attachment, CasebookError> {
        let mut file = BufWriter::new(NewFile::create_nameless(out, Readers::Owner)?);
        self.copy(&mut file).map_err(|error| match error {
            CasebookError::Log(LogError::Open { source: OpenError::Io(source), .. }) => {
                FileError::io("write", out)(source).into()
            }
            other => other,
        })?;
        file.flush().map_err(FileError::io("write", out))?;
        // It was flushed, so there is nothing left to write that could fail here.
        file.into_inner().map_err(|error| FileError::io("write", out)(error.into_error()))?.commit()?;
        Ok(self.attachment)
    }

    /// Opens it into `out`. Only at the end is it known to be what the message names: if that fails, throw away what
    /// `out` has.
    ///
    /// # Errors
    /// If it can't be opened, or is another file.
    pub fn copy(&self, out: impl Write) -> Result<(), CasebookError> {
        let opened = files::open_shared(&self.path)?;
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
            DAY, TODAY,
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
        let write = |id, name: &str, out: &Path| world.edit(|editor| editor.write_attachment(id, name, out, &TODAY));
        for (number, length) in (1..).zip(lengths) {
            for name in [format!("1/{number}"), format!("../{MARKER}-{number}.pdf")] {
                let out = world.dir.path().join(format!("out-{number}-{}", name.len()));
                write(id, &name, &out).unwrap();
                assert!(fs::read(&out).unwrap() == plain(length), "{name}");
                assert_eq!(out.metadata().unwrap().permissions().mode() & 0o777, 0o600);
                assert!(matches!(
                    write(id, &name, &out),
                    Err(CasebookError::Log(LogError::File(FileError::Exists(_))))
                ));
            }
        }
        let out = world.dir.path().join("none");
        for name in ["1/5", "2/1", "none", "", "../../etc/passwd"] {
            assert!(
                matches!(write(id, name, &out), Err(CasebookError::Lookup(LookupError::NoAttachment(_)))),
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
        let write = |id, name: &str, out: &Path| world.edit(|editor| editor.write_attachment(id, name, out, &TODAY));
        let out = world.dir.path().join("out");
        let error = write(id, &format!("../{MARKER}-1.pdf"), &out).err().unwrap();
        assert!(error.to_string().contains("1/1, 2/1"), "{error}");
        let sealed = world.casebook().join("collections/1").join(Manifest::path(id, 1, 1));
        let bytes = fs::read(&sealed).unwrap();
        fs::remove_file(&sealed).unwrap();
        files::write_new(&sealed, Readers::Owner, &bytes[..bytes.len() - 70_000]).unwrap();
        assert!(matches!(write(id, "1/1", &out), Err(CasebookError::Log(LogError::Open { .. }))));
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
