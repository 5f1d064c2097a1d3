//! Whether browsers take the box's certificate: its days and its names. Nothing of it is shown but dates and names.

use x509_cert::{
    Certificate,
    der::Decode,
    ext::pkix::{SubjectAltName, name::GeneralName},
    time::Time,
};

use crate::{
    cli::findings::{Findings, Verdict, What},
    domain::Date,
    web::Config,
};

/// Days before its end at which somebody is told.
const WARNED_DAYS: i32 = 21;
/// Days before its end at which it can't wait: whatever renews it has failed for two weeks.
const UNSAFE_DAYS: i32 = 7;

/// What a certificate says.
pub(super) struct CertificateFacts {
    from: Date,
    until: Date,
    names: Vec<String>,
}

impl CertificateFacts {
    /// Reads it; none if it is not one.
    pub(super) fn read(certificate: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(certificate).ok()?;
        let content = certificate.tbs_certificate();
        let validity = content.validity();
        let names = content.get_extension::<SubjectAltName>().ok().flatten().map_or_else(Vec::new, |(_, names)| {
            let name = |name: &GeneralName| match name {
                GeneralName::DnsName(name) => Some(name.as_str().to_ascii_lowercase()),
                _ => None,
            };
            names.0.iter().filter_map(name).collect()
        });
        Some(Self { from: day(validity.not_before), until: day(validity.not_after), names })
    }

    pub(super) fn tell(&self, findings: &mut Findings, config: &Config, today: Date) {
        let (verdict, finding) = self.days(today);
        findings.say(What::CertificateDays, verdict, finding);
        let Some(host) = host(config) else { return };
        let (verdict, finding) = if self.names.iter().any(|name| is_of(name, &host)) {
            (Verdict::Ok, format!("the certificate is of {host}"))
        } else {
            let names = if self.names.is_empty() { "nothing".to_owned() } else { self.names.join(", ") };
            (
                Verdict::Unsafe,
                format!(
                    "the certificate is of {names}, and service.address is at {host}, so browsers warn of it; get one of {host}"
                ),
            )
        };
        findings.say(What::CertificateNames, verdict, finding);
    }

    fn days(&self, today: Date) -> (Verdict, String) {
        let Self { from, until, .. } = self;
        let left = today.until(*until).map_or(i32::MAX, |span| span.get_days());
        if today < *from {
            return (
                Verdict::Unsafe,
                format!("the certificate is of {from} on, which is still to come; see that the clock is right"),
            );
        }
        match left {
            ..0 => (Verdict::Unsafe, format!("the certificate ended on {until}, and no browser takes it; renew it")),
            0..UNSAFE_DAYS => (Verdict::Unsafe, format!("the certificate ends on {until}; renew it today")),
            UNSAFE_DAYS..WARNED_DAYS => {
                (Verdict::Warning, format!("the certificate ends on {until}; see that whatever renews it runs"))
            }
            WARNED_DAYS.. => (Verdict::Ok, format!("the certificate ends on {until}")),
        }
    }
}

/// What there is to say where the box has no certificate.
pub(super) fn tell_without(findings: &mut Findings, config: &Config) {
    let (verdict, finding) = match host(config) {
        Some(host) if !config.service.behind_tls => (
            Verdict::Warning,
            format!(
                "service.address is at https://{host}, and the box has no certificate and stands behind no front; set [tls], or \
                 service.behind_tls"
            ),
        ),
        Some(_) => (Verdict::Ok, "the certificate is the front's".to_owned()),
        None => (Verdict::Ok, "the box has no certificate, and no address that needs one".to_owned()),
    };
    findings.say(What::Tls, verdict, finding);
}

/// The name in `service.address`.
fn host(config: &Config) -> Option<String> {
    let site = config.service.address.as_deref()?.strip_prefix("https://")?;
    site.split([':', '/']).next().map(str::to_ascii_lowercase)
}

/// Whether a name in a certificate is that of a host. A star stands for one part, at the beginning.
fn is_of(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(domain) => host.split_once('.').is_some_and(|(_, rest)| rest == domain),
        None => name == host,
    }
}

fn day(time: Time) -> Date {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
    moment.to_zoned(jiff::tz::TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn facts(names: &[&str]) -> CertificateFacts {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = CertificateParams::new(names).unwrap();
        parameters.not_before = date_time_ymd(2026, 12, 1);
        parameters.not_after = date_time_ymd(2027, 3, 1);
        let certificate = parameters.self_signed(&KeyPair::generate().unwrap()).unwrap();
        CertificateFacts::read(certificate.der()).unwrap()
    }

    #[test]
    fn its_end_is_told_three_weeks_before_and_is_unsafe_a_week_before() {
        let facts = facts(&["box.example"]);
        for (today, verdict) in [
            ("2026-11-30", Verdict::Unsafe),
            ("2026-12-01", Verdict::Ok),
            ("2027-02-08", Verdict::Ok),
            ("2027-02-09", Verdict::Warning),
            ("2027-02-22", Verdict::Warning),
            ("2027-02-23", Verdict::Unsafe),
            ("2027-03-01", Verdict::Unsafe),
            ("2027-03-02", Verdict::Unsafe),
            ("2030-01-01", Verdict::Unsafe),
        ] {
            assert_eq!(facts.days(today.parse().unwrap()).0, verdict, "{today}");
        }
        assert!(CertificateFacts::read(b"no certificate").is_none());
    }

    #[test]
    fn its_names_are_held_against_the_address() {
        let told = |names: &[&str], address: &str| {
            let config = Config::parse(&format!("[service]\naddress = \"{address}\"")).unwrap();
            let mut findings = Findings::default();
            facts(names).tell(&mut findings, &config, "2026-12-01".parse().unwrap());
            findings.worst()
        };
        assert_eq!(told(&["box.example"], "https://box.example"), Verdict::Ok);
        assert_eq!(told(&["other.example", "box.example"], "https://BOX.example:8443"), Verdict::Ok);
        assert_eq!(told(&["*.trust.example"], "https://speak.trust.example"), Verdict::Ok);
        for (names, address) in [
            (&["*.trust.example"][..], "https://trust.example"),
            (&["*.trust.example"], "https://a.speak.trust.example"),
            (&["trust.example"], "https://speak.trust.example"),
            (&[], "https://speak.trust.example"),
        ] {
            assert_eq!(told(names, address), Verdict::Unsafe, "{names:?} {address}");
        }
    }

    #[test]
    fn an_address_with_https_that_nobody_answers_at_is_told() {
        for (text, verdict) in [
            ("", Verdict::Ok),
            ("[service]\naddress = \"https://box.example\"", Verdict::Warning),
            ("[service]\naddress = \"https://box.example\"\nbehind_tls = true", Verdict::Ok),
        ] {
            let mut findings = Findings::default();
            tell_without(&mut findings, &Config::parse(text).unwrap());
            assert_eq!(findings.worst(), verdict, "{text}");
        }
    }
}
