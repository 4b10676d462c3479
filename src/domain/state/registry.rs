//! Present states of parks, firms, sites, permits, materials, scales, meters, keys and catalogues.

use serde::{Deserialize, Serialize};

use crate::domain::access::Role;
use crate::domain::catalogue::Hazard;
use crate::domain::code::{Edition, MaterialCode, Operation, Scheme};
use crate::domain::code_scope::CodeScope;
use crate::domain::command::{LinkAnswer, LinkSubject};
use crate::domain::decimal::Decimal;
use crate::domain::digest::Digest;
use crate::domain::id::{
    CatalogueId, FirmId, KeyId, MaterialId, MeterId, ParkId, PermitId, ScaleId, SiteId,
};
use crate::domain::party_id::{Gln, Lei, Locode, Uscc};
use crate::domain::quantity::{Basis, Quantity};
use crate::domain::shapes::{Grade, HazardClass, MaterialKind, Medium, Term};
use crate::domain::states::{Aggregate, Kind};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis, Zone};
use crate::domain::unit::{Dimension, Unit};

/// The ledger itself; its id is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    pub demo: bool,
    pub origin: Text,
    /// Verifier keys, the first and those that followed, as signed notes write them.
    pub verifier_keys: Vec<Text>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    pub expires: Option<Day>,
    pub firm: Option<FirmId>,
    pub key: KeyId,
    pub label: Text,
    /// Of the role partner.
    pub link: Option<Link>,
    pub parks: Vec<ParkId>,
    pub revoked: bool,
    pub role: Role,
    pub secret_hash: Digest,
    pub site: Option<SiteId>,
}

/// What a one-time link asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub answered: Option<LinkAnswer>,
    pub issued_by: FirmId,
    pub subject: LinkSubject,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Park {
    pub name: Text,
    pub park: ParkId,
    pub region: Option<Text>,
    pub zone: Zone,
}

/// How many records concern a park; its id is the park's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkPlaces {
    pub places: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Firm {
    /// Of a recorded counterparty: the registered firm that it was found to be.
    pub claimed_by: Option<FirmId>,
    /// The counterparties that it was found to be.
    pub claims: Vec<FirmId>,
    pub firm: FirmId,
    pub gln: Option<Gln>,
    pub lei: Option<Lei>,
    pub name: Text,
    /// The firm that recorded it; none if it is registered itself.
    pub recorded_by: Option<FirmId>,
    pub recycler: bool,
    pub uscc: Option<Uscc>,
}

/// Who has a registry number; its id is `uscc/…`, `lei/…` or `gln/…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifier {
    /// A firm's or site's id.
    pub owner: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    pub activity: Option<Text>,
    pub firm: FirmId,
    pub gln: Option<Gln>,
    pub locode: Option<Locode>,
    pub name: Text,
    pub park: ParkId,
    /// Permits that were registered for it, in order.
    pub permits: Vec<PermitId>,
    pub site: SiteId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permit {
    pub capacity_per_year: Option<Quantity>,
    pub codes: Vec<CodeScope>,
    pub issuer: Text,
    pub number: Text,
    pub operations: Vec<Operation>,
    pub park: ParkId,
    pub permit: PermitId,
    pub site: SiteId,
    /// From which day on it was suspended (true) or back in force (false), in order of recording.
    pub suspensions: Vec<(Day, bool)>,
    pub term: Term,
}

impl Permit {
    /// Whether it holds on that day: within its term, and not suspended by the last decision whose
    /// day has come. A decision may be dated back, which undoes what an earlier one said.
    pub fn in_force(&self, day: Day) -> bool {
        let decided = self.suspensions.iter().rev().find(|(from, _)| *from <= day);
        self.term.contains(day) && !decided.is_some_and(|(_, suspended)| *suspended)
    }
}

