//! One message of a collection: opened, checked, and sealed again to its report's key.

use std::io::{self, BufReader, Read, Write};

use crate::{
    casebook::{
        CasebookError, Editor, Refusal,
        carry::{incoming::Measured, staging::Staging},
        log::event::MessageNews,
        parallel::side_by_side,
    },
    crypto::{
        self, Commitments, GovernanceRecipients, Hashed, OpenError, PipeWriter, ReplyRecipient, SealError, is_given_up,
        pipe, seal_attachment, seal_message,
    },
    domain::{
        Attachment, FileEntry, Manifest, Message, MessageEntry, MessageKind, MessageSummary, ReportEntry,
        limits::MESSAGE_BYTES,
    },
    files::tarball::TarReader,
};

/// Bytes of a sealed message: the padded message, and to spare for age's own.
const SEALED_MESSAGE_BYTES: usize = 2 * MESSAGE_BYTES;

/// Where a message stands in a collection.
#[derive(Clone, Copy)]
pub(super) struct MessagePlace<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) report: &'a ReportEntry,
    pub(super) message: &'a MessageEntry,
}

impl MessagePlace<'_> {
    /// Checks the files of a message that was imported before, and keeps nothing.
    pub(super) fn skip<R: Read>(self, tar: &mut TarReader<R>) -> Result<(), Refusal> {
        self.skip_from(0, tar)
    }

    /// The same from one of its files on.
    fn skip_from<R: Read>(self, first: usize, tar: &mut TarReader<R>) -> Result<(), Refusal> {
        for (index, file) in self.message.files.iter().enumerate().skip(first) {
            let mut hashed = Hashed::new(io::sink());
            tar.copy(&self.path(index), file.size, &mut hashed)?;
            if hashed.finish().0 != file.sha256 {
                return Err(Refusal::Files);
            }
        }
        Ok(())
    }

    /// What is sealed inside is not what stands here.
    pub(super) const fn is_another(self) -> Refusal {
        Refusal::Inside { report: self.report.id, seq: self.message.seq }
    }

    const fn unopened(self, source: OpenError) -> Refusal {
        Refusal::Message { report: self.report.id, seq: self.message.seq, source }
    }

    fn path(self, index: usize) -> String {
        Manifest::path(self.report.id, self.message.seq, index)
    }

    /// Whether what is sealed inside a message is what the manifest says outside.
    fn is_of(self, message: &Message, commitments: Commitments) -> bool {
        let listed = self.message;
        commitments == Commitments { message: listed.commitment, summary: listed.summary }
            && message.r#box == self.manifest.r#box
            && message.report == self.report.id
            && message.seq == listed.seq
            && message.content.kind() == listed.kind
            && message.route == self.report.route
            && message.on == listed.on
            && message.attachments.len() == listed.files.len() - 1
            && (listed.kind == MessageKind::Concern) == (listed.seq == 1)
    }
}

