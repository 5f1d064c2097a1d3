//! In words, for pages and commands: what happened to the team, what a change would bring about, and who tried what they may not.

use crate::{
    casebook::{AlertKind, AlertView, Casebook, ChangeView, Tried},
    domain::{MemberId, escape_invisible_in_line},
    http::{Day, Days},
};

/// One line on the queue.
pub(super) struct AlertRow {
    pub(super) on: Day,
    pub(super) text: String,
    /// Whether a page says more of it: of what the box lost.
    pub(super) is_of_loss: bool,
    pub(super) times: usize,
}

impl AlertRow {
    pub(super) fn new(alert: &AlertView, casebook: &Casebook) -> Self {
        Self { on: Day(alert.on), text: told(alert, casebook), is_of_loss: is_of_loss(alert), times: alert.times }
    }
}

/// Whether more is said elsewhere of what the box lost.
pub(crate) const fn is_of_loss(alert: &AlertView) -> bool {
    matches!(alert.what, AlertKind::NewEpoch { .. } | AlertKind::LostAtBox { .. } | AlertKind::Contradicts { .. })
}

/// What a member is called.
pub(super) fn name(casebook: &Casebook, id: MemberId) -> String {
    casebook.member_name(id).map_or_else(|| "Someone".to_owned(), |name| escape_invisible_in_line(name.as_str()))
}

