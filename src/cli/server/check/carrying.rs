//! Whether what comes is fetched, answered and kept: what nobody at the box would notice otherwise.

use crate::{
    cli::{
        findings::{Findings, Verdict, What},
        server::band::Band,
    },
    domain::Date,
    store::{LastDay, OpenPromises, Store, StoreError},
    web::MonitorConfig,
};

/// Days for which the proof of a front is worth something: a quarter of a year.
const PROOF_DAYS: u32 = 90;

pub(super) fn tell(findings: &mut Findings, store: &Store, monitor: &MonitorConfig, today: Date) {
    let mut say = |what, told: Result<(Verdict, String), StoreError>| {
        let (verdict, finding) = told.unwrap_or_else(|error| (Verdict::Unsafe, error.to_string()));
        findings.say(what, verdict, finding);
    };
    let promises = store.open_promises(today);
    say(What::Overdue, promises.as_ref().map(overdue).map_err(Clone::clone));
    let began = store.settings().epoch.began_on;
    let last_fetched = store.last_day(LastDay::Fetched);
    say(
        What::Fetched,
        last_fetched.as_ref().map(|last| fetched(*last, began, monitor.fetch_days, today)).map_err(Clone::clone),
    );
    let told =
        || Ok(decisions(last_fetched?, store.last_day(LastDay::Delivered)?, promises?, monitor.decisions_days, today));
    say(What::Decisions, told());
}

/// Whether a front that ends TLS was looked at lately.
pub(super) fn front_proof(findings: &mut Findings, store: &Store, behind_tls: bool, today: Date) {
    let (verdict, finding) = match store.last_day(LastDay::FrontProved) {
        Err(error) => (Verdict::Unsafe, error.to_string()),
        Ok(_) if !behind_tls => (Verdict::Ok, "no front ends TLS before the box, by its configuration".to_owned()),
        Ok(Some(day)) if days_since(day, today) <= PROOF_DAYS => {
            (Verdict::Ok, format!("the front was looked at on {day}, and nothing was wrong with it"))
        }
        Ok(last) => {
            let last = last.map_or_else(|| "was never proved".to_owned(), |day| format!("was last proved on {day}"));
            (
                Verdict::Warning,
                format!(
                    "the front, which reads all that people send, {last}; run `candour check --front URL` as root on its machine, four \
                     times a year and after each change of it, and if all is well this command with --front-proved"
                ),
            )
        }
    };
    findings.say(What::FrontProof, verdict, finding);
}

fn overdue(promises: &OpenPromises) -> (Verdict, String) {
    if promises.overdue == 0 {
        return (Verdict::Ok, "no promise is overdue".to_owned());
    }
    let how_many = Band::of(promises.overdue).words_from_one();
    (
        Verdict::Warning,
        format!("{how_many} promises to people are overdue; tell the governance team, and see `candour clocks`"),
    )
}

/// Whether anything came makes no difference: a team that fetches when it is told to would miss what it is not told of.
fn fetched(last: Option<Date>, began: Date, days: u32, today: Date) -> (Verdict, String) {
    let since = last.unwrap_or(began);
    match (days_since(since, today) > days, last) {
        (false, Some(day)) => (Verdict::Ok, format!("the last collection was fetched on {day}")),
        (false, None) => (Verdict::Ok, format!("no collection was fetched yet, and the box is of {began}")),
        (true, last) => {
            let what = last.map_or_else(
                || "no collection was ever fetched".to_owned(),
                |day| format!("nobody has fetched a collection since {day}"),
            );
            (
                Verdict::Warning,
                format!(
                    "{what}, so nobody reads what people send; tell the governance team, and carry it with `candour collect` or \
                     `candour carry`"
                ),
            )
        }
    }
}

/// Alarms where the team has what somebody sent, that person has waited for their notice for so many days, and the team has sent
/// nothing back for as long. Where nobody waits, no decisions are missed; what nobody fetched is another finding's.
fn decisions(
    fetched: Option<Date>,
    delivered: Option<Date>,
    promises: OpenPromises,
    days: u32,
    today: Date,
) -> (Verdict, String) {
    let Some(since) = promises.waiting_since.filter(|since| days_since(*since, today) > days) else {
        return (Verdict::Ok, format!("nobody has waited for more than {days} days"));
    };
    let came = delivered.is_some_and(|day| days_since(day, today) <= days);
    if came || fetched.is_none_or(|day| day < since) {
        return (Verdict::Ok, format!("no decisions are missed for {days} days"));
    }
    let last = delivered
        .map_or_else(|| "no decisions ever came".to_owned(), |day| format!("no decisions have come since {day}"));
    (
        Verdict::Warning,
        format!(
            "{last}, and somebody has waited for their notice for more than {days} days; tell the governance team, and bring what \
             the desk exports with `candour deliver` or `candour carry`"
        ),
    )
}

/// Days from one to the other; none if it is still to come.
pub(super) fn days_since(day: Date, today: Date) -> u32 {
    today.since(day).ok().and_then(|span| u32::try_from(span.get_days()).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn overdue_promises_are_told_in_bands() {
        let told = |overdue| self::overdue(&OpenPromises { overdue, waiting_since: None });
        assert_eq!(told(0).0, Verdict::Ok);
        for (number, words) in
            [(1, "1 to 4 promises"), (4, "1 to 4 promises"), (5, "5 to 9 promises"), (1000, "1000 or more")]
        {
            let (verdict, said) = told(number);
            assert!(verdict == Verdict::Warning && said.starts_with(words), "{said}");
        }
    }

    #[test]
    fn a_collection_is_missed_after_so_many_days_whether_or_not_anything_came() {
        let told = |last: Option<&str>, today: &str| fetched(last.map(day), day("2026-12-01"), 4, day(today)).0;
        assert_eq!(told(None, "2026-12-05"), Verdict::Ok);
        assert_eq!(told(None, "2026-12-06"), Verdict::Warning);
        assert_eq!(told(Some("2026-12-07"), "2026-12-11"), Verdict::Ok);
        assert_eq!(told(Some("2026-12-07"), "2026-12-12"), Verdict::Warning);
        assert_eq!(told(Some("2026-12-07"), "2026-12-06"), Verdict::Ok, "the clock is another finding's");
    }

    #[test]
    fn decisions_are_missed_where_somebody_waits_and_the_team_has_what_they_sent() {
        let told = |fetched: Option<&str>, delivered: Option<&str>, waiting: Option<&str>| {
            let promises = OpenPromises { overdue: 0, waiting_since: waiting.map(day) };
            decisions(fetched.map(day), delivered.map(day), promises, 12, day("2026-12-20")).0
        };
        let (missed, none) = (Verdict::Warning, Verdict::Ok);
        assert_eq!(told(Some("2026-12-19"), None, Some("2026-12-07")), missed);
        assert_eq!(told(Some("2026-12-19"), Some("2026-12-07"), Some("2026-12-07")), missed);
        assert_eq!(told(Some("2026-12-19"), None, None), none, "nothing came");
        assert_eq!(told(Some("2026-12-19"), None, Some("2026-12-08")), none, "nobody has waited so long");
        assert_eq!(told(None, None, Some("2026-12-01")), none, "the team can't know of it");
        assert_eq!(told(Some("2026-11-30"), None, Some("2026-12-01")), none, "nor by what it fetched before");
        assert_eq!(told(Some("2026-12-19"), Some("2026-12-08"), Some("2026-12-01")), none, "decisions come");
    }
}
