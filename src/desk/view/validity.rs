//! Holds every page of the desk, in each of its states, to what any browser and any reader needs of it.

use std::time::Duration;

use scraper::{ElementRef, Html, Selector};
use zeroize::Zeroizing;

use super::{
    super::{
        error::PageError,
        form::{
            assessment_table::{AssessmentField, Filled},
            stale::NEWER,
        },
        import_job::{EpochSeen, ImportOutcome, ImportStage},
    },
    figures::FiguresPage,
    validity_figures::annual_pages,
    validity_letters::letter_pages,
    *,
};
use crate::{
    casebook::{
        Casebook, Fact, Import, LostAtBox, MissingParts, NewProposal, NewReaders, NewRecovery, Promise, ReportView,
        Retained,
        statistics::{Figures, ReportingYear, sample},
    },
    crypto::Fingerprint,
    domain::{
        Action, Area, Calendar, CasebookId, Clock, ClockKind, Date, Digest, Entries, Epoch, FieldError, Finding, Kept,
        LogHead, Manifest, MessageKind, Part, ReportId, ReportState, Route, SetAsideReason, TeamRole, Text, YesNo,
        limits::KIB,
    },
    http::{
        markup::found_by_checkers,
        templates::without_sample,
        validity::{Render, Sample, hard_to_read, problems, titles_of_two},
    },
    world::{
        DAY, TODAY,
        casebook::{MARKER, World, moved, seal},
    },
};

/// Bytes that a page may come to before it is padded.
const HEAVIEST: usize = 48 * KIB;
/// The reading age that no page may pass.
const OLDEST: f64 = 13.0;

fn every_page() -> Vec<Sample> {
    let outside = |demo| Shell::new(demo, Duration::from_mins(10), Zeroizing::new("0a".repeat(32)));
    let [shell, demo] = [false, true].map(|demo| outside(demo).inside(CasebookId([0xab; 16]), "/"));
    let outside = outside(false);
    let mut pages = Vec::new();
    let mut add = |name: &str, page: &dyn Render, is_error| pages.push(page.sample(name, is_error));
    casebook_pages(&mut add, &shell, &demo);
    validity_shell::shell_pages(&mut add);
    for protected in [false, true] {
        let page = LockedPage { shell: &outside, protected, keeps_form: false, upload: false, errors: &[] };
        add(&format!("locked, {protected}"), &page, false);
    }
    let wrong = [FieldError::new("passphrase", "Enter the passphrase of your keys")];
    let page = LockedPage { shell: &outside, protected: true, keeps_form: false, upload: false, errors: &wrong };
    add("locked with an error", &page, true);
    for error in PageError::samples() {
        let name = format!("{error:?}").replace(|c: char| !c.is_alphanumeric(), "-");
        add(&name, &ErrorPage::new(&shell, error.words()), false);
        add(&format!("{name}, outside"), &ErrorPage::new(&outside, error.words()), false);
    }
    pages
}

