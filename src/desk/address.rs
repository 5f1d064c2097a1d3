//! What an address names. Each thing has one address alone.

use std::str::FromStr;

use axum::{
    RequestPartsExt,
    extract::{FromRequestParts, Path},
    http::request::Parts,
};

use super::PageError;
use crate::{casebook::AnswerId, domain::ReportId};

/// The report in an address.
pub(super) struct OfReport(pub(super) ReportId);

impl<S: Sync> FromRequestParts<S> for OfReport {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let Path(id) = parts.extract::<Path<String>>().await.map_err(|_| PageError::NotFound)?;
        report_id(&id).map(Self)
    }
}

/// The report whose whole id stands in an address.
pub(super) fn report_id(id: &str) -> Result<ReportId, PageError> {
    let known: ReportId = id.parse().map_err(|_| PageError::NotFound)?;
    // One report has one address.
    if known.to_string() == id { Ok(known) } else { Err(PageError::NotFound) }
}

/// The answer in an address.
pub(super) struct OfAnswer(pub(super) AnswerId);

impl<S: Sync> FromRequestParts<S> for OfAnswer {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let names = parts.extract::<Path<(String, String)>>().await;
        let Path((id, seq)) = names.map_err(|_| PageError::NotFound)?;
        Ok(Self(AnswerId { report: report_id(&id)?, seq: answer_number(&seq)? }))
    }
}

fn answer_number(seq: &str) -> Result<u32, PageError> {
    let known: u32 = seq.parse().map_err(|_| PageError::NotFound)?;
    if known.to_string() == seq { Ok(known) } else { Err(PageError::NotFound) }
}

/// What else the team keeps, by its id in an address.
pub(super) struct OfId<Id>(pub(super) Id);

impl<S: Sync, Id: FromStr> FromRequestParts<S> for OfId<Id> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let Path(id) = parts.extract::<Path<String>>().await.map_err(|_| PageError::NotFound)?;
        id.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}
