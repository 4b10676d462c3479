//! HTTP: parsing, authentication, OpenAPI. No business rule.
//!
//! Invariant: every answer of an error status is a problem detail made in [`problem`]; every
//! operation that is routed is documented, and the reverse, because both come from one list.

mod allow;
mod attachment;
mod auth;
mod call;
mod command;
mod fault;
mod openapi;
mod operation;
mod pages;
mod problem;
mod query;
mod read;
mod router;
mod server;
mod table;

use actix_web::web::Bytes;

pub(crate) use allow::act;
pub(crate) use auth::{holder, opened};
pub(crate) use command::submit::own_party;
pub(crate) use fault::Fault;
#[cfg(test)]
pub(crate) use fault::all_codes;
pub(crate) use problem::Problem;
pub(crate) use read::PATIENCE;
pub use server::{Answering, Running, Site, serve, serve_with};
pub use table::run as run_table;
pub(crate) use table::{import_table, own_firm, rows_table};

use crate::ledger::Ledger;
use operation::Operation;

/// What all requests share.
pub struct Api {
    ledger: Ledger,
    /// The OpenAPI document.
    openapi: Bytes,
}

impl Api {
    fn new(ledger: Ledger) -> Api {
        Api { ledger, openapi: openapi().into() }
    }
}

/// Every operation, in the order in which addresses are looked up.
fn operations() -> Vec<Operation> {
    let mut operations = command::submit::operations();
    operations.insert(0, command::batch::operation());
    operations.extend(attachment::operations());
    operations.extend(table::operations());
    operations.extend(read::operations());
    operations
}

/// The OpenAPI document, as `schemas/openapi.json` holds it.
pub fn openapi() -> String {
    let document = openapi::document(&operations());
    let mut text = document.to_pretty_json().expect("a document has string keys");
    text.push('\n');
    text
}
