use std::path::Path;

use zeroize::Zeroizing;

use crate::{
    crypto::{KeyFileError, Passphrase},
    domain::limits::KIB,
    files,
};

/// The passphrase from a file, or asked for on the terminal without showing it.
pub(in crate::cli) fn read(file: Option<&Path>, prompt: &str) -> Result<Passphrase, KeyFileError> {
    let text = match file {
        Some(path) => files::read_own_text(path, 4 * KIB).map_err(|error| KeyFileError::Asking(error.to_string()))?,
        None => rpassword::prompt_password(format!("{prompt}: ")).map_err(|_| {
            KeyFileError::Asking("there is no terminal to ask for the passphrase; give --passphrase-file".into())
        })?,
    };
    let passphrase = Passphrase::new(&Zeroizing::new(text));
    if passphrase.is_empty() {
        return Err(KeyFileError::Asking("the passphrase is empty; choose one of several random words".into()));
    }
    Ok(passphrase)
}

/// A passphrase for new keys: from a file, or asked for twice.
pub(in crate::cli) fn read_new(file: Option<&Path>) -> Result<Passphrase, KeyFileError> {
    let passphrase = read(file, "New passphrase, of 15 characters or more")?.long_enough_for_new_keys()?;
    if file.is_none() {
        let again = read(None, "The same passphrase again")?;
        if !passphrase.is_same(&again) {
            return Err(KeyFileError::Asking("the two passphrases differ; run the command again".into()));
        }
    }
    Ok(passphrase)
}
