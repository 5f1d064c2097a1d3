use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    cli::{output::Failure, server::tls_files::TlsFiles},
    domain::limits::MIB,
    files::{self, FileError},
    web::{Config, ConfigError, InForce, PageText},
};

#[derive(Args)]
pub(in crate::cli) struct ConfigArgument {
    /// The configuration file
    #[arg(id = "config", long = "config", value_name = "FILE")]
    path: Option<PathBuf>,
}

impl ConfigArgument {
    /// Whether one was given.
    pub(in crate::cli) const fn is_given(&self) -> bool {
        self.path.is_some()
    }

    /// Where it is, if one was given.
    pub(in crate::cli) const fn path(&self) -> Option<&PathBuf> {
        self.path.as_ref()
    }

    /// Every setting that is in force, and where each stands. What `serve` would refuse is refused.
    pub(in crate::cli) fn in_force(&self) -> Result<Vec<InForce>, Failure> {
        let config = self.read()?;
        let text = self.path.as_ref().map_or_else(|| Ok(String::new()), |path| files::read_ordinary_text(path, MIB))?;
        config.in_force(&text).map_err(Failure::from)
    }

    /// The configuration, with the files that it names; all defaults if none was given.
    pub(in crate::cli) fn read(&self) -> Result<Config, Failure> {
        let Some(path) = &self.path else { return Ok(Config::default()) };
        let in_file = |error: ConfigError| Failure::Failed(format!("{}: {error}", path.display()));
        let mut config = Config::parse(&files::read_ordinary_text(path, MIB)?).map_err(in_file)?;
        if let Some(name) = config.logo_file() {
            config.set_logo(&files::read_ordinary(&self.beside(name), MIB)?).map_err(in_file)?;
        }
        if let Some(folder) = config.texts_folder().map(|name| self.beside(name)) {
            read_texts(&mut config, &folder)?;
        }
        Ok(config)
    }

    /// The files of the certificate and the key that a configuration names.
    pub(in crate::cli) fn tls_files(&self, config: &Config) -> Option<TlsFiles> {
        config.tls.files().map(|(certificate, key)| TlsFiles::new(self.beside(certificate), self.beside(key)))
    }

    /// A name in the configuration, from where the configuration is.
    fn beside(&self, name: &str) -> PathBuf {
        let directory = self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        directory.join(name)
    }
}

/// The page texts that a folder has. A name that is nearly one of theirs would be passed over, and nobody would notice.
fn read_texts(config: &mut Config, folder: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(FileError::io("read", folder))? {
        let path = entry.map_err(FileError::io("read", folder))?.path();
        let page = PageText::ALL.into_iter().find(|page| path.file_name().is_some_and(|name| name == page.file_name()));
        if let Some(page) = page {
            if !path.is_file() {
                return Err(Failure::Failed(format!(
                    "{} is not a file; put the text there, or take it away",
                    path.display()
                )));
            }
            let text = files::read_ordinary_text(&path, MIB)?;
            config.set_text(page, &text).map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
        } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("md")) {
            let names = PageText::ALL.map(PageText::file_name).join(", ");
            let what = path.display();
            return Err(Failure::Failed(format!(
                "{what} is none of the page texts; call it one of {names}, or take it away"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{Readers, write_new};

    #[test]
    fn a_logo_is_read_from_beside_the_configuration() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let put = |name: &str, bytes: &[u8]| write_new(&at(name), Readers::Everyone, bytes).unwrap();
        put("good.toml", b"[service]\nlogo = \"logo.svg\"\nlogo_alt = \"Us\"");
        let read = |name: &str| ConfigArgument { path: Some(at(name)) }.read();
        let why = |name: &str| match read(name) {
            Err(Failure::Failed(why)) => why,
            _ => String::new(),
        };
        assert!(why("good.toml").contains("logo.svg"), "there is none yet");
        put("logo.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        assert!(read("good.toml").is_ok());
        put("page.toml", b"[service]\nlogo = \"page.html\"\nlogo_alt = \"Us\"");
        put("page.html", b"<html><svg></svg></html>");
        let said = why("page.toml");
        assert!(said.contains("service.logo") && said.contains("neither SVG nor PNG"), "{said}");
        put("large.toml", b"[service]\nlogo = \"large.svg\"\nlogo_alt = \"Us\"");
        put("large.svg", format!("<svg>{}</svg>", " ".repeat(16 * 1024)).as_bytes());
        assert!(why("large.toml").contains("larger than 12 KiB"));
    }

    #[test]
    fn page_texts_are_read_from_beside_the_configuration_or_refused_with_file_and_line() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let put = |name: &str, text: &str| write_new(&at(name), Readers::Everyone, text.as_bytes()).unwrap();
        put("candour.toml", "[texts]\nfolder = \"texts\"");
        let read = || ConfigArgument { path: Some(at("candour.toml")) }.read();
        let why = || match read() {
            Err(Failure::Failed(why)) => why,
            _ => String::new(),
        };
        assert!(why().contains("texts"), "there is no such folder");
        fs::create_dir(at("texts")).unwrap();
        assert_eq!(read().unwrap().own_texts().count(), 0);
        put("texts/notes.txt", "Passed over.");
        put("texts/kept.md", "# What is kept {#kept}\n\nNothing.");
        assert_eq!(read().unwrap().own_texts().collect::<Vec<_>>(), [PageText::Kept]);
        put("texts/turn-to.md", "Ask\n{us}");
        assert!(why().contains("texts/turn-to.md: line 2: {us} is no placeholder"), "{}", why());
        files::replace(&at("texts/turn-to.md"), Readers::Everyone, b"Ask us.").unwrap();
        put("texts/audience.md", "Us.");
        assert!(why().contains("audience.md is none of the page texts"), "{}", why());
    }
}
