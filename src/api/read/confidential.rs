//! Confidential values, for the parties of what they are of.

use crate::api::call::{Call, Reply, ok};
use crate::api::operation::{Operation, Tag};
use crate::domain::state::{Contract, Delivery, Lot};
use crate::query::answer::QueryError;
use crate::query::listed::Listed;
use crate::query::record::{Disclosed, Records};
use crate::query::rows::Rows;

pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get(
            "/api/v1/contracts/{contract}/confidential",
            "get_contract_confidential",
            Tag::Contracts,
        )
        .says(
            "Shows a contract's confidential values.",
            "The sealed members of a contract (its price amounts and formulas) with their salts, \
             to its parties only. With the salt anyone can check that the value is the one \
             committed to in the log.",
        )
        .answers::<Disclosed>("The values.")
        .to(|call| confidential::<Contract>(call, "contract")),
        Operation::get(
            "/api/v1/deliveries/{delivery}/confidential",
            "get_delivery_confidential",
            Tag::Deliveries,
        )
        .says(
            "Shows a delivery's confidential values.",
            "Its plates and driver with their salts, to its parties only.",
        )
        .answers::<Disclosed>("The values.")
        .to(|call| confidential::<Delivery>(call, "delivery")),
        Operation::get("/api/v1/lots/{lot}/confidential", "get_lot_confidential", Tag::Stock)
            .says(
                "Shows a lot's confidential values.",
                "Its composition with its salt, to its firm only.",
            )
            .answers::<Disclosed>("The values.")
            .to(|call| confidential::<Lot>(call, "lot")),
    ]
}

async fn confidential<A: Listed + HasRecords>(call: Call, place: &'static str) -> Reply {
    let ledger = &call.api.ledger;
    let id = call.text_segment(place);
    let records = Records { log: ledger.log(), index: ledger.index(), who: call.who.as_ref() };
    let rows = Rows { index: ledger.index(), size: ledger.size(), who: call.who.as_ref() };
    let found = rows.stored::<A>(id).ok_or(QueryError::NotFound(place))?;
    let parties = records.parties::<A>(id).ok_or(QueryError::NotFound(place))?;
    let positions = found.state.records(found.created);
    ok(&records.disclosed(ledger.sealed(), &parties, &positions)?)
}

/// Where the confidential members of a thing may stand.
trait HasRecords {
    fn records(&self, created: u64) -> Vec<u64>;
}

impl HasRecords for Contract {
    /// Prices stand in its proposal.
    fn records(&self, created: u64) -> Vec<u64> {
        vec![created]
    }
}

impl HasRecords for Lot {
    /// The composition stands in the record that made it.
    fn records(&self, created: u64) -> Vec<u64> {
        vec![created]
    }
}

impl HasRecords for Delivery {
    fn records(&self, _created: u64) -> Vec<u64> {
        self.records.clone()
    }
}
