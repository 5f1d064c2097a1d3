//! A box that nobody has written to.

use std::sync::Arc;

#[cfg(feature = "desk")]
use candour::unseal::GovernanceIdentity;
use candour::{
    crypto::{
        BoxRole, Code, CodeTagger, GovernanceRecipients, KdfParams, Receipt, SignerRole, SigningKey, VerifyingKey,
        os_random, signers_fingerprint,
    },
    domain::{BoxId, Calendar, Epoch, EpochId, Today},
    store::{Settings, Store},
    web::{AppOptions, Config, SystemStopwatch},
};
use tempfile::TempDir;

use super::{DAY, KDF};

/// A key that nobody holds, for a build in which nothing opens.
#[cfg(not(feature = "desk"))]
const OF_NOBODY: &str = "age15srnw7fvdn7ucc2mzfhjnxgcpfg364hcrazm6hdcrqr82gcyxqfs9k7248";

/// The box, and the keys of both sides.
pub(crate) struct EmptyBox {
    pub(crate) directory: TempDir,
    /// Where what is carried lies: it is opened at a desk.
    #[cfg(feature = "desk")]
    pub(crate) carried: TempDir,
    pub(crate) store: Store,
    #[cfg(feature = "desk")]
    pub(crate) identity: Arc<GovernanceIdentity>,
    pub(crate) recipients: GovernanceRecipients,
    pub(crate) box_key: SigningKey<BoxRole>,
    pub(crate) signer: SigningKey<SignerRole>,
    pub(crate) signers: [VerifyingKey<SignerRole>; 1],
}

impl EmptyBox {
    pub(crate) fn new() -> Self {
        Self::hashing_at(KDF)
    }

    /// One that hashes receipt codes at these costs.
    pub(crate) fn hashing_at(kdf: KdfParams) -> Self {
        let directory = tempfile::tempdir().unwrap();
        #[cfg(feature = "desk")]
        let identity = Arc::new(GovernanceIdentity::generate());
        #[cfg(feature = "desk")]
        let recipients = identity.recipients();
        #[cfg(not(feature = "desk"))]
        let recipients = GovernanceRecipients::parse(OF_NOBODY).unwrap();
        let (signer, public) = SigningKey::generate().unwrap();
        let signers = [public];
        let (box_key, box_public) = SigningKey::generate().unwrap();
        let settings = Settings {
            epoch: Epoch { id: EpochId::random(&mut os_random()), began_on: DAY, backup_of: None },
            box_id: BoxId::random(&mut os_random()),
            kdf,
            tagger: CodeTagger::generate(),
            box_key: box_public,
            recipients: recipients.fingerprint(),
            team_keys: recipients.fingerprint_of_each(),
            signers: signers_fingerprint(&signers),
            second_approver: false,
        };
        let place = directory.path().join("store");
        std::fs::create_dir(&place).unwrap();
        Store::create(&place, &settings, &signers).unwrap();
        let store = Store::open(&place).unwrap();
        Self {
            directory,
            #[cfg(feature = "desk")]
            carried: tempfile::tempdir().unwrap(),
            store,
            #[cfg(feature = "desk")]
            identity,
            recipients,
            box_key,
            signer,
            signers,
        }
    }

    /// A receipt that nobody has yet.
    pub(crate) fn receipt(&self) -> Receipt {
        let settings = self.store.settings();
        Code::issue(&mut os_random()).derive(settings.box_id, settings.kdf).unwrap_or_else(|error| panic!("{error}"))
    }

    /// What its pages are made of.
    pub(crate) fn options(&self, config: Config, today: Arc<dyn Today>) -> AppOptions {
        AppOptions {
            store: self.store.clone(),
            free_space: Arc::new(self.store.clone()),
            recipients: self.recipients.clone(),
            calendar: Calendar::default(),
            config,
            today,
            stopwatch: Arc::new(SystemStopwatch),
            carry: None,
            demo: false,
        }
    }
}
