//! The box as `strace` sees it: what it writes, and what it does where the kernel can't confine it.
//!
//! Debian's `strace`, run as root: the box lets no other user look into it.

mod support;

use std::process::{Command, Stdio};

use support::installation::{Installation, SERVE, Said};

/// Whether strace is there; a test that needs it is left out otherwise.
fn strace_is_there() -> bool {
    let there = Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if !there {
        assert!(std::env::var_os("CANDOUR_TEST_ALL").is_none(), "strace is not there");
        eprintln!("left out: strace is not there");
    }
    there
}

/// A kernel in which a call gives something else than in this one, and what is then missing.
const KERNELS: [(&str, &str); 4] = [
    ("landlock_create_ruleset:error=ENOSYS", "this kernel has no Landlock"),
    ("landlock_create_ruleset:error=EOPNOTSUPP", "this kernel has no Landlock"),
    // The version of the interface, asked for first: that of Linux 6.1.
    ("landlock_create_ruleset:retval=2:when=1", "in part only"),
    ("seccomp:error=EINVAL", "can't be confined"),
];

/// The words that make strace pretend so.
fn pretending(kernel: &str) -> Vec<String> {
    let name = kernel.split(':').next().expect("a name");
    ["strace", "-f", "-q", "-o", "/dev/null"]
        .map(str::to_owned)
        .into_iter()
        .chain([format!("--trace={name}"), format!("--inject={kernel}")])
        .collect()
}

fn run_under(place: &Installation, runner: &[String], arguments: &[&str]) -> Said {
    let output = Command::new(&runner[0])
        .args(&runner[1..])
        .arg(env!("CARGO_BIN_EXE_candour"))
        .args(arguments)
        .current_dir(place.path(""))
        .stdin(Stdio::null())
        .output();
    Said::from(output.expect("strace runs"))
}

#[test]
fn a_box_that_the_kernel_can_not_confine_runs_only_if_told_so() {
    if !strace_is_there() {
        return;
    }
    let place = Installation::new();
    for (kernel, missing) in KERNELS {
        let runner = pretending(kernel);
        let said = run_under(&place, &runner, SERVE);
        assert_eq!((said.status, said.out.as_str()), (1, ""), "{kernel}: {}", said.error);
        assert!(said.error.contains(missing) && said.error.contains("--unconfined"), "{kernel}: {}", said.error);
        assert_eq!(said.error.lines().count(), 1, "{}", said.error);

        let said = run_under(&place, &runner, &["check", "--data", "box", "--keys", "public"]);
        assert_eq!(said.status, 1, "{kernel}: {}", said.out);
        assert_eq!(said.out.lines().filter(|line| line.starts_with("unsafe   this kernel")).count(), 1, "{}", said.out);

        let words: Vec<&str> = runner.iter().map(String::as_str).collect();
        let said = place.serve_under(&words, &["--unconfined"]).stop();
        assert!(said.contains(missing) && said.contains("because of --unconfined"), "{kernel}: {said}");
    }
}
