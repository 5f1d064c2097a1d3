use std::{
    fmt::Display,
    io::{self, Write},
    panic,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// One line to the operator: this program's own words or a library's, never anything that a person sent.
pub fn tell_operator(cause: &dyn Display) {
    // With stderr closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "candour: {cause}");
}

/// What lasts, and what of it the operator was told.
#[derive(Default)]
struct Faults {
    now: Option<String>,
    told: Option<String>,
}

static FAULTS: Mutex<Faults> = Mutex::new(Faults { now: None, told: None });

/// Keeps a fault for [`tell_faults`]. Told at once, the time of each line would be that of somebody's request, and a flood
/// of requests one of lines.
pub fn note_fault(cause: &dyn Display) {
    faults().now = Some(cause.to_string());
}

/// Tells the operator of the last fault, if it is another than the one that was told last. For a timer to call.
pub fn tell_faults() {
    let Faults { now, told } = &mut *faults();
    if let Some(fault) = now.as_ref().filter(|now| told.as_ref() != Some(now)) {
        tell_operator(fault);
        told.clone_from(now);
    }
}

/// All is well again: the same fault is told anew when it comes back. One that was never told still is.
pub fn faults_are_over() {
    let Faults { now, told } = &mut *faults();
    if now == told {
        *now = None;
    }
    *told = None;
}

fn faults() -> MutexGuard<'static, Faults> {
    FAULTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a panic say where it was and nothing else: its message could repeat what a person typed. For the program to
/// call once, before it serves.
pub fn quiet_panics() {
    panic::set_hook(Box::new(|info| match info.location() {
        Some(place) => tell_operator(&format_args!(
            "a fault in candour at {}:{}; report it with these words",
            place.file(),
            place.line()
        )),
        None => tell_operator(&"a fault in candour; report it with these words"),
    }));
}

#[cfg(test)]
mod tests {
    use std::{env, process::Command, thread};

    use super::*;

    /// Set for the child that panics: what a whole process says can't be seen from within it.
    const CHILD: &str = "CANDOUR_TEST_PANICKING_CHILD";

    #[test]
    fn a_fault_is_told_when_it_changes_and_not_once_a_request() {
        if env::var_os(CHILD).is_some() {
            for fault in ["one", "one", "two", "two"] {
                note_fault(&fault);
                tell_faults();
                tell_faults();
            }
            faults_are_over();
            tell_faults();
            note_fault(&"two");
            faults_are_over();
            tell_faults();
            return;
        }
        let child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "http::operator::tests::a_fault_is_told_when_it_changes_and_not_once_a_request",
                "--nocapture",
            ])
            .env(CHILD, "1")
            .output()
            .unwrap();
        let said = String::from_utf8(child.stderr).unwrap();
        assert!(child.status.success(), "{said}");
        assert_eq!(said, "candour: one\ncandour: two\ncandour: two\n");
    }

    #[test]
    fn a_panic_says_where_it_was_and_nothing_else() {
        if env::var_os(CHILD).is_some() {
            quiet_panics();
            let typed = String::from("what someone typed");
            assert!(thread::spawn(move || panic!("{typed}")).join().is_err());
            return;
        }
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "http::operator::tests::a_panic_says_where_it_was_and_nothing_else", "--nocapture"])
            .env(CHILD, "1")
            .env("RUST_BACKTRACE", "1")
            .output()
            .unwrap();
        let said = String::from_utf8(child.stderr).unwrap();
        assert!(child.status.success(), "{said}");
        assert!(said.starts_with(concat!("candour: a fault in candour at ", file!(), ":")), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
