//! Whether this box is fit to run, and whether somebody has to look: each thing that is looked at is a finding, which programs
//! know by its slug.

mod carrying;
mod certificate;
mod memory;
mod owner;

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use clap::Args;

use self::{certificate::CertificateFacts, memory::MemoryFacts};
use crate::{
    cli::{
        confined,
        findings::{Findings, Verdict, What},
        output::{self, Failure, Monitored, Outcome},
        server::{
            box_files::{BOX_KEY, DataArgument, KeysArgument, demanded_words},
            config_file::ConfigArgument,
            front::FrontArguments,
            handover, right_clock,
        },
    },
    crypto::epoch_fingerprint,
    domain::{Clock, Date, Route, SystemDay, Today, limits::MIB},
    store::{DATABASE, LastDay, Store, VAULT_FILES, VaultUse},
    transfer,
    web::{Config, PageText},
};

/// Free bytes below which the box is not fit to run: four of the largest messages.
const FREE_NEEDED: u64 = 1024 * MIB as u64;
/// Free bytes below which it says so.
const FREE_WANTED: u64 = 5 * FREE_NEEDED;

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
    /// Record that root looked at the front today with `candour check --front`, and that all was well: root has no place in the
    /// directory of a box that belongs to another account
    #[arg(long, requires = "data", conflicts_with = "front")]
    front_proved: bool,
    /// Also read every page and reference of the database and every sealed file, which takes long where there are many
    #[arg(long)]
    whole: bool,
    /// For a monitor: one line that says all in all how it is, and no finding unless with --json; exit status 0 if all is well, 1
    /// if there are warnings, 2 if anything is unsafe, 3 if it could not be looked at
    #[arg(long)]
    monitor: bool,
    /// As a JSON array of {verdict, what, finding}
    #[arg(long)]
    json: bool,
}

pub(in crate::cli) fn run(arguments: &CheckArguments) -> Outcome {
    let CheckArguments { data, keys, config, front, front_proved, whole, monitor, json } = arguments;
    if *monitor && let Some(why) = data.as_deref().and_then(out_of_reach) {
        output::line(&format!("CANDOUR UNKNOWN - {why}"))?;
        return Err(Failure::Monitored(Monitored::Unknown));
    }
    let mut of_front = Findings::default();
    // First: what looks at the box gives up all connections.
    front.check(&mut of_front);
    let mut check = BoxCheck::default();
    if let (Some(data), Some(keys)) = (data, keys) {
        // A proof is one only if there was nothing to say against it.
        let looked = !of_front.is_empty() && of_front.worst() == Verdict::Ok;
        check.proves_front = *front_proved || looked;
        check.whole = *whole;
        check.gather(&DataArgument { path: data.clone() }, &KeysArgument { path: keys.clone() }, config);
    }
    check.findings.append(of_front);
    if *monitor { check.findings.print_for_monitor(*json) } else { check.findings.print(*json) }
}

/// What there is to find of a box, for the digest. Gives up what it has no use for.
pub(in crate::cli::server) fn findings(data: &DataArgument, keys: &KeysArgument, config: &ConfigArgument) -> Findings {
    let mut check = BoxCheck::default();
    check.gather(data, keys, config);
    check.findings
}

/// Why nothing can be said of what lies in a directory: this account may not read it.
fn out_of_reach(directory: &Path) -> Option<String> {
    match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Some(format!("this account can't read {}; run it as the one that the box runs as", directory.display()))
        }
        _ => None,
    }
}

#[derive(Default)]
struct BoxCheck {
    findings: Findings,
    whole: bool,
    proves_front: bool,
}

