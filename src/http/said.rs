use askama::{Template, filters::HtmlSafe};

use super::Day;
use crate::domain::{HeadingDepth, ProseBlock};

/// Who reads what is sent, as it stands in a sentence, unless the box is configured otherwise.
pub const BODY: &str = "the governance team";

/// Something that the team says, as the person sees it at the box, ready to be put on a page.
#[derive(Template)]
#[template(path = "partials/said.html")]
pub struct SaidByTeam<'a> {
    /// Who says it, at the beginning of a sentence.
    pub team: String,
    /// What kind it is.
    pub kind: &'static str,
    /// The day on which the box got it.
    pub on: Day,
    /// What it says, with the marks of headings and lists as they were typed.
    pub text: &'a str,
    /// Whether the person has not written since.
    pub new: bool,
}

// Its template escapes whatever is in it.
impl HtmlSafe for SaidByTeam<'_> {}

/// Words with a capital letter, for the beginning of a sentence.
#[must_use]
pub fn capitalised(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::{Html, Selector};

    use super::*;
    use crate::domain::{Date, escape_invisible, prose};

    fn said(text: &str) -> String {
        let on = Day(Date::constant(2026, 12, 1));
        SaidByTeam { team: capitalised(BODY), kind: "Reply", on, text, new: false }.render().unwrap()
    }

    #[test]
    fn what_is_said_is_shown_as_text() {
        let html = said("</div><b>\n[a](https://b.example/) *c*\n\nx");
        assert!(html.contains("<h3>The governance team: Reply</h3>") && !html.contains("New since"), "{html}");
        let shown = "<div class=\"said\"><p>&#60;/div&#62;&#60;b&#62;\n[a](https://b.example/) *c*</p><p>x</p></div>";
        assert!(html.contains(shown), "{html}");
    }

    #[test]
    fn what_can_t_be_seen_is_written_out() {
        let html = said("# \u{200b}\n\ngnp\u{202e}.exe");
        assert!(html.contains("<h4>⟨U+200B⟩</h4><p>gnp⟨U+202E⟩.exe</p>"), "{html}");
    }

    #[test]
    fn headings_and_lists_are_what_they_were_typed_as() {
        let html = said("# Plan\nWe will:\n- look\n- ask <them>\n\n## When\n3. soon");
        let shown = "<h4>Plan</h4><p>We will:</p><ul><li>look</li><li>ask &#60;them&#62;</li></ul><h5>When</h5>\
                     <ol><li value=\"3\">soon</li></ol></div>";
        assert!(html.contains(shown), "{html}");
    }

    proptest! {
        #[test]
        fn whatever_is_said_is_shown_and_does_nothing(
            text in "(?s)(# |## |- |1\\. |\n|\n\n| |<b>|</div>|&lt;|&|\"|[a-z]|.){0,40}",
        ) {
            // A browser reads no NUL, and this parser leaves one out as browsers do; what is typed at the desk has none.
            let text = text.replace('\0', "");
            let page = Html::parse_fragment(&said(&text));
            let all = |selector: &str| -> String {
                page.select(&Selector::parse(selector).unwrap()).flat_map(|element| element.text()).collect()
            };
            let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let text = escape_invisible(&text);
            let blocks: String = prose(&text).into_iter().map(|block| match block {
                ProseBlock::Heading(_, span) | ProseBlock::Paragraph(span) => span.text.to_owned(),
                ProseBlock::List(items) => items.iter().map(|item| item.text).collect(),
                ProseBlock::Numbered(items) => items.iter().map(|(_, item)| item.text).collect(),
            }).collect();
            prop_assert_eq!(visible(&all(".said")), visible(&blocks));
            let inside = Selector::parse(".said *").unwrap();
            for element in page.select(&inside) {
                prop_assert!(["h4", "h5", "ul", "ol", "li", "p"].contains(&element.value().name()));
            }
        }
    }
}
