//! For how long something stays, in words.

/// So many days, and more for some than for others.
pub(super) fn period(days: u32, spread: u32) -> String {
    let more = days + spread;
    match (days, spread) {
        (1, 0) => "1 day".to_owned(),
        (_, 0) => format!("{days} days"),
        _ => format!("{days} to {more} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_said_as_it_is() {
        assert_eq!(
            [period(1, 0), period(30, 0), period(1, 1), period(180, 14)],
            ["1 day", "30 days", "1 to 2 days", "180 to 194 days"]
        );
    }
}
