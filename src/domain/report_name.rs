//! A report's name in two words, which people can say, hear and remember: "amber acorn".

use super::ids::ReportId;

impl ReportId {
    /// Its name in two words, made of its id alone: the same on every machine. Two reports can have the same one, so an id
    /// stands beside it where one is chosen.
    #[must_use]
    pub fn in_words(self) -> String {
        let [first, second, ..] = self.0;
        format!("{} {}", FIRST[usize::from(first)], SECOND[usize::from(second)])
    }

    /// Its name with the beginning of its id beside it, in a sentence: "amber acorn (0b00ff03)".
    #[must_use]
    pub fn named(self) -> String {
        format!("{} ({})", self.in_words(), self.short())
    }

    /// The beginning of its id, as it stands beside its name.
    #[must_use]
    pub fn short(self) -> String {
        /// Digits that tell the reports of a team apart, and that `candour desk show` takes.
        const DIGITS: usize = 8;

        self.to_string().chars().take(DIGITS).collect()
    }
}

/// How something is; nothing that could be said of a person or of care.
#[rustfmt::skip]
const FIRST: [&str; 256] = [
    "arched", "auburn", "autumn", "azure", "balmy", "banded", "beige", "braided", "breezy", "bright", "brisk",
    "bronze", "calm", "canny", "careful", "carved", "cedar", "central", "chalky", "checkered", "cheerful",
    "chestnut", "choral", "clear", "clever", "cobalt", "cool", "copper", "coral", "corded", "cosy", "cream",
    "crimped", "crimson", "crinkled", "crisp", "crystal", "curious", "curly", "daily", "dainty", "damson", "dapper",
    "dappled", "deep", "distant", "dotted", "downy", "dusky", "eager", "early", "eastern", "easy", "ebony",
    "elegant", "embroidered", "emerald", "etched", "evening", "evergreen", "fabled", "fawn", "festive", "fine",
    "flaxen", "fleet", "floral", "fluent", "fluffy", "foggy", "folded", "fresh", "frilly", "frosty", "gentle",
    "gilded", "ginger", "glad", "glassy", "gleaming", "global", "glossy", "golden", "graceful", "grand", "grassy",
    "green", "hardy", "harvest", "hazel", "hearty", "heather", "helpful", "hidden", "homely", "humble", "icy",
    "indigo", "inland", "inner", "ivory", "jade", "jaunty", "jolly", "keen", "khaki", "knitted", "lace", "lavender",
    "leafy", "level", "light", "lilac", "lime", "linen", "lively", "lofty", "lucid", "lucky", "lunar", "maple",
    "marble", "marine", "mauve", "mellow", "merry", "mild", "mindful", "minted", "misty", "modern", "modest",
    "mossy", "mottled", "narrow", "navy", "neat", "nimble", "noble", "northern", "oaken", "oaten", "ochre", "olive",
    "opal", "open", "orange", "outer", "painted", "paisley", "papery", "patient", "peach", "pearly", "pebbled",
    "placid", "plain", "pleated", "plum", "polar", "polished", "prime", "purple", "quaint", "quick", "quiet",
    "quilted", "rapid", "ready", "regal", "ribbed", "robust", "rosy", "round", "royal", "ruby", "ruffled", "rural",
    "russet", "rustic", "saffron", "sage", "sandy", "satin", "scarlet", "scenic", "scented", "sepia", "serene",
    "settled", "shaded", "shady", "shining", "shiny", "silken", "silver", "simple", "sky", "sleek", "slender",
    "smart", "smooth", "snowy", "snug", "soft", "solar", "solid", "southern", "sparkling", "speckled", "spotted",
    "spring", "square", "stable", "starry", "stately", "steady", "still", "striped", "sturdy", "summer", "sunlit",
    "sunny", "supple", "swift", "tall", "tawny", "tender", "tidal", "tidy", "tiled", "timely", "topaz", "tranquil",
    "trusty", "umber", "upland", "upper", "urban", "velvet", "verdant", "vivid", "walnut", "warm", "watchful",
    "wavy", "western", "whole", "wide", "windy", "winter", "wise", "woody", "woollen", "woven", "zesty",
];

