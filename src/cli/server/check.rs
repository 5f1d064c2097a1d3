use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    cli::{
        confined,
        findings::{Findings, Verdict},
        output::{Failure, Outcome},
        server::{
            box_files::{BOX_KEY, DataArgument, KeysArgument, demanded_words},
            config_file::ConfigArgument,
            front::FrontArguments,
            handover,
        },
    },
    crypto::epoch_fingerprint,
    domain::{Clock, Date, Route, SystemDay, Today, limits::MIB},
    store::{DATABASE, Store, VAULT_FILES},
    transfer,
    web::{Config, PageText},
};

/// Free bytes below which the box is not fit to run: four of the largest messages.
const FREE_NEEDED: u64 = 1024 * MIB as u64;
/// Free bytes below which it says so.
const FREE_WANTED: u64 = 5 * FREE_NEEDED;
/// Working days ahead for which bank holidays should be loaded: half a year.
const HOLIDAYS_AHEAD: u32 = 130;

/// Days after which a backup is old.
const BACKUP_DAYS: i32 = 7;

#[derive(Args)]
pub(in crate::cli) struct CheckArguments {
    /// The box's data directory
    #[arg(long, value_name = "DIR", required_unless_present = "front", requires = "keys")]
    data: Option<PathBuf>,
    /// The directory with governance.recipients and signers.pub
    #[arg(long, value_name = "DIR", required_unless_present = "front", requires = "data")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArgument,
    #[command(flatten)]
    front: FrontArguments,
    /// Also read every page and reference of the database and every sealed file, which takes long where there are many
    #[arg(long)]
    whole: bool,
    /// As a JSON array of {verdict, finding}
    #[arg(long)]
    json: bool,
}

pub(in crate::cli) fn run(arguments: &CheckArguments) -> Outcome {
    let CheckArguments { data, keys, front, json, .. } = arguments;
    let mut check = BoxCheck::default();
    let mut of_front = Findings::default();
    // First: what looks at the box gives up all connections.
    front.check(&mut of_front);
    if let (Some(data), Some(keys)) = (data, keys) {
        check.gather(&DataArgument { path: data.clone() }, &KeysArgument { path: keys.clone() }, arguments);
    }
    check.0.append(of_front);
    check.0.print(*json)
}

#[derive(Default)]
struct BoxCheck(Findings);

impl BoxCheck {
    fn gather(
        &mut self,
        data: &DataArgument,
        keys: &KeysArgument,
        CheckArguments { config, whole, .. }: &CheckArguments,
    ) {
        // With the files that it names, wherever they are.
        let configuration = config.is_given().then(|| config.read());
        let tls_files = configuration.as_ref().and_then(|read| config.tls_files(read.as_ref().ok()?));
        // Read now: afterwards it is out of reach.
        let tls_pair = tls_files.map(|files| files.pair().map(drop).map_err(Failure::Failed));
        confined::ends_soon(&confined::reach([keys.path.as_path()], [&data.path]));
        self.private(data, &data.path, "the data directory");
        self.private(data, &data.store_directory().join(DATABASE), "the database");
        for name in VAULT_FILES {
            self.private(data, &data.store_directory().join(name), name);
        }
        self.private(data, &data.path.join(BOX_KEY), "the box's signing key");
        if transfer::is_left_over(&data.path) {
            let text = format!(
                "{} holds what a restore left, which nothing needs; the next command that uses the box removes it",
                data.path.display()
            );
            self.0.say(Verdict::Warning, text);
        }
        let opened = data.store_as_it_is();
        if let Ok(store) = &opened {
            self.0.add("the box's signing key fits box.pub", data.signing_key(store).map(drop));
        }
        self.0.add("no private key among the public ones", keys.refuse_private());
        self.0.add("governance.recipients can be read", keys.recipients().map(drop));
        self.0.add("signers.pub can be read", keys.signers().map(drop));
        self.holidays(data);
        if let Some(configuration) = configuration {
            self.config(configuration, tls_pair);
        }
        self.disk(&data.path);
        self.0.kernel("the box", "its data directory");
        if let Some(store) = self.0.take("the database opens", opened) {
            if *whole {
                self.whole(&store);
            }
            self.store(&store, data, keys);
        }
    }

