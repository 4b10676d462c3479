//! Whether a set of factors makes sense, before it is published.
//!
//! Invariant: the first fault is found in the order of the document, with a pointer into it.

use std::collections::BTreeSet;

use crate::domain::decimal::Decimal;
use crate::domain::factor::{FactorEntry, FactorSet, MAX_ENTRIES};
use crate::domain::method::Fault;
use crate::domain::shapes::BaselineFate;

type Checked = Result<(), Fault>;

/// The most codes of an entry.
const MAX_CODES: usize = 50;

fn fault(pointer: impl Into<String>, message: impl Into<String>) -> Checked {
    Err(Fault { pointer: pointer.into(), message: message.into() })
}

impl FactorSet {
    /// Looks for the first fault.
    pub fn check(&self) -> Checked {
        if self.entries.is_empty() || self.entries.len() > MAX_ENTRIES {
            let message = format!("1 to {MAX_ENTRIES} stand here, not {}", self.entries.len());
            return fault("/entries", message);
        }
        let (mut names, mut codes) = (BTreeSet::new(), BTreeSet::new());
        for (place, entry) in self.entries.iter().enumerate() {
            let at = format!("/entries/{place}");
            entry.check(&at)?;
            if !names.insert(&entry.entry) {
                let message = format!("{} stands here a second time", entry.entry);
                return fault(format!("{at}/entry"), message);
            }
            for (place, scope) in entry.codes.iter().enumerate() {
                // The edition is not compared where codes are looked up, so it tells none apart.
                if !codes.insert((scope.scheme(), scope.code())) {
                    let message = format!("{scope} stands in an entry already");
                    return fault(format!("{at}/codes/{place}"), message);
                }
            }
        }
        if self.valid_to.is_some_and(|last| last < self.valid_from) {
            return fault("/valid_to", "it ends before it begins");
        }
        if self.version == 0 {
            return fault("/version", "versions are counted from 1");
        }
        Ok(())
    }
}

impl FactorEntry {
    fn check(&self, at: &str) -> Checked {
        let mut fates = BTreeSet::new();
        for (place, own) in self.baselines.iter().enumerate() {
            let at = format!("{at}/baselines/{place}/fate");
            if own.fate == BaselineFate::Unknown {
                return fault(at, "what nobody knows has no factor");
            }
            if !fates.insert(own.fate) {
                return fault(at, "this fate stands here a second time");
            }
        }
        if self.codes.is_empty() || self.codes.len() > MAX_CODES {
            let message = format!("1 to {MAX_CODES} stand here, not {}", self.codes.len());
            return fault(format!("{at}/codes"), message);
        }
        let one = Decimal::from(1);
        let (quality, ratio) = (&self.quality.value, &self.ratio.value);
        for (name, factor) in [("processing", &self.processing), ("transport", &self.transport)] {
            if factor.value.is_negative() {
                return fault(format!("{at}/{name}/value"), "it costs nothing or something");
            }
        }
        if *quality <= Decimal::ZERO || *quality > one {
            let message = "a quality is above 0 and at most 1";
            return fault(format!("{at}/quality/value"), message);
        }
        if *ratio <= Decimal::ZERO || *ratio > Decimal::from(100) {
            let message = "a ratio is above 0, and 100 t for one at most";
            return fault(format!("{at}/ratio/value"), message);
        }
        if self.virgin.value.is_negative() {
            return fault(format!("{at}/virgin/value"), "it costs nothing or something");
        }
        Ok(())
    }
}
