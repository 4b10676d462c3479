//! Conservation: random commands on two piles against a plain model that knows numbers only.
//!
//! What must hold: a command is taken just when the model takes it; each account has the model's
//! balance; and its balance is the sum of its movements by nature, by month and one by one.

#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::domain::rules::testing::{TONNE, estimated, proposal, tonnes, with};
use crate::domain::state::{Moved, StockAccount, entries_of, moved_in};
use crate::domain::testing::World;

const LOADS: usize = 5;
const ACCOUNTS: [&str; 2] = ["sit_steel/mat_slag", "sit_cement/mat_slag"];
const FIRMS: [&str; 2] = ["steel", "cement"];
const FIRM_IDS: [&str; 2] = ["frm_steel", "frm_cement"];

/// The last one is the first of April in Guigang.
const DAYS: [&str; 2] = ["2025-03-10T08:00:00.000Z", "2025-03-31T16:00:00.000Z"];

#[derive(Clone, Debug)]
enum Act {
    Dispatch(usize, i64),
    Receive(usize, i64),
    Accept(usize, i64),
    Return(usize),
    Cancel(usize),
    Use(usize, i64),
    DrawAccepted(i64, bool),
    DrawOwn(usize, i64),
    Generate(usize, i64),
    Count(usize, i64),
    Adjust(usize, i64, bool),
    Lose(usize, i64),
}

fn act() -> impl Strategy<Value = Act> {
    let load = || (0..LOADS, 1..30i64);
    let pile = || (0..2usize, 1..30i64);
    prop_oneof![
        3 => load().prop_map(|(load, tonnes)| Act::Dispatch(load, tonnes)),
        3 => load().prop_map(|(load, tonnes)| Act::Receive(load, tonnes)),
        3 => load().prop_map(|(load, tonnes)| Act::Accept(load, tonnes)),
        1 => (0..LOADS).prop_map(Act::Return),
        1 => (0..LOADS).prop_map(Act::Cancel),
        2 => load().prop_map(|(load, tonnes)| Act::Use(load, tonnes)),
        3 => (1..60i64, any::<bool>()).prop_map(|(tonnes, used)| Act::DrawAccepted(tonnes, used)),
        2 => pile().prop_map(|(pile, tonnes)| Act::DrawOwn(pile, tonnes)),
        2 => pile().prop_map(|(pile, tonnes)| Act::Generate(pile, tonnes)),
        1 => (0..2usize, 0..30i64).prop_map(|(pile, tonnes)| Act::Count(pile, tonnes)),
        1 => (pile(), any::<bool>())
            .prop_map(|((pile, tonnes), gain)| Act::Adjust(pile, tonnes, gain)),
        1 => pile().prop_map(|(pile, tonnes)| Act::Lose(pile, tonnes)),
    ]
}

#[derive(Clone, Debug, Default)]
struct Load {
    dispatched: Option<i64>,
    received: Option<i64>,
    accepted: Option<i64>,
    returned: bool,
    cancelled: bool,
    gone: i64,
}

/// In tonnes.
#[derive(Default)]
struct Model {
    on_hand: [i64; 2],
    loads: [Load; LOADS],
    /// Loads in the order of their acceptance.
    queue: Vec<usize>,
}

