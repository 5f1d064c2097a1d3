use std::{
    env, fs, io,
    net::{SocketAddr, TcpListener},
    os::{
        fd::{FromRawFd, OwnedFd},
        unix::{
            fs::FileTypeExt,
            net::{SocketAddr as UnixAddress, UnixListener},
        },
    },
    path::{Path, PathBuf},
    str::FromStr,
};

use rustix::{
    fs::Mode,
    io::Errno,
    net::{
        AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with,
        sockopt::{socket_acceptconn, socket_domain, socket_type},
    },
    process::umask,
};
use tokio::net;

use crate::{
    cli::{
        listen::{bind, listen_longer},
        output::Failure,
    },
    http::{Listener, Tls},
};

/// Where the box listens if nobody says where.
pub(in crate::cli) const DEFAULT: ListenAt =
    ListenAt::Plain(SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080));
/// What a Unix socket that the box makes forbids: all to everybody, and running it to all.
const SOCKET_MASK: Mode = Mode::from_raw_mode(0o117);
/// The name of a socket from systemd over which TLS is spoken.
const TLS_NAME: &str = "tls";

/// Where to listen, as it stands on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum ListenAt {
    /// `ADDR:PORT`: this machine alone, without TLS.
    Plain(SocketAddr),
    /// `tls:ADDR:PORT`.
    Tls(SocketAddr),
    /// `unix:PATH`.
    Unix(PathBuf),
}

/// A listener that is there, before there is anything to answer with.
pub(in crate::cli) enum OpenListener {
    Plain(TcpListener),
    Tls(TcpListener),
    Unix(UnixListener),
}

/// Sockets that systemd opened for this process.
pub(in crate::cli) struct PassedSockets(Vec<(OwnedFd, String)>);

impl FromStr for ListenAt {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = |text: &str| {
            text.parse().map_err(|_| "give ADDR:PORT, tls:ADDR:PORT or unix:PATH, with numbers for the address")
        };
        match text.split_once(':') {
            Some(("unix", "")) => Err("give the path of the socket after unix:"),
            Some(("unix", path)) => Ok(Self::Unix(path.into())),
            Some(("tls", rest)) => address(rest).map(Self::Tls),
            _ => address(text).map(Self::Plain),
        }
    }
}

impl ListenAt {
    /// Takes it, or says why not.
    pub(in crate::cli) fn open(&self) -> Result<OpenListener, Failure> {
        match self {
            Self::Plain(address) if is_here(*address) => bind(*address).map(OpenListener::Plain),
            Self::Plain(address) => Err(Failure::Usage(format!(
                "without TLS the box listens on this machine alone, and {address} is not on it; give tls:{address}, 127.0.0.1 or \
                 [::1] with a port, or unix:PATH"
            ))),
            Self::Tls(address) => bind(*address).map(OpenListener::Tls),
            Self::Unix(path) => bind_unix(path).map(OpenListener::Unix),
        }
    }
}

impl OpenListener {
    /// Whether what it accepts has to speak TLS.
    pub(in crate::cli) const fn is_tls(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// On the runtime that it is called on.
    pub(in crate::cli) fn start(self, tls: Option<&Tls>) -> io::Result<Listener> {
        Ok(match self {
            Self::Plain(listener) => Listener::Tcp(net::TcpListener::from_std(listener)?),
            Self::Unix(listener) => Listener::Unix(net::UnixListener::from_std(listener)?),
            Self::Tls(listener) => {
                let tls = tls.ok_or_else(|| io::Error::other("there is no certificate"))?;
                Listener::Tls(net::TcpListener::from_std(listener)?, tls.clone())
            }
        })
    }
}

impl PassedSockets {
    /// Takes what this process was started with. To be called before it opens anything or starts a thread.
    pub(in crate::cli) fn take() -> Result<Self, Failure> {
        let failed = |error: io::Error| {
            Failure::Failed(format!("the sockets that systemd passed can't be taken: {error}; look at the socket unit"))
        };
        if env::var_os("LISTEN_FDS").is_none() {
            return Ok(Self(Vec::new()));
        }
        // SAFETY: the environment is changed while no other thread runs that could read it: a command starts none before it
        // has its listeners.
        #[expect(unsafe_code, reason = "what is passed to this process is not for any that it might start")]
        let passed = unsafe { sd_notify::listen_fds_with_names_and_unset_env() }.map_err(failed)?;
        let owned = |number| {
            // SAFETY: by the protocol (sd_listen_fds(3)) each is open, which was checked by setting its flag, and this
            // process's own; nothing else was opened yet that could have the same number, and each is taken once.
            #[expect(unsafe_code, reason = "a number from the environment becomes a socket somewhere")]
            unsafe {
                OwnedFd::from_raw_fd(number)
            }
        };
        Ok(Self(passed.map(|(number, name)| (owned(number), name)).collect()))
    }

