//! What a page in a browser is held to, whatever it is: axe-core's rules, small screens, large text, forced colours.

use std::{fs, path::Path};

use serde_json::json;

use super::browser::Browser;

/// Everything that is wrong with the page. Leaves the window wide.
pub(crate) fn all(browser: &Browser, state: &str) -> Vec<String> {
    let wrong = [axe(browser, state), fits(browser, state)].concat();
    browser.resize(1280, 800);
    wrong
}

/// What axe-core finds, wide and narrow.
fn axe(browser: &Browser, state: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe/node_modules/axe-core/axe.min.js");
    let source = fs::read_to_string(&path);
    let source = source.unwrap_or_else(|error| panic!("{}: {error} (.ci/run fetches it)", path.display()));
    let mut found = Vec::new();
    for width in [1280, 320] {
        browser.resize(width, 800);
        // The page's own policy lets no script run; what the driver runs does not ask it.
        browser.run(&format!("if (!window.axe) {{ {source} }}"));
        let answer = browser.run_until_answered(AXE);
        assert!(answer["passed"].as_u64() > Some(15), "{state}: {answer}");
        let violations = answer["violations"].as_array().unwrap_or_else(|| panic!("{state}: {answer}"));
        found.extend(violations.iter().map(|violation| format!("{state} at {width}: {violation}")));
    }
    found
}

/// What does not fit on small screens, with large text or in forced colours. Leaves pictures of each.
fn fits(browser: &Browser, state: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{state}: {what}"));
        }
    };
    browser.resize(1280, 800);
    browser.picture(&format!("{state}-1280"));
    browser.resize(320, 640);
    browser.picture(&format!("{state}-320"));
    let over = browser.run(TOO_WIDE);
    expect(over == json!([]), &format!("wider than 320 pixels: {over}"));
    let small = browser.run(TOO_SMALL);
    expect(small == json!([]), &format!("targets under 24 pixels: {small}"));

    // Text at 200 %, as set in the browser, on a screen of a phone's width.
    browser.resize(375, 640);
    browser.tools("Page.setFontSizes", json!({ "fontSizes": { "standard": 32, "fixed": 26 } }));
    assert_eq!(browser.run("return getComputedStyle(document.body).fontSize"), json!("32px"));
    let over = browser.run(TOO_WIDE);
    expect(over == json!([]), &format!("wider than 375 pixels with text at 200 %: {over}"));
    browser.picture(&format!("{state}-375-large"));
    browser.tools("Page.setFontSizes", json!({ "fontSizes": { "standard": 16, "fixed": 13 } }));

    let features = json!([{ "name": "forced-colors", "value": "active" }, { "name": "prefers-reduced-motion", "value": "reduce" }]);
    browser.tools("Emulation.setEmulatedMedia", json!({ "features": features }));
    assert_eq!(
        browser.run("return matchMedia('(forced-colors: active) and (prefers-reduced-motion: reduce)').matches"),
        json!(true)
    );
    browser.picture(&format!("{state}-375-forced"));
    let lost = browser.run(LOST_IN_FORCED_COLOURS);
    expect(lost == json!([]), &format!("lost in forced colours: {lost}"));
    let moving = browser.run("return document.getAnimations().length");
    expect(moving == json!(0), "something moves");
    browser.tools("Emulation.setEmulatedMedia", json!({ "features": [] }));
    wrong
}

const AXE: &str = "
    const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run({ runOnly: tags, rules: { 'target-size': { enabled: true } } }).then(
        result => done({ passed: result.passes.length, violations: result.violations.map(v => [v.id, v.help, v.nodes.map(n => n.html.slice(0, 160) + ' ' + n.failureSummary)]) }),
        error => done(String(error)));
";

/// How wide the page is if that is too wide, and what stands out of it at its right, or out of its own box.
const TOO_WIDE: &str = "
    const width = document.documentElement.scrollWidth;
    if (width <= innerWidth) return [];
    const out = [...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll *') &&
        (e.getBoundingClientRect().right > innerWidth + 1 || e.matches('h1,h2,h3,p,li,label,legend') && e.scrollWidth > e.clientWidth + 1));
    return [width, ...out.map(e => e.outerHTML.slice(0, 100))];
";

/// Controls under 24 by 24 pixels, links in running text excepted (WCAG 2.2, 2.5.8).
const TOO_SMALL: &str = "
    const controls = document.querySelectorAll('button, input:not([type=hidden]), select, textarea, summary, nav a, footer a, header a');
    return [...controls].filter(e => {
        const box = e.getBoundingClientRect();
        return box.width && (box.width < 24 || box.height < 24);
    }).map(e => e.outerHTML.slice(0, 100) + ' ' + JSON.stringify(e.getBoundingClientRect()));
";

/// With forced colours grounds and shadows go: a control needs a border or an underline, and its focus an outline.
const LOST_IN_FORCED_COLOURS: &str = "
    const lost = [];
    const seen = colour => colour && !/rgba\\(.*, 0\\)|transparent/.test(colour);
    for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
        if (!e.checkVisibility() || e.matches('.skip')) continue;
        const style = getComputedStyle(e);
        const bordered = parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle !== 'none' && seen(style.borderTopColor);
        const native = e.matches('[type=radio], [type=checkbox], [type=file]');
        const text = e.matches('a, summary, .link');
        if (!bordered && !native && !text) lost.push('no border: ' + e.outerHTML.slice(0, 100));
        e.focus({ focusVisible: true });
        const outlined = [e, ...e.children].some(each => {
            const focus = getComputedStyle(each);
            return focus.outlineStyle !== 'none' && parseFloat(focus.outlineWidth) >= 2 && seen(focus.outlineColor);
        });
        if (document.activeElement !== e || !outlined) lost.push('no focus: ' + e.outerHTML.slice(0, 100));
        e.blur();
    }
    return lost;
";
