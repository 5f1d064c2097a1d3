use super::{
    super::{Late, quotes, unfinished},
    *,
};
use crate::{
    domain::{HeadingDepth, ProseBlock, limits::MESSAGE_MAX, prose},
    http::validity::reading_age,
};

fn draft(variant: NoticeVariant, areas: &[Area], route: Route) -> NoticeDraft {
    NoticeDraft {
        areas: areas.to_vec(),
        variant,
        late: None,
        told: Told::Nothing,
        who_sees: WhoSees::Team,
        received_on: Date::constant(2026, 12, 1),
        route,
        today: Date::constant(2026, 12, 9),
        gaps: NoticeGaps::default(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as a draft has it")]
fn late(reason: &str) -> Option<Late> {
    Some(Late { due_on: Date::constant(2026, 12, 15), reason: Text::typed(reason) })
}

/// Every notice that can be composed, but for the reason of a late one.
fn drafts() -> impl Iterator<Item = NoticeDraft> {
    let every_area: &[&[Area]] =
        &[&[], &[Area::BoardGovernance], &[Area::IntegratedCare], &[Area::Competition], Area::ALL];
    let variants =
        NoticeVariant::ALL.iter().flat_map(move |variant| every_area.iter().map(move |areas| (variant, areas)));
    let routed = variants.flat_map(|(variant, areas)| Route::ALL.iter().map(|route| draft(*variant, areas, *route)));
    let told = routed.flat_map(|draft| Told::ALL.iter().map(move |told| NoticeDraft { told: *told, ..draft.clone() }));
    let seen = told.flat_map(|draft| {
        WhoSees::ALL.iter().map(move |who_sees| NoticeDraft { who_sees: *who_sees, ..draft.clone() })
    });
    seen.flat_map(|draft| {
        [None, late("There were  more reports\n\n\nthan we could read in time")]
            .map(|late| NoticeDraft { late, ..draft.clone() })
    })
}

/// The sentences of a notice, without its headings.
fn sentences(notice: &str) -> Vec<String> {
    notice
        .lines()
        .filter(|line| line.starts_with("- ") || line.ends_with(['.', ':', '?']))
        .flat_map(|line| line.split_inclusive(['.', '?', '!', ':', ';']))
        .map(|sentence| sentence.trim().to_owned())
        .filter(|sentence| sentence.split(' ').count() > 2)
        .collect()
}

#[test]
fn every_notice_says_what_it_has_to() {
    let mut composed = 0;
    for draft in drafts() {
        let text = draft.compose();
        let notice = text.as_str();
        let mut words = vec![
            draft.route.subject(),
            "1 December 2026",
            "We wrote this on 9 December 2026",
            "receipt code",
            "withdraw your report",
            "complain to us",
            "Protect gives free, confidential advice",
            "could show who you are",
            "# How we use what you told us",
            "\n\n# How we protect you\n\n",
            match draft.told {
                Told::Nothing => "We will not tell",
                Told::InGeneral => "in general terms only",
                Told::IfAgreed => "only if you agree first",
            },
        ];
        let has_areas = draft.variant != NoticeVariant::NoOtherUse && !draft.areas.is_empty();
        match draft.variant {
            NoticeVariant::NoOtherUse => {
                words.extend(["do not plan to use it there", "Only our own team will see it"]);
            }
            NoticeVariant::OtherWork => words.extend(["you object"]),
            NoticeVariant::Supplementary => {
                words.extend(["you object", "first notice still stands", "What has changed"]);
            }
        }
        if has_areas {
            words.extend(draft.areas.iter().map(|area| area.label()));
            words.extend(["We plan to use", "We do this because"]);
            words.push(match draft.who_sees {
                WhoSees::Team => "gets our findings",
                WhoSees::AreaTeam => "Nobody else will",
                WhoSees::Regulator => "[which other regulator, and why]",
            });
        }
        if draft.late.is_some() {
            words.extend(["We are late", "by 15 December 2026", "There were more reports than we could read in time."]);
        }
        for due in words {
            assert!(notice.contains(due), "{due:?} is not in:\n{notice}");
        }
        assert_eq!(notice.contains("We are late"), draft.late.is_some());
        let passes_on = draft.variant != NoticeVariant::NoOtherUse;
        assert_eq!(notice.contains("From what we pass on"), passes_on);
        let other_area = Area::ALL.iter().find(|area| !has_areas || !draft.areas.contains(area));
        assert!(other_area.is_none_or(|area| !notice.contains(&format!("\n\n# {}\n\n", area.label()))), "{notice}");
        assert!(!notice.contains("  ") && !notice.contains("\n\n\n") && !notice.contains(" \n"), "{notice}");
        assert!(!text.is_longer_than(MESSAGE_MAX / 4), "there is room for what the reviewer adds");
        assert!(!unfinished(notice).is_empty(), "something is left for the reviewer to say");
        assert!(notice.lines().all(|line| line.matches('[').count() == line.matches(']').count()));
        composed += 1;
    }
    assert_eq!(composed, 3 * 5 * 4 * 3 * 3 * 2);
}

#[test]
fn every_notice_is_easy_to_read() {
    let ages: Vec<(f64, String)> = drafts()
        .map(|draft| {
            let notice = draft.compose().as_str().to_owned();
            (reading_age(&sentences(&notice)), notice)
        })
        .collect();
    for (age, notice) in &ages {
        assert!(*age <= 9.5, "reading age {age}:\n{notice}");
    }
    for (_, notice) in &ages {
        let long = sentences(notice).into_iter().find(|sentence| sentence.split(' ').count() > 30);
        assert_eq!(long, None);
    }
}

#[test]
fn a_notice_has_headings_one_list_and_paragraphs_of_one_line() {
    for draft in drafts() {
        let text = draft.compose();
        let (mut headings, mut items) = (0, 0);
        for block in prose(text.as_str()) {
            match block {
                ProseBlock::Heading(HeadingDepth::First, span) => {
                    assert!(!span.text.ends_with(['.', ':']), "{}", span.text);
                    headings += 1;
                }
                ProseBlock::List(list) => items += list.len(),
                ProseBlock::Paragraph(span) => assert!(!span.text.contains('\n'), "{}", span.text),
                other => panic!("{other:?}"),
            }
        }
        assert!(headings >= 5 && items == 3, "{headings} headings, {items} items:\n{}", text.as_str());
    }
}

#[test]
fn without_an_area_the_reviewer_has_to_choose_one() {
    let notice = draft(NoticeVariant::OtherWork, &[], Route::StaffConcern).compose();
    assert!(notice.as_str().contains("[which of our work it is used for]"));
}

#[test]
fn areas_come_once_and_in_their_order() {
    let areas = [Area::Competition, Area::BoardGovernance, Area::Competition];
    let notice = draft(NoticeVariant::OtherWork, &areas, Route::StaffConcern).compose();
    let place = |area: Area| notice.as_str().find(&format!("\n\n# {}\n\n", area.label())).unwrap();
    assert!(place(Area::BoardGovernance) < place(Area::Competition));
    assert_eq!(notice.as_str().matches(Area::Competition.label()).count(), 1);
}

#[test]
fn a_reason_is_asked_for_and_ends_as_a_sentence() {
    let with = |reason| {
        let late = late(reason);
        NoticeDraft { late, ..draft(NoticeVariant::NoOtherUse, &[], Route::StaffConcern) }.compose()
    };
    assert!(with(" \n").as_str().contains("\n\n[why we are late].\n\n"));
    assert!(with("We moved!").as_str().contains("\n\nWe moved!\n\n"));
    assert!(with("We were  ill").as_str().contains("\n\nWe were ill.\n\n"));
}

#[test]
fn a_finished_notice_is_told_from_an_unfinished_one() {
    let notice = draft(NoticeVariant::NoOtherUse, &[], Route::PatientChoice).compose();
    let mut text = notice.as_str().to_owned();
    let places = unfinished(&text);
    assert_eq!(
        places.iter().map(|place| &text[place.clone()]).collect::<Vec<_>>(),
        ["[why it is not used in other work]"]
    );
    text.replace_range(places[0].clone(), "it is about one appointment alone");
    assert!(unfinished(&text).is_empty());
    assert!(quotes(&text, &["They said it is about one appointment alone, again."]).len() == 1);
}

#[test]
fn with_every_gap_said_before_no_notice_has_one() {
    let text = |text| Some(Text::typed(text));
    let gaps = NoticeGaps {
        why_not: text("it is about one\n appointment alone."),
        what_changed: text("that we look at two trusts"),
        why_changed: text("more people wrote to us"),
        looked_at: Area::ALL.iter().map(|area| (*area, Text::typed("how staffing is reported."))).collect(),
        regulator: text("the regulator of services, because it inspects them"),
        object_by: Some(Date::constant(2027, 1, 4)),
    };
    for draft in drafts() {
        let has_area = draft.variant == NoticeVariant::NoOtherUse || !draft.areas.is_empty();
        let notice = NoticeDraft { gaps: gaps.clone(), ..draft }.compose();
        assert_eq!(unfinished(notice.as_str()).is_empty(), has_area, "{}", notice.as_str());
        assert!(!notice.as_str().contains("..") && !notice.as_str().contains("one\n"), "{}", notice.as_str());
        let by = notice.as_str().contains("please tell us by 4 January 2027. After that");
        assert_eq!(by, notice.as_str().contains("say that you object"));
    }
}

#[test]
fn only_the_words_that_say_it_count_as_telling_nothing() {
    for told in Told::ALL {
        let draft = NoticeDraft { told: *told, ..draft(NoticeVariant::NoOtherUse, &[], Route::StaffConcern) };
        assert_eq!(tells_the_organisation(draft.compose().as_str()), *told != Told::Nothing, "{told}");
    }
    assert!(tells_the_organisation("We wrote this ourselves."));
}
