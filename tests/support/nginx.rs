//! Debian's nginx as the test's own process, below a directory of its own.

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    net::{AddressFamily, SocketType, bind, getsockname, socket, sockopt::set_socket_reuseaddr},
    process::{Pid, Signal, kill_process},
};
use tempfile::TempDir;

use super::{certificates::Authority, installation::holds};

/// How long it may take to start, or to stop.
const PATIENCE: Duration = Duration::from_secs(20);
/// Debian's own, as it is installed.
const DEBIANS: &str = "/etc/nginx/nginx.conf";
/// Every call by which a file is opened, made or named.
const OPENING: &str = "open,openat,openat2,creat,rename,renameat,renameat2,link,linkat,memfd_create";

/// A front that is running.
pub(crate) struct Nginx {
    pub(crate) address: SocketAddr,
    place: TempDir,
    /// `strace`, with nginx below it, or nginx itself.
    child: Child,
    _port: HeldPort,
}

impl Nginx {
    /// The configuration that is shipped, before a box at that address; every file that it opens is noted.
    pub(crate) fn shipped(to: SocketAddr, authority: &Authority) -> Self {
        let place = tempfile::tempdir().expect("a directory");
        authority.write_to(place.path());
        let port = HeldPort::new();
        let address = port.address();
        let own = place.path().display().to_string();
        let config = fs::read_to_string("deploy/nginx.conf").expect("the configuration");
        let config = replaced(
            config,
            &[
                ("user www-data;", own_user()),
                ("/run/nginx", &format!("{own}/nginx")),
                ("/etc/nginx/certificate", &format!("{own}/certificate")),
                ("listen 443 ssl;", &format!("listen {address} ssl;")),
                ("listen [::]:443 ssl;", ""),
                ("http://unix:/run/candour/front.sock:;", &format!("http://{to};")),
            ],
        );
        let trace = place.path().join("trace");
        let strace = ["strace", "-f", "-qq", "-e", "signal=none", "-e", &format!("trace={OPENING}"), "-o"];
        Self::start(place, &config, port, &[&strace[..], &[&trace.display().to_string()]].concat())
    }

    /// Debian's configuration with a site as anyone would add it, before a box at that address.
    pub(crate) fn debians(to: SocketAddr, authority: &Authority) -> Self {
        let place = tempfile::tempdir().expect("a directory");
        authority.write_to(place.path());
        let port = HeldPort::new();
        let address = port.address();
        let own = place.path().display().to_string();
        let site = format!(
            "server {{ listen {address} ssl; client_max_body_size 500m; ssl_certificate {own}/certificate.pem; \
             ssl_certificate_key {own}/certificate.key; location / {{ proxy_pass http://{to}; }} }}\n"
        );
        put(&place.path().join("site.conf"), &site);
        let config = fs::read_to_string(DEBIANS).expect("nginx is installed");
        // Where it writes is all that is other; the directory for bodies is built in.
        let config = replaced(
            config,
            &[
                ("user www-data;", own_user()),
                ("include /etc/nginx/modules-enabled/*.conf;", ""),
                ("/run/nginx.pid", &format!("{own}/nginx.pid")),
                ("/var/log/nginx", &own),
                (
                    "include /etc/nginx/conf.d/*.conf;",
                    &format!("client_body_temp_path {own}/body; proxy_temp_path {own}/proxy;"),
                ),
                ("/etc/nginx/sites-enabled/*", &format!("{own}/site.conf")),
            ],
        );
        Self::start(place, &config, port, &[])
    }

