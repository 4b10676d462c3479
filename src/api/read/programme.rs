//! Indicators of a park by a method, how each was computed, and the facts behind it.

use std::collections::BTreeMap;

use crate::api::call::{Call, Reply, ok, read};
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;
use crate::api::query::{Limit, Word, query};
use crate::api::read::figures::{as_of, fact_page, park, wanted};
use crate::api::read::reach;
use crate::api::table::ListFormat;
use crate::domain::id::{ParkId, ParticipationId};
use crate::domain::method::Method;
use crate::domain::name::Name;
use crate::domain::state::Park;
use crate::domain::states::States as _;
use crate::domain::time::Period;
use crate::evidence::proof::Prover;
use crate::index::{FactFilter, Index};
use crate::query::fact::FactPage;
use crate::query::participation_of;
use crate::query::programme::{IndicatorExplained, Programme, ProgrammeAnswer, Question};
use crate::query::programme_of;
use crate::query::target::Pinned;

query! {
    /// By which method, for which period.
    pub(super) struct ProgrammeQuery {
        /// The figures as the records below this position give them; all that the rows reflect if
        /// absent.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// The base year of what is compared with one.
        #[param(minimum = 1900, maximum = 9998)]
        base_year: Option<u64>,
        /// Choices for the method's parameters: `region:water_short,industry:heavy`.
        #[param(value_type = Option<String>, max_length = 100)]
        choices: Option<Word>,
        /// The method, by its name; that of the participation if absent.
        method: Option<Name>,
        /// A participation whose approved plan sets version, base year and choices. If it is
        /// absent, and so are those, the park's only active one with this method does.
        participation: Option<ParticipationId>,
        /// A year, quarter or month.
        period: Period,
        /// A version of the method; the newest in force if absent.
        #[param(minimum = 1, maximum = 65535)]
        version: Option<u64>,
    }
}

query! {
    /// Which facts behind an indicator.
    struct LeafQuery {
        /// As in the figure.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// As in the figure.
        #[param(minimum = 1900, maximum = 9998)]
        base_year: Option<u64>,
        /// As in the figure.
        #[param(value_type = Option<String>, max_length = 100)]
        choices: Option<Word>,
        /// `next_cursor` of the page before, with the same filters.
        #[param(value_type = Option<String>, max_length = 100)]
        cursor: Option<Word>,
        /// `json` (the default) answers a page; `csv` and `xlsx` answer the whole list, as Accept
        /// does.
        #[param(inline)]
        format: Option<ListFormat>,
        /// The sum, by its number in the figure.
        leaf: u64,
        /// The most items to answer; 50 if absent.
        #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
        limit: Option<Limit>,
        /// As in the figure.
        method: Option<Name>,
        /// As in the figure.
        participation: Option<ParticipationId>,
        /// As in the figure.
        period: Period,
        /// As in the figure.
        #[param(minimum = 1, maximum = 65535)]
        version: Option<u64>,
    }
}

pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/api/v1/parks/{park}/indicators", "list_indicators", Tag::Statistics)
            .says(
                "The indicators of a park by a method.",
                "Each with its value, kind of number, threshold, whether it is met, and what is \
                 unknown; the sums of facts that it rests on, and how much of them was weighed or \
                 metered; the method's version, and the position and root that it was computed at.",
            )
            .query::<ProgrammeQuery>()
            .answers::<ProgrammeAnswer>("The indicators.")
            .to(indicators),
        Operation::get(
            "/api/v1/parks/{park}/indicators/{indicator}",
            "explain_indicator",
            Tag::Statistics,
        )
        .says("How an indicator was computed.", "Step by step, exact, down to the sums of facts.")
        .query::<ProgrammeQuery>()
        .answers::<IndicatorExplained>("The steps.")
        .to(explain),
        Operation::get(
            "/api/v1/parks/{park}/indicators/{indicator}/facts",
            "list_indicator_facts",
            Tag::Statistics,
        )
        .says(
            "The facts behind a sum of an indicator.",
            "They add up to the sum exactly; each names its record's position and, for verifiers \
             and regulators, the weighbridge ticket.",
        )
        .query::<LeafQuery>()
        .answers::<FactPage>("A page of the facts.")
        .tables()
        .to(facts),
    ]
}

/// A question, the method that answers it, and whether it is about now.
struct Asked {
    question: Question,
    method: Method,
    is_now: bool,
}

async fn asked(call: &Call, query: ProgrammeQuery) -> Result<Asked, Problem> {
    let ProgrammeQuery { as_of: asked, at_least, period, .. } = query;
    let park = park(call)?;
    if !call.api.ledger.index().exists::<Park>(park.as_str()) {
        return Err(crate::query::answer::QueryError::NotFound("park").into());
    }
    reach(call, at_least).await?;
    let as_of = as_of(call, asked)?;
    let index = call.api.ledger.index();
    let By { method, base_year, choices, pinned } = by(index, &park, &query, as_of)?;
    // Totals may move on meanwhile: what is asked as of a position is summed from facts.
    let is_now = asked.is_none();
    let lag = call.api.ledger.size().saturating_sub(as_of);
    let (root, rosters) = (None, Vec::new());
    let question = Question { park, period, base_year, choices, as_of, lag, root, rosters, pinned };
    Ok(Asked { question, method, is_now })
}

/// By what a question is answered.
pub(super) struct By {
    pub method: Method,
    pub base_year: Option<u16>,
    pub choices: BTreeMap<Name, Name>,
    pub pinned: Option<Pinned>,
}

