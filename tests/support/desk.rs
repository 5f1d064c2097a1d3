//! The desk opened in a browser, with the real binary, and a browser without scripts in front of it.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::JoinHandle,
    time::Duration,
};

use super::{
    http::{self, Fields, Page},
    installation::Installation,
};

/// How long it may take to print an address: keys under a passphrase take a second or two to open.
const PATIENCE: Duration = Duration::from_secs(30);

/// A desk that is open.
pub(crate) struct DeskServing {
    child: Child,
    pub(crate) address: SocketAddr,
    /// The path and query that open it, as printed first.
    pub(crate) opening: String,
    lines: Receiver<String>,
    errors: Option<JoinHandle<String>>,
}

/// A browser without scripts that keeps its cookie.
pub(crate) struct Reviewer {
    address: SocketAddr,
    pub(crate) cookie: Option<String>,
}

impl Installation {
    /// Opens the desk and waits until it says where.
    pub(crate) fn open_desk(&self, more: &[&str]) -> DeskServing {
        let mut command = self.program(env!("CARGO_BIN_EXE_candour"));
        command.args(["desk", "open", "--casebook", "casebook"]).args(more);
        DeskServing::start(command)
    }
}

impl DeskServing {
    /// Runs the command that opens it, and waits until it says where.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the desk starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut error = child.stderr.take().expect("a pipe");
        let (sender, lines) = channel();
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = error.read_to_string(&mut text);
            text
        });
        let Ok(line) = lines.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            panic!("no address: {}", errors.join().expect("text"))
        };
        let (address, opening) = parts(&line);
        Self { child, address, opening, lines, errors: Some(errors) }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The path and query of the next address that it prints.
    pub(crate) fn next_opening(&self) -> String {
        parts(&self.lines.recv_timeout(PATIENCE).expect("another address")).1
    }

    /// A browser that has not come in.
    pub(crate) fn stranger(&self) -> Reviewer {
        Reviewer { address: self.address, cookie: None }
    }

    /// A browser that came in by the first address.
    pub(crate) fn reviewer(&self) -> Reviewer {
        let mut reviewer = self.stranger();
        assert_eq!(reviewer.get(&self.opening).status, 303);
        reviewer
    }

    /// Tells it to stop and gives everything that it printed after the addresses that were read.
    pub(crate) fn stop(mut self) -> String {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("a signal");
        assert!(self.child.wait().expect("it ends").success());
        let errors = self.errors.take().map(|thread| thread.join().expect("text")).unwrap_or_default();
        self.lines.iter().map(|line| line + "\n").collect::<String>() + errors.as_str()
    }
}

impl Drop for DeskServing {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Reviewer {
    /// A browser that comes in by an address that was printed.
    pub(crate) fn at(line: &str) -> Self {
        let (address, opening) = parts(line);
        let mut reviewer = Self { address, cookie: None };
        assert_eq!(reviewer.get(&opening).status, 303);
        reviewer
    }

    pub(crate) fn get(&mut self, path: &str) -> Page {
        let head = format!("GET {path} HTTP/1.1\r\n{}", self.headers());
        let page = http::exchange(self.address, &head, |_| Ok(()));
        self.keep(page)
    }

    pub(crate) fn post(&mut self, path: &str, fields: &Fields) -> Page {
        let page = http::post_with(self.address, path, &self.headers(), fields);
        self.keep(page)
    }

    /// Sends a form with one file, as a browser does.
    pub(crate) fn send_file(&mut self, path: &str, fields: &Fields, name: &str, bytes: &[u8]) -> Page {
        self.send_files(path, fields, name, &[("file", bytes)])
    }

    /// Sends a form with files in one field, each with its name, as a browser does.
    pub(crate) fn send_files(&mut self, path: &str, fields: &Fields, name: &str, files: &[(&str, &[u8])]) -> Page {
        const BOUNDARY: &str = "----a-boundary-of-the-desk";
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        for (file, bytes) in files {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let head = format!(
            "POST {path} HTTP/1.1\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n{}",
            body.len(),
            self.headers()
        );
        let page = http::exchange(self.address, &head, |stream| std::io::Write::write_all(stream, &body));
        self.keep(page)
    }

    /// Imports a collection and waits for what became of it.
    pub(crate) fn import(&mut self, collection: &[u8]) -> Page {
        let form = self.get("/carry").form("/carry/import");
        let sent = self.send_file("/carry/import", &form, "collection", collection);
        assert_eq!(sent.status, 303, "{}", sent.all("main").join(" "));
        self.imported()
    }

    /// Waits for what became of an import.
    pub(crate) fn imported(&mut self) -> Page {
        let start = std::time::Instant::now();
        loop {
            let page = self.get("/carry/import");
            if page.header("refresh").is_none() {
                return page;
            }
            assert!(start.elapsed() < PATIENCE, "the import does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// As [`Self::post`], and goes where the answer leads.
    pub(crate) fn post_and_follow(&mut self, path: &str, fields: &Fields) -> Page {
        let page = self.post(path, fields);
        assert_eq!(page.status, 303, "{}", page.all("main").join(" "));
        let next = page.header("location").expect("a way to go").to_owned();
        self.get(&next)
    }

    pub(crate) fn headers(&self) -> String {
        self.cookie.iter().map(|cookie| format!("Cookie: {cookie}\r\n")).collect()
    }

    fn keep(&mut self, page: Page) -> Page {
        if let Some(set) = page.header("set-cookie") {
            let kept = set.split(';').next().unwrap_or_default().to_owned();
            self.cookie = (!set.contains("Max-Age=0")).then_some(kept);
        }
        page
    }
}

fn parts(line: &str) -> (SocketAddr, String) {
    let address = line.strip_prefix("desk: http://").unwrap_or_else(|| panic!("not an address: {line}"));
    let (host, path) = address.split_once('/').expect("a path");
    (host.parse().expect("an address"), format!("/{path}"))
}
