//! What was posted when no session could take it: the last such form, sealed to the member whose desk it is. While the desk
//! is locked nothing here can open it. It is never written anywhere.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use zeroize::Zeroizing;

use crate::{
    crypto::{GovernanceRecipients, Sealed, seal_bytes},
    domain::{
        Entries,
        limits::{FORM_BYTES, KIB},
    },
    unseal::GovernanceIdentity,
};

/// The page of what was being written when the desk locked.
pub(super) const TYPED: &str = "/typed";
/// The field that says that a form was kept, and is posted once more.
pub(super) const REDONE: &str = "redone";
/// How long a form is kept.
pub(super) const KEPT_FOR: Duration = Duration::from_hours(1);
/// Bytes of a form with the address that it was for.
const LARGEST: usize = FORM_BYTES + KIB;

/// The last form that no session took.
pub(super) struct KeptForm(Mutex<KeptSlot>);

struct KeptSlot {
    owner: GovernanceRecipients,
    sealed: Option<(Sealed, Duration)>,
}

/// What was posted, and the address that it was for.
pub(super) struct PostedForm {
    /// On this desk, and nowhere else.
    pub(super) path: String,
    /// Without the token, which belongs to one session.
    pub(super) form: Entries,
}

impl KeptForm {
    /// Nothing yet, for whoever has that identity.
    pub(super) fn new(owner: GovernanceRecipients) -> Self {
        Self(Mutex::new(KeptSlot { owner, sealed: None }))
    }

    /// From now on it is for whoever has that identity. Gives whether it was for somebody else before: what is kept for them is
    /// thrown away.
    pub(super) fn own(&self, owner: GovernanceRecipients) -> bool {
        let mut held = self.held();
        let is_other = held.owner.keys() != owner.keys();
        if is_other {
            *held = KeptSlot { owner, sealed: None };
        }
        is_other
    }

    /// Keeps a form in place of any other, from now on. Gives whether it is kept: one that is too large, or that leads
    /// elsewhere, is not.
    pub(super) fn keep(&self, posted: &PostedForm, now: Duration) -> bool {
        let Some(plain) = posted.written() else { return false };
        let owner = self.held().owner.clone();
        let Ok(sealed) = seal_bytes(plain.as_bytes(), &owner) else { return false };
        self.held().sealed = Some((sealed, now));
        true
    }

    /// Whether there is one.
    pub(super) fn is_some(&self, now: Duration) -> bool {
        let mut held = self.held();
        held.sealed.take_if(|(_, since)| now.saturating_sub(*since) >= KEPT_FOR);
        held.sealed.is_some()
    }

    /// What was posted, if there is something that this identity opens.
    pub(super) fn open(&self, identity: &GovernanceIdentity, now: Duration) -> Option<PostedForm> {
        if !self.is_some(now) {
            return None;
        }
        let mut held = self.held();
        let (sealed, _) = held.sealed.as_ref()?;
        let opened = identity.open_bytes(sealed.as_bytes(), LARGEST).ok();
        let posted = opened.and_then(|plain| PostedForm::read(&plain));
        if posted.is_none() {
            // Of an identity that is not here any more: nobody will read it.
            held.sealed = None;
        }
        posted
    }

    /// Throws it away.
    pub(super) fn forget(&self) {
        self.held().sealed = None;
    }

    fn held(&self) -> MutexGuard<'_, KeptSlot> {
        // It is set whole each time.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PostedForm {
    /// What was sent to that address, but for the fields of that name; none if nothing else was sent.
    pub(super) fn new(path: &str, sent: &Entries, without: &[&str]) -> Option<Self> {
        let mut form = Entries::default();
        for (name, value) in sent.iter().filter(|(name, _)| !without.contains(name)) {
            form.push(name.to_owned(), value.to_owned());
        }
        let is_empty = form.iter().next().is_none();
        (!is_empty).then(|| Self { path: path.to_owned(), form })
    }

