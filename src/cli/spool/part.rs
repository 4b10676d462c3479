//! The parts of a weighing that is split over several deliveries, as the gate states them.
//!
//! Invariant: there are two parts at least, each of more than nothing, and together they are no
//! more than the net weight: what the ledger would refuse for that is refused here.

use crate::cli::out::Failure;
use crate::cli::spool::add::{Weights, usage};
use crate::cli::spool::args::Add;
use crate::domain::decimal::Decimal;
use crate::domain::quantity::Quantity;
use crate::domain::ticket::Split;

/// One delivery of the weighing; what it does not state is that of the weighing.
pub struct Part {
    pub quantity: Quantity,
    pub call_off: Option<String>,
    pub contract: Option<String>,
    pub delivery: Option<String>,
    pub line: Option<u16>,
}

/// None for a weighing that stands for one delivery.
pub fn read(args: &Add, weights: &Weights) -> Result<Vec<Part>, Failure> {
    if args.part.is_empty() {
        return Ok(Vec::new());
    }
    let of = u8::try_from(args.part.len()).unwrap_or(u8::MAX);
    Split::new(1, of).map_err(|error| usage("--part", &error))?;
    let parts = args.part.iter().map(|text| one(text, weights));
    let parts: Vec<Part> = parts.collect::<Result<_, _>>()?;
    let mut sum = Quantity::zero(weights.net.unit());
    for part in &parts {
        sum = sum.checked_add(&part.quantity).map_err(|error| usage("--part", &error))?;
    }
    if sum.amount() > weights.net.amount() {
        let net = &weights.net;
        let message = format!("split_over_net: the parts sum to {sum}, more than the net {net}");
        return Err(Failure::Usage(message));
    }
    let mut named: Vec<&String> = parts.iter().filter_map(|part| part.delivery.as_ref()).collect();
    let count = named.len();
    named.sort_unstable();
    named.dedup();
    if named.len() < count {
        let message = "--part: two parts name the same delivery; each is one of its own";
        return Err(Failure::Usage(message.to_owned()));
    }
    Ok(parts)
}

fn one(text: &str, weights: &Weights) -> Result<Part, Failure> {
    let refuse = |reason: String| Failure::Usage(format!("--part {text}: {reason}"));
    let mut members = text.split(',');
    let value: Decimal =
        members.next().unwrap_or_default().parse().map_err(|error| usage("--part", &error))?;
    let quantity = Quantity::from_decimal(&value, weights.net.unit());
    let quantity = quantity.map_err(|error| usage("--part", &error))?;
    if quantity.is_zero() {
        return Err(refuse("a part is more than nothing".to_owned()));
    }
    let mut part = Part { quantity, call_off: None, contract: None, delivery: None, line: None };
    for member in members {
        let Some((name, value)) = member.split_once('=') else {
            return Err(refuse(format!("`{member}` is not of the form name=value")));
        };
        let value = value.to_owned();
        let again = match name {
            "call_off" => part.call_off.replace(value).is_some(),
            "contract" => part.contract.replace(value).is_some(),
            "delivery" => part.delivery.replace(value).is_some(),
            "line" => {
                let line = value.parse();
                let line = line.map_err(|_| refuse(format!("`{value}` is no line number")))?;
                part.line.replace(line).is_some()
            }
            other => {
                let names = "call_off, contract, delivery and line";
                return Err(refuse(format!("`{other}` is none of {names}")));
            }
        };
        if again {
            return Err(refuse(format!("`{name}` is given twice")));
        }
    }
    Ok(part)
}
