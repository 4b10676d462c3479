//! A small park for tests of rules: commands go in as JSON, and leave their states.
//!
//! Invariant: a world changes only through commands that `decide` took, so no test starts from a
//! state that could not be. It also holds what the writer promises: dense positions and places, and
//! a version for each stream that counts its records.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::domain::command::Command;
use crate::domain::decide::decide;
use crate::domain::digest::Digest;
use crate::domain::event::{Event, LedgerOpened, Stream};
use crate::domain::evolve::{Meta, evolve};
use crate::domain::id::ParkId;
use crate::domain::refusal::Refusal;
use crate::domain::state::{
    AttachedEvidence, Catalogue, Claim, Contract, Delivery, Facility, Firm, Key, Ledger, Listing,
    MassBalance, Material, Meter, Park, Participation, PeriodReturn, Permit, PublishedFactors,
    PublishedMethod, Roster, Scale, Site, Statement,
};
use crate::domain::states::{Aggregate, MemoryStates, States, Stored};
use crate::domain::time::{UtcMicros, UtcMillis};

/// When the standard world is opened and all in it is registered.
pub const OPENED: &str = "2025-01-01T00:00:00.000Z";

pub struct World {
    pub states: MemoryStates,
    /// The ledger's clock.
    pub now: UtcMicros,
    /// Every event so far; its place is its position.
    pub log: Vec<Event>,
    places: HashMap<ParkId, u64>,
    versions: HashMap<String, u64>,
    commands: u32,
}

impl World {
    /// A ledger that was just opened.
    pub fn empty() -> World {
        let mut world = World {
            states: MemoryStates::default(),
            now: OPENED.parse::<UtcMillis>().unwrap().micros(),
            log: Vec::new(),
            places: HashMap::new(),
            versions: HashMap::new(),
            commands: 0,
        };
        let opened = LedgerOpened {
            demo: false,
            format: 1,
            origin: "example.org/test/blake3".parse().unwrap(),
            verifier_key: "example.org/test/blake3+00000000+AAAA".parse().unwrap(),
        };
        let command = world.command(
            "keeper",
            OPENED,
            "register_park",
            &json!({
                "name": "none", "park": "prk_none", "zone": "UTC",
            }),
        );
        world.append(&command, &opened.into());
        world
    }

    /// Asks as a client would. The ledger's clock moves on to `at` if it is behind.
    pub fn ask(
        &mut self,
        actor: &str,
        at: &str,
        kind: &str,
        data: &Value,
    ) -> Result<Vec<Event>, Refusal> {
        let command = self.command(actor, at, kind, data);
        self.now = self.now.max(command.occurred_at.micros());
        self.run(command)
    }

    /// Asks for what must be taken.
    #[track_caller]
    pub fn take(&mut self, actor: &str, at: &str, kind: &str, data: &Value) -> Vec<Event> {
        self.ask(actor, at, kind, data).unwrap_or_else(|refusal| panic!("{kind}: {refusal}"))
    }

    /// Asks for what must be refused: its code and pointer.
    #[track_caller]
    pub fn refuse(
        &mut self,
        actor: &str,
        at: &str,
        kind: &str,
        data: &Value,
    ) -> (&'static str, String) {
        let refusal = self.ask(actor, at, kind, data).expect_err("a rule forbids it");
        assert!(refusal.message.len() > 20, "{refusal}: a sentence says what would be right");
        (refusal.code.as_str(), refusal.pointer)
    }

    /// A command as a client writes it, with an id of its own.
    #[track_caller]
    pub fn command(&mut self, actor: &str, at: &str, kind: &str, data: &Value) -> Command {
        self.commands += 1;
        let text = json!({
            "actor": actor,
            "data": data,
            "id": format!("cmd_{}", self.commands),
            "occurred_at": at,
            "type": kind,
        });
        Command::parse(&text.to_string()).unwrap_or_else(|error| panic!("{kind}: {error:?}"))
    }

    /// Does what the writer does with a command: seals, decides, and appends what comes of it.
    pub fn run(&mut self, mut command: Command) -> Result<Vec<Event>, Refusal> {
        command.request.seal(&mut |_, _| Digest([0x5e; 32]));
        let events = decide(&self.states, self.now, &command)?;
        assert!(!events.is_empty(), "acceptance writes at least one record");
        for event in &events {
            self.append(&command, event);
        }
        Ok(events)
    }

    fn append(&mut self, command: &Command, event: &Event) {
        let mut parks = Vec::new();
        for park in event.parks() {
            let places = self.places.entry(park.clone()).or_default();
            parks.push((park.clone(), *places));
            *places += 1;
        }
        let meta = Meta {
            position: self.log.len() as u64,
            parks: &parks,
            actor: &command.actor,
            occurred_at: command.occurred_at,
            recorded_at: self.now,
        };
        evolve(&mut self.states, &meta, event);
        self.log.push(event.clone());
        let stream = event.stream();
        let records = self.versions.entry(stream.to_string()).or_default();
        *records += 1;
        assert_eq!(version(&self.states, stream), *records, "records of {stream}");
    }

    #[track_caller]
    pub fn state<A: Aggregate>(&self, id: &str) -> A {
        self.states.find::<A>(id).unwrap_or_else(|| panic!("there is no {id}")).state.clone()
    }

    pub fn places_of(&self, park: &str) -> u64 {
        self.places.get(park).copied().unwrap_or(0)
    }

