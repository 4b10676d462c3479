//! `evolve`: the states after an event.
//!
//! Invariant: it cannot fail, because the event has happened, and reads nothing but the states, the
//! event and its record's envelope.

use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::id::ParkId;
use crate::domain::rules::{
    access, claim, contract, delivery, evidence, facility, factor, market, mass_balance, method,
    partner, period, procedure, registry, roster, settlement, statement, stock,
};
use crate::domain::states::StatesMut;
use crate::domain::time::{UtcMicros, UtcMillis};

/// What a record's envelope tells.
#[derive(Clone, Debug)]
pub struct Meta<'a> {
    pub position: u64,
    pub parks: &'a [(ParkId, u64)],
    pub actor: &'a Actor,
    pub occurred_at: UtcMillis,
    pub recorded_at: UtcMicros,
}

/// Leaves the states as they are after the event.
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    period::count_places(states, meta);
    fold(states, meta, event);
}

fn fold<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    match event {
        Event::LedgerOpened(_)
        | Event::TailCut(_)
        | Event::KeyRotated(_)
        | Event::KeyIssued(_)
        | Event::KeyRevoked(_) => access::evolve(states, meta, event),
        Event::ParkRegistered(_)
        | Event::FirmRegistered(_)
        | Event::SiteRegistered(_)
        | Event::PermitRegistered(_)
        | Event::PermitSuspended(_)
        | Event::PermitReinstated(_)
        | Event::ScaleRegistered(_)
        | Event::ScaleCalibrated(_)
        | Event::MeterRegistered(_)
        | Event::MeterCalibrated(_)
        | Event::MeterReplaced(_)
        | Event::CataloguePublished(_)
        | Event::MaterialDefined(_)
        | Event::HazardClassified(_)
        | Event::LegalStatusDecided(_) => registry::evolve(states, meta, event),
        Event::CounterpartyRecorded(_)
        | Event::CounterpartyClaimed(_)
        | Event::LinkIssued(_)
        | Event::LinkAnswered(_) => partner::evolve(states, meta, event),
        Event::ListingPublished(_) | Event::ListingAmended(_) | Event::ListingWithdrawn(_) => {
            market::evolve(states, meta, event);
        }
        Event::ContractProposed(_)
        | Event::ContractConfirmed(_)
        | Event::ContractConcluded(_)
        | Event::ContractDeclined(_)
        | Event::ContractTerminated(_)
        | Event::BalanceOpened(_)
        | Event::CallOffPlaced(_) => contract::evolve(states, meta, event),
        Event::DeliveryDispatched(_)
        | Event::DeliveryReceived(_)
        | Event::DiscrepancyRaised(_)
        | Event::DiscrepancyResolved(_)
        | Event::MeteredPeriodRecorded(_)
        | Event::DeliveryAccepted(_)
        | Event::DeliveryRejected(_)
        | Event::RejectionReturned(_)
        | Event::RejectionRedirected(_)
        | Event::RejectionDisposed(_)
        | Event::DeliveryUsed(_)
        | Event::DeliveryDisposed(_)
        | Event::DeliveryCancelled(_)
        | Event::EntryConfirmed(_)
        | Event::CorrectionRequested(_)
        | Event::CorrectionDeclined(_)
        | Event::EntryReversed(_)
        | Event::EntryReplaced(_)
        | Event::DeliveryDisputed(_)
        | Event::SettlementProposed(_)
        | Event::DisputeSettled(_)
        | Event::DisputeWithdrawn(_)
        | Event::QuantitySettled(_) => delivery::evolve(states, meta, event),
        Event::MeteredAdjustmentRecorded(_)
        | Event::MeteredAdjustmentConfirmed(_)
        | Event::MeteredAdjustmentDeclined(_) => delivery::evolve_adjustment(states, meta, event),
        Event::NetworkBalanceRecorded(event) => delivery::evolve_balance(states, meta, event),
        Event::ReturnSubmitted(_)
        | Event::GenerationDeclared(_)
        | Event::OwnReuseDeclared(_)
        | Event::FreshWaterDeclared(_)
        | Event::RecirculationDeclared(_)
        | Event::StockDeclared(_)
        | Event::EconomicOutputDeclared(_)
        | Event::ZeroActivityDeclared(_)
        | Event::PeriodClosed(_)
        | Event::ParkCounted(_) => period::evolve(states, meta, event),
        Event::EvidenceAttached(_) => evidence::evolve(states, meta, event),
        Event::StockOpened(_)
        | Event::StockGenerated(_)
        | Event::StockDrawn(_)
        | Event::StockCounted(_)
        | Event::StockAdjusted(_)
        | Event::StockLost(_)
        | Event::LotFormed(_)
        | Event::LotsBlended(_)
        | Event::LotSplit(_)
        | Event::LotDissolved(_) => stock::evolve(states, meta, event),
        Event::SheetSigned(_)
        | Event::WindowSettled(_)
        | Event::WindowRestated(_)
        | Event::InvoiceRecorded(_)
        | Event::PaymentRecorded(_) => settlement::evolve(states, meta, event),
        Event::MethodPublished(_) | Event::MethodWithdrawn(_) => {
            method::evolve(states, meta, event);
        }
        Event::FigureStated(_) | Event::FigureWithdrawn(_) => {
            statement::evolve(states, meta, event);
        }
        Event::ClaimIssued(_)
        | Event::ClaimAllocationProposed(_)
        | Event::ClaimAllocated(_)
        | Event::ClaimTransferred(_)
        | Event::ClaimRetired(_)
        | Event::ClaimVoided(_) => claim::evolve(states, meta, event),
        Event::MassBalanceOpened(_)
        | Event::InputsBooked(_)
        | Event::OutputClaimed(_)
        | Event::MassBalanceClosed(_) => mass_balance::evolve(states, meta, event),
        Event::RosterSet(_) | Event::ReminderSent(_) => roster::evolve(states, meta, event),
        Event::ProgrammeApplied(_)
        | Event::PlanFiled(_)
        | Event::PlanApproved(_)
        | Event::ConstructionDecided(_)
        | Event::ParkNamed(_)
        | Event::AnnualReportFiled(_)
        | Event::ParkEvaluated(_)
        | Event::ParkWarned(_)
        | Event::ShortcomingRectified(_)
        | Event::NamingRevoked(_)
        | Event::AppealFiled(_)
        | Event::AppealDecided(_) => procedure::evolve(states, meta, event),
        Event::FactorsPublished(_)
        | Event::FactorsWithdrawn(_)
        | Event::BaselineDeclared(_)
        | Event::DistanceStated(_) => factor::evolve(states, meta, event),
        Event::FacilityRegistered(_)
        | Event::CapacityChanged(_)
        | Event::CapacityReserved(_)
        | Event::ReservationConfirmed(_)
        | Event::ReservationDeclined(_)
        | Event::ReservationEnded(_)
        | Event::FacilityUsed(_)
        | Event::FacilityUseReversed(_)
        | Event::OutageRecorded(_)
        | Event::OutageReversed(_) => facility::evolve(states, meta, event),
    }
}
