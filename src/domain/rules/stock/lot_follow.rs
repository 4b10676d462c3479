//! What events leave in lots, in their account and in the deliveries that they are made of.
//!
//! Invariant: an account's `in_lots` is the sum of its lots, and a delivery's `in_lots` what they
//! have of it. A blend and a split move nothing in either.

use crate::domain::event::{Event, LotDissolved, LotPart, LotSplit, StockPlace};
use crate::domain::id::{DeliveryId, LotId};
use crate::domain::quantity::Quantity;
use crate::domain::state::{Delivery, Lot, Part, StockAccount, account_id};
use crate::domain::states::StatesMut;
use crate::domain::text::Text;
use crate::domain::time::Day;

/// What every event that makes a lot says of it.
struct Made<'a> {
    blended_of: Vec<LotId>,
    composition: bool,
    day: Day,
    lot: &'a LotId,
    note: &'a Option<Text>,
    parts: &'a [LotPart],
    place: &'a StockPlace,
    quantity: &'a Quantity,
    split_from: Option<LotId>,
}

/// What an event about lots themselves leaves.
#[expect(clippy::wildcard_enum_match_arm, reason = "`follow::evolve` hands over events of lots")]
pub fn evolve<S: StatesMut>(states: &mut S, at: u64, event: &Event) {
    match event {
        Event::LotFormed(e) => {
            make(
                states,
                at,
                Made {
                    blended_of: Vec::new(),
                    composition: e.composition.is_some(),
                    day: e.day,
                    lot: &e.lot,
                    note: &e.note,
                    parts: &e.parts,
                    place: &e.place,
                    quantity: &e.quantity,
                    split_from: None,
                },
            );
            aside(states, at, &account_of(&e.place), e.quantity.amount());
            for part in &e.parts {
                of_delivery(states, at, part.delivery.as_ref(), part.quantity.amount());
            }
        }
        Event::LotsBlended(e) => {
            for gone in &e.lots {
                states.change::<Lot>(gone.lot.as_str(), at, false, |lot| {
                    lot.parts.clear();
                    lot.blended_into = Some(e.lot.clone());
                });
            }
            make(
                states,
                at,
                Made {
                    blended_of: e.lots.iter().map(|gone| gone.lot.clone()).collect(),
                    composition: e.composition.is_some(),
                    day: e.day,
                    lot: &e.lot,
                    note: &e.note,
                    parts: &e.parts,
                    place: &e.place,
                    quantity: &e.quantity,
                    split_from: None,
                },
            );
        }
        Event::LotSplit(e) => split(states, at, e),
        Event::LotDissolved(e) => dissolve(states, at, e),
        _ => unreachable!("{} is no event of a lot", event.kind()),
    }
}

/// Part of a lot becomes a lot of its own.
fn split<S: StatesMut>(states: &mut S, at: u64, e: &LotSplit) {
    states.change::<Lot>(e.from.as_str(), at, false, |from| {
        for part in &e.parts {
            from.take_of(part.delivery.as_ref(), part.quantity.amount());
        }
    });
    make(
        states,
        at,
        Made {
            blended_of: Vec::new(),
            composition: false,
            day: e.day,
            lot: &e.lot,
            note: &e.note,
            parts: &e.parts,
            place: &e.place,
            quantity: &e.quantity,
            split_from: Some(e.from.clone()),
        },
    );
}

fn make<S: StatesMut>(states: &mut S, at: u64, made: Made<'_>) {
    let StockPlace { firm, material, park, site } = made.place.clone();
    let part =
        |part: &LotPart| Part { delivery: part.delivery.clone(), amount: part.quantity.amount() };
    let lot = Lot {
        blended_of: made.blended_of,
        blended_into: None,
        composition: made.composition,
        day: made.day,
        dissolved: false,
        firm,
        formed: made.quantity.amount(),
        lot: made.lot.clone(),
        material,
        note: made.note.clone(),
        park,
        parts: made.parts.iter().map(part).collect(),
        site,
        split_from: made.split_from,
        unit: made.quantity.unit(),
    };
    states.create(made.lot.as_str(), at, false, lot);
}

fn dissolve<S: StatesMut>(states: &mut S, at: u64, event: &LotDissolved) {
    states.change::<Lot>(event.lot.as_str(), at, false, |lot| {
        lot.parts.clear();
        lot.dissolved = true;
    });
    aside(states, at, &account_of(&event.place), -event.quantity.amount());
    for part in &event.parts {
        of_delivery(states, at, part.delivery.as_ref(), -part.quantity.amount());
    }
}

/// A part of a lot was used or disposed of.
pub fn draw<S: StatesMut>(
    states: &mut S,
    at: u64,
    lot: &LotId,
    delivery: Option<&DeliveryId>,
    amount: i64,
) {
    let account = change(states, at, lot, |lot| lot.take_of(delivery, amount));
    aside(states, at, &account, -amount);
    of_delivery(states, at, delivery, -amount);
}

/// The oldest of a lot is gone; it lies nowhere any more.
pub fn lose<S: StatesMut>(states: &mut S, at: u64, lot: &LotId, amount: i64) {
    let mut taken = Vec::new();
    let account = change(states, at, lot, |lot| taken = lot.take(amount));
    aside(states, at, &account, -amount);
    for Part { delivery, amount } in taken {
        of_delivery(states, at, delivery.as_ref(), -amount);
        if let Some(delivery) = delivery {
            let lose = |delivery: &mut Delivery| delivery.lost += amount;
            states.change::<Delivery>(delivery.as_str(), at, false, lose);
        }
    }
}

/// There is more in a lot than was known.
pub fn gain<S: StatesMut>(states: &mut S, at: u64, lot: &LotId, amount: i64) {
    let account = change(states, at, lot, |lot| lot.add_own(amount));
    aside(states, at, &account, amount);
}

/// Changes a lot; the id of its account.
fn change<S: StatesMut>(
    states: &mut S,
    at: u64,
    lot: &LotId,
    change: impl FnOnce(&mut Lot),
) -> String {
    let mut account = String::new();
    states.change::<Lot>(lot.as_str(), at, false, |lot| {
        change(lot);
        account = lot.account();
    });
    account
}

fn account_of(place: &StockPlace) -> String {
    account_id(&place.site, &place.material.material)
}

fn aside<S: StatesMut>(states: &mut S, at: u64, account: &str, amount: i64) {
    let add = |account: &mut StockAccount| account.in_lots += i128::from(amount);
    states.change::<StockAccount>(account, at, false, add);
}

fn of_delivery<S: StatesMut>(states: &mut S, at: u64, delivery: Option<&DeliveryId>, amount: i64) {
    let Some(delivery) = delivery else { return };
    let add = |delivery: &mut Delivery| delivery.in_lots += amount;
    states.change::<Delivery>(delivery.as_str(), at, false, add);
}
