//! Who has not declared what an indicator rests on.
//!
//! Invariant: each place and thing is named once, with all parts of the period that are missing, in
//! an order that is always the same.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::id::{RosterId, SiteId};
use crate::domain::roster::Duty;
use crate::domain::time::Period;
use crate::statistics::method::{Coverage, percent};

/// A place on a roster that has not declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MissingPlace {
    pub of: Duty,
    /// What is missing.
    pub parts: Vec<Period>,
    /// The roster that asks for it.
    pub roster: RosterId,
    /// Absent of what the park itself must state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
}

pub fn coverage_percent(covered: &Coverage) -> Option<String> {
    let declared = covered.values().filter(|(declared, _)| *declared);
    percent(declared.count(), covered.len())
}

pub fn missing_places(covered: &Coverage) -> Vec<MissingPlace> {
    let mut places: Vec<MissingPlace> = Vec::new();
    for (owed, (_, roster)) in covered.iter().filter(|(_, (declared, _))| !declared) {
        // They are in the order of thing, place and part.
        let same = places.last_mut().filter(|last| last.of == owed.of && last.site == owed.site);
        match same {
            Some(last) => last.parts.push(owed.part),
            None => places.push(MissingPlace {
                of: owed.of.clone(),
                parts: vec![owed.part],
                roster: roster.clone(),
                site: owed.site.clone(),
            }),
        }
    }
    places
}
