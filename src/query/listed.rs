//! Whom each kind of row concerns, and so who may see it.

use crate::domain::id::{FirmId, ParkId};
use crate::domain::method::Item;
use crate::domain::state::{
    AttachedEvidence, Catalogue, Claim, Contract, Delivery, Facility, Firm, Key, Listing, Lot,
    MassBalance, Material, Meter, Park, Participation, Period, PeriodReturn, Permit,
    PublishedFactors, PublishedMethod, Scale, Site, Statement, StockAccount,
};
use crate::domain::states::{Aggregate, States};
use crate::query::see::{Concern, Sight};

/// An aggregate that answers show.
pub trait Listed: Aggregate {
    /// Of its list, in cursors.
    const NAME: &'static str;
    /// Whether a firm's desk sees those only that stand in its own list.
    const OWN_ONLY: bool;

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
    ($($state:ident $name:literal $own:literal |$self:ident, $states:ident| $sight:expr;)+) => {$(
        impl Listed for $state {
            const NAME: &'static str = $name;
            const OWN_ONLY: bool = $own;

            fn sight<S: States>(&self, $states: &S) -> Sight {
                let $self = self;
                $sight
            }
        }
    )+};
}

listed! {
    Park "parks" false |_state, _states| Sight::Public;
    Firm "firms" false |_state, _states| Sight::Directory;
    Site "sites" false |_state, _states| Sight::Directory;
    Material "materials" false |_state, _states| Sight::Directory;
    Catalogue "catalogues" false |_state, _states| Sight::Directory;
    Listing "listings" false |_state, _states| Sight::Listings;
    // A link is the firm's that asks by it, not the partner's.
    Key "keys" true |state, _states| {
        let asks = state.link.as_ref().map(|link| link.issued_by.clone());
        Sight::Key(asks.or_else(|| state.firm.clone()))
    };
    Scale "scales" true |state, _states| Sight::Rows(concern([&state.firm], [&state.park]));
    Meter "meters" true |state, _states| Sight::Rows(concern([&state.firm], [&state.park]));
    Permit "permits" false |state, states| {
        let site = states.find::<Site>(state.site.as_str());
        Sight::Rows(concern(site.iter().map(|site| &site.state.firm), [&state.park]))
    };
    Contract "contracts" true |state, _states| {
        let sides = [&state.supplier, &state.receiver];
        Sight::Rows(concern(sides.map(|side| &side.firm), sides.map(|side| &side.park)))
    };
    Delivery "deliveries" true |state, _states| {
        let sides = [&state.exchange.supplier, &state.exchange.receiver];
        Sight::Rows(concern(sides.map(|side| &side.firm), sides.map(|side| &side.park)))
    };
    PeriodReturn "returns" true |state, _states| Sight::Rows(concern([&state.firm], [&state.park]));
    StockAccount "stock" true |state, _states| Sight::Rows(concern([&state.firm], [&state.park]));
    PublishedMethod "methods" false |_state, _states| Sight::Public;
    Item "items" false |_state, _states| Sight::Public;
    Statement "statements" true |state, _states| Sight::Rows(concern(&state.firm, [&state.park]));
    Claim "claims" true |state, _states| Sight::Rows(concern(&state.firms, &state.parks));
    MassBalance "mass_balances" true |state, _states| {
        Sight::Rows(concern([&state.firm], [&state.park]))
    };
    Participation "participations" false |state, _states| {
        Sight::Procedure(vec![state.park.clone()])
    };
    Lot "lots" true |state, _states| Sight::Rows(concern([&state.firm], [&state.park]));
    Facility "facilities" false |_state, _states| Sight::Directory;
    PublishedFactors "factors" false |_state, _states| Sight::Public;
    Period "periods" false |_state, _states| Sight::Public;
    AttachedEvidence "evidence" false |state, _states| {
        Sight::Evidence(concern(&state.firms, &state.parks), state.by.clone())
    };
}
