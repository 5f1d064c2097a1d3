use crate::{http::capitalised, web::config::ServiceConfig};

/// When what is sent is read at the earliest, and who acts until then: said wherever someone may be in danger.
#[derive(Clone)]
pub(in crate::web) struct WhenRead {
    fetched: Option<String>,
    urgent: Option<String>,
    team: String,
}

impl WhenRead {
    pub(super) fn new(service: &ServiceConfig) -> Self {
        Self { fetched: service.fetched.clone(), urgent: service.urgent.clone(), team: capitalised(&service.body) }
    }

    /// In a sentence.
    pub(super) fn at_the_earliest(&self) -> String {
        match &self.fetched {
            Some(fetched) => format!("{} fetches what is sent {fetched}. Nobody can read it before that.", self.team),
            None => "Nobody reads it at once: it can take days before it is fetched and opened.".to_owned(),
        }
    }

    /// The same in few words, without a full stop, for a hint.
    pub(super) fn in_a_hint(&self) -> String {
        match &self.fetched {
            Some(fetched) => format!("What is sent is fetched {fetched}"),
            None => "It can take days before anyone reads what you send".to_owned(),
        }
    }

    /// Who acts until then, if the operator has said so.
    pub(super) fn urgent(&self) -> Option<&str> {
        self.urgent.as_deref()
    }
}