    /// Guigang's park with a steelworks, a cement works, a power station and a recycler, a second
    /// park far away, the shipped catalogues, and what is exchanged there.
    pub fn standard() -> World {
        let mut world = World::empty();
        let mut keeper = |kind, data| drop(world.take("keeper", OPENED, kind, &data));
        for (place, part) in crate::domain::catalogue::shipped().into_iter().enumerate() {
            keeper("publish_catalogue", json!({"catalogue": format!("cat_{place}"), "part": part}));
        }
        for (park, zone) in
            [("prk_guigang", "Asia/Shanghai"), ("prk_kalundborg", "Europe/Copenhagen")]
        {
            keeper("register_park", json!({"name": park, "park": park, "zone": zone}));
        }
        for (name, park, recycler) in [
            ("steel", "prk_guigang", false),
            ("cement", "prk_guigang", false),
            ("power", "prk_guigang", false),
            ("recycler", "prk_guigang", true),
            ("far", "prk_kalundborg", false),
        ] {
            let (firm, site) = (format!("frm_{name}"), format!("sit_{name}"));
            keeper("register_firm", json!({"firm": firm, "name": name, "recycler": recycler}));
            keeper(
                "register_site",
                json!({"firm": firm, "name": name, "park": park, "site": site}),
            );
        }
        keeper(
            "register_permit",
            json!({
                "capacity_per_year": {"unit": "TNE", "value": "100"},
                "codes": [
                    {"code": "05 06", "edition": "2014", "scheme": "eu_low"},
                    {"code": "10 02 07*", "edition": "2014", "scheme": "eu_low"},
                ],
                "issuer": "an authority",
                "number": "1",
                "operations": ["R1", "R4", "R9", "R13", "D10"],
                "permit": "prm_recycler",
                "site": "sit_recycler",
                "term": {"from": "2025-01-01", "to": "2025-12-31"},
            }),
        );
        world.measures();
        world.materials();
        world
    }

    fn measures(&mut self) {
        let calibration = json!({"from": "2025-01-01", "to": "2025-12-31"});
        for name in ["steel", "cement", "recycler", "far"] {
            self.take(
                &format!("frm_{name}"),
                OPENED,
                "register_scale",
                &json!({
                    "calibration": calibration,
                    "name": "weighbridge",
                    "scale": format!("scl_{name}"),
                    "site": format!("sit_{name}"),
                }),
            );
        }
        self.take(
            "frm_power",
            OPENED,
            "register_meter",
            &json!({
                "calibration": calibration,
                "meter": "mtr_power",
                "multiplier": "1",
                "name": "steam main",
                "site": "sit_power",
                "unit": "GV",
            }),
        );
    }

    fn materials(&mut self) {
        let low = |code: &str| json!([{"code": code, "edition": "2014", "scheme": "eu_low"}]);
        let ash = json!([{"code": "441-001-S02", "edition": "2024", "scheme": "cn_solid_2024"}]);
        let none = json!([]);
        for (firm, material, kind, dimension, basis, codes) in [
            ("frm_steel", "mat_slag", "by_product", "mass", "wet", low("10 02 01")),
            ("frm_steel", "mat_tar", "by_product", "mass", "wet", low("05 06 03*")),
            ("frm_steel", "mat_dust", "by_product", "mass", "dry", low("10 02 07*")),
            ("frm_power", "mat_ash", "by_product", "mass", "dry", ash),
            ("frm_power", "mat_steam", "utility", "energy", "as_metered", none.clone()),
            ("frm_power", "mat_water", "utility", "volume", "as_metered", none.clone()),
            ("frm_cement", "mat_clinker", "product", "mass", "dry", none),
        ] {
            let mut data = json!({
                "basis": basis,
                "codes": codes,
                "dimension": dimension,
                "firm": firm,
                "kind": kind,
                "material": material,
                "name": material,
            });
            if material == "mat_steam" {
                data["grade"] = json!({"pressure_kpa": 1000, "temperature_decicelsius": 2500});
            }
            self.take(firm, OPENED, "define_material", &data);
        }
    }
}

/// How many records a stream has, as its aggregate's row counts them.
fn version(states: &MemoryStates, stream: Stream<'_>) -> u64 {
    fn of<A: Aggregate>(states: &MemoryStates, id: &str) -> u64 {
        states.find(id).map_or(0, |stored: std::sync::Arc<Stored<A>>| stored.version)
    }
    match stream.kind {
        "ledger" => of::<Ledger>(states, stream.id),
        "key" => of::<Key>(states, stream.id),
        "park" => of::<Park>(states, stream.id),
        "firm" => of::<Firm>(states, stream.id),
        "site" => of::<Site>(states, stream.id),
        "permit" => of::<Permit>(states, stream.id),
        "scale" => of::<Scale>(states, stream.id),
        "meter" => of::<Meter>(states, stream.id),
        "catalogue" => of::<Catalogue>(states, stream.id),
        "material" => of::<Material>(states, stream.id),
        "listing" => of::<Listing>(states, stream.id),
        "contract" => of::<Contract>(states, stream.id),
        "delivery" => of::<Delivery>(states, stream.id),
        "return" => of::<PeriodReturn>(states, stream.id),
        "evidence" => of::<AttachedEvidence>(states, stream.id),
        "method" => of::<PublishedMethod>(states, stream.id),
        "statement" => of::<Statement>(states, stream.id),
        "claim" => of::<Claim>(states, stream.id),
        "mass_balance" => of::<MassBalance>(states, stream.id),
        "roster" => of::<Roster>(states, stream.id),
        "participation" => of::<Participation>(states, stream.id),
        "factors" => of::<PublishedFactors>(states, stream.id),
        "facility" => of::<Facility>(states, stream.id),
        other => panic!("the stream {other} has no kind of aggregate here"),
    }
}

#[test]
fn the_standard_world_stands() {
    let world = World::standard();
    assert_eq!(world.state::<Material>("mat_tar").material.as_str(), "mat_tar");
    assert_eq!(world.places_of("prk_kalundborg"), 3);
}
