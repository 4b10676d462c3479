//! Who may see what: where answers meet the one function that decides it.

use crate::domain::access::{Action, Principal, authorize};
use crate::domain::actor::Actor;
use crate::domain::id::{FirmId, ParkId, SiteId};

/// The firms that have part in something, and its parks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concern {
    pub firms: Vec<FirmId>,
    pub parks: Vec<ParkId>,
}

/// What somebody wants to see.
#[derive(Clone, Debug)]
pub enum Sight {
    /// Names of parks, and which of their months are closed; anyone may.
    Public,
    /// Firms, sites, materials, lists of codes: whoever reads at all.
    Directory,
    /// What is offered and sought.
    Listings,
    /// Rows of what these firms do in these parks.
    Rows(Concern),
    /// A park's figures up to now, and the facts behind them.
    Figures(ParkId),
    /// A document about what these firms do in these parks, and who brought it.
    Evidence(Concern, Actor),
    /// Confidential values of these parties.
    Sealed(Vec<FirmId>),
    /// What there is to weigh at that firm's site.
    ToWeigh(FirmId, SiteId),
    /// A park's procedure in a programme.
    Procedure(Vec<ParkId>),
    /// An access key, of a firm or of none.
    Key(Option<FirmId>),
}

/// Whether it may be seen.
pub fn may(who: Option<&Principal>, sight: &Sight) -> bool {
    let action = match sight {
        Sight::Public => return true,
        Sight::Directory => Action::ReadRegistry,
        Sight::Listings => Action::ReadListing,
        Sight::Rows(Concern { firms, parks }) => Action::ReadAggregate { parks, firms },
        Sight::Figures(park) => Action::ReadStatistics { park, closed: false },
        Sight::Evidence(Concern { firms, parks }, by) => {
            Action::ReadEvidence { parks, firms, by: Some(by) }
        }
        Sight::Procedure(parks) => Action::ReadBody { parks, firms: &[] },
        Sight::Sealed(firms) => Action::ReadSealed { firms },
        Sight::ToWeigh(firm, site) => Action::ReadToWeigh { firm, site },
        Sight::Key(firm) => Action::ReadKey { firm: firm.as_ref() },
    };
    authorize(who, &action).is_ok()
}
