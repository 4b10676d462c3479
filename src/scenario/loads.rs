//! Loads of an exchange: weighed at both ends, accepted and used, each with its tickets.

use std::collections::BTreeMap;

use crate::domain::code::Operation;
use crate::domain::command::{
    AcceptDelivery, CancelDelivery, DispatchDelivery, ReceiveDelivery, ResolveDiscrepancy,
    ReturnRejection, UseDelivery,
};
use crate::domain::confidential::Confidential;
use crate::domain::id::{DeliveryId, ScaleId};
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{Measured, Ticket};
use crate::domain::text::Text;
use crate::domain::time::{Day, UtcMillis};
use crate::scenario::plan::{Hold, Incident, IncidentKind, Loads};
use crate::scenario::random::Random;
use crate::scenario::split;
use crate::scenario::story::{DAY, HOUR, MINUTE, SECOND, Story, Telling, instant};
use crate::scenario::trade::Trade;

/// In the last month of an exchange nothing leaves on its last days, so that all is used in time.
const CLEAR_DAYS: i32 = 3;

pub struct LoadSeries<'a> {
    trade: &'a Trade<'a>,
    loads: &'a Loads,
    divisor: i64,
    random: Random,
    incidents: BTreeMap<usize, &'a Incident>,
    /// Loads that the receiver tried to accept during a hold.
    attempts: u32,
    /// Loads told so far.
    told: usize,
    next_month: usize,
    /// What leaves when in the month that is told, the next one last.
    month: Vec<(UtcMillis, i64)>,
}

/// One load, while it is told.
struct Load {
    name: String,
    delivery: DeliveryId,
    incident: Option<IncidentKind>,
    /// How long a discrepancy stays unexplained.
    unexplained: i64,
    accepted: i64,
    received: i64,
    dispatched: i64,
    tare: i64,
}

