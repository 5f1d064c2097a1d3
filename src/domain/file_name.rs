//! What is kept of what a browser says of a file: a name that is never a path, and its media type.

use super::{
    limits::{FILE_NAME_BYTES, MEDIA_TYPE_BYTES},
    text::Text,
};

/// The media type of what says none.
const UNKNOWN_TYPE: &str = "application/octet-stream";
/// The name of what has none.
const UNNAMED: &str = "unnamed";

/// The last part of what may be a path, cut to what is kept.
#[must_use]
pub fn kept_file_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let mut kept = last.to_owned();
    while kept.len() > FILE_NAME_BYTES {
        kept.pop();
    }
    if kept.is_empty() { UNNAMED.to_owned() } else { kept }
}

/// The media type as sent; one that is missing or too long is replaced.
#[must_use]
pub fn kept_media_type(sent: &str) -> Text {
    Text::verbatim(if sent.is_empty() || sent.len() > MEDIA_TYPE_BYTES { UNKNOWN_TYPE } else { sent })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path_and_never_too_long() {
        for (sent, kept) in [
            ("a.pdf", "a.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\note.txt", "note.txt"),
            ("", "unnamed"),
            ("dir/", "unnamed"),
            (" ", "unnamed"),
        ] {
            assert_eq!(kept_file_name(sent), kept);
        }
        let long = kept_file_name(&"é".repeat(200));
        assert_eq!((long.len(), long.chars().count()), (254, 127));
    }
}
