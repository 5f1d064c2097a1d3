//! The system calls that are allowed, each with what it is for. Found by tracing every journey; held to be the same as the
//! table of docs/confinement.md.

use super::{
    Profile,
    arguments::{
        AF_INET, AF_INET6, AF_UNIX, Argument, F_DUPFD_CLOEXEC, F_GETFD, F_GETFL, F_GETLK, F_SETFD, F_SETLK, FIONBIO,
        IPPROTO_TCP, MADV_DONTDUMP, MADV_DONTNEED, MADV_GUARD_INSTALL, MADV_GUARD_REMOVE, MADV_HUGEPAGE, MSG_FASTOPEN,
        OWN_PROCESS, PR_GET_AUXV, PR_SET_NAME, PR_SET_NO_NEW_PRIVS, PROT_EXEC, SET_MODE_FILTER, SHUT_WR, SO_LINGER,
        SO_RCVBUF, SO_RCVTIMEO, SO_SNDBUF, SO_SNDTIMEO, SOL_SOCKET, STREAM, TCP_NODELAY, TERMINAL, THREAD, TSYNC, When,
        among, null, without,
    },
};

/// One call.
#[cfg_attr(not(test), expect(dead_code, reason = "words for people, whom the document tells them"))]
pub(super) struct Call {
    pub(super) name: &'static str,
    pub(super) number: libc::c_long,
    /// Who makes it.
    pub(super) of: &'static [Profile],
    pub(super) when: When,
    /// The same in words.
    pub(super) arguments: &'static str,
    /// What for.
    pub(super) why: &'static str,
}

const ALL: &[Profile] = &[Profile::Serve, Profile::Desk, Profile::DeskStarts, Profile::Command, Profile::Front];
/// Who makes files: not the box while it serves.
const WRITES: &[Profile] = &[Profile::Desk, Profile::DeskStarts, Profile::Command, Profile::Front];
/// Who sets modes right by their paths, where Landlock does not stand before that.
const MENDS: &[Profile] = &[Profile::Command];
/// Who gives up more later.
const SHRINKS: &[Profile] = &[Profile::DeskStarts, Profile::Command, Profile::Front];
/// Who waits for signals, or may abort before it does.
const ASKS: &[Profile] = SHRINKS;
/// Who takes connections.
const LISTENS: &[Profile] = &[Profile::Serve, Profile::Desk, Profile::DeskStarts];
/// Who speaks over any.
const CONVERSES: &[Profile] = &[Profile::Serve, Profile::Desk, Profile::DeskStarts, Profile::Front];
/// Who starts a runtime.
const STARTS: &[Profile] = &[Profile::DeskStarts, Profile::Front];
/// Who opens connections.
const CONNECTS: &[Profile] = &[Profile::Front];

