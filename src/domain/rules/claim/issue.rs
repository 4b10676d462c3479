//! `issue_claim`: a used quantity of a delivery is claimed for one purpose.
//!
//! Invariant: it stands on what both sides' records say and nobody disputes. A material that the
//! supplier did not generate is claimed with the deliveries that brought it there, so that a trader
//! adds no claim and its suppliers' tonnes are counted with those that it passed on.

use std::sync::Arc;

use crate::domain::command::{ClaimPurpose, IssueClaim};
use crate::domain::decide::Context;
use crate::domain::event::{ClaimIssued, Side};
use crate::domain::id::DeliveryId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::claim::{CLAIM, Decision, QUANTITY, bounds};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::{dispute, shared};
use crate::domain::rules::lookup;
use crate::domain::shapes::{MaterialKind, Party};
use crate::domain::state::{Claim, Delivery};
use crate::domain::states::{States, Stored};

const DELIVERY: &str = shared::DELIVERY;
const ORIGINS: &str = "/data/origins";

/// The most traders between the two sides.
const MOST_ORIGINS: usize = 5;

pub fn issue_claim<S: States>(context: &Context<'_, S>, data: &IssueClaim) -> Decision {
    let used = shared::delivery(context, &data.delivery)?;
    let used = &used.state;
    let origins = origins(context, data)?;
    let producer =
        origins.last().map_or(&used.exchange.supplier, |last| &last.state.exchange.supplier);
    let user = &used.exchange.receiver;
    let by = side(context, producer, user)?;
    lookup::absent::<Claim>(context, data.claim.as_str(), CLAIM)?;
    if producer.firm == user.firm {
        let message = "what a firm passes on to itself is no exchange and backs no claim";
        return Err(Refusal::new(Code::NoExchange, DELIVERY, message));
    }
    if used.exchange.material.kind == MaterialKind::Product {
        let message = "a product that is traded saves nothing; by-products and utilities do";
        return Err(Refusal::new(Code::NoExchange, DELIVERY, message));
    }
    sound(used, DELIVERY)?;
    came_from(context, used, &origins)?;
    check_period(used, data)?;
    named::like(&data.quantity, used.exchange.material.dimension, QUANTITY)?;
    named::not_zero(&data.quantity, QUANTITY)?;
    check_balance(used, data.purpose)?;
    let amount = data.quantity.amount();
    bounds::check_count(context.states, &data.delivery, DELIVERY)?;
    bounds::check_use(context.states, used, data.purpose, amount)?;
    for (place, origin) in origins.iter().enumerate() {
        let pointer = format!("{ORIGINS}/{place}");
        check_balance(&origin.state, data.purpose)?;
        bounds::check_count(context.states, &origin.state.exchange.delivery, &pointer)?;
        bounds::check_passed(context.states, &origin.state, data.purpose, amount)?;
    }
    let IssueClaim { claim, delivery, origins, period, purpose, quantity, scheme } = data.clone();
    let issued = ClaimIssued {
        by,
        claim,
        delivery,
        material: used.exchange.material.clone(),
        origins,
        period,
        producer: producer.clone(),
        purpose,
        quantity,
        scheme,
        user: user.clone(),
    };
    Ok(vec![issued.into()])
}

/// A trader has part in a delivery and none in its claim.
fn side<S: States>(
    context: &Context<'_, S>,
    producer: &Party,
    user: &Party,
) -> Result<Side, Refusal> {
    named::side(context, producer, user).map_err(|_| {
        let who = "firm that generated the material and the firm that used it";
        named::not_a_party(context, who)
    })
}

fn origins<S: States>(
    context: &Context<'_, S>,
    data: &IssueClaim,
) -> Result<Vec<Arc<Stored<Delivery>>>, Refusal> {
    lookup::counted(&data.origins, 0, MOST_ORIGINS, ORIGINS)?;
    lookup::each_once(&data.origins, ORIGINS)?;
    let find = |(place, id): (usize, &DeliveryId)| {
        shared::delivery(context, id)
            .map_err(|refusal| Refusal { pointer: format!("{ORIGINS}/{place}"), ..refusal })
    };
    data.origins.iter().enumerate().map(find).collect()
}

