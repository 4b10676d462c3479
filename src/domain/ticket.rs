//! What a ticket says besides its weights: by what it was weighed, into how many deliveries it is
//! split, and where its number stands in its scale's counter.
//!
//! Invariant: a part of a split lies in 1 to the number of its parts, and there are two parts at
//! least.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::value_error::ValueError;

/// The most deliveries that one weighing may be split over: a train of wagons, weighed as one.
pub const MAX_PARTS: u8 = 100;

/// The most digits of a counter: such a number fits into 64 bits, and no printed one is longer.
const MAX_COUNTER_DIGITS: usize = 18;

/// By what a load was weighed.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum WeighingMode {
    /// A truck on a weighbridge.
    #[default]
    TruckScale,
    /// A railway wagon on a track scale.
    WagonScale,
    /// A barge, by its draught before and after: gross and tare are displacements.
    DraftSurvey,
    /// What passed over a belt: gross and tare are the totaliser's two readings.
    BeltScale,
}

/// Which part of one weighing a delivery is, where the weighing stands for several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "SplitText", deny_unknown_fields)]
pub struct Split {
    /// How many deliveries share the weighing.
    #[schema(minimum = 2, maximum = 100)]
    pub of: u8,
    /// Which of them this is, from 1 on.
    #[schema(minimum = 1, maximum = 100)]
    pub part: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SplitText {
    of: u8,
    part: u8,
}

impl Split {
    pub fn new(part: u8, of: u8) -> Result<Split, ValueError> {
        if (2..=MAX_PARTS).contains(&of) && (1..=of).contains(&part) {
            return Ok(Split { of, part });
        }
        let message = format!(
            "part {part} of {of} is no part of a split: it has 2 to {MAX_PARTS} parts, counted \
             from 1"
        );
        Err(ValueError::new("malformed_split", message))
    }
}

impl TryFrom<SplitText> for Split {
    type Error = ValueError;

    fn try_from(text: SplitText) -> Result<Split, ValueError> {
        Split::new(text.part, text.of)
    }
}

/// A ticket's number as its scale counts: what stands before the digits at its end, and those. None
/// if it does not end in a number that counts.
pub fn counter(number: &str) -> Option<(&str, u64)> {
    let digits = number.bytes().rev().take_while(u8::is_ascii_digit).count();
    if digits > MAX_COUNTER_DIGITS {
        return None;
    }
    let (prefix, digits) = number.split_at(number.len() - digits);
    digits.parse().ok().map(|counter| (prefix, counter))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_part_lies_among_its_parts() {
        let read = |text: &str| serde_json::from_str::<Split>(text);
        let split = read(r#"{"of":3,"part":1}"#).unwrap();
        assert_eq!((split.part, split.of), (1, 3));
        assert_eq!(serde_json::to_string(&split).unwrap(), r#"{"of":3,"part":1}"#);
        for (part, of) in [(0, 3), (4, 3), (1, 1), (1, 0), (1, 101)] {
            let error = read(&format!(r#"{{"of":{of},"part":{part}}}"#)).unwrap_err();
            assert!(error.to_string().starts_with("malformed_split: part"), "{error}");
        }
        assert!(read(r#"{"of":3,"part":1,"whole":1}"#).is_err());
    }

    #[test]
    fn a_number_counts_by_the_digits_at_its_end() {
        assert_eq!(counter("A-000123"), Some(("A-", 123)));
        assert_eq!(counter("7"), Some(("", 7)));
        assert_eq!(counter("磅1-09"), Some(("磅1-", 9)));
        assert_eq!(counter("LOAD-7-OUT"), None);
        assert_eq!(counter("x1234567890123456789"), None);
    }
}
