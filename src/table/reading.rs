//! A meter's period as a delivery that was dispatched and received in one.

use serde_json::{Value, json};

use crate::domain::id::{DeliveryId, FirmId};
use crate::domain::states::States;
use crate::domain::time::{UtcMillis, Zone};
use crate::table::cell::{Cells, json, object};
use crate::table::error::CellError;
use crate::table::plan::Draft;
use crate::table::shared::{id_or_made, made, place};
use crate::table::time;

pub fn draft<S: States>(cells: &Cells<'_>, states: &S, firm: &FirmId) -> Result<Draft, CellError> {
    // Either side records a period, so it does not matter which the firm is.
    let place = place(cells, states, firm, Some(crate::domain::event::Side::Supplier))?;
    let (from, to) = period(cells, &place.zone)?;
    let (from, to) = (from.to_string(), to.to_string());
    let quantity = cells.quantity("quantity")?.ok_or_else(|| cells.missing("quantity"))?;
    let readings = readings(cells)?;
    let method = cells.word("method").unwrap_or_else(|| {
        // Without readings nothing was metered, and the ledger's refusal says what it may be.
        "metered".to_owned()
    });
    let contract = place.contract.state.contract.as_str();
    let meter = cells.text("meter").unwrap_or_default();
    let line = place.line.to_string();
    // Without a meter the contract's line tells the period from others.
    let of = if meter.is_empty() { [contract, &line] } else { [&*meter, ""] };
    let key = ["reading", firm.as_str(), of[0], of[1], &from, &to];
    let delivery = match cells.text("delivery") {
        Some(text) => id_or_made(text, DeliveryId::PREFIX, &["delivery", contract]),
        None => made(DeliveryId::PREFIX, &key),
    };
    let data = object(json!({
        "call_off": cells.text("call_off"),
        "contract": contract,
        "delivery": delivery,
        "from": from,
        "line": place.line,
        "method": method,
        "quantity": json(&quantity),
        "readings": readings,
        "to": to,
    }));
    let id = made("cmd_", &key);
    Ok(Draft { about: delivery, data, id, kind: "record_metered_period", occurred_at: to })
}

fn period(cells: &Cells<'_>, zone: &Zone) -> Result<(UtcMillis, UtcMillis), CellError> {
    if let Some(month) = cells.text("month") {
        let month = time::month(&month).map_err(|error| CellError::of("month", error))?;
        let behind = month.last().checked_add(1).unwrap_or(month.last());
        return Ok((zone.first_instant(month.first()), zone.first_instant(behind)));
    }
    let end = |column: &str| {
        let text = cells.need(column)?;
        time::instant_or_day(&text, zone).map_err(|error| CellError::of(column, error))
    };
    Ok((end("from")?, end("to")?))
}

fn readings(cells: &Cells<'_>) -> Result<Value, CellError> {
    match (cells.number("start")?, cells.number("end")?) {
        (None, None) => Ok(Value::Null),
        (Some(start), Some(end)) => {
            let meter = cells.need("meter")?;
            Ok(json!({"end": end.to_string(), "meter": meter, "start": start.to_string()}))
        }
        (None, Some(_)) => Err(cells.missing("start")),
        (Some(_), None) => Err(cells.missing("end")),
    }
}
