//! What a firm enters of a pile: its opening, what a production added, counts, corrections, losses.

use crate::domain::command::{
    AdjustStock, CountStock, OpenStock, RecordGeneration, RecordLoss, StockDirection,
};
use crate::domain::decide::Context;
use crate::domain::event::{
    StockAdjusted, StockCounted, StockGenerated, StockLost, StockOpened, StockPlace,
};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::not_closed;
use crate::domain::rules::lookup;
use crate::domain::rules::stock::lot::fits;
use crate::domain::rules::stock::{At, Decision, MATERIAL, QUANTITY};
use crate::domain::rules::who::require_firm;
use crate::domain::shapes::Evidence;
use crate::domain::state::{StockAccount, account_id, stock_sum};
use crate::domain::states::States;

const MAX_EVIDENCE: usize = 10;

fn documents(evidence: &[Evidence], least: usize) -> Result<(), Refusal> {
    lookup::counted(evidence, least, MAX_EVIDENCE, "/data/evidence")
}

pub fn open_stock<S: States>(context: &Context<'_, S>, data: &OpenStock) -> Decision {
    let site = lookup::site(context, &data.site, "/data/site")?;
    let (firm, park) = (&site.state.firm, &site.state.park);
    require_firm(context, firm, "keep the stock of this site")?;
    let material = lookup::material(context, &data.material, MATERIAL)?;
    if context.states.exists::<StockAccount>(&account_id(&data.site, &data.material)) {
        let message = format!("the stock of {} at {} has an account", data.material, data.site);
        return Err(Refusal::new(Code::AlreadyExists, MATERIAL, message));
    }
    documents(&data.evidence, 1)?;
    lookup::alike(&data.quantity, material.state.dimension, QUANTITY)?;
    let day = lookup::day_at(context, park);
    not_closed(context, park, day, "the opening")?;
    let place = StockPlace {
        firm: firm.clone(),
        material: lookup::brief(&material.state),
        park: park.clone(),
        site: data.site.clone(),
    };
    let OpenStock { evidence, method, quantity, .. } = data.clone();
    Ok(vec![StockOpened { day, evidence, method, place, quantity }.into()])
}

pub fn record_generation<S: States>(context: &Context<'_, S>, data: &RecordGeneration) -> Decision {
    let RecordGeneration { material, method, quantity, site } = data;
    let at = At::of(context, site, material, Some(quantity), "the generation")?;
    named::not_zero(quantity, QUANTITY)?;
    let (method, quantity) = (*method, *quantity);
    Ok(vec![StockGenerated { day: at.day, method, place: at.place(), quantity }.into()])
}

pub fn count_stock<S: States>(context: &Context<'_, S>, data: &CountStock) -> Decision {
    let CountStock { cause, evidence, material, method, quantity, site } = data;
    let at = At::of(context, site, material, Some(quantity), "the count")?;
    documents(evidence, 0)?;
    let account = &at.account.state;
    if i128::from(quantity.amount()) < account.in_lots {
        return Err(at.in_lots(quantity));
    }
    let counted = StockCounted {
        booked: stock_sum(account.on_hand(), &account.material),
        cause: *cause,
        day: at.day,
        evidence: evidence.clone(),
        method: *method,
        place: at.place(),
        quantity: *quantity,
    };
    Ok(vec![counted.into()])
}

pub fn adjust_stock<S: States>(context: &Context<'_, S>, data: &AdjustStock) -> Decision {
    let AdjustStock { cause, direction, evidence, lot, material, note, quantity, site } = data;
    let at = At::of(context, site, material, Some(quantity), "the correction")?;
    documents(evidence, 1)?;
    named::not_zero(quantity, QUANTITY)?;
    let named = at.named_lot(context, lot.as_ref())?;
    let named = named.as_ref().map(|lot| &lot.state);
    match (direction, named) {
        (StockDirection::Loss, named) => at.has(quantity, named)?,
        (StockDirection::Gain, Some(lot)) => fits(lot, quantity)?,
        (StockDirection::Gain, None) => {}
    }
    let adjusted = StockAdjusted {
        cause: *cause,
        day: at.day,
        direction: *direction,
        evidence: evidence.clone(),
        lot: lot.clone(),
        note: note.clone(),
        place: at.place(),
        quantity: *quantity,
    };
    Ok(vec![adjusted.into()])
}

pub fn record_loss<S: States>(context: &Context<'_, S>, data: &RecordLoss) -> Decision {
    let RecordLoss { cause, evidence, lot, material, note, quantity, site } = data;
    let at = At::of(context, site, material, Some(quantity), "the loss")?;
    documents(evidence, 0)?;
    named::not_zero(quantity, QUANTITY)?;
    let named = at.named_lot(context, lot.as_ref())?;
    at.has(quantity, named.as_ref().map(|lot| &lot.state))?;
    let lost = StockLost {
        cause: *cause,
        day: at.day,
        evidence: evidence.clone(),
        lot: lot.clone(),
        note: note.clone(),
        place: at.place(),
        quantity: *quantity,
    };
    Ok(vec![lost.into()])
}
