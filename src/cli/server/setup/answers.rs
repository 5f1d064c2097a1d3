//! What only people know of a box, and the configuration that is made of it.

use std::{
    io::{self, BufRead, Write},
    path::{Path, absolute},
};

use clap::Args;

use super::missing;
use crate::{
    cli::output::{self, Failure},
    domain::limits::MIB,
    files,
    web::{Config, ConfigError},
};

/// Every setting with its default and what it is for.
const EXAMPLE: &str = include_str!("../../../../deploy/candour.toml");

/// Answers that were given with the command.
#[derive(Args)]
pub(in crate::cli) struct GivenAnswers {
    /// Who reads what is sent, as it stands in a sentence: the governance team of Exampleshire NHS Trust
    #[arg(long, value_name = "WHO")]
    body: Option<String>,
    /// The box's own address on the web, with https://; empty if it is to have an onion address alone
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// How often the box is emptied, after "We fetch what is sent ": every working day before noon
    #[arg(long, value_name = "WHEN")]
    fetched: Option<String>,
    /// The file of the certificate for that address with its whole chain, in PEM; empty if there is none yet
    #[arg(long, value_name = "FILE", requires = "certificate_key")]
    certificate: Option<String>,
    /// The file of its key, in PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    certificate_key: Option<String>,
}

/// What the configuration is made of.
#[derive(Default)]
pub(super) struct SetupAnswers {
    body: String,
    fetched: String,
    address: Option<String>,
    /// The certificate's file and its key's.
    certificate: Option<(String, String)>,
}

/// Whether a configuration is there that somebody wrote. The example as it is shipped says nothing of this box.
pub(super) fn are_there(config: &Path) -> Result<bool, Failure> {
    Ok(config.exists() && files::read_ordinary_text(config, MIB)? != EXAMPLE)
}

impl SetupAnswers {
    /// Those that were given, and the others by asking.
    pub(super) fn gather(given: &GivenAnswers, asking: bool) -> Result<Self, Failure> {
        let mut answers = Self::default();
        let mut ask = |answer: &Option<String>, question: &SetupQuestion, set: fn(&mut Self, String)| {
            question.answered(answer.as_deref(), asking, |text| {
                set(&mut answers, text.to_owned());
                answers.text().map(drop)
            })
        };
        ask(&given.body, &BODY, |answers, text| answers.body = text)?;
        ask(&given.fetched, &FETCHED, |answers, text| answers.fetched = text)?;
        ask(&given.address, &ADDRESS, |answers, text| answers.address = some(text))?;
        if answers.address.is_some() && (asking || given.certificate.is_some()) {
            let certificate =
                CERTIFICATE.answered(given.certificate.as_deref(), asking, |_| Ok::<(), ConfigError>(()))?;
            if !certificate.is_empty() {
                let key = CERTIFICATE_KEY
                    .answered(given.certificate_key.as_deref(), asking, |_| Ok::<(), ConfigError>(()))?;
                answers.certificate = Some((whole(&certificate), whole(&key)));
            }
        }
        Ok(answers)
    }

    /// The configuration file with these answers in it.
    pub(super) fn text(&self) -> Result<String, ConfigError> {
        let (certificate, key) = self.certificate.as_ref().map(|(certificate, key)| (certificate, key)).unzip();
        let text = with(EXAMPLE, "service", "body", some_ref(&self.body));
        let text = with(&text, "service", "fetched", some_ref(&self.fetched));
        let text = with(&text, "service", "address", self.address.as_ref());
        let text = with(&text, "tls", "certificate", certificate);
        let text = with(&text, "tls", "key", key);
        Config::parse(&text)?;
        Ok(text)
    }
}

/// One thing to be asked.
struct SetupQuestion {
    /// In words.
    asks: &'static str,
    /// What is missing without it.
    what: &'static str,
    option: &'static str,
    may_be_empty: bool,
}

const BODY: SetupQuestion = SetupQuestion {
    asks: "Who reads what is sent, as it stands in a sentence, such as: the governance team of Exampleshire NHS Trust",
    what: "who reads what is sent",
    option: "--body",
    may_be_empty: false,
};
const FETCHED: SetupQuestion = SetupQuestion {
    asks: "How often is the box emptied? It stands after “We fetch what is sent”, such as: every working day before noon",
    what: "how often the box is emptied",
    option: "--fetched",
    may_be_empty: false,
};
const ADDRESS: SetupQuestion = SetupQuestion {
    asks: "The box's address on the web, with https:// (nothing if it is to have an onion address alone)",
    what: "the box's address",
    option: "--address",
    may_be_empty: true,
};
const CERTIFICATE: SetupQuestion = SetupQuestion {
    asks: "The file of the certificate for that address with its whole chain, in PEM (nothing if there is none yet)",
    what: "the certificate",
    option: "--certificate",
    may_be_empty: true,
};
const CERTIFICATE_KEY: SetupQuestion = SetupQuestion {
    asks: "The file of its key",
    what: "the certificate's key",
    option: "--certificate-key",
    may_be_empty: false,
};
/// Where the team's public files are.
pub(super) fn stick(asking: bool) -> Result<String, Failure> {
    let question = SetupQuestion {
        asks: "The directory, such as a stick, with the team's governance.recipients and every signer's signer.pub",
        what: "where the team's public files are",
        option: "--from",
        may_be_empty: false,
    };
    question.answered(None, asking, |text| {
        if Path::new(text).is_dir() { Ok(()) } else { Err(format!("{text} is no directory")) }
    })
}

