//! The participation that pins how a park is judged.
//!
//! Invariant: as of an earlier position a plan that was approved later pins nothing, and a stage is
//! the one that stood then.

use crate::domain::id::{ParkId, ParticipationId};
use crate::domain::name::Name;
use crate::domain::state::Participation;
use crate::domain::states::{Kind, States as _};
use crate::index::{Index, ListOf};
use crate::query::answer::QueryError;
use crate::query::target::Pinned;

/// The most participations of a park that are looked through.
const MOST: usize = 1_000;

/// The plan of a participation that was approved below a position.
pub fn of_id(
    index: &Index,
    park: &ParkId,
    id: &ParticipationId,
    as_of: u64,
) -> Result<Pinned, QueryError> {
    let none = QueryError::NotFound("participation with an approved plan");
    let found = index.find::<Participation>(id.as_str());
    let found = found.filter(|found| found.state.park == *park);
    match found.and_then(|found| found.state.plan_at(as_of)) {
        Some(plan) => Ok(Pinned { participation: id.clone(), plan }),
        None => Err(none),
    }
}

/// The plan of the only participation of a park in a programme that is active; none where there is
/// none or more than one.
pub fn only_active(
    index: &Index,
    park: &ParkId,
    method: &Name,
    as_of: u64,
) -> Result<Option<Pinned>, QueryError> {
    let of = ListOf::Park(park.clone());
    let list = index.list(Kind::Participation, &of, 0, as_of, MOST)?;
    let mut active = list.iter().filter_map(|(_, id)| {
        let found = index.find::<Participation>(id)?;
        let state = &found.state;
        let is_active = state.stage_at(as_of).is_some_and(|stage| stage.is_active());
        if !is_active || state.method_name() != method.as_str() {
            return None;
        }
        let plan = state.plan_at(as_of)?;
        Some(Pinned { participation: state.participation.clone(), plan })
    });
    Ok(active.next().filter(|_| active.next().is_none()))
}
