//! Samples of the pages about organisations, themes, and what a report belongs to.

use std::time::Duration;

use zeroize::Zeroizing;

use super::{
    BelongsPage, BelongsParts, JustDone, OrganisationPage, OrganisationsPage, PaperPage, ReportPage, Shell,
    SubjectForm, SubjectParts, ThemePage, ThemesPage, belongs_entries,
};
use crate::{
    casebook::{
        Casebook, NewAssessment, NewReaders, NoteSubject, Organisation, Reference, Register, RegisterEntry, Theme,
    },
    desk::form::{stale::NEWER, wider::BelongsField},
    domain::{
        Action, Area, Assessment, Calendar, CasebookId, Date, Entries, FieldError, LinkKind, OrganisationId,
        OrganisationType, ReportId, ReportLink, Route, TeamRole, Text, ThemeId,
    },
    http::validity::Render,
    world::{
        DAY, TODAY,
        casebook::{MARKER, World},
    },
};

const HERE: OrganisationId = OrganisationId([1; 8]);
const HEER: OrganisationId = OrganisationId([2; 8]);
const THERE: OrganisationId = OrganisationId([3; 8]);
const ROTAS: ThemeId = ThemeId([4; 8]);

/// Adds them.
pub(super) fn wider_pages(add: &mut dyn FnMut(&str, &dyn Render, bool), shell: &Shell) {
    let (world, ids) = world();
    let nothing = Entries::default();
    let error = |field: &'static str| vec![FieldError::new(field, "Enter something <else>")];
    let empty = World::new().open().unwrap();
    let casebook = world.open().unwrap();
    let list = |casebook, errors, found| OrganisationsPage::new(shell, casebook, &nothing, errors, found);
    add("organisations, empty", &list(&empty, vec![], None), false);
    add("organisations", &list(&casebook, vec![], None), false);
    add("organisations, nothing found", &list(&casebook, vec![], Some(vec![])), false);
    let found = vec![casebook.reference().register.organisations[0].clone(); 60];
    add("organisations, found", &list(&casebook, vec![], Some(found)), false);
    let errors = ["name", "kind", "words"].map(|field| error(field).remove(0)).to_vec();
    add("organisations with errors", &list(&casebook, errors, None), true);
    add("themes, empty", &ThemesPage::new(shell, &empty, &nothing, vec![]), false);
    add("themes", &ThemesPage::new(shell, &casebook, &nothing, vec![]), false);
    add("themes with an error", &ThemesPage::new(shell, &casebook, &nothing, error("name")), true);
    for (later, today) in [("", DAY), (", later", Date::constant(2027, 6, 1))] {
        let queue = casebook.list(today, &Calendar::default());
        let parts = |form: Option<SubjectForm>, errors| SubjectParts {
            queue: &queue,
            typed: form.map(|form| (form, &nothing)),
            errors,
        };
        let organisation = |id, form, errors| OrganisationPage::new(shell, &casebook, id, parts(form, errors)).unwrap();
        add(&format!("organisation{later}"), &organisation(HERE, None, vec![]), false);
        for (form, field) in [(SubjectForm::Name, "name"), (SubjectForm::Same, "into"), (SubjectForm::Note, "note")] {
            let page = organisation(HERE, Some(form), error(field));
            add(&format!("organisation, wrong {field}{later}"), &page, true);
        }
        let theme = |form, errors| ThemePage::new(shell, &casebook, ROTAS, parts(form, errors)).unwrap();
        add(&format!("theme{later}"), &theme(None, vec![]), false);
        for (form, field) in [(SubjectForm::Name, "about"), (SubjectForm::Note, "note")] {
            add(&format!("theme, wrong {field}{later}"), &theme(Some(form), error(field)), true);
        }
        for (name, subject) in [("organisation", NoteSubject::Organisation(HERE)), ("theme", NoteSubject::Theme(ROTAS))]
        {
            let paper = PaperPage::new(shell, &casebook, subject, (&queue, today)).unwrap();
            add(&format!("paper-of-{name}{later}"), &paper, false);
        }
    }
    let organisation = |casebook: &Casebook| {
        let parts = SubjectParts { queue: &[], typed: None, errors: vec![] };
        let page = OrganisationPage::new(shell, casebook, THERE, parts).unwrap();
        let paper = PaperPage::new(shell, casebook, NoteSubject::Organisation(THERE), (&[], DAY)).unwrap();
        (page, paper)
    };
    let (page, paper) = organisation(&casebook);
    add("organisation, without reports", &page, false);
    add("paper-of-organisation, without reports", &paper, false);
    let wrong: Vec<FieldError> = [
        BelongsField::Gist,
        BelongsField::NewOrganisation,
        BelongsField::NewTheme,
        BelongsField::Other,
        BelongsField::Kind,
        BelongsField::Continues,
        BelongsField::Earlier,
    ]
    .map(|field| error(field.name()).remove(0))
    .to_vec();
    let second = world.colleague("Second <reviewer>", TeamRole::Reviewer);
    for (name, id, errors, changed) in [
        ("belongs", ids[0], vec![], false),
        ("belongs, nothing", ids[3], vec![], false),
        ("belongs with errors", ids[0], wrong, false),
        ("belongs, changed meanwhile", ids[0], error(NEWER), true),
    ] {
        let report = casebook.show(id, DAY, &Calendar::default()).unwrap();
        let typed = belongs_entries(&casebook, id);
        let parts = BelongsParts { report: &report, casebook: &casebook, typed: &typed, errors: &errors, changed };
        add(name, &BelongsPage::new(shell, parts), !errors.is_empty());
    }
    // What another member sees of reports that they may not open.
    let third = world.colleague("Third", TeamRole::Reviewer);
    let me = casebook.me().unwrap();
    let readers = NewReaders { readers: vec![me, third.id], reason: Text::typed("They are <named>.") };
    world.edit(|editor| editor.restrict(ids[1], readers, &TODAY)).unwrap();
    let casebook = &world.open_as(&second).unwrap();
    let report = casebook.show(ids[0], DAY, &Calendar::default()).unwrap();
    add("report, linked to a closed one", &ReportPage::new(shell, &report, casebook, DAY, None), false);
    let typed = belongs_entries(casebook, ids[0]);
    let parts = BelongsParts { report: &report, casebook, typed: &typed, errors: &[], changed: false };
    add("belongs, linked to a closed one", &BelongsPage::new(shell, parts), false);
    let queue = casebook.list(DAY, &Calendar::default());
    let parts = SubjectParts { queue: &queue, typed: None, errors: vec![] };
    add("organisation, some closed", &OrganisationPage::new(shell, casebook, HERE, parts).unwrap(), false);
    add("organisations, some closed", &OrganisationsPage::new(shell, casebook, &nothing, vec![], None), false);
    // What in a note that was just written may show who someone is.
    let subject = NoteSubject::Theme(ROTAS);
    let text = Text::typed("Call <them> on 01632 960 001,\u{202e} or write to a@b.example.\nThey asked us to.");
    world.edit(|editor| editor.change_reference(Reference::Note(subject, text), &TODAY)).unwrap();
    let noting = JustDone::new("Note added.".to_owned()).noting(subject);
    let outside = Shell::new(false, Duration::from_mins(10), Zeroizing::new("0a".repeat(32)));
    let noted = outside.inside(CasebookId([0xab; 16]), "/").after(Some(noting));
    let parts = SubjectParts { queue: &[], typed: None, errors: vec![] };
    let page = ThemePage::new(&noted, &world.open().unwrap(), ROTAS, parts).unwrap();
    assert!(page.html().contains("It is kept as it stands"));
    add("theme, just noted", &page, false);
}

