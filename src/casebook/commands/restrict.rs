//! Choosing who may open a report.

use crate::{
    casebook::{
        CasebookError, Editor, NotAllowed, TypedError,
        log::{
            event::{Matter, Restricted, SealedMatter, What},
            keyring::Owner,
            snapshot,
        },
        state::outline::Access,
    },
    domain::{MemberId, ReportId, Text, Today},
};

/// Who may open a report from now on, in place of those before.
pub struct NewReaders {
    /// Everyone who may.
    pub readers: Vec<MemberId>,
    /// Why, for those who may read it.
    pub reason: Text,
}

impl Editor<'_> {
    /// Chooses a report's readers: from now on it is sealed so that nobody else can open it, and what was sealed before
    /// nobody else can open either, unless they kept a copy of its key. Whoever was a reader and is not any more is shut
    /// out; whoever joins later is no reader until one of them makes them one. The same readers again seal it to them
    /// anew.
    ///
    /// # Errors
    /// If there is no such report, or it is not allowed: shutting out oneself, letting someone in again alone.
    pub fn restrict(&mut self, id: ReportId, new: NewReaders, today: &dyn Today) -> Result<(), CasebookError> {
        let NewReaders { mut readers, reason } = new;
        let reason = TypedError::reason(reason)?;
        readers.sort_unstable();
        readers.dedup();
        let state = &self.casebook.state;
        let before = &state.reader(self.me, id)?.access;
        let is_everyone = state.active().all(|(member, _)| readers.contains(member));
        // Whoever lacks the key has to seal it anew even to everyone.
        if *before == Access::Everyone && is_everyone && !state.is_keyless(id) {
            return Err(NotAllowed::Nothing.into());
        }
        let key = self.new_report_key(id, &Access::to(&readers))?;
        let (to, generation) = (self.casebook.recipient(&key.recipient)?, key.generation);
        let why = SealedMatter::about(id);
        let event = What::Restricted(Restricted { report: id, key, readers, why });
        let recorded = self.append_about(event, vec![(to, Matter::Reason(reason))], today);
        if recorded.is_err() {
            // Nobody was to have the key that was made for it.
            self.casebook.keys.forget(id, generation)?;
        }
        recorded?;
        self.casebook.keys.settle(Owner::Report(id), generation)?;
        // Others' checkpoints may say what they were allowed to know until now, or lack what they may know from now on.
        Ok(snapshot::remove_all(&self.casebook.directory)?)
    }

    /// Whoever chose readers and kept a key from some of them does not leave them with half a report: whoever has that key
    /// seals it to all of them again.
    pub(in crate::casebook) fn seal_anew(&mut self, today: &dyn Today) -> Result<(), CasebookError> {
        for id in std::mem::take(&mut self.to_seal_anew) {
            let state = &self.casebook.state;
            let Some(chosen) = state.outlines.get(&id).and_then(|outline| outline.access.chosen()) else { continue };
            let readers = chosen.iter().copied().filter(|reader| state.is_active(*reader)).collect();
            let reason = Text::typed("A key was missing for some of its readers.");
            self.restrict(id, NewReaders { readers, reason }, today)?;
        }
        Ok(())
    }
}
