//! Indicators as rows of a table, for spreadsheets and for terminals.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::fact::Measure;
use crate::domain::method::Direction;
use crate::query::programme::{IndicatorStatus, IndicatorView, ProgrammeAnswer};
use crate::query::unknown::{MissingView, MissingWhy};

/// An indicator in one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct IndicatorRow {
    pub number: String,
    pub indicator: String,
    pub title_zh: String,
    pub title_en: String,
    pub value: String,
    pub unit: String,
    /// As `>= 70`.
    pub threshold: String,
    pub status: IndicatorStatus,
    /// Of its numerator, weighed or metered.
    pub measured_percent: String,
    pub mandatory: bool,
    pub group: String,
    /// Counted the other way.
    pub beside: String,
    pub missing: String,
    pub exact: String,
}

/// The comparison of a bound.
pub fn sign(direction: Direction) -> &'static str {
    match direction {
        Direction::AtLeast => ">=",
        Direction::AtMost => "<=",
        Direction::Above => ">",
        Direction::Below => "<",
        Direction::Exactly => "=",
    }
}

pub fn rows(answer: &ProgrammeAnswer) -> Vec<IndicatorRow> {
    answer.indicators.iter().map(row).collect()
}

fn row(view: &IndicatorView) -> IndicatorRow {
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let bound = view.bound.as_ref();
    let undefined = view.undefined.map(|why| word(&why));
    let missing = view.missing.iter().map(missing).chain(undefined).collect::<Vec<_>>();
    IndicatorRow {
        number: view.number.as_ref().map_or(String::new(), ToString::to_string),
        indicator: view.indicator.to_string(),
        title_zh: view.title_zh.to_string(),
        title_en: view.title_en.to_string(),
        value: text(view.value.as_ref()),
        unit: view.unit.to_string(),
        threshold: bound.map_or(String::new(), |it| format!("{} {}", sign(it.direction), it.value)),
        status: view.status,
        measured_percent: text(view.measured_percent.as_ref()),
        mandatory: view.mandatory,
        group: view.group.as_ref().map_or(String::new(), ToString::to_string),
        beside: text(view.beside.as_ref().and_then(|beside| beside.value.as_ref())),
        missing: missing.join("; "),
        exact: text(view.exact.as_ref()),
    }
}

/// As `prior_stock_used 2017`.
fn missing(missing: &MissingView) -> String {
    let measure = |measure: &Measure| word(measure);
    let what = match (&missing.item, &missing.measure) {
        (Some(item), _) => item.to_string(),
        (None, Some(of)) => measure(of),
        (None, None) => return word(&missing.why),
    };
    let period = missing.period.map_or(String::new(), |period| format!(" {period}"));
    match missing.why {
        MissingWhy::NotStated => format!("{what}{period}"),
        MissingWhy::StatedForLonger | MissingWhy::NoBaseYear | MissingWhy::TooFewTerms => {
            format!("{what}{period} ({})", word(&missing.why))
        }
    }
}

/// A value of an enum as answers write it.
pub fn word<T: Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
