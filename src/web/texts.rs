//! Page texts that a body can write anew, as files beside the configuration. The defaults are read in the same way.
//!
//! A file has headings, lists and paragraphs as [`prose`] reads them. Inside a line there are `**strong**`,
//! `[words](/path)` or `[words](https://…)`, and placeholders for what is configured, as `{body}`. A heading may end with
//! `{#id}`, to which links lead. Everything else is shown as it stands.

mod inline;
mod placeholder;

pub(super) use inline::WrittenPart;
pub(super) use placeholder::Placeholder;

use inline::InlineFault;

use crate::domain::{
    HeadingDepth, ProseBlock, ProseSpan,
    limits::{KIB, PAGE_TEXT_BYTES},
    prose,
};

/// Bytes of a text up to which its page has the size of all pages, even with the largest logo in it.
const FITS: usize = 12 * KIB;
/// Ids that the pages themselves have.
const TAKEN: &[&str] = &["maincontent", "demonstration", "use", "reach"];

/// A text that a body can write anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageText {
    /// The start page's: whom this is for, and where else to go.
    Audiences,
    /// The privacy notice's: what is kept, and for how long.
    Kept,
    /// What stands below the list of those whom a person can turn to.
    TurnTo,
}

/// A text can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// Longer than a page should be.
    #[error("is larger than 16 KiB; shorten it")]
    TooLong,
    /// Nothing in it.
    #[error("has nothing in it; write it, or take the file away for the default")]
    Empty,
    /// No heading of the name to which other pages link.
    #[error("has no heading that ends with {{#{0}}}, to which other pages link; add that to the heading that fits")]
    NoAnchor(&'static str),
    /// Something in one line.
    #[error("line {line}: {fault}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What.
        fault: LineFault,
    },
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
pub enum LineFault {
    /// Braces around something else than a placeholder.
    #[error("{0} is no placeholder; use {known}", known = Placeholder::list())]
    Placeholder(String),
    /// A link that leads elsewhere, or a link in a link.
    #[error("this link can't be used; give [words](/path) or [words](https://…), without a contact in the words")]
    Link,
    /// The id of a heading.
    #[error("{{#{0}}} can't be the id of this heading; use small letters, digits and hyphens, and each id once")]
    Id(String),
}

/// A text as it was read.
#[derive(Clone, Debug)]
pub(super) struct WrittenText {
    pub(super) blocks: Vec<WrittenBlock>,
    bytes: usize,
}

/// A part of a text that stands by itself.
#[derive(Clone, Debug)]
pub(super) enum WrittenBlock {
    Heading { depth: HeadingDepth, id: Option<String>, words: Vec<WrittenPart> },
    List(Vec<Vec<WrittenPart>>),
    Numbered(Vec<(u16, Vec<WrittenPart>)>),
    Paragraph(Vec<WrittenPart>),
}

impl PageText {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Audiences, Self::Kept, Self::TurnTo];

    /// The name of its file.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Audiences => "audiences.md",
            Self::Kept => "kept.md",
            Self::TurnTo => "turn-to.md",
        }
    }

    /// What it is unless a body writes its own.
    #[must_use]
    pub const fn default_text(self) -> &'static str {
        match self {
            Self::Audiences => include_str!("../../templates/texts/audiences.md"),
            Self::Kept => include_str!("../../templates/texts/kept.md"),
            Self::TurnTo => include_str!("../../templates/texts/turn-to.md"),
        }
    }

    /// The ids in it to which pages link.
    pub(super) const fn anchors(self) -> &'static [&'static str] {
        match self {
            Self::Audiences => &["staff", "patients"],
            Self::Kept => &["kept"],
            Self::TurnTo => &[],
        }
    }

    /// The default, read.
    pub(super) fn written(self) -> WrittenText {
        // A test reads each.
        self.read(self.default_text()).expect("a default that can be used")
    }

    /// Reads a text that takes its place.
    pub(super) fn read(self, text: &str) -> Result<WrittenText, TextError> {
        if text.len() > PAGE_TEXT_BYTES {
            return Err(TextError::TooLong);
        }
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let in_line = |InlineFault { at, fault }| {
            let line = 1 + text[..at].matches('\n').count();
            TextError::Line { line, fault }
        };
        let mut ids = Vec::new();
        let blocks: Vec<WrittenBlock> = prose(&text)
            .into_iter()
            .map(|block| read_block(block, &mut ids))
            .collect::<Result<_, _>>()
            .map_err(in_line)?;
        if blocks.is_empty() {
            return Err(TextError::Empty);
        }
        match self.anchors().iter().find(|anchor| !ids.iter().any(|id| id == *anchor)) {
            Some(anchor) => Err(TextError::NoAnchor(anchor)),
            None => Ok(WrittenText { blocks, bytes: text.len() }),
        }
    }
}

impl WrittenText {
    /// Whether a list or paragraph of it has a placeholder.
    pub(super) fn has(&self, placeholder: Placeholder) -> bool {
        let within = |words: &Vec<WrittenPart>| words.iter().any(|part| part.has(placeholder));
        self.blocks.iter().any(|block| match block {
            WrittenBlock::Heading { words, .. } | WrittenBlock::Paragraph(words) => within(words),
            WrittenBlock::List(items) => items.iter().any(within),
            WrittenBlock::Numbered(items) => items.iter().any(|(_, words)| within(words)),
        })
    }

