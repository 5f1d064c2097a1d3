//! What people read. Whatever a person wrote is shown so that it can't drive the terminal.

use std::path::Path;

use crate::{
    casebook::{
        AnswerView, AsideView, DecisionView, DeliveryView, Export, Import, LostAtBox, MessageView, QueueEntry,
        Recorded, Release, ReportView, SaidBy, StandingAtBox,
    },
    cli::output::{self, Outcome},
    domain::{
        Area, Calendar, ClockState, ClockView, Concern, Date, Epoch, Given, MessageKind, Part, ReportId, SeriousHarm,
        Text, escape_invisible_in_line,
    },
    files,
};

/// Columns that a paragraph of a message is set in by.
const INDENT: &str = "    ";
/// Lines of one list, at most: after a flood, or where another box has nothing of what is here, there are very many.
const NAMED: usize = 50;

pub(in crate::cli) fn import(imported: &Import) -> Outcome {
    let number = match imported.part {
        Part { of: 1, .. } => imported.number.to_string(),
        Part { number, of } => format!("{}, part {number} of {of}", imported.number),
    };
    for (report, seq) in &imported.mended {
        output::line(&format!(
            "report {report}: message {seq} was not here as the person sent it, and now is; look at what was decided since"
        ))?;
    }
    if !imported.unopened.is_empty() {
        output::line(&format!(
            "{} sealed to a key that you do not have, and comes again until the box is told that it is here; whoever has an earlier key imports this collection \
             too, or the next. If nobody has it any more, ask the person to say it again",
            output::count(imported.unopened.len(), "message is", "messages are")
        ))?;
        let told =
            imported.unopened.iter().map(|(report, seq)| format!("not opened: message {seq} of report {report}"));
        output::some_of(told, NAMED, |rest| format!("and {}", output::count(rest, "more message", "more messages")))?;
    }
    if imported.known {
        let rest = if imported.mended.is_empty() && imported.unopened.is_empty() {
            "nothing differs"
        } else {
            "nothing else differs"
        };
        return output::line(&format!("collection {number}: imported before; compared with what was imported, {rest}"));
    }
    for report in &imported.apart {
        output::line(&format!(
            "report {report} is put apart: what the box says can't be of the report that is here under that id, and nothing of \
             it was taken in. Keep the file, and ask whoever runs the box"
        ))?;
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
    imported.messages.iter().take(NAMED).try_for_each(|message| {
        let files = if message.files == 0 {
            String::new()
        } else {
            format!("  {}", output::count(message.files, "file", "files"))
        };
        output::line(&format!(
            "{}  {}  {}  received {}{files}",
            message.report, message.kind, message.route, message.on
        ))
    })?;
    match imported.messages.len().saturating_sub(NAMED) {
        0 => Ok(()),
        more => output::line(&format!("and {} more: `candour desk list`", output::count(more, "message", "messages"))),
    }
}

/// What came of the box's new epoch: what it lost, and what the team can do.
pub(in crate::cli) fn lost_at_box(lost: &LostAtBox, is_new_epoch: bool) -> Outcome {
    let LostAtBox { epoch, reports, messages, answers, missing, .. } = lost;
    let Some(Epoch { began_on, backup_of, .. }) = epoch else { return Ok(()) };
    if is_new_epoch {
        output::line(&match backup_of {
            Some(day) => format!("the box is in a new epoch: it was restored on {began_on} from a backup of {day}"),
            None => format!("the box is in a new epoch, since {began_on}: it is another one, or was made anew"),
        })?;
        output::line(if backup_of.is_some() {
            "what people sent between those days and nobody collected is lost, and their receipt codes open nothing: the \
             box's page asks people to send again"
        } else {
            "receipt codes that were shown before that day open nothing, unless the box has their reports"
        })?;
    }
    if missing.is_some() {
        return output::line("what else it lost is known once all parts are here");
    }
    let mut lines: Vec<String> = reports
        .iter()
        .map(|id| {
            format!("lost at the box: report {id}; all of it is here, and no answer gets there unless they send again")
        })
        .collect();
    lines.extend(messages.iter().map(|(id, lost)| {
        let lost = output::count(*lost, "message", "messages");
        format!("lost at the box: {lost} of report {id}; all of it is here, and an answer reaches them")
    }));
    lines.iter().take(NAMED).try_for_each(|line| output::line(line))?;
    if lines.len() > NAMED {
        let rest = lines.len() - NAMED;
        output::line(&format!(
            "and {rest} more: `candour desk list --json` says of each report whether the box has it (\"at_box\")"
        ))?;
    }
    output::line(&format!(
        "{} and {} lost at the box; all else that was here is there",
        output::count(reports.len(), "report", "reports"),
        output::count(messages.iter().map(|(_, lost)| lost).sum(), "message", "messages")
    ))?;
    if !answers.is_empty() {
        output::line(&format!(
            "{} out again: write decisions with `candour desk export`, and deliver them",
            output::count(answers.len(), "answer goes", "answers go")
        ))?;
    }
    Ok(())
}

pub(in crate::cli) fn queue(queue: &[QueueEntry], today: Date, calendar: &Calendar) -> Outcome {
    if queue.is_empty() {
        return output::line("no reports yet");
    }
    let row = |entry: &QueueEntry| {
        let next = next_clock(entry);
        [
            entry.id.to_string(),
            entry.id.in_words(),
            entry.received_on.to_string(),
            next.map_or_else(|| "-".to_owned(), |clock| clock.due_on.to_string()),
            next.and_then(|clock| clock.working_days_left).map_or_else(|| "-".to_owned(), |left| left.to_string()),
            next.map_or_else(|| "-".to_owned(), |clock| clock.state.label().to_lowercase()),
            own_date(entry),
            entry.serious_harm.map_or("-", SeriousHarm::slug).to_owned(),
            if entry.withdrawn {
                "withdrawn".to_owned()
            } else if entry.set_aside.is_some() {
                "set aside".to_owned()
            } else {
                entry.state.to_string()
            },
            entry.route.to_string(),
            areas(&entry.areas),
        ]
    };
    let head =
        ["ID", "NAME", "RECEIVED", "NEXT DUE", "DAYS LEFT", "CLOCK", "OWN DATE", "HARM", "STATE", "ROUTE", "AREAS"];
    output::table(head, &queue.iter().map(row).collect::<Vec<_>>())?;
    let next = queue.iter().filter_map(next_clock);
    output::uncounted(next, today, calendar)
}

/// By when the team set out to act, and where that stands if it presses.
fn own_date(entry: &QueueEntry) -> String {
    let state =
        entry.pressing_own_date().map_or_else(String::new, |state| format!(", {}", state.label().to_lowercase()));
    entry.action_by.map_or_else(|| "-".to_owned(), |by| format!("{by}{state}"))
}

pub(in crate::cli) fn report(report: &ReportView) -> Outcome {
    let entry = &report.entry;
    output::line(&format!("Report {}", entry.id))?;
    output::line(&format!("Route:        {}", entry.route))?;
    output::line(&format!("Received:     {}", entry.received_on))?;
    if let Some(entered) = &report.entered {
        let taken_by = escape_invisible_in_line(entered.taken_by.as_str());
        output::line(&format!("Came:         {}, taken by {taken_by}", entered.way.label().to_lowercase()))?;
        if entered.to_acknowledge {
            output::line("              the person was not told yet that it is here: candour desk told")?;
        }
    }
    output::line(&format!(
        "State:        {}{}",
        entry.state,
        if entry.withdrawn { ", withdrawn by the person" } else { "" }
    ))?;
    for (left, AsideView { on, reason, .. }) in (0..report.aside.len()).rev().zip(&report.aside) {
        let now = if left == 0 && entry.set_aside.is_some() { "" } else { " (not any more)" };
        output::line(&format!(
            "Set aside:    on {on}: {}{now}",
            reason.map_or("brought back", crate::domain::SetAsideReason::label).to_lowercase()
        ))?;
    }
    match entry.at_box {
        StandingAtBox::There => {}
        StandingAtBox::ToBeTold => output::line("At the box:   not yet; the next decisions tell it of this report")?,
        StandingAtBox::Never => output::line("At the box:   never; it came another way and has no receipt code")?,
        StandingAtBox::Gone if entry.withdrawn => {}
        StandingAtBox::Gone => output::line("At the box:   not any more; its time there is over")?,
        StandingAtBox::Lost => output::line("At the box:   lost when it was restored; the receipt code opens nothing")?,
    }
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
    report.decisions.iter().try_for_each(decision)?;
    let theirs: Vec<&DeliveryView> = report.deliveries.iter().filter(|delivery| !delivery.ours).collect();
    if !theirs.is_empty() {
        output::line("")?;
        output::line("At the box, and not written by this casebook")?;
    }
    theirs.iter().try_for_each(|DeliveryView { seq, on, kind, .. }| {
        output::line(&format!("  {} {seq}, delivered on {on}", kind.label()))
    })
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
    ))?;
    if recorded.is_by_hand {
        output::line("the person has no receipt code: give it to them, and record that with `candour desk told`")
    } else if recorded.is_at_box {
        Ok(())
    } else {
        output::line(
            "the box does not have this report any more: it goes to nobody, unless the box gets the report back",
        )
    }
}

