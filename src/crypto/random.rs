use rand::{CryptoRng, rngs::SysRng};

use crate::domain::{
    BoxId, CasebookId, CollectionId, EpochId, MemberId, OrganisationId, ReferenceId, ReportId, Salt, SendId, ThemeId,
};

/// The operating system's random numbers, asked each time: no generator's state stays in memory.
/// If they fail the program stops: there is nothing safe to go on with.
pub type OsRandom = rand::rand_core::UnwrapErr<SysRng>;

/// The operating system's random numbers.
#[must_use]
pub fn os_random() -> OsRandom {
    rand::rand_core::UnwrapErr(SysRng)
}

macro_rules! random_ids {
    ($($name:ident),+) => { $(
        impl $name {
            /// A new random one.
            pub fn random(rng: &mut impl CryptoRng) -> Self {
                let mut bytes = [0; Self::LEN];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }
        }
    )+ };
}

random_ids!(
    ReportId,
    BoxId,
    CasebookId,
    MemberId,
    OrganisationId,
    ThemeId,
    ReferenceId,
    EpochId,
    CollectionId,
    SendId,
    Salt
);
