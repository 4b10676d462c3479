//! What tickets and readings share: the contract and its line, the side, the clock; and how ids are
//! made.

use std::sync::Arc;

use crate::domain::event::Side;
use crate::domain::id::{ContractId, FirmId, ParkId};
use crate::domain::state::{Contract, Material, Park};
use crate::domain::states::{States, Stored};
use crate::domain::time::Zone;
use crate::domain::value_error::shown;
use crate::merkle;
use crate::table::cell::Cells;
use crate::table::error::CellError;

/// So many hexadecimal digits of a hash make an id.
const ID_DIGITS: usize = 40;

/// An id that the same parts always give.
pub fn made(prefix: &str, parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        // With its length, so that no two lists of parts are alike.
        text.push_str(&format!("{}:{part}\n", part.len()));
    }
    let hash: String = merkle::plain(text.as_bytes()).0.map(|byte| format!("{byte:02x}")).concat();
    format!("{prefix}t-{}", &hash[..ID_DIGITS])
}

/// An id as it stands there, or made from a number that others gave.
pub fn id_or_made(text: String, prefix: &str, parts: &[&str]) -> String {
    if text.starts_with(prefix) { text } else { made(prefix, &[parts, &[&text]].concat()) }
}

/// Where a row belongs.
pub struct Place {
    pub contract: Arc<Stored<Contract>>,
    pub line: u16,
    /// The side of the firm.
    pub side: Side,
    pub zone: Zone,
}

pub fn contract_id(cells: &Cells<'_>, firm: &FirmId) -> Result<String, CellError> {
    Ok(id_or_made(cells.need("contract")?, ContractId::PREFIX, &["contract", firm.as_str()]))
}

/// The contract, line and clock of a row. `side` is what the row or the caller says of it.
pub fn place<S: States>(
    cells: &Cells<'_>,
    states: &S,
    firm: &FirmId,
    side: Option<Side>,
) -> Result<Place, CellError> {
    let written = cells.need("contract")?;
    let id = contract_id(cells, firm)?;
    let contract = states.find::<Contract>(&id).filter(|contract| {
        [&contract.state.supplier, &contract.state.receiver].iter().any(|it| it.firm == *firm)
    });
    let contract = contract.ok_or_else(|| {
        let message = format!(
            "{firm} has no contract {}; write its id `ctr_…`, or say which it is in the mapping's \
             values",
            shown(&written)
        );
        CellError::new("contract", "unknown_contract", message)
    })?;
    let state = &contract.state;
    let own = (state.supplier.firm == *firm, state.receiver.firm == *firm);
    let side = match (side, own) {
        (Some(side), _) => side,
        (None, (true, false)) => Side::Supplier,
        (None, (false, _)) => Side::Receiver,
        (None, (true, true)) => {
            let message = format!(
                "{firm} is both sides of {id}; say `sender` or `receiver` in a column `direction` \
                 or as the role"
            );
            return Err(CellError::new("direction", "row_unclear", message));
        }
    };
    let line = line(cells, states, state)?;
    let party = match side {
        Side::Supplier => &state.supplier,
        Side::Receiver => &state.receiver,
    };
    let zone = zone(cells, states, &party.park);
    Ok(Place { line, side, zone, contract: Arc::clone(&contract) })
}

/// The clock of the park, unless the mapping names another.
pub fn zone<S: States>(cells: &Cells<'_>, states: &S, park: &ParkId) -> Zone {
    let utc = || "UTC".parse().expect("this zone is in the table");
    let park = || states.find::<Park>(park.as_str()).map(|park| park.state.zone);
    cells.layout.zone.or_else(park).unwrap_or_else(utc)
}

/// The line that a row names, or that its material tells, or the only one.
fn line<S: States>(cells: &Cells<'_>, states: &S, contract: &Contract) -> Result<u16, CellError> {
    if let Some(text) = cells.text("line") {
        return text.parse().map_err(|_| {
            let message = format!("{} is no line; a line is 1, 2, 3 …", shown(&text));
            CellError::new("line", "malformed_number", message)
        });
    }
    let Some(material) = cells.text("material") else {
        return match &contract.lines[..] {
            [line] => Ok(line.line),
            lines => {
                let message = format!(
                    "{} has {} lines; name the line, or the material",
                    contract.contract,
                    lines.len()
                );
                Err(CellError::new("line", "row_unclear", message))
            }
        };
    };
    let name = |id: &str| states.find::<Material>(id).map(|material| material.state.name.clone());
    let is_it = |id: &str| id == material || name(id).is_some_and(|name| name.as_str() == material);
    let mut lines = contract.lines.iter().filter(|line| is_it(line.material.material.as_str()));
    match (lines.next(), lines.next()) {
        (Some(line), None) => Ok(line.line),
        (Some(_), Some(_)) => {
            let message = format!("{} has several lines of it; name the line", contract.contract);
            Err(CellError::new("line", "row_unclear", message))
        }
        (None, _) => {
            let there = contract.lines.iter().map(|line| {
                let id = line.material.material.as_str();
                name(id).map_or_else(|| id.to_owned(), |name| format!("{id} ({name})"))
            });
            let message = format!(
                "{} is no material of {}, which has {}; write one of these, or say what it is in \
                 the mapping's values",
                shown(&material),
                contract.contract,
                there.collect::<Vec<_>>().join(", ")
            );
            Err(CellError::new("material", "unknown_material", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_made_of_their_parts_and_of_nothing_else() {
        let id = made("dlv_", &["a", "bc"]);
        assert_eq!(id, made("dlv_", &["a", "bc"]));
        assert!(id.parse::<crate::domain::id::DeliveryId>().is_ok());
        assert_ne!(id, made("dlv_", &["ab", "c"]));
        assert_eq!(id_or_made("ctr_a".to_owned(), "ctr_", &[]), "ctr_a");
        assert_eq!(id_or_made("7".to_owned(), "ctr_", &["f"]), made("ctr_", &["f", "7"]));
    }
}
