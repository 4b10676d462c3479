//! What `report --table` takes: which report of a site, for which months, in which form.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
pub struct SiteReport {
    /// A report of a site instead of a park's figures.
    #[arg(long, value_name = "NAME", requires = "of")]
    pub table: Option<SiteTable>,
    /// A month, as 2026-01, or a year, as 2026; in place of --from and --to.
    #[arg(long, value_name = "MONTH|YEAR", conflicts_with_all = ["from", "to"])]
    pub period: Option<String>,
    /// The form of the table [default: table, or json with --json].
    #[arg(long, value_name = "FORM", requires = "table")]
    pub format: Option<ReportFormat>,
    /// The file to write the table to [default: stdout].
    #[arg(long, value_name = "FILE", requires = "table")]
    pub out: Option<PathBuf>,
}

/// A report of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SiteTable {
    /// The ledger of general industrial solid waste.
    SolidWaste,
    /// The worksheet of the environmental protection tax.
    Tax,
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    Table,
    Json,
    Csv,
    Xlsx,
}
