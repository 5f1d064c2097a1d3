//! What a person is asked: each question once, with all that the form, the check of what was sent, and the desk need to
//! know about it.

mod about;
mod field;
mod prompt;
mod question;
mod table;
#[cfg(test)]
pub(crate) mod tests;

pub use field::{ConcernField, FormField};
pub use prompt::{Prompt, prompts};
pub use question::{Input, Length, Question, Section, Wording};
