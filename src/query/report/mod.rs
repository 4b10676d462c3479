//! Reports of a site: the ledger of general industrial solid waste, and the worksheet of the
//! environmental protection tax.
//!
//! Invariant: no number is made up. Each is the sum of entries of the log that stand beside it, and
//! what nobody has declared or recorded is said to be not declared, never zero. Nothing is rounded.

mod gather;
mod solid_waste;
mod tax;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::{MaterialId, SiteId};
use crate::domain::quantity::Sum;
use crate::domain::state::{Material, Site};
use crate::domain::time::Month;

pub use solid_waste::{ReportTable, SolidWasteReport, SolidWasteRow, report as solid_waste};
pub use tax::{TaxRow, TaxWorksheet, worksheet as tax};

/// Months of the longest report.
pub const MOST_MONTHS: i32 = 120;

/// Of which site, and for which months.
#[derive(Clone)]
pub struct ReportOf {
    pub site: SiteId,
    pub from: Month,
    /// Included.
    pub to: Month,
}

/// Whether there is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FigureStatus {
    Declared,
    /// A part of what it is made of is not declared; the number has the rest.
    Incomplete,
    /// Nobody has declared or recorded anything: this is not zero.
    NotDeclared,
}

/// A number with the entries that it is the sum of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportFigure {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Sum>,
    /// Positions of the records behind it.
    pub entries: Vec<u64>,
    pub status: FigureStatus,
}

impl ReportFigure {
    pub const ABSENT: ReportFigure =
        ReportFigure { amount: None, entries: Vec::new(), status: FigureStatus::NotDeclared };

    /// From base units, if there are any.
    fn of(found: Option<&Found>, material: &Material) -> ReportFigure {
        let Some(found) = found else { return ReportFigure::ABSENT };
        let mut entries = found.entries.clone();
        entries.sort_unstable();
        entries.dedup();
        ReportFigure {
            amount: Some(sum(found.amount, material)),
            entries,
            status: FigureStatus::Declared,
        }
    }

    /// Base units; none if not declared.
    fn units(&self) -> Option<i128> {
        self.amount.as_ref().map(Sum::amount)
    }
}

/// Base units, and the records that they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Found {
    amount: i128,
    entries: Vec<u64>,
}

impl Found {
    fn add(&mut self, amount: i128, entry: u64) {
        self.amount += amount;
        self.entries.push(entry);
    }
}

fn sum(amount: i128, material: &Material) -> Sum {
    Sum::new(amount, material.dimension, material.basis)
        .expect("a million records of the largest quantity would be needed for more")
}

/// The site of a report that may be seen.
struct Of {
    site: Site,
    materials: Vec<MaterialId>,
}