impl BoxCheck {
    fn gather(&mut self, data: &DataArgument, keys: &KeysArgument, argument: &ConfigArgument) {
        let today = SystemDay.today();
        // With the files that it names, wherever they are.
        let configuration = argument.is_given().then(|| argument.read());
        let tls_files = configuration.as_ref().and_then(|read| argument.tls_files(read.as_ref().ok()?));
        // Read now: afterwards it is out of reach.
        let certificate = tls_files.map(|files| {
            let pair = files.pair().map_err(Failure::Failed)?;
            CertificateFacts::read(pair.certificate())
                .ok_or_else(|| Failure::Failed("the certificate has no days".into()))
        });
        let memory = MemoryFacts::read();
        confined::ends_soon(&confined::reach([keys.path.as_path()], [&data.path]));
        self.private(data, &data.path, "the data directory");
        self.private(data, &data.store_directory().join(DATABASE), "the database");
        for name in VAULT_FILES {
            self.private(data, &data.store_directory().join(name), name);
        }
        self.private(data, &data.path.join(BOX_KEY), "the box's signing key");
        owner::tell(&mut self.findings, &data.path);
        if transfer::is_left_over(&data.path) {
            let text = format!(
                "{} holds what a restore left, which nothing needs; the next command that uses the box removes it",
                data.path.display()
            );
            self.findings.say(What::LeftOver, Verdict::Warning, text);
        }
        if transfer::is_half_renewed(&data.path) {
            let text = format!(
                "a renewal of the box's key was cut off, and a key that is not the box's lies in {}: stop the box, and run \
                 `candour init --renew-box-key` with the same --data and --keys, which ends it and destroys that key",
                data.path.display()
            );
            self.findings.say(What::BoxKey, Verdict::Warning, text);
        }
        let opened = data.store_as_it_is();
        if let Ok(store) = &opened {
            let fits = data.signing_key(store).map(drop);
            self.findings.add(What::BoxKey, "the box's signing key fits box.pub", fits);
        }
        self.findings.add(What::PrivateKey, "no private key among the public ones", keys.refuse_private());
        self.findings.add(What::Recipients, "governance.recipients can be read", keys.recipients().map(drop));
        self.findings.add(What::Signers, "signers.pub can be read", keys.signers().map(drop));
        match keys.carriers().map(|carriers| carriers.len()) {
            Ok(0) => {}
            Ok(number) => {
                let known = output::count(number, "key", "keys");
                self.findings.say(
                    What::Signers,
                    Verdict::Ok,
                    format!("carriers.pub holds {known} that may carry and do nothing else"),
                );
            }
            // With it the box would not start.
            Err(failure) => self.findings.add(What::Signers, "carriers.pub can be read", Err(failure)),
        }
        self.holidays(data, today);
        let config = self.config(configuration, today);
        match certificate {
            None => certificate::tell_without(&mut self.findings, &config),
            Some(read) => {
                let well = "the certificate and the key of TLS can be used";
                if let Some(facts) = self.findings.take(What::Tls, well, read) {
                    facts.tell(&mut self.findings, &config, today);
                }
            }
        }
        self.disk(&data.path);
        memory.tell(&mut self.findings);
        self.findings.kernel("the box", "its data directory");
        if let Some(store) = self.findings.take(What::Database, "the database opens", opened) {
            self.findings.add(
                What::Clock,
                &format!("the clock says {today}, and the box has no later day"),
                right_clock::refuse_behind(&store, &config.monitor, today),
            );
            if self.whole {
                self.whole(&store);
            }
            self.findings.add(What::DiskWrite, "a write reaches the disk", store.probe().map_err(Failure::from));
            self.vault(&store);
            self.epoch(&store);
            self.backup(&store, config.monitor.backup_days, today);
            self.pins(&store, data, keys);
            carrying::tell(&mut self.findings, &store, &config.monitor, today);
            if self.proves_front {
                let recorded = store.record_last_day(LastDay::FrontProved, today).map_err(Failure::from);
                self.findings.add(What::FrontProof, "the day of this proof of the front is recorded", recorded);
            }
            carrying::front_proof(&mut self.findings, &store, config.service.behind_tls, today);
        }
    }

