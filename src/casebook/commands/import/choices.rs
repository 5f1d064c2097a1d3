use crate::crypto::Fingerprint;

/// What whoever takes a collection in says besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportChoices {
    /// Collections before it may be missing.
    pub missing: bool,
    /// The fingerprint of a new epoch of the box, as whoever runs it read it out.
    pub epoch: Option<Fingerprint>,
}
