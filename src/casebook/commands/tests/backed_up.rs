//! What a team keeps beside what came from the box is in a backup, and in the casebook that is made of it.

use std::{fs, path::Path};

use crate::{
    casebook::{
        Casebook, KeyPaths, Narrative, NewAssessment, NewEntered, NoteSubject, Organisation, Reference, Register,
        RegisterEntry, SavedFilter, SavedText, TeamAddress, Theme,
        statistics::{Figures, ReportingYear},
    },
    domain::{
        AnswerKind, Area, Assessment, Calendar, Concern, Entries, OrganisationId, OrganisationType, ReferenceId,
        ReportId, Route, SetAsideReason, Text, ThemeId, WayIn, WhoseWords, YesNo,
    },
    world::{
        DAY, TODAY,
        casebook::{World, assessed},
    },
};

const OURS: OrganisationId = OrganisationId([1; 8]);
const ALIAS: OrganisationId = OrganisationId([2; 8]);
const STAFFING: ThemeId = ThemeId([3; 8]);

fn typed(text: &str) -> Text {
    Text::typed(text)
}

/// Everything that is kept beside reports, once.
fn references() -> Vec<Reference> {
    let organisation = |name: &str, code: Option<&str>| Organisation {
        name: typed(name),
        code: code.map(typed),
        kind: Some(OrganisationType::NhsTrust),
    };
    let entry = RegisterEntry {
        code: "RZ9".into(),
        name: "An NHS trust of the register".into(),
        kind: Some(OrganisationType::NhsTrust),
    };
    let id = ReferenceId([4; 8]);
    vec![
        Reference::Organisation(OURS, Some(organisation("A trust", Some("RZ9")))),
        Reference::Organisation(ALIAS, Some(organisation("The trust", None))),
        Reference::SameOrganisation(ALIAS, Some(OURS)),
        Reference::Theme(STAFFING, Some(Theme { name: typed("Staffing"), about: typed("Too few at night") })),
        Reference::Note(NoteSubject::Theme(STAFFING), typed("Twice this year.")),
        Reference::SavedText(id, Some(SavedText { title: typed("Thanks"), text: typed("Thank you for [what].") })),
        Reference::Address(
            id,
            Some(TeamAddress { name: typed("The area's team"), area: Area::IntegratedCare, recipients: typed("age1") }),
        ),
        Reference::Filter(id, Some(SavedFilter { name: typed("Harm"), query: typed("harm=yes") })),
        Reference::KeepingPeriods(vec![6, 24]),
        Reference::Narrative(2026, Narrative { action: typed("We visited two."), ..Narrative::default() }),
        Reference::Register(Register { files: vec![typed("etr.csv")], organisations: vec![entry] }),
    ]
}

