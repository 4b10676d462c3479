//! Reads of contracts.

use crate::api::call::{self, Call, Reply};
use crate::api::operation::{Operation, Tag};
use crate::api::query::{query, words};
use crate::api::read::collection::{Collection, by_firm_or_park, fits, list_query};
use crate::api::read::reach;
use crate::domain::command::ContractKind;
use crate::domain::id::{FirmId, ParkId};
use crate::domain::state::{Contract, ContractStage};
use crate::domain::time::Month;
use crate::query::answer::Answer;
use crate::query::rows::Rows;
use crate::query::sheet::{self, MeteredSheet};
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
    let mut operations: Vec<Operation> =
        contracts.operations::<ContractView, ContractQuery>().into();
    operations.push(
        Operation::get(
            "/api/v1/contracts/{contract}/metered-sheet",
            "get_metered_sheet",
            Tag::Contracts,
        )
        .says(
            "Shows the joint sheet of a contract's meters for a month.",
            "The metered periods that ended in the month with readings, check readings and \
             nonconformities, adjustments, and totals by line and method. Whoever may see the \
             contract may see it; a park's administration without readings.",
        )
        .query::<SheetQuery>()
        .answers_with::<Answer<MeteredSheet>, MeteredSheet>("The sheet.")
        .to(metered_sheet),
    );
    operations
}

query! {
    /// Which month of a contract's meters.
    struct SheetQuery {
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// The month in which the periods ended at the receiver's site.
        month: Month,
    }
}

async fn metered_sheet(call: Call) -> Reply {
    let SheetQuery { at_least, month } = call.query()?;
    reach(&call, at_least).await?;
    let contract = call.text_segment("contract").to_owned();
    let (ledger, who) = (call.api.ledger.clone(), call.who);
    // A month of a busy contract is many rows and records.
    let answer = call::read(move || {
        let rows = Rows { index: ledger.index(), size: ledger.size(), who: who.as_ref() };
        Ok(sheet::metered_sheet(&rows, ledger.log(), &contract, month)?)
    });
    call::ok(&answer.await?)
}
