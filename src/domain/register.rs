//! Reading the files in which the NHS Organisation Data Service publishes organisations: an organisation a line, no line of
//! headings, quoted fields. What kind an organisation is stands in no field: each kind has its file. Of all that is in
//! them, only what names an organisation is kept.

use jiff::civil::Date;

use super::{answers::OrganisationType, limits::SHORT_MAX, text::Text};

/// Bytes of one file, at most: several times the longest that is published.
pub const REGISTER_BYTES: usize = 64 * 1024 * 1024;
/// Lines of one file, at most.
const LINES: usize = 500_000;
/// Bytes of one line, at most.
const LINE_BYTES: usize = 4 * 1024;
/// Characters of a code, at most.
const CODE: usize = 12;
/// Lines that can't be read and are named; the rest is as wrong.
const NAMED: usize = 1000;

/// What a file of the register lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterFileKind {
    /// Trusts: whether they are foundation trusts, their names say.
    Trusts,
    /// Whoever prescribes in primary care: which of them are practices, the 26th field says.
    Prescribers,
    /// Organisations of one kind.
    Of(OrganisationType),
    /// Something else.
    Unknown,
}

/// An organisation, as a line names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterLine {
    /// Its code.
    pub code: String,
    /// Its name, in ordinary letters.
    pub name: String,
    /// What kind it is, as far as the file tells.
    pub kind: Option<OrganisationType>,
    /// The day on which it was closed, if it was or will be.
    pub closed_on: Option<Date>,
}

/// What was read from one file.
#[derive(Default)]
pub struct RegisterFile {
    /// Its organisations, in its order.
    pub organisations: Vec<RegisterLine>,
    /// The numbers of the lines that can't be read, from 1; of very many the first.
    pub unreadable: Vec<usize>,
}

impl RegisterFileKind {
    /// What the file of that name lists, as it is published.
    #[must_use]
    pub fn of_file(name: &str) -> Self {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        match stem.to_ascii_lowercase().as_str() {
            "etr" | "ect" => Self::Trusts,
            "epraccur" => Self::Prescribers,
            "eccg" | "eicb" => Self::Of(OrganisationType::IntegratedCareBoard),
            "ephp" => Self::Of(OrganisationType::IndependentProvider),
            _ => Self::Unknown,
        }
    }

    fn kind(self, name: &str, setting: &str) -> Option<OrganisationType> {
        match self {
            Self::Trusts if name.to_ascii_uppercase().contains("FOUNDATION TRUST") => {
                Some(OrganisationType::FoundationTrust)
            }
            Self::Trusts => Some(OrganisationType::NhsTrust),
            // Some lines have two settings, with a bar between them.
            Self::Prescribers if setting.split('|').any(|one| one.trim() == "4") => Some(OrganisationType::PrimaryCare),
            Self::Of(kind) => Some(kind),
            Self::Prescribers | Self::Unknown => None,
        }
    }
}

impl RegisterFile {
    /// Reads a file. Each line is read by itself, so that a quotation mark too many spoils no other.
    #[must_use]
    pub fn read(file: &[u8], kind: RegisterFileKind) -> Self {
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        let mut read = Self::default();
        for (number, line) in (1..).zip(file.split(|byte| *byte == b'\n')) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            // The last line ends, too; and some files end as files did once.
            if line.is_empty() || line == b"\x1a" {
                continue;
            }
            match RegisterLine::read(line, kind).filter(|_| number <= LINES) {
                Some(organisation) => read.organisations.push(organisation),
                None if read.unreadable.len() < NAMED => read.unreadable.push(number),
                None => {}
            }
        }
        read
    }
}

impl RegisterLine {
    /// Fields that every published line has at least: up to the day on which it was closed.
    const FIELDS: usize = 12;
    /// The place of the setting in which somebody prescribes.
    const SETTING: usize = 25;

