//! Commands about the team: who is in it, what takes two of them, and who opened what.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum, builder::PossibleValue};
use serde::Serialize;

use super::{
    casebook_argument::CasebookArgument,
    key_ring::KeyRing,
    keys_of::{Changing, Reading, confine},
};
use crate::{
    casebook::{Casebook, ChangeView, Compared, MemberView, NewMember, NewProposal, NewRecovery, Proposed, ToCompare},
    cli::output::{self, Failure, Outcome},
    crypto::{BoxRole, Fingerprint, GovernanceRecipients, KeyRole, SignerRole, VerifyingKey, read_keys},
    desk::{described, told},
    domain::{CasebookId, Date, LogHead, MemberId, SystemDay, TeamRole, Text, escape_invisible_in_line, limits::KIB},
    files,
};

#[derive(Args)]
pub(in crate::cli) struct TeamArguments {
    #[command(flatten)]
    casebook: Reading,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(group(ArgGroup::new("change").required(true)))]
pub(in crate::cli) struct ProposeArguments {
    #[command(flatten)]
    casebook: Changing,
    /// Destroy a report, by its id or its beginning
    #[arg(long, value_name = "ID", group = "change")]
    destroy: Option<String>,
    /// The box has another key: its new box.pub
    #[arg(long, value_name = "FILE", group = "change")]
    box_key: Option<PathBuf>,
    /// With --box-key: the word of the key before for it; box.pub.minisig beside that file unless it is given
    #[arg(long, value_name = "FILE", requires = "box_key")]
    vouched_by: Option<PathBuf>,
    /// End someone's membership, by the id that `candour desk team` prints
    #[arg(long, value_name = "MEMBER", group = "change")]
    leave: Option<MemberId>,
    /// Go on although the box saw this casebook further: the event and its digest, as the refused import says them
    #[arg(long, value_name = "NUMBER:DIGEST", group = "change", value_parser = log_head)]
    go_on: Option<LogHead>,
    /// Do without a second approver for texts to a person
    #[arg(long, group = "change")]
    no_second_approver: bool,
    /// Let someone join: what the others call them
    #[arg(long, value_name = "NAME", group = "change", requires_all = ["role", "signer", "recipients"])]
    join: Option<String>,
    /// Put recovery keys into a safe
    #[arg(long, group = "change", requires_all = ["signer", "recipients"])]
    recovery: bool,
    /// Take the recovery keys away
    #[arg(long, group = "change")]
    no_recovery: bool,
    /// What whoever joins does
    #[arg(long)]
    role: Option<TeamRole>,
    /// The signer.pub of whoever joins, or of the recovery keys
    #[arg(long, value_name = "FILE")]
    signer: Option<PathBuf>,
    /// The governance.recipients of whoever joins, or of the recovery keys
    #[arg(long, value_name = "FILE")]
    recipients: Option<PathBuf>,
}

#[derive(Args)]
pub(in crate::cli) struct ConsentArguments {
    #[command(flatten)]
    casebook: Changing,
    /// The number of the proposal, as `candour desk team` prints it
    #[arg(value_name = "NUMBER")]
    proposal: u64,
    /// Turn it down instead
    #[arg(long)]
    decline: bool,
    /// Only if the box is to have the key of this fingerprint, as whoever runs it reads it out
    #[arg(long, value_name = "FINGERPRINT", conflicts_with = "decline")]
    box_key: Option<Fingerprint>,
}

