//! What is asked of a call's arguments.

/// With which arguments it is allowed.
pub(super) enum When {
    /// With any.
    Always,
    /// If all of these fit, or all of those.
    OneOf(&'static [&'static [Argument]]),
}

/// What an argument has to be.
pub(super) struct Argument {
    /// From 0 on.
    pub(super) at: u8,
    pub(super) is: Is,
}

pub(super) enum Is {
    /// One of these numbers, in the 32 bits that the kernel reads.
    Among(&'static [u32]),
    /// No address at all.
    Null,
    /// None of these bits.
    Without(u64),
    /// This, of those bits.
    Kind { of: u64, is: u64 },
    /// The number of this process.
    OwnProcess,
}

/// What a thread of the C library shares with the others: all that there is.
pub(super) const THREAD: u32 = bits(
    libc::CLONE_VM
        | libc::CLONE_FS
        | libc::CLONE_FILES
        | libc::CLONE_SIGHAND
        | libc::CLONE_THREAD
        | libc::CLONE_SYSVSEM
        | libc::CLONE_SETTLS
        | libc::CLONE_PARENT_SETTID
        | libc::CLONE_CHILD_CLEARTID,
);
pub(super) const F_GETFD: u32 = bits(libc::F_GETFD);
pub(super) const F_SETFD: u32 = bits(libc::F_SETFD);
pub(super) const F_GETFL: u32 = bits(libc::F_GETFL);
pub(super) const F_GETLK: u32 = bits(libc::F_GETLK);
pub(super) const F_SETLK: u32 = bits(libc::F_SETLK);
pub(super) const F_DUPFD_CLOEXEC: u32 = bits(libc::F_DUPFD_CLOEXEC);
pub(super) const PROT_EXEC: u32 = bits(libc::PROT_EXEC);
pub(super) const MADV_DONTNEED: u32 = bits(libc::MADV_DONTNEED);
pub(super) const MADV_HUGEPAGE: u32 = bits(libc::MADV_HUGEPAGE);
pub(super) const MADV_DONTDUMP: u32 = bits(libc::MADV_DONTDUMP);
pub(super) const PR_SET_NAME: u32 = bits(libc::PR_SET_NAME);
pub(super) const PR_SET_NO_NEW_PRIVS: u32 = bits(libc::PR_SET_NO_NEW_PRIVS);
pub(super) const MSG_FASTOPEN: u32 = bits(libc::MSG_FASTOPEN);
pub(super) const SHUT_WR: u32 = bits(libc::SHUT_WR);
pub(super) const IPPROTO_TCP: u32 = bits(libc::IPPROTO_TCP);
pub(super) const TCP_NODELAY: u32 = bits(libc::TCP_NODELAY);
pub(super) const SOL_SOCKET: u32 = bits(libc::SOL_SOCKET);
pub(super) const SO_RCVBUF: u32 = bits(libc::SO_RCVBUF);
pub(super) const SO_SNDBUF: u32 = bits(libc::SO_SNDBUF);
pub(super) const SO_LINGER: u32 = bits(libc::SO_LINGER);
pub(super) const SO_RCVTIMEO: u32 = bits(libc::SO_RCVTIMEO);
pub(super) const SO_SNDTIMEO: u32 = bits(libc::SO_SNDTIMEO);
pub(super) const AF_UNIX: u32 = bits(libc::AF_UNIX);
pub(super) const AF_INET: u32 = bits(libc::AF_INET);
pub(super) const AF_INET6: u32 = bits(libc::AF_INET6);
/// Those that follow the `libc` crate does not name, or not alike everywhere: how the C library guards a stack where it can,
pub(super) const MADV_GUARD_INSTALL: u32 = 102;
pub(super) const MADV_GUARD_REMOVE: u32 = 103;
/// what the kernel told the program when it started,
pub(super) const PR_GET_AUXV: u32 = 0x4155_5856;
/// one more filter, for this thread or for all,
pub(super) const SET_MODE_FILTER: u32 = 1;
pub(super) const TSYNC: u32 = 1;
/// Whether whoever reads or connects waits: a request of `ioctl`, with numbers that the C library gives for no processor alike,
pub(super) const FIONBIO: u32 = 0x5421;
/// and reading and setting how a terminal shows what is typed, as older and newer C libraries do it.
pub(super) const TERMINAL: [u32; 8] =
    [0x5401, 0x5402, 0x5403, 0x5404, 0x802c_542a, 0x402c_542b, 0x402c_542c, 0x402c_542d];
/// A kind of socket, without its flags.
pub(super) const STREAM: Argument = Argument { at: 1, is: Is::Kind { of: 0xf, is: bits(libc::SOCK_STREAM) as u64 } };
pub(super) const OWN_PROCESS: Argument = Argument { at: 0, is: Is::OwnProcess };

pub(super) const fn among(at: u8, numbers: &'static [u32]) -> Argument {
    Argument { at, is: Is::Among(numbers) }
}

pub(super) const fn without(at: u8, bits: u32) -> Argument {
    Argument { at, is: Is::Without(bits as u64) }
}

pub(super) const fn null(at: u8) -> Argument {
    Argument { at, is: Is::Null }
}

/// A constant of the C library, as the kernel reads it.
const fn bits(constant: i32) -> u32 {
    constant.cast_unsigned()
}
