//! Contracts and loads for tests of rules, on the park of [`World::standard`].

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use crate::domain::event::Event;
use crate::domain::shapes::Nonconformity;
use crate::domain::state::{Contract, Delivery, WindowBalance};
use crate::domain::testing::World;

/// A Monday within the term of every contract here.
pub const DAY: &str = "2025-03-10T08:00:00.000Z";

/// Grams of a tonne.
pub const TONNE: i64 = 1_000_000;

pub fn tonnes(value: &str) -> Value {
    json!({"unit": "TNE", "value": value})
}

pub fn gigajoules(value: &str) -> Value {
    json!({"unit": "GV", "value": value})
}

/// A proposal of one line for the year 2025, from the first site to the second.
pub fn proposal(contract: &str, way: (&str, &str), material: &str, quantity: &Value) -> Value {
    json!({
        "contract": contract,
        "kind": "spot",
        "lines": [{
            "baseline_fate": "landfill",
            "line": 1,
            "material": material,
            "quantity": quantity,
        }],
        "receiver": format!("sit_{}", way.1),
        "supplier": format!("sit_{}", way.0),
        "term": {"from": "2025-01-01", "to": "2025-12-31"},
    })
}

/// A quantity without a ticket.
pub fn estimated(quantity: &Value) -> Value {
    json!({"method": "estimated", "quantity": quantity})
}

/// A net weight in tonnes with the ticket of a scale, on a tare of 10 tonnes.
pub fn weighed(scale: &str, number: &str, net: u32) -> Value {
    json!({
        "method": "weighed",
        "quantity": tonnes(&net.to_string()),
        "ticket": {
            "gross": tonnes(&(net + 10).to_string()),
            "number": number,
            "scale": scale,
            "tare": tonnes("10"),
        },
    })
}

impl World {
    /// Concludes what a proposal says, on the day on which the world was opened.
    pub fn conclude(&mut self, proposal: &Value) {
        let firm = |side: &str| proposal[side].as_str().unwrap().replace("sit_", "frm_");
        let at = crate::domain::testing::OPENED;
        self.take(&firm("supplier"), at, "propose_contract", proposal);
        let confirm = json!({"contract": proposal["contract"]});
        self.take(&firm("receiver"), at, "confirm_contract", &confirm);
    }

    /// The standard world with `ctr_slag`, 100 tonnes of slag from the steelworks to the cement
    /// works, with the usual tolerance: 100.3 tonnes at most.
    pub fn with_slag() -> World {
        let mut world = World::standard();
        let slag = proposal("ctr_slag", ("steel", "cement"), "mat_slag", &tonnes("100"));
        world.conclude(&slag);
        world
    }

    /// With `ctr_tar` besides: hazardous tar from the steelworks to the recycler.
    pub fn with_tar() -> World {
        let mut world = World::with_slag();
        let tar = proposal("ctr_tar", ("steel", "recycler"), "mat_tar", &tonnes("1000"));
        world.conclude(&tar);
        world
    }

    pub fn dispatch(&mut self, delivery: &str, contract: &str, net: &str) -> Vec<Event> {
        let supplier = self.state::<Contract>(contract).supplier.firm;
        let data = json!({
            "contract": contract,
            "delivery": delivery,
            "line": 1,
            "measured": estimated(&tonnes(net)),
        });
        self.take(supplier.as_str(), DAY, "dispatch_delivery", &data)
    }

    pub fn receive(&mut self, delivery: &str, net: &str) -> Vec<Event> {
        let data = json!({"delivery": delivery, "measured": estimated(&tonnes(net))});
        let receiver = self.receiver(delivery);
        self.take(&receiver, DAY, "receive_delivery", &data)
    }

    /// Dispatches and receives a load without any difference.
    pub fn deliver(&mut self, delivery: &str, contract: &str, net: &str) {
        self.dispatch(delivery, contract, net);
        self.receive(delivery, net);
    }

    pub fn receiver(&self, delivery: &str) -> String {
        self.state::<Delivery>(delivery).exchange.receiver.firm.to_string()
    }

    /// Something that the receiver does with a delivery.
    pub fn by_receiver(&mut self, kind: &str, delivery: &str, more: Value) -> Vec<Event> {
        let receiver = self.receiver(delivery);
        self.take(&receiver, DAY, kind, &with(json!({"delivery": delivery}), more))
    }

    /// Something that the receiver may not do with a delivery: the code and its pointer.
    pub fn refuse_receiver(&mut self, kind: &str, delivery: &str, more: Value) -> (&str, String) {
        let receiver = self.receiver(delivery);
        self.refuse(&receiver, DAY, kind, &with(json!({"delivery": delivery}), more))
    }

    pub fn noted(&self, delivery: &str) -> Vec<Nonconformity> {
        self.state::<Delivery>(delivery).nonconformities
    }

    /// What the first line of a contract has in its only window.
    pub fn balance(&self, contract: &str) -> WindowBalance {
        let contract = self.state::<Contract>(contract);
        let [window] = &contract.lines[0].windows[..] else { panic!("there is one window") };
        window.clone()
    }

    pub fn close_march(&mut self) {
        let data = json!({"park": "prk_guigang", "period": "2025-03"});
        self.take("prk_guigang", "2025-04-05T08:00:00.000Z", "close_period", &data);
    }

    pub fn classify(&mut self, material: &str, hazard: &str) {
        let evidence = json!([{"hash": "00".repeat(32), "title": "examination"}]);
        let data = json!({"evidence": evidence, "hazard": hazard, "material": material});
        self.take("frm_steel", DAY, "classify_hazard", &data);
    }
}

/// An object with more members, or others.
pub fn with(mut data: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    data.as_object_mut().unwrap().extend(more);
    data
}

/// The types of events, in order.
pub fn kinds(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(Event::kind).collect()
}

/// A command that breaks one rule after the other.
pub struct Ask {
    pub actor: &'static str,
    pub at: &'static str,
    pub kind: &'static str,
    pub data: Value,
}

/// A refusal that is expected, and what mends its cause.
pub type Step = (&'static str, &'static str, fn(&mut World, &mut Ask));

/// Holds the order of refusals: a command that breaks all rules at once is refused for the first of
/// them; mended step by step, it is refused for each of the others, and taken in the end.
#[track_caller]
pub fn refused_in_order(world: &mut World, mut ask: Ask, steps: &[Step]) {
    for (code, pointer, mend) in steps {
        let records = world.log.len();
        let refused = world.refuse(ask.actor, ask.at, ask.kind, &ask.data);
        assert_eq!(refused, (*code, (*pointer).to_owned()), "{}", ask.data);
        assert_eq!(world.log.len(), records, "a refusal leaves nothing behind");
        mend(world, &mut ask);
    }
    world.take(ask.actor, ask.at, ask.kind, &ask.data);
}