impl SetupQuestion {
    /// The answer that was given, or one that is asked for until it can be used.
    fn answered<E: std::fmt::Display>(
        &self,
        given: Option<&str>,
        asking: bool,
        mut check: impl FnMut(&str) -> Result<(), E>,
    ) -> Result<String, Failure> {
        if let Some(given) = given {
            return match check(given) {
                Ok(()) => Ok(given.to_owned()),
                Err(error) => Err(Failure::Failed(format!("{}: {error}", self.option))),
            };
        }
        if !asking {
            return Err(missing(self.what, self.option));
        }
        loop {
            output::text(&format!("{}:\n> ", self.asks))?;
            let answer = line()?.ok_or_else(|| missing(self.what, self.option))?;
            if answer.is_empty() && !self.may_be_empty {
                continue;
            }
            match check(&answer) {
                Ok(()) => return Ok(answer),
                Err(error) => output::line(&format!("{error}"))?,
            }
        }
    }
}

/// The next line of standard input, if there is one.
fn line() -> Result<Option<String>, Failure> {
    let mut line = String::new();
    io::stdout().flush()?;
    let read = io::stdin().lock().read_line(&mut line)?;
    Ok((read > 0).then(|| line.trim().to_owned()))
}

/// The example with a setting of a section set, or as it is. The comment behind it stays.
fn with(text: &str, section: &str, key: &str, value: Option<&String>) -> String {
    let Some(value) = value else { return text.to_owned() };
    let mut inside = false;
    let lines = text.lines().map(|line| {
        if line.starts_with('[') {
            inside = line.starts_with(&format!("[{section}]"));
        }
        let setting = line.strip_prefix("# ").unwrap_or(line);
        if !inside || !setting.starts_with(&format!("{key} = ")) {
            return line.to_owned();
        }
        let comment = setting.find("\" # ").map_or("", |end| &setting[end + 1..]);
        // A text of JSON is one of TOML.
        format!("{key} = {}{comment}", serde_json::Value::from(value.as_str()))
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// Whatever the configuration lies beside.
fn whole(path: &str) -> String {
    absolute(path).map_or_else(|_| path.to_owned(), |path| path.to_string_lossy().into_owned())
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// While it was not asked for, the example's stays.
const fn some_ref(text: &String) -> Option<&String> {
    if text.is_empty() { None } else { Some(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_the_example_with_the_answers_in_it() {
        let answers = SetupAnswers {
            body: "the team of \"Example\" \\ Trust".into(),
            fetched: "daily".into(),
            address: Some("https://a.example".into()),
            certificate: Some(("/a/chain.pem".into(), "/a/key.pem".into())),
        };
        let text = answers.text().unwrap();
        let config = Config::parse(&text).unwrap();
        assert_eq!(config.service.body, answers.body);
        assert_eq!((config.service.fetched, config.service.address), (Some(answers.fetched), answers.address));
        assert_eq!(config.tls.files(), Some(("/a/chain.pem", "/a/key.pem")));
        let changed: Vec<_> = text.lines().zip(EXAMPLE.lines()).filter(|(new, old)| new != old).collect();
        assert_eq!((changed.len(), text.lines().count()), (5, EXAMPLE.lines().count()), "{changed:?}");
        for (new, old) in changed {
            let comment = |line: &str| line.rsplit_once(" # ").map(|(_, comment)| comment.to_owned());
            assert_eq!(comment(new), comment(old), "what it is for stays");
        }
        // With nothing answered it is the example.
        assert_eq!(SetupAnswers::default().text().unwrap(), EXAMPLE);
    }

    #[test]
    fn an_answer_that_no_box_could_serve_with_is_refused() {
        let given = |address: &str| GivenAnswers {
            body: Some("us".into()),
            address: Some(address.into()),
            fetched: Some("daily".into()),
            certificate: None,
            certificate_key: None,
        };
        let why = |given: &GivenAnswers| match SetupAnswers::gather(given, false) {
            Err(Failure::Failed(why) | Failure::Usage(why)) => why,
            Err(Failure::Reported | Failure::Monitored(_)) => "reported".into(),
            Ok(_) => String::new(),
        };
        assert_eq!(why(&given("")), "");
        assert_eq!(why(&given("https://a.example")), "");
        assert!(why(&given("http://a.example")).contains("--address: `service.address`"));
        let nobody = GivenAnswers { body: None, ..given("") };
        assert!(why(&nobody).contains("give --body"), "{}", why(&nobody));
    }
}
