//! Every way in for bytes from outside, each as one function that must not panic, whatever the bytes are. The fuzz
//! targets in `fuzz/` and `tests/journeys/fuzz.rs` call the same functions, and begin with the same seeds.
//!
//! What is signed or sealed is signed and sealed here, so that a changed byte gets past the signature to what reads it.

use std::{fs, io::Cursor, sync::Arc};

use axum::{
    body::Body,
    http::{Request, header},
};
use candour::{
    casebook::Casebook,
    crypto::{Code, GovernanceRecipients, Issue, StampKey, answer_digest, digest, os_random, seal_bytes, seal_message},
    domain::{
        Answer, AnswerKind, Area, Calendar, Concern, Decisions, Digest, Entries, FileEntry, FollowUp, Format, Manifest,
        ReportId, ReportState, Salt, Text,
    },
    files::tarball::{self, TarReader},
    http::{Day, SaidByTeam},
};
use http_body_util::BodyExt;
use minisign::SecretKey;
use tower::ServiceExt;

use super::{
    both_sides::{BothSides, MUCH},
    world::DAY,
};

/// What separates the parts of a form with files.
const BOUNDARY: &str = "b";
/// In a manifest or a list of decisions: the file that is at hand.
const AT_HAND: Digest = Digest([0; 32]);
/// The sealed answer that is at hand.
const ANSWER: &[u8] = &[7; 200];

/// A way in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    ReceiptCode,
    Form,
    Multipart,
    Collection,
    Decisions,
    Message,
    Event,
    Prose,
}

impl Way {
    pub(crate) const ALL: [Self; 8] = [
        Self::ReceiptCode,
        Self::Form,
        Self::Multipart,
        Self::Collection,
        Self::Decisions,
        Self::Message,
        Self::Event,
        Self::Prose,
    ];

    /// Its fuzz target, and its directory of seeds.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ReceiptCode => "receipt_code",
            Self::Form => "form",
            Self::Multipart => "multipart",
            Self::Collection => "collection",
            Self::Decisions => "decisions",
            Self::Message => "message",
            Self::Event => "event",
            Self::Prose => "prose",
        }
    }
}

impl BothSides {
    /// Lets some bytes in; whether they were taken for what they should be.
    pub(crate) fn takes(&mut self, way: Way, bytes: &[u8]) -> bool {
        match way {
            Way::ReceiptCode => receipt_code(bytes),
            Way::Form => self.form(bytes),
            Way::Multipart => self.multipart(bytes),
            Way::Collection => self.collected(bytes),
            Way::Decisions => self.decided(bytes),
            Way::Message => self.said(bytes),
            Way::Event => self.event(bytes),
            Way::Prose => said_by_team(bytes),
        }
    }

