//! What the dishonest member does: signs whatever they like, and moves files about.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use data_encoding::BASE64;

use super::play::Team;
use crate::{
    casebook::{
        Casebook,
        log::{
            chain,
            draft::{Commented, Drafted},
            entered::{EnteredCode, ToldPerson},
            event::{
                Accessed, AnswerId, Approved, Change, Consented, Decided, Destroy, Entered, Exported, FollowedUp,
                HowEntered, HowFollowedUp, Imported, Joining, LetIn, Matter, MessageNews, NewKey, News, RecoveryKeys,
                Referred, RenewedBoxKey, Restricted, SealedMatter, SettingAside, TakenBack, What, Written,
            },
            keyring::first,
            reference::{
                Narrative, NoteSubject, Organisation, Reference, Register, RegisterEntry, SavedFilter, TeamAddress,
                Theme,
            },
        },
    },
    crypto::{self, Code, GovernanceRecipients, SigningKey, answer_digest, os_random, seal_message},
    domain::{
        AccessKind, Answer, AnswerKind, Area, Assessment, Calendar, Collected, Digest, FileEntry, Format, LogHead,
        Manifest, MemberId, Message, MessageContent, MessageKind, MessageSummary, OrganisationId, Part, ReferenceId,
        ReportId, ReportState, Route, Salt, SetAsideReason, TeamRole, Text, ThemeId, WayIn, WhoElse, WhoseWords, YesNo,
        entered_clocks,
    },
    files::{self, Readers, tarball::TarReader},
    unseal::GovernanceIdentity,
    world::{DAY, KDF},
};

/// What they can do, by number.
pub(super) const ACTS: u8 = 35;

