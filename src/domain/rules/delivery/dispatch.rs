//! `dispatch_delivery`: a load leaves. Also the way in which a redirected rejection leaves.
//!
//! A receipt may have been recorded before the dispatch: the two join, if they name the same
//! contract line.

use std::sync::Arc;

use crate::domain::command::{ContractKind, DispatchDelivery};
use crate::domain::decide::Context;
use crate::domain::event::{DeliveryDispatched, Event, Side};
use crate::domain::id::{CallOffId, DeliveryId, FirmId};
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::delivery::{Decision, difference, weighing};
use crate::domain::rules::lookup;
use crate::domain::rules::partner::{first_word_of_supplier, is_unregistered};
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
    weighing::check_ticket(context, &data.measured, site, day, &mut noted)?;
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
    events.extend(before.and_then(|before| first_word_of_supplier(&before.state)));
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

/// A framework's loads belong to a call-off that holds on the day and has not had enough.
pub fn note_call_off(
    contract: &Contract,
    line: &Line,
    call_off: Option<&CallOff>,
    (day, quantity, pointer): (Day, &Quantity, &str),
    noted: &mut Noted,
) -> Result<(), Refusal> {
    let needed = match contract.kind {
        ContractKind::Framework => true,
        ContractKind::Spot | ContractKind::Recurring => false,
    };
    let holds = call_off.is_some_and(|call_off| call_off.term.contains(day));
    noted.add_if(needed && !holds, Nonconformity::NoCallOff);
    if let Some(call_off) = call_off {
        let total = shared::countable(call_off.dispatched, quantity, pointer)?;
        let is_over = total > line.with_tolerance(&call_off.quantity);
        noted.add_if(is_over, Nonconformity::OverDelivery);
    }
    Ok(())
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
    shared::not_cancelled(delivery, pointer)?;
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
        noted.over_delivery(contract, line, *day, total);
        note_call_off(contract, line, *call_off, (*day, quantity, quantity_at), &mut noted)?;
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
            one_sided: before.is_none() && is_unregistered(context.states, &contract.receiver.firm),
            parent: None,
            plate: None,
        };
        Ok((dispatched, discrepancy.map(Event::from)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::event::Event;
    use crate::domain::rules::testing::{
        Ask, DAY, TONNE, estimated, gigajoules, kinds, proposal, refused_in_order, tonnes, weighed,
        with,
    };
    use crate::domain::shapes::Nonconformity;
    use crate::domain::state::{Contract, Delivery, DeliveryStage};
    use crate::domain::testing::{OPENED, World};

    fn load(delivery: &str, contract: &str, net: &str) -> Value {
        json!({
            "contract": contract,
            "delivery": delivery,
            "line": 1,
            "measured": estimated(&tonnes(net)),
        })
    }

    #[test]
    fn a_load_leaves_and_is_booked_on_its_contract_line() {
        let mut world = World::with_slag();
        let more = json!({
            "carrier": "frm_power",
            "driver": "张三",
            "manifests": [{"number": "MTN-1", "scheme": "us"}],
            "measured": weighed("scl_steel", "1", 31),
            "plate": "桂R 12345",
        });
        let data = with(load("dlv_1", "ctr_slag", "31"), more);
        let events = world.take("frm_steel", DAY, "dispatch_delivery", &data);
        let [Event::DeliveryDispatched(event)] = &events[..] else { panic!("one record") };
        assert_eq!(event.day.to_string(), "2025-03-10");
        assert_eq!((event.nonconformities.len(), event.manifests.len()), (0, 1));
        let text = serde_json::to_string(&events[0]).unwrap();
        assert!(!text.contains("张三") && !text.contains("12345"), "{text}");
        let delivery = world.state::<Delivery>("dlv_1");
        assert_eq!(delivery.stage(), DeliveryStage::Dispatched);
        assert_eq!(delivery.records, [world.log.len() as u64 - 1]);
        assert_eq!(world.balance("ctr_slag").dispatched, 31 * TONNE);
    }

    #[test]
    fn the_day_is_that_of_the_supplier_s_park() {
        let mut world = World::standard();
        world.conclude(&proposal("ctr_far", ("far", "cement"), "mat_slag", &tonnes("100")));
        // Still the 10th in Denmark, and the 11th in Guigang.
        let at = "2025-03-10T17:00:00.000Z";
        world.take("frm_far", at, "dispatch_delivery", &load("dlv_1", "ctr_far", "10"));
        let data = json!({"delivery": "dlv_1", "measured": estimated(&tonnes("10"))});
        world.take("frm_cement", at, "receive_delivery", &data);
        let delivery = world.state::<Delivery>("dlv_1");
        let days = (delivery.dispatched.unwrap().day, delivery.received.unwrap().day);
        assert_eq!(
            (days.0.to_string(), days.1.to_string()),
            ("2025-03-10".into(), "2025-03-11".into())
        );
    }

    #[test]
    fn refusals_come_in_a_fixed_order() {
        let mut world = World::with_slag();
        world.conclude(&proposal("ctr_ash", ("steel", "cement"), "mat_ash", &tonnes("100")));
        world.dispatch("dlv_ash", "ctr_ash", "1");
        world.dispatch("dlv_gone", "ctr_slag", "1");
        let data = json!({"delivery": "dlv_gone", "reason": "broken axle"});
        world.take("frm_steel", DAY, "cancel_delivery", &data);
        world.dispatch("dlv_twice", "ctr_slag", "1");
        let taken = with(
            load("dlv_taken", "ctr_slag", "1"),
            json!({"measured": weighed("scl_steel", "1", 20)}),
        );
        world.take("frm_steel", DAY, "dispatch_delivery", &taken);
        let manifest = json!({"number": "1", "scheme": "us"});
        let ask = Ask {
            actor: "frm_cement",
            at: DAY,
            kind: "dispatch_delivery",
            data: json!({
                "call_off": "cof_none",
                "carrier": "frm_none",
                "contract": "ctr_none",
                "delivery": "dlv_ash",
                "line": 2,
                "manifests": vec![manifest; 11],
                "measured": {"method": "weighed", "quantity": gigajoules("0")},
            }),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_contract", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_slag".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_steel"),
                ("unknown_line", "/data/line", |_, ask| ask.data["line"] = 1.into()),
                ("unknown_call_off", "/data/call_off", |_, ask| {
                    ask.data.as_object_mut().unwrap().remove("call_off");
                }),
                ("unknown_firm", "/data/carrier", |_, ask| ask.data["carrier"] = "frm_far".into()),
                ("too_many_members", "/data/manifests", |_, ask| {
                    ask.data["manifests"].as_array_mut().unwrap().pop();
                }),
                ("other_contract", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_gone".into();
                }),
                ("delivery_cancelled", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_twice".into();
                }),
                ("already_dispatched", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_new".into();
                }),
                ("unlike_dimension", "/data/measured/quantity", |_, ask| {
                    ask.data["measured"]["quantity"] = tonnes("0.00");
                }),
                ("quantity_must_not_be_zero", "/data/measured/quantity", |_, ask| {
                    ask.data["measured"]["quantity"] = tonnes("21");
                }),
                ("ticket_needed", "/data/measured/ticket", |_, ask| {
                    let ticket = &weighed("scl_steel", "1", 21)["ticket"];
                    ask.data["measured"]["ticket"] = ticket.clone();
                    ask.data["measured"]["method"] = "declared".into();
                }),
                ("ticket_not_weighed", "/data/measured/ticket", |_, ask| {
                    ask.data["measured"]["method"] = "weighed".into();
                    ask.data["measured"]["quantity"] = tonnes("22");
                }),
                ("net_is_not_gross_less_tare", "/data/measured/quantity", |_, ask| {
                    ask.data["measured"]["quantity"] = tonnes("21");
                }),
                ("ticket_taken", "/data/measured/ticket/number", |_, ask| {
                    ask.data["measured"]["ticket"]["number"] = "2".into();
                }),
            ],
        );
    }

    #[test]
    fn sums_that_could_not_be_counted_are_refused() {
        let mut world = World::with_slag();
        // One below what a quantity can say.
        world.dispatch("dlv_1", "ctr_slag", "999999999999");
        let data = load("dlv_2", "ctr_slag", "1");
        let refused = world.refuse("frm_steel", DAY, "dispatch_delivery", &data);
        assert_eq!(refused, ("amount_too_large", "/data/measured/quantity".to_owned()));
    }

    #[test]
    fn a_load_under_a_contract_that_is_not_in_force_is_recorded_and_noted() {
        let mut world = World::with_slag();
        let data = proposal("ctr_open", ("steel", "cement"), "mat_slag", &tonnes("100"));
        world.take("frm_steel", OPENED, "propose_contract", &data);
        world.dispatch("dlv_1", "ctr_open", "1");
        assert_eq!(world.noted("dlv_1"), [Nonconformity::ContractNotInForce]);
        let data = json!({"contract": "ctr_slag", "last_day": "2025-03-10", "reason": "closing"});
        world.take("frm_cement", DAY, "terminate_contract", &data);
        world.dispatch("dlv_2", "ctr_slag", "1");
        assert_eq!(world.noted("dlv_2"), []);
        let at = "2025-03-11T08:00:00.000Z";
        world.take("frm_steel", at, "dispatch_delivery", &load("dlv_3", "ctr_slag", "1"));
        assert_eq!(world.noted("dlv_3"), [Nonconformity::ContractNotInForce]);
        let at = "2026-01-01T08:00:00.000Z";
        world.take("frm_steel", at, "dispatch_delivery", &load("dlv_4", "ctr_slag", "1"));
        let noted = [Nonconformity::ContractNotInForce, Nonconformity::OutsideTerm];
        assert_eq!(world.noted("dlv_4"), noted);
    }

    #[test]
    fn the_load_that_goes_beyond_the_tolerance_is_an_over_delivery() {
        let mut world = World::with_slag();
        world.dispatch("dlv_1", "ctr_slag", "100.3");
        assert_eq!(world.noted("dlv_1"), []);
        world.dispatch("dlv_2", "ctr_slag", "0.000001");
        assert_eq!(world.noted("dlv_2"), [Nonconformity::OverDelivery]);
    }

    #[test]
    fn each_window_of_a_recurring_contract_counts_for_itself() {
        let mut world = World::standard();
        let mut data = proposal("ctr_month", ("steel", "cement"), "mat_slag", &tonnes("100"));
        data["kind"] = "recurring".into();
        data["lines"][0]["window"] = "month".into();
        world.conclude(&data);
        for (delivery, at, over) in [
            ("dlv_1", "2025-03-31T15:59:59.999Z", false),
            ("dlv_2", "2025-03-31T16:00:00.000Z", false),
            ("dlv_3", "2025-03-01T08:00:00.000Z", true),
        ] {
            let data = load(delivery, "ctr_month", "100");
            world.take("frm_steel", at, "dispatch_delivery", &data);
            let noted = world.noted(delivery).contains(&Nonconformity::OverDelivery);
            assert_eq!(noted, over, "{delivery}");
        }
    }

    #[test]
    fn a_framework_s_load_belongs_to_a_call_off_that_holds_on_the_day() {
        let mut world = World::standard();
        let mut data = proposal("ctr_frame", ("steel", "cement"), "mat_slag", &tonnes("100"));
        data["kind"] = "framework".into();
        let mut second = data["lines"][0].clone();
        second["line"] = 2.into();
        data["lines"].as_array_mut().unwrap().push(second);
        world.conclude(&data);
        let call_off = json!({
            "call_off": "cof_1",
            "contract": "ctr_frame",
            "line": 1,
            "quantity": tonnes("50"),
            "term": {"from": "2025-03-10", "to": "2025-03-10"},
        });
        world.take("frm_cement", DAY, "place_call_off", &call_off);
        world.dispatch("dlv_1", "ctr_frame", "1");
        assert_eq!(world.noted("dlv_1"), [Nonconformity::NoCallOff]);
        let called =
            |delivery| with(load(delivery, "ctr_frame", "1"), json!({"call_off": "cof_1"}));
        world.take("frm_steel", DAY, "dispatch_delivery", &called("dlv_2"));
        assert_eq!(world.noted("dlv_2"), []);
        let at = "2025-03-11T08:00:00.000Z";
        world.take("frm_steel", at, "dispatch_delivery", &called("dlv_3"));
        assert_eq!(world.noted("dlv_3"), [Nonconformity::NoCallOff]);
        let rest = json!({"call_off": "cof_1", "measured": estimated(&tonnes("48.2"))});
        let at_noon = "2025-03-10T12:00:00.000Z";
        let data = with(load("dlv_5", "ctr_frame", "1"), rest);
        world.take("frm_steel", at_noon, "dispatch_delivery", &data);
        // 50 t and 0.3 % of them: 1 + 1 + 48.2 are more.
        assert_eq!(world.noted("dlv_5"), [Nonconformity::OverDelivery]);
        let cancelled = json!({"delivery": "dlv_5", "reason": "not loaded"});
        world.take("frm_steel", at_noon, "cancel_delivery", &cancelled);
        assert_eq!(world.state::<Contract>("ctr_frame").call_offs[0].dispatched, 2_000_000);
        let other_line = with(called("dlv_4"), json!({"line": 2}));
        let refused = world.refuse("frm_steel", DAY, "dispatch_delivery", &other_line);
        assert_eq!(refused, ("unknown_call_off", "/data/call_off".to_owned()));
    }

    #[test]
    fn a_load_of_a_code_that_no_list_has_is_noted() {
        let mut world = World::standard();
        let code = json!([{"code": "20 01 38", "edition": "2014", "scheme": "eu_low"}]);
        let data = json!({
            "basis": "wet", "codes": code, "dimension": "mass", "firm": "frm_steel",
            "kind": "by_product", "material": "mat_odd", "name": "odd",
        });
        world.take("frm_steel", OPENED, "define_material", &data);
        world.conclude(&proposal("ctr_odd", ("steel", "cement"), "mat_odd", &tonnes("100")));
        world.dispatch("dlv_1", "ctr_odd", "1");
        assert_eq!(world.noted("dlv_1"), [Nonconformity::UnknownCode]);
    }

    #[test]
    fn invariant_12_a_mirror_code_s_load_is_noted_until_its_hazard_is_decided() {
        let mut world = World::standard();
        world.conclude(&proposal("ctr_dust", ("steel", "recycler"), "mat_dust", &tonnes("100")));
        world.dispatch("dlv_1", "ctr_dust", "1");
        assert_eq!(world.noted("dlv_1"), [Nonconformity::HazardUndecided]);
        world.classify("mat_dust", "non_hazardous");
        let events = world.dispatch("dlv_2", "ctr_dust", "1");
        assert_eq!(world.noted("dlv_2"), []);
        let hazard = events[0].exchange().unwrap().material.hazard;
        assert_eq!(hazard, crate::domain::shapes::HazardClass::NonHazardous);
    }

    #[test]
    fn invariant_2_a_load_of_a_closed_month_is_recorded_and_noted() {
        let mut world = World::with_slag();
        world.close_march();
        let at = "2025-04-05T08:00:00.000Z";
        for (delivery, day, noted) in
            [("dlv_1", DAY, &[Nonconformity::PeriodClosed][..]), ("dlv_2", at, &[])]
        {
            world.take("frm_steel", day, "dispatch_delivery", &load(delivery, "ctr_slag", "1"));
            assert_eq!(world.noted(delivery), noted);
        }
    }

    #[test]
    fn a_dispatch_that_is_recorded_after_the_receipt_joins_it() {
        let mut world = World::with_slag();
        let receipt = load("dlv_1", "ctr_slag", "20");
        world.take("frm_cement", DAY, "receive_delivery", &receipt);
        assert_eq!(world.noted("dlv_1"), [Nonconformity::NotDispatched]);
        let events = world.dispatch("dlv_1", "ctr_slag", "20");
        assert_eq!(kinds(&events), ["delivery_dispatched"]);
        let delivery = world.state::<Delivery>("dlv_1");
        assert_eq!(delivery.records.len(), 2);
        assert!(delivery.dispatched.is_some() && delivery.received.is_some());
        let balance = world.balance("ctr_slag");
        assert_eq!((balance.dispatched, balance.received), (20 * TONNE, 20 * TONNE));
        world.conclude(&proposal("ctr_two", ("steel", "cement"), "mat_slag", &tonnes("100")));
        let receipt = load("dlv_2", "ctr_two", "20");
        world.take("frm_cement", DAY, "receive_delivery", &receipt);
        let other = load("dlv_2", "ctr_slag", "20");
        let refused = world.refuse("frm_steel", DAY, "dispatch_delivery", &other);
        assert_eq!(refused, ("other_contract", "/data/delivery".to_owned()));
    }
}
