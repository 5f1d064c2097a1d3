//! Ways of looking at the queue that the team has given a name.

use axum::{Router, response::Response, routing::post};

use super::{
    Desk, PageError,
    form::{carried::CarriedField, one_question::FilterNameField, question::AskedField},
    from::WayBack,
    view::QueuePage,
    visit::Posted,
};
use crate::{
    casebook::{Reference, SavedFilter},
    crypto::os_random,
    domain::{ReferenceId, Text, escape_invisible_in_line},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/filters", post(save)).route("/filters/remove", post(remove))
}

/// `POST /filters`: what is shown, under a name; one of that name it takes the place of.
async fn save(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let way_back = WayBack::read(&page.form);
            let name = match FilterNameField::Name.text(&page.form) {
                Ok(name) => name,
                Err(error) => {
                    let casebook = editor.casebook();
                    let (today, calendar) = (page.desk.shown_day(), page.desk.calendar());
                    let filter = way_back.filter(casebook, today);
                    let queue = QueuePage::new(&page.shell, casebook, page.queue(casebook), &filter, (today, calendar));
                    return page.show_again(&queue.again(casebook, &page.form, vec![error]));
                }
            };
            let filters = &editor.casebook().reference().filters;
            let same = filters.iter().find(|(_, saved)| saved.name.as_str() == name.as_str()).map(|(id, _)| *id);
            let id = same.unwrap_or_else(|| ReferenceId::random(&mut os_random()));
            let said = format!("“{}” stands over the queue now.", escape_invisible_in_line(name.as_str()));
            let query = Text::typed(&way_back.first_page());
            let saved = Reference::Filter(id, Some(SavedFilter { name, query }));
            editor.change_reference(saved, page.desk.today())?;
            page.done(&way_back.path(), said)
        })
        .await
}

/// `POST /filters/remove`
async fn remove(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let id: ReferenceId =
                page.form.first(CarriedField::Number.name()).parse().map_err(|_| PageError::NotFound)?;
            // A colleague may have been quicker.
            if editor.casebook().reference().filters.contains_key(&id) {
                editor.change_reference(Reference::Filter(id, None), page.desk.today())?;
            }
            page.done(&WayBack::read(&page.form).path(), "It stands over the queue no more.")
        })
        .await
}
