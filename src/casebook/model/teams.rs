//! How many teams are played, and with what outcome.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::{
    dishonest,
    holds::is_left_to_two_selves,
    play::{self, Step, Team},
};

/// Teams in the short form and in the long one.
const TEAMS: [u32; 2] = [40, 3_000];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let honest = (0..play::HONEST_ACTS, any::<u8>(), any::<u8>(), any::<u8>());
    let dishonest = (0..dishonest::ACTS, any::<u8>(), any::<u8>(), any::<u8>());
    let step = prop_oneof![
        honest.prop_map(|(act, who, report, choice)| Step::Honest { act, who, report, choice }),
        dishonest.prop_map(|(act, one, report, choice)| Step::Dishonest { act, one, report, choice }),
    ];
    vec(step, 6..24)
}

#[test]
fn whatever_one_member_does_by_hand_the_others_lose_nothing_and_agree() {
    static EVENTS: AtomicUsize = AtomicUsize::new(0);
    static ATTEMPTS: AtomicUsize = AtomicUsize::new(0);
    static VOID: AtomicUsize = AtomicUsize::new(0);

    let long = std::env::var_os("CANDOUR_LONG").is_some();
    let cases = TEAMS[usize::from(long)];
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 250, ..Config::default() };
    let played = TestRunner::new(config).run(&(2..5_usize, steps()), |(honest, steps)| {
        let mut team = Team::of(honest);
        for step in steps {
            team.play(&step);
        }
        team.settle();
        team.holds();
        EVENTS.fetch_add(team.events(), Ordering::Relaxed);
        ATTEMPTS.fetch_add(team.attempts, Ordering::Relaxed);
        VOID.fetch_add(team.void(), Ordering::Relaxed);
        Ok(())
    });
    if let Err(failed) = played {
        panic!("{failed}");
    }
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!(
        "{cases} teams, {} events, {} attempts of the dishonest member, {} void events",
        count(&EVENTS),
        count(&ATTEMPTS),
        count(&VOID)
    );
    assert!(count(&VOID) * 5 > count(&ATTEMPTS), "too few of the attempts are such as are void: it shows little");
}

/// No rule can tell that two members are one person: whoever consents to a second self gives them the word of two.
#[test]
fn a_second_self_who_was_let_in_can_take_a_report_and_everybody_is_told() {
    let mut team = Team::of(2);
    // Of the four members theirs is the last number.
    team.play(&Step::Dishonest { act: 4, one: 0, report: 0, choice: u8::MAX });
    team.play(&Step::Honest { act: 11, who: 0, report: 0, choice: 0 });
    team.play(&Step::Dishonest { act: 17, one: 3, report: 0, choice: 17 });
    team.settle();
    team.holds();
    assert!(is_left_to_two_selves(&team.all_opened(), team.report(0)));
}
