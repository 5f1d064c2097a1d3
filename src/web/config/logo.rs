use data_encoding::BASE64;

use super::ConfigError;
use crate::domain::limits::LOGO_BYTES;

/// What every PNG begins with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The operator's logo, as it stands inside a page: nothing else is fetched for it.
#[derive(Clone, Debug)]
pub(in crate::web) struct Logo {
    /// A `data:` address of letters, digits and the signs of base64.
    pub(in crate::web) uri: String,
    /// The same in words.
    pub(in crate::web) words: String,
}

impl Logo {
    /// From a file's bytes. What an SVG holds besides shapes does nothing: a browser runs no script and fetches nothing
    /// in an image.
    pub(super) fn new(bytes: &[u8], words: String) -> Result<Self, ConfigError> {
        let refuse = |problem, remedy| Err(ConfigError::Setting { setting: "service.logo".into(), problem, remedy });
        if bytes.len() > LOGO_BYTES {
            return refuse("larger than 12 KiB", "give a smaller file: every page carries it");
        }
        let media_type = if bytes.starts_with(PNG) {
            "image/png"
        } else if is_svg(bytes) {
            "image/svg+xml"
        } else {
            return refuse("neither SVG nor PNG", "give a file of one of these kinds");
        };
        Ok(Self { uri: format!("data:{media_type};base64,{}", BASE64.encode(bytes)), words })
    }
}

/// Whether it is text whose first element is `svg`.
fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    // What may stand before the first element.
    for (start, end) in [("<?xml", "?>"), ("<!--", "-->"), ("<!DOCTYPE", ">"), ("<!--", "-->")] {
        if rest.starts_with(start) {
            rest = rest.split_once(end).map_or("", |(_, after)| after.trim_start());
        }
    }
    rest.strip_prefix("<svg").is_some_and(|after| after.starts_with(|c: char| c.is_whitespace() || c == '>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> Option<String> {
        let uri = Logo::new(bytes, "Us".into()).ok()?.uri;
        Some(uri.split(';').next().unwrap().to_owned())
    }

    #[test]
    fn svg_and_png_are_taken_and_nothing_else() {
        for svg in [
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "\u{feff}<?xml version=\"1.0\"?>\n<!-- made by hand -->\n<svg\n width=\"1\"/>",
            "<?xml version=\"1.0\"?><!DOCTYPE svg PUBLIC \"a\" \"b\"><svg></svg>",
        ] {
            assert_eq!(kind(svg.as_bytes()).as_deref(), Some("data:image/svg+xml"), "{svg}");
        }
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n\0").as_deref(), Some("data:image/png"));
        for other in [b"".as_slice(), b"GIF89a", b"<html><svg>", b"<svgx>", b"<?xml", b"\xff\xd8\xff"] {
            assert_eq!(kind(other), None);
        }
    }

    #[test]
    fn a_large_one_is_refused() {
        let mut png = PNG.to_vec();
        png.resize(LOGO_BYTES, 0);
        assert!(Logo::new(&png, String::new()).is_ok());
        png.push(0);
        assert!(Logo::new(&png, String::new()).unwrap_err().to_string().contains("12 KiB"));
    }
}
