//! Signs of a text that are not seen, or that change how what stands around them is seen: written out before a text is
//! shown on a page, in a terminal or in a file, so that none can hide something or carry a mark.
//!
//! Unicode says which those are: controls, format characters, separators of lines and paragraphs, and
//! `Default_Ignorable_Code_Point` (UAX #44), which has joiners, variation selectors, fillers and tags. A few of them
//! are part of how words and emoji are written, and stay where they are; anywhere else they are written out like the
//! rest:
//!
//! - in Indic scripts a joiner or a non-joiner after a virama (RFC 5892, A.1 and A.2), and a joiner between a letter
//!   and a virama (the ya-phalaa of Bengali: The Unicode Standard, 12.2);
//! - in the Arabic script a non-joiner between two letters, and a joiner beside one;
//! - in emoji a joiner between two of them, one variation selector after one or in a keycap, and the tags of the three
//!   subdivision flags that are in general use (UTS #51).

use std::sync::LazyLock;

use regex_syntax::hir::{Class, HirKind};

/// ZERO WIDTH NON-JOINER.
const NON_JOINER: char = '\u{200c}';
/// ZERO WIDTH JOINER.
const JOINER: char = '\u{200d}';
/// The variation selector that asks for an emoji's form as text.
const TEXT_STYLE: char = '\u{fe0e}';
/// The variation selector that asks for its form as a picture.
const EMOJI_STYLE: char = '\u{fe0f}';
/// COMBINING ENCLOSING KEYCAP.
const KEYCAP: char = '\u{20e3}';
/// The flags of England, Scotland and Wales. Other tags could say anything under the same black flag.
const FLAGS: [&str; 3] = [
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

/// A text of several lines as it can be shown: what is not seen is written out as `⟨U+202E⟩`; line breaks and tabs
/// stay.
#[must_use]
pub fn escape_invisible(text: &str) -> String {
    escaped(text, |c| matches!(c, '\n' | '\t'), write_out)
}

/// The same of a text that has to stay in one line, as a name: line breaks and tabs are written out too.
#[must_use]
pub fn escape_invisible_in_line(text: &str) -> String {
    escaped(text, |_| false, write_out)
}

/// The same of a JSON text, where such a sign can only stand inside a string: written out as `\u202e`, so that it reads
/// the same.
#[must_use]
pub fn escape_invisible_in_json(json: &str) -> String {
    escaped(
        json,
        |c| c == '\n',
        |shown, c| {
            shown.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        },
    )
}

fn escaped(text: &str, stays: impl Fn(char) -> bool, write_out: impl Fn(&mut String, char)) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let (before, here) = text.split_at(at);
        let flag = FLAGS.iter().find(|flag| here.starts_with(**flag));
        let (sign, after) = here.split_at(flag.map_or(c.len_utf8(), |flag| flag.len()));
        if flag.is_some() || !SIGNS.invisible.contains(c) || stays(c) || is_part_of_writing(before, c, after) {
            shown.push_str(sign);
        } else {
            write_out(&mut shown, c);
        }
        at += sign.len();
    }
    shown
}

fn write_out(shown: &mut String, c: char) {
    shown.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
}

/// Whether an invisible sign stands where words or emoji are written with it.
fn is_part_of_writing(before: &str, c: char, after: &str) -> bool {
    let (last, next) = (before.chars().next_back(), after.chars().next());
    let is = |c: Option<char>, set: &Set| c.is_some_and(|c| set.contains(c));
    match c {
        // One is enough.
        JOINER | NON_JOINER if matches!(last, Some(JOINER | NON_JOINER)) => false,
        JOINER | NON_JOINER if is(last, &SIGNS.virama) => is(letter_before(before), &SIGNS.not_latin),
        NON_JOINER => is(letter_before(before), &SIGNS.arabic) && is(next, &SIGNS.arabic),
        JOINER => {
            (is(last, &SIGNS.letter) && is(next, &SIGNS.virama))
                || is(letter_before(before), &SIGNS.arabic)
                || is(next, &SIGNS.arabic)
                || (is(emoji_before(before), &SIGNS.emoji) && is(next, &SIGNS.emoji))
        }
        TEXT_STYLE | EMOJI_STYLE if is(last, &SIGNS.emoji) => true,
        EMOJI_STYLE => matches!(last, Some('0'..='9' | '#' | '*')) && next == Some(KEYCAP),
        _ => false,
    }
}

/// The last sign, those left out that stand above or below it.
fn letter_before(before: &str) -> Option<char> {
    before.chars().rev().find(|c| !SIGNS.mark.contains(*c))
}

/// The last sign, or the one before it if the last only says how that is drawn.
fn emoji_before(before: &str) -> Option<char> {
    let mut before = before.chars().rev();
    match before.next() {
        Some(EMOJI_STYLE | '\u{1f3fb}'..='\u{1f3ff}') => before.next(),
        last => last,
    }
}