    /// What a way in is tried with first: as it should be.
    pub(crate) fn seeds(&mut self, way: Way) -> Vec<Vec<u8>> {
        match way {
            Way::ReceiptCode => {
                let code = Code::issue(&mut os_random()).grouped().to_string();
                vec![code.to_lowercase().replace('-', " ").into_bytes(), code.into_bytes()]
            }
            Way::Form => {
                let rest = "&code=@code&code_tag=@tag&again=@code&message=More+of+it.";
                let concern = "route=procurement&about=fraud&about=competition&description=What+happened+on+the+ward.%0D%0A&area=competition";
                vec![
                    format!("{concern}{rest}").into_bytes(),
                    format!("route=&about=x&description=short&organisation=%00%ff&serious_harm=yes{rest}").into_bytes(),
                    b"code=@code&code_tag=@tag&again=7&serious_harm=yes&about=personal-data&help=cqc+mp+x&change=role\
                      &sent_files=12+a.pdf%0A-+%3Cscript%3E%0A99999999999999999999+x"
                        .to_vec(),
                ]
            }
            Way::Multipart => {
                let field = |name: &str, value: &str| {
                    format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                };
                let fields = [
                    ("code", "@code"),
                    ("code_tag", "@tag"),
                    ("route", "staff-concern"),
                    ("about", "fraud"),
                    ("description", "What happened on the ward."),
                    ("message", "More of it."),
                ];
                let mut form: String = fields.iter().map(|(name, value)| field(name, value)).collect();
                let plain = format!("{form}--{BOUNDARY}--\r\n");
                for name in ["a.txt", "../b"] {
                    form += &format!(
                        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\nevidence\r\n"
                    );
                }
                vec![plain.into_bytes(), format!("{form}--{BOUNDARY}--\r\n").into_bytes()]
            }
            Way::Collection => {
                let file = self.collection();
                let tar = self.inside(&file);
                let json = TarReader::new(tar.as_slice()).read("manifest.json", MUCH).expect("a manifest");
                let mut manifest: Manifest = serde_json::from_slice(&json).expect("a manifest");
                manifest.reports[0].messages[0].files[0].sha256 = AT_HAND;
                // As if it were the first, whatever was collected before.
                (manifest.number, manifest.previous) = (1, None);
                let json = serde_json::to_vec(&manifest).expect("JSON");
                vec![
                    [&[0], json.as_slice()].concat(),
                    [&[1], tar.as_slice()].concat(),
                    [&[2], file.as_slice()].concat(),
                ]
            }
            Way::Decisions => {
                let (file, _) = self.decisions();
                let json = TarReader::new(file.as_slice()).read("decisions.json", MUCH).expect("decisions");
                let mut decisions: Decisions = serde_json::from_slice(&json).expect("decisions");
                for entry in &mut decisions.answers {
                    (entry.size, entry.sha256) = (ANSWER.len() as u64, AT_HAND);
                }
                let json = serde_json::to_vec(&decisions).expect("JSON");
                vec![[&[0], json.as_slice()].concat(), [&[1], file.as_slice()].concat()]
            }
            Way::Message => {
                let answer = Answer {
                    format: Format::Answer,
                    r#box: self.r#box.store.settings().box_id,
                    report: ReportId([1; 8]),
                    seq: 1,
                    kind: AnswerKind::Notice,
                    on: DAY,
                    after: 1,
                    state: ReportState::Decided,
                    areas: vec![Area::Competition],
                    supplementary: false,
                    turn_to: vec![],
                    text: Some(Text::typed("How we will use it.")),
                    salt: Salt([4; 32]),
                };
                vec![serde_json::to_vec(&self.message()).expect("JSON"), serde_json::to_vec(&answer).expect("JSON")]
            }
            Way::Event => {
                let (_, events) = self.decisions();
                let event = r#"{"format":"candour-casebook-v3","casebook":"@casebook","number":2,"previous":"@previous","on":"2026-12-01","by":"@by","what":"second-approver"}"#;
                let seeds = events.iter().map(|event| {
                    let value: serde_json::Value = serde_json::from_str(event).expect("JSON");
                    let mut event = event.clone();
                    for (name, token) in [("casebook", "@casebook"), ("previous", "@previous"), ("by", "@by")] {
                        event = value[name].as_str().map_or(event.clone(), |known| event.replace(known, token));
                    }
                    event.replacen(&format!("\"number\":{}", value["number"]), "\"number\":2", 1)
                });
                let seeds = seeds.chain([event.to_owned()]);
                let seeds = seeds.flat_map(|event| [0, 1].map(|kind| [&[kind], event.as_bytes()].concat()));
                seeds.collect()
            }
            Way::Prose => {
                let text = "# What we plan\nWe will:\n- look at <it>\n* ask\n  again\n\n## When\n1. soon\n2. later\nThat is all.";
                vec![text.as_bytes().to_vec(), b"Thank you.\n\n10. May & June".to_vec()]
            }
        }
    }

    /// A form without files: what is parsed, and the page that it gives.
    fn form(&self, bytes: &[u8]) -> bool {
        let bytes = self.with_code(bytes);
        let mut form = Entries::default();
        for (name, value) in form_urlencoded::parse(&bytes).take(64) {
            form.push(name.into_owned(), value.into_owned());
        }
        for path in ["/report", "/status", "/status/follow-up/check", "/status/withdraw/check", "/receipt/check"] {
            self.page(path, "application/x-www-form-urlencoded", &bytes);
        }
        for has_files in [false, true] {
            let _ = FollowUp::parse(&form, has_files);
        }
        let taken = self.page("/report/check", "application/x-www-form-urlencoded", &bytes) == 200;
        assert!(!taken || Concern::parse(&form).is_ok(), "a page after a form that is not in order");
        taken
    }

    /// A form with files.
    fn multipart(&self, bytes: &[u8]) -> bool {
        let bytes = self.with_code(bytes);
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.page("/status/follow-up", &kind, &bytes);
        self.page("/report/send", &kind, &bytes) == 200
    }

