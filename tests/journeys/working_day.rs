//! A reviewer's working day in a real browser without scripts: thirty reports, from the collection to the last promise, and
//! what each task costs in clicks and pages.
//!
//! Pictures of the pages are left in `target/screenshots`.

use std::{collections::BTreeMap, fmt::Write as _};

use candour::domain::{Date, SystemDay, Today};

use crate::support::{
    browser::{Browser, Scripts},
    case::tick,
    counted::{CountedTask, TaskCost},
    desk::{DeskServing, Reviewer},
    http::{self, Page, fill},
    installation::{Installation, Serving},
    person,
};

const JUNK: &str = "Buy our pills now, they are cheap and good for everyone in your hospital.";
const ALONE: &str = "You are useless, all of you, and I will tell you so each day.";
/// How three people spelled one trust.
const SPELLINGS: [&str; 3] = ["Northmere Hospitals", "Northmere Hospitals", "Northmeer Hospital"];
const ABOUT_THE_TRUST: &str = "Staffing was reported as full on days on which it was not, by ward";
const HARM: &str = "The alarm of the ward does not ring, and somebody could die of it.";
const JOINED: &str = "The store lost its keys again, as I wrote.";
const FIRST_OF_JOINED: &str = "The store of medicines lost its keys.";
const ASKS: &str = "The lists of those who wait were changed after the fact.";
const LETTER: &str = "A letter says that the minutes were written before the meeting.";
/// Others, each about something of its own.
const ORDINARY: usize = 18;
/// The queue that is worked through.
const QUEUE: &str = "/?owner=nobody";

/// Clicks and page loads.
type Cost = (usize, usize);

/// The tasks: what each cost before, as was counted then, and what it may cost, in clicks and pages.
const TASKS: [(&str, Cost, Cost); 6] = [
    ("junk, alone", (13, 4), (2, 2)),
    ("junk, eight at once", (104, 32), (4, 2)),
    ("triage, and on to the next", (15, 5), (6, 2)),
    ("triage of each one after", (15, 5), (5, 1)),
    ("a notice with its gaps", (19, 5), (12, 3)),
    ("a reply", (11, 3), (4, 2)),
];

