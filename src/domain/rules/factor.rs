//! Avoided burdens: sets of factors, what would have become of a material, and distances.
//!
//! Invariant: a version of a set is published once and never changed, because results name it. What
//! is said of a baseline or distance holds from a day on and stays in the record: a figure as of an
//! earlier position is what it was.

use crate::domain::command::{DeclareBaseline, PublishFactors, StateDistance, WithdrawFactors};
use crate::domain::decide::Context;
use crate::domain::decimal::Decimal;
use crate::domain::event::{
    BaselineDeclared, DistanceStated, Event, FactorsPublished, FactorsWithdrawn, Side,
};
use crate::domain::evolve::Meta;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::named;
use crate::domain::rules::lookup;
use crate::domain::rules::who::require_keeper;
use crate::domain::state::{
    Baseline, Contract, ContractStage, Distance, PublishedFactors, method_id,
};
use crate::domain::states::{States, StatesMut};
use crate::domain::time::Day;

type Decision = Result<Vec<Event>, Refusal>;

/// Half around the earth.
const MOST_KM: u32 = 20_000;

pub fn publish_factors<S: States>(context: &Context<'_, S>, data: &PublishFactors) -> Decision {
    require_keeper(context, "publish factors")?;
    let document = &data.document;
    let id = method_id(&document.factors, document.version);
    lookup::absent::<PublishedFactors>(context, &id, "/data/document/version")?;
    document.check().map_err(|fault| {
        let pointer = format!("/data/document{}", fault.pointer);
        Refusal::new(Code::BadFactorDocument, pointer, fault.message)
    })?;
    let id = id.parse().expect("a name, a point and a number are a text");
    Ok(vec![FactorsPublished { document: document.clone(), id }.into()])
}

pub fn withdraw_factors<S: States>(context: &Context<'_, S>, data: &WithdrawFactors) -> Decision {
    require_keeper(context, "withdraw factors")?;
    let WithdrawFactors { factors: id, reason } = data.clone();
    let Some(found) = context.states.find::<PublishedFactors>(id.as_str()) else {
        let message = format!("there are no factors {id}; name set and version, as `example.1`");
        return Err(Refusal::new(Code::UnknownFactors, "/data/factors", message));
    };
    if let Some(reason) = &found.state.withdrawn {
        let message = format!("{id} is withdrawn already: {reason}");
        return Err(Refusal::new(Code::FactorsWithdrawn, "/data/factors", message));
    }
    Ok(vec![FactorsWithdrawn { id, reason }.into()])
}

pub fn declare_baseline<S: States>(context: &Context<'_, S>, data: &DeclareBaseline) -> Decision {
    let contract = named::contract(context, &data.contract, "/data/contract")?;
    let contract = &contract.state;
    named::require_side(context, Side::Supplier, &contract.supplier)?;
    not_declined(contract)?;
    named::line(contract, data.line, "/data/line")?;
    within(contract, data.from)?;
    lookup::counted(&data.evidence, 1, 10, "/data/evidence")?;
    let declared = BaselineDeclared {
        contract: contract.contract.clone(),
        evidence: data.evidence.clone(),
        fate: data.fate,
        from: data.from,
        line: data.line,
        parks: named::parks(&contract.supplier, &contract.receiver),
    };
    Ok(vec![declared.into()])
}

pub fn state_distance<S: States>(context: &Context<'_, S>, data: &StateDistance) -> Decision {
    let contract = named::contract(context, &data.contract, "/data/contract")?;
    let contract = &contract.state;
    let by = named::side(context, &contract.supplier, &contract.receiver)?;
    not_declined(contract)?;
    within(contract, data.from)?;
    lookup::counted(&data.evidence, 0, 10, "/data/evidence")?;
    if data.km.is_negative() || data.km > Decimal::from(MOST_KM) {
        let message = format!("a distance is 0 to {MOST_KM} km, and not {} km", data.km);
        return Err(Refusal::new(Code::BadDistance, "/data/km", message));
    }
    let stated = DistanceStated {
        by,
        contract: contract.contract.clone(),
        evidence: data.evidence.clone(),
        from: data.from,
        km: data.km,
        parks: named::parks(&contract.supplier, &contract.receiver),
    };
    Ok(vec![stated.into()])
}

fn not_declined(contract: &Contract) -> Result<(), Refusal> {
    if contract.stage != ContractStage::Declined {
        return Ok(());
    }
    let message = format!("{} was declined; nothing is delivered under it", contract.contract);
    Err(Refusal::new(Code::ContractNotConcluded, "/data/contract", message))
}

