//! Every size and count, built from its parts.

/// Bytes in a KiB.
pub const KIB: usize = 1024;
/// Bytes in a MiB.
pub const MIB: usize = 1024 * KIB;

/// Characters in the shortest description.
pub const DESCRIPTION_MIN: usize = 20;
/// Characters in the longest description.
pub const DESCRIPTION_MAX: usize = 20_000;
/// Characters in the longest follow-up, reply or notice.
pub const MESSAGE_MAX: usize = 20_000;
/// Characters in the name of an organisation, or in when it happened.
pub const SHORT_MAX: usize = 200;
/// Characters in what happened when it was raised, or in what documents exist.
pub const DETAIL_MAX: usize = 2_000;
/// Characters in which use could identify the person.
pub const USE_CONCERNS_MAX: usize = 1_000;
/// Bytes that one character, as a person counts, may take on average: enough for any script, not for a flood of
/// combining marks.
pub const BYTES_PER_CHARACTER: usize = 8;

/// Characters of all free text of one concern.
pub const CONCERN_CHARACTERS: usize = DESCRIPTION_MAX + 2 * SHORT_MAX + 2 * DETAIL_MAX + USE_CONCERNS_MAX;
/// Bytes of an urlencoded form: each byte may become three, and names and choices need room.
pub const FORM_BYTES: usize = 3 * BYTES_PER_CHARACTER * CONCERN_CHARACTERS + 16 * KIB;
/// Bytes of one text field in a multipart body.
pub const FIELD_BYTES: usize = BYTES_PER_CHARACTER * DESCRIPTION_MAX + KIB;
/// Text fields in one form, repeated ones counted each time.
pub const FIELDS: usize = 64;
/// Parts of a multipart body, whatever they are: each takes work, however small it is.
pub const PARTS: usize = 1_000;
/// Messages of a person in one report: their page shows them all.
pub const MESSAGES: usize = 1_000;
/// Answers to one report: more than any team writes, and no more than one part of a collection can list.
pub const ANSWERS_MAX: u32 = 10_000;

/// Concerns that were entered at the desk, in one part of decisions: a signer who makes them up fills no box at once.
pub const ENTERED_MAX: usize = 64;
/// Years after which a concern that came another way is not entered any more.
pub const ENTERED_YEARS: i16 = 3;

/// Files with one message, unless configured otherwise.
pub const ATTACHMENTS: usize = 10;
/// Bytes of all files of one message, unless configured otherwise.
pub const ATTACHMENT_BYTES: u64 = 250 * MIB as u64;
/// Bytes of a file's name that are kept; a longer one is cut.
pub const FILE_NAME_BYTES: usize = 255;
/// Bytes of a media type that are kept; a longer one is replaced.
pub const MEDIA_TYPE_BYTES: usize = 127;
/// Bytes around the fields and files of a multipart body: boundaries and part headers.
pub const MULTIPART_OVERHEAD: usize = (FIELDS + ATTACHMENTS) * KIB;

/// Smallest size of a sealed message's plaintext. Sizes above it are doubled until the message fits.
pub const MESSAGE_STEP: usize = 16 * KIB;
/// Smallest size of a sealed attachment's plaintext. Sizes above it follow Padmé (see `crypto`).
pub const ATTACHMENT_STEP: u64 = 64 * KIB as u64;
/// Bytes of a short slot of the vault: a sealed message of the smallest size, with age's header for a large team.
pub const SHORT_SLOT_BYTES: usize = 20 * KIB;
/// Bytes of a long slot of the vault: what a disk writes well wherever it lies.
pub const LONG_SLOT_BYTES: usize = 256 * KIB;
/// Bytes of a sealed answer: the longest text, the worst escape of JSON inside JSON (7 for 1), its padding and the age
/// header.
pub const ANSWER_BYTES: usize = 2 * 7 * BYTES_PER_CHARACTER * MESSAGE_MAX;
/// Bytes of a sealed message, likewise.
pub const MESSAGE_BYTES: usize = 2 * 6 * BYTES_PER_CHARACTER * CONCERN_CHARACTERS;
/// Bytes of all the copies of what a person wrote that one page shows them: any honest report and its follow-ups.
pub const OWN_COPIES_BYTES: usize = MIB;
/// Bytes of a manifest or of the list of decisions.
pub const MANIFEST_BYTES: usize = 64 * MIB;
/// Bytes of that list that whoever writes it puts into one part: far below what a reader takes.
pub const PART_LIST_BYTES: usize = 8 * MIB;
/// Bytes of sealed files in one part: a disk of FAT32 has no file of 4 GiB.
pub const PART_BYTES: u64 = 3 * 1024 * MIB as u64;
/// Bytes of sealed answers in one part of decisions, unless all are to one report: the box holds them in memory while it
/// checks them.
pub const ANSWERS_BYTES: u64 = 64 * MIB as u64;
/// Bytes of a decisions file, and of the sealed answers in it: those to one report stay together, however many they are, and
/// nobody is sent tens of thousands.
pub const DECISIONS_BYTES: usize = 1024 * MIB;
/// Parts of a collection, of decisions, or of a backup's list, at most.
pub const PARTS_MAX: u32 = 100_000;
/// Bytes of one sealed casebook event: what a manifest says, JSON inside JSON, and what the queue needs besides.
pub const EVENT_BYTES: usize = 4 * MANIFEST_BYTES;