impl Team {
    /// One attempt. Whoever is no member any more has no key to sign with that counts, and tries all the same.
    pub(super) fn try_by_hand(&mut self, act: u8, one: u8, report: u8, choice: u8) {
        let id = self.report(report);
        let Some(casebook) = self.as_dishonest() else { return };
        let entered = casebook.state.reports.iter().find(|(_, report)| report.entered.is_some()).map(|(id, _)| *id);
        let id = entered.filter(|_| [29, 33].contains(&act) || choice.is_multiple_of(9)).unwrap_or(id);
        let me = self.dishonest.id;
        let members: Vec<MemberId> = casebook.state.members.keys().copied().collect();
        let other = members[usize::from(one) % members.len()];
        let proposals: Vec<u64> = casebook.state.proposals.keys().copied().collect();
        let proposal = proposals.get(usize::from(one) % proposals.len().max(1)).copied().unwrap_or(u64::from(one));
        let sign = |by: MemberId, what: What, matters: Vec<(GovernanceRecipients, Matter)>| {
            casebook.write_by_hand(by, &self.dishonest.signer, what, &matters);
        };
        let name = if choice.is_multiple_of(7) { other } else { me };
        let about = || SealedMatter::about(id);
        let to = self.sealing_to(&casebook, id);
        let reason = || vec![(to.clone(), Matter::Reason(Text::typed("Because.")))];
        let fact = || casebook.fact(id, DAY);
        match act {
            0 => {
                let Some(fact) = fact() else { return };
                sign(name, What::Proposed(Change::Destroy(Destroy { report: id, fact, goes_on_with: None })), vec![]);
            }
            1 => sign(name, What::Proposed(Change::Leave(other)), vec![]),
            2 => {
                let readers = choice.is_multiple_of(2).then(|| vec![me, other]);
                let why = about();
                sign(name, What::Proposed(Change::LetIn(LetIn { report: id, readers, why })), reason());
            }
            3 => {
                let what = match choice % 5 {
                    0 => Change::NoSecondApprover,
                    // By the word of a key that is not the box's.
                    4 => {
                        let (forger, key) = SigningKey::<crypto::BoxRole>::generate().unwrap();
                        let word = crypto::vouch_for(&key, &forger).unwrap();
                        Change::RenewedBoxKey(RenewedBoxKey { key: key.to_base64(), word })
                    }
                    1 => Change::BoxKey(SigningKey::<crypto::BoxRole>::generate().unwrap().1.to_base64()),
                    2 => Change::Recovery(Some(own_keys())),
                    _ => Change::GoOn(LogHead { number: u64::from(one), digest: Digest([choice; 32]) }),
                };
                sign(name, What::Proposed(what), vec![]);
            }
            4 => sign(name, What::Proposed(Change::Join(second_self(choice))), vec![]),
            // Their own proposal, or anybody's, with whatever key.
            5 | 6 => {
                let key = match choice % 4 {
                    0 => None,
                    1 => Some(NewKey {
                        generation: casebook.state.generation + 1,
                        recipient: first(&GovernanceIdentity::generate()),
                    }),
                    2 => Some(NewKey { generation: casebook.state.generation, recipient: String::new() }),
                    _ => casebook.state.outlines.get(&id).map(|outline| NewKey {
                        generation: outline.key.generation + 1,
                        recipient: first(&GovernanceIdentity::generate()),
                    }),
                };
                // As the program does it, or with a key that nobody else has: they throw it away.
                if casebook.state.may_consent(name, proposal).is_ok() && key.is_some() && choice.is_multiple_of(3) {
                    let mut mine = casebook;
                    if let Ok(mut editor) = mine.edit(&self.dishonest.signer) {
                        let _ = editor.consent(proposal, &crate::world::TODAY);
                    }
                    return;
                }
                sign(name, What::Consented(Consented { proposal, key }), vec![]);
            }
            7 => sign(name, What::Declined(proposal), vec![]),
            8 => sign(name, What::Confirmed(u64::from(choice) * 3), vec![]),
            9 => sign(name, What::SecondApprover, vec![]),
            10 | 11 => self.import_by_hand(&casebook, id, choice),
            12 => {
                let (sealed, news) = self.rewritten(id, &to);
                drop(sealed);
                sign(name, What::Mended(vec![about()]), vec![(to.clone(), Matter::News(vec![news]))]);
            }
            13 | 14 => {
                let seq = casebook.state.reports.get(&id).map_or(1, |report| report.next_answer());
                let matter = Matter::Decided(Box::new(self.decision(id, seq, choice)));
                sign(name, What::Decided(about()), vec![(to.clone(), matter)]);
            }
            15 => {
                let answer = AnswerId { report: id, seq: u32::from(choice % 4) };
                let file = FileEntry { size: 1, sha256: Digest([0; 32]) };
                let stored = casebook.state.reports.get(&id);
                let stored = stored.and_then(|report| report.answers.iter().find(|stored| stored.seq == answer.seq));
                let endorsement = stored.map_or_else(String::new, |stored| {
                    crypto::sign(&stored.endorsement(self.world.id, id), &self.dishonest.signer).unwrap().1
                });
                sign(name, What::Approved(Approved { answer, endorsement, file }), vec![]);
            }
            16 => {
                let answer = AnswerId { report: id, seq: u32::from(choice % 4) };
                sign(name, What::TakenBack(TakenBack { answer, why: about() }), reason());
            }
            17 => self.restrict_by_hand(&casebook, id, other, choice),
            18 => {
                let referred = Referred {
                    area: Area::Competition,
                    team: Text::typed("Mine"),
                    recipients: vec![],
                    parts: vec![],
                    redacted: false,
                    reason: Text::typed("x"),
                    file: Digest([0; 32]),
                };
                sign(name, What::Referred(about()), vec![(to.clone(), Matter::Referred(referred))]);
            }
            19 => {
                let accessed = Accessed { how: AccessKind::Opened, file: None };
                sign(name, What::Accessed(about()), vec![(to.clone(), Matter::Accessed(accessed))]);
            }
            20 => {
                let number = casebook.state.exported + u64::from(choice % 3);
                let heard = casebook.state.outlines.get(&id).map(|outline| &outline.heard);
                let told = |heard: &crate::casebook::state::heard::Heard| Collected {
                    report: id,
                    record: heard.record.unwrap_or(Digest([0; 32])),
                    messages: heard
                        .messages
                        .iter()
                        .map(|message| message.commitment)
                        .take(usize::from(choice % 3))
                        .collect(),
                };
                let collected: Vec<Collected> = heard.map(told).into_iter().collect();
                let (gone, set_aside) = (vec![], vec![]);
                let answers = vec![AnswerId { report: id, seq: u32::from(one % 3) }];
                sign(
                    name,
                    What::Exported(Exported {
                        number,
                        part: Part::WHOLE,
                        file: Digest([0; 32]),
                        answers,
                        collected,
                        gone,
                        set_aside,
                        entered: vec![],
                    }),
                    vec![],
                );
            }
            21 => sign(name, What::Unreadable, vec![]),
            22 => self.move_files(choice),
            23 => self.stale = Some(copied(&self.world.casebook())),
            24 => self.put_stale_back(),
            25 => self.plant_keys(&casebook, id, choice),
            26 | 27 => {
                let mut reports = vec![id];
                reports.extend((!choice.is_multiple_of(3)).then(|| self.report(one)));
                if !choice.is_multiple_of(5) {
                    reports.sort_unstable();
                    reports.dedup();
                }
                let reason = SetAsideReason::ALL[usize::from(choice) % SetAsideReason::ALL.len()];
                let set_aside = What::SetAside(SettingAside { reports: reports.clone(), reason });
                sign(name, if act == 26 { set_aside } else { What::BroughtBack(reports) }, vec![]);
            }
            28 => self.enter_by_hand(&casebook, choice),
            29 => {
                let answer = (!choice.is_multiple_of(3)).then_some(u32::from(one % 4));
                let on = if choice.is_multiple_of(2) { DAY } else { DAY.yesterday().unwrap() };
                let told =
                    ToldPerson { answer, on, way: if choice.is_multiple_of(5) { WayIn::Box } else { WayIn::Letter } };
                sign(name, What::ToldPerson(about()), vec![(to.clone(), Matter::ToldPerson(told))]);
            }
            30 => {
                let kind = AnswerKind::ALL[usize::from(choice) % AnswerKind::ALL.len()];
                let discarded = choice.is_multiple_of(4);
                let fields = vec![(Text::typed("text"), Text::typed("Tell me who you are.")); usize::from(one % 3)];
                let drafted = Drafted { kind, discarded, fields };
                sign(name, What::Drafted(about()), vec![(to.clone(), Matter::Drafted(drafted))]);
            }
            31 => {
                // A draft of this report or of another one, or none.
                let drafts = casebook.state.reports.values().flat_map(|report| &report.drafts);
                let drafts: Vec<u64> = drafts.map(|draft| draft.event).collect();
                let draft = drafts.get(usize::from(choice) % drafts.len().max(1)).copied().unwrap_or(u64::from(one));
                let commented = Commented { draft, text: Text::typed("Looks good.") };
                sign(name, What::Commented(about()), vec![(to.clone(), Matter::Commented(commented))]);
            }
            32 => sign(name, What::ReferenceChanged(Box::new(reference(one, choice))), vec![]),
            33 => self.follow_up_by_hand(&casebook, id, choice),
            _ => self.lift(&casebook, choice),
        }
    }