/// A day at the desk: one reviewer, in a browser and, where nothing is counted, without one.
struct WorkingDay {
    place: Installation,
    running: Serving,
    desk: DeskServing,
    second_desk: DeskServing,
    reviewer: Reviewer,
    browser: Browser,
    /// The reports by what was written.
    ids: BTreeMap<String, String>,
    /// The receipt codes by what was written.
    codes: BTreeMap<String, String>,
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn thirty_reports_are_worked_through_to_the_last_promise() {
    let eight = eight_at_once();
    let mut day = WorkingDay::begin();
    day.enter_the_letter();
    let listed = day.place.desk_list();
    assert_eq!(listed.as_array().unwrap().len(), 30);
    day.browser.go(QUEUE);
    day.pictures("working-day-queue");

    let alone = day.set_aside_alone();
    day.set_aside_three();
    day.gather_the_trust();
    day.join();
    day.see_to_the_danger();
    let [first, after] = day.triage_all();
    let notice = day.write_one_notice();
    for id in day.open() {
        day.do_what_is_next(&id);
    }
    day.carry(1);
    let reply = day.answer_a_follow_up();
    day.carry(2);
    let costs = [alone, eight, first, after, notice, reply];
    let mut table = format!("{:<28}{:>16}{:>16}\n", "task", "before", "after");
    for ((task, before, _), cost) in TASKS.iter().zip(costs) {
        let cell = |(clicks, loads): (usize, usize)| format!("{clicks} and {loads}");
        let _ = writeln!(table, "{task:<28}{:>16}{:>16}", cell(*before), cell((cost.clicks, cost.loads)));
    }
    println!("clicks and pages\n{table}");
    day.end();
    for ((task, _, (clicks, loads)), cost) in TASKS.iter().zip(costs) {
        assert!(cost.clicks <= *clicks && cost.loads <= *loads, "{task}: {cost:?}\n{table}");
    }
    assert_eq!((day.desk.stop(), day.second_desk.stop()), (String::new(), String::new()));
    assert_eq!(day.running.stop(), "");
}

/// Eight of one text, in a casebook of their own: a link, a tick for those that say the same, and the reason.
fn eight_at_once() -> TaskCost {
    let place = Installation::new();
    let running = place.serve();
    for _ in 0..8 {
        person::send(running.address, "staff-concern", &[("description", JUNK)], vec![]);
    }
    place.carry_in("c1");
    let desk = place.open_desk(&[]);
    let browser = Browser::open(desk.address, Scripts::Off);
    browser.go(&desk.opening);
    browser.reaches("Queue");
    let task = CountedTask::begin(&browser);
    task.click("a[href^='/aside?']");
    task.click("#same");
    task.click("button[value='not-a-concern']");
    browser.until_there("#done");
    let cost = task.end();
    assert_eq!(browser.count(".queue tbody tr"), 0, "nothing is left");
    cost
}

impl WorkingDay {
    /// Twenty-nine are sent, carried to the desk, and the desk is opened.
    fn begin() -> Self {
        let place = Installation::new();
        let running = place.serve();
        let mut codes = BTreeMap::new();
        let mut send = |route: &str, description: &str, more: &[(&str, &str)]| {
            let typed = [&[("description", description)], more].concat();
            let code = person::send(running.address, route, &typed, vec![]).one("#receipt-code");
            codes.insert(description.to_owned(), code);
        };
        for _ in 0..3 {
            send("staff-concern", JUNK, &[]);
        }
        send("staff-concern", ALONE, &[]);
        for (number, spelling) in SPELLINGS.iter().enumerate() {
            send("staff-concern", &format!("{ABOUT_THE_TRUST} {number}."), &[("organisation", spelling)]);
        }
        send("staff-concern", HARM, &[("serious_harm", "yes")]);
        send("staff-concern", FIRST_OF_JOINED, &[]);
        send("staff-concern", JOINED, &[]);
        send("staff-concern", ASKS, &[]);
        for number in 0..ORDINARY {
            let route = match number {
                0 => "procurement",
                1 => "patient-choice",
                2 => "service-complaint",
                _ => "staff-concern",
            };
            send(route, &format!("What was promised to the wards was not done, number {number}."), &[]);
        }
        place.collect("c1");
        place.import("c1");
        let desk = place.open_desk(&[]);
        let browser = Browser::open(desk.address, Scripts::Off);
        browser.resize(1280, 800);
        browser.go(&desk.opening);
        browser.reaches("Queue");
        let second_desk = place.open_desk(&[]);
        let reviewer = second_desk.reviewer();
        let mut day = Self { place, running, desk, second_desk, reviewer, browser, ids: BTreeMap::new(), codes };
        day.name_reports();
        day
    }

    fn name_reports(&mut self) {
        for entry in self.place.desk_list().as_array().unwrap() {
            let id = entry["id"].as_str().unwrap();
            let said = self.place.desk_show(id)["messages"][0]["answers"]["description"].as_str().unwrap().to_owned();
            self.ids.insert(said, id.to_owned());
        }
    }

    fn id(&self, said: &str) -> String {
        self.ids.get(said).unwrap_or_else(|| panic!("no report says {said}")).clone()
    }