/// What everybody is told, in a sentence or two.
#[must_use]
pub(crate) fn told(alert: &AlertView, casebook: &Casebook) -> String {
    let by = name(casebook, alert.by);
    match &alert.what {
        AlertKind::Void { tried, why } => format!("{by} tried to {}. It changed nothing: {why}.", attempt(*tried)),
        AlertKind::NotTheBoxsWord { report, seq } => format!(
            "{by} took in message {seq} of report {}, and kept something else than the person sent. Take the same \
             collection in again to mend it. Nothing is sealed to whoever it names.",
            report.named()
        ),
        AlertKind::NotAsEntered { report } => {
            let report = report.named();
            format!(
                "{by} entered report {report}, or what its person said later, and it can’t be read. Ask {by} to enter it again."
            )
        }
        AlertKind::Proposed(change) => format!("{by} proposed that {}.", described(change, casebook)),
        AlertKind::Consented { what, proposed_by } if *proposed_by == alert.by => {
            format!("{by} decided that {}.", described(what, casebook))
        }
        AlertKind::Consented { what, proposed_by } => {
            let proposed_by = name(casebook, *proposed_by);
            format!("{by} consented to what {proposed_by} proposed: {}.", described(what, casebook))
        }
        AlertKind::Declined(change) => format!("{by} turned down that {}.", described(change, casebook)),
        AlertKind::Recovered { name } => format!(
            "{} joined with the recovery keys from the safe, without anybody’s consent.",
            escape_invisible_in_line(name.as_str())
        ),
        AlertKind::SecondApprover => format!("{by} asked for a second approver for every text to a person."),
        AlertKind::Restricted { report, readers, shut_out } => {
            let (report, readers) = (report.named(), names(casebook, readers));
            let mut text = format!("{by} chose who may open report {report}: {readers}.");
            if !shut_out.is_empty() {
                text += &format!(" Shut out: {}.", names(casebook, shut_out));
            }
            text
        }
        AlertKind::KeyWithheld => format!(
            "{by} made a new key of the casebook and did not give it to you. What you write is sealed to the key before, \
             which whoever left may have. Propose that the membership of {by} ends: that makes a key for all who stay."
        ),
        AlertKind::OtherCasebook { .. } => format!(
            "The box takes decisions of another casebook than this one. Ask whoever runs it to confirm this one: candour \
             init with --confirm-casebook {}.",
            casebook.id()
        ),
        AlertKind::DeliveredElsewhere { report, seq } => format!(
            "The box gave the person an answer {seq} to report {} that this casebook did not write. They may have read \
             it. Unless an earlier casebook was lost that wrote it, somebody whose key is in signers.pub signed it by hand: \
             find out who, ask whoever runs the box for the decisions files, and write to the person what they have to know.",
            report.named()
        ),
        AlertKind::NotHere { report, seq } => format!(
            "Message {seq} of report {} is not here, and the box does not send it: it was told that it is here, or lost \
             it. Ask whoever runs the box at once for a collection made with candour collect --again: what the box still \
             keeps is in that. If it does not come, write to the person and ask them to say it again.",
            report.named()
        ),
        AlertKind::Unopened { messages, reports } => {
            /// Reports that are named.
            const NAMED: usize = 10;
            let named: Vec<String> = reports.iter().take(NAMED).map(|report| report.named()).collect();
            let more = if reports.len() > NAMED { ", and others" } else { "" };
            format!(
                "{by} took in a collection in which {} sealed to a key that {by} does not have: of report {}{more}. The box \
                 keeps them until it is told that they are here, which this casebook does not say before somebody opened \
                 them. Whoever has an earlier key takes the same collection in, or the next. If nobody has it any more, \
                 write to these persons and ask them to say it again.",
                plural(*messages, "message is", "messages are"),
                named.join(", ")
            )
        }
        AlertKind::NewEpoch { epoch } => {
            let from = epoch.backup_of.map_or_else(
                || "It began anew".to_owned(),
                |day| format!("It was restored from a backup of {}", Day(day).in_words()),
            );
            let to = Day(epoch.began_on);
            let lost = |from| Days { from: Day(from), to }.in_words();
            let between = epoch.backup_of.map_or_else(|| "before then".to_owned(), lost);
            format!(
                "{by} took in what the box says since {}. {from}. What people sent {between} and nobody collected is lost, and \
                 their receipt codes lead nowhere. What was answered meanwhile goes out once more.",
                to.in_words()
            )
        }
        AlertKind::LostAtBox { reports } => format!(
            "The box lost {} here: their receipt codes open nothing, and answers to them can’t be delivered.",
            plural(*reports, "report that is", "reports that are")
        ),
        AlertKind::Contradicts { report } => format!(
            "What the box says of report {} can’t be of the report that is here under that id. Nothing of it was taken \
             in. Keep the collection, and ask whoever runs the box.",
            report.named()
        ),
        AlertKind::OtherReports { there, here } => format!(
            "Besides those in the last collection the box has {}, and this casebook knows of {here}. Ask whoever runs the box \
             for a collection made with candour collect --again.",
            plural(*there, "report", "reports")
        ),
        AlertKind::SetAside { reports, reason } => {
            let reports = plural(*reports, "report", "reports");
            format!("{by} set {reports} aside, for this reason: {}.", reason.label().to_lowercase())
        }
        AlertKind::BroughtBack { reports } => {
            let reports = plural(*reports, "report", "reports");
            format!("{by} opened {reports} again that had been set aside.")
        }
        AlertKind::AddressKeys { team } => format!(
            "{by} put keys for the team “{}” into the address book. Compare their fingerprint with that team by voice before \
             anything is handed to it.",
            escape_invisible_in_line(team.as_str())
        ),
    }
}

fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn names(casebook: &Casebook, members: &[MemberId]) -> String {
    members.iter().map(|member| name(casebook, *member)).collect::<Vec<_>>().join(", ")
}

