//! `draw_stock`: a quantity of the pile is used or disposed of at the site.
//!
//! Invariant: nothing is told twice. What was accepted is drawn as uses or disposals of its
//! deliveries, the oldest first, so no delivery can be used once more beside the pile or a lot. Own
//! material whose reuse the month's return has declared is not drawn, nor the other way round.

use crate::domain::command::{DrawStock, StockOrigin};
use crate::domain::decide::Context;
use crate::domain::event::{Event, StockDrawn};
use crate::domain::id::{LotId, MaterialId, SiteId};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::{part_of_lot, part_of_pile};
use crate::domain::rules::period::has_declared;
use crate::domain::rules::stock::{At, Decision, LOT, QUANTITY};
use crate::domain::shapes::Theme;
use crate::domain::state::{
    Delivery, MOST_PARTS, Movement, STOCK_PAGE, StockLots, account_id, lots_id, moved_in, stock_sum,
};
use crate::domain::states::States;
use crate::domain::time::Month;

pub fn draw_stock<S: States>(context: &Context<'_, S>, data: &DrawStock) -> Decision {
    let at = At::of(context, &data.site, &data.material, Some(&data.quantity), "the use")?;
    if let Some(lot) = &data.lot {
        return of_lot(context, data, &at, lot);
    }
    let method = match (data.origin, data.method) {
        (None, _) => {
            let message = "say whose material it is, or name the lot that it is taken of";
            return Err(Refusal::new(Code::MissingMember, "/data/origin", message));
        }
        (Some(StockOrigin::Generated), None) => return Err(method_needed()),
        (Some(StockOrigin::Accepted), Some(_)) => return Err(method_measured()),
        (Some(StockOrigin::Generated | StockOrigin::Accepted), method) => method,
    };
    named::not_zero(&data.quantity, QUANTITY)?;
    at.has(&data.quantity, None)?;
    let Some(method) = method else {
        let part = |delivery: &Delivery, most| {
            part_of_pile(context, delivery, data.operation, data.product.as_ref(), at.day, most)
        };
        return oldest(context, &at, &data.quantity, part);
    };
    Ok(vec![own(context, data, &at, method, data.quantity)?])
}

fn method_needed() -> Refusal {
    Refusal::new(Code::MissingMember, "/data/method", "say how the quantity was come by")
}

fn method_measured() -> Refusal {
    let message = "what was accepted was measured when it came; leave the method out";
    Refusal::new(Code::UnexpectedMember, "/data/method", message)
}

/// Own material, unless the month's return has told of it.
fn own<S: States>(
    context: &Context<'_, S>,
    data: &DrawStock,
    at: &At,
    method: Method,
    quantity: Quantity,
) -> Result<Event, Refusal> {
    let month = at.day.month();
    let declared = has_declared(context.states, &data.site, &data.material, month, Theme::OwnReuse);
    if data.operation.is_recovery() && declared {
        let message = format!(
            "the return of {month} has declared what {} reused of {}; it is not told twice",
            data.site, data.material
        );
        return Err(Refusal::new(Code::AlreadyDeclared, "/occurred_at", message));
    }
    let drawn = StockDrawn {
        day: at.day,
        lot: data.lot.clone(),
        method,
        operation: data.operation,
        place: at.place(),
        product: data.product.clone(),
        quantity,
    };
    Ok(drawn.into())
}

/// A lot gives its oldest: uses or disposals of its deliveries, and own material.
fn of_lot<S: States>(context: &Context<'_, S>, data: &DrawStock, at: &At, id: &LotId) -> Decision {
    let DrawStock { operation, product, quantity, .. } = data;
    if data.origin.is_some() {
        let message = "a lot knows whose material it is; leave the origin out";
        return Err(Refusal::new(Code::UnexpectedMember, "/data/origin", message));
    }
    named::not_zero(quantity, QUANTITY)?;
    let lot = at.lot(context, id, LOT)?;
    at.has(quantity, Some(&lot.state))?;
    let mut events = Vec::new();
    let mut open = quantity.amount();
    let mut has_own = false;
    for part in &lot.state.parts {
        let most = part.amount.min(open);
        if most == 0 {
            break;
        }
        let Some(delivery) = &part.delivery else {
            let method = data.method.ok_or_else(method_needed)?;
            events.push(own(context, data, at, method, quantity.resized(most))?);
            (open, has_own) = (open - most, true);
            continue;
        };
        let delivery = context.states.find::<Delivery>(delivery.as_str());
        let delivery = delivery.expect("a lot is made of what was delivered");
        let (delivery, product) = (&delivery.state, product.as_ref());
        let part = part_of_lot(context, delivery, *operation, product, at.day, (id, most))?;
        if let Some((event, amount)) = part {
            events.push(event);
            open -= amount;
        }
    }
    if open > 0 {
        let there = i128::from(quantity.amount()) - i128::from(open);
        return Err(exceeds(quantity, &stock_sum(there, &lot.state.material).to_string()));
    }
    if data.method.is_some() && !has_own {
        return Err(method_measured());
    }
    Ok(events)
}

/// Whether own material was drawn for use in a month.
pub fn own_used_in<S: States>(
    states: &S,
    site: &SiteId,
    material: &MaterialId,
    month: Month,
) -> bool {
    let moved = moved_in(states, &account_id(site, material), month);
    moved.of(Movement::OwnUsed) != 0 || moved.of(Movement::OwnUsedInterim) != 0
}

/// The oldest deliveries give what no lot has of them, each what `give` makes of its part.
pub(super) fn oldest<S: States, T>(
    context: &Context<'_, S>,
    at: &At,
    quantity: &Quantity,
    give: impl Fn(&Delivery, i64) -> Result<Option<(T, i64)>, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let account = &at.account.state;
    let mut given = Vec::new();
    let mut open = quantity.amount();
    let pages = account.lots.div_ceil(STOCK_PAGE);
    for page in account.first_lots..pages {
        let page = context.states.find::<StockLots>(&lots_id(&at.id, page));
        for id in &page.expect("a page is made before it is counted").state.deliveries {
            if open == 0 {
                return Ok(given);
            }
            let delivery = context.states.find::<Delivery>(id.as_str());
            let delivery = delivery.expect("what was accepted was delivered");
            let Some((part, amount)) = give(&delivery.state, open)? else { continue };
            if given.len() == MOST_PARTS {
                let message = format!(
                    "this draws on more than {MOST_PARTS} deliveries; do it in smaller parts"
                );
                return Err(Refusal::new(Code::TooMany, QUANTITY, message));
            }
            given.push(part);
            open -= amount;
        }
    }
    if open == 0 {
        return Ok(given);
    }
    let there = i128::from(quantity.amount()) - i128::from(open);
    Err(exceeds(quantity, &stock_sum(there, &account.material).to_string()))
}

fn exceeds(quantity: &Quantity, there: &str) -> Refusal {
    let message = format!(
        "{quantity} is more than is left there of what was accepted and is not disputed: {there}"
    );
    Refusal::new(Code::UseExceedsAccepted, QUANTITY, message)
}