/// The pages that show something of a casebook.
fn casebook_pages(add: &mut dyn FnMut(&str, &dyn Render, bool), shell: &Shell, demo: &Shell) {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[10]);
    let empty = world.open().unwrap();
    let file = world.collect();
    let imported = world.import(&file).unwrap();
    let other = world.colleague("Second <reviewer>", TeamRole::Adviser);
    let casebook = world.open().unwrap();
    let error = |field: &'static str| vec![FieldError::new(field, "Enter something <else>")];
    let carry = |shell, casebook, brought, error: Option<_>| {
        CarryPage::new(shell, casebook, brought, error.is_none(), error).unwrap()
    };
    add("carry, empty", &carry(shell, &empty, false, None), false);
    add("carry", &carry(demo, &casebook, true, None), false);
    add("carry with an error", &carry(shell, &casebook, false, error("collection").pop()), true);
    validity_enter::pages(add, shell);
    import_pages(add, shell, imported, world.import(&file).unwrap(), world.box_key.fingerprint());
    restored_pages(add, shell);
    validity_aside::aside_pages(add, shell);
    let nothing = Entries::default();
    let team = |casebook: &Casebook, form, errors| TeamPage::new(shell, casebook, form, &nothing, errors);
    add("team, one member", &team(&empty, None, Vec::new()), false);
    add("team", &team(&casebook, None, Vec::new()), false);
    let errors = ["name", "role", "signer", "recipients"].map(|field| error(field).remove(0)).to_vec();
    add("team with errors", &team(&casebook, Some(TeamForm::Join), errors), true);
    add("team, wrong box key", &team(&casebook, Some(TeamForm::BoxKey), error("box_key")), true);
    let errors = ["recovery_signer", "recovery_recipients"].map(|field| error(field).remove(0)).to_vec();
    add("team, wrong recovery keys", &team(&casebook, Some(TeamForm::Recovery), errors), true);
    add("leave", &MemberLeavePage::new(shell, &casebook, other.id).unwrap(), false);
    team_pages(add, shell);
    let readers = |typed, errors| ReadersPage::new(shell, &casebook, id, typed, errors).unwrap();
    add("readers", &readers(None, Vec::new()), false);
    let typed = Some((ReadersForm::Choose, &nothing));
    add("readers with an error", &readers(typed, error("reason")), true);
    add("log, empty", &AccessLogPage::new(shell, Vec::new(), None), false);
    let calendar = Calendar::default();
    let asked = |query: &[(&str, &str)]| {
        let mut typed = Entries::default();
        query.iter().for_each(|(name, value)| typed.push((*name).to_owned(), (*value).to_owned()));
        Filter::read(&typed, casebook.me(), DAY)
    };
    let queue = |shell, casebook: &Casebook, filter: Filter| {
        QueuePage::new(shell, casebook, casebook.list(DAY, &calendar), &filter, (DAY, &calendar))
    };
    add("queue, empty", &queue(shell, &empty, asked(&[])), false);
    add("queue", &queue(shell, &casebook, asked(&[])), false);
    add("queue, demonstration", &queue(demo, &casebook, asked(&[("due", "2026-12-03"), ("page", "7")])), false);
    validity_queue::pages(add, shell);
    figures_pages(add, shell, demo);
    validity_wider::wider_pages(add, shell);
    let report = casebook.show(id, DAY, &calendar).unwrap();
    let mut some = Entries::default();
    some.push("part".into(), "promises".into());
    let parts = [("report", None), ("print", Some(Entries::default())), ("print, in part", Some(some))];
    for (name, chosen) in parts {
        let parts = chosen.as_ref().map(ShownParts::chosen);
        add(name, &ReportPage::new(shell, &report, &casebook, DAY, parts), false);
    }
    let file = casebook.attachment_named(id, "1/1").unwrap();
    add("file", &FilePage::new(shell, id, "1/1", &file), false);
    validity_report::report_pages(add, shell, &casebook, &report);
    deciding_pages(add, shell, &casebook, &report);
    let mut queue = casebook.list(DAY, &Calendar::default());
    add("retention, empty", &RetentionPage::new(shell, &casebook, &queue, DAY), false);
    add("destroy, not yet", &DestroyPage::new(shell, &queue[0], DAY, Vec::new()), false);
    queue[0].state = ReportState::Closed;
    queue[0].destroy_after = DAY.yesterday().ok();
    queue[0].retained = Some(Retained::Owed);
    add("retention, owed", &RetentionPage::new(shell, &casebook, &queue, DAY), false);
    queue[0].retained = None;
    destroyed_pages(add, shell);
    add("destroy", &DestroyPage::new(shell, &queue[0], DAY, Vec::new()), false);
    add("destroy, early", &DestroyPage::new(shell, &queue[0], Date::constant(2026, 11, 1), Vec::new()), false);
    add("destroy with an error", &DestroyPage::new(shell, &queue[0], DAY, error("confirm")), true);
}

