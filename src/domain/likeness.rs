//! How much two names of organisations, or two short texts, are alike: nobody spells a trust the same.

/// A text as it is compared: without case, punctuation, and words that stand in nearly every name.
pub struct LikeText {
    spelling: String,
    /// Every three letters that follow each other in a word, in order.
    triples: Vec<[char; 3]>,
}

impl LikeText {
    /// Percent from which two are worth showing side by side.
    pub const ALIKE: usize = 55;

    /// Of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        /// Words that tell no two organisations apart.
        const COMMON: [&str; 8] = ["nhs", "trust", "foundation", "the", "of", "and", "ltd", "limited"];

        let spelling = spelling(text);
        let telling: Vec<&str> = spelling.split(' ').filter(|word| !COMMON.contains(word)).collect();
        // What has none but common words is told by them.
        let words = if telling.is_empty() { spelling.split(' ').collect() } else { telling };
        let mut triples = Vec::new();
        for word in words {
            let letters: Vec<char> = [' '].into_iter().chain(word.chars()).chain([' ']).collect();
            triples.extend(letters.windows(3).map(|three| [three[0], three[1], three[2]]));
        }
        triples.sort_unstable();
        Self { spelling, triples }
    }

    /// One spelling for all that differ in case, punctuation or white space alone.
    #[must_use]
    pub fn spelling(&self) -> &str {
        &self.spelling
    }

    /// How much they are alike, in percent.
    #[must_use]
    pub fn percent(&self, other: &Self) -> usize {
        let all = self.triples.len() + other.triples.len();
        if all == 0 {
            return 0;
        }
        let (mut one, mut two, mut both) = (0, 0, 0);
        while let (Some(a), Some(b)) = (self.triples.get(one), other.triples.get(two)) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => one += 1,
                std::cmp::Ordering::Greater => two += 1,
                std::cmp::Ordering::Equal => (one, two, both) = (one + 1, two + 1, both + 1),
            }
        }
        200 * both / all
    }
}

fn spelling(text: &str) -> String {
    let mut spelling = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\'' | '’' | '.' => {}
            '&' => spelling.push_str(" and "),
            c if c.is_alphanumeric() => spelling.extend(c.to_lowercase()),
            _ => spelling.push(' '),
        }
    }
    spelling.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_no_letter_is_spelt_the_same() {
        let of = |text| LikeText::of(text).spelling().to_owned();
        assert_eq!(of(" St. Anyone’s  Hospital & Care"), of("ST ANYONE'S hospital and care"));
        assert_ne!(of("St Anyone"), of("St Nobody"));
        assert_eq!(of(" \u{202e} "), "");
    }

    #[test]
    fn what_is_misspelt_or_shortened_is_alike_and_what_shares_common_words_is_not() {
        let alike = |one: &str, other: &str| LikeText::of(one).percent(&LikeText::of(other)) >= LikeText::ALIKE;
        assert!(alike("Northmere Hospital", "Northmere Hospitals NHS Trust"));
        assert!(alike("northmeer hospitals", "NORTHMERE HOSPITALS NHS FOUNDATION TRUST"));
        assert!(!alike("Northmere NHS Foundation Trust", "Southbourne NHS Foundation Trust"));
        assert!(!alike("", "") && !alike("", "Northmere"));
        assert!(alike("NHS Trust", "nhs trust"));
    }
}
