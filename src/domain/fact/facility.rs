//! What uses of shared facilities contribute: facts of a measure of their own, with no other side.

use crate::domain::event::{Event, FacilityUseReversed, FacilityUsed};
use crate::domain::facility::FacilityPlace;
use crate::domain::fact::{Fact, FactUnit, Measure};
use crate::domain::id::FirmId;
use crate::domain::quantity::{Basis, Method, Quantity};
use crate::domain::shapes::MaterialBrief;
use crate::domain::time::Day;

/// What uses of facilities contribute.
#[expect(clippy::wildcard_enum_match_arm, reason = "other events contribute none")]
pub fn uses(event: &Event, each: &mut impl FnMut(Fact)) {
    match event {
        Event::FacilityUsed(e) => {
            let FacilityUsed { day, firm, material, method, place, quantity, .. } = e;
            each(of_use(place, firm, material.as_ref(), (*day, *method), *quantity, 1));
        }
        Event::FacilityUseReversed(e) => {
            let FacilityUseReversed { day, firm, material, method, place, quantity, .. } = e;
            each(of_use(place, firm, material.as_ref(), (*day, *method), *quantity, -1));
        }
        _ => {}
    }
}

/// Of the firm that used it, at the facility's site; there is no other side.
fn of_use(
    place: &FacilityPlace,
    firm: &FirmId,
    material: Option<&MaterialBrief>,
    (day, method): (Day, Method),
    quantity: Quantity,
    sign: i64,
) -> Fact {
    let basis = material.map_or(Basis::AsMetered, |material| material.basis);
    Fact {
        measure: Measure::FacilityUsed,
        park: place.park.clone(),
        firm: Some(firm.clone()),
        site: place.site.clone(),
        recycler: false,
        counterparty: None,
        material: material.map(|material| material.material.clone()),
        kind: material.map(|material| material.kind),
        code: material.and_then(|material| material.code.clone()),
        day,
        amount: sign * quantity.amount(),
        unit: FactUnit::Physical(quantity.dimension(), basis),
        method,
        contract: None,
        delivery: None,
        item: None,
        facility: Some(place.facility.clone()),
    }
}
