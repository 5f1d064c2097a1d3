//! A first installation in one command: what is missing is made, what is there is looked at, and nothing that is there is
//! written over. The same command again ends the same, wherever it was cut off.

use std::{
    env,
    ffi::OsString,
    os::unix::process::CommandExt,
    path::{Path, PathBuf, absolute},
    process::{Command, Stdio},
};

use clap::Args;

use self::{
    answers::{GivenAnswers, SetupAnswers},
    places::SetupPlaces,
    steps::{SetupStep, told},
    team_keys::TeamKeys,
};
use crate::{
    cli::{
        output::{self, Failure, Outcome},
        server::{
            account::{Account, ROOT, account_of},
            box_files::{BOX_PUBLIC, DataArgument, KEY_FILE_BYTES, KeysArgument},
            private_keys::refuse_private,
        },
    },
    crypto::{BackupRecipients, BoxRole, VerifyingKey, read_keys, signers_fingerprint},
    domain::limits::MIB,
    files,
    store::DATABASE,
    web::Config,
};

mod answers;
mod box_parts;
mod opened;
mod places;
mod steps;
mod team_keys;

#[derive(Args)]
pub(in crate::cli) struct SetupArguments {
    /// The box's data directory
    #[arg(long, value_name = "DIR", default_value = "/var/lib/candour")]
    data: PathBuf,
    /// Where the team's public keys are kept
    #[arg(long, value_name = "DIR", default_value = "/etc/candour/public")]
    keys: PathBuf,
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "/etc/candour/candour.toml")]
    config: PathBuf,
    /// Where the public half of your own keys for backups is kept
    #[arg(long, value_name = "FILE", default_value = "/etc/candour/backup.recipients")]
    backup_recipients: PathBuf,
    /// The account that the box runs under, if root sets it up; else it is whoever runs this
    #[arg(long, value_name = "NAME", default_value = "candour")]
    user: String,
    /// The directory, such as a stick, with the team's public files: governance.recipients and every signer's signer.pub
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    #[command(flatten)]
    answers: GivenAnswers,
    /// Ask nothing; name what is missing instead
    #[arg(long)]
    no_questions: bool,
}

/// What is set up, with whole paths: what is run for it starts elsewhere.
struct Setup {
    data: DataArgument,
    keys: KeysArgument,
    config: PathBuf,
    backup_recipients: PathBuf,
    /// Whom the box is for, where root sets it up for another account.
    account: Option<Account>,
}

pub(in crate::cli) fn run(arguments: &SetupArguments) -> Outcome {
    let whole = |path: &Path| absolute(path).map_err(files::FileError::io("find", path));
    let setup = Setup {
        data: DataArgument { path: whole(&arguments.data)? },
        keys: KeysArgument { path: whole(&arguments.keys)? },
        config: whole(&arguments.config)?,
        backup_recipients: whole(&arguments.backup_recipients)?,
        account: account(&arguments.user)?,
    };
    if setup.keys.path.exists() {
        setup.keys.refuse_private()?;
    }
    // All that is asked for and all that could be wrong with it comes before anything is made.
    let asking = !arguments.no_questions;
    let from = team_keys::place(&setup.keys, arguments.from.as_deref(), asking)?;
    if let Some(from) = &from {
        refuse_private(from)?;
    }
    let keys = from.as_deref().map(TeamKeys::of_stick).transpose()?;
    if let Some(keys) = &keys {
        keys.refuse_others(&setup.keys)?;
    }
    let answers = if answers::are_there(&setup.config)? {
        None
    } else {
        Some(SetupAnswers::gather(&arguments.answers, asking)?.text()?)
    };
    setup.make(keys.as_ref(), answers.as_deref())
}

/// The account of that name where root sets up a box for it. Whoever else runs this has the box.
fn account(user: &str) -> Result<Option<Account>, Failure> {
    if files::this_account() != ROOT {
        return Ok(None);
    }
    match account_of(user) {
        Some(account) if account.number == ROOT => Ok(None),
        Some(account) => Ok(Some(account)),
        None => Err(Failure::Failed(format!(
            "there is no account {user} for the box to run under; give another one with --user, or make it: useradd --system \
             --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin {user}"
        ))),
    }
}

