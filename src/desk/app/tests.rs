use super::{
    super::fixture::{DeskMachine, LOCK_AFTER},
    *,
};

fn is_open(desk: &Desk) -> bool {
    desk.open_casebook().is_some()
}

#[tokio::test]
async fn what_is_open_is_dropped_when_nobody_uses_it_and_a_new_address_is_told() {
    let place = DeskMachine::new(None);
    let desk = place.desk();
    place.wait(LOCK_AFTER / 2);
    desk.lock_if_idle().await;
    assert!(is_open(&desk));
    place.wait(LOCK_AFTER / 2);
    desk.lock_if_idle().await;
    assert!(!is_open(&desk));
    let tickets = place.tickets();
    assert_eq!(tickets.len(), 2);
    desk.lock_if_idle().await;
    assert_eq!(place.tickets().len(), 2, "once");
    assert!(matches!(desk.redeem(&tickets[0]).await, Err(PageError::UsedAddress)));
    assert_eq!(place.reads(), 0);
    assert!(desk.redeem(&tickets[1]).await.is_ok() && is_open(&desk));
    assert_eq!(place.reads(), 1);
}

#[tokio::test]
async fn it_is_looked_at_often_enough() {
    let place = DeskMachine::new(None);
    let desk = place.desk();
    let watch = tokio::spawn(desk.clone().lock_when_idle());
    place.wait(LOCK_AFTER);
    let locked = async {
        while is_open(&desk) {
            tokio::task::yield_now().await;
        }
    };
    time::timeout(10 * LOOK, locked).await.unwrap();
    watch.abort();
}

#[tokio::test]
async fn under_a_passphrase_no_address_opens_what_was_locked() {
    let place = DeskMachine::new(Some("several random words"));
    let desk = place.desk();
    desk.lock().await;
    assert!(!is_open(&desk));
    assert_eq!(place.tickets().len(), 1, "no new address");
    assert!(matches!(desk.redeem(&place.tickets()[0]).await, Err(PageError::UsedAddress)));
    let right = || Passphrase::new(&Zeroizing::new("several random words".to_owned()));
    let turn = desk.0.turn.lock().await;
    assert!(matches!(desk.unlock(right()).await, Err(PageError::Trying)), "one at a time");
    drop(turn);
    assert!(desk.unlock(right()).await.is_ok_and(|cookie| cookie.is_some()) && is_open(&desk));
}

#[tokio::test]
async fn keys_that_can_not_be_read_open_nothing_and_cost_no_address() {
    let place = DeskMachine::new(None);
    let desk = place.desk();
    desk.lock().await;
    place.take_keys_away();
    let ticket = place.tickets().pop().unwrap();
    assert!(matches!(desk.redeem(&ticket).await, Err(PageError::Keys)));
    assert!(!is_open(&desk) && desk.lock_state().is_locked());
    assert_eq!(place.tickets().len(), 3, "another one to try again with");
}

#[tokio::test]
async fn a_request_of_an_ended_session_reaches_nothing() {
    let place = DeskMachine::new(None);
    let desk = place.desk();
    let first = place.visit(&desk).await;
    assert!(first.work(|_, _| Ok(())).await.is_ok());
    desk.lock().await;
    assert!(matches!(first.work(|_, _| Ok(())).await, Err(PageError::Locked)));
    let second = place.visit(&desk).await;
    assert!(matches!(first.work(|_, _| Ok(())).await, Err(PageError::Locked)));
    assert!(second.work(|_, _| Ok(())).await.is_ok());
}

#[tokio::test]
async fn a_fault_while_something_is_open_locks_the_desk() {
    let place = DeskMachine::new(None);
    let desk = place.desk();
    let visit = place.visit(&desk).await;
    let fault = visit.work(|_, _| -> Result<(), _> { panic!("a fault, for the test") });
    assert!(matches!(fault.await, Err(PageError::Internal)));
    assert!(!is_open(&desk));
    let visit = place.visit(&desk).await;
    assert!(visit.work(|_, open| Ok(open.casebook().map(drop)?)).await.is_ok(), "and it opens again");
}

#[test]
fn a_browser_names_the_port_but_for_the_one_that_goes_without_saying() {
    let named = |address: &str| hosts(address.parse().unwrap());
    assert_eq!(named("127.0.0.1:8081"), ["127.0.0.1:8081", "localhost:8081"]);
    assert_eq!(named("[::1]:8081"), ["[::1]:8081", "localhost:8081"]);
    assert_eq!(named("127.0.0.1:80"), ["127.0.0.1:80", "localhost:80", "127.0.0.1", "localhost"]);
}
