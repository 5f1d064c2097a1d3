//! Samples of the report of a year.

use super::{
    Shell,
    annual_report::{AnnualReportFile, AnnualReportPage, AnnualWords},
    narrative::NarrativePage,
};
use crate::{
    casebook::{Narrative, statistics::Figures},
    desk::form::narrative::typed,
    domain::{FieldError, Text},
    http::{BODY, validity::Render},
    world::DAY,
};

pub(super) fn annual_pages(add: &mut dyn FnMut(&str, &dyn Render, bool), shell: &Shell, figures: &Figures) {
    let text = |text: &str| Text::typed(text);
    let whole = Narrative {
        action: text("# Visits\n\nWe went there twice.\n\n- To look\n- To ask\n\n## After that\n\n1. We wrote"),
        outcomes: text("Much is better."),
        effect: text("We look at rotas first. Ring 01632 960 001."),
        objectives: text("To see that trusts are run well."),
    };
    for (name, narrative, missing) in [
        ("year's report", &whole, vec![]),
        ("year's report, not whole", &Narrative::default(), vec!["What we did: nothing is written yet.".to_owned()]),
    ] {
        let words = AnnualWords { body: BODY, narrative, on: DAY };
        add(name, &AnnualReportPage::new(shell, figures, words, &missing), false);
    }
    add(
        "year's report, file",
        &AnnualReportFile::new(figures, AnnualWords { body: BODY, narrative: &whole, on: DAY }),
        false,
    );
    let errors = [FieldError::new("action", "A colleague saved something else meanwhile")];
    let nothing = Narrative::default();
    for (name, narrative, errors) in [
        ("year's report, text", &nothing, &errors[..0]),
        ("year's report, text with finds", &whole, &errors[..0]),
        ("year's report, text that a colleague changed", &nothing, &errors[..]),
    ] {
        let page = NarrativePage::new(shell, figures.year, &whole, (&typed(narrative), "0a"), errors);
        add(name, &page, !errors.is_empty());
    }
}
