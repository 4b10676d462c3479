//! Events: what has happened, as it stands in a record's BODY under `data`.
//!
//! Invariant: their serde form is canonical JSON, and a released form never changes: another shape
//! is another schema number, read by its own arm of [`Event::parse`].

mod adjustment;
mod claim;
mod contract;
mod correction;
mod delivery;
mod dispute;
mod evidence;
mod facility;
mod factor;
mod ledger;
mod lot;
mod market;
mod mass_balance;
mod method;
mod network;
mod partner;
mod period;
mod procedure;
mod registry;
mod roster;
mod settlement;
mod statement;
mod stock;

use serde::Serialize;

pub use adjustment::{
    MeteredAdjustmentConfirmed, MeteredAdjustmentDeclined, MeteredAdjustmentRecorded,
};
pub use claim::{
    ClaimAllocated, ClaimAllocationProposed, ClaimIssued, ClaimRetired, ClaimTransferred,
    ClaimVoided, VoidCause,
};
pub use contract::{
    AgreedLine, AgreedPrice, BalanceOpened, CallOffPlaced, ContractConcluded, ContractConfirmed,
    ContractDeclined, ContractProposed, ContractTerminated, Side,
};
pub use correction::{CorrectionDeclined, CorrectionRequested, EntryReplaced, EntryReversed};
pub use delivery::{
    DeliveryAccepted, DeliveryCancelled, DeliveryDispatched, DeliveryDisposed, DeliveryReceived,
    DeliveryRejected, DeliveryUsed, DiscrepancyRaised, DiscrepancyResolved, Exchange,
    MeteredPeriodRecorded, RejectionDisposed, RejectionRedirected, RejectionReturned,
};
pub use dispute::{DeliveryDisputed, DisputeSettled, DisputeWithdrawn, Held, SettlementProposed};
pub use evidence::EvidenceAttached;
pub use facility::{
    CapacityChanged, CapacityReserved, FacilityRegistered, FacilityUseReversed, FacilityUsed,
    OutageRecorded, OutageReversed, ReservationConfirmed, ReservationDeclined, ReservationEnded,
};
pub use factor::{BaselineDeclared, DistanceStated, FactorsPublished, FactorsWithdrawn};
pub use ledger::{KeyIssued, KeyRevoked, KeyRotated, LedgerOpened, TailCut};
pub use lot::{BlendedLot, LotDissolved, LotFormed, LotPart, LotSplit, LotsBlended};
pub use market::{ListingAmended, ListingPublished, ListingWithdrawn};
pub use mass_balance::{
    BookedInput, InputsBooked, MassBalanceClosed, MassBalanceOpened, OutputClaimed,
};
pub use method::{MethodPublished, MethodWithdrawn};
pub use network::{LossShare, NetworkBalanceRecorded};
pub use partner::{
    CounterpartyClaimed, CounterpartyRecorded, EntryConfirmed, LinkAnswered, LinkIssued,
};
pub use period::{
    Declared, EconomicOutputDeclared, FreshWaterDeclared, GenerationDeclared, OwnReuseDeclared,
    ParkCounted, PeriodClosed, RecirculationDeclared, ReturnSubmitted, StockDeclared,
    ZeroActivityDeclared,
};
pub use procedure::{
    AnnualReportFiled, AppealDecided, AppealFiled, ConstructionDecided, NamingRevoked,
    ParkEvaluated, ParkNamed, ParkWarned, PlanApproved, PlanFiled, Procedure, ProgrammeApplied,
    ShortcomingRectified,
};
pub use registry::{
    CataloguePublished, FirmRegistered, HazardClassified, LegalStatusDecided, MaterialDefined,
    MeterCalibrated, MeterRegistered, MeterReplaced, ParkRegistered, PermitRegistered,
    PermitReinstated, PermitSuspended, ScaleCalibrated, ScaleRegistered, SiteRegistered,
};
pub use roster::{ReminderSent, RosterSet};
pub use settlement::{
    InvoiceRecorded, PaymentRecorded, QuantitySettled, SheetSigned, WindowRestated, WindowSettled,
};
pub use statement::{FigureStated, FigureWithdrawn, Stated};
pub use stock::{
    StockAdjusted, StockCounted, StockDrawn, StockGenerated, StockLost, StockOpened, StockPlace,
};

