//! The folds over a told year of a park, and over one event of each type in two parks.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::*;
use crate::domain::actor::Actor;
use crate::domain::code::MaterialCode;
use crate::domain::event::{
    BaselineDeclared, ClaimIssued, DistanceStated, Event, Exchange, InvoiceRecorded,
    MassBalanceOpened, SheetSigned, StockOpened, StockPlace,
};
use crate::domain::evolve::evolve;
use crate::domain::id::ParkId;
use crate::domain::samples;
use crate::domain::shapes::{MaterialKind, Party};
use crate::domain::state::{StockAccount, account_id};
use crate::domain::states::{Aggregate, MemoryStates, States, StatesMut, Stored};
use crate::domain::time::{Day, UtcMicros};
use crate::index::{TotalKey, decode, encode};
use crate::log::{Batch, Commit as _};
use crate::record::{Body, CommandRef, Head};
use crate::scenario::{self, Ground, Scenario};

/// Makes the year short; every incident is still told.
const SMALL: i64 = 400;

/// The records of a told year, as a real writer wrote them.
fn year() -> &'static [Decoded] {
    static RECORDS: OnceLock<Vec<Decoded>> = OnceLock::new();
    RECORDS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("ledger"));
        let plan = scenario::find("guigang").unwrap();
        let ground = Ground::of(&plan);
        let steps: Vec<_> = Scenario::new(&plan, &ground, SMALL).steps().collect();
        let clock: Vec<_> = steps.iter().map(|step| step.recorded_at).collect();
        create(&options, "example.org/test", Some(UtcMicros(clock[0].0 - 1))).unwrap();
        let ledger = Ledger::open(&options, &mut |_, _| {}).unwrap();
        let commands = steps.iter().map(|step| step.command.clone()).collect();
        for (step, answer) in steps.iter().zip(ledger.submit_all(commands, &key(), Some(&clock))) {
            assert_eq!(answer.is_err(), step.refused.is_some(), "{}", step.command.id);
        }
        ledger.close();
        read(ledger.log())
    })
}

/// States in memory, each of which is written and read as a row whenever it is put.
#[derive(Default)]
struct Checked {
    states: MemoryStates,
    /// Kind and position of the record that brought it into being, with the id.
    created: BTreeSet<(Kind, u64, String)>,
    /// How many of a kind were looked at closely.
    looked: BTreeMap<Kind, usize>,
}

impl States for Checked {
    fn find<A: Aggregate>(&self, id: &str) -> Option<Arc<Stored<A>>> {
        self.states.find(id)
    }
}

impl StatesMut for Checked {
    fn put<A: Aggregate>(&mut self, id: &str, stored: Stored<A>) {
        self.created.insert((A::KIND, stored.created, id.to_owned()));
        self.look(&stored);
        self.states.put(id, stored);
    }

    fn modify<A: Aggregate>(&mut self, id: &str, change: impl FnOnce(&mut Stored<A>)) {
        self.states.modify(id, change);
        let stored = self.states.find::<A>(id).unwrap();
        self.look(&*stored);
    }
}

impl Checked {
    fn look<A: Aggregate>(&mut self, stored: &Stored<A>) {
        let looked = self.looked.entry(A::KIND).or_default();
        *looked += 1;
        let value = serde_json::to_value(stored).unwrap();
        comes_back(stored, &value);
        if *looked > 60 {
            return;
        }
        // Also with each member absent that may be: one that is left out then would shift all that
        // stands behind it.
        for value in with_one_null(&value) {
            if let Ok(stored) = serde_json::from_value::<Stored<A>>(value) {
                comes_back(&stored, &serde_json::to_value(&stored).unwrap());
            }
        }
    }
}

fn comes_back<A: Aggregate>(stored: &Stored<A>, value: &Value) {
    let mut row = Vec::new();
    encode(stored, &mut row);
    let back = decode::<Stored<A>>(&row).unwrap_or_else(|error| panic!("{error}: {value}"));
    assert_eq!(serde_json::to_value(&back).unwrap(), *value);
}