/// Every call that anybody is allowed.
pub(super) const CALLS: &[Call] = &[
    // Files that are open.
    always("read", libc::SYS_read, ALL, "files; what woke the runtime"),
    always("write", libc::SYS_write, ALL, "files, standard output and error; waking the runtime"),
    always("writev", libc::SYS_writev, ALL, "answers, head and body at once"),
    always("pread64", libc::SYS_pread64, ALL, "pages of the database, slots of the vault"),
    always("pwrite64", libc::SYS_pwrite64, ALL, "the same"),
    always("lseek", libc::SYS_lseek, ALL, "files that are read in parts"),
    always("close", libc::SYS_close, ALL, "whatever was opened"),
    checked(
        "fcntl",
        libc::SYS_fcntl,
        ALL,
        &[&[among(1, &[F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_SETLK, F_DUPFD_CLOEXEC])]],
        "F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_SETLK, F_DUPFD_CLOEXEC",
        "locks of the database; a second descriptor of a file. Not whom a descriptor signals",
    ),
    always("flock", libc::SYS_flock, ALL, "locks of the vault, the intake and files that are being written"),
    always("fsync", libc::SYS_fsync, ALL, "putting files and names on the disk"),
    always("fdatasync", libc::SYS_fdatasync, ALL, "the same"),
    always("syncfs", libc::SYS_syncfs, WRITES, "the same for many files at once"),
    always(
        "ftruncate",
        libc::SYS_ftruncate,
        ALL,
        "the database; a file that is begun anew. Only what is open for writing",
    ),
    always("fallocate", libc::SYS_fallocate, ALL, "room in the vault"),
    always("fadvise64", libc::SYS_fadvise64, ALL, "sealed files that were read need not be kept in memory"),
    always("fchmod", libc::SYS_fchmod, WRITES, "modes of files that it made"),
    always(
        "fchown",
        libc::SYS_fchown,
        ALL,
        "SQLite, where it runs as root: its log belongs to whoever has the database",
    ),
    always("getdents64", libc::SYS_getdents64, ALL, "directories"),
    // Files by their names: Landlock says which.
    always("openat", libc::SYS_openat, ALL, "every file"),
    #[cfg(target_arch = "x86_64")]
    always("open", libc::SYS_open, ALL, "the same, for what has no name yet"),
    always("newfstatat", libc::SYS_newfstatat, ALL, "whether something is there, and what"),
    always("statx", libc::SYS_statx, ALL, "the same"),
    always("fstat", libc::SYS_fstat, ALL, "the same"),
    #[cfg(target_arch = "x86_64")]
    always("stat", libc::SYS_stat, ALL, "the same"),
    #[cfg(target_arch = "x86_64")]
    always("lstat", libc::SYS_lstat, ALL, "the same"),
    #[cfg(target_arch = "x86_64")]
    always("access", libc::SYS_access, ALL, "the same"),
    always("faccessat", libc::SYS_faccessat, ALL, "the same"),
    always("faccessat2", libc::SYS_faccessat2, ALL, "the same"),
    always("statfs", libc::SYS_statfs, ALL, "free space"),
    always("fstatfs", libc::SYS_fstatfs, ALL, "the same"),
    always("getcwd", libc::SYS_getcwd, ALL, "paths that are not absolute"),
    #[cfg(target_arch = "x86_64")]
    always("readlink", libc::SYS_readlink, ALL, "where a link leads"),
    always("readlinkat", libc::SYS_readlinkat, ALL, "the same"),
    #[cfg(target_arch = "x86_64")]
    always("unlink", libc::SYS_unlink, ALL, "the database's log when it is closed; what is no longer needed"),
    always("unlinkat", libc::SYS_unlinkat, ALL, "the same"),
    always("utimensat", libc::SYS_utimensat, ALL, "times of files, set to the day"),
    #[cfg(target_arch = "x86_64")]
    always("rename", libc::SYS_rename, WRITES, "a file gets its name when it is whole"),
    always("renameat", libc::SYS_renameat, WRITES, "the same"),
    always("renameat2", libc::SYS_renameat2, WRITES, "the same, unless there is one of that name"),
    always("linkat", libc::SYS_linkat, WRITES, "the same, for what had none"),
    #[cfg(target_arch = "x86_64")]
    always("mkdir", libc::SYS_mkdir, WRITES, "directories"),
    always("mkdirat", libc::SYS_mkdirat, WRITES, "the same"),
    #[cfg(target_arch = "x86_64")]
    always("rmdir", libc::SYS_rmdir, WRITES, "the same"),
    #[cfg(target_arch = "x86_64")]
    always("chmod", libc::SYS_chmod, MENDS, "modes of files, as `desk check --mend` sets them right"),
    always("fchmodat", libc::SYS_fchmodat, MENDS, "the same"),
    always("umask", libc::SYS_umask, SHRINKS, "a casebook that a group shares"),
    // Memory.
    always("brk", libc::SYS_brk, ALL, "memory"),
    checked(
        "mmap",
        libc::SYS_mmap,
        ALL,
        &[&[without(2, PROT_EXEC)]],
        "without PROT_EXEC",
        "memory; the database’s shared index. Nothing that can be run",
    ),
    checked(
        "mprotect",
        libc::SYS_mprotect,
        ALL,
        &[&[without(2, PROT_EXEC)]],
        "without PROT_EXEC",
        "the edges of stacks and heaps. Nothing that can be run",
    ),
    always("munmap", libc::SYS_munmap, ALL, "memory that is given back"),
    checked(
        "madvise",
        libc::SYS_madvise,
        ALL,
        &[&[among(2, &[MADV_DONTNEED, MADV_HUGEPAGE, MADV_DONTDUMP, MADV_GUARD_INSTALL, MADV_GUARD_REMOVE])]],
        "MADV_DONTNEED, MADV_HUGEPAGE, MADV_DONTDUMP, MADV_GUARD_INSTALL, MADV_GUARD_REMOVE",
        "memory for hashing codes: in large pages and no core file; stacks",
    ),
    // Threads, time and signals.
    checked(
        "clone",
        libc::SYS_clone,
        ALL,
        &[&[among(0, &[THREAD])]],
        "the flags of a thread, exactly",
        "threads, never processes. `clone3`, whose arguments no filter can see, is told not to be there",
    ),
    always("set_robust_list", libc::SYS_set_robust_list, ALL, "threads"),
    always("rseq", libc::SYS_rseq, ALL, "threads"),
    always("gettid", libc::SYS_gettid, ALL, "threads"),
    always("getpid", libc::SYS_getpid, ALL, "SQLite, to notice a fork"),
    always("geteuid", libc::SYS_geteuid, ALL, "whether a file is this account’s own"),
    always("sched_getaffinity", libc::SYS_sched_getaffinity, ALL, "how many processors there are; where a stack ends"),
    always("sched_yield", libc::SYS_sched_yield, ALL, "waiting for another thread"),
    always("futex", libc::SYS_futex, ALL, "the same"),
    checked(
        "prctl",
        libc::SYS_prctl,
        ALL,
        &[&[among(0, &[PR_SET_NAME, PR_GET_AUXV, PR_SET_NO_NEW_PRIVS])]],
        "PR_SET_NAME, PR_GET_AUXV, PR_SET_NO_NEW_PRIVS",
        "names of threads; what the kernel told the program when it started. Not whether it can be dumped or traced",
    ),
    checked(
        "prlimit64",
        libc::SYS_prlimit64,
        ALL,
        &[&[null(2)]],
        "no new limit",
        "reading its own limits, never setting any",
    ),
    always("exit", libc::SYS_exit, ALL, "the end of a thread"),
    always("exit_group", libc::SYS_exit_group, ALL, "the end"),
    always("sigaltstack", libc::SYS_sigaltstack, ALL, "telling that a stack is full"),
    always("rt_sigprocmask", libc::SYS_rt_sigprocmask, ALL, "threads"),
    always("rt_sigreturn", libc::SYS_rt_sigreturn, ALL, "going on after a signal"),
    always("rt_sigaction", libc::SYS_rt_sigaction, ASKS, "what Ctrl-C does, before it listens; an abort"),
    checked(
        "tgkill",
        libc::SYS_tgkill,
        ALL,
        &[&[OWN_PROCESS]],
        "its own process",
        "an abort; Ctrl-C while a passphrase is asked for. To itself alone",
    ),
    always("restart_syscall", libc::SYS_restart_syscall, ALL, "going on after the process was stopped"),
    always("clock_gettime", libc::SYS_clock_gettime, ALL, "the day, where the kernel does not tell it without a call"),
    always("clock_nanosleep", libc::SYS_clock_nanosleep, ALL, "waiting until the database is free"),
    always("nanosleep", libc::SYS_nanosleep, ALL, "the same"),
    always("getrandom", libc::SYS_getrandom, ALL, "keys, codes and ids"),
    // Connections that came.
    always("accept4", libc::SYS_accept4, LISTENS, "the next one"),
    always("recvfrom", libc::SYS_recvfrom, CONVERSES, "what it sends"),
    checked(
        "sendto",
        libc::SYS_sendto,
        CONVERSES,
        &[&[without(3, MSG_FASTOPEN), null(4), among(5, &[0])]],
        "no address, without MSG_FASTOPEN",
        "answers. Never to an address, and so never a new connection",
    ),
    checked(
        "shutdown",
        libc::SYS_shutdown,
        CONVERSES,
        &[&[among(1, &[SHUT_WR])]],
        "SHUT_WR",
        "the end of an answer. A listener can’t be made a socket that connects",
    ),
    checked(
        "setsockopt",
        libc::SYS_setsockopt,
        CONVERSES,
        &[
            &[among(1, &[IPPROTO_TCP]), among(2, &[TCP_NODELAY])],
            &[among(1, &[SOL_SOCKET]), among(2, &[SO_RCVBUF, SO_SNDBUF, SO_LINGER, SO_RCVTIMEO, SO_SNDTIMEO])],
        ],
        "TCP_NODELAY, SO_RCVBUF, SO_SNDBUF, SO_LINGER, SO_RCVTIMEO, SO_SNDTIMEO",
        "sending at once; how much the kernel keeps for a connection, and for how long; how long to wait for a front",
    ),
    always("getsockname", libc::SYS_getsockname, CONVERSES, "where it listens"),
    always("epoll_ctl", libc::SYS_epoll_ctl, CONVERSES, "waiting for connections"),
    #[cfg(target_arch = "x86_64")]
    always("epoll_wait", libc::SYS_epoll_wait, CONVERSES, "the same"),
    always("epoll_pwait", libc::SYS_epoll_pwait, CONVERSES, "the same"),
    // Before it listens, or gives up more.
    always("epoll_create1", libc::SYS_epoll_create1, STARTS, "the runtime"),
    always("eventfd2", libc::SYS_eventfd2, STARTS, "the runtime"),
    checked(
        "socketpair",
        libc::SYS_socketpair,
        STARTS,
        &[&[among(0, &[AF_UNIX])]],
        "AF_UNIX",
        "the runtime: how a signal wakes it",
    ),
    checked(
        "ioctl",
        libc::SYS_ioctl,
        SHRINKS,
        &[&[among(1, &TERMINAL)], &[among(1, &[FIONBIO])]],
        "TCGETS, TCSETS, TCSETSW, TCSETSF and the same with 2; FIONBIO",
        "a passphrase that is not shown as it is typed; connecting to a front for so long alone. Nothing is typed for the reviewer",
    ),
    always(
        "landlock_create_ruleset",
        libc::SYS_landlock_create_ruleset,
        SHRINKS,
        "giving up files, which can only take away",
    ),
    always("landlock_add_rule", libc::SYS_landlock_add_rule, SHRINKS, "the same"),
    always("landlock_restrict_self", libc::SYS_landlock_restrict_self, SHRINKS, "the same"),
    checked(
        "seccomp",
        libc::SYS_seccomp,
        SHRINKS,
        &[&[among(0, &[SET_MODE_FILTER]), among(1, &[0, TSYNC])]],
        "SECCOMP_SET_MODE_FILTER, for this thread or all",
        "giving up more system calls, which can only take away",
    ),
    // Looking at a front.
    checked(
        "socket",
        libc::SYS_socket,
        CONNECTS,
        &[&[among(0, &[AF_INET, AF_INET6]), STREAM]],
        "AF_INET, AF_INET6; SOCK_STREAM",
        "TCP to the front",
    ),
    always("connect", libc::SYS_connect, CONNECTS, "the same"),
    always("getsockopt", libc::SYS_getsockopt, CONNECTS, "whether it is connected"),
    always("getpeername", libc::SYS_getpeername, CONNECTS, "the same"),
    #[cfg(target_arch = "x86_64")]
    always("poll", libc::SYS_poll, CONNECTS, "the same"),
    always("ppoll", libc::SYS_ppoll, CONNECTS, "the same"),
];

