//! Parts that commands, events and states share.
//!
//! Invariant here and in `command/` and `event/`: members are declared in alphabetical order,
//! absent ones are left out, and no member holds a float or a map, so that what serde_json writes
//! of them is canonical JSON. A test writes one of each. What stands in states as well (`Grade`,
//! `MaterialBrief`) writes `null` instead of leaving out: rows are not self-describing.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::MaterialCode;
use crate::domain::confidential::Confidential;
use crate::domain::decimal::Decimal;
use crate::domain::digest::Digest;
use crate::domain::id::{FirmId, MaterialId, MeterId, ParkId, ScaleId, SiteId};
use crate::domain::money::Money;
use crate::domain::price::PriceFormula;
use crate::domain::quantity::{Basis, Method, Quantity};
use crate::domain::text::Text;
use crate::domain::ticket::{Split, WeighingMode};
use crate::domain::time::{Day, UtcMillis};
use crate::domain::unit::{Dimension, Unit};

/// What the statistics of symbiosis tell apart.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum MaterialKind {
    /// A by-product, residue or waste of a production.
    ByProduct,
    /// Steam, heat, water, gas or power that is passed on.
    Utility,
    /// A main product or a raw material, as sugar cane: traded, but no symbiosis.
    Product,
    /// What is left of a by-product that was used, as ash of bagasse: exchanged and reported as
    /// one, but never generated afresh.
    Residue,
}

impl MaterialKind {
    /// Whether it is matter that a production leaves, so that rules of waste hold.
    pub fn is_left_over(self) -> bool {
        matches!(self, MaterialKind::ByProduct | MaterialKind::Residue)
    }

    /// Whether passing it on is symbiosis.
    pub fn is_symbiotic(self) -> bool {
        self != MaterialKind::Product
    }
}

/// Whether a material is hazardous, as far as it was decided.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum HazardClass {
    NonHazardous,
    Hazardous,
    /// Its code is one of a mirror pair, and nobody has examined the material yet.
    Undecided,
}

/// What a material is in law at a site.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LegalStatus {
    Waste,
    ByProduct,
    Product,
    /// Waste that ceased to be waste after recovery.
    EndOfWaste,
}

/// What would have become of the material without this exchange.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum BaselineFate {
    Landfill,
    Incineration,
    /// Into water or air.
    Discharge,
    Storage,
    OtherUse,
    Unknown,
}

/// Who pays whom. The amount may be confidential, the direction never is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PriceDirection {
    /// The receiver buys.
    ReceiverPays,
    /// The supplier pays to be rid of it.
    SupplierPays,
    Free,
}

/// The price of a contract line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Per `per`; confidential. Absent if free or not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Money>)]
    pub amount: Option<Confidential<Money>>,
    pub direction: PriceDirection,
    /// Instead of an amount: a base price, and what changes it; confidential as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PriceFormula>)]
    pub formula: Option<Confidential<PriceFormula>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Unit>,
}

/// The quality of a utility at the receiver's inlet, or as supplied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// Absolute, in kilopascal.
    #[serde(default)]
    pub pressure_kpa: Option<u32>,
    /// In tenths of a degree Celsius.
    #[serde(default)]
    pub temperature_decicelsius: Option<i32>,
    /// Of reclaimed water: 1 is the best; the park's own classes.
    #[serde(default)]
    pub water_class: Option<u8>,
}

impl Grade {
    /// Of what nobody has stated anything.
    pub const UNKNOWN: Grade =
        Grade { pressure_kpa: None, temperature_decicelsius: None, water_class: None };

    /// Whether what is supplied at this grade serves where `required` is: as much pressure, as much
    /// heat, as good a class of water. What is not stated serves no requirement. Grades are ordered
    /// in part only: of two, neither may meet the other.
    pub fn meets(&self, required: &Grade) -> bool {
        fn serves<T>(supplied: Option<T>, required: Option<T>, good: fn(&T, &T) -> bool) -> bool {
            match (supplied, required) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(supplied), Some(required)) => good(&supplied, &required),
            }
        }
        let (pressure, heat) = (required.pressure_kpa, required.temperature_decicelsius);
        serves(self.pressure_kpa, pressure, u32::ge)
            && serves(self.temperature_decicelsius, heat, i32::ge)
            && serves(self.water_class, required.water_class, u8::le)
    }
}

/// A document beside the log: its hash, and what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// BLAKE3 of the file's bytes.
    pub hash: Digest,
    pub title: Text,
}

/// One weighing: net is gross less tare. It stands for one delivery, or is split over several: each
/// of those repeats the whole ticket, and has its own quantity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    pub gross: Quantity,
    /// A truck's, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<WeighingMode>,
    /// Unique per scale, as printed.
    pub number: Text,
    pub scale: ScaleId,
    /// Of what is one of several deliveries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
    pub tare: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weighed_at: Option<UtcMillis>,
}

impl Ticket {
    /// The id of its row among those of its scale, if it was weighed at the scale's own site.
    pub fn row_id(&self) -> String {
        format!("{}/{}", self.scale, self.number)
    }
}

/// A meter's two readings of a period, before its multiplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Readings {
    pub end: Decimal,
    pub meter: MeterId,
    /// The counter passed its last number once and began at zero again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rolled_over: bool,
    pub start: Decimal,
}

/// A part of a period that one meter counted, where a meter was replaced within the period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    pub end: Decimal,
    pub from: UtcMillis,
    pub meter: MeterId,
    /// The counter passed its last number once and began at zero again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rolled_over: bool,
    pub start: Decimal,
    /// Excluded.
    pub to: UtcMillis,
}