/// Every way of making one member null, at any depth.
fn with_one_null(value: &Value) -> Vec<Value> {
    let mut out = Vec::new();
    let mut replace = |place: &dyn Fn(&mut Value) -> &mut Value, inner: &Value| {
        for changed in with_one_null(inner).into_iter().chain([Value::Null]) {
            let mut whole = value.clone();
            *place(&mut whole) = changed;
            out.push(whole);
        }
    };
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                replace(&|whole| &mut whole[name.as_str()], inner);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate().take(3) {
                replace(&|whole| &mut whole[at], inner);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    out
}

fn checked() -> Checked {
    let mut states = Checked::default();
    for record in year() {
        evolve(&mut states, &record.meta(), &record.event);
    }
    states
}

/// The year once more, with an account of whatever is accepted anywhere.
fn checked_with_stock() -> Checked {
    let mut states = Checked::default();
    for record in year() {
        if let Event::DeliveryAccepted(accepted) = &record.event {
            let Exchange { material, receiver, .. } = accepted.exchange.clone();
            let Party { firm, park, site, .. } = receiver;
            if !states.exists::<StockAccount>(&account_id(&site, &material.material)) {
                let opened = StockOpened {
                    day: accepted.day,
                    evidence: Vec::new(),
                    method: accepted.method,
                    place: StockPlace { firm, material, park, site },
                    quantity: accepted.quantity,
                };
                evolve(&mut states, &record.meta(), &opened.into());
            }
        }
        evolve(&mut states, &record.meta(), &record.event);
    }
    states
}

/// The sample of what settles, about a contract that there is.
#[expect(clippy::wildcard_enum_match_arm, reason = "four of them")]
fn of_a_contract_of_the_year(event: &Event) -> Option<Event> {
    let mut contracts = year().iter().filter_map(|record| match &record.event {
        Event::ContractProposed(event) => Some(event.contract.clone()),
        _ => None,
    });
    let contract = contracts.next()?;
    match event.clone() {
        Event::SheetSigned(event) => Some(SheetSigned { contract, ..event }.into()),
        Event::InvoiceRecorded(event) => Some(InvoiceRecorded { contract, ..event }.into()),
        Event::BaselineDeclared(event) => Some(BaselineDeclared { contract, ..event }.into()),
        Event::DistanceStated(event) => Some(DistanceStated { contract, ..event }.into()),
        _ => None,
    }
}

/// The sample of a claim, about deliveries that there are, one of them metered; and of an account.
#[expect(clippy::wildcard_enum_match_arm, reason = "three of them")]
fn of_deliveries_of_the_year(event: &Event) -> Option<Event> {
    let find = |metered: bool| {
        let mut deliveries = year().iter().filter_map(|record| match &record.event {
            Event::MeteredPeriodRecorded(event) if metered => Some(&event.exchange.delivery),
            Event::DeliveryDispatched(event) if !metered => Some(&event.exchange.delivery),
            _ => None,
        });
        deliveries.next().cloned()
    };
    let (delivery, origins) = (find(false)?, vec![find(true)?]);
    match event.clone() {
        Event::ClaimIssued(event) => Some(ClaimIssued { delivery, origins, ..event }.into()),
        Event::ClaimAllocationProposed(_)
        | Event::ClaimAllocated(_)
        | Event::ClaimTransferred(_)
        | Event::ClaimRetired(_)
        | Event::ClaimVoided(_) => Some(event.clone()),
        Event::MassBalanceOpened(event) => {
            Some(MassBalanceOpened { continues: None, ..event }.into())
        }
        _ => None,
    }
}

/// The sample of a lot, of an account that there is.
#[expect(clippy::wildcard_enum_match_arm, reason = "one of them")]
fn of_an_account_of_the_year(event: &Event) -> Option<Event> {
    let Event::LotFormed(event) = event else { return None };
    let accepted = year().iter().find_map(|record| match &record.event {
        Event::DeliveryAccepted(event) => Some(&event.exchange),
        _ => None,
    });
    let Exchange { delivery, material, receiver, .. } = accepted?.clone();
    let Party { firm, park, site, .. } = receiver;
    let mut formed = event.clone();
    formed.place = StockPlace { firm, material, park, site };
    formed.parts.truncate(1);
    formed.parts[0].delivery = Some(delivery);
    Some(formed.into())
}

#[test]
fn every_kind_of_state_comes_back_from_its_row_whatever_is_absent() {
    let mut states = checked_with_stock();
    // The year issues no keys, has no documents, and is judged by no method.
    // The year issues no keys, has no documents, and takes part in no programme.
    for record in repeated(1) {
        let alone = matches!(
            record.event,
            Event::KeyIssued(_)
                | Event::KeyRevoked(_)
                | Event::EvidenceAttached(_)
                | Event::MethodPublished(_)
                | Event::MethodWithdrawn(_)
                | Event::FigureStated(_)
                | Event::FigureWithdrawn(_)
                | Event::RosterSet(_)
                | Event::ReminderSent(_)
                | Event::FactorsPublished(_)
        );
        let of_park = record.event.procedure().is_some();
        if alone || of_park || record.event.facility_place().is_some() {
            evolve(&mut states, &record.meta(), &record.event);
        }
        // Nor is anything of it claimed, signed or invoiced.
        if let Some(event) = of_deliveries_of_the_year(&record.event) {
            evolve(&mut states, &record.meta(), &event);
        }
        if let Some(event) = of_an_account_of_the_year(&record.event) {
            evolve(&mut states, &record.meta(), &event);
        }
        if let Some(event) = of_a_contract_of_the_year(&record.event) {
            evolve(&mut states, &record.meta(), &event);
        }
    }
    let kinds: Vec<_> = states.looked.keys().map(|kind| *kind as u8).collect();
    assert_eq!(kinds, (1..=Kind::FacilityDays as u8).collect::<Vec<_>>(), "{:?}", states.looked);
}

#[test]
fn lists_name_exactly_what_there_is_in_the_order_of_creation() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path(), &mut |_| None).unwrap();
    Projector::new(index.clone()).apply(year()).unwrap();
    let states = checked();
    let listed = [
        Kind::Key,
        Kind::Park,
        Kind::Firm,
        Kind::Site,
        Kind::Permit,
        Kind::Scale,
        Kind::Meter,
        Kind::Catalogue,
        Kind::Material,
        Kind::Listing,
        Kind::Contract,
        Kind::Delivery,
        Kind::Return,
        Kind::Period,
    ];
    for kind in listed {
        let there = states.created.iter().filter(|(of, ..)| *of == kind);
        let there: Vec<_> = there.map(|(_, at, id)| (*at, id.clone())).collect();
        assert_eq!(index.list(kind, &ListOf::All, 0, u64::MAX, usize::MAX).unwrap(), there);
    }
    let deliveries = index.list(Kind::Delivery, &ListOf::All, 0, u64::MAX, usize::MAX).unwrap();
    let find = |id: &str| index.find::<Delivery>(id).unwrap().state.exchange.clone();
    let mut firms = BTreeSet::new();
    let mut contracts = BTreeSet::new();
    for (_, id) in &deliveries {
        let exchange = find(id);
        firms.extend([exchange.supplier.firm, exchange.receiver.firm]);
        contracts.insert(exchange.contract);
    }
    assert!(firms.len() > 4 && contracts.len() > 4);
    for firm in firms {
        let own: Vec<_> = deliveries
            .iter()
            .filter(|(_, id)| {
                let exchange = find(id);
                exchange.supplier.firm == firm || exchange.receiver.firm == firm
            })
            .cloned()
            .collect();
        let of = ListOf::Firm(firm);
        assert_eq!(index.list(Kind::Delivery, &of, 0, u64::MAX, usize::MAX).unwrap(), own);
    }
    for contract in contracts {
        let own = deliveries.iter().filter(|(_, id)| find(id).contract == contract);
        let own: Vec<_> = own.cloned().collect();
        let of = ListOf::Contract(contract.to_string());
        assert_eq!(index.list(Kind::Delivery, &of, 0, u64::MAX, usize::MAX).unwrap(), own);
    }
}

