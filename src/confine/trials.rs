//! A confined process tries what it must not: in each profile, and as each version of Landlock would have it.

use std::{
    collections::BTreeMap,
    ffi::CString,
    fs::{self, File},
    io::Write,
    net::{TcpListener, UdpSocket},
    os::{fd::AsRawFd, unix::ffi::OsStrExt},
    path::{Path, PathBuf},
    process::{self, Command},
    ptr, thread,
};

use landlock::ABI;

use super::{Landlock, Profile, Reach, files::files_as_of, system_calls};

/// Set for the child that confines itself: its profile, its version of Landlock and its directory.
const CHILD: &str = "CANDOUR_TEST_CONFINED_CHILD";
const TEST: &str = "confine::trials::what_a_confined_process_tries_is_refused";
/// What each line of the child begins with.
const MARK: &str = "tried:";
const PROFILES: [(&str, Profile); 5] = [
    ("serve", Profile::Serve),
    ("desk", Profile::Desk),
    ("desk starts", Profile::DeskStarts),
    ("command", Profile::Command),
    ("front", Profile::Front),
];
/// A bit that numbers of the x32 interface have.
#[cfg(target_arch = "x86_64")]
const X32: libc::c_long = 0x4000_0000;
/// A number that no call has.
const NO_CALL: libc::c_long = 9_999;

/// What a child found: the name of each trial with its error.
type TrialResults = BTreeMap<(usize, String), String>;

#[test]
fn what_a_confined_process_tries_is_refused() {
    if let Some(asked) = std::env::var_os(CHILD) {
        let asked = asked.into_string().unwrap();
        let [profile, version, directory] = asked.splitn(3, ':').collect::<Vec<_>>().try_into().unwrap();
        let profile = PROFILES.iter().find(|(name, _)| *name == profile).unwrap().1;
        return Child::begin(Path::new(directory), profile, version.parse().unwrap()).try_all();
    }
    let mut tables = Vec::new();
    for version in 1..=Landlock::NEWEST {
        let columns = PROFILES.map(|(name, _)| run(name, version));
        let mut table = String::new();
        for trial in columns.iter().flat_map(TrialResults::keys).collect::<std::collections::BTreeSet<_>>() {
            let cells = columns.each_ref().map(|found| found.get(trial).map_or("–", String::as_str));
            table += &format!("| {} | {} |\n", trial.1, cells.join(" | "));
        }
        tables.push(table);
    }
    println!("| what it tries (–: what it is for) | {} |\n{}", PROFILES.map(|(name, _)| name).join(" | "), tables[5]);
    for (table, version) in tables.iter().zip(1..) {
        println!("Landlock {version}: {}", if *table == tables[5] { "the same" } else { table });
    }
}

