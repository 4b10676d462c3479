//! `draw_stock`: a quantity of the pile is used or disposed of at the site.
//!
//! Invariant: nothing is told twice. What was accepted is drawn as uses or disposals of its
//! deliveries, the oldest first, so no delivery can be used once more beside the pile; own material
//! whose reuse the month's return has declared is not drawn, nor the other way round.

use crate::domain::command::{DrawStock, StockOrigin};
use crate::domain::decide::Context;
use crate::domain::event::{Event, StockDrawn};
use crate::domain::id::{MaterialId, SiteId};
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::part_of_pile;
use crate::domain::rules::period::has_declared;
use crate::domain::rules::stock::{At, Decision, QUANTITY};
use crate::domain::shapes::Theme;
use crate::domain::state::{
    Delivery, Movement, STOCK_PAGE, StockLots, account_id, lots_id, moved_in, stock_sum,
};
use crate::domain::states::States;
use crate::domain::time::Month;

/// Deliveries that one command may draw on, each with its own record.
const MOST_PARTS: usize = 200;

pub fn draw_stock<S: States>(context: &Context<'_, S>, data: &DrawStock) -> Decision {
    let at = At::of(context, &data.site, &data.material, &data.quantity, "the use")?;
    let method = match (data.origin, data.method) {
        (StockOrigin::Generated, None) => {
            let message = "say how the quantity was come by";
            return Err(Refusal::new(Code::MissingMember, "/data/method", message));
        }
        (StockOrigin::Accepted, Some(_)) => {
            let message = "what was accepted was measured when it came; leave the method out";
            return Err(Refusal::new(Code::UnexpectedMember, "/data/method", message));
        }
        (StockOrigin::Generated | StockOrigin::Accepted, method) => method,
    };
    named::not_zero(&data.quantity, QUANTITY)?;
    at.has(&data.quantity)?;
    let Some(method) = method else {
        return accepted(context, data, &at);
    };
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
        method,
        operation: data.operation,
        place: at.place(),
        product: data.product.clone(),
        quantity: data.quantity,
    };
    Ok(vec![drawn.into()])
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

/// The oldest deliveries give what they have left.
fn accepted<S: States>(context: &Context<'_, S>, data: &DrawStock, at: &At) -> Decision {
    let account = &at.account.state;
    let mut events: Vec<Event> = Vec::new();
    let mut open = data.quantity.amount();
    let pages = account.lots.div_ceil(STOCK_PAGE);
    for page in account.first_lots..pages {
        let page = context.states.find::<StockLots>(&lots_id(&at.id, page));
        for id in &page.expect("a page is made before it is counted").state.deliveries {
            if open == 0 {
                return Ok(events);
            }
            let delivery = context.states.find::<Delivery>(id.as_str());
            let delivery = delivery.expect("what was accepted was delivered");
            let (operation, product) = (data.operation, data.product.as_ref());
            let part = part_of_pile(context, &delivery.state, operation, product, at.day, open)?;
            let Some((event, amount)) = part else { continue };
            if events.len() == MOST_PARTS {
                let message = format!(
                    "this draws on more than {MOST_PARTS} deliveries; draw it in smaller parts"
                );
                return Err(Refusal::new(Code::TooMany, QUANTITY, message));
            }
            events.push(event);
            open -= amount;
        }
    }
    if open == 0 {
        return Ok(events);
    }
    let there = i128::from(data.quantity.amount()) - i128::from(open);
    Err(exceeds(&data.quantity, &stock_sum(there, &account.material).to_string()))
}

fn exceeds(quantity: &Quantity, there: &str) -> Refusal {
    let message = format!(
        "{quantity} is more than is left of what was accepted into this account and is not \
         disputed: {there}"
    );
    Refusal::new(Code::UseExceedsAccepted, QUANTITY, message)
}
