//! Reads of rosters, and of what a firm has to declare.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::api::call::{Call, Reply, ok, read};
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;
use crate::api::query::query;
use crate::api::read::figures::{as_of, park};
use crate::api::read::reach;
use crate::domain::access::Role;
use crate::domain::id::{FirmId, ParkId, RosterId};
use crate::domain::state::Park;
use crate::domain::states::States as _;
use crate::domain::time::{Day, Period, UtcMillis};
use crate::index::Index;
use crate::query::answer::QueryError;
use crate::query::roster::{self, DutiesAnswer, RosterAnswer, RostersAnswer, When};

query! {
    /// Of which period.
    struct RosterQuery {
        /// As rosters and facts below this position have it; all that the rows reflect if absent.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// What was due before this day and is missing is overdue; today in the park if absent.
        day: Option<Day>,
        /// A year, quarter or month.
        period: Period,
    }
}

query! {
    /// Whose.
    struct DutyQuery {
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// The key's own firm if absent.
        firm: Option<FirmId>,
    }
}

pub fn operations() -> Vec<Operation> {
    const WHO: &str = "For each roster: which places have declared which parts of the period, \
        what is missing, what of it is overdue, and the coverage in percent. A zero that was \
        declared counts as declared. The administration, verifiers and regulators of the park may \
        see it.";
    vec![
        Operation::get("/api/v1/parks/{park}/rosters", "list_rosters", Tag::Periods)
            .says("Who must declare what in a period, and who has.", WHO)
            .query::<RosterQuery>()
            .answers::<RostersAnswer>("The rosters that ask for something in the period.")
            .to(of_park),
        Operation::get("/api/v1/rosters/{roster}", "get_roster", Tag::Periods)
            .says("Who must declare by a roster, and who has.", WHO)
            .query::<OneRosterQuery>()
            .answers::<RosterAnswer>("The roster.")
            .to(one),
        Operation::get("/api/v1/duties", "list_duties", Tag::Periods)
            .says(
                "What a firm has to declare and has not.",
                "What may be declared by now, what is due first in front, with the last reminder. \
                 The firm itself may see it.",
            )
            .query::<DutyQuery>()
            .answers::<DutiesAnswer>("Its open duties.")
            .to(duties),
    ]
}

query! {
    /// Of which period.
    struct OneRosterQuery {
        /// As rosters and facts below this position have it; all that the rows reflect if absent.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// What was due before this day and is missing is overdue; today in the park if absent.
        day: Option<Day>,
        /// A part of the roster's period; the whole if absent.
        period: Option<Period>,
    }
}

fn today(index: &Index, park: &ParkId) -> Day {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = UtcMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    let park = index.find::<Park>(park.as_str()).expect("its park was found registered");
    now.day_in(&park.state.zone)
}

/// When is asked about, and how many records are behind it.
fn when(
    call: &Call,
    park: &ParkId,
    asked: Option<u64>,
    day: Option<Day>,
) -> Result<(When, u64), Problem> {
    let index = call.api.ledger.index();
    let as_of = as_of(call, asked)?;
    let day = day.unwrap_or_else(|| today(index, park));
    let lag = call.api.ledger.size().saturating_sub(as_of);
    Ok((When { as_of, is_now: asked.is_none(), day }, lag))
}

async fn of_park(call: Call) -> Reply {
    let park = park(&call)?;
    let RosterQuery { as_of, at_least, day, period } = call.query()?;
    if !call.api.ledger.index().exists::<Park>(park.as_str()) {
        return Err(QueryError::NotFound("park").into());
    }
    reach(&call, at_least).await?;
    let (when, lag) = when(&call, &park, as_of, day)?;
    let ledger = call.api.ledger.clone();
    let answer = read(move || Ok(roster::of_park(ledger.index(), park, period, when, lag)?));
    ok(&answer.await?)
}

async fn one(call: Call) -> Reply {
    use crate::domain::state::Roster;
    use crate::query::see::{Sight, may};
    let id: RosterId = call.segment("roster")?;
    let OneRosterQuery { as_of, at_least, day, period } = call.query()?;
    reach(&call, at_least).await?;
    let none = || Problem::from(QueryError::NotFound("roster"));
    let index = call.api.ledger.index();
    let found = index.find::<Roster>(id.as_str()).ok_or_else(none)?;
    let park = found.state.now.park.clone();
    if !may(call.who.as_ref(), &Sight::Figures(park.clone())) {
        return Err(none());
    }
    let (when, lag) = when(&call, &park, as_of, day)?;
    let ledger = call.api.ledger.clone();
    let answer = read(move || {
        let index = ledger.index();
        let version = roster::version_at(index, id.as_str(), when.as_of).ok_or_else(none)?;
        let period = period.unwrap_or(version.period);
        let status = roster::status(index, &version, period, when)?.ok_or_else(none)?;
        Ok(RosterAnswer { as_of: when.as_of, day: when.day, lag, roster: status })
    });
    ok(&answer.await?)
}

async fn duties(call: Call) -> Reply {
    let DutyQuery { at_least, firm } = call.query()?;
    reach(&call, at_least).await?;
    let who = call.principal();
    let own = |firm: &FirmId| who.firm.as_ref() == Some(firm) || who.also.contains(firm);
    let firm = firm.or_else(|| who.firm.clone());
    let Some(firm) = firm.filter(|firm| who.role == Role::Firm && own(firm)) else {
        let detail = "what a firm has to declare is shown to the firm; a park sees its rosters \
                      under parks/{park}/rosters";
        return Err(Problem::new(Fault::NotPermitted, detail));
    };
    let ledger = call.api.ledger.clone();
    let lag = ledger.size().saturating_sub(ledger.index().position());
    let answer = read(move || {
        let index = ledger.index();
        Ok(roster::duties(index, firm, |park| today(index, park), lag)?)
    });
    ok(&answer.await?)
}
