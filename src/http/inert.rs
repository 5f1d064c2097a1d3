/// A text as it can be shown: every sign that is not seen, or that changes how what stands around it is seen, is written out
/// as `⟨U+202E⟩`. Line breaks stay.
///
/// Those are C0 and C1 controls, what sets the direction of text (UAX #9), line and paragraph separators, and signs without a
/// shape that are not part of an emoji.
#[must_use]
pub fn inert(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_active(c) {
            shown.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a sign is not seen, or changes how what stands around it is seen.
#[must_use]
pub fn is_active(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{ffa0}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(u32::from(c), 0xe0000..=0xe007f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_written_out() {
        for (text, shown) in [
            ("née\n\u{1f469}\u{200d}\u{2695}\u{fe0f}\ttab", "née\n\u{1f469}\u{200d}\u{2695}\u{fe0f}\ttab"),
            ("x\u{202e}gpj.exe", "x⟨U+202E⟩gpj.exe"),
            ("\u{1b}[2J\u{0}\r", "⟨U+001B⟩[2J⟨U+0000⟩⟨U+000D⟩"),
            ("a\u{200b}b\u{2066}\u{feff}\u{e0041}", "a⟨U+200B⟩b⟨U+2066⟩⟨U+FEFF⟩⟨U+E0041⟩"),
            ("<b>&amp;</b>", "<b>&amp;</b>"),
        ] {
            assert_eq!(inert(text), shown);
        }
    }
}