#[derive(Args)]
pub(in crate::cli) struct LogArguments {
    #[command(flatten)]
    casebook: Reading,
    /// One report alone, by its id or its beginning
    #[arg(value_name = "ID")]
    report: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(in crate::cli) struct RecoverArguments {
    #[command(flatten)]
    casebook: CasebookArgument,
    /// The identity from the safe
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// The signing key from the safe
    #[arg(long, value_name = "FILE")]
    signing_key: PathBuf,
    /// A file whose first line is the passphrase of both; otherwise it is asked for if they have one
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The fingerprint of the casebook, as it is written down with the keys
    #[arg(long, value_name = "FINGERPRINT")]
    fingerprint: Fingerprint,
    /// What the others will call whoever joins
    #[arg(long, value_name = "NAME")]
    name: String,
    /// What they do
    #[arg(long)]
    role: TeamRole,
    /// Their signer.pub
    #[arg(long, value_name = "FILE")]
    signer: PathBuf,
    /// Their governance.recipients
    #[arg(long, value_name = "FILE")]
    recipients: PathBuf,
}

#[derive(Serialize)]
struct TeamJson {
    casebook: CasebookId,
    second_approver: bool,
    members: Vec<MemberView>,
    proposals: Vec<ProposalJson>,
    alerts: Vec<AlertJson>,
}

#[derive(Serialize)]
struct ProposalJson {
    event: u64,
    on: Date,
    by: MemberId,
    what: String,
    compare: Vec<ToCompare>,
    hindered: Option<String>,
}

#[derive(Serialize)]
struct AlertJson {
    event: u64,
    on: Date,
    by: MemberId,
    times: usize,
    what: String,
}

pub(super) fn team(arguments: &TeamArguments) -> Outcome {
    let casebook = arguments.casebook.open()?;
    let proposals = casebook.proposals().into_iter().map(|proposal| ProposalJson {
        event: proposal.event,
        on: proposal.on,
        by: proposal.by,
        what: described(&proposal.what, &casebook),
        compare: casebook.to_compare(&proposal.what),
        hindered: proposal.hindered.map(|why| why.to_string()),
    });
    let alerts = casebook.alerts();
    let alerts = alerts.iter().map(|alert| AlertJson {
        event: alert.event,
        on: alert.on,
        by: alert.by,
        times: alert.times,
        what: told(alert, &casebook),
    });
    let team = TeamJson {
        casebook: casebook.id(),
        second_approver: casebook.second_approver(),
        members: casebook.team(),
        proposals: proposals.collect(),
        alerts: alerts.collect(),
    };
    if arguments.json {
        return output::json(&team);
    }
    output::line(&format!("casebook:             {}", team.casebook))?;
    output::line(&format!("casebook fingerprint: {}", casebook.fingerprint()))?;
    output::line(&format!("recipients:           {}", casebook.recipients_fingerprint()))?;
    output::line(&format!("signers fingerprint:  {}", casebook.signers_fingerprint()))?;
    output::line(&format!("box key fingerprint:  {}", casebook.box_key().fingerprint()))?;
    let approver = if team.second_approver { "every text to a person" } else { "no text unless it is asked for" };
    output::line(&format!("second approver:      {approver}"))?;
    for member in &team.members {
        let left = member.left_on.map(|left| format!(", left {left}")).unwrap_or_default();
        let me = if member.is_me { " (you)" } else { "" };
        let name = escape_invisible_in_line(member.name.as_str());
        let role = member.role.label().to_lowercase();
        output::line(&format!("member {}: {name}{me}, {role}, joined {}{left}", member.id, member.joined_on))?;
    }
    for proposal in &team.proposals {
        let hindered = proposal.hindered.as_ref().map(|why| format!("; not for you: {why}")).unwrap_or_default();
        output::line(&format!("proposal {} of {}: {}{hindered}", proposal.event, proposal.on, proposal.what))?;
        compare(&proposal.compare)?;
    }
    for alert in &team.alerts {
        let times = if alert.times > 1 { format!(" ({} times)", alert.times) } else { String::new() };
        output::line(&format!("{}: {}{times}", alert.on, alert.what))?;
    }
    Ok(())
}

pub(super) fn propose(arguments: &ProposeArguments) -> Outcome {
    let mut given = NamedFiles::read(arguments)?;
    arguments.casebook.edit(|editor| {
        let new = given.proposal(arguments, editor.casebook())?;
        let means = match new {
            NewProposal::BoxKey(_) if given.is_word_found => what_an_unfitting_word_means,
            NewProposal::BoxKey(_) => what_another_box_means,
            NewProposal::RenewedBoxKey { .. } => what_a_renewed_key_means,
            _ => || Ok(()),
        };
        let to_compare = editor.casebook().to_compare(&new.view());
        let proposed = editor.propose(new, &SystemDay)?;
        means()?;
        match proposed {
            Proposed::CameAbout(event) => output::line(&format!("event {event}: done, as there is one member alone")),
            Proposed::Waits(event) => output::line(&format!(
                "proposal {event} waits for a second member: candour desk consent --casebook {} {event}",
                arguments.casebook.directory().display()
            )),
        }?;
        compare(&to_compare)
    })
}

pub(super) fn consent(arguments: &ConsentArguments) -> Outcome {
    arguments.casebook.edit(|editor| {
        let proposals = editor.casebook().proposals();
        let proposal = proposals.iter().find(|proposal| proposal.event == arguments.proposal);
        let after = match proposal.map(|proposal| &proposal.what) {
            Some(ChangeView::BoxKey(_)) => what_another_box_means,
            Some(ChangeView::RenewedBoxKey(_)) => what_a_renewed_key_means,
            _ => || Ok(()),
        };
        let what = proposal.map(|proposal| described(&proposal.what, editor.casebook())).unwrap_or_default();
        let to_compare = proposal.map(|proposal| editor.casebook().to_compare(&proposal.what)).unwrap_or_default();
        if let Some(read_out) = arguments.box_key {
            is_that_key(&to_compare, read_out)?;
        }
        if arguments.decline {
            editor.decline(arguments.proposal, &SystemDay)?;
            return output::line(&format!("turned down: {what}"));
        }
        editor.consent(arguments.proposal, &SystemDay)?;
        output::line(&format!("done: {what}"))?;
        compare(&to_compare)?;
        after()
    })
}

/// What is to be compared, a line each.
fn compare(to_compare: &[ToCompare]) -> Outcome {
    to_compare.iter().try_for_each(|one| output::line(&format!("  {}: {}", one.what.label().to_lowercase(), one.value)))
}

/// Refuses if the box is not to have the key of that fingerprint.
fn is_that_key(to_compare: &[ToCompare], read_out: Fingerprint) -> Outcome {
    let new = to_compare.iter().find(|one| one.what == Compared::NewBoxKey).map(|one| one.value.as_str());
    let refused = match new {
        Some(new) if new == read_out.to_string() => return Ok(()),
        Some(new) => format!("the proposed key has another fingerprint, {new}: turn it down with --decline, and ask"),
        None => "there is no such proposal of a box key: `candour desk team` lists those that wait, or ask".to_owned(),
    };
    Err(Failure::Failed(format!("nothing was consented to: {refused} whoever runs the box which key it has")))
}

/// What follows when the box has another key, and what lies beside it is not the word of the one that it has here.
fn what_an_unfitting_word_means() -> Outcome {
    output::line(
        "the key that the box has here does not vouch for this one, whatever lies beside it: it was renewed twice, or restored, \
         or somebody else's key did",
    )?;
    what_another_box_means()
}

/// What follows when the box has renewed its key.
fn what_a_renewed_key_means() -> Outcome {
    output::line(
        "the key before vouches for the new one; whoever stole that can do so too: compare the fingerprint by voice",
    )?;
    output::line(
        "collections that are signed with the new key are believed once this has come about, and no others; what was collected \
         before and not imported is collected again, and imported with --missing",
    )
}

/// What follows when the box has another key.
fn what_another_box_means() -> Outcome {
    output::line("collections that are signed with that key are believed once this has come about, and no others")?;
    output::line(
        "another box may have it: its first collection is taken in with `candour desk import --confirm-epoch`; what the old one \
         had is lost there then, so that those receipt codes open nothing and no answer gets there; all of it stays here",
    )
}

pub(super) fn log(arguments: &LogArguments) -> Outcome {
    let casebook = arguments.casebook.open()?;
    let report = arguments.report.as_deref().map(|id| casebook.find(id)).transpose()?;
    if let Some(id) = report {
        // Whoever can't open it is told so.
        casebook.chosen_readers(id)?;
    }
    let log = casebook.access_log(report);
    if arguments.json {
        return output::json(&log);
    }
    for access in &log {
        let file = access.file.as_ref().map(|file| format!(", {}", escape_invisible_in_line(file.as_str())));
        let (name, how) = (escape_invisible_in_line(access.name.as_str()), access.how.label().to_lowercase());
        let file = file.unwrap_or_default();
        output::line(&format!("{}  {}  {how} by {name}{file}", access.on, access.report))?;
    }
    Ok(())
}

pub(super) fn recover(arguments: &RecoverArguments) -> Outcome {
    let directory = &arguments.casebook.casebook;
    let new = NewMember {
        name: Text::typed(&arguments.name),
        role: arguments.role,
        signer: one_key::<SignerRole>(&arguments.signer, "signer.pub that `candour keys new` made")?,
        recipients: recipients(&arguments.recipients)?,
    };
    let paths =
        crate::casebook::KeyPaths { identity: arguments.identity.clone(), signing_key: arguments.signing_key.clone() };
    let mut ring = KeyRing::new(paths, arguments.passphrase_file.clone());
    ring.gather()?;
    confine(directory, [], None);
    let (identity, key) = (ring.identity()?, ring.signing_key()?);
    Casebook::recover(directory, (identity.into(), &key), arguments.fingerprint, new, &SystemDay)?;
    output::line("they are a member now; everybody else is told on their queue")?;
    output::line("let them open the casebook with `candour desk join`, and put the recovery keys back into the safe")
}

/// What a proposal names in files, read before the command gives up all files but the casebook.
#[derive(Default)]
struct NamedFiles {
    box_key: Option<VerifyingKey<BoxRole>>,
    /// What was given, or lay beside it, as the word of the key before.
    word: Option<String>,
    /// Whether it lay there, and was not given.
    is_word_found: bool,
    signer: Option<VerifyingKey<SignerRole>>,
    recipients: Option<GovernanceRecipients>,
}

impl NamedFiles {
    fn read(arguments: &ProposeArguments) -> Result<Self, Failure> {
        let box_key = arguments.box_key.as_deref();
        let signer = arguments.signer.as_deref();
        let beside = box_key.map(vouched_beside).filter(|path| path.is_file());
        let is_word_found = arguments.vouched_by.is_none() && beside.is_some();
        let word = arguments.vouched_by.clone().or(beside);
        let word = word.map(|path| files::read_text(&path, 4 * KIB)).transpose()?;
        Ok(Self {
            box_key: box_key.map(|path| one_key(path, "box.pub of the box's data directory")).transpose()?,
            word,
            is_word_found,
            signer: signer.map(|path| one_key(path, "signer.pub that `candour keys new` made")).transpose()?,
            recipients: arguments.recipients.as_deref().map(recipients).transpose()?,
        })
    }