/// Why and how a quantity was come by otherwise than by a reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodBasis {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub evidence: Vec<Evidence>,
    pub reason: Text,
}

/// Why periods are adjusted.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentCause {
    /// Found at a calibration: it counted too much.
    MeterFast,
    /// Found at a calibration: it counted too little.
    MeterSlow,
    /// Both sides tested the meter together.
    JointTest,
    /// What was estimated is known by now.
    EstimateReplaced,
}

/// Whether a difference is put on or taken off.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentSign {
    More,
    Less,
}

impl AdjustmentSign {
    /// The signed difference in base units.
    pub fn of(self, quantity: &Quantity) -> i64 {
        match self {
            AdjustmentSign::More => quantity.amount(),
            AdjustmentSign::Less => -quantity.amount(),
        }
    }
}

/// A second meter's readings of a period, and what they come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckReading {
    /// Absent if the readings come to no quantity of the material.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    pub readings: Readings,
}

/// What a meter counts.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    Steam,
    Heat,
    Water,
    Gas,
    Electricity,
    /// Of blast furnace gas, or of a medium that is throttled.
    RecoveredPressure,
    RecoveredEnergy,
}

impl Medium {
    /// Whether it can be counted in that dimension.
    pub fn is_counted_in(self, dimension: Dimension) -> bool {
        use Dimension::{Energy, Mass, NormalVolume, StandardVolume, Volume};
        match self {
            Medium::Steam => matches!(dimension, Mass | Energy),
            Medium::Water => matches!(dimension, Mass | Volume),
            Medium::Gas => {
                matches!(dimension, Mass | Volume | NormalVolume | StandardVolume | Energy)
            }
            Medium::RecoveredPressure => {
                matches!(dimension, Volume | NormalVolume | StandardVolume | Energy)
            }
            Medium::Heat | Medium::Electricity | Medium::RecoveredEnergy => dimension == Energy,
        }
    }
}

/// A quantity and how it was come by. `ticket` belongs to `weighed`, and only to it; a part of a
/// split ticket may also be `calculated`, because no scale has weighed it on its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    pub method: Method,
    pub quantity: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Ticket>,
}

/// A quantity as a firm states it in a return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    pub method: Method,
    pub quantity: Quantity,
}

/// A side of an exchange, as facts need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    pub firm: FirmId,
    pub park: ParkId,
    /// Whether recycling is the firm's main business.
    pub recycler: bool,
    pub site: SiteId,
}

/// What facts need to know of a material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialBrief {
    pub basis: Basis,
    #[serde(default)]
    pub code: Option<MaterialCode>,
    pub dimension: Dimension,
    pub hazard: HazardClass,
    pub kind: MaterialKind,
    pub material: MaterialId,
}

/// The first and the last day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Term {
    pub from: Day,
    pub to: Day,
}

impl Term {
    pub fn contains(&self, day: Day) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// Why a recorded reality breaks a rule. It is recorded all the same; acceptance, use and claim are
/// what the rule stops.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Nonconformity {
    /// The contract is not concluded, or was terminated.
    ContractNotInForce,
    /// The day lies outside of the contract's term.
    OutsideTerm,
    /// More than the contracted quantity and its tolerance.
    OverDelivery,
    /// Received and dispatched differ by more than the contract's tolerance.
    OutOfTolerance,
    /// Received and dispatched differ by more than the regulatory threshold (10 % of bulk).
    Discrepancy,
    /// The material is hazardous and the receiver has no permit for it on that day.
    NoPermit,
    /// The permit for it has expired, is suspended or not yet valid.
    PermitNotValid,
    /// The permit's capacity of the year is used up.
    OverPermitCapacity,
    /// The scale is not registered for that site.
    UnknownScale,
    ScaleNotCalibrated,
    /// The meter is not registered for that site.
    UnknownMeter,
    /// The meter's readings and multiplier give another quantity than the one stated.
    ReadingsDisagree,
    /// Supplied at a lower grade than contracted.
    BelowGrade,
    /// The code is one of a mirror pair, and its hazard is undecided.
    HazardUndecided,
    /// The day lies in a period that is closed.
    PeriodClosed,
    /// A code that none of the loaded catalogues has.
    UnknownCode,
    /// Received before any dispatch was recorded.
    NotDispatched,
    /// Another call-off than the contract has, or none where it needs one.
    NoCallOff,
    /// A meter's calibration does not hold for the whole period.
    MeterNotCalibrated,
    /// The readings do not follow on: they begin elsewhere than those before ended or than its
    /// installation says, run backwards, or count time in which the meter was not installed.
    ReadingGap,
    /// The check meter differs by more than the contract's tolerance.
    CheckMeterDiffers,
    /// The day lies in a window that both sides have settled: it is settled with the next one.
    LateForSettlement,
    /// More than is reserved of a facility for the firm; all of it, where nothing is.
    OverReservation,
    /// More than a facility can do in that time.
    OverCapacity,
}

/// What a firm declares for a period.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    Generation,
    OwnReuse,
    FreshWater,
    Recirculation,
    Stock,
    EconomicOutput,
}

impl Theme {
    /// The word in JSON, which is also the member of a return.
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::Generation => "generation",
            Theme::OwnReuse => "own_reuse",
            Theme::FreshWater => "fresh_water",
            Theme::Recirculation => "recirculation",
            Theme::Stock => "stock",
            Theme::EconomicOutput => "economic_output",
        }
    }
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
