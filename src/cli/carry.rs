use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use tokio::runtime::Builder;
use zeroize::Zeroizing;

use super::{
    confined,
    output::{self, Failure, Outcome},
    passphrase,
};
use crate::{
    carry::{BoxAddress, BoxCarrier, BoxLine, Brought, FetchedCollection},
    confine::Reach,
    crypto::{self, CarrierRole, KeyFileError, SigningKey},
    domain::{escape_invisible_in_line, limits::KIB},
    files::{self, FileError, part_path, parts_beside, parts_meant},
};

/// Bytes of a key file, and to spare.
const KEY_FILE_BYTES: usize = 64 * KIB;
/// Collections that are fetched at once: there are two at most, unless somebody lays one ready after the other.
const AT_ONCE: usize = 8;
/// Lines that a box says of one decisions file, and characters of each, with room.
const TOLD_LINES: usize = 48;
const TOLD_CHARACTERS: usize = 1000;

#[derive(Args)]
pub(in crate::cli) struct CarryArguments {
    /// The box's address as a browser has it: with HTTPS, or an onion address, which is reached through Tor
    #[arg(long, value_name = "URL")]
    from: BoxAddress,
    /// The key that the box knows: a carrier.key, made with `candour keys carrier`
    #[arg(long, value_name = "FILE")]
    signing_key: PathBuf,
    /// A file whose first line is the key's passphrase; otherwise it is asked for if the key has one
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// A SOCKS proxy to go through; for an onion address 127.0.0.1:9050, where tor listens, unless given
    #[arg(long, value_name = "ADDR:PORT")]
    proxy: Option<SocketAddr>,
    /// The directory to put collections into, each as collection-NUMBER; without it nothing is fetched
    #[arg(long, value_name = "DIR", required_unless_present = "bring")]
    out: Option<PathBuf>,
    /// Decisions to bring before that; of decisions in parts the first, which takes those beside it, or any of them. May be
    /// given more than once, in the order in which they were written
    #[arg(long, value_name = "FILE")]
    bring: Vec<PathBuf>,
}

pub(in crate::cli) fn run(arguments: &CarryArguments) -> Outcome {
    let key = signing_key(&arguments.signing_key, arguments.passphrase_file.as_deref())?;
    let out = arguments.out.as_deref();
    if let Some(out) = out.filter(|out| !out.is_dir()) {
        return Err(Failure::Failed(format!(
            "{} is not a directory; make it, or give another with --out",
            out.display()
        )));
    }
    for file in &arguments.bring {
        fs::metadata(file).map_err(FileError::io("read", file))?;
    }
    let line = BoxLine::look_up(arguments.from.clone(), arguments.proxy)?;
    let read = arguments.bring.iter().flat_map(|file| parts_beside(file).into_iter().chain([file.clone()]));
    let write = out.map(Path::to_owned).into_iter().collect();
    // Names were looked up, and keys read. Where the kernel can't see to it, it does without: it ends soon.
    let _ = confined::to_files(&Reach { read: read.collect(), write, connects: true, ..Reach::default() });
    confined::speaks_with_a_front();
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("can't start: {error}; check the limits on threads and memory")))?;
    let carrier = BoxCarrier::new(line, key);
    let carried = runtime.block_on(async {
        for file in &arguments.bring {
            bring(&carrier, file).await?;
        }
        match out {
            Some(out) => fetch(&carrier, out).await,
            None => Ok(()),
        }
    });
    // What may still be read of a file that nobody waits for is nobody's business.
    runtime.shutdown_background();
    carried
}

/// Brings a decisions file, and if it is the first part those that lie beside it.
async fn bring(carrier: &BoxCarrier, file: &Path) -> Outcome {
    let first = carrier.bring(file).await?;
    tell(file, &first)?;
    for part in parts_meant(first.part.number, first.part.of) {
        let path = part_path(file, part);
        if path.is_file() {
            tell(&path, &carrier.bring(&path).await?)?;
        } else {
            output::line(&format!(
                "{} is not here: bring it when it comes, before any newer decisions",
                path.display()
            ))?;
        }
    }
    Ok(())
}

fn tell(file: &Path, brought: &Brought) -> Outcome {
    output::line(&format!("the box took {}", file.display()))?;
    shown(&brought.told).iter().try_for_each(|line| output::line(line))
}

/// What a box says came of decisions, as a terminal may have it: whoever broke into the box writes it. One line each, of some
/// dozens, and no longer than a screen.
fn shown(told: &[String]) -> Vec<String> {
    let as_one_line = |line: &String| {
        let words: Vec<&str> = line.split_whitespace().collect();
        escape_invisible_in_line(&words.join(" ")).chars().take(TOLD_CHARACTERS).collect()
    };
    let mut lines: Vec<String> = told.iter().take(TOLD_LINES).map(as_one_line).collect();
    let more = told.len().saturating_sub(TOLD_LINES);
    if more > 0 {
        lines.push(format!("and {more} more that are not shown: look at the box with `candour check`"));
    }
    lines
}

/// Fetches what waits.
async fn fetch(carrier: &BoxCarrier, out: &Path) -> Outcome {
    for already in 0..AT_ONCE {
        let Some(FetchedCollection { number, on, first, parts }) = carrier.fetch(out).await? else {
            return if already > 0 {
                Ok(())
            } else {
                output::line("nothing lies ready at the box that was not fetched already")
            };
        };
        let place = first.display();
        if parts == 1 {
            output::line(&format!("collection {number} of {on} is in {place}: carry it to the desk"))?;
        } else {
            output::line(&format!(
                "collection {number} of {on} is in {parts} parts, from {place} to {}: carry all of them to the desk, and import \
                 the first, which takes those beside it",
                part_path(&first, parts).display()
            ))?;
        }
    }
    Ok(())
}

/// Reads the key, and asks for its passphrase if it is under one.
fn signing_key(path: &Path, passphrase_file: Option<&Path>) -> Result<SigningKey<CarrierRole>, Failure> {
    let file = Zeroizing::new(files::read_own(path, KEY_FILE_BYTES)?);
    let text = std::str::from_utf8(&file).map_err(|_| FileError::NotText(path.to_owned()))?;
    let ask = || passphrase::read(passphrase_file, "Passphrase of the carrier's key");
    crypto::read_signing_key(text, ask).map_err(|error| match error {
        KeyFileError::Asking(why) => Failure::Failed(why),
        error => Failure::Failed(format!("can't use {}: {error}", path.display())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_box_says_drives_no_terminal() {
        let told =
            ["delivered 1 answer".to_owned(), "a\u{1b}[2Jb\nc\u{202e}d\u{9b}31m".to_owned(), "x".repeat(1 << 20)];
        let lines = shown(&told);
        assert_eq!((lines.len(), lines[0].as_str(), lines[2].len()), (3, "delivered 1 answer", TOLD_CHARACTERS));
        assert!(lines[1].starts_with('a') && lines[1].contains("b c") && lines[1].ends_with("31m"), "{}", lines[1]);
        let drives = |sign: char| sign.is_control() || sign == '\u{202e}';
        assert!(!lines.iter().any(|line| line.contains(drives)), "{lines:?}");
        let many = shown(&vec!["line".to_owned(); 10_000]);
        assert_eq!(many.len(), TOLD_LINES + 1);
        assert!(many.last().unwrap().starts_with("and 9952 more that are not shown"), "{many:?}");
    }
}
