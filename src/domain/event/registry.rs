//! What happened to parks, firms, sites, permits, materials, scales and meters. Most of these
//! repeat their command; what they add is what a fact or a park's count needs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::catalogue::CataloguePart;
use crate::domain::code::{MaterialCode, Operation};
use crate::domain::code_scope::CodeScope;
use crate::domain::command::Calibration;
use crate::domain::decimal::Decimal;
use crate::domain::id::{
    CatalogueId, FirmId, MaterialId, MeterId, ParkId, PermitId, ScaleId, SiteId,
};
use crate::domain::party_id::{Gln, Lei, Locode, Uscc};
use crate::domain::quantity::{Basis, Quantity};
use crate::domain::shapes::{
    Evidence, Grade, HazardClass, LegalStatus, MaterialKind, Medium, Nonconformity, Term,
};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis, Zone};
use crate::domain::unit::{Dimension, Unit};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParkRegistered {
    pub name: Text,
    pub park: ParkId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Text>,
    pub zone: Zone,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirmRegistered {
    pub firm: FirmId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gln: Option<Gln>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lei: Option<Lei>,
    pub name: Text,
    pub recycler: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uscc: Option<Uscc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteRegistered {
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PermitRegistered {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_per_year: Option<Quantity>,
    pub codes: Vec<CodeScope>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub issuer: Text,
    pub number: Text,
    pub operations: Vec<Operation>,
    pub park: ParkId,
    pub permit: PermitId,
    pub site: SiteId,
    pub term: Term,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PermitSuspended {
    pub from: Day,
    pub park: ParkId,
    pub permit: PermitId,
    pub reason: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PermitReinstated {
    pub from: Day,
    pub park: ParkId,
    pub permit: PermitId,
    pub reason: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScaleRegistered {
    pub calibration: Calibration,
    pub firm: FirmId,
    pub name: Text,
    pub park: ParkId,
    pub scale: ScaleId,
    pub site: SiteId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScaleCalibrated {
    pub calibration: Calibration,
    pub park: ParkId,
    pub scale: ScaleId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeterRegistered {
    pub calibration: Calibration,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_of: Option<MeterId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 15)]
    pub digits: Option<u8>,
    pub firm: FirmId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<Medium>,
    pub meter: MeterId,
    pub multiplier: Decimal,
    pub name: Text,
    pub park: ParkId,
    pub site: SiteId,
    pub unit: Unit,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeterCalibrated {
    pub calibration: Calibration,
    pub meter: MeterId,
    pub park: ParkId,
}

/// A record of the meter that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeterReplaced {
    pub at: UtcMillis,
    pub end: Decimal,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    pub meter: MeterId,
    pub new_meter: MeterId,
    pub park: ParkId,
    pub reason: Text,
    pub start: Decimal,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CataloguePublished {
    pub catalogue: CatalogueId,
    pub part: CataloguePart,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaterialDefined {
    pub basis: Basis,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<MaterialCode>,
    pub dimension: Dimension,
    pub firm: FirmId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// What its codes say, as far as the loaded catalogues know them.
    pub hazard: HazardClass,
    pub kind: MaterialKind,
    pub material: MaterialId,
    pub name: Text,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nonconformities: Vec<Nonconformity>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HazardClassified {
    pub evidence: Vec<Evidence>,
    pub firm: FirmId,
    pub hazard: HazardClass,
    pub material: MaterialId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalStatusDecided {
    pub evidence: Vec<Evidence>,
    pub from: Day,
    pub material: MaterialId,
    pub park: ParkId,
    pub site: SiteId,
    pub status: LegalStatus,
}
