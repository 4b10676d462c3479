//! Tables over HTTP: imports of files, templates, and lists as CSV or XLSX.

mod export;
mod format;
pub mod import;
mod run;
mod template;

pub use export::{export, rows_table};
pub use format::{ListFormat, asked};
pub use import::{import_table, own_firm};
pub use run::run;

use crate::api::operation::Operation;

/// All operations on tables.
pub fn operations() -> Vec<Operation> {
    vec![import::operation(), template::operation()]
}
