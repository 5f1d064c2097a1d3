//! The team's address book: the teams to which reports are handed, each with the keys that a report is sealed to.

use axum::{
    Router,
    extract::Path,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    form::address::{address_entries, read_address},
    view::{AddressPage, AddressesPage},
    visit::Posted,
};
use crate::{
    casebook::{Casebook, Reference, TeamAddress},
    crypto::os_random,
    domain::{Entries, ReferenceId, escape_invisible_in_line},
};

/// Where it is.
const PATH: &str = "/addresses";

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route(PATH, get(book).post(add))
        .route("/addresses/{id}", get(address).post(change))
        .route("/addresses/{id}/drop", post(drop_address))
}

/// `GET /addresses`
async fn book(visit: Visit) -> Result<Response, PageError> {
    visit
        .read(|page, casebook| {
            page.show(&AddressesPage::new(&page.shell, casebook.reference(), &Entries::default(), Vec::new()))
        })
        .await
}

/// `POST /addresses`
async fn add(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| match read_address(&page.form) {
            Ok(address) => {
                let done = format!("Added to the address book: {}.", named(&address));
                let id = ReferenceId::random(&mut os_random());
                editor.change_reference(Reference::Address(id, Some(address)), page.desk.today())?;
                page.done(PATH, done)
            }
            Err(errors) => {
                let reference = editor.casebook().reference();
                page.show_again(&AddressesPage::new(&page.shell, reference, &page.form, errors))
            }
        })
        .await
}

/// `GET /addresses/{id}`
async fn address(visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    visit
        .read(move |page, casebook| {
            let (id, address) = known(casebook, &id)?;
            page.show(&AddressPage::new(&page.shell, (id, address), &address_entries(address), Vec::new()))
        })
        .await
}

/// `POST /addresses/{id}`
async fn change(posted: Posted, Path(id): Path<String>) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            let (id, was) = known(editor.casebook(), &id)?;
            match read_address(&page.form) {
                Ok(address) => {
                    let done = format!("Changed in the address book: {}.", named(&address));
                    if *was != address {
                        editor.change_reference(Reference::Address(id, Some(address)), page.desk.today())?;
                    }
                    page.done(PATH, done)
                }
                Err(errors) => page.show_again(&AddressPage::new(&page.shell, (id, was), &page.form, errors)),
            }
        })
        .await
}

/// `POST /addresses/{id}/drop`
async fn drop_address(posted: Posted, Path(id): Path<String>) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            let (id, address) = known(editor.casebook(), &id)?;
            let done = format!("Taken out of the address book: {}.", named(address));
            editor.change_reference(Reference::Address(id, None), page.desk.today())?;
            page.done(PATH, done)
        })
        .await
}

/// The team in an address.
fn known<'a>(casebook: &'a Casebook, id: &str) -> Result<(ReferenceId, &'a TeamAddress), PageError> {
    let id: ReferenceId = id.parse().map_err(|_| PageError::NotFound)?;
    let address = casebook.reference().addresses.get(&id).ok_or(PageError::NotFound)?;
    Ok((id, address))
}

fn named(address: &TeamAddress) -> String {
    escape_invisible_in_line(address.name.as_str())
}
