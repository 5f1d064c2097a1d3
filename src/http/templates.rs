//! Holds each template to a page that the tests look at: what no sample is made from is checked by nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use regex_lite::Regex;

use super::validity::Sample;

/// Characters, white space apart, from which on words tell one template from all others.
const TELLING: usize = 16;

/// Templates of these folders, as `desk/queue.html`, that none of the samples is made from.
pub(crate) fn without_sample(folders: &[&str], samples: &[Sample]) -> Vec<String> {
    Templates::read().without(samples).into_iter().filter(|path| folders.iter().any(|f| path.starts_with(f))).collect()
}

/// What stands in `templates`, and the types that are made from it.
struct Templates {
    /// Text by path.
    texts: BTreeMap<String, String>,
    /// Paths by module and name, as `desk::QueuePage`.
    types: BTreeMap<String, String>,
}

impl Templates {
    fn read() -> Self {
        let read = |path: &PathBuf| fs::read_to_string(path).expect("a file that was listed");
        let templates = files(Path::new("templates"), "html").into_iter();
        let texts = templates.map(|path| (path.display().to_string().replacen("templates/", "", 1), read(&path)));
        let declared = Regex::new(r#"template\(path = "([^"]+)"\)\]\s+(?:#.*\s+)*(?:pub(?:\(.*?\))? )?struct (\w+)"#);
        let declared = declared.expect("an expression");
        let mut types = BTreeMap::new();
        for path in files(Path::new("src"), "rs") {
            let module = path.iter().nth(1).unwrap_or_default().display().to_string();
            for found in declared.captures_iter(&read(&path)) {
                types.insert(format!("{module}::{}", &found[2]), found[1].to_owned());
            }
        }
        Self { texts: texts.collect(), types }
    }

    /// Those that no sample is made from: neither as its own template, nor as one that it extends, includes or imports,
    /// nor as a part that was put on it as a value. Such a part is known by its words.
    fn without(&self, samples: &[Sample]) -> Vec<String> {
        let pages: Vec<String> = samples.iter().map(|sample| squeezed(&sample.html)).collect();
        let mut made: Vec<&String> = samples.iter().filter_map(|sample| self.types.get(&short(sample.page))).collect();
        let parts = self.types.values().filter(|path| self.texts.get(*path).is_some_and(|t| !t.contains("{% extends")));
        made.extend(parts.filter(|path| {
            let own = self.own_words(path);
            pages.iter().any(|page| own.iter().any(|words| page.contains(words)))
        }));
        let uses = Regex::new(r#"\{%-? (?:extends|include|import) "([^"]+)""#).expect("an expression");
        let mut reached = BTreeSet::new();
        while let Some(path) = made.pop() {
            if let Some((path, text)) = self.texts.get_key_value(path)
                && reached.insert(path)
            {
                let used = uses.captures_iter(text).filter_map(|found| self.texts.get_key_value(&found[1]));
                made.extend(used.map(|(path, _)| path));
            }
        }
        self.texts.keys().filter(|path| !reached.contains(path)).cloned().collect()
    }

    /// Words of a template that no other has.
    fn own_words(&self, path: &str) -> Vec<String> {
        let others: Vec<String> =
            self.texts.iter().filter(|(other, _)| *other != path).map(|(_, text)| squeezed(text)).collect();
        let tag = Regex::new(r"(?s)\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}").expect("an expression");
        let words = tag.split(self.texts.get(path).map_or("", String::as_str)).map(squeezed);
        words
            .filter(|words| words.chars().count() >= TELLING && !others.iter().any(|other| other.contains(words)))
            .collect()
    }
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry of it").path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|ending| ending == extension) {
            found.push(path);
        }
    }
    found
}

/// Of `candour::desk::view::queue::QueuePage<'_>`: `desk::QueuePage`.
fn short(type_name: &str) -> String {
    let path = type_name.split('<').next().unwrap_or_default();
    let mut names = path.split("::").skip(1);
    format!("{}::{}", names.next().unwrap_or_default(), names.last().unwrap_or_default())
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(texts: &[(&str, &str)], types: &[(&str, &str)], html: &str) -> Vec<String> {
        let owned = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let templates = Templates { texts: owned(texts), types: owned(types) };
        let page = "candour::web::view::StartPage<'_>";
        templates.without(&[Sample { page, name: "start".into(), html: html.into(), is_error: false }])
    }

    #[test]
    fn a_template_is_reached_by_what_is_made_from_it() {
        let texts = [
            ("box/base.html", "<main>{% block main %}{% endblock %}</main>"),
            ("box/new.html", "{% extends \"box/base.html\" %}<p>Nobody has looked at this</p>"),
            ("box/notes.html", "<p>{{ note }}</p>"),
            ("box/start.html", "{% extends \"box/base.html\" %}\n{% include \"box/notes.html\" %}"),
        ];
        let types = [("web::StartPage", "box/start.html"), ("web::NewPage", "box/new.html")];
        assert_eq!(without(&texts, &types, "<main><p>Nobody has looked at this</p></main>"), ["box/new.html"]);
        assert_eq!(without(&texts, &[], "").len(), 4);
    }

    #[test]
    fn a_part_is_reached_by_words_that_it_alone_has() {
        let texts = [
            (
                "box/field.html",
                "<label class=\"label\">{{ label }}</label>{# Known by its hint #}\n  <i>Up to {{ n }} letters and numbers</i>",
            ),
            ("box/start.html", "<label class=\"label\">"),
        ];
        let types = [("web::StartPage", "box/start.html"), ("http::Field", "box/field.html")];
        let page = "<label class=\"label\">Known by its hint</label>";
        assert_eq!(without(&texts, &types, page), ["box/field.html"]);
        assert!(
            without(&texts, &types, "<label class=\"label\">Name</label>\n<i>Up to 3 letters and numbers</i>")
                .is_empty()
        );
    }
}