const fn always(name: &'static str, number: libc::c_long, of: &'static [Profile], why: &'static str) -> Call {
    Call { name, number, of, when: When::Always, arguments: "", why }
}

const fn checked(
    name: &'static str,
    number: libc::c_long,
    of: &'static [Profile],
    ways: &'static [&'static [Argument]],
    arguments: &'static str,
    why: &'static str,
) -> Call {
    Call { name, number, of, when: When::OneOf(ways), arguments, why }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const DOCUMENT: &str = include_str!("../../docs/confinement.md");
    const COLUMNS: [Profile; 5] =
        [Profile::Serve, Profile::Desk, Profile::DeskStarts, Profile::Command, Profile::Front];

    fn row(call: &Call) -> String {
        let marks = COLUMNS.map(|profile| if call.of.contains(&profile) { "×" } else { "" });
        format!("| `{}` | {} | {} | {} |", call.name, marks.join(" | "), call.arguments, call.why)
    }

    #[test]
    fn the_table_of_the_document_is_the_list_of_the_code() {
        let rows: Vec<String> = CALLS.iter().map(row).collect();
        let told: Vec<&str> = DOCUMENT.lines().filter(|line| line.starts_with("| `") && line.contains(" × ")).collect();
        assert!(rows == told, "docs/confinement.md should have these rows:\n{}", rows.join("\n"));
        let counts = COLUMNS.map(|profile| CALLS.iter().filter(|call| call.of.contains(&profile)).count().to_string());
        let line = format!("| in all | {} | | |", counts.join(" | "));
        assert!(DOCUMENT.contains(&line), "docs/confinement.md should have this row:\n{line}");
    }

    #[test]
    fn each_call_stands_once_and_on_one_side() {
        use super::super::refused::REFUSED;

        let numbers: Vec<_> = CALLS.iter().map(|call| call.number).chain(REFUSED.iter().copied()).collect();
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len());
        // Calls of the x32 interface have numbers of their own, from this bit on.
        assert!(numbers.iter().all(|number| number & 0x4000_0000 == 0));
    }
}