/// What becomes of a collection.
fn import_pages(
    add: &mut dyn FnMut(&str, &dyn Render, bool),
    shell: &Shell,
    imported: Import,
    again: Import,
    fingerprint: Fingerprint,
) {
    let page = |standing| ImportPage::new(shell, standing, true, Vec::new()).unwrap();
    let taken = |import: Import, missing| ImportStage::Done(ImportOutcome::Taken { import: import.into(), missing });
    let (id, message) = (imported.messages[0].report, imported.messages[0]);
    add("import, running", &page(ImportStage::Running(5 << 20, 9 << 20)), false);
    let messages = vec![message; 60];
    let part = Import { part: Part { number: 1, of: 4 }, messages, new_epoch: true, apart: vec![id], ..imported };
    add("import, mended", &page(taken(Import { known: true, mended: vec![(id, 1)], ..again }, None)), false);
    let missing = |parts| Some(MissingParts { collection: 3, parts, of: 4 });
    add(
        "import, taken",
        &page(taken(Import { passed_over: 2, left_out: 1, unopened: vec![(id, 1); 60], ..part }, missing(vec![2, 4]))),
        false,
    );
    let refused =
        |gap, behind| ImportStage::Done(ImportOutcome::Refused { why: "it is <altered>".into(), gap, behind });
    let head = LogHead { number: 9, digest: Digest([7; 32]) };
    add("import, refused", &page(refused(true, None)), false);
    add("import, behind", &page(refused(false, Some(head))), false);
    let epoch =
        |backup_of| ImportStage::Done(ImportOutcome::NewEpoch(EpochSeen { fingerprint, began_on: DAY, backup_of }));
    add("import, a new epoch", &page(epoch(Some(DAY))), false);
    add("import, another box", &page(epoch(None)), false);
    let wrong = vec![FieldError::new("epoch", "These are not <them>")];
    add("import, a wrong epoch", &ImportPage::new(shell, epoch(Some(DAY)), true, wrong).unwrap(), true);
    add("import, an epoch and no file", &ImportPage::new(shell, epoch(None), false, Vec::new()).unwrap(), false);
}

/// Where a box was restored, and lost some of everything; and where reports were set aside.
fn restored_pages(add: &mut dyn FnMut(&str, &dyn Render, bool), shell: &Shell) {
    let mut world = World::new();
    let ids: Vec<ReportId> = (1..=5).map(|number| world.concern(number, Route::StaffConcern, &[10])).collect();
    let import = |world: &mut World| {
        let file = world.collect();
        world.import_epoch(&file).unwrap();
    };
    let backup = world.reports[&ids[0]].entry.clone();
    world.say(ids[0], MessageKind::FollowUp, &[3]);
    world.say(ids[1], MessageKind::FollowUp, &[]);
    world.forget(ids[1], 2, false);
    import(&mut world);
    world.reply(ids[0], "It goes out, and is lost.");
    let out = world.dir.path().join("d1");
    world.edit(|editor| editor.export(&out, false, &TODAY)).unwrap();
    world.edit(|editor| editor.set_aside(&ids[3..], SetAsideReason::Abusive, &TODAY)).unwrap();
    world.restored(2);
    world.reports.get_mut(&ids[0]).unwrap().entry = backup;
    world.say(ids[0], MessageKind::FollowUp, &[4]);
    world.reports.remove(&ids[2]);
    world.reports.get_mut(&ids[4]).unwrap().entry.route = Route::Procurement;
    import(&mut world);
    // Part of the next one is not here yet.
    let casebook = world.open().unwrap();
    let lost = casebook.lost_at_box();
    let page = |lost| LostPage::new(shell, lost);
    let never =
        LostAtBox { epoch: None, reports: vec![], messages: vec![], answers: vec![], apart: vec![], ..lost.clone() };
    add("lost, nothing", &page(never.clone()), false);
    add("lost, nothing of a restored box", &page(LostAtBox { epoch: lost.epoch, ..never.clone() }), false);
    assert!(
        !lost.answers.is_empty() && !lost.messages.is_empty() && !lost.reports.is_empty() && !lost.apart.is_empty()
    );
    let missing = Some(MissingParts { collection: 1, parts: vec![2], of: 3 });
    add("lost, as far as it is known", &page(LostAtBox { epoch: lost.epoch, missing, ..never }), false);
    let epoch = lost.epoch.map(|epoch| Epoch { backup_of: None, ..epoch });
    add("lost, another box", &page(LostAtBox { epoch, reports: vec![ids[2]; 300], ..lost.clone() }), false);
    add("lost", &page(lost), false);
    add("carry, restored", &CarryPage::new(shell, &casebook, false, false, None).unwrap(), false);
    for (name, id) in [("apart", ids[0]), ("not here", ids[1]), ("lost", ids[2]), ("set aside", ids[3])] {
        let report = casebook.show(id, DAY, &Calendar::default()).unwrap();
        add(&format!("report, {name}"), &ReportPage::new(shell, &report, &casebook, DAY, None), false);
    }
    let mut typed = Entries::default();
    typed.push("state".into(), "set-aside".into());
    let (calendar, filter) = (Calendar::default(), Filter::read(&typed, casebook.me(), DAY));
    let list = || casebook.list(DAY, &calendar);
    let queue = QueuePage::new(shell, &casebook, list(), &filter, (DAY, &calendar));
    add("queue, set aside", &queue, false);
    add("retention, set aside", &RetentionPage::new(shell, &casebook, &vec![list(); 150].concat(), DAY), false);
    let whole = world.manifest();
    let part = Manifest { part: Part { number: 2, of: 3 }, reports: vec![], ..whole };
    let file = world.carry(&seal(&world.parts(&part), &world.identity.recipients()));
    world.import(&file).unwrap();
    let casebook = world.open().unwrap();
    add("carry, in parts", &CarryPage::new(shell, &casebook, false, false, None).unwrap(), false);
}

