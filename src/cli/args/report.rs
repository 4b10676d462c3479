//! What `report --table`, `--programme` and `--levers` take: which report of a site, which method
//! or the levers of a park, for which months, in which form.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
pub struct SiteReport {
    /// A report of a site instead of a park's figures.
    #[arg(long, value_name = "NAME", requires = "of", group = "sheet")]
    pub table: Option<SiteTable>,
    /// A month, as 2026-01, or a year, as 2026; in place of --from and --to. With --programme also
    /// a quarter, as 2026-Q1.
    #[arg(long, value_name = "MONTH|YEAR", conflicts_with_all = ["from", "to"])]
    pub period: Option<String>,
    /// The form of the table [default: table, or json with --json].
    #[arg(long, value_name = "FORM", requires = "sheet")]
    pub format: Option<ReportFormat>,
    /// The file to write the table to [default: stdout].
    #[arg(long, value_name = "FILE", requires = "sheet")]
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
    /// A page that needs nothing else, and prints on A4; of --programme and --levers.
    Html,
}

#[derive(Args, Debug)]
pub struct ProgrammeReport {
    /// A park's indicators by a published method, as hj274, or by a version of it, as hj274.1.
    #[arg(long, value_name = "METHOD", requires = "period", groups = ["sheet", "judged"])]
    pub programme: Option<String>,
    /// The base year of what is compared with one.
    #[arg(long, value_name = "YEAR", requires = "programme",
        value_parser = clap::value_parser!(u16).range(1900..=9998))]
    pub base_year: Option<u16>,
    /// Choices for the method's parameters, as region:water_short.
    #[arg(long, value_name = "NAME:CHOICE,…", requires = "programme")]
    pub choices: Option<String>,
    /// From the records below this position [default: all].
    #[arg(long, value_name = "POSITION", requires = "judged")]
    pub as_of: Option<u64>,
    /// The language of the page.
    #[arg(long, value_name = "LANGUAGE", requires = "judged", default_value = "en")]
    pub lang: ReportLang,
    /// The roadmap's six levers of a park as figures.
    #[arg(long, groups = ["sheet", "judged"])]
    pub levers: bool,
}

/// A language of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportLang {
    En,
    Zh,
}
