//! What a line of a text says: words, strong ones, links and placeholders.

use super::{LineFault, Placeholder};
use crate::{domain::ProseSpan, web::address::is_address};

const STRONG: &str = "**";

/// Some words of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::web) enum WrittenPart {
    Words(String),
    Strong(Vec<Self>),
    Link { to: String, leads_out: bool, words: Vec<Self> },
    Placeholder(Placeholder),
}

impl WrittenPart {
    /// Whether it is a placeholder, or has it inside.
    pub(super) fn has(&self, placeholder: Placeholder) -> bool {
        match self {
            Self::Words(_) => false,
            Self::Strong(words) | Self::Link { words, .. } => words.iter().any(|part| part.has(placeholder)),
            Self::Placeholder(found) => *found == placeholder,
        }
    }
}

/// What is wrong, and where in the whole text, in bytes.
#[derive(Debug)]
pub(super) struct InlineFault {
    pub(super) at: usize,
    pub(super) fault: LineFault,
}

/// Reads what stands between the marks of a block.
pub(super) fn read(span: ProseSpan<'_>) -> Result<Vec<WrittenPart>, InlineFault> {
    parts(span, false)
}

fn parts(ProseSpan { text, start }: ProseSpan<'_>, in_link: bool) -> Result<Vec<WrittenPart>, InlineFault> {
    let mut parts = Vec::new();
    let mut words = String::new();
    let mut place = 0;
    while let Some(c) = text[place..].chars().next() {
        let (rest, at) = (&text[place..], start + place);
        let found = match c {
            '*' => strong(rest, at, in_link)?,
            '[' => link(rest, at, in_link)?,
            '{' | '}' => Some(placeholder(rest, at, in_link)?),
            _ => None,
        };
        let length = if let Some((part, length)) = found {
            if !words.is_empty() {
                parts.push(WrittenPart::Words(std::mem::take(&mut words)));
            }
            parts.push(part);
            length
        } else {
            words.push(c);
            c.len_utf8()
        };
        place += length;
    }
    if !words.is_empty() {
        parts.push(WrittenPart::Words(words));
    }
    Ok(parts)
}

/// Words between two pairs of asterisks, and how many bytes they take. A pair without another is shown.
fn strong(rest: &str, at: usize, in_link: bool) -> Result<Option<(WrittenPart, usize)>, InlineFault> {
    let Some((inside, _)) = rest.strip_prefix(STRONG).and_then(|rest| rest.split_once(STRONG)) else { return Ok(None) };
    if inside.trim().is_empty() {
        return Ok(None);
    }
    let inside_span = ProseSpan { text: inside, start: at + STRONG.len() };
    Ok(Some((WrittenPart::Strong(parts(inside_span, in_link)?), inside.len() + 2 * STRONG.len())))
}

/// `[words](to)`. Brackets without what makes them a link are shown.
fn link(rest: &str, at: usize, in_link: bool) -> Result<Option<(WrittenPart, usize)>, InlineFault> {
    let fault = || InlineFault { at, fault: LineFault::Link };
    let Some((words, after)) = rest[1..].split_once("](") else { return Ok(None) };
    // Brackets of their own before those of a link.
    if words.contains(']') {
        return Ok(None);
    }
    let (to, _) = after.split_once(')').ok_or_else(fault)?;
    let leads_out = is_address(to, "https://");
    let leads_in = is_address(to, "/") && !to.starts_with("//") || to == "/";
    if in_link || words.trim().is_empty() || words.contains('[') || !(leads_out || leads_in) {
        return Err(fault());
    }
    let length = 1 + words.len() + 2 + to.len() + 1;
    let words = parts(ProseSpan { text: words, start: at + 1 }, true)?;
    Ok(Some((WrittenPart::Link { to: to.to_owned(), leads_out, words }, length)))
}

fn placeholder(rest: &str, at: usize, in_link: bool) -> Result<(WrittenPart, usize), InlineFault> {
    let inside = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(name, _)| name);
    match inside.and_then(|name| Some((Placeholder::named(name)?, name))) {
        // It is a link itself.
        Some((Placeholder::Contact(_), _)) if in_link => Err(InlineFault { at, fault: LineFault::Link }),
        Some((placeholder, name)) => Ok((WrittenPart::Placeholder(placeholder), name.len() + 2)),
        None => {
            let whole = inside.map_or(rest, |name| &rest[..name.len() + 2]);
            let shown: String = whole.lines().next().unwrap_or_default().chars().take(NAMED).collect();
            Err(InlineFault { at, fault: LineFault::Placeholder(shown) })
        }
    }
}

/// Characters of something unknown that an error repeats.
const NAMED: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Vec<WrittenPart> {
        read(ProseSpan { text, start: 0 }).unwrap()
    }

    fn words(text: &str) -> WrittenPart {
        WrittenPart::Words(text.into())
    }

    #[test]
    fn words_links_and_placeholders_are_read() {
        let link = |to: &str, leads_out, parts| WrittenPart::Link { to: to.into(), leads_out, words: parts };
        assert_eq!(
            read_text("Ask **{body}** or [go *on*](/a?b=c#d), [out](https://e.example/f)."),
            [
                words("Ask "),
                WrittenPart::Strong(vec![WrittenPart::Placeholder(Placeholder::Body)]),
                words(" or "),
                link("/a?b=c#d", false, vec![words("go *on*")]),
                words(", "),
                link("https://e.example/f", true, vec![words("out")]),
                words("."),
            ]
        );
        assert_eq!(read_text("[**home**](/)"), [link("/", false, vec![WrittenPart::Strong(vec![words("home")])])]);
    }

    #[test]
    fn what_is_none_of_them_is_shown_as_it_stands() {
        for text in ["a ** b", "****", "* a *", "[a] (b)", "[a][b]", "[a]: b", "a ] ( b", "<b>&amp;", "`c` _d_ \\*"] {
            assert_eq!(read_text(text), [words(text)], "{text}");
        }
    }
}