/// What is kept, where something was destroyed and something waits for that.
fn destroyed_pages(add: &mut dyn FnMut(&str, &dyn Render, bool), shell: &Shell) {
    let mut world = World::new();
    let ids = [1, 2].map(|number| world.concern(number, Route::StaffConcern, &[]));
    for id in ids {
        world.reports.get_mut(&id).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
    }
    let file = world.collect();
    world.import(&file).unwrap();
    for id in ids {
        world.decide(id, moved(ReportState::Closed)).unwrap();
    }
    world.agree(NewProposal::Destroy(ids[0])).unwrap();
    world.colleague("Second <reviewer>", TeamRole::Reviewer);
    world.edit(|editor| editor.propose(NewProposal::Destroy(ids[1]), &TODAY)).unwrap();
    let casebook = world.open().unwrap();
    let queue = casebook.list(DAY, &Calendar::default());
    add("retention", &RetentionPage::new(shell, &casebook, &queue, DAY), false);
}

/// The pages about what takes two members, in a team where much of that waits.
fn team_pages(add: &mut dyn FnMut(&str, &dyn Render, bool), shell: &Shell) {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[10]);
    let file = world.collect();
    world.import(&file).unwrap();
    let out = world.colleague("Shut <out>", TeamRole::Reviewer);
    let second = world.colleague("Second <reviewer>", TeamRole::Reviewer);
    let me = world.open().unwrap().me().unwrap();
    let readers = || NewReaders { readers: vec![me, second.id], reason: Text::typed("They are <named>.") };
    world.edit(|editor| editor.restrict(id, readers(), &TODAY)).unwrap();
    world.edit_as(&second, |editor| editor.show(id, (DAY, &Calendar::default()), &TODAY).map(drop)).unwrap();
    world
        .edit_as(&second, |editor| editor.write_attachment(id, "1/1", &world.dir.path().join("out"), &TODAY).map(drop))
        .unwrap();
    let recovery = || NewRecovery {
        signer: world.signer.verifying_key().unwrap(),
        recipients: crate::unseal::GovernanceIdentity::generate().recipients(),
    };
    let other_box = crate::crypto::SigningKey::generate().unwrap().1;
    let renewed = crate::crypto::SigningKey::generate().unwrap().1;
    let word = crate::crypto::vouch_for(&renewed, &world.box_signer).unwrap();
    let fresh = || NewRecovery { signer: crate::crypto::SigningKey::generate().unwrap().1, ..recovery() };
    world.agree(NewProposal::Recovery(Some(fresh()))).unwrap();
    let head = LogHead { number: 99, digest: Digest([7; 32]) };
    let proposals = [
        NewProposal::Leave(out.id),
        NewProposal::BoxKey(other_box),
        NewProposal::RenewedBoxKey { key: renewed, word },
        NewProposal::Recovery(Some(fresh())),
        NewProposal::LetIn { report: id, readers: None, reason: Text::typed("Needed.") },
        NewProposal::GoOn(head),
    ];
    for proposal in proposals {
        world.edit_as(&second, |editor| editor.propose(proposal, &TODAY).map(drop)).unwrap();
    }
    let casebook = world.open().unwrap();
    for proposal in casebook.proposals() {
        let name = format!("proposal {}", proposal.event);
        add(&name, &ProposalPage::new(shell, &casebook, proposal.event).unwrap(), false);
    }
    let theirs = world.open_as(&second).unwrap();
    let hindered = theirs.proposals()[0].event;
    add("proposal, one's own", &ProposalPage::new(shell, &theirs, hindered).unwrap(), false);
    let nothing = Entries::default();
    add("team, much waits", &TeamPage::new(shell, &casebook, None, &nothing, Vec::new()), false);
    add("readers, chosen", &ReadersPage::new(shell, &casebook, id, None, Vec::new()).unwrap(), false);
    let typed = Some((ReadersForm::LetIn, &nothing));
    let wrong = vec![FieldError::new("let-in-reason", "Enter something <else>")];
    add("readers, letting in with an error", &ReadersPage::new(shell, &casebook, id, typed, wrong).unwrap(), true);
    add("log", &AccessLogPage::new(shell, casebook.access_log(None), None), false);
    add("log of a report", &AccessLogPage::new(shell, casebook.access_log(Some(id)), Some(id)), false);
    let calendar = Calendar::default();
    let filter = Filter::read(&nothing, casebook.me(), DAY);
    let queue = QueuePage::new(shell, &casebook, casebook.list(DAY, &calendar), &filter, (DAY, &calendar));
    add("queue, with alerts", &queue, false);
    let shut = world.open_as(&out).unwrap();
    let filter = Filter::read(&nothing, shut.me(), DAY);
    let queue = QueuePage::new(shell, &shut, shut.list(DAY, &calendar), &filter, (DAY, &calendar));
    add("queue, shut out", &queue, false);
}

