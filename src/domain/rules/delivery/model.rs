//! Conservation of mass: random commands on a few loads against a plain model, which knows numbers
//! and stages only.
//!
//! What must hold: a command is taken just when the model takes it; each load has the model's
//! numbers; each window of a contract line sums up its loads; and the facts of the log sum up to
//! the same, so that no figure can differ from the balances.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::domain::fact::{Measure, facts};
use crate::domain::rules::testing::{TONNE, estimated, proposal, tonnes};
use crate::domain::state::{Contract, Delivery, DeliveryStage, RejectionEnd, WindowBalance};
use crate::domain::testing::World;
use crate::domain::time::{Day, UtcMillis};

const LOADS: usize = 6;

/// The last one is the first of April in Guigang.
const DAYS: [&str; 3] =
    ["2025-03-10T08:00:00.000Z", "2025-03-31T15:59:59.999Z", "2025-03-31T16:00:00.000Z"];

/// Contract and line, with the most that a window of it takes, in tonnes: two lines by the month
/// for the cement works, one for the term for the power station.
const WAYS: [(&str, u16, i64); 3] =
    [("ctr_month", 1, 50), ("ctr_month", 2, 30), ("ctr_term", 1, 50)];

#[derive(Clone, Debug)]
enum Act {
    Dispatch { load: usize, way: usize, tonnes: i64, day: usize },
    Receive { load: usize, way: usize, tonnes: i64, day: usize },
    Meter { load: usize, way: usize, tonnes: i64, day: usize },
    Accept { load: usize, tonnes: Option<i64> },
    Reject { load: usize },
    Return { load: usize },
    Redirect { load: usize, way: usize, to: usize },
    DisposeRejection { load: usize },
    Use { load: usize, tonnes: Option<i64>, interim: bool },
    Dispose { load: usize, tonnes: Option<i64> },
    Cancel { load: usize },
    Resolve { load: usize },
}

/// A load and the way that it goes: mostly one of its own, so that its two sides find each other.
fn way() -> impl Strategy<Value = (usize, usize)> {
    let own = (0..LOADS).prop_map(|load| (load, load % WAYS.len()));
    prop_oneof![6 => own, 1 => (0..LOADS, 0..WAYS.len())]
}

fn act() -> impl Strategy<Value = Act> {
    let moved = || {
        (way(), 1..40i64, 0..DAYS.len())
            .prop_map(|((load, way), tonnes, day)| (load, way, tonnes, day))
    };
    let part = || (0..LOADS, proptest::option::of(1..40i64));
    prop_oneof![
        4 => moved().prop_map(|(load, way, tonnes, day)| Act::Dispatch { load, way, tonnes, day }),
        6 => moved().prop_map(|(load, way, tonnes, day)| Act::Receive { load, way, tonnes, day }),
        1 => moved().prop_map(|(load, way, tonnes, day)| Act::Meter { load, way, tonnes, day }),
        5 => part().prop_map(|(load, tonnes)| Act::Accept { load, tonnes }),
        2 => (0..LOADS).prop_map(|load| Act::Reject { load }),
        1 => (0..LOADS).prop_map(|load| Act::Return { load }),
        5 => (0..LOADS, way()).prop_map(|(load, (to, way))| Act::Redirect { load, way, to }),
        1 => (0..LOADS).prop_map(|load| Act::DisposeRejection { load }),
        4 => (part(), any::<bool>())
            .prop_map(|((load, tonnes), interim)| Act::Use { load, tonnes, interim }),
        2 => part().prop_map(|(load, tonnes)| Act::Dispose { load, tonnes }),
        1 => (0..LOADS).prop_map(|load| Act::Cancel { load }),
        1 => (0..LOADS).prop_map(|load| Act::Resolve { load }),
    ]
}

/// A load that arrives and is rejected, and goes on to another receiver or does not.
fn redirection() -> impl Strategy<Value = Vec<Act>> {
    let loads = (0..LOADS, 0..LOADS, 0..WAYS.len(), 1..20i64, any::<bool>());
    loads.prop_map(|(load, to, onward, tonnes, arrives)| {
        let (way, day) = (load % WAYS.len(), 0);
        let next = if arrives {
            Act::Receive { load: to, way: onward, tonnes, day }
        } else {
            Act::Cancel { load: to }
        };
        vec![
            Act::Dispatch { load, way, tonnes, day },
            Act::Receive { load, way, tonnes, day },
            Act::Reject { load },
            Act::Redirect { load, way: onward, to },
            next,
        ]
    })
}

