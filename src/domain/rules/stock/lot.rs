//! Lots: `form_lot`, `blend_lots`, `split_lot`, `dissolve_lot`.
//!
//! Invariant: what a command says of which deliveries a lot is made is exact and follows one rule:
//! the oldest first. A lot is formed of the oldest deliveries that no lot has, a blend adds up what
//! its lots are made of, a split takes the oldest of its lot, deliveries before own material. No
//! quantity of a delivery is in two lots.

use crate::domain::command::{BlendLots, DissolveLot, FormLot, SplitLot, StockOrigin};
use crate::domain::decide::Context;
use crate::domain::event::{BlendedLot, LotDissolved, LotFormed, LotPart, LotSplit, LotsBlended};
use crate::domain::id::LotId;
use crate::domain::quantity::{MAX_AMOUNT, Quantity};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::free_of;
use crate::domain::rules::lookup;
use crate::domain::rules::stock::draw::oldest;
use crate::domain::rules::stock::{At, Decision, LOT, QUANTITY};
use crate::domain::state::{Delivery, Lot, MOST_PARTS, Part};
use crate::domain::states::States;
use crate::domain::unit::Unit;

/// Lots that one command makes, or blends.
const MOST_LOTS: usize = 20;

pub fn form_lot<S: States>(context: &Context<'_, S>, data: &FormLot) -> Decision {
    let FormLot { lot, material, quantity, site, .. } = data;
    let at = At::of(context, site, material, Some(quantity), "the lot")?;
    let opened = at.account.state.opened;
    if at.day < opened {
        let message = format!("the account was opened on {opened}, and this is on {}", at.day);
        return Err(Refusal::new(Code::BeforeLot, "/occurred_at", message));
    }
    unused(context, lot, LOT)?;
    named::not_zero(quantity, QUANTITY)?;
    at.has(quantity, None)?;
    let parts = match data.origin {
        StockOrigin::Generated => vec![LotPart { delivery: None, quantity: *quantity }],
        StockOrigin::Accepted => oldest(context, &at, quantity, |delivery: &Delivery, most| {
            let amount = free_of(context.states, delivery).min(most);
            let received = delivery.received.as_ref().filter(|_| amount > 0);
            Ok(received.map(|received| {
                let id = Some(delivery.exchange.delivery.clone());
                let quantity = received.quantity.resized(amount);
                (LotPart { delivery: id, quantity }, amount)
            }))
        })?,
    };
    let formed = LotFormed {
        composition: named::sealed(data.composition.as_ref()),
        day: at.day,
        lot: lot.clone(),
        note: data.note.clone(),
        parts,
        place: at.place(),
        quantity: *quantity,
    };
    Ok(vec![formed.into()])
}

pub fn blend_lots<S: States>(context: &Context<'_, S>, data: &BlendLots) -> Decision {
    let BlendLots { lot, lots, material, site, .. } = data;
    let at = At::of(context, site, material, None, "the blend")?;
    lookup::counted(lots, 2, MOST_LOTS, "/data/lots")?;
    lookup::each_once(lots, "/data/lots")?;
    unused(context, lot, LOT)?;
    let (mut parts, mut blended): (Vec<Part>, _) = (Vec::new(), Vec::new());
    let mut unit = at.account.state.unit;
    for (place, id) in lots.iter().enumerate() {
        let found = at.lot(context, id, &format!("/data/lots/{place}"))?;
        let found = &found.state;
        if place == 0 {
            unit = found.unit;
        }
        for more in &found.parts {
            match parts.iter_mut().find(|part| part.delivery == more.delivery) {
                Some(part) => part.amount += more.amount,
                None => parts.push(more.clone()),
            }
        }
        let quantity = in_unit(found.quantity(), found.unit);
        blended.push(BlendedLot { lot: id.clone(), quantity });
    }
    if parts.len() > MOST_PARTS {
        let message = format!(
            "these lots are made of {} deliveries together, and a lot is of at most {MOST_PARTS}",
            parts.len()
        );
        return Err(Refusal::new(Code::TooMany, "/data/lots", message));
    }
    let total = parts.iter().map(|part| i128::from(part.amount)).sum::<i128>();
    let total = bounded(total, "/data/lots")?;
    // Own material has no day of its own: it goes last.
    parts.sort_by_cached_key(|part| match &part.delivery {
        Some(id) => {
            let delivery = context.states.find::<Delivery>(id.as_str());
            (false, delivery.and_then(|delivery| delivery.state.accepted_by))
        }
        None => (true, None),
    });
    let event = LotsBlended {
        composition: named::sealed(data.composition.as_ref()),
        day: at.day,
        lot: lot.clone(),
        lots: blended,
        note: data.note.clone(),
        parts: written(&parts, unit),
        place: at.place(),
        quantity: in_unit(total, unit),
    };
    Ok(vec![event.into()])
}

