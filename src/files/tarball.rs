//! The one way in which a tar is written and read here. Every entry is a plain file whose header follows from its path
//! and size alone, so a reader can hold each header against the one that it must be: nothing in it is left to chance,
//! and no path from inside a tar ever reaches the file system.

use std::io::{self, Read, Write};

use tar::Header;

/// Bytes in a tar block.
const BLOCK: usize = 512;
/// Zero blocks at the end.
const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// A tar that is not as it must be.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// Something else stands where an entry or the end should be.
    #[error("{0} is not where it should be")]
    Unexpected(String),
    /// An entry is larger than its kind can be.
    #[error("{0} is too large")]
    TooLarge(String),
    /// Reading failed, or it ends too early.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Writing what was read failed.
    #[error("{0}")]
    Out(io::Error),
}

/// Writes a tar.
pub struct TarWriter<W: Write>(W);

impl<W: Write> TarWriter<W> {
    /// Begins one.
    pub const fn new(out: W) -> Self {
        Self(out)
    }

    /// Adds an entry whose bytes are at hand.
    ///
    /// # Errors
    /// If `out` fails.
    pub fn append(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.append_with(path, bytes.len() as u64, |out| out.write_all(bytes))
    }

    /// Adds an entry of that size, whose bytes `fill` writes.
    ///
    /// # Errors
    /// Those of `fill`, and if it writes more or fewer bytes.
    pub fn append_with<E: From<io::Error>>(
        &mut self,
        path: &str,
        size: u64,
        fill: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<(), E> {
        self.0.write_all(header(path, size)?.as_bytes())?;
        let mut counted = CountedWrite { out: &mut self.0, left: size };
        fill(&mut counted)?;
        if counted.left > 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        self.0.write_all(&END[..padding(size)])?;
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// If `out` fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.0.write_all(&END)?;
        Ok(self.0)
    }
}

/// Reads a tar whose paths are known beforehand.
pub struct TarReader<R: Read>(R);

impl<R: Read> TarReader<R> {
    /// Begins at its first byte.
    pub const fn new(input: R) -> Self {
        Self(input)
    }

    /// The next entry, which must have that path and at most that many bytes.
    ///
    /// # Errors
    /// If it has not.
    pub fn read(&mut self, path: &str, limit: usize) -> Result<Vec<u8>, TarError> {
        let found = self.header(path)?;
        let size = found.entry_size().map_err(|_| unexpected(path))?;
        if size > limit as u64 {
            return Err(TarError::TooLarge(path.to_owned()));
        }
        check_header(path, &found, size)?;
        let mut bytes = Vec::new();
        if self.0.by_ref().take(size).read_to_end(&mut bytes)? as u64 != size {
            return Err(unexpected(path));
        }
        self.padding(path, size)?;
        Ok(bytes)
    }

    /// Copies the next entry, which must have that path and exactly that many bytes.
    ///
    /// # Errors
    /// If it has not, or [`TarError::Out`] if `out` fails.
    pub fn copy(&mut self, path: &str, size: u64, out: &mut impl Write) -> Result<(), TarError> {
        let found = self.header(path)?;
        check_header(path, &found, size)?;
        let mut told_apart = OutOfTar { out, failed: false };
        match io::copy(&mut self.0.by_ref().take(size), &mut told_apart) {
            Ok(copied) if copied == size => self.padding(path, size),
            Ok(_) => Err(unexpected(path)),
            Err(error) if told_apart.failed => Err(TarError::Out(error)),
            Err(error) => Err(error.into()),
        }
    }

    /// Hands the next entry, which must have that path and exactly that many bytes, to whoever reads it to its end.
    ///
    /// # Errors
    /// Those of `work`, and if the entry is another one or `work` left some of it.
    pub fn open<T, E: From<TarError>>(
        &mut self,
        path: &str,
        size: u64,
        work: impl FnOnce(&mut dyn Read) -> Result<T, E>,
    ) -> Result<T, E> {
        let found = self.header(path)?;
        check_header(path, &found, size)?;
        let mut body = self.0.by_ref().take(size);
        let outcome = work(&mut body)?;
        if body.limit() > 0 {
            return Err(unexpected(path).into());
        }
        self.padding(path, size)?;
        Ok(outcome)
    }

    /// Nothing but the end may be left.
    ///
    /// # Errors
    /// If there is something else.
    pub fn end(mut self) -> Result<(), TarError> {
        let mut rest = Vec::new();
        self.0.by_ref().take(END.len() as u64 + 1).read_to_end(&mut rest)?;
        if rest == END { Ok(()) } else { Err(unexpected("the end")) }
    }

