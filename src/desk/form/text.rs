//! Reading one field of a form.

use crate::domain::{Entries, FieldError, Text};

/// A text that may be left out; `name` begins the error.
pub(in crate::desk) fn optional_text(
    form: &Entries,
    field: &'static str,
    name: &str,
    max: usize,
) -> Result<Option<Text>, FieldError> {
    let text = Text::typed(form.first(field));
    if text.is_longer_than(max) {
        let max = if max >= 1000 { format!("{},{:03}", max / 1000, max % 1000) } else { max.to_string() };
        return Err(FieldError::new(field, format!("{name} must be {max} characters or less")));
    }
    Ok((!text.is_empty()).then_some(text))
}

/// A text that has to be there.
pub(in crate::desk) fn text(form: &Entries, field: &'static str, name: &str, max: usize) -> Result<Text, FieldError> {
    optional_text(form, field, name, max)?
        .ok_or_else(|| FieldError::new(field, format!("Enter the {}", name.to_lowercase())))
}

/// A field of a form whose value has to be one of a list.
pub(in crate::desk) fn chosen<T>(form: &Entries, field: &str, from_slug: impl Fn(&str) -> Option<T>) -> Option<T> {
    from_slug(form.first(field))
}
