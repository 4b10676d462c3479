//! Views of parks, firms, sites, permits, materials, scales, meters and catalogues.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::code::{Edition, MaterialCode, Operation, Scheme};
use crate::domain::code_scope::CodeScope;
use crate::domain::decimal::Decimal;
use crate::domain::id::{
    CatalogueId, FirmId, MaterialId, MeterId, ParkId, PermitId, ScaleId, SiteId,
};
use crate::domain::party_id::{Gln, Lei, Locode, Uscc};
use crate::domain::quantity::{Basis, Quantity};
use crate::domain::shapes::{Grade, HazardClass, MaterialKind, Medium, Term};
use crate::domain::state::{
    Catalogue, Firm, Material, Meter, Park, Permit, Replacement, Scale, Site,
};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis, Zone};
use crate::domain::unit::{Dimension, Unit};
use crate::query::view::view;

view! {
    /// A park.
    pub struct ParkView of Park {
        name: Text,
        park: ParkId,
        #[serde(skip_serializing_if = "Option::is_none")]
        region: Option<Text>,
        /// Its days and months are those of this zone.
        zone: Zone,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        ParkView {
            changed,
            created,
            version,
            name: state.name,
            park: state.park,
            region: state.region,
            zone: state.zone,
        }
    }
}

view! {
    /// A firm.
    pub struct FirmView of Firm {
        /// Of a recorded counterparty: the registered firm that it was found to be.
        #[serde(skip_serializing_if = "Option::is_none")]
        claimed_by: Option<FirmId>,
        /// The recorded counterparties that it was found to be.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        claims: Vec<FirmId>,
        firm: FirmId,
        #[serde(skip_serializing_if = "Option::is_none")]
        gln: Option<Gln>,
        #[serde(skip_serializing_if = "Option::is_none")]
        lei: Option<Lei>,
        name: Text,
        /// The firm that recorded it; absent if it is registered itself.
        #[serde(skip_serializing_if = "Option::is_none")]
        recorded_by: Option<FirmId>,
        /// Whether recycling is its main business.
        recycler: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        uscc: Option<Uscc>,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        FirmView {
            changed,
            created,
            version,
            claimed_by: state.claimed_by,
            claims: state.claims,
            firm: state.firm,
            gln: state.gln,
            lei: state.lei,
            name: state.name,
            recorded_by: state.recorded_by,
            recycler: state.recycler,
            uscc: state.uscc,
        }
    }
}

view! {
    /// A place where a firm produces, receives or stores.
    pub struct SiteView of Site {
        #[serde(skip_serializing_if = "Option::is_none")]
        activity: Option<Text>,
        firm: FirmId,
        #[serde(skip_serializing_if = "Option::is_none")]
        gln: Option<Gln>,
        #[serde(skip_serializing_if = "Option::is_none")]
        locode: Option<Locode>,
        name: Text,
        park: ParkId,
        /// Permits that were registered for it, in order.
        permits: Vec<PermitId>,
        site: SiteId,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        SiteView {
            changed,
            created,
            version,
            activity: state.activity,
            firm: state.firm,
            gln: state.gln,
            locode: state.locode,
            name: state.name,
            park: state.park,
            permits: state.permits,
            site: state.site,
        }
    }
}

view! {
    /// A permit of a site.
    pub struct PermitView of Permit {
        #[serde(skip_serializing_if = "Option::is_none")]
        capacity_per_year: Option<Quantity>,
        codes: Vec<CodeScope>,
        issuer: Text,
        number: Text,
        operations: Vec<Operation>,
        park: ParkId,
        permit: PermitId,
        site: SiteId,
        /// In order of recording.
        suspensions: Vec<SuspensionView>,
        term: Term,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        PermitView {
            changed,
            created,
            version,
            capacity_per_year: state.capacity_per_year,
            codes: state.codes,
            issuer: state.issuer,
            number: state.number,
            operations: state.operations,
            park: state.park,
            permit: state.permit,
            site: state.site,
            suspensions: state
                .suspensions
                .into_iter()
                .map(|(from, suspended)| SuspensionView { from, suspended })
                .collect(),
            term: state.term,
        }
    }
}

