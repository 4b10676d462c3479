//! `propose_contract`: what two sites may agree upon.
//!
//! Invariant: whatever stands in a contract can be fulfilled as it is written: quantities of the
//! material's dimension, and no better grade than the material has where it is supplied.

use crate::domain::command::{ContractKind, ContractLine, ProposeContract, Window};
use crate::domain::decide::Context;
use crate::domain::decimal::Decimal;
use crate::domain::event::{
    AgreedLine, AgreedPrice, ContractConcluded, ContractConfirmed, ContractProposed, Event, Side,
};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::contract::{Decision, named};
use crate::domain::rules::lookup;
use crate::domain::rules::partner::is_unregistered;
use crate::domain::shapes::{Grade, Price, PriceDirection};
use crate::domain::state::{Contract, Material};
use crate::domain::states::States;

/// The most lines of a contract.
const MAX_LINES: usize = 100;

pub fn propose_contract<S: States>(context: &Context<'_, S>, data: &ProposeContract) -> Decision {
    let supplier = lookup::site(context, &data.supplier, "/data/supplier")?;
    let receiver = lookup::site(context, &data.receiver, "/data/receiver")?;
    let supplier = lookup::party(context.states, &supplier.state);
    let receiver = lookup::party(context.states, &receiver.state);
    let side = named::side(context, &supplier, &receiver)?;
    lookup::absent::<Contract>(context, data.contract.as_str(), "/data/contract")?;
    if supplier.site == receiver.site {
        let message = "the receiver is the supplier; a site's own reuse is declared in its return";
        return Err(Refusal::new(Code::SameSite, "/data/receiver", message));
    }
    lookup::in_order(&data.term, "/data/term")?;
    check_settlement_day(data)?;
    check_listing(context, data)?;
    let lines = agreed_lines(context, data)?;
    let parks = named::parks(&supplier, &receiver);
    let both = supplier.firm == receiver.firm;
    let contract = || data.contract.clone();
    let (supplier_firm, receiver_firm) = (supplier.firm.clone(), receiver.firm.clone());
    let concluded = |one_sided| {
        Event::from(ContractConcluded { contract: contract(), one_sided, parks: parks.clone() })
    };
    let confirmed = |side| ContractConfirmed { contract: contract(), parks: parks.clone(), side };
    let mut events = vec![Event::from(ContractProposed {
        contract: contract(),
        evidence: data.evidence.clone(),
        kind: data.kind,
        lines,
        listing: data.listing.clone(),
        receiver,
        settlement_day: data.settlement_day,
        supplier,
        term: data.term.clone(),
    })];
    if both {
        // Nobody else is there to confirm.
        events.push(confirmed(Side::Supplier).into());
        events.push(confirmed(Side::Receiver).into());
        events.push(concluded(false));
    } else {
        events.push(confirmed(side).into());
        let other = match side {
            Side::Supplier => &receiver_firm,
            Side::Receiver => &supplier_firm,
        };
        // Signed on paper: in force by one side's word and its evidence, until the other confirms.
        if is_unregistered(context.states, other) && !data.evidence.is_empty() {
            events.push(concluded(true));
        }
    }
    Ok(events)
}

/// A window ends on a day that every month has.
fn check_settlement_day(data: &ProposeContract) -> Result<(), Refusal> {
    if data.settlement_day.is_none_or(|day| (1..=28).contains(&day)) {
        return Ok(());
    }
    let message = "a settlement window ends on the 1st to the 28th; leave it out for whole months";
    Err(Refusal::new(Code::BadSettlementDay, "/data/settlement_day", message))
}

fn check_listing<S: States>(
    context: &Context<'_, S>,
    data: &ProposeContract,
) -> Result<(), Refusal> {
    let Some(id) = &data.listing else { return Ok(()) };
    let listing = lookup::listing(context, id, "/data/listing")?;
    if listing.state.withdrawn {
        let message = format!("{id} was withdrawn; propose without it, or from another listing");
        return Err(Refusal::new(Code::ListingWithdrawn, "/data/listing", message));
    }
    Ok(())
}

