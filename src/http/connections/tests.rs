use std::time::Duration;

use rand::{SeedableRng, rngs::StdRng};
use tokio::time;

use super::*;
use crate::{
    domain::limits::{BUDGET_BYTES, BUDGET_FILES_BYTES, BUDGET_PAGES_BYTES, KIB, MIB},
    http::GRACE,
};

fn rng() -> StdRng {
    StdRng::seed_from_u64(14)
}

fn full(most: usize) -> (Connections, Vec<Seat>) {
    let connections = Connections::new(most);
    let seats = (0..most).map(|_| connections.seat(&mut rng()).unwrap()).collect();
    (connections, seats)
}

fn is_gone(seat: &Seat) -> bool {
    seat.conduct.is_gone.load(Ordering::Relaxed)
}

fn gone(seats: &[Seat]) -> Vec<usize> {
    (0..seats.len()).filter(|place| is_gone(&seats[*place])).collect()
}

#[tokio::test(start_paused = true)]
async fn whoever_is_most_behind_goes_and_never_anyone_whose_answer_is_being_made() {
    let (connections, mut seats) = full(4);
    // The first is answered; the second came a second later than the third, and the fourth keeps up.
    seats[0].conduct.has_asked();
    time::advance(Duration::from_secs(1)).await;
    seats[1].conduct.pace.moved(KIB);
    seats[1].conduct.pace.waits();
    time::advance(GRACE).await;
    seats[3].conduct.pace.moved(100 * KIB);
    seats[3].conduct.pace.waits();
    for expected in [vec![2], vec![1, 2]] {
        seats.push(connections.seat(&mut rng()).unwrap());
        assert_eq!(gone(&seats), expected);
        time::timeout(Duration::from_secs(1), seats[expected[0]].dismissed()).await.unwrap();
    }
    assert!(!is_gone(&seats[0]));
}

#[tokio::test(start_paused = true)]
async fn where_nobody_is_behind_the_half_that_will_be_first_has_one_lot_each() {
    const ROUNDS: usize = 4_000;
    let mut rng = rng();
    let mut went = [0; 4];
    for _ in 0..ROUNDS {
        let connections = Connections::new(9);
        let mut seats = Vec::new();
        for _ in 0..9 {
            seats.push(connections.seat(&mut rng).unwrap());
            time::advance(Duration::from_millis(100)).await;
        }
        // Of the other eight, the first four are the half.
        seats[2].conduct.has_asked();
        assert!(connections.seat(&mut rng).is_some());
        let [place] = gone(&seats)[..] else { panic!("{:?}", gone(&seats)) };
        went[place - usize::from(place > 2)] += 1;
    }
    // Within four standard deviations of a quarter each.
    for times in went {
        assert!((ROUNDS / 4 - 110..ROUNDS / 4 + 110).contains(&times), "{went:?}");
    }
    let (connections, seats) = full(3);
    seats.iter().for_each(|seat| seat.conduct.has_asked());
    assert!(connections.seat(&mut rng).is_none() && gone(&seats).is_empty(), "all are being answered");
}

