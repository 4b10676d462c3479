//! A weighbridge ticket as the dispatch or receipt of a load.

use serde_json::{Value, json};

use crate::domain::event::Side;
use crate::domain::id::{DeliveryId, FirmId};
use crate::domain::quantity::Quantity;
use crate::domain::states::States;
use crate::table::cell::{Cells, json, object};
use crate::table::error::CellError;
use crate::table::plan::Draft;
use crate::table::shared::{Place, id_or_made, made, place};
use crate::table::time;

pub fn draft<S: States>(
    cells: &Cells<'_>,
    states: &S,
    firm: &FirmId,
    role: Option<Side>,
) -> Result<Draft, CellError> {
    let side = direction(cells)?.or(role);
    let place = place(cells, states, firm, side)?;
    parties(cells, &place)?;
    let weighed_at = cells.need("weighed_at")?;
    let weighed_at = time::instant(&weighed_at, &place.zone)
        .map_err(|error| CellError::of("weighed_at", error))?
        .to_string();
    let (measured, weighing) = measured(cells, &weighed_at)?;
    let mut key = vec!["ticket", firm.as_str()];
    key.extend(weighing.iter().map(String::as_str));
    let contract = place.contract.state.contract.as_str();
    let delivery = match cells.text("delivery") {
        Some(text) => id_or_made(text, DeliveryId::PREFIX, &["delivery", contract]),
        None => made(DeliveryId::PREFIX, &key),
    };
    let mut data = json!({
        "contract": contract,
        "delivery": delivery,
        "line": place.line,
        "measured": measured,
        "plate": cells.text("plate"),
    });
    let kind = match place.side {
        Side::Receiver => "receive_delivery",
        Side::Supplier => {
            data["call_off"] = cells.text("call_off").into();
            data["carrier"] = cells.text("carrier").into();
            data["driver"] = cells.text("driver").into();
            data["manifests"] = manifests(cells)?;
            "dispatch_delivery"
        }
    };
    key.push(kind);
    let id = made("cmd_", &key);
    Ok(Draft { about: delivery, data: object(data), id, kind, occurred_at: weighed_at })
}

fn direction(cells: &Cells<'_>) -> Result<Option<Side>, CellError> {
    match cells.word("direction").as_deref() {
        None => Ok(None),
        Some("sender") => Ok(Some(Side::Supplier)),
        Some("receiver") => Ok(Some(Side::Receiver)),
        Some(_) => {
            let right = "write `sender` or `receiver`, 发货 or 收货";
            Err(CellError::new("direction", "malformed_text", right))
        }
    }
}

/// Names of firms are written in many ways; only ids are held against the contract.
fn parties(cells: &Cells<'_>, place: &Place) -> Result<(), CellError> {
    let contract = &place.contract.state;
    for (column, party) in [("sender", &contract.supplier), ("receiver", &contract.receiver)] {
        let Some(text) = cells.text(column) else { continue };
        let ids = [party.firm.as_str(), party.site.as_str()];
        let is_id = text.starts_with("frm_") || text.starts_with("sit_");
        if is_id && !ids.contains(&&*text) {
            let message = format!("{} has {} there, not {text}", contract.contract, ids[0]);
            return Err(CellError::new(column, "row_contradicts", message));
        }
    }
    Ok(())
}

/// What was measured, and what tells the weighing from others.
fn measured(cells: &Cells<'_>, weighed_at: &str) -> Result<(Value, Vec<String>), CellError> {
    let (gross, tare) = (cells.quantity("gross")?, cells.quantity("tare")?);
    let net = cells.quantity("net")?;
    let number = cells.need("ticket")?;
    let (gross, tare) = match (gross, tare) {
        (Some(gross), Some(tare)) => (gross, tare),
        (None, None) => return stated(cells, net, number),
        (None, Some(_)) => return Err(cells.missing("gross")),
        (Some(_), None) => return Err(cells.missing("tare")),
    };
    let net = match net {
        Some(net) => net,
        None => gross.checked_sub(&tare).map_err(|error| CellError::of("tare", error))?,
    };
    let scale = cells.need("scale")?;
    let method = cells.word("method").unwrap_or_else(|| "weighed".to_owned());
    let measured = json!({
        "method": method,
        "quantity": json(&net),
        "ticket": {
            "gross": json(&gross),
            "number": number,
            "scale": scale,
            "tare": json(&tare),
            "weighed_at": weighed_at,
        },
    });
    Ok((measured, vec![scale, number]))
}

/// A net weight alone proves nothing, so it says how it was come by.
fn stated(
    cells: &Cells<'_>,
    net: Option<Quantity>,
    number: String,
) -> Result<(Value, Vec<String>), CellError> {
    let Some(net) = net else { return Err(cells.missing("gross")) };
    let method = cells.word("method").filter(|method| method != "weighed").ok_or_else(|| {
        let message = "what was weighed has gross and tare; where there is a net weight alone, say \
                       how it was come by in a column `method`, as `declared` or `estimated`";
        CellError::missing("gross", message)
    })?;
    Ok((json!({"method": method, "quantity": json(&net)}), vec![String::new(), number]))
}

fn manifests(cells: &Cells<'_>) -> Result<Value, CellError> {
    match (cells.text("manifest"), cells.text("manifest_scheme")) {
        (None, _) => Ok(Value::Null),
        (Some(number), Some(scheme)) => Ok(json!([{"number": number, "scheme": scheme}])),
        (Some(_), None) => Err(cells.missing("manifest_scheme")),
    }
}
