//! What can be linked to.

/// Bytes of an address.
const LONGEST: usize = 200;

/// Symbols of an onion service's name before its ending: the base32 of a key, a check sum and the version (Tor's
/// rend-spec-v3, section 6).
const ONION: usize = 56;

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
pub(super) fn is_onion(text: &str) -> bool {
    let host = text.strip_prefix("http://").map(|rest| rest.strip_suffix('/').unwrap_or(rest)).unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let own = name.strip_suffix(".onion").and_then(|rest| rest.rsplit('.').next()).unwrap_or_default();
    let is_base32 = |b: u8| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b);
    is_site(text, "http://") && own.len() == ONION && own.bytes().all(is_base32)
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
    fn an_onion_is_a_whole_name_in_tor() {
        let name = "a".repeat(ONION);
        for onion in [format!("http://{name}.onion"), format!("http://www.{}.onion:8080/", name.to_uppercase())] {
            assert!(is_onion(&onion), "{onion}");
        }
        for other in [
            format!("https://{name}.onion"),
            format!("http://{name}.onion.example"),
            format!("http://a.example/{name}.onion"),
            format!("http://a@{name}.onion"),
            format!("http://{}.onion", &name[1..]),
            format!("http://1{}.onion", &name[1..]),
        ] {
            assert!(!is_onion(&other), "{other}");
        }
        assert!(is_onion_host("abc.onion") && is_onion_host("ABC.onion.:80") && !is_onion_host("abc.onion.example"));
    }
}