view! {
    /// A weighbridge or belt scale.
    pub struct ScaleView of Scale {
        calibrations: Vec<Term>,
        firm: FirmId,
        name: Text,
        park: ParkId,
        scale: ScaleId,
        site: SiteId,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        ScaleView {
            changed,
            created,
            version,
            calibrations: state.calibrations,
            firm: state.firm,
            name: state.name,
            park: state.park,
            scale: state.scale,
            site: state.site,
        }
    }
}

view! {
    /// A meter.
    pub struct MeterView of Meter {
        calibrations: Vec<Term>,
        /// The billing meter that it checks.
        #[serde(skip_serializing_if = "Option::is_none")]
        check_of: Option<MeterId>,
        /// Of its counter, before the point.
        #[serde(skip_serializing_if = "Option::is_none")]
        digits: Option<u8>,
        firm: FirmId,
        /// Since when it stands in another's place, with its reading then.
        #[serde(skip_serializing_if = "Option::is_none")]
        installed: Option<InstalledView>,
        #[serde(skip_serializing_if = "Option::is_none")]
        medium: Option<Medium>,
        meter: MeterId,
        multiplier: Decimal,
        name: Text,
        park: ParkId,
        /// How it gave way to another.
        #[serde(skip_serializing_if = "Option::is_none")]
        replaced: Option<ReplacedView>,
        site: SiteId,
        unit: Unit,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        MeterView {
            changed,
            created,
            version,
            calibrations: state.calibrations,
            check_of: state.check_of,
            digits: state.digits,
            firm: state.firm,
            installed: state.installed.map(|(at, start)| InstalledView { at, start }),
            medium: state.medium,
            meter: state.meter,
            multiplier: state.multiplier,
            name: state.name,
            park: state.park,
            replaced: state.replaced.map(|Replacement { at, by, end }| ReplacedView {
                at,
                by,
                end,
            }),
            site: state.site,
            unit: state.unit,
        }
    }
}

/// Since when a meter stands in another's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct InstalledView {
    pub at: UtcMillis,
    /// Its first reading.
    pub start: Decimal,
}

/// How a meter gave way to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReplacedView {
    pub at: UtcMillis,
    pub by: MeterId,
    /// Its last reading.
    pub end: Decimal,
}

view! {
    /// A loaded list of codes.
    pub struct CatalogueView of Catalogue {
        catalogue: CatalogueId,
        /// Whether a code that is not in it does not exist.
        complete: bool,
        edition: Edition,
        /// How many codes it has.
        entries: u32,
        scheme: Scheme,
        source: Text,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        CatalogueView {
            changed,
            created,
            version,
            catalogue: state.catalogue,
            complete: state.complete,
            edition: state.edition,
            entries: state.entries,
            scheme: state.scheme,
            source: state.source,
        }
    }
}

view! {
    /// A material that a firm gives away or takes.
    pub struct MaterialView of Material {
        basis: Basis,
        codes: Vec<MaterialCode>,
        dimension: Dimension,
        firm: FirmId,
        #[serde(skip_serializing_if = "Option::is_none")]
        grade: Option<Grade>,
        hazard: HazardClass,
        kind: MaterialKind,
        material: MaterialId,
        name: Text,
        /// Whether none of the loaded lists had its code.
        unknown_code: bool,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        MaterialView {
            changed,
            created,
            version,
            basis: state.basis,
            codes: state.codes,
            dimension: state.dimension,
            firm: state.firm,
            grade: state.grade,
            hazard: state.hazard,
            kind: state.kind,
            material: state.material,
            name: state.name,
            unknown_code: state.unknown_code,
        }
    }
}

/// From a day on, a permit is suspended or back in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SuspensionView {
    pub from: Day,
    /// False: back in force.
    pub suspended: bool,
}
