//! The levers as rows of a table, for spreadsheets, terminals and pages.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::quantity::Sum;
use crate::query::levers::LeversAnswer;
use crate::query::programme_table::word;
use crate::statistics::levers::infrastructure::FacilityShares;
use crate::statistics::levers::planning::PlanningRow;
use crate::statistics::levers::{Lever, LeverNumber};

macro_rules! figures {
    ($($name:ident)+) => {
        /// What a row of the levers says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum LeverFigure {
            $($name),+
        }
    };
}

figures! {
    Exchanged
    DistanceKnown
    DistanceKnownPercent
    MeanDistance
    CoLocation
    OwnSameSite
    OwnOtherSite
    BetweenFirms
    BetweenFirmsPercent
    Recirculated
    Idle
    Unserved
    CouldServe
    Treated
    ToTreat
    TreatedPercent
    Delivered
    Used
    BelowGrade
    FacilityUse
    Capacity
    Available
    Reserved
    ReservedPercent
    FacilityUsed
    FacilityUsedPercent
}

/// A figure of a lever in one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeverRow {
    pub lever: Lever,
    /// What it is of: dimension and basis, a contract, a code, a grade step, a facility.
    pub of: String,
    pub figure: LeverFigure,
    /// Empty where it is unknown.
    pub value: String,
    pub unit: String,
    pub exact: String,
}

struct Rows {
    lever: Lever,
    rows: Vec<LeverRow>,
}

impl Rows {
    fn put(&mut self, of: &str, figure: LeverFigure, number: Option<&LeverNumber>) {
        let text = |part: fn(&LeverNumber) -> &String| {
            number.map_or(String::new(), |one| part(one).clone())
        };
        self.rows.push(LeverRow {
            lever: self.lever,
            of: of.to_owned(),
            figure,
            value: text(|one| &one.value),
            unit: text(|one| &one.unit),
            exact: text(|one| &one.exact),
        });
    }

    fn sum(&mut self, of: &str, figure: LeverFigure, sum: Option<&Sum>) {
        let value = sum.map_or(String::new(), |sum| sum.value().to_string());
        self.rows.push(LeverRow {
            lever: self.lever,
            of: of.to_owned(),
            figure,
            unit: sum.map_or(String::new(), |sum| sum.unit().to_string()),
            exact: value.clone(),
            value,
        });
    }
}

/// As `mass, wet`.
fn group(sum: &Sum) -> String {
    format!("{}, {}", word(&sum.dimension()), word(&sum.basis()).replace('_', " "))
}

pub fn rows(answer: &LeversAnswer) -> Vec<LeverRow> {
    let mut rows = Rows { lever: Lever::Space, rows: Vec::new() };
    space(&mut rows, answer);
    rows.lever = Lever::ResourceUse;
    for one in &answer.resource_use.groups {
        let of = group(&one.between_firms);
        rows.sum(&of, LeverFigure::OwnSameSite, one.own_same_site.as_ref());
        rows.sum(&of, LeverFigure::OwnOtherSite, Some(&one.own_other_site));
        rows.sum(&of, LeverFigure::BetweenFirms, Some(&one.between_firms));
        rows.put(&of, LeverFigure::BetweenFirmsPercent, one.between_firms_percent.as_ref());
        if let Some(passes) = &one.recirculated {
            rows.sum(&of, LeverFigure::Recirculated, Some(passes));
        }
    }
    rows.lever = Lever::Planning;
    for one in &answer.planning {
        planning(&mut rows, one);
    }
    rows.lever = Lever::SharedTreatment;
    for one in &answer.shared_treatment {
        let of = group(&one.treated);
        rows.sum(&of, LeverFigure::Treated, Some(&one.treated));
        rows.sum(&of, LeverFigure::ToTreat, one.generated.as_ref());
        rows.put(&of, LeverFigure::TreatedPercent, one.share_percent.as_ref());
    }
    rows.lever = Lever::Cascade;
    for one in &answer.cascade.steps {
        let of = format!("{} -> {}", one.supplied, one.needed);
        rows.sum(&of, LeverFigure::Delivered, Some(&one.delivered));
        rows.sum(&of, LeverFigure::Used, Some(&one.used));
        if !one.below_grade.is_zero() {
            rows.sum(&of, LeverFigure::BelowGrade, Some(&one.below_grade));
        }
    }
    for one in &answer.cascade.facilities {
        rows.sum(&one.step, LeverFigure::FacilityUse, Some(&one.used));
    }
    rows.lever = Lever::SharedInfrastructure;
    for one in &answer.shared_infrastructure {
        facility(&mut rows, one);
    }
    rows.rows
}

