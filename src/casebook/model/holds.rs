//! What holds at the end of a play.

use std::{collections::BTreeMap, fs};

use super::play::Team;
use crate::{
    casebook::{
        Casebook, CasebookError, LogError,
        state::{alert::AlertKind, replay::State},
    },
    domain::{Calendar, ReportId},
    unseal::GovernanceIdentity,
    world::{
        DAY,
        casebook::{Colleague, MARKER},
    },
};

impl Team {
    pub(super) fn holds(&self) {
        let opened = self.all_opened();
        assert!(!opened.is_empty(), "no honest member is left");
        self.words_are_the_persons(&opened);
        self.nothing_is_lost(&opened);
        self.keys_are_the_readers();
        agree(&opened);
    }

    /// An honest reader never sees words that the person did not write.
    fn words_are_the_persons(&self, opened: &[Casebook]) {
        for casebook in opened {
            for (id, report) in &casebook.state.reports {
                match casebook.show(*id, DAY, &Calendar::default()) {
                    Ok(view) => {
                        let concerns = view.messages.iter().filter_map(|message| message.concern());
                        for concern in concerns {
                            assert!(concern.description.as_str().starts_with(MARKER), "other words are shown");
                        }
                    }
                    Err(CasebookError::Log(
                        LogError::NotTheBoxsWord { .. } | LogError::Exchanged(_) | LogError::File(_),
                    )) => {}
                    Err(other) => panic!("{other}"),
                }
                if let Some(held) = self.world.reports.get(id) {
                    assert_eq!(
                        report.reply_to,
                        held.reply.recipient().to_string(),
                        "answers are sealed to somebody else"
                    );
                }
            }
        }
    }

    /// No report is lost that two members did not agree to destroy: an honest reader can open everything of it. Whoever
    /// let a second self of the dishonest member join made two members of one person, who could destroy it as well.
    fn nothing_is_lost(&self, opened: &[Casebook]) {
        for id in &self.known {
            let is_there = opened.iter().any(|casebook| casebook.state.outlines.contains_key(id));
            if !is_there {
                assert!(self.agreed.contains(id), "{id} is gone");
                continue;
            }
            if is_left_to_two_selves(opened, *id) {
                continue;
            }
            let shown = opened.iter().map(|casebook| casebook.show(*id, DAY, &Calendar::default()));
            let refused: Vec<String> = shown.filter_map(|shown| shown.err().map(|error| error.to_string())).collect();
            assert!(refused.len() < opened.len(), "nobody honest can open {id}: {refused:?}");
        }
    }

    /// Nobody who is not on a report's list of readers ever holds its key.
    fn keys_are_the_readers(&self) {
        let Some(casebook) = self.opened(0) else { return };
        let everyone: Vec<&Colleague> = self.honest.iter().chain([&self.dishonest]).collect();
        for (id, outline) in &casebook.state.outlines {
            for colleague in &everyone {
                let holds = holds_key(&self.world.casebook(), &colleague.identity, *id, &outline.key.recipient);
                assert!(
                    !holds || outline.access.is_open_to(colleague.id),
                    "someone who is no reader holds the key of {id}"
                );
            }
        }
    }
}

/// Whether a report's readers are two members or more, and none of the honest ones, of each of whom all were told.
pub(super) fn is_left_to_two_selves(opened: &[Casebook], id: ReportId) -> bool {
    let honest: Vec<_> = opened.iter().filter_map(Casebook::me).collect();
    opened.iter().all(|casebook| {
        let state = &casebook.state;
        let Some(readers) = state.outlines.get(&id).and_then(|outline| outline.access.chosen()) else { return false };
        let is_told = |member| {
            state.alerts.iter().any(|alert| match &alert.what {
                AlertKind::Restricted { report, shut_out, .. } => *report == id && shut_out.contains(member),
                _ => false,
            })
        };
        let left = readers.iter().filter(|reader| state.is_active(**reader));
        left.count() > 1 && honest.iter().all(|member| !readers.contains(member) && is_told(member))
    })
}

/// Whether someone can open a report's key with all that lies in the casebook.
fn holds_key(directory: &std::path::Path, identity: &GovernanceIdentity, id: ReportId, recipient: &str) -> bool {
    let mut openers = identity.and(identity);
    let files: Vec<_> = fs::read_dir(directory.join("keys")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let opened = |path: &std::path::PathBuf, openers: &GovernanceIdentity| {
        let sealed = fs::read(path).unwrap();
        let text = openers.open_bytes(&sealed, 1 << 20).ok()?;
        GovernanceIdentity::from_text(std::str::from_utf8(&text).ok()?).ok()
    };
    let named = |path: &std::path::PathBuf, begins: &str| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(begins))
    };
    for path in files.iter().filter(|path| named(path, "casebook")) {
        if let Some(keys) = opened(path, identity) {
            openers = openers.and(&keys);
        }
    }
    let mut mine = files.iter().filter(|path| named(path, &id.to_string()));
    mine.any(|path| opened(path, &openers).is_some_and(|keys| keys.only(recipient).is_some()))
}

