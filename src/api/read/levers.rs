//! The six levers of a park, the facts behind each, and its facilities by their shares.

use crate::api::call::{Call, Reply, ok, read};
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;
use crate::api::query::{Limit, Word, query, words};
use crate::api::read::figures::{as_of, fact_page, in_order, park, wanted};
use crate::api::read::reach;
use crate::api::table::{ListFormat, asked, export};
use crate::domain::fact::Fact;
use crate::domain::id::{FacilityId, ParkId};
use crate::domain::state::{Facility, Park};
use crate::domain::states::States as _;
use crate::domain::time::Month;
use crate::evidence::proof::Prover;
use crate::ledger::Ledger;
use crate::query::answer::QueryError;
use crate::query::fact::FactPage;
use crate::query::figure::FigureOf;
use crate::query::levers::{self, FacilitiesAnswer, LeversAnswer};
use crate::query::levers_table::{FacilityRow, LeverRow, facility_row, rows};
use crate::query::report::MOST_MONTHS;
use crate::query::see::{Concern, Sight, may};
use crate::statistics::levers::{Lever, MEASURES};

words! { Lever }

query! {
    /// Which months, as of when.
    struct LeversQuery {
        /// The figures as the records below this position give them; all that the rows reflect if
        /// absent.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// `json` (the default) answers all of it; `csv` and `xlsx` answer its rows, as Accept
        /// does.
        #[param(inline)]
        format: Option<ListFormat>,
        /// The first month.
        from: Month,
        /// The last month, included. Ten years at most.
        to: Month,
    }
}

query! {
    /// Which facts behind a lever.
    struct LeverFacts {
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
        /// Behind this lever; behind any of the six if absent.
        #[param(inline)]
        lever: Option<Lever>,
        /// The most items to answer; 50 if absent.
        #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
        limit: Option<Limit>,
        /// The last month, included.
        to: Month,
    }
}

pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/api/v1/parks/{park}/levers", "get_levers", Tag::Statistics)
            .says(
                "The roadmap's six levers as figures.",
                "Space: how far exchanges are carried, weighted by quantity, and which contracts \
                 would gain most from lying closer. Resource use: own reuse against reuse by other \
                 firms. Planning: unmet wants against idle generation by material code. Shared \
                 treatment: the share that shared facilities treat. Cascade: energy and water by \
                 grade. Shared infrastructure: facilities by the shares of their capacity. What \
                 nobody has said is absent, never zero; what went through a facility is no \
                 exchange and is added to none. For the park's administration, verifiers and \
                 regulators.",
            )
            .query::<LeversQuery>()
            .answers::<LeversAnswer>("The figures; as a table, one in a row.")
            .tables()
            .to(figures),
        Operation::get("/api/v1/parks/{park}/levers/facts", "list_lever_facts", Tag::Statistics)
            .says(
                "The facts behind a lever.",
                "Every fact that one of its figures is a sum of, with its record's position. What \
                 is said of contracts, listings and facilities stands in the figures with the \
                 position of its own record.",
            )
            .query::<LeverFacts>()
            .answers::<FactPage>("A page of the facts.")
            .tables()
            .to(facts),
        Operation::get("/api/v1/parks/{park}/facilities", "get_park_facilities", Tag::Statistics)
            .says(
                "The facilities of a park by the shares of their capacity.",
                "Capacity, what of it is available less outages, what is reserved for whom and \
                 what was used by whom and month. For the park's administration, verifiers and \
                 regulators.",
            )
            .query::<LeversQuery>()
            .answers::<FacilitiesAnswer>("The facilities.")
            .tables()
            .to(of_park),
        Operation::get(
            "/api/v1/facilities/{facility}/shares",
            "get_facility_shares",
            Tag::Statistics,
        )
        .says(
            "A facility by the shares of its capacity.",
            "Who runs it, the administration, verifiers and regulators of its park see every \
             firm; any other firm sees the sums and its own share.",
        )
        .query::<LeversQuery>()
        .answers::<FacilitiesAnswer>("The facility, alone in the list.")
        .tables()
        .to(one),
    ]
}

/// Refuses a park that there is not, and more months than are summed at once.
async fn asked_of(call: &Call, park: ParkId, query: &LeversQuery) -> Result<FigureOf, Problem> {
    let (from, to) = (query.from, query.to);
    in_order(from, to)?;
    if to.0 - from.0 >= MOST_MONTHS {
        let detail = format!("{from} to {to} are more than {MOST_MONTHS} months");
        return Err(Problem::new(crate::api::fault::Fault::MalformedParameter, detail));
    }
    if !call.api.ledger.index().exists::<Park>(park.as_str()) {
        return Err(QueryError::NotFound("park").into());
    }
    reach(call, query.at_least).await?;
    Ok(FigureOf { park, from, to, as_of: as_of(call, query.as_of)? })
}