/// A casebook with four reports, of which three belong somewhere.
fn world() -> (World, Vec<ReportId>) {
    let mut world = World::new();
    let ids: Vec<ReportId> = (1..=4).map(|number| world.concern(number, Route::StaffConcern, &[])).collect();
    let file = world.collect();
    world.import(&file).unwrap();
    let change = |reference| world.edit(|editor| editor.change_reference(reference, &TODAY)).unwrap();
    let organisation = |name: &str| {
        let kind = Some(OrganisationType::NhsTrust);
        Some(Organisation { name: Text::typed(name), code: Some(Text::typed("XA1")), kind })
    };
    change(Reference::Organisation(HERE, organisation("Here <Trust>")));
    change(Reference::Organisation(HEER, organisation("Heer \u{202e}Trust")));
    change(Reference::Organisation(THERE, organisation(&format!("{MARKER} hospitals"))));
    change(Reference::SameOrganisation(HEER, Some(HERE)));
    let text = Text::typed;
    change(Reference::Theme(ROTAS, Some(Theme { name: text("<Rotas>"), about: text("Changed afterwards. & more") })));
    for subject in [NoteSubject::Organisation(HEER), NoteSubject::Theme(ROTAS)] {
        change(Reference::Note(subject, text("We met the <board>.\nThey wrote.")));
    }
    let entry = RegisterEntry { code: "XA2".into(), name: "Registered <Trust>".into(), kind: None };
    change(Reference::Register(Register { files: vec![text("etr.csv")], organisations: vec![entry] }));
    let assess = |id: ReportId, change: &dyn Fn(&mut Assessment)| {
        world
            .edit(|editor| {
                let mut assessment = editor.casebook().assessment(id).unwrap().clone();
                change(&mut assessment);
                let seen = editor.casebook().seen(id)?;
                editor.assess(id, seen, NewAssessment::new(Some(assessment), None, None).unwrap(), &TODAY).map(drop)
            })
            .unwrap();
    };
    assess(ids[0], &|it| {
        it.gist = Some(text("Rotas <changed>"));
        (it.organisations, it.themes) = (vec![HEER, HERE], vec![ROTAS]);
        it.areas = Some(vec![Area::Competition]);
        it.links = [LinkKind::Contradicts, LinkKind::SameWard].map(|kind| ReportLink { report: ids[1], kind }).to_vec();
        it.continues = Some(ids[1]);
        (it.action, it.action_detail) = (Some(Action::FurtherAction), Some(text("A <visit>.")));
        it.action_by = Some(Date::constant(2027, 3, 31));
    });
    assess(ids[1], &|it| {
        (it.organisations, it.themes) = (vec![HERE], vec![ROTAS]);
        (it.action, it.action_detail) = (Some(Action::FurtherAction), Some(text("Another.")));
    });
    assess(ids[2], &|it| it.themes = vec![ROTAS]);
    (world, ids)
}
