//! The six levers of the national roadmap as figures: space, resource use, planning, shared
//! treatment, graded energy and water, shared infrastructure.
//!
//! Invariant: a figure is a function of the facts below a position and of what was said below it of
//! contracts, listings, materials and facilities. Numbers are exact to the end. What nobody has
//! said is absent, never zero. What went through a facility is never added to an exchange.

pub mod cascade;
pub mod infrastructure;
pub mod planning;
pub mod reuse;
pub mod space;
pub mod treatment;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::fact::{Fact, Measure};
use crate::domain::id::{FirmId, ParkId};
use crate::domain::number::Number;
use crate::domain::quantity::{Basis, Sum};
use crate::domain::shapes::{Grade, MaterialKind};
use crate::domain::unit::Dimension;
use crate::statistics::levers::cascade::Cascade;
use crate::statistics::levers::infrastructure::FacilityUses;
use crate::statistics::levers::planning::Planning;
use crate::statistics::levers::reuse::Reuse;
use crate::statistics::levers::space::Space;
use crate::statistics::levers::treatment::Treatment;

/// Digits after the point in print.
const DIGITS: u8 = 6;
/// Digits after the point of percentages.
const PERCENT_DIGITS: u8 = 4;

/// One of the levers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lever {
    /// How far exchanges are carried.
    Space,
    /// Own reuse against reuse by other firms.
    ResourceUse,
    /// Unmet wants against idle generation.
    Planning,
    /// The share that shared facilities treat.
    SharedTreatment,
    /// Energy and water by grade.
    Cascade,
    /// Facilities by share of their capacity.
    SharedInfrastructure,
}

impl Lever {
    pub const ALL: [Lever; 6] = [
        Lever::Space,
        Lever::ResourceUse,
        Lever::Planning,
        Lever::SharedTreatment,
        Lever::Cascade,
        Lever::SharedInfrastructure,
    ];

    /// Whether a fact is one of those behind its figures.
    pub fn counts(self, park: &ParkId, fact: &Fact) -> bool {
        match self {
            Lever::Space => Space::counts(park, fact),
            Lever::ResourceUse => Reuse::counts(fact),
            Lever::Planning => Planning::counts(fact),
            Lever::SharedTreatment => Treatment::counts(fact),
            Lever::Cascade => Cascade::counts(fact),
            Lever::SharedInfrastructure => fact.measure == Measure::FacilityUsed,
        }
    }
}

/// The measures whose facts are counted.
pub const MEASURES: [Measure; 10] = [
    Measure::Received,
    Measure::Accepted,
    Measure::Delivered,
    Measure::Used,
    Measure::Disposed,
    Measure::Generated,
    Measure::OwnReused,
    Measure::Recirculated,
    Measure::Stated,
    Measure::FacilityUsed,
];

/// An exact number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeverNumber {
    /// As a fraction, or a whole number.
    pub exact: String,
    /// A UN/CEFACT code: `KMT` is a kilometre, `TKM` a tonne-kilometre, `P1` a percent.
    pub unit: String,
    /// Rounded half away from zero.
    pub value: String,
}

impl LeverNumber {
    fn new(number: &Number, unit: &str, digits: u8) -> LeverNumber {
        LeverNumber { exact: number.fraction(), unit: unit.to_owned(), value: number.text(digits) }
    }

    /// From base units, in the unit that sums of the dimension are shown in.
    fn of_base(number: &Number, dimension: Dimension) -> LeverNumber {
        let unit = dimension.shown_in();
        let factor = Number::integer(unit.factor().into());
        let shown = number.over(&factor).unwrap_or_else(|| number.clone());
        LeverNumber::new(&shown, &unit.to_string(), DIGITS)
    }

    /// None of nothing.
    fn percent(part: &Number, whole: &Number) -> Option<LeverNumber> {
        let share = part.times(&Number::integer(100)).over(whole)?;
        Some(LeverNumber::new(&share, "P1", PERCENT_DIGITS))
    }

    /// The same of sums that are alike.
    fn share(part: &Sum, whole: &Sum) -> Option<LeverNumber> {
        let of = |sum: &Sum| Number::integer(sum.amount());
        LeverNumber::percent(&of(part), &of(whole))
    }
}

/// What is known around a fact, as of a position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeverAround {
    /// How far its contract's material is carried on its day, one way.
    pub km: Option<Decimal>,
    /// The firm that described the material.
    pub owner: Option<FirmId>,
    /// The grade at which the material is supplied.
    pub supplied: Option<Grade>,
    /// The grade that the contract's line asks for.
    pub needed: Option<Grade>,
    /// It was recorded as supplied below the contracted grade.
    pub below_grade: bool,
}

/// What alike facts are alike in.
type Group = (Dimension, Basis);

fn group(sum: &Sum) -> Group {
    (sum.dimension(), sum.basis())
}

fn zero((dimension, basis): Group) -> Sum {
    Sum::zero(dimension, basis)
}

/// By-products and utilities: a main product is traded, but that is no symbiosis.
fn is_symbiotic(fact: &Fact) -> bool {
    fact.kind.is_some_and(|kind| kind != MaterialKind::Product)
}

/// Between two firms.
fn is_between_firms(fact: &Fact) -> bool {
    fact.counterparty.as_ref().is_some_and(|other| fact.firm.as_ref() != Some(&other.firm))
}

/// Sums the facts of a park for all levers at once.
pub struct LeversFold {
    pub space: Space,
    pub reuse: Reuse,
    pub planning: Planning,
    pub treatment: Treatment,
    pub cascade: Cascade,
    pub uses: FacilityUses,
}

impl LeversFold {
    pub fn new(park: ParkId) -> LeversFold {
        LeversFold {
            space: Space::new(park),
            reuse: Reuse::default(),
            planning: Planning::default(),
            treatment: Treatment::default(),
            cascade: Cascade::default(),
            uses: FacilityUses::default(),
        }
    }

    /// Facts of other measures are passed over.
    pub fn add(&mut self, fact: &Fact, around: &LeverAround) {
        self.space.add(fact, around);
        self.reuse.add(fact);
        self.planning.add(fact, around);
        self.treatment.add(fact);
        self.cascade.add(fact, around);
        self.uses.add(fact);
    }
}
