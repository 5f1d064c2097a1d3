//! A text that a body can write anew, as it stands on a page.

use std::fmt;

use askama::filters::{Escaper, Html, HtmlSafe};

use super::period::period;
use crate::{
    domain::HeadingDepth,
    http::capitalised,
    web::{
        config::{Config, Contact},
        texts::{PageText, Placeholder, WrittenBlock, WrittenPart},
    },
};

/// What `{own_copy}` says where copies are kept, and where not.
const COPY: &str = "what you write, and the names and sizes of files, sealed to your receipt code. The files are not in \
                    it. It is deleted with the report, or some days after we set that aside. From the outside one sees \
                    about how large it is.";
const NO_COPY: &str = "none. One that was made while this service kept copies is deleted with its report, or some days after we set that aside.";

/// The text, with what is configured in it, as HTML.
#[derive(Clone)]
pub(in crate::web) struct WrittenHtml(String);

impl WrittenHtml {
    pub(super) fn new(config: &Config, text: PageText) -> Self {
        let mut html = Self(String::new());
        for block in &config.written(text).blocks {
            html.block(block, config);
        }
        html
    }

    fn block(&mut self, block: &WrittenBlock, config: &Config) {
        match block {
            WrittenBlock::Heading { depth, id, words } => {
                let tag = match depth {
                    HeadingDepth::First => "h2",
                    HeadingDepth::Second => "h3",
                };
                // An id is letters, digits and hyphens.
                let id = id.as_ref().map_or_else(String::new, |id| format!(" id=\"{id}\""));
                self.markup(&format!("<{tag}{id}>"));
                self.parts(words, config);
                self.markup(&format!("</{tag}>\n"));
            }
            WrittenBlock::List(items) => {
                self.markup("<ul>\n");
                for item in items {
                    self.markup("<li>");
                    self.parts(item, config);
                    self.markup("</li>\n");
                }
                self.markup("</ul>\n");
            }
            WrittenBlock::Numbered(items) => {
                self.markup("<ol>\n");
                for (number, item) in items {
                    self.markup(&format!("<li value=\"{number}\">"));
                    self.parts(item, config);
                    self.markup("</li>\n");
                }
                self.markup("</ol>\n");
            }
            WrittenBlock::Paragraph(words) => {
                self.markup("<p>");
                self.parts(words, config);
                self.markup("</p>\n");
            }
        }
    }

    fn parts(&mut self, parts: &[WrittenPart], config: &Config) {
        for part in parts {
            match part {
                WrittenPart::Words(words) => self.words(words),
                WrittenPart::Strong(words) => {
                    self.markup("<strong>");
                    self.parts(words, config);
                    self.markup("</strong>");
                }
                WrittenPart::Link { to, leads_out, words } => {
                    self.open_link(to, *leads_out);
                    self.parts(words, config);
                    self.markup("</a>");
                }
                WrittenPart::Placeholder(placeholder) => self.placeholder(*placeholder, config),
            }
        }
    }

    fn placeholder(&mut self, placeholder: Placeholder, config: &Config) {
        let service = &config.service;
        match placeholder {
            Placeholder::Body => self.words(&service.body),
            Placeholder::BodyFirst => self.words(&capitalised(&service.body)),
            Placeholder::Service => self.words(&service.name),
            Placeholder::Controller => self.words(config.privacy.controller.as_deref().unwrap_or(&service.body)),
            Placeholder::Kept => self.words(&config.privacy.kept),
            Placeholder::ClosedDays => self.words(&period(config.limits.closed_days, config.limits.spread_days)),
            Placeholder::SetAsideDays => self.words(&period(config.limits.set_aside_days, config.limits.spread_days)),
            Placeholder::AnswerDays => self.words(&period(config.limits.answer_days, config.limits.spread_days)),
            Placeholder::OwnCopy => self.words(if service.own_copy { COPY } else { NO_COPY }),
            Placeholder::Contact(who) => {
                let Contact { name, link, phone, .. } = config.contacts.of(who);
                if let Some(link) = link {
                    self.open_link(link, true);
                    self.words(name);
                    self.markup("</a>");
                } else {
                    self.words(name);
                }
                if let Some(phone) = phone {
                    self.words(&format!(" ({phone})"));
                }
            }
        }
    }

    fn open_link(&mut self, to: &str, leads_out: bool) {
        self.markup("<a href=\"");
        self.words(to);
        self.markup(if leads_out { "\" rel=\"noreferrer\">" } else { "\">" });
    }

    /// What this file writes itself.
    fn markup(&mut self, html: &str) {
        self.0.push_str(html);
    }

    /// What comes from a text or from the configuration, escaped.
    fn words(&mut self, words: &str) {
        // A string takes whatever is written to it.
        let _ = Html.write_escaped_str(&mut self.0, words);
    }
}

impl fmt::Display for WrittenHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// Everything in it that was not written above went through `words`.
impl HtmlSafe for WrittenHtml {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::{Html as Page, Selector};

    use super::*;

    fn html(text: &str) -> String {
        let mut config = Config::parse("[service]\nbody = \"the <board>\"").unwrap();
        config.set_text(PageText::TurnTo, text).unwrap();
        WrittenHtml::new(&config, PageText::TurnTo).0
    }

    #[test]
    fn a_text_is_shown_with_what_is_configured() {
        assert_eq!(
            html(
                "# About {body} {#about}\n\n{Body} & **us**:\n- [in](/a?b=c&d)\n- [out](https://e.example/)\n\n## Ask\n3. {contacts.advice}"
            ),
            "<h2 id=\"about\">About the &#60;board&#62;</h2>\n<p>The &#60;board&#62; &#38; <strong>us</strong>:</p>\n<ul>\n\
             <li><a href=\"/a?b=c&#38;d\">in</a></li>\n<li><a href=\"https://e.example/\" rel=\"noreferrer\">out</a></li>\n\
             </ul>\n<h3>Ask</h3>\n<ol>\n<li value=\"3\"><a href=\"https://protect-advice.org.uk/\" rel=\"noreferrer\">\
             Protect</a> (020 3117 2520)</li>\n</ol>\n"
        );
        assert_eq!(html("{contacts.guardian}"), "<p>your trust’s Freedom to Speak Up guardian</p>\n");
    }

    proptest! {
        #[test]
        fn whatever_an_operator_writes_is_shown_and_does_nothing(
            text in "(?s)(<script>|</p>|\"|&lt;|\\*\\*|# |- |\n|[a-c<>&'\"]|[^{}\\[\\]]){1,40}",
        ) {
            let mut config = Config::default();
            prop_assume!(config.set_text(PageText::TurnTo, &text).is_ok());
            let page = Page::parse_fragment(&WrittenHtml::new(&config, PageText::TurnTo).0);
            let all = Selector::parse("body *, html *").unwrap();
            for element in page.select(&all) {
                let name = element.value().name();
                prop_assert!(["h2", "h3", "ul", "ol", "li", "p", "strong"].contains(&name), "{}", name);
            }
        }
    }
}
