use askama::Template;
use zeroize::Zeroizing;

use super::{
    KeepCode, Shell,
    promise::{PromiseRow, promises},
};
use crate::{
    domain::{Clock, ClockKind, Date, FieldError, Route},
    http::Day,
};

/// The page that shows a receipt code. It has nothing in it but what is stored, the code and its tag, so that a
/// repeated send gets the very same page.
#[derive(Template)]
#[template(path = "box/receipt.html")]
pub(in crate::web) struct ReceiptPage<'a> {
    shell: &'a Shell,
    body: String,
    code: Zeroizing<String>,
    /// The code one letter or number at a time.
    spelled: Zeroizing<String>,
    tag: String,
    received_on: Day,
    notice_due: Day,
    promises: Vec<PromiseRow>,
    /// Whether it may be a complaint about personal data, which this page then acknowledges. What it is about is not
    /// stored, so the page says it of every report of that route.
    may_be_about_data: bool,
    /// What is still to come and by when, the next first.
    coming: Vec<(Day, String)>,
    errors: &'a [FieldError],
    typed: &'a str,
}

impl<'a> ReceiptPage<'a> {
    /// From the code and its tag, the report's route and day, and the clocks that its concern started. None without a
    /// notice clock.
    pub(in crate::web) fn new(
        shell: &'a Shell,
        keep: KeepCode,
        route: Route,
        received_on: Date,
        clocks: &[Clock],
    ) -> Option<Self> {
        let notice = clocks.iter().find(|clock| clock.kind == ClockKind::InformationUseNotice)?;
        let code = Zeroizing::new(keep.code);
        // Not by what is met: the page has to stay the same.
        let mut coming: Vec<&Clock> = clocks.iter().filter(|clock| clock.kind != ClockKind::Acknowledgement).collect();
        coming.sort_by_key(|clock| clock.due_on);
        Some(Self {
            shell,
            body: shell.team(),
            spelled: spelled(&code),
            code,
            tag: keep.tag,
            received_on: Day(received_on),
            notice_due: Day(notice.due_on),
            promises: promises(clocks),
            may_be_about_data: !route.promises_about().is_empty(),
            coming: coming.into_iter().map(|clock| (Day(clock.due_on), inside(clock.kind.label()))).collect(),
            errors: &[],
            typed: "",
        })
    }

    /// With what is wrong with the copy that was typed.
    pub(in crate::web) fn wrong(self, errors: &'a [FieldError], typed: &'a str) -> Self {
        Self { errors, typed, ..self }
    }
}

/// A label inside a sentence.
fn inside(label: &str) -> String {
    let mut rest = label.chars();
    rest.next().map(|first| first.to_lowercase().chain(rest).collect()).unwrap_or_default()
}

/// A code for the ear: `7, K, Q, M. 4, T, 9, X.`
fn spelled(code: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(4 * code.len()));
    for group in code.split('-') {
        let mut symbols = group.chars().peekable();
        while let Some(symbol) = symbols.next() {
            out.push(symbol);
            out.push_str(if symbols.peek().is_some() { ", " } else { ". " });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_spelled_group_by_group() {
        assert_eq!(*spelled("7KQM-4T9X"), "7, K, Q, M. 4, T, 9, X. ");
    }
}