/// Decisions files that may be missing before one: more than any team loses.
pub const DECISIONS_AHEAD: u64 = 10_000;
/// The number that the first decisions file may have which a box takes of a casebook: that casebook may be decades old.
pub const DECISIONS_FIRST: u64 = 1_000_000;
/// Events that a casebook may be further at one decisions file than at all those before it.
pub const EVENTS_AHEAD: u64 = 1_000_000;
/// Collections that may be missing before one: a box that makes one each hour for a year makes fewer.
pub const COLLECTIONS_AHEAD: u64 = 10_000;
/// The number that the first collection of an epoch may have which a casebook takes: that box may be decades old.
pub const COLLECTIONS_FIRST: u64 = 1_000_000;
/// The last number of a collection, a decisions file or an event: no box and no casebook ever comes so far.
pub const NUMBER_MAX: u64 = 1 << 40;
/// The last number of a message or an answer within a report, likewise.
pub const SEQ_MAX: u32 = 1_000_000;
/// Years between the day a promise starts and the day it is due, at most: none runs nearly so long.
pub const PROMISE_YEARS: i16 = 2;
/// Signatures that may stand by one answer: its writer's, its approver's, and to spare. Each takes work to check.
pub const ENDORSEMENTS: usize = 8;
/// Days for which the box keeps what a desk has acknowledged, unless configured otherwise or a second signer confirms it.
pub const ACKNOWLEDGED_DAYS: u32 = 7;
/// Days for which the box keeps a report after the team closed it, unless configured otherwise: half a year.
pub const CLOSED_DAYS: u32 = 180;
/// Likewise, after the team set it aside.
pub const SET_ASIDE_DAYS: u32 = 30;
/// Days for which it keeps an answer, unless configured otherwise: a year.
pub const ANSWER_DAYS: u32 = 365;
/// Days by which each of these may be longer, unless configured otherwise: as it is drawn for each report.
pub const SPREAD_DAYS: u32 = 14;
/// Connections at the same moment: when another comes, one goes.
pub const CONNECTIONS: usize = 2048;
/// Open files that are kept for everything else: the store, listeners, the program itself.
pub const OTHER_OPEN_FILES: usize = 256;
/// Connections at the same moment that may bring files; all others are for text.
pub const UPLOAD_PLACES: usize = 256;
/// Uploads that are being sealed at the same moment; later ones wait.
pub const UPLOADS: usize = 24;
/// Bytes of memory for all that arrives and is not stored yet, everybody's together: an eighth of what the service file
/// allows the box.
pub const BUDGET_BYTES: usize = 128 * MIB;
/// Of those, bytes that files may take; the rest is for text.
pub const BUDGET_FILES_BYTES: usize = BUDGET_BYTES / 2;
/// Bytes of pages that are made and wait to be read, everybody's together.
pub const BUDGET_PAGES_BYTES: usize = 32 * MIB;
/// Receipt codes that are looked up in a minute, unless configured otherwise: a flood is told to wait, a person never
/// meets it.
pub const CODE_CHECKS_A_MINUTE: u32 = 6000;
/// Concerns and follow-ups that are taken in a minute, unless configured otherwise: more than any body of staff sends,
/// fewer than would fill a disk unseen.
pub const SENDS_A_MINUTE: u32 = 600;
/// Mebibytes that are taken in a day, unless configured otherwise.
pub const DAILY_MIB: u64 = 10 * 1024;
/// Mebibytes of disk that stay free, unless configured otherwise: four of the largest messages.
pub const DISK_RESERVE_MIB: u64 = 1024;
/// Of the largest messages, so many may be arriving at the same moment, unless configured otherwise. What never ends takes no
/// more of the disk than that.
pub const ARRIVING_MESSAGES: u64 = 4;
/// Bytes of the operator's logo, which every page carries.
pub const LOGO_BYTES: usize = 12 * KIB;
/// Bytes of a page text that the operator wrote.
pub const PAGE_TEXT_BYTES: usize = 16 * KIB;
/// Receipt codes that may wait to be hashed, those of sends and those that were typed each; past that the box says that
/// it is busy.
pub const HASH_QUEUE: usize = 64;
/// Bytes of memory in which receipt codes are hashed at the same moment, on however many cores: six at Argon2's costs of
/// today, an eighth of what the service file allows the box.
pub const HASH_MEMORY_BYTES: usize = 128 * MIB;

