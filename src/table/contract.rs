//! Rows of one contract number as one proposal, a line each.

use serde_json::{Value, json};

use crate::domain::id::FirmId;
use crate::domain::state::Site;
use crate::domain::states::States;
use crate::domain::value_error::shown;
use crate::table::cell::{Cells, json, object};
use crate::table::error::CellError;
use crate::table::plan::Draft;
use crate::table::shared::{contract_id, made, zone};
use crate::table::{time, unit};

/// A row that is a line of a contract: what the contract says, and the line.
#[derive(Clone, Debug, PartialEq)]
pub struct LineDraft {
    pub contract: String,
    /// All but the lines; the same in each row of a contract.
    head: Value,
    occurred_at: String,
    line: Value,
}

pub fn line<S: States>(
    cells: &Cells<'_>,
    states: &S,
    firm: &FirmId,
) -> Result<LineDraft, CellError> {
    let contract = contract_id(cells, firm)?;
    let supplier = cells.need("supplier")?;
    let site = states.find::<Site>(&supplier).ok_or_else(|| {
        let message = format!(
            "{} is no site; write its id `sit_…`, or say which it is in the mapping's values",
            shown(&supplier)
        );
        CellError::new("supplier", "unknown_site", message)
    })?;
    let zone = zone(cells, states, &site.state.park);
    let signed_on = cells.need("signed_on")?;
    let signed_on = time::instant_or_day(&signed_on, &zone)
        .map_err(|error| CellError::of("signed_on", error))?;
    let day = |column: &str| {
        let day = time::day(&cells.need(column)?).map_err(|error| CellError::of(column, error))?;
        Ok::<_, CellError>(day.to_string())
    };
    let head = object(json!({
        "contract": contract,
        "kind": cells.word("kind").ok_or_else(|| cells.missing("kind"))?,
        "listing": cells.text("listing"),
        "receiver": cells.need("receiver")?,
        "supplier": supplier,
        "term": {"from": day("from")?, "to": day("to")?},
    }));
    let quantity = cells.quantity("quantity")?.ok_or_else(|| cells.missing("quantity"))?;
    let fate = cells.word("baseline_fate").ok_or_else(|| cells.missing("baseline_fate"))?;
    let line = object(json!({
        "baseline_fate": fate,
        "line": number(cells)?,
        "material": cells.need("material")?,
        "minimum": cells.quantity("minimum")?.as_ref().map(json),
        "price": price(cells)?,
        "quantity": json(&quantity),
        "tolerance_percent": cells.number("tolerance_percent")?.map(|number| number.to_string()),
        "window": cells.word("window"),
    }));
    Ok(LineDraft { contract, head, occurred_at: signed_on.to_string(), line })
}

fn number(cells: &Cells<'_>) -> Result<Option<u16>, CellError> {
    let Some(text) = cells.text("line") else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let message = format!("{} is no line; a line is 1, 2, 3 …", shown(&text));
        CellError::new("line", "malformed_number", message)
    })
}

fn price(cells: &Cells<'_>) -> Result<Option<Value>, CellError> {
    let direction = cells.word("price_direction");
    let amount = cells.money("price")?;
    let direction = match (direction, &amount) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(cells.missing("price_direction")),
        (Some(direction), _) => direction,
    };
    let per = cells.text("price_per").map(|text| unit::parse(&text)).transpose();
    let per = per.map_err(|error| CellError::of("price_per", error))?;
    let header = || cells.layout.place("price").and_then(|at| cells.layout.headers[at].per);
    let per = per.or_else(header).map(|unit| {
        unit.plain().ok_or_else(|| {
            let message = "a price is for one plain unit, as 吨 or GJ; write it for that";
            CellError::new("price_per", "unknown_unit", message)
        })
    });
    let per = per.transpose()?.map(|unit| unit.code());
    Ok(Some(object(json!({"amount": amount, "direction": direction, "per": per}))))
}

/// What a row says otherwise than the first one of its contract.
pub fn agrees(first: &LineDraft, next: &LineDraft) -> Result<(), CellError> {
    let same = |member: &str| first.head.get(member) == next.head.get(member);
    let members = [("kind", "kind"), ("supplier", "supplier"), ("receiver", "receiver")];
    let other = members.iter().find(|(member, _)| !same(member)).map(|(_, column)| *column);
    let other = other.or_else(|| (!same("term")).then_some("from"));
    let other = other.or_else(|| (!same("listing")).then_some("listing"));
    let other = other.or_else(|| (first.occurred_at != next.occurred_at).then_some("signed_on"));
    let Some(column) = other else { return Ok(()) };
    let message = "the first row of this contract says otherwise; all its rows agree in this";
    Err(CellError::new(column, "row_contradicts", message))
}

/// The proposal of a contract with these lines, at least one.
pub fn draft(firm: &FirmId, lines: &[LineDraft]) -> Draft {
    let LineDraft { contract, head, occurred_at, .. } = lines[0].clone();
    let numbered = lines.iter().zip(1_usize..).map(|(line, number)| {
        let mut line = line.line.clone();
        if line.get("line").is_none() {
            line["line"] = number.into();
        }
        line
    });
    let mut data = head;
    data["lines"] = numbered.collect();
    let id = made("cmd_", &["propose", firm.as_str(), &contract]);
    Draft { about: contract, data, id, kind: "propose_contract", occurred_at }
}
