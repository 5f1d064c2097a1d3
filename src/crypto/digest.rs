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

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of `abc` (FIPS 180-2, B.1).
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    /// Takes two bytes at a time, and counts how often it is flushed.
    #[derive(Default)]
    struct Narrow(Vec<u8>, usize);

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(2);
            self.0.extend(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.1 += 1;
            Ok(())
        }
    }

    #[test]
    fn what_goes_through_is_hashed_once_and_passed_on() {
        let mut to = Hashed::new(Narrow::default());
        assert_eq!(to.write(b"abc").unwrap(), 2, "no more than was taken");
        to.write_all(b"c").unwrap();
        to.flush().unwrap();
        let (digest_of_all, Narrow(bytes, flushed)) = to.finish();
        assert_eq!((digest_of_all.to_string().as_str(), bytes.as_slice(), flushed), (ABC, b"abc".as_slice(), 1));

        let mut from = Hashed::new(b"abc".as_slice());
        let mut piece = [0; 2];
        assert_eq!((from.read(&mut piece).unwrap(), &piece), (2, b"ab"));
        let mut rest = Vec::new();
        assert_eq!((from.read_to_end(&mut rest).unwrap(), rest.as_slice()), (1, b"c".as_slice()));
        assert_eq!(from.finish().0.to_string(), ABC);

        assert_eq!(digest(b"abc").to_string(), ABC);
        assert_eq!(digest_all(b"abc".as_slice()).unwrap().to_string(), ABC);
    }
}