/// What an export did. `waiting`: answers that are not in it.
pub(in crate::cli) fn export(exported: &Export, out: &Path, waiting: usize) -> Outcome {
    let (first, out) = (out, out.display());
    match exported {
        Export::Nothing => {
            output::line("nothing to export: no file was written; if the last one was lost on its way, give --again")
        }
        Export::Finished { number, part } => {
            finished(*number, *part, first, waiting).iter().try_for_each(|line| output::line(line))
        }
        Export::Written { number, parts, answers, collected, set_aside, entered, lost } => {
            let (answers, reports) =
                (output::count(*answers, "answer", "answers"), output::count(*collected, "report", "reports"));
            output::line(&format!(
                "decisions {number}: {answers}, collection of {reports} confirmed; carry {out} to the box"
            ))?;
            if *set_aside > 0 {
                output::line(&format!("{} set aside", output::count(*set_aside, "report", "reports")))?;
            }
            if *entered > 0 {
                let entered = output::count(*entered, "report that was", "reports that were");
                output::line(&format!(
                    "{entered} entered here told to the box: the receipt code works once it is delivered"
                ))?;
            }
            if *parts > 1 {
                let last = files::part_path(first, *parts);
                output::line(&format!("it is in {parts} parts, from {out} to {}: carry all of them", last.display()))?;
            }
            lost.iter().try_for_each(|report| {
                output::line(&format!(
                    "report {report}: an answer is not in it, because its sealed file is not here as it was made: take it \
                     back and write it again"
                ))
            })
        }
    }
}

