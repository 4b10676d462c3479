//! What events of deliveries leave behind: the delivery, the balance of its contract line, and what
//! its ticket, its meter and its permit were used for.
//!
//! Invariant: every sum of a contract line is the sum over the line's deliveries and confirmed
//! adjustments, window by window.

use crate::domain::command::Entry;
use crate::domain::event::{
    CorrectionRequested, DeliveryAccepted, DeliveryCancelled, DeliveryDispatched, DeliveryReceived,
    DeliveryRejected, DeliveryUsed, EntryReplaced, EntryReversed, Event, Exchange,
    MeteredPeriodRecorded, QuantitySettled, Side,
};
use crate::domain::evolve::Meta;
use crate::domain::id::{CallOffId, CorrectionId};
use crate::domain::rules::delivery::adjust::accepted_id;
use crate::domain::rules::delivery::metered::meter_use_id;
use crate::domain::rules::delivery::weighing::ticket_id;
use crate::domain::rules::delivery::{readings, shared};
use crate::domain::rules::permits;
use crate::domain::shapes::{Measured, Nonconformity, Party, Ticket};
use crate::domain::state::{
    Contract, Correction, CorrectionStage, Delivery, DeliveryMode, Discrepancy, Dispute,
    DisputeEnd, MeterUse, Rejection, RejectionEnd, SettledQuantity, TicketLoad, TicketUse, Weight,
    WindowBalance, day_book,
};
use crate::domain::states::StatesMut;
use crate::domain::time::Day;

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over events of deliveries")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let states = &mut Rows { states, at: meta.position, meta };
    match event {
        Event::DeliveryDispatched(e) => states.dispatched(e),
        Event::DeliveryReceived(e) => states.received(e),
        Event::MeteredPeriodRecorded(e) => states.metered(e),
        Event::DiscrepancyRaised(e) => states.change(&e.exchange, |delivery| {
            delivery.discrepancy = Some(Discrepancy { due: e.due, resolved: false });
        }),
        Event::DiscrepancyResolved(e) => states.change(&e.exchange, |delivery| {
            let open = delivery.discrepancy.as_mut();
            open.expect("only what was raised is resolved").resolved = true;
        }),
        Event::DeliveryAccepted(e) => states.accepted(e),
        Event::DeliveryRejected(e) => states.rejected(e),
        Event::RejectionReturned(e) => states.end(&e.exchange, RejectionEnd::Returned),
        Event::RejectionRedirected(e) => {
            states.end(&e.exchange, RejectionEnd::Redirected(e.new_delivery.clone()));
        }
        Event::RejectionDisposed(e) => states.end(&e.exchange, RejectionEnd::Disposed),
        Event::DeliveryUsed(e) => states.used(e),
        Event::DeliveryDisposed(e) => {
            let amount = e.quantity.amount();
            states.after_receipt(
                &e.exchange,
                |delivery| delivery.disposed += amount,
                |window| window.disposed += amount,
            );
        }
        Event::DeliveryCancelled(e) => states.cancelled(e),
        Event::CorrectionRequested(e) => states.correction_requested(e),
        Event::CorrectionDeclined(e) => states.change(&e.exchange, |delivery| {
            correction(delivery, &e.correction).stage = CorrectionStage::Declined;
        }),
        Event::EntryReversed(e) => states.reversed(e),
        Event::EntryReplaced(e) => states.replaced(e),
        Event::EntryConfirmed(e) => states.change(&e.exchange, |delivery| match e.side {
            Side::Supplier => {
                (delivery.supplier_spoke, delivery.one_sided_accept) = (true, 0);
            }
            Side::Receiver => {
                (delivery.receiver_spoke, delivery.one_sided_dispatch) = (true, 0);
            }
        }),
        Event::DeliveryDisputed(e) => states.change(&e.exchange, |delivery| {
            let (by, held, reason, since) = (e.by, e.held.clone(), e.reason.clone(), e.day);
            delivery.dispute = Some(Dispute { by, end: None, held, proposed: None, reason, since });
        }),
        Event::SettlementProposed(e) => states.dispute(&e.exchange, |dispute| {
            dispute.proposed = Some((e.by, e.settlement.clone()));
        }),
        Event::DisputeSettled(e) => states.dispute(&e.exchange, |dispute| {
            dispute.end = Some(DisputeEnd::Settled);
        }),
        Event::DisputeWithdrawn(e) => states.dispute(&e.exchange, |dispute| {
            dispute.end = Some(DisputeEnd::Withdrawn);
        }),
        Event::QuantitySettled(e) => {
            let QuantitySettled { by, deduction, quantity, reason, .. } = e.clone();
            let record = meta.position;
            states.change(&e.exchange, |delivery| {
                let settled = SettledQuantity { by, deduction, quantity, reason, record };
                delivery.settled = Some(settled);
            });
        }
        _ => unreachable!("{} is no event of a delivery", event.kind()),
    }
}

