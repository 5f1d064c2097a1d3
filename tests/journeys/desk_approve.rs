//! A notice that a second member approves, or that is taken back, in two browsers.

use candour::{casebook::NewProposal, domain::SystemDay};

use crate::support::{
    case::{Case, articles, tick},
    http,
    members::{OTHER, edit, edit_as, second_member},
};

#[test]
fn a_second_member_approves_a_notice_before_it_goes() {
    let case = Case::new("staff-concern");
    second_member(&case.place);
    let first_desk = case.place.open_desk(&[]);
    let mut first = first_desk.reviewer();
    let second_desk = case.place.open_desk(&OTHER);
    let mut second = second_desk.reviewer();
    assert!(second.get("/approve").one("main").contains("Nothing waits for a second member"));

    let preview = case.hold(&mut first, "other-work");
    assert!(preview.one("#needs_approval-hint").contains("until another member has approved it"));
    assert_eq!(
        (&case.place.desk_list()[0]["to_approve"], &case.place.desk_list()[0]["waiting"]),
        (&1.into(), &1.into())
    );
    case.carry(1);
    assert!(articles(&case.status()).is_empty(), "it waits");

    let approve = case.path("approve/1");
    let list = second.get("/approve");
    assert_eq!((list.all("tbody a").len(), list.all("tbody td")[4].as_str()), (1, "You"));
    assert!(list.all("tbody td")[0].starts_with("The night rota was changed"), "what it is about");
    assert!(first.get("/approve").all("tbody td")[4].contains("you wrote it"));
    let mine = first.get(&approve);
    assert!(mine.one("#closed").contains("You wrote this") && mine.all("main form").len() == 1);
    let page = second.get(&approve);
    assert_eq!(articles(&page), articles(&preview));
    assert!(page.one("details[open]").contains("The night rota was changed"), "what they wrote is open");
    let decide = first.get(&case.path("decide")).form(&case.path("decide"));
    let carried = ["token", "seen", "read"].map(|name| (name.to_owned(), http::value(&decide, name).to_owned()));
    let mut forced = carried.to_vec();
    tick(&page, &mut forced);
    let refused = first.post(&approve, &forced);
    assert_eq!((refused.status, refused.all("#closed").len()), (422, 1), "the writer can't");
    let mut form = page.form(&approve);
    let unticked = second.post(&approve, &form);
    assert_eq!((unticked.status, unticked.one(".error-summary li").as_str()), (422, "Check each point, and tick it"));
    tick(&page, &mut form);
    assert_eq!(second.post(&approve, &form).status, 303);
    assert_eq!(second.post(&approve, &form).status, 422, "once");
    assert!(second.get(&approve).one("#closed").contains("does not wait for anybody"));
    assert!(first.get("/approve").one("main").contains("Nothing waits for a second member"));
    case.carry(2);
    assert_eq!(articles(&case.status()), articles(&preview));

    // A casebook that asks for it every time leaves nobody a choice.
    edit(&case.place, |editor| editor.ask_for_second_approver(&SystemDay).map(drop));
    let preview = case.preview(&mut second, "supplementary");
    assert!(
        preview.one("#approval").contains("every text to a person needs that")
            && preview.all("#needs_approval").is_empty()
    );
    case.record(&mut second, &preview);
    assert_eq!(case.place.desk_list()[0]["to_approve"], 1);
    let mut form = first.get(&case.path("approve/2")).form(&case.path("approve/2"));
    tick(&preview, &mut form);
    assert_eq!(first.post(&case.path("approve/2"), &form).status, 303);

    // A box that asks for two takes none that only its writer stands by.
    edit(&case.place, |editor| editor.propose(NewProposal::NoSecondApprover, &SystemDay).map(drop));
    edit_as(&case.place, "other", |editor| {
        let proposal = editor.casebook().proposals().pop().expect("it waits");
        editor.consent(proposal.event, &SystemDay)
    });
    let preview = case.preview(&mut first, "supplementary");
    case.record(&mut first, &preview);
    case.place.export("alone");
    let refused = case.place.refused(&["deliver", "--data", "box", "--keys", "public", "alone"]);
    assert!(refused.contains("answer 3") && refused.contains("is not approved by a second signer"), "{refused}");
    assert_eq!(articles(&case.status()).len(), 1, "nothing of a refused file is taken");
}

