//! Reads of a settlement window: its sheet, and the amounts of its invoices.

use crate::api::call::{self, Call, Reply, ok};
use crate::api::operation::{Operation, Tag};
use crate::api::query::query;
use crate::api::read::reach;
use crate::api::table::{ListFormat, asked, export};
use crate::domain::state::Contract;
use crate::domain::time::Month;
use crate::query::answer::QueryError;
use crate::query::reconciliation::{self, SheetRow, SheetView};
use crate::query::record::{Disclosed, Records};
use crate::query::rows::Rows;

query! {
    /// The query of a sheet.
    pub struct SheetQuery {
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        #[param(minimum = 0)]
        at_least: Option<u64>,
        /// `json` (the default) answers all of it; `csv` and `xlsx` answer its rows, as Accept
        /// does.
        #[param(inline)]
        format: Option<ListFormat>,
    }
}

pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/api/v1/contracts/{contract}/sheets/{month}", "get_sheet", Tag::Contracts)
            .says(
                "Shows the reconciliation sheet of a settlement window.",
                "Every delivery that is booked in the window, both weights side by side, what was \
             accepted and is settled; the sums of each line, as `sign_sheet` takes them; who has \
             signed which numbers. Drawn up from the present rows; a window is named by the month \
             in which it ends.",
            )
            .query::<SheetQuery>()
            .answers::<SheetView>("The sheet as it is now.")
            .tables()
            .to(read),
        Operation::get(
            "/api/v1/contracts/{contract}/sheets/{month}/confidential",
            "get_sheet_confidential",
            Tag::Contracts,
        )
        .says(
            "Shows the amounts of a window's invoices and payments.",
            "The sealed members with their salts, to the contract's parties only.",
        )
        .answers::<Disclosed>("The values.")
        .to(confidential),
    ]
}

async fn read(call: Call) -> Reply {
    let query: SheetQuery = call.query()?;
    reach(&call, query.at_least).await?;
    let month: Month = call.segment("month")?;
    let contract = call.text_segment("contract").to_owned();
    let format = asked(&call, query.format);
    let (ledger, who) = (call.api.ledger.clone(), call.who);
    let drawn = call::read(move || {
        let (log, index, who) = (ledger.log(), ledger.index(), who.as_ref());
        let rows = Rows { index, size: ledger.size(), who };
        Ok(reconciliation::sheet(&rows, &Records { log, index, who }, &contract, month)?)
    });
    let drawn = drawn.await?;
    let Some(format) = format else { return ok(&drawn) };
    let mut rows: Option<Vec<SheetRow>> =
        Some(drawn.lines.into_iter().flat_map(|line| line.rows).collect());
    export::<SheetRow, _>(format, "sheet", move |_| Ok((rows.take().unwrap_or_default(), None)))
        .await
}

async fn confidential(call: Call) -> Reply {
    let ledger = &call.api.ledger;
    let (log, index, who) = (ledger.log(), ledger.index(), call.who.as_ref());
    let id = call.text_segment("contract");
    let month: Month = call.segment("month")?;
    let rows = Rows { index, size: ledger.size(), who };
    let records = Records { log, index, who };
    let found = rows.stored::<Contract>(id).ok_or(QueryError::NotFound("contract"))?;
    let parties = records.parties::<Contract>(id).ok_or(QueryError::NotFound("contract"))?;
    let positions = reconciliation::money_records(&rows, &found.state, month);
    ok(&records.disclosed(ledger.sealed(), &parties, &positions)?)
}