    fn proposal(&mut self, arguments: &ProposeArguments, casebook: &Casebook) -> Result<NewProposal, Failure> {
        let ProposeArguments { destroy, leave, go_on, no_second_approver, join, role, no_recovery, .. } = arguments;
        if let Some(id) = destroy {
            return Ok(NewProposal::Destroy(casebook.find(id)?));
        }
        let (box_key, word) = (self.box_key.take(), self.word.take());
        let keys = self.signer.take().zip(self.recipients.take());
        Ok(match (box_key, keys, join.as_deref().zip(*role)) {
            (Some(key), ..) => match word {
                Some(word) if casebook.box_vouches_for(&key, &word) => NewProposal::RenewedBoxKey { key, word },
                Some(_) if !self.is_word_found => {
                    return Err(Failure::Failed(
                        "the key that this casebook's box has did not sign that for this key; nothing was proposed: ask whoever \
                         runs the box, and leave --vouched-by out if nobody vouches for it"
                            .to_owned(),
                    ));
                }
                _ => NewProposal::BoxKey(key),
            },
            (None, Some((signer, recipients)), Some((name, role))) => {
                NewProposal::Join(NewMember { name: Text::typed(name), role, signer, recipients })
            }
            (None, Some((signer, recipients)), None) => NewProposal::Recovery(Some(NewRecovery { signer, recipients })),
            (None, None, _) => match (leave, go_on) {
                (Some(member), _) => NewProposal::Leave(*member),
                (None, Some(head)) => NewProposal::GoOn(*head),
                (None, None) if *no_second_approver => NewProposal::NoSecondApprover,
                (None, None) if *no_recovery => NewProposal::Recovery(None),
                // clap wants one of them.
                (None, None) => return Err(Failure::Usage("say what is proposed; see --help".to_owned())),
            },
        })
    }
}

/// The one minisign public key in a file.
pub(super) fn one_key<R: KeyRole>(path: &Path, what: &str) -> Result<VerifyingKey<R>, Failure> {
    let keys = read_keys::<R>(&files::read_text(path, 64 * KIB)?).unwrap_or_default();
    let [key] = <[VerifyingKey<R>; 1]>::try_from(keys)
        .map_err(|_| Failure::Failed(format!("{} is not one public key; give the {what}", path.display())))?;
    Ok(key)
}

/// Where the word of the key before lies beside a new box.pub, as minisign looks for it.
fn vouched_beside(public: &Path) -> PathBuf {
    let mut name = public.as_os_str().to_owned();
    name.push(".minisig");
    PathBuf::from(name)
}

fn recipients(path: &Path) -> Result<GovernanceRecipients, Failure> {
    let text = files::read_text(path, 64 * KIB)?;
    GovernanceRecipients::parse(&text).map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))
}

fn log_head(text: &str) -> Result<LogHead, String> {
    let (number, digest) = text.split_once(':').ok_or("not an event and its digest")?;
    let number = number.trim().parse().map_err(|_| "the event is not a number".to_owned())?;
    let digest = digest.trim().parse().map_err(|_| "the digest is not 64 hexadecimal digits".to_owned())?;
    Ok(LogHead { number, digest })
}

impl ValueEnum for TeamRole {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.slug()).help(self.label()))
    }
}
