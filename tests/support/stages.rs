//! One concern on its way from the box to the desk and back, with the state of everything kept before each command, so
//! that a command can be disturbed again and again at the same place.

use std::{fs, io::Write, path::Path};

use serde_json::Value;

use super::{http, installation::Installation, person};

/// What commands between box and desk change.
const CARRIED: &[&str] = &["box", "casebook", "c1", "d1"];
/// What commands at the desk alone change.
const AT_DESK: &[&str] = &["casebook", "b1", "restored"];

/// What commands at the box alone change.
const AT_BOX: &[&str] = &["box"];

/// Makes a casebook of the backup.
const RESTORE: &[&str] = &[
    "desk",
    "restore",
    "--casebook",
    "restored",
    "--identity",
    "team/identity.txt",
    "--signing-key",
    "team/signing.key",
    "b1",
];

/// The commands, one after another.
pub(crate) struct Stages {
    pub(crate) place: Installation,
    pub(crate) all: Vec<Stage>,
}

/// One command.
pub(crate) struct Stage {
    /// What it is called in a failure, and where the state before it is kept.
    pub(crate) name: &'static str,
    pub(crate) arguments: Vec<String>,
    /// The file that it writes.
    pub(crate) output: Option<&'static str>,
    /// What it may change.
    kept: &'static [&'static str],
    /// What is there when nothing disturbed it.
    pub(crate) end: Value,
}

impl Stages {
    /// Makes an installation, sends one concern with a file, and runs every command once.
    pub(crate) fn new() -> Self {
        let place = Installation::new();
        let running = place.serve();
        let file = http::File::new("evidence.bin", "application/octet-stream", &[7; 100_000]);
        person::send(running.address, "procurement", &[], vec![file]);
        running.stop();
        let notice = "How we will use what you told us.";
        fs::File::create(place.path("notice")).and_then(|mut file| file.write_all(notice.as_bytes())).expect("a file");
        let mut stages = Self { place, all: Vec::new() };
        let collect = ["collect", "--data", "box", "--keys", "public", "--out", "c1"];
        stages.add("collect", CARRIED, &collect, Some("c1"));
        stages.add("import", CARRIED, &["desk", "import", "--casebook", "casebook", "c1"], None);
        let report = stages.place.desk_list()[0]["id"].as_str().expect("an id").to_owned();
        stages.add(
            "decide",
            CARRIED,
            &[
                "desk",
                "decide",
                "--casebook",
                "casebook",
                &report,
                "--area",
                "competition",
                "--notice-file",
                "notice",
                "--reply-file",
                "notice",
            ],
            None,
        );
        stages.add("export", CARRIED, &["desk", "export", "--casebook", "casebook", "--out", "d1"], Some("d1"));
        stages.add("deliver", CARRIED, &["deliver", "--data", "box", "--keys", "public", "d1"], None);
        stages.add("ready", CARRIED, &["collect", "--data", "box", "--keys", "public", "--ready"], None);
        stages.add("backup", AT_DESK, &["desk", "backup", "--casebook", "casebook", "--out", "b1"], Some("b1"));
        stages.add("restore", AT_DESK, RESTORE, Some("restored/casebook.json"));
        let aside = ["desk", "set-aside", "--casebook", "casebook", "--reason", "not-for-us", &report];
        stages.add("set-aside", AT_DESK, &aside, None);
        stages.add("renew", AT_BOX, &["init", "--data", "box", "--keys", "public", "--renew-box-key"], None);
        stages
    }

    fn add(
        &mut self,
        name: &'static str,
        kept: &'static [&'static str],
        arguments: &[&str],
        output: Option<&'static str>,
    ) {
        for kept in kept {
            copy(&self.place.path(kept), &self.place.path(&format!("before-{name}/{kept}")));
        }
        self.place.done(arguments);
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let mut stage = Stage { name, arguments, output, kept, end: Value::Null };
        stage.end = self.end(&stage);
        // Looking may have gone further than the command itself.
        self.restore(&stage);
        self.place.done(&stage.arguments());
        self.all.push(stage);
    }

    /// Puts everything back as it was before the command.
    pub(crate) fn restore(&self, stage: &Stage) {
        for kept in stage.kept {
            let path = self.place.path(kept);
            remove(&path);
            remove(&self.place.path(&format!("{kept}.partial")));
            copy(&self.place.path(&format!("before-{}/{kept}", stage.name)), &path);
        }
    }

    /// What there is once the command has done its work: what whoever goes on from there would see.
    pub(crate) fn end(&self, stage: &Stage) -> Value {
        let place = &self.place;
        match stage.name {
            // The desk takes the file in, and sees the same.
            "collect" => {
                place.import("c1");
                place.desk_list()
            }
            "import" | "decide" => place.desk_show(place.desk_list()[0]["id"].as_str().expect("an id")),
            // The box takes the file in, and keeps the same promises.
            "export" => {
                let said = place.deliver("d1");
                serde_json::json!([said, self.clocks()])
            }
            // It is restored, and has all that is in it.
            "backup" => {
                place.done(RESTORE);
                self.restored()
            }
            "restore" => self.restored(),
            "set-aside" => place.desk_list(),
            // The new key has its place, and nothing of the one before is left.
            "renew" => {
                let check = place.done(&["check", "--data", "box", "--keys", "public"]);
                assert!(check.contains("ok       the box's signing key fits box.pub"), "{check}");
                serde_json::json!([names_in(&place.path("box")), self.clocks()])
            }
            _ => {
                let check = place.done(&["check", "--data", "box", "--keys", "public", "--whole"]);
                assert!(check.contains("ok       every page and reference of the database is sound"), "{check}");
                assert!(check.contains("ok       every sealed file is as it was stored"), "{check}");
                self.clocks()
            }
        }
    }

    /// Whether a command has done its work; none if only its end tells.
    pub(crate) fn is_done(&self, stage: &Stage) -> Option<bool> {
        match (stage.name, stage.output) {
            (_, Some(name)) => Some(self.place.path(name).exists()),
            ("decide", _) => Some(self.decisions() > 0),
            ("set-aside", _) => Some(!self.place.desk_list()[0]["set_aside"].is_null()),
            _ => None,
        }
    }

    /// A restored casebook, by what opens and by what lies in it.
    fn restored(&self) -> Value {
        let list = self.place.json(&["desk", "list", "--casebook", "restored", "--json"]);
        serde_json::json!([list, names_in(&self.place.path("restored"))])
    }

    /// How many decisions are recorded. A look at the queue leaves no event, as opening the report would.
    pub(crate) fn decisions(&self) -> usize {
        usize::from(self.place.desk_list()[0]["state"] == "decided")
    }

    fn clocks(&self) -> Value {
        self.place.json(&["clocks", "--data", "box", "--json"])
    }
}

impl Stage {
    pub(crate) fn arguments(&self) -> Vec<&str> {
        self.arguments.iter().map(String::as_str).collect()
    }
}

fn names_in(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).expect("it is there");
    let mut names: Vec<String> =
        names.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a directory");
        fs::set_permissions(to, from.metadata().expect("a directory").permissions()).expect("a directory");
        for entry in fs::read_dir(from).expect("a directory") {
            let entry = entry.expect("an entry");
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else if from.is_file() {
        fs::copy(from, to).expect("a copy");
    }
}

fn remove(path: &Path) {
    if path.is_dir() {
        fs::remove_dir_all(path).expect("it goes");
    } else {
        let _ = fs::remove_file(path);
    }
}
