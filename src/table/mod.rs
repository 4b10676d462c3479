//! Tables of firms, in and out: weighbridge tickets, readings and contracts as CSV or XLSX, and
//! lists of answers as either.
//!
//! A file becomes rows of text ([`grid`]), its headers become columns ([`layout`]), each row
//! becomes the JSON of a command, and that is read by the one strict reader that the API has too.
//! What a row can't say is told with its column; a bad row never stops the others.
//!
//! Invariant: no number goes through floating-point arithmetic. Ids of commands are made from the
//! firm and from what the row is about, never from its content or from chance: the same file twice
//! is idempotent, and the same ticket with other content is refused by the ledger itself.

mod archive;
mod cell;
mod contract;
mod decode;
mod error;
mod flat;
mod grid;
mod header;
mod kind;
mod layout;
mod mapping;
pub mod number;
mod plan;
mod reading;
mod report;
mod shared;
mod sheet;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod ticket;
mod time;
mod unit;
mod write;

pub use error::{CODES, TableError};

pub use flat::Columns;
pub use kind::{Kind, Language};
pub use mapping::{Mapping, SETTINGS};
pub use plan::{Plan, Wanted, headers, read};
pub use report::{Outcome, Report, RowReport, RowStatus};
pub use template::template;
pub use write::{Format, ROWS_LIMIT, Sink};

/// The most bytes of a file.
pub const FILE_LIMIT: usize = 20 << 20;
