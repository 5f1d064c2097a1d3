//! A member with a text editor and the stock tools: reads a casebook with `age`, and puts events at its end that they
//! wrote, signed with `minisign` and sealed with `age`, without asking any rule.

#![expect(clippy::disallowed_methods, reason = "files are exchanged without asking what is there")]

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::installation::Installation;

/// Someone with keys in a directory of their own.
pub(crate) struct Hand<'a> {
    place: &'a Installation,
    keys: &'a str,
    casebook: PathBuf,
}

impl<'a> Hand<'a> {
    /// Of whoever's keys lie in that directory.
    pub(crate) fn of(place: &'a Installation, keys: &'a str) -> Self {
        Self { place, keys, casebook: place.path("casebook") }
    }

    /// What is sealed to the member, or to keys that they can open.
    fn open(&self, identity: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), identity).expect("a file");
        piped(Command::new("age").arg("-d").arg("-i").arg(file.path()), sealed)
    }

    fn identity(&self) -> String {
        fs::read_to_string(self.place.path(&format!("{}/identity.txt", self.keys))).expect("it is there")
    }

    /// The casebook's keys, as the member can open them: an identity file.
    pub(crate) fn casebook_keys(&self) -> String {
        let files = fs::read_dir(self.casebook.join("keys")).expect("it is there");
        let mut names: Vec<PathBuf> = files.map(|file| file.expect("an entry").path()).collect();
        names.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("casebook.")));
        names.sort();
        let newest = fs::read(names.last().expect("a key")).expect("it is there");
        String::from_utf8(self.open(&self.identity(), &newest).expect("a member")).expect("text")
    }

    /// A report's keys, if the member can open them.
    pub(crate) fn report_keys(&self, report: &str) -> Option<String> {
        let files = fs::read_dir(self.casebook.join("keys")).expect("it is there");
        let mut names: Vec<PathBuf> = files.map(|file| file.expect("an entry").path()).collect();
        names.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(report)));
        names.sort();
        let both = [self.casebook_keys(), self.identity()].concat();
        let opened = names.iter().rev().find_map(|path| self.open(&both, &fs::read(path).expect("it is there")));
        opened.map(|text| String::from_utf8(text).expect("text"))
    }

    /// What is sealed to the member.
    pub(crate) fn unsealed(&self, sealed: &[u8]) -> Vec<u8> {
        self.open(&self.identity(), sealed).expect("it is sealed to the member")
    }

    /// How many events there are.
    pub(crate) fn version(&self) -> u64 {
        fs::read_dir(self.casebook.join("events")).expect("it is there").count() as u64
    }

    fn event_path(&self, number: u64) -> PathBuf {
        self.casebook.join(format!("events/{number:08}.age"))
    }

    /// An event as its author signed it.
    pub(crate) fn event(&self, number: u64) -> Value {
        let sealed = fs::read(self.event_path(number)).expect("it is there");
        let envelope = self.open(&self.casebook_keys(), &sealed).expect("a member");
        let envelope: Value = serde_json::from_slice(&envelope).expect("JSON");
        serde_json::from_str(envelope["event"].as_str().expect("a text")).expect("JSON")
    }

    /// The id of the member whose name that is.
    pub(crate) fn member(&self, name: &str) -> String {
        (1..=self.version())
            .map(|number| self.event(number)["what"].clone())
            .find_map(|what| {
                let joined = [&what["created"]["founder"], &what["proposed"]["join"]];
                let found = joined.into_iter().find(|joined| joined["name"] == name)?;
                found["id"].as_str().map(str::to_owned)
            })
            .expect("a member")
    }

    /// Seals something to a recipient, in base64, bound to the event that comes next.
    pub(crate) fn sealed(&self, by: &str, report: &str, to: &str, matter: &Value) -> Value {
        let bound = json!({
            "casebook": self.event(1)["casebook"],
            "event": self.version() + 1,
            "by": by,
            "report": report,
            "matter": matter,
        });
        let sealed = seal(to, bound.to_string().as_bytes());
        json!({"report": report, "sealed": data_encoding::BASE64.encode(&sealed)})
    }

    /// The member's signature over a document of that format.
    pub(crate) fn signature(&self, document: &str, format: &str) -> String {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("document");
        fs::write(&file, document).expect("a file");
        let signed = Command::new("minisign")
            .args(["-S", "-s"])
            .arg(self.place.path(&format!("{}/signing.key", self.keys)))
            .args(["-c", "signature from a candour signer key", "-t", format, "-m"])
            .arg(&file)
            .stdin(Stdio::null())
            .output()
            .expect("minisign runs");
        assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
        fs::read_to_string(directory.path().join("document.minisig")).expect("a signature")
    }

    /// Puts an event at the end: signed with the member's key, sealed to the casebook's.
    pub(crate) fn append(&self, by: &str, what: &Value) {
        let last = self.version();
        let before = fs::read(self.event_path(last)).expect("it is there");
        let event = json!({
            "format": "candour-casebook-v3",
            "casebook": self.event(1)["casebook"],
            "number": last + 1,
            "previous": data_encoding::HEXLOWER.encode(&Sha256::digest(&before)),
            "on": today(),
            "by": by,
            "what": what,
        });
        let event = event.to_string();
        let signature = self.signature(&event, "candour-casebook-v3");
        let public = self.place.path(&format!("{}/signer.pub", self.keys));
        let signer = fs::read_to_string(public).expect("it is there").lines().last().expect("a key").to_owned();
        let envelope = json!({"event": event, "signer": signer, "signature": signature}).to_string();
        let sealed = seal(&public_half(&self.casebook_keys()), envelope.as_bytes());
        fs::write(self.event_path(last + 1), sealed).expect("a file");
    }
}

/// A new key, as an identity file.
pub(crate) fn new_key() -> String {
    let made = Command::new("age-keygen").stdin(Stdio::null()).stderr(Stdio::null()).output().expect("age-keygen runs");
    String::from_utf8(made.stdout).expect("text")
}

/// The recipient of the first key of an identity file.
pub(crate) fn public_half(identity: &str) -> String {
    let first = identity.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).expect("a key");
    let public = piped(Command::new("age-keygen").arg("-y"), first.as_bytes()).expect("a key");
    String::from_utf8(public).expect("text").trim().to_owned()
}

/// Seals to a recipient.
pub(crate) fn seal(to: &str, plain: &[u8]) -> Vec<u8> {
    piped(Command::new("age").args(["-r", to]), plain).expect("age seals")
}

fn piped(command: &mut Command, input: &[u8]) -> Option<Vec<u8>> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the tool runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        // A tool that says no before it has read all is told apart by its status.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("it ends");
    output.status.success().then_some(output.stdout)
}

fn today() -> String {
    candour::domain::Today::today(&candour::domain::SystemDay).to_string()
}
