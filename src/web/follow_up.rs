//! Adding to a report.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use super::{
    App, LimitsConfig, WebError,
    capacity::{FilesClosed, Stage},
    codes,
    departure::Steps,
    message::UnsealedMessage,
    receive,
    received::{LeftOut, Received},
    respond::page,
    status::{self, Lookup, OpenedReport},
    view::{FollowUpCheckPage, FollowUpParts, FollowedUpPage, SentFiles, WithdrawnPage},
};
use crate::{
    crypto::{Code, os_random},
    domain::{Clock, ConcernField, Date, Entries, FieldError, FollowUp, FormField, MessageContent, SendId},
    http::{Day, forms},
    store::StoredReport,
};

/// What stands on the page in place of the field for files while there is no room for any.
const FILES_CLOSED: &str = "files-closed";
/// Bytes of the longest tag that a form carries on.
const TAG_BYTES: usize = 256;

/// `POST /status/follow-up/check`: what was typed, before it is sent. Nothing is looked up for it: the tag that lets files
/// come with it goes on as it came.
pub(super) async fn check(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let form = forms::read(request).await?;
    let typed = form.first(FormField::Code.slug());
    match Code::parse(typed) {
        Ok(code) => {
            let errors: Vec<FieldError> =
                FollowUp::too_long(form.first(FormField::Message.slug())).into_iter().collect();
            let tag = form.first(FormField::CodeTag.slug());
            let tag = if tag.len() > TAG_BYTES { String::new() } else { tag.to_owned() };
            check_page(&app, (code, tag), form, errors).await
        }
        Err(error) => status::ask_again(&app, &form, &error.to_string()),
    }
}

/// `POST /status/follow-up`
pub(super) async fn follow_up(State(app): State<App>, request: Request) -> Result<Response, WebError> {
    let received = receive::receive(&app, request, codes::is_follow_up_tagged).await?;
    // Counted from when its files have come: how long they take says nothing of the code.
    let steps = Steps::for_writing();
    let (opened, departure) = match status::find(&app, &received.fields, steps).await? {
        Lookup::Report(opened, departure) => (opened, departure),
        Lookup::Nothing(response) => return Ok(response),
    };
    let answer = send(&app, opened, received).await;
    departure.wait().await;
    answer
}

async fn send(app: &App, opened: Box<OpenedReport>, received: Received) -> Result<Response, WebError> {
    let Received { fields, files, left_out, is_cut } = received;
    if let Some(on) = opened.report.withdrawn_on {
        let message = fields.first(FormField::Message.slug());
        let unsent = (!message.trim().is_empty()).then(|| (ConcernField::Description.slug(), message.to_owned()));
        let unsent = unsent.into_iter().collect();
        return page(StatusCode::GONE, &WithdrawnPage { shell: app.shell(), unsent, on: Day(on) });
    }
    let tag = codes::follow_up_tag(app, &opened.code);
    if is_cut {
        let again = "Choose your files again. They were not taken, because this page was open for too long";
        return check_page(app, (opened.code, tag), fields, vec![FieldError::new(FormField::Attachment.slug(), again)])
            .await;
    }
    let message = match FollowUp::parse(&fields, !files.is_empty()) {
        Ok(follow_up) => follow_up.message,
        Err(errors) => {
            let is_empty = fields.first(FormField::Message.slug()).trim().is_empty();
            let empty = is_empty.then(|| nothing_to_send(app.config().limits, &left_out)).flatten();
            let errors = empty.map_or(errors, |error| vec![error]);
            return check_page(app, (opened.code, tag), fields, errors).await;
        }
    };
    let on = app.today();
    let clock = Clock::start(Clock::NOTICE, on, &app.calendar())?;
    if !app.sends().take(app.now()) {
        return Err(WebError::TooManySends);
    }
    let send_id = status::send_id(&fields).unwrap_or_else(|| SendId::random(&mut os_random()));
    let sent = SentFiles::new(files.described(), &left_out);
    app.count_files(!files.is_empty());
    let content = MessageContent::FollowUp(message);
    let outgoing = UnsealedMessage { content, files, on, clocks: vec![clock], send_id };
    let code = opened.code.grouped();
    let sent_before = app.blocking(move |app| {
        let OpenedReport { receipt, report, .. } = *opened;
        outgoing.append(app, &receipt, report, |report| sent_before(report, send_id))
    });
    let sent_before = sent_before.await?;
    let (files, unsent) = match sent_before {
        None => (Some(sent), String::new()),
        Some(_) => (None, fields.first(FormField::Message.slug()).to_owned()),
    };
    let (received_on, notice_due) = sent_before.unwrap_or((on, Some(clock.due_on)));
    let (received_on, notice_due) = (Day(received_on), notice_due.map(Day));
    page(StatusCode::OK, &FollowedUpPage { shell: app.shell(), code, tag, received_on, notice_due, files, unsent })
}

/// What to do where nothing is left to send because of what files the box takes.
fn nothing_to_send(limits: LimitsConfig, left_out: &LeftOut) -> Option<FieldError> {
    let were_left_out = !left_out.names().is_empty();
    let (field, problem) = match (limits.attachments, left_out.closed()) {
        (0, _) if were_left_out => (FormField::Message, "This service takes no files. Enter a message".to_owned()),
        (0, _) => (FormField::Message, "Enter a message".to_owned()),
        (_, Some(FilesClosed::Today)) => (
            FormField::Message,
            "Files can’t be taken any more today. Enter a message, or send them tomorrow".to_owned(),
        ),
        (_, Some(FilesClosed::Now)) => {
            (FormField::Message, "Files can’t be taken right now. Enter a message, or send them later".to_owned())
        }
        (_, None) if were_left_out => {
            (FormField::Attachment, format!("Choose files that are {} MB or less together", limits.attachment_mib))
        }
        (_, None) => return None,
    };
    Some(FieldError::new(field.slug(), problem))
}

/// Looking through a text is work.
async fn check_page(
    app: &App,
    (code, tag): (Code, String),
    form: Entries,
    mut errors: Vec<FieldError>,
) -> Result<Response, WebError> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    app.making_a_page(move |app| {
        let typed = status::typed_follow_up(&form);
        let files_closed = app.files_closed(Stage::Sending)?;
        if files_closed.is_some() {
            // There is no field to choose any in: what stands in its place says why.
            errors.iter_mut().filter(|error| error.field == FormField::Attachment.slug()).for_each(|error| {
                *error =
                    FieldError::new(FILES_CLOSED, "Your files were not taken. Send your message without them for now");
            });
        }
        let parts =
            FollowUpParts { shell: app.shell(), limits: app.config().limits, files_closed, code: code.grouped(), tag };
        page(status, &FollowUpCheckPage::new(parts, typed, &errors))
    })
    .await
}

/// The days on which the follow-up of an earlier send of the same form came in and its notice is due. None is due if the team
/// set the report aside since.
fn sent_before(report: &StoredReport, send_id: SendId) -> Option<(Date, Option<Date>)> {
    let message = report.messages.iter().find(|message| message.send_id == send_id)?;
    let mut clocks = report.clocks.iter().filter(|entry| entry.seq == message.seq).map(|entry| entry.clock);
    Some((message.on, clocks.find(|clock| clock.kind == Clock::NOTICE.0).map(|clock| clock.due_on)))
}