impl<'a> LoadSeries<'a> {
    pub fn new(trade: &'a Trade<'a>, loads: &'a Loads, divisor: i64) -> LoadSeries<'a> {
        let (size, months) = (loads.size.amount(), trade.by_month.iter());
        let count: i64 = months.map(|total| (total + size - 1) / size).sum();
        let count = usize::try_from(count).expect("a count");
        LoadSeries {
            trade,
            loads,
            divisor,
            random: Random::new(trade.plan.seed, &trade.exchange.name),
            incidents: places(&loads.incidents, count, &trade.exchange.name),
            attempts: 0,
            told: 0,
            next_month: 0,
            month: Vec::new(),
        }
    }

    /// Fills `month` with the loads of the next month, evenly over its working hours.
    fn plan_month(&mut self) {
        let place = self.next_month;
        self.next_month += 1;
        let total = self.trade.by_month[place];
        let (size, step) = (self.loads.size.amount(), self.loads.step.amount());
        let loads = split::into_loads(total, size, step, &mut self.random);
        let is_last = self.trade.by_month[place + 1..].iter().all(|&later| later == 0);
        let month = self.trade.month(place);
        let days = month.last().0 - month.first().0 + 1 - if is_last { CLEAR_DAYS } else { 0 };
        let (from, to) = self.loads.hours;
        let hours = i64::from(to - from);
        let open = i64::from(days) * hours * HOUR;
        let count = i64::try_from(loads.len()).expect("a count");
        for (number, load) in (0..).zip(loads) {
            let within = (number * open + self.random.between(0, open - 1)) / count;
            let day = i32::try_from(within / (hours * HOUR)).expect("a day of the month");
            let clock = i64::from(from) * HOUR + within % (hours * HOUR);
            let clock = clock / SECOND * SECOND;
            let departs = instant(&self.trade.ground.zone, Day(month.first().0 + day), clock);
            self.month.push((departs, load));
        }
        self.month.reverse();
    }

    /// What weighs how much, by what happens to it.
    fn load(&mut self, accepted: i64) -> Load {
        let step = self.loads.step.amount();
        let happens = self.incidents.get(&self.told).copied();
        let incident = happens.map(|incident| incident.kind);
        self.told += 1;
        let whole = |amount: i64| (amount / step).max(1) * step;
        let received = accepted
            + match incident {
                Some(IncidentKind::PartialRejection) => whole(accepted / 5),
                Some(IncidentKind::OverDelivery) => whole(accepted * 3 / 10),
                _ => 0,
            };
        let usual = received / 400 / step;
        let usual = self.random.between(-usual, usual) * step;
        let stated = happens.and_then(|incident| incident.dispatched.as_ref());
        let stated = stated.map(|quantity| quantity.amount() / self.divisor);
        let dispatched = stated.unwrap_or_else(|| {
            received
                + match incident {
                    Some(IncidentKind::Discrepancy) => whole(received * 12 / 100),
                    Some(IncidentKind::OutOfTolerance) => whole(received * 6 / 1000),
                    _ => usual,
                }
        });
        let days = happens.and_then(|incident| incident.days).unwrap_or(2);
        let unexplained = i64::from(days) * DAY;
        let (light, heavy) = &self.loads.tare;
        let tare = self.random.between(light.amount() / step, heavy.amount() / step) * step;
        let name = format!("{}-{:05}", self.trade.exchange.name, self.told);
        let delivery = id(&name);
        Load { name, delivery, incident, unexplained, accepted, received, dispatched, tare }
    }

    fn story(&mut self, departs: UtcMillis, accepted: i64) -> Story {
        let load = self.load(accepted);
        let mut telling = Telling::new(load.name.clone(), departs);
        let arrives = later(departs, self.random.between(20 * 60, 80 * 60) * SECOND);
        if load.incident == Some(IncidentKind::Cancelled) {
            self.cancelled(&mut telling, &load, departs);
        }
        self.dispatched(&mut telling, &load, departs, arrives);
        self.received(&mut telling, &load, arrives);
        let accepted_at = self.accepted(&mut telling, &load, arrives);
        self.used(&mut telling, &load, accepted_at);
        telling.end()
    }

    fn cancelled(&mut self, telling: &mut Telling, load: &Load, departs: UtcMillis) {
        let mut announced = self.dispatch(load, departs);
        announced.delivery = id(&format!("{}-b", load.name));
        let delivery = announced.delivery.clone();
        if let Some(ticket) = &mut announced.measured.ticket {
            ticket.number = text(&format!("{}-B", ticket.number));
        }
        telling.tell("dispatch-b", self.trade.supplier, departs, 25 * SECOND, announced);
        let data = CancelDelivery { delivery, reason: text("brakes failed before the gate") };
        let at = later(departs, 12 * MINUTE);
        telling.tell("cancel-b", self.trade.supplier, at, 25 * SECOND, data);
    }

    fn dispatched(
        &mut self,
        telling: &mut Telling,
        load: &Load,
        departs: UtcMillis,
        arrives: UtcMillis,
    ) {
        let supplier = self.trade.supplier;
        let data = self.dispatch(load, departs);
        let again = load.incident == Some(IncidentKind::TicketTwice);
        let again = again.then(|| data.clone());
        // A late supplier records when the receiver has done so.
        let is_late = load.incident == Some(IncidentKind::ReceiptFirst);
        let delay = if is_late { arrives.0 - departs.0 + 3 * MINUTE } else { 0 };
        let delay = delay + self.random.between(10, 40) * SECOND;
        telling.tell("dispatch", supplier, departs, delay, data);
        if let Some(mut again) = again {
            again.delivery = id(&format!("{}-b", load.name));
            if let Some(ticket) = &mut again.measured.ticket {
                let step = self.loads.step.amount();
                let heavier = |quantity: &Quantity| self.trade.quantity(quantity.amount() + step);
                ticket.gross = heavier(&ticket.gross);
                again.measured.quantity = heavier(&again.measured.quantity);
            }
            telling.tell("dispatch-b", supplier, later(departs, 2 * MINUTE), 20 * SECOND, again);
            telling.but_refused("ticket_taken");
        }
    }

    fn received(&mut self, telling: &mut Telling, load: &Load, arrives: UtcMillis) {
        let is_first = load.incident == Some(IncidentKind::ReceiptFirst);
        let scale = self.trade.ground.scale(&self.trade.exchange.agreement.receiver);
        let data = ReceiveDelivery {
            contract: is_first.then(|| self.trade.contract()),
            delivery: load.delivery.clone(),
            line: is_first.then_some(1),
            measured: self.weighed(load.received, load, scale, "IN"),
            plate: None,
        };
        let delay = self.random.between(10, 90) * SECOND;
        telling.tell("receive", self.trade.receiver, arrives, delay, data);
        if load.incident == Some(IncidentKind::Discrepancy) {
            let explanation = "the supplier's scale was reset while the vehicle stood on it";
            let data = ResolveDiscrepancy {
                delivery: load.delivery.clone(),
                evidence: Vec::new(),
                explanation: text(explanation),
            };
            let at = later(arrives, load.unexplained);
            telling.tell("resolve", self.trade.supplier, at, MINUTE, data);
        }
    }

    /// Tells of the acceptance, and when it was.
    fn accepted(&mut self, telling: &mut Telling, load: &Load, arrives: UtcMillis) -> UtcMillis {
        let receiver = self.trade.receiver;
        let delivery = || load.delivery.clone();
        let all = AcceptDelivery { delivery: delivery(), quantity: None, reason: None };
        let delay = self.random.between(10, 60) * SECOND;
        let mut at = later(arrives, self.random.between(5 * 60, 30 * 60) * SECOND);
        if load.incident == Some(IncidentKind::Discrepancy) {
            at = later(at, load.unexplained);
        }
        if let Some(hold) = self.hold(arrives) {
            if self.attempts < hold.attempts {
                self.attempts += 1;
                telling.tell("accept-held", receiver, at, delay, all.clone());
                telling.but_refused(&hold.refused);
            }
            let wait = 9 * HOUR + self.random.between(0, 6 * 3600) * SECOND;
            at = instant(&self.trade.ground.zone, hold.until, wait);
        }
        if load.incident == Some(IncidentKind::OverDelivery) {
            telling.tell("accept-all", receiver, at, delay, all.clone());
            telling.but_refused("over_contract");
            at = later(at, 20 * MINUTE);
        }
        let reason = match load.incident {
            Some(IncidentKind::OverDelivery) => Some("more than the contract has left"),
            Some(IncidentKind::PartialRejection) => Some("too wet: the lower fifth is sludge"),
            _ => None,
        };
        let Some(reason) = reason else {
            telling.tell("accept", receiver, at, delay, all);
            return at;
        };
        let quantity = Some(self.trade.quantity(load.accepted));
        let data = AcceptDelivery { delivery: delivery(), quantity, reason: Some(text(reason)) };
        telling.tell("accept", receiver, at, delay, data);
        let back = ReturnRejection { delivery: delivery() };
        telling.tell("return", self.trade.supplier, later(at, 3 * HOUR), MINUTE, back);
        at
    }

    fn used(&mut self, telling: &mut Telling, load: &Load, accepted_at: UtcMillis) {
        let exchange = self.trade.exchange;
        let operation: Option<Operation> = exchange.operation;
        let at = later(accepted_at, self.random.between(2 * 60, 30 * 60) * MINUTE);
        let delay = self.random.between(1, 10) * MINUTE;
        let data = UseDelivery {
            delivery: load.delivery.clone(),
            lot: None,
            operation,
            product: exchange.product.clone(),
            quantity: None,
        };
        if load.incident == Some(IncidentKind::Overuse) {
            let more = self.trade.quantity(load.accepted + self.loads.step.amount());
            let more = UseDelivery { quantity: Some(more), ..data.clone() };
            let before = later(at, -30 * MINUTE);
            telling.tell("use-more", self.trade.receiver, before, 20 * SECOND, more);
            telling.but_refused("use_exceeds_accepted");
        }
        telling.tell("use", self.trade.receiver, at, delay, data);
    }

    fn dispatch(&mut self, load: &Load, departs: UtcMillis) -> DispatchDelivery {
        let scale = self.trade.ground.scale(&self.trade.exchange.agreement.supplier);
        let plate = self.loads.plates.as_ref().map(|region| {
            let number = self.random.between(10_000, 10_399);
            Confidential::Open(text(&format!("{region} {number}")))
        });
        DispatchDelivery {
            call_off: self.trade.call_off(departs.day_in(&self.trade.ground.zone).month()),
            carrier: None,
            contract: self.trade.contract(),
            delivery: load.delivery.clone(),
            driver: None,
            line: 1,
            manifests: Vec::new(),
            measured: self.weighed(load.dispatched, load, scale, "OUT"),
            plate,
        }
    }

    fn weighed(&self, net: i64, load: &Load, scale: &ScaleId, way: &str) -> Measured {
        let ticket = Ticket {
            gross: self.trade.quantity(net + load.tare),
            mode: None,
            number: text(&format!("{}-{way}", load.name.to_uppercase())),
            scale: scale.clone(),
            split: None,
            tare: self.trade.quantity(load.tare),
            weighed_at: None,
        };
        let quantity = self.trade.quantity(net);
        Measured { method: Method::Weighed, quantity, ticket: Some(ticket) }
    }

    fn hold(&self, arrives: UtcMillis) -> Option<&'a Hold> {
        let day = arrives.day_in(&self.trade.ground.zone);
        self.loads.hold.as_ref().filter(|hold| hold.from <= day && day < hold.until)
    }
}

