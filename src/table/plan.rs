//! From a file to commands, one for each row that can be read; a contract's rows are one together.
//!
//! Invariant: a command goes through the same strict reader as one that comes as JSON, so a table
//! can say nothing that the API would not take.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::command::{Command, Malformed};
use crate::domain::event::Side;
use crate::domain::id::FirmId;
use crate::domain::states::States;
use crate::table::cell::Cells;
use crate::table::contract::{self, LineDraft};
use crate::table::error::{CellError, TableError};
use crate::table::grid::{Grid, GridRow, grid};
use crate::table::header::plain;
use crate::table::kind::Kind;
use crate::table::layout::{self, Layout};
use crate::table::mapping::{Mapping, refuse};
use crate::table::{reading, ticket};

/// What is wanted of a file.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub kind: Kind,
    pub mapping: Mapping,
    /// Of a spreadsheet; the first if absent.
    pub sheet: Option<String>,
    /// The firm's side, where rows do not tell it.
    pub role: Option<Side>,
    pub firm: FirmId,
}

/// A command before it is read.
pub struct Draft {
    /// The delivery or contract that it is about.
    pub about: String,
    pub data: Value,
    pub id: String,
    pub kind: &'static str,
    pub occurred_at: String,
}

/// What a row became.
#[derive(Clone, Debug)]
pub(super) enum Row {
    Skipped,
    Wrong(CellError),
    /// Part of the command at that place, as its line of that place.
    Part {
        command: usize,
        line: usize,
    },
}

/// A file that was read.
pub struct Plan {
    pub commands: Vec<Command>,
    /// The delivery or contract of each command.
    pub(super) about: Vec<String>,
    /// Each with its number in the file.
    pub(super) rows: Vec<(u64, Row)>,
    pub(super) layout: Layout,
    pub(super) grid: Grid,
}

/// Reads a file as rows of a kind, against what the ledger holds now.
pub fn read<S: States>(bytes: &[u8], wanted: &Wanted, states: &S) -> Result<Plan, TableError> {
    let mut grid = grid(bytes, wanted.sheet.as_deref())?;
    let layout = Layout::find(wanted.kind, &grid, &wanted.mapping)?;
    let rows = grid.rows.split_off(layout.header);
    if rows.is_empty() {
        return Err(TableError::new("table_empty", "the table has a header and no rows"));
    }
    let role = match (wanted.role, layout.mapping.constant("role")) {
        (Some(role), _) => Some(role),
        (None, None) => None,
        (None, Some("sender")) => Some(Side::Supplier),
        (None, Some("receiver")) => Some(Side::Receiver),
        (None, Some(_)) => return Err(refuse("role is `sender` or `receiver`".to_owned())),
    };
    let mut plan = Plan { commands: Vec::new(), about: Vec::new(), rows: Vec::new(), layout, grid };
    match wanted.kind {
        Kind::Contracts => plan.contracts(&rows, states, &wanted.firm),
        Kind::Tickets => {
            plan.each(&rows, &wanted.firm, |cells| ticket::draft(cells, states, &wanted.firm, role))
        }
        Kind::Readings => {
            plan.each(&rows, &wanted.firm, |cells| reading::draft(cells, states, &wanted.firm))
        }
    }
    Ok(plan)
}

/// The headers of a file, also of one that can't be read as rows of its kind yet.
pub fn headers(bytes: &[u8], wanted: &Wanted) -> Result<Vec<String>, TableError> {
    let grid = grid(bytes, wanted.sheet.as_deref())?;
    Ok(layout::seen(wanted.kind, &grid, &wanted.mapping))
}

impl Plan {
    /// The mapping that was used, with what was found by names.
    pub fn mapping(&self) -> &Mapping {
        &self.layout.mapping
    }

