//! Reads of stock accounts and their movements.

use crate::api::call::{self, Call, Reply};
use crate::api::operation::{Operation, Tag};
use crate::api::query::{Limit, Word, query};
use crate::api::read::collection::{
    Collection, OneQuery, by_firm_or_park, fits, list_query, whole,
};
use crate::api::read::reach;
use crate::api::table::{ListFormat, asked, export};
use crate::domain::id::{FirmId, LotId, MaterialId, ParkId, SiteId};
use crate::domain::state::{StockAccount, account_id};
use crate::domain::time::Day;
use crate::query::answer::{Answer, Page};
use crate::query::rows::{self, Rows};
use crate::query::stock::{EntriesOf, entries};
use crate::query::view::{StockEntryView, StockView};

list_query! {
    /// Stock accounts.
    pub struct StockQuery of StockAccount {
        /// Of this firm.
        firm: Option<FirmId>,
        /// Of this material.
        material: Option<MaterialId>,
        /// In this park.
        park: Option<ParkId>,
        /// At this site.
        site: Option<SiteId>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), query.park.as_ref());
    keep |query, state| fits(query.firm.as_ref(), &state.firm)
        && fits(query.material.as_ref(), &state.material.material)
        && fits(query.park.as_ref(), &state.park)
        && fits(query.site.as_ref(), &state.site);
}

query! {
    /// Movements of a stock account.
    pub struct EntryQuery {
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        #[param(minimum = 0)]
        at_least: Option<u64>,
        /// `next_cursor` of the page before, with the same filters.
        #[param(value_type = Option<String>, max_length = 100)]
        cursor: Option<Word>,
        /// `json` (the default) answers a page; `csv` and `xlsx` answer the whole list, as Accept
        /// does.
        #[param(inline)]
        format: Option<ListFormat>,
        /// The first day.
        from: Option<Day>,
        /// The most items to answer; 50 if absent.
        #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
        limit: Option<Limit>,
        /// Of this lot.
        lot: Option<LotId>,
        /// The last day, included.
        to: Option<Day>,
    }
}

const WHO: &str = "Its firm may see it, and the administration, verifiers and regulators of its \
    park. Only what a firm has opened an account of is here.";

pub fn operations() -> Vec<Operation> {
    let accounts = Collection {
        tag: Tag::Stock,
        path: "/api/v1/stock",
        one: "/api/v1/stock/{site}/{material}",
        list_id: "list_stock",
        get_id: "get_stock",
        what: "material",
        list_says: ("Lists stock accounts.", WHO),
        get_says: ("Shows what lies of a material at a site.", WHO),
        public: false,
    };
    let one = Operation::get(accounts.one, accounts.get_id, Tag::Stock)
        .says(accounts.get_says.0, accounts.get_says.1)
        .query::<OneQuery>()
        .answers_with::<Answer<StockView>, StockView>("Its present state.")
        .to(read);
    // An account's address has two places, which the usual read does not know.
    let [list, _] = accounts.operations::<StockView, StockQuery>();
    let movements = Operation::get(
        "/api/v1/stock/{site}/{material}/entries",
        "list_stock_entries",
        Tag::Stock,
    )
    .says(
        "Lists the movements of a stock account.",
        "Every movement with its cause, its day, what was on hand with it, and its record, in the \
         order in which they were recorded. Whoever sees the account may see them.",
    )
    .query::<EntryQuery>()
    .answers_with::<Page<StockEntryView>, StockEntryView>("A page of the list.")
    .tables()
    .to(list_entries);
    vec![list, one, movements]
}

async fn read(call: Call) -> Reply {
    let (site, material): (SiteId, MaterialId) = (call.segment("site")?, call.segment("material")?);
    let query: OneQuery = call.query()?;
    reach(&call, query.at_least).await?;
    let ledger = &call.api.ledger;
    let rows = Rows { index: ledger.index(), size: ledger.size(), who: call.who.as_ref() };
    call::ok(&rows.one::<StockView>(&account_id(&site, &material), "stock")?)
}

async fn list_entries(call: Call) -> Reply {
    let (site, material) = (call.segment("site")?, call.segment("material")?);
    let EntryQuery { at_least, cursor, format, from, limit, lot, to } = call.query()?;
    reach(&call, at_least).await?;
    let format = asked(&call, format);
    let is_part = cursor.is_some() || limit.is_some();
    let of = EntriesOf {
        site,
        material,
        from: from.unwrap_or(Day::MIN),
        to: to.unwrap_or(Day::MAX),
        lot,
        cursor: cursor.map(|word| word.0),
        limit: Some(rows::limit(limit.map(|limit| limit.0))),
    };
    let (ledger, who) = (call.api.ledger.clone(), call.who);
    let page = move |of: &EntriesOf| {
        let rows = Rows { index: ledger.index(), size: ledger.size(), who: who.as_ref() };
        Ok::<_, crate::api::Problem>(entries(&rows, of)?)
    };
    let Some(format) = format else {
        return call::ok(&call::read(move || page(&of)).await?);
    };
    whole(is_part)?;
    let of = EntriesOf { limit: None, ..of };
    let all = move |_| Ok((page(&of)?.items, None));
    export::<StockEntryView, _>(format, "stock-entries", all).await
}