    fn start(place: TempDir, config: &str, port: HeldPort, under: &[&str]) -> Self {
        let path = place.path().join("nginx.conf");
        put(&path, config);
        let [own, path] = [place.path(), &path].map(|path| path.display().to_string());
        let nginx = ["/usr/sbin/nginx", "-p", &own, "-e", "stderr", "-c", &path, "-g", "daemon off;"];
        let words = [under, &nginx].concat();
        let mut child = Command::new(words[0])
            .args(&words[1..])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("nginx and strace are installed");
        let address = port.address();
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            if Instant::now() > until || child.try_wait().expect("its state").is_some() {
                let _ = child.kill();
                let mut why = String::new();
                let _ = child.stderr.take().expect("a pipe").read_to_string(&mut why);
                panic!("nginx does not start: {why}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { address, place, child, _port: port }
    }

    /// Where it writes.
    pub(crate) fn directory(&self) -> &Path {
        self.place.path()
    }

    /// The names of files of it, now, that hold some bytes; also of those that it keeps open and gave no name that lasts.
    pub(crate) fn files_with(&self, marker: &str) -> Vec<String> {
        let mut found = Vec::new();
        search(self.place.path(), marker.as_bytes(), &mut found);
        found.extend(
            self.unlinked().into_iter().filter(|(_, bytes)| holds(bytes, marker.as_bytes())).map(|(path, _)| path),
        );
        let name = |path: PathBuf| path.strip_prefix(self.place.path()).expect("below it").display().to_string();
        let mut names: Vec<String> = found.into_iter().map(name).collect();
        names.sort();
        names
    }

    /// What its processes have open below its directory and nobody else can open any more.
    fn unlinked(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let Some(master) = self.master() else { return Vec::new() };
        let children = fs::read_to_string(format!("/proc/{master}/task/{master}/children")).unwrap_or_default();
        let mut found = Vec::new();
        for process in children.split_whitespace() {
            for open in fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten() {
                let target = fs::read_link(open.path()).unwrap_or_default();
                let name = target.to_string_lossy().into_owned();
                if let Some(name) =
                    name.strip_suffix(" (deleted)").filter(|name| Path::new(name).starts_with(self.place.path()))
                {
                    found.push((PathBuf::from(name), fs::read(open.path()).unwrap_or_default()));
                }
            }
        }
        found
    }

    fn master(&self) -> Option<i32> {
        fs::read_to_string(self.place.path().join("nginx.pid")).ok()?.trim().parse().ok()
    }

    /// Waits until a file of it holds some bytes. Gives up after some seconds.
    pub(crate) fn wait_for_file_with(&self, marker: &str) -> Vec<String> {
        let until = Instant::now() + PATIENCE;
        loop {
            let found = self.files_with(marker);
            if !found.is_empty() || Instant::now() > until {
                return found;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops it. Gives what it opened to write, if that was noted.
    pub(crate) fn stop(mut self) -> Vec<String> {
        self.end();
        let trace = fs::read_to_string(self.place.path().join("trace")).unwrap_or_default();
        // A call that another one came between is noted with its words when it begins.
        let writes =
            |line: &&str| !line.contains(" resumed>") && (!line.contains("O_RDONLY") || line.contains("O_CREAT"));
        trace.lines().filter(writes).map(str::to_owned).collect()
    }

    fn end(&mut self) {
        let _ = self.master().and_then(Pid::from_raw).map(|pid| kill_process(pid, Signal::TERM));
        let until = Instant::now() + PATIENCE;
        while self.child.try_wait().is_ok_and(|ended| ended.is_none()) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.end();
        }
    }
}

/// A port for a program that has to be told one. Nobody else is given it meanwhile: a socket has it that does not listen,
/// beside which a program can that shares addresses, as nginx and tor do.
pub(crate) struct HeldPort(OwnedFd);

impl HeldPort {
    pub(crate) fn new() -> Self {
        let held = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
        set_socket_reuseaddr(&held, true).expect("it is new");
        bind(&held, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).expect("a port");
        Self(held)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        getsockname(&self.0).and_then(SocketAddr::try_from).expect("it is bound")
    }

    pub(crate) fn number(&self) -> u16 {
        self.address().port()
    }
}

/// A text with each of these put in the place of what has to be there.
pub(crate) fn replaced(mut text: String, words: &[(&str, &str)]) -> String {
    for (from, to) in words {
        assert!(text.contains(from), "{from} stands there");
        text = text.replace(from, to);
    }
    text
}

/// Root alone can become somebody else, who could not write below the test's directory.
fn own_user() -> &'static str {
    if rustix::process::getuid().is_root() { "user root;" } else { "" }
}

fn put(path: &Path, text: &str) {
    File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes())).expect("a file");
}

/// Files below a directory that hold some bytes. What is gone meanwhile holds none.
pub(crate) fn search(directory: &Path, marker: &[u8], found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            search(&path, marker, found);
        } else if path.is_file() && fs::read(&path).is_ok_and(|bytes| holds(&bytes, marker)) {
            found.push(path);
        }
    }
}
