//! Whether what is in the box's memory may reach a disk.

use std::{fs, path::Path};

use crate::cli::findings::{Findings, Verdict, What};

/// What the kernel says of swap and of core files. Read before the command gives up files.
pub(super) struct MemoryFacts {
    /// Where it swaps to that may keep what is written there in clear; none if that can't be told.
    open_swaps: Option<Vec<String>>,
    core_pattern: Option<String>,
}

impl MemoryFacts {
    pub(super) fn read() -> Self {
        let swaps = fs::read_to_string("/proc/swaps").ok();
        let core_pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").ok();
        Self { open_swaps: swaps.map(|text| open_swaps(&text, kind_of_mapped)), core_pattern }
    }

    pub(super) fn tell(&self, findings: &mut Findings) {
        let (verdict, finding) = match self.open_swaps.as_deref() {
            Some([]) => (Verdict::Ok, "nothing is swapped to a disk in clear".to_owned()),
            Some(open) => (
                Verdict::Warning,
                format!(
                    "what people type may reach the disk through swap ({}); run the box by its unit, whose MemorySwapMax=0 keeps \
                     it out, or swap to zram or to an encrypted device",
                    open.join(", ")
                ),
            ),
            None => (
                Verdict::Warning,
                "whether this machine swaps can't be told, for /proc/swaps can't be read; run this where it can"
                    .to_owned(),
            ),
        };
        findings.say(What::Swap, verdict, finding);
        let handler = self.core_pattern.as_deref().and_then(|pattern| pattern.trim().strip_prefix('|'));
        let finding = handler.and_then(|line| line.split_whitespace().next()).map_or_else(
            || "a crash of the box writes no core file".to_owned(),
            |program| {
                format!("a crash of the box writes no core file, and {program}, which takes others', gets none of it")
            },
        );
        findings.say(What::CoreFiles, Verdict::Ok, finding);
    }
}

/// Where `/proc/swaps` says that it swaps to, but for memory that is compressed (zram) and what is known to be encrypted.
fn open_swaps(text: &str, kind_of_mapped: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let places = text.lines().skip(1).filter_map(|line| line.split_whitespace().next());
    let is_open = |place: &&str| {
        let name = place.rsplit('/').next().unwrap_or(place);
        let is_memory = place.starts_with("/dev/zram");
        !is_memory && !kind_of_mapped(name).is_some_and(|kind| kind.starts_with("CRYPT-"))
    };
    places.filter(is_open).map(str::to_owned).collect()
}

/// What the kernel calls a mapped device, by its own name (`dm-0`) or by that of the link to it.
fn kind_of_mapped(name: &str) -> Option<String> {
    let own = fs::canonicalize(Path::new("/dev/mapper").join(name)).ok();
    let own = own.as_deref().and_then(Path::file_name).and_then(|own| own.to_str()).unwrap_or(name);
    fs::read_to_string(Path::new("/sys/class/block").join(own).join("dm/uuid")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swap_that_may_keep_what_people_type_is_told_and_no_other() {
        let text = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sda2 partition 1 0 -2\n/dev/zram0 partition 1 0 100\n\
                    /dev/dm-1 partition 1 0 -2\n/dev/dm-2 partition 1 0 -2\n/swap.img file 1 0 -3\n";
        let kind = |name: &str| match name {
            "dm-1" => Some("CRYPT-PLAIN-swap".to_owned()),
            "dm-2" => Some("LVM-abc".to_owned()),
            _ => None,
        };
        assert_eq!(open_swaps(text, kind), ["/dev/sda2", "/dev/dm-2", "/swap.img"]);
        assert!(open_swaps("Filename Type Size Used Priority\n", kind).is_empty());
        let told = |open_swaps: Option<Vec<String>>, pattern: Option<&str>| {
            let mut findings = Findings::default();
            MemoryFacts { open_swaps, core_pattern: pattern.map(str::to_owned) }.tell(&mut findings);
            findings.said().iter().map(|(verdict, text)| (*verdict, (*text).to_owned())).collect::<Vec<_>>()
        };
        let open = told(Some(vec!["/dev/sda2".into()]), Some("|/usr/lib/systemd/systemd-coredump %P\n"));
        assert!(open[0].0 == Verdict::Warning && open[0].1.contains("(/dev/sda2)"), "{}", open[0].1);
        assert!(
            open[1].0 == Verdict::Ok && open[1].1.contains("/usr/lib/systemd/systemd-coredump, which"),
            "{}",
            open[1].1
        );
        assert_eq!(told(Some(Vec::new()), Some("core"))[0].0, Verdict::Ok);
        assert_eq!(told(None, None)[0].0, Verdict::Warning);
    }
}
