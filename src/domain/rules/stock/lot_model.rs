//! Conservation of lots: random commands on one pile against a plain model that knows numbers only.
//!
//! What must hold: a command is taken just when the model takes it; lots and what they are made of
//! are the model's; lots and what is in none are together what is on hand; and what came is what
//! was used, disposed of, sold on, lost, or lies there still.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::domain::rules::testing::{DAY, TONNE, proposal, tonnes, with};
use crate::domain::state::{Delivery, Lot, Movement, StockAccount};
use crate::domain::states::States as _;
use crate::domain::testing::World;

const ACCOUNT: &str = "sit_cement/mat_slag";
const LOTS: usize = 8;
/// Own material is younger than any delivery.
const OWN: usize = usize::MAX;

#[derive(Clone, Debug)]
enum Act {
    Deliver(i64),
    Generate(i64),
    Sell(i64),
    Form(usize, bool, i64),
    Blend(usize, usize, usize),
    Split(usize, usize, i64),
    Dissolve(usize),
    Draw(bool, i64, bool),
    DrawLot(usize, i64, bool),
    Use(usize, Option<usize>, i64),
    Lose(Option<usize>, i64),
    Gain(Option<usize>, i64),
    Count(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let (lot, part) = (|| 0..LOTS, || 1..20i64);
    let maybe = || proptest::option::of(0..LOTS);
    prop_oneof![
        4 => part().prop_map(Act::Deliver),
        2 => part().prop_map(Act::Generate),
        1 => part().prop_map(Act::Sell),
        5 => (lot(), any::<bool>(), part()).prop_map(|(l, own, n)| Act::Form(l, own, n)),
        2 => (lot(), lot(), lot()).prop_map(|(a, b, c)| Act::Blend(a, b, c)),
        2 => (lot(), lot(), part()).prop_map(|(a, b, n)| Act::Split(a, b, n)),
        1 => lot().prop_map(Act::Dissolve),
        2 => (any::<bool>(), part(), any::<bool>()).prop_map(|(o, n, d)| Act::Draw(o, n, d)),
        4 => (lot(), part(), any::<bool>()).prop_map(|(l, n, d)| Act::DrawLot(l, n, d)),
        3 => (0..6usize, maybe(), part()).prop_map(|(d, l, n)| Act::Use(d, l, n)),
        2 => (maybe(), part()).prop_map(|(l, n)| Act::Lose(l, n)),
        1 => (maybe(), part()).prop_map(|(l, n)| Act::Gain(l, n)),
        1 => (0..60i64).prop_map(Act::Count),
    ]
}

/// In tonnes; a delivery is known by its place in the order of acceptance.
#[derive(Default)]
struct Model {
    on_hand: i64,
    /// Of each delivery, what is neither used, disposed of nor lost out of a lot.
    left: Vec<i64>,
    /// Lots by their number, made of what: an empty one has ended.
    lots: BTreeMap<usize, BTreeMap<usize, i64>>,
}

impl Model {
    fn total(&self, lot: usize) -> i64 {
        self.lots.get(&lot).map_or(0, |parts| parts.values().sum())
    }

    fn free(&self) -> i64 {
        self.on_hand - self.lots.keys().map(|lot| self.total(*lot)).sum::<i64>()
    }

    fn free_of(&self, delivery: usize) -> i64 {
        let in_lots = self.lots.values().filter_map(|parts| parts.get(&delivery)).sum::<i64>();
        self.left.get(delivery).copied().unwrap_or(0) - in_lots
    }

    /// The oldest of a lot.
    fn take_of(&mut self, lot: usize, amount: i64) -> BTreeMap<usize, i64> {
        let (mut open, mut taken) = (amount, BTreeMap::new());
        let parts = self.lots.get_mut(&lot).unwrap();
        for (source, there) in parts.iter_mut() {
            let part = open.min(*there);
            (*there, open) = (*there - part, open - part);
            taken.insert(*source, part);
        }
        taken.retain(|_, part| *part > 0);
        parts.retain(|_, part| *part > 0);
        taken
    }

    /// The oldest that no lot has; none if there is not so much.
    fn oldest(&self, amount: i64) -> Option<BTreeMap<usize, i64>> {
        let (mut open, mut taken) = (amount, BTreeMap::new());
        for delivery in 0..self.left.len() {
            let part = open.min(self.free_of(delivery));
            if part > 0 {
                taken.insert(delivery, part);
                open -= part;
            }
        }
        (open == 0).then_some(taken)
    }

    fn gone(&mut self, parts: &BTreeMap<usize, i64>) {
        for (source, amount) in parts {
            self.on_hand -= amount;
            if *source != OWN {
                self.left[*source] -= amount;
            }
        }
    }

