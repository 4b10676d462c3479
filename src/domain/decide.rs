//! `decide`: the events that a command causes on the present states, or why it may not.
//!
//! Invariant: pure. The order of checks is fixed: time, then who, then what is named, then what is
//! asked; tests hold it.

use crate::domain::actor::Actor;
use crate::domain::command::{Command, Request};
use crate::domain::event::Event;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::states::States;
use crate::domain::time::{UtcMicros, UtcMillis};

/// By how much a client's clock may be ahead of the ledger's.
pub const CLOCK_SKEW_MS: i64 = 5 * 60 * 1000;

/// What every rule may look at besides the states.
pub struct Context<'a, S> {
    pub states: &'a S,
    pub actor: &'a Actor,
    pub occurred_at: UtcMillis,
    /// The ledger's clock.
    pub now: UtcMicros,
}

/// The events of a command, at least one; or why it is refused.
pub fn decide<S: States>(
    states: &S,
    now: UtcMicros,
    command: &Command,
) -> Result<Vec<Event>, Refusal> {
    let Command { actor, occurred_at, request, .. } = command;
    let context = Context { states, actor, occurred_at: *occurred_at, now };
    if occurred_at.0 > now.millis().0 + CLOCK_SKEW_MS {
        let message =
            format!("{occurred_at} is in the future: the ledger's clock shows {}", now.millis());
        return Err(Refusal::new(Code::OccurredInFuture, "/occurred_at", message));
    }
    dispatch(&context, request)
}

