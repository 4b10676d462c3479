//! `symbiosis spool add`: one weighing, counted, on disk, printed; in this order.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::cli::export::option;
use crate::cli::now;
use crate::cli::out::{Failure, Out, Outcome, talk};
use crate::cli::spool::args::{Add, Direction, Mode, Standing};
use crate::cli::spool::part::{self, Part};
use crate::cli::spool::slip;
use crate::domain::decimal::Decimal;
use crate::domain::id::ScaleId;
use crate::domain::quantity::Quantity;
use crate::domain::text::Text;
use crate::domain::ticket::WeighingMode;
use crate::domain::time::{UtcMillis, Zone};
use crate::domain::unit::Unit;
use crate::spool::entry::{Numbered, Slip};
use crate::spool::{Spool, TAG_LENGTH, Weighing};

const MILLIS_PER_SECOND: i64 = 1_000;

/// What was recorded, for programs.
#[derive(Debug, Serialize)]
struct Ticket {
    /// Whether it was there already, under its reference.
    again: bool,
    command: String,
    counter: u64,
    delivery: String,
    gross: Quantity,
    net: Quantity,
    number: Text,
    occurred_at: UtcMillis,
    /// Of a weighing that is split: all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<TicketPart>,
    scale: ScaleId,
    tare: Quantity,
    /// As it is printed.
    text: String,
}

/// One delivery of a weighing that is split.
#[derive(Debug, Serialize)]
struct TicketPart {
    command: String,
    delivery: String,
    quantity: Quantity,
}

pub fn run(args: &Add, out: Out) -> Outcome {
    // Everything that could be wrong with what was asked, before anything is counted.
    option::<Zone>("--zone", Some(&args.paper.zone))?;
    let weights = Weights::read(args)?;
    let reference = option("--reference", args.reference.as_ref())?;
    let scale = option("--scale", Some(&args.scale))?.expect("it is given");
    let slip = Slip {
        firm: option("--firm-name", args.firm_name.as_ref())?,
        material: option("--material", args.material.as_ref())?,
        scale: option("--scale-name", args.scale_name.as_ref())?,
    };
    let parts = part::read(args, &weights)?;
    let commands = |numbered: &Numbered| commands(args, &weights, &parts, numbered);
    let prefix = args.prefix.as_deref();
    let mut spool = Spool::open(&args.of.spool, &tag()?)?;
    // Read once nobody else adds, so that times are in the order of the counter.
    let at = now()?;
    warn(&spool, at);
    let weighing = Weighing { at, prefix, reference, scale, slip, commands: &commands };
    let added = spool.add(weighing)?;
    let text = slip::slip(&added.entry, &added.commands, Standing::Waiting, false, &args.paper)?;
    let command = &added.commands[0];
    let said = slip::said(command).expect("it was made just now");
    let of_part = |command| {
        let said = slip::said(command).expect("it was made just now");
        let delivery = said.delivery.to_owned();
        TicketPart { command: command.id.to_string(), delivery, quantity: said.measured.quantity }
    };
    let is_split = added.commands.len() > 1;
    let ticket = Ticket {
        again: added.again,
        command: command.id.to_string(),
        counter: added.entry.counter,
        delivery: said.delivery.to_owned(),
        gross: said.ticket.gross,
        net: weights.net,
        number: added.entry.number.clone(),
        occurred_at: command.occurred_at,
        parts: added.commands.iter().filter(|_| is_split).map(of_part).collect(),
        scale: added.entry.scale.clone(),
        tare: said.ticket.tare,
        text,
    };
    if added.again {
        talk("This reference has its ticket already; nothing was counted again.");
    }
    out.answer(&ticket, |ticket| ticket.text.clone())
}

/// What the operator should know, and what stops nothing.
fn warn(spool: &Spool, at: UtcMillis) {
    if spool.cut > 0 {
        talk(&format!(
            "A weighing that a crash cut off, {} bytes, was taken out and copied to the file \
             `torn`: it had no ticket.",
            spool.cut
        ));
    }
    if let Some(last) = spool.last_at().filter(|last| *last > at) {
        let behind_s = (last.0 - at.0) / MILLIS_PER_SECOND;
        talk(&format!("This clock is {behind_s} s behind the last weighing ({last}); set it."));
    }
}