impl Setup {
    fn make(&self, keys: Option<&TeamKeys>, configuration: Option<&str>) -> Outcome {
        let places = SetupPlaces { account: self.account.as_ref() };
        places.public_directory(around(&self.config))?;
        places.public_directory(&self.keys.path)?;
        places.data_directory(&self.data.path)?;
        for (name, text) in keys.iter().flat_map(|keys| keys.files()) {
            places.public_file(&self.keys.path.join(name), &text)?;
        }
        if keys.is_none() {
            for name in TeamKeys::NAMES {
                places.public_file(&self.keys.path.join(name), "")?;
            }
        }
        if configuration.is_some() {
            // The example that a package put there, which says nothing of this box; of anything else there were answers.
            files::remove(&self.config)?;
        }
        places.public_file(&self.config, configuration.unwrap_or_default())?;
        let public = self.keys.read()?;
        let config = self.configuration()?;
        self.backup_recipients(&places)?;
        self.init()?;
        let checked = self.child(&["check"], true)?;
        let found = String::from_utf8_lossy(&checked.stdout);
        self.found(&found)?;
        self.certificate(&config, &found)?;
        self.compare(&public.recipients.fingerprint().to_string(), &signers_fingerprint(&public.signers).to_string())?;
        self.next(&config)?;
        if checked.status.success() {
            return Ok(());
        }
        Err(Failure::Failed(
            "the box is not fit to run yet: mend what is unsafe above, and run the same command again".into(),
        ))
    }

    fn configuration(&self) -> Result<Config, Failure> {
        Config::parse(&files::read_ordinary_text(&self.config, MIB)?)
            .map_err(|error| Failure::Failed(format!("{}: {error}", self.config.display())))
    }

    /// They are the operator's own, so they don't come from the team's stick.
    fn backup_recipients(&self, places: &SetupPlaces<'_>) -> Outcome {
        let path = &self.backup_recipients;
        if !path.exists() {
            return told(
                SetupStep::ToDo,
                &format!(
                    "{}: on another machine, age-keygen -o backup.txt and age-keygen -y backup.txt > backup.recipients; bring the \
                     second file here",
                    path.display()
                ),
            );
        }
        BackupRecipients::parse(&files::read_ordinary_text(path, KEY_FILE_BYTES)?)
            .map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
        places.public_file(path, "")
    }

    fn init(&self) -> Outcome {
        let database = self.data.store_directory().join(DATABASE);
        let place = format!("the box in {}", self.data.path.display());
        if database.symlink_metadata().is_ok() {
            return told(SetupStep::There, &place);
        }
        let made = self.child(&["init"], false)?;
        if made.status.success() {
            return told(SetupStep::Made, &place);
        }
        // One line, which says what happened and what to do.
        let said = String::from_utf8_lossy(&made.stderr).trim().to_owned();
        let said = said.strip_prefix("candour: ").unwrap_or("making the box was cut off; run the same command again");
        Err(Failure::Failed(said.to_owned()))
    }

    /// Runs this program under the account that the box is for: what it makes belongs to that.
    fn child(&self, command: &[&str], with_config: bool) -> Result<std::process::Output, Failure> {
        let failed = |error: std::io::Error| {
            Failure::Failed(format!(
                "candour can't be run under the account of the box: {error}; put the program where that account can run it, \
                 such as /usr/bin"
            ))
        };
        let mut child = Command::new(env::current_exe().map_err(failed)?);
        child.args(command).arg("--data").arg(&self.data.path).arg("--keys").arg(&self.keys.path);
        if with_config {
            child.arg("--config").arg(&self.config);
        }
        if let Some(account) = &self.account {
            child.uid(account.number).gid(account.group);
        }
        child.current_dir("/").stdin(Stdio::null()).output().map_err(failed)
    }

