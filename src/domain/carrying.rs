//! What a carrier and a box say to each other over a line, so that what is sealed can be fetched and decisions be brought
//! without a stick: a request, signed, and what is told in an answer.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    ids::{CollectionId, Digest},
    limits::CARRY_HEAD_BYTES,
    message::Format,
    part::Part,
};

/// One request to a box: signed by a carrier or a signer, and good once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarryRequest {
    /// [`Format::CarryRequest`].
    pub format: Format,
    /// What the box gave out a moment before: it makes the request fresh.
    pub challenge: String,
    /// What is asked.
    pub errand: Errand,
}

/// What a carrier asks of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Errand {
    /// Which collection waits.
    Look,
    /// A part of it, from a byte on.
    Fetch {
        /// The collection that was told of.
        collection: CollectionId,
        /// From 1.
        part: u32,
        /// Bytes of the part that are here already.
        offset: u64,
    },
    /// Every part of it lies where it was carried.
    Kept {
        /// The collection.
        collection: CollectionId,
    },
    /// Decisions follow the request.
    Bring {
        /// Bytes of the file, without what it is padded with.
        size: u64,
        /// SHA-256 of the file.
        sha256: Digest,
    },
}

/// What a box answers to a request that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Carried {
    /// Which collection waits; none if there is nothing.
    Waiting(Option<WaitingCollection>),
    /// The bytes of a part that follow.
    Piece(CarriedPiece),
    /// It counts as fetched.
    Kept,
    /// The decisions were taken, with what came of it in lines.
    Taken {
        /// What `candour deliver` prints.
        told: Vec<String>,
        /// Which part of the decisions it was.
        part: Part,
    },
    /// Nothing was done, with what happened and what to do.
    Refused(String),
}

/// A collection that lies ready at a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitingCollection {
    /// From 1 in each epoch.
    pub number: u64,
    /// Its random name.
    pub id: CollectionId,
    /// The day on which it was made.
    pub on: Date,
    /// How many parts it has.
    pub parts: u32,
}

/// What follows in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarriedPiece {
    /// Which part of the collection.
    pub part: Part,
    /// Bytes of the whole part; what follows is as long as what is missing of it, and then padding.
    pub size: u64,
    /// SHA-256 of the whole part.
    pub sha256: Digest,
}

/// A signed request as it is sent: its JSON, a line break, the signature's four lines, and blanks up to
/// [`CARRY_HEAD_BYTES`]. None if it is longer than that, which no request is.
#[must_use]
pub fn carry_head(json: &[u8], signature: &str) -> Option<Vec<u8>> {
    let mut head = [json, b"\n", signature.as_bytes()].concat();
    if head.len() > CARRY_HEAD_BYTES {
        return None;
    }
    head.resize(CARRY_HEAD_BYTES, b' ');
    Some(head)
}

/// The JSON of a request and its signature; none if it is neither.
#[must_use]
pub fn read_carry_head(head: &[u8]) -> Option<(&[u8], &str)> {
    let end = head.iter().position(|byte| *byte == b'\n')?;
    let signature = std::str::from_utf8(&head[end + 1..]).ok()?;
    Some((&head[..end], signature.trim_end_matches(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_back_and_has_one_length() {
        let head = carry_head(b"{\"a\":1}", "one\ntwo\n").unwrap();
        assert_eq!(head.len(), CARRY_HEAD_BYTES);
        assert_eq!(read_carry_head(&head), Some((b"{\"a\":1}".as_slice(), "one\ntwo\n")));
        assert_eq!(carry_head(&[b'a'; CARRY_HEAD_BYTES], ""), None);
        for bad in [&b"no line break"[..], b"{}\n\xff"] {
            assert_eq!(read_carry_head(bad), None);
        }
    }

    #[test]
    fn the_longest_request_fits() {
        let errand = Errand::Bring { size: u64::MAX, sha256: Digest([255; 32]) };
        let request = CarryRequest { format: Format::CarryRequest, challenge: "0".repeat(200), errand };
        let json = serde_json::to_vec(&request).unwrap();
        assert!(carry_head(&json, &"x".repeat(512)).is_some());
        assert!(!json.contains(&b'\n'));
    }
}
