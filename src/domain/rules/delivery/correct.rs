//! `request_correction`, `approve_correction`, `decline_correction`: an entry of a load was wrong.
//!
//! Invariant: nothing is changed, an entry is reversed and replaced, in one command, once each side
//! that stands for the load agrees. What is accepted follows the receiver's entry, stays within the
//! contract, and never falls below what was used of it.

use crate::domain::command::{ApproveCorrection, DeclineCorrection, Entry, RequestCorrection};
use crate::domain::decide::Context;
use crate::domain::event::{
    CorrectionDeclined, CorrectionRequested, DiscrepancyResolved, EntryReplaced, EntryReversed,
    Event, Exchange, Side,
};
use crate::domain::id::CorrectionId;
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::delivery::noted::Noted;
use crate::domain::rules::delivery::shared::{self, DELIVERY};
use crate::domain::rules::delivery::{Decision, difference, dispute, weighing};
use crate::domain::rules::{claim, lookup, permits};
use crate::domain::shapes::{HazardClass, Measured};
use crate::domain::state::{
    Contract, Correction, CorrectionStage, Delivery, DeliveryMode, TicketUse, Weight,
};
use crate::domain::states::States;
use crate::domain::time::Day;

const CORRECTION: &str = "/data/correction";
const QUANTITY: &str = "/data/measured/quantity";

/// The most corrections of one load.
const MOST: usize = 20;

pub fn request_correction<S: States>(
    context: &Context<'_, S>,
    data: &RequestCorrection,
) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let exchange = &delivery.exchange;
    let (by, party) = match data.entry {
        Entry::Dispatched => (Side::Supplier, &exchange.supplier),
        Entry::Received => (Side::Receiver, &exchange.receiver),
    };
    named::require_side(context, by, party)?;
    correctable(delivery, data)?;
    weighing::check(&data.measured, exchange.material.dimension)?;
    let mut noted = Noted::default();
    check_ticket(context, delivery, data.entry, &data.measured, &mut noted)?;
    let requested = CorrectionRequested {
        by,
        correction: data.correction.clone(),
        entry: data.entry,
        evidence: data.evidence.clone(),
        exchange: exchange.clone(),
        measured: data.measured.clone(),
        reason: data.reason.clone(),
    };
    let change = Change { delivery, entry: data.entry, measured: &data.measured, noted };
    let applied = change.events(context, &data.correction, QUANTITY)?;
    let mut events = vec![Event::from(requested)];
    if !delivery.has_spoken(other(by)) || exchange.supplier.firm == exchange.receiver.firm {
        events.extend(applied);
    }
    Ok(events)
}

pub fn approve_correction<S: States>(
    context: &Context<'_, S>,
    data: &ApproveCorrection,
) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let delivery = &delivery.state;
    let exchange = &delivery.exchange;
    named::side(context, &exchange.supplier, &exchange.receiver)?;
    let asked = waiting(delivery, &data.correction)?;
    let by = other(asked.by);
    let party = match by {
        Side::Supplier => &exchange.supplier,
        Side::Receiver => &exchange.receiver,
    };
    named::require_side(context, by, party)?;
    dispute::not_disputed(delivery)?;
    let measured: Measured =
        serde_json::from_str(&asked.measured).expect("it was written from a request");
    let mut noted = Noted::default();
    // Its ticket may have been used for another load meanwhile.
    check_ticket(context, delivery, asked.entry, &measured, &mut noted)?;
    let change = Change { delivery, entry: asked.entry, measured: &measured, noted };
    change.events(context, &data.correction, CORRECTION)
}

pub fn decline_correction<S: States>(
    context: &Context<'_, S>,
    data: &DeclineCorrection,
) -> Decision {
    let delivery = shared::delivery(context, &data.delivery)?;
    let exchange = &delivery.state.exchange;
    let by = named::side(context, &exchange.supplier, &exchange.receiver)?;
    waiting(&delivery.state, &data.correction)?;
    let declined = CorrectionDeclined {
        by,
        correction: data.correction.clone(),
        exchange: exchange.clone(),
        reason: data.reason.clone(),
    };
    Ok(vec![declined.into()])
}