use crate::domain::id::ParkId;
use crate::domain::json_schema::document;
use crate::domain::shapes::Nonconformity;

macro_rules! events {
    ($($variant:ident $kind:literal $schema:literal)+) => {
        /// What has happened, by type.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $(#[doc = concat!("`", $kind, "`, schema ", $schema)] $variant($variant)),+
        }

        impl Event {
            /// Every event type with the number of its present schema.
            pub const KINDS: &'static [(&'static str, u16)] = &[$(($kind, $schema)),+];

            pub fn kind(&self) -> &'static str {
                match self { $(Event::$variant(_) => $kind),+ }
            }

            /// The number of the shape in which it is written.
            pub fn schema(&self) -> u16 {
                match self { $(Event::$variant(_) => $schema),+ }
            }

            /// The JSON Schema of each event's `data`, by the name of its file, in the same order.
            pub fn schemas() -> Vec<(String, serde_json::Value)> {
                vec![$((
                    concat!($kind, ".v", $schema, ".json").to_owned(),
                    document::<$variant>(concat!("data of ", $kind, ", schema ", $schema)),
                )),+]
            }

            /// Reads `data` of a record. `None` if this program knows no such type and schema:
            /// whoever folds the log stops there, and never skips.
            pub fn parse(kind: &str, schema: u16, data: &str) -> Option<serde_json::Result<Event>> {
                match (kind, schema) {
                    $(($kind, $schema) => Some(serde_json::from_str(data).map(Event::$variant)),)+
                    _ => None,
                }
            }
        }

        impl Serialize for Event {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Event::$variant(data) => data.serialize(serializer)),+ }
            }
        }

        $(impl From<$variant> for Event {
            fn from(data: $variant) -> Event {
                Event::$variant(data)
            }
        })+

        /// Calls `$with!` with every event: variant, type name, schema number.
        #[macro_export]
        macro_rules! for_each_event {
            ($with:ident) => { $with! { $($variant $kind $schema)+ } };
        }
    };
}

