//! A box and a desk inside the test, and one report that went from the one to the other.

use std::{
    fs,
    io::{Read, Write},
    path::PathBuf,
    sync::Arc,
};

use axum::Router;
use candour::{
    casebook::{Casebook, Founder, Import, KeyPaths, NewDecision},
    crypto::{
        BoxRole, Code, CodeTagger, GovernanceRecipients, KdfParams, Receipt, SignerRole, SigningKey, VerifyingKey,
        os_random, seal_message, seal_stream,
    },
    domain::{
        Area, BoxId, Calendar, Concern, Date, Entries, FixedDay, Format, Message, MessageKind, ReportId, Route, SendId,
        TeamRole, Text,
    },
    files::{self, Readers},
    store::{NewMessage, NewReport, Settings, Store},
    transfer::{self, DeliverError},
    unseal::{self, GovernanceIdentity, KeyFileError, NewKeys},
    web::{App, AppOptions, Config, router},
};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

pub(super) const DAY: Date = Date::constant(2026, 12, 1);
const TODAY: FixedDay = FixedDay(DAY);
const KDF: KdfParams = KdfParams { memory_kib: 64, passes: 1, lanes: 1 };
/// What holds up a flood would hold up whoever tries very many things.
const LIMITS: &str =
    "[limits]\nsends_a_minute = 100000\ncode_checks_a_minute = 100000\ndaily_mib = 1048576\ndisk_reserve_mib = 0";
/// Bytes that no entry reaches.
pub(super) const MUCH: usize = 1 << 20;

/// One report went all the way round: sent, collected, imported, decided on, exported; not yet delivered.
pub(crate) struct World {
    directory: TempDir,
    pub(super) store: Store,
    pub(super) identity: Arc<GovernanceIdentity>,
    pub(super) recipients: GovernanceRecipients,
    box_key: SigningKey<BoxRole>,
    signer: SigningKey<SignerRole>,
    pub(super) signers: [VerifyingKey<SignerRole>; 1],
    /// The same keys for signing bytes that are no document.
    pub(super) raw_box_key: minisign::SecretKey,
    pub(super) raw_signer: minisign::SecretKey,
    pub(super) person: Receipt,
    /// A code that was issued and not used yet.
    pub(super) code: Code,
    pub(super) router: Router,
    pub(super) runtime: Runtime,
    /// A casebook that has imported nothing.
    casebook: Casebook,
}