    /// A concern of their own making, to whomever they say, with or without a key that others have.
    fn enter_by_hand(&self, casebook: &Casebook, choice: u8) {
        let keys = Arc::new(GovernanceIdentity::generate());
        let recipient = first(&keys);
        let id = match choice % 4 {
            0 => self.report(choice),
            _ => crypto::entered_report(casebook.id(), &recipient),
        };
        if choice % 4 == 1 {
            let everyone = casebook.recipient(&casebook.state.recipient).unwrap();
            casebook.keys.save(id, 1, &keys, &everyone, true).unwrap();
        }
        let to = GovernanceRecipients::parse(&recipient).unwrap();
        let (_, message) = self.rewritten(id, &to);
        let anothers = casebook.state.reports.values().next().map(|report| report.reply_to.clone());
        let reply_to =
            anothers.filter(|_| choice.is_multiple_of(5)).unwrap_or_else(|| first(&GovernanceIdentity::generate()));
        let route = Route::StaffConcern;
        let locator = Digest([choice % 8; 32]);
        let file = message.kept[0];
        let entered = Entered {
            report: id,
            way: if choice.is_multiple_of(7) { WayIn::Box } else { WayIn::Letter },
            route,
            received_on: DAY,
            reply_to,
            clocks: entered_clocks(route, DAY, None, &Calendar::default()).unwrap(),
            files: vec![file],
            commitment: Digest([2; 32]),
            summary: Digest([3; 32]),
            code: choice.is_multiple_of(2).then(|| EnteredCode { locator, kdf: KDF.to_string() }),
            key: NewKey { generation: 1, recipient },
            about: SealedMatter::about(id),
        };
        let how = HowEntered {
            taken_by: Text::typed("Me"),
            words: WhoseWords::Noted,
            known: YesNo::No,
            answer_by: None,
            message,
        };
        let matters = vec![(to, Matter::Entered(Box::new(how)))];
        casebook.write_by_hand(self.dishonest.id, &self.dishonest.signer, What::Entered(Box::new(entered)), &matters);
    }

