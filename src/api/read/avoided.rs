//! Sets of factors, avoided burdens of a park under one of them, and the facts behind.

use crate::api::call::{Call, Reply, ok, read};
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;
use crate::api::query::{Limit, Word, query};
use crate::api::read::collection::{Collection, fits, list_query};
use crate::api::read::figures::{as_of, fact_page, park, wanted};
use crate::api::read::reach;
use crate::api::table::ListFormat;
use crate::domain::id::{ContractId, MaterialId};
use crate::domain::name::Name;
use crate::domain::state::{Park, PublishedFactors};
use crate::domain::states::States as _;
use crate::domain::time::Period;
use crate::evidence::proof::Prover;
use crate::index::ListOf;
use crate::query::answer::QueryError;
use crate::query::avoided::{self, AvoidedAnswer, AvoidedOf};
use crate::query::fact::FactPage;
use crate::query::view::FactorsView;

list_query! {
    /// Sets of factors.
    pub struct FactorsQuery of PublishedFactors {
        /// Versions of this set.
        factors: Option<Name>,
    }
    of |_query| ListOf::All;
    keep |query, state| fits(query.factors.as_ref(), &state.factors);
}

query! {
    /// Under which set, for which period.
    struct AvoidedQuery {
        /// The figure as the records below this position give it; all that the rows reflect if
        /// absent.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// The set of factors, by its name.
        factors: Name,
        /// A year, quarter or month.
        period: Period,
        /// A version of the set; the newest that stands if absent.
        #[param(minimum = 1, maximum = 65535)]
        version: Option<u64>,
    }
}

query! {
    /// Which facts behind avoided burdens.
    struct AvoidedFacts {
        /// As in the figure.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// Only of this contract.
        contract: Option<ContractId>,
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
        /// Only of this material.
        material: Option<MaterialId>,
        /// As in the figure.
        period: Period,
    }
}

const ANYONE: &str = "Anyone may: what is reckoned with is no secret.";

pub fn operations() -> Vec<Operation> {
    let sets = Collection {
        tag: Tag::Statistics,
        path: "/api/v1/factors",
        one: "/api/v1/factors/{factors}",
        list_id: "list_factors",
        get_id: "get_factors",
        what: "factors",
        list_says: ("Lists sets of factors, each version on its own.", ANYONE),
        get_says: ("Shows a version of a set of factors, `example.1`.", ANYONE),
        public: true,
    };
    let mut operations: Vec<_> = sets.operations::<FactorsView, FactorsQuery>().into();
    operations.push(
        Operation::get("/api/v1/parks/{park}/avoided", "get_avoided_burdens", Tag::Statistics)
            .says(
                "Avoided burdens of a park's exchanges.",
                "Disposal that was avoided, virgin material that was substituted and net CO2e, by \
                 material and in total, exact, with everything that could not be counted and why. \
                 Off until a set of factors is published; another set is another `factors`. For \
                 the park's administration, verifiers and regulators: a saving is joint and never \
                 netted into a firm's own inventory.",
            )
            .query::<AvoidedQuery>()
            .answers::<AvoidedAnswer>("The figures.")
            .to(figures),
    );
    operations.push(
        Operation::get(
            "/api/v1/parks/{park}/avoided/facts",
            "list_avoided_burdens_facts",
            Tag::Statistics,
        )
        .says(
            "The facts behind avoided burdens.",
            "What was accepted and used in the period, counted or not; by material and contract \
             they add up to the lines of the figure.",
        )
        .query::<AvoidedFacts>()
        .answers::<FactPage>("A page of the facts.")
        .tables()
        .to(facts),
    );
    operations
}

async fn asked(
    call: &Call,
    position: Option<u64>,
    at_least: Option<u64>,
    period: Period,
) -> Result<AvoidedOf, Problem> {
    let park = park(call)?;
    if !call.api.ledger.index().exists::<Park>(park.as_str()) {
        return Err(QueryError::NotFound("park").into());
    }
    reach(call, at_least).await?;
    Ok(AvoidedOf { park, period, as_of: as_of(call, position)? })
}

async fn figures(call: Call) -> Reply {
    let AvoidedQuery { as_of, at_least, factors, period, version } = call.query()?;
    let of = asked(&call, as_of, at_least, period).await?;
    let version = match version {
        None => None,
        Some(version) => Some(u16::try_from(version).map_err(|_| no_factors(&factors))?),
    };
    let ledger = call.api.ledger.clone();
    let answer = read(move || {
        let (index, position) = (ledger.index(), of.as_of);
        let found = avoided::factors(index, &factors, version, period.last(), position)?;
        let found = found.ok_or_else(|| no_factors(&factors))?;
        let mut answer = avoided::avoided(index, ledger.size(), of, &found)?;
        // The checkpoint is a second behind at most; what it does not cover yet has no root.
        let root = ledger
            .checkpoint()
            .and_then(|newest| Prover::new(ledger.tree(), &newest.checkpoint).root(position).ok());
        answer.root = root.map(|root| root.to_string());
        Ok(answer)
    });
    ok(&answer.await?)
}

fn no_factors(name: &Name) -> Problem {
    let detail = format!(
        "no set of factors {name} stands at this position; avoided burdens are off until the \
         ledger keeper publishes one (publish_factors)"
    );
    Problem::new(Fault::NoFactors, detail)
}

async fn facts(call: Call) -> Reply {
    let query: AvoidedFacts = call.query()?;
    let AvoidedFacts { as_of, at_least, contract, cursor, format, limit, material, period } = query;
    let of = asked(&call, as_of, at_least, period).await?;
    let filter = of.filter(material);
    let filters = format!("avoided {contract:?} {filter:?}");
    let wanted = wanted(&call, filter, of.as_of, cursor, limit, filters);
    let keep = move |fact: &crate::domain::fact::Fact| {
        contract.as_ref().is_none_or(|contract| fact.contract.as_ref() == Some(contract))
    };
    fact_page(call, format, wanted, keep).await
}
