//! What can be linked to.

use data_encoding::BASE32;
use sha3::{Digest, Sha3_256};

/// Bytes of an address.
const LONGEST: usize = 200;

/// Bytes of an onion service's name: its key, a checksum and the version (Tor's rend-spec-v3, section 6).
const ONION: usize = ONION_KEY + ONION_CHECKSUM + 1;
/// Bytes of its Ed25519 key.
const ONION_KEY: usize = 32;
/// Bytes of the checksum.
const ONION_CHECKSUM: usize = 2;
/// The version, which has the last byte.
const ONION_VERSION: u8 = 3;
/// Symbols of such a name in base32, five bits each.
const ONION_SYMBOLS: usize = ONION * 8 / 5;

/// What an address is that should be a service's in Tor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnionAddress {
    /// One that can be gone to.
    Whole,
    /// It looks like one and has a sign wrong: its checksum does not fit.
    Mistyped,
    /// Something else.
    Other,
}

/// Whether it is a site's own address: scheme, name and perhaps a port, and no page of it.
pub(super) fn is_site(text: &str, scheme: &str) -> bool {
    let rest = text.strip_prefix(scheme).map(|rest| rest.strip_suffix('/').unwrap_or(rest)).unwrap_or_default();
    let (name, port) = rest.split_once(':').map_or((rest, None), |(name, port)| (name, Some(port)));
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.len() <= LONGEST && name.split('.').all(is_part) && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

/// Whether it is a service in Tor.
pub(super) fn onion(text: &str) -> OnionAddress {
    let host = text.strip_prefix("http://").map(|rest| rest.strip_suffix('/').unwrap_or(rest)).unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default().to_ascii_uppercase();
    let own = name.strip_suffix(".ONION").and_then(|rest| rest.rsplit('.').next()).unwrap_or_default();
    if !is_site(text, "http://") || own.len() != ONION_SYMBOLS {
        return OnionAddress::Other;
    }
    let Ok(bytes) = BASE32.decode(own.as_bytes()) else { return OnionAddress::Other };
    let (key, rest) = bytes.split_at(ONION_KEY);
    let whole =
        Sha3_256::new().chain_update(b".onion checksum").chain_update(key).chain_update([ONION_VERSION]).finalize();
    if rest[..ONION_CHECKSUM] == whole[..ONION_CHECKSUM] && rest[ONION_CHECKSUM..] == [ONION_VERSION] {
        OnionAddress::Whole
    } else {
        OnionAddress::Mistyped
    }
}

/// Whether a request was for a service in Tor, whichever.
pub(super) fn is_onion_host(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    name.trim_end_matches('.').to_ascii_lowercase().ends_with(".onion")
}

/// Whether it can stand in a link and in a header: visible ASCII that ends neither.
pub(super) fn is_address(text: &str, scheme: &str) -> bool {
    let rest = text.strip_prefix(scheme).unwrap_or_default();
    let fits = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'<' | b'>' | b';' | b',' | b'\\');
    !rest.is_empty() && text.len() <= LONGEST && rest.bytes().all(fits)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The name of an onion service whose key is the bytes from 0 to 31, as another implementation works it out.
    pub(in crate::web) const ONION_NAME: &str = "aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead";

    #[test]
    fn what_could_end_a_link_or_a_header_is_no_address() {
        let longest = format!("https://{}", "a".repeat(LONGEST - "https://".len()));
        for address in ["https://a.example", "https://a.example/b?c=d&e#f", &longest] {
            assert!(is_address(address, "https://"), "{address}");
        }
        let longer = format!("{longest}a");
        for other in
            ["", "https://", "http://a", "https://a b", "https://a\"", "https://<a", "https://a;", "https://é", &longer]
        {
            assert!(!is_address(other, "https://"), "{other}");
        }
    }

    #[test]
    fn a_site_is_its_name_and_no_page_of_it() {
        for site in ["https://a.example", "https://a-b.example/", "https://a.example:8443"] {
            assert!(is_site(site, "https://"), "{site}");
        }
        for other in [
            "https://a.example/status",
            "https://a.example?b",
            "https://a.example#b",
            "https://https://a.example",
            "https:////",
            "https://a:b@c.example",
            "https://a@b.example",
            "https://a..b",
            "https://-a.example",
            "https://a.example:port",
            "https://a.example:80:80",
        ] {
            assert!(!is_site(other, "https://"), "{other}");
        }
    }

    #[test]
    fn an_onion_is_a_whole_name_in_tor_whose_checksum_fits() {
        for whole in
            [format!("http://{ONION_NAME}.onion"), format!("http://www.{}.onion:8080/", ONION_NAME.to_uppercase())]
        {
            assert_eq!(onion(&whole), OnionAddress::Whole, "{whole}");
        }
        // Each sign, read wrongly.
        for at in 0..ONION_SYMBOLS {
            let other = if &ONION_NAME[at..=at] == "q" { "x" } else { "q" };
            let wrong = format!("http://{}{other}{}.onion", &ONION_NAME[..at], &ONION_NAME[at + 1..]);
            assert_eq!(onion(&wrong), OnionAddress::Mistyped, "{wrong}");
        }
        for other in [
            format!("https://{ONION_NAME}.onion"),
            format!("http://{ONION_NAME}.onion.example"),
            format!("http://a.example/{ONION_NAME}.onion"),
            format!("http://a@{ONION_NAME}.onion"),
            format!("http://{}.onion", &ONION_NAME[1..]),
            format!("http://1{}.onion", &ONION_NAME[1..]),
            "http://abc.onion".to_owned(),
        ] {
            assert_eq!(onion(&other), OnionAddress::Other, "{other}");
        }
        assert!(is_onion_host("abc.onion") && is_onion_host("ABC.onion.:80") && !is_onion_host("abc.onion.example"));
    }
}