    /// None if it leads elsewhere or is too large.
    fn written(&self) -> Option<Zeroizing<String>> {
        // To a browser a backslash is a slash.
        let leads_here = self.path.starts_with('/') && !self.path.starts_with("//") && !self.path.contains('\\');
        let mut written = form_urlencoded::Serializer::new(String::new());
        written.append_pair("", &self.path).extend_pairs(self.form.iter());
        let written = Zeroizing::new(written.finish());
        (leads_here && written.len() <= LARGEST).then_some(written)
    }

    fn read(plain: &[u8]) -> Option<Self> {
        let mut pairs = form_urlencoded::parse(plain);
        let (_, path) = pairs.next()?;
        let mut form = Entries::default();
        pairs.for_each(|(name, value)| form.push(name.into_owned(), value.into_owned()));
        Some(Self { path: path.into_owned(), form })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1000);

    fn typed(text: &str) -> Entries {
        let mut form = Entries::default();
        for (name, value) in [("token", "0a"), ("reply", text), ("part", "one"), ("part", "two & three")] {
            form.push(name.into(), value.into());
        }
        form
    }

    fn posted(path: &str, text: &str) -> PostedForm {
        PostedForm::new(path, &typed(text), &["token"]).unwrap()
    }

    #[test]
    fn the_last_form_comes_back_as_it_was_and_the_token_does_not() {
        let identity = GovernanceIdentity::generate();
        let kept = KeptForm::new(identity.recipients());
        assert!(kept.open(&identity, NOW).is_none());
        let text = "A line,\r\nand “another” = 100%\r\n\r\n";
        assert!(kept.keep(&posted("/search", "the first"), NOW));
        assert!(kept.keep(&posted("/reports/ab/reply/preview?x=y", text), NOW));
        let held = kept.held().sealed.as_ref().unwrap().0.as_bytes().to_vec();
        assert!(!String::from_utf8_lossy(&held).contains("another"), "sealed");
        for _ in 0..2 {
            let posted = kept.open(&identity, NOW).unwrap();
            let sent: Vec<_> = posted.form.iter().collect();
            assert_eq!(posted.path, "/reports/ab/reply/preview?x=y");
            assert_eq!(sent, [("reply", text), ("part", "one"), ("part", "two & three")]);
        }
        kept.forget();
        assert!(kept.open(&identity, NOW).is_none());
    }

    #[test]
    fn it_is_kept_for_an_hour_for_its_owner_alone() {
        let (identity, other) = (GovernanceIdentity::generate(), GovernanceIdentity::generate());
        let kept = KeptForm::new(identity.recipients());
        assert!(kept.keep(&posted("/search", "words"), NOW));
        assert!(kept.is_some(NOW + Duration::from_mins(59)));
        assert!(!kept.is_some(NOW + KEPT_FOR) && kept.held().sealed.is_none());
        assert!(kept.keep(&posted("/search", "words"), NOW));
        assert!(kept.open(&other, NOW).is_none() && !kept.is_some(NOW));
        assert!(kept.keep(&posted("/search", "words"), NOW));
        assert!(!kept.own(identity.recipients()) && kept.is_some(NOW), "the same again");
        assert!(kept.own(other.recipients()) && !kept.is_some(NOW), "somebody else's desk now");
    }

    #[test]
    fn what_is_empty_too_large_or_for_elsewhere_is_not_kept() {
        let identity = GovernanceIdentity::generate();
        let kept = KeptForm::new(identity.recipients());
        let mut token = Entries::default();
        token.push("token".into(), "0a".into());
        assert!(PostedForm::new("/lock", &token, &["token"]).is_none());
        let large = "x".repeat(LARGEST);
        for (path, text) in
            [("//elsewhere.example/", "x"), ("/\\elsewhere.example/", "x"), ("elsewhere", "x"), ("/search", &*large)]
        {
            assert!(!kept.keep(&posted(path, text), NOW), "{path}");
        }
        assert!(kept.keep(&posted("/search", &"x".repeat(FORM_BYTES)), NOW));
        assert_eq!(kept.open(&identity, NOW).unwrap().form.first("reply").len(), FORM_BYTES);
    }
}
