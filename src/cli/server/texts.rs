use std::{fs, path::PathBuf};

use clap::Args;

use crate::{
    cli::{
        confined,
        output::{self, Outcome},
    },
    files::{self, FileError, Readers},
    web::PageText,
};

#[derive(Args)]
pub(in crate::cli) struct TextsArguments {
    /// The directory to write them to; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(in crate::cli) fn run(arguments: &TextsArguments) -> Outcome {
    let out = &arguments.out;
    confined::ends_soon(&confined::reach([], [out]));
    let paths = PageText::ALL.map(|text| (text, out.join(text.file_name())));
    // All or none: what is there was changed by someone.
    if let Some((_, path)) = paths.iter().find(|(_, path)| path.symlink_metadata().is_ok()) {
        return Err(FileError::Exists(path.clone()).into());
    }
    // For everyone to read: the box may run as another user, and its pages say it to all.
    fs::create_dir_all(out).map_err(FileError::io("make", out))?;
    for (text, path) in &paths {
        files::write_new(path, Readers::Everyone, text.default_text().as_bytes())?;
    }
    let names = PageText::ALL.map(PageText::file_name).join(", ");
    output::line(&format!(
        "{names} are in {}; change what is yours, take away the rest, and set texts.folder in the configuration",
        out.display()
    ))
}
