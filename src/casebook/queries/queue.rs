//! The queue. Nothing in it is in the person's own words.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    casebook::{
        Casebook, CasebookError, LookupError,
        state::{heard::StandingAtBox, release::Release, report::Report, retention::Retained},
    },
    domain::{
        Area, Calendar, ClockState, ClockView, Date, MemberId, OrganisationId, ReportId, ReportLink, ReportState,
        Route, SeriousHarm, SetAsideReason, Standing, Text, ThemeId, WayIn,
    },
};

/// Digits that the shortest prefix of a report's id has.
const PREFIX_DIGITS: usize = 4;

/// One line of the queue.
#[derive(Clone, Serialize)]
pub struct QueueEntry {
    /// The name of the report on both sides.
    #[serde(flatten, serialize_with = "with_name")]
    pub id: ReportId,
    /// Why the person wrote, which decides what was promised.
    pub route: Route,
    /// In which way it came.
    pub way: WayIn,
    /// The day the concern came in.
    pub received_on: Date,
    /// The team's areas once decided, else the person's own.
    pub areas: Vec<Area>,
    /// Where it stands.
    pub state: ReportState,
    /// Whether someone could be seriously harmed soon; none if not answered.
    pub serious_harm: Option<SeriousHarm>,
    /// Every clock as it stood at the box when the last collection was made, and those that run at the desk alone: of
    /// what a message is about, and of changes of use.
    pub clocks: Vec<ClockView>,
    /// Whether the person withdrew it.
    pub withdrawn: bool,
    /// Why the team set it aside, if it did.
    pub set_aside: Option<SetAsideReason>,
    /// Whether the box has it.
    pub at_box: StandingAtBox,
    /// How many messages of the person are here.
    pub message_count: usize,
    /// How many of them came after the last that was read; none of a report that was set aside.
    pub unread: usize,
    /// Who looks after it.
    pub owner: Option<MemberId>,
    /// How many answers wait for an export.
    pub waiting: usize,
    /// How many answers wait to be given to the person, who has no receipt code.
    pub to_give: usize,
    /// How many notices wait for a second approver.
    pub to_approve: usize,
    /// How many answers were exported and are not known to be at the box.
    pub on_the_way: usize,
    /// The day from which it may be destroyed.
    pub destroy_after: Option<Date>,
    /// What it is in one line, if a reviewer wrote that.
    #[serde(skip)]
    pub gist: Option<Text>,
    /// The organisations that it is about, of the team's list.
    #[serde(skip)]
    pub organisations: Vec<OrganisationId>,
    /// The themes that it belongs to.
    #[serde(skip)]
    pub themes: Vec<ThemeId>,
    /// Other reports that bear on it.
    #[serde(skip)]
    pub links: Vec<ReportLink>,
    /// The report that the same person sent before, if this one goes on with it.
    #[serde(skip)]
    pub continues: Option<ReportId>,
    /// By when the team itself set out to do something, as long as the report is not closed.
    pub action_by: Option<Date>,
    /// Where that stands, by the rule for promises.
    pub action_state: Option<ClockState>,
    /// The day of the first follow-up after which nobody wrote to the person; none of a report that is over.
    pub unanswered_since: Option<Date>,
    /// Whether the danger of which the person wrote is seen to.
    pub harm_seen_to: bool,
    /// Whether the team is done with it, or the person took it back.
    #[serde(skip)]
    pub is_over: bool,
    /// Why it may not be destroyed; none if it may.
    #[serde(skip)]
    pub retained: Option<Retained>,
    /// Changes with every decision about it.
    pub version: u64,
}

/// An id, and beside it the name in words that is made of it.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn with_name<S: Serializer>(id: &ReportId, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("id", id)?;
    map.serialize_entry("name", &id.in_words())?;
    map.end()
}

/// A day by which the team itself set out to do something about a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnDate {
    /// About which.
    pub report: ReportId,
    /// The day.
    pub by: Date,
    /// Whether the team is done with the report, so that nobody has to think of it any more.
    pub is_over: bool,
}

impl Casebook {
    /// Every day by which the team set out to do something, by report, also where that is over.
    #[must_use]
    pub fn own_dates(&self) -> Vec<OwnDate> {
        let reports = self.state.reports.iter();
        let dated = reports.filter_map(|(id, report)| {
            Some(OwnDate { report: *id, by: report.assessment.action_by?, is_over: report.is_over() })
        });
        dated.collect()
    }

