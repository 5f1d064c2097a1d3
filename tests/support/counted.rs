//! What a task costs whoever does it in a browser: clicks, and pages that are loaded.

use std::cell::Cell;

use super::browser::{Browser, Key};

/// A task that is being done.
pub(crate) struct CountedTask<'a> {
    browser: &'a Browser,
    clicks: Cell<usize>,
}

/// What it cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskCost {
    /// On links, buttons, choices, and into fields.
    pub(crate) clicks: usize,
    /// Every page that the browser showed: where it was only sent on counts for nothing.
    pub(crate) loads: usize,
}

impl<'a> CountedTask<'a> {
    /// Begins at the page that is shown.
    pub(crate) fn begin(browser: &'a Browser) -> Self {
        browser.network();
        Self { browser, clicks: Cell::new(0) }
    }

    pub(crate) fn click(&self, css: &str) {
        self.clicks.set(self.clicks.get() + 1);
        self.browser.click(css);
    }

    /// Types into a field that has to be clicked first.
    pub(crate) fn write(&self, css: &str, text: &str) {
        self.click(css);
        self.browser.type_there(text);
    }

    /// Types into the field after, which the tab key leads to.
    pub(crate) fn write_on(&self, text: &str) {
        self.browser.press(Key::Tab);
        self.browser.type_there(text);
    }

    pub(crate) fn end(self) -> TaskCost {
        let network = self.browser.network();
        let is_page = |event: &&serde_json::Value| {
            event["method"] == "Network.responseReceived" && event["params"]["type"] == "Document"
        };
        TaskCost { clicks: self.clicks.get(), loads: network.iter().filter(is_page).count() }
    }
}