/// The checkpoint is a second behind at most; what it does not cover yet has no root.
fn root(ledger: &Ledger, position: u64) -> Option<String> {
    let newest = ledger.checkpoint()?;
    let root = Prover::new(ledger.tree(), &newest.checkpoint).root(position).ok()?;
    Some(root.to_string())
}

async fn figures(call: Call) -> Reply {
    let query: LeversQuery = call.query()?;
    let of = asked_of(&call, park(&call)?, &query).await?;
    let api = call.api.clone();
    let answer = move || {
        let (ledger, position) = (&api.ledger, of.as_of);
        let mut answer = levers::levers(ledger.index(), ledger.size(), of)?;
        answer.root = root(ledger, position);
        Ok::<_, Problem>(answer)
    };
    let Some(format) = asked(&call, query.format) else { return ok(&read(answer).await?) };
    let mut answer = Some(answer);
    export::<LeverRow, _>(format, "levers", move |_| {
        let rows = answer.take().map(|answer| Ok::<_, Problem>(rows(&answer()?)));
        Ok((rows.transpose()?.unwrap_or_default(), None))
    })
    .await
}

async fn facts(call: Call) -> Reply {
    let query: LeverFacts = call.query()?;
    let LeverFacts { as_of, at_least, cursor, format, from, lever, limit, to } = query;
    let months = LeversQuery { as_of, at_least, format, from, to };
    let of = asked_of(&call, park(&call)?, &months).await?;
    let filter = of.filter(&MEASURES);
    let filters = format!("levers {lever:?} {filter:?}");
    let wanted = wanted(&call, filter, of.as_of, cursor, limit, filters);
    let park = of.park.clone();
    let counts = move |lever: Lever, fact: &Fact| lever.counts(&park, fact);
    let keep = move |fact: &Fact| match lever {
        Some(lever) => counts(lever, fact),
        None => Lever::ALL.into_iter().any(|lever| counts(lever, fact)),
    };
    fact_page(call, format, wanted, keep).await
}

async fn of_park(call: Call) -> Reply {
    let query: LeversQuery = call.query()?;
    let of = asked_of(&call, park(&call)?, &query).await?;
    shares(call, of, query.format, None).await
}

async fn one(call: Call) -> Reply {
    let id: FacilityId = call.segment("facility")?;
    let query: LeversQuery = call.query()?;
    let none = || Problem::from(QueryError::NotFound("facility"));
    reach(&call, query.at_least).await?;
    if !may(call.who.as_ref(), &Sight::Directory) {
        return Err(none());
    }
    let found = call.api.ledger.index().find::<Facility>(id.as_str()).ok_or_else(none)?;
    let of = asked_of(&call, found.state.park.clone(), &query).await?;
    shares(call, of, query.format, Some((id, &found.state))).await
}

async fn shares(
    call: Call,
    of: FigureOf,
    format: Option<ListFormat>,
    only: Option<(FacilityId, &Facility)>,
) -> Reply {
    let sees_all = match &only {
        None => true,
        Some((_, facility)) => {
            let (firms, parks) = (facility.firm.clone(), vec![facility.park.clone()]);
            let concern = Concern { firms: firms.into_iter().collect(), parks };
            may(call.who.as_ref(), &Sight::Rows(concern))
        }
    };
    let only = only.map(|(id, _)| id);
    let (api, who) = (call.api.clone(), call.who.clone());
    let answer = move || {
        let (ledger, position) = (&api.ledger, of.as_of);
        let (index, size) = (ledger.index(), ledger.size());
        let mut answer = levers::facilities(index, size, of, only.as_ref())?;
        answer.root = root(ledger, position);
        if !sees_all {
            let own: Vec<_> = who.iter().flat_map(|who| who.firm.iter().chain(&who.also)).collect();
            answer.items.iter_mut().for_each(|shares| levers::only_of(shares, &own));
        }
        Ok::<_, Problem>(answer)
    };
    let Some(format) = asked(&call, format) else { return ok(&read(answer).await?) };
    let mut answer = Some(answer);
    export::<FacilityRow, _>(format, "facilities", move |_| {
        let rows = answer.take().map(|answer| {
            Ok::<_, Problem>(answer()?.items.iter().map(facility_row).collect::<Vec<_>>())
        });
        Ok((rows.transpose()?.unwrap_or_default(), None))
    })
    .await
}
