//! Figures of a park, the facts behind them, and totals.

use std::sync::Arc;

use crate::api::call::{Call, Reply, ok, read};
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;
use crate::api::query::{Limit, Word, query, words};
use crate::api::read::collection::whole;
use crate::api::read::reach;
use crate::api::table::{ListFormat, asked, export};
use crate::domain::access::Role;
use crate::domain::fact::Measure;
use crate::domain::id::{FirmId, MaterialId, ParkId};
use crate::domain::time::{Day, Month};
use crate::index::{FactFilter, TotalFilter};
use crate::query::answer::PAGE_MOST;
use crate::query::fact::{self, ByTotal, FactPage, FactView, FactsOf};
use crate::query::figure::{self, ExchangeTotalsAnswer, FigureOf, ThreeTwoAnswer};
use crate::query::public::{self, Grouping, PublicExchangeTotals};
use crate::query::rows;
use crate::query::see::{Concern, Sight, may};
use crate::query::total::{self, TotalBy, TotalView, Totals, TotalsOf};
use crate::statistics::chertow::{Granularity, LinkEvidence, ThreeTwoTest};
use crate::statistics::exchange::MEASURES;

words! { Measure, Granularity, LinkEvidence, Grouping, TotalBy }

query! {
    /// Which months, as of when.
    struct Months {
        /// The figure as the records below this position give it; all that the rows reflect if
        /// absent.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// The first month.
        from: Month,
        /// The last month, included.
        to: Month,
    }
}

query! {
    /// Which months, as of when, with which parameters.
    struct ThreeTwoOf {
        /// The figure as the records below this position give it; all that the rows reflect if
        /// absent.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// What makes a link: `used` (strict, the default) or `accepted` (confirmed receipt).
        evidence: Option<LinkEvidence>,
        /// The first month.
        from: Month,
        /// What an entity is: `firm` (the default) or `site`.
        granularity: Option<Granularity>,
        /// The last month, included.
        to: Month,
    }
}

query! {
    /// Which facts behind a figure.
    struct MonthsPage {
        /// Facts of the records below this position; all that the rows reflect if absent.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// `next_cursor` of the page before, with the same filters.
        #[param(value_type = Option<String>, max_length = 100)]
        cursor: Option<Word>,
        /// `json` (the default) answers a page; `csv` and `xlsx` answer the whole list, as Accept
        /// does.
        #[param(inline)]
        format: Option<ListFormat>,
        /// The first month.
        from: Month,
        /// The most items to answer; 50 if absent.
        #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
        limit: Option<Limit>,
        /// Only of this material.
        material: Option<MaterialId>,
        /// The last month, included.
        to: Month,
    }
}

query! {
    /// Which facts behind the 3-2 test.
    struct ThreeTwoPage {
        /// Facts of the records below this position; all that the rows reflect if absent.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// `next_cursor` of the page before, with the same filters.
        #[param(value_type = Option<String>, max_length = 100)]
        cursor: Option<Word>,
        /// As in the figure.
        evidence: Option<LinkEvidence>,
        /// `json` (the default) answers a page; `csv` and `xlsx` answer the whole list, as Accept
        /// does.
        #[param(inline)]
        format: Option<ListFormat>,
        /// The first month.
        from: Month,
        /// As in the figure.
        granularity: Option<Granularity>,
        /// The most items to answer; 50 if absent.
        #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
        limit: Option<Limit>,
        /// The last month, included.
        to: Month,
    }
}

query! {
    /// Which facts.
    struct FactList {
        /// Facts of the records below this position; all that the rows reflect if absent.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// `next_cursor` of the page before, with the same filters.
        #[param(value_type = Option<String>, max_length = 100)]
        cursor: Option<Word>,
        /// Only of this firm. A firm's key sees its own only.
        firm: Option<FirmId>,
        /// `json` (the default) answers a page; `csv` and `xlsx` answer the whole list, as Accept
        /// does.
        #[param(inline)]
        format: Option<ListFormat>,
        /// The first day.
        from: Option<Day>,
        /// The most items to answer; 50 if absent.
        #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
        limit: Option<Limit>,
        /// Only of this material.
        material: Option<MaterialId>,
        /// Only of this measure.
        measure: Option<Measure>,
        /// The park.
        park: ParkId,
        /// The last day, included.
        to: Option<Day>,
    }
}

