use std::path::{Path, PathBuf};

use clap::Args;

use crate::{
    cli::output::Failure,
    domain::limits::MIB,
    files,
    web::{Config, ConfigError},
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

    /// The configuration, with the files that it names; all defaults if none was given.
    pub(in crate::cli) fn read(&self) -> Result<Config, Failure> {
        let Some(path) = &self.path else { return Ok(Config::default()) };
        let in_file = |error: ConfigError| Failure::Failed(format!("{}: {error}", path.display()));
        let mut config = Config::parse(&files::read_text(path, MIB)?).map_err(in_file)?;
        if let Some(name) = config.logo_file() {
            let beside = path.parent().unwrap_or(Path::new("")).join(name);
            config.set_logo(&files::read(&beside, MIB)?).map_err(in_file)?;
        }
        Ok(config)
    }
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
}