fn agreed_lines<S: States>(
    context: &Context<'_, S>,
    data: &ProposeContract,
) -> Result<Vec<AgreedLine>, Refusal> {
    lookup::counted(&data.lines, 1, MAX_LINES, "/data/lines")?;
    let mut lines = Vec::with_capacity(data.lines.len());
    for (place, line) in data.lines.iter().enumerate() {
        lines.push(agreed_line(context, data.kind, place, line)?);
    }
    Ok(lines)
}

fn agreed_line<S: States>(
    context: &Context<'_, S>,
    kind: ContractKind,
    place: usize,
    line: &ContractLine,
) -> Result<AgreedLine, Refusal> {
    let at = |member: &str| format!("/data/lines/{place}/{member}");
    if usize::from(line.line) != place + 1 {
        let message = format!("lines are numbered 1, 2, 3 …, so this one is {}", place + 1);
        return Err(Refusal::new(Code::LinesNotInOrder, at("line"), message));
    }
    let material = lookup::material(context, &line.material, &at("material"))?;
    let material = &material.state;
    named::like(&line.quantity, material.dimension, &at("quantity"))?;
    named::not_zero(&line.quantity, &at("quantity"))?;
    if let Some(minimum) = &line.minimum {
        named::like(minimum, material.dimension, &at("minimum"))?;
        if minimum.amount() > line.quantity.amount() {
            let message = format!("the minimum {minimum} is more than the {}", line.quantity);
            return Err(Refusal::new(Code::MinimumAboveQuantity, at("minimum"), message));
        }
    }
    let tolerance_percent = tolerance(line, &at("tolerance_percent"))?;
    let window = window(kind, line.window, &at("window"))?;
    if let Some(required) = &line.grade {
        check_grade(required, material, &at("grade"))?;
    }
    let price = line.price.as_ref().map(|price| agreed_price(price, material, &at("price")));
    Ok(AgreedLine {
        baseline_fate: line.baseline_fate,
        grade: line.grade.clone(),
        line: line.line,
        material: lookup::brief(material),
        minimum: line.minimum,
        price: price.transpose()?,
        quantity: line.quantity,
        tolerance_percent,
        window,
    })
}

fn tolerance(line: &ContractLine, pointer: &str) -> Result<Decimal, Refusal> {
    let Some(percent) = line.tolerance_percent else {
        return Ok(Decimal::new(3, 1).expect("0.3 is a decimal number"));
    };
    if percent.is_negative() || percent > Decimal::from(100) {
        let message = format!("{percent} is no tolerance; it is 0 to 100 percent");
        return Err(Refusal::new(Code::BadTolerance, pointer, message));
    }
    Ok(percent)
}

fn window(kind: ContractKind, window: Option<Window>, pointer: &str) -> Result<Window, Refusal> {
    match (kind, window) {
        (ContractKind::Recurring, None | Some(Window::Term)) => {
            let message = "a recurring contract's quantity is that of each `month` or `year`";
            Err(Refusal::new(Code::WindowNeeded, pointer, message))
        }
        (ContractKind::Recurring | ContractKind::Spot | ContractKind::Framework, window) => {
            Ok(window.unwrap_or(Window::Term))
        }
    }
}

/// A grade is promised at the receiver's inlet, so the supplied one must be as good.
fn check_grade(required: &Grade, material: &Material, pointer: &str) -> Result<(), Refusal> {
    if material.grade.as_ref().unwrap_or(&Grade::UNKNOWN).meets(required) {
        return Ok(());
    }
    let message = format!(
        "{} is not supplied at this grade; require at most what the material's definition says",
        material.material
    );
    Err(Refusal::new(Code::GradeTooLow, pointer, message))
}

