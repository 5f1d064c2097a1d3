use axum::http::HeaderValue;
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

/// The one style sheet: as on a screen, then what differs on paper, in forced colours, and for whoever wants less motion.
pub const CSS: &str =
    concat!(include_str!("../../templates/style.css"), include_str!("../../templates/style_media.css"));

/// The content security policy of pages with that style sheet inside: nothing but it, this site's forms, and, where `images`
/// says so, images that stand in the page itself.
#[must_use]
pub fn policy(css: &str, images: bool) -> HeaderValue {
    let hash = BASE64.encode(&Sha256::digest(css.as_bytes()));
    let images = if images { " img-src data:;" } else { "" };
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}';{images} form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    // Base64 and the words around it are visible ASCII.
    HeaderValue::from_str(&policy).expect("the policy is ASCII")
}