/// All that a member sees of that, in words.
fn seen(casebook: &Casebook, ids: [ReportId; 2]) -> Vec<String> {
    let book = casebook.reference();
    let mut seen: Vec<String> = book
        .organisations
        .iter()
        .map(|(id, one)| format!("{id:?} {} {:?}", one.name.as_str(), one.code.as_ref().map(Text::as_str)))
        .collect();
    seen.extend(book.same.iter().map(|(one, other)| format!("{one:?} is {other:?}")));
    seen.extend(book.themes.values().map(|theme| format!("{} {}", theme.name.as_str(), theme.about.as_str())));
    seen.extend(book.notes.iter().map(|note| format!("{:?} {} {}", note.about, note.on, note.text.as_str())));
    seen.extend(book.saved_texts.values().map(|text| format!("{} {}", text.title.as_str(), text.text.as_str())));
    seen.extend(book.addresses.values().map(|team| format!("{} {}", team.name.as_str(), team.recipients.as_str())));
    seen.extend(book.filters.values().map(|filter| format!("{} {}", filter.name.as_str(), filter.query.as_str())));
    seen.push(format!("{:?}", book.keeping_periods));
    seen.extend(book.narratives.iter().map(|(year, words)| format!("{year} {}", words.action.as_str())));
    seen.extend(book.register.files.iter().map(|file| file.as_str().to_owned()));
    seen.extend(book.register.organisations.iter().map(|one| format!("{} {}", one.code, one.name)));
    for id in ids {
        let view = casebook.show(id, DAY, &Calendar::default()).unwrap();
        let concern = view.messages[0].concern().unwrap();
        let (entry, drafts) = (&view.entry, casebook.drafts(id));
        seen.push(format!("{id} {} {:?} {:?}", concern.description.as_str(), entry.way, entry.organisations));
        seen.push(format!("{:?}", casebook.joined_to(id)));
        for row in &drafts {
            let draft = casebook.draft(id, row.event).unwrap().unwrap();
            let fields = draft.fields.iter().map(|(name, value)| format!("{}={}", name.as_str(), value.as_str()));
            let comments = draft.comments.iter().map(|comment| comment.text.as_str().to_owned());
            seen.push(fields.chain(comments).collect::<Vec<_>>().join(";"));
        }
    }
    seen.push(Figures::internal(&casebook.facts(DAY), ReportingYear::of(DAY)).csv());
    seen
}

#[test]
fn what_is_kept_beside_the_reports_comes_back_too() {
    let mut world = World::new();
    let of_box = world.concern(1, Route::StaffConcern, &[5]);
    let file = world.collect();
    world.import(&file).unwrap();
    for reference in references() {
        world.edit(|editor| editor.change_reference(reference, &TODAY)).unwrap();
    }
    let mut form = Entries::default();
    for (name, value) in
        [("route", "staff-concern"), ("about", "other"), ("description", "What they said by telephone, and more.")]
    {
        form.push(name.into(), value.to_owned());
    }
    let Ok((route, concern)) = Concern::parse(&form) else { panic!("a concern") };
    let new = NewEntered {
        way: WayIn::Telephone,
        received_on: DAY,
        acknowledged_on: Some(DAY),
        taken_by: typed("The duty reviewer"),
        words: WhoseWords::Noted,
        known: YesNo::No,
        answer_by: None,
        route,
        concern,
        with_code: false,
    };
    let entered = world.edit(|editor| editor.enter(new, &Calendar::default(), &TODAY)).unwrap().id;
    let assessment = Assessment { organisations: vec![ALIAS], continues: Some(of_box), ..Assessment::default() };
    world.decide(entered, assessed(NewAssessment::new(Some(assessment), None, None))).unwrap();
    let fields = vec![(typed("text"), typed("We looked into it."))];
    let draft = world.edit(|editor| editor.keep_draft(entered, AnswerKind::Reply, fields, &TODAY)).unwrap();
    world.edit(|editor| editor.comment(entered, draft, typed("Say when."), &TODAY)).unwrap();
    world.edit(|editor| editor.set_aside(&[of_box], SetAsideReason::NotForUs, &TODAY)).unwrap();
    let before = seen(&world.open().unwrap(), [of_box, entered]);
    for said in [
        "Too few at night",
        "Twice this year.",
        "RZ9 An NHS trust of the register",
        "text=We looked into it.;Say when.",
    ] {
        assert!(before.iter().any(|one| one.contains(said)), "{said}: {before:?}");
    }
    let out = world.dir.path().join("backup");
    world.open().unwrap().backup(None, &out, &TODAY).unwrap();
    fs::remove_dir_all(world.casebook()).unwrap();
    let keys = KeyPaths { identity: "/keys/identity.txt".into(), signing_key: "/keys/signing.key".into() };
    Casebook::restore(Path::new(&world.casebook()), &world.identity, &keys, &out).unwrap();
    let restored = world.open().unwrap();
    assert_eq!(seen(&restored, [of_box, entered]), before);
    assert_eq!(restored.to_bring_back()[0].reports, [of_box]);
}
