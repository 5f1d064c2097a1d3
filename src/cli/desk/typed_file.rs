//! A text that somebody typed into a file.

use std::path::Path;

use zeroize::Zeroizing;

use crate::{
    cli::output::Failure,
    domain::{Text, limits::FIELD_BYTES},
    files,
};

/// Reads one, without the mark that some editors put in front; none if no file is given.
pub(super) fn read_typed(path: Option<&Path>) -> Result<Option<Text>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let text = Zeroizing::new(files::read_text(path, FIELD_BYTES)?);
    Ok(Some(Text::typed(text.trim_start_matches('\u{feff}'))))
}
