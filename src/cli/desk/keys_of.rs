//! Reading a member's keys and opening the casebook with them, with every other file given up.

use std::{os::unix::fs::MetadataExt, path::Path};

use clap::Args;
use rustix::fs::Mode;

use super::{
    casebook_argument::CasebookArgument,
    key_ring::{KeyRing, Locations, SignerLocation},
    reach,
};
use crate::{
    casebook::{Casebook, Editor},
    cli::{
        confined,
        output::{Failure, Outcome},
    },
    files,
};

/// For a command that only reads the casebook.
#[derive(Args)]
pub(super) struct Reading {
    #[command(flatten)]
    casebook: CasebookArgument,
    #[command(flatten)]
    keys: Locations,
}

/// For a command that records something in it.
#[derive(Args)]
pub(super) struct Changing {
    #[command(flatten)]
    casebook: CasebookArgument,
    #[command(flatten)]
    keys: Locations,
    #[command(flatten)]
    signer: SignerLocation,
}

impl Reading {
    pub(super) fn open(&self) -> Result<Casebook, Failure> {
        let casebook = &self.casebook.casebook;
        let mut ring = KeyRing::of(casebook, &self.keys, None)?;
        ring.gather_identity()?;
        confine(casebook, [], None);
        Ok(Casebook::open(casebook, ring.identity()?.into())?)
    }
}

impl Reading {
    /// The same, for what makes a file: not among the casebook's own.
    pub(super) fn open_making(&self, made: &Path) -> Result<Casebook, Failure> {
        let casebook = &self.casebook.casebook;
        files::refuse_inside(casebook, made)?;
        let mut ring = KeyRing::of(casebook, &self.keys, None)?;
        ring.gather_identity()?;
        confine(casebook, [], Some(made));
        Ok(Casebook::open(casebook, ring.identity()?.into())?)
    }
}

impl Changing {
    /// Opens it for one change.
    pub(super) fn edit(&self, work: impl FnOnce(&mut Editor<'_>) -> Outcome) -> Outcome {
        self.edit_with([], None, work)
    }

    /// The same, for what reads or makes a file besides.
    pub(super) fn edit_with<const N: usize>(
        &self,
        read: [&Path; N],
        made: Option<&Path>,
        work: impl FnOnce(&mut Editor<'_>) -> Outcome,
    ) -> Outcome {
        let casebook = &self.casebook.casebook;
        let mut ring = KeyRing::of(casebook, &self.keys, Some(&self.signer))?;
        ring.gather()?;
        confine(casebook, read, made);
        let (identity, key) = (ring.identity()?, ring.signing_key()?);
        let mut casebook = Casebook::open(casebook, identity.into())?;
        work(&mut casebook.edit(&key)?)
    }

    /// The same, for what reads many files.
    pub(super) fn edit_reading(&self, read: &[&Path], work: impl FnOnce(&mut Editor<'_>) -> Outcome) -> Outcome {
        let casebook = &self.casebook.casebook;
        let mut ring = KeyRing::of(casebook, &self.keys, Some(&self.signer))?;
        ring.gather()?;
        confine(casebook, read.iter().copied(), None);
        let (identity, key) = (ring.identity()?, ring.signing_key()?);
        let mut casebook = Casebook::open(casebook, identity.into())?;
        work(&mut casebook.edit(&key)?)
    }

    /// The casebook's directory.
    pub(super) fn directory(&self) -> &Path {
        &self.casebook.casebook
    }
}

/// Gives up the terminal and every file but the casebook and those that are named: keys and passphrase were gathered. What
/// the kernel can't hold a command to, it goes without: it ends soon, and `candour desk open`, which does not, refuses then.
pub(super) fn confine<'a>(casebook: &'a Path, read: impl IntoIterator<Item = &'a Path>, made: Option<&Path>) {
    follow_sharing(casebook);
    let _ = confined::to_files(&reach::named(casebook, read, made));
}

/// What this process makes from now on in a casebook that a group shares is that group's; in any other, this account's
/// alone. What is not the casebook's own says itself who may read it.
pub(super) fn follow_sharing(casebook: &Path) {
    if casebook.metadata().is_ok_and(|found| files::is_shared(found.mode())) {
        rustix::process::umask(Mode::from_raw_mode(0o007));
    }
}
