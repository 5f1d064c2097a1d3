//! Text with a little structure, as people type it: a small subset of Markdown, read so that nothing in it vanishes.
//!
//! | a line that begins with | is |
//! | --- | --- |
//! | `# ` or `## ` | a heading, of the first or the second depth |
//! | `- ` or `* ` | an item of a list |
//! | `1. ` to `999. ` | an item of a numbered list, with the number as it was written |
//! | white space, after an item | more of that item |
//! | anything else | a line of a paragraph; a blank line ends it |
//!
//! There are no marks inside a line, and no links. Whatever is nearly one of these (`#Title`, `- ` with nothing after
//! it, `01. `) is a paragraph, shown as it was typed. Inside a paragraph a number begins a list only if it is 1: else a
//! line break before a date would make one.

/// The largest number of an item: a year at the beginning of a sentence is none.
const MOST_DIGITS: usize = 3;

/// A part of a text that stands by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProseBlock<'a> {
    /// A heading.
    Heading(HeadingDepth, ProseSpan<'a>),
    /// A list: its items.
    List(Vec<ProseSpan<'a>>),
    /// A list with the number of each item.
    Numbered(Vec<(u16, ProseSpan<'a>)>),
    /// Lines, with the breaks between them.
    Paragraph(ProseSpan<'a>),
}

/// How deep a heading stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeadingDepth {
    /// Not below another one: `# `, and `## ` where no `# ` came before it, so that no level is left out.
    First,
    /// `## ` somewhere after `# `.
    Second,
}

/// Some of a text, without the marks that made it a heading or an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProseSpan<'a> {
    /// What it says. Never blank.
    pub text: &'a str,
    /// Where it begins, in bytes from the beginning of the whole text.
    pub start: usize,
}

/// Reads a text. Every sign of it is in one block, but for the marks and for blank lines.
#[must_use]
pub fn prose(text: &str) -> Vec<ProseBlock<'_>> {
    let mut reader = ProseReader { text, blocks: Vec::new(), open: Open::Nothing, has_first: false };
    let mut start = 0;
    for line in text.split('\n') {
        reader.line(line, start);
        start += line.len() + 1;
    }
    reader.blocks
}

/// What the next line may add to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Paragraph,
    Item,
}

/// What a line is by its beginning.
enum LineKind {
    Blank,
    Heading(HeadingDepth),
    Item,
    Numbered(u16),
    More,
    Plain,
}

struct ProseReader<'a> {
    text: &'a str,
    blocks: Vec<ProseBlock<'a>>,
    open: Open,
    has_first: bool,
}

impl<'a> ProseReader<'a> {
    fn line(&mut self, line: &'a str, start: usize) {
        let (kind, mark) = self.kind(line);
        let span = ProseSpan { text: &line[mark..], start: start + mark };
        let open = match kind {
            LineKind::Blank => Open::Nothing,
            LineKind::Heading(depth) => {
                self.blocks.push(ProseBlock::Heading(depth, span));
                Open::Nothing
            }
            LineKind::Item => {
                // A blank line between two items does not make two lists of them.
                match self.blocks.last_mut() {
                    Some(ProseBlock::List(items)) => items.push(span),
                    _ => self.blocks.push(ProseBlock::List(vec![span])),
                }
                Open::Item
            }
            LineKind::Numbered(number) => {
                match self.blocks.last_mut() {
                    Some(ProseBlock::Numbered(items)) => items.push((number, span)),
                    _ => self.blocks.push(ProseBlock::Numbered(vec![(number, span)])),
                }
                Open::Item
            }
            LineKind::More => {
                self.lengthen(start + line.len());
                self.open
            }
            LineKind::Plain => {
                self.blocks.push(ProseBlock::Paragraph(span));
                Open::Paragraph
            }
        };
        self.open = open;
    }

    /// What a line is, and how many bytes of it are its mark.
    fn kind(&mut self, line: &str) -> (LineKind, usize) {
        if line.trim().is_empty() {
            return (LineKind::Blank, 0);
        }
        let after = |mark: &str| line.strip_prefix(mark).is_some_and(|rest| !rest.trim().is_empty());
        if after("# ") {
            self.has_first = true;
            return (LineKind::Heading(HeadingDepth::First), 2);
        }
        if after("## ") {
            let depth = if self.has_first { HeadingDepth::Second } else { HeadingDepth::First };
            return (LineKind::Heading(depth), 3);
        }
        if after("- ") || after("* ") {
            return (LineKind::Item, 2);
        }
        if let Some((number, mark)) = number(line)
            && (number == 1 || self.open != Open::Paragraph)
        {
            return (LineKind::Numbered(number), mark);
        }
        match self.open {
            Open::Paragraph => (LineKind::More, 0),
            Open::Item if line.starts_with(char::is_whitespace) => (LineKind::More, 0),
            Open::Item | Open::Nothing => (LineKind::Plain, 0),
        }
    }

