//! A team at work: what its honest members do with the program.

use std::{collections::BTreeSet, path::PathBuf};

use crate::{
    casebook::{
        AnswerId, Casebook, CasebookError, Editor, NewAside, NewProposal, NewReaders, Proposed,
        state::{alert::AlertKind, outline::Outline, replay::State},
    },
    domain::{CasebookSeen, Decisions, MemberId, MessageKind, ReportId, ReportState, Route, TeamRole, Text, WhoElse},
    files::tarball::TarReader,
    world::{
        TODAY,
        casebook::{Colleague, MISSING, World, approve_now, assessed, decide_now, note, notice},
    },
};

/// What an honest member can do, by number.
pub(super) const HONEST_ACTS: u8 = 17;

/// One step of a play. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// By an honest member, with the program.
    Honest { act: u8, who: u8, report: u8, choice: u8 },
    /// By the dishonest one, by hand.
    Dishonest { act: u8, one: u8, report: u8, choice: u8 },
}

/// A team with one dishonest member.
pub(super) struct Team {
    pub(super) world: World,
    /// Those who joined and are honest. The one who made the casebook is too.
    pub(super) honest: Vec<Colleague>,
    pub(super) dishonest: Colleague,
    /// Every collection that ever was made, as it lay on a stick.
    pub(super) sticks: Vec<PathBuf>,
    /// A copy of the whole casebook that the dishonest member kept.
    pub(super) stale: Option<tempfile::TempDir>,
    /// Reports that two members agreed to destroy.
    pub(super) agreed: BTreeSet<ReportId>,
    /// Reports that were in the casebook at some time.
    pub(super) known: BTreeSet<ReportId>,
    pub(super) attempts: usize,
    concerns: u8,
}

impl Team {
    /// Of so many honest members, and with one report.
    pub(super) fn of(honest: usize) -> Self {
        let world = World::in_memory();
        let honest: Vec<Colleague> =
            (1..honest).map(|number| world.colleague(&format!("Honest {number}"), TeamRole::Reviewer)).collect();
        let dishonest = world.colleague("Dishonest", TeamRole::Reviewer);
        let mut team = Self {
            world,
            honest,
            dishonest,
            sticks: Vec::new(),
            stale: None,
            agreed: BTreeSet::new(),
            known: BTreeSet::new(),
            attempts: 0,
            concerns: 0,
        };
        team.concern();
        team.collect();
        team.by_honest(0, |editor, file| editor.import(file, &MISSING, &TODAY).map(drop));
        team
    }

    pub(super) fn play(&mut self, step: &Step) {
        match *step {
            Step::Honest { act, who, report, choice } => self.act(act, usize::from(who), report, choice),
            Step::Dishonest { act, one, report, choice } => {
                self.attempts += 1;
                self.try_by_hand(act, one, report, choice);
                // Whoever opens it next finds it in order.
                self.opened(usize::from(choice));
            }
        }
        if let Some(casebook) = self.opened(0) {
            // What the dishonest member says to have entered may be nothing from the start.
            let of_box = casebook.state.outlines.keys().filter(|id| self.world.reports.contains_key(*id));
            self.known.extend(of_box);
            self.note_agreements(&casebook.state);
        }
    }

    /// The casebook as an honest member opens it: it opens, unless they are no member any more.
    pub(super) fn opened(&self, who: usize) -> Option<Casebook> {
        let who = who % (self.honest.len() + 1);
        let opened = match who.checked_sub(1) {
            None => self.world.open(),
            Some(place) => self.world.open_as(&self.honest[place]),
        };
        match opened {
            Ok(casebook) => casebook.me().is_some().then_some(casebook),
            Err(CasebookError::Log(crate::casebook::LogError::NotAMember)) => None,
            Err(other) => panic!("the casebook does not open: {other}"),
        }
    }

    /// Every casebook of an honest member.
    pub(super) fn all_opened(&self) -> Vec<Casebook> {
        (0..=self.honest.len()).filter_map(|who| self.opened(who)).collect()
    }

