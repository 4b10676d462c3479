//! The cells of one row, each read as what its column is.

use serde_json::{Value, json};

use crate::domain::decimal::Decimal;
use crate::domain::quantity::Quantity;
use crate::domain::value_error::{ValueError, shown};
use crate::table::error::CellError;
use crate::table::grid::GridRow;
use crate::table::header::plain;
use crate::table::layout::Layout;
use crate::table::number::{self, split};
use crate::table::unit::{self, TableUnit};

/// One row through its layout.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    pub layout: &'a Layout,
    pub row: &'a GridRow,
}

impl Cells<'_> {
    /// What a column says: the cell, else the constant; through the mapping's values.
    pub fn text(&self, column: &str) -> Option<String> {
        let Layout { mapping, .. } = self.layout;
        let cell = self.layout.place(column).and_then(|place| self.row.cells.get(place));
        let cell = cell.map(String::as_str).filter(|cell| !cell.is_empty());
        let text = cell.or_else(|| mapping.constant(column))?;
        let meaning = mapping.values.get(column).and_then(|values| values.get(text));
        Some(meaning.map_or_else(|| text.to_owned(), Clone::clone))
    }

    pub fn need(&self, column: &str) -> Result<String, CellError> {
        self.text(column).ok_or_else(|| self.missing(column))
    }

    pub fn missing(&self, column: &str) -> CellError {
        let says = self.layout.kind.spec().column(column).map(|column| column.says_en.as_str());
        CellError::missing(column, format!("the cell is empty: {}", says.unwrap_or_default()))
    }

    /// A word of the API, or what people write for it. What is neither is left for the command's
    /// own reader to refuse.
    pub fn word(&self, column: &str) -> Option<String> {
        let text = self.text(column)?;
        let words = &self.layout.kind.spec().column(column)?.words;
        let wanted = plain(&text);
        let is = |known: &str| plain(known) == wanted;
        let found = words.iter().find(|(word, all)| is(word) || all.iter().any(|one| is(one)));
        Some(found.map_or(text, |(word, _)| word.clone()))
    }

    pub fn number(&self, column: &str) -> Result<Option<Decimal>, CellError> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let text = text.trim_end_matches(['%', '％']);
        number::parse(text, self.layout.mark)
            .map(Some)
            .map_err(|error| CellError::of(column, error))
    }

    /// A quantity, in the unit that the cell, the header, the row or the mapping tells.
    pub fn quantity(&self, column: &str) -> Result<Option<Quantity>, CellError> {
        let Some((number, unit)) = self.amount(column)? else { return Ok(None) };
        let wrong = |error: ValueError| CellError::of(column, error);
        let number = unit.scale(&number).map_err(wrong)?;
        let unit = unit.unit().ok_or_else(|| {
            let message = "a quantity is stated in a unit of mass, volume or energy, not in money";
            CellError::new(column, "unknown_unit", message)
        })?;
        Quantity::from_decimal(&number, unit).map(Some).map_err(wrong)
    }

    /// An amount of money, as the API takes it.
    pub fn money(&self, column: &str) -> Result<Option<Value>, CellError> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let (digits, behind) = split(&text);
        let wrong = |error: ValueError| CellError::of(column, error);
        let mut number = number::parse(&digits, self.layout.mark).map_err(wrong)?;
        let header = self.layout.place(column).and_then(|at| self.layout.headers[at].unit);
        let times = match behind.as_str() {
            "" => header,
            behind => Some(unit::parse(behind).map_err(wrong)?),
        };
        if let Some(times) = times {
            number = times.scale(&number).map_err(wrong)?;
        }
        let currency = match (self.layout.mapping.constant("currency"), self.remark(column)) {
            (Some(currency), _) => currency,
            (None, Some(remark)) if names_money(remark) => {
                let message = format!(
                    "the header says {}; name the currency by its code in the mapping's constant \
                     `currency`, as USD",
                    shown(remark)
                );
                return Err(CellError::new(column, "unknown_currency", message));
            }
            (None, _) => "CNY",
        };
        Ok(Some(json!({"amount": number.to_string(), "currency": currency})))
    }

    /// What stands in the brackets of a column's header and is no unit.
    fn remark(&self, column: &str) -> Option<&str> {
        let place = self.layout.place(column)?;
        self.layout.headers[place].remark.as_deref()
    }

    fn amount(&self, column: &str) -> Result<Option<(Decimal, TableUnit)>, CellError> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let (digits, behind) = split(&text);
        let wrong = |error: ValueError| CellError::of(column, error);
        if digits.is_empty() {
            let message = format!("{} is no number; write digits, as 31.20", shown(&text));
            return Err(CellError::new(column, "malformed_number", message));
        }
        let number = number::parse(&digits, self.layout.mark).map_err(wrong)?;
        let header = self.layout.place(column).and_then(|at| self.layout.headers[at].unit);
        // A unit that nobody takes must not be passed over for another.
        let refused = self.remark(column).filter(|_| behind.is_empty()).and_then(unit::refused);
        if let Some(error) = refused {
            return Err(wrong(error));
        }
        let unit = match (behind.as_str(), header, self.text("unit")) {
            ("", Some(unit), _) => unit,
            ("", None, Some(unit)) => {
                unit::parse(&unit).map_err(|error| CellError::of("unit", error))?
            }
            ("", None, None) => {
                let message = "no unit is told; write it into the header, as 毛重(kg), into a \
                               column `unit`, or into the mapping's constants";
                return Err(CellError::new(column, "unknown_unit", message));
            }
            (behind, _, _) => unit::parse(behind).map_err(wrong)?,
        };
        Ok(Some((number, unit)))
    }
}

/// Whether a remark tells a currency: 美元, USD, €.
fn names_money(remark: &str) -> bool {
    let is_code =
        |word: &str| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    remark.contains(['元', '镑', '$', '€', '£', '¥'])
        || remark.split(|letter: char| !letter.is_ascii_alphanumeric()).any(is_code)
}

/// A quantity as the API takes it.
pub fn json(quantity: &Quantity) -> Value {
    serde_json::to_value(quantity).expect("a quantity is JSON")
}

/// An object without the members that are null.
pub fn object(mut value: Value) -> Value {
    if let Value::Object(members) = &mut value {
        members.retain(|_, member| !member.is_null());
    }
    value
}