/// What would come about, after “that”.
#[must_use]
pub(crate) fn described(change: &ChangeView, casebook: &Casebook) -> String {
    match change {
        ChangeView::Join { name, role, .. } => {
            format!("{} joins as {}", escape_invisible_in_line(name.as_str()), role.label().to_lowercase())
        }
        ChangeView::Leave(member) => format!("the membership of {} ends", name(casebook, *member)),
        ChangeView::LetIn { report, readers: None } => {
            format!("every member may open report {} again", report.named())
        }
        ChangeView::LetIn { report, readers: Some(readers) } => {
            format!("these may open report {}: {}", report.named(), names(casebook, readers))
        }
        ChangeView::NoSecondApprover => "texts to a person need no second approver any more".to_owned(),
        ChangeView::BoxKey(_) => {
            "the box has another key, and nobody vouches for it: it is another box, or its key was lost or stolen"
                .to_owned()
        }
        ChangeView::RenewedBoxKey(_) => "the box has a new key, vouched for by the key before".to_owned(),
        ChangeView::Destroy(report) => format!("report {} is destroyed", report.named()),
        ChangeView::Recovery { keys: Some(_) } => "there are recovery keys in a safe".to_owned(),
        ChangeView::Recovery { keys: None } => "there are no recovery keys any more".to_owned(),
        ChangeView::GoOn { number, .. } => {
            format!("this casebook goes on without what was recorded up to event {number} of a newer copy")
        }
    }
}

/// What it means, for whoever is to consent.
pub(super) const fn meaning(change: &ChangeView) -> &'static str {
    match change {
        ChangeView::Join { .. } => {
            "They will open every report whose readers were not chosen, and take part in what needs two members. Compare both fingerprints with them by voice: whoever proposed this may have put in keys of their own."
        }
        ChangeView::Leave(_) => {
            "What is recorded from then on is sealed so that they can’t open it. What they could open until then they may have copied."
        }
        ChangeView::LetIn { .. } => "They will open all of it, what was recorded meanwhile included.",
        ChangeView::NoSecondApprover => "From then on one member alone can write to a person.",
        ChangeView::RenewedBoxKey(_) => {
            "It is the same box, and its numbers go on: nothing is lost, and no epoch has to be confirmed. Collections that are signed with the new key are believed from then on, and no others: one that was made before and not taken in has to be collected again. The key before can’t be the box’s again. Compare the new fingerprint with whoever runs the box, by voice: if somebody stole the key before, they can have signed a key of their own with it."
        }
        ChangeView::BoxKey(_) => {
            "Nobody vouches for this key: ask whoever runs the box why it has another one. Collections that are signed with the new key are believed from then on, and no others. Compare its fingerprint with whoever runs the box, by voice. Another box may have that key: its first collection has to be confirmed then as that of a new epoch. Reports of the old box are lost at the new one: they stay here, but their receipts open nothing, and no answer gets there."
        }
        ChangeView::Destroy(_) => {
            "Its key and its files go for good, and with them everything that was written, sent, decided and noted about it. Only what the yearly figures count is kept."
        }
        ChangeView::Recovery { keys: Some(_) } => {
            "Whoever holds these keys can open every report whose readers were not chosen, and let someone join without anybody’s consent. Compare both fingerprints with what lies in the safe."
        }
        ChangeView::Recovery { keys: None } => "If all members lose their keys, nothing can be opened any more.",
        ChangeView::GoOn { .. } => {
            "Everything that was recorded in the newer copy and is not here is given up: decisions, answers, members. Look for the newer copy first."
        }
    }
}

