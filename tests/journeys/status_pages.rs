//! What a person does with a receipt code, as a browser without scripts sees it, over a real socket: reads the answers,
//! sends a follow-up, withdraws.

use std::{collections::BTreeSet, sync::Barrier};

use candour::{
    crypto::{ReplyRecipient, SignerRole, SigningKey, answer_digest, digest, seal_answer, sign, verify},
    domain::{
        Answer, AnswerEntry, AnswerKind, Area, CasebookId, Date, Decisions, Format, LogHead, MessageContent,
        MessageKind, Part, ReportState, Salt, Text,
    },
    store::Delivery,
};

use crate::support::{
    http::{self, Fields, File},
    person::{self, status},
    served::Served,
};

const DESCRIPTION: &str = "What happened on the ward.\n  Second line: <b>\"quoted\"</b> & more.";

fn text<'a>(name: &'a str, content: &'a [u8]) -> File<'a> {
    File::new(name, "text/plain", content)
}

/// Sends a concern and gives its receipt code.
fn sent(served: &Served) -> String {
    person::send(served.address, "staff-concern", &[("description", DESCRIPTION)], vec![]).one("#receipt-code")
}

/// Delivers answers as the desk would have sealed and signed them.
fn deliver(served: &Served, answers: Vec<Answer>, to: &str) {
    let (key, signer) = SigningKey::<SignerRole>::generate().unwrap();
    let to = ReplyRecipient::parse(to).unwrap();
    let (mut entries, mut sealed) = (vec![], vec![]);
    for (number, answer) in (1..).zip(answers) {
        let file = seal_answer(&answer, vec![], &to).unwrap();
        let size = file.as_bytes().len() as u64;
        // The place in the list is the number that the box believes.
        let entry = AnswerEntry {
            report: answer.report,
            seq: number,
            kind: answer.kind,
            text: answer_digest(&answer).unwrap(),
            closed: false,
            size,
            sha256: file.digest(),
            endorsements: vec![],
        };
        entries.push(entry);
        sealed.push(file);
    }
    let r#box = served.store.settings().box_id;
    let casebook = CasebookId([0; 16]);
    let head = LogHead { number: 1, digest: digest(b"the last event") };
    let decisions = Decisions {
        format: Format::Decisions,
        r#box,
        casebook,
        number: 1,
        part: Part::WHOLE,
        head,
        collected: vec![],
        gone: vec![],
        set_aside: vec![],
        entered: vec![],
        answers: entries,
    };
    let (bytes, signature) = sign(&decisions, &key).unwrap();
    let decisions = verify(&bytes, &signature, std::slice::from_ref(&signer)).unwrap_or_else(|e| panic!("{e}"));
    served
        .store
        .apply(Delivery { decisions, answers: sealed, on: Date::constant(2026, 12, 3), signer, demanded: 0 })
        .unwrap();
}

