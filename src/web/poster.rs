//! The address on paper: a poster, and slips to take away, in one file that loads nothing.

use std::sync::LazyLock;

use askama::Template;
use qrcodegen::{QrCode, QrCodeEcc};

use super::{
    address::{OnionAddress, is_site, onion},
    config::{Config, Logo, ServiceConfig},
};
use crate::http::shortened;

/// Slips on one sheet.
const SLIPS: usize = 8;
/// White modules around a QR code (ISO/IEC 18004).
const QUIET: i32 = 4;
/// Bytes of a name, of who reads what is sent, or of the address, from which on everything is set smaller.
const LONG: usize = 50;

static CSS: LazyLock<String> = LazyLock::new(|| shortened(include_str!("../../templates/print/poster.css")));

/// There can be no poster.
#[derive(Debug, thiserror::Error)]
pub enum PosterError {
    /// It leads nowhere, or not safely.
    #[error(
        "the address for the poster is not one that people can go to; give https:// and a name, or an onion address"
    )]
    Address,
    /// It does not fit.
    #[error("the poster can't be made; this is a fault in candour")]
    Template(#[from] askama::Error),
}

/// A page of HTML that prints as two sheets of A4: the poster, and slips to cut out.
///
/// # Errors
/// If that is no address.
pub fn poster(config: &Config, address: &str) -> Result<String, PosterError> {
    if !is_site(address, "https://") && onion(address) != OnionAddress::Whole {
        return Err(PosterError::Address);
    }
    let service = &config.service;
    let onion = service.onion.as_deref().map(shown).filter(|onion| *onion != shown(address));
    let lengths = [&service.name, &service.body, address].map(str::len);
    let page = Poster {
        css: &CSS,
        service,
        logo: config.logo.as_ref(),
        sentences: [
            format!(
                "Tell {} about something seriously wrong in the NHS that you can’t raise where you work.",
                service.body
            ),
            "You do not have to say who you are, and only they can open what you write.".to_owned(),
            "Use your own phone or computer, away from work, and never a network that belongs to your work.".to_owned(),
        ],
        qr: QrPicture::of(address)?,
        address: shown(address),
        onion,
        is_long: lengths.into_iter().any(|length| length > LONG),
    };
    Ok(page.render()?)
}

/// An address as it is written down: what can be left out when it is typed is.
fn shown(address: &str) -> &str {
    address.trim_end_matches('/')
}

#[derive(Template)]
#[template(path = "print/poster.html")]
struct Poster<'a> {
    css: &'static str,
    service: &'a ServiceConfig,
    logo: Option<&'a Logo>,
    sentences: [String; 3],
    qr: QrPicture,
    address: &'a str,
    onion: Option<&'a str>,
    /// Whether there is so much to say that it is set smaller.
    is_long: bool,
}

/// A QR code as an SVG path, in modules.
struct QrPicture {
    side: i32,
    path: String,
}

impl QrPicture {
    fn of(address: &str) -> Result<Self, PosterError> {
        // A poster is torn, and a slip is folded: a quarter of it may be lost.
        let code = QrCode::encode_text(address, QrCodeEcc::Quartile).map_err(|_| PosterError::Address)?;
        let mut path = String::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let from = x;
                while code.get_module(x, y) {
                    x += 1;
                }
                if x > from {
                    path += &format!("M{},{}h{}v1h-{}z", from + QUIET, y + QUIET, x - from, x - from);
                } else {
                    x += 1;
                }
            }
        }
        Ok(Self { side: code.size() + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use regex_lite::Regex;
    use rqrr::PreparedImage;

    use super::*;

    /// Pixels of one module, for the reader.
    const PIXELS: usize = 4;
    const ONION: &str = "http://aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead.onion";

    fn with(config: &str, address: &str) -> String {
        poster(&Config::parse(config).unwrap(), address).unwrap()
    }

    /// What a telephone reads from each picture of a poster.
    fn read(html: &str) -> Vec<String> {
        let picture = Regex::new("viewBox=\"0 0 ([0-9]+) [0-9]+\"[^>]*><path d=\"([^\"]*)\"").unwrap();
        let run = Regex::new("M([0-9]+),([0-9]+)h([0-9]+)v1h-[0-9]+z").unwrap();
        let number = |text: &str| text.parse::<usize>().unwrap();
        let decode = |side: usize, path: &str| {
            let mut dark = vec![false; side * side];
            for found in run.captures_iter(path) {
                let [x, y, length] = [1, 2, 3].map(|part| number(&found[part]));
                dark[y * side + x..y * side + x + length].fill(true);
            }
            let grey = |x: usize, y: usize| if dark[y / PIXELS * side + x / PIXELS] { 0 } else { 255 };
            let mut image = PreparedImage::prepare_from_greyscale(side * PIXELS, side * PIXELS, grey);
            let grids = image.detect_grids();
            assert_eq!(grids.len(), 1);
            grids[0].decode().unwrap().1
        };
        picture.captures_iter(html).map(|found| decode(number(&found[1]), &found[2])).collect()
    }

    #[test]
    fn the_code_on_the_poster_and_on_every_slip_is_the_address() {
        let longest = format!("https://{}.example.nhs.uk/", "a".repeat(170));
        for address in ["https://box.example", "https://box.example:8443", &longest, ONION] {
            assert_eq!(read(&with("", address)), vec![address; 1 + SLIPS], "{address}");
        }
    }

    #[test]
    fn it_says_what_matters_and_loads_nothing() {
        let config = format!(
            "[service]\nname = \"Speak <up>\"\nbody = \"the board\"\nheader = \"Exampleshire\"\nonion = \"{ONION}/\""
        );
        let html = with(&config, "https://box.example/");
        for (words, count) in [
            ("<h1>Speak &#60;up&#62;</h1>", 1),
            ("<h2>Speak &#60;up&#62;</h2>", SLIPS),
            ("<p>Exampleshire</p>", 1),
            (">https://box.example</p>", 1 + SLIPS),
            (&format!("In Tor Browser: <span class=\"onion\">{ONION}</span>"), 1 + SLIPS),
            ("Tell the board about", 1 + SLIPS),
            ("You do not have to say who you are", 1 + SLIPS),
            ("never a network that belongs to your work", 1 + SLIPS),
            ("call 999", 1),
        ] {
            assert_eq!(html.matches(words).count(), count, "{words}");
        }
        assert!(!["<script", "<link", "url(", "src=", "href="].iter().any(|loads| html.contains(loads)));
        assert!(!with("", "https://box.example").contains("Tor Browser"));
        assert!(!with(&config, ONION).contains("Tor Browser"), "it is the address already");
    }

    #[test]
    fn an_address_that_leads_nowhere_is_refused() {
        for address in ["", "box.example", "http://box.example", "https://", "https://a b", "javascript:x", "https://<"]
        {
            assert!(matches!(poster(&Config::default(), address), Err(PosterError::Address)), "{address}");
        }
    }
}
