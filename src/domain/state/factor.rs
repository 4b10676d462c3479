//! Present states of sets of factors, and what was said of a contract's baseline and distance.

use serde::{Deserialize, Serialize};

use crate::domain::decimal::Decimal;
use crate::domain::event::Side;
use crate::domain::factor::FactorSet;
use crate::domain::name::Name;
use crate::domain::shapes::BaselineFate;
use crate::domain::state::{Contract, Line};
use crate::domain::states::{Aggregate, Kind};
use crate::domain::text::Text;
use crate::domain::time::Day;

/// A version of a set of factors; its id is [`method_id`](crate::domain::state::method_id) of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedFactors {
    /// The whole document as JSON: rows are not self-describing, and it has optional members.
    pub document: Box<str>,
    pub factors: Name,
    pub valid_from: Day,
    pub valid_to: Option<Day>,
    pub version: u16,
    /// Why it was taken out of use.
    pub withdrawn: Option<Text>,
}

impl PublishedFactors {
    /// The document, read again.
    pub fn read(&self) -> FactorSet {
        serde_json::from_str(&self.document).expect("it was written by this program")
    }
}

impl Aggregate for PublishedFactors {
    const KIND: Kind = Kind::FactorSet;
}

/// What would have become of a line's material, from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    pub fate: BaselineFate,
    pub from: Day,
    /// Position of the record, with its evidence.
    pub record: u64,
}

/// How far a contract's material is carried, from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distance {
    pub by: Side,
    pub from: Day,
    pub km: Decimal,
    /// Position of the record.
    pub record: u64,
}

/// Of what was said in order, what holds on a day as of a position: what has begun last, and of
/// several that begin on one day the last word.
fn holds<T>(said: &[T], day: Day, below: u64, of: impl Fn(&T) -> (Day, u64)) -> Option<&T> {
    let begun = said.iter().filter(|one| of(one).0 <= day && of(one).1 < below);
    begun.max_by_key(|one| of(one))
}

impl Line {
    /// The fate on a day, as the records below a position have it.
    pub fn fate_on(&self, day: Day, below: u64) -> BaselineFate {
        let found = holds(&self.baselines, day, below, |one| (one.from, one.record));
        found.map_or(self.baseline_fate, |found| found.fate)
    }
}

impl Contract {
    /// The distance on a day, as the records below a position have it.
    pub fn km_on(&self, day: Day, below: u64) -> Option<Decimal> {
        holds(&self.distances, day, below, |one| (one.from, one.record)).map(|found| found.km)
    }
}