#[test]
fn a_year_has_the_same_rows_whatever_the_flushes() {
    let digests: Vec<_> = [usize::MAX, 37, 64]
        .into_iter()
        .map(|size| {
            let folder = tempfile::tempdir().unwrap();
            let index = Index::open(folder.path(), &mut |_| None).unwrap();
            let mut projector = Projector::new(index.clone());
            for records in year().chunks(size.min(year().len())) {
                projector.apply(records).unwrap();
            }
            index.digest().unwrap()
        })
        .collect();
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[0], digests[2]);
}

/// The samples of all events as records, again and again: their deliveries lie between two parks.
fn repeated(times: usize) -> Vec<Decoded> {
    let events = samples::events();
    let record = |(position, event): (usize, &Event)| Decoded {
        head: head(position as u64, event.kind()),
        leaf: Hash([1; 32]),
        actor: Actor::Keeper,
        command: command(position as u64),
        key: "key_a".to_owned(),
        occurred_at: UtcMicros(0).millis(),
        stream: event.stream().to_string(),
        version: 1,
        event: event.clone(),
    };
    events.iter().cycle().take(events.len() * times).enumerate().map(record).collect()
}

fn head(position: u64, kind: &str) -> Head {
    Head {
        batch: 0,
        body: Hash([0; 32]),
        parks: Vec::new(),
        position,
        recorded_at: UtcMicros(position as i64),
        schema: 1,
        step: 0,
        steps: 1,
        kind: kind.to_owned(),
    }
}