/// Bytes of the head of a carrier's request, and of what a box tells before the bytes of a part.
pub const CARRY_HEAD_BYTES: usize = 4 * KIB;
/// Bytes of the smallest answer with a part of a collection, and of the smallest decisions that are brought over a line: some
/// fifty messages without a file, so that a quiet week and a busy one look alike. Sizes above it follow Padmé.
pub const CARRIED_MIN: u64 = MIB as u64;
/// Bytes of a decisions file that a box takes over a line: all answers of one part, their list, and what a tar adds. Larger
/// ones are for `candour deliver`.
pub const CARRIED_DECISIONS_BYTES: u64 = ANSWERS_BYTES + 2 * PART_LIST_BYTES as u64;
/// Bytes of a part that a carrier fetches over a line: a part of [`PART_BYTES`] and its list, and one report that has far more
/// than that, for a report is in one part.
pub const CARRIED_PART_BYTES: u64 = 64 * 1024 * MIB as u64;
/// Bytes that a carrier leaves free on its disk, whatever a box says is to come.
pub const CARRIER_FREE_BYTES: u64 = 256 * MIB as u64;
/// How long a carrier's request may take from the challenge on, in seconds.
pub const CHALLENGE_SECONDS: u32 = 120;
/// Requests of carriers that a box remembers as used for so long: many more than any team makes.
pub const CARRY_REQUESTS: usize = 4096;

/// Working days left at which an open clock is due soon.
pub const DUE_SOON: i64 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_those_that_the_contract_promises() {
        assert_eq!((DESCRIPTION_MIN, DESCRIPTION_MAX, MESSAGE_MAX), (20, 20_000, 20_000));
        assert_eq!((SHORT_MAX, DETAIL_MAX, USE_CONCERNS_MAX), (200, 2_000, 1_000));
        assert_eq!((ATTACHMENTS, ATTACHMENT_BYTES), (10, 262_144_000));
        assert_eq!((FILE_NAME_BYTES, MEDIA_TYPE_BYTES), (255, 127));
        assert_eq!((MESSAGE_STEP, ATTACHMENT_STEP), (16_384, 65_536));
        assert_eq!((DAILY_MIB, DISK_RESERVE_MIB, LOGO_BYTES), (10_240, 1_024, 12_288));
        assert_eq!((SENDS_A_MINUTE, CODE_CHECKS_A_MINUTE, DUE_SOON), (600, 6_000, 3));
    }

    #[test]
    fn what_is_built_from_parts_has_room_for_them() {
        // 20,000 + 2 × 200 + 2 × 2,000 + 1,000 characters of up to 8 bytes.
        let longest = 25_400 * 8;
        assert_eq!(CONCERN_CHARACTERS * BYTES_PER_CHARACTER, longest);
        assert_eq!((FORM_BYTES, FIELD_BYTES), (3 * longest + 16_384, 161_024), "percent signs, and 1 KiB to spare");
        assert_eq!(MULTIPART_OVERHEAD, 75_776, "1 KiB for each of 64 fields and 10 files");
        assert_eq!((MESSAGE_BYTES, ANSWER_BYTES), (2 * 6 * longest, 2_240_000), "escaped, then padded to the double");
        assert_eq!((SHORT_SLOT_BYTES, LONG_SLOT_BYTES), (20_480, 262_144));
        assert_eq!((UPLOADS, HASH_QUEUE, FIELDS), (24, 64, 64));
        assert_eq!((CONNECTIONS, UPLOAD_PLACES, OTHER_OPEN_FILES), (2_048, 256, 256));
        assert_eq!((BUDGET_BYTES, BUDGET_FILES_BYTES, BUDGET_PAGES_BYTES), (134_217_728, 67_108_864, 33_554_432));
        assert_eq!(HASH_MEMORY_BYTES, 134_217_728);
        assert_eq!((MANIFEST_BYTES, EVENT_BYTES, OWN_COPIES_BYTES), (67_108_864, 268_435_456, 1_048_576));
    }
}
