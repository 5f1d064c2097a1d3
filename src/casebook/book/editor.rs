use crate::{
    casebook::{
        Casebook, CasebookError, EditError, LogError,
        book::lock::{Lock, lock},
        log::{
            event::{Matter, What},
            keyring::Owner,
        },
    },
    crypto::{self, GovernanceRecipients, SignerRole, SigningKey},
    domain::{Answer, Digest, MemberId, ReportId, Today},
};

/// A casebook, opened for one change: nobody else writes to it for as long as this lives.
pub struct Editor<'c> {
    pub(in crate::casebook) casebook: &'c mut Casebook,
    pub(in crate::casebook) key: &'c SigningKey<SignerRole>,
    /// Who writes.
    pub(in crate::casebook) me: MemberId,
    /// Reports whose newest key file lacks a key that this member holds.
    pub(in crate::casebook) to_seal_anew: Vec<ReportId>,
    _lock: Lock,
}

impl Casebook {
    /// Whether another command writes to it at this moment.
    ///
    /// # Errors
    /// If that can't be told.
    pub fn is_being_written(&self) -> Result<bool, CasebookError> {
        match lock(&self.directory) {
            Ok(_) => Ok(false),
            Err(CasebookError::Edit(EditError::Busy)) => Ok(true),
            Err(other) => Err(other),
        }
    }

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
        let mut left_out = Vec::new();
        for owner in self.keys.unsettled() {
            let generation = match owner {
                Owner::Casebook => Some(self.state.generation),
                Owner::Report(report) => self.state.outlines.get(&report).map(|outline| outline.key.generation),
            };
            if let Some(generation) = generation {
                self.keys.settle(owner, generation)?;
            }
            let Owner::Report(id) = owner else { continue };
            let Some(outline) = self.state.outlines.get(&id).filter(|outline| outline.access.is_open_to(me)) else {
                continue;
            };
            let named: Vec<String> = outline.recipients().map(str::to_owned).collect();
            if self.keys.holds_more(id, outline.key.generation, &named)? {
                left_out.push(id);
            }
        }
        let mut editor = Editor { casebook: self, key, me, to_seal_anew: left_out, _lock: lock };
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

    /// Records an event that says nothing sealed about any report, if it is allowed.
    pub(in crate::casebook) fn append(&mut self, what: What, today: &dyn Today) -> Result<u64, CasebookError> {
        self.append_about(what, Vec::new(), today)
    }

    /// Records an event if it is allowed, with what it says about reports in its order and whom that is sealed to.
    pub(in crate::casebook) fn append_about(
        &mut self,
        what: What,
        matters: Vec<(GovernanceRecipients, Matter)>,
        today: &dyn Today,
    ) -> Result<u64, CasebookError> {
        // What makes a key itself has it made already, with all that this member holds.
        if !matches!(what, What::Restricted(_) | What::Consented(_)) {
            self.seal_anew(today)?;
        }
        self.casebook.append(self.me, self.key, what, matters, today)
    }

    /// As [`Self::append_about`], about one report, sealed to its key.
    pub(in crate::casebook) fn append_on(
        &mut self,
        report: ReportId,
        what: What,
        matter: Matter,
        today: &dyn Today,
    ) -> Result<u64, CasebookError> {
        let to = self.casebook.report_recipient(report)?;
        self.append_about(what, vec![(to, matter)], today)
    }

    /// Stands by an answer, as whoever wrote it or approves it: a signature over its very words.
    pub(in crate::casebook) fn endorse(&self, answer: &Answer, text: Digest) -> Result<String, CasebookError> {
        Ok(crypto::sign(&answer.endorsement(text), self.key)?.1)
    }
}
