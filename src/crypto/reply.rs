use age::{Decryptor, x25519};
use bech32::{Bech32, Hrp};
use zeroize::Zeroizing;

use super::{
    open::{OpenError, read_limited},
    recipients::ReplyRecipient,
};
use crate::domain::{Answer, Format, limits::ANSWER_BYTES};

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

    /// Opens an answer.
    ///
    /// # Errors
    /// If it is not a whole answer sealed to this identity.
    pub fn open_answer(&self, sealed: &[u8]) -> Result<Answer, OpenError> {
        let plain = Decryptor::new_buffered(sealed)?.decrypt(std::iter::once(&self.0 as &dyn age::Identity))?;
        let json = read_limited(plain, ANSWER_BYTES)?;
        let answer: Answer = serde_json::from_slice(&json).map_err(|_| OpenError::Inside)?;
        if answer.format == Format::Answer { Ok(answer) } else { Err(OpenError::Inside) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::{Code, os_random, seal_answer},
        domain::{AnswerKind, BoxId, Date, ReportId, ReportState, Text},
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
            text: Some(Text::typed("How we will use it.")),
        };
        let sealed = seal_answer(&answer, &person.recipient()).unwrap_or_else(|e| panic!("{e}"));
        let opened = person.open_answer(sealed.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
        assert!(opened.text.is_some_and(|text| text.as_str() == "How we will use it."));
        assert!(matches!(reply_identity().open_answer(sealed.as_bytes()), Err(OpenError::OtherKeys)));
    }
}
