//! An authority of the tests' own, and a certificate for a front.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::RootCertStore;

/// An authority that only this test trusts.
pub(crate) struct Authority {
    certificate: rcgen::Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// What every certificate of it is for.
    pub(crate) const NAME: &str = "localhost";

    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::default()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// Writes `certificate.pem`, `certificate.key` and the authority's own `authority.pem` there; gives the last one's path.
    pub(crate) fn write_to(&self, directory: &Path) -> PathBuf {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![Self::NAME.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let put = |name: &str, text: String| {
            let path = directory.join(name);
            fs::File::create_new(&path)
                .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
                .expect("a file");
            path
        };
        put("certificate.pem", certificate.pem());
        put("certificate.key", key.serialize_pem());
        put("authority.pem", self.certificate.pem())
    }

    /// What someone trusts who trusts this authority alone.
    pub(crate) fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).expect("a certificate");
        roots
    }
}