    fn read(line: &[u8], kind: RegisterFileKind) -> Option<Self> {
        let is_open = line.iter().fold(false, |is_open, byte| is_open ^ (*byte == b'"'));
        if line.len() > LINE_BYTES || is_open {
            return None;
        }
        let line = std::str::from_utf8(line).ok()?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(line.len().max(1))
            .from_reader(line.as_bytes());
        let mut records = reader.records();
        let fields = records.next()?.ok()?;
        // A line break of an older kind would begin another one.
        if records.next().is_some() || fields.len() < Self::FIELDS {
            return None;
        }
        let field = |place: usize| fields.get(place).unwrap_or_default().trim();
        let (code, name) = (field(0), field(1));
        let is_code = (1..=CODE).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_name = !name.is_empty() && !name.chars().any(char::is_control);
        if !is_code || !is_name || Text::verbatim(name).is_longer_than(SHORT_MAX) {
            return None;
        }
        day(field(10))?;
        let closed_on = day(field(11))?;
        let kind = kind.kind(name, field(Self::SETTING));
        Some(Self { code: code.to_owned(), name: in_ordinary_letters(name), kind, closed_on })
    }
}

/// A day as it is written there, or none; nothing if it is neither.
fn day(text: &str) -> Option<Option<Date>> {
    if text.is_empty() {
        return Some(None);
    }
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?);
    Date::new(year, month, day).ok().map(Some)
}

