use std::fs::File;

use crate::{
    casebook::{
        Casebook, CasebookError, EditError, LogError,
        book::lock::lock,
        log::{
            chain,
            event::{Matter, SealedMatter, What},
            keyring::{Owner, newest},
        },
    },
    crypto::{self, SignerRole, SigningKey},
    domain::{BoxId, Digest, Endorsement, Format, MemberId, ReportId, Today},
};

/// A casebook, opened for one change: nobody else writes to it for as long as this lives.
pub struct Editor<'c> {
    pub(in crate::casebook) casebook: &'c mut Casebook,
    pub(in crate::casebook) key: &'c SigningKey<SignerRole>,
    /// Who writes.
    pub(in crate::casebook) me: MemberId,
    /// Unlocked when it is closed.
    _lock: File,
}

impl Casebook {
    /// Locks it for one change, after taking in what others wrote.
    ///
    /// # Errors
    /// If another command writes to it, or the signing key is not this member's.
    pub fn edit<'c>(&'c mut self, key: &'c SigningKey<SignerRole>) -> Result<Editor<'c>, CasebookError> {
        let lock = lock(&self.directory)?;
        self.refresh()?;
        let (me, member) = self.state.myself().ok_or(CasebookError::Log(LogError::NotAMember))?;
        if key.verifying_key()?.to_base64() != member.signer {
            return Err(CasebookError::Edit(EditError::OtherSigner));
        }
        // A command that was killed between an event and the removal of the keys before it.
        for report in self.keys.unsettled() {
            let kept = self.state.reports.get(&report).map(|report| report.key.generation);
            if kept.is_some() {
                self.keys.settle(Owner::Report(report), kept)?;
            }
        }
        let mut editor = Editor { casebook: self, key, me, _lock: lock };
        editor.finish_destroying()?;
        Ok(editor)
    }
}

impl Editor<'_> {
    /// To read what it holds.
    #[must_use]
    pub const fn casebook(&self) -> &Casebook {
        self.casebook
    }

    /// Records an event, with what it says about reports in its order.
    pub(in crate::casebook) fn append(
        &mut self,
        what: What,
        matters: Vec<Matter>,
        today: &dyn Today,
    ) -> Result<u64, CasebookError> {
        self.casebook.append(self.me, self.key, what, matters, today)
    }

    /// Stands by an answer, as whoever wrote it or approves it: a signature over what names its sealed file.
    pub(in crate::casebook) fn endorse(
        &self,
        r#box: BoxId,
        report: ReportId,
        seq: u32,
        sha256: Digest,
    ) -> Result<String, CasebookError> {
        let endorsement = Endorsement { format: Format::Endorsement, r#box, report, seq, sha256 };
        Ok(crypto::sign(&endorsement, self.key)?.1)
    }

    /// Seals what is about one report.
    pub(in crate::casebook) fn about(&self, report: ReportId, matter: &Matter) -> Result<SealedMatter, CasebookError> {
        let key = self.casebook.report_key(report)?;
        Ok(chain::seal_matter(&newest(&key), report, matter)?)
    }
}
