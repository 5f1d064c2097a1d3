//! A governance team, a box and a desk, made with the real binary as an operator and a reviewer would.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use candour::files::{self, Readers};
use tempfile::TempDir;

/// The command that runs the box.
pub(crate) const SERVE: &[&str] = &["serve", "--data", "box", "--keys", "public", "--listen", "127.0.0.1:0"];

/// How long the box may take to say something.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything in one directory: `team` and `casebook` (the offline machine), `public` and `box` (the server).
pub(crate) struct Installation {
    directory: TempDir,
    /// The program that is run.
    candour: PathBuf,
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) error: String,
}

/// A box that is running.
pub(crate) struct Serving {
    child: Child,
    /// Of the box itself, not of what it runs under.
    id: u32,
    pub(crate) address: SocketAddr,
    /// Where else it listens, as it said: `https://ADDR`, `unix:PATH`.
    pub(crate) also: Vec<String>,
    /// What it has said on stderr so far.
    said: Arc<Mutex<String>>,
    output: Option<JoinHandle<String>>,
}

impl Installation {
    pub(crate) fn new() -> Self {
        Self::empty().made(None)
    }

    /// The same by another program, if one is named.
    pub(crate) fn of_program(program: Option<PathBuf>) -> Self {
        let empty = Self::empty();
        Self { candour: program.unwrap_or_else(|| empty.candour.clone()), ..empty }.made(None)
    }

    /// A directory with nothing in it.
    pub(crate) fn empty() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        Self { directory, candour: env!("CARGO_BIN_EXE_candour").into() }
    }

    /// The same with the team's keys under a passphrase, which is in the file `pass`.
    pub(crate) fn with_passphrase(passphrase: &str) -> Self {
        Self::empty().made(Some(passphrase))
    }

    fn made(self, passphrase: Option<&str>) -> Self {
        let installation = self;
        let protected = ["--passphrase-file", "pass"];
        let (new, open) = match passphrase {
            None => (["--no-passphrase"].as_slice(), [].as_slice()),
            Some(passphrase) => {
                installation.put_secret("pass", passphrase.as_bytes());
                (protected.as_slice(), protected.as_slice())
            }
        };
        installation.done(&[&["keys", "new", "--out", "team"], new].concat());
        fs::create_dir(installation.path("public")).expect("a directory");
        fs::copy(installation.path("team/governance.recipients"), installation.path("public/governance.recipients"))
            .expect("a copy");
        fs::copy(installation.path("team/signer.pub"), installation.path("public/signers.pub")).expect("a copy");
        installation.done(&["init", "--data", "box", "--keys", "public"]);
        let init = ["desk", "init", "--casebook", "casebook", "--box-key", "box/box.pub"];
        let keys = ["--identity", "team/identity.txt", "--signing-key", "team/signing.key"];
        installation.done(&[init.as_slice(), &keys, open].concat());
        installation
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Puts a new file there.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        let file = fs::File::create_new(self.path(name));
        file.and_then(|mut file| Write::write_all(&mut file, bytes)).expect("a file");
    }

    /// Puts a new file there that its owner alone can read.
    pub(crate) fn put_secret(&self, name: &str, bytes: &[u8]) {
        files::write_new(&self.path(name), Readers::Owner, bytes).expect("a file");
    }

    /// Runs a command in the installation's directory.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let output = self.program(&self.candour).args(arguments).output();
        Said::from(output.expect("the command runs"))
    }

    /// A program in the installation's directory, still to be started.
    pub(crate) fn program(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.directory.path()).env("RUST_BACKTRACE", "0").stdin(Stdio::null());
        command
    }

    /// Runs a command that has to succeed.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.status, 0, "candour {}: {}{}", arguments.join(" "), said.out, said.error);
        assert_eq!(said.error, "", "candour {}", arguments.join(" "));
        said.out
    }

    /// Runs a command that has to be refused, with one line on stderr and nothing on stdout.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!((said.status, said.out.as_str()), (1, ""), "candour {}: {}", arguments.join(" "), said.error);
        assert_eq!(said.error.lines().count(), 1, "{}", said.error);
        said.error
    }

    /// Runs a command and reads its JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.done(arguments)).expect("JSON")
    }

    /// Makes what was sent stand in the database, as any command does that reads it.
    pub(crate) fn fold(&self) {
        self.done(&["clocks", "--data", "box"]);
    }

    pub(crate) fn collect(&self, name: &str) -> String {
        self.done(&["collect", "--data", "box", "--keys", "public", "--out", name])
    }

    pub(crate) fn import(&self, name: &str) -> String {
        self.done(&["desk", "import", "--casebook", "casebook", name])
    }

    /// Carries what the box has to the desk. Gives the id of the report that is due first.
    pub(crate) fn carry_in(&self, name: &str) -> String {
        self.collect(name);
        self.import(name);
        self.desk_list()[0]["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) fn export(&self, name: &str) -> String {
        self.done(&["desk", "export", "--casebook", "casebook", "--out", name])
    }

    /// Records a decision at the desk.
    pub(crate) fn decide(&self, id: &str, decision: &[&str]) {
        self.done(&[&["desk", "decide", "--casebook", "casebook", id], decision].concat());
    }

    pub(crate) fn deliver(&self, name: &str) -> String {
        self.done(&["deliver", "--data", "box", "--keys", "public", name])
    }

    pub(crate) fn desk_list(&self) -> serde_json::Value {
        self.json(&["desk", "list", "--casebook", "casebook", "--json"])
    }

    pub(crate) fn desk_show(&self, id: &str) -> serde_json::Value {
        self.json(&["desk", "show", "--casebook", "casebook", id, "--json"])
    }

    /// Starts the box and waits until it says that it listens.
    pub(crate) fn serve(&self) -> Serving {
        self.serve_with(&[])
    }

    /// As [`Self::serve`], with further arguments.
    pub(crate) fn serve_with(&self, more: &[&str]) -> Serving {
        self.serve_under(&[], more)
    }

    /// As [`Self::serve_with`], run by another program: its name, then its own arguments.
    pub(crate) fn serve_under(&self, runner: &[&str], more: &[&str]) -> Serving {
        // How full the disk of this machine is decides no test, unless one brings a configuration of its own.
        fs::File::create(self.path("box.toml"))
            .and_then(|mut file| file.write_all(b"[limits]\ndisk_reserve_mib = 0\n"))
            .expect("a configuration");
        let config: &[&str] = if more.contains(&"--config") { &[] } else { &["--config", "box.toml"] };
        let candour = self.candour.to_str().expect("its path is text");
        let words = [runner, &[candour], SERVE, config, more].concat();
        let mut child = self
            .program(words[0])
            .args(&words[1..])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the box starts");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut error = child.stderr.take().expect("a pipe");
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| {
            let mut why = String::new();
            let _ = error.read_to_string(&mut why);
            panic!("{line}{why}")
        });
        let address = address.parse().expect("an address");
        let further = words.iter().filter(|word| **word == "--listen").count() - 1;
        let also = (0..further).map(|_| {
            let mut line = String::new();
            out.read_line(&mut line).expect("a line");
            line.trim().strip_prefix("listening on ").expect("where it listens").to_owned()
        });
        let also = also.collect();
        let said = Arc::new(Mutex::new(String::new()));
        let saying = Arc::clone(&said);
        let output = std::thread::spawn(move || {
            for line in BufReader::new(error).lines().map_while(Result::ok) {
                *saying.lock().unwrap_or_else(PoisonError::into_inner) += &format!("{line}\n");
            }
            let mut text = saying.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let _ = out.read_to_string(&mut text);
            text
        });
        let id = if runner.is_empty() { child.id() } else { only_child(child.id()) };
        Serving { child, id, address, also, said, output: Some(output) }
    }

    /// Every file below the installation but those of the team's keys, with its bytes.
    pub(crate) fn every_file(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        walk(self.directory.path(), &mut found);
        found
    }

    /// Fails if any of the markers stands in any file.
    pub(crate) fn assert_nothing_plain(&self, markers: &[&str], when: &str) {
        for (path, bytes) in self.every_file() {
            for marker in markers {
                assert!(!holds(&bytes, marker.as_bytes()), "{when}: {} holds {marker}", path.display());
            }
        }
    }
}

