//! Random commands through a real ledger, against a plain model that knows numbers only: what is
//! taken and what is refused, positions, times, answers, balances, facts, and all of it again after
//! the folder was opened anew.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;
use symbiosis_ledger::domain::command::Command;
use symbiosis_ledger::domain::fact::{Fact, Measure};
use symbiosis_ledger::domain::refusal::Code;
use symbiosis_ledger::domain::state::{Contract, Delivery, Weight, WindowBalance};
use symbiosis_ledger::domain::states::States as _;
use symbiosis_ledger::domain::time::{Month, UtcMicros};
use symbiosis_ledger::evidence::check::check;
use symbiosis_ledger::index::{FactFilter, TotalFilter};
use symbiosis_ledger::ledger::{Accepted, Ledger, Options, SubmitError, create};
use symbiosis_ledger::log::LogError;

use crate::story;

const LOADS: usize = 3;
/// Base units.
const TONNE: i64 = 1_000_000;
const SUPPLIER: &str = "frm_works";
const RECEIVER: &str = "frm_mill";

#[derive(Clone, Debug)]
enum Act {
    Dispatch { load: usize, tonnes: i64 },
    Receive { load: usize, tonnes: i64 },
    Accept { load: usize, tonnes: Option<i64> },
    Reject { load: usize },
    Use { load: usize, tonnes: Option<i64> },
    Dispose { load: usize, tonnes: Option<i64> },
    Cancel { load: usize },
}

#[derive(Clone, Debug)]
enum Step {
    New(Act),
    /// An earlier command once more, to the letter.
    Again(usize),
    /// The id of a command that was taken, for something else.
    Bent(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let load = || 0..LOADS;
    let moved = || (load(), 1..40i64);
    let part = || (load(), proptest::option::of(1..40i64));
    prop_oneof![
        3 => moved().prop_map(|(load, tonnes)| Act::Dispatch { load, tonnes }),
        4 => moved().prop_map(|(load, tonnes)| Act::Receive { load, tonnes }),
        4 => part().prop_map(|(load, tonnes)| Act::Accept { load, tonnes }),
        1 => load().prop_map(|load| Act::Reject { load }),
        4 => part().prop_map(|(load, tonnes)| Act::Use { load, tonnes }),
        2 => part().prop_map(|(load, tonnes)| Act::Dispose { load, tonnes }),
        1 => load().prop_map(|load| Act::Cancel { load }),
    ]
}

/// What is asked at once: so many commands come under one fdatasync, or under a few.
fn steps() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = prop_oneof![
        8 => act().prop_map(Step::New),
        2 => any::<usize>().prop_map(Step::Again),
        1 => any::<usize>().prop_map(Step::Bent),
    ];
    proptest::collection::vec(proptest::collection::vec(step, 1..12), 2..8)
}

/// A load as the model knows it, in tonnes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Load {
    dispatched: Option<i64>,
    received: Option<i64>,
    accepted: Option<i64>,
    rejected: i64,
    used: i64,
    disposed: i64,
    cancelled: bool,
}

impl Load {
    /// What a side that moves it now finds.
    fn moving(self) -> Option<Load> {
        (!self.cancelled).then_some(self)
    }

    fn undecided(self) -> Option<i64> {
        self.received.filter(|_| self.accepted.is_none() && self.rejected == 0)
    }

    /// A part that is asked for, or all that is left.
    fn part(self, tonnes: Option<i64>) -> Option<i64> {
        let left = self.accepted? - self.used - self.disposed;
        let part = tonnes.unwrap_or(left);
        (0 < part && part <= left).then_some(part)
    }

