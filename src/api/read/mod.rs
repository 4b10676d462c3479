//! The reads: rows, figures, facts, the log, the state of the service.

mod access;
mod amount;
mod avoided;
mod claim;
mod collection;
mod confidential;
mod contract;
mod delivery;
mod dossier;
mod evidence;
mod facility;
mod figures;
mod health;
mod levers;
mod link;
mod log;
mod lot;
mod market;
mod mass_balance;
mod method;
mod network;
mod participation;
mod period;
mod programme;
mod registry;
mod report;
mod roster;
mod sheet;
mod stock;
mod ticket;

use crate::api::call::Call;
use crate::api::fault::Fault;
use crate::api::operation::Operation;
use crate::api::problem::Problem;
use crate::query::answer::QueryError;
use crate::query::cursor::CursorError;

use std::time::Duration;

use actix_web::http::header;

/// How long a read waits for the rows to reflect what it asks for.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// All reads.
pub fn operations() -> Vec<Operation> {
    let mut operations = delivery::operations();
    operations.extend(contract::operations());
    operations.extend(confidential::operations());
    operations.extend(sheet::operations());
    operations.push(amount::operation());
    operations.extend(market::operations());
    operations.extend(period::operations());
    operations.extend(method::operations());
    operations.extend(roster::operations());
    operations.extend(participation::operations());
    operations.extend(evidence::operations());
    operations.extend(registry::operations());
    operations.push(ticket::operation());
    operations.extend(access::operations());
    operations.push(link::operation());
    operations.extend(figures::operations());
    operations.extend(programme::operations());
    operations.extend(avoided::operations());
    operations.extend(log::operations());
    operations.push(health::operation());
    operations.extend(stock::operations());
    operations.extend(lot::operations());
    operations.extend(claim::operations());
    operations.extend(mass_balance::operations());
    operations.extend(report::operations());
    operations.extend(network::operations());
    operations.push(dossier::operation());
    operations.extend(facility::operations());
    operations.extend(levers::operations());
    operations
}

/// Waits, where a key is bound to a site, until the rows show all that is recorded: what happens to
/// a delivery that they do not show yet would be refused, and a moment later be right.
pub async fn reach_site(call: &Call) -> Result<(), Problem> {
    let is_bound = call.principal().site.is_some();
    reach(call, call.api.ledger.size().checked_sub(1).filter(|_| is_bound)).await
}

/// Waits until the rows reflect a position, or says that they do not yet.
async fn reach(call: &Call, at_least: Option<u64>) -> Result<(), Problem> {
    let Some(position) = at_least else { return Ok(()) };
    if call.api.ledger.projected(position, PATIENCE).await {
        return Ok(());
    }
    let size = call.api.ledger.size();
    let detail = format!("the rows do not reflect record {position} yet; the log has {size}");
    let problem = Problem::new(Fault::NotYet, detail);
    Err(problem.with_header(header::RETRY_AFTER, header::HeaderValue::from_static("1")))
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Problem {
        match error {
            QueryError::Cursor(CursorError::Malformed) => {
                Problem::new(Fault::CursorMalformed, error.to_string())
            }
            QueryError::Cursor(CursorError::Mismatch) => {
                Problem::new(Fault::CursorMismatch, error.to_string())
            }
            QueryError::NotFound(what) => Problem::not_found(what),
            QueryError::NotShown(_) => Problem::new(Fault::NotPermitted, error.to_string()),
            QueryError::Ahead { .. } => Problem::new(Fault::NotYet, error.to_string()),
            QueryError::Index(_) | QueryError::Log(_) => Problem::internal(&error),
        }
    }
}
