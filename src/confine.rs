//! What a command gives up, so that a fault in it can do less: files that it has no use for (Landlock), and system
//! calls that it never needs (seccomp). Both hold for the rest of the process's life and for every thread started after
//! them.

use std::{
    collections::BTreeMap,
    env::consts::ARCH,
    path::{Path, PathBuf},
};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetStatus, Scope, path_beneath_rules,
};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter, apply_filter_all_threads};

/// The newest Landlock interface that is asked for; what an older kernel does not know is left out and told.
const WANTED: ABI = ABI::V6;

/// System calls that a box which listens already has no use for: starting programs, new sockets, reaching into other
/// processes or the kernel, and changing who it is.
const NEVER: &[libc::c_long] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kcmp,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setgroups,
    libc::SYS_capset,
    libc::SYS_clock_settime,
    libc::SYS_settimeofday,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_syslog,
    libc::SYS_personality,
];

/// The files that stay in reach. What is not there can't be named, and stays out of it.
#[derive(Debug, Default)]
pub struct Reach {
    /// Files, and directories with all below them, that can be read.
    pub read: Vec<PathBuf>,
    /// Those that can be changed too.
    pub write: Vec<PathBuf>,
}

impl Reach {
    /// One directory and all below it.
    #[must_use]
    pub fn directory(path: &Path) -> Self {
        Self { read: Vec::new(), write: vec![path.to_owned()] }
    }
}

/// How much of what was asked for the kernel enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforced {
    /// All of it.
    Fully,
    /// What this kernel's version knows.
    Partly,
    /// Nothing.
    Not,
}

/// What a kernel enforces of what the box gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// Files out of reach.
    pub files: Enforced,
    /// System calls that the box has no use for.
    pub system_calls: bool,
}

/// The kernel refused.
#[derive(Debug, thiserror::Error)]
#[error("the process can't be confined: {0}; run `candour check` and use a newer kernel")]
pub struct ConfineError(String);

/// From now on, only files in reach can be read or written, none can be run, no TCP port can be bound or connected to,
/// and no process outside can be signalled. For this thread and those it starts.
///
/// # Errors
/// If the kernel knows Landlock and yet refuses.
pub fn files(reach: &Reach) -> Result<Enforced, ConfineError> {
    let refused = |error: landlock::RulesetError| ConfineError(error.to_string());
    let handled = AccessFs::from_all(WANTED);
    let write: BitFlags<AccessFs> = handled & !AccessFs::Execute;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(handled)
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(WANTED)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(WANTED)))
        .and_then(Ruleset::create)
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(&reach.write, write)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(&reach.read, read)))
        .and_then(landlock::RulesetCreated::restrict_self)
        .map_err(refused)?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => Enforced::Fully,
        RulesetStatus::PartiallyEnforced => Enforced::Partly,
        RulesetStatus::NotEnforced => Enforced::Not,
    })
}

/// From now on, on every thread, system calls that the program has no use for fail with "operation not permitted".
///
/// # Errors
/// If the kernel refuses, or this processor is unknown to the filter.
pub fn system_calls() -> Result<(), ConfineError> {
    apply_filter_all_threads(&filter()?).map_err(|error| ConfineError(error.to_string()))
}

/// What this kernel would enforce, without confining anybody.
#[must_use]
pub fn kernel() -> Kernel {
    // Each is tried on a thread of its own: the confinement ends with it.
    let tried = std::thread::spawn(|| files(&Reach::directory(Path::new("/")))).join();
    let files = tried.ok().and_then(Result::ok).unwrap_or(Enforced::Not);
    let tried = std::thread::spawn(|| filter().is_ok_and(|filter| apply_filter(&filter).is_ok())).join();
    Kernel { files, system_calls: tried.unwrap_or(false) }
}

/// [`NEVER`] as the kernel takes it.
fn filter() -> Result<BpfProgram, ConfineError> {
    let refused = |error: &dyn std::fmt::Display| ConfineError(error.to_string());
    let rules: BTreeMap<i64, _> = NEVER.iter().map(|number| (*number, Vec::new())).collect();
    let denied = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let processor = ARCH.try_into().map_err(|error| refused(&error))?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, denied, processor).map_err(|error| refused(&error))?;
    BpfProgram::try_from(filter).map_err(|error| refused(&error))
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::Write,
        net::{TcpListener, TcpStream, UdpSocket},
        process::Command,
    };

    use super::*;

    /// Set for the child that confines itself and tries what it must not.
    const CHILD: &str = "CANDOUR_TEST_CONFINED_CHILD";

    #[test]
    fn a_confined_process_reaches_nothing_outside() {
        if let Some(directory) = std::env::var_os(CHILD) {
            child(Path::new(&directory));
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("to-write")).unwrap();
        fs::File::create(directory.path().join("to-read")).unwrap().write_all(b"read").unwrap();
        let this = std::env::current_exe().unwrap();
        let output = Command::new(this)
            .args(["--exact", "confine::tests::a_confined_process_reaches_nothing_outside", "--nocapture"])
            .env(CHILD, directory.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(fs::read(directory.path().join("to-write/inside")).unwrap(), b"written");
    }

    fn child(directory: &Path) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let reach = Reach { read: vec![directory.join("to-read")], ..Reach::directory(&directory.join("to-write")) };
        let files_enforced = files(&reach).unwrap();
        system_calls().unwrap();
        fs::File::create(directory.join("to-write/inside")).unwrap().write_all(b"written").unwrap();
        assert_eq!(fs::read(directory.join("to-read")).unwrap(), b"read");
        // What the kernel can't enforce is told by `check`; here it has to be able to do the one or the other.
        if files_enforced != Enforced::Not {
            assert!(fs::read("/etc/hostname").is_err(), "a file outside was read");
            assert!(fs::read_dir("/").is_err(), "a directory outside was listed");
            assert!(fs::File::create(directory.join("beside")).is_err(), "a file outside was made");
            assert!(fs::File::create(directory.join("to-read")).is_err(), "what is to be read could be changed");
        }
        assert!(TcpStream::connect(address).is_err(), "a connection was opened");
        assert!(UdpSocket::bind("127.0.0.1:0").is_err(), "a UDP socket was opened");
        assert!(TcpListener::bind("127.0.0.1:0").is_err(), "another port was bound");
        assert!(Command::new("/bin/true").status().is_err(), "a program was started");
        let elsewhere = std::thread::spawn(|| UdpSocket::bind("127.0.0.1:0").is_err());
        assert!(elsewhere.join().unwrap(), "another thread is not confined");
    }

    #[test]
    fn asking_the_kernel_confines_nobody() {
        assert_eq!(kernel(), kernel());
        assert!(fs::read_dir("/").is_ok());
        assert!(TcpListener::bind("127.0.0.1:0").is_ok());
    }
}