/// Things out of doors and in a house.
#[rustfmt::skip]
const SECOND: [&str; 256] = [
    "acorn", "alder", "almond", "anchor", "antler", "apple", "apricot", "arbour", "archway", "aspen", "aster",
    "atlas", "avocet", "badger", "bamboo", "banjo", "barley", "barn", "basil", "basket", "bay", "beacon", "beaver",
    "beech", "berry", "birch", "bison", "bluebell", "boat", "bobbin", "bonnet", "book", "bottle", "boulder", "bower",
    "bracken", "bramble", "branch", "bridge", "brook", "broom", "bucket", "bugle", "bunting", "button", "cabin",
    "cactus", "camel", "canal", "candle", "canoe", "canyon", "cape", "carrot", "castle", "cavern", "cello", "cherry",
    "chime", "cliff", "clock", "clover", "coast", "cockle", "comet", "compass", "cottage", "crane", "creek",
    "cricket", "crocus", "cuckoo", "curlew", "cymbal", "cypress", "daffodil", "dahlia", "daisy", "dell", "delta",
    "desert", "dolphin", "donkey", "dove", "dune", "eagle", "easel", "egret", "elm", "estuary", "falcon", "farm",
    "feather", "fennel", "fern", "ferry", "fiddle", "field", "finch", "fir", "fjord", "foal", "forest", "forge",
    "fountain", "fox", "gable", "galaxy", "garden", "garland", "garnet", "geyser", "glacier", "glade", "glen",
    "globe", "goose", "gorge", "gorse", "grape", "grove", "gull", "hamlet", "harbour", "hare", "harp", "hazelnut",
    "heath", "hedge", "heron", "hill", "holly", "honey", "horizon", "ibis", "inlet", "iris", "island", "ivy",
    "jasmine", "jetty", "juniper", "kestrel", "kettle", "kite", "kiwi", "lagoon", "lake", "lamp", "lantern", "larch",
    "lark", "laurel", "lawn", "leaf", "lemon", "lighthouse", "lily", "linnet", "loch", "loom", "lotus", "lupin",
    "lute", "lynx", "magpie", "mandolin", "mango", "mantle", "marigold", "martin", "meadow", "melody", "melon",
    "mill", "mirror", "mitten", "moon", "mosaic", "mountain", "mulberry", "nectar", "newt", "nutmeg", "oak", "oasis",
    "oboe", "ocean", "orchard", "orchid", "osprey", "otter", "owl", "paddle", "palm", "pansy", "parsley", "pasture",
    "pear", "pebble", "pelican", "penguin", "peony", "pepper", "pheasant", "piano", "pigeon", "pine", "plateau",
    "plover", "pond", "pony", "poplar", "poppy", "prairie", "primrose", "puffin", "quarry", "quartz", "quay",
    "quill", "rabbit", "rainbow", "raven", "reed", "reef", "ribbon", "river", "robin", "rook", "rose", "rowan",
    "sandal", "sapphire", "sea", "seagrass", "shore", "siskin", "skylark", "slate", "sloe", "snowdrop", "sorrel",
    "sparrow", "spindle", "spruce", "squirrel", "stream", "swallow", "swan", "tapestry", "teal", "thicket",
    "thistle", "thrush", "tulip",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_follows_from_the_id_and_no_word_is_there_twice() {
        let id = ReportId([0, 255, 3, 4, 5, 6, 7, 8]);
        assert_eq!((id.in_words(), id.short()), ("arched tulip".to_owned(), "00ff0304".to_owned()));
        assert_eq!(id.named(), "arched tulip (00ff0304)");
        let words: BTreeSet<&str> = FIRST.iter().chain(&SECOND).copied().collect();
        assert_eq!(words.len(), 512);
        assert!(words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())));
    }
}