fn other(side: Side) -> Side {
    match side {
        Side::Supplier => Side::Receiver,
        Side::Receiver => Side::Supplier,
    }
}

fn correctable(delivery: &Delivery, data: &RequestCorrection) -> Result<(), Refusal> {
    let refuse = |code, pointer: &str, message: String| Err(Refusal::new(code, pointer, message));
    let id = &data.delivery;
    shared::not_cancelled(delivery, DELIVERY)?;
    dispute::not_disputed(delivery)?;
    if delivery.mode == DeliveryMode::MeteredPeriod {
        let message = format!("{id} was metered; adjust it instead (adjust_metered_periods)");
        return refuse(Code::NotALoad, DELIVERY, message);
    }
    let weight = weight_of(delivery, data.entry);
    if weight.is_none() {
        let message = format!("nothing of {id} was recorded on that side yet");
        return refuse(Code::NothingToCorrect, "/data/entry", message);
    }
    if delivery.rejected.is_some() {
        let message =
            format!("{id} was rejected, wholly or in part; its weights stand as they are");
        return refuse(Code::AlreadyDecided, DELIVERY, message);
    }
    if delivery.corrections.iter().any(|known| known.correction == data.correction) {
        let message = format!("{} exists already; choose another id", data.correction);
        return refuse(Code::AlreadyExists, CORRECTION, message);
    }
    let waits = |known: &&Correction| known.stage == CorrectionStage::Requested;
    if let Some(waiting) = delivery.corrections.iter().find(waits) {
        let message =
            format!("{} waits for its answer; one correction at a time", waiting.correction);
        return refuse(Code::CorrectionWaits, DELIVERY, message);
    }
    if delivery.corrections.len() >= MOST {
        let message = format!("{id} has {MOST} corrections, which is the most");
        return refuse(Code::TooMany, DELIVERY, message);
    }
    if weight.is_some_and(|weight| weight.quantity.amount() == data.measured.quantity.amount()) {
        let message = format!("{} is what stands there already", data.measured.quantity);
        return refuse(Code::NothingToCorrect, QUANTITY, message);
    }
    Ok(())
}

/// The replacement's ticket: the load's own with other weights, or one that stands for nothing yet.
fn check_ticket<S: States>(
    context: &Context<'_, S>,
    delivery: &Delivery,
    entry: Entry,
    measured: &Measured,
    noted: &mut Noted,
) -> Result<(), Refusal> {
    let Some(ticket) = &measured.ticket else { return Ok(()) };
    const SPLIT: &str = "/data/measured/ticket/split";
    if ticket.split.is_some() {
        let message = "a part of a ticket is not corrected by itself; cancel it and weigh again";
        return Err(Refusal::new(Code::UnexpectedMember, SPLIT, message));
    }
    let exchange = &delivery.exchange;
    let (site, weight) = match entry {
        Entry::Dispatched => (&exchange.supplier.site, &delivery.dispatched),
        Entry::Received => (&exchange.receiver.site, &delivery.received),
    };
    let day = weight.as_ref().map_or(Day::MAX, |weight| weight.day);
    let id = weighing::ticket_id(ticket, site, true);
    let used = context.states.find::<TicketUse>(&id);
    let own = |used: &TicketUse| {
        used.parts.is_none() && used.loads.iter().all(|load| load.delivery == exchange.delivery)
    };
    if used.is_some_and(|used| own(&used.state)) {
        return Ok(());
    }
    weighing::check_ticket(context, measured, site, day, noted)
}

fn weight_of(delivery: &Delivery, entry: Entry) -> Option<&Weight> {
    match entry {
        Entry::Dispatched => delivery.dispatched.as_ref(),
        Entry::Received => delivery.received.as_ref(),
    }
}