    /// Each as a listener, or why one can't be.
    pub(in crate::cli) fn open(self) -> Result<Vec<OpenListener>, Failure> {
        self.0.into_iter().map(|(socket, name)| open_passed(socket, &name)).collect()
    }
}

fn open_passed(socket: OwnedFd, name: &str) -> Result<OpenListener, Failure> {
    let refused = |why: &str| Err(Failure::Failed(format!("the socket \"{name}\" that systemd passed {why}")));
    let is_listener =
        socket_type(&socket) == Ok(SocketType::STREAM) && socket_acceptconn(&socket).is_ok_and(|accepts| accepts);
    if !is_listener {
        return refused("accepts no connections; use ListenStream= and Accept=no");
    }
    let unusable =
        |error: io::Error| Failure::Failed(format!("the socket \"{name}\" can't be used: {error}; look at its unit"));
    let (is_tls, domain) = (name == TLS_NAME, socket_domain(&socket));
    if domain == Ok(AddressFamily::UNIX) {
        if is_tls {
            return refused("is a Unix socket, on which no TLS is spoken; give it another FileDescriptorName=");
        }
        let listener = UnixListener::from(socket);
        listener.set_nonblocking(true).map_err(unusable)?;
        return Ok(OpenListener::Unix(listener));
    }
    if !matches!(domain, Ok(AddressFamily::INET | AddressFamily::INET6)) {
        return refused("is neither TCP nor a Unix socket; use an address or a path after ListenStream=");
    }
    let listener = TcpListener::from(socket);
    listener.set_nonblocking(true).map_err(unusable)?;
    if is_tls {
        return Ok(OpenListener::Tls(listener));
    }
    if is_here(listener.local_addr().map_err(unusable)?) {
        Ok(OpenListener::Plain(listener))
    } else {
        refused("is not on this machine alone, and has no TLS; give it FileDescriptorName=tls, or a loopback address")
    }
}

/// Whether nobody on another machine can get there.
fn is_here(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// A socket to which its owner and its group can connect. One that a box left is taken away; nothing else is.
fn bind_unix(path: &Path) -> Result<UnixListener, Failure> {
    let shown = path.display();
    let unavailable = |error: io::Error| {
        Failure::Failed(format!("can't listen on unix:{shown}: {error}; give another path with --listen"))
    };
    if UnixAddress::from_pathname(path).is_err() {
        return Err(Failure::Failed(format!(
            "the path unix:{shown} is too long for a socket, which takes 107 bytes; give a shorter one with --listen"
        )));
    }
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(unavailable(error)),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(Failure::Failed(format!(
                "{shown} is there and is no socket; take it away, or give another path"
            )));
        }
        Ok(_) if is_answered(path) => {
            return Err(Failure::Failed(format!(
                "somebody listens on unix:{shown} already; stop it, or give another path"
            )));
        }
        Ok(_) => fs::remove_file(path).map_err(unavailable)?,
    }
    // Made with the mode that it keeps: there is no moment at which others could connect.
    let before = umask(SOCKET_MASK);
    let listener = UnixListener::bind(path);
    umask(before);
    let listener = listener.map_err(unavailable)?;
    listener.set_nonblocking(true).map_err(unavailable)?;
    listen_longer(&listener).map_err(unavailable)?;
    Ok(listener)
}

/// Whether somebody accepts connections there. Anything but a refusal counts: only what is certainly left over goes.
fn is_answered(path: &Path) -> bool {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let tried = SocketAddrUnix::new(path).and_then(|address| {
        let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        connect(&socket, &address)
    });
    tried != Err(Errno::CONNREFUSED)
}

