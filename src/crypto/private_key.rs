/// Bytes of a minisign secret key: two algorithms and a checksum's (6), salt (32), costs (16), key number (8), key
/// (64), checksum (32).
const MINISIGN_SECRET_BYTES: usize = 6 + 32 + 16 + 8 + 64 + 32;

/// Work that an identity file under a passphrase may ask for before it is taken for an attack: 2^22, some tens of seconds.
pub const MAX_WORK_FACTOR: u8 = 22;

/// Whether an identity file is under a passphrase: sealed, as age does it, plain or armoured.
#[must_use]
pub fn is_under_passphrase(file: &[u8]) -> bool {
    file.starts_with(b"age-encryption.org/") || file.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----")
}

/// Whether a file holds a private key: an age identity, anything sealed (an identity under a passphrase looks like
/// that), or a minisign secret key.
#[must_use]
pub fn is_private_key(file: &[u8]) -> bool {
    let text = String::from_utf8_lossy(file).to_uppercase();
    let minisign = |line: &str| {
        data_encoding::BASE64
            .decode(line.trim().as_bytes())
            .is_ok_and(|raw| raw.len() == MINISIGN_SECRET_BYTES && raw.starts_with(b"Ed"))
    };
    text.contains("AGE-SECRET-KEY-")
        || text.starts_with("AGE-ENCRYPTION.ORG/")
        || text.contains("-----BEGIN AGE ENCRYPTED FILE-----")
        || text.contains("PRIVATE KEY-----")
        || String::from_utf8_lossy(file).lines().any(minisign)
}