fn waiting<'a>(delivery: &'a Delivery, id: &CorrectionId) -> Result<&'a Correction, Refusal> {
    let found = delivery.corrections.iter().find(|known| known.correction == *id);
    let Some(found) = found else {
        let message = format!("{} has no correction {id}", delivery.exchange.delivery);
        return Err(Refusal::new(Code::UnknownCorrection, CORRECTION, message));
    };
    if found.stage != CorrectionStage::Requested {
        let message = format!("{id} was answered already");
        return Err(Refusal::new(Code::CorrectionAnswered, CORRECTION, message));
    }
    Ok(found)
}

/// One entry of a load and what is to stand in its place.
struct Change<'a> {
    delivery: &'a Delivery,
    entry: Entry,
    measured: &'a Measured,
    noted: Noted,
}

impl Change<'_> {
    /// Reversal, replacement, and what becomes of the difference between the two sides' weights.
    fn events<S: States>(
        self,
        context: &Context<'_, S>,
        correction: &CorrectionId,
        pointer: &str,
    ) -> Decision {
        let Change { delivery, entry, measured, mut noted } = self;
        let before = weight_of(delivery, entry).expect("it was found to be there");
        let mut exchange = delivery.exchange.clone();
        let contract = named::contract(context, &exchange.contract, DELIVERY)?;
        let contract = &contract.state;
        if contract.is_settled(delivery.booked) {
            let message = format!(
                "{} stands in a window that both sides have settled; open it again first \
                 (restate_window)",
                exchange.delivery
            );
            return Err(Refusal::new(Code::AlreadySettled, DELIVERY, message));
        }
        let accepted = match entry {
            Entry::Dispatched => None,
            Entry::Received => accepted(context, delivery, contract, before, measured, pointer)?,
        };
        let material = shared::material(context.states, &exchange.material.material);
        exchange.material.hazard = material.state.hazard;
        let day = day(context, &exchange, before.day)?;
        let one_sided = match entry {
            Entry::Dispatched => delivery.one_sided_dispatch != 0,
            Entry::Received => delivery.one_sided_accept != 0,
        };
        let line = contract.line(exchange.line).expect("a delivery names a line of its contract");
        noted.contract(contract, &material.state, before.day);
        let (dispatched, received) = match entry {
            Entry::Dispatched => (Some(&measured.quantity), weight(&delivery.received)),
            Entry::Received => (weight(&delivery.dispatched), Some(&measured.quantity)),
        };
        let receipt = delivery.received.as_ref().map_or(before.day, |received| received.day);
        let discrepancy = dispatched.zip(received).and_then(|(dispatched, received)| {
            difference::compare(line, dispatched, received, receipt, &mut noted, &exchange)
        });
        let reversed = EntryReversed {
            accepted: accepted.map(|(before, _)| before),
            correction: correction.clone(),
            corrects: before.record,
            day,
            entry,
            exchange: exchange.clone(),
            method: before.method,
            one_sided,
            quantity: before.quantity,
        };
        let replaced = EntryReplaced {
            accepted: accepted.map(|(_, after)| after),
            correction: correction.clone(),
            corrects: before.record,
            day,
            entry,
            exchange: exchange.clone(),
            measured: measured.clone(),
            nonconformities: noted.into_list(),
            one_sided,
        };
        let mut events = vec![Event::from(reversed), replaced.into()];
        if entry == Entry::Received {
            events.extend(claim::voided_by_correction(context.states, delivery));
        }
        events.extend(resolved(context, delivery, &exchange)?);
        events.extend(discrepancy.map(Event::from));
        Ok(events)
    }
}

fn weight(weight: &Option<Weight>) -> Option<&Quantity> {
    weight.as_ref().map(|weight| &weight.quantity)
}