/// Single acts, and now and then some that belong together.
fn story() -> impl Strategy<Value = Vec<Act>> {
    let acts = prop_oneof![15 => act().prop_map(|act| vec![act]), 1 => redirection()];
    proptest::collection::vec(acts, 1..80).prop_map(|acts| acts.concat())
}

#[derive(Clone, Debug, Default, PartialEq)]
enum End {
    #[default]
    Open,
    Returned,
    Redirected(usize),
    Disposed,
}

/// A load as the model knows it; quantities in tonnes, with the day's place in [`DAYS`].
#[derive(Clone, Debug, Default)]
struct Load {
    way: usize,
    dispatched: Option<(i64, usize)>,
    received: Option<(i64, usize)>,
    accepted: Option<i64>,
    rejected: i64,
    end: End,
    used: i64,
    interim: i64,
    disposed: i64,
    cancelled: bool,
    parent: Option<usize>,
    open_discrepancy: bool,
}

impl Load {
    fn left(&self) -> i64 {
        self.accepted.unwrap_or(0) - self.used - self.interim - self.disposed
    }

    fn compare(&mut self) {
        if let (Some((dispatched, _)), Some((received, _))) = (self.dispatched, self.received) {
            self.open_discrepancy = (dispatched - received).abs() * 10 > dispatched;
        }
    }

    /// A part that is asked for, or all that is left.
    fn part(&self, tonnes: Option<i64>) -> Option<i64> {
        let part = tonnes.unwrap_or(self.left());
        (self.accepted.is_some() && 0 < part && part <= self.left()).then_some(part)
    }
}

/// The place of a day's window: by the month, or all one.
fn window(way: usize, day: usize) -> usize {
    if WAYS[way].0 == "ctr_month" { usize::from(day == 2) } else { 0 }
}

#[derive(Default)]
struct Model {
    loads: BTreeMap<usize, Load>,
}

impl Model {
    /// What a load may be that another side moves now: unknown, or known under the same way.
    fn moving(&mut self, load: usize, way: usize) -> Option<&mut Load> {
        let load = self.loads.entry(load).or_insert_with(|| Load { way, ..Load::default() });
        (load.way == way && !load.cancelled).then_some(load)
    }

    fn accepted_in(&self, way: usize, place: usize) -> i64 {
        let of_window = self.loads.values().filter(|load| {
            load.way == way && load.received.is_some_and(|(_, day)| window(way, day) == place)
        });
        of_window.filter_map(|load| load.accepted).sum()
    }

    /// Whether the act is taken. What is not leaves everything as it was.
    fn take(&mut self, act: &Act) -> bool {
        let before = self.loads.clone();
        let taken = self.act(act).is_some();
        if !taken {
            self.loads = before;
        }
        taken
    }

