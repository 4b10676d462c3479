//! Commands about who and what there is: parks, firms, sites, permits, materials, scales, meters.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::catalogue::CataloguePart;
use crate::domain::code::{MaterialCode, Operation};
use crate::domain::code_scope::CodeScope;
use crate::domain::decimal::Decimal;
use crate::domain::id::{
    CatalogueId, FirmId, MaterialId, MeterId, ParkId, PermitId, ScaleId, SiteId,
};
use crate::domain::party_id::{Gln, Lei, Locode, Uscc};
use crate::domain::quantity::{Basis, Quantity};
use crate::domain::shapes::{
    Evidence, Grade, HazardClass, LegalStatus, MaterialKind, Medium, Term,
};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis, Zone};
use crate::domain::unit::{Dimension, Unit};

/// Opens a park. By the ledger keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterPark {
    pub name: Text,
    pub park: ParkId,
    /// Six digits of GB/T 2260, or another authority's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Text>,
    /// Days, months and periods of the park are those of this zone.
    pub zone: Zone,
}

/// Takes a firm in. By the ledger keeper or a park.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterFirm {
    pub firm: FirmId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gln: Option<Gln>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lei: Option<Lei>,
    pub name: Text,
    /// Whether recycling is its main business (ISIC 38, GB/T 4754 division 42): such firms do not
    /// count as symbiosis partners in Chertow's 3-2 test.
    #[serde(default)]
    pub recycler: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uscc: Option<Uscc>,
}

/// Adds a place where a firm produces, receives or stores. By the firm, its park or the keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterSite {
    /// GB/T 4754, ISIC or NACE, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<Text>,
    pub firm: FirmId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gln: Option<Gln>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locode: Option<Locode>,
    pub name: Text,
    pub park: ParkId,
    pub site: SiteId,
}

/// Records a permit that an authority has granted to a site. By a park or the keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterPermit {
    /// The most that may be received in a calendar year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_per_year: Option<Quantity>,
    /// What it covers. A class of China's lists or the first digits of a code cover all below.
    #[schema(min_items = 1, max_items = 200)]
    pub codes: Vec<CodeScope>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub issuer: Text,
    pub number: Text,
    /// Which recovery and disposal operations it allows.
    #[schema(min_items = 1, max_items = 28)]
    pub operations: Vec<Operation>,
    pub permit: PermitId,
    pub site: SiteId,
    pub term: Term,
}

/// By a park or the keeper, as the authority decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspendPermit {
    pub from: Day,
    pub permit: PermitId,
    pub reason: Text,
}

/// By a park or the keeper, as the authority decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReinstatePermit {
    pub from: Day,
    pub permit: PermitId,
    pub reason: Text,
}

/// A weighbridge or belt scale. By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterScale {
    pub calibration: Calibration,
    pub name: Text,
    pub scale: ScaleId,
    pub site: SiteId,
}

/// A calibration, and how long it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Text>,
    pub from: Day,
    pub to: Day,
}

/// By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalibrateScale {
    pub calibration: Calibration,
    pub scale: ScaleId,
}

/// A meter of steam, heat, water, gas or power. By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterMeter {
    pub calibration: Calibration,
    /// The billing meter that this one checks; absent on a billing meter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_of: Option<MeterId>,
    /// How many digits its counter has before the point: at the next number it begins at zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 15)]
    pub digits: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<Medium>,
    pub meter: MeterId,
    /// The difference of two readings times this is the quantity in `unit`.
    pub multiplier: Decimal,
    pub name: Text,
    pub site: SiteId,
    pub unit: Unit,
}

/// By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalibrateMeter {
    pub calibration: Calibration,
    pub meter: MeterId,
}

/// A meter gives way to another at the same site, which is registered already. By the site's firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceMeter {
    /// When the one stopped and the other began.
    pub at: UtcMillis,
    /// The last reading of the one that is replaced.
    pub end: Decimal,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub meter: MeterId,
    pub new_meter: MeterId,
    pub reason: Text,
    /// The first reading of the new one.
    pub start: Decimal,
}

/// Loads a list of codes, or a part of one. By the ledger keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishCatalogue {
    pub catalogue: CatalogueId,
    pub part: CataloguePart,
}

/// Describes a material that a firm gives away or takes. By the firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DefineMaterial {
    pub basis: Basis,
    /// The first one counts in statistics by code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub codes: Vec<MaterialCode>,
    pub dimension: Dimension,
    pub firm: FirmId,
    /// As supplied; of utilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    pub kind: MaterialKind,
    pub material: MaterialId,
    pub name: Text,
}

/// Decides whether a material of a mirror pair, or of no telling code, is hazardous. By its firm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassifyHazard {
    #[schema(min_items = 1)]
    pub evidence: Vec<Evidence>,
    pub hazard: HazardClass,
    pub material: MaterialId,
}

/// Decides what a material is in law at a site from a day on. By a park or the keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideLegalStatus {
    #[schema(min_items = 1)]
    pub evidence: Vec<Evidence>,
    pub from: Day,
    pub material: MaterialId,
    pub site: SiteId,
    pub status: LegalStatus,
}