/// What was accepted under a permit in a calendar year; its id is `prm_…/2025`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermitUse {
    /// In base units.
    pub accepted: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    pub calibrations: Vec<Term>,
    pub firm: FirmId,
    pub name: Text,
    pub park: ParkId,
    pub scale: ScaleId,
    pub site: SiteId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    pub calibrations: Vec<Term>,
    pub check_of: Option<MeterId>,
    pub digits: Option<u8>,
    pub firm: FirmId,
    /// Of one that took another's place: since when, and its reading then.
    pub installed: Option<(UtcMillis, Decimal)>,
    pub medium: Option<Medium>,
    pub meter: MeterId,
    pub multiplier: Decimal,
    pub name: Text,
    pub park: ParkId,
    pub replaced: Option<Replacement>,
    pub site: SiteId,
    pub unit: Unit,
}

/// How a meter gave way to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    pub at: UtcMillis,
    pub by: MeterId,
    pub end: Decimal,
}

impl Meter {
    /// Whether some calibration holds on each of these days.
    pub fn is_calibrated(&self, first: Day, last: Day) -> bool {
        let mut day = first;
        loop {
            let holding = self.calibrations.iter().filter(|term| term.contains(day));
            let Some(until) = holding.map(|term| term.to).max() else { return false };
            if until >= last {
                return true;
            }
            let Some(next) = until.checked_add(1) else { return true };
            day = next;
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    pub catalogue: CatalogueId,
    pub complete: bool,
    pub edition: Edition,
    pub entries: u32,
    pub scheme: Scheme,
    pub source: Text,
}

/// A code of a loaded catalogue; its id is `eu_low/2014/10 02 01`. One of id `eu_low/2014/` stands
/// for the list itself, so that `complete` can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueCode {
    /// Whether a code of this list that is not loaded does not exist.
    pub complete: bool,
    pub hazard: Hazard,
    pub mirror_of: Option<Box<str>>,
    pub title_en: Box<str>,
    pub title_zh: Box<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Material {
    pub basis: Basis,
    pub codes: Vec<MaterialCode>,
    pub dimension: Dimension,
    pub firm: FirmId,
    pub grade: Option<Grade>,
    pub hazard: HazardClass,
    pub kind: MaterialKind,
    pub material: MaterialId,
    pub name: Text,
    /// Whether none of the loaded catalogues had its code.
    pub unknown_code: bool,
}

/// What a material is in law at a site; its id is `mat_…/sit_…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalStatusHistory {
    /// In order of recording; the last one whose day has come holds.
    pub decisions: Vec<(Day, crate::domain::shapes::LegalStatus)>,
}

impl Aggregate for Ledger {
    const KIND: Kind = Kind::Ledger;
}

impl Aggregate for Key {
    const KIND: Kind = Kind::Key;
}

impl Aggregate for Park {
    const KIND: Kind = Kind::Park;
}

impl Aggregate for ParkPlaces {
    const KIND: Kind = Kind::ParkPlaces;
}

impl Aggregate for Firm {
    const KIND: Kind = Kind::Firm;
}

impl Aggregate for Identifier {
    const KIND: Kind = Kind::Identifier;
}

impl Aggregate for Site {
    const KIND: Kind = Kind::Site;
}

impl Aggregate for Permit {
    const KIND: Kind = Kind::Permit;
}

impl Aggregate for PermitUse {
    const KIND: Kind = Kind::PermitUse;
}

impl Aggregate for Scale {
    const KIND: Kind = Kind::Scale;
}

impl Aggregate for Meter {
    const KIND: Kind = Kind::Meter;
}

impl Aggregate for Catalogue {
    const KIND: Kind = Kind::Catalogue;
}

impl Aggregate for CatalogueCode {
    const KIND: Kind = Kind::CatalogueCode;
}

impl Aggregate for Material {
    const KIND: Kind = Kind::Material;
}

impl Aggregate for LegalStatusHistory {
    const KIND: Kind = Kind::LegalStatus;
}
