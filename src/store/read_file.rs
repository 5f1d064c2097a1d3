//! Reading sealed files from the vault.

use std::{
    io::{self, Write},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use rustix::io::Errno;

use super::{
    CopyError, StoreError,
    vault::{Placed, Vault},
};

/// A small file; none if it is not as it was put there.
pub(super) fn read_whole(vault: &Vault, placed: &Placed) -> Result<Option<Vec<u8>>, StoreError> {
    let mut bytes = Vec::with_capacity(usize::try_from(placed.size).unwrap_or_default());
    unless_damaged(copy(vault, placed, &mut bytes).map(|()| bytes))
}

/// What `work` makes of each file, on every core; none of one that is not as it was put there.
pub(super) fn each<T: Send>(
    placed: &[Placed],
    work: impl Fn(&Placed) -> Result<T, CopyError> + Sync,
) -> Result<Vec<Option<T>>, StoreError> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let place = next.fetch_add(1, Ordering::Relaxed)
            && let Some(file) = placed.get(place)
        {
            done.push((place, unless_damaged(work(file))?));
        }
        Ok::<_, StoreError>(done)
    };
    let mut all: Vec<Option<T>> = placed.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(placed.len())).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            for (place, made) in worker.join().map_err(|_| StoreError::Stopped)?? {
                all[place] = made;
            }
        }
        Ok(all)
    })
}

/// Copies a file, part by part.
pub(super) fn copy(vault: &Vault, placed: &Placed, out: &mut impl Write) -> Result<(), CopyError> {
    let file = vault.file(placed.shelf);
    let mut part = vec![0; placed.part(0)];
    for (place, slot) in placed.slots.iter().enumerate() {
        let part = &mut part[..placed.part(place)];
        file.read(slot.number, part).map_err(unread)?;
        if crc32fast::hash(part) != slot.crc {
            return Err(StoreError::DamagedFile("a part of it is not as it was stored").into());
        }
        out.write_all(part)?;
    }
    Ok(())
}

/// What can't be read where it should be is lost, and nothing else with it.
fn unread(error: io::Error) -> StoreError {
    let is_lost = error.kind() == io::ErrorKind::UnexpectedEof || Errno::from_io_error(&error) == Some(Errno::IO);
    if is_lost { StoreError::DamagedFile("a part of it can't be read") } else { error.into() }
}

fn unless_damaged<T>(copied: Result<T, CopyError>) -> Result<Option<T>, StoreError> {
    match copied {
        Ok(made) => Ok(Some(made)),
        Err(CopyError::Store(StoreError::DamagedFile(_))) => Ok(None),
        Err(CopyError::Store(error)) => Err(error),
        Err(CopyError::Write(error)) => Err(error.into()),
    }
}
