//! `sign_sheet` and `restate_window`: both sides stand for a window's numbers, or open it again.
//!
//! Invariant: nobody signs what is not on the sheet at that moment. A signature that a change has
//! made stale stays in the state, and settles nothing.

use crate::domain::command::{RestateWindow, SheetLine, SignSheet};
use crate::domain::decide::Context;
use crate::domain::event::{Event, SheetSigned, Side, WindowRestated, WindowSettled};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::lookup;
use crate::domain::rules::settlement::{CONTRACT, Decision, MONTH};
use crate::domain::sheet::{Drawn, draw, of_days};
use crate::domain::state::{Contract, ContractStage, Sheet};
use crate::domain::states::States;
use crate::domain::time::Month;

pub fn sign_sheet<S: States>(context: &Context<'_, S>, data: &SignSheet) -> Decision {
    let contract = named::contract(context, &data.contract, CONTRACT)?;
    let contract = &contract.state;
    let side = named::side(context, &contract.supplier, &contract.receiver)?;
    was_concluded(contract)?;
    is_due(context, contract, data.month)?;
    let drawn = draw(context.states, contract, data.month);
    is_whole(&drawn)?;
    is_present(&drawn, data)?;
    let sheet = context.states.find::<Sheet>(&Sheet::id(&contract.contract, data.month));
    let own = sheet.as_ref().and_then(|sheet| sheet.state.signature(side));
    if own.is_some_and(|own| own.is_of(data.deliveries, &data.lines)) {
        let message = format!("your side has signed these numbers of {} already", data.month);
        return Err(Refusal::new(Code::AlreadySigned, MONTH, message));
    }
    Ok(signed(context, contract, (side, data.month), &drawn, &data.lines))
}

/// The signature that a partner's answer to a link about a month is, after the events of that
/// answer. None where the sheet can't be signed yet: then the answer confirms its deliveries only.
pub fn signed_by_partner<S: States>(
    context: &Context<'_, S>,
    contract: &Contract,
    side: Side,
    month: Month,
    events: &[Event],
) -> Vec<Event> {
    if was_concluded(contract).is_err() || is_due(context, contract, month).is_err() {
        return Vec::new();
    }
    let drawn = draw(context.states, contract, month).after(events);
    let Some(lines) = drawn.lines().filter(|_| is_whole(&drawn).is_ok()) else {
        return Vec::new();
    };
    let sheet = context.states.find::<Sheet>(&Sheet::id(&contract.contract, month));
    let own = sheet.as_ref().and_then(|sheet| sheet.state.signature(side));
    if drawn.count() == 0 || own.is_some_and(|own| own.is_of(drawn.count(), &lines)) {
        return Vec::new();
    }
    signed(context, contract, (side, month), &drawn, &lines)
}

/// The signature, and the settlement if the other side stands for the same numbers.
fn signed<S: States>(
    context: &Context<'_, S>,
    contract: &Contract,
    (side, month): (Side, Month),
    drawn: &Drawn,
    lines: &[SheetLine],
) -> Vec<Event> {
    let id = &contract.contract;
    let parks = named::parks(&contract.supplier, &contract.receiver);
    let (deliveries, window) = (drawn.count(), &drawn.window);
    let by = |side| {
        Event::from(SheetSigned {
            contract: id.clone(),
            deliveries,
            lines: lines.to_vec(),
            month,
            parks: parks.clone(),
            side,
            window: window.clone(),
        })
    };
    let mut events = vec![by(side)];
    let other = match side {
        Side::Supplier => Side::Receiver,
        Side::Receiver => Side::Supplier,
    };
    let sheet = context.states.find::<Sheet>(&Sheet::id(id, month));
    let others = sheet.as_ref().and_then(|sheet| sheet.state.signature(other));
    let same = others.is_some_and(|others| others.is_of(deliveries, lines));
    let is_one_firm = contract.supplier.firm == contract.receiver.firm;
    if is_one_firm {
        // Nobody else is there to sign.
        events.push(by(other));
    }
    if same || is_one_firm {
        let (contract, window) = (id.clone(), window.clone());
        events.push(WindowSettled { contract, month, parks, window }.into());
    }
    events
}

pub fn restate_window<S: States>(context: &Context<'_, S>, data: &RestateWindow) -> Decision {
    let contract = named::contract(context, &data.contract, CONTRACT)?;
    let contract = &contract.state;
    let side = named::side(context, &contract.supplier, &contract.receiver)?;
    let window = contract.settlement_window(data.month);
    if contract.settled_to != Some(window.to) {
        let message = match contract.settled_to {
            Some(last) => format!(
                "only the window that was settled last is opened again, and that is {}",
                contract.settlement_month(last)
            ),
            None => format!("no window of {} is settled", data.contract),
        };
        return Err(Refusal::new(Code::NotSettled, MONTH, message));
    }
    let restated = WindowRestated {
        contract: data.contract.clone(),
        month: data.month,
        parks: named::parks(&contract.supplier, &contract.receiver),
        reason: data.reason.clone(),
        side,
        window,
    };
    Ok(vec![restated.into()])
}

