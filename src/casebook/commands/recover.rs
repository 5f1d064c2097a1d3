//! Going on with the keys in the safe, when all members' keys are lost.

use std::{path::Path, sync::Arc};

use crate::{
    casebook::{
        Casebook, CasebookError, LogError, NotAllowed, TeamError,
        book::lock::lock,
        book::new_member::NewMember,
        log::{
            event::{NewKey, Recovered, What},
            keyring::Owner,
            trust::Pointer,
        },
    },
    crypto::{Fingerprint, GovernanceRecipients, SignerRole, SigningKey},
    domain::{MemberId, Today},
    unseal::GovernanceIdentity,
};

impl Casebook {
    /// Lets someone join by the keys in the safe alone. Everybody else is told on their queue. Reports with chosen
    /// readers stay closed to them: the safe's keys never open those.
    ///
    /// # Errors
    /// If the fingerprint is another one, or these are not the keys that two members put there.
    pub fn recover(
        directory: &Path,
        (identity, key): (Arc<GovernanceIdentity>, &SigningKey<SignerRole>),
        compared: Fingerprint,
        new: NewMember,
        today: &dyn Today,
    ) -> Result<MemberId, CasebookError> {
        let pointer = Pointer::read(directory)?;
        if pointer.fingerprint() != compared {
            return Err(CasebookError::Log(LogError::OtherFingerprint(pointer.fingerprint())));
        }
        pointer.vouch(directory, &identity)?;
        let mut casebook = Self::open(directory, identity)?;
        let _lock = lock(directory)?;
        casebook.refresh()?;
        let state = &casebook.state;
        let signer = key.verifying_key()?.to_base64();
        if state.recovery.as_ref().is_none_or(|keys| keys.signer != signer) {
            return Err(CasebookError::Team(TeamError::NoRecovery));
        }
        let joining = new.joining();
        state.may_join(&joining)?;
        let new = GovernanceRecipients::of(&joining.recipients).map_err(|_| NotAllowed::BadKey)?;
        let to = casebook.everyone(None).and(&new);
        let (id, generation, recipient) = (joining.id, state.generation + 1, state.recipient.clone());
        let named: Vec<String> = state.recipients().map(str::to_owned).collect();
        casebook.keys.next_casebook(generation, &to, (&named, false))?;
        let recovered = Recovered { member: joining, key: NewKey { generation, recipient } };
        casebook.append(id, key, What::Recovered(recovered), Vec::new(), today)?;
        casebook.keys.settle(Owner::Casebook, generation)?;
        Ok(id)
    }
}