    /// Makes the last paragraph or item reach to there.
    fn lengthen(&mut self, end: usize) {
        let last = match self.blocks.last_mut() {
            Some(ProseBlock::Paragraph(span)) => Some(span),
            Some(ProseBlock::List(items)) => items.last_mut(),
            Some(ProseBlock::Numbered(items)) => items.last_mut().map(|(_, span)| span),
            Some(ProseBlock::Heading(..)) | None => None,
        };
        if let Some(span) = last {
            span.text = &self.text[span.start..end];
        }
    }
}

/// The number that a line begins with, if it is written as one counts, and how many bytes it takes with its mark.
fn number(line: &str) -> Option<(u16, usize)> {
    let (digits, rest) = line.split_once(". ")?;
    let counts = (1..=MOST_DIGITS).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    (counts && !rest.trim().is_empty()).then_some(())?;
    Some((digits.parse().ok()?, digits.len() + 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each block in one line, with its mark as it is read.
    fn read(text: &str) -> Vec<String> {
        let line = |block| match block {
            ProseBlock::Heading(HeadingDepth::First, span) => format!("# {}", span.text),
            ProseBlock::Heading(HeadingDepth::Second, span) => format!("## {}", span.text),
            ProseBlock::List(items) => {
                items.iter().map(|item| format!("- {}", item.text)).collect::<Vec<_>>().join("|")
            }
            ProseBlock::Numbered(items) => {
                items.iter().map(|(number, item)| format!("{number}. {}", item.text)).collect::<Vec<_>>().join("|")
            }
            ProseBlock::Paragraph(span) => span.text.to_owned(),
        };
        prose(text).into_iter().map(line).collect()
    }

    #[test]
    fn headings_lists_and_paragraphs_are_read() {
        assert_eq!(
            read("# What we do\nWe look\n at it.\n\n\n## When\n- soon\n* later,\n  or never\n\n- or\nThat is all."),
            ["# What we do", "We look\n at it.", "## When", "- soon|- later,\n  or never|- or", "That is all."]
        );
        assert_eq!(read("You can:\n1. wait\n2. write\n\n10. call"), ["You can:", "1. wait|2. write|10. call"]);
        assert_eq!(read("## Only\n\n# First\n\n## Second"), ["# Only", "# First", "## Second"]);
        assert!(read(" \n\n\t\n").is_empty());
    }

    #[test]
    fn what_is_nearly_a_mark_is_shown_as_it_was_typed() {
        for text in [
            "#Title",
            "# ",
            "### Third",
            "-",
            "- ",
            "-1 degree",
            "*all*",
            "1.",
            "1. ",
            "0. None",
            "01. Padded",
            "2026. A year",
            "1) One",
            " # Set in",
            " - Set in",
            "². No digit",
            "We met on\n12. December, then",
            "<b>Bold</b> [a](/b) `c` **d** &amp;",
        ] {
            assert_eq!(read(text), [text]);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_in_one_block_but_for_its_marks(
            text in "(?s)(# |## |- |\\* |1\\. |12\\. |\n|\n\n|[ \t]|[a-c<&#*.\\-]|.){0,40}",
        ) {
            let mut place = 0;
            let mut left_out = String::new();
            for block in prose(&text) {
                let spans = match block {
                    ProseBlock::Heading(_, span) | ProseBlock::Paragraph(span) => vec![span],
                    ProseBlock::List(items) => items,
                    ProseBlock::Numbered(items) => items.into_iter().map(|(number, span)| {
                        assert!(text[..span.start].ends_with(&format!("{number}. ")));
                        span
                    }).collect(),
                };
                for span in spans {
                    prop_assert!(span.start >= place && !span.text.trim().is_empty());
                    prop_assert_eq!(&text[span.start..span.start + span.text.len()], span.text);
                    left_out += &text[place..span.start];
                    left_out.push('\n');
                    place = span.start + span.text.len();
                }
            }
            left_out += &text[place..];
            for mark in left_out.lines().map(str::trim).filter(|line| !line.is_empty()) {
                prop_assert!(["#", "##", "-", "*"].contains(&mark) || number(&format!("{mark} x")).is_some(), "{mark:?}");
            }
        }
    }
}