fn tag() -> Result<String, Failure> {
    let mut bytes = [0; TAG_LENGTH / 2];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::failed(format!("the system gives no random numbers: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub(super) struct Weights {
    gross: Quantity,
    pub(super) net: Quantity,
    tare: Quantity,
}

impl Weights {
    /// What the ledger would refuse whatever it holds: a net that is nothing.
    fn read(args: &Add) -> Result<Weights, Failure> {
        let unit = match &*args.unit {
            "t" => Unit::Tonne,
            "kg" => Unit::Kilogram,
            other => Unit::parse(other).map_err(|error| usage("--unit", &error))?,
        };
        let read = |flag, text: &str| {
            let value: Decimal = text.parse().map_err(|error| usage(flag, &error))?;
            Quantity::from_decimal(&value, unit).map_err(|error| usage(flag, &error))
        };
        let (gross, tare) = (read("--gross", &args.gross)?, read("--tare", &args.tare)?);
        let net = gross.checked_sub(&tare).ok().filter(|net| !net.is_zero());
        let net = net.ok_or_else(|| {
            let code = "net_is_not_gross_less_tare";
            let reason = format!("the tare {tare} is not less than the gross {gross}");
            Failure::Usage(format!("{code}: {reason} (/data/measured/ticket/tare)"))
        })?;
        Ok(Weights { gross, net, tare })
    }
}

pub(super) fn usage(flag: &str, error: &crate::domain::value_error::ValueError) -> Failure {
    Failure::Usage(format!("{flag}: {error}"))
}

/// The ledger's commands: one, or one for each part.
fn commands(args: &Add, weights: &Weights, parts: &[Part], numbered: &Numbered) -> Vec<String> {
    if parts.is_empty() {
        return vec![command(args, weights, None, numbered).to_string()];
    }
    let of_part = |(place, part)| {
        let split = json!({"of": parts.len(), "part": place + 1});
        let (command, delivery) = numbered.part(place);
        let numbered = Numbered { command, delivery, ..numbered.clone() };
        self::command(args, weights, Some((part, split)), &numbered).to_string()
    };
    parts.iter().enumerate().map(of_part).collect()
}

/// The ledger's command. What is wrong in it is found by the ledger's own reader.
fn command(
    args: &Add,
    weights: &Weights,
    part: Option<(&Part, Value)>,
    numbered: &Numbered,
) -> Value {
    let Weights { gross, net, tare } = weights;
    let Numbered { at, command, delivery, number } = numbered;
    let mut ticket = json!({
        "gross": gross, "number": number, "scale": args.scale, "tare": tare, "weighed_at": at,
    });
    if let Some(mode) = args.mode {
        ticket["mode"] = json!(WeighingMode::from(mode));
    }
    let own = part.as_ref().map(|(part, _)| *part);
    // No scale has weighed a part on its own.
    let (method, quantity) = own.map_or(("weighed", net), |own| ("calculated", &own.quantity));
    if let Some((_, split)) = part {
        ticket["split"] = split;
    }
    let measured = json!({"method": method, "quantity": quantity, "ticket": ticket});
    let mut data = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            data.insert(name.to_owned(), value);
        }
    };
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let of = |own: Option<&Option<String>>, all: &Option<String>| {
        text(own.filter(|own| own.is_some()).unwrap_or(all))
    };
    let given = of(own.map(|own| &own.delivery), &args.delivery);
    put("delivery", Some(given.unwrap_or_else(|| delivery.as_str().into())));
    put("measured", Some(measured));
    put("call_off", of(own.map(|own| &own.call_off), &args.call_off));
    put("carrier", text(&args.carrier));
    put("contract", of(own.map(|own| &own.contract), &args.contract));
    put("driver", text(&args.driver));
    put("line", own.and_then(|own| own.line).or(args.line).map(Value::from));
    put("plate", text(&args.plate));
    let kind = match args.direction {
        Direction::Out => "dispatch_delivery",
        Direction::In => "receive_delivery",
    };
    json!({"actor": args.actor, "data": data, "id": command, "occurred_at": at, "type": kind})
}

impl From<Mode> for WeighingMode {
    fn from(mode: Mode) -> WeighingMode {
        match mode {
            Mode::TruckScale => WeighingMode::TruckScale,
            Mode::WagonScale => WeighingMode::WagonScale,
            Mode::DraftSurvey => WeighingMode::DraftSurvey,
            Mode::BeltScale => WeighingMode::BeltScale,
        }
    }
}