/// The pages on which a reviewer decides and answers.
fn deciding_pages(
    add: &mut dyn FnMut(&str, &dyn Render, bool),
    shell: &Shell,
    casebook: &Casebook,
    report: &ReportView,
) {
    let team = casebook.team();
    let error = |field: &'static str| vec![FieldError::new(field, "Enter something <else>")];
    let (recorded, nothing) = (Filled::recorded(report).entries(), Entries::default());
    let decide =
        |typed, errors, changed| DecidePage::new(shell, DecideParts { report, team: &team, typed, errors, changed });
    add("decide", &decide(&recorded, &[], false), false);
    let fields =
        [AssessmentField::Worker, AssessmentField::Area, AssessmentField::State, AssessmentField::DestroyAfter];
    let errors = fields.map(AssessmentField::name).into_iter().chain(["action_by-month"]);
    let errors: Vec<_> = errors.map(|field| error(field).remove(0)).collect();
    add("decide with errors", &decide(&nothing, &errors, false), true);
    let changed = error(NEWER);
    add("decide, changed meanwhile", &decide(&nothing, &changed, true), true);
    add("decide, the same", &decide(&recorded, &changed, true), true);

    letter_pages(add, shell, casebook, report);

    let clock = Clock::start(Clock::NOTICE, DAY, &Calendar::default()).unwrap();
    let no_reason = error("why");
    let mut why = Entries::default();
    why.push("why".into(), "<why>".into());
    let change = |errors, blocked| ChangeOfUsePage::new(shell, report, clock, &why, errors, blocked);
    add("change-of-use", &change(&[], None), false);
    add("change-of-use with an error", &change(&no_reason, None), true);
    add("change-of-use, changed meanwhile", &change(&changed, None), true);
    add("change-of-use, nothing to change", &change(&[], Some("No notice was written yet.")), false);
}

/// The yearly figures, for the team and to be published.
fn figures_pages(add: &mut dyn FnMut(&str, &dyn Render, bool), shell: &Shell, demo: &Shell) {
    let years = [DAY, Date::constant(2025, 4, 1)].map(ReportingYear::of);
    let facts = |count| vec![sample::fact(); count];
    for (name, count, closed_to_me) in [("none", 0, 0), ("few", 3, 1), ("enough", 9, 2)] {
        let internal = Figures::internal(&facts(count), years[0]);
        let page = FiguresPage::new(shell, &internal, &years[1..], closed_to_me, DAY);
        add(&format!("figures-for-the-team, {name}"), &page, false);
        let published = Figures::published(&facts(count), years[0]);
        let page = FiguresPage::new(shell, &published, &years, closed_to_me, DAY);
        add(&format!("figures-to-publish, {name}"), &page, false);
    }
    let (busy, many_years) = (busy_year(), (2017..=2026).map(ReportingYear::beginning_in).collect::<Vec<_>>());
    for (readers, figures) in
        [("for-the-team", Figures::internal(&busy, years[0])), ("to-publish", Figures::published(&busy, years[0]))]
    {
        add(&format!("figures-{readers}, all"), &FiguresPage::new(demo, &figures, &many_years, 12, DAY), false);
    }
    let mut two = facts(2);
    two[1].received_on = Date::constant(2026, 5, 1);
    let withheld = Figures::published(&two, years[0]);
    add("figures-to-publish, withheld", &FiguresPage::new(shell, &withheld, &years, 0, DAY), false);
    annual_pages(add, shell, &Figures::published(&busy, years[0]));
}