impl World {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let keys = NewKeys::generate(None).expect("keys");
        let recipients = GovernanceRecipients::parse(&keys.recipients).expect("recipients");
        let no_passphrase = || Err(KeyFileError::Passphrase);
        let identity = Arc::new(unseal::read_identity(keys.identity.as_bytes(), no_passphrase).expect("an identity"));
        let settings = Settings {
            box_id: BoxId([7; 16]),
            kdf: KDF,
            tagger: CodeTagger::generate(),
            recipients: recipients.fingerprint(),
            second_approver: false,
        };
        Store::create(directory.path(), &settings).expect("a box");
        let store = Store::open(directory.path()).expect("a store");
        let (signer, public) = SigningKey::generate().expect("a key");
        let (box_key, box_public) = SigningKey::generate().expect("a key");
        let app = App::new(AppOptions {
            store: store.clone(),
            free_space: Arc::new(store.clone()),
            recipients: recipients.clone(),
            calendar: Calendar::default(),
            config: Config::parse(LIMITS).expect("a configuration"),
            today: Arc::new(TODAY),
            demo: false,
        });
        let casebook = new_casebook(&directory.path().join("casebook"), &identity, &signer, box_public);
        let raw = |file: &str| {
            let file = minisign::SecretKeyBox::from_string(file).expect("a key file");
            file.into_unencrypted_secret_key().expect("a key")
        };
        let world = Self {
            raw_box_key: raw(&box_key.to_file().expect("a key file")),
            raw_signer: raw(&signer.to_file().expect("a key file")),
            person: Code::issue(&mut os_random()).derive(settings.box_id, KDF).expect("a receipt"),
            code: Code::issue(&mut os_random()),
            router: router(app),
            runtime: Builder::new_current_thread().enable_all().build().expect("a runtime"),
            directory,
            store,
            identity,
            recipients,
            box_key,
            signer,
            signers: [public],
            casebook,
        };
        world.report();
        world
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
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
        let sealed = seal_message(&message, &self.recipients).expect("it is sealed");
        let mut upload = self.store.upload();
        upload.write_all(sealed.as_bytes()).expect("it is stored");
        let files = vec![upload.finish().expect("it is stored")];
        let send_id = SendId([1; 16]);
        let message = NewMessage { seq: 1, kind: MessageKind::Concern, on: DAY, send_id, clocks: vec![], files };
        let (id, route) = (ReportId([1; 8]), Route::StaffConcern);
        let report = NewReport { id, locator: self.person.locator, route, message };
        self.store.add_report(report).expect("it is stored");
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
            format: Format::Message,
            r#box: self.store.settings().box_id,
            report: ReportId([1; 8]),
            seq: 1,
            kind: MessageKind::Concern,
            route,
            on: DAY,
            areas: concern.areas(),
            answers: Some(concern),
            text: None,
            reply_to: self.person.reply.recipient().to_string(),
            attachments: vec![],
        }
    }

    /// A collection as the box makes it.
    pub(crate) fn collection(&self) -> Vec<u8> {
        let out = self.path("c");
        let _ = fs::remove_file(&out);
        transfer::collect(&self.store, &self.recipients, &self.box_key, DAY, &out).expect("a collection");
        fs::read(out).expect("a file")
    }

    /// The tar inside a collection.
    pub(crate) fn inside(&self, collection: &[u8]) -> Vec<u8> {
        let mut tar = Vec::new();
        let mut stream = self.identity.open_stream(collection).unwrap_or_else(|error| panic!("{error}"));
        stream.read_to_end(&mut tar).expect("it opens");
        tar
    }

    /// A tar sealed as a collection is.
    pub(crate) fn sealed(&self, tar: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::new();
        let mut stream = seal_stream(&self.recipients, &mut sealed).expect("a seal");
        stream.write_all(tar).and_then(|()| stream.finish()).expect("it is sealed");
        sealed
    }

    /// Whether a sealed file opens to its end.
    pub(crate) fn opens(&self, sealed: &[u8]) -> bool {
        let stream = self.identity.open_stream(sealed);
        stream.is_ok_and(|mut stream| std::io::copy(&mut stream, &mut std::io::sink()).is_ok())
    }

    /// Hands a file to a desk that has imported nothing; whether it takes it in.
    pub(crate) fn import(&mut self, file: &[u8]) -> bool {
        let path = self.put("in", file);
        let imported: Result<Import, _> =
            self.casebook.edit(&self.signer).expect("the only one").import(&path, false, &TODAY);
        if imported.is_ok() {
            // The next one comes to a new desk again.
            let _ = fs::remove_dir_all(self.path("casebook"));
            let public = self.box_key.verifying_key().expect("a key");
            self.casebook = new_casebook(&self.path("casebook"), &self.identity, &self.signer, public);
        }
        imported.is_ok()
    }

    /// Hands a file to the box; whether it applies it.
    pub(crate) fn deliver(&self, file: &[u8]) -> Result<(), DeliverError> {
        let path = self.put("d", file);
        transfer::deliver(&self.store, &self.signers, DAY, &path).map(drop)
    }

    /// A decisions file as a desk makes it, and every event of that desk's casebook as JSON.
    pub(crate) fn decisions(&self) -> (Vec<u8>, Vec<String>) {
        let at = self.path("deciding");
        let public = self.box_key.verifying_key().expect("a key");
        let mut casebook = new_casebook(&at, &self.identity, &self.signer, public);
        let collection = self.put("in", &self.collection());
        let mut editor = casebook.edit(&self.signer).expect("the only one");
        editor.import(&collection, true, &TODAY).expect("it is taken in");
        for words in ["How we will use it.", "And one thing more."] {
            let decision = NewDecision {
                areas: vec![Area::Competition],
                notice: Some(Text::typed(words)),
                reply: Some(Text::typed(words)),
                note: Some(Text::typed("Between us.")),
                ..NewDecision::default()
            };
            editor.decide(ReportId([1; 8]), decision, &TODAY).expect("it is recorded");
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
        let text = self.identity.open_bytes(&sealed, MUCH).unwrap_or_else(|error| panic!("{error}"));
        let key = std::str::from_utf8(&text).map(GovernanceIdentity::from_text).expect("text");
        key.unwrap_or_else(|error| panic!("{error}"))
    }
}

fn new_casebook(
    at: &std::path::Path,
    identity: &Arc<GovernanceIdentity>,
    signer: &SigningKey<SignerRole>,
    box_public: VerifyingKey<BoxRole>,
) -> Casebook {
    let paths = KeyPaths { identity: PathBuf::from("identity.txt"), signing_key: PathBuf::from("signing.key") };
    let founder = Founder { name: Text::typed("Founder"), role: TeamRole::Lead, paths };
    Casebook::init(at, Arc::clone(identity), signer, box_public, founder, &TODAY).expect("a casebook")
}
