//! Whether the rows and the checkpoint keep up with the log.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::call::{Call, Reply, ok};
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;

/// How many records the rows may be behind a healthy log.
const MOST_LAG: u64 = 50_000;
/// How old the last look at the checkpoint may be.
const MOST_AGE: Duration = Duration::from_secs(5);

/// How the ledger is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Health {
    /// All rows reflect the records below this.
    #[schema(minimum = 0)]
    pub as_of: u64,
    /// Milliseconds since the newest checkpoint covered all that was durable.
    #[schema(minimum = 0)]
    pub checkpoint_age_ms: u64,
    /// How many records the newest checkpoint covers.
    #[schema(minimum = 0)]
    pub checkpoint_size: u64,
    /// Whether this is a demo, whose times come from a plan.
    pub demo: bool,
    /// How many records the rows do not reflect yet.
    #[schema(minimum = 0)]
    pub lag: u64,
    /// The log's name in its checkpoints.
    pub origin: String,
    /// How many records are durable.
    #[schema(minimum = 0)]
    pub size: u64,
}

pub fn operation() -> Operation {
    Operation::get("/api/v1/health", "get_health", Tag::Service)
        .public()
        .says(
            "Shows how the ledger is.",
            "How far the rows and the checkpoint are behind the log. 503 if they are too far \
             behind: more than 50,000 records, or 5 seconds.",
        )
        .answers::<Health>("The ledger keeps up.")
        .to(health)
}

async fn health(call: Call) -> Reply {
    let ledger = &call.api.ledger;
    let (as_of, size, age) = (ledger.index().position(), ledger.size(), ledger.checkpoint_age());
    let lag = size.saturating_sub(as_of);
    if lag > MOST_LAG || age > MOST_AGE {
        let detail = format!(
            "the rows are {lag} records behind, and the checkpoint was last found to cover all \
             {} ms ago",
            age.as_millis()
        );
        return Err(Problem::new(Fault::Unhealthy, detail));
    }
    ok(&Health {
        as_of,
        checkpoint_age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
        checkpoint_size: ledger.checkpoint().map_or(0, |signed| signed.checkpoint.size),
        demo: ledger.is_demo(),
        lag,
        origin: ledger.origin().to_owned(),
        size,
    })
}
