//! `dispatch_delivery`: a load leaves. Also the way in which a redirected rejection leaves.
//!
//! A receipt may have been recorded before the dispatch: the two join, if they name the same
//! contract line.

use std::sync::Arc;

use crate::domain::command::{ContractKind, DispatchDelivery};
use crate::domain::decide::Context;
use crate::domain::event::{DeliveryDispatched, Event, Side};
use crate::domain::id::{CallOffId, DeliveryId, FirmId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::delivery::{Decision, difference, weighing};
use crate::domain::rules::lookup;
use crate::domain::shapes::{Measured, Nonconformity};
use crate::domain::state::{CallOff, Contract, Delivery, Line, WindowBalance};
use crate::domain::states::{States, Stored};
use crate::domain::time::Day;

/// The most numbers that others gave a load.
const MAX_MANIFESTS: usize = 10;

pub fn dispatch_delivery<S: States>(context: &Context<'_, S>, data: &DispatchDelivery) -> Decision {
    let contract = named::contract(context, &data.contract, "/data/contract")?;
    let contract = &contract.state;
    named::require_side(context, Side::Supplier, &contract.supplier)?;
    let line = named::line(contract, data.line, "/data/line")?;
    let call_off = called_off(contract, line, data.call_off.as_ref())?;
    let carrier = data.carrier.as_ref();
    carrier.map(|carrier| lookup::firm(context, carrier, "/data/carrier")).transpose()?;
    lookup::counted(&data.manifests, 0, MAX_MANIFESTS, "/data/manifests")?;
    let before = joined(context, &data.delivery, DELIVERY, contract, line)?;
    weighing::check(&data.measured, line.material.dimension)?;
    let (site, day) = (&contract.supplier.site, lookup::day_at(context, &contract.supplier.park));
    let mut noted = Noted::default();
    weighing::check_ticket(context, &data.measured, &data.delivery, site, day, &mut noted)?;
    let departure = Departure {
        contract,
        line,
        call_off,
        delivery: &data.delivery,
        measured: &data.measured,
        before: before.as_deref(),
        day,
        quantity_at: "/data/measured/quantity",
    };
    let (mut dispatched, discrepancy) = departure.events(context, noted)?;
    dispatched.carrier = data.carrier.clone();
    dispatched.driver = named::sealed(data.driver.as_ref());
    dispatched.manifests = data.manifests.clone();
    dispatched.plate = named::sealed(data.plate.as_ref());
    let mut events = vec![Event::from(dispatched)];
    events.extend(discrepancy);
    Ok(events)
}

/// The call-off that a command names; it must be the line's.
pub fn called_off<'a>(
    contract: &'a Contract,
    line: &Line,
    id: Option<&CallOffId>,
) -> Result<Option<&'a CallOff>, Refusal> {
    id.map(|id| named::call_off(contract, line.line, id, "/data/call_off")).transpose()
}

/// A framework's loads belong to a call-off that holds on the day.
pub fn note_call_off(contract: &Contract, call_off: Option<&CallOff>, day: Day, noted: &mut Noted) {
    let needed = match contract.kind {
        ContractKind::Framework => true,
        ContractKind::Spot | ContractKind::Recurring => false,
    };
    let holds = call_off.is_some_and(|call_off| call_off.term.contains(day));
    noted.add_if(needed && !holds, Nonconformity::NoCallOff);
}

/// What is recorded of the delivery so far: nothing, or a receipt of the same contract line.
pub fn joined<S: States>(
    context: &Context<'_, S>,
    id: &DeliveryId,
    pointer: &str,
    contract: &Contract,
    line: &Line,
) -> Result<Option<Arc<Stored<Delivery>>>, Refusal> {
    let Some(before) = context.states.find::<Delivery>(id.as_str()) else { return Ok(None) };
    let delivery = &before.state;
    let exchange = &delivery.exchange;
    if exchange.contract != contract.contract || exchange.line != line.line {
        let message = format!("{id} is recorded under another contract or line already");
        return Err(Refusal::new(Code::OtherContract, pointer, message));
    }
    shared::not_cancelled(delivery)?;
    if delivery.dispatched.is_some() {
        let message = format!("the dispatch of {id} is recorded already");
        return Err(Refusal::new(Code::AlreadyDispatched, pointer, message));
    }
    Ok(Some(before))
}

/// A load that leaves under a contract line.
pub struct Departure<'a> {
    pub contract: &'a Contract,
    pub line: &'a Line,
    pub call_off: Option<&'a CallOff>,
    pub delivery: &'a DeliveryId,
    pub measured: &'a Measured,
    /// Its receipt, if that was recorded first.
    pub before: Option<&'a Stored<Delivery>>,
    pub day: Day,
    /// Where the command tells the quantity.
    pub quantity_at: &'static str,
}

impl Departure<'_> {
    /// The dispatch, without what only its command tells, and the discrepancy that it shows.
    pub fn events<S: States>(
        &self,
        context: &Context<'_, S>,
        mut noted: Noted,
    ) -> Result<(DeliveryDispatched, Option<Event>), Refusal> {
        let Departure { contract, line, call_off, delivery, measured, before, day, quantity_at } =
            self;
        let material = shared::material(context.states, &line.material.material);
        let quantity = &measured.quantity;
        let dispatched = |window: &WindowBalance| window.dispatched;
        let total = shared::window_total(contract, line, *day, dispatched, quantity, quantity_at)?;
        noted.contract(contract, &material.state, *day);
        noted.over_delivery(line, total);
        note_call_off(contract, *call_off, *day, &mut noted);
        noted.closed(context, &contract.supplier.park, *day);
        let exchange = shared::exchange(contract, line, &material.state, delivery);
        let received = before.and_then(|before| before.state.received.as_ref());
        let discrepancy = received.and_then(|received| {
            difference::compare(
                line,
                quantity,
                &received.quantity,
                received.day,
                &mut noted,
                &exchange,
            )
        });
        let dispatched = DeliveryDispatched {
            call_off: call_off.map(|call_off| call_off.call_off.clone()),
            carrier: None::<FirmId>,
            day: *day,
            driver: None,
            exchange,
            manifests: Vec::new(),
            measured: (*measured).clone(),
            nonconformities: noted.into_list(),
            parent: None,
            plate: None,
        };
        Ok((dispatched, discrepancy.map(Event::from)))
    }
}
