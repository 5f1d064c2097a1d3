use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{signal::unix::Signal, task, time};
use zeroize::Zeroizing;

use crate::{
    crypto::Hasher,
    domain::{Digest, limits::MIB},
    files,
    http::{Tls, TlsError, TlsPair, tell_operator},
};

/// How often the files are looked at while the box serves.
pub(in crate::cli) const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Where a certificate and its key are.
#[derive(Clone)]
pub(in crate::cli) struct TlsFiles {
    certificate: PathBuf,
    key: PathBuf,
}

/// What the two files held.
struct TlsContents {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

/// Puts a new certificate in the place of the old one while the box serves.
pub(in crate::cli) struct Renewal {
    tls: Tls,
    files: TlsFiles,
    /// What the pair in use was read from.
    used: FileState,
    /// What could not be used when it was last looked at, and whether the operator knows.
    refused: Option<(FileState, bool)>,
}

/// What was found at a look: the digest of both files, or why there is none.
type FileState = Result<Digest, String>;

impl TlsFiles {
    pub(in crate::cli) const fn new(certificate: PathBuf, key: PathBuf) -> Self {
        Self { certificate, key }
    }

    /// The pair that is in them now.
    ///
    /// # Errors
    /// Why it can't be used, in a line for the operator.
    pub(in crate::cli) fn pair(&self) -> Result<TlsPair, String> {
        self.used_in(&self.contents()?)
    }

    /// The directories in which they are found, now and after they were renewed: where their names are, and where the
    /// files lie that these lead to. (certbot's `live/NAME/privkey.pem` is a link to `../../archive/NAME/privkey1.pem`.)
    pub(in crate::cli) fn directories(&self) -> Vec<PathBuf> {
        let of = |path: &Path| match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let targets = [&self.certificate, &self.key].map(|path| fs::canonicalize(path).ok().map(|target| of(&target)));
        let mut all: Vec<PathBuf> =
            targets.into_iter().flatten().chain([of(&self.certificate), of(&self.key)]).collect();
        all.sort();
        all.dedup();
        all
    }

    fn contents(&self) -> Result<TlsContents, String> {
        let certificate = files::read_ordinary(&self.certificate, MIB).map_err(|error| error.to_string())?;
        let key = files::read_unexposed(&self.key, MIB).map_err(|error| error.to_string())?;
        Ok(TlsContents { certificate, key: key.into() })
    }

    fn used_in(&self, contents: &TlsContents) -> Result<TlsPair, String> {
        TlsPair::parse(&contents.certificate, &contents.key).map_err(|error| {
            let of = if error == TlsError::Certificate { &self.certificate } else { &self.key };
            format!("{}: {error}", of.display())
        })
    }
}

impl TlsContents {
    fn digest(&self) -> Digest {
        let mut hasher = Hasher::default();
        hasher.update(&self.certificate.len().to_be_bytes());
        hasher.update(&self.certificate);
        hasher.update(&self.key);
        hasher.finish()
    }
}

impl Renewal {
    /// Reads the pair that a box starts with.
    ///
    /// # Errors
    /// Why it can't be used, in a line for the operator.
    pub(in crate::cli) fn begin(files: TlsFiles) -> Result<(Tls, Self), String> {
        let contents = files.contents()?;
        let tls = Tls::new(files.used_in(&contents)?);
        let used = Ok(contents.digest());
        Ok((tls.clone(), Self { tls, files, used, refused: None }))
    }

    /// Looks whenever it is asked to, and from time to time. Never ends.
    pub(in crate::cli) async fn watch(mut self, mut asked: Signal, every: Duration) {
        loop {
            let was_asked = tokio::select! {
                _ = asked.recv() => true,
                () = time::sleep(every) => false,
            };
            // A disk may keep it waiting, and must not keep pages waiting.
            let looked = task::spawn_blocking(move || {
                let told = self.look(was_asked);
                (self, told)
            });
            let Ok((back, told)) = looked.await else { return };
            self = back;
            if let Some(why) = told {
                tell_operator(&why);
            }
        }
    }

