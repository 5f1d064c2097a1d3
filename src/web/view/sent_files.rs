use std::fmt;

use askama::filters::HtmlSafe;

use crate::{
    domain::{
        Attachment, escape_invisible_in_line,
        limits::{KIB, MIB},
    },
    web::receive::LeftOut,
};

/// A file as the person knows it.
#[derive(Clone)]
pub(in crate::web) struct SentFile {
    pub(super) name: String,
    pub(super) size: FileSize,
}

/// The files of one send: what was kept, and what was not.
#[derive(Clone, Default)]
pub(in crate::web) struct SentFiles {
    /// Those that are sealed and stored.
    pub(in crate::web) kept: Vec<SentFile>,
    /// Those past the limit, by name.
    pub(in crate::web) left_out: Vec<String>,
}

impl SentFiles {
    /// From what was received.
    pub(in crate::web) fn new<'f>(kept: impl Iterator<Item = &'f Attachment>, left_out: &LeftOut) -> Self {
        let kept = kept.map(|file| SentFile { name: in_line(file.name.as_str()), size: FileSize(file.size) });
        Self { kept: kept.collect(), left_out: left_out.names().iter().map(|name| in_line(name)).collect() }
    }

    /// In one field of a form: a line for each, with the size if it was kept.
    pub(super) fn to_carry(&self) -> String {
        let kept = self.kept.iter().map(|file| format!("{} {}\n", file.size.0, file.name));
        kept.chain(self.left_out.iter().map(|name| format!("- {name}\n"))).collect()
    }

    /// The same, read again; none if nothing was carried.
    pub(super) fn carried(field: &str) -> Option<Self> {
        let mut files = Self::default();
        for line in field.lines() {
            match line.split_once(' ')? {
                ("-", name) => files.left_out.push(name.to_owned()),
                (size, name) => files.kept.push(SentFile { name: name.to_owned(), size: FileSize(size.parse().ok()?) }),
            }
        }
        Some(files)
    }
}

/// A name on one line: it may hold anything.
fn in_line(name: &str) -> String {
    escape_invisible_in_line(name)
}

/// A size as people say it.
#[derive(Clone, Copy)]
pub(super) struct FileSize(pub(super) u64);

impl fmt::Display for FileSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = |unit: usize| {
            let tenths = (self.0 * 10).div_ceil(unit as u64);
            (tenths / 10, tenths % 10)
        };
        match self.0 {
            bytes if bytes < KIB as u64 => write!(f, "{bytes} bytes"),
            bytes if bytes < MIB as u64 => write!(f, "{} KB", bytes.div_ceil(KIB as u64)),
            _ => {
                let (whole, tenth) = tenths(MIB);
                write!(f, "{whole}.{tenth} MB")
            }
        }
    }
}

// Digits and a unit.
impl HtmlSafe for FileSize {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_carries_is_read_again() {
        let name = |name: &str| in_line(name);
        let files = SentFiles {
            kept: vec![SentFile { name: name("a b\nc.pdf"), size: FileSize(1_500_000) }],
            left_out: vec![name("- d.pdf"), name("")],
        };
        let carried = SentFiles::carried(&files.to_carry()).unwrap();
        assert_eq!(carried.to_carry(), files.to_carry());
        assert_eq!((carried.kept.len(), carried.left_out.len()), (1, 2));
        assert!(SentFiles::carried("x").is_none() && SentFiles::carried("x y").is_none());
        assert!(SentFiles::carried("").is_some_and(|none| none.kept.is_empty() && none.left_out.is_empty()));
    }

    #[test]
    fn a_size_is_told_in_the_unit_that_fits() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1 KB"),
            (1025, "2 KB"),
            (1_500_000, "1.5 MB"),
            (262_144_000, "250.0 MB"),
        ] {
            assert_eq!(FileSize(bytes).to_string(), words);
        }
    }
}
