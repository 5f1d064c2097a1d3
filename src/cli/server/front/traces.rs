use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{ErrorKind, Read, Seek, SeekFrom},
    net::IpAddr,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use data_encoding::BASE32_NOPAD;

use crate::{crypto::os_random, domain::limits::MIB};

/// Where fronts on the same machine keep what they write.
const USUAL: [&str; 6] = ["/var/log", "/var/lib/nginx", "/var/cache", "/var/spool", "/var/tmp", "/tmp"];
/// What has the files that are open.
const PROCESSES: &str = "/proc";
/// Files that are looked at, at most.
const FILES: usize = 20_000;
/// Bytes from the end of each of them.
const TAIL: u64 = 8 * MIB as u64;
/// Directories within each other.
const DEPTH: usize = 8;
/// Times of files may be a little older than the clock says.
const BEFORE: Duration = Duration::from_secs(2);
/// Random bytes of a mark.
const MARK_BYTES: usize = 15;

/// Words that stand nowhere yet. Whoever has them on the disk afterwards wrote down what was sent.
pub(super) struct Marks {
    /// In an address, where a form's own texts never are.
    pub(super) address: String,
    /// In a field of a form.
    pub(super) text: String,
    /// In a file.
    pub(super) file: String,
}

/// Where traces are looked for, and since when.
pub(super) struct TracePlaces {
    directories: Vec<PathBuf>,
    since: SystemTime,
}

/// What was found.
#[derive(Default)]
pub(super) struct Traces {
    /// What each file holds.
    pub(super) files: BTreeMap<PathBuf, Vec<&'static str>>,
    /// Directories and files that this account can't read.
    pub(super) unreadable: Vec<PathBuf>,
    /// Whether there were more files than are looked at.
    pub(super) is_cut: bool,
    looked_at: usize,
}

impl Marks {
    pub(super) fn draw() -> Self {
        let mark = || {
            let mut bytes = [0; MARK_BYTES];
            rand::Rng::fill_bytes(&mut os_random(), &mut bytes);
            BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
        };
        Self { address: mark(), text: mark(), file: mark() }
    }
}

impl TracePlaces {
    /// The usual ones and these, for what is written from now on.
    pub(super) fn with(more: &[PathBuf]) -> Self {
        let usual = USUAL.iter().map(PathBuf::from).filter(|path| path.is_dir());
        Self { directories: usual.chain(more.iter().cloned()).collect(), since: now() - BEFORE }
    }

    /// Files that were written since and hold a mark, and whether they say who sent it.
    pub(super) fn look(&self, marks: &Marks, own: IpAddr) -> Traces {
        let mut traces = Traces::default();
        self.directories.iter().for_each(|directory| self.descend(directory, DEPTH, marks, own, &mut traces));
        self.open_files(marks, own, &mut traces);
        traces
    }

    /// Files that a process has open, wherever they are, and those that have no name any more, as nginx keeps what is sent while
    /// it comes: a disk has them all the same.
    fn open_files(&self, marks: &Marks, own: IpAddr, traces: &mut Traces) {
        let is_process =
            |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().parse::<u32>().is_ok());
        let processes = fs::read_dir(PROCESSES).into_iter().flatten().flatten().map(|entry| entry.path());
        for process in processes.filter(is_process) {
            let open = match fs::read_dir(process.join("fd")) {
                Ok(open) => open,
                Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                    traces.unreadable.push(PROCESSES.into());
                    continue;
                }
                Err(_) => continue,
            };
            for file in open.flatten().map(|entry| entry.path()) {
                let named = fs::read_link(&file).unwrap_or_default();
                // Where a process keeps what is no file, the name says so.
                let is_elsewhere = named.starts_with("/")
                    && !self.directories.iter().any(|below| named.starts_with(below))
                    || named.to_string_lossy().ends_with(" (deleted)");
                let is_new = file
                    .metadata()
                    .is_ok_and(|found| found.is_file() && found.modified().is_ok_and(|time| time >= self.since));
                if is_elsewhere && is_new && traces.looked_at < FILES {
                    traces.looked_at += 1;
                    traces.note(named, tail(&file).map_or_else(Vec::new, |bytes| held(&bytes, marks, own)));
                }
            }
        }
    }

    fn descend(&self, directory: &Path, depth: usize, marks: &Marks, own: IpAddr, traces: &mut Traces) {
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            // Gone meanwhile: it holds nothing.
            Err(error) if error.kind() == ErrorKind::NotFound && depth < DEPTH => return,
            Err(_) => return traces.unreadable.push(directory.to_owned()),
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            // Of what it is itself, not of what it leads to.
            let Ok(found) = path.symlink_metadata() else { continue };
            if found.is_dir() && depth > 0 {
                self.descend(&path, depth - 1, marks, own, traces);
            } else if found.is_file() && found.modified().is_ok_and(|time| time >= self.since) {
                if traces.looked_at >= FILES {
                    traces.is_cut = true;
                    return;
                }
                traces.looked_at += 1;
                match tail(&path) {
                    Some(bytes) => traces.note(path, held(&bytes, marks, own)),
                    None if path.exists() => traces.unreadable.push(path),
                    None => {}
                }
            }
        }
    }
}