impl Editor<'_> {
    /// Opens a new message and its attachments, and stages them under the report's key. Gives nothing, and checks the files
    /// alone, if it is sealed to keys that this member does not have: another one may have them.
    pub(super) fn read_message<R: Read>(
        &self,
        tar: &mut TarReader<R>,
        place: MessagePlace<'_>,
        staging: &mut Staging,
        to: &GovernanceRecipients,
    ) -> Result<Option<MessageNews>, CasebookError> {
        let listed = place.message;
        let (first, attachments) = listed.files.split_first().ok_or_else(|| place.is_another())?;
        let path = place.path(0);
        let sealed = tar.read(&path, SEALED_MESSAGE_BYTES)?;
        if sealed.len() as u64 != first.size || crypto::digest(&sealed) != first.sha256 {
            return Err(Refusal::Files.into());
        }
        let opened = self.casebook.member.open_message(sealed.as_slice());
        if matches!(opened, Err(OpenError::OtherKeys)) {
            place.skip_from(1, tar)?;
            return Ok(None);
        }
        let (message, commitments) = opened.map_err(|source| place.unopened(source))?;
        if !place.is_of(&message, commitments) || ReplyRecipient::parse(&message.reply_to).is_err() {
            return Err(place.is_another().into());
        }
        let (resealed, again) = seal_message(&message, to)?;
        if again != commitments {
            // Written by another version of candour, in another way than this one writes it.
            return Err(place.unopened(OpenError::Inside).into());
        }
        let mut kept = vec![FileEntry { size: resealed.as_bytes().len() as u64, sha256: resealed.digest() }];
        staging.write(&path, resealed.as_bytes())?;
        for (file, attachment) in (1..).zip(attachments).zip(&message.attachments) {
            kept.push(self.reseal(tar, place, file, attachment, staging, to)?);
        }
        Ok(Some(MessageNews { seq: listed.seq, kept, summary: MessageSummary::of(&message), salt: message.salt }))
    }

    /// Opens an attachment on its way, and seals it again on another thread, without ever holding it whole. What is kept
    /// is made of nothing but the bytes whose digest the box committed to, so that of the sealed file is not asked for.
    fn reseal<R: Read>(
        &self,
        tar: &mut TarReader<R>,
        place: MessagePlace<'_>,
        (index, listed): (usize, &FileEntry),
        attachment: &Attachment,
        staging: &mut Staging,
        to: &GovernanceRecipients,
    ) -> Result<FileEntry, CasebookError> {
        let path = place.path(index);
        let mut hashed = Hashed::new(Measured { out: staging.file(&path)?, size: 0 });
        seal_while_opening(to, &mut hashed, |plain| {
            tar.open::<_, CasebookError>(&path, listed.size, |sealed| {
                let opened = self.casebook.member.open_attachment(BufReader::new(sealed), attachment, plain);
                Ok(opened.map_err(|source| place.unopened(source))?)
            })
        })?;
        let (sha256, Measured { out, size }) = hashed.finish();
        out.commit_unsynced()?;
        Ok(FileEntry { size, sha256 })
    }
}

/// Seals on another thread what `open` writes on this one, and keeps nothing of it if that fails.
fn seal_while_opening(
    to: &GovernanceRecipients,
    out: impl Write + Send,
    open: impl FnOnce(&mut PipeWriter) -> Result<(), CasebookError>,
) -> Result<(), CasebookError> {
    let (mut opened, plain) = pipe();
    let (sealed, opened) = side_by_side(
        || seal_attachment(plain, to, out),
        || {
            open(&mut opened)?;
            Ok(opened.finish().map_err(SealError::from)?)
        },
    );
    match (sealed, opened) {
        // Whichever side fails, the other one knows no more than that.
        (Err(SealError::Write(error)), Err(cause)) if is_given_up(&error) => Err(cause),
        (sealed, opened) => Ok(sealed.map_err(CasebookError::from).and(opened)?),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;

    use super::*;
    use crate::unseal::GovernanceIdentity;

    /// More than waits between the two threads.
    const LARGE: usize = 4 << 20;

    #[test]
    fn whichever_side_fails_its_own_reason_is_told_and_nobody_waits_for_ever() {
        let to = GovernanceIdentity::generate().recipients();
        let write = |plain: &mut PipeWriter| Ok(plain.write_all(&vec![7; LARGE]).map_err(SealError::from)?);
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let error = seal_while_opening(&to, full, write).unwrap_err();
        assert!(error.to_string().contains("No space left on device"), "{error}");

        let mut out = Vec::new();
        let error = seal_while_opening(&to, &mut out, |plain| {
            write(plain)?;
            Err(Refusal::Files.into())
        });
        assert!(error.unwrap_err().to_string().ends_with(&Refusal::Files.to_string()));
        let team = GovernanceIdentity::generate();
        assert!(team.open_stream(out.as_slice()).is_err());

        let mut out = Vec::new();
        seal_while_opening(&to, &mut out, write).unwrap();
        assert!(out.len() > LARGE);
    }
}