    /// Those that are open work, the most pressing first.
    fn open(&self) -> Vec<String> {
        let listed = self.place.desk_list();
        let open = listed.as_array().unwrap().iter().filter(|entry| entry["set_aside"].is_null());
        open.map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The page as it is shown wide and on a phone.
    fn pictures(&self, name: &str) {
        self.browser.picture(name);
        self.browser.resize(390, 844);
        self.browser.picture(&format!("{name}-390"));
        self.browser.resize(1280, 800);
    }

    /// One that came by post.
    fn enter_the_letter(&mut self) {
        let mut form = self.reviewer.get("/enter").form("/enter/check");
        for (name, value) in [
            ("way", "letter"),
            ("taken_by", "The post room"),
            ("words", "own"),
            ("known", "no"),
            ("answer_by", "By letter to the address on it"),
            ("route", "staff-concern"),
            ("about", "leadership"),
            ("description", LETTER),
        ] {
            fill(&mut form, name, value);
        }
        fill_day(&mut form, "received_on", SystemDay.today());
        let check = self.reviewer.post("/enter/check", &form);
        assert_eq!(check.status, 200, "{}", check.one("main"));
        let report = self.reviewer.post_and_follow("/enter/record", &check.form("/enter/record"));
        assert!(report.one("#done").contains("Concern entered"));
        self.name_reports();
        self.enclose();
    }

    /// The enclosure of the letter.
    fn enclose(&self) {
        let report = format!("/reports/{}", self.id(LETTER));
        self.place.put("minutes.txt", b"The minutes of a meeting that was not yet held.");
        self.browser.go(&report);
        self.browser.follow("Add what the person said later, or files");
        self.browser.reaches("Add what the person said later");
        for css in ["#way-letter", "#words"] {
            self.browser.click(css);
        }
        let today = SystemDay.today();
        for (part, number) in [("day", today.day().into()), ("month", today.month().into()), ("year", today.year())] {
            self.browser.enter(&format!("#came_on-{part}"), &number.to_string());
        }
        self.browser.enter("#taken_by", "The post room");
        self.browser.enter("#files", &self.place.path("minutes.txt").to_string_lossy());
        self.pictures("working-day-follow-up");
        self.browser.click("main button[type=submit]");
        self.browser.until_there("#done");
        assert!(self.browser.text("main").contains("minutes.txt"));
        self.pictures("working-day-followed-up");
        // It is read by the time that its own turn comes.
        self.browser.go(QUEUE);
    }

    fn set_aside_alone(&self) -> TaskCost {
        let link = format!(".queue a[href^='/aside?report={}']", self.id(ALONE));
        let task = CountedTask::begin(&self.browser);
        task.click(&link);
        self.browser.until_there("button[value=abusive]");
        self.pictures("working-day-aside");
        task.click("button[value=abusive]");
        self.browser.until_there("#done");
        let cost = task.end();
        assert_eq!(self.browser.path(), QUEUE, "the queue is as it was");
        cost
    }

    fn set_aside_three(&self) {
        self.browser.click(&format!(".queue a[href^='/aside?report={}']", self.id(JUNK)));
        self.browser.click("#same");
        self.browser.click("button[value='not-a-concern']");
        self.browser.until_there("#done");
        assert!(self.browser.text("#done").contains("2 others"), "{}", self.browser.text("#done"));
        assert_eq!(self.open().len(), 26);
    }

    /// The first spelling is added, the other is offered as the same one, and the three reports bear on each other.
    fn gather_the_trust(&mut self) {
        self.browser.go("/organisations");
        for _ in 0..2 {
            self.browser.click("form[action='/organisations/named'] li:first-child button");
            self.browser.until_there("#done");
        }
        assert_eq!(self.browser.count("ul.named"), 0, "every name is dealt with: {}", self.browser.text("main"));
        self.browser.follow("Northmere Hospitals");
        self.browser.reaches("Northmere Hospitals");
        assert!(self.browser.text("#count").starts_with("3 reports"), "{}", self.browser.text("#count"));
        let of_trust = |number: usize| self.id(&format!("{ABOUT_THE_TRUST} {number}."));
        let first = of_trust(0);
        for id in [of_trust(1), of_trust(2)] {
            let path = format!("/reports/{id}/belongs");
            let mut form = self.reviewer.get(&path).form(&path);
            fill(&mut form, "other", &first);
            fill(&mut form, "link_kind", "same-matter");
            assert!(self.reviewer.post_and_follow(&path, &form).one("#done").contains("Recorded"));
        }
        self.browser.reload();
        self.pictures("working-day-organisation");
    }

    /// What was sent as a new concern goes on with the one before.
    fn join(&self) {
        self.browser.go(&format!("/reports/{}/belongs", self.id(JOINED)));
        self.browser.enter("#earlier", &self.id(FIRST_OF_JOINED)[..8]);
        self.browser.click("main form button");
        self.browser.until_there("#done");
        assert_eq!(self.browser.path(), format!("/reports/{}", self.id(JOINED)));
    }

    fn see_to_the_danger(&self) {
        self.browser.go("/?harm=yes");
        self.browser.click(".queue tbody .name a");
        self.browser.click("#next-step a");
        self.browser.click("main form .buttons button");
        self.browser.until_there("#seen-to");
        assert_eq!(self.browser.path(), format!("/reports/{}?from=harm%3Dyes", self.id(HARM)));
    }

    /// Each of those that nobody has, one after the other.
    fn triage_all(&self) -> [TaskCost; 2] {
        self.browser.go(QUEUE);
        let reports = self.browser.count(".queue tbody tr");
        assert_eq!(reports, self.open().len(), "nobody has any yet");
        self.browser.click(".queue tbody .name a");
        self.browser.until_there("#next-step a");
        self.pictures("working-day-report");
        let mut costs = Vec::new();
        for number in 0..reports {
            let task = CountedTask::begin(&self.browser);
            if number == 0 {
                task.click("#next-step a");
                self.browser.until_there("#worker");
                self.pictures("working-day-triage");
            }
            let shown = self.browser.path();
            for field in ["#worker", "#in_remit", "#failure", "#area", "button[name=then]"] {
                task.click(field);
            }
            self.browser.until("the next", || (self.browser.path() != shown).then_some(()));
            self.browser.until_there("#done");
            costs.push(task.end());
        }
        assert_eq!(self.browser.path(), QUEUE, "after the last");
        assert_eq!(self.browser.count(".queue tbody tr"), 0, "each is somebody's now");
        costs.sort_by_key(|cost| cost.clicks);
        assert!(costs[..reports - 1].windows(2).all(|two| two[0] == two[1]), "{costs:?}");
        [costs[reports - 1], costs[0]]
    }

    /// From the report's page.
    fn write_one_notice(&self) -> TaskCost {
        let id = self.id(FIRST_OF_JOINED);
        self.browser.go(&format!("/reports/{id}"));
        self.browser.until_there("#next-step a");
        let task = CountedTask::begin(&self.browser);
        task.click("#next-step a");
        self.browser.until_there("#variant");
        self.pictures("working-day-notice");
        for field in ["#variant", "#told", "#who_sees"] {
            task.click(field);
        }
        assert!(self.browser.is_chosen("#area"), "as triage says");
        task.write("#look_board", "how the keys of stores are kept");
        task.write("#object_by-day", "1");
        task.write_on("12");
        task.write_on("2099");
        task.click("main form .buttons button");
        self.browser.until_there("#with-it");
        self.pictures("working-day-preview");
        for number in 1..=self.browser.count("input[name=check]") {
            task.click(&format!(".choice:nth-of-type({number}) input[name=check]"));
        }
        assert!(self.browser.is_chosen("input[name=joined]"), "the other receipt is answered with it");
        task.click("main form .buttons button");
        self.browser.until_there("#done");
        task.end()
    }

    /// What the green button of a report leads to, until no more is promised.
    fn do_what_is_next(&mut self, id: &str) {
        let report = format!("/reports/{id}");
        for _ in 0..6 {
            let page = self.reviewer.get(&report);
            let next = page.one("#next-step");
            let answer = if next.contains("Write the notice") {
                let mut form = self.reviewer.get(&format!("{report}/notice")).form(&format!("{report}/notice/preview"));
                for (name, value) in [
                    ("variant", "other-work"),
                    ("told", "nothing"),
                    ("who_sees", "team"),
                    ("look_board", "how what is promised is kept"),
                ] {
                    fill(&mut form, name, value);
                }
                fill_day(&mut form, "object_by", Date::constant(2099, 12, 1));
                let preview = self.reviewer.post(&format!("{report}/notice/preview"), &form);
                assert_eq!(preview.status, 200, "{}", preview.one("main"));
                let record = format!("{report}/notice/record");
                let mut form = preview.form(&record);
                tick(&preview, &mut form);
                self.reviewer.post_and_follow(&record, &form)
            } else if next.contains("Write the reply") {
                let page = self.reviewer.get(&format!("{report}/reply"));
                let mut form = page.form(&format!("{report}/reply/preview"));
                fill(&mut form, "text", "Thank you. We read it, and this is what we make of it.");
                tick(&page, &mut form);
                self.reviewer.post_and_follow(&format!("{report}/reply/record"), &form)
            } else if next.starts_with("Mark ") {
                let read = format!("{report}/read");
                self.reviewer.post_and_follow(&read, &page.form(&read))
            } else if next == "Give it to the person" {
                let text = page.text();
                let number = text.split_once(&format!("{report}/given/")).unwrap().1.split('"').next().unwrap();
                self.give(&report, number)
            } else {
                assert!(next.contains("Record the outcome"), "{next}");
                return;
            };
            assert_eq!(answer.all("#done").len(), 1, "{}", answer.one("main"));
        }
        panic!("there is always something to do: {}", self.reviewer.get(&report).one("main"));
    }

    /// The letter has no receipt: what is written is sent by post, and the day noted.
    fn give(&mut self, report: &str, number: &str) -> Page {
        assert!(report.ends_with(&self.id(LETTER)), "nobody else is without a receipt");
        let given = format!("{report}/given/{number}");
        let mut form = self.reviewer.get(&given).form(&given);
        fill_day(&mut form, "told_on", SystemDay.today());
        fill(&mut form, "way", "letter");
        let told = self.reviewer.post_and_follow(&given, &form);
        assert!(told.one("#done").contains("the person was told"));
        told
    }

    /// To the box and back.
    fn carry(&self, number: u8) {
        let (decisions, collection) = (format!("d{number}"), format!("c{}", number + 1));
        self.place.export(&decisions);
        self.place.deliver(&decisions);
        if number == 1 {
            let code = &self.codes[ASKS];
            let mut more = person::follow_up(self.running.address, code);
            fill(&mut more, "message", "When do you look at the lists?");
            assert_eq!(http::post_multipart(self.running.address, "/status/follow-up", &more, vec![]).status, 200);
        }
        self.place.collect(&collection);
        self.place.import(&collection);
    }

    /// Somebody wrote again: a reply from the report's page, and the notice that this message is owed.
    fn answer_a_follow_up(&mut self) -> TaskCost {
        let id = self.id(ASKS);
        self.browser.go("/?unread=yes");
        self.browser.click(&format!(".queue tbody .name a[href^='/reports/{id}']"));
        self.browser.until_there("#next-step");
        let task = CountedTask::begin(&self.browser);
        task.click("main a[href*='/reply']");
        self.browser.until_there("#text");
        self.pictures("working-day-reply");
        task.write("#text", "We begin with them next week, and write to you once more then.");
        task.click("input[name=check]");
        task.click("button[formaction$='/reply/record']");
        self.browser.until_there("#done");
        let cost = task.end();
        self.do_what_is_next(&id);
        cost
    }

    /// Nothing is owed to anyone, and what was written has come.
    fn end(&self) {
        let listed = self.place.desk_list();
        let reports = listed.as_array().unwrap();
        assert_eq!(reports.len(), 30);
        for report in reports {
            let clocks = report["clocks"].as_array().unwrap();
            assert!(clocks.iter().all(|clock| !clock["met_on"].is_null()), "something is owed: {report}");
            assert_eq!(clocks.is_empty(), !report["set_aside"].is_null(), "{report}");
        }
        for said in [FIRST_OF_JOINED, JOINED] {
            let status = person::status(self.running.address, &self.codes[said]);
            assert!(status.text().contains("how the keys of stores are kept"), "{said}: {}", status.one("main"));
        }
        let status = person::status(self.running.address, &self.codes[ASKS]);
        assert!(status.text().contains("We begin with them next week"));
        assert!(person::status(self.running.address, &self.codes[ALONE]).one("#set-aside").contains("attack people"));

        self.browser.go("/");
        self.pictures("working-day-queue-after");
        assert_eq!(self.browser.count("[data-state=overdue], [data-state='due-soon']"), 0);
        assert_eq!(self.browser.count(".queue td.due .day"), 0, "nothing is promised next");
        self.browser.follow("Tick all of these");
        self.browser.until("ticks", || self.browser.is_chosen(".queue input[name=report]").then_some(()));
        self.browser.click("button[name=act][value=close]");
        self.browser.until_there("#done");
        // What the people are told of it goes to the box once more.
        self.carry(3);
        self.browser.go("/");
        self.browser.until_there("#none");
        assert!(self.browser.text("#none").contains("There is no open work."), "{}", self.browser.text("#none"));
        self.browser.go("/figures");
        self.pictures("working-day-figures");
    }
}

fn fill_day(form: &mut http::Fields, name: &str, day: Date) {
    for (part, value) in [("day", day.day().into()), ("month", day.month().into()), ("year", day.year())] {
        let value: i16 = value;
        fill(form, &format!("{name}-{part}"), &value.to_string());
    }
}