    fn store(&mut self, store: &Store, data: &DataArgument, keys: &KeysArgument) {
        self.0.add("a write reaches the disk", store.probe().map_err(Failure::from));
        self.epoch(store);
        self.backup(store);
        if let Ok(recipients) = keys.recipients() {
            self.0.add(
                "the recipients are those that were confirmed",
                data.hold_against_pin(store, &recipients, &keys.path),
            );
        }
        handover::check(&mut self.0, store);
        if let Ok(signers) = keys.signers() {
            self.0.add(
                "the signers are those that were confirmed",
                data.hold_signers_against_pin(store, &signers, &keys.path),
            );
            let second_approver = store.settings().second_approver;
            let enough = if second_approver && signers.len() < 2 {
                Err(Failure::Failed(
                    "texts to a person need two signers, and signers.pub holds one; add the second signer's signer.pub"
                        .into(),
                ))
            } else {
                Ok(())
            };
            self.0.add(demanded_words(second_approver), enough);
        }
    }

    fn epoch(&mut self, store: &Store) {
        let settings = store.settings();
        let fingerprint = epoch_fingerprint(settings.box_id, &settings.epoch);
        self.0.say(Verdict::Ok, format!("the epoch's fingerprint is {fingerprint}"));
        let Some(day) = settings.epoch.backup_of else { return };
        match store.last_collected_on() {
            Ok(Some(_)) => {}
            Ok(None) => {
                let text = format!(
                    "this box came back from a backup of {day}, and the desk was told nothing since; run `candour collect`"
                );
                self.0.say(Verdict::Warning, text);
            }
            Err(error) => self.0.say(Verdict::Unsafe, error.to_string()),
        }
    }

    fn backup(&mut self, store: &Store) {
        let (verdict, finding) = match store.backed_up_on() {
            Ok(last) => last_backup(last, SystemDay.today()),
            Err(error) => (Verdict::Unsafe, error.to_string()),
        };
        self.0.say(verdict, finding);
    }

    fn whole(&mut self, store: &Store) {
        self.0.add("every page and reference of the database is sound", store.check_integrity().map_err(Failure::from));
        let advice = "carry and back up the rest first, with `candour collect` and `candour backup`, which leave it out; then \
                      check the disk";
        match store.damaged_files() {
            Ok(lost) if !lost.is_empty() => {
                lost.iter().for_each(|file| self.0.say(Verdict::Unsafe, format!("{file} is damaged here; {advice}")));
            }
            told => self.0.add("every sealed file is as it was stored", told.map(drop).map_err(Failure::from)),
        }
    }

    fn holidays(&mut self, data: &DataArgument) {
        let today = SystemDay.today();
        let Some(calendar) = self.0.take("bank holidays can be read", data.calendar()) else { return };
        let promises = Route::ALL.iter().flat_map(|route| route.promises()).chain([&Clock::NOTICE]);
        let reached = promises.map(|promise| Clock::start(*promise, today, &calendar)).collect::<Result<Vec<_>, _>>();
        self.0.add("bank holidays reach every due date of today", reached.map(drop).map_err(Failure::from));
        if calendar.add_working_days(today, HOLIDAYS_AHEAD).is_err() {
            let text = format!(
                "bank holidays are loaded up to {} only; put GOV.UK's bank-holidays.json at {}",
                calendar.last_year(),
                data.bank_holidays().display()
            );
            self.0.say(Verdict::Warning, text);
        }
    }

    fn config(&mut self, read: Result<Config, Failure>, tls_pair: Option<Outcome>) {
        let Some(config) = self.0.take("the configuration can be used", read) else { return };
        let own: Vec<&str> = config.own_texts().map(PageText::file_name).collect();
        let texts = if own.is_empty() { "none".to_owned() } else { own.join(", ") };
        self.0.add(&format!("page texts of your own in place of the defaults: {texts}"), Ok(()));
        if let Some(pair) = tls_pair {
            self.0.add("the certificate and the key of TLS can be used", pair);
        }
        for finding in config.unsettled(SystemDay.today()) {
            self.0.say(Verdict::Warning, finding);
        }
    }