    /// After an act, if that may be.
    fn after(self, act: &Act) -> Option<Load> {
        match *act {
            Act::Dispatch { tonnes, .. } => {
                let load = self.moving().filter(|load| load.dispatched.is_none())?;
                Some(Load { dispatched: Some(tonnes), ..load })
            }
            Act::Receive { tonnes, .. } => {
                let load = self.moving().filter(|load| load.received.is_none())?;
                Some(Load { received: Some(tonnes), ..load })
            }
            Act::Accept { tonnes, .. } => {
                let received = self.undecided()?;
                let accepted = tonnes.unwrap_or(received);
                let rejected = received - accepted;
                // A part comes with a reason, which the whole must not have.
                let may_be = rejected > 0 || tonnes.is_none();
                may_be.then_some(Load { accepted: Some(accepted), rejected, ..self })
            }
            Act::Reject { .. } => Some(Load { rejected: self.undecided()?, ..self }),
            Act::Use { tonnes, .. } => Some(Load { used: self.used + self.part(tonnes)?, ..self }),
            Act::Dispose { tonnes, .. } => {
                Some(Load { disposed: self.disposed + self.part(tonnes)?, ..self })
            }
            Act::Cancel { .. } => {
                let load = self.moving().filter(|load| load.received.is_none())?;
                load.dispatched.map(|_| Load { cancelled: true, ..load })
            }
        }
    }
}

impl Act {
    fn load(&self) -> usize {
        match *self {
            Act::Dispatch { load, .. }
            | Act::Receive { load, .. }
            | Act::Accept { load, .. }
            | Act::Reject { load }
            | Act::Use { load, .. }
            | Act::Dispose { load, .. }
            | Act::Cancel { load } => load,
        }
    }

    /// As its rightful actor gives it; the domain's own tests ask who else may.
    fn command(&self, id: &str) -> Command {
        let delivery = name(self.load());
        let tonnes = |tonnes: i64| json!({"unit": "TNE", "value": tonnes.to_string()});
        let moved = |quantity: i64| {
            let measured = json!({"method": "estimated", "quantity": tonnes(quantity)});
            json!({"contract": "ctr_1", "delivery": delivery, "line": 1, "measured": measured})
        };
        let part = |quantity: Option<i64>, operation: &str| {
            let mut data = json!({"delivery": delivery, "operation": operation});
            if let Some(quantity) = quantity {
                data["quantity"] = tonnes(quantity);
            }
            data
        };
        let reasoned = json!({"delivery": delivery, "reason": "wet"});
        let (actor, kind, data) = match *self {
            Act::Dispatch { tonnes, .. } => (SUPPLIER, "dispatch_delivery", moved(tonnes)),
            Act::Receive { tonnes, .. } => (RECEIVER, "receive_delivery", moved(tonnes)),
            Act::Accept { tonnes: None, .. } => {
                (RECEIVER, "accept_delivery", json!({"delivery": delivery}))
            }
            Act::Accept { tonnes: Some(quantity), .. } => {
                let mut data = reasoned;
                data["quantity"] = tonnes(quantity);
                (RECEIVER, "accept_delivery", data)
            }
            Act::Reject { .. } => (RECEIVER, "reject_delivery", reasoned),
            Act::Use { tonnes, .. } => (RECEIVER, "use_delivery", part(tonnes, "R5")),
            Act::Dispose { tonnes, .. } => (RECEIVER, "dispose_delivery", part(tonnes, "D1")),
            Act::Cancel { .. } => (SUPPLIER, "cancel_delivery", reasoned),
        };
        story::ask(actor, id, kind, &data)
    }
}

fn name(load: usize) -> String {
    format!("dlv_{load}")
}

/// A command that was asked, and the answer if it was taken.
struct Asked {
    act: Act,
    command: Command,
    answer: Option<Accepted>,
}

struct Model {
    /// None only while it is opened anew: a folder is open once.
    ledger: Option<Ledger>,
    loads: [Load; LOADS],
    asked: Vec<Asked>,
    /// How many records there must be.
    size: u64,
}

impl Model {
    fn new(options: &Options) -> Model {
        create(options, "example.org/model", None).unwrap();
        let ledger = open(options);
        for answer in ledger.submit_all(story::opening(), &story::key(), None) {
            answer.unwrap();
        }
        let size = ledger.size();
        Model { ledger: Some(ledger), loads: Default::default(), asked: Vec::new(), size }
    }

    fn ledger(&self) -> &Ledger {
        self.ledger.as_ref().unwrap()
    }

