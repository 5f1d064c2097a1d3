//! What can be linked to.

/// Bytes of an address.
const LONGEST: usize = 200;

/// Whether it is a service in Tor.
pub(super) fn is_onion(text: &str) -> bool {
    is_address(text, "http://") && text.trim_end_matches('/').to_ascii_lowercase().ends_with(".onion")
}

/// Whether it can stand in a link and in a header: visible ASCII that ends neither.
pub(super) fn is_address(text: &str, scheme: &str) -> bool {
    let rest = text.strip_prefix(scheme).unwrap_or_default();
    let fits = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'<' | b'>' | b';' | b',' | b'\\');
    !rest.is_empty() && text.len() <= LONGEST && rest.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(is_onion("http://abc.onion/") && is_onion("http://ABC.ONION"));
        assert!(!is_onion("https://abc.onion") && !is_onion("http://abc.onion.example"));
    }
}