    /// Whether the act is taken; if so, what it does.
    fn take(&mut self, act: &Act) -> bool {
        let free = self.free();
        let fits = match *act {
            Act::Deliver(_) | Act::Generate(_) | Act::Sell(_) | Act::Gain(None, _) => true,
            Act::Form(lot, own, n) => {
                let there = own || self.oldest(n).is_some();
                !self.lots.contains_key(&lot) && n <= free && there
            }
            Act::Blend(a, b, c) => {
                let live = self.total(a) > 0 && self.total(b) > 0;
                a != b && live && !self.lots.contains_key(&c)
            }
            Act::Split(a, b, n) => n <= self.total(a) && !self.lots.contains_key(&b),
            Act::Dissolve(lot) | Act::Gain(Some(lot), _) => self.total(lot) > 0,
            Act::Draw(own, n, _) => n <= free && (own || self.oldest(n).is_some()),
            Act::DrawLot(lot, n, _) | Act::Lose(Some(lot), n) => {
                n <= self.total(lot) && n <= self.on_hand
            }
            Act::Use(delivery, None, n) => n <= self.free_of(delivery),
            Act::Use(delivery, Some(lot), n) => {
                self.lots.get(&lot).and_then(|parts| parts.get(&delivery)).is_some_and(|p| n <= *p)
            }
            Act::Lose(None, n) => n <= free,
            Act::Count(n) => n >= self.on_hand - free,
        };
        if fits {
            self.apply(act);
        }
        fits
    }

    fn apply(&mut self, act: &Act) {
        match *act {
            Act::Deliver(n) => {
                self.left.push(n);
                self.on_hand += n;
            }
            Act::Generate(n) | Act::Gain(None, n) => self.on_hand += n,
            Act::Sell(n) | Act::Lose(None, n) => self.on_hand -= n,
            Act::Form(lot, own, n) => {
                let own_only = || BTreeMap::from([(OWN, n)]);
                let parts = if own { own_only() } else { self.oldest(n).unwrap() };
                self.lots.insert(lot, parts);
            }
            Act::Blend(a, b, c) => {
                let mut parts = BTreeMap::new();
                for lot in [a, b] {
                    for (source, amount) in std::mem::take(self.lots.get_mut(&lot).unwrap()) {
                        *parts.entry(source).or_default() += amount;
                    }
                }
                self.lots.insert(c, parts);
            }
            Act::Split(a, b, n) => {
                let parts = self.take_of(a, n);
                self.lots.insert(b, parts);
            }
            Act::Dissolve(lot) => self.lots.get_mut(&lot).unwrap().clear(),
            Act::Draw(true, n, _) => self.on_hand -= n,
            Act::Draw(false, n, _) => {
                let parts = self.oldest(n).unwrap();
                self.gone(&parts);
            }
            Act::DrawLot(lot, n, _) | Act::Lose(Some(lot), n) => {
                let parts = self.take_of(lot, n);
                self.gone(&parts);
            }
            Act::Use(delivery, lot, n) => {
                if let Some(lot) = lot {
                    let parts = self.lots.get_mut(&lot).unwrap();
                    *parts.get_mut(&delivery).unwrap() -= n;
                    parts.retain(|_, part| *part > 0);
                }
                self.gone(&BTreeMap::from([(delivery, n)]));
            }
            Act::Gain(Some(lot), n) => {
                *self.lots.get_mut(&lot).unwrap().entry(OWN).or_default() += n;
                self.on_hand += n;
            }
            Act::Count(n) => self.on_hand = n,
        }
    }

