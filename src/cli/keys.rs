use clap::Subcommand;

#[cfg(feature = "desk")]
use super::desk::{new_keys, reach::offline};
use super::{carrier_key, output::Outcome};

#[derive(Subcommand)]
pub(in crate::cli) enum KeysCommand {
    #[cfg(feature = "desk")]
    /// Make an identity that opens reports and a key that signs decisions
    ///
    /// Writes four files into DIR: identity.txt and signing.key, which never leave the offline machine, and
    /// governance.recipients and signer.pub, which go to the box.
    New(new_keys::NewArguments),
    /// Make a key for whoever carries between box and desk, on the machine that they carry with
    ///
    /// Writes two files into DIR: carrier.key, which stays there, and carrier.pub, which goes to the box. Whoever has
    /// the key can fetch what is sealed and bring what the team signed, and nothing else.
    Carrier(carrier_key::CarrierKeyArguments),
}

pub(in crate::cli) fn run(command: &KeysCommand) -> Outcome {
    match command {
        #[cfg(feature = "desk")]
        KeysCommand::New(arguments) => offline().and_then(|()| new_keys::run(arguments)),
        KeysCommand::Carrier(arguments) => carrier_key::run(arguments),
    }
}
