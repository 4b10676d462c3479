//! Reads of contracts.

use crate::api::operation::{Operation, Tag};
use crate::api::query::words;
use crate::api::read::collection::{Collection, by_firm_or_park, fits, list_query};
use crate::domain::command::ContractKind;
use crate::domain::id::{FirmId, ParkId};
use crate::domain::state::{Contract, ContractStage};
use crate::query::view::ContractView;

words! { ContractKind, ContractStage }

list_query! {
    /// Contracts.
    pub struct ContractQuery of Contract {
        /// With this firm on either side.
        firm: Option<FirmId>,
        /// Spot, framework or recurring.
        kind: Option<ContractKind>,
        /// With a site of this park on either side.
        park: Option<ParkId>,
        /// How far it has come.
        stage: Option<ContractStage>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), query.park.as_ref());
    keep |query, state| {
        let sides = [&state.supplier, &state.receiver];
        query.firm.as_ref().is_none_or(|firm| sides.iter().any(|side| side.firm == *firm))
            && query.park.as_ref().is_none_or(|park| sides.iter().any(|side| side.park == *park))
            && fits(query.kind.as_ref(), &state.kind)
            && fits(query.stage.as_ref(), &state.stage)
    };
}

const WHO: &str = "Its two firms may see it, and the administration, verifiers and regulators of \
    their parks. Amounts of prices are not in it: see `…/confidential`.";

pub fn operations() -> Vec<Operation> {
    let contracts = Collection {
        tag: Tag::Contracts,
        path: "/api/v1/contracts",
        one: "/api/v1/contracts/{contract}",
        list_id: "list_contracts",
        get_id: "get_contract",
        what: "contract",
        list_says: ("Lists contracts.", WHO),
        get_says: ("Shows a contract with the balance of its lines.", WHO),
        public: false,
    };
    contracts.operations::<ContractView, ContractQuery>().into()
}