/// All honest readers end in the same state: of everything that both may know.
fn agree(opened: &[Casebook]) {
    let [first, others @ ..] = opened else { return };
    for other in others {
        assert_eq!(shared(&first.state), shared(&other.state), "two honest members differ");
        for (id, of_first) in reports(first) {
            if let Some(of_other) = reports(other).get(&id) {
                assert_eq!(&of_first, of_other, "two honest readers differ about {id}");
            }
        }
    }
}

/// What every member knows, whoever they are.
fn shared(state: &State) -> Vec<String> {
    let members = state
        .members
        .iter()
        .map(|(id, member)| format!("member {id} {} {:?} {}", member.signer, member.left_on, member.confirmed));
    let outlines = state.outlines.iter().map(|(id, outline)| {
        let messages = outline.heard.messages.iter().map(|message| (message.commitment, message.by, message.confirmed));
        let (messages, heard) = (messages.collect::<Vec<_>>(), &outline.heard);
        let told = (heard.record, heard.acknowledged, heard.standing, outline.set_aside.map(|aside| aside.reason));
        format!("{id} {:?} {:?} {messages:?} {told:?}", outline.key, outline.access.chosen())
    });
    let proposals = state.proposals.iter().map(|(event, proposal)| format!("proposal {event} {}", proposal.by));
    // What one of them alone can tell is told to them alone.
    let own = |what: &AlertKind| {
        matches!(
            what,
            AlertKind::NotTheBoxsWord { .. }
                | AlertKind::NotAsEntered { .. }
                | AlertKind::DeliveredElsewhere { .. }
                | AlertKind::KeyWithheld
        )
    };
    let told = state.alerts.iter().filter(|alert| !own(&alert.what));
    // What is void because of what a report's readers alone know is told to them alone.
    let told = told.filter(|alert| match alert.what {
        AlertKind::Void { why, .. } => !is_private(why),
        _ => true,
    });
    let told = told.map(|alert| format!("alert {} {}", alert.event, alert.by));
    let rest = [
        format!("{} {} {}", state.recipient, state.generation, state.second_approver),
        format!("{:?} {} {:?} {}", state.r#box, state.at_box.number(), state.manifests, state.exported),
        format!("{:?} {:?}", state.destroyed.keys().collect::<Vec<_>>(), state.box_key),
    ];
    let book = &state.reference;
    let addresses = book.addresses.iter().map(|(id, address)| format!("{id} {}", address.recipients.as_str()));
    let codes = book.register.organisations.iter().map(|entry| entry.code.as_str());
    let beside = [
        format!("{:?} {:?}", book.organisations.keys().collect::<Vec<_>>(), book.same),
        format!("{:?} {:?}", addresses.collect::<Vec<_>>(), codes.collect::<Vec<_>>()),
        format!("{} {:?}", book.notes.len(), book.narratives.keys().collect::<Vec<_>>()),
    ];
    members.chain(outlines).chain(proposals).chain(told).chain(rest).chain(beside).collect()
}

/// Whether only a report's readers can tell that.
fn is_private(why: crate::casebook::NotAllowed) -> bool {
    use crate::casebook::NotAllowed as Why;
    matches!(
        why,
        Why::Broken(_)
            | Why::Letter(_)
            | Why::Answer(_)
            | Why::NeedsApprover
            | Why::NotWaiting(_)
            | Why::Assessment(_)
            | Why::Linked(_)
            | Why::NotGiven(_)
            | Why::Export(Some(_))
    )
}

/// What a report's readers know of it.
fn reports(casebook: &Casebook) -> BTreeMap<ReportId, Vec<String>> {
    let state = &casebook.state;
    let reports = state.reports.iter().filter(|(id, _)| !state.without_key.contains(id));
    reports
        .map(|(id, report)| {
            let messages = report.messages.iter().map(|message| format!("message {} {:?}", message.seq, message.kept));
            let answers = report.answers.iter().map(|answer| {
                let (file, by) = (answer.file, answer.approved_by);
                format!("answer {} {} {file:?} {by:?} {:?}", answer.seq, answer.text, answer.exported_in)
            });
            let standing = format!("{} {:?} {} {:?}", report.state, report.reply_to, report.read, report.history);
            (*id, messages.chain(answers).chain([standing]).collect())
        })
        .collect()
}
