use serde::{Deserialize, Serialize};

use super::ConfigError;

/// With what the box proves who it is where it speaks TLS itself. Both or none.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    /// The name of a file with its certificate and whole chain in PEM, beside the configuration file or with its whole
    /// path.
    pub certificate: Option<String>,
    /// The name of a file with the key in PEM, likewise.
    pub key: Option<String>,
}

impl TlsConfig {
    /// The names of both files.
    #[must_use]
    pub fn files(&self) -> Option<(&str, &str)> {
        self.certificate.as_deref().zip(self.key.as_deref())
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let lacking = match (&self.certificate, &self.key) {
            (Some(_), None) => "tls.key",
            (None, Some(_)) => "tls.certificate",
            _ => return Ok(()),
        };
        Err(ConfigError::Setting {
            setting: lacking.into(),
            problem: "missing",
            remedy: "TLS takes a certificate and its key: set both tls.certificate and tls.key, or neither",
        })
    }
}
