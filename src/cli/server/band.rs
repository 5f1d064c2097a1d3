//! Numbers of reports in bands. A small number says that one person wrote, or did not, on a day on which somebody knows where
//! they were; so no number leaves the box by these commands, and the smallest band begins with none.

/// The last number of each band but the open one.
const ENDS: [u64; 6] = [4, 9, 19, 49, 99, 999];

/// A number, as much as is said of it: from this on, to this, which is not said of the largest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Band {
    from: u64,
    to: Option<u64>,
}

impl Band {
    pub(super) fn of(number: u64) -> Self {
        let mut from = 0;
        for to in ENDS {
            if number <= to {
                return Self { from, to: Some(to) };
            }
            from = to + 1;
        }
        Self { from, to: None }
    }

    /// What the bands say of the sum, and nothing else. A band that the exact sum is in would often be narrower: with two days
    /// of “0 to 4” and a sum of “5 to 9”, neither day had none.
    pub(super) fn sum(bands: impl IntoIterator<Item = Self>) -> Self {
        let none = Self { from: 0, to: Some(0) };
        bands.into_iter().fold(none, |sum, band| Self {
            from: sum.from + band.from,
            to: sum.to.zip(band.to).map(|(one, other)| one + other),
        })
    }

    /// The same of a number that is known not to be 0.
    pub(super) fn words_from_one(self) -> String {
        Self { from: self.from.max(1), ..self }.to_string()
    }
}

impl std::fmt::Display for Band {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.to {
            Some(to) => write!(f, "{} to {to}", self.from),
            None => write!(f, "{} or more", self.from),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_number_is_in_its_band() {
        for (number, band) in [
            (0, "0 to 4"),
            (4, "0 to 4"),
            (5, "5 to 9"),
            (10, "10 to 19"),
            (49, "20 to 49"),
            (50, "50 to 99"),
            (100, "100 to 999"),
            (999, "100 to 999"),
            (1000, "1000 or more"),
            (u64::MAX, "1000 or more"),
        ] {
            assert_eq!(Band::of(number).to_string(), band);
        }
        assert_eq!(Band::of(3).words_from_one(), "1 to 4");
        assert_eq!(Band::of(7).words_from_one(), "5 to 9");
    }

    proptest! {
        /// Whoever knows the bands of the days knows the sum's, so the sum tells nothing more.
        #[test]
        fn the_sum_follows_from_the_bands_alone(numbers in prop::collection::vec((0..2000_u64, 0..2000_u64), 0..40)) {
            let bands = numbers.iter().map(|(number, _)| Band::of(*number));
            let sum = Band::sum(bands);
            let others = numbers.iter().map(|(number, other)| {
                let band = Band::of(*number);
                if Band::of(*other) == band { *other } else { band.from }
            });
            prop_assert_eq!(Band::sum(others.map(Band::of)), sum);
            let exact: u64 = numbers.iter().map(|(number, _)| number).sum();
            prop_assert!(sum.from <= exact && sum.to.is_none_or(|to| exact <= to));
        }
    }
}