impl Model {
    /// Whether the act is taken; if so, what it does.
    fn take(&mut self, act: &Act) -> bool {
        match *act {
            Act::Dispatch(at, tonnes) => {
                let load = &mut self.loads[at];
                let fits = load.dispatched.is_none();
                if fits {
                    load.dispatched = Some(tonnes);
                    self.on_hand[0] -= tonnes;
                    let rejected = load.received.unwrap_or(0) - load.accepted.unwrap_or(0);
                    self.on_hand[0] += if load.returned { rejected } else { 0 };
                }
                fits
            }
            Act::Receive(at, tonnes) => {
                let load = &mut self.loads[at];
                let fits = load.received.is_none() && !load.cancelled;
                load.received = if fits { Some(tonnes) } else { load.received };
                fits
            }
            Act::Accept(at, tonnes) => {
                let load = &mut self.loads[at];
                let fits = load.received.is_some_and(|received| tonnes <= received)
                    && load.accepted.is_none();
                if fits {
                    load.accepted = Some(tonnes);
                    self.on_hand[1] += tonnes;
                    self.queue.push(at);
                }
                fits
            }
            Act::Return(at) => {
                let load = &mut self.loads[at];
                let rejected = load.received.unwrap_or(0) - load.accepted.unwrap_or(0);
                let fits = load.accepted.is_some() && rejected > 0 && !load.returned;
                load.returned |= fits;
                let left = load.dispatched.is_some();
                self.on_hand[0] += if fits && left { rejected } else { 0 };
                fits
            }
            Act::Cancel(at) => {
                let load = &mut self.loads[at];
                let fits = load.received.is_none() && !load.cancelled;
                let Some(tonnes) = load.dispatched.filter(|_| fits) else { return false };
                load.cancelled = true;
                self.on_hand[0] += tonnes;
                true
            }
            Act::Use(at, tonnes) => {
                let load = &mut self.loads[at];
                let fits = tonnes <= load.accepted.unwrap_or(0) - load.gone;
                if fits {
                    load.gone += tonnes;
                    self.on_hand[1] -= tonnes;
                }
                fits
            }
            Act::DrawAccepted(tonnes, _) => self.draw_accepted(tonnes),
            Act::DrawOwn(pile, tonnes) | Act::Lose(pile, tonnes) => self.move_own(pile, -tonnes),
            Act::Generate(pile, tonnes) => self.move_own(pile, tonnes),
            Act::Adjust(pile, tonnes, gain) => {
                self.move_own(pile, if gain { tonnes } else { -tonnes })
            }
            Act::Count(pile, tonnes) => {
                self.on_hand[pile] = tonnes;
                true
            }
        }
    }

    fn draw_accepted(&mut self, tonnes: i64) -> bool {
        let left = |load: &Load| load.accepted.unwrap_or(0) - load.gone;
        let there: i64 = self.loads.iter().map(left).sum();
        if tonnes > there || tonnes > self.on_hand[1] {
            return false;
        }
        let mut open = tonnes;
        for at in &self.queue {
            let part = left(&self.loads[*at]).min(open);
            self.loads[*at].gone += part;
            open -= part;
        }
        self.on_hand[1] -= tonnes;
        true
    }

    fn move_own(&mut self, pile: usize, tonnes: i64) -> bool {
        let fits = tonnes > 0 || self.on_hand[pile] + tonnes >= 0;
        self.on_hand[pile] += if fits { tonnes } else { 0 };
        fits
    }
}

fn evidence() -> Value {
    json!([{"hash": "11".repeat(32), "title": "survey"}])
}