    /// A command for each row.
    fn each(
        &mut self,
        rows: &[GridRow],
        firm: &FirmId,
        draft: impl Fn(&Cells<'_>) -> Result<Draft, CellError>,
    ) {
        for row in rows {
            let read = if is_total(row) {
                Row::Skipped
            } else {
                let draft = draft(&Cells { layout: &self.layout, row });
                match draft.and_then(|draft| self.command(firm, draft)) {
                    Ok(command) => Row::Part { command, line: 0 },
                    Err(error) => Row::Wrong(error),
                }
            };
            self.rows.push((row.number, read));
        }
    }

    /// A command for all rows of one contract; none if one of them is wrong.
    fn contracts<S: States>(&mut self, rows: &[GridRow], states: &S, firm: &FirmId) {
        let mut groups: BTreeMap<String, Vec<(usize, LineDraft)>> = BTreeMap::new();
        let mut order = Vec::new();
        let mut wrong: BTreeMap<String, u64> = BTreeMap::new();
        for (place, row) in rows.iter().enumerate() {
            let cells = Cells { layout: &self.layout, row };
            if is_total(row) {
                self.rows.push((row.number, Row::Skipped));
                continue;
            }
            let read = contract::line(&cells, states, firm).and_then(|line| {
                let group = groups.entry(line.contract.clone()).or_default();
                let first = group.first().map(|(_, first)| first);
                first.map_or(Ok(()), |first| contract::agrees(first, &line))?;
                if group.is_empty() {
                    order.push(line.contract.clone());
                }
                let part = Row::Part { command: usize::MAX, line: group.len() };
                group.push((place, line));
                Ok(part)
            });
            let read = read.unwrap_or_else(|error| {
                if let Ok(contract) = crate::table::shared::contract_id(&cells, firm) {
                    wrong.entry(contract).or_insert(row.number);
                }
                Row::Wrong(error)
            });
            self.rows.push((row.number, read));
        }
        for name in order {
            let (places, lines): (Vec<_>, Vec<_>) =
                groups.remove(&name).unwrap_or_default().into_iter().unzip();
            let made = match wrong.get(&name) {
                Some(row) => Err(bad_contract(*row)),
                None => self.command(firm, contract::draft(firm, &lines)),
            };
            for (line, place) in places.into_iter().enumerate() {
                self.rows[place].1 = match &made {
                    Ok(command) => Row::Part { command: *command, line },
                    Err(error) => Row::Wrong(error.clone()),
                };
            }
        }
    }

    /// Reads a draft strictly, and adds the command.
    fn command(&mut self, firm: &FirmId, draft: Draft) -> Result<usize, CellError> {
        let Draft { about, data, id, kind, occurred_at } = draft;
        // serde_json keeps members in alphabetical order, which is the canonical one.
        let envelope = json!({
            "actor": firm, "data": data, "id": id, "occurred_at": occurred_at, "type": kind,
        });
        let command = Command::parse(&envelope.to_string()).map_err(|error| self.cell(error))?;
        self.commands.push(command);
        self.about.push(about);
        Ok(self.commands.len() - 1)
    }

    /// What the strict reader says, with the column that the member came from.
    fn cell(&self, error: Malformed) -> CellError {
        let Malformed { pointer, code, message } = error;
        let (column, _) = self.layout.kind.spec().column_of(&pointer);
        let column = column.map(|column| column.name.clone());
        CellError { column, code: code.to_owned(), message }
    }
}

pub(super) fn bad_contract(row: u64) -> CellError {
    let message = format!("row {row} is of the same contract and is wrong; it goes in as a whole");
    CellError { column: None, code: "row_of_bad_contract".to_owned(), message }
}

/// Whether a row is a sum of those above it.
fn is_total(row: &GridRow) -> bool {
    let first = row.cells.iter().find(|cell| !cell.is_empty());
    let totals =
        ["合计", "总计", "小计", "本页合计", "本页小计", "total", "totals", "sum", "subtotal"];
    first.is_some_and(|first| totals.contains(&&*plain(first)))
}