    /// One change by an honest member with the program, which may say no.
    fn by_honest(&self, who: usize, work: impl Fn(&mut Editor<'_>, &std::path::Path) -> Result<(), CasebookError>) {
        let who = who % (self.honest.len() + 1);
        let stick = self.sticks.last().cloned().unwrap_or_default();
        let work = |editor: &mut Editor<'_>| work(editor, &stick);
        // What is refused is refused with words, and changes nothing.
        let _ = match who.checked_sub(1) {
            None => self.world.edit(work),
            Some(place) => self.world.edit_as(&self.honest[place], work),
        };
    }

    fn concern(&mut self) {
        self.concerns += 1;
        self.world.concern(self.concerns, Route::StaffConcern, &[10]);
    }

    /// The box makes a collection, which lies on a stick from then on.
    pub(super) fn collect(&mut self) {
        let file = self.world.collect();
        self.sticks.push(file);
    }

    pub(super) fn report(&self, number: u8) -> ReportId {
        ReportId([number % self.concerns.max(1) + 1; 8])
    }

    fn act(&mut self, act: u8, who: usize, report: u8, choice: u8) {
        let id = self.report(report);
        match act {
            0 if self.concerns < 6 => {
                self.concern();
                self.collect();
                self.by_honest(who, |editor, file| editor.import(file, &MISSING, &TODAY).map(drop));
            }
            0 | 1 => {
                if self.world.reports[&id].entry.messages.len() < 4 {
                    self.world.say(id, MessageKind::FollowUp, &[3]);
                }
                self.collect();
                self.by_honest(who, |editor, file| editor.import(file, &MISSING, &TODAY).map(drop));
            }
            2 => {
                // An older stick, or the last one again: compared, and mended.
                let stick = self.sticks[usize::from(choice) % self.sticks.len()].clone();
                self.by_honest(who, |editor, _| editor.import(&stick, &MISSING, &TODAY).map(drop));
            }
            3 => self.by_honest(who, |editor, _| decide_now(editor, id, note("A note.")).map(drop)),
            4 => self.by_honest(who, |editor, _| decide_now(editor, id, notice("How we use it.")).map(drop)),
            5 => {
                let closed = || crate::casebook::NewAssessment::new(None, Some(ReportState::Closed), None);
                self.by_honest(who, |editor, _| decide_now(editor, id, assessed(closed())).map(drop));
            }
            6 => self.by_honest(who, |editor, _| {
                let waiting: Vec<AnswerId> =
                    editor.casebook().waiting_answers().iter().map(|waiting| waiting.answer).collect();
                waiting.into_iter().try_for_each(|answer| approve_now(editor, answer))
            }),
            7 => self.by_honest(who, |editor, _| {
                let members: Vec<_> = editor.casebook().team().iter().map(|member| member.id).collect();
                let chosen = members.iter().enumerate().filter(|(place, _)| choice >> (place % 8) & 1 == 1);
                let readers = chosen.map(|(_, id)| *id).chain([editor.me]).collect();
                editor.restrict(id, NewReaders { readers, reason: Text::typed("They are named.") }, &TODAY)
            }),
            8 => self.by_honest(who, |editor, _| editor.ask_for_second_approver(&TODAY)),
            9 => self.by_honest(who, |editor, _| {
                let proposal = match choice % 3 {
                    0 => NewProposal::NoSecondApprover,
                    1 => NewProposal::Destroy(id),
                    _ => NewProposal::LetIn { report: id, readers: None, reason: Text::typed("They are needed.") },
                };
                editor.propose(proposal, &TODAY).map(|proposed| {
                    assert!(matches!(proposed, Proposed::Waits(_)), "one member alone");
                })
            }),
            // An honest member consents to what a colleague proposes, whoever that is, but not to losing a colleague.
            10 | 11 => self.by_honest(who, |editor, _| {
                let open = editor.casebook().proposals();
                let mut wanted = open.iter().filter(|open| !matches!(open.what, crate::casebook::ChangeView::Leave(_)));
                match wanted.next_back() {
                    Some(proposal) => editor.consent(proposal.event, &TODAY),
                    None => Ok(()),
                }
            }),
            12 => self.by_honest(who, |editor, _| {
                let first = editor.casebook().proposals().first().map(|open| open.event);
                first.map_or(Ok(()), |event| editor.decline(event, &TODAY))
            }),
            13 => self.export(who),
            14 => self.by_honest(who, |editor, _| editor.confirm(editor.casebook().version(), &TODAY)),
            15 if choice.is_multiple_of(2) => self.by_honest(who, |editor, _| editor.bring_back(&[id], &TODAY)),
            15 => self
                .by_honest(who, |editor, _| editor.set_aside(&[id], NewAside::not_for_us(vec![WhoElse::Cqc]), &TODAY)),
            _ => self.by_honest(who, |editor, _| {
                editor.show(id, (crate::world::DAY, &crate::domain::Calendar::default()), &TODAY).map(drop)
            }),
        }
    }

    /// Decisions are carried to the box, which remembers the end of the casebook that they name.
    fn export(&mut self, who: usize) {
        let out = (0..).map(|number: u32| self.world.dir.path().join(format!("d{number}")));
        let out = out.into_iter().find(|path| !path.exists()).unwrap_or_default();
        self.by_honest(who, |editor, _| editor.export(&out, false, &TODAY).map(drop));
        let Ok(bytes) = std::fs::read(&out) else { return };
        let json = TarReader::new(bytes.as_slice()).read("decisions.json", 1 << 20).unwrap();
        let decisions: Decisions = serde_json::from_slice(&json).unwrap();
        self.world.seen =
            Some(CasebookSeen { casebook: decisions.casebook, decisions: decisions.number, head: decisions.head });
    }

    /// What two members agreed on, as everybody is told.
    fn note_agreements(&mut self, state: &State) {
        for alert in &state.alerts {
            if let AlertKind::Consented { what: crate::casebook::ChangeView::Destroy(id), proposed_by } = &alert.what {
                assert!(alert.by != *proposed_by, "one member destroyed a report");
                self.agreed.insert(*id);
            }
        }
    }

    /// Whoever can open a report seals it to its readers once more, so that nobody is left without a key that they should
    /// have; and what was kept wrongly is taken in again.
    pub(super) fn settle(&mut self) {
        for who in 0..=self.honest.len() {
            self.by_honest(who, |editor, _| {
                let state = &editor.casebook.state;
                let everyone: BTreeSet<MemberId> = state.active().map(|(id, _)| *id).collect();
                let readers = |id: &ReportId, outline: &Outline| match outline.access.chosen() {
                    Some(chosen) => Some(chosen.clone()),
                    None => state.is_keyless(*id).then(|| everyone.clone()),
                };
                let restricted: Vec<_> = state
                    .outlines
                    .iter()
                    .filter_map(|(id, outline)| Some((*id, readers(id, outline)?)))
                    .filter(|(_, readers)| readers.contains(&editor.me))
                    .collect();
                for (id, readers) in restricted {
                    let active = readers.into_iter().filter(|reader| editor.casebook.state.is_active(*reader));
                    let new = NewReaders { readers: active.collect(), reason: Text::typed("Sealed anew.") };
                    editor.restrict(id, new, &TODAY)?;
                }
                Ok(())
            });
        }
        for who in 0..=self.honest.len() {
            for stick in self.sticks.clone() {
                self.by_honest(who, |editor, _| editor.import(&stick, &MISSING, &TODAY).map(drop));
            }
        }
    }

    pub(super) fn events(&self) -> usize {
        self.opened(0).map_or(0, |casebook| casebook.state.chain.len())
    }

    pub(super) fn void(&self) -> usize {
        let Some(casebook) = self.opened(0) else { return 0 };
        casebook.state.alerts.iter().filter(|alert| matches!(alert.what, AlertKind::Void { .. })).count()
    }
}
