//! A box and a desk inside the test, and one report that went from the one to the other.

use std::{
    fs,
    io::{Read, Write},
    path::PathBuf,
    sync::Arc,
};

use axum::Router;
use candour::{
    casebook::{Casebook, Import, ImportChoices, NewAssessment, NewDecision, NewNote, NewNotice, NewReply},
    crypto::{Code, Receipt, os_random, seal_message, seal_stream},
    domain::{Area, Concern, Entries, Message, MessageContent, MessageKind, ReportId, Route, Salt, SendId, Text},
    files::{self, Readers},
    store::{NewMessage, NewReport},
    transfer::{self, DeliverError},
    unseal::GovernanceIdentity,
    web::{App, Config, router},
};
use tokio::runtime::{Builder, Runtime};

use super::world::{
    DAY, EmptyBox, TODAY,
    casebook::{self, MISSING},
};

/// What holds up a flood would hold up whoever tries very many things.
const LIMITS: &str =
    "[limits]\nsends_a_minute = 100000\ncode_checks_a_minute = 100000\ndaily_mib = 1048576\ndisk_reserve_mib = 0";
/// Bytes that no entry reaches.
pub(super) const MUCH: usize = 1 << 20;

/// One report went all the way round: sent, collected, imported, decided on, exported; not yet delivered.
pub(crate) struct BothSides {
    pub(crate) r#box: EmptyBox,
    /// The same keys for signing bytes that are no document.
    pub(super) raw_box_key: minisign::SecretKey,
    pub(super) raw_signer: minisign::SecretKey,
    pub(super) person: Receipt,
    /// A code that was issued and not used yet.
    pub(super) code: Code,
    pub(super) router: Router,
    pub(super) runtime: Runtime,
    /// A casebook that has imported nothing.
    pub(crate) casebook: Casebook,
}