    /// Takes what is new. What can't be used changes nothing, and is told once: at once to whoever asked, else when it is
    /// still the same at the next look, for whatever renews the files writes one after the other.
    fn look(&mut self, was_asked: bool) -> Option<String> {
        let contents = self.files.contents();
        let found = contents.as_ref().map(TlsContents::digest).map_err(String::clone);
        if found == self.used {
            self.refused = None;
            return None;
        }
        match contents.and_then(|contents| self.files.used_in(&contents)) {
            Ok(pair) => {
                self.tls.exchange(pair);
                (self.used, self.refused) = (found, None);
                None
            }
            Err(why) => {
                let (is_same, was_told) = match &self.refused {
                    Some((before, told)) if *before == found => (true, *told),
                    _ => (false, false),
                };
                let tells = was_asked || (is_same && !was_told);
                self.refused = Some((found, was_told || tells));
                tells.then(|| format!("{why}; the certificate from before stays in use. If its directory was replaced, start the box again"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};

    use tempfile::TempDir;
    use tokio::signal::unix::{SignalKind, signal};

    use super::*;
    use crate::{
        authority::{Authority, Issued},
        files::Readers,
    };

    struct FilesBeside(TempDir);

    impl FilesBeside {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn at(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        fn put(&self, name: &str, text: &str, mode: u32) {
            files::replace(&self.at(name), Readers::Owner, text.as_bytes()).unwrap();
            fs::set_permissions(self.at(name), Permissions::from_mode(mode)).unwrap();
        }

        fn put_pair(&self, issued: &Issued) {
            self.put("chain.pem", &issued.chain, 0o644);
            self.put("key.pem", &issued.key, 0o640);
        }

        fn files(&self) -> TlsFiles {
            TlsFiles::new(self.at("chain.pem"), self.at("key.pem"))
        }
    }

    fn two() -> (Issued, Issued) {
        let authority = Authority::new();
        (authority.issue(&["box.example"]), authority.issue(&["box.example"]))
    }

    #[test]
    fn a_certificate_that_was_exchanged_is_used_and_one_that_cannot_be_is_told_once() {
        let place = FilesBeside::new();
        let (first, second) = two();
        place.put_pair(&first);
        let (tls, mut renewal) = Renewal::begin(place.files()).unwrap();
        let before = tls.certificate();
        assert_eq!(renewal.look(false), None);
        // One file, and not yet the other: it may come.
        place.put("chain.pem", &second.chain, 0o644);
        assert_eq!(renewal.look(false), None);
        let told = renewal.look(false).unwrap();
        assert!(told.contains("key.pem: the key does not fit") && told.contains("stays in use"), "{told}");
        assert_eq!(renewal.look(false), None, "told once");
        assert!(renewal.look(true).is_some(), "whoever asks is answered");
        assert_eq!(tls.certificate(), before);
        place.put("key.pem", &second.key, 0o600);
        assert_eq!(renewal.look(false), None);
        let after = tls.certificate();
        assert_ne!(after, before);
        // Rubbish, a key for everybody, and no file at all.
        place.put("chain.pem", "rubbish", 0o644);
        assert_eq!(renewal.look(false), None);
        assert!(renewal.look(false).unwrap().contains("chain.pem: this is no certificate"));
        place.put_pair(&first);
        place.put("key.pem", &first.key, 0o604);
        let told = renewal.look(true).unwrap();
        assert!(told.contains("key.pem can be read by everybody"), "{told}");
        fs::remove_file(place.at("key.pem")).unwrap();
        assert!(renewal.look(true).unwrap().contains("key.pem"));
        assert_eq!(tls.certificate(), after);
        // The old one again, which is well.
        place.put_pair(&second);
        assert_eq!((renewal.look(true), tls.certificate()), (None, after));
    }

    #[tokio::test(start_paused = true)]
    async fn the_files_are_looked_at_from_time_to_time() {
        let place = FilesBeside::new();
        let (first, second) = two();
        place.put_pair(&first);
        let (tls, renewal) = Renewal::begin(place.files()).unwrap();
        let before = tls.certificate();
        let watch = tokio::spawn(renewal.watch(signal(SignalKind::hangup()).unwrap(), LOOK_EVERY));
        time::sleep(LOOK_EVERY * 2).await;
        assert_eq!(tls.certificate(), before);
        place.put_pair(&second);
        time::sleep(LOOK_EVERY * 2).await;
        assert_ne!(tls.certificate(), before);
        watch.abort();
    }

    #[test]
    fn the_directories_of_names_and_of_what_they_lead_to_stay_in_reach() {
        let place = FilesBeside::new();
        for directory in ["live", "archive"] {
            fs::create_dir(place.at(directory)).unwrap();
        }
        for name in ["chain.pem", "key.pem"] {
            files::write_new(&place.at("archive").join(name), Readers::Owner, b"").unwrap();
            std::os::unix::fs::symlink(format!("../archive/{name}"), place.at("live").join(name)).unwrap();
        }
        let live = |name: &str| place.at("live").join(name);
        let found = TlsFiles::new(live("chain.pem"), live("key.pem")).directories();
        let archive = fs::canonicalize(place.at("archive")).unwrap();
        assert_eq!(found, [archive, place.at("live")]);
        assert_eq!(TlsFiles::new("a.pem".into(), "b.pem".into()).directories(), [PathBuf::from(".")]);
    }
}
