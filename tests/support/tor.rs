//! A Tor network of the test's own on this machine: three authorities, two relays, a service as it is shipped, and a client.
//! None of it speaks to anything outside.

use std::{
    fs::{self, File},
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    nginx::{HeldPort, replaced, search},
    relay::Towards,
};

/// How long the network may take until the service can be reached.
const READY_WITHIN: Duration = Duration::from_mins(3);
const AUTHORITIES: usize = 3;
const RELAYS: usize = 2;

/// What every node of the network is told.
const COMMON: &str =
    "TestingTorNetwork 1\nPathsNeededToBuildCircuits 0.25\nShutdownWaitLength 0\nV3AuthNIntervalsValid 2\n";
/// What makes an authority that votes often, and takes everybody for everything.
const VOTING: &str = "AuthoritativeDirectory 1\nV3AuthoritativeDirectory 1\nContactInfo none\nTestingMinExitFlagThreshold 0\n\
    TestingDirAuthVoteExit *\nTestingDirAuthVoteGuard *\nTestingDirAuthVoteHSDir *\n\
    V3AuthVotingInterval 20\nV3AuthVoteDelay 4\nV3AuthDistDelay 4\n\
    TestingV3AuthInitialVotingInterval 20\nTestingV3AuthInitialVoteDelay 4\nTestingV3AuthInitialDistDelay 4\n";

/// A network that runs, with one onion service in it.
pub(crate) struct TorNetwork {
    place: TempDir,
    nodes: Vec<Child>,
    /// For as long as the network runs.
    _ports: [Vec<Node>; 2],
    socks: HeldPort,
}

/// An authority or a relay.
struct Node {
    name: String,
    or_port: HeldPort,
    dir_port: HeldPort,
}

impl TorNetwork {
    /// Starts one with a service before a box at that address, as `deploy/torrc` makes it.
    pub(crate) fn before(to: SocketAddr) -> Self {
        let place = tempfile::tempdir().expect("a directory");
        let node = |kind: &str, number| Node {
            name: format!("{kind}{number}"),
            or_port: HeldPort::new(),
            dir_port: HeldPort::new(),
        };
        let authorities: Vec<Node> = (0..AUTHORITIES).map(|number| node("authority", number)).collect();
        let relays: Vec<Node> = (0..RELAYS).map(|number| node("relay", number)).collect();
        let lines: String = authorities.iter().map(|authority| authority.introduce(place.path())).collect();
        let network = format!("{COMMON}{lines}");
        let mut nodes = Vec::new();
        for (node, more) in
            authorities.iter().zip(std::iter::repeat(VOTING)).chain(relays.iter().zip(std::iter::repeat("")))
        {
            nodes.push(start(place.path(), &node.name, &format!("{}{network}{more}", node.own(place.path()))));
        }
        let directory = |name: &str| place.path().join(name).display().to_string();
        let service = fs::read_to_string("deploy/torrc").expect("the configuration");
        let service = replaced(
            service,
            &[
                ("/var/lib/tor", &directory("service")),
                // The box's socket; an address does the same.
                ("unix:/run/candour/onion.sock", &to.to_string()),
            ],
        );
        nodes.push(start(place.path(), "service", &format!("{service}{network}")));
        let socks = HeldPort::new();
        let client = format!("DataDirectory {}\nSocksPort {}\n{network}", directory("client"), socks.address());
        nodes.push(start(place.path(), "client", &client));
        Self { place, nodes, _ports: [authorities, relays], socks }
    }

