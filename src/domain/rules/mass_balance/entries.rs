//! `book_inputs` and `claim_output`: what came in, and what is said of what went out.
//!
//! Invariant: an input is an accepted load that both sides stand for, of a material and day of the
//! account, at its site, and input of no other.

use crate::domain::command::{BookInputs, ClaimOutput, ClaimPurpose, CustodyModel};
use crate::domain::decide::Context;
use crate::domain::event::{BookedInput, InputsBooked, OutputClaimed};
use crate::domain::id::{DeliveryId, SiteId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::claim::sound;
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::shared;
use crate::domain::rules::lookup;
use crate::domain::rules::mass_balance::{BALANCE, Decision, QUANTITY, opened};
use crate::domain::state::{Delivery, DeliveryMode, MassBalance, claims_on};
use crate::domain::states::States;

const DELIVERIES: &str = "/data/deliveries";

/// The most deliveries that one command books.
const MOST_BOOKED: usize = 100;
/// The most deliveries and outputs of one account.
const MOST_INPUTS: u32 = 100_000;
const MOST_OUTPUTS: usize = 500;

pub fn book_inputs<S: States>(context: &Context<'_, S>, data: &BookInputs) -> Decision {
    let balance = opened(context, &data.balance)?;
    let balance = &balance.state;
    lookup::counted(&data.deliveries, 1, MOST_BOOKED, DELIVERIES)?;
    lookup::each_once(&data.deliveries, DELIVERIES)?;
    if balance.inputs + data.deliveries.len() as u32 > MOST_INPUTS {
        let message = format!("an account has at most {MOST_INPUTS} inputs");
        return Err(Refusal::new(Code::TooMany, DELIVERIES, message));
    }
    let mut supplier = balance.supplier.clone();
    let mut inputs = Vec::new();
    for (place, id) in data.deliveries.iter().enumerate() {
        let pointer = format!("{DELIVERIES}/{place}");
        inputs.push(input(context, balance, id, &mut supplier, &pointer)?);
    }
    let booked = InputsBooked {
        balance: data.balance.clone(),
        firm: balance.firm.clone(),
        inputs,
        park: balance.park.clone(),
        supplier,
    };
    Ok(vec![booked.into()])
}

fn input<S: States>(
    context: &Context<'_, S>,
    balance: &MassBalance,
    id: &DeliveryId,
    supplier: &mut Option<SiteId>,
    pointer: &str,
) -> Result<BookedInput, Refusal> {
    let refuse = |code, message: String| Err(Refusal::new(code, pointer, message));
    let delivery = shared::delivery(context, id)
        .map_err(|refusal| Refusal { pointer: pointer.to_owned(), ..refusal })?;
    let delivery = &delivery.state;
    let exchange = &delivery.exchange;
    if exchange.receiver.site != balance.site {
        let message = format!(
            "{id} went to {}, and the account is of {}; credit stays where the load came in",
            exchange.receiver.site, balance.site
        );
        return refuse(Code::OtherSite, message);
    }
    if let Some(other) = &delivery.mass_balance {
        return refuse(Code::InMassBalance, format!("{id} is input of {other} already"));
    }
    if !balance.materials.contains(&exchange.material.material) {
        let message = format!("{} does not qualify for this account", exchange.material.material);
        return refuse(Code::NotQualifying, message);
    }
    if delivery.mode == DeliveryMode::MeteredPeriod {
        return refuse(Code::NotALoad, format!("{id} was metered; inputs are loads"));
    }
    sound(delivery, pointer)?;
    let received = delivery.received.as_ref().expect("what was accepted was received");
    if !balance.term.contains(received.day) {
        let (day, term) = (received.day, &balance.term);
        let message = format!("{id} came on {day}, not within {} to {}", term.from, term.to);
        return refuse(Code::OutsideMassBalance, message);
    }
    not_claimed(context.states, delivery, pointer)?;
    let site = &exchange.supplier.site;
    if balance.model == CustodyModel::IdentityPreserved
        && supplier.get_or_insert_with(|| site.clone()) != site
    {
        let message = format!("{id} is of {site}, and this account keeps one supplier's identity");
        return refuse(Code::OtherOrigin, message);
    }
    let quantity = received.quantity.resized(delivery.accepted.unwrap_or(0));
    Ok(BookedInput { delivery: id.clone(), quantity })
}

/// The content of a product is claimed by units or by the mass balance of the site, not by both.
fn not_claimed<S: States>(states: &S, delivery: &Delivery, pointer: &str) -> Result<(), Refusal> {
    if !delivery.claimed {
        return Ok(());
    }
    let id = &delivery.exchange.delivery;
    let claims = claims_on(states, id);
    let content = claims.iter().find(|claim| claim.state.purpose == ClaimPurpose::RecycledContent);
    let Some(claim) = content else { return Ok(()) };
    let message = format!("{id} backs {}, which is for the same purpose", claim.state.claim);
    Err(Refusal::new(Code::ClaimedBefore, pointer, message))
}

pub fn claim_output<S: States>(context: &Context<'_, S>, data: &ClaimOutput) -> Decision {
    let balance = opened(context, &data.balance)?;
    let balance = &balance.state;
    let day = lookup::day_at(context, &balance.park);
    if !balance.term.contains(day) {
        let term = &balance.term;
        let message = format!("this is on {day}, not within {} to {}", term.from, term.to);
        return Err(Refusal::new(Code::OutsideMassBalance, "/occurred_at", message));
    }
    if balance.outputs.iter().any(|output| output.reference == data.reference) {
        let message = format!("{} claims for {} already", data.balance, data.reference);
        return Err(Refusal::new(Code::AlreadyExists, "/data/reference", message));
    }
    if balance.outputs.len() >= MOST_OUTPUTS {
        let message = format!("an account has at most {MOST_OUTPUTS} claims");
        return Err(Refusal::new(Code::TooMany, BALANCE, message));
    }
    named::like(&data.quantity, balance.product.dimension, QUANTITY)?;
    named::not_zero(&data.quantity, QUANTITY)?;
    let left = balance.left();
    if i128::from(data.quantity.amount()) > left {
        let message = format!(
            "{} is more than the qualifying input gives: {} is left of {}",
            data.quantity,
            balance.sum(left),
            balance.sum(balance.credit())
        );
        return Err(Refusal::new(Code::MassBalanceExceeded, QUANTITY, message));
    }
    let claimed = OutputClaimed {
        balance: data.balance.clone(),
        day,
        firm: balance.firm.clone(),
        park: balance.park.clone(),
        quantity: data.quantity,
        reference: data.reference.clone(),
    };
    Ok(vec![claimed.into()])
}