    /// Whether a draw would reach the own material of a lot.
    fn reaches_own(&self, lot: usize, amount: i64) -> bool {
        let own = self.lots.get(&lot).and_then(|parts| parts.get(&OWN)).copied().unwrap_or(0);
        own > 0 && amount > self.total(lot) - own
    }
}

fn lot_id(lot: usize) -> String {
    format!("lot_{lot}")
}

/// A command of the cement works.
fn command(model: &Model, act: &Act) -> (&'static str, Value) {
    let at = |more| with(json!({"material": "mat_slag", "site": "sit_cement"}), more);
    let n = |amount: i64| tonnes(&amount.to_string());
    let operation = |disposed: bool| if disposed { "D1" } else { "R5" };
    let of = |lot: &Option<usize>, more: Value| match lot {
        Some(lot) => with(more, json!({"lot": lot_id(*lot)})),
        None => more,
    };
    match act {
        Act::Deliver(_) | Act::Sell(_) => unreachable!("loads are commands of two firms"),
        Act::Generate(a) => {
            ("record_generation", at(json!({"method": "metered", "quantity": n(*a)})))
        }
        Act::Form(lot, own, a) => {
            let origin = if *own { "generated" } else { "accepted" };
            let more = json!({"lot": lot_id(*lot), "origin": origin, "quantity": n(*a)});
            ("form_lot", at(more))
        }
        Act::Blend(a, b, c) => {
            ("blend_lots", at(json!({"lot": lot_id(*c), "lots": [lot_id(*a), lot_id(*b)]})))
        }
        Act::Split(a, b, amount) => {
            let into = json!([{"lot": lot_id(*b), "quantity": n(*amount)}]);
            ("split_lot", at(json!({"into": into, "lot": lot_id(*a)})))
        }
        Act::Dissolve(lot) => ("dissolve_lot", at(json!({"lot": lot_id(*lot)}))),
        Act::Draw(own, a, disposed) => {
            let more = json!({"operation": operation(*disposed), "quantity": n(*a)});
            let own = if *own {
                json!({"method": "estimated", "origin": "generated"})
            } else {
                json!({"origin": "accepted"})
            };
            ("draw_stock", at(with(more, own)))
        }
        Act::DrawLot(lot, a, disposed) => {
            let more = json!({
                "lot": lot_id(*lot), "operation": operation(*disposed), "quantity": n(*a),
            });
            let reaches = model.reaches_own(*lot, *a);
            let method = if reaches { json!({"method": "estimated"}) } else { json!({}) };
            ("draw_stock", at(with(more, method)))
        }
        Act::Use(delivery, lot, a) => {
            let id = format!("dlv_{delivery}");
            let part = json!({"delivery": id, "operation": "R5", "quantity": n(*a)});
            ("use_delivery", of(lot, part))
        }
        Act::Lose(lot, a) => {
            ("record_loss", at(of(lot, json!({"cause": "spill", "quantity": n(*a)}))))
        }
        Act::Gain(lot, a) => {
            let evidence = json!([{"hash": "11".repeat(32), "title": "survey"}]);
            let more = json!({
                "cause": "moisture", "direction": "gain", "evidence": evidence, "quantity": n(*a),
            });
            ("adjust_stock", at(of(lot, more)))
        }
        Act::Count(a) => {
            let more = json!({"cause": "measuring", "method": "estimated", "quantity": n(*a)});
            ("count_stock", at(more))
        }
    }
}

fn world() -> World {
    let mut world = World::standard();
    for (contract, way) in [("ctr_in", ("steel", "cement")), ("ctr_on", ("cement", "power"))] {
        world.conclude(&proposal(contract, way, "mat_slag", &tonnes("10000")));
    }
    let open = json!({
        "evidence": [{"hash": "11".repeat(32), "title": "survey"}], "material": "mat_slag",
        "method": "estimated", "quantity": tonnes("0"), "site": "sit_cement",
    });
    world.take("frm_cement", DAY, "open_stock", &open);
    world
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what is left goes to the account itself")]
fn run(world: &mut World, model: &Model, act: &Act, step: usize) -> bool {
    match act {
        Act::Deliver(n) => {
            let id = format!("dlv_{}", model.left.len());
            world.deliver(&id, "ctr_in", &n.to_string());
            world.by_receiver("accept_delivery", &id, json!({}));
            true
        }
        Act::Sell(n) => {
            world.dispatch(&format!("dlv_on_{step}"), "ctr_on", &n.to_string());
            true
        }
        act => {
            let (kind, data) = command(model, act);
            world.ask("frm_cement", DAY, kind, &data).is_ok()
        }
    }
}

fn check(world: &World, model: &Model) {
    let account = world.state::<StockAccount>(ACCOUNT);
    let unit = i128::from(TONNE);
    assert_eq!(account.on_hand(), i128::from(model.on_hand) * unit);
    assert_eq!(account.free(), i128::from(model.free()) * unit);
    let mut in_lots = 0;
    for lot in 0..LOTS {
        let Some(found) = world.states.find::<Lot>(&lot_id(lot)) else {
            assert!(!model.lots.contains_key(&lot));
            continue;
        };
        let expected = model.lots[&lot].iter().map(|(source, n)| {
            let id = (*source != OWN).then(|| format!("dlv_{source}"));
            (id, n * TONNE)
        });
        let parts = found.state.parts.iter();
        let parts =
            parts.map(|part| (part.delivery.as_ref().map(ToString::to_string), part.amount));
        assert_eq!(parts.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "lot_{lot}");
        assert_eq!(found.state.quantity(), model.total(lot) * TONNE);
        in_lots += i128::from(found.state.quantity());
    }
    assert_eq!(account.in_lots, in_lots);
    assert_eq!(in_lots + account.free(), account.on_hand());
    for (place, left) in model.left.iter().enumerate() {
        let delivery = world.state::<Delivery>(&format!("dlv_{place}"));
        assert_eq!(delivery.left(), left * TONNE);
        assert_eq!(delivery.left() - delivery.in_lots, model.free_of(place) * TONNE);
        assert!((0..=delivery.left()).contains(&delivery.in_lots));
    }
    // What came is what was used, disposed of, sold on, lost, or lies there still.
    let of = |movements: &[Movement]| -> i128 {
        movements.iter().map(|movement| account.moved.of(*movement)).sum()
    };
    use Movement as M;
    let came = of(&[M::Opening, M::Accepted, M::Generated, M::Adjusted, M::Counted]);
    let used = of(&[M::Used, M::OwnUsed]);
    let went = used + of(&[M::Disposed, M::OwnDisposed, M::Dispatched, M::Lost]);
    assert_eq!(came, account.on_hand() - went);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn lots_conserve_mass(acts in proptest::collection::vec(act(), 1..80)) {
        let (mut world, mut model) = (world(), Model::default());
        for (step, act) in acts.iter().enumerate() {
            let taken = run(&mut world, &model, act, step);
            let expected = model.take(act);
            assert_eq!(taken, expected, "{act:?}");
            check(&world, &model);
        }
    }
}