fn command(position: u64) -> CommandRef {
    CommandRef { hash: Hash([0; 32]), id: format!("cmd_{position}") }
}

type Alike = (Month, Measure, TotalKey, Option<MaterialKind>, Option<MaterialCode>);

/// What a fact has to share with another so that both are in one total.
fn alike(fact: &Fact) -> Alike {
    let other = fact.counterparty.clone();
    let (counterparty, counterparty_site) = other.map(|other| (other.firm, other.site)).unzip();
    let Fact { measure, firm, site, material, unit, method, item, kind, code, day, .. } =
        fact.clone();
    let key =
        TotalKey { firm, site, counterparty, counterparty_site, material, unit, method, item };
    (day.month(), measure, key, kind, code)
}

#[test]
fn facts_and_totals_of_two_parks_are_those_of_a_plain_fold() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path(), &mut |_| None).unwrap();
    let mut rows = Rows::over(index.clone());
    let mut plain: Vec<(u64, Fact)> = Vec::new();
    for record in repeated(12) {
        facts(&record.event, |fact| plain.push((record.position(), fact)));
        crate::projection::facts::apply(&mut rows, &record).unwrap();
        if record.position() % 41 == 0 {
            rows.flush(record.position() + 1, &record.leaf).unwrap();
        }
    }
    let size = plain.last().unwrap().0 + 1;
    rows.flush(size, &Hash([1; 32])).unwrap();
    let parks: BTreeSet<ParkId> = plain.iter().map(|(_, fact)| fact.park.clone()).collect();
    assert_eq!(parks.len(), 2);

    let one = plain[3].1.clone();
    let filters = [
        FactFilter::default(),
        FactFilter { measures: vec![Measure::Accepted, Measure::Delivered], ..Default::default() },
        FactFilter { days: Some((one.day, one.day)), ..Default::default() },
        FactFilter { firm: one.firm, ..Default::default() },
        FactFilter { material: one.material, ..Default::default() },
        FactFilter { days: Some((Day::MIN, Day::MIN)), ..Default::default() },
    ];
    for filter in filters {
        for park in parks.iter().map(Some).chain([None]) {
            for below in [0, 1, size / 2, size] {
                let filter = FactFilter { park: park.cloned(), ..filter.clone() };
                let mut found = Vec::new();
                let each = &mut |at, fact: &Fact| found.push((at, fact.clone()));
                index.facts(&filter, below, each).unwrap();
                let passing = plain.iter().filter(|(at, fact)| {
                    *at < below
                        && filter.park.as_ref().is_none_or(|park| fact.park == *park)
                        && filter.firm.as_ref().is_none_or(|firm| fact.firm.as_ref() == Some(firm))
                        && filter.material.is_none_or_is(fact.material.as_ref())
                        && (filter.measures.is_empty() || filter.measures.contains(&fact.measure))
                        && filter.days.is_none_or(|(a, b)| (a..=b).contains(&fact.day))
                });
                assert_eq!(found, passing.cloned().collect::<Vec<_>>());
            }
        }
    }
    for park in parks {
        let mut sums: Vec<(Alike, (i128, u64))> = Vec::new();
        for (_, fact) in plain.iter().filter(|(_, fact)| fact.park == park) {
            let alike = alike(fact);
            let found = sums.iter().position(|(key, _)| *key == alike).unwrap_or(sums.len());
            if found == sums.len() {
                sums.push((alike, (0, 0)));
            }
            let sum = &mut sums[found].1;
            *sum = (sum.0 + i128::from(fact.amount), sum.1 + 1);
        }
        let all = (Day::MIN.month(), Day::MAX.month());
        let (as_of, totals) = index.totals(&park, all, &TotalFilter::default()).unwrap();
        assert_eq!((as_of, totals.len()), (size, sums.len()));
        for total in totals {
            let crate::index::Total { month, measure, key, value } = total;
            let alike = (month, measure, key, value.kind, value.code);
            assert!(sums.contains(&(alike, (value.amount, value.facts))));
        }
    }
}

