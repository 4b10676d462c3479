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

/// Who may see it, and whether that is anyone.
type Who = (&'static str, bool);

const ALL: Who = ("Anyone may see it.", true);
const ANY: Who = ("Whoever has an access key that reads may see it.", false);
const OWN: Who = (
    "Whom it concerns may see it: its firm, and the administration, verifiers and regulators of \
     its park.",
    false,
);

/// Both reads of each kind: who may, the address's plural and singular, the view, the query, what
/// the list and the single thing are called.
macro_rules! registry {
    ($(
        $who:ident $plural:literal $one:literal $view:ty, $query:ty, $things:literal $thing:literal;
    )+) => {
        pub fn operations() -> Vec<Operation> {
            let mut operations = Vec::new();
            $(operations.extend(
                Collection {
                    tag: Tag::Registry,
                    path: concat!("/api/v1/", $plural),
                    one: concat!("/api/v1/", $plural, "/{", $one, "}"),
                    list_id: concat!("list_", $plural),
                    get_id: concat!("get_", $one),
                    what: $one,
                    list_says: (concat!("Lists ", $things, "."), $who.0),
                    get_says: (concat!("Shows ", $thing, "."), $who.0),
                    public: $who.1,
                }
                .operations::<$view, $query>(),
            );)+
            operations
        }
    };
}

registry! {
    ALL "parks" "park" ParkView, ParkQuery, "parks" "a park";
    ANY "firms" "firm" FirmView, FirmQuery, "firms" "a firm";
    ANY "sites" "site" SiteView, SiteQuery, "sites" "a site";
    OWN "permits" "permit" PermitView, PermitQuery, "permits" "a permit";
    ANY "materials" "material" MaterialView, MaterialQuery, "materials" "a material";
    OWN "scales" "scale" ScaleView, ScaleQuery, "weighbridges and belt scales" "a scale";
    OWN "meters" "meter" MeterView, MeterQuery, "meters" "a meter";
    ANY "catalogues" "catalogue" CatalogueView, CatalogueQuery,
        "the loaded lists of codes" "a list of codes";
}