struct Signs {
    invisible: Set,
    letter: Set,
    not_latin: Set,
    virama: Set,
    arabic: Set,
    emoji: Set,
    mark: Set,
}

static SIGNS: LazyLock<Signs> = LazyLock::new(|| Signs {
    // What is prepended to Arabic numbers is of the format characters, and is seen.
    invisible: Set::of(
        r"[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--\p{Prepended_Concatenation_Mark}]",
    ),
    letter: Set::of(r"[\p{L}--\p{Default_Ignorable_Code_Point}]"),
    not_latin: Set::of(r"[\p{L}--[\p{Latin}\p{Default_Ignorable_Code_Point}]]"),
    virama: Set::of(r"\p{Grapheme_Link}"),
    arabic: Set::of(r"[\p{Arabic}&&\p{L}]"),
    emoji: Set::of(r"[\p{Emoji}&&\p{Extended_Pictographic}]"),
    mark: Set::of(r"[\p{M}--\p{Default_Ignorable_Code_Point}]"),
});

/// Ranges of characters, both ends included, in order.
struct Set(Vec<(char, char)>);

impl Set {
    /// Of a class as regular expressions write it (UTS #18).
    fn of(class: &str) -> Self {
        // The classes are constants, and every test of this file reads them all.
        let class = regex_syntax::parse(class).expect("the class is written rightly");
        let HirKind::Class(Class::Unicode(class)) = class.kind() else { return Self(Vec::new()) };
        Self(class.ranges().iter().map(|range| (range.start(), range.end())).collect())
    }