trait IsNoneOrIs<T> {
    fn is_none_or_is(&self, other: Option<&T>) -> bool;
}

impl<T: PartialEq> IsNoneOrIs<T> for Option<T> {
    fn is_none_or_is(&self, other: Option<&T>) -> bool {
        self.is_none() || self.as_ref() == other
    }
}

#[test]
fn an_event_that_this_program_does_not_know_stops_the_folds_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut log, reader, _) = crate::log::open(folder.path(), Default::default()).unwrap();
    let opened = &samples::events()[0];
    let data = serde_json::to_vec(opened).unwrap();
    for (position, kind) in [(0, opened.kind()), (1, "dreams_recorded"), (2, opened.kind())] {
        let mut body = Vec::new();
        let body_of = Body {
            actor: "keeper".to_owned(),
            command: command(position),
            data: &data[..],
            key: "key_a".to_owned(),
            occurred_at: UtcMicros(0).millis(),
            salt: Hash([0; 32]),
            stream: "ledger".to_owned(),
            version: position,
        };
        body_of.encode(&mut body);
        let mut batch = Batch::starting_at(position);
        batch.push(Head { batch: position, ..head(position, kind) }, &body).unwrap();
        log.commit(&batch).unwrap();
    }
    let index = Index::open(&folder.path().join("index"), &mut |_| None).unwrap();
    let mut projector = Projector::new(index.clone());
    projector.catch_up(&reader, 1, &mut |_, _| {}).unwrap();
    for _ in 0..2 {
        let error = projector.catch_up(&reader, 3, &mut |_, _| {}).unwrap_err();
        assert!(error.to_string().contains("record 1 has the type dreams_recorded"), "{error}");
        assert_eq!(index.position(), 1);
    }
}
