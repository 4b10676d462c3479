//! Who asks: from the access key in the header to the principal that rules know.
//!
//! Invariant: a key opens nothing once its revocation is projected, or after its last day. The row
//! is read for every request, because a cache would have to learn of revocations.

use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::http::header::HeaderValue;

use crate::api::fault::Fault;
use crate::api::problem::Problem;
use crate::domain::access::Principal;
use crate::domain::id::{FirmId, KeyId};
use crate::domain::state::{Firm, Key};
use crate::domain::states::States;
use crate::domain::time::{Day, UtcMicros};
use crate::index::Index;
use crate::record::access_key::{AccessKey, AccessKeyError};

/// The principal of `Bearer sym_…`.
pub fn principal(index: &Index, header: &HeaderValue) -> Result<Principal, Problem> {
    principal_of(index, &bearer(header)?)
}

/// The principal of an access key as people type it.
pub fn opened(index: &Index, text: &str) -> Result<Principal, Problem> {
    principal_of(index, &parsed(text)?)
}

fn principal_of(index: &Index, key: &AccessKey) -> Result<Principal, Problem> {
    let stored = index.find::<Key>(key.key().as_str());
    // One answer for both, so that nobody learns which ids exist by trying.
    let Some(stored) = stored.filter(|stored| key.opens(&stored.state.secret_hash)) else {
        return Err(Problem::new(Fault::KeyUnknown, "no such access key was issued"));
    };
    of_row(index, &stored.state)
}

/// The principal of a key whose secret was shown before: a session's.
pub fn holder(index: &Index, key: &KeyId) -> Result<Principal, Problem> {
    let stored = index.find::<Key>(key.as_str());
    let gone = || Problem::new(Fault::KeyUnknown, "no such access key was issued");
    of_row(index, &stored.ok_or_else(gone)?.state)
}

fn of_row(index: &Index, row: &Key) -> Result<Principal, Problem> {
    let Some(who) = Principal::of(row, today()) else {
        let why = match row.expires.filter(|_| !row.revoked) {
            None => "the access key was revoked".to_owned(),
            Some(last) => format!("the access key expired after {last}"),
        };
        return Err(Problem::new(Fault::KeyEnded, why));
    };
    Ok(Principal { also: claims(index, row.firm.as_ref()), ..who })
}

/// The recorded counterparties that a firm was found to be.
fn claims(index: &Index, firm: Option<&FirmId>) -> Vec<FirmId> {
    let firm = firm.and_then(|firm| index.find::<Firm>(firm.as_str()));
    firm.map_or(Vec::new(), |firm| firm.state.claims.clone())
}

fn bearer(header: &HeaderValue) -> Result<AccessKey, Problem> {
    let text = header.to_str().unwrap_or_default();
    let (scheme, key) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        let detail = "send `Authorization: Bearer sym_…`; other schemes are not taken";
        return Err(Problem::new(Fault::KeyMalformed, detail));
    }
    parsed(key)
}

fn parsed(text: &str) -> Result<AccessKey, Problem> {
    AccessKey::parse(text.trim()).map_err(|error| {
        let fault = match error {
            AccessKeyError::Form => Fault::KeyMalformed,
            AccessKeyError::Mistyped => Fault::KeyMistyped,
        };
        Problem::new(fault, error.to_string())
    })
}

/// By the wall clock: keys belong to no park, so their days are those of UTC.
fn today() -> Day {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
    UtcMicros(micros.min(UtcMicros::MAX.0)).utc_day()
}