/// The states, and the record that changes them.
struct Rows<'a, S> {
    states: &'a mut S,
    at: u64,
    meta: &'a Meta<'a>,
}

impl<S: StatesMut> Rows<'_, S> {
    fn dispatched(&mut self, event: &DeliveryDispatched) {
        let DeliveryDispatched { exchange, measured, nonconformities, day, .. } = event;
        let weight = self.weight(*day, measured);
        let amount = weight.quantity.amount();
        self.begin(exchange, *day, nonconformities, |delivery| {
            delivery.supplier_spoke = true;
            delivery.one_sided_dispatch = if event.one_sided { amount } else { 0 };
            delivery.dispatched = Some(weight);
            delivery.call_off.clone_from(&event.call_off);
            delivery.parent.clone_from(&event.parent);
        });
        self.use_ticket(exchange, &exchange.supplier, measured, nonconformities);
        self.book(exchange, *day, |window| window.dispatched += amount);
        self.book_call_off(exchange, event.call_off.as_ref(), amount);
    }

    fn received(&mut self, event: &DeliveryReceived) {
        let DeliveryReceived { exchange, measured, nonconformities, day, .. } = event;
        let weight = self.weight(*day, measured);
        let amount = weight.quantity.amount();
        self.begin(exchange, *day, nonconformities, |delivery| {
            delivery.receiver_spoke = true;
            delivery.received = Some(weight);
        });
        self.use_ticket(exchange, &exchange.receiver, measured, nonconformities);
        self.book(exchange, *day, |window| window.received += amount);
    }

    fn metered(&mut self, event: &MeteredPeriodRecorded) {
        let MeteredPeriodRecorded { exchange, day, method, nonconformities, quantity, .. } = event;
        let (day, method, quantity) = (*day, *method, *quantity);
        let weight = Weight { day, method, quantity, record: self.at, ticket: None };
        let segments = readings::segments(event.period(), event.readings.as_ref(), &event.segments);
        let amount = quantity.amount();
        self.begin(exchange, day, nonconformities, |delivery| {
            match event.by {
                Side::Supplier => {
                    delivery.supplier_spoke = true;
                    delivery.one_sided_dispatch = if event.one_sided { amount } else { 0 };
                }
                Side::Receiver => delivery.receiver_spoke = true,
            }
            delivery.mode = DeliveryMode::MeteredPeriod;
            let counted = segments.iter().map(|one| (Some(one.meter.clone()), one.from, one.to));
            delivery.segments = counted.collect();
            if delivery.segments.is_empty() {
                delivery.segments.push((None, event.from, event.to));
            }
            delivery.call_off.clone_from(&event.call_off);
            delivery.period = Some((event.from, event.to));
            delivery.dispatched = Some(weight.clone());
            delivery.received = Some(weight);
        });
        for segment in &segments {
            let known = readings::meter(self.states, exchange.sites(), &segment.meter).is_some();
            let id = meter_use_id(&segment.meter, &exchange.supplier.site, known);
            let (from, to) = ((segment.from, segment.start), (segment.to, segment.end));
            self.use_meter(&id, |used| used.count(from, to));
        }
        self.book(exchange, day, |window| {
            window.dispatched += amount;
            window.received += amount;
        });
        self.book_call_off(exchange, event.call_off.as_ref(), amount);
    }

    fn accepted(&mut self, event: &DeliveryAccepted) {
        let DeliveryAccepted { exchange, quantity, day, .. } = event;
        let (amount, at) = (quantity.amount(), self.at);
        self.after_receipt(
            exchange,
            |delivery| {
                (delivery.accepted, delivery.accepted_by) = (Some(amount), Some(at));
                delivery.receiver_spoke = true;
                delivery.one_sided_accept = if event.one_sided { amount } else { 0 };
                delivery.exchange.material.hazard = exchange.material.hazard;
            },
            |window| window.accepted += amount,
        );
        let delivery = self.states.find::<Delivery>(exchange.delivery.as_str());
        for (meter, from, to) in delivery.iter().flat_map(|delivery| &delivery.state.segments) {
            let id = accepted_id(&exchange.contract, exchange.line, meter.as_ref());
            self.use_meter(&id, |used| used.add(*from, *to));
        }
        let site = shared::site(self.states, &exchange.receiver);
        if !site.state.permits.is_empty() {
            let material = shared::material(self.states, &exchange.material.material);
            let (site, material) = (&site.state, &material.state);
            permits::count_use(self.states, self.at, site, material, *day, amount);
        }
    }

    fn rejected(&mut self, event: &DeliveryRejected) {
        let amount = event.quantity.amount();
        self.after_receipt(
            &event.exchange,
            |delivery| delivery.rejected = Some(Rejection { amount, end: None }),
            |window| window.rejected += amount,
        );
    }

    fn end(&mut self, exchange: &Exchange, end: RejectionEnd) {
        self.change(exchange, |delivery| {
            let rejection = delivery.rejected.as_mut();
            rejection.expect("only what was rejected has an end").end = Some(end);
        });
    }

    fn dispute(&mut self, exchange: &Exchange, change: impl FnOnce(&mut Dispute)) {
        self.change(exchange, |delivery| {
            change(delivery.dispute.as_mut().expect("only what is disputed is settled"));
        });
    }

    fn used(&mut self, event: &DeliveryUsed) {
        let amount = event.quantity.amount();
        if event.operation.is_none_or(|operation| operation.is_final_recovery()) {
            self.after_receipt(
                &event.exchange,
                |delivery| delivery.used += amount,
                |window| window.used += amount,
            );
        } else {
            self.after_receipt(
                &event.exchange,
                |delivery| delivery.used_interim += amount,
                |window| window.used_interim += amount,
            );
        }
    }

    fn cancelled(&mut self, event: &DeliveryCancelled) {
        let DeliveryCancelled { exchange, quantity, .. } = event;
        let (mut day, mut parent, mut call_off) = (event.day, None, None);
        self.change(exchange, |delivery| {
            delivery.cancelled = true;
            delivery.one_sided_dispatch = 0;
            parent.clone_from(&delivery.parent);
            call_off.clone_from(&delivery.call_off);
            let dispatched = delivery.dispatched.as_ref();
            day = dispatched.expect("only what was dispatched is cancelled").day;
        });
        // Taken out of the window into which it was booked, whenever it is cancelled.
        self.book(exchange, day, |window| window.dispatched -= quantity.amount());
        self.book_call_off(exchange, call_off.as_ref(), -quantity.amount());
        if let Some(parent) = parent {
            // What did not leave is rejected still, and waits for another end.
            self.states.change::<Delivery>(parent.as_str(), self.at, false, |delivery| {
                let rejection = delivery.rejected.as_mut();
                rejection.expect("only what was rejected is redirected").end = None;
            });
        }
    }

    /// Changes a delivery, whichever of its two sides was recorded first.
    fn begin(
        &mut self,
        exchange: &Exchange,
        day: Day,
        nonconformities: &[Nonconformity],
        fill: impl FnOnce(&mut Delivery),
    ) {
        let (id, at) = (exchange.delivery.as_str(), self.at);
        let change = |delivery: &mut Delivery| {
            if !nonconformities.is_empty() {
                delivery.nonconformities.extend(nonconformities);
                delivery.nonconformities.sort_unstable();
                delivery.nonconformities.dedup();
            }
            delivery.records.push(at);
            fill(delivery);
        };
        if self.states.exists::<Delivery>(id) {
            self.states.change(id, at, true, change);
        } else {
            let booked = self.booking_day(exchange, day);
            let mut delivery = empty(exchange, booked);
            change(&mut delivery);
            self.states.create(id, at, true, delivery);
            day_book::book(self.states, at, &exchange.contract, booked, &exchange.delivery);
        }
    }

    /// On which day of its contract's book a delivery that begins on a day stands.
    fn booking_day(&mut self, exchange: &Exchange, day: Day) -> Day {
        let id = exchange.contract.as_str();
        let contract = self.states.find::<Contract>(id);
        let contract = contract.expect("a delivery names a contract that was proposed");
        let (booked, first) = (contract.state.booking_day(day), contract.state.first_booked);
        drop(contract);
        if first.is_none_or(|first| booked < first) {
            let first = Some(booked);
            let change = |contract: &mut Contract| contract.first_booked = first;
            self.states.change(id, self.at, false, change);
        }
        booked
    }

    fn change(&mut self, exchange: &Exchange, change: impl FnOnce(&mut Delivery)) {
        let at = self.at;
        self.states.change::<Delivery>(exchange.delivery.as_str(), at, true, |delivery| {
            delivery.records.push(at);
            change(delivery);
        });
    }

    /// Changes a delivery, and the balance of the window in which it was received.
    fn after_receipt(
        &mut self,
        exchange: &Exchange,
        change: impl FnOnce(&mut Delivery),
        book: impl FnOnce(&mut WindowBalance),
    ) {
        let mut receipt = None;
        self.change(exchange, |delivery| {
            receipt = delivery.received.as_ref().map(|received| received.day);
            change(delivery);
        });
        let receipt = receipt.expect("rules decide only about what was received");
        self.book(exchange, receipt, book);
    }

    fn correction_requested(&mut self, event: &CorrectionRequested) {
        let asked = Correction {
            before: None,
            by: event.by,
            correction: event.correction.clone(),
            corrects: None,
            entry: event.entry,
            measured: serde_json::to_string(&event.measured).expect("it has string keys"),
            quantity: event.measured.quantity,
            reason: event.reason.clone(),
            record: self.at,
            stage: CorrectionStage::Requested,
        };
        self.change(&event.exchange, |delivery| delivery.corrections.push(asked));
    }

    fn reversed(&mut self, event: &EntryReversed) {
        let EntryReversed { accepted, exchange, quantity, corrects, .. } = event;
        let (amount, mut day, mut call_off) = (quantity.amount(), event.day, None);
        self.change(exchange, |delivery| {
            let known = correction(delivery, &event.correction);
            (known.before, known.corrects) = (Some(*quantity), Some(*corrects));
            call_off.clone_from(&delivery.call_off);
            day = entry_of(delivery, event.entry).day;
        });
        let accepted = accepted.map_or(0, |accepted| accepted.amount());
        self.book(exchange, day, |window| match event.entry {
            Entry::Dispatched => window.dispatched -= amount,
            Entry::Received => {
                window.received -= amount;
                window.accepted -= accepted;
            }
        });
        match event.entry {
            Entry::Dispatched => self.book_call_off(exchange, call_off.as_ref(), -amount),
            Entry::Received => self.count_permit(exchange, day, -accepted),
        }
    }

    fn replaced(&mut self, event: &EntryReplaced) {
        let EntryReplaced { accepted, exchange, measured, nonconformities, .. } = event;
        let (amount, mut day, mut call_off) = (measured.quantity.amount(), event.day, None);
        let at = self.at;
        self.change(exchange, |delivery| {
            correction(delivery, &event.correction).stage = CorrectionStage::Applied;
            call_off.clone_from(&delivery.call_off);
            let weight = entry_of(delivery, event.entry);
            day = weight.day;
            *weight = weight_of(day, measured, at);
            match (event.entry, accepted) {
                (Entry::Received, Some(accepted)) => {
                    delivery.accepted = Some(accepted.amount());
                    if event.one_sided {
                        delivery.one_sided_accept = accepted.amount();
                    }
                }
                (Entry::Dispatched, _) if event.one_sided => delivery.one_sided_dispatch = amount,
                (Entry::Dispatched | Entry::Received, _) => {}
            }
            // What the two weights differ by is told anew, by those that stand now.
            let of_pair = [Nonconformity::OutOfTolerance, Nonconformity::Discrepancy];
            delivery.nonconformities.retain(|noted| !of_pair.contains(noted));
            delivery.nonconformities.extend(nonconformities);
            delivery.nonconformities.sort_unstable();
            delivery.nonconformities.dedup();
        });
        let accepted = accepted.map_or(0, |accepted| accepted.amount());
        self.book(exchange, day, |window| match event.entry {
            Entry::Dispatched => window.dispatched += amount,
            Entry::Received => {
                window.received += amount;
                window.accepted += accepted;
            }
        });
        let side = match event.entry {
            Entry::Dispatched => {
                self.book_call_off(exchange, call_off.as_ref(), amount);
                &exchange.supplier
            }
            Entry::Received => {
                self.count_permit(exchange, day, accepted);
                &exchange.receiver
            }
        };
        self.replace_ticket(exchange, side, measured, nonconformities);
    }

    /// What a permit has taken follows what is accepted under it.
    fn count_permit(&mut self, exchange: &Exchange, day: Day, amount: i64) {
        let site = shared::site(self.states, &exchange.receiver);
        if amount != 0 && !site.state.permits.is_empty() {
            let material = shared::material(self.states, &exchange.material.material);
            let (site, material) = (&site.state, &material.state);
            permits::count_use(self.states, self.at, site, material, day, amount);
        }
    }

    fn book(&mut self, exchange: &Exchange, day: Day, book: impl FnOnce(&mut WindowBalance)) {
        self.states.change::<Contract>(exchange.contract.as_str(), self.at, false, |contract| {
            let Contract { lines, term, .. } = contract;
            let line = lines.iter_mut().find(|line| line.line == exchange.line);
            let line = line.expect("a delivery names a line of its contract");
            let from = line.window_start(term, day);
            book(line.balance_mut(from));
        });
    }

    fn book_call_off(&mut self, exchange: &Exchange, id: Option<&CallOffId>, amount: i64) {
        let Some(id) = id else { return };
        self.states.change::<Contract>(exchange.contract.as_str(), self.at, false, |contract| {
            let call_off = contract.call_offs.iter_mut().find(|one| one.call_off == *id);
            call_off.expect("a delivery names a call-off of its contract").dispatched += amount;
        });
    }

    fn weight(&self, day: Day, measured: &Measured) -> Weight {
        weight_of(day, measured, self.at)
    }

    fn use_meter(&mut self, id: &str, change: impl FnOnce(&mut MeterUse)) {
        let before = self.states.find::<MeterUse>(id);
        let mut used = before.map_or(MeterUse::NONE, |used| used.state.clone());
        change(&mut used);
        self.states.create(id, self.at, false, used);
    }

    /// A correction's ticket: the load's own, with other weights, or another one.
    fn replace_ticket(
        &mut self,
        exchange: &Exchange,
        side: &Party,
        measured: &Measured,
        nonconformities: &[Nonconformity],
    ) {
        let Some(ticket) = &measured.ticket else { return };
        let known = !nonconformities.contains(&Nonconformity::UnknownScale);
        let id = ticket_id(ticket, &side.site, known);
        let (gross, tare, quantity, at) = (ticket.gross, ticket.tare, measured.quantity, self.at);
        if !self.states.exists::<TicketUse>(&id) {
            return self.use_ticket(exchange, side, measured, nonconformities);
        }
        self.states.change::<TicketUse>(&id, at, false, |used| {
            (used.gross, used.tare) = (gross, tare);
            for load in &mut used.loads {
                (load.quantity, load.record) = (quantity, at);
            }
        });
    }

    fn use_ticket(
        &mut self,
        exchange: &Exchange,
        side: &Party,
        measured: &Measured,
        nonconformities: &[Nonconformity],
    ) {
        let Some(ticket) = &measured.ticket else { return };
        let known = !nonconformities.contains(&Nonconformity::UnknownScale);
        let id = ticket_id(ticket, &side.site, known);
        let load = TicketLoad {
            delivery: exchange.delivery.clone(),
            part: ticket.split.map(|split| split.part),
            quantity: measured.quantity,
            record: self.at,
            recorded_at: self.meta.recorded_at,
        };
        if self.states.exists::<TicketUse>(&id) {
            // Another part of it: a rule has found that it may be.
            let more = |used: &mut TicketUse| used.loads.push(load);
            return self.states.change::<TicketUse>(&id, self.at, false, more);
        }
        let Ticket { gross, mode, split, tare, weighed_at, .. } = ticket;
        let used = TicketUse {
            gross: *gross,
            loads: vec![load],
            mode: mode.unwrap_or_default(),
            parts: split.map(|split| split.of),
            tare: *tare,
            weighed_at: weighed_at.unwrap_or(self.meta.occurred_at),
        };
        self.states.create(&id, self.at, false, used);
    }
}

