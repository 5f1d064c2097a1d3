//! What was being written when the desk locked.

use askama::Template;

use super::Shell;
use crate::{
    desk::{
        form::{carried::CarriedField, one_question::SearchField},
        from::FROM,
        kept_form::PostedForm,
    },
    domain::{ReportId, escape_invisible},
    http::capitalised,
};

/// Fields that decide nothing: how the report stood, which is checked again, and the way back.
const UNSHOWN: [&str; 3] = [CarriedField::Seen.name(), CarriedField::Read.name(), FROM];

/// A form that was posted when no session could take it, to be posted once more.
#[derive(Template)]
#[template(path = "desk/typed.html")]
pub(in crate::desk) struct TypedPage<'a> {
    shell: &'a Shell,
    /// What the form was for, in words.
    page: String,
    path: &'a str,
    /// What was written in it, each text with the name of its field.
    texts: Vec<(String, String)>,
    /// What else it sends, each with the name of its field: whoever was at the desk while it was locked could have put it there.
    chosen: Vec<(String, String)>,
    /// Everything that was posted.
    fields: Vec<(&'a str, &'a str)>,
    /// The field that says that it is posted once more.
    redone: &'static str,
}

impl<'a> TypedPage<'a> {
    /// Of what was posted.
    pub(in crate::desk) fn new(shell: &'a Shell, posted: &'a PostedForm, redone: &'static str) -> Self {
        let shown = |is_text: bool| {
            let rows = posted.form.iter().filter(move |(name, value)| {
                !value.is_empty() && !UNSHOWN.contains(name) && value.contains(char::is_whitespace) == is_text
            });
            rows.map(|(name, value)| (labelled(name), escape_invisible(value)))
        };
        let address = ("Address".to_owned(), escape_invisible(&posted.path));
        Self {
            shell,
            page: named(&posted.path),
            path: &posted.path,
            texts: shown(true).collect(),
            chosen: std::iter::once(address).chain(shown(false)).collect(),
            fields: posted.form.iter().collect(),
            redone,
        }
    }
}

/// What a page is called whose form was posted there: `Reply, report amber acorn (0123abcd)`.
fn named(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let (first, id) = (parts.next().unwrap_or("queue"), parts.next());
    match (first, id.and_then(|id| id.parse::<ReportId>().ok())) {
        ("reports", Some(id)) => {
            format!("{}, report {} ({})", in_words(parts.next().unwrap_or("report")), id.in_words(), id.short())
        }
        _ => in_words(first),
    }
}

/// What a field is called that a text stands in.
fn labelled(name: &str) -> String {
    if name == SearchField::Words.name() { "Words to search for".to_owned() } else { in_words(name) }
}

fn in_words(name: &str) -> String {
    capitalised(&name.replace(['-', '_'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_named_as_people_call_it() {
        let id = ReportId([0xab; 8]);
        let words = id.in_words();
        for (path, name) in [
            ("/search".to_owned(), "Search".to_owned()),
            ("/team/join".to_owned(), "Team".to_owned()),
            ("/?due=today".to_owned(), "Queue".to_owned()),
            (format!("/reports/{id}/reply/preview"), format!("Reply, report {words} (abababab)")),
            (format!("/reports/{id}/change-of-use"), format!("Change of use, report {words} (abababab)")),
            ("/reports/nothing/reply".to_owned(), "Reports".to_owned()),
        ] {
            assert_eq!(named(&path), name);
        }
    }
}