    /// Closes the ledger, has the folder checked, and opens it anew.
    fn reopen(&mut self, options: &Options) {
        let rows = self.ledger().index().digest().unwrap();
        self.ledger().close();
        self.ledger = None;
        let report = check(&options.folder, None, &mut |_, _| {}).unwrap();
        assert!(report.verified, "{:#?}", report.errors);
        self.ledger = Some(open(options));
        assert_eq!(self.ledger().index().digest().unwrap(), rows);
    }

    fn ask(&mut self, steps: &[Step]) {
        let before = self.asked.len();
        let taken = |asked: &&Asked| asked.answer.is_some();
        let taken: Vec<_> = self.asked.iter().filter(taken).map(|asked| &asked.command).collect();
        let mut commands = Vec::new();
        // Which of the asked commands each of them is; none if it is bent.
        let mut which = Vec::new();
        let mut new = Vec::new();
        for step in steps {
            match step {
                Step::New(act) => {
                    let command = act.command(&(before + new.len()).to_string());
                    which.push(Some(before + new.len()));
                    commands.push(command.clone());
                    new.push(Asked { act: act.clone(), command, answer: None });
                }
                Step::Again(earlier) if before > 0 => {
                    which.push(Some(earlier % before));
                    commands.push(self.asked[earlier % before].command.clone());
                }
                Step::Bent(earlier) if !taken.is_empty() => {
                    let mut command = taken[earlier % taken.len()].clone();
                    command.occurred_at.0 += 1;
                    which.push(None);
                    commands.push(command);
                }
                // Nothing was asked, or taken, yet.
                Step::Again(_) | Step::Bent(_) => {}
            }
        }
        self.asked.extend(new);
        let answers = self.ledger().submit_all(commands, &story::key(), None);
        for (which, answer) in which.into_iter().zip(answers) {
            match which {
                Some(asked) => self.answered(asked, answer),
                None => assert!(
                    matches!(&answer, Err(SubmitError::Refused(refusal))
                    if refusal.code == Code::CommandIdReused),
                    "{answer:?}"
                ),
            }
        }
        assert_eq!(self.ledger().size(), self.size, "what is refused leaves nothing");
    }

    /// Holds an answer against the first one, or against what the model makes of the act.
    fn answered(&mut self, asked: usize, answer: Result<Accepted, SubmitError>) {
        let Asked { act, command, answer: first } = &mut self.asked[asked];
        if let Some(first) = first {
            assert_eq!(&answer.unwrap(), first, "the same id gets the same answer");
            return;
        }
        let load = &mut self.loads[act.load()];
        match (load.after(act), answer) {
            (Some(after), Ok(answer)) => {
                let positions: Vec<_> = answer.records.iter().map(|one| one.position).collect();
                let expected: Vec<_> = (self.size..).take(positions.len()).collect();
                assert_eq!(positions, expected, "positions have no gaps");
                assert_eq!(
                    (&answer.command, Some(&answer.position)),
                    (&command.id, positions.last())
                );
                self.size += positions.len() as u64;
                *load = after;
                *first = Some(answer);
            }
            (None, Err(SubmitError::Refused(_))) => {}
            (model, answer) => panic!("{act:?} on {load:?}: {model:?}, and the ledger {answer:?}"),
        }
    }

    /// Holds rows, facts and the log against the model.
    fn require(&self) {
        self.ledger().settle();
        let index = self.ledger().index();
        for (place, load) in self.loads.iter().enumerate() {
            let row = index.find::<Delivery>(&name(place));
            assert_eq!(row.map_or(Load::default(), |row| load_of(&row.state)), *load);
            if let Some(received) = load.received.filter(|_| load.undecided().is_none()) {
                assert_eq!(load.accepted.unwrap_or(0) + load.rejected, received);
            }
            assert!(load.used + load.disposed <= load.accepted.unwrap_or(0));
        }
        let contract = index.find::<Contract>("ctr_1").unwrap();
        let sums = self.sums();
        let windows = &contract.state.lines[0].windows;
        match &windows[..] {
            [] => assert_eq!(sums, WindowBalance::empty(sums.from)),
            windows => assert_eq!(windows, std::slice::from_ref(&sums)),
        }
        self.require_facts(&sums);
        self.require_log();
    }

