use axum::http::{HeaderMap, HeaderValue, header};

use super::Shell;
use crate::{http::is_public_name, web::address::is_onion_host};

/// Bytes of the longest name of a machine, with its port.
const LONGEST_HOST: usize = 260;
/// The page on which a receipt code is typed.
const STATUS: &str = "/status";

/// Where a person comes back to with their code: a browser that keeps no history can't tell them.
pub(in crate::web) struct ReturnAddress {
    /// On the web.
    pub(super) address: Option<String>,
    /// In Tor Browser.
    pub(super) onion: Option<String>,
}

impl ReturnAddress {
    /// What the operator set; what they did not, as the browser asked for it.
    pub(in crate::web) fn new(shell: &Shell, headers: &HeaderMap) -> Self {
        let under = |address: &String| format!("{}{STATUS}", address.trim_end_matches('/'));
        let asked_for = headers.get(header::HOST).and_then(asked_for);
        let (web, onion) = match asked_for {
            Some(host) if is_onion_host(host) => (None, Some(format!("http://{host}{STATUS}"))),
            // A front that does not pass on what it was asked for asks for an address of its own machine: nobody could
            // come back to that.
            Some(host) if shell.demo || is_public_name(host) => (Some(format!("{host}{STATUS}")), None),
            _ => (None, None),
        };
        Self {
            address: shell.service.address.as_ref().map(under).or(web),
            onion: shell.service.onion.as_ref().map(under).or(onion),
        }
    }
}

/// A name of a machine and perhaps a port, and nothing that only looks like one.
fn asked_for(host: &HeaderValue) -> Option<&str> {
    let host = host.to_str().ok()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    (!host.is_empty() && host.len() <= LONGEST_HOST && host.chars().all(fits)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{Config, address::tests::ONION_NAME};

    fn told(config: &str, host: Option<&'static str>) -> (Option<String>, Option<String>) {
        let shell = Shell::new(&Config::parse(config).unwrap(), false);
        let headers = host.map(|host| (header::HOST, HeaderValue::from_static(host))).into_iter().collect();
        let ReturnAddress { address, onion } = ReturnAddress::new(&shell, &headers);
        (address, onion)
    }

    #[test]
    fn what_the_operator_set_goes_before_what_the_browser_asked_for() {
        let status = |text: &str| Some(text.to_owned());
        let onion = format!("http://{ONION_NAME}.onion");
        let both = &format!("[service]\naddress = \"https://a.example/\"\nonion = \"{onion}\"");
        assert_eq!(
            told(both, Some("c.example")),
            (status("https://a.example/status"), Some(format!("{onion}/status")))
        );
        assert_eq!(told("", Some("a.example:8443")), (status("a.example:8443/status"), None));
        assert_eq!(told("", Some("abc.onion")), (None, status("http://abc.onion/status")));
        for host in [
            None,
            Some(""),
            Some("a b.example"),
            Some("a.b/c"),
            Some("<b.c>"),
            Some("a@b.c"),
            Some("localhost"),
            Some("127.0.0.1:8080"),
            Some("10.0.0.7"),
            Some("[::1]:8080"),
            Some("candour:8080"),
        ] {
            assert_eq!(told("", host), (None, None), "{host:?}");
        }
    }
}
