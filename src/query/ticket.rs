//! The tickets of a scale in the order of its counter: what is missing between them, and what was
//! recorded long after it was weighed.
//!
//! A weighbridge counts its tickets. One that never came to the ledger leaves a hole in the
//! numbers, and one that came days later was in somebody's drawer, or in the spool of a gate
//! without network. Neither is refused; both are seen here.
//!
//! All tickets of the scale are looked at, whatever the days, because a late one may fill a gap of
//! long ago; on a thread that no command waits for.
//!
//! Invariant: a gap lies between two recorded numbers with one prefix, and no recorded number lies
//! in it. Days narrow what is shown, never what counts as recorded.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::{DeliveryId, ScaleId};
use crate::domain::quantity::Quantity;
use crate::domain::state::{Park, Scale, TicketLoad, TicketUse};
use crate::domain::states::{Kind, States};
use crate::domain::ticket::{WeighingMode, counter};
use crate::domain::time::{Day, UtcMicros, UtcMillis, Zone};
use crate::index::ListOf;
use crate::query::answer::QueryError;
use crate::query::rows::Rows;

/// After so many hours a ticket is late: a gate that was offline over a weekend is not.
pub const LATE_AFTER_H: u32 = 72;

/// The most tickets, and the most gaps, that are shown: more than a scale weighs in a day.
pub const MOST: usize = 2_000;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_HOUR: i64 = 3_600 * MICROS_PER_SECOND;

/// How many entries of the list are asked for at once.
const STRIDE: usize = 1_024;

/// What a scale has weighed, in the order of its counter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScaleTickets {
    /// The answer reflects every record below this position.
    #[schema(minimum = 0)]
    pub as_of: u64,
    /// Whether all that is asked for is shown. If not, ask for fewer days.
    pub complete: bool,
    /// Numbers that are missing; a gap is of the days of the ticket that follows it.
    #[schema(max_items = 2000)]
    pub gaps: Vec<TicketGap>,
    /// How many records the log has that the answer does not reflect yet.
    #[schema(minimum = 0)]
    pub lag: u64,
    /// A ticket that was recorded more than so many hours after it was weighed is `late`.
    pub late_after_h: u32,
    pub scale: ScaleId,
    /// By prefix and number; those without a number at their end come first.
    #[schema(max_items = 2000)]
    pub tickets: Vec<ScaleTicket>,
}

/// Numbers of which no ticket is recorded, between two of which there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TicketGap {
    /// The number of the ticket before the gap.
    pub after: String,
    /// The number of the ticket behind it.
    pub before: String,
    /// The first missing number, without its prefix.
    #[schema(minimum = 0)]
    pub first: u64,
    /// The last missing number.
    #[schema(minimum = 0)]
    pub last: u64,
    /// How many are missing.
    #[schema(minimum = 1)]
    pub missing: u64,
    pub prefix: String,
}

/// One weighing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScaleTicket {
    pub gross: Quantity,
    /// The delivery that it stands for; of a split ticket every part that is recorded.
    #[schema(max_items = 100)]
    pub loads: Vec<ScaleTicketLoad>,
    pub mode: WeighingMode,
    /// As printed.
    pub number: String,
    /// Over how many deliveries it is split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<u8>,
    pub tare: Quantity,
    pub weighed_at: UtcMillis,
}

/// A delivery that a ticket stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScaleTicketLoad {
    /// From weighing to recording; less than zero where the gate's clock is ahead.
    pub delay_s: i64,
    pub delivery: DeliveryId,
    /// Whether it was recorded more than `late_after_h` hours after it was weighed.
    pub late: bool,
    /// Of a split ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<u8>,
    pub quantity: Quantity,
    /// Position of the record that has the ticket.
    #[schema(minimum = 0)]
    pub record: u64,
    pub recorded_at: UtcMicros,
}

