//! Decisions on their way in, and what came of them.

use jiff::civil::Date;

use super::StoreError;
use crate::{
    crypto::{Sealed, SignerRole, Verified, VerifyingKey},
    domain::{
        CasebookId, Decisions, Part, ReportId,
        limits::{ANSWERS_MAX, ENTERED_MAX},
    },
};

/// A decisions file whose signature was checked, with the sealed answers in the order of its list.
pub struct Delivery {
    /// The signed part.
    pub decisions: Verified<Decisions>,
    /// The sealed answers, in the order of the list.
    pub answers: Vec<Sealed>,
    /// The day of delivery, Europe/London: the day on which clocks are met.
    pub on: Date,
    /// Who signed it.
    pub signer: VerifyingKey<SignerRole>,
    /// How many signers have to stand by a text to a person; by an update, one of them.
    pub demanded: usize,
}

/// What a delivery changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Answers that are new at the box.
    pub answers: usize,
    /// Answers that it had already.
    pub known: usize,
    /// Answers that it can't take. All else was taken.
    pub skipped: Vec<Skipped>,
    /// Answers to reports that the person withdrew: there is nobody to read them.
    pub withdrawn: usize,
    /// Messages that the desk has now, and that are kept here for a time all the same.
    pub acknowledged: usize,
    /// Messages that are named as being at the desk, and that were never here or are no more.
    pub unknown: usize,
    /// Messages deleted because a second signer says too that the desk has them.
    pub deleted: usize,
    /// Reports that are set aside now.
    pub set_aside: usize,
    /// Reports that were entered at the desk, and are here from now on.
    pub entered: usize,
    /// Those that can't be made here. All else was taken.
    pub not_entered: Vec<NotEntered>,
    /// Clocks met.
    pub met: usize,
}

/// A report that was entered at the desk and can't be made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotEntered {
    /// Its name.
    pub report: ReportId,
    /// Why not.
    pub why: WhyNotEntered,
}

/// Why a report that was entered at the desk can't be made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhyNotEntered {
    /// Another report has its id, or its receipt code leads to another one.
    #[error("another report is here under its name or its receipt code; ask the team, for somebody made it by hand")]
    Another,
    /// It was here, and its time is over.
    #[error("it was here, and its time here is over")]
    Gone,
    /// It was hashed at other costs than this box's, so its code would lead nowhere.
    #[error(
        "its receipt code was not made for this box, so it would open nothing; enter it again with a desk of this box's version"
    )]
    OtherCosts,
    /// Its days, its promises or its keys can't be.
    #[error(
        "its days, promises or keys are not those of a concern that was entered; ask the team, for somebody made it by hand"
    )]
    Unfit,
}

/// An answer that the box can't take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// What it answers.
    pub report: ReportId,
    /// Its number.
    pub seq: u32,
    /// Why it can't be taken.
    pub why: WhySkipped,
}

/// Why the box can't take an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhySkipped {
    /// There is no such report.
    #[error("this box does not have that report: it was restored from a backup, or the report's time here is over")]
    NoReport,
    /// There is another answer of that number.
    #[error("it has another answer of that number; if the desk knows of one only, somebody signed the other by hand")]
    Another,
    /// An earlier answer is missing.
    #[error(
        "answer {0} was not delivered; let the desk write once more what is missing, with `candour desk export --again`"
    )]
    Early(u32),
    /// More than any team writes.
    #[error(
        "it has {ANSWERS_MAX} answers to that report already, more than any team writes; ask the team, for somebody signed them by hand"
    )]
    TooMany,
    /// It was passed over when it came, and what kept it from being taken is over.
    #[error(
        "it was passed over when these decisions were delivered; let the desk write it once more, with `candour desk export --again`"
    )]
    PassedOver,
}

/// A decisions file that can't be applied. Nothing of it was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ApplyError {
    /// Decisions of another casebook than the one that is pinned.
    #[error(
        "they are of casebook {found}, and this box takes those of casebook {pinned}; if the team's desk shows {found} under Team, run `candour init` with --confirm-casebook {found}"
    )]
    OtherCasebook {
        /// The one that wrote them.
        found: CasebookId,
        /// The one that the box takes.
        pinned: CasebookId,
    },
    /// A part that is none.
    #[error("they are part {} of {}, which there is not: ask the team, for somebody made them by hand", .0.number, .0.of)]
    NoPart(Part),
    /// No casebook begins there.
    #[error(
        "they are number 0, and those of every casebook begin with 1: ask the team, for somebody made them by hand"
    )]
    NoNumber,
    /// Decisions of that number have another count of parts.
    #[error(
        "they are in {of} parts, and what was delivered under number {number} is not: they are other decisions; ask the team which are theirs"
    )]
    OtherParts {
        /// Of both.
        number: u64,
        /// How many parts they say they have.
        of: u32,
    },
    /// Older than the last file.
    #[error(
        "they are number {number}, and number {last} was delivered already; if the team's casebook was restored from a copy, find the newer one first and go on with that; if this file was only passed over, let the desk write what is in it once more with `candour desk export --again`"
    )]
    Old {
        /// Of the file.
        number: u64,
        /// The last that was delivered.
        last: u64,
    },
    /// Far past the last file.
    #[error(
        "they are number {number}, and number {last} was the last one delivered: no casebook writes so many; ask the team, for somebody signed them by hand"
    )]
    FarAhead {
        /// Of the file.
        number: u64,
        /// The last that was delivered.
        last: u64,
    },
    /// The first file of a casebook, with a number that none reaches.
    #[error("they are number {0}, and no casebook has written so many: ask the team, for somebody signed them by hand")]
    FirstFarAhead(u64),
    /// The end of the casebook that they name is far past the one before.
    #[error(
        "they say that their casebook has {number} events, and it had {last} when it was seen last: no casebook grows so fast; ask the team, for somebody signed them by hand"
    )]
    HeadFarAhead {
        /// The last event that they name.
        number: u64,
        /// The last event that the box knew of.
        last: u64,
    },
    /// More reports that were entered than one part holds.
    #[error(
        "they bring {0} reports that were entered at the desk, and no desk puts more than {ENTERED_MAX} into one file: ask the team, for somebody made them by hand"
    )]
    TooManyEntered(usize),
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Applied {
    pub(super) fn add(&mut self, step: Self) {
        let Self {
            answers,
            known,
            skipped,
            withdrawn,
            acknowledged,
            unknown,
            deleted,
            set_aside,
            entered,
            not_entered,
            met,
        } = step;
        self.entered += entered;
        self.not_entered.extend(not_entered);
        self.answers += answers;
        self.known += known;
        self.skipped.extend(skipped);
        self.withdrawn += withdrawn;
        self.acknowledged += acknowledged;
        self.unknown += unknown;
        self.deleted += deleted;
        self.set_aside += set_aside;
        self.met += met;
    }
}
