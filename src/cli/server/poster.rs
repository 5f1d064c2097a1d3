use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{
        confined,
        output::{self, Failure, Outcome},
        server::config_file::ConfigArgument,
    },
    files::{self, Readers},
    web,
};

#[derive(Args)]
pub(in crate::cli) struct PosterArguments {
    /// Where people go, with https://; otherwise `service.address` of the configuration, or its onion address
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    #[command(flatten)]
    config: ConfigArgument,
    /// The file to write, HTML
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(in crate::cli) fn run(arguments: &PosterArguments) -> Outcome {
    let config = arguments.config.read()?;
    let service = &config.service;
    let Some(address) = [&arguments.address, &service.address, &service.onion].into_iter().find_map(Option::as_deref)
    else {
        return Err(Failure::Usage(
            "no address is known for the poster; give --address https://…, or --config and service.address in it"
                .into(),
        ));
    };
    confined::ends_soon(&confined::reach([], [confined::around(&arguments.out)]));
    let html = web::poster(&config, address)?;
    files::write_new(&arguments.out, Readers::Everyone, html.as_bytes())?;
    output::line(&format!(
        "a poster and slips for {address} are in {}; open it in a browser and print it on A4, without margins",
        arguments.out.display()
    ))
}