fn run(profile: &str, version: i32) -> TrialResults {
    let directory = tempfile::tempdir().unwrap();
    for name in ["store", "outside"] {
        fs::create_dir(directory.path().join(name)).unwrap();
    }
    for name in ["store/held", "outside/secret", "to-read", "box.key"] {
        File::create(directory.path().join(name)).unwrap().write_all(b"content").unwrap();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture"])
        .env(CHILD, format!("{profile}:{version}:{}", directory.path().display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{profile}, {version}: {said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read(directory.path().join("store/made")).unwrap(), b"written");
    for name in ["outside/secret", "box.key"] {
        assert_eq!(fs::read(directory.path().join(name)).unwrap(), b"content", "{name}");
    }
    assert_eq!(fs::read_dir(directory.path().join("outside")).unwrap().count(), 1);
    let lines = said.lines().filter_map(|line| line.strip_prefix(MARK)).enumerate();
    let found: TrialResults = lines
        .map(|(at, line)| {
            let (trial, error) = line.rsplit_once(':').unwrap();
            let (number, trial) = trial.split_once(' ').unwrap();
            assert!(number.parse::<usize>().unwrap() >= at);
            ((number.parse().unwrap(), trial.to_owned()), error.to_owned())
        })
        .collect();
    assert!(found.len() > 50, "{said}");
    found
}

/// A process that has, from before it was confined, what an intruder could wish for.
struct Child {
    profile: Profile,
    directory: PathBuf,
    parent: usize,
    listener: TcpListener,
    port: u16,
    udp: UdpSocket,
    tcp: i32,
    local: i32,
    terminal: i32,
    program: File,
    held: File,
    process: i32,
    done: usize,
}

impl Child {
    fn begin(directory: &Path, profile: Profile, version: i32) -> Self {
        let open = |call, arguments: &[usize]| i32::try_from(made(call, arguments).unwrap()).unwrap();
        let terminal = open(libc::SYS_openat, &[at_here(), path("/dev/ptmx").as_ptr().addr(), number(libc::O_RDWR)]);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let parent = made(libc::SYS_getppid, &[]).unwrap();
        let child = Self {
            profile,
            directory: directory.to_owned(),
            parent,
            port: listener.local_addr().unwrap().port(),
            listener,
            udp: UdpSocket::bind("127.0.0.1:0").unwrap(),
            tcp: open(libc::SYS_socket, &[number(libc::AF_INET), number(libc::SOCK_STREAM), 0]),
            local: open(libc::SYS_socket, &[number(libc::AF_UNIX), number(libc::SOCK_STREAM), 0]),
            terminal,
            program: File::open("/proc/self/exe").unwrap(),
            held: File::options().read(true).write(true).open(directory.join("store/held")).unwrap(),
            process: open(libc::SYS_pidfd_open, &[parent, 0]),
            done: 0,
        };
        let reach = Reach { read: vec![directory.join("to-read")], ..Reach::directory(&directory.join("store")) };
        assert_eq!(files_as_of(&reach, ABI::from(version)).unwrap(), Landlock::Version(version));
        if profile == Profile::Desk {
            system_calls(Profile::DeskStarts).unwrap();
        }
        system_calls(profile).unwrap();
        // What it is for goes on.
        File::create(directory.join("store/made")).unwrap().write_all(b"written").unwrap();
        assert_eq!(fs::read(directory.join("to-read")).unwrap(), b"content");
        child
    }

    /// One trial: what it gets has to be one of these.
    fn expect(&mut self, what: &str, call: libc::c_long, arguments: &[usize], expected: &[i32]) {
        self.done += 1;
        let error = match made(call, arguments) {
            Ok(result) => panic!("{what}: it is allowed, and gave {result}"),
            Err(error) => error,
        };
        assert!(expected.contains(&error), "{what}: error {error}");
        // Which of both a kernel says depends on its version.
        let name = if expected == OUTSIDE { "EACCES or EXDEV" } else { name(error) };
        println!("\n{MARK}{} {what}:{name}", self.done);
    }

    fn refused(&mut self, what: &str, call: libc::c_long, arguments: &[usize]) {
        self.expect(what, call, arguments, &[libc::EPERM]);
    }

    /// One that a profile has a use for: it is not tried there.
    fn refused_but_for(&mut self, allowed: &[Profile], what: &str, call: libc::c_long, arguments: &[usize]) {
        if allowed.contains(&self.profile) {
            self.done += 1;
        } else {
            self.refused(what, call, arguments);
        }
    }

    fn try_all(mut self) {
        self.connections();
        self.programs();
        self.files();
        self.others();
        self.memory();
        self.kernel();
        let elsewhere = thread::spawn(|| made(libc::SYS_socket, &[number(libc::AF_UNIX), 1, 0]));
        assert_eq!(elsewhere.join().unwrap(), Err(libc::EPERM), "another thread is not confined");
    }

    fn connections(&mut self) {
        let front = &[Profile::Front][..];
        let (inet, stream) = (number(libc::AF_INET), number(libc::SOCK_STREAM));
        let address = Address::of(self.port);
        let (at, length) = (address.at(), Address::LENGTH);
        let (tcp, udp, listener) = (number(self.tcp), number(self.udp.as_raw_fd()), number(self.listener.as_raw_fd()));
        let byte = [0_u8; 1];
        let byte = byte.as_ptr().addr();
        self.refused_but_for(front, "a TCP socket", libc::SYS_socket, &[inet, stream, 0]);
        self.refused_but_for(front, "connecting one that was open", libc::SYS_connect, &[tcp, at, length]);
        self.refused("a UDP socket", libc::SYS_socket, &[inet, number(libc::SOCK_DGRAM), 0]);
        self.refused("a datagram to an address", libc::SYS_sendto, &[udp, byte, 1, 0, at, length]);
        self.refused("a datagram by sendmsg", libc::SYS_sendmsg, &[udp, byte, 0]);
        self.refused("a Unix socket", libc::SYS_socket, &[number(libc::AF_UNIX), stream, 0]);
        let name = path_bytes(&[&[1, 0], b"/run/elsewhere\0".as_slice()].concat());
        let (there, long) = (name.as_ptr().addr(), name.len());
        let local = number(self.local);
        self.refused_but_for(front, "connecting to a path", libc::SYS_connect, &[local, there, long]);
        let name = path_bytes(&[&[1, 0], b"\0elsewhere".as_slice()].concat());
        let (there, long) = (name.as_ptr().addr(), name.len());
        self.refused_but_for(front, "connecting to an abstract name", libc::SYS_connect, &[local, there, long]);
        self.refused("making the listener a socket again", libc::SYS_shutdown, &[listener, number(libc::SHUT_RD)]);
        let fast = number(libc::MSG_FASTOPEN);
        self.refused("and connecting it", libc::SYS_sendto, &[listener, byte, 1, fast, at, length]);
        self.refused("the same without an address", libc::SYS_sendto, &[tcp, byte, 1, fast, 0, 0]);
        self.refused("another port", libc::SYS_bind, &[tcp, at, length]);
        self.refused("listening on it", libc::SYS_listen, &[tcp, 1]);
        let pair = [0_i32; 2];
        let starts = &[Profile::DeskStarts, Profile::Front][..];
        let pair = [number(libc::AF_UNIX), stream, 0, pair.as_ptr().addr()];
        self.refused_but_for(starts, "a pair of sockets", libc::SYS_socketpair, &pair);
        self.refused("a descriptor from another process", libc::SYS_recvmsg, &[local, byte, 0]);
    }

    fn programs(&mut self) {
        let (shell, none) = (path("/bin/true"), [ptr::null::<u8>()]);
        let (shell, none) = (shell.as_ptr().addr(), none.as_ptr().addr());
        self.refused("a program", libc::SYS_execve, &[shell, none, none]);
        let (empty, opened) = (path(""), number(self.program.as_raw_fd()));
        let empty = empty.as_ptr().addr();
        let itself = [opened, empty, none, none, number(libc::AT_EMPTY_PATH)];
        self.refused("one that was open", libc::SYS_execveat, &itself);
        self.refused("a process", libc::SYS_clone, &[number(libc::SIGCHLD), 0, 0, 0, 0]);
        let namespace = number(libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND | libc::CLONE_NEWUSER);
        self.refused("a thread that is somebody else", libc::SYS_clone, &[namespace, 0, 0, 0, 0]);
        self.expect("a process by clone3", libc::SYS_clone3, &[empty, 64], &[libc::ENOSYS]);
        #[cfg(target_arch = "x86_64")]
        self.refused("a process by fork", libc::SYS_fork, &[]);
        #[cfg(target_arch = "x86_64")]
        self.expect("a call of the x32 interface", X32 | libc::SYS_getpid, &[], &[libc::ENOSYS]);
        self.expect("a call that there is not", NO_CALL, &[], &[libc::ENOSYS]);
    }

    fn files(&mut self) {
        let (at, directory) = (at_here(), self.directory.clone());
        let there = |name: &str| CString::new(directory.join(name).as_os_str().as_bytes()).unwrap();
        let (secret, key, new) = (there("outside/secret"), there("box.key"), there("outside/new"));
        let (secret, key, new) = (secret.as_ptr().addr(), key.as_ptr().addr(), new.as_ptr().addr());
        let (held, made, read) = (there("store/held"), there("store/brought"), there("to-read"));
        let (held, made, read) = (held.as_ptr().addr(), made.as_ptr().addr(), read.as_ptr().addr());
        let (memory, terminal, root) = (path("/proc/self/mem"), path("/dev/tty"), path("/"));
        let (memory, terminal, root) = (memory.as_ptr().addr(), terminal.as_ptr().addr(), root.as_ptr().addr());
        let (read_only, write) = (number(libc::O_RDONLY), number(libc::O_WRONLY));
        let outside = &[libc::EACCES][..];
        let open = libc::SYS_openat;
        self.expect("reading a file outside", open, &[at, secret, read_only], outside);
        self.expect("reading box.key", open, &[at, key, read_only], outside);
        self.expect("writing one outside", open, &[at, secret, write], outside);
        self.expect("emptying one outside", open, &[at, secret, write | number(libc::O_TRUNC)], outside);
        self.expect("making one outside", open, &[at, new, write | number(libc::O_CREAT), 0o600], outside);
        self.expect("writing what is to be read", open, &[at, read, write], outside);
        self.expect("listing what is outside", open, &[at, root, number(libc::O_RDONLY | libc::O_DIRECTORY)], outside);
        self.expect("its own memory as a file", open, &[at, memory, number(libc::O_RDWR)], outside);
        // Without one there is none to open.
        let tty = [libc::EACCES, libc::ENXIO, libc::ENOENT];
        self.expect("the terminal by its name", open, &[at, terminal, number(libc::O_RDWR)], &tty);
        let (serve, names) = (self.profile == Profile::Serve, libc::SYS_renameat2);
        // The box has no use for these at all.
        let moved = if serve { &[libc::EPERM][..] } else { OUTSIDE };
        self.expect("a second name outside", libc::SYS_linkat, &[at, held, at, new, 0], moved);
        self.expect("a second name for one outside", libc::SYS_linkat, &[at, key, at, made, 0], moved);
        self.expect("moving a file out", names, &[at, held, at, new, 0], moved);
        self.expect("moving one in", names, &[at, secret, at, made, 0], moved);
        self.refused("a link that leads out", libc::SYS_symlinkat, &[secret, at, made]);
        self.refused("emptying one by its name", libc::SYS_truncate, &[secret, 0]);
        self.refused("a file by its handle", libc::SYS_open_by_handle_at, &[at, held, 0]);
        self.refused("a device", libc::SYS_mknodat, &[at, made, 0o20_600, 0x501]);
        self.refused("a root of its own", libc::SYS_chroot, &[root]);
    }

    fn others(&mut self) {
        let (parent, zero) = (self.parent, [0_usize; 16]);
        let zero = zero.as_ptr().addr();
        self.refused("tracing another process", libc::SYS_ptrace, &[number(libc::PTRACE_ATTACH.cast_signed()), parent]);
        self.refused("reading another's memory", libc::SYS_process_vm_readv, &[parent, zero, 1, zero, 1, 0]);
        self.refused("writing another's memory", libc::SYS_process_vm_writev, &[parent, zero, 1, zero, 1, 0]);
        self.refused("a signal to another process", libc::SYS_kill, &[parent, 0]);
        self.refused("one to a thread of it", libc::SYS_tgkill, &[parent, parent, 0]);
        self.refused("the same, by tkill", libc::SYS_tkill, &[parent, 0]);
        self.refused("one with a word", libc::SYS_rt_sigqueueinfo, &[parent, 0, zero]);
        self.refused("holding another process", libc::SYS_pidfd_open, &[parent, 0]);
        let held = number(self.process);
        self.refused("a signal to one that was held", libc::SYS_pidfd_send_signal, &[held, 0, 0, 0]);
        self.refused("a descriptor of one that was held", libc::SYS_pidfd_getfd, &[held, 0, 0]);
        let file = number(self.held.as_raw_fd());
        self.refused("signals from a file to another", libc::SYS_fcntl, &[file, number(libc::F_SETOWN), parent]);
        self.refused("another signal of a file", libc::SYS_fcntl, &[file, 10, 9]);
        let terminal = number(self.terminal);
        self.refused("typing at a terminal", libc::SYS_ioctl, &[terminal, 0x5412, zero]);
        self.refused("the same by its selection", libc::SYS_ioctl, &[terminal, 0x541c, zero]);
        self.refused("another discipline of it", libc::SYS_ioctl, &[terminal, 0x5423, zero]);
        self.refused("being traced by others", libc::SYS_prctl, &[number(libc::PR_SET_DUMPABLE), 1]);
        self.refused("larger limits", libc::SYS_prlimit64, &[0, 7, zero, 0]);
    }

    fn memory(&mut self) {
        let (run, private) =
            (number(libc::PROT_READ | libc::PROT_EXEC), number(libc::MAP_PRIVATE | libc::MAP_ANONYMOUS));
        let page = made(libc::SYS_mmap, &[0, 4096, number(libc::PROT_READ), private, usize::MAX, 0]).unwrap();
        let held = number(self.held.as_raw_fd());
        self.refused("memory that can be run", libc::SYS_mmap, &[0, 4096, run, private, usize::MAX, 0]);
        self.refused("a file that can be run", libc::SYS_mmap, &[0, 4096, run, number(libc::MAP_PRIVATE), held, 0]);
        self.refused("making memory so", libc::SYS_mprotect, &[page, 4096, run]);
        self.refused("the same with a key", libc::SYS_pkey_mprotect, &[page, 4096, run, usize::MAX]);
        self.refused("a file in memory alone", libc::SYS_memfd_create, &[path("m").as_ptr().addr(), 0]);
    }

    fn kernel(&mut self) {
        let zero = [0_usize; 32];
        let zero = zero.as_ptr().addr();
        self.refused("io_uring", libc::SYS_io_uring_setup, &[1, zero]);
        self.refused("a program in the kernel", libc::SYS_bpf, &[0, zero, 0]);
        self.refused("counting events", libc::SYS_perf_event_open, &[zero, 0, 0, usize::MAX, 0]);
        self.refused("faults in user space", libc::SYS_userfaultfd, &[0]);
        self.refused("keys of the kernel", libc::SYS_keyctl, &[0, 0, 0]);
        self.refused("namespaces of its own", libc::SYS_unshare, &[number(libc::CLONE_NEWUSER)]);
        self.refused("another's namespaces", libc::SYS_setns, &[number(self.process), 0]);
        self.refused("mounting", libc::SYS_mount, &[zero, zero, zero, 0, 0]);
        self.refused("being another account", libc::SYS_setuid, &[1]);
        self.refused("reading that can be run", libc::SYS_personality, &[0x040_0000]);
        self.refused("other processors", libc::SYS_sched_setaffinity, &[0, 8, zero]);
    }
}

/// Landlock's answers to a name that is to be elsewhere.
const OUTSIDE: &[i32] = &[libc::EACCES, libc::EXDEV];

/// `struct sockaddr_in` of this machine.
struct Address([u8; Self::LENGTH]);

impl Address {
    const LENGTH: usize = 16;

    fn of(port: u16) -> Self {
        let mut bytes = [0; Self::LENGTH];
        bytes[..2].copy_from_slice(&libc::AF_INET.to_ne_bytes()[..2]);
        bytes[2..4].copy_from_slice(&port.to_be_bytes());
        bytes[4..8].copy_from_slice(&[127, 0, 0, 1]);
        Self(bytes)
    }

    fn at(&self) -> usize {
        self.0.as_ptr().addr()
    }
}

fn path(text: &str) -> CString {
    CString::new(text).unwrap()
}

fn path_bytes(bytes: &[u8]) -> Vec<u8> {
    bytes.to_vec()
}

/// A number as the kernel takes it; a negative one with its sign.
fn number(value: i32) -> usize {
    isize::try_from(value).unwrap().cast_unsigned()
}

/// The directory that a path without one is in.
fn at_here() -> usize {
    number(libc::AT_FDCWD)
}

fn name(error: i32) -> &'static str {
    match error {
        libc::EPERM => "EPERM",
        libc::EACCES | libc::ENXIO | libc::ENOENT => "EACCES",
        libc::ENOSYS => "ENOSYS",
        _ => "another",
    }
}

/// Makes one call of the kernel. A new process, if there is one after all, ends at once.
fn made(call: libc::c_long, arguments: &[usize]) -> Result<usize, i32> {
    let this = process::id();
    let at = |index: usize| arguments.get(index).copied().unwrap_or_default();
    // SAFETY: what is given are numbers, and addresses of what lives until the call has ended; a call that the kernel
    // refuses touches nothing, and one that it does not ends the test.
    #[expect(unsafe_code, reason = "only a call that no library makes shows what the kernel says to it")]
    let result = unsafe { libc::syscall(call, at(0), at(1), at(2), at(3), at(4), at(5)) };
    if process::id() != this {
        process::abort();
    }
    usize::try_from(result).map_err(|_| std::io::Error::last_os_error().raw_os_error().unwrap_or_default())
}