/// Whether a delivery is one that claims can stand on.
pub fn sound(delivery: &Delivery, pointer: &str) -> Result<(), Refusal> {
    let refuse = |code, message: String| Err(Refusal::new(code, pointer, message));
    let id = &delivery.exchange.delivery;
    shared::not_cancelled(delivery, pointer)?;
    if delivery.accepted.unwrap_or(0) == 0 {
        let message = format!("nothing of {id} was accepted; a load that left backs no claim");
        return refuse(Code::NotAccepted, message);
    }
    dispute::not_disputed(delivery)
        .map_err(|refusal| Refusal { pointer: pointer.to_owned(), ..refusal })?;
    if delivery.discrepancy.as_ref().is_some_and(|discrepancy| !discrepancy.resolved) {
        let message = format!(
            "the two weights of {id} differ and nobody has explained it (resolve_discrepancy)"
        );
        return refuse(Code::DiscrepancyOpen, message);
    }
    if delivery.one_sided_accept != 0 || delivery.one_sided_dispatch != 0 {
        let message = format!("{id} stands by one side's word alone; the other has to confirm it");
        return refuse(Code::NotConfirmed, message);
    }
    Ok(())
}

/// Whether the origins lead from the supplier back to the firm that generated the material.
fn came_from<S: States>(
    context: &Context<'_, S>,
    used: &Delivery,
    origins: &[Arc<Stored<Delivery>>],
) -> Result<(), Refusal> {
    let material = shared::material(context.states, &used.exchange.material.material);
    let generator = &material.state.firm;
    let mut next = used;
    for (place, origin) in origins.iter().enumerate() {
        let (origin, pointer) = (&origin.state, format!("{ORIGINS}/{place}"));
        let id = &origin.exchange.delivery;
        if next.exchange.supplier.firm == *generator {
            let message = format!("{generator} generates this material; it has no further origin");
            return Err(Refusal::new(Code::UnexpectedMember, pointer, message));
        }
        let fits = origin.exchange.receiver.site == next.exchange.supplier.site
            && origin.exchange.material.material == next.exchange.material.material;
        if !fits {
            let message = format!(
                "{id} did not bring this material to {}, where the next delivery left",
                next.exchange.supplier.site
            );
            return Err(Refusal::new(Code::NotItsOrigin, pointer, message));
        }
        sound(origin, &pointer)?;
        next = origin;
    }
    let from = &next.exchange.supplier.firm;
    if from == generator {
        return Ok(());
    }
    let message = format!(
        "{from} passed this material on and {generator} generates it; name the deliveries by which \
         it came (`origins`)"
    );
    Err(Refusal::new(Code::OriginNeeded, ORIGINS, message))
}

fn check_period(used: &Delivery, data: &IssueClaim) -> Result<(), Refusal> {
    lookup::in_order(&data.period, "/data/period")?;
    let received = used.received.as_ref().expect("what was accepted was received");
    if received.day <= data.period.to {
        return Ok(());
    }
    let message = format!(
        "{} came on {}, after the period that it is claimed for",
        data.delivery, received.day
    );
    Err(Refusal::new(Code::OutsideClaimPeriod, "/data/period/to", message))
}

/// The content of a product is claimed by units or by the mass balance of the site, not by both.
fn check_balance(delivery: &Delivery, purpose: ClaimPurpose) -> Result<(), Refusal> {
    let Some(balance) = delivery.mass_balance.as_ref() else { return Ok(()) };
    if purpose != ClaimPurpose::RecycledContent {
        return Ok(());
    }
    let id = &delivery.exchange.delivery;
    let message = format!("{id} is input of {balance}, whose output is claimed for this purpose");
    Err(Refusal::new(Code::InMassBalance, DELIVERY, message))
}