    /// What is not well of what `candour check` says of the box, and how much is.
    fn found(&self, checked: &str) -> Outcome {
        let (well, other): (Vec<&str>, Vec<&str>) = checked.lines().partition(|line| line.starts_with("ok "));
        output::line("")?;
        other.into_iter().try_for_each(output::line)?;
        output::line(&format!(
            "{:8} {}, which `candour check` lists",
            "ok",
            output::count(well.len(), "other thing", "other things")
        ))
    }

    /// What certbot and its like keep is often root's alone.
    fn certificate(&self, config: &Config, checked: &str) -> Outcome {
        let Some(account) = self.account.as_ref().filter(|_| checked.contains("Permission denied")) else {
            return Ok(());
        };
        let Some((certificate, key)) = config.tls.files() else { return Ok(()) };
        let (name, beside) = (&account.name, around(&self.config).join("tls"));
        told(
            SetupStep::ToDo,
            &format!(
                "copies of certificate and key that {name} can read, each time that they are renewed: install -D -m 640 -g {name} \
                 -t {} {certificate} {key}; name the copies in {}",
                beside.display(),
                self.config.display()
            ),
        )
    }

    /// Who reads what to whom.
    fn compare(&self, recipients: &str, signers: &str) -> Outcome {
        let path = self.data.path.join(BOX_PUBLIC);
        let public = read_keys::<BoxRole>(&files::read_ordinary_text(&path, KEY_FILE_BYTES)?).unwrap_or_default();
        let Some(key) = public.first().map(VerifyingKey::fingerprint) else {
            return Err(Failure::Failed(format!("{} holds no key; run `candour check`", path.display())));
        };
        output::text(&format!(
            "\nCompare by voice, before the first concern comes in. Every sign has to be the same.\n\n\
             the team reads to you what `candour desk team` prints at their desk, once everybody has joined:\n\
             \x20 recipients fingerprint: {recipients}\n\
             \x20 signers fingerprint:    {signers}\n\
             you read to the team, whose desk prints it when the casebook is made:\n\
             \x20 box key fingerprint:    {key}\n\
             \nWrite the last one down and keep it away from this machine: after a restore you hold the box against it.\n"
        ))
    }

    /// What is left to do, as it is typed.
    fn next(&self, config: &Config) -> Outcome {
        let (data, keys, config_path) = (self.data.path.display(), self.keys.path.display(), self.config.display());
        let mut lines = vec![
            String::new(),
            "Next:".to_owned(),
            format!("  carry {data}/{BOX_PUBLIC} to the team, for `candour desk init --box-key {BOX_PUBLIC}`"),
        ];
        let has_tls = config.tls.files().is_some();
        if config.service.address.is_some() && !has_tls {
            lines.push(format!("  set tls.certificate and tls.key in {config_path}, and run the same command again"));
        }
        if self.account.is_some() {
            lines.push(if has_tls {
                "  systemctl enable --now candour.socket candour.service".to_owned()
            } else {
                "  systemctl enable --now candour.service".to_owned()
            });
        } else {
            let listen = if has_tls { " --listen tls:0.0.0.0:8443" } else { "" };
            lines.push(format!("  candour serve --data {data} --keys {keys} --config {config_path}{listen}"));
        }
        if config.service.onion.is_none() {
            lines.push(
                "  for an onion address: set tor up as deploy/torrc says (/usr/share/doc/candour-box/examples/torrc), and start \
                 it; the address is in /var/lib/tor/candour/hostname"
                    .to_owned(),
            );
            lines.push(format!("  put it into {config_path} as service.onion, and start the box again"));
        }
        output::text(&(lines.join("\n") + "\n"))
    }
}

/// The directory that a file is in.
fn around(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// An answer that was not given, where nobody is to be asked.
fn missing(what: &str, option: &str) -> Failure {
    Failure::Usage(format!("{what} is missing; give {option}, or leave out --no-questions to be asked"))
}

/// A name in a message, as it is on the disk.
fn shown(name: &OsString) -> String {
    name.to_string_lossy().into_owned()
}
