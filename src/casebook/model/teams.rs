//! How many teams are played, and with what outcome.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::{
    dishonest,
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