/// A name that is in capitals throughout as people write it; any other as it is.
fn in_ordinary_letters(name: &str) -> String {
    /// Words that stay as they are: what is spoken letter by letter.
    const LETTERS: [&str; 10] = ["NHS", "ICB", "GP", "UK", "CIC", "LLP", "PLC", "PCN", "II", "III"];
    /// Words that are not capitalised but in front.
    const SMALL: [&str; 9] = ["AND", "OF", "THE", "FOR", "ON", "IN", "UPON", "WITH", "AT"];

    if name.chars().any(char::is_lowercase) {
        return name.to_owned();
    }
    let mut ordinary = String::with_capacity(name.len());
    for (place, word) in name.split(' ').enumerate() {
        if place > 0 {
            ordinary.push(' ');
        }
        let letters = word.trim_matches(|c: char| !c.is_alphanumeric());
        let has_vowel = letters.contains(['A', 'E', 'I', 'O', 'U', 'Y']);
        let is_spelt = LETTERS.contains(&letters) || (!has_vowel && letters.len() > 2 && letters != "MRS");
        if is_spelt || letters.chars().any(|c| c.is_ascii_digit()) {
            ordinary.push_str(word);
        } else if place > 0 && SMALL.contains(&word) {
            ordinary.push_str(&word.to_lowercase());
        } else {
            let mut begins = true;
            for c in word.chars() {
                if begins {
                    ordinary.push(c);
                } else {
                    ordinary.extend(c.to_lowercase());
                }
                begins = !c.is_alphanumeric() && c != '\'' && c != '’';
            }
        }
    }
    ordinary
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line as it is published, with 27 fields.
    fn line(code: &str, name: &str, opened: &str, closed: &str, setting: &str) -> String {
        let mut fields = vec![String::new(); 27];
        (fields[0], fields[1], fields[10], fields[11]) = (code.into(), name.into(), opened.into(), closed.into());
        fields[25] = setting.into();
        fields.iter().map(|field| format!("\"{field}\"")).collect::<Vec<_>>().join(",")
    }

    fn read(text: &str, kind: RegisterFileKind) -> RegisterFile {
        RegisterFile::read(text.as_bytes(), kind)
    }

    #[test]
    fn what_is_published_is_read() {
        let text = [
            line("XA1", "NORTH MADE UP HOSPITALS NHS FOUNDATION TRUST", "20010401", "", ""),
            line("XA2", "ISLE OF NOWHERE NHS TRUST", "20010401", "20240331", ""),
            line("XA3", "ST ANYONE'S, \"\"THE OLD\"\" SITE", "", "", ""),
        ];
        let found = read(&format!("\u{feff}{}\r\n", text.join("\r\n")), RegisterFileKind::of_file("etr.csv"));
        assert_eq!(found.unreadable, [0; 0]);
        let told: Vec<_> = found.organisations.iter().map(|one| (&*one.code, &*one.name, one.kind)).collect();
        assert_eq!(
            told,
            [
                ("XA1", "North Made Up Hospitals NHS Foundation Trust", Some(OrganisationType::FoundationTrust)),
                ("XA2", "Isle of Nowhere NHS Trust", Some(OrganisationType::NhsTrust)),
                ("XA3", "St Anyone's, \"The Old\" Site", Some(OrganisationType::NhsTrust)),
            ]
        );
        let closed: Vec<_> = found.organisations.iter().map(|one| one.closed_on).collect();
        assert_eq!(closed, [None, Some(Date::constant(2024, 3, 31)), None]);
    }

    #[test]
    fn kinds_are_told_apart_by_file_and_practices_by_their_setting() {
        use OrganisationType as T;
        for (file, setting, kind) in [
            ("EPRACCUR.csv", "4", Some(T::PrimaryCare)),
            ("epraccur.csv", "9|4", Some(T::PrimaryCare)),
            ("epraccur.csv", "14", None),
            ("eccg.csv", "", Some(T::IntegratedCareBoard)),
            ("ephp.csv", "", Some(T::IndependentProvider)),
            ("other.csv", "4", None),
        ] {
            let found = read(&line("A1", "Somewhere", "", "", setting), RegisterFileKind::of_file(file));
            assert_eq!(found.organisations[0].kind, kind, "{file} {setting}");
        }
    }

    #[test]
    fn a_line_that_is_none_is_named_and_spoils_no_other() {
        let good = line("A1", "Good", "20010401", "", "");
        for bad in [
            "Organisation Code,Name,National Grouping,a,b,c,d,e,f,g,h,i",
            "\"A2\",\"Too few\"",
            &line("A2", "A quotation mark\" too many", "", "", ""),
            &line("", "No code", "", "", ""),
            &line("A/2", "No code", "", "", ""),
            &line("A2345678901234", "A long code", "", "", ""),
            &line("A2", "", "", "", ""),
            &line("A2", "An \u{1b}[2J escape", "", "", ""),
            &line("A2", &"long ".repeat(50), "", "", ""),
            &line("A2", "No day", "", "20240230", ""),
            &line("A2", "No day", "", "31/03/2024", ""),
            &line("A2", "No day", "once", "", ""),
            &line("A2", "Two\rlines", "", "", ""),
            &format!("{}{}", line("A2", "A long line", "", "", ""), ",\"x\"".repeat(LINE_BYTES)),
        ] {
            let found = read(&format!("{good}\n{bad}\n{good}\n"), RegisterFileKind::Unknown);
            assert_eq!((found.organisations.len(), found.unreadable), (2, vec![2]), "{bad}");
        }
        let not_text = RegisterFile::read(b"\"A1\",\"\xff\"\n\n\x1a", RegisterFileKind::Unknown);
        assert_eq!((not_text.organisations.len(), not_text.unreadable), (0, vec![1]));
        let many = read(&"x\n".repeat(NAMED + 5), RegisterFileKind::Unknown);
        assert_eq!(many.unreadable.len(), NAMED);
    }

    #[test]
    fn a_name_is_written_as_people_write_it() {
        for (published, name) in [
            ("THE MADE-UP SURGERY (WEST)", "The Made-Up Surgery (West)"),
            ("NHS NOWHERE ICB - 00X", "NHS Nowhere ICB - 00X"),
            ("Mixed CASE stays", "Mixed CASE stays"),
            ("DR B & PARTNERS AT THE MILL", "Dr B & Partners at the Mill"),
        ] {
            assert_eq!(in_ordinary_letters(published), name);
        }
    }
}