    /// Whether the keys are those that were confirmed, and as many as there have to be.
    fn pins(&mut self, store: &Store, data: &DataArgument, keys: &KeysArgument) {
        if let Ok(recipients) = keys.recipients() {
            self.findings.add(
                What::Recipients,
                "the recipients are those that were confirmed",
                data.hold_against_pin(store, &recipients, &keys.path),
            );
        }
        handover::check(&mut self.findings, store);
        if let Ok(signers) = keys.signers() {
            self.findings.add(
                What::Signers,
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
            self.findings.add(What::SecondApprover, demanded_words(second_approver), enough);
        }
    }

    fn epoch(&mut self, store: &Store) {
        let settings = store.settings();
        let fingerprint = epoch_fingerprint(settings.box_id, &settings.epoch);
        self.findings.say(What::Epoch, Verdict::Ok, format!("the epoch's fingerprint is {fingerprint}"));
        let Some(day) = settings.epoch.backup_of else { return };
        match store.last_collected_on() {
            Ok(Some(_)) => {}
            Ok(None) => {
                let text = format!(
                    "this box came back from a backup of {day}, and the desk was told nothing since; run `candour collect`"
                );
                self.findings.say(What::Epoch, Verdict::Warning, text);
            }
            Err(error) => self.findings.say(What::Epoch, Verdict::Unsafe, error.to_string()),
        }
    }

    fn backup(&mut self, store: &Store, days: u32, today: Date) {
        let (verdict, finding) = match store.backed_up_on() {
            Ok(last) => last_backup(last, days, today),
            Err(error) => (Verdict::Unsafe, error.to_string()),
        };
        self.findings.say(What::Backup, verdict, finding);
    }

    fn vault(&mut self, store: &Store) {
        let (verdict, finding) = match store.vault_use() {
            Ok(VaultUse { bytes, taken }) => {
                let size = bytes / MIB as u64;
                let taken = taken_words(taken, bytes);
                (Verdict::Ok, format!("the vault has {size} MiB, of which {taken} is taken; it grows when it is full"))
            }
            Err(error) => (Verdict::Unsafe, error.to_string()),
        };
        self.findings.say(What::Vault, verdict, finding);
    }

    fn whole(&mut self, store: &Store) {
        let sound = store.check_integrity().map_err(Failure::from);
        self.findings.add(What::Integrity, "every page and reference of the database is sound", sound);
        let advice = "carry and back up the rest first, with `candour collect` and `candour backup`, which leave it out; then \
                      check the disk";
        match store.damaged_files() {
            Ok(lost) if !lost.is_empty() => {
                for file in &lost {
                    self.findings.say(What::Integrity, Verdict::Unsafe, format!("{file} is damaged here; {advice}"));
                }
            }
            told => {
                let whole = told.map(drop).map_err(Failure::from);
                self.findings.add(What::Integrity, "every sealed file is as it was stored", whole);
            }
        }
    }

    fn holidays(&mut self, data: &DataArgument, today: Date) {
        let read = data.calendar();
        let Some(calendar) = self.findings.take(What::BankHolidays, "bank holidays can be read", read) else { return };
        let promises = Route::ALL.iter().flat_map(|route| route.promises()).chain([&Clock::NOTICE]);
        let reached = promises.map(|promise| Clock::start(*promise, today, &calendar)).collect::<Result<Vec<_>, _>>();
        let reached = reached.map(drop).map_err(Failure::from);
        self.findings.add(What::BankHolidays, "bank holidays reach every due date of today", reached);
        let (verdict, finding) = coming_year(calendar.last_year(), today, &data.bank_holidays());
        self.findings.say(What::BankHolidays, verdict, finding);
    }

    /// The configuration that is in force, so far as it can be read.
    fn config(&mut self, read: Option<Result<Config, Failure>>, today: Date) -> Config {
        let Some(read) = read else {
            let text = "the configuration was not looked at, so all that follows from it is looked at as if nothing were set; name it \
                        with --config, if the box has one";
            self.findings.say(What::Configuration, Verdict::Warning, text.to_owned());
            return Config::default();
        };
        let Some(config) = self.findings.take(What::Configuration, "the configuration can be used", read) else {
            return Config::default();
        };
        let own: Vec<&str> = config.own_texts().map(PageText::file_name).collect();
        let texts = if own.is_empty() { "none".to_owned() } else { own.join(", ") };
        let well = format!("page texts of your own in place of the defaults: {texts}");
        self.findings.add(What::PageTexts, &well, Ok(()));
        for finding in config.unsettled(today) {
            self.findings.say(What::Unsettled, Verdict::Warning, finding);
        }
        config
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
        self.findings.say(What::DiskSpace, verdict, finding);
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
        self.findings.add(What::Permissions, &format!("{what} is for its owner alone"), result);
    }
}

/// How much of something is taken, so coarsely that one file does not show.
const fn taken_words(taken: u64, of: u64) -> &'static str {
    if taken < of.div_ceil(2) {
        "less than half"
    } else if taken < of.saturating_sub(of / 10) {
        "half or more"
    } else {
        "nine tenths or more"
    }
}

/// What a backup of that day is worth today.
fn last_backup(last: Option<Date>, days: u32, today: Date) -> (Verdict, String) {
    let make = "run `candour backup` each day, and take what it writes to another machine";
    let Some(day) = last else {
        return (Verdict::Warning, format!("no backup was ever made, so all that is here dies with this disk; {make}"));
    };
    if carrying::days_since(day, today) <= days {
        return (Verdict::Ok, format!("the last backup is of {day}"));
    }
    (Verdict::Warning, format!("the last backup is of {day}, and what came since dies with this disk; {make}"))
}

/// Whether bank holidays are loaded for the coming year, in which what is promised now may fall due.
fn coming_year(last: i16, today: Date, place: &Path) -> (Verdict, String) {
    if last > today.year() {
        return (Verdict::Ok, format!("bank holidays are loaded up to the end of {last}"));
    }
    let finding = format!(
        "bank holidays are loaded up to the end of {last} only; put GOV.UK's bank-holidays.json at {}",
        place.display()
    );
    (Verdict::Warning, finding)
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
    fn how_much_of_the_vault_is_taken_is_told_in_words_of_which_there_are_three() {
        for (taken, words) in [
            (0, "less than half"),
            (6, "less than half"),
            (49, "less than half"),
            (50, "half or more"),
            (89, "half or more"),
            (90, "nine tenths or more"),
            (100, "nine tenths or more"),
        ] {
            assert_eq!(taken_words(taken, 100), words, "{taken}");
        }
    }

    #[test]
    fn a_backup_is_asked_for_when_there_is_none_or_it_is_older_than_a_week() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let told = |last: Option<&str>| last_backup(last.map(day), 7, day("2026-12-08"));
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

    #[test]
    fn bank_holidays_are_asked_for_before_the_coming_year_begins() {
        let told = |last, today: &str| coming_year(last, today.parse().unwrap(), Path::new("there")).0;
        assert_eq!(told(2028, "2027-12-31"), Verdict::Ok);
        assert_eq!(told(2028, "2028-01-01"), Verdict::Warning);
    }
}
