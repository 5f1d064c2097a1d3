use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

use crate::domain::Digest;

/// SHA-256 of some bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// SHA-256 of bytes that come in pieces.
#[derive(Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Takes in one more piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all pieces.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// Hashes what is written or read through it.
pub struct Hashed<T> {
    inner: T,
    hasher: Hasher,
}

impl<T> Hashed<T> {
    /// Passes everything on to `inner`, or from it.
    pub fn new(inner: T) -> Self {
        Self { inner, hasher: Hasher::default() }
    }

    /// The digest of all that went through, and `inner`.
    #[must_use]
    pub fn finish(self) -> (Digest, T) {
        (self.hasher.finish(), self.inner)
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// SHA-256 of everything that can be read.
///
/// # Errors
/// Those of reading.
pub fn digest_all(mut input: impl Read) -> io::Result<Digest> {
    let mut hashed = Hashed::new(io::sink());
    io::copy(&mut input, &mut hashed)?;
    Ok(hashed.finish().0)
}
