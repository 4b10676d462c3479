//! Whom a record concerns: the firms that are its parties, and its parks.
//!
//! Invariant: a function of the record and of the rows that reflect it. What a rule found to exist
//! when the record was written exists in the rows, so nothing is missing here once they reflect it.

use crate::domain::event::Event;
use crate::domain::id::{FirmId, ParkId};
use crate::domain::state::{Contract, Listing, Material, Permit, Scale, Site};
use crate::domain::states::States;

/// The parties and parks of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concern {
    pub firms: Vec<FirmId>,
    pub parks: Vec<ParkId>,
}

impl Concern {
    /// Of an event that stands in the log.
    pub fn of<S: States>(event: &Event, states: &S) -> Concern {
        let parks = event.parks().into_iter().cloned().collect();
        let mut firms = firms(event, states);
        firms.sort_unstable();
        firms.dedup();
        Concern { firms, parks }
    }
}

fn firms<S: States>(event: &Event, states: &S) -> Vec<FirmId> {
    let exchange = event.exchange();
    if let Some(exchange) = exchange {
        let mut firms = vec![exchange.supplier.firm.clone(), exchange.receiver.firm.clone()];
        if let Event::DeliveryDispatched(dispatched) = event {
            firms.extend(dispatched.carrier.clone());
        }
        return firms;
    }
    if let Some(declared) = event.declared() {
        return vec![declared.firm.clone()];
    }
    of_registry(event, states).unwrap_or_default()
}

/// Parties of what is neither a delivery nor a return.
#[expect(clippy::wildcard_enum_match_arm, reason = "deliveries and returns were seen before")]
fn of_registry<S: States>(event: &Event, states: &S) -> Option<Vec<FirmId>> {
    let of_site = |site: &str| Some(states.find::<Site>(site)?.state.firm.clone());
    let of_permit = |permit: &str| of_site(states.find::<Permit>(permit)?.state.site.as_str());
    let of_material = |id: &str| Some(states.find::<Material>(id)?.state.firm.clone());
    let of_contract = |id: &str| {
        let contract = states.find::<Contract>(id)?;
        let Contract { supplier, receiver, .. } = &contract.state;
        Some(vec![supplier.firm.clone(), receiver.firm.clone()])
    };
    let one = |firm: FirmId| Some(vec![firm]);
    match event {
        Event::KeyIssued(e) => Some(e.firm.iter().cloned().collect()),
        Event::FirmRegistered(e) => one(e.firm.clone()),
        Event::SiteRegistered(e) => one(e.firm.clone()),
        Event::ScaleRegistered(e) => one(e.firm.clone()),
        Event::MeterRegistered(e) => one(e.firm.clone()),
        Event::MaterialDefined(e) => one(e.firm.clone()),
        Event::HazardClassified(e) => one(e.firm.clone()),
        Event::ListingPublished(e) => one(e.firm.clone()),
        Event::PermitRegistered(e) => one(of_site(e.site.as_str())?),
        Event::PermitSuspended(e) => one(of_permit(e.permit.as_str())?),
        Event::PermitReinstated(e) => one(of_permit(e.permit.as_str())?),
        Event::ScaleCalibrated(e) => {
            one(states.find::<Scale>(e.scale.as_str())?.state.firm.clone())
        }
        Event::LegalStatusDecided(e) => {
            Some(vec![of_site(e.site.as_str())?, of_material(e.material.as_str())?])
        }
        Event::ListingAmended(e) => {
            one(states.find::<Listing>(e.listing.as_str())?.state.firm.clone())
        }
        Event::ListingWithdrawn(e) => {
            one(states.find::<Listing>(e.listing.as_str())?.state.firm.clone())
        }
        Event::ContractProposed(e) => {
            Some(vec![e.supplier.firm.clone(), e.receiver.firm.clone()])
        }
        Event::ContractConfirmed(e) => of_contract(e.contract.as_str()),
        Event::ContractConcluded(e) => of_contract(e.contract.as_str()),
        Event::ContractDeclined(e) => of_contract(e.contract.as_str()),
        Event::ContractTerminated(e) => of_contract(e.contract.as_str()),
        Event::CallOffPlaced(e) => of_contract(e.contract.as_str()),
        // The ledger's own, parks, closed months and lists of codes have no firm.
        _ => None,
    }
}
