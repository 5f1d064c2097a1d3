use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum, builder::PossibleValue};

use super::{
    annual_report::{self, AnnualReportArguments},
    casebook_argument::CasebookArgument,
    check::{self, DeskCheckArguments},
    enter::{self, EnterArguments, FollowUpArguments, ToldArguments},
    import::{self, ImportArguments},
    open, print, reach,
    register::{self, OrganisationsArguments, RegisterArguments},
    set_aside::{self, SetAsideArguments},
    team_commands::{self, ConsentArguments, LogArguments, ProposeArguments, RecoverArguments, TeamArguments},
    today::{self, TodayArguments},
    typed_file::read_typed,
};
use crate::{
    casebook::{
        BackupOpener, Casebook, Founder, KeyPaths, NewAssessment, NewDecision, NewNote, NewNotice, NewReply, Pointer,
    },
    cli::{
        confined,
        desk::{
            key_ring::KeyRing,
            keys_of::{Changing, Reading, confine, follow_sharing},
            new_keys::SIGNING_KEY,
        },
        due::HolidayArguments,
        output::{self, Failure, Outcome},
    },
    confine::Reach,
    crypto::{BoxRole, Fingerprint, GovernanceRecipients},
    domain::{Area, Date, ReportState, SystemDay, TeamRole, Text, Today, escape_invisible_in_line, limits::MIB},
    files,
};

#[derive(Subcommand)]
pub(in crate::cli) enum DeskCommand {
    /// Make a casebook: where this desk keeps all reports, sealed
    ///
    /// The casebook remembers where this account's keys are and which box it belongs to. Nothing in it can be read without
    /// your identity file, so keep a copy of that in a safe place. In an empty directory of a group with setgid set
    /// (chmod 2770), other accounts of that group can work on it too.
    Init(CasebookInitArguments),
    /// Open a casebook for the first time, after a colleague has let you join
    ///
    /// Each member has their own keys from `candour keys new`. A colleague lets you join with your signer.pub and
    /// governance.recipients, and reads out the fingerprint of the casebook; so nobody can put another one in its
    /// place.
    Join(JoinArguments),
    /// Take in a collection that was carried from the box
    ///
    /// Says what is new. A collection that is altered, out of order or from another box is refused, and the casebook
    /// stays as it was. Importing the same collection twice does no harm.
    Import(ImportArguments),
    /// Show the queue: reports where someone could be seriously harmed, then what is due first
    List(ListArguments),
    /// Say what can't wait: serious harm not seen to, what is due today or overdue, and who was not answered
    ///
    /// A line a report. Nothing that a person wrote is in it.
    Today(TodayArguments),
    /// Open one report: what was said in either direction, and what was decided
    ///
    /// What is opened is not written to the disk; that it was opened, and by whom, is noted in the casebook, once a day.
    /// Attachments are named, never opened.
    Show(ShowArguments),
    /// Write one attachment to a file, opened
    ///
    /// The only command that puts what a person sent on the disk in the clear. The file can hold anything: open it only
    /// on a machine that is kept for that, and delete it when you are done.
    Attachment(AttachmentArguments),
    /// Record a decision about a report, and what to tell the person
    ///
    /// A notice or a reply is sealed to the person and waits for `candour desk export`. A note is for the team alone
    /// and never leaves the casebook. At least one of the options must be given.
    Decide(DecideArguments),
    /// Set reports aside: nothing more is owed for them, and the persons read why
    ///
    /// For what is no concern, the same as another report, abusive, a test, or not for this body. Once the next decisions are
    /// delivered the box lets its sealed files of them go as it does what is acknowledged: after some days, or when another
    /// member's decisions say so too. A person who adds something to such a report is heard as before, and an answer to it
    /// ends that it is set aside.
    SetAside(SetAsideArguments),
    /// Load the register of organisations from the files that the NHS Organisation Data Service publishes
    ///
    /// Takes the place of the register that was loaded before. Of each organisation its code, name and kind are kept.
    /// Organisations that are closed are left out, unless they are on the team's own list. If a line can't be read, its number
    /// is said and nothing is loaded.
    Register(RegisterArguments),
    /// Say which organisations the team's reports are about, and how many name each
    Organisations(OrganisationsArguments),
    /// Write the report of a year: the figures as they are published, and what the team says in words
    ///
    /// A page for paper or a website, which stands by itself. It identifies nobody; it says what it still lacks.
    AnnualReport(AnnualReportArguments),
    /// Enter a concern that came by telephone, by letter, by e-mail or in person
    ///
    /// It gets the promises of its route from the day on which it came. With a receipt code the person sees answers at the box;
    /// without one, they are given by hand: see `candour desk told`.
    Enter(EnterArguments),
    /// Add what a person said later whose concern was entered, or the files that came with it
    ///
    /// It becomes a message of the report, not read yet. The files are sealed as they are read; what lies outside the casebook
    /// stays there.
    FollowUp(FollowUpArguments),
    /// Record that a person who has no receipt code was given an answer by hand, or told that their concern is here
    Told(ToldArguments),
    /// Write the decisions that the box does not have yet to a file to carry there
    Export(ExportArguments),
    /// Write everything of the casebook that can't be made again into one sealed file
    ///
    /// Sealed to every member and to the recovery keys, unless told otherwise. Make one before you write decisions: what they
    /// acknowledge, the box deletes some days later.
    Backup(DeskBackupArguments),
    /// Make a casebook of a backup, in an empty directory
    ///
    /// Then take in every collection since the backup that is still there, oldest first, and the box's next one. What was
    /// recorded after the backup is gone; what the box saw of it, it says. Cut off, the same command again finishes it.
    Restore(DeskRestoreArguments),
    /// Say who works on the casebook, what waits for a second member, and what happened since
    Team(TeamArguments),
    /// Propose a change that takes two members
    ///
    /// While there is one member alone it comes about at once, but for recovery keys.
    Propose(ProposeArguments),
    /// Consent to a change that another member proposed, or turn it down
    Consent(ConsentArguments),
    /// Say who opened, saved, printed or handed on what, and on which day
    Log(LogArguments),
    /// Say whether the casebook lies as it should on this machine, for its members' accounts alone
    ///
    /// A line a finding; nothing is opened and no key is read. It fails if anything is unsafe.
    Check(DeskCheckArguments),
    /// Let someone join with the recovery keys from the safe, when all members have lost theirs
    Recover(RecoverArguments),
    /// Do the same work in a browser on this machine
    ///
    /// Prints one address. Whoever opens it first, in a browser on this machine, is at the desk; it works once. The
    /// desk locks itself when it is not used, and forgets the keys and all that it has opened. Ctrl-C ends it.
    Open(open::OpenArguments),
}