    /// What they say that a person said later, of whichever report, on whichever day; now and then in the name of a message of
    /// the box, collected or not.
    fn follow_up_by_hand(&self, casebook: &Casebook, id: ReportId, choice: u8) {
        let to = self.sealing_to(casebook, id);
        let (_, mut message) = self.rewritten(id, &to);
        message.seq = 1 + u32::from(choice % 4);
        let listed = self.world.reports.get(&id).and_then(|held| held.entry.messages.last());
        let listed = listed.filter(|_| choice.is_multiple_of(3));
        let followed_up = FollowedUp {
            on: if choice.is_multiple_of(5) { DAY.yesterday().unwrap() } else { DAY },
            files: message.kept.clone(),
            commitment: listed.map_or(Digest([choice; 32]), |listed| listed.commitment),
            summary: listed.map_or(Digest([3; 32]), |listed| listed.summary),
            about: SealedMatter::about(id),
        };
        let way = if choice.is_multiple_of(7) { WayIn::Box } else { WayIn::Letter };
        let how = HowFollowedUp { way, taken_by: Text::typed("Me"), words: WhoseWords::Own, message };
        let matters = vec![(to, Matter::FollowedUp(Box::new(how)))];
        let what = What::FollowedUp(Box::new(followed_up));
        casebook.write_by_hand(self.dishonest.id, &self.dishonest.signer, what, &matters);
    }

    fn as_dishonest(&self) -> Option<Casebook> {
        self.world.open_as(&self.dishonest).ok()
    }

    /// What is about a report they seal to its key, if they know it, and to a key of their own otherwise.
    fn sealing_to(&self, casebook: &Casebook, id: ReportId) -> GovernanceRecipients {
        let known = casebook.state.outlines.get(&id).map(|outline| outline.key.recipient.clone());
        known
            .and_then(|recipient| GovernanceRecipients::parse(&recipient).ok())
            .unwrap_or_else(|| self.dishonest.identity.recipients())
    }

    /// A file of keys that no event names, beside those that count.
    fn plant_keys(&self, casebook: &Casebook, id: ReportId, choice: u8) {
        let owner = if choice.is_multiple_of(2) { "casebook".to_owned() } else { id.to_string() };
        let path = self.world.casebook().join(format!("keys/{owner}.{}.age", 2 + u32::from(choice) * 9));
        let everyone = casebook.team_recipient().unwrap();
        let to = if choice.is_multiple_of(3) { everyone } else { self.world.identity.recipients() };
        let keys: String = (0..40).map(|_| GovernanceIdentity::generate().to_text().to_string()).collect();
        if !path.exists() {
            files::write_new(&path, Readers::Team, crypto::seal_bytes(keys.as_bytes(), &to).unwrap().as_bytes())
                .unwrap();
        }
    }