    /// What came of the contract's line: one window, its term.
    fn sums(&self) -> WindowBalance {
        let mut sums = WindowBalance::empty("2025-01-01".parse().unwrap());
        for load in &self.loads {
            sums.dispatched += load.dispatched.filter(|_| !load.cancelled).unwrap_or(0) * TONNE;
            sums.received += load.received.unwrap_or(0) * TONNE;
            sums.accepted += load.accepted.unwrap_or(0) * TONNE;
            sums.rejected += load.rejected * TONNE;
            sums.used += load.used * TONNE;
            sums.disposed += load.disposed * TONNE;
        }
        sums
    }

    /// The facts, and the totals, sum up to the balances.
    fn require_facts(&self, sums: &WindowBalance) {
        let index = self.ledger().index();
        let (mut facts, mut totals) = (BTreeMap::new(), BTreeMap::new());
        let mut each = |_, fact: &Fact| {
            *facts.entry(fact.measure).or_default() += i128::from(fact.amount);
        };
        index.facts(&FactFilter::default(), self.size, &mut each).unwrap();
        let park = "prk_a".parse().unwrap();
        let march: Month = "2025-03".parse().unwrap();
        let (_, found) = index.totals(&park, (march, march), &TotalFilter::default()).unwrap();
        for total in found {
            *totals.entry(total.measure).or_default() += total.value.amount;
        }
        assert_eq!(facts, totals);
        let expected = [
            (Measure::Dispatched, sums.dispatched),
            (Measure::Received, sums.received),
            (Measure::Accepted, sums.accepted),
            (Measure::Delivered, sums.accepted),
            (Measure::Rejected, sums.rejected),
            (Measure::Used, sums.used),
            (Measure::Disposed, sums.disposed),
        ];
        for (measure, amount) in expected {
            let found: i128 = facts.get(&measure).copied().unwrap_or(0);
            assert_eq!(found, i128::from(amount), "{measure:?}");
        }
    }

    fn require_log(&self) {
        let (mut next, mut last) = (0, UtcMicros(0));
        let log = self.ledger().log();
        log.scan_stored(0, log.size(), |stored| {
            assert_eq!(stored.head.position, next, "positions have no gaps");
            let (time, step) = (stored.head.recorded_at, stored.head.step);
            assert!(if step == 0 { time > last } else { time == last }, "time runs on");
            (next, last) = (next + 1, time);
            Ok::<(), LogError>(())
        })
        .unwrap();
        assert_eq!(next, self.size);
    }
}

impl Drop for Model {
    /// A ledger whose folder vanishes under it takes the process with it, and what failed is lost.
    fn drop(&mut self) {
        if let Some(ledger) = &self.ledger {
            ledger.close();
        }
    }
}

fn load_of(delivery: &Delivery) -> Load {
    let tonnes = |amount: i64| amount / TONNE;
    let weighed =
        |weight: &Option<Weight>| weight.as_ref().map(|weight| tonnes(weight.quantity.amount()));
    Load {
        dispatched: weighed(&delivery.dispatched),
        received: weighed(&delivery.received),
        accepted: delivery.accepted.map(tonnes),
        rejected: delivery.rejected.as_ref().map_or(0, |rejected| tonnes(rejected.amount)),
        used: tonnes(delivery.used),
        disposed: tonnes(delivery.disposed),
        cancelled: delivery.cancelled,
    }
}

fn open(options: &Options) -> Ledger {
    Ledger::open(options, &mut |_, _| {}).unwrap()
}

proptest! {
    // A folder and two openings each.
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_ledger_does_what_the_model_does_also_when_it_is_opened_anew(
        steps in steps(),
        reopen in any::<usize>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("ledger"));
        let mut model = Model::new(&options);
        let reopen = reopen % steps.len();
        for (place, steps) in steps.iter().enumerate() {
            model.ask(steps);
            if place == reopen {
                model.require();
                model.reopen(&options);
            }
        }
        model.require();
        model.reopen(&options);
    }
}