/// Refuses a contract that was never concluded.
pub(super) fn was_concluded(contract: &Contract) -> Result<(), Refusal> {
    match contract.stage {
        ContractStage::Concluded | ContractStage::Terminated => Ok(()),
        ContractStage::Proposed | ContractStage::Declined => {
            let message = format!("{} is not concluded; nothing is settled", contract.contract);
            Err(Refusal::new(Code::ContractNotConcluded, CONTRACT, message))
        }
    }
}

/// Refuses a window that is not over or settled already, or that has an open one before it.
fn is_due<S: States>(
    context: &Context<'_, S>,
    contract: &Contract,
    month: Month,
) -> Result<(), Refusal> {
    let window = contract.settlement_window(month);
    // By the ledger's clock: nobody signs early by stating a late time of business.
    let zone = lookup::zone_of(context.states, &contract.receiver.park);
    let today = context.now.day_in(&zone);
    if today <= window.to {
        let park = &contract.receiver.park;
        let message = format!(
            "the window ends on {}, and it is {today} in {park}; sign from the next day on",
            window.to
        );
        return Err(Refusal::new(Code::WindowNotOver, MONTH, message));
    }
    if contract.is_settled(window.to) {
        let message = format!("{month} is settled; restate_window opens it again");
        return Err(Refusal::new(Code::AlreadySettled, MONTH, message));
    }
    let after = contract.settled_to.and_then(|settled| settled.checked_add(1));
    let (Some(first), Some(last)) = (after.or(contract.first_booked), window.from.checked_add(-1))
    else {
        return Ok(());
    };
    let Some(before) = of_days(context.states, contract, first, last).into_iter().next() else {
        return Ok(());
    };
    let earlier = contract.settlement_month(before.state.booked);
    let message =
        format!("windows are settled in their order, and {earlier} is open; sign it first");
    Err(Refusal::new(Code::EarlierWindowOpen, MONTH, message))
}

/// Refuses a sheet whose numbers can't stay.
fn is_whole(drawn: &Drawn) -> Result<(), Refusal> {
    if let Some(delivery) = drawn.disputed() {
        let message = format!("{delivery} is disputed; settle that first (settle_dispute)");
        return Err(Refusal::new(Code::DisputeOpen, MONTH, message));
    }
    match drawn.undecided() {
        0 => Ok(()),
        open => {
            let message = format!(
                "{open} of {} deliveries are on their way, or neither accepted nor rejected",
                drawn.count()
            );
            Err(Refusal::new(Code::SheetOpen, MONTH, message))
        }
    }
}

/// Refuses numbers that are not those of the present sheet, and says which one.
fn is_present(drawn: &Drawn, data: &SignSheet) -> Result<(), Refusal> {
    let outdated = |pointer: String, what: &str, is: &str, signed: &str| {
        let message =
            format!("{what} is {is} on the present sheet, and not {signed}; read it anew");
        Err(Refusal::new(Code::SheetOutdated, pointer, message))
    };
    if data.deliveries != drawn.count() {
        let (is, signed) = (drawn.count().to_string(), data.deliveries.to_string());
        return outdated("/data/deliveries".to_owned(), "the count of deliveries", &is, &signed);
    }
    let Some(lines) = drawn.lines() else {
        let message = "the sums are more than a quantity can say";
        return Err(Refusal::new(Code::AmountTooLarge, MONTH, message));
    };
    let numbers = |lines: &[SheetLine]| {
        let numbers: Vec<_> = lines.iter().map(|line| line.line.to_string()).collect();
        numbers.join(", ")
    };
    let (is, signed) = (numbers(&lines), numbers(&data.lines));
    if is != signed {
        return outdated("/data/lines".to_owned(), "the list of lines", &is, &signed);
    }
    for (place, (is, signed)) in lines.iter().zip(&data.lines).enumerate() {
        for (member, is_now, claimed) in [
            ("accepted", &is.accepted, &signed.accepted),
            ("dispatched", &is.dispatched, &signed.dispatched),
            ("received", &is.received, &signed.received),
            ("settled", &is.settled, &signed.settled),
        ] {
            let pointer = format!("/data/lines/{place}/{member}");
            named::like(claimed, is_now.dimension(), &pointer)?;
            if is_now.amount() != claimed.amount() {
                let what = format!("`{member}` of line {}", is.line);
                return outdated(pointer, &what, &is_now.to_string(), &claimed.to_string());
            }
        }
    }
    Ok(())
}
