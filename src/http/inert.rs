use std::fmt::Write;

/// What a person wrote, with every sign that is not seen but changes what is read put as `[U+202E]`: controls, what sets the
/// direction of text, and signs without a shape, which can hide words or turn a file's name round. A template still has to
/// escape it.
#[must_use]
pub fn inert(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            // Writing to a string can't fail.
            let _ = write!(shown, "[U+{:04X}]", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The joiners and the variation selectors that ordinary writing and pictograms are made with are left as they are.
fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{ad}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_shown() {
        for (text, shown) in [
            ("née\n\t\u{1f469}\u{200d}\u{2695}\u{fe0f} שלום", "née\n\t\u{1f469}\u{200d}\u{2695}\u{fe0f} שלום"),
            ("x\u{202e}gpj.exe", "x[U+202E]gpj.exe"),
            ("a\0b\u{1b}[2J\u{9b}c\r", "a[U+0000]b[U+001B][2J[U+009B]c[U+000D]"),
            ("\u{2066}\u{2069}\u{200b}\u{e0041}", "[U+2066][U+2069][U+200B][U+E0041]"),
            ("<b>&amp;", "<b>&amp;"),
        ] {
            assert_eq!(inert(text), shown);
        }
    }
}