events! {
    LedgerOpened "ledger_opened" 1
    TailCut "tail_cut" 1
    KeyRotated "key_rotated" 1
    KeyIssued "key_issued" 1
    KeyRevoked "key_revoked" 1
    ParkRegistered "park_registered" 1
    FirmRegistered "firm_registered" 1
    SiteRegistered "site_registered" 1
    PermitRegistered "permit_registered" 1
    PermitSuspended "permit_suspended" 1
    PermitReinstated "permit_reinstated" 1
    ScaleRegistered "scale_registered" 1
    ScaleCalibrated "scale_calibrated" 1
    MeterRegistered "meter_registered" 1
    MeterCalibrated "meter_calibrated" 1
    MeterReplaced "meter_replaced" 1
    CataloguePublished "catalogue_published" 1
    MaterialDefined "material_defined" 1
    HazardClassified "hazard_classified" 1
    LegalStatusDecided "legal_status_decided" 1
    CounterpartyRecorded "counterparty_recorded" 1
    CounterpartyClaimed "counterparty_claimed" 1
    LinkIssued "link_issued" 1
    LinkAnswered "link_answered" 1
    EntryConfirmed "entry_confirmed" 1
    ListingPublished "listing_published" 1
    ListingAmended "listing_amended" 1
    ListingWithdrawn "listing_withdrawn" 1
    ContractProposed "contract_proposed" 1
    ContractConfirmed "contract_confirmed" 1
    ContractConcluded "contract_concluded" 1
    ContractDeclined "contract_declined" 1
    ContractTerminated "contract_terminated" 1
    BalanceOpened "balance_opened" 1
    CallOffPlaced "call_off_placed" 1
    DeliveryDispatched "delivery_dispatched" 1
    DeliveryReceived "delivery_received" 1
    DiscrepancyRaised "discrepancy_raised" 1
    DiscrepancyResolved "discrepancy_resolved" 1
    MeteredPeriodRecorded "metered_period_recorded" 1
    DeliveryAccepted "delivery_accepted" 1
    DeliveryRejected "delivery_rejected" 1
    RejectionReturned "rejection_returned" 1
    RejectionRedirected "rejection_redirected" 1
    RejectionDisposed "rejection_disposed" 1
    DeliveryUsed "delivery_used" 1
    DeliveryDisposed "delivery_disposed" 1
    DeliveryCancelled "delivery_cancelled" 1
    DeliveryDisputed "delivery_disputed" 1
    SettlementProposed "settlement_proposed" 1
    DisputeSettled "dispute_settled" 1
    DisputeWithdrawn "dispute_withdrawn" 1
    MeteredAdjustmentRecorded "metered_adjustment_recorded" 1
    MeteredAdjustmentConfirmed "metered_adjustment_confirmed" 1
    MeteredAdjustmentDeclined "metered_adjustment_declined" 1
    NetworkBalanceRecorded "network_balance_recorded" 1
    CorrectionRequested "correction_requested" 1
    CorrectionDeclined "correction_declined" 1
    EntryReversed "entry_reversed" 1
    EntryReplaced "entry_replaced" 1
    ReturnSubmitted "return_submitted" 1
    GenerationDeclared "generation_declared" 1
    OwnReuseDeclared "own_reuse_declared" 1
    FreshWaterDeclared "fresh_water_declared" 1
    RecirculationDeclared "recirculation_declared" 1
    StockDeclared "stock_declared" 1
    EconomicOutputDeclared "economic_output_declared" 1
    ZeroActivityDeclared "zero_activity_declared" 1
    PeriodClosed "period_closed" 1
    ParkCounted "park_counted" 1
    EvidenceAttached "evidence_attached" 1
    StockOpened "stock_opened" 1
    StockGenerated "stock_generated" 1
    StockDrawn "stock_drawn" 1
    StockCounted "stock_counted" 1
    StockAdjusted "stock_adjusted" 1
    StockLost "stock_lost" 1
    SheetSigned "sheet_signed" 1
    WindowSettled "window_settled" 1
    WindowRestated "window_restated" 1
    QuantitySettled "quantity_settled" 1
    InvoiceRecorded "invoice_recorded" 1
    PaymentRecorded "payment_recorded" 1
    MethodPublished "method_published" 1
    MethodWithdrawn "method_withdrawn" 1
    FigureStated "figure_stated" 1
    FigureWithdrawn "figure_withdrawn" 1
    ClaimIssued "claim_issued" 1
    ClaimAllocationProposed "claim_allocation_proposed" 1
    ClaimAllocated "claim_allocated" 1
    ClaimTransferred "claim_transferred" 1
    ClaimRetired "claim_retired" 1
    ClaimVoided "claim_voided" 1
    MassBalanceOpened "mass_balance_opened" 1
    InputsBooked "inputs_booked" 1
    OutputClaimed "output_claimed" 1
    MassBalanceClosed "mass_balance_closed" 1
    RosterSet "roster_set" 1
    ReminderSent "reminder_sent" 1
    ProgrammeApplied "programme_applied" 1
    PlanFiled "plan_filed" 1
    PlanApproved "plan_approved" 1
    ConstructionDecided "construction_decided" 1
    ParkNamed "park_named" 1
    AnnualReportFiled "annual_report_filed" 1
    ParkEvaluated "park_evaluated" 1
    ParkWarned "park_warned" 1
    ShortcomingRectified "shortcoming_rectified" 1
    NamingRevoked "naming_revoked" 1
    AppealFiled "appeal_filed" 1
    AppealDecided "appeal_decided" 1
    LotFormed "lot_formed" 1
    LotsBlended "lots_blended" 1
    LotSplit "lot_split" 1
    LotDissolved "lot_dissolved" 1
    FactorsPublished "factors_published" 1
    FactorsWithdrawn "factors_withdrawn" 1
    BaselineDeclared "baseline_declared" 1
    DistanceStated "distance_stated" 1
    FacilityRegistered "facility_registered" 1
    CapacityChanged "capacity_changed" 1
    CapacityReserved "capacity_reserved" 1
    ReservationConfirmed "reservation_confirmed" 1
    ReservationDeclined "reservation_declined" 1
    ReservationEnded "reservation_ended" 1
    FacilityUsed "facility_used" 1
    FacilityUseReversed "facility_use_reversed" 1
    OutageRecorded "outage_recorded" 1
    OutageReversed "outage_reversed" 1
}