#[derive(Args)]
pub(in crate::cli) struct CasebookInitArguments {
    #[command(flatten)]
    casebook: CasebookArgument,
    /// The identity that opens reports: identity.txt from `candour keys new`
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// The key that signs decisions: signing.key from `candour keys new`
    #[arg(long, value_name = "FILE")]
    signing_key: PathBuf,
    /// The box's public key: box.pub from the box's data directory
    #[arg(long, value_name = "FILE")]
    box_key: PathBuf,
    /// What colleagues who share the casebook call you
    #[arg(long, value_name = "NAME", default_value = "First reviewer")]
    name: String,
    /// A file whose first line is the passphrase of both keys; otherwise it is asked for if they have one
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

#[derive(Args)]
pub(in crate::cli) struct JoinArguments {
    #[command(flatten)]
    casebook: CasebookArgument,
    /// Your identity: identity.txt from `candour keys new`
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Your signing key: the signing.key beside your identity otherwise
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
    /// The fingerprint of the casebook, as your colleague reads it out
    #[arg(long, value_name = "FINGERPRINT")]
    fingerprint: Fingerprint,
    /// A file whose first line is the passphrase of your identity; otherwise it is asked for if it has one
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

#[derive(Args)]
pub(in crate::cli) struct ListArguments {
    #[command(flatten)]
    casebook: Reading,
    #[command(flatten)]
    view: ViewArguments,
}

#[derive(Args)]
struct ViewArguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Count working days as on that day, as YYYY-MM-DD; today otherwise
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    #[command(flatten)]
    holidays: HolidayArguments,
}

#[derive(Args)]
struct ReportArgument {
    /// The report's id, or its beginning: 4 digits or more
    #[arg(value_name = "ID")]
    id: String,
}

#[derive(Args)]
pub(in crate::cli) struct ShowArguments {
    #[command(flatten)]
    casebook: Changing,
    #[command(flatten)]
    view: ViewArguments,
    #[command(flatten)]
    report: ReportArgument,
}

#[derive(Args)]
pub(in crate::cli) struct AttachmentArguments {
    #[command(flatten)]
    casebook: Changing,
    #[command(flatten)]
    report: ReportArgument,
    /// The attachment's name, or its number as `candour desk show` prints it: 1/2 is the second file of message 1
    #[arg(value_name = "NAME")]
    name: String,
    /// The file to write; never one that is there already
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Args)]
pub(in crate::cli) struct DeskBackupArguments {
    #[command(flatten)]
    casebook: Reading,
    /// An age recipients file, in place of every member and the recovery keys
    #[arg(long, value_name = "RECIPIENTS")]
    to: Option<PathBuf>,
    /// The new file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Args)]
pub(in crate::cli) struct DeskRestoreArguments {
    #[command(flatten)]
    casebook: CasebookArgument,
    /// Your identity file
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Your signing key, to be remembered; `signing.key` beside the identity unless given
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
    /// The passphrase of both, in a file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The backup, as `candour desk backup` wrote it
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Args)]
pub(in crate::cli) struct DecideArguments {
    #[command(flatten)]
    casebook: Changing,
    #[command(flatten)]
    report: ReportArgument,
    #[command(flatten)]
    decision: DecisionArguments,
}