fn agreed_price(price: &Price, material: &Material, pointer: &str) -> Result<AgreedPrice, Refusal> {
    if let Some(per) = price.per {
        named::alike(per, material.dimension, &format!("{pointer}/per"))?;
    }
    let refuse = |code, member: &str, message: &str| {
        Err(Refusal::new(code, format!("{pointer}/{member}"), message))
    };
    if price.amount.is_some() && price.direction == PriceDirection::Free {
        return refuse(Code::UnexpectedMember, "amount", "what is free has no amount");
    }
    if price.amount.is_some() && price.per.is_none() {
        return refuse(Code::MissingMember, "per", "an amount is one per a unit; name the unit");
    }
    if price.formula.is_some() {
        // Commitments can't be compared: of two prices nobody could tell which holds.
        if price.amount.is_some() {
            return refuse(Code::UnexpectedMember, "formula", "a price is an amount or a formula");
        }
        if price.direction == PriceDirection::Free {
            return refuse(Code::UnexpectedMember, "formula", "what is free has no formula");
        }
        if price.per.is_none() {
            return refuse(Code::MissingMember, "per", "a formula is for a unit; name the unit");
        }
    }
    let amount = named::sealed(price.amount.as_ref());
    let formula = named::sealed(price.formula.as_ref());
    Ok(AgreedPrice { amount, direction: price.direction, formula, per: price.per })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::event::Event;
    use crate::domain::rules::testing::{
        Ask, gigajoules, kinds, proposal, refused_in_order, tonnes,
    };
    use crate::domain::state::{Contract, ContractStage};
    use crate::domain::testing::{OPENED, World};

    fn slag() -> Value {
        proposal("ctr_slag", ("steel", "cement"), "mat_slag", &tonnes("100"))
    }

    #[test]
    fn a_proposal_carries_its_proposer_s_confirmation_as_a_record_of_its_own() {
        let mut world = World::standard();
        let events = world.take("frm_cement", OPENED, "propose_contract", &slag());
        assert_eq!(kinds(&events), ["contract_proposed", "contract_confirmed"]);
        let contract = world.state::<Contract>("ctr_slag");
        assert_eq!(contract.stage, ContractStage::Proposed);
        assert_eq!(contract.proposed_by, crate::domain::event::Side::Receiver);
        assert_eq!((contract.confirmed_by_supplier, contract.confirmed_by_receiver), (false, true));
        let line = contract.line(1).unwrap();
        assert_eq!(line.tolerance_percent.to_string(), "0.3");
        assert_eq!(line.limit(), 100_300_000);
    }

    #[test]
    fn a_firm_with_both_sites_concludes_at_once() {
        let mut world = World::standard();
        let site = json!({
            "firm": "frm_steel", "name": "second", "park": "prk_kalundborg", "site": "sit_second",
        });
        world.take("frm_steel", OPENED, "register_site", &site);
        let data = proposal("ctr_own", ("steel", "second"), "mat_slag", &tonnes("100"));
        let events = world.take("frm_steel", OPENED, "propose_contract", &data);
        let expected =
            ["contract_proposed", "contract_confirmed", "contract_confirmed", "contract_concluded"];
        assert_eq!(kinds(&events), expected);
        assert_eq!(world.state::<Contract>("ctr_own").stage, ContractStage::Concluded);
        let Some(Event::ContractConcluded(concluded)) = events.last() else { panic!("concluded") };
        assert_eq!(concluded.parks.len(), 2, "each of the two parks counts the record");
    }

    #[test]
    fn a_price_s_amount_is_sealed_in_the_record_and_its_direction_is_not() {
        let mut world = World::standard();
        let mut data = slag();
        data["lines"][0]["price"] = json!({
            "amount": {"amount": "42.10", "currency": "CNY"},
            "direction": "receiver_pays",
            "per": "TNE",
        });
        let events = world.take("frm_steel", OPENED, "propose_contract", &data);
        let text = serde_json::to_string(&events[0]).unwrap();
        assert!(text.contains(r#""price":{"amount":{"sealed":""#), "{text}");
        assert!(
            text.contains(r#""direction":"receiver_pays""#) && !text.contains("42.10"),
            "{text}"
        );
    }

    fn formula() -> Value {
        json!({
            "base": {"amount": "42.10", "currency": "CNY"},
            "rounding": "half_away_from_zero",
        })
    }

    #[test]
    fn a_formula_is_sealed_as_one_value() {
        let mut world = World::standard();
        let mut data = slag();
        data["lines"][0]["price"] =
            json!({"direction": "receiver_pays", "formula": formula(), "per": "TNE"});
        let events = world.take("frm_steel", OPENED, "propose_contract", &data);
        let text = serde_json::to_string(&events[0]).unwrap();
        assert!(text.contains(r#""formula":{"sealed":""#), "{text}");
        assert!(!text.contains("42.10") && !text.contains("half_away"), "{text}");
    }

    #[test]
    fn refusals_come_in_a_fixed_order() {
        let mut world = World::with_slag();
        let listing = json!({
            "kind": "offer", "listing": "lst_old", "material": "mat_slag", "site": "sit_steel",
        });
        world.take("frm_steel", OPENED, "publish_listing", &listing);
        world.take("frm_steel", OPENED, "withdraw_listing", &json!({"listing": "lst_old"}));
        let ask = Ask {
            actor: "frm_power",
            at: OPENED,
            kind: "propose_contract",
            data: json!({
                "contract": "ctr_slag",
                "kind": "recurring",
                "lines": [],
                "listing": "lst_none",
                "receiver": "sit_nowhere",
                "supplier": "sit_nowhere",
                "term": {"from": "2025-12-31", "to": "2025-01-01"},
            }),
        };
        refused_in_order(
            &mut world,
            ask,
            &[
                ("unknown_site", "/data/supplier", |_, ask| {
                    ask.data["supplier"] = "sit_steel".into()
                }),
                ("unknown_site", "/data/receiver", |_, ask| {
                    ask.data["receiver"] = "sit_steel".into()
                }),
                ("not_a_party", "/actor", |_, ask| ask.actor = "frm_steel"),
                ("already_exists", "/data/contract", |_, ask| {
                    ask.data["contract"] = "ctr_new".into();
                }),
                ("same_site", "/data/receiver", |_, ask| {
                    ask.data["receiver"] = "sit_cement".into()
                }),
                ("term_reversed", "/data/term", |_, ask| {
                    ask.data["term"]["to"] = "2026-01-01".into()
                }),
                ("unknown_listing", "/data/listing", |_, ask| {
                    ask.data["listing"] = "lst_old".into();
                }),
                ("listing_withdrawn", "/data/listing", |_, ask| {
                    ask.data.as_object_mut().unwrap().remove("listing");
                }),
                ("missing_member", "/data/lines", |_, ask| {
                    ask.data["lines"] = json!([{
                        "baseline_fate": "unknown",
                        "grade": {"temperature_decicelsius": 1000},
                        "line": 2,
                        "material": "mat_none",
                        "minimum": gigajoules("1"),
                        "price": {
                            "amount": {"amount": "1", "currency": "CNY"},
                            "direction": "free",
                            "per": "MTQ",
                        },
                        "quantity": gigajoules("1"),
                        "tolerance_percent": "-0.1",
                    }]);
                }),
                ("lines_not_in_order", "/data/lines/0/line", |_, ask| {
                    ask.data["lines"][0]["line"] = 1.into();
                }),
                ("unknown_material", "/data/lines/0/material", |_, ask| {
                    ask.data["lines"][0]["material"] = "mat_slag".into();
                }),
                ("unlike_dimension", "/data/lines/0/quantity", |_, ask| {
                    ask.data["lines"][0]["quantity"] = tonnes("0.00");
                }),
                ("quantity_must_not_be_zero", "/data/lines/0/quantity", |_, ask| {
                    ask.data["lines"][0]["quantity"] = tonnes("1");
                }),
                ("unlike_dimension", "/data/lines/0/minimum", |_, ask| {
                    ask.data["lines"][0]["minimum"] = tonnes("1.000001");
                }),
                ("minimum_above_quantity", "/data/lines/0/minimum", |_, ask| {
                    ask.data["lines"][0]["minimum"] = tonnes("1");
                }),
                ("bad_tolerance", "/data/lines/0/tolerance_percent", |_, ask| {
                    ask.data["lines"][0]["tolerance_percent"] = "100.1".into();
                }),
                ("bad_tolerance", "/data/lines/0/tolerance_percent", |_, ask| {
                    ask.data["lines"][0]["tolerance_percent"] = "100".into();
                }),
                ("window_needed", "/data/lines/0/window", |_, ask| {
                    ask.data["lines"][0]["window"] = "term".into();
                }),
                ("window_needed", "/data/lines/0/window", |_, ask| {
                    ask.data["lines"][0]["window"] = "month".into();
                }),
                ("grade_too_low", "/data/lines/0/grade", |_, ask| {
                    ask.data["lines"][0]["grade"] = json!({});
                }),
                ("unlike_dimension", "/data/lines/0/price/per", |_, ask| {
                    ask.data["lines"][0]["price"]["per"] = "KGM".into();
                }),
                ("unexpected_member", "/data/lines/0/price/amount", |_, ask| {
                    ask.data["lines"][0]["price"] = json!({
                        "amount": {"amount": "1", "currency": "CNY"},
                        "direction": "supplier_pays",
                    });
                }),
                ("missing_member", "/data/lines/0/price/per", |_, ask| {
                    ask.data["lines"][0]["price"]["per"] = "KGM".into();
                    ask.data["lines"][0]["price"]["formula"] = formula();
                }),
                ("unexpected_member", "/data/lines/0/price/formula", |_, ask| {
                    ask.data["lines"][0]["price"] =
                        json!({"direction": "free", "formula": formula(), "per": "KGM"});
                }),
                ("unexpected_member", "/data/lines/0/price/formula", |_, ask| {
                    ask.data["lines"][0]["price"] =
                        json!({"direction": "supplier_pays", "formula": formula()});
                }),
                ("missing_member", "/data/lines/0/price/per", |_, ask| {
                    ask.data["lines"][0]["price"]["per"] = "KGM".into();
                }),
            ],
        );
    }

    #[test]
    fn a_contract_has_a_hundred_lines_at_most() {
        let mut world = World::standard();
        let mut data = slag();
        let line = data["lines"][0].clone();
        let lines = |count: u16| -> Value {
            (1..=count)
                .map(|number| {
                    let mut line = line.clone();
                    line["line"] = number.into();
                    line
                })
                .collect()
        };
        data["lines"] = lines(101);
        let refused = world.refuse("frm_steel", OPENED, "propose_contract", &data);
        assert_eq!(refused, ("too_many_members", "/data/lines".to_owned()));
        data["lines"] = lines(100);
        world.take("frm_steel", OPENED, "propose_contract", &data);
    }

    /// Invariant 24: the contracted grade is at most the supplied one.
    #[test]
    fn invariant_24_a_line_may_not_require_a_better_grade_than_the_material_has() {
        let mut world = World::standard();
        let mut data = proposal("ctr_steam", ("power", "cement"), "mat_steam", &gigajoules("10"));
        let cases = [
            (json!({"pressure_kpa": 1001}), false),
            (json!({"temperature_decicelsius": 2501}), false),
            (json!({"pressure_kpa": 400, "temperature_decicelsius": 2501}), false),
            (json!({"pressure_kpa": 1000, "water_class": 3}), false),
            (json!({"pressure_kpa": 1000, "temperature_decicelsius": 2500}), true),
            (json!({"pressure_kpa": 400}), true),
        ];
        for (place, (grade, good)) in cases.into_iter().enumerate() {
            data["contract"] = format!("ctr_{place}").into();
            data["lines"][0]["grade"] = grade.clone();
            let result = world.ask("frm_power", OPENED, "propose_contract", &data);
            let code = result.err().map(|refusal| refusal.code.as_str());
            assert_eq!(code, (!good).then_some("grade_too_low"), "{grade}");
        }
    }
}