/// Who asks for what.
fn command(model: &Model, act: &Act) -> (&'static str, &'static str, Value) {
    let site = |pile: usize| format!("sit_{}", FIRMS[pile]);
    let own =
        |pile: usize, more: Value| with(json!({"material": "mat_slag", "site": site(pile)}), more);
    let [steel, cement] = FIRM_IDS;
    let (firm, id) = (|pile: usize| FIRM_IDS[pile], |load: usize| format!("dlv_{load}"));
    let in_tonnes = |tonnes_of: i64| tonnes(&tonnes_of.to_string());
    let moved = |load: usize, amount: i64| {
        json!({
            "contract": "ctr_slag", "delivery": id(load), "line": 1,
            "measured": estimated(&in_tonnes(amount)),
        })
    };
    match *act {
        Act::Dispatch(load, tonnes) => (steel, "dispatch_delivery", moved(load, tonnes)),
        Act::Receive(load, tonnes) => (cement, "receive_delivery", moved(load, tonnes)),
        Act::Accept(load, tonnes) => {
            let mut part = json!({"delivery": id(load), "quantity": in_tonnes(tonnes)});
            if model.loads[load].received.is_none_or(|received| tonnes < received) {
                part["reason"] = "wet".into();
            }
            (cement, "accept_delivery", part)
        }
        Act::Return(load) => (cement, "return_rejection", json!({"delivery": id(load)})),
        Act::Cancel(load) => {
            (steel, "cancel_delivery", json!({"delivery": id(load), "reason": "trouble"}))
        }
        Act::Use(load, tonnes) => {
            let quantity = in_tonnes(tonnes);
            let part = json!({"delivery": id(load), "operation": "R5", "quantity": quantity});
            (cement, "use_delivery", part)
        }
        Act::DrawAccepted(tonnes, used) => {
            let operation = if used { "R5" } else { "D1" };
            let part = json!({
                "operation": operation, "origin": "accepted", "quantity": in_tonnes(tonnes),
            });
            (cement, "draw_stock", own(1, part))
        }
        Act::DrawOwn(pile, tonnes) => {
            let part = json!({
                "method": "estimated", "operation": "R5", "origin": "generated",
                "quantity": in_tonnes(tonnes),
            });
            (firm(pile), "draw_stock", own(pile, part))
        }
        Act::Generate(pile, tonnes) => {
            let more = json!({"method": "metered", "quantity": in_tonnes(tonnes)});
            (firm(pile), "record_generation", own(pile, more))
        }
        Act::Count(pile, tonnes) => {
            let more = json!({
                "cause": "measuring", "method": "estimated", "quantity": in_tonnes(tonnes),
            });
            (firm(pile), "count_stock", own(pile, more))
        }
        Act::Adjust(pile, tonnes, gain) => {
            let direction = if gain { "gain" } else { "loss" };
            let more = json!({
                "cause": "moisture", "direction": direction, "evidence": evidence(),
                "quantity": in_tonnes(tonnes),
            });
            (firm(pile), "adjust_stock", own(pile, more))
        }
        Act::Lose(pile, tonnes) => {
            let more = json!({"cause": "spill", "quantity": in_tonnes(tonnes)});
            (firm(pile), "record_loss", own(pile, more))
        }
    }
}

fn world() -> World {
    let mut world = World::standard();
    let slag = proposal("ctr_slag", ("steel", "cement"), "mat_slag", &tonnes("10000"));
    world.conclude(&slag);
    for firm in FIRMS {
        let open = json!({
            "evidence": evidence(),
            "material": "mat_slag",
            "method": "estimated",
            "quantity": tonnes("0"),
            "site": format!("sit_{firm}"),
        });
        world.take(&format!("frm_{firm}"), DAYS[0], "open_stock", &open);
    }
    world
}

fn check(world: &World, model: &Model) {
    for (account, expected) in ACCOUNTS.iter().zip(model.on_hand) {
        let state = world.state::<StockAccount>(account);
        let expected = i128::from(expected * TONNE);
        assert_eq!(state.on_hand(), expected, "{account}");
        let (mut months, mut one_by_one) = (Moved::default(), Moved::default());
        for month in &state.months {
            months.add_all(&moved_in(&world.states, account, *month));
            for entry in entries_of(&world.states, account, *month) {
                assert_eq!(entry.day.month(), *month);
                one_by_one.add(entry.movement, entry.amount);
            }
        }
        assert_eq!(months, state.moved);
        assert_eq!(one_by_one, state.moved);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn accounts_conserve_mass(
        acts in proptest::collection::vec((act(), 0..DAYS.len()), 1..70),
    ) {
        let (mut world, mut model) = (world(), Model::default());
        for (act, day) in &acts {
            let (actor, kind, data) = command(&model, act);
            let taken = world.ask(actor, DAYS[*day], kind, &data);
            let expected = model.take(act);
            assert_eq!(taken.is_ok(), expected, "{act:?}: {taken:?}");
            check(&world, &model);
        }
    }
}
