//! All that the events say, folded together, as far as one member can open them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    casebook::{
        error::NotAllowed,
        log::{
            chain::{Opened, OpenedMatter},
            event::{
                AnswerId, Approved, Change, Created, Event, Exported, Joining, Matter, RecoveryKeys, Restricted,
                SettingAside, What,
            },
            fact::Fact,
            reference::Reference,
        },
        state::{
            alert::{Alert, AlertKind},
            at_box::AtBox,
            heard::Heard,
            member::Member,
            outline::{Access, Outline, SetAsideHere},
            proposal::Proposal,
            reference::ReferenceBook,
            report::{AsideRecord, CommentRecord, Report},
        },
    },
    domain::{BoxId, CasebookId, Date, Digest, LogHead, MemberId, Part, ReportId},
};

/// What a casebook knows.
#[derive(Default)]
pub(in crate::casebook) struct State {
    /// The recipients of whoever looks: it says which member that is.
    own: Vec<String>,
    pub(in crate::casebook) me: Option<MemberId>,
    /// Which casebook it is; none before its first event.
    pub(in crate::casebook) casebook: Option<CasebookId>,
    pub(in crate::casebook) members: BTreeMap<MemberId, Member>,
    /// The keys in the safe, if there are any.
    pub(in crate::casebook) recovery: Option<RecoveryKeys>,
    /// The casebook's recipient.
    pub(in crate::casebook) recipient: String,
    /// The recipients before it, the first one first.
    pub(in crate::casebook) earlier: Vec<String>,
    /// The event that named it, with its day and author.
    pub(in crate::casebook) key_made: Option<(u64, Date, MemberId)>,
    /// The generation of the casebook's key file.
    pub(in crate::casebook) generation: u32,
    /// Whether every text to a person needs a second approver.
    pub(in crate::casebook) second_approver: bool,
    /// The changes that wait for a second member, by the event that proposed each.
    pub(in crate::casebook) proposals: BTreeMap<u64, Proposal>,
    /// What everybody is told, in order.
    pub(in crate::casebook) alerts: Vec<Alert>,
    /// The digest of every event's file, the first one first.
    pub(in crate::casebook) chain: Vec<Digest>,
    /// The public key of the box whose collections it takes.
    pub(in crate::casebook) box_key: String,
    /// The keys that the box had before, each renewed by the next: what they sign from then on is no word of it.
    pub(in crate::casebook) box_keys_before: Vec<String>,
    /// The box it belongs to, pinned by the first collection.
    pub(in crate::casebook) r#box: Option<BoxId>,
    /// Whether two members agreed on a key of the box since: another box may have it.
    pub(in crate::casebook) box_may_change: bool,
    /// What the box has, so far as collections tell.
    pub(in crate::casebook) at_box: AtBox,
    /// How many parts of collections were imported: each has a directory of that number.
    pub(in crate::casebook) imports: u64,
    /// The day it was made at the box.
    pub(in crate::casebook) collected_on: Option<Date>,
    /// SHA-256 of each manifest that was imported.
    pub(in crate::casebook) manifests: BTreeSet<Digest>,
    /// The ends of further casebooks that two members said this one goes on without.
    pub(in crate::casebook) given_up: Vec<LogHead>,
    /// The last decisions file written or seen by the box, 0 for none.
    pub(in crate::casebook) exported: u64,
    /// Which part of those decisions was written last.
    pub(in crate::casebook) exported_part: Part,
    /// SHA-256 of each decisions file that was written, by number and part.
    pub(in crate::casebook) export_files: BTreeMap<(u64, u32), Digest>,
    /// What every member knows of each report.
    pub(in crate::casebook) outlines: BTreeMap<ReportId, Outline>,
    /// Every report that this member can open.
    pub(in crate::casebook) reports: BTreeMap<ReportId, Report>,
    /// Reports of which this member is a reader and was not given the last key: they know what came before.
    pub(in crate::casebook) without_key: BTreeSet<ReportId>,
    /// Reports of which an event says something that this member can't open.
    pub(in crate::casebook) partly_closed: BTreeSet<ReportId>,
    /// What is left of reports that were destroyed.
    pub(in crate::casebook) destroyed: BTreeMap<ReportId, Remains>,
    /// What the team keeps beside them.
    pub(in crate::casebook) reference: ReferenceBook,
}

