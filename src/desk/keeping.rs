//! The periods for which a team keeps its reports, to choose from when one is closed.

use axum::{Router, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    form::keeping::{periods_entries, read_periods},
    view::KeepingPage,
    visit::Posted,
};
use crate::casebook::Reference;

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/keeping", get(show).post(keep))
}

/// `GET /keeping`
async fn show(visit: Visit) -> Result<Response, PageError> {
    visit
        .read(|page, casebook| {
            let periods = &casebook.reference().keeping_periods;
            page.show(&KeepingPage::new(&page.shell, periods, &periods_entries(periods), Vec::new()))
        })
        .await
}

/// `POST /keeping`: none to go back to the usual ones.
async fn keep(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let was = &editor.casebook().reference().keeping_periods;
            match read_periods(&page.form) {
                Ok(months) => {
                    if months != *was {
                        editor.change_reference(Reference::KeepingPeriods(months), page.desk.today())?;
                    }
                    page.done("/keeping", "The periods are changed. Reports keep the day that was set for them.")
                }
                Err(error) => page.show_again(&KeepingPage::new(&page.shell, was, &page.form, vec![error])),
            }
        })
        .await
}
