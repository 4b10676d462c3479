//! What things are called, for whoever may read the registers; for others their ids.

use crate::domain::access::Principal;
use crate::domain::id::{FirmId, MaterialId, ParkId, SiteId};
use crate::domain::state::{Firm, Material, Park, Site};
use crate::domain::states::{Aggregate, States as _};
use crate::index::Index;
use crate::query::see::{Sight, may};

/// For one request.
pub struct Names<'a> {
    pub index: &'a Index,
    pub who: Option<&'a Principal>,
}

impl Names<'_> {
    pub fn firm(&self, id: &FirmId) -> String {
        self.named::<Firm>(id.as_str(), |firm| firm.name.as_str())
    }

    pub fn site(&self, id: &SiteId) -> String {
        self.named::<Site>(id.as_str(), |site| site.name.as_str())
    }

    pub fn material(&self, id: &MaterialId) -> String {
        self.named::<Material>(id.as_str(), |material| material.name.as_str())
    }

    /// Anyone may know.
    pub fn park(&self, id: &ParkId) -> String {
        let park = self.index.find::<Park>(id.as_str());
        park.map_or_else(|| id.to_string(), |park| park.state.name.to_string())
    }

    fn named<A: Aggregate>(&self, id: &str, name: impl Fn(&A) -> &str) -> String {
        if !may(self.who, &Sight::Directory) {
            return id.to_owned();
        }
        let found = self.index.find::<A>(id);
        found.map_or_else(|| id.to_owned(), |stored| name(&stored.state).to_owned())
    }
}