#[derive(Args)]
#[group(required = true, multiple = true)]
struct DecisionArguments {
    /// What it may be wider evidence for; give it again for each area. Takes the place of the areas before
    #[arg(long = "area", value_name = "AREA")]
    areas: Vec<Area>,
    /// Where the report stands. If left out, a notice or reply makes a received report decided, an area makes it
    /// being-read
    #[arg(long)]
    state: Option<ReportState>,
    /// A text file: the information-use notice, which tells the person how their information will be used
    #[arg(long, value_name = "FILE")]
    notice_file: Option<PathBuf>,
    /// A text file: a reply to the person
    #[arg(long, value_name = "FILE")]
    reply_file: Option<PathBuf>,
    /// A text file: a note for the team, which is never sent
    #[arg(long, value_name = "FILE")]
    note_file: Option<PathBuf>,
}

#[derive(Args)]
pub(in crate::cli) struct ExportArguments {
    #[command(flatten)]
    casebook: Changing,
    /// The file to write; never one that is there already
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Write again what was exported but has not been seen at the box: for when a file was lost on its way
    #[arg(long)]
    again: bool,
}

pub(in crate::cli) fn run(command: DeskCommand) -> Outcome {
    // The desk in a browser has to listen first.
    if !matches!(command, DeskCommand::Open(_)) {
        reach::offline()?;
    }
    match command {
        DeskCommand::Init(arguments) => init(&arguments),
        DeskCommand::Join(arguments) => join(&arguments),
        DeskCommand::Import(arguments) => import::import(&arguments),
        DeskCommand::List(arguments) => list(&arguments),
        DeskCommand::Today(arguments) => today::today(&arguments),
        DeskCommand::Show(arguments) => show(&arguments),
        DeskCommand::Attachment(arguments) => attachment(&arguments),
        DeskCommand::Decide(arguments) => decide(&arguments),
        DeskCommand::SetAside(arguments) => set_aside::set_aside(&arguments),
        DeskCommand::Register(arguments) => register::register(&arguments),
        DeskCommand::Organisations(arguments) => register::organisations(&arguments),
        DeskCommand::Enter(arguments) => enter::enter(&arguments),
        DeskCommand::FollowUp(arguments) => enter::follow_up(&arguments),
        DeskCommand::Told(arguments) => enter::told(&arguments),
        DeskCommand::Backup(arguments) => backup(&arguments),
        DeskCommand::Restore(arguments) => restore(&arguments),
        DeskCommand::AnnualReport(arguments) => annual_report::run(&arguments),
        DeskCommand::Export(arguments) => export(&arguments),
        DeskCommand::Team(arguments) => team_commands::team(&arguments),
        DeskCommand::Propose(arguments) => team_commands::propose(&arguments),
        DeskCommand::Consent(arguments) => team_commands::consent(&arguments),
        DeskCommand::Log(arguments) => team_commands::log(&arguments),
        DeskCommand::Check(arguments) => check::run(&arguments),
        DeskCommand::Recover(arguments) => team_commands::recover(&arguments),
        DeskCommand::Open(arguments) => open::run(&arguments),
    }
}