impl Serving {
    /// The address at which it speaks TLS.
    pub(crate) fn over_tls(&self) -> SocketAddr {
        let address = self.also.iter().find_map(|also| also.strip_prefix("https://")).expect("it speaks TLS");
        address.parse().expect("an address")
    }

    /// Waits until it has said something on stderr.
    pub(crate) fn until_said(&self, part: &str) {
        let start = Instant::now();
        while !self.said.lock().unwrap_or_else(PoisonError::into_inner).contains(part) {
            assert!(start.elapsed() < PATIENCE, "it says nothing of {part}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether it is still running.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("its state").is_none()
    }

    /// The most memory that it had so far, in KiB, without the pages of its own program, which is large in a build for tests.
    pub(crate) fn peak_memory_kib(&self) -> u64 {
        self.memory_kib("VmHWM:").saturating_sub(self.memory_kib("RssFile:"))
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// A size in `/proc/PID/status`, in KiB.
    pub(crate) fn memory_kib(&self, field: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).expect("a status");
        let line = status.lines().find(|line| line.starts_with(field)).expect("the field");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
    }

    /// Ends it at once, as a power cut does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a signal");
        self.child.wait().expect("it ends");
    }

    /// Tells it to stop and gives everything that it printed after the first line.
    pub(crate) fn stop(mut self) -> String {
        self.signal(rustix::process::Signal::TERM).expect("a signal");
        assert!(self.child.wait().expect("it ends").success());
        self.output.take().map(|thread| thread.join().expect("text")).unwrap_or_default()
    }
}

impl Serving {
    /// Tells it something.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) -> rustix::io::Result<()> {
        let id = i32::try_from(self.id).ok().and_then(rustix::process::Pid::from_raw).expect("an id");
        rustix::process::kill_process(id, signal)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // What it runs under would leave it running.
        if self.id != self.child.id() && self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            let _ = self.signal(rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self { status: output.status.code().unwrap_or(-1), out: text(output.stdout), error: text(output.stderr) }
    }
}

fn only_child(of: u32) -> u32 {
    let children = fs::read_to_string(format!("/proc/{of}/task/{of}/children")).expect("a list");
    children.trim().parse().expect("one child")
}

fn walk(directory: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            let bytes = fs::read(&path).unwrap_or_default();
            found.push((path, bytes));
        }
    }
}

/// Whether some bytes stand anywhere in others.
pub(crate) fn holds(bytes: &[u8], marker: &[u8]) -> bool {
    // Far quicker than comparing every window: only where the first byte fits.
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == marker[0]) {
        let start = from + at;
        if bytes[start..].starts_with(marker) {
            return true;
        }
        from = start + 1;
    }
    false
}
