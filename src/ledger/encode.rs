//! From the events of one command to lines of the batch.
//!
//! Invariant: positions, stream versions and places in parks are dense because they are taken from
//! the states that the record before has left; so encoding and evolving go hand in hand.

use rand_chacha::ChaCha20Rng;
use rand_core::Rng as _;

use crate::domain::actor::Actor;
use crate::domain::event::{Event, Stream};
use crate::domain::evolve::evolve;
use crate::domain::id::ParkId;
use crate::domain::state::{
    AttachedEvidence, Catalogue, Claim, Contract, Delivery, Facility, Firm, Key, Ledger, Listing,
    MassBalance, Material, Meter, Park, ParkPlaces, Participation, PeriodReturn, Permit,
    PublishedFactors, PublishedMethod, Roster, Scale, Site, Statement,
};
use crate::domain::states::{Aggregate, States, StatesMut};
use crate::domain::time::{UtcMicros, UtcMillis};
use crate::log::Batch;
use crate::merkle::Hash;
use crate::record::{Body, CommandRef, Decoded, Head, LINE_LIMIT, TooLarge};

/// What all records of one command share.
pub struct Envelope<'a> {
    pub actor: &'a Actor,
    pub command: CommandRef,
    pub key: &'a str,
    pub occurred_at: UtcMillis,
    pub recorded_at: UtcMicros,
}

/// Reusable memory.
#[derive(Default)]
pub struct Buffers {
    /// The data of a command's events, one behind the other.
    data: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    body: Vec<u8>,
}

/// The most that HEAD and all of BODY but its data take: ids are bounded, and so are parks.
const ENVELOPE_MOST: usize = 8 << 10;

/// Adds a command's records to the batch and leaves the states as they are after them. If one of
/// them is too large nothing was added, and no state changed.
pub fn encode<S: StatesMut>(
    states: &mut S,
    batch: &mut Batch,
    envelope: &Envelope<'_>,
    events: Vec<Event>,
    salts: &mut ChaCha20Rng,
    buffers: &mut Buffers,
    out: &mut Vec<Decoded>,
) -> Result<(), TooLarge> {
    buffers.data.clear();
    buffers.ends.clear();
    for event in &events {
        let start = buffers.data.len();
        serde_json::to_writer(&mut buffers.data, event).expect("events have string keys");
        let bytes = buffers.data.len() - start;
        // Checked before any state changes: behind this point nothing fails.
        if bytes + ENVELOPE_MOST > LINE_LIMIT {
            return Err(TooLarge::Line { bytes });
        }
        buffers.ends.push(buffers.data.len());
    }
    let steps = u32::try_from(events.len()).expect("a command has few records");
    let mut start = 0;
    for (step, event) in (0..).zip(events) {
        let stream = event.stream();
        let version = version_of(states, stream);
        let (stream, kind) = (stream.to_string(), event.kind().to_owned());
        let head = Head {
            batch: batch.first,
            body: Hash([0; 32]),
            parks: places(states, &event),
            position: batch.next,
            recorded_at: envelope.recorded_at,
            schema: event.schema(),
            step,
            steps,
            kind,
        };
        let mut salt = Hash([0; 32]);
        salts.fill_bytes(&mut salt.0);
        let end = buffers.ends[step as usize];
        let body = Body {
            actor: envelope.actor.as_str().to_owned(),
            command: envelope.command.clone(),
            data: &buffers.data[start..end],
            key: envelope.key.to_owned(),
            occurred_at: envelope.occurred_at,
            salt,
            stream,
            version,
        };
        start = end;
        buffers.body.clear();
        body.encode(&mut buffers.body);
        let leaf = batch.push(head.clone(), &buffers.body).expect("its size was checked");
        let Body { command, key, occurred_at, stream, version, .. } = body;
        let actor = envelope.actor.clone();
        let decoded =
            Decoded { head, leaf, actor, command, key, occurred_at, stream, version, event };
        evolve(states, &decoded.meta(), &decoded.event);
        out.push(decoded);
    }
    Ok(())
}

/// The record's place among those of each park that it concerns.
fn places<S: States>(states: &S, event: &Event) -> Vec<(ParkId, u64)> {
    let place = |park: &ParkId| {
        states.find::<ParkPlaces>(park.as_str()).map_or(0, |places| places.state.places)
    };
    event.parks().into_iter().map(|park| (park.clone(), place(park))).collect()
}

/// How many records a stream has.
fn version_of<S: States>(states: &S, stream: Stream<'_>) -> u64 {
    fn of<A: Aggregate>(states: &impl States, id: &str) -> u64 {
        states.find::<A>(id).map_or(0, |stored| stored.version)
    }
    match stream.kind {
        "delivery" => of::<Delivery>(states, stream.id),
        "contract" => of::<Contract>(states, stream.id),
        "return" => of::<PeriodReturn>(states, stream.id),
        "evidence" => of::<AttachedEvidence>(states, stream.id),
        "method" => of::<PublishedMethod>(states, stream.id),
        "statement" => of::<Statement>(states, stream.id),
        "claim" => of::<Claim>(states, stream.id),
        "mass_balance" => of::<MassBalance>(states, stream.id),
        "roster" => of::<Roster>(states, stream.id),
        "participation" => of::<Participation>(states, stream.id),
        "factors" => of::<PublishedFactors>(states, stream.id),
        "facility" => of::<Facility>(states, stream.id),
        "listing" => of::<Listing>(states, stream.id),
        "material" => of::<Material>(states, stream.id),
        "site" => of::<Site>(states, stream.id),
        "firm" => of::<Firm>(states, stream.id),
        "park" => of::<Park>(states, stream.id),
        "permit" => of::<Permit>(states, stream.id),
        "scale" => of::<Scale>(states, stream.id),
        "meter" => of::<Meter>(states, stream.id),
        "key" => of::<Key>(states, stream.id),
        "catalogue" => of::<Catalogue>(states, stream.id),
        "ledger" => of::<Ledger>(states, stream.id),
        other => unreachable!("{other} is no stream"),
    }
}
