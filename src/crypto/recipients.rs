use age::x25519;

use super::fingerprint::Fingerprint;

/// The governance team's public keys: everything that a person sends is sealed to each of them.
#[derive(Clone)]
pub struct GovernanceRecipients(Vec<x25519::Recipient>);

/// A recipients file that can't be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipientsError {
    /// No key in it.
    #[error("there is no age recipient in it; put age1… keys there, one a line")]
    Empty,
    /// A line that is neither a comment nor a key.
    #[error("line {0} is not an age X25519 recipient; each line is an age1… key or a comment that begins with #")]
    Line(usize),
    /// The same key twice.
    #[error("line {0} repeats an earlier key; keep one of them")]
    Repeated(usize),
    /// A private key.
    #[error("line {0} is a private key; take it out of this machine, make new keys, and put only the public half here")]
    Private(usize),
}

impl GovernanceRecipients {
    /// Reads an age recipients file: one `age1…` key a line, empty lines, and comments that begin with `#`.
    ///
    /// # Errors
    /// The first line that can't be used. Nothing is skipped: a key that is misspelt is a reader who is shut out.
    pub fn parse(text: &str) -> Result<Self, RecipientsError> {
        let mut keys: Vec<x25519::Recipient> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
                return Err(RecipientsError::Private(number));
            }
            let key = line.parse().map_err(|_| RecipientsError::Line(number))?;
            if keys.contains(&key) {
                return Err(RecipientsError::Repeated(number));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(RecipientsError::Empty);
        }
        Ok(Self(keys))
    }

    /// Each key in its text form.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// Over all of them.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Self::fingerprint_over(&self.keys())
    }

    /// Over keys as [`Self::keys`] gives them, each of them once.
    #[must_use]
    pub fn fingerprint_over(keys: &[String]) -> Fingerprint {
        Fingerprint::of("governance recipients", keys)
    }

    /// Of each by itself, as if there were no other.
    #[must_use]
    pub fn fingerprint_of_each(&self) -> Vec<Fingerprint> {
        self.0.iter().map(|key| Self(vec![key.clone()]).fingerprint()).collect()
    }

    /// From keys as [`Self::keys`] gives them.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn of(keys: &[String]) -> Result<Self, RecipientsError> {
        Self::parse(&keys.join("\n"))
    }

    /// These keys, then others that are not among them.
    #[must_use]
    pub fn and(&self, others: &Self) -> Self {
        let more = others.0.iter().filter(|key| !self.0.contains(key));
        Self(self.0.iter().chain(more).cloned().collect())
    }

    /// The public halves of private keys.
    #[cfg(any(feature = "box", feature = "desk"))]
    pub(crate) fn from_keys(keys: Vec<x25519::Recipient>) -> Self {
        Self(keys)
    }

    pub(super) fn as_age(&self) -> impl Iterator<Item = &dyn age::Recipient> {
        self.0.iter().map(|key| key as &dyn age::Recipient)
    }
}

/// The public half of what a receipt code leads to: every answer to a report is sealed to it.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplyRecipient(x25519::Recipient);

impl ReplyRecipient {
    /// From its text form inside a message.
    ///
    /// # Errors
    /// If it is not an age X25519 recipient.
    pub fn parse(text: &str) -> Result<Self, RecipientsError> {
        text.parse().map(Self).map_err(|_| RecipientsError::Line(1))
    }

    #[cfg(any(feature = "box", feature = "desk"))]
    pub(super) const fn new(key: x25519::Recipient) -> Self {
        Self(key)
    }

    pub(super) const fn as_age(&self) -> &dyn age::Recipient {
        &self.0
    }
}

impl std::fmt::Display for ReplyRecipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Debug for ReplyRecipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReplyRecipient")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> String {
        x25519::Identity::generate().to_public().to_string()
    }

    #[test]
    fn reads_keys_and_comments() {
        let (one, two) = (key(), key());
        let recipients =
            GovernanceRecipients::parse(&format!("# team\n\n{one}\r\n  {two}  \n")).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(recipients.keys(), [one, two]);
    }

    #[test]
    fn skips_nothing() {
        let one = key();
        let error = |text: &str| GovernanceRecipients::parse(text).err();
        assert_eq!(error("# only a comment\n"), Some(RecipientsError::Empty));
        assert_eq!(error(&format!("{one}\nage1typo\n")), Some(RecipientsError::Line(2)));
        assert_eq!(error(&format!("{one}\n\n{one}\n")), Some(RecipientsError::Repeated(3)));
        assert_eq!(error("age-secret-key-1abc"), Some(RecipientsError::Private(1)));
    }
    #[test]
    fn each_key_of_two_lists_is_there_once() {
        let (one, two, three) = (key(), key(), key());
        let list = |keys: &[&String]| {
            let lines: Vec<_> = keys.iter().map(|key| key.as_str()).collect();
            GovernanceRecipients::parse(&lines.join("\n")).unwrap_or_else(|e| panic!("{e}"))
        };
        assert_eq!(list(&[&one, &two]).and(&list(&[&two, &three])).keys(), [one, two, three]);
    }

    #[test]
    fn a_reply_recipient_is_written_as_it_is_read_and_not_shown_where_errors_are() {
        let text = key();
        let recipient = ReplyRecipient::parse(&text).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((recipient.to_string(), format!("{recipient:?}")), (text, "ReplyRecipient".to_owned()));
    }
}
