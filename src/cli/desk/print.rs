//! What people read. Whatever a person wrote is shown so that it can't drive the terminal.

use std::path::Path;

use crate::{
    casebook::{
        AnswerView, DecisionView, Export, Import, MessageView, QueueEntry, Recorded, Release, ReportView, SaidBy,
    },
    cli::output::{self, Outcome},
    domain::{
        Area, ClockState, ClockView, Concern, Given, MessageKind, ReportId, SeriousHarm, Text, escape_invisible_in_line,
    },
};

/// Columns that a paragraph of a message is set in by.
const INDENT: &str = "    ";

pub(in crate::cli) fn import(imported: &Import) -> Outcome {
    let number = imported.number;
    if imported.known {
        output::line(&format!(
            "collection {number}: imported before; compared with what was imported, nothing differs"
        ))?;
        for (report, files) in &imported.mended {
            let files = usize::try_from(*files).unwrap_or(usize::MAX);
            let mended = output::count(files, "file that was damaged is", "files that were damaged are");
            output::line(&format!("report {report}: {mended} taken from it again"))?;
        }
        return Ok(());
    }
    if imported.passed_over > 0 {
        let lost = usize::try_from(imported.passed_over).unwrap_or(usize::MAX);
        output::line(&format!(
            "{} never imported",
            output::count(lost, "collection before it was", "collections before it were")
        ))?;
    }
    if imported.left_out > 0 {
        output::line(&format!(
            "{} left out, of reports that are closed to you; a colleague who may read them takes them in with the next \
             collection",
            output::count(imported.left_out, "new message was", "new messages were")
        ))?;
    }
    // A concern is the new report itself, not one more message.
    let concerns = imported.messages.iter().filter(|message| message.kind == MessageKind::Concern).count();
    output::line(&format!(
        "collection {number}: {}, {}, {}",
        output::count(imported.new_reports, "new report", "new reports"),
        output::count(imported.messages.len() - concerns, "new message", "new messages"),
        output::count(imported.files, "file", "files"),
    ))?;
    for message in &imported.messages {
        let files = if message.files == 0 {
            String::new()
        } else {
            format!("  {}", output::count(message.files, "file", "files"))
        };
        output::line(&format!(
            "{}  {}  {}  received {}{files}",
            message.report, message.kind, message.route, message.on
        ))?;
    }
    Ok(())
}

pub(in crate::cli) fn queue(queue: &[QueueEntry]) -> Outcome {
    if queue.is_empty() {
        return output::line("no reports yet");
    }
    let row = |entry: &QueueEntry| {
        let next = next_clock(entry);
        [
            entry.id.to_string(),
            entry.received_on.to_string(),
            next.map_or_else(|| "-".to_owned(), |clock| clock.due_on.to_string()),
            next.and_then(|clock| clock.working_days_left).map_or_else(|| "-".to_owned(), |left| left.to_string()),
            next.map_or_else(|| "-".to_owned(), |clock| clock.state.label().to_lowercase()),
            entry.serious_harm.map_or("-", SeriousHarm::slug).to_owned(),
            if entry.withdrawn { "withdrawn".to_owned() } else { entry.state.to_string() },
            entry.route.to_string(),
            areas(&entry.areas),
        ]
    };
    let head = ["ID", "RECEIVED", "NEXT DUE", "DAYS LEFT", "CLOCK", "HARM", "STATE", "ROUTE", "AREAS"];
    output::table(head, &queue.iter().map(row).collect::<Vec<_>>())
}

pub(in crate::cli) fn report(report: &ReportView) -> Outcome {
    let entry = &report.entry;
    output::line(&format!("Report {}", entry.id))?;
    output::line(&format!("Route:        {}", entry.route))?;
    output::line(&format!("Received:     {}", entry.received_on))?;
    output::line(&format!(
        "State:        {}{}",
        entry.state,
        if entry.withdrawn { ", withdrawn by the person" } else { "" }
    ))?;
    output::line(&format!("Areas:        {}", areas(&entry.areas)))?;
    output::line(&format!("Serious harm: {}", entry.serious_harm.map_or("not answered", SeriousHarm::slug)))?;
    for clock in &entry.clocks {
        output::line(&format!("Clock:        {}", clock_line(clock)))?;
    }
    for said in &report.messages {
        message(said)?;
    }
    if !report.decisions.is_empty() {
        output::line("")?;
        output::line("Decisions")?;
    }
    report.decisions.iter().try_for_each(decision)
}

pub(in crate::cli) fn recorded(id: ReportId, recorded: &Recorded, waiting: usize) -> Outcome {
    output::line(&format!("report {id}: {}, areas: {}", recorded.state, areas(&recorded.areas)))?;
    if recorded.answers.is_empty() {
        let why = if recorded.withdrawn { ": they withdrew the report" } else { "" };
        return output::line(&format!("nothing goes to the person{why}"));
    }
    let kinds: Vec<_> = recorded.answers.iter().map(|(_, kind)| kind.slug()).collect();
    output::line(&format!(
        "{} for the person; {} for `candour desk export`",
        kinds.join(" and "),
        output::count(waiting, "answer waits", "answers wait")
    ))
}