#[test]
fn answers_are_shown_in_order_and_only_if_they_are_what_they_say() {
    let served = Served::new("");
    let code = sent(&served);
    let follow_up = |text: &str| {
        let mut fields = person::follow_up(served.address, &code);
        http::fill(&mut fields, "message", text);
        assert_eq!(http::post_multipart(served.address, "/status/follow-up", &fields, vec![]).status, 200);
    };
    follow_up("Second message.");
    let (id, messages) = served.opened().remove(0);
    let answer = |seq, after, kind, report, text: Option<&str>| Answer {
        format: Format::Answer,
        r#box: served.store.settings().box_id,
        report,
        seq,
        kind,
        supplementary: false,
        turn_to: vec![],
        on: Date::constant(2026, 12, 2),
        after,
        state: ReportState::Decided,
        areas: vec![Area::IntegratedCare],
        text: text.map(Text::typed),
        salt: Salt([8; 32]),
    };
    let reply = AnswerKind::Reply;
    let answers = vec![
        answer(1, 1, reply, id, Some("First answer <script>alert(1)</script>")),
        answer(2, 2, AnswerKind::Notice, id, Some("How we use it.")),
        answer(3, 2, AnswerKind::Update, id, None),
    ];
    deliver(&served, answers, &messages[0].reply_to);
    let page = status(served.address, &code);
    let shown = page.all("article.message");
    assert_eq!(shown.len(), 4, "{shown:?}");
    for (shown, part) in
        shown.iter().zip(["First answer <script>alert(1)</script>", "How we use it.", "You: Concern", "You: Follow-up"])
    {
        assert!(shown.contains(part), "{shown}");
    }
    assert_eq!(
        (page.one("#areas"), page.one("#report-state")),
        ("Integrated care".into(), "We have decided what to do".into())
    );
    assert_eq!(page.one("#notice-state"), "Met on 3 December 2026");
    assert_eq!(page.all("#notice-state[data-state=met]").len(), 1);
    assert!(!page.text().contains("<script"));

    // A later message has a clock of its own, and it is that one which is shown.
    served.day.set(Date::constant(2026, 12, 18));
    follow_up("Third message.");
    assert_eq!(status(served.address, &code).one("#notice-due"), "6 January 2027");
    served.day.set(Date::constant(2027, 1, 7));
    let page = status(served.address, &code);
    assert_eq!((page.one("#notice-state"), page.all("#overdue").len()), ("Overdue".into(), 1));

    // An answer that says itself that it is another one is not shown.
    let served = Served::new("");
    let code = sent(&served);
    let (id, messages) = served.opened().remove(0);
    let answer = Answer { r#box: served.store.settings().box_id, ..answer(2, 1, reply, id, Some("Not for you.")) };
    deliver(&served, vec![answer], &messages[0].reply_to);
    let page = status(served.address, &code);
    assert!(!page.text().contains("Not for you."));
    assert!(page.all("article.message")[0].contains("An answer that was not confirmed"));
    assert_eq!(page.one("#areas"), "Not decided yet");
}

#[test]
fn a_follow_up_may_be_files_alone() {
    let served = Served::new("");
    let code = sent(&served);
    let fields = person::follow_up(served.address, &code);
    let page = http::post_multipart(served.address, "/status/follow-up", &fields, vec![text("rota.txt", b"evidence")]);
    assert_eq!((page.status, page.one("#received-on")), (200, "1 December 2026".into()));
    // How a browser sends a form in which no file was chosen.
    let again = person::follow_up(served.address, &code);
    let none = http::post_multipart(served.address, "/status/follow-up", &again, vec![text("", b"")]);
    assert_eq!((none.status, none.one(".error-summary li")), (422, "Enter a message or choose a file".into()));
    let (_, messages) = served.opened().remove(0);
    assert_eq!(messages.len(), 2);
    assert!(matches!(&messages[1].content, MessageContent::FollowUp(None)));
    assert_eq!(messages[1].attachments[0].name.as_str(), "rota.txt");
    assert_eq!(status(served.address, &code).all("article.message").len(), 2);
}

#[test]
fn a_follow_up_is_once_however_often_it_is_sent_and_two_are_two() {
    let served = Served::new("");
    let code = sent(&served);
    let mut fields = person::follow_up(served.address, &code);

    let empty = http::post_multipart(served.address, "/status/follow-up", &fields, vec![]);
    assert_eq!((empty.status, empty.one(".error-summary li")), (422, "Enter a message or choose a file".into()));
    http::fill(&mut fields, "message", &"x".repeat(20_001));
    let long = http::post_multipart(served.address, "/status/follow-up", &fields, vec![]);
    assert_eq!(long.status, 422);
    assert_eq!(http::value(&long.form("/status/follow-up"), "message").len(), 20_001);
    let long = http::post(served.address, "/status/follow-up/check", &fields);
    assert_eq!((long.status, long.one(".error-summary li")), (422, "Message must be 20,000 characters or less".into()));
    assert_eq!(http::value(&long.form("/status/follow-up"), "send_id"), http::value(&fields, "send_id"));

    http::fill(&mut fields, "message", "There is more.");
    let post = |fields: &Fields| {
        http::post_multipart(served.address, "/status/follow-up", fields, vec![text("a", b"evidence")])
    };
    let first = post(&fields);
    assert_eq!(
        (first.status, first.one("#received-on"), first.one("#notice-due")),
        (200, "1 December 2026".into(), "15 December 2026".into())
    );
    served.day.set(Date::constant(2026, 12, 2));
    let again = post(&fields);
    assert_eq!(
        (again.one("#received-on"), again.one("#notice-due")),
        (first.one("#received-on"), first.one("#notice-due"))
    );
    assert_eq!(
        (first.all("#files li").len(), again.all("#files li").len(), again.all("#sent-before").len()),
        (1, 0, 1)
    );
    assert_eq!(first.form("/status"), [("code".to_owned(), code.clone())]);

    // A form that was sent already and holds something else now: said, and not lost.
    let mut changed = fields.clone();
    http::fill(&mut changed, "message", "Something else.");
    let refused = post(&changed);
    assert_eq!(refused.one("h1"), "We had this message already");
    let anew = http::post(served.address, "/status/follow-up/check", &refused.form("/status/follow-up/check"));
    assert_ne!(http::value(&anew.form("/status/follow-up"), "send_id"), http::value(&fields, "send_id"));
    assert_eq!(http::value(&anew.form("/status/follow-up"), "message"), "Something else.");
    // A report's page that a browser brings back with it has room for the next one.
    let brought_back = http::post(served.address, "/status", &fields).form("/status/follow-up/check");
    assert_eq!(http::value(&brought_back, "message").trim(), "");
    assert_ne!(http::value(&brought_back, "send_id"), http::value(&fields, "send_id"));

    // Several at once, each a form of its own, each sent twice.
    let forms: Vec<Fields> = (0..6)
        .map(|number| {
            let mut form = person::follow_up(served.address, &code);
            http::fill(&mut form, "message", &format!("Message {number}."));
            form
        })
        .collect();
    let start = Barrier::new(12);
    std::thread::scope(|scope| {
        for form in forms.iter().chain(&forms) {
            let (start, post) = (&start, &post);
            scope.spawn(move || {
                start.wait();
                assert_eq!(post(form).status, 200);
            });
        }
    });
    let (_, messages) = served.opened().remove(0);
    let texts: BTreeSet<_> =
        messages[1..].iter().map(|message| message.content.follow_up().unwrap().as_str().to_owned()).collect();
    assert_eq!((messages.len(), texts.len()), (8, 7));
    assert!(
        messages
            .iter()
            .zip(1..)
            .all(|(message, seq)| message.seq == seq && message.attachments.len() == usize::from(seq > 1))
    );
    served.wait_until_nothing_arrives();
    assert_eq!(status(served.address, &code).all("article.message").len(), 8);
}

#[test]
fn a_withdrawn_report_is_gone_from_the_box() {
    let served = Served::new("");
    let fields = person::checked(served.address, "staff-concern", &[("description", DESCRIPTION)]);
    let send = |files| http::post_multipart(served.address, "/report/send", &fields, files);
    let code = send(vec![text("a", b"evidence")]).one("#receipt-code");
    let page = status(served.address, &code);
    // It is asked once more.
    assert!(page.all("form[action=\"/status/withdraw\"]").is_empty());
    let withdraw = person::withdrawal(served.address, &page);
    assert_eq!(status(served.address, &code).one("#report-state"), "We have received it", "nothing is done by asking");
    let mut follow_up = person::follow_up_on(served.address, &page);
    for _ in 0..2 {
        let page = http::post(served.address, "/status/withdraw", &withdraw);
        assert_eq!((page.status, page.one("#withdrawn-on")), (200, "1 December 2026".into()));
    }
    let page = status(served.address, &code);
    assert_eq!((page.status, page.one("h1")), (200, "This report was withdrawn".into()));
    assert!(page.all("article.message, #received-on, form[action^=\"/status\"]").is_empty());
    http::fill(&mut follow_up, "message", "Too late.");
    let late = http::post_multipart(served.address, "/status/follow-up", &follow_up, vec![]);
    assert_eq!((late.status, http::value(&late.form("/report"), "description")), (410, "Too late."));
    // Sent once more, it is not kept, and can be put into a new report with every answer.
    let again = send(vec![]);
    assert_eq!(again.one("h1"), "This report was withdrawn");
    assert!(again.one("#unsent").contains("was not kept"));
    let form = http::post(served.address, "/report", &again.form("/report"));
    assert_eq!(http::value(&form.form("/report/check"), "description").trim_start(), DESCRIPTION);
    assert_ne!(http::value(&form.form("/report/check"), "code"), http::value(&fields, "code"));
    let (_, messages) = served.opened().remove(0);
    assert_eq!(
        messages.iter().map(|message| (message.content.kind(), message.seq)).collect::<Vec<_>>(),
        [(MessageKind::Withdrawal, 2)]
    );
    served.wait_until_nothing_arrives();
}

#[test]
fn a_follow_up_under_a_code_that_leads_nowhere_is_given_back() {
    let served = Served::new("");
    let words = "More of it: <b>a name</b> & a date.";
    let code = sent(&served);
    let mut fields = person::follow_up(served.address, &code);
    http::fill(&mut fields, "message", words);
    // As after a restore, or once its time is over; or mistyped.
    let elsewhere = sent(&Served::new(""));
    for other in [elsewhere.as_str(), "7KQM-4T9X"] {
        let mut fields = fields.clone();
        http::fill(&mut fields, "code", other);
        let page = http::post_multipart(served.address, "/status/follow-up", &fields, vec![]);
        assert_eq!(page.status, 422);
        assert!(page.one("#unsent").contains("What you wrote was not sent"));
        // Into a new report, or once more with the right code.
        let new = http::post(served.address, "/report", &page.form("/report"));
        assert_eq!(http::value(&new.form("/report/check"), "description").trim_start(), words);
        let mut again = page.form("/status");
        http::fill(&mut again, "code", &code);
        let page = http::post(served.address, "/status", &again);
        assert_eq!(http::value(&page.form("/status/follow-up/check"), "message").trim_start(), words);
    }
}
