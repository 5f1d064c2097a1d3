//! Entering a concern that came another way than through the box, first and later, and recording what a person was told by hand.

use std::{ffi::OsStr, fs::File, path::PathBuf};

use clap::{Args, ValueEnum, builder::PossibleValue};
use serde_json::Value;

use super::{keys_of::Changing, typed_file::read_typed};
use crate::{
    casebook::{EnteredReport, NewEntered, NewFollowUp},
    cli::{
        due::HolidayArguments,
        output::{self, Failure, Outcome},
    },
    domain::{
        Concern, ConcernField, Date, Entries, Route, SystemDay, Text, Today, WayIn, WhoseWords, YesNo, limits::MIB,
    },
    files::{self, FileError},
};

#[derive(Args)]
pub(in crate::cli) struct EnterArguments {
    #[command(flatten)]
    casebook: Changing,
    /// In which way it came
    #[arg(long)]
    way: WayIn,
    /// The day on which it came
    #[arg(long, value_name = "DATE")]
    received: Date,
    /// The day on which the person was told that it is here; left out if they were not yet
    #[arg(long, value_name = "DATE")]
    acknowledged: Option<Date>,
    /// Why the person turned to the team
    #[arg(long)]
    route: Route,
    /// Who took it
    #[arg(long, value_name = "WHO")]
    taken_by: String,
    /// Whose words it is in
    #[arg(long, default_value = "noted")]
    words: WhoseWords,
    /// The team knows who the person is. Their name is asked for nowhere
    #[arg(long)]
    known: bool,
    /// How the person is answered
    #[arg(long, value_name = "HOW")]
    answer_by: Option<String>,
    /// What the person said: JSON with the names of the form's fields, each with a text or a list of them
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Make a receipt code, and print it once
    #[arg(long, requires = "acknowledged")]
    code: bool,
    #[command(flatten)]
    holidays: HolidayArguments,
}

#[derive(Args)]
pub(in crate::cli) struct FollowUpArguments {
    #[command(flatten)]
    casebook: Changing,
    /// The report's id, or its beginning: 4 digits or more
    #[arg(value_name = "ID")]
    report: String,
    /// In which way it came
    #[arg(long)]
    way: WayIn,
    /// The day on which it came
    #[arg(long, value_name = "DATE")]
    received: Date,
    /// Who took it
    #[arg(long, value_name = "WHO")]
    taken_by: String,
    /// Whose words it is in
    #[arg(long, default_value = "noted")]
    words: WhoseWords,
    /// A text file: what the person said
    #[arg(long, value_name = "FILE", required_unless_present = "attach")]
    text_file: Option<PathBuf>,
    /// A file that came with it; given again for each. Its name is kept
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,
}

#[derive(Args)]
pub(in crate::cli) struct ToldArguments {
    #[command(flatten)]
    casebook: Changing,
    /// The report's id, or its beginning: 4 digits or more
    #[arg(value_name = "ID")]
    report: String,
    /// The answer that was given to the person, by its number; left out if they were told only that their concern is here
    #[arg(long, value_name = "NUMBER")]
    answer: Option<u32>,
    /// The day on which they were told
    #[arg(long, value_name = "DATE")]
    on: Date,
    /// In which way
    #[arg(long)]
    way: WayIn,
}

pub(super) fn enter(arguments: &EnterArguments) -> Outcome {
    let form = answers(&files::read_text(&arguments.from, MIB)?, arguments.route)?;
    let (route, concern) = Concern::parse(&form).map_err(|errors| {
        let errors: Vec<String> =
            errors.into_iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
        Failure::Failed(errors.join("; "))
    })?;
    let calendar = arguments.holidays.calendar(None)?;
    arguments.casebook.edit(|editor| {
        let new = NewEntered {
            way: arguments.way,
            received_on: arguments.received,
            acknowledged_on: arguments.acknowledged,
            taken_by: Text::typed(&arguments.taken_by),
            words: arguments.words,
            known: if arguments.known { YesNo::Yes } else { YesNo::No },
            answer_by: arguments.answer_by.as_deref().map(Text::typed),
            route,
            concern,
            with_code: arguments.code,
        };
        let EnteredReport { id, code } = editor.enter(new, &calendar, &SystemDay)?;
        output::line(&format!("entered report {id}"))?;
        if let Some(code) = code {
            output::line(&format!("receipt code: {}", *code.grouped()))?;
            output::line(
                "it is kept nowhere: read it out, and have it read back; it works once decisions are delivered",
            )?;
        }
        Ok(())
    })
}