/// What is left of a report that was destroyed.
pub(in crate::casebook) struct Remains {
    pub(in crate::casebook) on: Date,
    pub(in crate::casebook) heard: Heard,
    pub(in crate::casebook) generation: u32,
    pub(in crate::casebook) access: Access,
    pub(in crate::casebook) fact: Fact,
    /// The report that it went on with, so that both are one concern still.
    pub(in crate::casebook) goes_on_with: Option<ReportId>,
}

impl State {
    /// For whoever has these recipients, of a casebook that takes that box's collections.
    pub(in crate::casebook) fn of(own: Vec<String>, box_key: String) -> Self {
        Self { own, box_key, ..Self::default() }
    }

    /// Takes in the next event. One that is not allowed is void: it changes nothing but that everybody is told.
    ///
    /// # Errors
    /// Why it is void, if it is.
    pub(in crate::casebook) fn apply(&mut self, opened: Opened) -> Result<(), NotAllowed> {
        let judged = self.judge(&opened);
        self.goes_on(&opened);
        self.chain.push(opened.digest);
        let Event { number, on, by, ref what, .. } = opened.event;
        match judged {
            Ok(()) => self.fold(opened),
            Err(why) => {
                let what = AlertKind::Void { tried: what.tried(), why };
                // Whoever signed it did it, whatever name they gave.
                let by = self.signed_by(&opened.signer).unwrap_or(by);
                self.alerts.push(Alert { event: number, on, by, what });
            }
        }
        judged
    }

    /// A report about which one of its readers decides anything is not over: what was proposed before does not destroy it.
    /// Whether the decision fits the report is for its readers alone to say; what becomes of a proposal is everybody's.
    fn goes_on(&mut self, opened: &Opened) {
        let What::Decided(about) = &opened.event.what else { return };
        if self.judge_author(opened).is_ok() && self.reader(opened.event.by, about.report).is_ok() {
            self.overtake(|change| matches!(change, Change::Destroy(destroy) if destroy.report == about.report));
        }
    }

