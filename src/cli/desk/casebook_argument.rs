use std::path::PathBuf;

use clap::Args;

#[derive(Args)]
pub(super) struct CasebookArgument {
    /// The casebook's directory
    #[arg(long, value_name = "DIR")]
    pub(super) casebook: PathBuf,
}