    fn act(&mut self, act: &Act) -> Option<()> {
        match *act {
            Act::Dispatch { load, way, tonnes, day } => {
                let load = self.moving(load, way).filter(|load| load.dispatched.is_none())?;
                load.dispatched = Some((tonnes, day));
                load.compare();
            }
            Act::Receive { load, way, tonnes, day } => {
                let load = self.moving(load, way).filter(|load| load.received.is_none())?;
                load.received = Some((tonnes, day));
                load.compare();
            }
            Act::Meter { load, way, tonnes, day } => {
                if self.loads.contains_key(&load) {
                    return None;
                }
                let load = self.moving(load, way)?;
                load.dispatched = Some((tonnes, day));
                load.received = load.dispatched;
            }
            Act::Accept { load, tonnes } => {
                let known = self.loads.get(&load)?;
                let (received, day) = self.undecided(load)?;
                let accepted = tonnes.unwrap_or(received);
                let (way, before) =
                    (known.way, self.accepted_in(known.way, window(known.way, day)));
                if accepted > received || before + accepted > WAYS[way].2 {
                    return None;
                }
                let load = self.loads.get_mut(&load)?;
                load.accepted = Some(accepted);
                load.rejected = received - accepted;
            }
            Act::Reject { load } => {
                let (received, _) = self.undecided(load)?;
                self.loads.get_mut(&load)?.rejected = received;
            }
            Act::Return { load } => self.rejected(load)?.end = End::Returned,
            Act::DisposeRejection { load } => self.rejected(load)?.end = End::Disposed,
            Act::Redirect { load, way, to } => {
                let from = self.rejected(load)?;
                let (tonnes, same_receiver) = (from.rejected, WAYS[from.way].0 == WAYS[way].0);
                if same_receiver {
                    return None;
                }
                from.end = End::Redirected(to);
                let new = self.moving(to, way).filter(|new| new.dispatched.is_none())?;
                // All is redirected on the first of the days.
                new.dispatched = Some((tonnes, 0));
                new.parent = Some(load);
                new.compare();
            }
            Act::Use { load, tonnes, interim } => {
                let load = self.loads.get_mut(&load)?;
                let part = load.part(tonnes)?;
                *if interim { &mut load.interim } else { &mut load.used } += part;
            }
            Act::Dispose { load, tonnes } => {
                let load = self.loads.get_mut(&load)?;
                load.disposed += load.part(tonnes)?;
            }
            Act::Cancel { load } => {
                let load = self.loads.get_mut(&load)?;
                if load.cancelled || load.received.is_some() {
                    return None;
                }
                load.cancelled = true;
                if let Some(parent) = load.parent {
                    self.loads.get_mut(&parent)?.end = End::Open;
                }
            }
            Act::Resolve { load } => {
                let load = self.loads.get_mut(&load)?;
                if !std::mem::take(&mut load.open_discrepancy) {
                    return None;
                }
            }
        }
        Some(())
    }

    fn undecided(&self, load: usize) -> Option<(i64, usize)> {
        let load = self.loads.get(&load)?;
        load.received.filter(|_| load.accepted.is_none() && load.rejected == 0)
    }

    fn rejected(&mut self, load: usize) -> Option<&mut Load> {
        let load = self.loads.get_mut(&load)?;
        (load.rejected > 0 && load.end == End::Open).then_some(load)
    }
}

fn id(load: usize) -> String {
    format!("dlv_{load}")
}

fn world() -> World {
    let mut world = World::standard();
    let mut month = proposal("ctr_month", ("steel", "cement"), "mat_slag", &tonnes("50"));
    month["kind"] = "recurring".into();
    month["lines"][0]["tolerance_percent"] = "0".into();
    month["lines"][0]["window"] = "month".into();
    let mut second = month["lines"][0].clone();
    (second["line"], second["quantity"]) = (2.into(), tonnes("30"));
    month["lines"].as_array_mut().unwrap().push(second);
    world.conclude(&month);
    let mut term = proposal("ctr_term", ("steel", "power"), "mat_slag", &tonnes("50"));
    term["lines"][0]["tolerance_percent"] = "0".into();
    world.conclude(&term);
    world
}

