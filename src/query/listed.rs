//! Whom each kind of row concerns, and so who may see it.

use crate::domain::id::{FirmId, ParkId};
use crate::domain::state::{
    Catalogue, Contract, Delivery, Firm, Key, Listing, Material, Meter, Park, Period, PeriodReturn,
    Permit, Scale, Site,
};
use crate::domain::states::{Aggregate, States};
use crate::query::see::{Concern, Sight};

/// An aggregate that answers show.
pub trait Listed: Aggregate {
    /// Of its list, in cursors.
    const NAME: &'static str;

    /// What one wants to see who wants to see it.
    fn sight<S: States>(&self, states: &S) -> Sight;
}

/// Firms and parks, each as often as it comes.
fn concern<'a>(
    firms: impl IntoIterator<Item = &'a FirmId>,
    parks: impl IntoIterator<Item = &'a ParkId>,
) -> Concern {
    Concern {
        firms: firms.into_iter().cloned().collect(),
        parks: parks.into_iter().cloned().collect(),
    }
}

macro_rules! listed {
    ($($state:ident $name:literal |$self:ident, $states:ident| $sight:expr;)+) => {$(
        impl Listed for $state {
            const NAME: &'static str = $name;

            fn sight<S: States>(&self, $states: &S) -> Sight {
                let $self = self;
                $sight
            }
        }
    )+};
}

listed! {
    Park "parks" |_state, _states| Sight::Parks;
    Firm "firms" |_state, _states| Sight::Directory;
    Site "sites" |_state, _states| Sight::Directory;
    Material "materials" |_state, _states| Sight::Directory;
    Catalogue "catalogues" |_state, _states| Sight::Directory;
    Listing "listings" |_state, _states| Sight::Listings;
    Key "keys" |state, _states| Sight::Key(state.firm.clone());
    Scale "scales" |state, _states| Sight::Rows(concern([&state.firm], [&state.park]));
    Meter "meters" |state, _states| Sight::Rows(concern([&state.firm], [&state.park]));
    Permit "permits" |state, states| {
        let site = states.find::<Site>(state.site.as_str());
        Sight::Rows(concern(site.iter().map(|site| &site.state.firm), [&state.park]))
    };
    Contract "contracts" |state, _states| {
        let sides = [&state.supplier, &state.receiver];
        Sight::Rows(concern(sides.map(|side| &side.firm), sides.map(|side| &side.park)))
    };
    Delivery "deliveries" |state, _states| {
        let sides = [&state.exchange.supplier, &state.exchange.receiver];
        Sight::Rows(concern(sides.map(|side| &side.firm), sides.map(|side| &side.park)))
    };
    PeriodReturn "returns" |state, _states| Sight::Rows(concern([&state.firm], [&state.park]));
    Period "periods" |_state, _states| Sight::Directory;
}