    fn fold(&mut self, opened: Opened) {
        self.partly_closed.extend(opened.closed());
        let Opened { event, matters, word, .. } = opened;
        let Event { casebook, number, on, by, what, .. } = event;
        let mut matters = matters.into_iter();
        let mut matter = || matters.next().and_then(OpenedMatter::into_open);
        let tell = |what| Alert { event: number, on, by, what };
        match what {
            What::Created(Created { founder, recipient }) => {
                (self.casebook, self.recipient, self.generation) = (Some(casebook), recipient, 1);
                self.join(founder, number, on);
            }
            What::Proposed(change) => {
                self.alerts.push(tell(AlertKind::Proposed(change.view())));
                self.proposals.insert(number, Proposal { by, on, change });
            }
            What::Consented(consented) => self.come_about(consented, (number, on, by)),
            What::Declined(proposal) => {
                if let Some(proposal) = self.proposals.remove(&proposal) {
                    self.alerts.push(tell(AlertKind::Declined(proposal.change.view())));
                }
            }
            What::Recovered(recovered) => {
                self.alerts.push(tell(AlertKind::Recovered { name: recovered.member.name.clone() }));
                self.generation = recovered.key.generation;
                self.join(recovered.member, number, on);
            }
            What::SecondApprover => {
                self.second_approver = true;
                self.overtake(|change| matches!(change, Change::NoSecondApprover));
                self.alerts.push(tell(AlertKind::SecondApprover));
            }
            What::Confirmed(through) => {
                if let Some(member) = self.members.get_mut(&by) {
                    member.confirmed = through;
                }
            }
            What::Imported(imported) => {
                if let Some(word) = word {
                    self.take_collection(imported, &word, matters, (number, on, by));
                }
            }
            What::Entered(entered) => self.enter(*entered, matters.next(), (number, on, by)),
            What::FollowedUp(followed_up) => self.follow_up(*followed_up, matters.next(), (number, on, by)),
            What::ToldPerson(about) => {
                if let (Some(report), Some(Matter::ToldPerson(told))) = (self.reports.get_mut(&about.report), matter())
                {
                    report.tell(number, told);
                }
            }
            What::Mended(reports) => self.mend(&reports, matters),
            What::Decided(about) => {
                if let (Some(report), Some(Matter::Decided(decided))) = (self.reports.get_mut(&about.report), matter())
                {
                    report.decide((number, on, by), *decided);
                }
            }
            What::Approved(approved) => self.approve(approved, (on, by)),
            What::TakenBack(taken_back) => {
                if let (Some(report), Some(_)) = (self.reports.get_mut(&taken_back.answer.report), matter()) {
                    report.take_back(number, taken_back.answer.seq);
                }
            }
            What::SetAside(setting_aside) => self.set_aside(setting_aside, (number, on, by)),
            What::BroughtBack(reports) => self.bring_back(&reports, (number, on, by)),
            What::Restricted(restricted) => {
                let is_open = !matches!(matters.next(), Some(OpenedMatter::Closed(_)));
                self.restrict(restricted, is_open, (number, on, by));
            }
            What::Referred(about) => {
                if let (Some(report), Some(Matter::Referred(referred))) =
                    (self.reports.get_mut(&about.report), matter())
                {
                    report.refer((number, on, by), &referred);
                }
            }
            What::Accessed(about) => {
                if let (Some(report), Some(Matter::Accessed(accessed))) =
                    (self.reports.get_mut(&about.report), matter())
                {
                    report.accessed((number, on, by), accessed);
                }
            }
            What::Drafted(about) => {
                if let (Some(report), Some(Matter::Drafted(drafted))) = (self.reports.get_mut(&about.report), matter())
                {
                    report.draft((number, on, by), &drafted);
                }
            }
            What::Commented(about) => {
                if let (Some(report), Some(Matter::Commented(commented))) =
                    (self.reports.get_mut(&about.report), matter())
                {
                    report.comments.push(CommentRecord { event: number, on, by, draft: commented.draft });
                }
            }
            What::ReferenceChanged(reference) => self.change_reference(*reference, (number, on, by)),
            What::Exported(exported) => self.export(exported, by),
            What::Unreadable => {}
        }
    }

    /// The member who looks; nobody if they left or never joined.
    pub(in crate::casebook) fn myself(&self) -> Option<(MemberId, &Member)> {
        let id = self.me?;
        self.members.get(&id).filter(|member| member.left_on.is_none()).map(|member| (id, member))
    }

    /// Every recipient that events named as the casebook's, the newest one first.
    pub(in crate::casebook) fn recipients(&self) -> impl Iterator<Item = &str> {
        [&self.recipient].into_iter().chain(self.earlier.iter().rev()).map(String::as_str)
    }

    /// Tells that the casebook's newest key was kept from whoever looks.
    pub(in crate::casebook) fn key_is_withheld(&mut self) {
        let Some((event, on, by)) = self.key_made else { return };
        let told = |alert: &Alert| alert.event == event && alert.what == AlertKind::KeyWithheld;
        if !self.alerts.iter().any(told) {
            let place = self.alerts.partition_point(|alert| alert.event <= event);
            self.alerts.insert(place, Alert { event, on, by, what: AlertKind::KeyWithheld });
        }
    }

    /// The member whose key made a signature, one who is a member now before one who left.
    fn signed_by(&self, signer: &str) -> Option<MemberId> {
        let signers = || self.members.iter().filter(|(_, member)| member.signer == signer);
        signers().find(|(_, member)| member.left_on.is_none()).or_else(|| signers().next()).map(|(id, _)| *id)
    }

    /// Drops the proposals that something which happened since has changed the meaning of.
    pub(in crate::casebook) fn overtake(&mut self, is_overtaken: impl Fn(&Change) -> bool) {
        self.proposals.retain(|_, open| !is_overtaken(&open.change));
    }

