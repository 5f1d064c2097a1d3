use crate::{
    domain::{Clock, ClockKind},
    http::Day,
};

/// A promise besides the information-use notice.
pub(super) struct PromiseRow {
    pub(super) label: &'static str,
    pub(super) due: Day,
    pub(super) kept: bool,
}

/// Those of some clocks that are not the information-use notice.
pub(super) fn promises<'a>(clocks: impl IntoIterator<Item = &'a Clock>) -> Vec<PromiseRow> {
    clocks
        .into_iter()
        .filter(|clock| clock.kind != ClockKind::InformationUseNotice)
        .map(|clock| PromiseRow {
            label: clock.kind.label(),
            due: Day(clock.due_on),
            kept: clock.kind == ClockKind::Acknowledgement,
        })
        .collect()
}
