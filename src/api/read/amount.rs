//! What is due for a settlement window by the contract's prices.

use crate::api::Problem;
use crate::api::call::{self, Call, Reply, ok};
use crate::api::operation::{Operation, Tag};
use crate::domain::command::malformed;
use crate::domain::price::Given;
use crate::domain::time::Month;
use crate::query::amount::{AmountError, AmountView, window_amount};
use crate::query::record::Records;
use crate::query::rows::Rows;
use crate::record::canonical::canonical;

/// The most bytes of assays and index values.
const LIMIT: usize = 1 << 20;

pub fn operation() -> Operation {
    let operation = Operation::post(
        "/api/v1/contracts/{contract}/sheets/{month}/amount",
        "compute_sheet_amount",
        Tag::Contracts,
    )
    .says(
        "Computes what is due for a settlement window.",
        "Every delivery of the sheet at the contract's price: base, quality adjustments and index, \
         and what is due for less than the minimum, as exact fractions; only the totals are \
         rounded. The body states what the formula needs: properties of a delivery, of a line or \
         of all (the closest counts), and index values; `{}` where the prices are plain. To the \
         contract's parties only. It writes nothing: a total is a proposal for `record_invoice`. \
         Adjustments of metered periods are not in it, as they are not in the sheet's sums.",
    );
    let (operation, mut given) = operation.content::<Given>();
    given.example = Some(serde_json::json!({
        "assays": [{"delivery": "dlv_1", "property": "moisture_percent", "value": "10.5"}],
        "indexes": [{"index": "coal 5500 kcal", "value": "612"}],
    }));
    operation
        .body("Assays and index values.", vec![("application/json", given)])
        .answers::<AmountView>("What is due.")
        .to(compute)
}

async fn compute(mut call: Call) -> Reply {
    let bytes = call.body(&["application/json"], LIMIT).await?;
    let given = read(&bytes)?;
    let month: Month = call.segment("month")?;
    let contract = call.text_segment("contract").to_owned();
    let (ledger, who) = (call.api.ledger.clone(), call.who);
    let due = call::read(move || {
        let (log, index, who) = (ledger.log(), ledger.index(), who.as_ref());
        let rows = Rows { index, size: ledger.size(), who };
        let records = Records { log, index, who };
        Ok(window_amount(&rows, &records, ledger.sealed(), (&contract, month), &given)?)
    });
    ok(&due.await?)
}

fn read(bytes: &[u8]) -> Result<Given, Problem> {
    let text = canonical(bytes)?;
    let mut reader = serde_json::Deserializer::from_slice(&text);
    let given = serde_path_to_error::deserialize::<_, Given>(&mut reader);
    given.map_err(|error| Problem::from(malformed("", &error)))
}

impl From<AmountError> for Problem {
    fn from(error: AmountError) -> Problem {
        match error {
            AmountError::Query(error) => error.into(),
            AmountError::Refused(refusal) => Problem::refused(refusal, |_| false),
        }
    }
}
