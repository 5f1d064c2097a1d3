use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{signal::unix::Signal, task, time};

use crate::{
    domain::{Calendar, limits::MIB},
    files,
    http::tell_operator,
    web::App,
};

/// How often the file is looked at while the box serves.
pub(in crate::cli) const LOOK_EVERY: Duration = Duration::from_hours(1);

/// Takes newer bank holidays while the box serves.
pub(in crate::cli) struct NewerHolidays {
    path: PathBuf,
    /// What it held when it was last looked at, or why that is not known.
    seen: Result<String, String>,
}

impl NewerHolidays {
    /// A file that need not be there yet. What it holds now is in use already.
    pub(in crate::cli) fn begin(path: PathBuf) -> Self {
        let seen = read(&path);
        Self { path, seen }
    }

    /// Looks whenever it is asked to, and from time to time. Never ends.
    pub(in crate::cli) async fn watch(mut self, app: App, mut asked: Signal, every: Duration) {
        loop {
            tokio::select! {
                _ = asked.recv() => {}
                () = time::sleep(every) => {}
            }
            let serving = app.clone();
            // A disk may keep it waiting, and must not keep pages waiting.
            let looked = task::spawn_blocking(move || {
                if let Some(told) = self.look(|calendar| serving.set_calendar(calendar)) {
                    tell_operator(&told);
                }
                self
            });
            match looked.await {
                Ok(watching) => self = watching,
                Err(_) => return,
            }
        }
    }

    /// Takes what is new in the file. Gives what the operator is to be told of it, which is told once.
    fn look(&mut self, take: impl FnOnce(Calendar)) -> Option<String> {
        let found = read(&self.path);
        if found == self.seen {
            return None;
        }
        self.seen = found;
        let read = match &self.seen {
            // As when the box starts.
            Ok(text) if text.is_empty() => Ok(Calendar::default()),
            Ok(text) => Calendar::with_file(text).map_err(|error| format!("{}: {error}", self.path.display())),
            Err(error) => Err(error.clone()),
        };
        Some(match read {
            Ok(calendar) => {
                let told = format!("bank holidays are loaded up to {} now", calendar.last_year());
                take(calendar);
                told
            }
            Err(error) => format!("{error}; the bank holidays that were loaded before stay in use"),
        })
    }
}

/// The file's text, which is empty if there is none.
fn read(path: &Path) -> Result<String, String> {
    if path.exists() {
        files::read_ordinary_text(path, MIB).map_err(|error| error.to_string())
    } else {
        Ok(String::new())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::files::Readers;

    /// A file of GOV.UK's form with eight days in a year.
    fn file(year: i16) -> String {
        let days = (1..=8).map(|day| format!("{{\"date\": \"{year}-01-0{day}\"}}"));
        format!("{{\"england-and-wales\": {{\"events\": [{}]}}}}", days.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn what_is_new_is_taken_once_and_what_cannot_be_read_changes_nothing_and_is_told_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("bank-holidays.json");
        let put = |text: &str| files::replace(&path, Readers::Everyone, text.as_bytes()).unwrap();
        let mut watching = NewerHolidays::begin(path.clone());
        let mut taken = Vec::new();
        let mut look = |last_year: Option<i16>, says: &str| {
            let before = taken.len();
            let told = watching.look(|calendar| taken.push(calendar.last_year())).unwrap_or_default();
            assert!(told.contains(says) && told.is_empty() == says.is_empty(), "{told}");
            assert_eq!(taken.get(before).copied(), last_year, "{says}");
        };
        look(None, "");
        put(&file(2029));
        look(Some(2029), "up to 2029");
        look(None, "");
        put("{");
        look(None, "stay in use");
        look(None, "");
        put(&file(2031));
        look(Some(2031), "up to 2031");
        fs::remove_file(&path).unwrap();
        look(Some(Calendar::default().last_year()), "up to 2028");
        fs::create_dir(&path).unwrap();
        look(None, "stay in use");
    }
}
