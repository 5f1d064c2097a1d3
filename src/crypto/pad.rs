//! Sizes that say little. A message's plaintext is padded to 16 KiB doubled as often as needed; an attachment's to 64
//! KiB, and above that by Padmé, which adds at most a thirty-second (3.2%) there and leaves `log log n` bits to learn
//! (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", `PoPETs` 2019).

use crate::domain::limits::{ATTACHMENT_STEP, CARRIED_MIN, MESSAGE_STEP};

/// The size in bytes that a message's plaintext is padded to.
#[must_use]
pub fn message_size(length: usize) -> usize {
    let mut size = MESSAGE_STEP;
    while size < length {
        size *= 2;
    }
    size
}

/// The size in bytes that an attachment's plaintext is padded to.
#[must_use]
pub fn attachment_size(length: u64) -> u64 {
    padme(length.max(ATTACHMENT_STEP))
}

/// The size in bytes that a part of a collection, or decisions, are padded to on their way over a line.
#[must_use]
pub fn carried_size(length: u64) -> u64 {
    padme(length.max(CARRIED_MIN))
}

fn padme(length: u64) -> u64 {
    let exponent = u64::from(length.ilog2());
    let kept = u64::from(exponent.ilog2()) + 1;
    let mask = (1 << (exponent - kept)) - 1;
    (length + mask) & !mask
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn messages_double() {
        let kib = 1024;
        for (length, size) in
            [(0, 16 * kib), (1, 16 * kib), (16 * kib, 16 * kib), (16 * kib + 1, 32 * kib), (100 * kib, 128 * kib)]
        {
            assert_eq!(message_size(length), size);
        }
    }

    #[test]
    fn attachments_below_the_step_look_alike() {
        for length in [0, 1, 4096, ATTACHMENT_STEP - 1, ATTACHMENT_STEP] {
            assert_eq!(attachment_size(length), ATTACHMENT_STEP);
        }
    }

    #[test]
    fn attachments_above_it_are_padded_as_padme_says() {
        for (length, size) in [(65_537, 67_584), (100_000, 100_352), (1_000_000, 1_015_808), (262_143_995, 264_241_152)]
        {
            assert_eq!(attachment_size(length), size);
        }
    }

    #[test]
    fn what_is_carried_over_a_line_has_one_size_up_to_a_mebibyte() {
        let mib = 1024 * 1024;
        for (length, size) in [(0, mib), (mib, mib), (mib + 1, mib + mib / 32), (10 * mib, 10 * mib)] {
            assert_eq!(carried_size(length), size);
        }
    }

    proptest! {
        #[test]
        fn padding_is_enough_and_at_most_a_thirty_second(length in ATTACHMENT_STEP..1 << 40) {
            let size = attachment_size(length);
            prop_assert!(size >= length && size - length <= length / 32, "{} {}", length, size);
            prop_assert_eq!(attachment_size(size), size);
        }
    }
}
