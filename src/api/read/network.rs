//! Network statistics of a park, its links as a table, and the facts behind them.

use crate::api::call::{Call, Reply, ok, read};
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;
use crate::api::query::{Limit, Word, query, words};
use crate::api::read::figures::{as_of, fact_page, in_order, park, wanted};
use crate::api::read::reach;
use crate::api::table::{ListFormat, asked, export};
use crate::domain::quantity::Basis;
use crate::domain::time::Month;
use crate::domain::unit::Dimension;
use crate::query::fact::FactPage;
use crate::query::figure::FigureOf;
use crate::query::network::{self, NetworkAnswer};
use crate::statistics::chertow::{Granularity, LinkEvidence};
use crate::statistics::network::{NetworkFold, NetworkLink, NetworkParameters};

words! { Basis, Dimension }

query! {
    /// Which months, as of when, with which parameters.
    struct NetworkQuery {
        /// The figure as the records below this position give it; all that the rows reflect if
        /// absent.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// Only of this basis; all if absent.
        basis: Option<Basis>,
        /// Assume the boundary that closes the flows, and list it; `false` if absent.
        close: Option<bool>,
        /// Only of this dimension; all if absent, and then flows of several are refused.
        dimension: Option<Dimension>,
        /// What makes a link: `used` (strict, the default) or `accepted` (confirmed receipt).
        evidence: Option<LinkEvidence>,
        /// `json` (the default) answers all of it; `csv` and `xlsx` answer the links, as Accept
        /// does.
        #[param(inline)]
        format: Option<ListFormat>,
        /// The first month.
        from: Month,
        /// What an entity is: `firm` (the default) or `site`.
        granularity: Option<Granularity>,
        /// Whether products make links too, beside by-products and utilities; `false` if absent.
        products: Option<bool>,
        /// Whether primarily recyclers have links; `true` if absent.
        recyclers: Option<bool>,
        /// The last month, included.
        to: Month,
    }
}

query! {
    /// Which facts behind the network statistics.
    struct NetworkFacts {
        /// Facts of the records below this position; all that the rows reflect if absent.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// As in the figure.
        basis: Option<Basis>,
        /// `next_cursor` of the page before, with the same filters.
        #[param(value_type = Option<String>, max_length = 100)]
        cursor: Option<Word>,
        /// As in the figure.
        dimension: Option<Dimension>,
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
        /// As in the figure.
        products: Option<bool>,
        /// As in the figure.
        recyclers: Option<bool>,
        /// The last month, included.
        to: Month,
    }
}

pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/api/v1/parks/{park}/statistics/network", "get_network", Tag::Statistics)
            .says(
                "Network statistics.",
                "The web of who uses whose materials: its links with their continuity, \
                 connectance, cyclicity and cycles, how much depends on each entity, \
                 how concentrated each receiver's suppliers are, and the share of what \
                 is generated that other firms take. Of flows of one dimension and \
                 basis that balance also Finn's cycling index, the average path length \
                 and the ascendency; else the answer says why not: `mixed_units`, \
                 `network_unbalanced`, `network_empty`. What comes in from outside and \
                 leaves is known from exchanges with other parks, from disposals, and \
                 from what sites state of the items `network_input` and \
                 `network_output`. Links of an entity to itself never count. For the \
                 park's administration, verifiers and regulators.",
            )
            .query::<NetworkQuery>()
            .answers::<NetworkAnswer>("The figures; as a table, the links.")
            .tables()
            .to(figures),
        Operation::get(
            "/api/v1/parks/{park}/statistics/network/facts",
            "list_network_facts",
            Tag::Statistics,
        )
        .says(
            "The facts behind the network statistics.",
            "Every fact that makes a link, crosses the boundary or declares generation, with its \
             record's position.",
        )
        .query::<NetworkFacts>()
        .answers::<FactPage>("A page of the facts.")
        .tables()
        .to(facts),
    ]
}

async fn figures(call: Call) -> Reply {
    let query: NetworkQuery = call.query()?;
    let park = park(&call)?;
    let NetworkQuery { basis, close, dimension, evidence, from, granularity, .. } = query;
    let NetworkQuery { at_least, format, products, recyclers, to, .. } = query;
    in_order(from, to)?;
    reach(&call, at_least).await?;
    let of = FigureOf { park, from, to, as_of: as_of(&call, query.as_of)? };
    let usual = NetworkParameters::default();
    let parameters = NetworkParameters {
        basis,
        close: close.unwrap_or(usual.close),
        dimension,
        evidence: evidence.unwrap_or(usual.evidence),
        granularity: granularity.unwrap_or(usual.granularity),
        products: products.unwrap_or(usual.products),
        recyclers: recyclers.unwrap_or(usual.recyclers),
    };
    let api = call.api.clone();
    let answer = move || {
        let (index, size) = (api.ledger.index(), api.ledger.size());
        Ok::<_, Problem>(network::network(index, size, of, parameters)?)
    };
    let Some(format) = asked(&call, format) else { return ok(&read(answer).await?) };
    let mut answer = Some(answer);
    export::<NetworkLink, _>(format, "network-links", move |_| {
        let links = answer.take().map(|answer| Ok::<_, Problem>(answer()?.result.links));
        Ok((links.transpose()?.unwrap_or_default(), None))
    })
    .await
}

async fn facts(call: Call) -> Reply {
    let page: NetworkFacts = call.query()?;
    let park = park(&call)?;
    let NetworkFacts { basis, dimension, evidence, from, granularity, products, .. } = page;
    let NetworkFacts { at_least, cursor, format, limit, recyclers, to, .. } = page;
    in_order(from, to)?;
    reach(&call, at_least).await?;
    let of = FigureOf { park, from, to, as_of: as_of(&call, page.as_of)? };
    let usual = NetworkParameters::default();
    let parameters = NetworkParameters {
        basis,
        dimension,
        evidence: evidence.unwrap_or(usual.evidence),
        granularity: granularity.unwrap_or(usual.granularity),
        products: products.unwrap_or(usual.products),
        recyclers: recyclers.unwrap_or(usual.recyclers),
        ..usual
    };
    let filter = of.filter(&parameters.measures());
    let filters = format!("network {parameters:?} {filter:?}");
    let wanted = wanted(&call, filter, of.as_of, cursor, limit, filters);
    let fold = NetworkFold::new(parameters, Some(from), Some(to));
    fact_page(call, format, wanted, move |fact| fold.counts(fact)).await
}
