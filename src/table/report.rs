//! What came of a table, row by row.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::CommandId;
use crate::domain::shapes::Nonconformity;
use crate::table::error::CellError;
use crate::table::kind::Kind;
use crate::table::mapping::Mapping;
use crate::table::plan::{Plan, Row, bad_contract};

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Taken {
        already_in: bool,
        nonconformities: Vec<Nonconformity>,
        /// Position of its last record; none of what would be recorded.
        position: Option<u64>,
    },
    /// With the RFC 6901 pointer of the member that is wrong.
    Refused { code: String, message: String, pointer: String },
}

/// What came of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TableReport)]
pub struct Report {
    /// How many rows are in, or would be: those that were in already too.
    #[schema(minimum = 0)]
    pub accepted: u64,
    /// How many of those were in already.
    #[schema(minimum = 0)]
    pub already_in: u64,
    /// Of a text file: what stands between its cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1)]
    pub delimiter: Option<String>,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Of a text file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "gb18030")]
    pub encoding: Option<String>,
    pub kind: Kind,
    /// The mapping that was used; sent again, it reads the table in the same way.
    pub mapping: Mapping,
    /// How many rows break a rule that the record notes.
    #[schema(minimum = 0)]
    pub nonconforming: u64,
    #[schema(max_items = 100_000)]
    pub rows: Vec<RowReport>,
    /// Of a spreadsheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Rows that are sums of others.
    #[schema(minimum = 0)]
    pub skipped: u64,
    /// Headers that no column took.
    #[schema(max_items = 200)]
    pub unused: Vec<String>,
    /// How many rows are not in.
    #[schema(minimum = 0)]
    pub wrong: u64,
}

/// What came of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TableRow)]
pub struct RowReport {
    /// The delivery or contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Of a row that is wrong: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of a row that is wrong: the column, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandId>,
    /// That column's header, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Of a row that is wrong: what would be right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nonconformities: Vec<Nonconformity>,
    /// Position of the last record of its command; absent where nothing was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub position: Option<u64>,
    /// Its line in a text file, or row of a sheet; from 1.
    #[schema(minimum = 1)]
    pub row: u64,
    pub status: RowStatus,
}

/// Whether a row is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TableRowStatus)]
pub enum RowStatus {
    /// It is in now, or would be.
    Ok,
    /// It was in already, the same.
    AlreadyIn,
    Wrong,
    /// It is a sum of others.
    Skipped,
}

impl Plan {
    /// The report, given what became of each command.
    pub fn report(self, outcomes: &[Outcome], dry_run: bool) -> Report {
        assert_eq!(outcomes.len(), self.commands.len(), "one outcome a command");
        let rows = self.row_reports(outcomes);
        let count = |is: &dyn Fn(&RowReport) -> bool| rows.iter().filter(|row| is(row)).count();
        let of = |status| count(&|row| row.status == status) as u64;
        let nonconforming = count(&|row| !row.nonconformities.is_empty()) as u64;
        Report {
            accepted: of(RowStatus::Ok) + of(RowStatus::AlreadyIn),
            already_in: of(RowStatus::AlreadyIn),
            delimiter: self.grid.delimiter.map(String::from),
            dry_run,
            encoding: self.grid.encoding.map(str::to_owned),
            kind: self.layout.kind,
            nonconforming,
            sheet: self.grid.sheet.clone(),
            skipped: of(RowStatus::Skipped),
            unused: self.layout.unused(),
            wrong: of(RowStatus::Wrong),
            mapping: self.layout.mapping,
            rows,
        }
    }

    fn row_reports(&self, outcomes: &[Outcome]) -> Vec<RowReport> {
        let mut first_rows: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for (number, row) in &self.rows {
            if let Row::Part { command, line } = row {
                first_rows.insert((*command, *line), *number);
            }
        }
        let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
        let mut reports = Vec::with_capacity(self.rows.len());
        for (number, row) in &self.rows {
            let mut report = empty(*number);
            match row {
                Row::Skipped => report.status = RowStatus::Skipped,
                Row::Wrong(error) => self.wrong(&mut report, error.clone()),
                Row::Part { command, line } => {
                    let id = &self.commands[*command].id;
                    report.about = Some(self.about[*command].clone());
                    report.command = Some(id.clone());
                    // The same ticket twice in one file: the second one is in already.
                    let first = *ids.entry(id.as_str()).or_insert(*command);
                    match &outcomes[*command] {
                        Outcome::Taken { already_in, nonconformities, position } => {
                            let again = *already_in || first != *command;
                            report.status =
                                if again { RowStatus::AlreadyIn } else { RowStatus::Ok };
                            report.nonconformities.clone_from(nonconformities);
                            report.position = *position;
                        }
                        Outcome::Refused { code, message, pointer } => {
                            let error = (code.as_str(), message.as_str(), pointer.as_str());
                            let error = self.refused(error, (*command, *line), &first_rows);
                            self.wrong(&mut report, error);
                        }
                    }
                }
            }
            reports.push(report);
        }
        reports
    }

    /// A refusal of a command, as the row sees it that is one of the command's lines.
    fn refused(
        &self,
        (code, message, pointer): (&str, &str, &str),
        (command, line): (usize, usize),
        rows: &BTreeMap<(usize, usize), u64>,
    ) -> CellError {
        let (column, place) = self.layout.kind.spec().column_of(pointer);
        let other = place.filter(|place| *place != line);
        if let Some(row) = other.and_then(|place| rows.get(&(command, place))) {
            return bad_contract(*row);
        }
        let column = column.map(|column| column.name.clone());
        CellError { column, code: code.to_owned(), message: message.to_owned() }
    }

    fn wrong(&self, report: &mut RowReport, error: CellError) {
        let CellError { column, code, message } = error;
        report.status = RowStatus::Wrong;
        let written = column.as_deref().and_then(|column| self.layout.written(column));
        report.header = written.map(str::to_owned);
        report.column = column;
        report.code = Some(code);
        report.message = Some(message);
    }
}

fn empty(row: u64) -> RowReport {
    RowReport {
        about: None,
        code: None,
        column: None,
        command: None,
        header: None,
        message: None,
        nonconformities: Vec::new(),
        position: None,
        row,
        status: RowStatus::Ok,
    }
}