query! {
    /// Which totals.
    struct TotalList {
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// What they are told apart by: `material` (the default), `firm` or `month`.
        by: Option<TotalBy>,
        /// Only of this firm. A firm's key sees its own only.
        firm: Option<FirmId>,
        /// `json` (the default) answers a page; `csv` and `xlsx` answer the whole list, as Accept
        /// does.
        #[param(inline)]
        format: Option<ListFormat>,
        /// The first month.
        from: Month,
        /// Only of this material.
        material: Option<MaterialId>,
        /// Only of this measure.
        measure: Option<Measure>,
        /// The park.
        park: ParkId,
        /// The last month, included.
        to: Month,
    }
}

/// All operations on figures and facts.
pub fn operations() -> Vec<Operation> {
    [of_totals(), of_the_web(), of_facts()].into_iter().flatten().collect()
}

fn of_totals() -> Vec<Operation> {
    vec![
        Operation::get(
            "/api/v1/parks/{park}/statistics/exchange-totals",
            "get_exchange_totals",
            Tag::Statistics,
        )
        .says(
            "Total exchanged by material.",
            "What receivers in the park have accepted (confirmed receipt) and used (strict \
             evidence), with the gap between both, and how much of it was weighed or metered. For \
             the park's administration, verifiers and regulators. `/facts` lists what it is the \
             sum of.",
        )
        .query::<Months>()
        .answers::<ExchangeTotalsAnswer>("The figure.")
        .to(exchange_totals),
        Operation::get(
            "/api/v1/parks/{park}/statistics/exchange-totals/facts",
            "list_exchange_totals_facts",
            Tag::Statistics,
        )
        .says(
            "The facts behind the total exchanged.",
            "Every fact that the figure is the sum of, with its record's position, contract, \
             delivery and, for verifiers and regulators, the weighbridge ticket.",
        )
        .query::<MonthsPage>()
        .answers::<FactPage>("A page of the facts.")
        .tables()
        .to(exchange_totals_facts),
        Operation::get(
            "/api/v1/parks/{park}/statistics/public/exchange-totals",
            "get_public_exchange_totals",
            Tag::Statistics,
        )
        .public()
        .says(
            "Total exchanged in closed months, for everybody.",
            "By class of material, for the closed months of a year or its quarters, or the year, \
             as each month was when it was closed. A figure behind which fewer than three firms \
             stand on either side, or one with more than 85 %, is left out, and so is one from \
             which such a figure could be had by subtraction.",
        )
        .query::<PublicSpans>()
        .answers::<PublicExchangeTotals>("The figure.")
        .to(public_exchange_totals),
    ]
}

fn of_the_web() -> Vec<Operation> {
    vec![
        Operation::get(
            "/api/v1/parks/{park}/statistics/chertow-3-2",
            "get_chertow_3_2",
            Tag::Statistics,
        )
        .says(
            "Chertow's 3-2 test.",
            "Whether at least three entities of the park exchange at least two different \
                 by-products or utilities, none of the entities being primarily a recycler. \
                 Products such as sugar cane never count. Source: Chertow 2007, Journal of \
                 Industrial Ecology 11. Each link says how much is disputed, or one \
                 side's word.",
        )
        .query::<ThreeTwoOf>()
        .answers::<ThreeTwoAnswer>("The verdict, with every link.")
        .to(chertow),
        Operation::get(
            "/api/v1/parks/{park}/statistics/chertow-3-2/facts",
            "list_chertow_3_2_facts",
            Tag::Statistics,
        )
        .says(
            "The facts behind the 3-2 test.",
            "Every fact that makes a link, or says how much of it is disputed or one side's \
             word, with its record's position.",
        )
        .query::<ThreeTwoPage>()
        .answers::<FactPage>("A page of the facts.")
        .tables()
        .to(chertow_facts),
    ]
}

fn of_facts() -> Vec<Operation> {
    vec![
        Operation::get("/api/v1/totals", "list_totals", Tag::Statistics)
            .says(
                "Totals of a park.",
                "Sums of a park's facts over months, by material, firm or month: a park's for its \
                 administration, verifiers and regulators, a firm's own for the firm.",
            )
            .query::<TotalList>()
            .answers::<Totals>("The totals.")
            .tables()
            .to(totals),
        Operation::get("/api/v1/facts", "list_facts", Tag::Statistics)
            .says(
                "Lists facts.",
                "The signed quantities from which every figure is summed, in the order of the log: \
                 a park's for its administration, verifiers and regulators, a firm's own for the \
                 firm.",
            )
            .query::<FactList>()
            .answers::<FactPage>("A page of the facts.")
            .tables()
            .to(facts),
    ]
}

query! {
    /// Of which year, in which spans.
    struct PublicSpans {
        /// Months (the default), quarters or the year.
        grouping: Option<Grouping>,
        /// The year.
        #[param(minimum = 1900, maximum = 9998)]
        year: u64,
    }
}