fn dispatch<S: States>(context: &Context<'_, S>, request: &Request) -> Result<Vec<Event>, Refusal> {
    use crate::domain::rules::{
        access, claim, contract, delivery, evidence, facility, factor, market, mass_balance,
        method, partner, period, procedure, registry, roster, settlement, statement, stock,
    };
    match request {
        Request::RegisterPark(data) => registry::register_park(context, data),
        Request::RegisterFirm(data) => registry::register_firm(context, data),
        Request::RegisterSite(data) => registry::register_site(context, data),
        Request::RegisterPermit(data) => registry::register_permit(context, data),
        Request::SuspendPermit(data) => registry::suspend_permit(context, data),
        Request::ReinstatePermit(data) => registry::reinstate_permit(context, data),
        Request::RegisterScale(data) => registry::register_scale(context, data),
        Request::CalibrateScale(data) => registry::calibrate_scale(context, data),
        Request::RegisterMeter(data) => registry::register_meter(context, data),
        Request::CalibrateMeter(data) => registry::calibrate_meter(context, data),
        Request::ReplaceMeter(data) => registry::replace_meter(context, data),
        Request::PublishCatalogue(data) => registry::publish_catalogue(context, data),
        Request::DefineMaterial(data) => registry::define_material(context, data),
        Request::ClassifyHazard(data) => registry::classify_hazard(context, data),
        Request::DecideLegalStatus(data) => registry::decide_legal_status(context, data),
        Request::IssueKey(data) => access::issue_key(context, data),
        Request::RevokeKey(data) => access::revoke_key(context, data),
        Request::RecordCounterparty(data) => partner::record_counterparty(context, data),
        Request::ClaimCounterparty(data) => partner::claim_counterparty(context, data),
        Request::IssueLink(data) => partner::issue_link(context, data),
        Request::AnswerLink(data) => partner::answer_link(context, data),
        Request::ConfirmEntry(data) => partner::confirm_entry(context, data),
        Request::PublishListing(data) => market::publish_listing(context, data),
        Request::AmendListing(data) => market::amend_listing(context, data),
        Request::WithdrawListing(data) => market::withdraw_listing(context, data),
        Request::ProposeContract(data) => contract::propose_contract(context, data),
        Request::ConfirmContract(data) => contract::confirm_contract(context, data),
        Request::DeclineContract(data) => contract::decline_contract(context, data),
        Request::TerminateContract(data) => contract::terminate_contract(context, data),
        Request::OpenBalance(data) => contract::open_balance(context, data),
        Request::PlaceCallOff(data) => contract::place_call_off(context, data),
        Request::DispatchDelivery(data) => delivery::dispatch_delivery(context, data),
        Request::ReceiveDelivery(data) => delivery::receive_delivery(context, data),
        Request::RecordMeteredPeriod(data) => delivery::record_metered_period(context, data),
        Request::AcceptDelivery(data) => delivery::accept_delivery(context, data),
        Request::RejectDelivery(data) => delivery::reject_delivery(context, data),
        Request::ReturnRejection(data) => delivery::return_rejection(context, data),
        Request::RedirectRejection(data) => delivery::redirect_rejection(context, data),
        Request::DisposeRejection(data) => delivery::dispose_rejection(context, data),
        Request::UseDelivery(data) => delivery::use_delivery(context, data),
        Request::DisposeDelivery(data) => delivery::dispose_delivery(context, data),
        Request::CancelDelivery(data) => delivery::cancel_delivery(context, data),
        Request::ResolveDiscrepancy(data) => delivery::resolve_discrepancy(context, data),
        Request::DisputeDelivery(data) => delivery::dispute_delivery(context, data),
        Request::SettleDispute(data) => delivery::settle_dispute(context, data),
        Request::WithdrawDispute(data) => delivery::withdraw_dispute(context, data),
        Request::AdjustMeteredPeriods(data) => delivery::adjust_metered_periods(context, data),
        Request::ConfirmAdjustment(data) => delivery::confirm_adjustment(context, data),
        Request::DeclineAdjustment(data) => delivery::decline_adjustment(context, data),
        Request::RecordNetworkBalance(data) => delivery::record_network_balance(context, data),
        Request::RequestCorrection(data) => delivery::request_correction(context, data),
        Request::ApproveCorrection(data) => delivery::approve_correction(context, data),
        Request::DeclineCorrection(data) => delivery::decline_correction(context, data),
        Request::SubmitReturn(data) => period::submit_return(context, data),
        Request::ClosePeriod(data) => period::close_period(context, data),
        Request::AttachEvidence(data) => evidence::attach_evidence(context, data),
        Request::OpenStock(data) => stock::open_stock(context, data),
        Request::RecordGeneration(data) => stock::record_generation(context, data),
        Request::DrawStock(data) => stock::draw_stock(context, data),
        Request::CountStock(data) => stock::count_stock(context, data),
        Request::AdjustStock(data) => stock::adjust_stock(context, data),
        Request::RecordLoss(data) => stock::record_loss(context, data),
        Request::SignSheet(data) => settlement::sign_sheet(context, data),
        Request::RestateWindow(data) => settlement::restate_window(context, data),
        Request::SettleQuantity(data) => settlement::settle_quantity(context, data),
        Request::RecordInvoice(data) => settlement::record_invoice(context, data),
        Request::RecordPayment(data) => settlement::record_payment(context, data),
        Request::PublishMethod(data) => method::publish_method(context, data),
        Request::WithdrawMethod(data) => method::withdraw_method(context, data),
        Request::StateFigures(data) => statement::state_figures(context, data),
        Request::WithdrawStatement(data) => statement::withdraw_statement(context, data),
        Request::IssueClaim(data) => claim::issue_claim(context, data),
        Request::AllocateClaim(data) => claim::allocate_claim(context, data),
        Request::TransferClaim(data) => claim::transfer_claim(context, data),
        Request::RetireClaim(data) => claim::retire_claim(context, data),
        Request::VoidClaim(data) => claim::void_claim(context, data),
        Request::OpenMassBalance(data) => mass_balance::open_mass_balance(context, data),
        Request::BookInputs(data) => mass_balance::book_inputs(context, data),
        Request::ClaimOutput(data) => mass_balance::claim_output(context, data),
        Request::CloseMassBalance(data) => mass_balance::close_mass_balance(context, data),
        Request::SetRoster(data) => roster::set_roster(context, data),
        Request::SendReminder(data) => roster::send_reminder(context, data),
        Request::ApplyForProgramme(data) => procedure::apply_for_programme(context, data),
        Request::FilePlan(data) => procedure::file_plan(context, data),
        Request::ApprovePlan(data) => procedure::approve_plan(context, data),
        Request::AcceptProgramme(data) => procedure::accept_programme(context, data),
        Request::NamePark(data) => procedure::name_park(context, data),
        Request::FileAnnualReport(data) => procedure::file_annual_report(context, data),
        Request::EvaluatePark(data) => procedure::evaluate_park(context, data),
        Request::WarnPark(data) => procedure::warn_park(context, data),
        Request::Rectify(data) => procedure::rectify(context, data),
        Request::RevokeNaming(data) => procedure::revoke_naming(context, data),
        Request::Appeal(data) => procedure::appeal(context, data),
        Request::DecideAppeal(data) => procedure::decide_appeal(context, data),
        Request::FormLot(data) => stock::form_lot(context, data),
        Request::BlendLots(data) => stock::blend_lots(context, data),
        Request::SplitLot(data) => stock::split_lot(context, data),
        Request::DissolveLot(data) => stock::dissolve_lot(context, data),
        Request::PublishFactors(data) => factor::publish_factors(context, data),
        Request::WithdrawFactors(data) => factor::withdraw_factors(context, data),
        Request::DeclareBaseline(data) => factor::declare_baseline(context, data),
        Request::StateDistance(data) => factor::state_distance(context, data),
        Request::RegisterFacility(data) => facility::register_facility(context, data),
        Request::ChangeCapacity(data) => facility::change_capacity(context, data),
        Request::ReserveCapacity(data) => facility::reserve_capacity(context, data),
        Request::ConfirmReservation(data) => facility::confirm_reservation(context, data),
        Request::DeclineReservation(data) => facility::decline_reservation(context, data),
        Request::EndReservation(data) => facility::end_reservation(context, data),
        Request::RecordFacilityUse(data) => facility::record_facility_use(context, data),
        Request::ReverseFacilityUse(data) => facility::reverse_facility_use(context, data),
        Request::RecordOutage(data) => facility::record_outage(context, data),
        Request::ReverseOutage(data) => facility::reverse_outage(context, data),
    }
}
