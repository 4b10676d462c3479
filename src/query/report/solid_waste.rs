//! The ledger of general industrial solid waste, after the announcement No. 82 of 2021 of the
//! Ministry of Ecology and Environment: generation, flow, use, disposal and storage by month and
//! year.
//!
//! The announcement's own form was not at hand: what stands here has its content, not its layout,
//! and every row says so.

use std::collections::BTreeMap;

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

const LAYOUT: &str = "layout not checked against the official form / 版式未与官方表样核对";

/// What a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportTable {
    Month,
    Year,
    /// What went to one receiver in a month.
    Flow,
}

/// A material in a month or year, or a material's way to a receiver in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SolidWasteRow {
    pub table: ReportTable,
    /// `2025-03`, or `2025` of a year.
    pub period: String,
    pub material: MaterialId,
    pub name: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<MaterialCode>,
    /// Of a flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receiver: Option<SiteId>,
    pub generated: ReportFigure,
    /// Taken over from others.
    pub accepted: ReportFigure,
    /// Left for others.
    pub flow_out: ReportFigure,
    /// Of what left, accepted by its receivers.
    pub passed_on: ReportFigure,
    /// At this site, own and accepted material, in final operations (R1 to R11).
    pub used: ReportFigure,
    /// Given into interim operations (R12, R13).
    pub used_interim: ReportFigure,
    pub disposed: ReportFigure,
    /// On hand at the period's end.
    pub stored: ReportFigure,
    pub layout: &'static str,
}

/// The ledger of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SolidWasteReport {
    /// The answer reflects every record below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    pub firm: FirmId,
    pub from: Month,
    pub layout: &'static str,
    /// By-products that are not in it, because they are hazardous or not decided.
    pub left_out: Vec<MaterialId>,
    pub park: ParkId,
    pub rows: Vec<SolidWasteRow>,
    pub site: SiteId,
    pub to: Month,
}

/// The ledger, for somebody who may see the site's rows.
pub fn report(rows: &Rows<'_>, of: &ReportOf) -> Result<SolidWasteReport, QueryError> {
    let all = gather(rows, of)?;
    let (told, left): (Vec<_>, Vec<_>) = all
        .materials
        .iter()
        .partition(|(_, material)| material.hazard == HazardClass::NonHazardous);
    let mut found = Vec::new();
    for (_, material) in told {
        let months: Vec<_> = of
            .from
            .through(of.to)
            .map(|month| (month, of_month(rows.index, &all, material, month)))
            .collect();
        found.extend(years(material, &months));
        found.extend(months.into_iter().map(|(_, row)| row));
        found.extend(flows(&all, material, of));
    }
    found.sort_by_key(row_order);
    Ok(SolidWasteReport {
        as_of: all.as_of,
        firm: all.site.firm.clone(),
        from: of.from,
        layout: LAYOUT,
        left_out: left.into_iter().map(|(id, _)| id.clone()).collect(),
        park: all.site.park.clone(),
        rows: found,
        site: of.site.clone(),
        to: of.to,
    })
}

/// Tables one after the other, each by material and time.
fn row_order(row: &SolidWasteRow) -> (ReportTable, MaterialId, String, Option<SiteId>) {
    (row.table, row.material.clone(), row.period.clone(), row.receiver.clone())
}

fn empty(table: ReportTable, material: &Material, period: String) -> SolidWasteRow {
    SolidWasteRow {
        table,
        period,
        material: material.material.clone(),
        name: material.name.clone(),
        code: material.codes.first().cloned(),
        receiver: None,
        generated: ReportFigure::ABSENT,
        accepted: ReportFigure::ABSENT,
        flow_out: ReportFigure::ABSENT,
        passed_on: ReportFigure::ABSENT,
        used: ReportFigure::ABSENT,
        used_interim: ReportFigure::ABSENT,
        disposed: ReportFigure::ABSENT,
        stored: ReportFigure::ABSENT,
        layout: LAYOUT,
    }
}

fn of_month(index: &Index, all: &Gathered, material: &Material, month: Month) -> SolidWasteRow {
    let id = &material.material;
    let figure = |measure| ReportFigure::of(all.of(id, month, measure), material);
    let own = |found: Option<Found>| ReportFigure::of(found.as_ref(), material);
    let used = [Measure::Used, Measure::OwnReused].map(|measure| all.of(id, month, measure));
    let used = used.into_iter().flatten().cloned().reduce(|one, other| Found {
        amount: one.amount + other.amount,
        entries: [one.entries, other.entries].concat(),
    });
    SolidWasteRow {
        generated: own(all.generated(index, id, month)),
        accepted: figure(Measure::Accepted),
        flow_out: figure(Measure::Dispatched),
        passed_on: figure(Measure::Delivered),
        used: own(used),
        used_interim: figure(Measure::UsedInterim),
        disposed: figure(Measure::Disposed),
        stored: own(all.stored(id, month)),
        ..empty(ReportTable::Month, material, month.to_string())
    }
}

fn years(material: &Material, months: &[(Month, SolidWasteRow)]) -> Vec<SolidWasteRow> {
    let mut by_year: BTreeMap<i32, Vec<&SolidWasteRow>> = BTreeMap::new();
    for (month, row) in months {
        by_year.entry(month.year()).or_default().push(row);
    }
    let of_year = |(year, rows): (i32, Vec<&SolidWasteRow>)| {
        let total = |of: fn(&SolidWasteRow) -> &ReportFigure| {
            total(rows.iter().map(|row| of(row)), material)
        };
        SolidWasteRow {
            generated: total(|row| &row.generated),
            accepted: total(|row| &row.accepted),
            flow_out: total(|row| &row.flow_out),
            passed_on: total(|row| &row.passed_on),
            used: total(|row| &row.used),
            used_interim: total(|row| &row.used_interim),
            disposed: total(|row| &row.disposed),
            stored: rows.last().map_or(ReportFigure::ABSENT, |last| last.stored.clone()),
            ..empty(ReportTable::Year, material, year.to_string())
        }
    };
    by_year.into_iter().map(of_year).collect()
}

/// The sum of months; of those that have a number, if some have none.
fn total<'a>(months: impl Iterator<Item = &'a ReportFigure>, material: &Material) -> ReportFigure {
    let (mut whole, mut is_whole, mut any) = (Found::default(), true, false);
    for month in months {
        match month.units() {
            Some(amount) => {
                any = true;
                whole.amount += amount;
                whole.entries.extend(&month.entries);
            }
            None => is_whole = false,
        }
    }
    if !any {
        return ReportFigure::ABSENT;
    }
    let status = if is_whole { FigureStatus::Declared } else { FigureStatus::Incomplete };
    ReportFigure { amount: Some(sum(whole.amount, material)), entries: whole.entries, status }
}

fn flows(all: &Gathered, material: &Material, of: &ReportOf) -> Vec<SolidWasteRow> {
    let mut found: BTreeMap<(Month, SiteId), SolidWasteRow> = BTreeMap::new();
    for ((id, month, receiver, measure), amount) in &all.flows {
        if *id != material.material || !(of.from..=of.to).contains(month) {
            continue;
        }
        let row = found.entry((*month, receiver.clone())).or_insert_with(|| SolidWasteRow {
            receiver: Some(receiver.clone()),
            ..empty(ReportTable::Flow, material, month.to_string())
        });
        let figure = ReportFigure::of(Some(amount), material);
        if *measure == Measure::Delivered {
            row.passed_on = figure;
        } else {
            row.flow_out = figure;
        }
    }
    found.into_values().collect()
}
