use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Where a part of what is carried lies: the first under the name that was given, each other one beside it, with its number
/// after that name.
#[must_use]
pub fn part_path(first: &Path, number: u32) -> PathBuf {
    if number <= 1 {
        return first.to_owned();
    }
    let mut name = first.as_os_str().to_owned();
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

/// A number as a file's name has it: in digits, the first of which is not 0. Any other form is not a name that was given.
#[must_use]
pub fn number_in_name<T: FromStr>(text: &str) -> Option<T> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if is_number { text.parse().ok() } else { None }
}

/// The numbers of the parts that are meant with one, if they lie beside it: with the first all others, with any other none.
pub fn parts_meant(number: u32, of: u32) -> impl Iterator<Item = u32> {
    (2..=of).filter(move |_| number == 1)
}

/// The further parts that lie beside the first one, in order; whatever else is called so is among them.
#[must_use]
pub fn parts_beside(first: &Path) -> Vec<PathBuf> {
    let directory = first.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Some(name), Ok(entries)) = (first.file_name(), fs::read_dir(directory)) else { return Vec::new() };
    let number = |found: &OsStr| {
        let rest = found.as_bytes().strip_prefix(name.as_bytes())?.strip_prefix(b".")?;
        number_in_name(std::str::from_utf8(rest).ok()?)
    };
    let mut numbers: Vec<u32> = entries.filter_map(|entry| number(&entry.ok()?.file_name())).collect();
    numbers.sort_unstable();
    numbers.into_iter().filter(|number| *number > 1).map(|number| part_path(first, number)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_has_the_name_and_the_others_lie_beside_it() {
        let first = Path::new("/mnt/stick/c1");
        assert_eq!(part_path(first, 1), first);
        assert_eq!(part_path(first, 12), Path::new("/mnt/stick/c1.12"));
    }

    #[test]
    fn the_others_are_found_by_their_numbers() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["c1", "c1.10", "c1.2", "c1.partial", "c1.1", "c11.3", "c1.2x", "c1.+3", "c1.04", "c1.0", "c1."] {
            fs::File::create(directory.path().join(name)).unwrap();
        }
        let found = parts_beside(&directory.path().join("c1"));
        assert_eq!(found, ["c1.2", "c1.10"].map(|name| directory.path().join(name)));
        assert!(parts_beside(&directory.path().join("none/c1")).is_empty());
    }
}