    fn contains(&self, c: char) -> bool {
        let after = self.0.partition_point(|(start, _)| *start <= c);
        after > 0 && c <= self.0[after - 1].1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_seen_is_written_out() {
        for (text, shown) in [
            ("née\n\ttab", "née\n\ttab"),
            ("x\u{202e}gpj.exe", "x⟨U+202E⟩gpj.exe"),
            ("\u{1b}[2J\u{0}\r", "⟨U+001B⟩[2J⟨U+0000⟩⟨U+000D⟩"),
            ("a\u{9b}31m\u{7f}", "a⟨U+009B⟩31m⟨U+007F⟩"),
            ("a\u{200b}b\u{2066}\u{feff}\u{e0041}", "a⟨U+200B⟩b⟨U+2066⟩⟨U+FEFF⟩⟨U+E0041⟩"),
            ("a\u{2028}b\u{2029}c\u{fff9}", "a⟨U+2028⟩b⟨U+2029⟩c⟨U+FFF9⟩"),
            ("<b>&amp;</b>", "<b>&amp;</b>"),
            // A sign of another script that some fonts hardly draw makes no Latin word Indic.
            ("no\u{17d2}\u{200d}te", "no\u{17d2}⟨U+200D⟩te"),
            ("\u{600}\u{661}\u{6dd}", "\u{600}\u{661}\u{6dd}"),
        ] {
            assert_eq!(escape_invisible(text), shown);
        }
        assert_eq!(escape_invisible_in_line("a\nb\tc"), "a⟨U+000A⟩b⟨U+0009⟩c");
    }

    #[test]
    fn every_sign_that_can_carry_a_mark_is_written_out_among_other_letters() {
        let ranges = [
            0x00ad..=0x00ad,
            0x034f..=0x034f,
            0x061c..=0x061c,
            0x115f..=0x1160,
            0x17b4..=0x17b5,
            0x180b..=0x180f,
            0x200b..=0x200f,
            0x2028..=0x202e,
            0x2060..=0x206f,
            0x3164..=0x3164,
            0xfe00..=0xfe0f,
            0xfeff..=0xfeff,
            0xffa0..=0xffa0,
            0xfff0..=0xfffb,
            0x1bca0..=0x1bca3,
            0x1d173..=0x1d17a,
            0xe0000..=0xe0fff,
        ];
        for sign in ranges.into_iter().flatten() {
            let c = char::from_u32(sign).unwrap();
            for (before, after) in [("a", "b"), ("", ""), ("1", "2"), ("é", " "), ("葛", "城"), ("e\u{301}", "\u{301}")]
            {
                let shown = escape_invisible(&format!("{before}{c}{after}"));
                assert_eq!(shown, format!("{before}⟨U+{sign:04X}⟩{after}"));
            }
        }
    }

    #[test]
    fn words_and_emoji_that_are_written_with_such_signs_stay_whole() {
        for text in [
            // Families, professions with a skin tone, a heart on fire, a bear, a flag with a rainbow.
            "👨‍👩‍👧‍👦 👩🏽‍⚕️ ❤️‍🔥 🐻‍❄️ 🏳️‍🌈 🏴‍☠️ 👩🏿‍🤝‍👨🏻",
            // Text and picture, flags of countries and of parts of one, keycaps.
            "☎︎ ☎️ ⚠️ ©️ 🇬🇧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁷󠁬󠁳󠁿 1️⃣ #️⃣ *️⃣",
            // Persian, with a mark between letter and non-joiner; Arabic; Urdu.
            "می‌خواهم خانه‌ها کتابِ‌من ه‍. \u{200d}ه ھ‍",
            // Hindi, Marathi, Bengali, Malayalam, Sinhala, Kannada.
            "क्‍ष क्‌ष दर्‍या র‍্যাব ন্‌ത ശ്രീമാന്‍ ශ්‍රී ರಾಜ್‌ಕುಮಾರ್",
        ] {
            assert_eq!(escape_invisible(text), text);
            assert_eq!(escape_invisible_in_line(text), text);
            assert_eq!(escape_invisible_in_json(text), text);
        }
    }

    #[test]
    fn the_same_signs_are_written_out_where_nothing_is_written_with_them() {
        for (text, shown) in [
            ("no\u{200c}te", "no⟨U+200C⟩te"),
            ("no\u{200d}te", "no⟨U+200D⟩te"),
            ("note\u{fe0f}", "note⟨U+FE0F⟩"),
            ("room 1\u{fe0f}2", "room 1⟨U+FE0F⟩2"),
            ("1\u{fe0e}\u{20e3}", "1⟨U+FE0E⟩\u{20e3}"),
            ("a\u{fe0f}\u{20e3}", "a⟨U+FE0F⟩\u{20e3}"),
            // More than one of them.
            ("☎\u{fe0f}\u{fe0f}", "☎\u{fe0f}⟨U+FE0F⟩"),
            ("क्\u{200d}\u{200d}ष", "क्\u{200d}⟨U+200D⟩ष"),
            ("می\u{200c}\u{200c}خ", "می⟨U+200C⟩⟨U+200C⟩خ"),
            ("ه\u{200d}\u{200c}ه", "ه\u{200d}⟨U+200C⟩ه"),
            ("ه\u{200d}\u{200d}ه", "ه\u{200d}⟨U+200D⟩ه"),
            ("👩\u{200d}\u{200d}⚕", "👩⟨U+200D⟩⟨U+200D⟩⚕"),
            // On one side only.
            ("👩\u{200d} a", "👩⟨U+200D⟩ a"),
            ("a\u{200d}👩", "a⟨U+200D⟩👩"),
            ("می\u{200c} x", "می⟨U+200C⟩ x"),
            ("x\u{200c}می", "x⟨U+200C⟩می"),
            ("क\u{200c}ष", "क⟨U+200C⟩ष"),
            (" \u{200d}\u{9cd}", " ⟨U+200D⟩\u{9cd}"),
            // A letter that is not seen itself.
            ("\u{ffa0}\u{200d}\u{9cd}", "⟨U+FFA0⟩⟨U+200D⟩\u{9cd}"),
            ("a\u{1f3fb}\u{200d}👩", "a\u{1f3fb}⟨U+200D⟩👩"),
            ("ه\u{34f}\u{200c}ه", "ه⟨U+034F⟩⟨U+200C⟩ه"),
            // Another black flag, and one that is cut.
            ("\u{1f3f4}\u{e0078}\u{e007f}", "\u{1f3f4}⟨U+E0078⟩⟨U+E007F⟩"),
            ("\u{1f3f4}\u{e0067}", "\u{1f3f4}⟨U+E0067⟩"),
        ] {
            assert_eq!(escape_invisible(text), shown, "{text:?}");
        }
    }

    #[test]
    fn json_reads_the_same() {
        for text in ["a\u{9b}31m\u{7f}\tb\r\n", "x\u{202e}gpj.exe \u{feff} \u{e0041}", "née 👩‍⚕️ \u{200d}\\ \""]
        {
            let json = serde_json::to_string_pretty(&[text]).unwrap();
            let shown = escape_invisible_in_json(&json);
            assert_eq!(serde_json::from_str::<[String; 1]>(&shown).unwrap(), [text]);
            assert_eq!(escape_invisible(&shown), shown);
        }
        assert_eq!(escape_invisible_in_json("\"\u{202e}\u{e0041}\""), r#""\u202e\udb40\udc41""#);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn what_is_shown_has_nothing_more_to_write_out(
            text in "[a1 \\p{Default_Ignorable_Code_Point}👩⚕☎هی\u{94d}क\u{20e3}\u{1f3fb}\u{301}\u{200c}\u{200d}\u{fe0f}]{0,24}"
        ) {
            let shown = escape_invisible(&text);
            prop_assert_eq!(escape_invisible(&shown), shown);
        }
    }
}
