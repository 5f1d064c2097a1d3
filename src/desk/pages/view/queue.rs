use askama::Template;

use super::Shell;
use crate::{
    desk::QueueEntry,
    domain::{ClockState, ReportId, SeriousHarm},
    http::Day,
};

/// What waits for the team, what is due first at the top.
#[derive(Template)]
#[template(path = "desk/queue.html")]
pub(in crate::desk::pages) struct QueuePage<'a> {
    shell: &'a Shell,
    rows: Vec<Row>,
}

struct Row {
    id: ReportId,
    route: &'static str,
    received: Day,
    next: Option<Due>,
    harm: &'static str,
}

/// The clock that is due next.
struct Due {
    on: Day,
    state: ClockState,
}

impl<'a> QueuePage<'a> {
    /// In the order of the queue.
    pub(in crate::desk::pages) fn new(shell: &'a Shell, queue: &[QueueEntry]) -> Self {
        Self { shell, rows: queue.iter().map(Row::new).collect() }
    }
}

impl Row {
    fn new(entry: &QueueEntry) -> Self {
        let open = entry.clocks.iter().filter(|clock| clock.met_on.is_none());
        let next = open.min_by_key(|clock| clock.due_on);
        Self {
            id: entry.id,
            route: entry.route.name(),
            received: Day(entry.received_on),
            next: next.map(|clock| Due { on: Day(clock.due_on), state: clock.state }),
            harm: entry.serious_harm.map_or("Not answered", SeriousHarm::label),
        }
    }
}