const fn attempt(tried: Tried) -> &'static str {
    match tried {
        Tried::Create => "make this casebook once more",
        Tried::Propose => "propose a change",
        Tried::Consent => "consent to a change",
        Tried::Decline => "turn a proposal down",
        Tried::Recover => "let someone join with the recovery keys",
        Tried::AskForApprover => "ask for a second approver",
        Tried::Confirm => "confirm that something was seen",
        Tried::Import => "take a collection in",
        Tried::Enter => "enter a concern",
        Tried::FollowUp => "enter what a person said later",
        Tried::TellPerson => "record that a person was told something",
        Tried::Mend => "replace what was kept of a message",
        Tried::Decide => "decide about a report",
        Tried::Approve => "approve an answer",
        Tried::TakeBack => "take an answer back",
        Tried::SetAside => "set reports aside",
        Tried::BringBack => "bring back reports that were set aside",
        Tried::Draft => "keep a draft",
        Tried::Comment => "comment on a draft",
        Tried::ChangeReference => "change what the team keeps beside its reports",
        Tried::Restrict => "choose who may open a report",
        Tried::Refer => "hand a report on",
        Tried::NoteAccess => "note that a report was opened",
        Tried::Export => "export decisions",
        Tried::Unknown => "record something that can’t be read",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::NotAllowed,
        domain::{BoxId, Digest, Epoch, EpochId, ReportId, SetAsideReason, TeamRole, Text},
        world::{DAY, casebook::World},
    };

    #[test]
    fn everything_that_can_be_told_is_told_in_a_described() {
        let world = World::new();
        let casebook = world.open().unwrap();
        let me = casebook.me().unwrap();
        let (report, keys) = (ReportId([7; 8]), (world.box_key.to_base64(), vec!["age1".to_owned()]));
        let changes = [
            ChangeView::Join {
                name: Text::typed("Sam\u{202e}"),
                role: TeamRole::Adviser,
                signer: keys.0.clone(),
                recipients: world.identity.recipients().keys(),
            },
            ChangeView::Leave(me),
            ChangeView::LetIn { report, readers: None },
            ChangeView::LetIn { report, readers: Some(vec![me]) },
            ChangeView::NoSecondApprover,
            ChangeView::BoxKey(keys.0.clone()),
            ChangeView::RenewedBoxKey(keys.0.clone()),
            ChangeView::Destroy(report),
            ChangeView::Recovery { keys: Some(keys) },
            ChangeView::Recovery { keys: None },
            ChangeView::GoOn { number: 9, digest: Digest([1; 32]) },
        ];
        let epoch = Epoch { id: EpochId([1; 16]), began_on: DAY, backup_of: Some(DAY) };
        let mut kinds: Vec<AlertKind> = changes.iter().cloned().map(AlertKind::Proposed).collect();
        kinds.extend(changes.iter().cloned().map(AlertKind::Declined));
        kinds.extend(changes.iter().cloned().map(|what| AlertKind::Consented { what, proposed_by: me }));
        kinds.extend([
            AlertKind::Void { tried: Tried::Export, why: NotAllowed::NoReader(report) },
            AlertKind::NotTheBoxsWord { report, seq: 1 },
            AlertKind::NotAsEntered { report },
            AlertKind::Recovered { name: Text::typed("Sam") },
            AlertKind::SecondApprover,
            AlertKind::Restricted { report, readers: vec![me], shut_out: vec![me] },
            AlertKind::KeyWithheld,
            AlertKind::OtherCasebook { r#box: BoxId([1; 16]) },
            AlertKind::NotHere { report, seq: 2 },
            AlertKind::Unopened { messages: 12, reports: vec![report; 11] },
            AlertKind::NewEpoch { epoch },
            AlertKind::NewEpoch { epoch: Epoch { backup_of: None, ..epoch } },
            AlertKind::LostAtBox { reports: 2 },
            AlertKind::Contradicts { report },
            AlertKind::OtherReports { there: 2, here: 3 },
            AlertKind::SetAside { reports: 2, reason: SetAsideReason::Test },
            AlertKind::BroughtBack { reports: 1 },
            AlertKind::AddressKeys { team: Text::typed("Quality\u{202e} team") },
            AlertKind::DeliveredElsewhere { report, seq: 1 },
        ]);
        for what in kinds {
            let alert = AlertView { event: 1, on: DAY, by: MemberId([9; 8]), what, times: 1 };
            let text = told(&alert, &casebook);
            assert!(text.ends_with('.') && !text.contains(".."), "{text}");
            assert!(!text.contains('\u{202e}'), "{text}");
            assert!(!text.contains(&report.to_string()), "named by its id: {text}");
        }
        assert!(changes.iter().all(|change| !meaning(change).is_empty()));
        let joins = casebook.to_compare(&changes[0]);
        assert!(joins.len() == 2 && joins.iter().all(|compared| compared.value.len() > 60), "{joins:?}");
    }
}