/// What was accepted and what is: all of the correction's difference goes to it.
fn accepted<S: States>(
    context: &Context<'_, S>,
    delivery: &Delivery,
    contract: &Contract,
    before: &Weight,
    measured: &Measured,
    pointer: &str,
) -> Result<Option<(Quantity, Quantity)>, Refusal> {
    let Some(amount) = delivery.accepted else { return Ok(None) };
    let difference = measured.quantity.amount() - before.quantity.amount();
    let after = amount.saturating_add(difference);
    // What lots have of it is put to account; dissolved, it can be corrected.
    let gone = amount - delivery.left() + delivery.in_lots;
    let passed = claim::retired_further_on(context.states, delivery);
    if after < gone.max(delivery.used + delivery.disposed + passed) {
        let message = format!(
            "{} of it was used, disposed of, set aside in lots or claimed for good already, which \
             is more",
            before.quantity.resized(gone.max(delivery.used + delivery.disposed + passed))
        );
        return Err(Refusal::new(Code::BelowUsed, pointer, message));
    }
    let exchange = &delivery.exchange;
    let line = contract.line(exchange.line).expect("a delivery names a line of its contract");
    let from = line.window_start(&contract.term, before.day);
    let sum = line.balance(from).accepted.saturating_add(difference);
    if difference > 0 && sum > line.limit_in(&contract.term, from) {
        let message = format!(
            "with {} more than before, line {} of {} is over what it allows in this window",
            before.quantity.resized(difference),
            line.line,
            contract.contract
        );
        return Err(Refusal::new(Code::OverContract, pointer, message));
    }
    let material = shared::material(context.states, &exchange.material.material);
    if difference > 0 && material.state.hazard != HazardClass::NonHazardous {
        let site = shared::site(context.states, &exchange.receiver);
        let (site, material) = (&site.state, &material.state);
        permits::hazard_gate(context.states, site, material, None, before.day, difference)
            .map_err(|problem| problem.refusal(site, material, before.day, DELIVERY))?;
    }
    Ok(Some((before.quantity.resized(amount), measured.quantity.resized(after))))
}

/// The entry's own day, or today where one of the parks has closed its month: what was published
/// stays, and the difference shows in the month in which it was found.
fn day<S: States>(
    context: &Context<'_, S>,
    exchange: &Exchange,
    entry: Day,
) -> Result<Day, Refusal> {
    let parks = [&exchange.supplier.park, &exchange.receiver.park];
    let closed = parks.iter().any(|park| lookup::is_closed(context.states, park, entry.month()));
    if !closed {
        return Ok(entry);
    }
    let today = lookup::day_at(context, &exchange.receiver.park);
    for park in parks {
        shared::not_closed(context, park, today, "the correction")?;
    }
    Ok(today)
}

