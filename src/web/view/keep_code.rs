use crate::domain::FormField;

/// A code that was issued to a form, and the box's tag over it.
#[derive(Clone)]
pub(in crate::web) struct KeepCode {
    pub(in crate::web) code: String,
    pub(in crate::web) tag: String,
}

impl KeepCode {
    /// As a form carries it.
    pub(super) fn fields(self) -> Vec<(&'static str, String)> {
        vec![(FormField::Code.slug(), self.code), (FormField::CodeTag.slug(), self.tag)]
    }
}