/// The tickets of a scale that were weighed on these days, in its park's time zone. Whoever may see
/// the scale may see them.
pub fn of_scale(
    rows: &Rows<'_>,
    id: &ScaleId,
    days: (Option<Day>, Option<Day>),
) -> Result<ScaleTickets, QueryError> {
    let as_of = rows.index.position();
    let scale = rows.stored::<Scale>(id.as_str()).ok_or(QueryError::NotFound("scale"))?;
    let park = rows.index.find::<Park>(scale.state.park.as_str());
    let zone = park.expect("a scale stands in a park").state.zone;
    let (mut tickets, mut gaps) = (Vec::new(), Vec::new());
    let mut complete = true;
    let mut before: Option<(Place, String)> = None;
    for (place, row) in recorded(rows, id, as_of)? {
        let used = rows.index.find::<TicketUse>(&row).expect("a list names rows that are there");
        let number = row.split_once('/').map_or(&*row, |(_, number)| number).to_owned();
        let shown = is_within(used.state.weighed_at, days, &zone);
        let gap = before.as_ref().and_then(|before| gap(before, &(place.clone(), &*number)));
        if let Some(gap) = gap.filter(|_| shown) {
            complete &= gaps.len() < MOST;
            gaps.push(gap);
        }
        if shown {
            complete &= tickets.len() < MOST;
            tickets.push(ticket(number.clone(), &used.state));
        }
        before = Some((place, number));
        if !complete {
            break;
        }
    }
    tickets.truncate(MOST);
    gaps.truncate(MOST);
    let (lag, scale) = (rows.size.saturating_sub(as_of), id.clone());
    Ok(ScaleTickets { as_of, complete, gaps, lag, late_after_h: LATE_AFTER_H, scale, tickets })
}

/// Prefix and counter; neither of a number that does not count.
type Place = Option<(String, u64)>;

/// The rows of all tickets of a scale, each once, in the order of its counter.
fn recorded(rows: &Rows<'_>, id: &ScaleId, as_of: u64) -> Result<Vec<(Place, String)>, QueryError> {
    let of = ListOf::Scale(id.clone());
    let mut recorded: BTreeMap<(Place, String), ()> = BTreeMap::new();
    let mut next = 0;
    loop {
        let found = rows.index.list(Kind::Ticket, &of, next, as_of, STRIDE)?;
        let ended = found.len() < STRIDE;
        for (position, row) in found {
            next = position + 1;
            let number = row.split_once('/').map_or(&*row, |(_, number)| number);
            let place = counter(number).map(|(prefix, counter)| (prefix.to_owned(), counter));
            recorded.insert((place, row), ());
        }
        if ended {
            return Ok(recorded.into_keys().collect());
        }
    }
}

fn gap(before: &(Place, String), after: &(Place, &str)) -> Option<TicketGap> {
    let (Some((prefix, last)), Some((same, next))) = (&before.0, &after.0) else { return None };
    let missing = next.checked_sub(*last)?.checked_sub(1).filter(|missing| *missing > 0)?;
    (prefix == same).then(|| TicketGap {
        after: before.1.clone(),
        before: after.1.to_owned(),
        first: last + 1,
        last: next - 1,
        missing,
        prefix: prefix.clone(),
    })
}

fn is_within(at: UtcMillis, (from, to): (Option<Day>, Option<Day>), zone: &Zone) -> bool {
    let day = at.day_in(zone);
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
}

fn ticket(number: String, used: &TicketUse) -> ScaleTicket {
    let load = |load: &TicketLoad| {
        let delay_micros = load.recorded_at.0 - used.weighed_at.micros().0;
        ScaleTicketLoad {
            delay_s: delay_micros.div_euclid(MICROS_PER_SECOND),
            delivery: load.delivery.clone(),
            late: delay_micros > i64::from(LATE_AFTER_H) * MICROS_PER_HOUR,
            part: load.part,
            quantity: load.quantity,
            record: load.record,
            recorded_at: load.recorded_at,
        }
    };
    ScaleTicket {
        gross: used.gross,
        loads: used.loads.iter().map(load).collect(),
        mode: used.mode,
        number,
        parts: used.parts,
        tare: used.tare,
        weighed_at: used.weighed_at,
    }
}