    /// The queue: reports where someone could be seriously harmed first, unless that is seen to or they are over; then by
    /// the open clock that is due first; of one day, those first by whose own date the team is to act first; then by the
    /// day received.
    #[must_use]
    pub fn list(&self, today: Date, calendar: &Calendar) -> Vec<QueueEntry> {
        let mut queue: Vec<_> =
            self.state.reports.iter().map(|(id, report)| self.entry(*id, report, today, calendar)).collect();
        queue.sort_by_key(|entry| {
            let by_promise = (entry.next_due().is_none(), entry.next_due());
            let by_own_date = (entry.action_by.is_none(), entry.action_by);
            (!entry.is_urgent(), by_promise, by_own_date, entry.received_on, entry.id)
        });
        queue
    }

    /// The report that an id, or the beginning of one, names.
    ///
    /// # Errors
    /// If it names none or several, or is shorter than 4 digits.
    pub fn find(&self, prefix: &str) -> Result<ReportId, CasebookError> {
        let prefix = prefix.to_ascii_lowercase();
        // The first id that begins so: whoever looks for very many reads no others.
        let first = format!("{prefix:0<width$}", width = 2 * ReportId::LEN).parse::<ReportId>();
        let Some(first) = first.ok().filter(|_| prefix.len() >= PREFIX_DIGITS) else {
            return Err(CasebookError::Lookup(LookupError::NotAnId));
        };
        let begins_so = |id: &&ReportId| id.to_string().starts_with(&prefix);
        let known = self.state.outlines.range(first..).map(|(id, _)| id).take_while(begins_so);
        let destroyed = self.state.destroyed.range(first..).map(|(id, _)| id).take_while(begins_so);
        let mut found = known.chain(destroyed);
        match (found.next(), found.count()) {
            (Some(id), 0) => Ok(*id),
            (None, _) => Err(CasebookError::Lookup(LookupError::NoReport)),
            (Some(_), others) => Err(CasebookError::Lookup(LookupError::AmbiguousId(others + 1))),
        }
    }
}

impl QueueEntry {
    /// Whether someone could be seriously harmed soon, nobody has said that it is seen to, and it is still open.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        self.serious_harm == Some(SeriousHarm::Yes) && !self.is_over && !self.harm_seen_to
    }

    /// The open clock that is due first.
    #[must_use]
    pub fn next_clock(&self) -> Option<&ClockView> {
        self.open_clocks().min_by_key(|clock| clock.due_on)
    }

    /// Whether something that was promised for it is still open and due on such a day. Nothing is once the person
    /// withdrew it: a promise to someone who has left can't be kept, whatever a restored box still lists.
    #[must_use]
    pub fn is_due(&self, on: impl Fn(Date) -> bool) -> bool {
        self.open_clocks().any(|clock| on(clock.due_on))
    }

    /// Whether the team set out to do something by such a day, and is not done with the report.
    #[must_use]
    pub fn is_set_out(&self, by: impl Fn(Date) -> bool) -> bool {
        self.action_by.is_some_and(by)
    }

    /// Where what the team set out to do stands, if that presses.
    #[must_use]
    pub fn pressing_own_date(&self) -> Option<ClockState> {
        self.action_state.filter(|state| *state != ClockState::Open)
    }

    /// Those of its clocks that are still owed.
    pub(crate) fn open_clocks(&self) -> impl Iterator<Item = &ClockView> {
        self.clocks.iter().filter(|clock| clock.met_on.is_none() && !self.withdrawn)
    }

    fn next_due(&self) -> Option<Date> {
        self.next_clock().map(|clock| clock.due_on)
    }
}

impl Casebook {
    /// What the queue says of one report.
    pub(in crate::casebook) fn entry(
        &self,
        id: ReportId,
        report: &Report,
        today: Date,
        calendar: &Calendar,
    ) -> QueueEntry {
        let at_box = self.state.outlines.get(&id).map_or(StandingAtBox::There, |outline| outline.heard.standing);
        let retained = self.retained(id, report, today);
        QueueEntry { retained, ..queue_entry((id, at_box), report, today, calendar) }
    }
}

