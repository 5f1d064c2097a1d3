use std::{
    fmt::Display,
    io::{self, Write},
    panic,
};

/// One line to the operator: this program's own words or a library's, never anything that a person sent.
pub fn tell_operator(cause: &dyn Display) {
    // With stderr closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "candour: {cause}");
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