    fn disk(&mut self, directory: &Path) {
        let (verdict, finding) = match rustix::fs::statvfs(directory) {
            Err(error) => (Verdict::Unsafe, format!("free disk space can't be told: {error}")),
            Ok(disk) => {
                let free = disk.f_bavail.saturating_mul(disk.f_frsize);
                let text =
                    format!("{} MiB of disk are free; {} are wanted", free / MIB as u64, FREE_WANTED / MIB as u64);
                (free_space(free), text)
            }
        };
        self.0.say(verdict, finding);
    }

    fn private(&mut self, data: &DataArgument, path: &Path, what: &str) {
        let result = match path.metadata() {
            Err(_) if Store::is_half_made(&data.store_directory()) => Err(Failure::Failed(format!(
                "{what} is missing at {}, for making the box was cut off; run the same `candour init` again",
                path.display()
            ))),
            // Where anything of it is there was a box, which another one does not replace.
            Err(_) if data.remains().is_some() || data.store_directory().join(DATABASE).exists() => {
                Err(Failure::Failed(format!(
                    "{what} is missing at {}; restore the box from its backup with `candour restore`",
                    path.display()
                )))
            }
            Err(_) => {
                Err(Failure::Failed(format!("{what} is missing at {}; make a box with `candour init`", path.display())))
            }
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                let mode = if found.is_dir() { "700" } else { "600" };
                Err(Failure::Failed(format!("{what} can be read by others; run: chmod {mode} {}", path.display())))
            }
            Ok(_) => Ok(()),
        };
        self.0.add(&format!("{what} is for its owner alone"), result);
    }
}

/// What a backup of that day is worth today.
fn last_backup(last: Option<Date>, today: Date) -> (Verdict, String) {
    let make = "run `candour backup` each day, and take what it writes to another machine";
    let Some(day) = last else {
        return (Verdict::Warning, format!("no backup was ever made, so all that is here dies with this disk; {make}"));
    };
    match today.since(day).map(|span| span.get_days()) {
        Ok(days) if days <= BACKUP_DAYS => (Verdict::Ok, format!("the last backup is of {day}")),
        _ => {
            (Verdict::Warning, format!("the last backup is of {day}, and what came since dies with this disk; {make}"))
        }
    }
}

/// What so many free bytes are for a box that is to start.
const fn free_space(bytes: u64) -> Verdict {
    match bytes {
        0..FREE_NEEDED => Verdict::Unsafe,
        FREE_NEEDED..FREE_WANTED => Verdict::Warning,
        FREE_WANTED.. => Verdict::Ok,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_filling_up_is_told_of_before_it_is_unsafe() {
        for (free, verdict) in [
            (0, Verdict::Unsafe),
            (FREE_NEEDED - 1, Verdict::Unsafe),
            (FREE_NEEDED, Verdict::Warning),
            (FREE_WANTED - 1, Verdict::Warning),
            (FREE_WANTED, Verdict::Ok),
        ] {
            assert!(free_space(free) == verdict, "{free}");
        }
    }

    #[test]
    fn a_backup_is_asked_for_when_there_is_none_or_it_is_older_than_a_week() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let told = |last: Option<&str>| last_backup(last.map(day), day("2026-12-08"));
        for (last, verdict, says) in [
            (None, Verdict::Warning, "no backup was ever made"),
            (Some("2026-12-08"), Verdict::Ok, "is of 2026-12-08"),
            (Some("2026-12-01"), Verdict::Ok, "is of 2026-12-01"),
            (Some("2026-11-30"), Verdict::Warning, "is of 2026-11-30"),
            (Some("2024-01-01"), Verdict::Warning, "is of 2024-01-01"),
            // By a clock that was wrong.
            (Some("2026-12-09"), Verdict::Ok, "is of 2026-12-09"),
        ] {
            let (found, finding) = told(last);
            assert!(found == verdict && finding.contains(says), "{finding}");
        }
    }
}
