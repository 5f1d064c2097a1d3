use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use crate::{
    crypto::{Sealed, SignerRole, Verified, VerifyError, VerifyingKey, endorsers, verify},
    domain::{
        CasebookId, Date, Decisions, Part, ReportId,
        limits::{ANSWER_BYTES, ANSWERS_BYTES, DECISIONS_BYTES, ENDORSEMENTS, KIB, MANIFEST_BYTES, MIB},
    },
    files::{
        FileError,
        tarball::{TarError, TarReader},
    },
    store::{Applied, ApplyError, Delivery, Store, StoreError},
};

/// Bytes of a minisign signature file, with room.
const SIGNATURE_BYTES: usize = 4 * KIB;

/// A decisions file was refused. Nothing in the box has changed.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Not a decisions file, or one that was altered.
    #[error("this is not a whole decisions file: {0}; carry it from the desk again")]
    Tar(#[from] TarError),
    /// The signature.
    #[error("the decisions are refused: {0}; ask the desk, and check signers.pub")]
    Verify(#[from] VerifyError),
    /// The signature file is not text.
    #[error("the signature is not text; carry the file from the desk again")]
    Signature,
    /// For another box.
    #[error("the decisions are for another box; check that the file is for this one")]
    OtherBox,
    /// It lies beside a part of other decisions.
    #[error(
        "it is of other decisions than the first part; nothing of it was taken: carry all parts of one decisions file from the desk again"
    )]
    OtherDecisions,
    /// An answer is not what the signed list says.
    #[error("{0} is not what was signed; carry the file from the desk again")]
    Altered(String),
    /// More than is held in memory.
    #[error(
        "the answers in it take {} MiB, more than a box takes at once; ask the team whether they wrote so much, or somebody made it by hand",
        .0.div_ceil(MIB as u64)
    )]
    TooMuch(u64),
    /// A text without the word of two signers, at a box that asks for it.
    #[error(
        "answer {seq} to report {report} is not approved by a second signer, which this box asks for; let another member of the team approve it at the desk and export it again"
    )]
    NotApproved {
        /// The report that the box was told about.
        report: ReportId,
        /// The answer.
        seq: u32,
    },
    /// More signatures than anybody needs.
    #[error(
        "answer {seq} to report {report} has more than {ENDORSEMENTS} signatures, which no desk gives it: ask the team, for somebody made them by hand"
    )]
    TooManyEndorsements {
        /// The report that the box was told about.
        report: ReportId,
        /// The answer.
        seq: u32,
    },
    /// An answer that no signer stands by.
    #[error(
        "no signer in signers.pub stands by answer {seq} to report {report}; let a member of the team write it at the desk"
    )]
    NotSigned {
        /// The report that the box was told about.
        report: ReportId,
        /// The answer.
        seq: u32,
    },
    /// Other signers, or another number of them, were confirmed beside a box that serves.
    #[error(
        "nothing was taken: other signers were confirmed, or how many a text needs, since this box was started; start it again, and bring the decisions once more"
    )]
    OtherSigners,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It does not fit what the box has.
    #[error("the decisions are refused: {0}")]
    Apply(#[from] ApplyError),
}

/// What all parts of one casebook's decisions say alike, and those of no other. The end of the casebook is further in each: that
/// a part was written is an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionsName {
    casebook: CasebookId,
    number: u64,
    parts: u32,
}

/// What came of a decisions file.
pub struct Delivered {
    /// Which part of the decisions it is.
    pub part: Part,
    /// Which decisions it is of.
    pub of: DecisionsName,
    /// What it changed.
    pub applied: Applied,
}

/// Checks a whole decisions file, and then applies it. An answer that the box can't take holds up no other. With `only`, a
/// part of those decisions and of no others is taken.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn deliver(
    store: &Store,
    signers: &[VerifyingKey<SignerRole>],
    on: Date,
    file: &Path,
    only: Option<DecisionsName>,
) -> Result<Delivered, DeliverError> {
    let opened = File::open(file).map_err(FileError::io("read", file))?;
    deliver_from(store, signers, on, BufReader::new(opened), only)
}

/// The same with what is in it, from wherever it comes.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn deliver_from(
    store: &Store,
    signers: &[VerifyingKey<SignerRole>],
    on: Date,
    file: impl Read,
    only: Option<DecisionsName>,
) -> Result<Delivered, DeliverError> {
    let (decisions, signer, answers) = read(file, signers)?;
    // Asked last, for what is brought over a line takes its time.
    if !store.asks_for_the_same_words()? {
        return Err(DeliverError::OtherSigners);
    }
    let settings = store.settings();
    let Decisions { casebook, number, part, .. } = *decisions.document();
    let of = DecisionsName { casebook, number, parts: part.of };
    if only.is_some_and(|only| only != of) {
        return Err(DeliverError::OtherDecisions);
    }
    if decisions.document().r#box != settings.box_id {
        return Err(DeliverError::OtherBox);
    }
    let demanded = if settings.second_approver { 2 } else { 1 };
    for entry in &decisions.document().answers {
        let (report, seq) = (entry.report, entry.seq);
        if entry.endorsements.len() > ENDORSEMENTS {
            return Err(DeliverError::TooManyEndorsements { report, seq });
        }
        // What says where a report stands is somebody's word too, though it is no text.
        let demanded = if entry.kind.is_text() { demanded } else { 1 };
        match endorsers(&entry.endorsement(settings.box_id), &entry.endorsements, signers) {
            0 => return Err(DeliverError::NotSigned { report, seq }),
            stand_by_it if stand_by_it < demanded => return Err(DeliverError::NotApproved { report, seq }),
            _ => {}
        }
    }
    let applied = store.apply(Delivery { decisions, answers, on, signer, demanded })?;
    Ok(Delivered { part, of, applied })
}

/// A decisions file, and who of the signers signed it.
type SignedDecisions = (Verified<Decisions>, VerifyingKey<SignerRole>, Vec<Sealed>);

fn read(input: impl Read, signers: &[VerifyingKey<SignerRole>]) -> Result<SignedDecisions, DeliverError> {
    let mut tar = TarReader::new(input);
    let json = tar.read("decisions.json", MANIFEST_BYTES)?;
    let signature = tar.read("decisions.json.minisig", SIGNATURE_BYTES)?;
    let signature = String::from_utf8(signature).map_err(|_| DeliverError::Signature)?;
    let decisions: Verified<Decisions> = verify(&json, &signature, signers)?;
    let signed = |signer: &&VerifyingKey<SignerRole>| {
        verify::<Decisions>(&json, &signature, std::slice::from_ref(*signer)).is_ok()
    };
    let signer = signers.iter().find(signed).ok_or(VerifyError::UnknownKey)?.clone();
    let listed = &decisions.document().answers;
    let is_to_one = listed.windows(2).all(|pair| pair[0].report == pair[1].report);
    let bytes = listed.iter().fold(0_u64, |bytes, entry| bytes.saturating_add(entry.size));
    if bytes > if is_to_one { DECISIONS_BYTES as u64 } else { ANSWERS_BYTES } {
        return Err(DeliverError::TooMuch(bytes));
    }
    let mut answers = Vec::new();
    for entry in listed {
        let path = entry.path();
        let bytes = tar.read(&path, ANSWER_BYTES)?;
        if bytes.len() as u64 != entry.size {
            return Err(DeliverError::Altered(path));
        }
        answers.push(Sealed::checked(bytes, entry.sha256).ok_or(DeliverError::Altered(path))?);
    }
    tar.end()?;
    Ok((decisions, signer, answers))
}
