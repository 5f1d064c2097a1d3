use age::{Decryptor, x25519};
use bech32::{Bech32, Hrp};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::{
    digest,
    open::{OpenError, read_limited},
    recipients::ReplyRecipient,
};
use crate::domain::{
    Answer, Digest, EndorsedAnswer, Format, OwnCopy,
    limits::{ANSWER_BYTES, KIB, MESSAGE_BYTES},
};

/// What a receipt code leads to: opens the answers to one report.
pub struct ReplyIdentity(x25519::Identity);

impl ReplyIdentity {
    /// From the 32 secret bytes that Argon2id gives.
    pub(super) fn from_secret(secret: &[u8]) -> Self {
        // age offers no other way in than its text form; 32 bytes under this prefix always make one.
        let prefix = Hrp::parse("AGE-SECRET-KEY-").expect("the prefix is valid");
        let text = Zeroizing::new(bech32::encode_upper::<Bech32>(prefix, secret).expect("32 bytes fit"));
        Self(text.parse().expect("32 bytes make an X25519 identity"))
    }

    /// The public half, which goes into every message.
    #[must_use]
    pub fn recipient(&self) -> ReplyRecipient {
        ReplyRecipient::new(self.0.to_public())
    }

    /// Opens an answer. Whether anybody stands by it is for the caller.
    ///
    /// # Errors
    /// If it is not a whole answer sealed to this identity.
    pub fn open_answer(&self, sealed: &[u8]) -> Result<OpenedAnswer, OpenError> {
        let endorsed: EndorsedAnswer = self.open(sealed, ANSWER_BYTES)?;
        let json = endorsed.answer.as_str().as_bytes();
        let answer: Answer = serde_json::from_slice(json).map_err(|_| OpenError::Inside)?;
        if endorsed.format != Format::EndorsedAnswer || answer.format != Format::Answer {
            return Err(OpenError::Inside);
        }
        Ok(OpenedAnswer { text: digest(json), answer, endorsements: endorsed.endorsements })
    }

    /// Opens the person's own copy of a message.
    ///
    /// # Errors
    /// If it is not a whole copy sealed to this identity.
    pub fn open_own_copy(&self, sealed: &[u8]) -> Result<OwnCopy, OpenError> {
        let copy: OwnCopy = self.open(sealed, MESSAGE_BYTES)?;
        if copy.format == Format::OwnCopy { Ok(copy) } else { Err(OpenError::Inside) }
    }

    fn open<T: DeserializeOwned>(&self, sealed: &[u8], limit: usize) -> Result<T, OpenError> {
        let plain = Decryptor::new_buffered(sealed)?.decrypt(std::iter::once(&self.0 as &dyn age::Identity))?;
        let json = read_limited(plain, 32 * KIB, limit)?;
        serde_json::from_slice(&json).map_err(|_| OpenError::Inside)
    }
}

/// An answer that a receipt code opened.
pub struct OpenedAnswer {
    /// What it says.
    pub answer: Answer,
    /// SHA-256 of its JSON.
    pub text: Digest,
    /// The signatures that came with it, over its [`crate::domain::Endorsement`].
    pub endorsements: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::{Code, answer_digest, os_random, seal_answer, seal_own_copy},
        domain::{AnswerKind, BoxId, Date, OwnWords, ReportId, ReportState, Salt, Text, limits::MESSAGE_STEP},
        world::KDF,
    };

    fn reply_identity() -> ReplyIdentity {
        Code::issue(&mut os_random()).derive(BoxId([0; 16]), KDF).unwrap_or_else(|e| panic!("{e}")).reply
    }

    #[test]
    fn an_answer_is_opened_by_its_receipt_code_alone() {
        let person = reply_identity();
        let answer = Answer {
            format: Format::Answer,
            r#box: BoxId([1; 16]),
            report: ReportId([2; 8]),
            seq: 1,
            kind: AnswerKind::Notice,
            on: Date::constant(2026, 12, 1),
            after: 1,
            state: ReportState::Decided,
            areas: vec![],
            supplementary: false,
            turn_to: vec![],
            text: Some(Text::typed("How we will use it.")),
            salt: Salt([3; 32]),
        };
        let endorsements = vec!["signed".to_owned()];
        let sealed = seal_answer(&answer, endorsements.clone(), &person.recipient()).unwrap_or_else(|e| panic!("{e}"));
        let opened = person.open_answer(sealed.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((opened.text, opened.endorsements), (answer_digest(&answer).unwrap(), endorsements));
        assert!(opened.answer.text.is_some_and(|text| text.as_str() == "How we will use it."));
        assert!(matches!(reply_identity().open_answer(sealed.as_bytes()), Err(OpenError::OtherKeys)));
        assert!(matches!(person.open_own_copy(sealed.as_bytes()), Err(OpenError::Inside)), "an answer is no copy");
    }

    #[test]
    fn a_copy_is_opened_by_its_receipt_code_alone_and_is_no_answer() {
        let person = reply_identity();
        let copy = OwnCopy {
            format: Format::OwnCopy,
            r#box: BoxId([1; 16]),
            report: ReportId([2; 8]),
            seq: 1,
            said: OwnWords::FollowUp(Some(Text::typed("What I wrote."))),
            files: vec![],
        };
        let sealed = seal_own_copy(&copy, &person.recipient()).unwrap_or_else(|e| panic!("{e}"));
        let sealed = sealed.as_bytes();
        let opened = person.open_own_copy(sealed).unwrap_or_else(|e| panic!("{e}"));
        let OwnWords::FollowUp(Some(text)) = &opened.said else { panic!("another") };
        assert_eq!(text.as_str(), "What I wrote.");
        assert!(matches!(reply_identity().open_own_copy(sealed), Err(OpenError::OtherKeys)));
        assert!(matches!(person.open_answer(sealed), Err(OpenError::Inside)));
        // As large as a message that says as little.
        assert_eq!(sealed.len() / MESSAGE_STEP, 1);
        let mut altered = sealed.to_vec();
        altered[sealed.len() - 1] ^= 1;
        assert!(matches!(person.open_own_copy(&altered), Err(OpenError::Altered)));
    }
}
