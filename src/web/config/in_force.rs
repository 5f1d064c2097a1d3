//! Every setting with its value and where it came from. The list is the configuration's own: what it has is here.

use std::collections::BTreeMap;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::{Config, ConfigError};

/// A setting as it is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// Its name, with its section's: `service.name`.
    pub setting: String,
    /// Its value; none if it is not set and has no default.
    pub value: Option<Value>,
    /// The line of the configuration file that it is set in; none if it is not.
    pub line: Option<usize>,
}

impl Config {
    /// Every setting that is in force, section by section, by name, with where it stands in the file that this was read from.
    ///
    /// # Errors
    /// If the text is not that of a configuration.
    pub fn in_force(&self, text: &str) -> Result<Vec<InForce>, ConfigError> {
        let all = serde_json::to_value(self).map_err(|error| ConfigError::Toml(error.to_string()))?;
        let file = DeTable::parse(text).map_err(|error| ConfigError::Toml(error.message().to_owned()))?;
        let mut found = Vec::new();
        list(&all, Some(file.get_ref()), "", text, &mut found);
        Ok(found)
    }
}

/// Lists what is in a section; those in it after it.
fn list(section: &Value, file: Option<&DeTable<'_>>, name: &str, text: &str, found: &mut Vec<InForce>) {
    let Value::Object(settings) = section else { return };
    // By name, for the order in which a map of this kind is gone through is another crate's choice.
    let settings: BTreeMap<&String, &Value> = settings.iter().collect();
    let (sections, own): (Vec<_>, Vec<_>) = settings.into_iter().partition(|(_, value)| value.is_object());
    let whole = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    for (key, value) in own {
        let line = file.and_then(|table| table.iter().find(|(found, _)| found.get_ref().as_ref() == key.as_str()));
        let line = line.map(|(key, _)| 1 + text.get(..key.span().start).unwrap_or(text).matches('\n').count());
        found.push(InForce { setting: whole(key), value: (!value.is_null()).then(|| value.clone()), line });
    }
    for (key, value) in sections {
        let below = file.and_then(|table| table.get(key.as_str())).and_then(|value| match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => None,
        });
        list(value, below, &whole(key), text, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_force(text: &str) -> Vec<InForce> {
        Config::parse(text).unwrap().in_force(text).unwrap()
    }

    fn setting(text: &str, name: &str) -> InForce {
        in_force(text).into_iter().find(|found| found.setting == name).unwrap()
    }

    #[test]
    fn each_setting_is_told_with_the_line_that_it_is_set_in() {
        let text = "# first\n[limits]\nattachments = 3\n\n[contacts.mp]\nname = \"M\"\n[service]\nname = '''\nSpeak\nup'''\nindexed = true";
        for (name, value, line) in [
            ("limits.attachments", Some(Value::from(3)), Some(3)),
            ("limits.attachment_mib", Some(Value::from(250)), None),
            ("contacts.mp.name", Some(Value::from("M")), Some(6)),
            ("contacts.mp.link", None, None),
            ("service.name", Some(Value::from("Speak\nup")), Some(8)),
            ("service.indexed", Some(Value::from(true)), Some(11)),
            ("service.address", None, None),
        ] {
            assert_eq!(setting(text, name), InForce { setting: name.into(), value, line });
        }
        // However it is written.
        assert_eq!(setting("service.name = \"A\"", "service.name").line, Some(1));
        assert_eq!(setting("\nservice = { name = \"A\" }", "service.name").line, Some(2));
    }

    #[test]
    fn every_setting_of_the_example_is_told_and_nothing_else() {
        let example = include_str!("../../../deploy/candour.toml");
        let (mut section, mut named) = (String::new(), Vec::new());
        for line in example.lines() {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.split(']').next()) {
                name.clone_into(&mut section);
            } else if let Some((name, _)) = line.trim_start_matches("# ").split_once(" = ")
                && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            {
                named.push(format!("{section}.{name}"));
            }
        }
        let told = in_force(example);
        let missing: Vec<_> = named.iter().filter(|name| !told.iter().any(|found| found.setting == **name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        // Each contact has the same four, which the example shows once.
        let is_shown = |found: &&InForce| named.contains(&found.setting) || found.setting.starts_with("contacts.");
        let hidden: Vec<_> = told.iter().filter(|found| !is_shown(found)).map(|found| &found.setting).collect();
        assert!(hidden.is_empty(), "{hidden:?}");
        assert!(named.len() > 80, "{}", named.len());
    }
}