    fn header(&mut self, path: &str) -> Result<Header, TarError> {
        let mut found = Header::new_old();
        self.0.read_exact(found.as_mut_bytes()).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => unexpected(path),
            _ => error.into(),
        })?;
        Ok(found)
    }

    fn padding(&mut self, path: &str, size: u64) -> Result<(), TarError> {
        let mut rest = [1; BLOCK];
        let rest = &mut rest[..padding(size)];
        self.0.read_exact(rest).map_err(|_| unexpected(path))?;
        if rest.iter().any(|byte| *byte != 0) { Err(unexpected(path)) } else { Ok(()) }
    }
}

fn check_header(path: &str, found: &Header, size: u64) -> Result<(), TarError> {
    if found.as_bytes() == header(path, size)?.as_bytes() { Ok(()) } else { Err(unexpected(path)) }
}

fn unexpected(path: &str) -> TarError {
    TarError::Unexpected(path.to_owned())
}

/// The header that an entry of that path and size must have: no owner, no time.
fn header(path: &str, size: u64) -> io::Result<Header> {
    let mut header = Header::new_ustar();
    header.set_path(path)?;
    header.set_size(size);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    Ok(header)
}

/// Bytes that fill the last block of an entry.
fn padding(size: u64) -> usize {
    // Less than a block, so it fits.
    usize::try_from(size.next_multiple_of(BLOCK as u64) - size).unwrap_or_default()
}

/// Passes on at most as many bytes as the header promised.
struct CountedWrite<'a, W> {
    out: &'a mut W,
    left: u64,
}

impl<W: Write> Write for CountedWrite<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.left {
            return Err(io::Error::other("more bytes than were recorded"));
        }
        let written = self.out.write(bytes)?;
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Remembers whether it was the writer that failed.
struct OutOfTar<'a, W> {
    out: &'a mut W,
    failed: bool,
}

impl<W: Write> Write for OutOfTar<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).inspect_err(|error| self.failed = error.kind() != io::ErrorKind::Interrupted)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Vec<u8> {
        let mut tar = TarWriter::new(Vec::new());
        tar.append("a/first", b"one").unwrap();
        tar.append("a/second", &[7; 1024]).unwrap();
        tar.finish().unwrap()
    }

    fn read(tar: &[u8]) -> Result<(Vec<u8>, Vec<u8>), TarError> {
        let mut reader = TarReader::new(tar);
        let first = reader.read("a/first", 100)?;
        let mut second = Vec::new();
        reader.copy("a/second", 1024, &mut second)?;
        reader.end()?;
        Ok((first, second))
    }

    #[test]
    fn what_is_written_is_read_back_here_and_by_the_stock_library() {
        assert_eq!(read(&two()).unwrap(), (b"one".to_vec(), vec![7; 1024]));
        let tar = two();
        let mut stock = tar::Archive::new(tar.as_slice());
        let entries: Vec<_> =
            stock.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().into_owned()).collect();
        assert_eq!(entries, [std::path::Path::new("a/first"), std::path::Path::new("a/second")]);
    }

    #[test]
    fn every_altered_byte_outside_the_contents_and_every_cut_is_refused() {
        let tar = two();
        let contents = [BLOCK..BLOCK + 3, 3 * BLOCK..5 * BLOCK];
        for place in 0..tar.len() {
            let mut altered = tar.clone();
            altered[place] ^= 1;
            assert_eq!(
                read(&altered).is_ok(),
                contents.iter().any(|range| range.contains(&place)),
                "altered at {place}"
            );
            assert!(read(&tar[..place]).is_err(), "cut at {place}");
        }
        assert!(read(&[tar.as_slice(), &[0]].concat()).is_err());
    }

    #[test]
    fn whether_reading_or_writing_failed_is_told_apart() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::from_raw_os_error(5))
            }
        }
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::from_raw_os_error(28))
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let tar = two();
        let wrote = TarReader::new(tar.as_slice()).copy("a/first", 3, &mut Broken);
        assert!(matches!(wrote, Err(TarError::Out(error)) if error.raw_os_error() == Some(28)));
        let read = TarReader::new(tar[..BLOCK].chain(Broken)).copy("a/first", 3, &mut Vec::new());
        assert!(matches!(read, Err(TarError::Io(error)) if error.raw_os_error() == Some(5)));
    }

    #[test]
    fn limits_hold() {
        let tar = two();
        assert!(matches!(TarReader::new(tar.as_slice()).read("a/first", 2), Err(TarError::TooLarge(_))));
        assert!(TarReader::new(tar.as_slice()).read("a/other", 9).is_err());
        assert!(TarWriter::new(Vec::new()).append_with("x", 2, |out| out.write_all(b"long")).is_err());
        assert!(TarWriter::new(Vec::new()).append_with("x", 9, |out| out.write_all(b"short")).is_err());
    }
}
