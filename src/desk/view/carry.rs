//! What is carried in and out.

use askama::Template;

use super::{Shell, words::not_here_yet};
use crate::{
    casebook::{AnswerId, Casebook, CasebookError, carry::outbox::Outgoing},
    domain::FieldError,
    http::Day,
};

/// What can be carried, and what was.
#[derive(Template)]
#[template(path = "desk/carry.html")]
pub(in crate::desk) struct CarryPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    /// The last collection and its day.
    last: Option<(u64, Day)>,
    /// Whether a collection lies here that was not taken in.
    brought: bool,
    waiting: usize,
    /// Whether the box still keeps messages that are here.
    acknowledge: bool,
    to_approve: usize,
    /// Answers that can't go out, because their sealed files are lost.
    lost: Vec<AnswerId>,
    outgoing: Vec<Outgoing>,
    /// Which parts of the last collection are not here yet.
    missing: Option<String>,
    /// The day on which the box was restored or made anew, if it ever was.
    began_anew: Option<Day>,
    /// How many imports are not in a backup, and the day of the last one.
    not_backed_up: u64,
    backed_up_on: Option<Day>,
    /// Whether one press carries everything, as in a demonstration.
    demonstration: bool,
}

impl<'a> CarryPage<'a> {
    /// As the casebook stands.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        brought: bool,
        demonstration: bool,
        error: Option<FieldError>,
    ) -> Result<Self, CasebookError> {
        let lost_at_box = casebook.lost_at_box();
        Ok(Self {
            shell,
            errors: error.into_iter().collect(),
            last: casebook.last_collection().map(|(number, on)| (number, Day(on))),
            brought,
            waiting: casebook.waiting(),
            acknowledge: casebook.has_to_acknowledge(),
            to_approve: casebook.waiting_answers().len(),
            lost: casebook.lost_answers(),
            outgoing: casebook.outgoing()?,
            missing: lost_at_box.missing.as_ref().map(not_here_yet),
            began_anew: lost_at_box.epoch.map(|epoch| Day(epoch.began_on)),
            not_backed_up: casebook.since_backup().1,
            backed_up_on: casebook.since_backup().0.map(Day),
            demonstration,
        })
    }
}