fn finished(number: u64, part: Part, first: &Path, waiting: usize) -> Vec<String> {
    let Part { number: of_parts, of } = part;
    let mut lines = vec![format!(
        "decisions {number}: finished {}, which a command that was cut short had begun; carry it to the box",
        files::part_path(first, of_parts).display()
    )];
    if of_parts < of {
        lines.push(format!(
            "it is part {of_parts} of {of}, and those after it were not written: carry those before it too; the rest is in the \
             next decisions"
        ));
    }
    match waiting {
        0 if of_parts == of => {}
        0 => lines.push("export again to another file".to_owned()),
        waiting => lines.push(format!(
            "{} not in it; export again to another file",
            output::count(waiting, "later answer is", "later answers are")
        )),
    }
    lines
}

fn message(message: &MessageView) -> Outcome {
    let from = match message.said {
        SaidBy::Person { .. } | SaidBy::NotHere { .. } => "from the person",
        SaidBy::Team { .. } => "from the team",
    };
    output::line("")?;
    output::line(&format!("{} {} {from}, {}", message.label(), message.seq, message.on))?;
    if let Some(at_box) = message.number_at_box {
        let which = if message.is_lost { "It lost this one" } else { "It has this one" };
        output::line(&format!(
            "  Apart: the box has had two messages of number {at_box}, as it was restored in between. {which}"
        ))?;
    } else if message.is_lost {
        output::line("  The box lost it when it was restored; it is here")?;
    }
    if message.is_not_here() {
        output::line(if message.entered.is_some() {
            "  Can't be read: it is not what was entered, or its file was changed since; ask whoever entered it to enter it again"
        } else {
            "  Not here, nor at the box: ask the person to say it again"
        })?;
    }
    if message.is_unopened() {
        output::line(
            "  Sealed to a key that nobody had who took it in: whoever has an earlier key imports the same collection, or the \
             next. If nobody has it any more, ask the person to say it again",
        )?;
    }
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
        Release::ToGive => "to be given to the person".to_owned(),
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
    fn what_was_finished_is_named_with_what_is_still_to_be_written() {
        let lines = |part, waiting| finished(3, part, Path::new("d3"), waiting).join("\n");
        let whole = lines(Part::WHOLE, 0);
        assert!(whole.contains("finished d3, which") && !whole.contains("again"), "{whole}");
        let last = lines(Part { number: 2, of: 2 }, 1);
        assert!(last.contains("finished d3.2, which") && last.contains("1 later answer is not in it"), "{last}");
        for waiting in [0, 2] {
            let cut = lines(Part { number: 2, of: 4 }, waiting);
            assert!(cut.contains("finished d3.2, which") && cut.contains("part 2 of 4"), "{cut}");
            assert!(cut.contains("in the next decisions") && cut.contains("export again to another file"), "{cut}");
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
