//! Reads of returns and of closed months.

use crate::api::call::{self, Call, Reply};
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;
use crate::api::query;
use crate::api::read::collection::{
    Collection, OneQuery, by_firm_or_park, fits, list_query, whole,
};
use crate::api::read::reach;
use crate::api::table::{asked, export};
use crate::domain::id::{FirmId, ParkId, SiteId};
use crate::domain::state::{Period, PeriodReturn};
use crate::domain::time::Month;
use crate::index::ListOf;
use crate::query::answer::{Answer, PAGE_MOST, Page};
use crate::query::rows::{PageOf, Rows};
use crate::query::view::{PeriodView, ReturnView};

list_query! {
    /// Returns.
    pub struct ReturnQuery of PeriodReturn {
        /// Of this firm.
        firm: Option<FirmId>,
        /// In this park.
        park: Option<ParkId>,
        /// Of this month.
        period: Option<Month>,
        /// Of this site.
        site: Option<SiteId>,
    }
    of |query| by_firm_or_park(query.firm.as_ref(), query.park.as_ref());
    keep |query, state| fits(query.firm.as_ref(), &state.firm)
        && fits(query.park.as_ref(), &state.park)
        && fits(query.period.as_ref(), &state.period)
        && fits(query.site.as_ref(), &state.site);
}

list_query! {
    /// Closed months.
    pub struct PeriodQuery of Period {}
    of |_query| ListOf::All;
    keep |_query, _state| true;
}

const WHO: &str = "Its firm may see it, and the administration, verifiers and regulators of its \
    park. What is not declared is unknown; zero activity is declared as such.";

pub fn operations() -> Vec<Operation> {
    let returns = Collection {
        tag: Tag::Periods,
        path: "/api/v1/returns",
        one: "/api/v1/returns/{return}",
        list_id: "list_returns",
        get_id: "get_return",
        what: "return",
        list_says: ("Lists returns.", WHO),
        get_says: ("Shows a return.", WHO),
        public: false,
    };
    let mut operations: Vec<_> = returns.operations::<ReturnView, ReturnQuery>().into();
    operations.push(
        Operation::get("/api/v1/parks/{park}/periods", "list_periods", Tag::Periods)
            .says("Lists the closed months of a park.", "Anyone may.")
            .public()
            .query::<PeriodQuery>()
            .answers_with::<Page<PeriodView>, PeriodView>("A page of the list.")
            .tables()
            .to(list),
    );
    operations.push(
        Operation::get("/api/v1/parks/{park}/periods/{period}", "get_period", Tag::Periods)
            .says("Shows a closed month of a park.", "Anyone may. A month that is open is a 404.")
            .public()
            .query::<OneQuery>()
            .answers_with::<Answer<PeriodView>, PeriodView>("When it was closed.")
            .to(read),
    );
    operations
}

async fn list(call: Call) -> Reply {
    let park: ParkId = call.segment("park")?;
    let mut query: PeriodQuery = call.query()?;
    reach(&call, query.at_least).await?;
    let (cursor, limit) = (query.cursor.take().map(|word| word.0), query.limit.map(|one| one.0));
    let filters = format!("{park} {}", query::filters(call.request.query_string())?);
    let format = asked(&call, query.format);
    let (ledger, who) = (call.api.ledger.clone(), call.who);
    let mut page = PageOf { of: ListOf::Park(park.clone()), cursor, limit, filters };
    let read = move |page: &PageOf| {
        let rows = Rows { index: ledger.index(), size: ledger.size(), who: who.as_ref() };
        Ok::<_, Problem>(rows.page::<PeriodView>(page, |state| state.park == park)?)
    };
    let Some(format) = format else {
        return call::ok(&call::read(move || read(&page)).await?);
    };
    whole(page.cursor.is_some() || page.limit.is_some())?;
    page.limit = Some(PAGE_MOST);
    export::<PeriodView, _>(format, "periods", move |cursor| {
        page.cursor = cursor;
        let answer = read(&page)?;
        Ok((answer.items, answer.next_cursor))
    })
    .await
}

async fn read(call: Call) -> Reply {
    let (park, period): (ParkId, Month) = (call.segment("park")?, call.segment("period")?);
    let query: OneQuery = call.query()?;
    reach(&call, query.at_least).await?;
    let ledger = &call.api.ledger;
    let rows = Rows { index: ledger.index(), size: ledger.size(), who: call.who.as_ref() };
    call::ok(&rows.one::<PeriodView>(&format!("{park}/{period}"), "closed month")?)
}