    /// Whether its page may be larger than all others, so that it can be told from them on the line.
    pub(super) const fn is_heavy(&self) -> bool {
        self.bytes > FITS
    }
}

fn read_block(block: ProseBlock<'_>, ids: &mut Vec<String>) -> Result<WrittenBlock, InlineFault> {
    Ok(match block {
        ProseBlock::Heading(depth, span) => {
            let (span, id) = heading_id(span);
            if let Some(id) = &id {
                let fits = id.starts_with(|c: char| c.is_ascii_lowercase())
                    && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
                if !fits || span.text.is_empty() || TAKEN.contains(&id.as_str()) || ids.contains(id) {
                    return Err(InlineFault { at: span.start, fault: LineFault::Id(id.clone()) });
                }
                ids.push(id.clone());
            }
            WrittenBlock::Heading { depth, id, words: inline::read(span)? }
        }
        ProseBlock::List(items) => WrittenBlock::List(items.into_iter().map(inline::read).collect::<Result<_, _>>()?),
        ProseBlock::Numbered(items) => WrittenBlock::Numbered(
            items.into_iter().map(|(number, item)| Ok((number, inline::read(item)?))).collect::<Result<_, _>>()?,
        ),
        ProseBlock::Paragraph(span) => WrittenBlock::Paragraph(inline::read(span)?),
    })
}

/// A heading without the id at its end, and the id.
fn heading_id(span: ProseSpan<'_>) -> (ProseSpan<'_>, Option<String>) {
    let text = span.text.trim_end();
    let found = text.strip_suffix('}').and_then(|rest| rest.rsplit_once("{#"));
    match found {
        Some((words, id)) => (ProseSpan { text: words.trim_end(), ..span }, Some(id.to_owned())),
        None => (ProseSpan { text, ..span }, None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> String {
        PageText::TurnTo.read(text).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn every_default_can_be_used_and_is_light() {
        for text in PageText::ALL {
            assert!(!text.written().is_heavy(), "{text:?}");
        }
        assert!(PageText::TurnTo.read(&"a ".repeat(FITS / 2 + 1)).unwrap().is_heavy());
    }

    #[test]
    fn what_can_not_be_shown_is_refused_with_its_line() {
        for (text, part) in [
            ("", "has nothing in it"),
            (" \n\n", "has nothing in it"),
            ("# A\n\nb\n{boss} c", "line 4: {boss} is no placeholder; use {body}, "),
            ("- a\n- b\n  and {c", "line 3: {c is no placeholder"),
            ("a }", "line 1: } is no placeholder"),
            ("a\n\n\n[b](http://c.example)", "line 4: this link"),
            ("[b](javascript:alert)", "line 1: this link"),
            ("[b](//c.example)", "line 1: this link"),
            ("[b](/c\"d)", "line 1: this link"),
            ("[b](/c d)", "line 1: this link"),
            ("[b](/c", "line 1: this link"),
            ("[ ](/c)", "line 1: this link"),
            ("[b](mailto:a@b.example)", "line 1: this link"),
            ("[{contacts.mp}](/c)", "line 1: this link"),
            ("[a [b](/c)](/d)", "line 1: this link"),
            ("# A {#a}\n\n# B {#a}", "line 3: {#a} can't be the id"),
            ("# A {#A}", "line 1: {#A} can't be"),
            ("# A {#}", "line 1: {#} can't be"),
            ("# A {#maincontent}", "line 1: {#maincontent} can't be"),
            ("# {#a}", "line 1: {#a} can't be"),
            ("A {#a}", "line 1: {#a} is no placeholder"),
        ] {
            let said = fault(text);
            assert!(said.contains(part) && !said.contains('\n'), "{text:?}: {said}");
        }
        assert!(fault(&"a".repeat(PAGE_TEXT_BYTES + 1)).contains("16 KiB"));
        assert!(PageText::TurnTo.read(&"a".repeat(PAGE_TEXT_BYTES)).is_ok());
    }

    #[test]
    fn what_other_pages_link_to_has_to_be_there() {
        let said = PageText::Audiences.read("# A {#staff}\n\nb").unwrap_err().to_string();
        assert!(said.contains("{#patients}"), "{said}");
        assert!(PageText::Audiences.read("# A {#staff}\r\n# B {#patients}\r\n").is_ok());
        for page in ["routes.html", "before.html", "safe.html"] {
            let html = std::fs::read_to_string(format!("templates/box/{page}")).unwrap();
            for (link, text) in [("href=\"/#", PageText::Audiences), ("href=\"/privacy#", PageText::Kept)] {
                for id in html.split(link).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                    assert!(text.anchors().contains(&id), "{page} links to {id}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn anything_at_all_is_read_or_refused(text in "(?s)(\\{body\\}|\\{|\\}|\\[|\\]\\(|\\]|\\)|/a|https://a.b|\\*\\*|# |- |\n|[a-c é]|.){0,40}") {
            for page in PageText::ALL {
                let _ = page.read(&text);
            }
        }
    }
}