fn queue_entry(
    (id, at_box): (ReportId, StandingAtBox),
    report: &Report,
    today: Date,
    calendar: &Calendar,
) -> QueueEntry {
    // Days that can't be counted must not keep anybody from the rest: such a promise is shown without its count.
    let mut clocks: Vec<ClockView> =
        report.message_clocks().map(|entry| entry.view_if_counted(today, calendar)).collect();
    for entry in report.supplementary_clocks() {
        clocks.push(ClockView { supplementary: true, ..entry.view_if_counted(today, calendar) });
    }
    let answers = |which: &dyn Fn(Release) -> bool| report.undelivered().filter(|(_, release)| which(*release)).count();
    let action_by = report.assessment.action_by.filter(|_| !report.is_over());
    QueueEntry {
        id,
        route: report.route,
        way: report.way(),
        received_on: report.received_on,
        areas: report.shown_areas().to_vec(),
        state: report.state,
        serious_harm: report.serious_harm,
        clocks,
        withdrawn: report.withdrawn,
        set_aside: report.set_aside,
        at_box,
        message_count: report.messages.len(),
        unread: report.messages.iter().filter(|it| it.seq > report.read && report.set_aside.is_none()).count(),
        owner: report.assessment.owner,
        waiting: answers(&|release| matches!(release, Release::Held | Release::Free)),
        to_give: answers(&|release| release == Release::ToGive),
        to_approve: answers(&|release| release == Release::Held),
        on_the_way: answers(&|release| matches!(release, Release::Exported { .. })),
        destroy_after: report.assessment.destroy_after,
        gist: report.assessment.gist.clone(),
        organisations: report.assessment.organisations.clone(),
        themes: report.assessment.themes.clone(),
        links: report.assessment.links.clone(),
        continues: report.assessment.continues,
        action_by,
        action_state: action_by.map(|by| Standing::until_if_counted(by, today, calendar).state),
        unanswered_since: report.unanswered_since().filter(|_| !report.is_over()),
        harm_seen_to: report.assessment.harm.is_some(),
        is_over: report.is_over(),
        retained: report.retained(today),
        version: report.version(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::NewAssessment,
        domain::{Action, Assessment},
        world::{
            DAY, TODAY,
            casebook::{MARKER, World, moved},
        },
    };

    fn import(world: &mut World) {
        let file = world.collect();
        world.import(&file).unwrap();
    }

    #[test]
    fn the_queue_has_what_is_urgent_first() {
        let mut world = World::new();
        for number in [3, 1, 2] {
            world.concern(number, Route::StaffConcern, &[]);
        }
        let mut late = world.reports[&ReportId([1; 8])].entry.clocks[0];
        late.clock.due_on = Date::constant(2026, 12, 20);
        world.reports.get_mut(&ReportId([1; 8])).unwrap().entry.clocks[0] = late;
        import(&mut world);
        world.decide(ReportId([2; 8]), moved(ReportState::Closed)).unwrap();
        let queue = world.open().unwrap().list(Date::constant(2026, 12, 10), &Calendar::default());
        assert_eq!(queue.iter().map(|entry| entry.id.0[0]).collect::<Vec<_>>(), [3, 1, 2]);
        assert_eq!((queue[0].clocks[0].state, queue[0].clocks[0].working_days_left), (ClockState::DueSoon, Some(3)));
        assert_eq!(
            (queue[0].areas.as_slice(), queue[0].serious_harm),
            ([Area::IntegratedCare].as_slice(), Some(SeriousHarm::Yes))
        );
    }

    #[test]
    fn a_day_that_cant_be_counted_keeps_nobody_from_the_rest() {
        let mut world = World::new();
        for number in [1, 2] {
            world.concern(number, Route::StaffConcern, &[]);
        }
        let due_on = Date::constant(2031, 12, 1);
        let clock = &mut world.reports.get_mut(&ReportId([1; 8])).unwrap().entry.clocks[0].clock;
        (clock.started_on, clock.due_on) = (Date::constant(2030, 1, 1), due_on);
        import(&mut world);
        let (casebook, calendar) = (world.open().unwrap(), Calendar::default());
        assert!(calendar.last_year() < 2030);
        let queue = casebook.list(DAY, &calendar);
        let shown: Vec<_> = queue
            .iter()
            .map(|entry| (entry.id.0[0], entry.clocks[0].state, entry.clocks[0].working_days_left))
            .collect();
        assert_eq!(shown, [(2, ClockState::Open, Some(10)), (1, ClockState::Open, None)]);
        assert_eq!(casebook.show(queue[1].id, DAY, &calendar).unwrap().entry.clocks[0].due_on, due_on);
        // Nor does a day on which nothing can be counted.
        let then = casebook.list(due_on, &calendar);
        let shown: Vec<_> =
            then.iter().map(|entry| (entry.clocks[0].state, entry.clocks[0].working_days_left)).collect();
        assert_eq!(shown, [(ClockState::Overdue, None), (ClockState::DueToday, Some(0))]);
        assert_eq!(casebook.show(queue[0].id, due_on, &calendar).unwrap().entry.clocks[0].working_days_left, None);
    }

    #[test]
    fn the_teams_own_date_is_due_soon_by_the_rule_for_promises() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        import(&mut world);
        let calendar = Calendar::default();
        let promised = world.open().unwrap().list(DAY, &calendar)[0].clocks[0].due_on;
        let set_out = |by| {
            let aim = Text::typed("Look at the rota");
            let (action, action_detail) = (Some(Action::FurtherAction), Some(aim));
            let assessment = Assessment { action, action_detail, action_by: Some(by), ..Assessment::default() };
            let new = NewAssessment::new(Some(assessment), None, None).unwrap();
            world.edit(|editor| editor.assess(id, editor.casebook().seen(id)?, new, &TODAY).map(drop)).unwrap();
        };
        set_out(promised);
        let casebook = world.open().unwrap();
        let mut day = DAY;
        let mut met = Vec::new();
        while day <= promised.tomorrow().unwrap() {
            let entry = casebook.list(day, &calendar).remove(0);
            assert_eq!(entry.action_state, Some(entry.clocks[0].state), "{day}");
            met.extend(entry.action_state.filter(|state| met.last() != Some(state)));
            day = day.tomorrow().unwrap();
        }
        assert_eq!(met, [ClockState::Open, ClockState::DueSoon, ClockState::DueToday, ClockState::Overdue]);
        // Where days can't be counted it is shown all the same, and once the report is over it is nothing to be done.
        set_out(Date::constant(2031, 12, 1));
        assert_eq!(world.open().unwrap().list(DAY, &calendar)[0].action_state, Some(ClockState::Open));
        world.decide(id, moved(ReportState::Closed)).unwrap();
        let closed = world.open().unwrap().list(DAY, &calendar).remove(0);
        assert_eq!((closed.action_by, closed.action_state), (None, None));
    }

    #[test]
    fn nothing_in_the_queue_is_in_the_persons_words() {
        let mut world = World::new();
        world.concern(1, Route::StaffConcern, &[10]);
        import(&mut world);
        let queue = world.open().unwrap().list(DAY, &Calendar::default());
        assert_eq!(queue.len(), 1);
        let json = serde_json::to_string(&queue).unwrap();
        assert!(!json.contains(MARKER), "{json}");
        // What the contract pins besides.
        let begins =
            format!(r#"[{{"id":"{}","name":"{}","route":"staff-concern","#, queue[0].id, queue[0].id.in_words());
        assert!(json.starts_with(&begins), "{json}");
        for pinned in
            [r#""action_by":null,"action_state":null"#, r#""unanswered_since":null"#, r#""harm_seen_to":false"#]
        {
            assert!(json.contains(pinned), "{json}");
        }
    }

    #[test]
    fn a_report_is_found_by_the_beginning_of_its_id() {
        let mut world = World::new();
        let id = world.concern(0xab, Route::StaffConcern, &[]);
        import(&mut world);
        let casebook = world.open().unwrap();
        for good in ["abab", "ABABab", &id.to_string()] {
            assert_eq!(casebook.find(good).unwrap(), id);
        }
        for bad in ["aba", "", "../a", "abag", "abab\u{e9}", &format!("{id}0")] {
            assert!(matches!(casebook.find(bad), Err(CasebookError::Lookup(LookupError::NotAnId))), "{bad}");
        }
        for none in ["abaa", "abac", "0000", "ffff", "abababababababac"] {
            assert!(matches!(casebook.find(none), Err(CasebookError::Lookup(LookupError::NoReport))), "{none}");
        }
    }

    #[test]
    fn the_beginning_of_several_ids_names_none_of_them() {
        let mut world = World::new();
        for number in [0xaa, 0xab, 0xac] {
            world.concern(number, Route::StaffConcern, &[]);
        }
        let next = ReportId([0xab, 0xab, 0xab, 0, 0, 0, 0, 1]);
        let mut held = world.reports.remove(&ReportId([0xac; 8])).unwrap();
        held.entry.id = next;
        (held.entry.messages, held.entry.clocks) = (Vec::new(), Vec::new());
        world.reports.insert(next, held);
        world.say(next, crate::domain::MessageKind::Concern, &[]);
        import(&mut world);
        let casebook = world.open().unwrap();
        assert!(matches!(casebook.find("ababab"), Err(CasebookError::Lookup(LookupError::AmbiguousId(2)))));
        assert_eq!(casebook.find("ababab0").unwrap(), next);
        assert_eq!(casebook.find("abababa").unwrap(), ReportId([0xab; 8]));
    }
}
