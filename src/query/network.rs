//! Network statistics of a park, computed from the facts below a position.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::ParkId;
use crate::domain::time::Month;
use crate::index::Index;
use crate::query::answer::QueryError;
use crate::query::figure::FigureOf;
use crate::statistics::network::{NetworkFigures, NetworkFold, NetworkParameters};

/// The network statistics of a park.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NetworkAnswer {
    /// From the facts of all records below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    /// The first month.
    pub from: Month,
    /// How many records the log has that the answer does not reflect.
    #[schema(minimum = 0)]
    pub lag: u64,
    pub park: ParkId,
    pub result: NetworkFigures,
    /// The last month, included.
    pub to: Month,
}

pub fn network(
    index: &Index,
    size: u64,
    of: FigureOf,
    parameters: NetworkParameters,
) -> Result<NetworkAnswer, QueryError> {
    let mut fold = NetworkFold::new(parameters, Some(of.from), Some(of.to));
    let filter = of.filter(&parameters.measures());
    index.facts(&filter, of.as_of, &mut |_, fact| fold.add(fact))?;
    let FigureOf { park, from, to, as_of } = of;
    let lag = size.saturating_sub(as_of);
    Ok(NetworkAnswer { as_of, from, lag, park, result: fold.finish(to), to })
}
