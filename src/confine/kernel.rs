use std::thread;

use super::{
    Landlock, Profile, files,
    system_calls::{self, Threads},
};

/// What a kernel enforces of what a process gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// What keeps files out of reach.
    pub files: Landlock,
    /// Whether system calls can be given up.
    pub system_calls: bool,
}

/// What this kernel would enforce, without confining anybody.
#[must_use]
pub fn kernel() -> Kernel {
    // On a thread of its own: the filter ends with it.
    let tried = thread::spawn(|| system_calls::apply(Profile::Command, Threads::This).is_ok()).join();
    Kernel { files: files::version(), system_calls: tried.unwrap_or(false) }
}

#[cfg(test)]
mod tests {
    use std::{fs, net::TcpListener};

    use super::*;

    #[test]
    fn asking_the_kernel_confines_nobody() {
        assert_eq!(kernel(), kernel());
        assert!(fs::read_dir("/").is_ok());
        assert!(TcpListener::bind("127.0.0.1:0").is_ok());
    }
}
