//! What an address names. Each thing has one address alone.

use axum::{
    RequestPartsExt,
    extract::{FromRequestParts, Path},
    http::request::Parts,
};

use super::PageError;
use crate::{
    casebook::AnswerId,
    domain::{OrganisationId, ReportId, ThemeId},
};

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

/// The organisation in an address.
pub(super) struct OfOrganisation(pub(super) OrganisationId);

impl<S: Sync> FromRequestParts<S> for OfOrganisation {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let Path(id) = parts.extract::<Path<String>>().await.map_err(|_| PageError::NotFound)?;
        id.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}

/// The theme in an address.
pub(super) struct OfTheme(pub(super) ThemeId);

impl<S: Sync> FromRequestParts<S> for OfTheme {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let Path(id) = parts.extract::<Path<String>>().await.map_err(|_| PageError::NotFound)?;
        id.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}
