//! The worksheet of the environmental protection tax on solid waste: what of a month's generation
//! remains taxable. Rates are not included.
//!
//! Invariant: what is not declared is not deducted. A negative result stands as it is: more than
//! the month's generation was used, passed on or disposed of, which is earlier stock.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::code::MaterialCode;
use crate::domain::fact::Measure;
use crate::domain::id::{FirmId, MaterialId, ParkId, SiteId};
use crate::domain::shapes::HazardClass;
use crate::domain::state::Material;
use crate::domain::text::Text;
use crate::domain::time::Month;
use crate::index::Index;
use crate::query::answer::QueryError;
use crate::query::report::gather::{Gathered, gather};
use crate::query::report::{FigureStatus, Found, ReportFigure, ReportOf, sum};
use crate::query::rows::Rows;

/// A material in a month: taxable is generated less used, passed on, stored and disposed of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaxRow {
    pub month: Month,
    pub material: MaterialId,
    pub name: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<MaterialCode>,
    pub hazard: HazardClass,
    pub generated: ReportFigure,
    /// By the firm itself at this site, in final operations (R1 to R11).
    pub used: ReportFigure,
    /// Accepted by receivers, in the month of receipt. Whether they may use it is for the firm to
    /// show.
    pub passed_on: ReportFigure,
    /// By how much the own stock grew. Whether it is stored compliantly is for the firm to show.
    pub stored: ReportFigure,
    /// Own material, here or after a rejection.
    pub disposed: ReportFigure,
    /// Incomplete if a deduction is not declared: it is not deducted then.
    pub taxable: ReportFigure,
}

/// The worksheet of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaxWorksheet {
    /// The answer reflects every record below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    pub firm: FirmId,
    pub from: Month,
    pub park: ParkId,
    pub rows: Vec<TaxRow>,
    pub site: SiteId,
    pub to: Month,
}

/// The worksheet, for somebody who may see the site's rows.
pub fn worksheet(rows: &Rows<'_>, of: &ReportOf) -> Result<TaxWorksheet, QueryError> {
    let all = gather(rows, of)?;
    let mut found = Vec::new();
    for month in of.from.through(of.to) {
        let materials = all.materials.values();
        found.extend(materials.map(|material| row(rows.index, &all, material, month)));
    }
    Ok(TaxWorksheet {
        as_of: all.as_of,
        firm: all.site.firm.clone(),
        from: of.from,
        park: all.site.park.clone(),
        rows: found,
        site: of.site.clone(),
        to: of.to,
    })
}

fn row(index: &Index, all: &Gathered, material: &Material, month: Month) -> TaxRow {
    let id = &material.material;
    let figure = |found: Option<&Found>| ReportFigure::of(found, material);
    let generated = figure(all.generated(index, id, month).as_ref());
    let used = figure(all.of(id, month, Measure::OwnReused));
    let passed_on = figure(all.of(id, month, Measure::Delivered));
    let stored = figure(all.grown(id, month).as_ref());
    let disposed = figure(all.own_disposed(id, month));
    let deductions = [&used, &passed_on, &stored, &disposed];
    let taxable = generated.units().map_or(ReportFigure::ABSENT, |generated| {
        let deducted: i128 = deductions.iter().filter_map(|figure| figure.units()).sum();
        let is_whole = deductions.iter().all(|figure| figure.amount.is_some());
        ReportFigure {
            amount: Some(sum(generated - deducted, material)),
            // It is calculated from the numbers beside it, whose entries stand there.
            entries: Vec::new(),
            status: if is_whole { FigureStatus::Declared } else { FigureStatus::Incomplete },
        }
    });
    TaxRow {
        month,
        material: id.clone(),
        name: material.name.clone(),
        code: material.codes.first().cloned(),
        hazard: material.hazard,
        generated,
        used,
        passed_on,
        stored,
        disposed,
        taxable,
    }
}