    /// With a receipt code that this box issued, and its tag.
    fn with_code(&self, bytes: &[u8]) -> Vec<u8> {
        let code = self.code.grouped();
        let issue = Issue { on: DAY, stamp: StampKey::generate().stamp(&self.code, 0) };
        let tag = self.r#box.store.settings().tagger.tag(&self.code, &issue);
        replaced(&replaced(bytes, b"@code", code.as_bytes()), b"@tag", tag.as_bytes())
    }

    /// Sends a form to a page, which must be a page; gives its status.
    fn page(&self, path: &str, kind: &str, body: &[u8]) -> u16 {
        let request = Request::post(path).header("sec-fetch-site", "same-origin").header(header::CONTENT_TYPE, kind);
        let request = request.body(Body::from(body.to_vec()));
        let (status, page) = self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request.expect("a request")).await.expect("an answer");
            let status = response.status().as_u16();
            (status, response.into_body().collect().await.expect("a body").to_bytes())
        });
        // Neither a fault (500) nor a store that can't be written (503).
        assert!([200, 400, 410, 413, 422, 429].contains(&status), "{path}: status {status}");
        let text = std::str::from_utf8(&page).expect("a page of text");
        assert!(!text.contains("<script") && !text.contains("<img"), "{path}: what was sent is not inert");
        status
    }

    /// A collection: as its manifest, which is signed here; as the tar inside its seal; or as the whole file.
    fn collected(&mut self, bytes: &[u8]) -> bool {
        let Some((kind, bytes)) = bytes.split_first() else { return false };
        let file = match kind % 3 {
            0 => {
                let (message, commitments) =
                    seal_message(&self.message(), &self.r#box.recipients).expect("it is sealed");
                let at_hand = FileEntry { size: message.as_bytes().len() as u64, sha256: message.digest() };
                let mut json = bytes.to_vec();
                let mut files = Vec::new();
                if let Ok(mut manifest) = serde_json::from_slice::<Manifest>(bytes) {
                    let messages = manifest.reports.iter_mut().flat_map(|report| &mut report.messages);
                    for message in messages {
                        for file in message.files.iter_mut().filter(|file| file.sha256 == AT_HAND) {
                            *file = at_hand;
                            (message.commitment, message.summary) = (commitments.message, commitments.summary);
                        }
                    }
                    json = serde_json::to_vec(&manifest).expect("JSON");
                    files = manifest.files().take(64).collect();
                }
                let mut tar = signed("manifest.json", &json, &self.raw_box_key, "candour-collection-v2", "box");
                for (path, entry) in files {
                    let content = vec![7; usize::try_from(entry.size).unwrap_or(MUCH).min(MUCH)];
                    let content = if entry == at_hand { message.as_bytes() } else { &content };
                    // A path that is too long for a tar is in none.
                    let _ = tar.append(&path, content);
                }
                self.sealed(&tar.finish().expect("memory"))
            }
            1 => self.sealed(bytes),
            _ => bytes.to_vec(),
        };
        self.import(&file)
    }

    /// A decisions file: as its list, which is signed here, or as the whole file.
    fn decided(&self, bytes: &[u8]) -> bool {
        let Some((kind, bytes)) = bytes.split_first() else { return false };
        let file = if kind % 2 == 0 {
            let mut json = bytes.to_vec();
            let mut paths = Vec::new();
            if let Ok(mut decisions) = serde_json::from_slice::<Decisions>(bytes) {
                let at_hand = decisions.answers.iter_mut().filter(|entry| entry.sha256 == AT_HAND);
                at_hand.for_each(|entry| entry.sha256 = digest(ANSWER));
                json = serde_json::to_vec(&decisions).expect("JSON");
                paths = decisions.answers.iter().take(64).map(|entry| entry.path()).collect();
            }
            let mut tar = signed("decisions.json", &json, &self.raw_signer, "candour-decisions-v2", "signer");
            for path in paths {
                // A path that is too long for a tar is in none.
                let _ = tar.append(&path, ANSWER);
            }
            tar.finish().expect("memory")
        } else {
            bytes.to_vec()
        };
        self.deliver(&file).is_ok()
    }

    /// What is inside a message, and inside an answer.
    fn said(&self, bytes: &[u8]) -> bool {
        let sealed = seal_bytes(bytes, &self.r#box.recipients).expect("it is sealed");
        let message = self.r#box.identity.open_message(sealed.as_bytes()).ok();
        if let Some((message, _)) = &message {
            assert!(seal_message(message, &self.r#box.recipients).is_ok(), "a message that can't be written again");
        }
        let person = GovernanceRecipients::parse(&self.person.reply.recipient().to_string()).expect("a recipient");
        let sealed = seal_bytes(bytes, &person).expect("it is sealed");
        let answer = self.person.reply.open_answer(sealed.as_bytes()).ok();
        if let Some(answer) = &answer {
            assert!(answer_digest(&answer.answer).is_ok(), "an answer that can't be written again");
        }
        message.is_some() || answer.is_some()
    }

    /// A casebook's second event: signed by its founder and sealed here; sealed here with what it says of its
    /// signature; or as the whole file.
    fn event(&self, bytes: &[u8]) -> bool {
        let Some((kind, bytes)) = bytes.split_first() else { return false };
        let (casebook, first) = (self.path("casebook"), self.path("casebook/events/00000001.age"));
        let key = self.casebook_key("casebook");
        let file = match kind % 3 {
            0 => {
                let previous = digest(&fs::read(first).expect("an event")).to_string();
                let mut event = bytes.to_vec();
                for (token, value) in
                    [("@casebook", &self.casebook_id()), ("@previous", &previous), ("@by", &self.founder())]
                {
                    event = replaced(&event, token.as_bytes(), value.as_bytes());
                }
                let signature = signature(&event, &self.raw_signer, "candour-casebook-v3", "signer");
                let event = String::from_utf8_lossy(&event);
                let signer = self.r#box.signers[0].to_base64();
                let envelope = serde_json::json!({ "event": event, "signer": signer, "signature": signature });
                seal_bytes(envelope.to_string().as_bytes(), &key.recipients())
                    .expect("it is sealed")
                    .as_bytes()
                    .to_vec()
            }
            1 => seal_bytes(bytes, &key.recipients()).expect("it is sealed").as_bytes().to_vec(),
            _ => bytes.to_vec(),
        };
        let path = self.put("casebook/events/00000002.age", &file);
        let opened = Casebook::open(&casebook, Arc::clone(&self.r#box.identity));
        if let Ok(casebook) = &opened {
            let _ = casebook.list(DAY, &Calendar::default());
        }
        fs::remove_file(path).expect("it goes");
        opened.is_ok()
    }
}

/// A receipt code as someone types it.
fn receipt_code(bytes: &[u8]) -> bool {
    let Some(code) = std::str::from_utf8(bytes).ok().and_then(|typed| Code::parse(typed).ok()) else { return false };
    let shown = code.grouped();
    let again = Code::parse(&shown).map(|code| code.grouped());
    assert!(again.is_ok_and(|again| *again == *shown), "a code is not read back as it is shown");
    true
}

/// What the team says, as it is shown to a person.
fn said_by_team(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let said = SaidByTeam { team: "Us".into(), kind: "Reply", on: Day(DAY), text, new: false };
    let html = said.to_string();
    assert_eq!(html.matches("<div").count(), 1, "what was typed is not inert");
    let shown = |text: &str| text.chars().filter(|c| !"<>&\"'#-*;.".contains(*c) && !c.is_ascii_digit()).count();
    assert!(shown(&html) >= text.chars().filter(|c| c.is_alphabetic()).count(), "something is left out");
    html.contains("<h4>") && html.contains("<li>")
}

/// The beginning of a tar: bytes as a document, with a right signature.
fn signed(name: &str, bytes: &[u8], key: &SecretKey, format: &str, role: &str) -> tarball::TarWriter<Vec<u8>> {
    let mut tar = tarball::TarWriter::new(Vec::new());
    let signature = signature(bytes, key, format, role);
    tar.append(name, bytes)
        .and_then(|()| tar.append(&format!("{name}.minisig"), signature.as_bytes()))
        .expect("memory");
    tar
}

fn signature(bytes: &[u8], key: &SecretKey, format: &str, role: &str) -> String {
    let untrusted = format!("signature from a candour {role} key");
    let signed = minisign::sign(None, key, Cursor::new(bytes), Some(format), Some(&untrusted));
    signed.expect("a signature").into_string()
}

/// Every token exchanged for a value.
fn replaced(bytes: &[u8], token: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(token) {
            out.extend_from_slice(value);
            rest = after;
        } else {
            out.push(*first);
            rest = after;
        }
    }
    out
}
