//! What stands around every page, in each of its states.

use std::time::Duration;

use zeroize::Zeroizing;

use super::{ErrorPage, LockedPage, Shell, TypedPage};
use crate::{
    casebook::UrgentCounts,
    desk::{PageError, kept_form::PostedForm},
    domain::{CasebookId, Entries, FieldError},
    http::validity::Render,
};

/// Every such page.
pub(super) fn shell_pages(add: &mut dyn FnMut(&str, &dyn Render, bool)) {
    let outside = || Shell::new(false, Duration::from_mins(10), Zeroizing::new("0a".repeat(32)));
    let inside = |path: &str| outside().inside(CasebookId([0xab; 16]), path);
    let all = UrgentCounts { harm: 1, overdue: 2, due_today: 3, own_dates: 4, unanswered: 5 };
    let words = || PageError::NotFound.words();
    add("NotFound, urgent", &ErrorPage::new(&inside("/").telling(all, false), words()), false);
    let harm = UrgentCounts { harm: 1, ..UrgentCounts::default() };
    add("NotFound, urgent and typed", &ErrorPage::new(&inside("/").telling(harm, true), words()), false);
    let done =
        inside("/").telling(all, false).after(Some(crate::desk::view::JustDone::new("3 <reports> recorded.".into())));
    add("NotFound, done", &ErrorPage::new(&done, words()), false);
    let shell = outside();
    for protected in [false, true] {
        let page = LockedPage { shell: &shell, protected, keeps_form: true, upload: false, errors: &[] };
        add(&format!("locked, typed, {protected}"), &page, false);
    }
    let wrong = [FieldError::new("passphrase", "Enter the passphrase of your keys")];
    let page = LockedPage { shell: &shell, protected: true, keeps_form: true, upload: true, errors: &wrong };
    add("locked, typed, with an error", &page, true);

    let mut form = Entries::default();
    for (name, value) in [("seen", "7"), ("reply", "Two lines\r\nof <text> & \"more\""), ("some_note", "one two")] {
        form.push(name.into(), value.into());
    }
    let posted = PostedForm { path: "/reports/abababababababab/reply?a=1&b=2".into(), form };
    let shell = inside("/typed");
    add("typed", &TypedPage::new(&shell, &posted, "redone"), false);
    let mut form = Entries::default();
    form.push("q".into(), "word".into());
    add("typed, a word", &TypedPage::new(&shell, &PostedForm { path: "/search".into(), form }, "redone"), false);
}