/// The command of an act, as its rightful actor gives it. Who has no part is not asked here.
fn command(model: &Model, act: &Act) -> (&'static str, &'static str, &'static str, Value) {
    let receiver = |way: usize| {
        if WAYS[way].0 == "ctr_month" { "frm_cement" } else { "frm_power" }
    };
    let of = |load: usize| receiver(model.loads.get(&load).map_or(0, |load| load.way));
    let text = |tonnage: i64| tonnes(&tonnage.to_string());
    let moved = |load: usize, way: usize, tonnage: i64| {
        let (contract, line, _) = WAYS[way];
        let measured = estimated(&text(tonnage));
        json!({"contract": contract, "delivery": id(load), "line": line, "measured": measured})
    };
    let part = |load: usize, tonnage: Option<i64>, operation: &str| {
        let mut data = json!({"delivery": id(load), "operation": operation});
        if let Some(tonnage) = tonnage {
            data["quantity"] = text(tonnage);
        }
        data
    };
    match *act {
        Act::Dispatch { load, way, tonnes, day } => {
            ("frm_steel", DAYS[day], "dispatch_delivery", moved(load, way, tonnes))
        }
        Act::Receive { load, way, tonnes, day } => {
            (receiver(way), DAYS[day], "receive_delivery", moved(load, way, tonnes))
        }
        Act::Meter { load, way, tonnes, day } => {
            let (contract, line, _) = WAYS[way];
            let end: UtcMillis = DAYS[day].parse().unwrap();
            let data = json!({
                "contract": contract,
                "delivery": id(load),
                "from": "2025-03-09T16:00:00.000Z",
                "line": line,
                "method": "estimated",
                "quantity": text(tonnes),
                "to": UtcMillis(end.0 + 1),
            });
            ("frm_steel", DAYS[day], "record_metered_period", data)
        }
        Act::Accept { load, tonnes } => {
            let received = model.loads.get(&load).and_then(|load| load.received);
            let mut data = json!({"delivery": id(load)});
            if let Some(tonnes) = tonnes {
                data["quantity"] = text(tonnes);
                if received.is_some_and(|(received, _)| tonnes < received) {
                    data["reason"] = "wet".into();
                }
            }
            (of(load), DAYS[0], "accept_delivery", data)
        }
        Act::Reject { load } => {
            let data = json!({"delivery": id(load), "reason": "wet"});
            (of(load), DAYS[0], "reject_delivery", data)
        }
        Act::Return { load } => {
            ("frm_steel", DAYS[0], "return_rejection", json!({"delivery": id(load)}))
        }
        Act::DisposeRejection { load } => {
            let data = json!({"delivery": id(load), "operation": "D5"});
            ("frm_steel", DAYS[0], "dispose_rejection", data)
        }
        Act::Redirect { load, way, to } => {
            let (contract, line, _) = WAYS[way];
            let data = json!({
                "contract": contract, "delivery": id(load), "line": line, "new_delivery": id(to),
            });
            ("frm_steel", DAYS[0], "redirect_rejection", data)
        }
        Act::Use { load, tonnes, interim } => {
            let data = part(load, tonnes, if interim { "R13" } else { "R5" });
            (of(load), DAYS[0], "use_delivery", data)
        }
        Act::Dispose { load, tonnes } => {
            (of(load), DAYS[0], "dispose_delivery", part(load, tonnes, "D5"))
        }
        Act::Cancel { load } => {
            let data = json!({"delivery": id(load), "reason": "broken axle"});
            ("frm_steel", DAYS[0], "cancel_delivery", data)
        }
        Act::Resolve { load } => {
            let data = json!({"delivery": id(load), "explanation": "water drained"});
            ("frm_steel", DAYS[0], "resolve_discrepancy", data)
        }
    }
}

/// Each delivery has the model's numbers, and keeps the two sums of its own.
fn check_loads(world: &World, model: &Model) {
    for (place, load) in &model.loads {
        let delivery = world.state::<Delivery>(&id(*place));
        let amount = |quantity: Option<i64>| quantity.map(|tonnes| tonnes * TONNE);
        let weight = |weight: &Option<crate::domain::state::Weight>| {
            weight.as_ref().map(|weight| weight.quantity.amount())
        };
        assert_eq!(weight(&delivery.dispatched), amount(load.dispatched.map(|(tonnes, _)| tonnes)));
        assert_eq!(weight(&delivery.received), amount(load.received.map(|(tonnes, _)| tonnes)));
        assert_eq!(delivery.accepted, amount(load.accepted));
        let rejected = delivery.rejected.as_ref();
        assert_eq!(rejected.map_or(0, |rejected| rejected.amount), load.rejected * TONNE);
        let end = match rejected.and_then(|rejected| rejected.end.as_ref()) {
            None => End::Open,
            Some(RejectionEnd::Returned) => End::Returned,
            Some(RejectionEnd::Disposed) => End::Disposed,
            Some(RejectionEnd::Redirected(new)) => {
                End::Redirected(new.as_str()["dlv_".len()..].parse().unwrap())
            }
        };
        assert_eq!(end, load.end);
        let numbers = (delivery.used, delivery.used_interim, delivery.disposed);
        assert_eq!(numbers, (load.used * TONNE, load.interim * TONNE, load.disposed * TONNE));
        assert_eq!(delivery.stage() == DeliveryStage::Cancelled, load.cancelled);
        let open = delivery.discrepancy.as_ref().is_some_and(|discrepancy| !discrepancy.resolved);
        assert_eq!(open, load.open_discrepancy);
        if delivery.accepted.is_some() || rejected.is_some() {
            let decided = delivery.accepted.unwrap_or(0) + load.rejected * TONNE;
            assert_eq!(Some(decided), weight(&delivery.received), "accepted and rejected");
        }
        assert!(delivery.left() >= 0, "used, passed on and disposed of");
    }
}