    /// Those who are members now.
    pub(in crate::casebook) fn active(&self) -> impl Iterator<Item = (&MemberId, &Member)> {
        self.members.iter().filter(|(_, member)| member.left_on.is_none())
    }

    /// Whether someone is a member now.
    pub(in crate::casebook) fn is_active(&self, member: MemberId) -> bool {
        self.members.get(&member).is_some_and(|member| member.left_on.is_none())
    }

    /// The number of the last event.
    pub(in crate::casebook) fn version(&self) -> u64 {
        self.chain.len() as u64
    }

    /// The last event, as decisions name it; none before the first.
    pub(in crate::casebook) fn head(&self) -> Option<LogHead> {
        self.chain.last().map(|digest| LogHead { number: self.version(), digest: *digest })
    }

    /// Whether a casebook that ended there is this one as it was then, or one that was given up.
    pub(in crate::casebook) fn knows(&self, head: LogHead) -> bool {
        let place = head.number.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| self.chain.get(place)) == Some(&head.digest) || self.given_up.contains(&head)
    }

    /// Whether the member who looks is said to be a reader of a report and can't open it.
    pub(in crate::casebook) fn is_keyless(&self, id: ReportId) -> bool {
        let is_mine = |outline: &Outline| self.me.is_some_and(|me| outline.access.is_open_to(me));
        let can_not = !self.reports.contains_key(&id) || self.without_key.contains(&id);
        can_not && self.outlines.get(&id).is_some_and(is_mine)
    }

    /// The reports that the member who looks can't open.
    pub(in crate::casebook) fn closed(&self) -> impl Iterator<Item = ReportId> {
        self.outlines.keys().copied().filter(|id| !self.reports.contains_key(id))
    }

    pub(in crate::casebook) fn join(&mut self, joining: Joining, event: u64, on: Date) {
        let id = joining.id;
        if joining.recipients.iter().any(|recipient| self.own.contains(recipient)) {
            self.me = Some(id);
        }
        self.members.insert(id, Member::joining(joining, event, on));
    }

    fn approve(&mut self, approved: Approved, (on, by): (Date, MemberId)) {
        let Approved { answer: AnswerId { report, seq }, endorsement, file } = approved;
        let Some(report) = self.reports.get_mut(&report) else { return };
        if let Some(answer) = report.answers.iter_mut().find(|answer| answer.seq == seq) {
            (answer.approved_by, answer.approved_on) = (Some(by), Some(on));
            answer.endorsements.push(endorsement);
            answer.file = Some(file);
        }
    }

    /// `is_open`: whether the member who looks can read why, and so has the new key.
    fn restrict(&mut self, restricted: Restricted, is_open: bool, (number, on, by): (u64, Date, MemberId)) {
        let Restricted { report: id, key, readers, .. } = restricted;
        let active: Vec<MemberId> = self.active().map(|(id, _)| *id).collect();
        let Some(outline) = self.outlines.get_mut(&id) else { return };
        let before = match &outline.access {
            Access::Everyone => active,
            Access::Chosen { readers, .. } => readers.iter().copied().collect(),
        };
        let excluded = before.into_iter().filter(|member| !readers.contains(member));
        let excluded: Vec<MemberId> = excluded.collect();
        let mut shut_out = match std::mem::take(&mut outline.access) {
            Access::Everyone => BTreeSet::new(),
            Access::Chosen { shut_out, .. } => shut_out,
        };
        shut_out.extend(&excluded);
        outline.turn_key(key);
        outline.access = Access::Chosen { readers: readers.iter().copied().collect(), shut_out };
        self.alerts.push(Alert {
            event: number,
            on,
            by,
            what: AlertKind::Restricted { report: id, readers, shut_out: excluded },
        });
        self.overtake(|change| matches!(change, Change::LetIn(let_in) if let_in.report == id));
        let is_reader = self.me.is_some_and(|me| self.outlines.get(&id).is_some_and(|now| now.access.is_open_to(me)));
        if is_open {
            self.without_key.remove(&id);
        } else if is_reader {
            self.without_key.insert(id);
        } else {
            self.reports.remove(&id);
        }
        if let Some(report) = self.reports.get_mut(&id).filter(|_| is_open) {
            report.history.push(number);
        }
    }

    fn set_aside(&mut self, setting_aside: SettingAside, (number, on, by): (u64, Date, MemberId)) {
        let SettingAside { reports, reason } = setting_aside;
        let what = AlertKind::SetAside { reports: reports.len() as u64, reason };
        self.alerts.push(Alert { event: number, on, by, what });
        for id in reports {
            if let Some(outline) = self.outlines.get_mut(&id) {
                outline.set_aside = Some(SetAsideHere::after(outline.set_aside, reason));
            }
            if let Some(report) = self.reports.get_mut(&id) {
                report.set_aside = Some(reason);
                report.same_as = None;
                report.aside.push(AsideRecord { event: number, on, by, reason: Some(reason) });
            }
        }
    }

    fn bring_back(&mut self, reports: &[ReportId], (number, on, by): (u64, Date, MemberId)) {
        let what = AlertKind::BroughtBack { reports: reports.len() as u64 };
        self.alerts.push(Alert { event: number, on, by, what });
        // What is open again is not destroyed by what was proposed while it was over.
        self.overtake(|change| matches!(change, Change::Destroy(destroy) if reports.contains(&destroy.report)));
        for id in reports {
            if let Some(outline) = self.outlines.get_mut(id) {
                outline.set_aside = None;
            }
            if let Some(report) = self.reports.get_mut(id) {
                report.bring_back(AsideRecord { event: number, on, by, reason: None });
            }
        }
    }

    fn change_reference(&mut self, reference: Reference, (number, on, by): (u64, Date, MemberId)) {
        if let Reference::Address(_, Some(address)) = &reference
            && self.reference.brings_keys(&reference)
        {
            let what = AlertKind::AddressKeys { team: address.name.clone() };
            self.alerts.push(Alert { event: number, on, by, what });
        }
        self.reference.take(reference, (number, on, by));
    }

    fn export(&mut self, exported: Exported, by: MemberId) {
        self.exported = exported.number;
        self.exported_part = exported.part;
        self.export_files.insert((exported.number, exported.part.number), exported.file);
        for AnswerId { report, seq } in exported.answers {
            let Some(report) = self.reports.get_mut(&report) else { continue };
            let was_to_go = report.to_export(true).any(|answer| answer.seq == seq);
            if let Some(answer) = report.answers.iter_mut().find(|answer| was_to_go && answer.seq == seq) {
                answer.exported_in.push(exported.number);
            }
        }
        for collected in &exported.collected {
            if let Some(remains) = self.destroyed.get_mut(&collected.report) {
                remains.heard.tell(by, collected);
            } else if let Some(outline) = self.outlines.get_mut(&collected.report) {
                outline.heard.tell(by, collected);
            }
        }
        for id in &exported.gone {
            self.at_box.gone.remove(id);
        }
        for id in exported.entered {
            if let Some(code) = self.outlines.get_mut(&id).and_then(|outline| outline.code.as_mut()) {
                code.told_in = Some(exported.number);
            }
        }
        for entry in exported.set_aside {
            if let Some(set_aside) = self.outlines.get_mut(&entry.report).and_then(|outline| outline.set_aside.as_mut())
            {
                set_aside.tell(by);
            }
        }
    }
}

impl State {
    /// What the member who looks has not confirmed yet: what others did, and what was void, their own too.
    pub(in crate::casebook) fn unconfirmed(&self) -> impl Iterator<Item = &Alert> {
        let seen = self.myself().map_or(u64::MAX, |(_, member)| member.confirmed);
        let is_news = move |alert: &&Alert| alert.event > seen;
        self.alerts.iter().filter(is_news).filter(|alert| alert.is_news_to_its_author() || Some(alert.by) != self.me)
    }
}
