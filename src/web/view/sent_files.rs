use crate::{
    domain::{Attachment, escape_invisible_in_line, limits::KIB},
    http::bytes_in_words,
    web::received::LeftOut,
};

/// Bytes of a list of files that a form may carry, and lines in it. A page that would have to show more says that it
/// can't tell the files.
const CARRIED: usize = 32 * KIB;
const CARRIED_LINES: usize = 128;

/// A file as the person knows it.
#[derive(Clone)]
pub(in crate::web) struct SentFile {
    pub(super) name: String,
    /// In bytes.
    pub(super) size: u64,
}

/// The files of one send: what was kept, and what was not.
#[derive(Clone, Default)]
pub(in crate::web) struct SentFiles {
    /// Those that are sealed and stored.
    pub(in crate::web) kept: Vec<SentFile>,
    /// Those that were not taken, by name.
    pub(in crate::web) left_out: Vec<String>,
}

impl SentFile {
    /// How large it is, in words.
    pub(super) fn size(&self) -> String {
        bytes_in_words(self.size)
    }
}

impl SentFiles {
    /// From what was received.
    pub(in crate::web) fn new<'f>(kept: impl Iterator<Item = &'f Attachment>, left_out: &LeftOut) -> Self {
        let kept = kept.map(|file| SentFile { name: in_line(file.name.as_str()), size: file.size });
        Self { kept: kept.collect(), left_out: left_out.names().iter().map(|name| in_line(name)).collect() }
    }

    /// In one field of a form: a line for each, with the size if it was kept.
    pub(super) fn to_carry(&self) -> String {
        let kept = self.kept.iter().map(|file| format!("{} {}\n", file.size, file.name));
        kept.chain(self.left_out.iter().map(|name| format!("- {name}\n"))).collect()
    }

    /// The same, read again; none if nothing was carried.
    pub(super) fn carried(field: &str) -> Option<Self> {
        if field.len() > CARRIED || field.lines().count() > CARRIED_LINES {
            return None;
        }
        let mut files = Self::default();
        for line in field.lines() {
            match line.split_once(' ')? {
                ("-", name) => files.left_out.push(name.to_owned()),
                (size, name) => files.kept.push(SentFile { name: name.to_owned(), size: size.parse().ok()? }),
            }
        }
        Some(files)
    }
}

/// A name on one line: it may hold anything.
fn in_line(name: &str) -> String {
    escape_invisible_in_line(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_carries_is_read_again() {
        let name = |name: &str| in_line(name);
        let files = SentFiles {
            kept: vec![SentFile { name: name("a b\nc.pdf"), size: 1_500_000 }],
            left_out: vec![name("- d.pdf"), name("")],
        };
        let carried = SentFiles::carried(&files.to_carry()).unwrap();
        assert_eq!(carried.to_carry(), files.to_carry());
        assert_eq!((carried.kept.len(), carried.left_out.len()), (1, 2));
        assert!(SentFiles::carried(&"1 a\n".repeat(CARRIED_LINES)).is_some());
        assert!(SentFiles::carried(&"1 a\n".repeat(CARRIED_LINES + 1)).is_none(), "more lines than a page lists");
        assert!(SentFiles::carried(&format!("1 {}", "a".repeat(CARRIED))).is_none(), "more bytes than it shows");
        assert!(SentFiles::carried("x").is_none() && SentFiles::carried("x y").is_none());
        assert!(SentFiles::carried("").is_some_and(|none| none.kept.is_empty() && none.left_out.is_empty()));
    }
}