pub(super) fn follow_up(arguments: &FollowUpArguments) -> Outcome {
    let text = read_typed(arguments.text_file.as_deref())?;
    // Before other files than the casebook's are out of reach.
    let mut files = Vec::with_capacity(arguments.attach.len());
    for path in &arguments.attach {
        let name = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
        files.push((name, File::open(path).map_err(FileError::io("read", path))?));
    }
    arguments.casebook.edit(|editor| {
        let id = editor.casebook().find(&arguments.report)?;
        let mut incoming = editor.casebook().incoming_files(id)?;
        for (name, file) in files {
            incoming.take(&name, "", file)?;
        }
        let new = NewFollowUp {
            way: arguments.way,
            on: arguments.received,
            taken_by: Text::typed(&arguments.taken_by),
            words: arguments.words,
            text,
        };
        let seq = editor.follow_up(id, new, incoming, &SystemDay)?;
        output::line(&format!("report {id}: added as message {seq}"))
    })
}

pub(super) fn told(arguments: &ToldArguments) -> Outcome {
    let ToldArguments { casebook, report, answer, on, way } = arguments;
    casebook.edit(|editor| {
        let id = editor.casebook().find(report)?;
        if *on > SystemDay.today() {
            return Err(Failure::Failed("the day on which they were told is to come".into()));
        }
        editor.told_person(id, *answer, (*on, *way), &SystemDay)?;
        output::line(&format!("report {id}: recorded that the person was told on {on}"))
    })
}

/// A form as the box sends it, from JSON.
fn answers(json: &str, route: Route) -> Result<Entries, Failure> {
    let wrong = |what: &str| Failure::Failed(format!("--from: {what}"));
    let fields: serde_json::Map<String, Value> =
        serde_json::from_str(json).map_err(|_| wrong("that is not JSON with a name and an answer for each field"))?;
    let mut form = Entries::default();
    form.push(ConcernField::Route.slug().to_owned(), route.slug().to_owned());
    for (name, value) in fields {
        let known = ConcernField::from_slug(&name).filter(|field| *field != ConcernField::Route);
        let Some(known) = known else {
            // What stands in the file may be the person's, so it is not repeated.
            return Err(wrong("one of its names is none of the form's fields"));
        };
        let values = if let Value::Array(values) = value { values } else { vec![value] };
        for value in values {
            let Value::String(text) = value else {
                return Err(wrong("an answer is neither a text nor a list of them"));
            };
            form.push(known.slug().to_owned(), text);
        }
    }
    Ok(form)
}

impl ValueEnum for WayIn {
    fn value_variants<'a>() -> &'a [Self] {
        // What came through the box is in a collection.
        const BY_HAND: [WayIn; 4] = [WayIn::Telephone, WayIn::Letter, WayIn::Email, WayIn::InPerson];
        &BY_HAND
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.slug()).help(self.label()))
    }
}

impl ValueEnum for WhoseWords {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.slug()).help(self.label()))
    }
}

impl ValueEnum for Route {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.slug()).help(self.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_the_form_that_it_stands_for() {
        let form = answers(r#"{"description": "It goes on.", "about": ["fraud", "other"]}"#, Route::StaffConcern);
        let form = form.unwrap_or_else(|_| panic!("it is read"));
        assert_eq!(form.all("about").collect::<Vec<_>>(), ["fraud", "other"]);
        assert_eq!((form.first("route"), form.first("description")), ("staff-concern", "It goes on."));
        for wrong in ["", "[]", r#"{"name": "x"}"#, r#"{"route": "procurement"}"#, r#"{"about": [1]}"#] {
            let Err(Failure::Failed(told)) = answers(wrong, Route::StaffConcern) else { panic!("{wrong}") };
            assert!(told.starts_with("--from: "), "{told}");
        }
    }
}
