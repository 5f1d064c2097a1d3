//! What a person wrote, shown to them again.

use std::collections::BTreeMap;

use askama::{Template, filters::HtmlSafe};

use crate::{
    domain::{ConcernField, Given, OwnCopy, OwnWords, Prompt, Route, escape_invisible, prompts},
    http::bytes_in_words,
    web::own_copies::OpenedCopy,
};

/// What stands under a message of the person: what they wrote, if the box kept a copy for them.
#[derive(Template)]
#[template(path = "box/own_copy.html")]
pub(super) struct CopyView {
    /// The message's number.
    seq: u32,
    shown: ShownCopy,
}

enum ShownCopy {
    None,
    Damaged,
    TooMuch,
    Whole { answers: Vec<OwnAnswer>, files: Vec<(String, String)> },
}

/// A question, if it was one, and what was answered.
struct OwnAnswer {
    label: Option<&'static str>,
    texts: Vec<String>,
}

impl CopyView {
    /// Of a message on a report of that route.
    pub(super) fn new(seq: u32, route: Route, copy: OpenedCopy) -> Self {
        let shown = match copy {
            OpenedCopy::None => ShownCopy::None,
            OpenedCopy::Damaged => ShownCopy::Damaged,
            OpenedCopy::TooMuch => ShownCopy::TooMuch,
            OpenedCopy::Whole(copy) => ShownCopy::of(route, &copy),
        };
        Self { seq, shown }
    }

    /// Whether there is nothing to be read again.
    pub(super) const fn is_none(&self) -> bool {
        matches!(self.shown, ShownCopy::None)
    }
}

impl ShownCopy {
    fn of(route: Route, copy: &OwnCopy) -> Self {
        let answers = match &copy.said {
            OwnWords::FollowUp(text) => {
                let texts = text.iter().map(|text| escape_invisible(text.as_str())).collect();
                vec![OwnAnswer { label: None, texts }]
            }
            OwnWords::Concern(concern) => {
                let given: BTreeMap<ConcernField, Given<'_>> =
                    concern.answers().map(|answered| (answered.field, answered.given)).collect();
                let asked = prompts(Some(route), |field| given.contains_key(&field));
                asked.iter().filter_map(|prompt| OwnAnswer::new(prompt, given.get(&prompt.field)?)).collect()
            }
        };
        let files = copy.files.iter().map(|file| (escape_invisible(file.name.as_str()), bytes_in_words(file.size)));
        Self::Whole { answers, files: files.collect() }
    }
}

impl OwnAnswer {
    /// In the words in which it was asked and offered.
    fn new(prompt: &Prompt, given: &Given<'_>) -> Option<Self> {
        let texts: Vec<String> = match given {
            Given::Text(text) => vec![escape_invisible(text.as_str())],
            Given::Choices(chosen) => {
                let is_chosen = |slug: &str| chosen.iter().any(|(known, _)| *known == slug);
                let shown = prompt.choices(is_chosen).filter(|(slug, _)| is_chosen(slug));
                shown.map(|(_, label)| label.to_owned()).collect()
            }
        };
        (!texts.is_empty()).then_some(Self { label: Some(prompt.label), texts })
    }
}

// Its template escapes whatever is in it.
impl HtmlSafe for CopyView {}

#[cfg(test)]
impl CopyView {
    /// One in each of its states.
    pub(super) fn samples() -> [Self; 4] {
        let answer = |label, text: &str| OwnAnswer { label, texts: vec![text.to_owned()] };
        let whole = ShownCopy::Whole {
            answers: vec![answer(Some("Describe your concern"), "</div><b>\n\n\"x\""), answer(None, "More & more.")],
            files: vec![("<i>rota.pdf".to_owned(), bytes_in_words(300_000))],
        };
        [whole, ShownCopy::None, ShownCopy::Damaged, ShownCopy::TooMuch].map(|shown| Self { seq: 1, shown })
    }
}