/// The park of the address, if its figures may be seen.
pub(super) fn park(call: &Call) -> Result<ParkId, Problem> {
    let park: ParkId = call.segment("park")?;
    if may(call.who.as_ref(), &Sight::Figures(park.clone())) {
        return Ok(park);
    }
    let detail = "a park's figures are for its administration, verifiers and regulators; everybody \
                  sees closed months under statistics/public";
    Err(Problem::new(Fault::NotPermitted, detail))
}

/// The position that a figure is asked as of.
pub(super) fn as_of(call: &Call, asked: Option<u64>) -> Result<u64, Problem> {
    let position = call.api.ledger.index().position();
    match asked {
        Some(asked) if asked > position => {
            let detail = format!("as_of {asked} is ahead of the rows, which reflect {position}");
            Err(Problem::new(Fault::NotYet, detail))
        }
        asked => Ok(asked.unwrap_or(position)),
    }
}

pub(super) fn in_order(from: Month, to: Month) -> Result<(), Problem> {
    // A century is more than any park has; it bounds what one request costs.
    if to < from || to.0 - from.0 >= 1_200 {
        let detail = format!("`from` {from} to `to` {to} is no span of months");
        return Err(Problem::new(Fault::MalformedParameter, detail));
    }
    Ok(())
}

/// Whether tickets may be shown: a park's administration sees them as totals only.
fn sees_tickets(call: &Call) -> bool {
    let role = call.who.as_ref().map(|who| who.role);
    matches!(role, Some(Role::Verifier | Role::Regulator | Role::Firm))
}

async fn exchange_totals(call: Call) -> Reply {
    let Months { as_of: asked, at_least, from, to } = call.query()?;
    let park = park(&call)?;
    in_order(from, to)?;
    reach(&call, at_least).await?;
    let of = FigureOf { park, from, to, as_of: as_of(&call, asked)? };
    let api = call.api.clone();
    let answer = read(move || {
        let (index, size) = (api.ledger.index(), api.ledger.size());
        Ok(figure::exchange_totals(index, size, of)?)
    });
    ok(&answer.await?)
}

async fn exchange_totals_facts(call: Call) -> Reply {
    let page: MonthsPage = call.query()?;
    let MonthsPage { as_of: asked, at_least, cursor, format, from, limit, material, to } = page;
    let park = park(&call)?;
    in_order(from, to)?;
    reach(&call, at_least).await?;
    let of = FigureOf { park, from, to, as_of: as_of(&call, asked)? };
    let filter = FactFilter { material, ..of.filter(&MEASURES) };
    let filters = format!("exchange {from} {to} {filter:?}");
    let by_total: ByTotal = Arc::new(|total| total.key.material.is_some());
    let wanted = wanted(&call, filter, of.as_of, cursor, limit, filters);
    let wanted = FactsOf { by_total: Some(by_total), ..wanted };
    // The figure passes over what is of no material.
    fact_page(call, format, wanted, |fact| fact.material.is_some()).await
}

async fn public_exchange_totals(call: Call) -> Reply {
    let PublicSpans { grouping, year } = call.query()?;
    let park: ParkId = call.segment("park")?;
    let Some(year) = u16::try_from(year).ok().filter(|year| (1900..9999).contains(year)) else {
        return Err(Problem::new(Fault::MalformedParameter, "`year` is a year, as 2025"));
    };
    let (api, grouping) = (call.api.clone(), grouping.unwrap_or_default());
    let answer =
        read(move || Ok(public::exchange_totals(api.ledger.index(), &park, year, grouping)?));
    ok(&answer.await?)
}

async fn chertow(call: Call) -> Reply {
    let ThreeTwoOf { as_of: asked, at_least, evidence, from, granularity, to } = call.query()?;
    let park = park(&call)?;
    in_order(from, to)?;
    reach(&call, at_least).await?;
    let of = FigureOf { park, from, to, as_of: as_of(&call, asked)? };
    let (granularity, evidence) = (granularity.unwrap_or_default(), evidence.unwrap_or_default());
    let api = call.api.clone();
    let answer = read(move || {
        let (index, size) = (api.ledger.index(), api.ledger.size());
        Ok(figure::chertow(index, size, of, granularity, evidence)?)
    });
    ok(&answer.await?)
}

