use askama::{Template, filters::HtmlSafe};

use super::Day;

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
    /// What it says.
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
    use super::*;
    use crate::domain::Date;

    #[test]
    fn what_is_said_is_shown_as_text() {
        let on = Day(Date::constant(2026, 12, 1));
        let said = SaidByTeam { team: capitalised(BODY), kind: "Reply", on, text: "</div><b>\n\nx", new: false };
        let html = said.render().unwrap();
        assert!(html.contains("<h3>The governance team: Reply</h3>") && !html.contains("New since"), "{html}");
        assert!(html.contains("&#60;/div&#62;&#60;b&#62;\n\nx</div>"), "{html}");
    }
}