/// The windows of a line, as its loads sum up.
fn summed(model: &Model, way: usize, term_from: Day) -> Vec<WindowBalance> {
    let mut windows = BTreeMap::<Day, WindowBalance>::new();
    let mut at = |day: usize, book: &dyn Fn(&mut WindowBalance)| {
        let month = if day == 2 { "2025-04-01" } else { "2025-03-01" };
        let monthly = WAYS[way].0 == "ctr_month";
        let from = if monthly { month.parse().unwrap() } else { term_from };
        book(windows.entry(from).or_insert_with(|| WindowBalance::empty(from)));
    };
    for load in model.loads.values().filter(|load| load.way == way) {
        if let Some((dispatched, day)) = load.dispatched {
            let left = if load.cancelled { 0 } else { dispatched };
            at(day, &|window| window.dispatched += left * TONNE);
        }
        if let Some((received, day)) = load.received {
            at(day, &|window| {
                window.received += received * TONNE;
                window.accepted += load.accepted.unwrap_or(0) * TONNE;
                window.rejected += load.rejected * TONNE;
                window.used += load.used * TONNE;
                window.used_interim += load.interim * TONNE;
                window.disposed += load.disposed * TONNE;
            });
        }
    }
    windows.into_values().collect()
}

/// The balances of all lines, and the facts of all records, are the sums over the loads.
fn check_sums(world: &World, model: &Model) {
    let mut total = WindowBalance::empty(Day::MIN);
    for (way, (contract, line, most)) in WAYS.iter().enumerate() {
        let contract = world.state::<Contract>(contract);
        let windows = &contract.line(*line).unwrap().windows;
        assert_eq!(windows, &summed(model, way, contract.term.from), "{contract:?}");
        for window in windows {
            assert!(window.accepted <= most * TONNE, "accepted within the contract");
            total.dispatched += window.dispatched;
            total.received += window.received;
            total.accepted += window.accepted;
            total.rejected += window.rejected;
            total.used += window.used;
            total.used_interim += window.used_interim;
            total.disposed += window.disposed;
        }
    }
    let mut sums = BTreeMap::<(Measure, bool), i64>::new();
    for event in &world.log {
        facts(event, |fact| {
            let of_supplier = fact.firm.as_ref().is_some_and(|firm| firm.as_str() == "frm_steel");
            *sums.entry((fact.measure, of_supplier)).or_default() += fact.amount;
        });
    }
    let sum = |measure, of_supplier| sums.get(&(measure, of_supplier)).copied().unwrap_or(0);
    let loads = || model.loads.values();
    assert_eq!(sum(Measure::Dispatched, true), total.dispatched);
    assert_eq!(sum(Measure::Received, false), total.received);
    assert_eq!(sum(Measure::Accepted, false), total.accepted);
    assert_eq!(sum(Measure::Delivered, true), total.accepted);
    assert_eq!(sum(Measure::Rejected, false), total.rejected);
    assert_eq!(sum(Measure::Used, false), total.used);
    assert_eq!(sum(Measure::UsedInterim, false), total.used_interim);
    assert_eq!(sum(Measure::Disposed, false), total.disposed);
    let disposed = loads().filter(|load| load.end == End::Disposed).map(|load| load.rejected);
    assert_eq!(sum(Measure::Disposed, true), disposed.sum::<i64>() * TONNE);
    let open = loads()
        .filter(|load| load.open_discrepancy)
        .map(|load| (load.dispatched.unwrap().0 - load.received.unwrap().0).abs());
    assert_eq!(sum(Measure::Unreconciled, false), open.sum::<i64>() * TONNE);
}

proptest! {
    #[test]
    fn no_tonne_comes_from_nowhere_and_none_is_counted_twice(acts in story()) {
        let (mut world, mut model) = (world(), Model::default());
        for act in &acts {
            let (actor, at, kind, data) = command(&model, act);
            let result = world.ask(actor, at, kind, &data);
            let taken = model.take(act);
            prop_assert_eq!(result.is_ok(), taken, "{:?}: {:?}", act, result.err());
            check_loads(&world, &model);
        }
        check_sums(&world, &model);
    }
}