    /// How to reach the service, once its name is known.
    pub(crate) fn towards(&self) -> Towards {
        let hostname = self.place.path().join("service/candour/hostname");
        let until = Instant::now() + READY_WITHIN;
        loop {
            match fs::read_to_string(&hostname) {
                Ok(name) if name.ends_with(".onion\n") => {
                    return Towards::Socks { proxy: self.socks.address(), name: name.trim().to_owned() };
                }
                _ => assert!(Instant::now() < until, "no name: {}", self.log("service")),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until something is so. Gives how long it took.
    pub(crate) fn wait_until(&self, is_ready: impl Fn() -> bool) -> Duration {
        let start = Instant::now();
        while !is_ready() {
            let logs = || ["authority0", "service", "client"].map(|name| self.log(name)).join("\n");
            assert!(start.elapsed() < READY_WITHIN, "not ready: {}", logs());
            std::thread::sleep(Duration::from_millis(500));
        }
        start.elapsed()
    }

    fn log(&self, name: &str) -> String {
        fs::read_to_string(self.place.path().join(name).with_extension("log")).unwrap_or_default()
    }

    /// Files that any of them wrote that hold some bytes.
    pub(crate) fn files_with(&self, marker: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        search(self.place.path(), marker.as_bytes(), &mut found);
        found
    }

    /// Ends all of them.
    pub(crate) fn stop(&mut self) {
        for mut node in self.nodes.drain(..) {
            let _ = node.kill();
            let _ = node.wait();
        }
    }
}

impl Drop for TorNetwork {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Node {
    fn ports(&self) -> [u16; 2] {
        [&self.or_port, &self.dir_port].map(HeldPort::number)
    }

    fn own(&self, place: &Path) -> String {
        let (name, [or_port, dir_port]) = (&self.name, self.ports());
        format!(
            "DataDirectory {}\nNickname {name}\nAddress 127.0.0.1\nORPort 127.0.0.1:{or_port}\nDirPort 127.0.0.1:{dir_port}\n\
             SocksPort 0\nExitRelay 0\nAssumeReachable 1\n",
            place.join(name).display()
        )
    }

    /// Makes an authority's keys. Gives the line by which all others know it.
    fn introduce(&self, place: &Path) -> String {
        let (name, [or_port, dir_port]) = (&self.name, self.ports());
        let directory = place.join(name);
        let keys = directory.join("keys");
        fs::create_dir_all(&keys).expect("a directory");
        for made in [&directory, &keys] {
            fs::set_permissions(made, std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("its own");
        }
        let key = |name: &str| keys.join(name).display().to_string();
        let mut making = Command::new("tor-gencert");
        making.args([
            "--create-identity-key",
            "-m",
            "12",
            "-a",
            &format!("127.0.0.1:{dir_port}"),
            "--passphrase-fd",
            "0",
        ]);
        making.args(["-i", &key("authority_identity_key"), "-s", &key("authority_signing_key")]);
        making.args(["-c", &key("authority_certificate")]);
        let mut making =
            making.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("tor is there");
        making.stdin.take().expect("a pipe").write_all(b"a network of a test\n").expect("it listens");
        assert!(making.wait().expect("it ends").success(), "tor-gencert");
        let certificate = fs::read_to_string(key("authority_certificate")).expect("it was made");
        let identity = certificate.lines().find_map(|line| line.strip_prefix("fingerprint ")).expect("a fingerprint");

        let path = place.join(format!("{name}.fingerprint"));
        // It takes an authority's word for nobody: any line will do here.
        let nobody = format!("DirAuthority nobody orport=1 127.0.0.1:1 {}\n", "f".repeat(40));
        put(&path, &format!("{}TestingTorNetwork 1\n{nobody}", self.own(place)));
        let said = tor(&path).arg("--list-fingerprint").output().expect("tor is there");
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let own =
            said.lines().find_map(|line| line.strip_prefix(&format!("{name} "))).unwrap_or_else(|| panic!("{said}"));
        format!("DirAuthority {name} orport={or_port} no-v2 v3ident={identity} 127.0.0.1:{dir_port} {own}\n")
    }
}

fn start(place: &Path, name: &str, config: &str) -> Child {
    let path = place.join(format!("{name}.torrc"));
    put(&path, config);
    let log = File::create_new(place.join(name).with_extension("log")).expect("a file");
    let both = log.try_clone().expect("a file");
    tor(&path).stdout(both).stderr(log).spawn().expect("tor is there")
}

/// Tor with a configuration and no other.
fn tor(config: &Path) -> Command {
    let mut tor = Command::new("tor");
    tor.arg("--defaults-torrc").arg("/dev/null").arg("-f").arg(config).stdin(Stdio::null());
    tor
}

fn put(path: &Path, text: &str) {
    File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes())).expect("a file");
}