#[tokio::test(start_paused = true)]
async fn a_place_is_free_again_when_its_connection_ends() {
    let (connections, mut seats) = full(3);
    seats.iter().for_each(|seat| seat.conduct.has_asked());
    assert!(connections.seat(&mut rng()).is_none());
    // From the middle, so that another moves up.
    seats.remove(0);
    seats.push(connections.seat(&mut rng()).unwrap());
    assert!(connections.seat(&mut rng()).is_some(), "the newest is waited for and goes");
    seats.clear();
    assert_eq!(connections.table().seats.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn memory_is_refused_at_once_and_given_back_whatever_happens() {
    let (connections, mut seats) = full(3);
    seats.iter().for_each(|seat| seat.conduct.has_asked());
    let allowances: Vec<_> = seats.iter().map(Seat::allowance).collect();
    let most = BUDGET_BYTES / Share::Text.cost(1);
    assert!(allowances[0].take(Share::Text, most - 1));
    assert!(!allowances[1].take(Share::Text, 2) && allowances[1].take(Share::Text, 1));
    assert!(!allowances[2].take(Share::Files, 1) && !allowances[2].take(Share::Text, 1));
    // The connection went, and its answer is still being made.
    seats.remove(0);
    assert!(!allowances[2].take(Share::Text, 1) && !allowances[0].take(Share::Text, 0));
    let mut allowances = allowances.into_iter();
    let another = allowances.next().clone();
    assert!(!allowances.clone().nth(1).unwrap().take(Share::Text, 2));
    drop(another);
    let rest: Vec<_> = allowances.collect();
    assert!(rest[1].take(Share::Text, most - 1));
    drop((rest, seats));
    assert_eq!(connections.table().budget, MemoryBudget::default());
}

#[tokio::test(start_paused = true)]
async fn text_sends_away_whoever_holds_more_of_it_or_is_behind_and_files_send_nobody_away() {
    let (connections, seats) = full(4);
    let allowances: Vec<_> = seats.iter().map(Seat::allowance).collect();
    let whole = BUDGET_BYTES / Share::Text.cost(1);
    assert!(allowances[0].take(Share::Text, whole / 2) && allowances[1].take(Share::Text, whole / 4));
    assert!(allowances[2].take(Share::Text, whole / 4));
    assert!(!allowances[3].take(Share::Files, 1) && gone(&seats).is_empty());
    assert!(allowances[3].take(Share::Text, 1));
    assert_eq!(gone(&seats), [0]);
    assert!(!allowances[0].take(Share::Text, 1), "whoever went takes nothing more");
    assert!(allowances[3].take(Share::Text, whole / 2 - 1));
    // All others hold less than it would.
    assert!(!allowances[3].take(Share::Text, 1) && gone(&seats) == [0]);
    time::advance(GRACE).await;
    assert!(allowances[3].take(Share::Text, 1), "now they are behind");
    assert_eq!(gone(&seats).len(), 2);
    drop((allowances, seats));
    assert_eq!(connections.table().budget, MemoryBudget::default());
}

#[tokio::test(start_paused = true)]
async fn files_leave_half_to_text() {
    let (_connections, seats) = full(1);
    let allowance = seats[0].allowance();
    assert!(allowance.take(Share::Files, BUDGET_FILES_BYTES) && !allowance.take(Share::Files, 1));
    let rest = (BUDGET_BYTES - BUDGET_FILES_BYTES) / Share::Text.cost(1);
    assert!(allowance.take(Share::Text, rest) && !allowance.take(Share::Text, 1));
    allowance.give_back(Share::Files, MIB);
    assert!(allowance.take(Share::Files, MIB));
}

#[tokio::test(start_paused = true)]
async fn of_more_pages_than_there_is_room_for_the_largest_goes_unread() {
    let (connections, seats) = full(4);
    let page = BUDGET_PAGES_BYTES / 3;
    for (seat, bytes) in seats.iter().zip([page, page + 1, page - 1]) {
        seat.has_answered(bytes);
        seat.conduct.pace.waits();
    }
    assert!(gone(&seats).is_empty());
    seats[3].has_answered(BUDGET_PAGES_BYTES % 3 + 1);
    assert_eq!(gone(&seats), [1], "of those who keep up the largest");
    time::advance(GRACE).await;
    seats[0].conduct.pace.moved(KIB);
    seats[0].conduct.pace.waits();
    let newest = connections.seat(&mut rng()).unwrap();
    newest.has_answered(2 * page - 2);
    assert_eq!(gone(&seats), [1, 2], "whoever is behind goes before whoever reads a larger one");
    seats[0].has_written();
    drop((seats, newest));
    assert_eq!(connections.table().budget, MemoryBudget::default());
}

#[tokio::test(start_paused = true)]
async fn whatever_they_all_do_nothing_is_taken_twice_or_for_ever() {
    let mut rng = rng();
    let connections = Connections::new(20);
    let mut all: Vec<(Seat, Option<Allowance>)> = Vec::new();
    for step in 0..20_000 {
        let some = |rng: &mut StdRng, most: usize| usize::try_from(rng.next_u64() % most as u64).unwrap();
        let place = some(&mut rng, all.len().max(1));
        match (some(&mut rng, 10), all.get_mut(place)) {
            (0..=1, _) | (_, None) => {
                if let Some(seat) = connections.seat(&mut rng) {
                    let allowance = seat.allowance();
                    all.push((seat, Some(allowance)));
                }
            }
            (2..=4, Some((_, allowance))) => {
                let share = if some(&mut rng, 2) == 0 { Share::Text } else { Share::Files };
                let bytes = some(&mut rng, 16 * MIB);
                if let Some(allowance) = allowance
                    && !allowance.take(share, bytes)
                {
                    allowance.give_back(share, bytes);
                }
            }
            (5, Some((seat, _))) => seat.conduct.has_asked(),
            (6, Some((seat, allowance))) => {
                drop(allowance.take());
                seat.has_answered(some(&mut rng, 32 * MIB));
                seat.conduct.pace.waits();
            }
            (7, Some((seat, _))) => {
                seat.conduct.pace.moved(some(&mut rng, KIB));
                seat.conduct.pace.waits();
            }
            (8, _) => drop(all.swap_remove(place)),
            (_, Some((seat, _))) => seat.has_written(),
        }
        if step % 10 == 0 {
            time::advance(Duration::from_millis(100)).await;
        }
        // Those who were sent away end when they are polled.
        if step % 100 == 0 {
            all.retain(|(seat, _)| !is_gone(seat));
        }
        let table = connections.table();
        assert!(table.seats.len() <= 20, "{step}");
        for (place, seat) in table.seats.iter().enumerate() {
            assert_eq!(seat.index.load(Ordering::Relaxed), place, "{step}");
            assert!(!seat.is_gone.load(Ordering::Relaxed), "{step}");
        }
        assert!(table.budget.fits(Share::Text, 0), "{step}");
    }
    all.clear();
    assert_eq!(connections.table().budget, MemoryBudget::default());
}