async fn chertow_facts(call: Call) -> Reply {
    let page: ThreeTwoPage = call.query()?;
    let ThreeTwoPage { as_of: asked, at_least, cursor, evidence, .. } = page;
    let ThreeTwoPage { format, from, granularity, limit, to, .. } = page;
    let park = park(&call)?;
    in_order(from, to)?;
    reach(&call, at_least).await?;
    let (granularity, evidence) = (granularity.unwrap_or_default(), evidence.unwrap_or_default());
    let of = FigureOf { park, from, to, as_of: as_of(&call, asked)? };
    let filter = of.filter(&evidence.measures());
    let filters = format!("3-2 {granularity:?} {evidence:?} {filter:?}");
    let wanted = wanted(&call, filter, of.as_of, cursor, limit, filters);
    let test = ThreeTwoTest::new(granularity, evidence);
    fact_page(call, format, wanted, move |fact| test.counts(fact)).await
}

async fn facts(call: Call) -> Reply {
    let list: FactList = call.query()?;
    let FactList { as_of: asked, at_least, cursor, firm, limit, .. } = list;
    let FactList { from, material, measure, park, to, .. } = list;
    let firm = whose(&call, &park, firm)?;
    reach(&call, at_least).await?;
    let filter = FactFilter {
        park: Some(park),
        measures: measure.into_iter().collect(),
        days: Some((from.unwrap_or(Day::MIN), to.unwrap_or(Day::MAX))),
        firm,
        material,
    };
    let filters = format!("{filter:?}");
    let as_of = as_of(&call, asked)?;
    let wanted = wanted(&call, filter, as_of, cursor, limit, filters);
    fact_page(call, list.format, wanted, |_| true).await
}

/// Whose facts are shown: anyone's to those who see the park's figures, a firm's own to its desk.
fn whose(call: &Call, park: &ParkId, firm: Option<FirmId>) -> Result<Option<FirmId>, Problem> {
    let who = call.who.as_ref();
    if may(who, &Sight::Figures(park.clone())) {
        return Ok(firm);
    }
    let own = firm.or_else(|| who?.firm.clone());
    let concern = Concern { firms: own.iter().cloned().collect(), parks: Vec::new() };
    if may(who, &Sight::Rows(concern)) {
        return Ok(own);
    }
    let detail = "facts are for their firm's desk and for the park's administration, verifiers and \
                  regulators";
    Err(Problem::new(Fault::NotPermitted, detail))
}

async fn totals(call: Call) -> Reply {
    let list: TotalList = call.query()?;
    let TotalList { at_least, by, firm, format, from, material, measure, park, to } = list;
    let firm = whose(&call, &park, firm)?;
    in_order(from, to)?;
    reach(&call, at_least).await?;
    let filter = TotalFilter { measures: measure.into_iter().collect(), firm, material };
    let of = TotalsOf { park, from, to, by: by.unwrap_or_default(), filter };
    let api = call.api.clone();
    let totals = move |of: TotalsOf| {
        let (index, size) = (api.ledger.index(), api.ledger.size());
        Ok::<_, Problem>(total::totals(index, size, of)?)
    };
    let Some(format) = asked(&call, format) else {
        return ok(&read(move || totals(of)).await?);
    };
    let page = move |_| Ok((totals(of.clone())?.items, None));
    export::<TotalView, _>(format, "totals", page).await
}

pub(super) fn wanted(
    call: &Call,
    filter: FactFilter,
    as_of: u64,
    cursor: Option<Word>,
    limit: Option<Limit>,
    filters: String,
) -> FactsOf {
    let (cursor, limit) = (cursor.map(|word| word.0), rows::limit(limit.map(|limit| limit.0)));
    let (tickets, by_total) = (sees_tickets(call), None);
    FactsOf { filter, as_of, cursor, limit, filters, tickets, by_total }
}

pub(super) async fn fact_page(
    call: Call,
    format: Option<ListFormat>,
    wanted: FactsOf,
    keep: impl Fn(&crate::domain::fact::Fact) -> bool + Send + 'static,
) -> Reply {
    let api = call.api.clone();
    let page = move |wanted: FactsOf| {
        let (index, log) = (api.ledger.index(), api.ledger.log());
        Ok::<_, Problem>(fact::page(index, log, wanted, &keep)?)
    };
    let Some(format) = asked(&call, format) else {
        return ok(&read(move || page(wanted)).await?);
    };
    let as_usual = rows::limit(None);
    whole(wanted.cursor.is_some() || wanted.limit != as_usual)?;
    export::<FactView, _>(format, "facts", move |cursor| {
        let limit = rows::limit(Some(PAGE_MOST));
        let answer = page(FactsOf { cursor, limit, ..wanted.clone() })?;
        Ok((answer.items, answer.next_cursor))
    })
    .await
}