pub(super) fn by(
    index: &Index,
    park: &ParkId,
    query: &ProgrammeQuery,
    as_of: u64,
) -> Result<By, Problem> {
    let ProgrammeQuery { base_year, choices, method, participation, period, version, .. } = query;
    let is_free = base_year.is_none() && choices.is_none() && version.is_none();
    let pinned = match (participation, method) {
        (Some(id), _) if is_free => Some(participation_of::of_id(index, park, id, as_of)?),
        (Some(_), _) => {
            let detail = "the participation sets version, base year and choices; leave those out";
            return Err(Problem::new(Fault::MalformedParameter, detail));
        }
        (None, Some(method)) if is_free => {
            participation_of::only_active(index, park, method, as_of)?
        }
        (None, Some(_)) => None,
        (None, None) => {
            let detail = "parameter `method` or `participation` is needed";
            return Err(Problem::new(Fault::MissingParameter, detail));
        }
    };
    if let Some(pinned) = pinned {
        let document = programme_of::pinned_method(index, &pinned.plan.method)?;
        if method.as_ref().is_some_and(|method| *method != document.method) {
            let detail = format!("the participation is judged by {}", document.method);
            return Err(Problem::new(Fault::MalformedParameter, detail));
        }
        let plan = &pinned.plan;
        let chosen = plan.choices.iter().map(|one| (one.parameter.clone(), one.choice.clone()));
        let (base_year, choices) = (Some(plan.base_year), chosen.collect());
        return Ok(By { method: document, base_year, choices, pinned: Some(pinned) });
    }
    let name = method.as_ref().expect("a participation or a method is there");
    let version = version.map(|version| small(version, "version")).transpose()?;
    let base_year = base_year.map(|year| small(year, "base_year")).transpose()?;
    let method = programme_of::method(index, name, version, *period, as_of)?;
    let choices = choices.as_ref().map_or("", |word| &word.0);
    let choices = programme_of::choices(choices, &method).map_err(|part| {
        let detail = format!("`{part}` is none of the method's parameters with a choice of it");
        Problem::new(Fault::MalformedParameter, detail)
    })?;
    Ok(By { method, base_year, choices, pinned: None })
}

fn small(value: u64, name: &str) -> Result<u16, Problem> {
    u16::try_from(value).ok().filter(|value| *value > 0).ok_or_else(|| {
        Problem::new(Fault::MalformedParameter, format!("`{name}` {value} is out of range"))
    })
}

/// Evaluates on another thread, and adds the root of what was evaluated on.
async fn evaluated<T: Send + 'static>(
    call: &Call,
    asked: Asked,
    with: impl FnOnce(&Programme<'_>) -> T + Send + 'static,
) -> Result<T, Problem> {
    let ledger = call.api.ledger.clone();
    read(move || {
        let Asked { question, method, is_now } = asked;
        let mut programme = programme_of::evaluate(ledger.index(), &method, question, is_now)?;
        let newest = ledger.checkpoint();
        // The checkpoint is a second behind at most; what it does not cover yet has no root.
        let root = newest.and_then(|newest| {
            Prover::new(ledger.tree(), &newest.checkpoint).root(programme.question.as_of).ok()
        });
        programme.question.root = root.map(|root| root.to_string());
        Ok(with(&programme))
    })
    .await
}

async fn indicators(call: Call) -> Reply {
    let asked = asked(&call, call.query()?).await?;
    ok(&evaluated(&call, asked, |programme| programme.answer()).await?)
}

async fn explain(call: Call) -> Reply {
    let name: Name = call.segment("indicator")?;
    let asked = asked(&call, call.query()?).await?;
    let found = evaluated(&call, asked, move |programme| programme.explain(&name)).await?;
    ok(&found.ok_or(crate::query::answer::QueryError::NotFound("indicator"))?)
}

async fn facts(call: Call) -> Reply {
    let name: Name = call.segment("indicator")?;
    let LeafQuery { as_of, at_least, base_year, choices, method, period, version, .. } =
        call.query()?;
    let LeafQuery { participation, .. } = call.query()?;
    let LeafQuery { cursor, format, leaf, limit, .. } = call.query()?;
    let query = ProgrammeQuery {
        as_of,
        at_least,
        base_year,
        choices,
        method,
        participation,
        period,
        version,
    };
    let asked = asked(&call, query).await?;
    let not_found = || crate::query::answer::QueryError::NotFound("sum of this indicator");
    let place = usize::try_from(leaf).map_err(|_| not_found())?;
    let found = evaluated(&call, asked, move |programme| {
        let explained = programme.explain(&name)?;
        explained.leaves.iter().find(|leaf| leaf.leaf == place)?;
        let (as_of, park) = (programme.question.as_of, programme.question.park.clone());
        programme.leaves.get(place).map(|leaf| (leaf.of.clone(), leaf.period, as_of, park))
    });
    let (of, period, as_of, park) = found.await?.ok_or_else(not_found)?;
    let (first, last) = of.months(period);
    let filter = FactFilter {
        park: Some(park),
        measures: vec![of.measure()],
        days: Some((first.first(), last.last())),
        ..FactFilter::default()
    };
    let filters = format!("leaf {of:?} {filter:?}");
    let wanted = wanted(&call, filter, as_of, cursor, limit, filters);
    fact_page(call, format, wanted, move |fact| of.takes(fact)).await
}
