//! `candour init --renew-box-key`: another signing key for the box, for which the one before vouches.

use crate::{
    cli::{
        output::{self, Outcome},
        server::box_files::{BOX_PUBLIC, DataArgument, KeysArgument, PublicKeys},
    },
    files,
    transfer::{self, BOX_VOUCHED, Renewed},
};

/// Renews it, while nobody serves the box. `is_lost` if the one before is gone, and can't vouch for it.
pub(super) fn renew_box_key(data: &DataArgument, keys: &KeysArgument, read: &PublicKeys, is_lost: bool) -> Outcome {
    let _served = data.lock()?;
    let _held = files::hold_directory(&data.path)?;
    let store = data.store()?;
    data.hold_against_pins(&store, read, &keys.path)?;
    let before = store.settings().box_key.fingerprint();
    let Renewed { key, is_vouched } = transfer::renew_box_key(&data.path, &store, is_lost)?;
    let (public, word) = (data.path.join(BOX_PUBLIC), data.path.join(BOX_VOUCHED));
    let (public, word) = (public.display(), word.display());
    output::line(&format!("the box in {} has a new key, and the one before is destroyed", data.path.display()))?;
    if is_vouched {
        output::line(&format!("for the desk:           {public}, and {word}, by which the key before vouches for it"))?;
    } else {
        output::line(&format!("for the desk:           {public}; nobody vouches for it, as the key before is lost"))?;
    }
    output::line(&key.to_base64())?;
    output::line(&format!("box key fingerprint:    {}", key.fingerprint()))?;
    if before != key.fingerprint() {
        output::line(&format!("fingerprint before:     {before}"))?;
    }
    output::line(
        "read the new fingerprint out to two of the governance team, by voice: one proposes it (candour desk propose --box-key \
         box.pub), another consents, and until then their desk refuses what is collected from now on",
    )
}