impl BothSides {
    pub(crate) fn new() -> Self {
        let r#box = EmptyBox::new();
        let config = Config::parse(LIMITS).expect("a configuration");
        let router = router(App::new(r#box.options(config, Arc::new(TODAY))));
        let casebook = new_casebook(&r#box, "casebook");
        let raw = |file: &str| {
            let file = minisign::SecretKeyBox::from_string(file).expect("a key file");
            file.into_unencrypted_secret_key().expect("a key")
        };
        let world = Self {
            raw_box_key: raw(&r#box.box_key.to_file().expect("a key file")),
            raw_signer: raw(&r#box.signer.to_file().expect("a key file")),
            person: r#box.receipt(),
            code: Code::issue(&mut os_random()),
            router,
            runtime: Builder::new_current_thread().enable_all().build().expect("a runtime"),
            r#box,
            casebook,
        };
        world.report();
        world
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.r#box.carried.path().join(name)
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        let _ = fs::remove_file(&path);
        files::write_new(&path, Readers::Owner, bytes).expect("it is written");
        path
    }

    /// Puts the one report into the box.
    fn report(&self) {
        let message = self.message();
        let (sealed, commitments) = seal_message(&message, &self.r#box.recipients).expect("it is sealed");
        let mut upload = self.r#box.store.upload();
        upload.write_all(sealed.as_bytes()).expect("it is stored");
        let files = vec![upload.finish().expect("it is stored")];
        let send_id = SendId([1; 16]);
        let message = NewMessage {
            seq: 1,
            kind: MessageKind::Concern,
            on: DAY,
            send_id,
            clocks: vec![],
            files,
            commitments,
            own_copy: None,
        };
        let (id, route) = (ReportId([1; 8]), Route::StaffConcern);
        let report = NewReport {
            id,
            locator: self.person.locator,
            route,
            reply_to: self.person.reply.recipient().to_string(),
            message,
        };
        self.r#box.store.add_report(report).expect("it is stored");
    }

    pub(super) fn message(&self) -> Message {
        let mut form = Entries::default();
        for (name, value) in [
            ("route", "staff-concern"),
            ("about", "fraud"),
            ("description", "A concern that is long enough."),
            ("organisation", "A trust"),
            ("area", "competition"),
        ] {
            form.push(name.to_owned(), value.to_owned());
        }
        let Ok((route, concern)) = Concern::parse(&form) else { panic!("a form in order") };
        Message {
            r#box: self.r#box.store.settings().box_id,
            report: ReportId([1; 8]),
            seq: 1,
            route,
            on: DAY,
            content: MessageContent::Concern(concern),
            reply_to: self.person.reply.recipient().to_string(),
            attachments: vec![],
            salt: Salt([3; 32]),
        }
    }

    /// A collection as the box makes it.
    pub(crate) fn collection(&self) -> Vec<u8> {
        let out = self.path("c");
        let _ = fs::remove_file(&out);
        transfer::collect(&self.r#box.store, &self.r#box.recipients, &self.r#box.box_key, DAY, &out, false)
            .expect("a collection");
        fs::read(out).expect("a file")
    }

    /// The tar inside a collection.
    pub(crate) fn inside(&self, collection: &[u8]) -> Vec<u8> {
        let mut tar = Vec::new();
        let mut stream = self.r#box.identity.open_stream(collection).unwrap_or_else(|error| panic!("{error}"));
        stream.read_to_end(&mut tar).expect("it opens");
        tar
    }

    /// A tar sealed as a collection is.
    pub(crate) fn sealed(&self, tar: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::new();
        let mut stream = seal_stream(&self.r#box.recipients, &mut sealed).expect("a seal");
        stream.write_all(tar).and_then(|()| stream.finish()).expect("it is sealed");
        sealed
    }

    /// Whether a sealed file opens to its end.
    pub(crate) fn opens(&self, sealed: &[u8]) -> bool {
        let stream = self.r#box.identity.open_stream(sealed);
        stream.is_ok_and(|mut stream| std::io::copy(&mut stream, &mut std::io::sink()).is_ok())
    }

    /// Hands a file to a desk that has imported nothing; whether it takes it in.
    pub(crate) fn import(&mut self, file: &[u8]) -> bool {
        let path = self.put("in", file);
        let imported: Result<Import, _> = self.casebook.edit(&self.r#box.signer).expect("the only one").import(
            &path,
            &ImportChoices::default(),
            &TODAY,
        );
        if imported.is_ok() {
            // The next one comes to a new desk again.
            let _ = fs::remove_dir_all(self.path("casebook"));
            self.casebook = new_casebook(&self.r#box, "casebook");
        }
        imported.is_ok()
    }

    /// Hands a file to the box; whether it applies it.
    pub(crate) fn deliver(&self, file: &[u8]) -> Result<(), DeliverError> {
        let path = self.put("d", file);
        transfer::deliver(&self.r#box.store, &self.r#box.signers, DAY, &path, None).map(drop)
    }

    /// A decisions file as a desk makes it, and every event of that desk's casebook as JSON.
    pub(crate) fn decisions(&self) -> (Vec<u8>, Vec<String>) {
        let at = self.path("deciding");
        let mut casebook = new_casebook(&self.r#box, "deciding");
        let collection = self.put("in", &self.collection());
        let mut editor = casebook.edit(&self.r#box.signer).expect("the only one");
        editor.import(&collection, &MISSING, &TODAY).expect("it is taken in");
        for words in ["How we will use it.", "And one thing more."] {
            let note = NewNote::new(Text::typed("Between us.")).expect("a note");
            let areas = NewAssessment::of_areas(vec![Area::Competition], None, Some(note));
            let notice = NewNotice::new(Text::typed(words)).expect("a notice");
            let reply = NewReply::new(Text::typed(words)).expect("a reply");
            let decision = NewDecision::new(areas, Some(notice), Some(reply)).expect("there is something in it");
            let seen = editor.casebook().seen(ReportId([1; 8])).expect("it is there");
            editor.decide(ReportId([1; 8]), seen, decision, &TODAY).expect("it is recorded");
        }
        let out = self.path("out");
        editor.export(&out, false, &TODAY).expect("it is written");
        drop(editor);
        let decisions = fs::read(&out).expect("a file");
        fs::remove_file(out).expect("it goes");
        let key = self.casebook_key("deciding");
        let events = (1..=5).map(|number| {
            let sealed = fs::read(at.join(format!("events/{number:08}.age"))).expect("an event");
            let envelope = key.open_bytes(&sealed, MUCH).unwrap_or_else(|error| panic!("{error}"));
            let envelope: serde_json::Value = serde_json::from_slice(&envelope).expect("JSON");
            envelope["event"].as_str().expect("text").to_owned()
        });
        let events = events.collect();
        fs::remove_dir_all(at).expect("it goes");
        (decisions, events)
    }

    /// The name of the casebook that has imported nothing.
    pub(super) fn casebook_id(&self) -> String {
        self.casebook.id().to_string()
    }

    /// Its founder's name.
    pub(super) fn founder(&self) -> String {
        let members = self.casebook.team();
        members.first().map(|member| member.id.to_string()).unwrap_or_default()
    }

    /// The key that a casebook's events are sealed to.
    pub(super) fn casebook_key(&self, casebook: &str) -> GovernanceIdentity {
        let sealed = fs::read(self.path(casebook).join("keys/casebook.1.age")).expect("a key");
        let text = self.r#box.identity.open_bytes(&sealed, MUCH).unwrap_or_else(|error| panic!("{error}"));
        let key = std::str::from_utf8(&text).map(GovernanceIdentity::from_text).expect("text");
        key.unwrap_or_else(|error| panic!("{error}"))
    }
}

fn new_casebook(r#box: &EmptyBox, name: &str) -> Casebook {
    let public = r#box.box_key.verifying_key().expect("a key");
    casebook::init(&r#box.carried.path().join(name), &r#box.identity, &r#box.signer, public).expect("a casebook")
}
