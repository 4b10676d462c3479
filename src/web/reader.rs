//! What pages read with: the rows and records, as far as whoever asks may see them.

use crate::api::Problem;
use crate::domain::access::{Principal, Role};
use crate::domain::event::Side;
use crate::domain::id::{FirmId, ParkId};
use crate::domain::shapes::Party;
use crate::domain::state::Park;
use crate::domain::states::States as _;
use crate::domain::time::Zone;
use crate::ledger::Ledger;
use crate::query::record::{RecordView, Records};
use crate::query::rows::Rows;
use crate::record::{Decoded, Head};
use crate::web::messages::{Lang, Messages};
use crate::web::names::Names;

/// For one request.
pub struct Reader {
    pub ledger: Ledger,
    pub who: Option<Principal>,
    pub lang: Lang,
}

/// A record as far as it may be seen.
pub struct Seen {
    pub view: RecordView,
    pub head: Option<Head>,
    /// Where BODY may be seen.
    pub decoded: Option<Decoded>,
}

impl Reader {
    pub fn t(&self) -> &'static Messages {
        self.lang.messages()
    }

    pub fn rows(&self) -> Rows<'_> {
        let (index, size) = (self.ledger.index(), self.ledger.size());
        Rows { index, size, who: self.who.as_ref() }
    }

    pub fn records(&self) -> Records<'_> {
        Records { log: self.ledger.log(), index: self.ledger.index(), who: self.who.as_ref() }
    }

    pub fn names(&self) -> Names<'_> {
        Names { index: self.ledger.index(), who: self.who.as_ref() }
    }

    /// The zone whose clock and days a park has.
    pub fn zone(&self, park: &ParkId) -> Option<Zone> {
        self.ledger.index().find::<Park>(park.as_str()).map(|park| park.state.zone)
    }

    /// The firm whose desk reads.
    pub fn own_firm(&self) -> Option<&FirmId> {
        self.who.as_ref().filter(|who| who.role == Role::Firm)?.firm.as_ref()
    }

    /// On which side that firm is.
    pub fn side_of(&self, supplier: &Party, receiver: &Party) -> Option<Side> {
        let own = self.own_firm()?;
        let sides = [(Side::Supplier, supplier), (Side::Receiver, receiver)];
        sides.into_iter().find(|(_, party)| party.firm == *own).map(|(side, _)| side)
    }

    pub fn record(&self, position: u64) -> Result<Seen, Problem> {
        let view = self.records().one(position)?;
        let decoded = self.records().decoded(&view)?;
        let head = match (&decoded, &view.head) {
            (Some(decoded), _) => Some(decoded.head.clone()),
            (None, Some(text)) => serde_json::from_str(text).ok(),
            (None, None) => None,
        };
        Ok(Seen { view, head, decoded })
    }
}