fn init(arguments: &CasebookInitArguments) -> Outcome {
    let path = &arguments.box_key;
    let box_key = team_commands::one_key::<BoxRole>(path, "box.pub that `candour init` made")?;
    let paths = KeyPaths { identity: absolute(&arguments.identity)?, signing_key: absolute(&arguments.signing_key)? };
    let mut ring = KeyRing::new(paths.clone(), arguments.passphrase_file.clone());
    let directory = absolute(&arguments.casebook.casebook)?;
    ring.gather()?;
    confine(&directory, [], None);
    let (identity, key) = (ring.identity()?, ring.signing_key()?);
    let founder = Founder { name: Text::typed(&arguments.name), role: TeamRole::Lead };
    Casebook::init(&directory, identity.into(), &key, box_key.clone(), founder, &SystemDay)?;
    paths.remember(&directory)?;
    output::line(&format!("made a casebook in {}", directory.display()))?;
    output::line(&format!("box key fingerprint:  {}", box_key.fingerprint()))?;
    output::line("compare that with what `candour setup` or `candour init` printed at the box")?;
    output::line(&format!("casebook fingerprint: {}", Pointer::read(&directory)?.fingerprint()))?;
    output::line("read that one out to each colleague whom you let join")
}

fn join(arguments: &JoinArguments) -> Outcome {
    let directory = absolute(&arguments.casebook.casebook)?;
    let identity = absolute(&arguments.identity)?;
    let beside = || identity.with_file_name(SIGNING_KEY);
    let signing_key = arguments.signing_key.as_deref().map_or_else(|| Ok(beside()), absolute)?;
    let paths = KeyPaths { identity, signing_key };
    let mut ring = KeyRing::new(paths.clone(), arguments.passphrase_file.clone());
    ring.gather_identity()?;
    confine(&directory, [], None);
    let identity = ring.identity()?;
    let casebook = Casebook::join(&directory, identity.into(), arguments.fingerprint)?;
    paths.remember(&directory)?;
    let name =
        casebook.me().and_then(|me| casebook.member_name(me)).map(|name| escape_invisible_in_line(name.as_str()));
    output::line(&format!("joined the casebook in {} as {}", directory.display(), name.unwrap_or_default()))
}

fn backup(arguments: &DeskBackupArguments) -> Outcome {
    let to = match &arguments.to {
        Some(path) => {
            let text = files::read_text(path, MIB)?;
            let to = GovernanceRecipients::parse(&text);
            Some(to.map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?)
        }
        None => None,
    };
    let out = absolute(&arguments.out)?;
    let made = arguments.casebook.open_making(&out)?.backup(to, &out, &SystemDay)?;
    output::line(&format!(
        "backup of {} and {}, {} MiB, in {}",
        output::count(made.reports, "report", "reports"),
        output::count(usize::try_from(made.events).unwrap_or(usize::MAX), "event", "events"),
        made.bytes.div_ceil(MIB as u64),
        arguments.out.display()
    ))?;
    if !made.recorded {
        output::line(
            "that it was made could not be recorded, so the desk goes by the one before; it is whole all the same",
        )?;
    }
    output::line("keep it away from this machine; the private keys are not in it")
}

fn restore(arguments: &DeskRestoreArguments) -> Outcome {
    let directory = absolute(&arguments.casebook.casebook)?;
    let identity = absolute(&arguments.identity)?;
    let beside = || identity.with_file_name(SIGNING_KEY);
    let signing_key = arguments.signing_key.as_deref().map_or_else(|| Ok(beside()), absolute)?;
    let paths = KeyPaths { identity, signing_key };
    let mut ring = KeyRing::new(paths.clone(), arguments.passphrase_file.clone());
    let file = absolute(&arguments.file)?;
    ring.gather_identity()?;
    follow_sharing(&directory);
    // Parts of the casebook are moved into their places when it is whole.
    let _ = confined::to_files(&Reach { moves: true, ..reach::named(&directory, [file.as_path()], None) });
    let restored = Casebook::restore(&directory, &ring.identity()?.into(), &paths, &file)?;
    let did = if restored.finished_earlier { "an earlier command restored" } else { "restored" };
    output::line(&format!(
        "{did} the casebook in {} as it was on {}, with {}",
        directory.display(),
        restored.on,
        output::count(usize::try_from(restored.events).unwrap_or(usize::MAX), "event", "events")
    ))?;
    output::line(&format!("casebook fingerprint: {}", Pointer::read(&directory)?.fingerprint()))?;
    match restored.opener {
        BackupOpener::Member => {}
        BackupOpener::Joining => output::line(
            "this identity has not opened it before: run `candour desk join` with the fingerprint that a colleague reads out",
        )?,
        BackupOpener::Recovery => output::line(
            "these are the recovery keys, which open it for nobody: let someone join with `candour desk recover`, once that \
             fingerprint is the one that was written down with the keys",
        )?,
        BackupOpener::Stranger => output::line(
            "this identity opens the backup and not the casebook, whose events are checked when a member opens it: with \
             --identity and --signing-key, as this account is none that it knows",
        )?,
    }
    output::line(&format!(
        "then import, oldest first, every collection that was made since {} and is still there, and after them the box's next \
         one: after a newer one, an older one is refused. If the box saw more than this, it says so, and what to do",
        restored.on
    ))
}