    /// A collection from a stick, with messages that they wrote themselves, or with some left out.
    fn import_by_hand(&mut self, casebook: &Casebook, id: ReportId, choice: u8) {
        if choice.is_multiple_of(2) {
            self.collect();
        }
        let stick = &self.sticks[usize::from(choice / 2) % self.sticks.len()];
        let sealed = fs::read(stick).unwrap();
        let plain = self.world.identity.open_stream(sealed.as_slice()).unwrap_or_else(|error| panic!("{error}"));
        let mut tar = TarReader::new(plain);
        let json = tar.read("manifest.json", 1 << 24).unwrap();
        let signature = String::from_utf8(tar.read("manifest.json.minisig", 4096).unwrap()).unwrap();
        let manifest: Manifest = serde_json::from_slice(&json).unwrap();
        let (mut reports, mut matters) = (Vec::new(), Vec::new());
        for entry in &manifest.reports {
            if choice.is_multiple_of(5) && entry.id == id {
                continue;
            }
            let known = casebook.state.outlines.get(&entry.id);
            let (key, to) = if known.is_some() {
                (None, self.sealing_to(casebook, entry.id))
            } else {
                let keys = Arc::new(GovernanceIdentity::generate());
                let generation = casebook.state.destroyed.get(&entry.id).map_or(0, |gone| gone.generation) + 1;
                let everyone = casebook.recipient(&casebook.state.recipient).unwrap();
                // Or they keep it from everybody else.
                if !choice.is_multiple_of(7) {
                    casebook.keys.save(entry.id, generation, &keys, &everyone, true).unwrap();
                }
                let recipient = first(&keys);
                let to = GovernanceRecipients::parse(&recipient).unwrap();
                (Some(NewKey { generation, recipient }), to)
            };
            let (files_, news) = self.rewritten(entry.id, &to);
            let place = casebook.import_path(casebook.state.imports + 1);
            for (index, bytes) in files_.iter().enumerate() {
                let path = place.join(Manifest::path(entry.id, 1, index));
                files::create_private_directory(path.parent().unwrap()).unwrap();
                if !path.exists() {
                    files::write_new(&path, Readers::Owner, bytes).unwrap();
                }
            }
            // Or they say that they could not open it.
            let unopened = if choice.is_multiple_of(3) { vec![1] } else { vec![] };
            reports.push(News { key, about: SealedMatter::about(entry.id), unopened });
            matters.push((to, Matter::News(vec![news])));
        }
        let manifest = BASE64.encode(&json);
        let imported = Imported { box_key: self.world.box_key.to_base64(), manifest, signature, reports };
        casebook.write_by_hand(self.dishonest.id, &self.dishonest.signer, What::Imported(imported), &matters);
    }

    /// A message in words of their own, with a reply key of their own.
    fn rewritten(&self, id: ReportId, to: &GovernanceRecipients) -> (Vec<Vec<u8>>, MessageNews) {
        let mine = Code::issue(&mut os_random()).derive(self.world.id, KDF).unwrap().reply;
        let mut message = if self.world.reports.contains_key(&id) {
            self.world.message(id, MessageKind::Concern)
        } else {
            self.world.message(self.report(0), MessageKind::Concern)
        };
        message = Message { reply_to: mine.recipient().to_string(), seq: 1, report: id, ..message };
        if let MessageContent::Concern(concern) = &mut message.content {
            concern.description = Text::typed("Nothing happened, and nobody should look.");
        }
        let sealed = seal_message(&message, to).unwrap().0.as_bytes().to_vec();
        let kept = FileEntry { size: sealed.len() as u64, sha256: crypto::digest(&sealed) };
        let summary = MessageSummary::of(&message);
        (vec![sealed], MessageNews { seq: 1, kept: vec![kept, kept], summary, salt: message.salt })
    }