pub fn split_lot<S: States>(context: &Context<'_, S>, data: &SplitLot) -> Decision {
    let SplitLot { into, lot: from, material, site } = data;
    let at = At::of(context, site, material, None, "the split")?;
    let found = at.lot(context, from, LOT)?;
    lookup::counted(into, 1, MOST_LOTS, "/data/into")?;
    let mut rest = found.state.clone();
    let mut events = Vec::new();
    for (place, new) in into.iter().enumerate() {
        let pointer = format!("/data/into/{place}/lot");
        unused(context, &new.lot, &pointer)?;
        if into[..place].iter().any(|other| other.lot == new.lot) {
            let message = format!("{} stands here a second time; name each once", new.lot);
            return Err(Refusal::new(Code::DuplicateMember, pointer, message));
        }
        let (quantity, pointer) = (&new.quantity, format!("/data/into/{place}/quantity"));
        lookup::alike(quantity, rest.material.dimension, &pointer)?;
        named::not_zero(quantity, &pointer)?;
        if quantity.amount() > rest.quantity() {
            let left = in_unit(rest.quantity(), rest.unit);
            let message =
                format!("{quantity} is more than the {left} that are left of {from} here");
            return Err(Refusal::new(Code::LotExceeded, pointer, message));
        }
        let split = LotSplit {
            day: at.day,
            from: from.clone(),
            lot: new.lot.clone(),
            note: new.note.clone(),
            parts: written(&rest.take(quantity.amount()), quantity.unit()),
            place: at.place(),
            quantity: *quantity,
        };
        events.push(split.into());
    }
    Ok(events)
}

pub fn dissolve_lot<S: States>(context: &Context<'_, S>, data: &DissolveLot) -> Decision {
    let DissolveLot { lot, material, site } = data;
    let at = At::of(context, site, material, None, "the end of the lot")?;
    let found = at.lot(context, lot, LOT)?;
    let Lot { parts, unit, .. } = &found.state;
    let dissolved = LotDissolved {
        day: at.day,
        lot: lot.clone(),
        parts: written(parts, *unit),
        place: at.place(),
        quantity: in_unit(found.state.quantity(), *unit),
    };
    Ok(vec![dissolved.into()])
}

/// Refuses an id that a lot has, of whichever account.
fn unused<S: States>(context: &Context<'_, S>, lot: &LotId, pointer: &str) -> Result<(), Refusal> {
    if !context.states.exists::<Lot>(lot.as_str()) {
        return Ok(());
    }
    let message = format!("there is a lot {lot} already");
    Err(Refusal::new(Code::AlreadyExists, pointer, message))
}

/// Refuses a gain by which a lot would have more than a quantity can say.
pub(super) fn fits(lot: &Lot, more: &Quantity) -> Result<(), Refusal> {
    bounded(i128::from(lot.quantity()) + i128::from(more.amount()), QUANTITY)?;
    if lot.of(None) == 0 && lot.parts.len() == MOST_PARTS {
        let message = format!("a lot is made of at most {MOST_PARTS} deliveries");
        return Err(Refusal::new(Code::TooMany, LOT, message));
    }
    Ok(())
}

fn bounded(amount: i128, pointer: &str) -> Result<i64, Refusal> {
    i64::try_from(amount).ok().filter(|amount| *amount <= MAX_AMOUNT).ok_or_else(|| {
        Refusal::new(Code::TooMany, pointer, "a lot would have more than a quantity can say")
    })
}

fn written(parts: &[Part], unit: Unit) -> Vec<LotPart> {
    let each = |part: &Part| LotPart {
        delivery: part.delivery.clone(),
        quantity: in_unit(part.amount, unit),
    };
    parts.iter().map(each).collect()
}

/// In the unit if it can be written in that, else in the smallest one.
fn in_unit(amount: i64, unit: Unit) -> Quantity {
    Quantity::zero(unit).resized(amount)
}
