//! What a report is about, in short.

use zeroize::Zeroize;

use crate::domain::{About, Concern, OrganisationType, Text};

/// What the first message of a report says, in short.
pub struct ConcernGist {
    /// The organisation, as the person named it.
    pub organisation: Option<Text>,
    /// What kind of organisation it is.
    pub organisation_type: Option<OrganisationType>,
    /// What the concern is about.
    pub about: Vec<About>,
    /// How the description begins, in one line.
    pub first_words: Text,
}

impl ConcernGist {
    pub(in crate::casebook) fn of(concern: &Concern) -> Self {
        /// Characters of the beginning.
        const BEGINNING: usize = 160;

        let mut line = String::with_capacity(BEGINNING * 4);
        for word in concern.description.as_str().split_whitespace() {
            if line.chars().count() + word.chars().count() >= BEGINNING {
                // A word that fills the line alone is cut.
                let room = BEGINNING.saturating_sub(line.chars().count() + 1);
                let rest: String = word.chars().take(if line.is_empty() { room } else { 0 }).collect();
                line.push_str(&rest);
                line.push('…');
                break;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let first_words = Text::verbatim(&line);
        line.zeroize();
        Self {
            organisation: concern.organisation.clone(),
            organisation_type: concern.organisation_type,
            about: concern.about.clone(),
            first_words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Entries;

    #[test]
    fn the_first_words_are_a_line_that_is_not_too_long() {
        let of = |description: &str| {
            let mut form = Entries::default();
            for (name, value) in [("route", "staff-concern"), ("about", "other"), ("description", description)] {
                form.push(name.into(), value.into());
            }
            let Ok((_, concern)) = Concern::parse(&form) else { panic!("a concern") };
            ConcernGist::of(&concern).first_words.as_str().to_owned()
        };
        assert_eq!(of("What happened\n\n on the ward."), "What happened on the ward.");
        let long = of(&"word ".repeat(100));
        assert!(long.chars().count() <= 160 && long.ends_with("word…"), "{long}");
        assert_eq!(of(&"é".repeat(500)).chars().count(), 160);
    }
}