    fn decision(&self, id: ReportId, seq: u32, choice: u8) -> Decided {
        let kind = [AnswerKind::Reply, AnswerKind::Notice, AnswerKind::Update][usize::from(choice % 3)];
        let state = [ReportState::Received, ReportState::Closed][usize::from(choice / 3 % 2)];
        let answer = Answer {
            format: Format::Answer,
            r#box: self.world.id,
            report: id,
            seq: seq + u32::from(choice.is_multiple_of(11)),
            kind,
            on: DAY,
            after: u32::from(!choice.is_multiple_of(5)),
            state,
            areas: vec![],
            turn_to: if choice.is_multiple_of(3) { vec![] } else { vec![WhoElse::Cqc] },
            supplementary: choice.is_multiple_of(13) && kind == AnswerKind::Notice,
            text: (!choice.is_multiple_of(4)).then(|| Text::typed("Tell me who you are.")),
            salt: Salt([choice; 32]),
        };
        let text = answer_digest(&answer).unwrap();
        let endorsement = crypto::sign(&answer.endorsement(text), &self.dishonest.signer).unwrap().1;
        let file = choice.is_multiple_of(2).then_some(FileEntry { size: 1, sha256: Digest([0; 32]) });
        let answers = vec![Written { answer, text, endorsement, file }];
        Decided { state, assessment: Assessment::default(), read: 9, note: None, answers, change_of_use: None }
    }

    /// Readers as they please, with a key that they seal to all of them, or to themselves alone.
    fn restrict_by_hand(&self, casebook: &Casebook, id: ReportId, other: MemberId, choice: u8) {
        let Some(outline) = casebook.state.outlines.get(&id) else { return };
        let generation = outline.key.generation + 1;
        let key = match casebook.keys.report(id).unwrap() {
            Some(before) if !choice.is_multiple_of(3) => Arc::new(GovernanceIdentity::generate().and(&before)),
            _ => Arc::new(GovernanceIdentity::generate()),
        };
        let all = casebook.state.active().map(|(member, _)| *member);
        let readers: Vec<MemberId> = match choice % 4 {
            0 => vec![self.dishonest.id],
            1 => vec![self.dishonest.id, other],
            2 => all.collect(),
            _ => all.filter(|member| *member != other).collect(),
        };
        let listed: BTreeSet<MemberId> = readers.iter().copied().collect();
        let restricted = Restricted {
            report: id,
            key: NewKey { generation, recipient: first(&key) },
            readers,
            why: SealedMatter::about(id),
        };
        // They write the key file where the event is one that counts; a file that no event names is nobody's key.
        let opened = chain::Opened {
            event: crate::casebook::log::event::Event {
                format: Format::Casebook,
                casebook: casebook.id(),
                number: casebook.version() + 1,
                previous: None,
                on: DAY,
                by: self.dishonest.id,
                what: What::Restricted(restricted),
            },
            signer: self.dishonest.signer.verifying_key().unwrap().to_base64(),
            matters: vec![chain::OpenedMatter::Open(Matter::Reason(Text::typed("x")))],
            word: None,
            digest: Digest([0; 32]),
        };
        if casebook.state.judge(&opened).is_ok() {
            let mut to = self.dishonest.identity.recipients();
            if !choice.is_multiple_of(5) {
                for (_, member) in casebook.state.active().filter(|(member, _)| listed.contains(member)) {
                    to = to.and(&GovernanceRecipients::of(&member.recipients).unwrap());
                }
            }
            casebook.keys.save(id, generation, &key, &to, true).unwrap();
        }
        let to = GovernanceRecipients::parse(&first(&key)).unwrap();
        let why = vec![(to, Matter::Reason(Text::typed("x")))];
        casebook.write_by_hand(self.dishonest.id, &self.dishonest.signer, opened.event.what, &why);
    }

    /// An event's file under another's name, two that are exchanged, or one that is written again at the end: everybody's
    /// program says so and stops, and goes on when the files are as they were.
    fn move_files(&self, choice: u8) {
        let directory = self.world.casebook();
        let numbers = chain::numbers(&directory).unwrap();
        let last = numbers.last().copied().unwrap_or(1);
        let (one, other) = (u64::from(choice) % last + 1, (u64::from(choice) * 7 + 3) % last + 1);
        let path = |number| chain::path(&directory, number);
        let (first, second) = (fs::read(path(one)).unwrap(), fs::read(path(other)).unwrap());
        if choice.is_multiple_of(2) {
            fs::write(path(last + 1), &first).unwrap();
            assert!(self.world.open().is_err(), "an event that was moved is taken");
            fs::remove_file(path(last + 1)).unwrap();
        } else if one != other {
            fs::write(path(one), &second).unwrap();
            fs::write(path(other), &first).unwrap();
            assert!(self.world.open().is_err(), "events that were exchanged are taken");
            fs::write(path(one), &first).unwrap();
            fs::write(path(other), &second).unwrap();
        }
    }

