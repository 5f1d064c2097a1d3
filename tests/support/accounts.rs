//! Accounts of one machine that share a casebook by a group, made without any entry in its list of accounts: a process
//! runs under their numbers.

use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::PathBuf,
    process::Command,
};

use super::{
    desk::DeskServing,
    installation::{Installation, Said},
};

/// The group that the casebook is shared by, and the members' main group here.
pub(crate) const GROUP: u32 = 61_100;

/// A machine on which accounts share the casebook in `shared`, with a program that only root can exchange.
pub(crate) struct Machine {
    pub(crate) place: Installation,
}

/// Someone's account, with a home that nobody else can enter.
pub(crate) struct Account<'a> {
    machine: &'a Machine,
    number: u32,
    pub(crate) home: String,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let place = Installation::new();
        let mode = |path: PathBuf, mode| fs::set_permissions(path, Permissions::from_mode(mode)).expect("a mode");
        mode(place.path(""), 0o711);
        for name in ["bin", "shared"] {
            fs::create_dir(place.path(name)).expect("a directory");
        }
        // By another process: were it open for writing here, a test beside this one could hand that on to what it starts,
        // and then it can't be run.
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_candour")).arg(place.path("bin/candour")).status();
        assert!(copied.is_ok_and(|status| status.success()));
        mode(place.path("bin"), 0o755);
        mode(place.path("bin/candour"), 0o755);
        // As whoever runs the machine makes it.
        chown(place.path("shared"), None, Some(GROUP)).expect("a group");
        mode(place.path("shared"), 0o2770);
        Self { place }
    }

    pub(crate) fn account(&self, number: u32) -> Account<'_> {
        let home = format!("home-{number}");
        let path = self.place.path(&home);
        fs::create_dir(&path).expect("a directory");
        chown(&path, Some(number), Some(GROUP)).expect("an owner");
        fs::set_permissions(&path, Permissions::from_mode(0o700)).expect("a mode");
        Account { machine: self, number, home }
    }
}

impl Account<'_> {
    fn program(&self) -> Command {
        let mut command = self.machine.place.program("../bin/candour");
        command.current_dir(self.machine.place.path(&self.home)).uid(self.number).gid(GROUP);
        command
    }

    /// Runs a command under the account, in its home.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::from(self.program().args(arguments).output().expect("the command runs"))
    }

    /// Runs a command that has to succeed.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!((said.status, said.error.as_str()), (0, ""), "candour {}: {}", arguments.join(" "), said.out);
        said.out
    }

    /// Opens the desk under the account.
    pub(crate) fn open_desk(&self) -> DeskServing {
        let mut command = self.program();
        command.args(["desk", "open", "--casebook", "../shared"]);
        DeskServing::start(command)
    }

    /// A file of the account's own.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.machine.place.path(&format!("{}/{name}", self.home))).expect("it is there")
    }
}