/// Ends an open discrepancy of the weights as they were.
fn resolved<S: States>(
    context: &Context<'_, S>,
    delivery: &Delivery,
    exchange: &Exchange,
) -> Result<Option<Event>, Refusal> {
    let open = delivery.discrepancy.as_ref().is_some_and(|discrepancy| !discrepancy.resolved);
    let (true, Some(dispatched), Some(received)) = (open, &delivery.dispatched, &delivery.received)
    else {
        return Ok(None);
    };
    let day = lookup::day_at(context, &exchange.receiver.park);
    shared::not_closed(context, &exchange.receiver.park, day, "the correction")?;
    Ok(Some(
        DiscrepancyResolved {
            day,
            dispatched: dispatched.quantity,
            evidence: Vec::new(),
            exchange: exchange.clone(),
            explanation: "a weight was corrected".parse().expect("it is a text"),
            received: received.quantity,
        }
        .into(),
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::event::Event;
    use crate::domain::fact::{Measure, facts};
    use crate::domain::rules::testing::{
        Ask, DAY, TONNE, estimated, kinds, refused_in_order, tonnes, weighed,
    };
    use crate::domain::shapes::Nonconformity;
    use crate::domain::state::{CorrectionStage, Delivery, TicketUse};
    use crate::domain::testing::World;

    fn ask(entry: &str, measured: Value) -> Value {
        json!({
            "correction": "cor_1", "delivery": "dlv_1", "entry": entry, "measured": measured,
            "reason": "the tare was typed wrongly",
        })
    }

    fn answer() -> Value {
        json!({"correction": "cor_1", "delivery": "dlv_1"})
    }

    /// What the events add to each measure, where it is not nothing.
    fn sums(events: &[Event]) -> Vec<(Measure, i64)> {
        let mut sums = std::collections::BTreeMap::new();
        for event in events {
            facts(event, |fact| *sums.entry(fact.measure).or_insert(0) += fact.amount);
        }
        sums.into_iter().filter(|(_, sum)| *sum != 0).collect()
    }

    /// 20 tonnes by both sides' weights, accepted.
    fn accepted() -> World {
        let mut world = World::with_slag();
        world.deliver("dlv_1", "ctr_slag", "20");
        world.by_receiver("accept_delivery", "dlv_1", json!({}));
        world
    }

    #[test]
    fn a_correction_waits_for_the_other_side_and_then_reverses_and_replaces() {
        let mut world = accepted();
        let data = ask("received", estimated(&tonnes("19.5")));
        let asked = world.take("frm_cement", DAY, "request_correction", &data);
        assert_eq!(kinds(&asked), ["correction_requested"]);
        assert_eq!(world.balance("ctr_slag").accepted, 20 * TONNE);
        let own = world.refuse("frm_cement", DAY, "approve_correction", &answer());
        assert_eq!(own.0, "not_a_party", "nobody approves what he asks himself");
        let events = world.take("frm_steel", DAY, "approve_correction", &answer());
        assert_eq!(kinds(&events), ["entry_reversed", "entry_replaced"]);
        let less = -TONNE / 2;
        assert_eq!(
            sums(&events),
            [(Measure::Received, less), (Measure::Accepted, less), (Measure::Delivered, less)]
        );
        let balance = world.balance("ctr_slag");
        assert_eq!((balance.received, balance.accepted), (19_500_000, 19_500_000));
        let delivery = world.state::<Delivery>("dlv_1");
        assert_eq!((delivery.accepted, delivery.left()), (Some(19_500_000), 19_500_000));
        let correction = &delivery.corrections[0];
        assert_eq!(correction.stage, CorrectionStage::Applied);
        assert_eq!(correction.before.unwrap().to_string(), "20 TNE");
        // 20 t left and 19.5 came: more than the contract's 0.3 %.
        assert_eq!(delivery.nonconformities, [Nonconformity::OutOfTolerance]);
        let again = world.refuse("frm_steel", DAY, "approve_correction", &answer());
        assert_eq!(again.0, "correction_answered");
    }

    #[test]
    fn the_dispatch_of_a_load_that_has_not_arrived_is_corrected_at_once_with_its_own_ticket() {
        let mut world = World::with_slag();
        let data = json!({
            "contract": "ctr_slag", "delivery": "dlv_1", "line": 1,
            "measured": weighed("scl_steel", "T-1", 31),
        });
        world.take("frm_steel", DAY, "dispatch_delivery", &data);
        let data = ask("dispatched", weighed("scl_steel", "T-1", 30));
        let events = world.take("frm_steel", DAY, "request_correction", &data);
        let expected = ["correction_requested", "entry_reversed", "entry_replaced"];
        assert_eq!(kinds(&events), expected);
        assert_eq!(sums(&events), [(Measure::Dispatched, -TONNE)]);
        assert_eq!(world.balance("ctr_slag").dispatched, 30 * TONNE);
        let ticket = world.state::<TicketUse>("scl_steel/T-1");
        assert_eq!(ticket.gross.to_string(), "40 TNE");
        assert_eq!(ticket.loads.len(), 1);
        // Another load's ticket is no correction.
        let other = json!({
            "contract": "ctr_slag", "delivery": "dlv_2", "line": 1,
            "measured": weighed("scl_steel", "T-2", 20),
        });
        world.take("frm_steel", DAY, "dispatch_delivery", &other);
        let mut data = ask("dispatched", weighed("scl_steel", "T-2", 25));
        data["correction"] = "cor_2".into();
        let refused = world.refuse("frm_steel", DAY, "request_correction", &data);
        assert_eq!(refused.0, "ticket_taken");
    }

    #[test]
    fn a_corrected_weight_ends_the_discrepancy_that_the_wrong_one_raised() {
        let mut world = World::with_slag();
        world.dispatch("dlv_1", "ctr_slag", "20");
        world.receive("dlv_1", "12");
        assert!(world.noted("dlv_1").contains(&Nonconformity::Discrepancy));
        let data = ask("received", estimated(&tonnes("20")));
        world.take("frm_cement", DAY, "request_correction", &data);
        let events = world.take("frm_steel", DAY, "approve_correction", &answer());
        assert_eq!(kinds(&events), ["entry_reversed", "entry_replaced", "discrepancy_resolved"]);
        assert_eq!(world.noted("dlv_1"), []);
        assert!(world.state::<Delivery>("dlv_1").discrepancy.unwrap().resolved);
    }

    #[test]
    fn what_was_used_and_what_the_contract_allows_bound_a_correction() {
        let mut world = accepted();
        let used = json!({"operation": "R5", "quantity": tonnes("18")});
        world.by_receiver("use_delivery", "dlv_1", used);
        let less = ask("received", estimated(&tonnes("17.9")));
        let refused = world.refuse("frm_cement", DAY, "request_correction", &less);
        assert_eq!(refused, ("below_used", "/data/measured/quantity".to_owned()));
        let more = ask("received", estimated(&tonnes("100.4")));
        assert_eq!(world.refuse("frm_cement", DAY, "request_correction", &more).0, "over_contract");
        let good = ask("received", estimated(&tonnes("18")));
        world.take("frm_cement", DAY, "request_correction", &good);
        let reason = json!({"reason": "our ticket says 20"});
        let declined = crate::domain::rules::testing::with(answer(), reason);
        world.take("frm_steel", DAY, "decline_correction", &declined);
        let delivery = world.state::<Delivery>("dlv_1");
        assert_eq!(delivery.corrections[0].stage, CorrectionStage::Declined);
        assert_eq!(delivery.accepted, Some(20 * TONNE));
    }

    #[test]
    fn a_closed_month_keeps_its_figures_and_the_difference_shows_later() {
        let mut world = accepted();
        world.close_march();
        let at = "2025-04-05T08:00:00.000Z";
        let data = ask("received", estimated(&tonnes("19")));
        world.take("frm_cement", at, "request_correction", &data);
        let events = world.take("frm_steel", at, "approve_correction", &answer());
        for event in &events {
            facts(event, |fact| assert_eq!(fact.day.to_string(), "2025-04-05"));
        }
        assert_eq!(world.balance("ctr_slag").accepted, 19 * TONNE);
    }

    #[test]
    fn refusals_come_in_a_fixed_order() {
        let mut world = accepted();
        world.dispatch("dlv_gone", "ctr_slag", "1");
        let cancel = json!({"delivery": "dlv_gone", "reason": "broken axle"});
        world.take("frm_steel", DAY, "cancel_delivery", &cancel);
        world.dispatch("dlv_under_way", "ctr_slag", "1");
        let mut data = ask("received", estimated(&json!({"unit": "GV", "value": "1"})));
        data["delivery"] = "dlv_none".into();
        let ask = Ask { actor: "frm_steel", at: DAY, kind: "request_correction", data };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_delivery", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_gone".into();
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_cement"),
                ("delivery_cancelled", "/data/delivery", |_, ask| {
                    ask.data["delivery"] = "dlv_under_way".into();
                }),
                ("nothing_to_correct", "/data/entry", |_, ask| {
                    ask.data["delivery"] = "dlv_1".into();
                }),
                ("unlike_dimension", "/data/measured/quantity", |_, ask| {
                    ask.data["measured"] = estimated(&tonnes("20"));
                }),
                ("nothing_to_correct", "/data/measured/quantity", |_, ask| {
                    ask.data["measured"] = estimated(&tonnes("19"));
                }),
            ],
        );
    }
}
