//! System calls that fail, or end the program, at a chosen place: what a dying disk and a power cut do, by `strace`.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use super::installation::{Installation, Said};

/// The calls by which anything on a disk changes, and those that wait for it.
pub(crate) const WRITES: &[&str] = &["write", "pwrite64", "ftruncate", "fsync", "fdatasync", "syncfs"];
/// The calls that change names.
pub(crate) const NAMES: &[&str] = &["rename", "renameat2", "linkat", "unlink", "unlinkat", "mkdir"];

/// What happens to a system call, and when.
#[derive(Clone)]
pub(crate) struct Fault<'a> {
    pub(crate) call: &'a str,
    /// `error=EIO`, `signal=KILL`.
    pub(crate) what: &'a str,
    /// `3` for the third such call of each thread, `3+` for that and all after it.
    pub(crate) when: String,
}

/// What became of a command that met a fault.
pub(crate) enum Met {
    /// It ended by itself, and these calls failed.
    Ended(Said, Vec<String>),
    /// It was killed.
    Killed,
}

/// A fault that a running process meets until this is dropped.
pub(crate) struct Attached {
    strace: Child,
    trace: PathBuf,
}

/// Runs a command that meets a fault.
pub(crate) fn run(place: &Installation, arguments: &[&str], fault: &Fault<'_>) -> Met {
    let (output, trace) = traced(place, arguments, fault.call, &["-e", &fault.expression()]);
    match output.status.code() {
        None => Met::Killed,
        Some(_) => Met::Ended(Said::from(output), injected(&trace)),
    }
}

/// How many times a command that nothing disturbs makes each of some calls, on the thread that makes most of them.
pub(crate) fn count(place: &Installation, arguments: &[&str], calls: &[&str]) -> BTreeMap<String, usize> {
    let (output, trace) = traced(place, arguments, &calls.join(","), &[]);
    assert!(output.status.success(), "candour {} under strace", arguments.join(" "));
    per_call(&trace)
}

fn traced(place: &Installation, arguments: &[&str], calls: &str, more: &[&str]) -> (Output, String) {
    let trace = place.path("trace");
    let mut strace = place.program("strace");
    strace.args(["-f", "-qq", "-y", "-e", "signal=none", "-e", &format!("trace={calls}"), "-o"]).arg(&trace);
    strace.args(more).arg(env!("CARGO_BIN_EXE_candour")).args(arguments);
    let output = strace.output().expect("strace runs");
    (output, fs::read_to_string(&trace).expect("a trace"))
}

impl Attached {
    /// From now on the process meets a fault; every thread counts its own calls.
    pub(crate) fn to(process: u32, directory: &Path, fault: &Fault<'_>) -> Self {
        Self::tracing(process, directory, fault.call, &["-e", &fault.expression()])
    }

    /// From now on the process's calls are counted.
    pub(crate) fn counting(process: u32, directory: &Path, calls: &[&str]) -> Self {
        Self::tracing(process, directory, &calls.join(","), &[])
    }

    fn tracing(process: u32, directory: &Path, calls: &str, more: &[&str]) -> Self {
        let trace = directory.join("trace");
        let mut strace = Command::new("strace")
            .args(["-f", "-y", "-e", "signal=none", "-e", &format!("trace={calls}")])
            .args(more)
            .args(["-p", &process.to_string(), "-o"])
            .arg(&trace)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("strace runs");
        let mut said = BufReader::new(strace.stderr.take().expect("a pipe"));
        let mut line = String::new();
        said.read_line(&mut line).expect("a line");
        assert!(line.contains("attached"), "{line}");
        // Threads that come and go are told of too; a full pipe would stop them.
        std::thread::spawn(move || io::copy(&mut said, &mut io::sink()));
        Self { strace, trace }
    }

    /// Lets go of the process. Gives the calls that failed.
    pub(crate) fn detach(mut self) -> Vec<String> {
        injected(&self.end())
    }

    /// Lets go of the process. Gives how many times the thread that made most of each call made it.
    pub(crate) fn counted(mut self) -> BTreeMap<String, usize> {
        per_call(&self.end())
    }

    fn end(&mut self) -> String {
        let _ = kill_process(Pid::from_child(&self.strace), Signal::INT);
        self.strace.wait().expect("strace ends");
        fs::read_to_string(&self.trace).expect("a trace")
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        // A test that fails must not leave a process that hangs on its tracer.
        let _ = kill_process(Pid::from_child(&self.strace), Signal::INT);
        let _ = self.strace.wait();
    }
}

impl Fault<'_> {
    fn expression(&self) -> String {
        format!("inject={}:{}:when={}", self.call, self.what, self.when)
    }
}

fn injected(trace: &str) -> Vec<String> {
    trace.lines().filter(|line| line.contains("(INJECTED)")).map(str::to_owned).collect()
}

fn per_call(trace: &str) -> BTreeMap<String, usize> {
    let mut threads = BTreeMap::<(&str, &str), usize>::new();
    for line in trace.lines().filter(|line| !line.contains(" resumed>")) {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, _)) = rest.trim_start().split_once('(') else { continue };
        *threads.entry((call, thread)).or_default() += 1;
    }
    let mut most = BTreeMap::new();
    for ((call, _), times) in threads {
        let most = most.entry(call.to_owned()).or_default();
        *most = times.max(*most);
    }
    most
}
