//! Reading sealed files from the vault.

use std::io::Write;

use super::{
    CopyError, StoreError, damaged,
    vault::{Placed, Vault},
};

/// A small file; none if it is not as it was put there.
pub(super) fn read_whole(vault: &Vault, placed: &Placed) -> Result<Option<Vec<u8>>, StoreError> {
    let mut bytes = Vec::with_capacity(usize::try_from(placed.size).unwrap_or_default());
    match copy(vault, placed, &mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(CopyError::Store(StoreError::Damaged(_))) => Ok(None),
        Err(CopyError::Store(error)) => Err(error),
        Err(CopyError::Write(error)) => Err(error.into()),
    }
}

/// Copies a file, part by part.
pub(super) fn copy(vault: &Vault, placed: &Placed, out: &mut impl Write) -> Result<(), CopyError> {
    let file = vault.file(placed.shelf);
    let mut part = vec![0; placed.part(0)];
    for (place, slot) in placed.slots.iter().enumerate() {
        let part = &mut part[..placed.part(place)];
        file.read(slot.number, part).map_err(StoreError::from)?;
        if crc32fast::hash(part) != slot.crc {
            return Err(damaged("a part of a file is not as it was stored").into());
        }
        out.write_all(part)?;
    }
    Ok(())
}
