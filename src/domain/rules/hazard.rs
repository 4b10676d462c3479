//! What the codes of a material say about its hazard.
//!
//! The rule, code by code: a list that names the code a mirror entry leaves it open (whichever of
//! the pair it is); else a star of the List of Waste, a place in China's list of hazardous waste,
//! or the list's own word makes it hazardous; else it says nothing. Of several codes the strictest
//! counts: hazardous if any is, else open if any is, else not hazardous.
//!
//! Invariant: hazard is never inferred from a list that does not speak of it. A material of which
//! no code speaks (most by-products under China's catalogue, utilities, products) is not hazardous
//! until its firm decides otherwise with evidence: the ledger gates what law marks, it does not
//! guess.

use std::sync::Arc;

use crate::domain::catalogue::Hazard;
use crate::domain::code::{Edition, MaterialCode, Scheme};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::shapes::HazardClass;
use crate::domain::state::CatalogueCode;
use crate::domain::states::{States, Stored};

/// What the codes of a material say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub hazard: HazardClass,
    /// Whether one of them is in no loaded list.
    pub unknown_code: bool,
}

/// The id of a code's row; that of the list itself with an empty code.
pub fn code_id(scheme: Scheme, edition: &Edition, code: &str) -> String {
    format!("{scheme}/{edition}/{code}")
}

/// What the codes say, as far as the loaded lists know them. A code that a complete list lacks does
/// not exist.
pub fn verdict<S: States>(
    states: &S,
    codes: &[MaterialCode],
    pointer: &str,
) -> Result<Verdict, Refusal> {
    let mut all = Verdict { hazard: HazardClass::NonHazardous, unknown_code: false };
    for (place, code) in codes.iter().enumerate() {
        let entry = entry(states, code);
        if entry.is_none() && is_complete(states, code) {
            let message = format!("the loaded list is complete and has no code {code}");
            let pointer = format!("{pointer}/{place}");
            return Err(Refusal::new(Code::CodeNotInCatalogue, pointer, message));
        }
        all.unknown_code |= entry.is_none();
        all.hazard = strictest(all.hazard, of_code(code, entry.as_deref()));
    }
    Ok(all)
}

/// The code that makes a material hazardous whatever an examination finds, if one does.
pub fn absolutely_hazardous<'a, S: States>(
    states: &S,
    codes: &'a [MaterialCode],
) -> Option<&'a MaterialCode> {
    codes
        .iter()
        .find(|code| of_code(code, entry(states, code).as_deref()) == HazardClass::Hazardous)
}

fn of_code(code: &MaterialCode, entry: Option<&Stored<CatalogueCode>>) -> HazardClass {
    match entry.map(|entry| entry.state.hazard) {
        Some(Hazard::Mirror) => HazardClass::Undecided,
        Some(Hazard::Hazardous) => HazardClass::Hazardous,
        Some(Hazard::NonHazardous | Hazard::NotStated) | None if code.is_marked_hazardous() => {
            HazardClass::Hazardous
        }
        Some(Hazard::NonHazardous | Hazard::NotStated) | None => HazardClass::NonHazardous,
    }
}

fn strictest(one: HazardClass, other: HazardClass) -> HazardClass {
    use HazardClass::{Hazardous, NonHazardous, Undecided};
    match (one, other) {
        (Hazardous, _) | (_, Hazardous) => Hazardous,
        (Undecided, _) | (_, Undecided) => Undecided,
        (NonHazardous, NonHazardous) => NonHazardous,
    }
}

/// The entry of a code, else that of the group which it is in, unless the list is complete: then
/// each code stands in it.
fn entry<S: States>(states: &S, code: &MaterialCode) -> Option<Arc<Stored<CatalogueCode>>> {
    let find =
        |text: &str| states.find::<CatalogueCode>(&code_id(code.scheme(), code.edition(), text));
    find(code.code()).or_else(|| code.group().filter(|_| !is_complete(states, code)).and_then(find))
}

fn is_complete<S: States>(states: &S, code: &MaterialCode) -> bool {
    let list = states.find::<CatalogueCode>(&code_id(code.scheme(), code.edition(), ""));
    list.is_some_and(|list| list.state.complete)
}
