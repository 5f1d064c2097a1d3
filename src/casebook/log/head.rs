//! The head of the chain: how many events there are, signed by whoever recorded the last one. A casebook that is cut at
//! its end has fewer.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    casebook::LogError,
    crypto::{self, Document, SignerRole, SigningKey, VerifyingKey},
    domain::{CasebookId, Digest, Format, Text, limits::KIB},
    files::{self, Readers},
};

/// The head's file in the casebook's directory.
pub(in crate::casebook) const HEAD: &str = "head.json";
/// Bytes of that file: a signed number and digest.
const HEAD_BYTES: usize = 16 * KIB;

/// What is signed.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Head {
    /// [`Format::CasebookHead`].
    pub(in crate::casebook) format: Format,
    pub(in crate::casebook) casebook: CasebookId,
    /// The last event's.
    pub(in crate::casebook) number: u64,
    /// SHA-256 of that event's file.
    pub(in crate::casebook) digest: Digest,
}

impl Document for Head {
    const FORMAT: Format = Format::CasebookHead;
    type Role = SignerRole;

    fn format(&self) -> Format {
        self.format
    }
}

/// The head as it stands in its file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedHead {
    /// The JSON of a [`Head`], as it was signed.
    head: Text,
    signer: String,
    signature: String,
}

/// The head and who signed it; none if the first event is still to come.
pub(in crate::casebook) fn read(casebook: &Path) -> Result<Option<(Head, String)>, LogError> {
    let path = casebook.join(HEAD);
    if !path.exists() {
        return Ok(None);
    }
    let damaged = || LogError::Head;
    let signed: SignedHead = serde_json::from_slice(&files::read_shared(&path, HEAD_BYTES)?).map_err(|_| damaged())?;
    let signer = VerifyingKey::<SignerRole>::from_base64(&signed.signer).map_err(|_| damaged())?;
    let verified = crypto::verify::<Head>(signed.head.as_str().as_bytes(), &signed.signature, &[signer]);
    Ok(Some((verified.map_err(|_| damaged())?.into_document(), signed.signer)))
}

/// Puts it in the place of the one before.
pub(in crate::casebook) fn write(casebook: &Path, head: &Head, key: &SigningKey<SignerRole>) -> Result<(), LogError> {
    let (json, signature) = crypto::sign(head, key)?;
    let json = String::from_utf8(json).map_err(|_| crypto::SignError::Json)?;
    let signed = SignedHead { head: Text::verbatim(&json), signer: key.verifying_key()?.to_base64(), signature };
    let bytes = serde_json::to_vec(&signed).map_err(|_| crypto::SignError::Json)?;
    Ok(files::replace(&casebook.join(HEAD), Readers::Team, &bytes)?)
}