    /// The whole casebook as it was once: nobody can tell until the next collection, which is not taken in.
    fn put_stale_back(&mut self) {
        let Some(stale) = &self.stale else { return };
        let (directory, now) = (self.world.casebook(), copied(&self.world.casebook()));
        replace(stale.path(), &directory);
        let Ok(older) = self.world.open() else { panic!("a stale copy is a casebook") };
        let behind = self.world.seen.is_some_and(|seen| !older.state.knows(seen.head));
        if behind {
            let manifest = self.world.manifest();
            let parts = self.world.parts(&manifest);
            let file = self.world.carry(&crate::world::casebook::seal(&parts, &self.world.recipients()));
            assert!(
                self.world
                    .edit(|editor| editor.import(&file, &crate::world::casebook::MISSING, &crate::world::TODAY))
                    .is_err()
            );
            self.sticks.push(file);
        }
        replace(now.path(), &directory);
    }

    /// A sealed matter of an earlier event in an event of their own.
    fn lift(&self, casebook: &Casebook, choice: u8) {
        let number = u64::from(choice) % casebook.version() + 1;
        let sealed = chain::read(&self.world.casebook(), number).unwrap();
        let Ok(json) = casebook.keys.casebook().open_bytes(&sealed, 1 << 26) else { return };
        let envelope: crate::casebook::log::event::Envelope = serde_json::from_slice(&json).unwrap();
        let mut event: crate::casebook::log::event::Event = serde_json::from_str(envelope.event.as_str()).unwrap();
        event.number = casebook.version() + 1;
        event.previous = casebook.state.chain.last().copied();
        event.by = self.dishonest.id;
        let to = casebook.recipient(&casebook.state.recipient).unwrap();
        chain::append(&self.world.casebook(), &to, &event, &self.dishonest.signer).unwrap();
    }
}

/// What the team keeps beside its reports, as they would have it.
fn reference(one: u8, choice: u8) -> Reference {
    let organisation = |number: u8| OrganisationId([number % 4; 8]);
    let id = ReferenceId([one % 4; 8]);
    let text = || Text::typed("Mine");
    match choice % 8 {
        0 => Reference::Organisation(
            organisation(one),
            (!choice.is_multiple_of(3)).then(|| Organisation { name: text(), code: None, kind: None }),
        ),
        1 => Reference::SameOrganisation(organisation(one), Some(organisation(choice / 8))),
        2 => Reference::Theme(ThemeId([one % 4; 8]), Some(Theme { name: text(), about: Text::typed("") })),
        3 => Reference::Note(NoteSubject::Organisation(organisation(one)), text()),
        4 => Reference::Address(
            id,
            Some(TeamAddress {
                name: text(),
                area: Area::Competition,
                recipients: Text::typed(&first(&GovernanceIdentity::generate())),
            }),
        ),
        5 => Reference::Filter(id, Some(SavedFilter { name: text(), query: Text::typed("//elsewhere.invalid") })),
        6 => Reference::Narrative(i16::from(choice) * 30, Narrative::default()),
        _ => {
            let entry = |code: u8| RegisterEntry { code: code.to_string(), name: "Mine".to_owned(), kind: None };
            let organisations = vec![entry(one), entry(choice)];
            Reference::Register(Register { files: vec![text()], organisations })
        }
    }
}

fn own_keys() -> RecoveryKeys {
    let (_, public) = SigningKey::<crypto::SignerRole>::generate().unwrap();
    RecoveryKeys { signer: public.to_base64(), recipients: GovernanceIdentity::generate().recipients().keys() }
}

fn second_self(choice: u8) -> Joining {
    let RecoveryKeys { signer, recipients } = own_keys();
    let name = Text::typed("Second self");
    Joining { id: MemberId([choice; 8]), name, role: TeamRole::Lead, signer, recipients }
}

fn copied(directory: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    replace(directory, copy.path());
    copy
}

/// Makes a directory what another one is.
fn replace(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            replace(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