/// A year with hundreds of reports in most rows of every table, and in a few rows too few to be published.
fn busy_year() -> Vec<Fact> {
    let every_answer = |place: usize| {
        let clocks = ClockKind::ALL.iter().map(|kind| Promise {
            kind: *kind,
            supplementary: place.is_multiple_of(2),
            kept: Kept::ALL[place % Kept::ALL.len()],
        });
        Fact {
            received_on: Date::constant(2026, 4 + i8::try_from(place % 9).unwrap(), 1),
            route: Route::ALL[place % Route::ALL.len()],
            areas: Area::ALL.iter().copied().skip(place % Area::ALL.len()).collect(),
            action: Action::ALL.get(place % 3).copied(),
            finding: Finding::ALL.get(place % 5).copied(),
            detriment: YesNo::ALL.get(place % 4).copied(),
            referred: place.is_multiple_of(3),
            closed: place.is_multiple_of(2),
            withdrawn: place.is_multiple_of(500),
            clocks: clocks.collect(),
            ..sample::fact()
        }
    };
    (0..2000).map(every_answer).collect()
}

/// What a form puts into an address stays in the browser's history.
#[test]
fn no_form_that_reads_carries_text() {
    let (mut forms, mut wrong) = (0, Vec::new());
    for page in every_page() {
        let html = Html::parse_document(&page.html);
        let controls = Selector::parse("input, textarea, select, button[name]").unwrap();
        for form in html.select(&Selector::parse("form:not([method=post])").unwrap()) {
            forms += 1;
            let is_choice = |control: &ElementRef<'_>| {
                let kind = control.attr("type").unwrap_or("text");
                control.value().name() == "select" || ["radio", "checkbox"].contains(&kind)
            };
            let text = form.select(&controls).filter(|control| !is_choice(control));
            wrong.extend(text.map(|control| format!("{}: {}", page.name, control.html())));
        }
    }
    assert!(forms > 0 && wrong.is_empty(), "{wrong:#?}");
}

/// So does a title; and whoever looks at the screen while somebody goes from window to window reads it. Whatever somebody wrote
/// has a `<` in it, or the marker, in some sample of each page.
#[test]
fn no_title_says_what_somebody_wrote() {
    let title = Selector::parse("title").unwrap();
    for page in every_page() {
        let html = Html::parse_document(&page.html);
        let said: String = html.select(&title).flat_map(|title| title.text()).collect();
        assert!(!said.is_empty() && !said.contains('<') && !said.contains(MARKER), "{}: {said}", page.name);
    }
}

#[test]
fn every_page_in_every_state_is_valid_and_says_what_it_is() {
    let pages = every_page();
    let wrong: Vec<String> = pages
        .iter()
        .flat_map(|page| problems(page, HEAVIEST).into_iter().map(|problem| format!("{}: {problem}", page.name)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_form_carries_the_token() {
    for page in every_page() {
        let forms = page.html.matches("method=\"post\"").count();
        let tokens = page.html.matches("<input type=\"hidden\" name=\"token\" value=\"").count();
        assert_eq!(forms, tokens, "{}", page.name);
    }
}

#[test]
#[ignore = "needs java, vnu-jar and html-validate"]
fn checkers_of_markup_find_nothing() {
    let found = found_by_checkers(&every_page());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_template_has_a_sample() {
    let missed = without_sample(&["desk/", "partials/"], &every_page());
    assert!(missed.is_empty(), "nothing checks these until `every_page` has a sample: {missed:?}");
}

#[test]
fn pages_with_different_names_have_different_titles() {
    assert_eq!(titles_of_two(&every_page()), None);
}

#[test]
fn every_page_reads_easily() {
    assert_eq!(hard_to_read(&every_page(), OLDEST), Vec::<String>::new());
}