/// The stream that an event belongs to: `contract/ctr_…`. The ledger's own is `ledger`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stream<'a> {
    pub kind: &'static str,
    pub id: &'a str,
}

impl std::fmt::Display for Stream<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.id.is_empty() {
            f.write_str(self.kind)
        } else {
            write!(f, "{}/{}", self.kind, self.id)
        }
    }
}

impl Event {
    pub fn stream(&self) -> Stream<'_> {
        if let Some(exchange) = self.exchange() {
            return Stream { kind: "delivery", id: exchange.delivery.as_str() };
        }
        if let Some(procedure) = self.procedure() {
            return Stream { kind: "participation", id: procedure.participation.as_str() };
        }
        if let Some(place) = self.facility_place() {
            return Stream { kind: "facility", id: place.facility.as_str() };
        }
        match self.declared() {
            Some(declared) => Stream { kind: "return", id: declared.return_id.as_str() },
            None => self.stream_of_others(),
        }
    }

    fn stream_of_others(&self) -> Stream<'_> {
        let of = |kind, id| Stream { kind, id };
        match self {
            Event::LedgerOpened(_) | Event::TailCut(_) | Event::KeyRotated(_) => of("ledger", ""),
            Event::KeyIssued(e) => of("key", e.key.as_str()),
            Event::KeyRevoked(e) => of("key", e.key.as_str()),
            Event::CounterpartyRecorded(e) => of("firm", e.firm.as_str()),
            Event::CounterpartyClaimed(e) => of("firm", e.counterparty.as_str()),
            Event::LinkIssued(e) => of("key", e.key.as_str()),
            Event::LinkAnswered(e) => of("key", e.key.as_str()),
            Event::ParkRegistered(e) => of("park", e.park.as_str()),
            Event::PeriodClosed(e) => of("park", e.park.as_str()),
            Event::ParkCounted(e) => of("park", e.park.as_str()),
            Event::NetworkBalanceRecorded(e) => of("park", e.park.as_str()),
            Event::FirmRegistered(e) => of("firm", e.firm.as_str()),
            Event::SiteRegistered(e) => of("site", e.site.as_str()),
            Event::PermitRegistered(e) => of("permit", e.permit.as_str()),
            Event::PermitSuspended(e) => of("permit", e.permit.as_str()),
            Event::PermitReinstated(e) => of("permit", e.permit.as_str()),
            Event::ScaleRegistered(e) => of("scale", e.scale.as_str()),
            Event::ScaleCalibrated(e) => of("scale", e.scale.as_str()),
            Event::MeterRegistered(e) => of("meter", e.meter.as_str()),
            Event::MeterCalibrated(e) => of("meter", e.meter.as_str()),
            Event::MeterReplaced(e) => of("meter", e.meter.as_str()),
            Event::CataloguePublished(e) => of("catalogue", e.catalogue.as_str()),
            Event::MaterialDefined(e) => of("material", e.material.as_str()),
            Event::HazardClassified(e) => of("material", e.material.as_str()),
            Event::LegalStatusDecided(e) => of("material", e.material.as_str()),
            Event::ListingPublished(e) => of("listing", e.listing.as_str()),
            Event::ListingAmended(e) => of("listing", e.listing.as_str()),
            Event::ListingWithdrawn(e) => of("listing", e.listing.as_str()),
            Event::ContractProposed(e) => of("contract", e.contract.as_str()),
            Event::ContractConfirmed(e) => of("contract", e.contract.as_str()),
            Event::ContractConcluded(e) => of("contract", e.contract.as_str()),
            Event::ContractDeclined(e) => of("contract", e.contract.as_str()),
            Event::ContractTerminated(e) => of("contract", e.contract.as_str()),
            Event::BalanceOpened(e) => of("contract", e.contract.as_str()),
            Event::CallOffPlaced(e) => of("contract", e.contract.as_str()),
            Event::SheetSigned(e) => of("contract", e.contract.as_str()),
            Event::WindowSettled(e) => of("contract", e.contract.as_str()),
            Event::WindowRestated(e) => of("contract", e.contract.as_str()),
            Event::InvoiceRecorded(e) => of("contract", e.contract.as_str()),
            Event::PaymentRecorded(e) => of("contract", e.contract.as_str()),
            Event::EvidenceAttached(e) => of("evidence", e.evidence.as_str()),
            Event::MethodPublished(e) => of("method", e.id.as_str()),
            Event::MethodWithdrawn(e) => of("method", e.id.as_str()),
            Event::FigureStated(e) => of("statement", e.stated.statement.as_str()),
            Event::FigureWithdrawn(e) => of("statement", e.stated.statement.as_str()),
            Event::RosterSet(e) => of("roster", e.roster.as_str()),
            Event::ReminderSent(e) => of("roster", e.roster.as_str()),
            Event::MeteredAdjustmentRecorded(e) => of("contract", e.contract.as_str()),
            Event::MeteredAdjustmentConfirmed(e) => of("contract", e.contract.as_str()),
            Event::MeteredAdjustmentDeclined(e) => of("contract", e.contract.as_str()),
            Event::StockOpened(e) => of("site", e.place.site.as_str()),
            Event::StockGenerated(e) => of("site", e.place.site.as_str()),
            Event::StockDrawn(e) => of("site", e.place.site.as_str()),
            Event::StockCounted(e) => of("site", e.place.site.as_str()),
            Event::StockAdjusted(e) => of("site", e.place.site.as_str()),
            Event::StockLost(e) => of("site", e.place.site.as_str()),
            Event::LotFormed(e) => of("site", e.place.site.as_str()),
            Event::LotsBlended(e) => of("site", e.place.site.as_str()),
            Event::LotSplit(e) => of("site", e.place.site.as_str()),
            Event::LotDissolved(e) => of("site", e.place.site.as_str()),
            Event::ClaimIssued(e) => of("claim", e.claim.as_str()),
            Event::ClaimAllocationProposed(e) => of("claim", e.claim.as_str()),
            Event::ClaimAllocated(e) => of("claim", e.claim.as_str()),
            Event::ClaimTransferred(e) => of("claim", e.claim.as_str()),
            Event::ClaimRetired(e) => of("claim", e.claim.as_str()),
            Event::ClaimVoided(e) => of("claim", e.claim.as_str()),
            Event::MassBalanceOpened(e) => of("mass_balance", e.balance.as_str()),
            Event::InputsBooked(e) => of("mass_balance", e.balance.as_str()),
            Event::OutputClaimed(e) => of("mass_balance", e.balance.as_str()),
            Event::MassBalanceClosed(e) => of("mass_balance", e.balance.as_str()),
            Event::FactorsPublished(e) => of("factors", e.id.as_str()),
            Event::FactorsWithdrawn(e) => of("factors", e.id.as_str()),
            Event::BaselineDeclared(e) => of("contract", e.contract.as_str()),
            Event::DistanceStated(e) => of("contract", e.contract.as_str()),
            Event::ReturnSubmitted(_)
            | Event::GenerationDeclared(_)
            | Event::OwnReuseDeclared(_)
            | Event::FreshWaterDeclared(_)
            | Event::RecirculationDeclared(_)
            | Event::StockDeclared(_)
            | Event::EconomicOutputDeclared(_)
            | Event::ZeroActivityDeclared(_)
            | Event::DeliveryDispatched(_)
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
            | Event::QuantitySettled(_)
            | Event::ProgrammeApplied(_)
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
            | Event::AppealDecided(_)
            | Event::FacilityRegistered(_)
            | Event::CapacityChanged(_)
            | Event::CapacityReserved(_)
            | Event::ReservationConfirmed(_)
            | Event::ReservationDeclined(_)
            | Event::ReservationEnded(_)
            | Event::FacilityUsed(_)
            | Event::FacilityUseReversed(_)
            | Event::OutageRecorded(_)
            | Event::OutageReversed(_) => {
                unreachable!("it has an exchange, declares, or is of a procedure or facility")
            }
        }
    }

    /// The exchange of an event of a delivery.
    #[expect(clippy::wildcard_enum_match_arm, reason = "`stream_of_others` has all arms")]
    pub fn exchange(&self) -> Option<&Exchange> {
        match self {
            Event::DeliveryDispatched(e) => Some(&e.exchange),
            Event::DeliveryReceived(e) => Some(&e.exchange),
            Event::DiscrepancyRaised(e) => Some(&e.exchange),
            Event::DiscrepancyResolved(e) => Some(&e.exchange),
            Event::MeteredPeriodRecorded(e) => Some(&e.exchange),
            Event::DeliveryAccepted(e) => Some(&e.exchange),
            Event::DeliveryRejected(e) => Some(&e.exchange),
            Event::RejectionReturned(e) => Some(&e.exchange),
            Event::RejectionRedirected(e) => Some(&e.exchange),
            Event::RejectionDisposed(e) => Some(&e.exchange),
            Event::DeliveryUsed(e) => Some(&e.exchange),
            Event::DeliveryDisposed(e) => Some(&e.exchange),
            Event::DeliveryCancelled(e) => Some(&e.exchange),
            Event::EntryConfirmed(e) => Some(&e.exchange),
            Event::CorrectionRequested(e) => Some(&e.exchange),
            Event::CorrectionDeclined(e) => Some(&e.exchange),
            Event::EntryReversed(e) => Some(&e.exchange),
            Event::EntryReplaced(e) => Some(&e.exchange),
            Event::DeliveryDisputed(e) => Some(&e.exchange),
            Event::SettlementProposed(e) => Some(&e.exchange),
            Event::DisputeSettled(e) => Some(&e.exchange),
            Event::DisputeWithdrawn(e) => Some(&e.exchange),
            Event::QuantitySettled(e) => Some(&e.exchange),
            _ => None,
        }
    }

    /// The rules that what is recorded breaks.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only recorded reality has any")]
    pub fn nonconformities(&self) -> &[Nonconformity] {
        match self {
            Event::MaterialDefined(e) => &e.nonconformities,
            Event::DeliveryDispatched(e) => &e.nonconformities,
            Event::DeliveryReceived(e) => &e.nonconformities,
            Event::MeteredPeriodRecorded(e) => &e.nonconformities,
            Event::EntryReplaced(e) => &e.nonconformities,
            Event::FacilityUsed(e) => &e.nonconformities,
            _ => &[],
        }
    }

    /// Where and for when an event of a return declares.
    #[expect(clippy::wildcard_enum_match_arm, reason = "`stream_of_others` has all arms")]
    pub fn declared(&self) -> Option<&Declared> {
        match self {
            Event::ReturnSubmitted(e) => Some(&e.declared),
            Event::GenerationDeclared(e) => Some(&e.declared),
            Event::OwnReuseDeclared(e) => Some(&e.declared),
            Event::FreshWaterDeclared(e) => Some(&e.declared),
            Event::RecirculationDeclared(e) => Some(&e.declared),
            Event::StockDeclared(e) => Some(&e.declared),
            Event::EconomicOutputDeclared(e) => Some(&e.declared),
            Event::ZeroActivityDeclared(e) => Some(&e.declared),
            _ => None,
        }
    }

    /// The parks that the record concerns, each once: HEAD counts them. What concerns no park
    /// (keys, firms, catalogues, materials) is of the whole ledger.
    #[expect(clippy::wildcard_enum_match_arm, reason = "deliveries and returns come first")]
    pub fn parks(&self) -> Vec<&ParkId> {
        if let Some(Exchange { supplier, receiver, .. }) = self.exchange() {
            return both(&supplier.park, &receiver.park);
        }
        if let Some(declared) = self.declared() {
            return vec![&declared.park];
        }
        if let Some(place) = self.stock_place() {
            return vec![&place.park];
        }
        if let Some(procedure) = self.procedure() {
            return vec![&procedure.park];
        }
        if let Some(place) = self.facility_place() {
            return vec![&place.park];
        }
        match self {
            Event::ParkRegistered(e) => vec![&e.park],
            Event::PeriodClosed(e) => vec![&e.park],
            Event::ParkCounted(e) => vec![&e.park],
            Event::FigureStated(e) => vec![&e.stated.park],
            Event::FigureWithdrawn(e) => vec![&e.stated.park],
            Event::RosterSet(e) => vec![&e.park],
            Event::ReminderSent(e) => vec![&e.park],
            Event::CounterpartyRecorded(e) => vec![&e.park],
            Event::NetworkBalanceRecorded(e) => vec![&e.park],
            Event::SiteRegistered(e) => vec![&e.park],
            Event::PermitRegistered(e) => vec![&e.park],
            Event::PermitSuspended(e) => vec![&e.park],
            Event::PermitReinstated(e) => vec![&e.park],
            Event::ScaleRegistered(e) => vec![&e.park],
            Event::ScaleCalibrated(e) => vec![&e.park],
            Event::MeterRegistered(e) => vec![&e.park],
            Event::MeterCalibrated(e) => vec![&e.park],
            Event::MeterReplaced(e) => vec![&e.park],
            Event::LegalStatusDecided(e) => vec![&e.park],
            Event::ListingPublished(e) => vec![&e.park],
            Event::ListingAmended(e) => vec![&e.park],
            Event::ListingWithdrawn(e) => vec![&e.park],
            Event::ContractProposed(e) => both(&e.supplier.park, &e.receiver.park),
            Event::ContractConfirmed(e) => e.parks.iter().collect(),
            Event::ContractConcluded(e) => e.parks.iter().collect(),
            Event::ContractDeclined(e) => e.parks.iter().collect(),
            Event::ContractTerminated(e) => e.parks.iter().collect(),
            Event::BalanceOpened(e) => e.parks.iter().collect(),
            Event::CallOffPlaced(e) => e.parks.iter().collect(),
            Event::EvidenceAttached(e) => e.parks.iter().collect(),
            Event::MeteredAdjustmentRecorded(e) => e.parks.iter().collect(),
            Event::MeteredAdjustmentConfirmed(e) => both(&e.supplier.park, &e.receiver.park),
            Event::MeteredAdjustmentDeclined(e) => e.parks.iter().collect(),
            Event::SheetSigned(e) => e.parks.iter().collect(),
            Event::WindowSettled(e) => e.parks.iter().collect(),
            Event::WindowRestated(e) => e.parks.iter().collect(),
            Event::InvoiceRecorded(e) => e.parks.iter().collect(),
            Event::PaymentRecorded(e) => e.parks.iter().collect(),
            Event::ClaimIssued(e) => both(&e.producer.park, &e.user.park),
            Event::ClaimAllocationProposed(e) => e.parks.iter().collect(),
            Event::ClaimAllocated(e) => e.parks.iter().collect(),
            Event::ClaimTransferred(e) => e.parks.iter().collect(),
            Event::ClaimRetired(e) => e.parks.iter().collect(),
            Event::ClaimVoided(e) => e.parks.iter().collect(),
            Event::MassBalanceOpened(e) => vec![&e.park],
            Event::InputsBooked(e) => vec![&e.park],
            Event::OutputClaimed(e) => vec![&e.park],
            Event::MassBalanceClosed(e) => vec![&e.park],
            Event::BaselineDeclared(e) => e.parks.iter().collect(),
            Event::DistanceStated(e) => e.parks.iter().collect(),
            _ => Vec::new(),
        }
    }
}

fn both<'a>(supplier: &'a ParkId, receiver: &'a ParkId) -> Vec<&'a ParkId> {
    if supplier == receiver { vec![supplier] } else { vec![supplier, receiver] }
}