#[cfg(test)]
mod tests {
    use std::{net::UdpSocket, os::unix::fs::PermissionsExt};

    use super::*;
    use crate::files::{self, Readers};

    fn why<T>(result: Result<T, Failure>) -> String {
        match result {
            Err(Failure::Failed(why) | Failure::Usage(why)) => why,
            _ => String::new(),
        }
    }

    #[test]
    fn where_to_listen_is_an_address_a_path_or_over_tls() {
        let address = |text: &str| text.parse().unwrap();
        for (text, expected) in [
            ("127.0.0.1:8080", DEFAULT),
            ("[::1]:0", ListenAt::Plain(address("[::1]:0"))),
            ("tls:0.0.0.0:443", ListenAt::Tls(address("0.0.0.0:443"))),
            ("tls:[::]:443", ListenAt::Tls(address("[::]:443"))),
            ("unix:/run/candour/http", ListenAt::Unix("/run/candour/http".into())),
            ("unix:a:b", ListenAt::Unix("a:b".into())),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in
            ["", "8080", "127.0.0.1", "localhost:8080", "tls:", "tls:localhost:443", "unix:", "http://127.0.0.1:80"]
        {
            assert!(text.parse::<ListenAt>().is_err(), "{text}");
        }
    }

    #[test]
    fn without_tls_nobody_on_another_machine_gets_there() {
        for text in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:192.0.2.1]:0"] {
            let said = why(text.parse::<ListenAt>().unwrap().open());
            assert!(said.contains("without TLS") && said.contains(&format!("tls:{text}")), "{said}");
        }
        for text in ["127.0.0.1:0", "127.9.9.9:0"] {
            assert!(text.parse::<ListenAt>().unwrap().open().is_ok_and(|open| !open.is_tls()), "{text}");
        }
    }

    #[test]
    fn a_socket_is_for_owner_and_group_and_takes_nothing_else_away() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let open = |name: &str| ListenAt::Unix(at(name)).open();
        let first = open("socket").unwrap();
        assert_eq!(at("socket").metadata().unwrap().permissions().mode() & 0o7777, 0o660);
        assert!(why(open("socket")).contains("somebody listens"));
        drop(first);
        // Left over.
        assert!(at("socket").exists() && open("socket").is_ok());
        files::write_new(&at("file"), Readers::Owner, b"kept").unwrap();
        assert!(why(open("file")).contains("is no socket"));
        std::os::unix::fs::symlink(at("socket"), at("link")).unwrap();
        assert!(why(open("link")).contains("is no socket"));
        assert_eq!(fs::read(at("file")).unwrap(), b"kept");
        assert!(why(open(&"long".repeat(30))).contains("too long"));
        assert!(why(open("nowhere/socket")).contains("can't listen"));
    }

    #[test]
    fn a_socket_that_was_passed_is_taken_only_if_it_keeps_plaintext_here() {
        let directory = tempfile::tempdir().unwrap();
        let tcp = |address: &str| OwnedFd::from(TcpListener::bind(address).unwrap());
        let unix = |name: &str| OwnedFd::from(UnixListener::bind(directory.path().join(name)).unwrap());
        assert!(matches!(open_passed(tcp("127.0.0.1:0"), "http"), Ok(OpenListener::Plain(_))));
        assert!(matches!(open_passed(tcp("0.0.0.0:0"), "tls"), Ok(OpenListener::Tls(_))));
        assert!(matches!(open_passed(unix("a"), "unknown"), Ok(OpenListener::Unix(_))));
        for (socket, name, says) in [
            (tcp("0.0.0.0:0"), "candour.socket", "FileDescriptorName=tls"),
            (unix("b"), "tls", "no TLS is spoken"),
            (UdpSocket::bind("127.0.0.1:0").unwrap().into(), "http", "accepts no connections"),
            (fs::File::open("/dev/null").unwrap().into(), "http", "accepts no connections"),
        ] {
            let said = why(open_passed(socket, name));
            assert!(said.contains(says), "{name}: {said}");
        }
    }
}