/// What an export did. `waiting`: answers that are not in it.
pub(in crate::cli) fn export(exported: &Export, out: &Path, waiting: usize) -> Outcome {
    let out = out.display();
    match exported {
        Export::Nothing => {
            output::line("nothing to export: no file was written; if the last one was lost on its way, give --again")
        }
        Export::Finished { number } => {
            output::line(&format!(
                "decisions {number}: finished {out}, which a command that was cut short had begun; carry it to the box"
            ))?;
            match waiting {
                0 => Ok(()),
                waiting => output::line(&format!(
                    "{} not in it; export again to another file",
                    output::count(waiting, "later answer is", "later answers are")
                )),
            }
        }
        Export::Written { number, answers, collected, lost } => {
            let (answers, reports) =
                (output::count(*answers, "answer", "answers"), output::count(*collected, "report", "reports"));
            output::line(&format!(
                "decisions {number}: {answers}, collection of {reports} confirmed; carry {out} to the box"
            ))?;
            lost.iter().try_for_each(|report| {
                output::line(&format!(
                    "report {report}: an answer is not in it, because its sealed file is not here as it was made: take it \
                     back and write it again"
                ))
            })
        }
    }
}

fn message(message: &MessageView) -> Outcome {
    let from = match message.said {
        SaidBy::Person { .. } => "from the person",
        SaidBy::Team { .. } => "from the team",
    };
    output::line("")?;
    output::line(&format!("{} {} {from}, {}", message.label(), message.seq, message.on))?;
    if let Some(concern) = message.concern() {
        answers(concern).iter().try_for_each(|line| output::line(line))?;
    }
    if let Some(text) = message.text() {
        paragraph(text, INDENT)?;
    }
    if message.is_files_alone() {
        output::line("  Files alone, without a text")?;
    }
    for (number, file) in (1..).zip(message.attachments()) {
        let (name, media_type) =
            (escape_invisible_in_line(file.name.as_str()), escape_invisible_in_line(file.media_type.as_str()));
        output::line(&format!("  File {}/{number}: {name}  {media_type}  {} bytes", message.seq, file.size))?;
    }
    Ok(())
}

/// Every answer under what the desk calls its question.
fn answers(concern: &Concern) -> Vec<String> {
    let mut lines = Vec::new();
    for answered in concern.answers() {
        let label = answered.field.label();
        match answered.given {
            Given::Text(text) => {
                lines.push(format!("  {label}:"));
                lines.extend(indented(text, INDENT));
            }
            Given::Choices(_) => lines.push(format!("  {label}: {}", answered.given.in_words().as_str())),
        }
    }
    lines
}

fn decision(decision: &DecisionView) -> Outcome {
    let chosen = decision.areas.as_ref().map_or_else(String::new, |chosen| format!(", areas: {}", areas(chosen)));
    output::line(&format!("  {}  {}{chosen}", decision.on, decision.state))?;
    for answer in &decision.answers {
        output::line(&format!("{INDENT}{} {}: {}", answer.kind.label(), answer.seq, whereabouts(answer)))?;
    }
    match &decision.note {
        Some(note) => {
            output::line(&format!("{INDENT}Note for the team:"))?;
            paragraph(note, &INDENT.repeat(2))
        }
        None => Ok(()),
    }
}

fn whereabouts(answer: &AnswerView) -> String {
    match answer.release {
        Release::Held | Release::Free => "not exported yet".to_owned(),
        Release::Exported { number } => format!("exported in decisions {number}, not yet seen at the box"),
        Release::Displaced => "not delivered: the box has another answer of its number; write it once more".to_owned(),
        Release::Delivered { .. } => "delivered".to_owned(),
    }
}

fn clock_line(clock: &ClockView) -> String {
    let uncounted = if clock.met_on.is_none() { ", in working days that can't be counted" } else { "" };
    let left = clock.working_days_left.map_or_else(
        || uncounted.to_owned(),
        |left| {
            let days = usize::try_from(left.unsigned_abs()).unwrap_or(usize::MAX);
            let days = output::count(days, "working day", "working days");
            if clock.state == ClockState::Overdue { format!(", {days} ago") } else { format!(", {days} left") }
        },
    );
    let met = clock.met_on.map_or_else(String::new, |met| format!(" on {met}"));
    format!(
        "{} for message {}, due {}{left}: {}{met}",
        clock.kind,
        clock.seq,
        clock.due_on,
        clock.state.label().to_lowercase()
    )
}

fn next_clock(entry: &QueueEntry) -> Option<&ClockView> {
    entry.clocks.iter().filter(|clock| clock.met_on.is_none()).min_by_key(|clock| clock.due_on)
}

fn areas(areas: &[Area]) -> String {
    if areas.is_empty() {
        "none".to_owned()
    } else {
        areas.iter().map(|area| area.slug()).collect::<Vec<_>>().join(", ")
    }
}

fn paragraph(text: &Text, indent: &str) -> Outcome {
    indented(text, indent).iter().try_for_each(|line| output::line(line))
}

fn indented(text: &Text, indent: &str) -> Vec<String> {
    let lines = text.as_str().split_terminator('\n').map(escape_invisible_in_line);
    lines.map(|line| format!("{indent}{line}").trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Route, every_answer};

    #[test]
    fn every_answer_is_printed_under_its_question() {
        for route in Route::ALL {
            let concern = every_answer(*route);
            let lines = answers(&concern);
            for answered in concern.answers() {
                let label = format!("  {}:", answered.field.label());
                let at = lines.iter().position(|line| line.starts_with(&label)).unwrap_or_else(|| panic!("{label}"));
                assert!(
                    lines[at..].iter().take(2).any(|line| line.contains(answered.given.in_words().as_str())),
                    "{label}"
                );
            }
        }
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(
            (output::count(1, "file", "files"), output::count(0, "file", "files")),
            ("1 file".to_owned(), "0 files".to_owned())
        );
    }
}