impl Traces {
    fn note(&mut self, path: PathBuf, held: Vec<&'static str>) {
        if !held.is_empty() {
            self.files.insert(path, held);
        }
    }

    /// Both, from two looks.
    pub(super) fn and(mut self, later: Self) -> Self {
        for (path, held) in later.files {
            let all = self.files.entry(path).or_default();
            all.extend(held);
            all.sort_unstable();
            all.dedup();
        }
        self.unreadable.extend(later.unreadable);
        self.unreadable.sort();
        self.unreadable.dedup();
        self.is_cut |= later.is_cut;
        self
    }
}

#[expect(clippy::disallowed_methods, reason = "files have times finer than a day; none of it is kept or printed")]
fn now() -> SystemTime {
    SystemTime::now()
}

/// What some bytes have of the marks. An address of this machine stands in many a file: it counts beside a mark alone.
fn held(bytes: &[u8], marks: &Marks, own: IpAddr) -> Vec<&'static str> {
    let marked = [
        ("the address of a page", &marks.address),
        ("the text of a form", &marks.text),
        ("what is in a file", &marks.file),
    ];
    let mut held: Vec<&str> = marked.into_iter().filter(|(_, mark)| holds(bytes, mark)).map(|(what, _)| what).collect();
    if !held.is_empty() && holds(bytes, &own.to_string()) {
        held.push("who sent it");
    }
    held
}

fn holds(bytes: &[u8], mark: &str) -> bool {
    let mark = mark.as_bytes();
    let Some(first) = mark.first() else { return false };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = &rest[at..];
        if rest.starts_with(mark) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// The end of a file; none if it can't be read.
fn tail(path: &Path) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).ok()?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::files::{Readers, write_new};

    #[test]
    fn a_file_that_was_written_since_is_named_with_what_it_holds() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let marks = Marks::draw();
        let put = |name: &str, text: &str| write_new(&at(name), Readers::Everyone, text.as_bytes()).unwrap();
        fs::create_dir(at("within")).unwrap();
        put("access.log", &format!("{}127.0.0.1 GET /?{}\n", "x".repeat(100), marks.address));
        put("within/body", &format!("{}{}", marks.text, marks.file));
        put("other", "127.0.0.1 was here");
        put("old", &marks.text);
        File::open(at("old")).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        std::os::unix::fs::symlink(at("access.log"), at("link")).unwrap();
        let places =
            TracePlaces { directories: vec![directory.path().to_owned()], since: SystemTime::UNIX_EPOCH + BEFORE };
        let traces = places.look(&marks, Ipv4Addr::LOCALHOST.into()).and(Traces::default());
        let found: Vec<_> = traces.files.iter().map(|(path, held)| (path.clone(), held.as_slice())).collect();
        assert_eq!(
            found,
            [
                (at("access.log"), ["the address of a page", "who sent it"].as_slice()),
                (at("within/body"), ["the text of a form", "what is in a file"].as_slice())
            ]
        );
        assert!(traces.unreadable.is_empty() && !traces.is_cut);
        // What has no name any more is found by whoever has it open.
        let mut unnamed = tempfile::tempfile_in(directory.path()).unwrap();
        std::io::Write::write_all(&mut unnamed, marks.file.as_bytes()).unwrap();
        let traces = places.look(&marks, Ipv4Addr::LOCALHOST.into());
        let found: Vec<_> =
            traces.files.into_iter().filter(|(path, _)| path.to_string_lossy().ends_with("(deleted)")).collect();
        assert!(matches!(&found[..], [(_, held)] if *held == ["what is in a file"]), "{found:?}");
        let nowhere = TracePlaces { directories: vec![at("nowhere")], since: SystemTime::UNIX_EPOCH + BEFORE };
        assert_eq!(nowhere.look(&marks, Ipv4Addr::LOCALHOST.into()).unreadable, [at("nowhere")]);
    }
}