fn list(arguments: &ListArguments) -> Outcome {
    let calendar = arguments.view.holidays.calendar(None)?;
    let today = arguments.view.day();
    let queue = arguments.casebook.open()?.list(today, &calendar);
    if arguments.view.json { output::json(&queue) } else { print::queue(&queue, today, &calendar) }
}

fn show(arguments: &ShowArguments) -> Outcome {
    let calendar = arguments.view.holidays.calendar(None)?;
    arguments.casebook.edit(|editor| {
        let id = editor.casebook().find(&arguments.report.id)?;
        let report = editor.show(id, (arguments.view.day(), &calendar), &SystemDay)?;
        if arguments.view.json { output::json(&report) } else { print::report(&report) }
    })
}

fn attachment(arguments: &AttachmentArguments) -> Outcome {
    let AttachmentArguments { casebook, report, name, out } = arguments;
    casebook.edit_with([], Some(out), |editor| {
        let id = editor.casebook().find(&report.id)?;
        let written = editor.write_attachment(id, name, out, &SystemDay)?;
        output::line(&format!(
            "wrote {} ({} bytes); it is not sealed: delete it when you are done",
            out.display(),
            written.size
        ))
    })
}

fn decide(arguments: &DecideArguments) -> Outcome {
    let decision = arguments.decision.read()?;
    arguments.casebook.edit(|editor| {
        let id = editor.casebook().find(&arguments.report.id)?;
        let seen = editor.casebook().seen(id)?;
        let recorded = editor.decide(id, seen, decision, &SystemDay)?;
        print::recorded(id, &recorded, editor.casebook().waiting())
    })
}

fn export(arguments: &ExportArguments) -> Outcome {
    let ExportArguments { casebook, out, again } = arguments;
    casebook.edit_with([], Some(out), |editor| {
        let exported = editor.export(out, *again, &SystemDay)?;
        print::export(&exported, out, editor.casebook().waiting())?;
        urge_backup(editor.casebook())
    })
}

/// What decisions acknowledge the box deletes some days later: by then it should be in a backup.
fn urge_backup(casebook: &Casebook) -> Outcome {
    let (last, imports) = casebook.since_backup();
    if imports == 0 {
        return Ok(());
    }
    let since = last.map_or_else(
        || "there is no backup of this casebook".to_owned(),
        |on| format!("the last backup of this casebook is of {on}"),
    );
    let came = output::count(usize::try_from(imports).unwrap_or(usize::MAX), "import is", "imports are");
    output::line(&format!(
        "{since}, and {came} not in one: make one with `candour desk backup` before these decisions go"
    ))
}

impl ViewArguments {
    fn day(&self) -> Date {
        self.as_of.unwrap_or_else(|| SystemDay.today())
    }
}

impl DecisionArguments {
    fn read(&self) -> Result<NewDecision, Failure> {
        let notice = read_typed(self.notice_file.as_deref())?;
        let reply = read_typed(self.reply_file.as_deref())?;
        let note = read_typed(self.note_file.as_deref())?;
        let notice = notice.map(NewNotice::new).transpose()?;
        let reply = reply.map(NewReply::new).transpose()?;
        let note = note.map(NewNote::new).transpose()?;
        let assessment = NewAssessment::of_areas(self.areas.clone(), self.state, note);
        NewDecision::new(assessment, notice, reply).map_err(|error| Failure::Usage(error.to_string()))
    }
}

fn absolute(path: &Path) -> Result<PathBuf, files::FileError> {
    std::path::absolute(path).map_err(files::FileError::io("find", path))
}

impl ValueEnum for Area {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.slug()).help(self.label()))
    }
}

impl ValueEnum for ReportState {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.slug()).help(self.label()))
    }
}
