use std::{net::IpAddr, str::FromStr};

/// Where a box is, as a browser would be given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoxAddress {
    pub(super) way: Way,
    /// In brackets if it is an address of IPv6.
    pub(super) host: String,
    pub(super) port: u16,
}

/// How a box is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By its name, and TLS.
    Tls,
    /// Through Tor, which does what TLS would.
    Onion,
    /// On this machine itself.
    Here,
}

impl FromStr for BoxAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const BEGIN: &str = "begin it with https://, or with http:// if it is an onion address";
        let (scheme, rest) = text.split_once("://").ok_or(BEGIN)?;
        let place = rest.strip_suffix('/').unwrap_or(rest);
        if place.is_empty() || place.contains(['/', '?', '#', '@', ' ']) {
            return Err("give the name alone, as in https://speak-up.example.org");
        }
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, Some(port.parse().map_err(|_| "its port is not a number")?))
            }
            _ => (place, None),
        };
        let is_onion = host.to_ascii_lowercase().ends_with(".onion");
        let way = match scheme {
            "https" if is_onion => return Err("an onion address begins with http://: Tor does what TLS would"),
            "https" => Way::Tls,
            "http" if is_onion => Way::Onion,
            "http" if is_here(host) => Way::Here,
            "http" => return Err("everybody on the way could read and change what is carried: begin it with https://"),
            _ => return Err(BEGIN),
        };
        let port = port.unwrap_or(if way == Way::Tls { 443 } else { 80 });
        Ok(Self { way, host: host.to_owned(), port })
    }
}

impl BoxAddress {
    /// As a browser names it in its requests.
    pub(super) fn authority(&self) -> String {
        let default = if self.way == Way::Tls { 443 } else { 80 };
        if self.port == default { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }

    pub(super) fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }
}

fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_spoken_to_by_tls_or_by_tor_or_is_this_machine() {
        let parse = |text: &str| text.parse::<BoxAddress>();
        let at = |way, host: &str, port| Ok(BoxAddress { way, host: host.to_owned(), port });
        assert_eq!(parse("https://speak-up.example.org"), at(Way::Tls, "speak-up.example.org", 443));
        assert_eq!(parse("https://speak-up.example.org:8443/"), at(Way::Tls, "speak-up.example.org", 8443));
        assert_eq!(parse("http://abc.onion"), at(Way::Onion, "abc.onion", 80));
        assert_eq!(parse("http://127.0.0.1:8080"), at(Way::Here, "127.0.0.1", 8080));
        assert_eq!(parse("http://[::1]:8080"), at(Way::Here, "[::1]", 8080));
        for refused in [
            "speak-up.example.org",
            "ftp://a.example",
            "https://",
            "https://a.example/keys",
            "https://me@a.example",
            "http://speak-up.example.org",
            "http://10.0.0.1",
            "https://abc.onion",
            "https://a.example:x",
        ] {
            assert!(parse(refused).is_err(), "{refused}");
        }
    }
}
