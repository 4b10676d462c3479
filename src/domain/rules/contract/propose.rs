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
    check_listing(context, data)?;
    let lines = agreed_lines(context, data)?;
    let parks = named::parks(&supplier, &receiver);
    let both = supplier.firm == receiver.firm;
    let contract = || data.contract.clone();
    let confirmed = |side| ContractConfirmed { contract: contract(), parks: parks.clone(), side };
    let mut events = vec![Event::from(ContractProposed {
        contract: contract(),
        evidence: data.evidence.clone(),
        kind: data.kind,
        lines,
        listing: data.listing.clone(),
        receiver,
        supplier,
        term: data.term.clone(),
    })];
    if both {
        // Nobody else is there to confirm.
        events.push(confirmed(Side::Supplier).into());
        events.push(confirmed(Side::Receiver).into());
        events.push(ContractConcluded { contract: contract(), parks: parks.clone() }.into());
    } else {
        events.push(confirmed(side).into());
    }
    Ok(events)
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
    let amount = named::sealed(price.amount.as_ref());
    Ok(AgreedPrice { amount, direction: price.direction, per: price.per })
}
