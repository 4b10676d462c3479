//! Reads of deliveries.

use crate::api::operation::{Operation, Tag};
use crate::api::query::words;
use crate::api::read::collection::{Collection, by_firm_or_park, fits, list_query};
use crate::domain::id::{ContractId, FirmId, MaterialId, ParkId};
use crate::domain::state::{Delivery, DeliveryMode, DeliveryStage};
use crate::index::ListOf;
use crate::query::view::DeliveryView;

words! { DeliveryMode, DeliveryStage }

list_query! {
    /// Deliveries.
    pub struct DeliveryQuery of Delivery {
        /// Of this contract.
        contract: Option<ContractId>,
        /// With this firm on either side.
        firm: Option<FirmId>,
        /// Of this material.
        material: Option<MaterialId>,
        /// Loads or metered periods.
        mode: Option<DeliveryMode>,
        /// With a site of this park on either side.
        park: Option<ParkId>,
        /// How far it has come.
        stage: Option<DeliveryStage>,
    }
    of |query| match &query.contract {
        Some(contract) => ListOf::Contract(contract.as_str().to_owned()),
        None => by_firm_or_park(query.firm.as_ref(), query.park.as_ref()),
    };
    keep |query, state| {
        let sides = [&state.exchange.supplier, &state.exchange.receiver];
        query.firm.as_ref().is_none_or(|firm| sides.iter().any(|side| side.firm == *firm))
            && query.park.as_ref().is_none_or(|park| sides.iter().any(|side| side.park == *park))
            && fits(query.contract.as_ref(), &state.exchange.contract)
            && fits(query.material.as_ref(), &state.exchange.material.material)
            && fits(query.mode.as_ref(), &state.mode)
            && fits(query.stage.as_ref(), &state.stage())
    };
}

const WHO: &str = "Its two firms may see it, and the administration, verifiers and regulators of \
    their parks.";

pub fn operations() -> Vec<Operation> {
    let deliveries = Collection {
        tag: Tag::Deliveries,
        path: "/api/v1/deliveries",
        one: "/api/v1/deliveries/{delivery}",
        list_id: "list_deliveries",
        get_id: "get_delivery",
        what: "delivery",
        list_says: ("Lists deliveries.", WHO),
        get_says: ("Shows a delivery.", WHO),
        public: false,
    };
    deliveries.operations::<DeliveryView, DeliveryQuery>().into()
}
