//! Whether an author may do what an event says: every rule of the casebook, asked by whoever writes an event before it
//! is written, and by everyone who reads one. Two things make a rule: what everybody knows (members, readers, proposals,
//! what the box signed), and what a report's readers know besides. A report's own rules reach no further than the report,
//! so that all members agree on all else.

use crate::{
    casebook::{
        error::NotAllowed,
        log::{
            chain::{Opened, OpenedMatter},
            event::{
                AnswerId, Approved, Change, Exported, LetIn, Matter, Recovered, Restricted, SealedMatter, SettingAside,
                TakenBack, What,
            },
            reference::Reference,
        },
        state::{
            agreement::{follows, listed},
            alert::Tried,
            proposal::PROPOSALS,
            replay::State,
            report::Report,
        },
    },
    crypto::{self, SignerRole, VerifyingKey},
    domain::{MemberId, ReportId, SetAsideReason},
};

impl State {
    /// Whether an event is allowed as things stand; if not, it is void.
    ///
    /// # Errors
    /// Why not.
    pub(in crate::casebook) fn judge(&self, opened: &Opened) -> Result<(), NotAllowed> {
        let (event, matters) = (&opened.event, opened.matters.as_slice());
        let by = event.by;
        self.judge_author(opened)?;
        match &event.what {
            What::Created(created) => self.judge_created(event.number, by, created.founder.id),
            What::Proposed(change) => self.judge_proposed(by, change, matters),
            What::Consented(consented) => self.judge_consent(by, consented),
            What::Declined(proposal) => self.may_decline(by, *proposal),
            What::Recovered(Recovered { member, key }) => {
                self.may_join(member)?;
                self.stays(Some(key))?;
                follows(Some(key), self.generation)
            }
            What::SecondApprover if self.second_approver => Err(NotAllowed::Nothing),
            What::SecondApprover => Ok(()),
            What::Confirmed(through) => {
                let confirmed = self.members.get(&by).map_or(0, |member| member.confirmed);
                let is_news = *through > confirmed && *through < event.number;
                if is_news { Ok(()) } else { Err(NotAllowed::NothingToConfirm) }
            }
            What::Imported(imported) => self.judge_import(by, imported, opened.word.as_ref()),
            What::Entered(entered) => self.judge_entered(entered, event.on, matters),
            What::FollowedUp(followed_up) => self.judge_followed_up(by, followed_up, event.on, matters),
            What::ToldPerson(about) => self.on_report(by, about, matters, |report, matter| match matter {
                Matter::ToldPerson(told) => report.judge_told(about.report, *told, event.on),
                _ => Err(NotAllowed::Broken(about.report)),
            }),
            What::Mended(reports) => self.judge_mended(by, reports),
            What::Decided(about) => self.on_report(by, about, matters, |report, matter| match matter {
                Matter::Decided(decided) => {
                    self.may_link(about.report, &decided.assessment, &report.assessment)?;
                    report.judge_decided(about.report, decided, event.on, (self.r#box, self.second_approver))
                }
                _ => Err(NotAllowed::Broken(about.report)),
            }),
            What::Approved(approved) => self.judge_approved(by, approved),
            What::TakenBack(TakenBack { answer, why }) if answer.report == why.report => {
                self.on_report(by, why, matters, |report, matter| match matter {
                    Matter::Reason(_) => report.judge_taken_back(answer.report, answer.seq),
                    _ => Err(NotAllowed::Broken(answer.report)),
                })
            }
            What::TakenBack(taken_back) => Err(NotAllowed::Broken(taken_back.answer.report)),
            What::Restricted(restricted) => self.judge_restricted(by, restricted, matters),
            What::Referred(about) => self.on_report(by, about, matters, |_, matter| match matter {
                Matter::Referred(_) => Ok(()),
                _ => Err(NotAllowed::Broken(about.report)),
            }),
            What::Accessed(about) => self.on_report(by, about, matters, |_, matter| match matter {
                Matter::Accessed(_) => Ok(()),
                _ => Err(NotAllowed::Broken(about.report)),
            }),
            What::SetAside(setting_aside) => self.judge_set_aside(by, setting_aside),
            What::BroughtBack(reports) => self.judge_brought_back(by, reports),
            What::Drafted(about) => self.on_report(by, about, matters, |_, matter| match matter {
                Matter::Drafted(_) => Ok(()),
                _ => Err(NotAllowed::Broken(about.report)),
            }),
            What::Commented(about) => self.on_report(by, about, matters, |report, matter| match matter {
                Matter::Commented(commented) if report.has_draft(commented.draft) => Ok(()),
                _ => Err(NotAllowed::Broken(about.report)),
            }),
            What::ReferenceChanged(reference) => match **reference {
                Reference::SameOrganisation(from, into) if !self.reference.may_join(from, into) => {
                    Err(NotAllowed::Nothing)
                }
                _ if reference.is_bounded() => Ok(()),
                _ => Err(NotAllowed::Text),
            },
            What::Exported(exported) => self.judge_exported(by, exported),
            What::Unreadable => Err(NotAllowed::Unreadable),
        }
    }

    /// Whether whoever signed it ever belonged here: the signature of a stranger is none.
    pub(in crate::casebook) fn has_signed(&self, signer: &str) -> bool {
        self.members.values().any(|member| member.signer == signer)
            || self.recovery.as_ref().is_some_and(|keys| keys.signer == signer)
    }

    /// The author is a member, and it is their key.
    pub(in crate::casebook) fn judge_author(&self, opened: &Opened) -> Result<(), NotAllowed> {
        let (by, signer) = (opened.event.by, &opened.signer);
        match &opened.event.what {
            What::Created(created) if created.founder.signer == *signer => Ok(()),
            What::Recovered(recovered) => {
                let is_theirs = self.recovery.as_ref().is_some_and(|keys| keys.signer == *signer);
                if is_theirs && recovered.member.id == by { Ok(()) } else { Err(NotAllowed::NotAMember) }
            }
            _ => {
                let author = self.members.get(&by).filter(|author| author.left_on.is_none());
                let author = author.ok_or(NotAllowed::NotAMember)?;
                if author.signer == *signer { Ok(()) } else { Err(NotAllowed::OtherName) }
            }
        }
    }

    fn judge_created(&self, number: u64, by: MemberId, founder: MemberId) -> Result<(), NotAllowed> {
        if number == 1 && founder == by {
            Ok(())
        } else {
            Err(NotAllowed::MadeBefore(self.members.keys().next().copied()))
        }
    }

    fn judge_proposed(&self, by: MemberId, change: &Change, matters: &[OpenedMatter]) -> Result<(), NotAllowed> {
        if self.proposals.values().filter(|open| open.by == by).count() >= PROPOSALS {
            return Err(NotAllowed::TooManyProposals);
        }
        self.may_change(by, change)?;
        let Change::LetIn(LetIn { report, why, .. }) = change else { return Ok(()) };
        if why.report != *report {
            return Err(NotAllowed::Broken(*report));
        }
        // It is open to everybody what is proposed; only why is not.
        matters.first().map(drop).ok_or(NotAllowed::Broken(*report))
    }

    /// What is about one report is by one of its readers, and fits it as far as this member can tell.
    fn on_report(
        &self,
        by: MemberId,
        about: &SealedMatter,
        matters: &[OpenedMatter],
        fits: impl FnOnce(&Report, &Matter) -> Result<(), NotAllowed>,
    ) -> Result<(), NotAllowed> {
        let id = about.report;
        self.reader(by, id)?;
        match (self.reports.get(&id), matters.first()) {
            (Some(report), Some(OpenedMatter::Open(matter))) => fits(report, matter),
            (None, Some(_)) | (Some(_), Some(OpenedMatter::Closed(_))) => Ok(()),
            (Some(_), _) | (None, None) => Err(NotAllowed::Broken(id)),
        }
    }

    fn judge_approved(&self, by: MemberId, approved: &Approved) -> Result<(), NotAllowed> {
        let AnswerId { report: id, seq } = approved.answer;
        self.reader(by, id)?;
        let Some(report) = self.reports.get(&id) else { return Ok(()) };
        let answer = report.answers.iter().find(|answer| answer.seq == seq && answer.is_held());
        let answer = answer.filter(|answer| answer.by != by).ok_or(NotAllowed::NotWaiting(id))?;
        let signer =
            self.members.get(&by).and_then(|member| VerifyingKey::<SignerRole>::from_base64(&member.signer).ok());
        let (Some(r#box), Some(signer)) = (self.r#box, signer) else { return Err(NotAllowed::Answer(id)) };
        let endorsement = answer.endorsement(r#box, id);
        let signatures = std::slice::from_ref(&approved.endorsement);
        if crypto::endorsers(&endorsement, signatures, &[signer]) == 1 { Ok(()) } else { Err(NotAllowed::Answer(id)) }
    }

    /// A reader may shut others out and let newcomers in, never let someone in again who was shut out, and never stay the
    /// only reader in a team of three or more: a report that one member alone can open is lost with them.
    fn judge_restricted(
        &self,
        by: MemberId,
        restricted: &Restricted,
        matters: &[OpenedMatter],
    ) -> Result<(), NotAllowed> {
        /// In a team of so many, two can open each report.
        const SEVERAL: usize = 3;

        let Restricted { report: id, key, readers, why } = restricted;
        let outline = self.reader(by, *id)?;
        if why.report != *id || matters.is_empty() {
            return Err(NotAllowed::Broken(*id));
        }
        if !readers.contains(&by) {
            return Err(NotAllowed::ShuttingOutOneself);
        }
        if !listed(readers) || readers.iter().any(|reader| !self.is_active(*reader)) {
            return Err(NotAllowed::NoMember);
        }
        if readers.iter().any(|reader| outline.access.shuts_out(*reader)) {
            return Err(NotAllowed::LettingInAlone(*id));
        }
        let is_one = readers.iter().all(|reader| *reader == by);
        if is_one && self.active().count() >= SEVERAL {
            return Err(NotAllowed::TooFewReaders(*id));
        }
        follows(Some(key), outline.key.generation)
    }

    fn judge_exported(&self, by: MemberId, exported: &Exported) -> Result<(), NotAllowed> {
        let (before, part) = (self.exported_part, exported.part);
        let is_next = self.exported.checked_add(1) == Some(exported.number) && part.number == 1;
        let is_next_part = self.exported == exported.number
            && part.of == before.of
            && before.number.checked_add(1) == Some(part.number);
        if !part.is_sound() || !(is_next || is_next_part) {
            return Err(NotAllowed::Export(None));
        }
        // Whether an answer was to go is known to the report's readers alone: they pass over one that was not.
        for answer in &exported.answers {
            self.reader(by, answer.report)?;
        }
        for collected in &exported.collected {
            let heard = match self.destroyed.get(&collected.report) {
                Some(remains) => &remains.heard,
                None => &self.reader(by, collected.report)?.heard,
            };
            if !heard.may_tell(collected) {
                return Err(NotAllowed::Export(Some(collected.report)));
            }
        }
        if let Some(id) = exported.gone.iter().find(|id| !self.at_box.gone.contains(id)) {
            return Err(NotAllowed::Export(Some(*id)));
        }
        for id in &exported.entered {
            self.reader(by, *id)?;
            if !self.may_tell_entered(*id) {
                return Err(NotAllowed::Export(Some(*id)));
            }
        }
        for entry in &exported.set_aside {
            if !self.may_tell_set_aside(self.reader(by, entry.report)?, entry) {
                return Err(NotAllowed::Export(Some(entry.report)));
            }
        }
        Ok(())
    }

    /// By a reader of each report, of none that is withdrawn. One that is set aside already may be so again: what ends it is
    /// known to its readers alone.
    pub(in crate::casebook) fn judge_set_aside(
        &self,
        by: MemberId,
        setting_aside: &SettingAside,
    ) -> Result<(), NotAllowed> {
        let SettingAside { reports, reason } = setting_aside;
        if reports.is_empty() || !reports.is_sorted_by(|one, next| one < next) || *reason == SetAsideReason::Withdrawn {
            return Err(NotAllowed::Nothing);
        }
        for id in reports {
            let outline = self.reader(by, *id)?;
            if outline.heard.withdrawn || outline.heard.is_taken_back() {
                return Err(NotAllowed::SetAside(*id));
            }
        }
        Ok(())
    }
}

impl State {
    /// By a reader of each report; as long as no export told the box, and the box does not say itself that it knows.
    pub(in crate::casebook) fn judge_brought_back(&self, by: MemberId, reports: &[ReportId]) -> Result<(), NotAllowed> {
        if reports.is_empty() || !reports.is_sorted_by(|one, next| one < next) {
            return Err(NotAllowed::Nothing);
        }
        for id in reports {
            let outline = self.reader(by, *id)?;
            if !outline.may_be_brought_back() {
                return Err(NotAllowed::ToldAside(*id));
            }
        }
        Ok(())
    }
}

impl What {
    /// What it would do.
    pub(in crate::casebook) const fn tried(&self) -> Tried {
        match self {
            Self::Created(_) => Tried::Create,
            Self::Proposed(_) => Tried::Propose,
            Self::Consented(_) => Tried::Consent,
            Self::Declined(_) => Tried::Decline,
            Self::Recovered(_) => Tried::Recover,
            Self::SecondApprover => Tried::AskForApprover,
            Self::Confirmed(_) => Tried::Confirm,
            Self::Imported(_) => Tried::Import,
            Self::Entered(_) => Tried::Enter,
            Self::FollowedUp(_) => Tried::FollowUp,
            Self::ToldPerson(_) => Tried::TellPerson,
            Self::Mended(_) => Tried::Mend,
            Self::Decided(_) => Tried::Decide,
            Self::Approved(_) => Tried::Approve,
            Self::TakenBack(_) => Tried::TakeBack,
            Self::SetAside(_) => Tried::SetAside,
            Self::BroughtBack(_) => Tried::BringBack,
            Self::Drafted(_) => Tried::Draft,
            Self::Commented(_) => Tried::Comment,
            Self::ReferenceChanged(_) => Tried::ChangeReference,
            Self::Restricted(_) => Tried::Restrict,
            Self::Referred(_) => Tried::Refer,
            Self::Accessed(_) => Tried::NoteAccess,
            Self::Exported(_) => Tried::Export,
            Self::Unreadable => Tried::Unknown,
        }
    }
}
