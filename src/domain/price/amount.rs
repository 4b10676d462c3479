//! From prices, deliveries, assays and index values to what is due for a window. Pure.
//!
//! Invariant: a value that a formula needs and nobody has stated is asked for, never taken as zero;
//! a value that is given for what is not in the window is refused, because it is a slip.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decimal::Decimal;
use crate::domain::id::DeliveryId;
use crate::domain::money::{Currency, Money};
use crate::domain::number::Number;
use crate::domain::price::formula::{
    Change, IndexClause, PriceFormula, QualityAdjustment, Rounding, Side, Steps,
};
use crate::domain::quantity::Quantity;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::shapes::{AdjustmentSign, PriceDirection};
use crate::domain::text::Text;
use crate::domain::time::Day;
use crate::domain::unit::Unit;

/// Digits after the point of an exact amount where it is shown to people.
const SHOWN_DIGITS: u8 = 6;

/// A property's value, as the parties state it: of one delivery, of all of a line, or of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assay {
    /// Absent: of every delivery of which nothing closer is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    /// Of the contract; absent: of every line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u16>,
    pub property: Text,
    pub value: Decimal,
}

/// An index's value for the window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = IndexValue)]
#[serde(deny_unknown_fields)]
pub struct IndexValue {
    pub index: Text,
    pub value: Decimal,
}

/// What the parties state so that an amount can be computed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AmountInput)]
#[serde(deny_unknown_fields)]
pub struct Given {
    #[serde(default)]
    #[schema(max_items = 5000)]
    pub assays: Vec<Assay>,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub indexes: Vec<IndexValue>,
}

/// One delivery that is to be paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    pub delivery: DeliveryId,
    pub quantity: Quantity,
}

/// What is missing to a line's minimum in one of its own windows that ends in the settlement
/// window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    pub from: Day,
    pub to: Day,
    pub minimum: Quantity,
    pub missing: Quantity,
}

/// A line with its price as the parties know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePrice {
    pub line: u16,
    pub direction: PriceDirection,
    pub per: Unit,
    pub formula: PriceFormula,
    pub loads: Vec<Load>,
    pub shortfalls: Vec<Shortfall>,
}

/// An exact amount of money; it may be less than zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExactMoney {
    /// To six digits, for reading.
    pub amount: String,
    pub currency: Currency,
    /// The whole value: a whole number, or a fraction as `39/40`.
    pub exact: String,
}

/// What a property changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PricedAdjustment {
    /// For the delivery.
    pub amount: ExactMoney,
    /// For one unit.
    pub per_unit: ExactMoney,
    pub property: Text,
    pub value: Decimal,
}

/// What is due for one delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PricedLoad {
    pub adjustments: Vec<PricedAdjustment>,
    /// At the base price.
    pub base: ExactMoney,
    /// Properties beyond the limit of their adjustment: nothing is due for the delivery.
    pub beyond: Vec<Text>,
    pub delivery: DeliveryId,
    /// By how much the index moved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<ExactMoney>,
    pub quantity: Quantity,
    /// Base, adjustments and index; zero if it is beyond a limit.
    pub sum: ExactMoney,
}

/// What is due for less than the minimum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PricedShortfall {
    pub amount: ExactMoney,
    /// First day of the line's own window.
    pub from: Day,
    pub minimum: Quantity,
    pub missing: Quantity,
    pub to: Day,
}

/// What is due for one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PricedLine {
    pub direction: PriceDirection,
    pub line: u16,
    pub loads: Vec<PricedLoad>,
    pub per: Unit,
    pub shortfalls: Vec<PricedShortfall>,
    /// Of deliveries and shortfalls, before rounding.
    pub sum: ExactMoney,
}

/// What is due in one direction, currency and way of rounding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PricedTotal {
    /// Rounded to the currency's smallest coin. Less than zero: it is due the other way.
    pub amount: Decimal,
    pub currency: Currency,
    pub direction: PriceDirection,
    /// Before rounding.
    pub exact: ExactMoney,
    pub rounding: Rounding,
}

/// What is due for a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WindowAmount {
    pub lines: Vec<PricedLine>,
    pub totals: Vec<PricedTotal>,
}

/// What is due, given what the parties state.
pub fn amount(lines: &[LinePrice], given: &Given) -> Result<WindowAmount, Refusal> {
    let stated = Stated::of(lines, given)?;
    let mut sums: BTreeMap<(PriceDirection, Currency, Rounding), Number> = BTreeMap::new();
    let mut priced = Vec::with_capacity(lines.len());
    for line in lines {
        let (of_line, sum) = of_line(line, &stated)?;
        let key = (line.direction, line.formula.base.currency(), line.formula.rounding);
        let total = sums.entry(key).or_insert_with(|| Number::integer(0));
        *total = total.plus(&sum);
        priced.push(of_line);
    }
    let total = |((direction, currency, rounding), sum): (_, Number)| {
        let digits = Currency::minor_digits(&currency);
        let text = match rounding {
            Rounding::HalfAwayFromZero => sum.text(digits),
            Rounding::HalfEven => sum.text_half_even(digits),
        };
        let too_large = |_| {
            let message = format!("what is due is {text} {currency}; no amount is so large");
            Refusal::new(Code::AmountTooLarge, "", message)
        };
        let amount = text.parse().map_err(too_large)?;
        let exact = ExactMoney::of(&sum, currency);
        Ok(PricedTotal { amount, currency, direction, exact, rounding })
    };
    Ok(WindowAmount {
        lines: priced,
        totals: sums.into_iter().map(total).collect::<Result<_, _>>()?,
    })
}

