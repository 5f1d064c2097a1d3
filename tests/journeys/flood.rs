//! A script sent for a night. All of it fits on its way to the desk and back, the honest ones are found and answered, and the
//! rest is ended in bulk: 300,000 reports with `CANDOUR_LONG`, 2,000 without.

use crate::support::{flood, installation::Installation, is_long};

#[test]
fn a_flood_is_collected_imported_set_aside_and_delivered_and_what_is_honest_is_answered() {
    let place = Installation::new();
    let reports = if is_long() { 300_000 } else { 2_000 };
    flood::fill(&place, reports);
    let ended = flood::carry(&place, reports, &mut |command| place.done(command));
    // What is too much for one file came in several.
    assert_eq!(ended.parts > 1, reports > 100_000, "{}", ended.parts);
    println!("{reports} reports in {} parts, {} of them honest", ended.parts, ended.honest);
}