fn space(rows: &mut Rows, answer: &LeversAnswer) {
    for one in &answer.space.groups {
        let of = group(&one.exchanged);
        rows.sum(&of, LeverFigure::Exchanged, Some(&one.exchanged));
        rows.sum(&of, LeverFigure::DistanceKnown, Some(&one.known));
        rows.put(&of, LeverFigure::DistanceKnownPercent, one.known_percent.as_ref());
        rows.put(&of, LeverFigure::MeanDistance, one.mean_km.as_ref());
    }
    for one in &answer.space.candidates {
        let of =
            format!("{}: {} -> {}, {}", one.contract, one.supplier, one.receiver, one.material);
        rows.put(&of, LeverFigure::CoLocation, Some(&one.carried));
    }
}

fn planning(rows: &mut Rows, row: &PlanningRow) {
    let materials = row.generators.iter().map(|one| &one.material);
    let material = materials.chain(row.wants.iter().map(|one| &one.material)).next();
    let of = match (&row.code, material) {
        (Some(code), _) => format!("{} {}", code.scheme().as_str(), code.code()),
        (None, Some(material)) => material.to_string(),
        (None, None) => return,
    };
    rows.sum(&of, LeverFigure::Idle, row.idle.as_ref());
    if !row.wants.is_empty() {
        rows.sum(&of, LeverFigure::Unserved, row.unserved.as_ref());
        rows.sum(&of, LeverFigure::CouldServe, row.could_serve.as_ref());
    }
}

fn facility(rows: &mut Rows, one: &FacilityShares) {
    let of = one.facility.as_str();
    rows.put(of, LeverFigure::Capacity, Some(&one.capacity));
    rows.put(of, LeverFigure::Available, Some(&one.available));
    rows.put(of, LeverFigure::Reserved, Some(&one.reserved));
    rows.put(of, LeverFigure::ReservedPercent, one.reserved_percent.as_ref());
    rows.put(of, LeverFigure::FacilityUsed, one.used.as_ref());
    rows.put(of, LeverFigure::FacilityUsedPercent, one.used_percent.as_ref());
    for firm in &one.firms {
        let of = format!("{of}: {}", firm.firm);
        rows.put(&of, LeverFigure::Reserved, Some(&firm.reserved));
        rows.put(&of, LeverFigure::ReservedPercent, firm.reserved_percent.as_ref());
        rows.put(&of, LeverFigure::FacilityUsed, firm.used.as_ref());
        rows.put(&of, LeverFigure::FacilityUsedPercent, firm.used_percent.as_ref());
    }
}

/// A facility in one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilityRow {
    pub facility: String,
    pub name: String,
    pub kind: String,
    /// Empty if the park runs it itself.
    pub operator: String,
    pub unit: String,
    pub capacity: String,
    pub available: String,
    pub reserved: String,
    pub reserved_percent: String,
    /// Empty if nothing was recorded.
    pub used: String,
    pub used_percent: String,
}

pub fn facility_row(shares: &FacilityShares) -> FacilityRow {
    let text = |number: &Option<LeverNumber>| {
        number.as_ref().map_or(String::new(), |number| number.value.clone())
    };
    FacilityRow {
        facility: shares.facility.to_string(),
        name: shares.name.to_string(),
        kind: word(&shares.kind),
        operator: shares.operator.as_ref().map_or(String::new(), ToString::to_string),
        unit: shares.capacity.unit.clone(),
        capacity: shares.capacity.value.clone(),
        available: shares.available.value.clone(),
        reserved: shares.reserved.value.clone(),
        reserved_percent: text(&shares.reserved_percent),
        used: text(&shares.used),
        used_percent: text(&shares.used_percent),
    }
}