fn correction<'a>(delivery: &'a mut Delivery, id: &CorrectionId) -> &'a mut Correction {
    let found = delivery.corrections.iter_mut().find(|known| known.correction == *id);
    found.expect("a correction is requested first")
}

fn weight_of(day: Day, measured: &Measured, record: u64) -> Weight {
    let Measured { method, quantity, ticket, .. } = measured;
    let ticket = ticket.as_ref().map(|ticket| ticket.number.clone());
    Weight { day, method: *method, quantity: *quantity, record, ticket }
}

fn entry_of(delivery: &mut Delivery, entry: Entry) -> &mut Weight {
    let weight = match entry {
        Entry::Dispatched => delivery.dispatched.as_mut(),
        Entry::Received => delivery.received.as_mut(),
    };
    weight.expect("only what was recorded is corrected")
}

/// A load of which nothing is recorded yet.
fn empty(exchange: &Exchange, day: Day) -> Delivery {
    Delivery {
        booked: day,
        accepted: None,
        accepted_by: None,
        balanced: false,
        call_off: None,
        cancelled: false,
        claimed: false,
        corrections: Vec::new(),
        discrepancy: None,
        dispatched: None,
        disposed: 0,
        in_lots: 0,
        lost: 0,
        dispute: None,
        exchange: exchange.clone(),
        mass_balance: None,
        mode: DeliveryMode::Load,
        nonconformities: Vec::new(),
        one_sided_accept: 0,
        one_sided_dispatch: 0,
        parent: None,
        period: None,
        received: None,
        receiver_spoke: false,
        records: Vec::new(),
        rejected: None,
        settled: None,
        supplier_spoke: false,
        segments: Vec::new(),
        used: 0,
        used_interim: 0,
    }
}
