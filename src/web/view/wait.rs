use askama::Template;

use super::Shell;

/// Says that a concern has to wait before it is sent.
#[derive(Template)]
#[template(path = "box/wait.html")]
pub(in crate::web) struct WaitPage<'a> {
    pub(in crate::web) shell: &'a Shell,
    /// How many are left.
    pub(in crate::web) seconds: u64,
    /// Where it is sent from, once.
    pub(in crate::web) address: &'a str,
}
