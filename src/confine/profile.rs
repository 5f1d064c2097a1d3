/// What a process does, and so which system calls it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// The box, from when it listens on.
    Serve,
    /// The desk in a browser, from when it listens on.
    Desk,
    /// The same before that: it reads the keys, asks for the passphrase and starts its runtime. Further sockets it can't
    /// open then either.
    DeskStarts,
    /// A command that ends soon: files alone.
    Command,
    /// What looks at a front as a browser does, or carries between a box and this machine: it opens TCP connections to
    /// addresses that it was told, and nothing else.
    Front,
}