#[test]
fn a_notice_that_should_not_go_out_is_taken_back_and_written_again() {
    let case = Case::new("staff-concern");
    second_member(&case.place);
    let first_desk = case.place.open_desk(&[]);
    let mut first = first_desk.reviewer();
    let second_desk = case.place.open_desk(&OTHER);
    let mut second = second_desk.reviewer();
    let text = articles(&case.hold(&mut first, "other-work"));
    let page = second.get(&case.path("approve/1"));
    let mut stale = page.form(&case.path("approve/1"));
    tick(&page, &mut stale);
    let back = case.path("approve/1/take-back");
    let mut form = second.get(&case.path("approve/1")).form(&back);
    let refused = second.post(&back, &form);
    assert_eq!((refused.status, refused.one(".error-summary li").as_str()), (422, "Enter the reason"));
    http::fill(&mut form, "reason", "It says on which ward.");
    let report = second.post_and_follow(&back, &form);
    assert!(report.one("#done").contains("It is taken back"));
    assert!(report.one(".history").contains("It says on which ward."), "{}", report.one(".history"));
    assert_eq!(second.post(&back, &form).status, 404, "once");
    assert!(first.get("/approve").one("main").contains("Nothing waits for a second member"));
    case.carry(1);
    assert!(articles(&case.status()).is_empty(), "nothing went out");

    // It is its writer's draft again.
    let draft = first.get(&case.path("notice"));
    assert!(draft.one("#kept").contains("Your draft of"));
    assert!(second.get(&case.path("notice")).all("#kept").is_empty());
    assert_eq!(articles(&first.post(&case.path("notice/preview"), &draft.form(&case.path("notice/preview")))), text);

    assert_eq!(articles(&case.hold(&mut first, "other-work")), text);
    // It has the same number; whoever read the one before has not read this one.
    let again = second.post(&case.path("approve/1"), &stale);
    assert_eq!(again.status, 422);
    assert!(again.one(".error-summary").contains("recorded something about this report"), "{}", again.one("main"));
    let page = second.get(&case.path("approve/1"));
    let mut form = page.form(&case.path("approve/1"));
    tick(&page, &mut form);
    assert_eq!(second.post(&case.path("approve/1"), &form).status, 303);
    case.carry(2);
    assert_eq!(articles(&case.status()), text);
}

#[test]
fn an_answer_whose_sealed_file_is_lost_is_told_and_taken_back() {
    let case = Case::new("staff-concern");
    let desk = case.place.open_desk(&[]);
    let mut reviewer = desk.reviewer();
    let preview = case.preview(&mut reviewer, "other-work");
    case.record(&mut reviewer, &preview);
    assert!(reviewer.get("/carry").all(".inset:not(#backup)").is_empty());
    std::fs::remove_file(case.place.path(&format!("casebook/answers/{}/1.age", case.id))).unwrap();
    assert!(reviewer.get("/carry").one(".inset:not(#backup)").contains("its sealed file is not here as it was made"));
    let page = reviewer.get(&case.path("approve/1"));
    assert!(page.one("#closed").contains("it can’t go out"), "{}", page.one("main"));
    let back = case.path("approve/1/take-back");
    let mut form = page.form(&back);
    http::fill(&mut form, "reason", "Its file is gone.");
    reviewer.post_and_follow(&back, &form);
    assert!(reviewer.get("/carry").all(".inset:not(#backup)").is_empty());
    let preview = case.preview(&mut reviewer, "other-work");
    case.record(&mut reviewer, &preview);
    case.carry(1);
    assert_eq!(articles(&case.status()).len(), 1);
}
