use axum::http::HeaderValue;
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

/// A style sheet without comments, and without the white space that only its editors need.
#[must_use]
pub fn shortened(css: &str) -> String {
    let mut sent = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        push_shortened(&mut sent, before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    push_shortened(&mut sent, rest);
    sent
}

fn push_shortened(sent: &mut String, css: &str) {
    let (mut is_quoted, mut is_apart) = (false, false);
    for c in css.chars() {
        is_quoted ^= c == '"';
        if c.is_whitespace() && !is_quoted {
            is_apart = true;
            continue;
        }
        // A colon is one that ends a property's name only if something stands right before it: `.inset > :last-child`.
        if is_apart && !sent.is_empty() && !sent.ends_with(['{', '}', ';', ',', '>', ':']) && !"{};,>".contains(c) {
            sent.push(' ');
        }
        is_apart = false;
        if c == '}' && sent.ends_with(';') {
            sent.pop();
        }
        sent.push(c);
    }
}

/// The content security policy of pages with that style sheet inside: nothing but it, this site's forms, and, where
/// `images` says so, images that stand in the page itself.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_style_sheet_says_stays() {
        for (written, sent) in [
            ("/* Colours */\n:root {\n  --text: #212b32;\n}\n", ":root{--text:#212b32}"),
            ("a, b > i { margin: 0 auto; }\n\n/* Not; this { */ p {}", "a,b>i{margin:0 auto}p{}"),
            (".inset > :last-child,\nul :first-child { x: y; }", ".inset>:last-child,ul :first-child{x:y}"),
            (".tag::before { content: \"\\25B2  { \"; }", ".tag::before{content:\"\\25B2  { \"}"),
            (
                "@media (min-width: 641px) {\n  a { font: 400 1rem/1.5 Arial, sans-serif; }\n}",
                "@media (min-width:641px){a{font:400 1rem/1.5 Arial,sans-serif}}",
            ),
            ("p { width: calc(100% - 2px); /* last */ }", "p{width:calc(100% - 2px)}"),
        ] {
            assert_eq!(shortened(written), sent);
        }
    }
}