fn within(contract: &Contract, day: Day) -> Result<(), Refusal> {
    if contract.term.contains(day) {
        return Ok(());
    }
    let (from, to) = (contract.term.from, contract.term.to);
    let message = format!("{day} is outside of the term, {from} to {to}");
    Err(Refusal::new(Code::OutsideTerm, "/data/from", message))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::FactorsPublished(FactorsPublished { document, id }) => {
            let text = serde_json::to_string(document).expect("a document has string keys");
            let state = PublishedFactors {
                document: text.into(),
                factors: document.factors.clone(),
                valid_from: document.valid_from,
                valid_to: document.valid_to,
                version: document.version,
                withdrawn: None,
            };
            states.create(id.as_str(), at, true, state);
        }
        Event::FactorsWithdrawn(FactorsWithdrawn { id, reason }) => {
            states.change::<PublishedFactors>(id.as_str(), at, true, |factors| {
                factors.withdrawn = Some(reason.clone());
            });
        }
        Event::BaselineDeclared(BaselineDeclared { contract, fate, from, line, .. }) => {
            states.change::<Contract>(contract.as_str(), at, true, |contract| {
                let found = contract.lines.iter_mut().find(|own| own.line == *line);
                let said = Baseline { fate: *fate, from: *from, record: at };
                found.expect("a rule has found the line").baselines.push(said);
            });
        }
        Event::DistanceStated(DistanceStated { by, contract, from, km, .. }) => {
            states.change::<Contract>(contract.as_str(), at, true, |contract| {
                let said = Distance { by: *by, from: *from, km: *km, record: at };
                contract.distances.push(said);
            });
        }
        _ => unreachable!("`domain::evolve` hands over events of factors only"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::rules::testing::{Ask, DAY, refused_in_order, with};
    use crate::domain::samples;
    use crate::domain::shapes::BaselineFate;
    use crate::domain::state::{Contract, PublishedFactors};
    use crate::domain::testing::{OPENED, World};

    fn document() -> Value {
        serde_json::to_value(samples::factors()).unwrap()
    }

    #[test]
    fn a_set_is_published_once_and_withdrawn_once_by_the_keeper() {
        let mut world = World::standard();
        let data = json!({"document": document()});
        let refused = world.refuse("prk_guigang", OPENED, "publish_factors", &data);
        assert_eq!(refused, ("not_permitted", "/actor".to_owned()));
        world.take("keeper", OPENED, "publish_factors", &data);
        let state = world.state::<PublishedFactors>("example.1");
        assert_eq!(serde_json::to_value(state.read()).unwrap(), document());
        let again = world.refuse("keeper", OPENED, "publish_factors", &data);
        assert_eq!(again, ("already_exists", "/data/document/version".to_owned()));
        let withdrawal = json!({"factors": "example.1", "reason": "a fault"});
        let refused = world.refuse("frm_steel", OPENED, "withdraw_factors", &withdrawal);
        assert_eq!(refused.0, "not_permitted");
        world.take("keeper", OPENED, "withdraw_factors", &withdrawal);
        assert!(world.state::<PublishedFactors>("example.1").withdrawn.is_some());
        let again = world.refuse("keeper", OPENED, "withdraw_factors", &withdrawal);
        assert_eq!(again.0, "factors_withdrawn");
        let unknown = json!({"factors": "example.2", "reason": "a fault"});
        let refused = world.refuse("keeper", OPENED, "withdraw_factors", &unknown);
        assert_eq!(refused, ("unknown_factors", "/data/factors".to_owned()));
    }

    #[test]
    fn a_set_that_makes_no_sense_is_refused_with_its_pointer() {
        let mut world = World::standard();
        let entry = document()["entries"][0].clone();
        let mut other = entry.clone();
        other["entry"] = json!("other");
        let unknown = json!({"factor": entry["virgin"], "fate": "unknown"});
        let twice = json!([entry["baselines"][0], entry["baselines"][0]]);
        let cases = [
            ("/entries", json!([]), "/entries"),
            ("/entries/0/baselines/0", unknown, "/entries/0/baselines/0/fate"),
            ("/entries/0/baselines", twice, "/entries/0/baselines/1/fate"),
            ("/entries/0/codes", json!([]), "/entries/0/codes"),
            ("/entries/0/processing/value", json!("-1"), "/entries/0/processing/value"),
            ("/entries/0/transport/value", json!("-1"), "/entries/0/transport/value"),
            ("/entries/0/quality/value", json!("1.01"), "/entries/0/quality/value"),
            ("/entries/0/quality/value", json!("0"), "/entries/0/quality/value"),
            ("/entries/0/ratio/value", json!("0"), "/entries/0/ratio/value"),
            ("/entries/0/virgin/value", json!("-0.1"), "/entries/0/virgin/value"),
            ("/entries", json!([entry, entry]), "/entries/1/entry"),
            ("/entries", json!([entry, other]), "/entries/1/codes/0"),
            ("/valid_to", json!("2014-01-01"), "/valid_to"),
            ("/version", json!(0), "/version"),
        ];
        for (at, value, pointer) in cases {
            let mut document = document();
            *document.pointer_mut(at).unwrap() = value.clone();
            let data = json!({"document": document});
            let found = world.refuse("keeper", OPENED, "publish_factors", &data);
            let expected = format!("/data/document{pointer}");
            assert_eq!(found, ("bad_factor_document", expected), "{at} {value}");
        }
    }

    fn baseline(fate: &str, from: &str) -> Value {
        let evidence = json!([{"hash": "ab".repeat(32), "title": "landfill contract of 2024"}]);
        json!({"contract": "ctr_slag", "evidence": evidence, "fate": fate, "from": from, "line": 1})
    }

    #[test]
    fn a_baseline_is_declared_by_the_supplier_with_evidence_within_the_term() {
        let mut data = baseline("incineration", "2026-01-01");
        data["contract"] = json!("ctr_none");
        data["line"] = json!(2);
        data["evidence"] = json!([]);
        let ask = Ask { actor: "frm_cement", at: DAY, kind: "declare_baseline", data };
        refused_in_order(
            &mut World::with_slag(),
            ask,
            &[
                ("unknown_contract", "/data/contract", |_, ask| {
                    ask.data["contract"] = json!("ctr_slag");
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_steel"),
                ("unknown_line", "/data/line", |_, ask| ask.data["line"] = json!(1)),
                ("outside_term", "/data/from", |_, ask| ask.data["from"] = json!("2025-06-01")),
                ("missing_member", "/data/evidence", |_, ask| {
                    ask.data["evidence"] = baseline("unknown", "2025-01-01")["evidence"].clone();
                }),
            ],
        );
    }

    #[test]
    fn the_last_word_of_the_latest_day_holds_and_an_earlier_position_keeps_what_it_said() {
        let mut world = World::with_slag();
        let before = world.log.len() as u64;
        for (fate, from) in
            [("storage", "2025-06-01"), ("incineration", "2025-03-01"), ("other_use", "2025-03-01")]
        {
            world.take("frm_steel", DAY, "declare_baseline", &baseline(fate, from));
        }
        let now = world.log.len() as u64;
        let line = world.state::<Contract>("ctr_slag").lines[0].clone();
        let on = |day: &str, below| line.fate_on(day.parse().unwrap(), below);
        assert_eq!(on("2025-02-28", now), BaselineFate::Landfill, "as the contract says");
        assert_eq!(on("2025-03-01", now), BaselineFate::OtherUse);
        assert_eq!(on("2025-03-01", now - 1), BaselineFate::Incineration);
        assert_eq!(on("2025-06-01", now), BaselineFate::Storage);
        assert_eq!(on("2025-06-01", before), BaselineFate::Landfill);
    }

    #[test]
    fn a_distance_is_stated_by_either_side_from_a_day_on() {
        let mut world = World::with_slag();
        let data = json!({"contract": "ctr_slag", "from": "2025-03-01", "km": "3.5"});
        let far = with(data.clone(), json!({"km": "20001"}));
        let refused = world.refuse("frm_cement", DAY, "state_distance", &far);
        assert_eq!(refused, ("bad_distance", "/data/km".to_owned()));
        let refused = world.refuse("frm_power", DAY, "state_distance", &data);
        assert_eq!(refused.0, "not_a_party");
        let early = with(data.clone(), json!({"from": "2024-12-31"}));
        let refused = world.refuse("frm_steel", DAY, "state_distance", &early);
        assert_eq!(refused, ("outside_term", "/data/from".to_owned()));
        world.take("frm_cement", DAY, "state_distance", &data);
        let now = world.log.len() as u64;
        let contract = world.state::<Contract>("ctr_slag");
        let on = |day: &str| contract.km_on(day.parse().unwrap(), now);
        assert_eq!(on("2025-02-28"), None, "nobody has said");
        assert_eq!(on("2025-03-01").unwrap().to_string(), "3.5");
    }
}