impl Iterator for LoadSeries<'_> {
    type Item = Story;

    fn next(&mut self) -> Option<Story> {
        while self.month.is_empty() {
            if self.next_month == self.trade.by_month.len() {
                return None;
            }
            self.plan_month();
        }
        let (departs, accepted) = self.month.pop()?;
        Some(self.story(departs, accepted))
    }
}

/// To which load each incident happens. Two that fall on one load move apart.
fn places<'a>(
    incidents: &'a [Incident],
    count: usize,
    name: &str,
) -> BTreeMap<usize, &'a Incident> {
    let mut places = BTreeMap::new();
    for incident in incidents {
        let wanted = incident.at_permille as usize * count.saturating_sub(1) / 1000;
        let free = (0..count).map(|back| (wanted + count - back) % count);
        let free = free.into_iter().find(|place| !places.contains_key(place));
        let place = free.unwrap_or_else(|| panic!("{name} has fewer loads than incidents"));
        places.insert(place, incident);
    }
    places
}

fn id(name: &str) -> DeliveryId {
    format!("dlv_{name}").parse().expect("names in plans are short and of letters and digits")
}

fn text(text: &str) -> Text {
    text.parse().expect("plans tell in short texts")
}

fn later(at: UtcMillis, millis: i64) -> UtcMillis {
    at.checked_add(millis).expect("plans keep away from the year 9999")
}
