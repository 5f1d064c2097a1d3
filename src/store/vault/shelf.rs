use crate::domain::limits::{KIB, LONG_SLOT_BYTES, SHORT_SLOT_BYTES};

/// A file of the vault, with slots of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::store) enum Shelf {
    /// Messages, people's own copies, and files that are not much longer.
    Short,
    /// All other files.
    Long,
    /// Answers. A shelf of their own, because another program hands out its slots: `deliver`, and not the one that serves.
    Answers,
}

impl Shelf {
    pub(in crate::store) const ALL: [Self; 3] = [Self::Short, Self::Long, Self::Answers];

    /// Bytes of a sealed file up to which it lies in short slots: past that, fewer long ones waste less than they save.
    const SHORT_ENOUGH: u64 = 6 * SHORT_SLOT_BYTES as u64;

    /// Where a file of so many bytes belongs that a person sent.
    pub(in crate::store) const fn of_size(bytes: u64) -> Self {
        if bytes <= Self::SHORT_ENOUGH { Self::Short } else { Self::Long }
    }

    /// As it stands in the records.
    pub(in crate::store) const fn number(self) -> u8 {
        match self {
            Self::Short => 0,
            Self::Long => 1,
            Self::Answers => 2,
        }
    }

    pub(in crate::store) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|shelf| shelf.number() == number)
    }

    /// Its file's name in the data directory.
    pub(in crate::store) const fn file_name(self) -> &'static str {
        match self {
            Self::Short => "short.vault",
            Self::Long => "long.vault",
            Self::Answers => "answers.vault",
        }
    }

    /// Bytes of a slot.
    pub(in crate::store) const fn slot_bytes(self) -> usize {
        match self {
            Self::Short | Self::Answers => SHORT_SLOT_BYTES,
            Self::Long => LONG_SLOT_BYTES,
        }
    }

    /// Slots that a new box has.
    pub(in crate::store) const fn first_slots(self) -> u32 {
        match self {
            Self::Short => 256,
            Self::Long | Self::Answers => 64,
        }
    }

    /// By how many slots it grows at the least.
    pub(in crate::store) const fn step(self) -> u32 {
        match self {
            Self::Short => 1024,
            Self::Long => 256,
            Self::Answers => 512,
        }
    }
}

const _: () = assert!(SHORT_SLOT_BYTES.is_multiple_of(4 * KIB) && LONG_SLOT_BYTES.is_multiple_of(4 * KIB));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limits::{ATTACHMENT_STEP, MESSAGE_STEP};

    #[test]
    fn the_smallest_message_takes_one_short_slot_and_the_smallest_attachment_a_few() {
        let age = 2 * KIB;
        assert!(MESSAGE_STEP + age <= SHORT_SLOT_BYTES);
        assert!(Shelf::of_size(ATTACHMENT_STEP + age as u64) == Shelf::Short);
        assert!(Shelf::of_size(LONG_SLOT_BYTES as u64 / 2) == Shelf::Long);
        for shelf in Shelf::ALL {
            assert_eq!(Shelf::from_number(shelf.number()), Some(shelf));
        }
    }
}
