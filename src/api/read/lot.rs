//! Reads of the lots of a stock account.

use crate::api::call::{self, Call, Reply};
use crate::api::operation::{Operation, Tag};
use crate::api::query::{self, Limit, Word, query, words};
use crate::api::read::collection::{OneQuery, fits, whole};
use crate::api::read::reach;
use crate::api::table::{ListFormat, asked, export};
use crate::domain::id::{LotId, MaterialId, SiteId};
use crate::domain::state::{Lot, LotStage, StockAccount, account_id};
use crate::index::ListOf;
use crate::query::answer::{Answer, PAGE_MOST, Page, QueryError};
use crate::query::rows::{PageOf, Rows};
use crate::query::view::{LotGenealogyView, LotView};

words! { LotStage }

query! {
    /// Lots of a stock account.
    pub struct LotQuery {
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
        /// The most items to answer; 50 if absent.
        #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
        limit: Option<Limit>,
        /// That have come so far.
        #[param(inline)]
        stage: Option<LotStage>,
    }
}

const LOTS: &str = "/api/v1/stock/{site}/{material}/lots";
const ONE: &str = "/api/v1/stock/{site}/{material}/lots/{lot}";

pub fn operations() -> [Operation; 2] {
    let list = Operation::get(LOTS, "list_lots", Tag::Stock)
        .says(
            "Lists the lots of a stock account.",
            "In the order in which they came into being, those that have ended too. Whoever sees \
             the account may see them.",
        )
        .query::<LotQuery>()
        .answers_with::<Page<LotView>, LotView>("A page of the list.")
        .tables()
        .to(list);
    let one = Operation::get(ONE, "get_lot", Tag::Stock)
        .says(
            "Shows a lot and what it is made of.",
            "With its genealogy: how much of what is left of it came by which delivery or is own \
             material, and which lots it was made of.",
        )
        .query::<OneQuery>()
        .answers_with::<Answer<LotGenealogyView>, LotGenealogyView>("Its present state.")
        .to(read);
    [list, one]
}

async fn list(call: Call) -> Reply {
    let (site, material): (SiteId, MaterialId) = (call.segment("site")?, call.segment("material")?);
    let filters = query::filters(call.request.query_string())?;
    let LotQuery { at_least, cursor, format, limit, stage } = call.query()?;
    reach(&call, at_least).await?;
    let format = asked(&call, format);
    let account = account_id(&site, &material);
    let is_part = cursor.is_some() || limit.is_some();
    let mut page = PageOf {
        of: ListOf::Subject(account.clone()),
        cursor: cursor.map(|word| word.0),
        limit: limit.map(|limit| limit.0),
        filters: format!("{account} {filters}"),
    };
    let (ledger, who) = (call.api.ledger.clone(), call.who);
    let answer = move |page: &PageOf| {
        let rows = Rows { index: ledger.index(), size: ledger.size(), who: who.as_ref() };
        rows.stored::<StockAccount>(&account).ok_or(QueryError::NotFound("stock"))?;
        let keep = |lot: &Lot| fits(stage.as_ref(), &lot.stage());
        Ok::<_, crate::api::Problem>(rows.page::<LotView>(page, keep)?)
    };
    let Some(format) = format else {
        return call::ok(&call::read(move || answer(&page)).await?);
    };
    whole(is_part)?;
    page.limit = Some(PAGE_MOST);
    let all = move |cursor| {
        page.cursor = cursor;
        let answer = answer(&page)?;
        Ok((answer.items, answer.next_cursor))
    };
    export::<LotView, _>(format, "lots", all).await
}

async fn read(call: Call) -> Reply {
    let (site, material): (SiteId, MaterialId) = (call.segment("site")?, call.segment("material")?);
    let lot: LotId = call.segment("lot")?;
    let query: OneQuery = call.query()?;
    reach(&call, query.at_least).await?;
    let ledger = &call.api.ledger;
    let rows = Rows { index: ledger.index(), size: ledger.size(), who: call.who.as_ref() };
    let found = rows.stored::<Lot>(lot.as_str());
    found
        .filter(|found| found.state.account() == account_id(&site, &material))
        .ok_or(QueryError::NotFound("lot"))?;
    call::ok(&rows.one::<LotGenealogyView>(lot.as_str(), "lot")?)
}