impl ExactMoney {
    fn of(value: &Number, currency: Currency) -> ExactMoney {
        ExactMoney { amount: value.text(SHOWN_DIGITS), currency, exact: value.fraction() }
    }
}

/// Assays and index values by what they are of.
struct Stated<'a> {
    /// By property, line and delivery; the closest counts.
    assays: BTreeMap<(&'a str, Option<u16>, Option<&'a str>), &'a Decimal>,
    indexes: BTreeMap<&'a str, &'a Decimal>,
}

impl<'a> Stated<'a> {
    fn of(lines: &[LinePrice], given: &'a Given) -> Result<Stated<'a>, Refusal> {
        let mut stated = Stated { assays: BTreeMap::new(), indexes: BTreeMap::new() };
        for (place, assay) in given.assays.iter().enumerate() {
            let at = |member: &str| format!("/assays/{place}/{member}");
            let Assay { delivery, line, property, value } = assay;
            let delivery = delivery.as_ref().map(DeliveryId::as_str);
            let of = lines.iter().filter(|one| line.is_none_or(|line| line == one.line));
            let mut of = of.peekable();
            if let Some(line) = line.filter(|_| of.peek().is_none()) {
                let message = format!("line {line} has no price in this window");
                return Err(Refusal::new(Code::UnexpectedMember, at("line"), message));
            }
            let of: Vec<_> = of.collect();
            let is_of = |one: &&LinePrice, delivery: &str| {
                one.loads.iter().any(|load| load.delivery.as_str() == delivery)
            };
            if let Some(id) = delivery.filter(|id| !of.iter().any(|one| is_of(one, id))) {
                let message = format!("{id} is not paid for in this window");
                return Err(Refusal::new(Code::UnexpectedMember, at("delivery"), message));
            }
            let prices = |one: &&LinePrice| {
                one.formula.adjustments.iter().any(|adjustment| adjustment.property == *property)
            };
            if !of.iter().any(prices) {
                let message = format!("no price of this window depends on {property}");
                return Err(Refusal::new(Code::UnexpectedMember, at("property"), message));
            }
            if stated.assays.insert((property.as_str(), *line, delivery), value).is_some() {
                let message = format!("{property} is stated twice");
                return Err(Refusal::new(Code::DuplicateMember, at("property"), message));
            }
        }
        for (place, IndexValue { index, value }) in given.indexes.iter().enumerate() {
            let at = |member: &str| format!("/indexes/{place}/{member}");
            let clauses = lines.iter().filter_map(|line| line.formula.index.as_ref());
            if !clauses.into_iter().any(|clause| clause.index == *index) {
                let message = format!("no price of this window moves with {index}");
                return Err(Refusal::new(Code::UnexpectedMember, at("index"), message));
            }
            if value.is_negative() || value.is_zero() {
                let message = format!("{index} is {value}; an index is more than zero");
                return Err(Refusal::new(Code::UnexpectedMember, at("value"), message));
            }
            if stated.indexes.insert(index.as_str(), value).is_some() {
                let message = format!("{index} is stated twice");
                return Err(Refusal::new(Code::DuplicateMember, at("index"), message));
            }
        }
        Ok(stated)
    }

    fn assay(&self, line: u16, delivery: &DeliveryId, property: &Text) -> Result<Decimal, Refusal> {
        let (name, id) = (property.as_str(), Some(delivery.as_str()));
        let closer = [(name, Some(line), id), (name, None, id)];
        let wider = [(name, Some(line), None), (name, None, None)];
        let mut keys = closer.iter().chain(&wider);
        let found = keys.find_map(|key| self.assays.get(key));
        found.map(|value| **value).ok_or_else(|| {
            let message =
                format!("the price of line {line} needs {property} of {delivery}; state an assay");
            Refusal::new(Code::AssayMissing, "/assays", message)
        })
    }

    /// By which share of itself the base price has moved.
    fn movement(&self, line: u16, clause: &IndexClause) -> Result<Number, Refusal> {
        let IndexClause { base, index, share_percent } = clause;
        let Some(value) = self.indexes.get(index.as_str()) else {
            let message = format!("the price of line {line} moves with {index}; state its value");
            return Err(Refusal::new(Code::IndexMissing, "/indexes", message));
        };
        let base = Number::of_decimal(base);
        let moved = Number::of_decimal(value).minus(&base).over(&base);
        let moved = moved.expect("a formula's index has a base of more than zero");
        Ok(percent_of(share_percent, &moved))
    }
}

fn percent_of(percent: &Decimal, of: &Number) -> Number {
    Number::of_decimal(percent).times(of).times(&Number::new(1, 100))
}

/// A line, and its exact sum.
fn of_line(line: &LinePrice, stated: &Stated<'_>) -> Result<(PricedLine, Number), Refusal> {
    let LinePrice { line: number, direction, per, formula, loads, shortfalls } = line;
    let money = |value: &Number| ExactMoney::of(value, formula.base.currency());
    let base = price_of(&formula.base);
    let take_or_pay = formula.shortfall_percent.as_ref();
    let shortfalls = take_or_pay.map_or(&[][..], |_| shortfalls.as_slice());
    let asks_index = !loads.is_empty() || !shortfalls.is_empty();
    let clause = formula.index.as_ref().filter(|_| asks_index);
    let moved = clause.map(|clause| stated.movement(*number, clause)).transpose()?;
    let moved = moved.map(|moved| base.times(&moved));
    let mut sum = Number::integer(0);
    let mut priced = Vec::with_capacity(loads.len());
    for load in loads {
        let (load, of_load) = of_load(line, load, moved.as_ref(), stated)?;
        sum = sum.plus(&of_load);
        priced.push(load);
    }
    let unit = moved.as_ref().map_or_else(|| base.clone(), |moved| base.plus(moved));
    let unit = take_or_pay.map_or(Number::integer(0), |percent| percent_of(percent, &unit));
    let mut missing = Vec::new();
    for shortfall in shortfalls {
        let due = unit.times(&units(&shortfall.missing, *per));
        sum = sum.plus(&due);
        let Shortfall { from, to, minimum, missing: quantity } = shortfall.clone();
        let amount = money(&due);
        missing.push(PricedShortfall { amount, from, minimum, missing: quantity, to });
    }
    let of_line = PricedLine {
        direction: *direction,
        line: *number,
        loads: priced,
        per: *per,
        shortfalls: missing,
        sum: money(&sum),
    };
    Ok((of_line, sum))
}

fn price_of(money: &Money) -> Number {
    Number::of_decimal(&money.amount())
}

/// A quantity in units of a price.
fn units(quantity: &Quantity, per: Unit) -> Number {
    Number::new(i128::from(quantity.amount()), i128::from(per.factor()))
}

/// A delivery, and its exact sum.
fn of_load(
    line: &LinePrice,
    load: &Load,
    moved: Option<&Number>,
    stated: &Stated<'_>,
) -> Result<(PricedLoad, Number), Refusal> {
    let formula = &line.formula;
    let money = |value: &Number| ExactMoney::of(value, formula.base.currency());
    let (base, units) = (price_of(&formula.base), units(&load.quantity, line.per));
    let (mut adjustments, mut beyond) = (Vec::new(), Vec::new());
    let mut unit = base.clone();
    for adjustment in &formula.adjustments {
        let property = &adjustment.property;
        let value = stated.assay(line.line, &load.delivery, property)?;
        if is_beyond(adjustment, &value) && !beyond.contains(property) {
            beyond.push(property.clone());
        }
        let change = change(adjustment, &base, &value);
        unit = unit.plus(&change);
        adjustments.push(PricedAdjustment {
            amount: money(&change.times(&units)),
            per_unit: money(&change),
            property: property.clone(),
            value,
        });
    }
    if let Some(moved) = moved {
        unit = unit.plus(moved);
    }
    let sum = if beyond.is_empty() { unit.times(&units) } else { Number::integer(0) };
    let load = PricedLoad {
        adjustments,
        base: money(&base.times(&units)),
        beyond,
        delivery: load.delivery.clone(),
        index: moved.map(|moved| money(&moved.times(&units))),
        quantity: load.quantity,
        sum: money(&sum),
    };
    Ok((load, sum))
}

fn is_beyond(adjustment: &QualityAdjustment, value: &Decimal) -> bool {
    adjustment.reject_beyond.is_some_and(|limit| match adjustment.direction {
        Side::Above => value.compare(&limit).is_gt(),
        Side::Below => value.compare(&limit).is_lt(),
    })
}

/// By how much a value changes the price of a unit.
fn change(adjustment: &QualityAdjustment, base: &Number, value: &Decimal) -> Number {
    let (value, basis) = (Number::of_decimal(value), Number::of_decimal(&adjustment.basis));
    let excess = match adjustment.direction {
        Side::Above => value.minus(&basis),
        Side::Below => basis.minus(&value),
    };
    if !excess.is_positive() {
        return Number::integer(0);
    }
    let steps = excess.over(&Number::of_decimal(&adjustment.step));
    let steps = steps.expect("a formula's steps are more than zero");
    let steps = match adjustment.steps {
        Steps::Whole => steps.floor(),
        Steps::Begun => steps.ceil(),
        Steps::Proportional => steps,
    };
    let of = |change: &Change| match change {
        Change::Money(money) => price_of(money),
        Change::Percent(percent) => percent_of(percent, base),
    };
    let full = of(&adjustment.change).times(&steps);
    let capped = match adjustment.cap.as_ref().map(of) {
        Some(cap) if full > cap => cap,
        Some(_) | None => full,
    };
    match adjustment.sign {
        AdjustmentSign::More => capped,
        AdjustmentSign::Less => Number::integer(0).minus(&capped),
    }
}
