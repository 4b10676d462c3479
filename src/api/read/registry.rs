//! Reads of parks, firms, sites, permits, materials, scales, meters and lists of codes.

use crate::api::operation::{Operation, Tag};
use crate::api::query::words;
use crate::api::read::collection::{Collection, by_firm_or_park, fits, list_query};
use crate::domain::id::{FirmId, ParkId, SiteId};
use crate::domain::shapes::MaterialKind;
use crate::domain::state::{Catalogue, Firm, Material, Meter, Park, Permit, Scale, Site};
use crate::index::ListOf;
use crate::query::view::{
    CatalogueView, FirmView, MaterialView, MeterView, ParkView, PermitView, ScaleView, SiteView,
};

words! { MaterialKind }

list_query! {
    /// Parks.
    pub struct ParkQuery of Park {}
    of |_query| ListOf::All;
    keep |_query, _state| true;
}

list_query! {
    /// Firms.
    pub struct FirmQuery of Firm {}
    of |_query| ListOf::All;
    keep |_query, _state| true;
}

list_query! {
    /// Sites.
    pub struct SiteQuery of Site {
        /// Of this firm.
        firm: Option<FirmId>,
        /// In this park.
        park: Option<ParkId>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), query.park.as_ref());
    keep |query, state| fits(query.firm.as_ref(), &state.firm)
        && fits(query.park.as_ref(), &state.park);
}

list_query! {
    /// Permits.
    pub struct PermitQuery of Permit {
        /// In this park.
        park: Option<ParkId>,
        /// Of this site.
        site: Option<SiteId>,
    }
    of |query| by_firm_or_park(None, query.park.as_ref());
    keep |query, state| fits(query.site.as_ref(), &state.site)
        && fits(query.park.as_ref(), &state.park);
}

list_query! {
    /// Materials.
    pub struct MaterialQuery of Material {
        /// Of this firm.
        firm: Option<FirmId>,
        /// Of this kind.
        kind: Option<MaterialKind>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), None);
    keep |query, state| fits(query.firm.as_ref(), &state.firm)
        && fits(query.kind.as_ref(), &state.kind);
}

list_query! {
    /// Scales.
    pub struct ScaleQuery of Scale {
        /// Of this firm.
        firm: Option<FirmId>,
        /// In this park.
        park: Option<ParkId>,
        /// Of this site.
        site: Option<SiteId>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), query.park.as_ref());
    keep |query, state| fits(query.firm.as_ref(), &state.firm)
        && fits(query.park.as_ref(), &state.park)
        && fits(query.site.as_ref(), &state.site);
}

list_query! {
    /// Meters.
    pub struct MeterQuery of Meter {
        /// Of this firm.
        firm: Option<FirmId>,
        /// In this park.
        park: Option<ParkId>,
        /// Of this site.
        site: Option<SiteId>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), query.park.as_ref());
    keep |query, state| fits(query.firm.as_ref(), &state.firm)
        && fits(query.park.as_ref(), &state.park)
        && fits(query.site.as_ref(), &state.site);
}

list_query! {
    /// Lists of codes.
    pub struct CatalogueQuery of Catalogue {}
    of |_query| ListOf::All;
    keep |_query, _state| true;
}

const OWN: &str = "Whom it concerns may see it: its firm, and the administration, verifiers and \
    regulators of its park.";
const ANY: &str = "Whoever has an access key may see it.";

pub fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    let registry = |path, one, list_id, get_id, what, says: [&'static str; 3], public| {
        let [lists, reads, who] = says;
        let (list_says, get_says) = ((lists, who), (reads, who));
        let tag = Tag::Registry;
        Collection { tag, path, one, list_id, get_id, what, list_says, get_says, public }
    };
    operations.extend(
        registry(
            "/api/v1/parks",
            "/api/v1/parks/{park}",
            "list_parks",
            "get_park",
            "park",
            ["Lists parks.", "Shows a park.", "Anyone may."],
            true,
        )
        .operations::<ParkView, ParkQuery>(),
    );
    operations.extend(
        registry(
            "/api/v1/firms",
            "/api/v1/firms/{firm}",
            "list_firms",
            "get_firm",
            "firm",
            ["Lists firms.", "Shows a firm.", ANY],
            false,
        )
        .operations::<FirmView, FirmQuery>(),
    );
    operations.extend(
        registry(
            "/api/v1/sites",
            "/api/v1/sites/{site}",
            "list_sites",
            "get_site",
            "site",
            ["Lists sites.", "Shows a site.", ANY],
            false,
        )
        .operations::<SiteView, SiteQuery>(),
    );
    operations.extend(
        registry(
            "/api/v1/permits",
            "/api/v1/permits/{permit}",
            "list_permits",
            "get_permit",
            "permit",
            ["Lists permits.", "Shows a permit.", OWN],
            false,
        )
        .operations::<PermitView, PermitQuery>(),
    );
    operations.extend(
        registry(
            "/api/v1/materials",
            "/api/v1/materials/{material}",
            "list_materials",
            "get_material",
            "material",
            ["Lists materials.", "Shows a material.", ANY],
            false,
        )
        .operations::<MaterialView, MaterialQuery>(),
    );
    operations.extend(
        registry(
            "/api/v1/scales",
            "/api/v1/scales/{scale}",
            "list_scales",
            "get_scale",
            "scale",
            ["Lists weighbridges and belt scales.", "Shows a scale.", OWN],
            false,
        )
        .operations::<ScaleView, ScaleQuery>(),
    );
    operations.extend(
        registry(
            "/api/v1/meters",
            "/api/v1/meters/{meter}",
            "list_meters",
            "get_meter",
            "meter",
            ["Lists meters.", "Shows a meter.", OWN],
            false,
        )
        .operations::<MeterView, MeterQuery>(),
    );
    operations.extend(
        registry(
            "/api/v1/catalogues",
            "/api/v1/catalogues/{catalogue}",
            "list_catalogues",
            "get_catalogue",
            "catalogue",
            ["Lists the loaded lists of codes.", "Shows a list of codes.", ANY],
            false,
        )
        .operations::<CatalogueView, CatalogueQuery>(),
    );
    operations
}
