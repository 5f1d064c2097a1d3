use std::{fmt, marker::PhantomData, str::FromStr};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An id that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("not an id of the right length; copy it from the list")]
pub struct IdError;

/// Reads an id where it stands: a casebook has very many.
struct Hex<T>(PhantomData<T>);

impl<T: FromStr<Err = IdError>> de::Visitor<'_> for Hex<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an id in lower-case hex")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Makes an id of random bytes, written in lower-case hex.
macro_rules! ids {
    ($( $(#[$outer:meta])* $name:ident($len:literal); )+) => { $(
        $(#[$outer])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Bytes in it.
            pub const LEN: usize = $len;

            /// From bytes as stored.
            ///
            /// # Errors
            /// If there are more or fewer than [`Self::LEN`].
            pub fn from_slice(bytes: &[u8]) -> Result<Self, IdError> {
                bytes.try_into().map(Self).map_err(|_| IdError)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let mut bytes = [0; $len];
                if text.len() != 2 * $len {
                    return Err(IdError);
                }
                HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).map_err(|_| IdError)?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Hex(PhantomData))
            }
        }
    )+ };
}

ids! {
    /// A report's random name: the same at the box, in files, and at the desk.
    ReportId(8);
    /// A box's random name, and the salt under its receipt codes.
    BoxId(16);
    /// A casebook's random name.
    CasebookId(16);
    /// A member of a casebook's team.
    MemberId(8);
    /// An organisation's random name at the desk.
    OrganisationId(8);
    /// A theme's random name at the desk.
    ThemeId(8);
    /// The random name of something else that a team keeps beside its reports: a saved text, an address, a filter.
    ReferenceId(8);
    /// Names the life of a box from one restore to the next.
    EpochId(16);
    /// Names one collection, in however many parts it is.
    CollectionId(16);
    /// What a form carries so that sending it twice is the same as once.
    SendId(16);
    /// A SHA-256 digest.
    Digest(32);
    /// Random bytes inside something sealed, so that a digest over it tells nothing to whoever can't open it.
    Salt(32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes_and_nothing_else() {
        let id = ReportId([0, 1, 2, 0xfe, 0xff, 16, 17, 18]);
        assert_eq!(id.to_string(), "000102feff101112");
        assert_eq!(id.to_string().parse::<ReportId>().unwrap(), id);
        for bad in
            ["", "000102feff10111", "000102FEFF101112", "000102feff10111g", "../../etc/passwd", "+00102feff101112"]
        {
            assert!(bad.parse::<ReportId>().is_err(), "{bad}");
        }
    }
}
