//! Present states of methods, of the items that they define, and of statements.

use serde::{Deserialize, Serialize};

use crate::domain::decimal::Decimal;
use crate::domain::id::{FirmId, ParkId, SiteId, StatementId};
use crate::domain::method::{Item, Method, MethodStatus};
use crate::domain::name::Name;
use crate::domain::quantity;
use crate::domain::stated_unit::ItemUnit;
use crate::domain::states::{Aggregate, Kind};
use crate::domain::text::Text;
use crate::domain::time::{Day, Period};

/// A version of a method; its id is [`method_id`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedMethod {
    /// The whole document as JSON: rows are not self-describing, and it has optional members.
    pub document: Box<str>,
    pub method: Name,
    pub status: MethodStatus,
    pub valid_from: Day,
    pub valid_to: Option<Day>,
    pub version: u16,
    /// Why it was taken out of use.
    pub withdrawn: Option<Text>,
}

/// The id of a version of a method, as `hj274.1`: names have no point.
pub fn method_id(method: &Name, version: u16) -> String {
    format!("{method}.{version}")
}

impl PublishedMethod {
    /// A version as it is published.
    pub fn of(document: &Method) -> PublishedMethod {
        let text = serde_json::to_string(document).expect("a document has string keys");
        PublishedMethod {
            document: text.into(),
            method: document.method.clone(),
            status: document.status,
            valid_from: document.valid_from,
            valid_to: document.valid_to,
            version: document.version,
            withdrawn: None,
        }
    }

    /// The document, read again.
    pub fn read(&self) -> Method {
        serde_json::from_str(&self.document).expect("it was written by this program")
    }

    /// Whether it may be used to judge a period that ends on that day.
    pub fn is_in_force(&self, last: Day) -> bool {
        self.withdrawn.is_none()
            && self.status == MethodStatus::InForce
            && self.valid_from <= last
            && self.valid_to.is_none_or(|end| last <= end)
    }
}

/// One figure of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedLine {
    pub item: Name,
    pub method: quantity::Method,
    pub price_year: Option<u16>,
    pub unit: ItemUnit,
    pub value: Decimal,
}

/// A period statement: figures of items, as a firm or a park stated them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub figures: Vec<StatedLine>,
    pub filed_by_park: bool,
    pub firm: Option<FirmId>,
    pub park: ParkId,
    pub period: Period,
    /// Positions of its records, in order.
    pub records: Vec<u64>,
    pub site: Option<SiteId>,
    pub statement: StatementId,
    pub withdrawn: Option<Text>,
}

/// What stands for a place, period and item; its id is [`figure_id`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedFigure {
    /// None once it was withdrawn.
    pub statement: Option<StatementId>,
}

/// The id of what stands for a place (a site, or the park itself), period and item.
pub fn figure_id(park: &ParkId, site: Option<&SiteId>, period: Period, item: &Name) -> String {
    let place = site.map_or(park.as_str(), SiteId::as_str);
    format!("{place}/{period}/{item}")
}

impl Aggregate for PublishedMethod {
    const KIND: Kind = Kind::Method;
}

impl Aggregate for Item {
    const KIND: Kind = Kind::Item;
}

impl Aggregate for Statement {
    const KIND: Kind = Kind::Statement;
}

impl Aggregate for StatedFigure {
    const KIND: Kind = Kind::StatedFigure;
}
