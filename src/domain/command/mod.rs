//! Commands: what may be asked of the ledger, in the one shape that REST, batches, imports and
//! scenarios share.
//!
//! Invariant: a command names every id itself and carries no time but that of business, so the same
//! bytes asked twice are one command.

mod access;
mod adjustment;
mod claim;
mod commitment;
mod contract;
mod correction;
mod delivery;
mod dispute;
mod evidence;
mod facility;
mod factor;
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

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

pub use access::{IssueKey, RevokeKey};
pub use adjustment::{AdjustMeteredPeriods, ConfirmAdjustment, DeclineAdjustment};
pub use claim::{
    AllocateClaim, ClaimPurpose, IssueClaim, RetireClaim, Share, TransferClaim, VoidClaim,
};
pub use contract::{
    ConfirmContract, ContractKind, ContractLine, DeclineContract, OpenBalance, PlaceCallOff,
    ProposeContract, TerminateContract, Window,
};
pub use correction::{ApproveCorrection, DeclineCorrection, Entry, RequestCorrection};
pub use delivery::{
    AcceptDelivery, CancelDelivery, DispatchDelivery, DisposeDelivery, DisposeRejection, Manifest,
    ReceiveDelivery, RecordMeteredPeriod, RedirectRejection, RejectDelivery, ResolveDiscrepancy,
    ReturnRejection, UseDelivery,
};
pub use dispute::{DisputeDelivery, SettleDispute, WithdrawDispute};
pub use evidence::AttachEvidence;
pub use facility::{
    ChangeCapacity, ConfirmReservation, DeclineReservation, EndReservation, RecordFacilityUse,
    RecordOutage, RegisterFacility, ReserveCapacity, ReverseFacilityUse, ReverseOutage,
};
pub use factor::{DeclareBaseline, PublishFactors, StateDistance, WithdrawFactors};
pub use lot::{BlendLots, DissolveLot, FormLot, NewLot, SplitLot};
pub use market::{AmendListing, ListingKind, PublishListing, WithdrawListing};
pub use mass_balance::{BookInputs, ClaimOutput, CloseMassBalance, CustodyModel, OpenMassBalance};
pub use method::{PublishMethod, WithdrawMethod};
pub use network::{LossKey, Outlet, RecordNetworkBalance};
pub use partner::{
    AnswerLink, ClaimCounterparty, ConfirmEntry, IssueLink, LinkAnswer, LinkSubject,
    RecordCounterparty,
};
pub use period::{
    ClosePeriod, EconomicMeasure, EconomicOutput, Generation, MaterialAmount, OwnReuse,
    SubmitReturn,
};
pub use procedure::{
    AcceptProgramme, Appeal, ApplyForProgramme, ApprovePlan, DecideAppeal, EvaluatePark,
    FileAnnualReport, FilePlan, NamePark, Rectify, RevokeNaming, WarnPark,
};
pub use registry::{
    CalibrateMeter, CalibrateScale, Calibration, ClassifyHazard, DecideLegalStatus, DefineMaterial,
    PublishCatalogue, RegisterFirm, RegisterMeter, RegisterPark, RegisterPermit, RegisterScale,
    RegisterSite, ReinstatePermit, ReplaceMeter, SuspendPermit,
};
pub use roster::{SendReminder, SetRoster};
pub use settlement::{
    InvoiceKind, RecordInvoice, RecordPayment, RestateWindow, SettleQuantity, SettledReason,
    SheetLine, SignSheet,
};
pub use statement::{Figure, StateFigures, WithdrawStatement};
pub use stock::{
    AdjustStock, CountStock, DrawStock, OpenStock, RecordGeneration, RecordLoss, StockCause,
    StockDirection, StockOrigin,
};

use crate::domain::actor::Actor;
use crate::domain::confidential::Seal;
use crate::domain::id::CommandId;
use crate::domain::time::UtcMillis;

/// A command with its envelope. Its serde form is canonical JSON; its hash makes the id idempotent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub actor: Actor,
    /// Chosen by the client; unique per actor for ever.
    pub id: CommandId,
    pub occurred_at: UtcMillis,
    pub request: Request,
}

macro_rules! commands {
    ($($variant:ident $kind:literal $doc:literal)+) => {
        /// What is asked, by type.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Request {
            $(#[doc = $doc] $variant($variant)),+
        }

        impl Request {
            /// Every command type, in the order in which they are documented.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            pub fn kind(&self) -> &'static str {
                match self { $(Request::$variant(_) => $kind),+ }
            }

            /// Reads the data of a command of that type. The outer error means that there is no
            /// such type.
            pub fn parse(kind: &str, data: &str) -> Option<Result<Request, ParseError>> {
                fn read<T: for<'de> Deserialize<'de>>(data: &str) -> Result<T, ParseError> {
                    let mut json = serde_json::Deserializer::from_str(data);
                    serde_path_to_error::deserialize(&mut json)
                }
                match kind {
                    $($kind => Some(read(data).map(Request::$variant)),)+
                    _ => None,
                }
            }
        }

        impl Serialize for Request {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Request::$variant(data) => data.serialize(serializer)),+ }
            }
        }

        $(impl From<$variant> for Request {
            fn from(data: $variant) -> Request {
                Request::$variant(data)
            }
        })+

        /// Calls `$with!` with every command: variant, type name, summary.
        #[macro_export]
        macro_rules! for_each_command {
            ($with:ident) => { $with! { $($variant $kind $doc)+ } };
        }
    };
}

/// Why data is not that of a command of its type, with the path to the member.
pub type ParseError = serde_path_to_error::Error<serde_json::Error>;

commands! {
    RegisterPark "register_park" "Opens a park."
    RegisterFirm "register_firm" "Takes a firm in."
    RegisterSite "register_site" "Adds a firm's site in a park."
    RegisterPermit "register_permit" "Records a permit of a site."
    SuspendPermit "suspend_permit" "Suspends a permit."
    ReinstatePermit "reinstate_permit" "Puts a suspended permit back in force."
    RegisterScale "register_scale" "Registers a weighbridge or belt scale."
    CalibrateScale "calibrate_scale" "Records a scale's calibration."
    RegisterMeter "register_meter" "Registers a meter."
    CalibrateMeter "calibrate_meter" "Records a meter's calibration."
    ReplaceMeter "replace_meter" "Records that a meter gave way to another."
    PublishCatalogue "publish_catalogue" "Loads a list of material codes."
    DefineMaterial "define_material" "Describes a material."
    ClassifyHazard "classify_hazard" "Decides whether a material is hazardous."
    DecideLegalStatus "decide_legal_status" "Decides what a material is in law at a site."
    IssueKey "issue_key" "Gives an access key its rights."
    RevokeKey "revoke_key" "Ends an access key."
    RecordCounterparty "record_counterparty" "Records a partner who is not registered."
    ClaimCounterparty "claim_counterparty" "Joins a recorded partner to the firm that it is."
    IssueLink "issue_link" "Asks a partner to confirm, by a one-time link."
    AnswerLink "answer_link" "Answers what a link asks."
    ConfirmEntry "confirm_entry" "Stands for what the other side has recorded."
    PublishListing "publish_listing" "Offers or seeks a material."
    AmendListing "amend_listing" "Replaces what a listing says."
    WithdrawListing "withdraw_listing" "Takes a listing back."
    ProposeContract "propose_contract" "Proposes a contract."
    ConfirmContract "confirm_contract" "Confirms a proposed contract for one side."
    DeclineContract "decline_contract" "Declines a proposed contract."
    TerminateContract "terminate_contract" "Ends a contract before its term."
    OpenBalance "open_balance" "Says what was delivered before the ledger began."
    PlaceCallOff "place_call_off" "Calls off a part of a framework contract."
    DispatchDelivery "dispatch_delivery" "Records that a load left."
    ReceiveDelivery "receive_delivery" "Records that a load arrived."
    RecordMeteredPeriod "record_metered_period" "Records what a meter counted."
    AcceptDelivery "accept_delivery" "Accepts a load, whole or in part."
    RejectDelivery "reject_delivery" "Rejects a whole load."
    ReturnRejection "return_rejection" "Records that a rejected quantity went back."
    RedirectRejection "redirect_rejection" "Sends a rejected quantity to another receiver."
    DisposeRejection "dispose_rejection" "Records that a rejected quantity was disposed of."
    UseDelivery "use_delivery" "Records that an accepted quantity was used."
    DisposeDelivery "dispose_delivery" "Records that an accepted quantity was disposed of."
    CancelDelivery "cancel_delivery" "Cancels a dispatched load that did not leave."
    ResolveDiscrepancy "resolve_discrepancy" "Closes a discrepancy between two weights."
    DisputeDelivery "dispute_delivery" "Disputes a delivery."
    SettleDispute "settle_dispute" "Proposes how a dispute is settled, or agrees."
    WithdrawDispute "withdraw_dispute" "Takes a dispute back."
    AdjustMeteredPeriods "adjust_metered_periods" "Adjusts accepted metered periods afterwards."
    ConfirmAdjustment "confirm_adjustment" "Confirms an adjustment."
    DeclineAdjustment "decline_adjustment" "Declines an adjustment, or takes it back."
    RecordNetworkBalance "record_network_balance" "Shares what a network lost in a month."
    RequestCorrection "request_correction" "Asks to correct an entry of a load."
    ApproveCorrection "approve_correction" "Approves a correction."
    DeclineCorrection "decline_correction" "Declines a correction, or takes one back."
    SubmitReturn "submit_return" "Declares a site's period."
    ClosePeriod "close_period" "Closes a month of a park."
    AttachEvidence "attach_evidence" "Links a document to a thing."
    OpenStock "open_stock" "Opens the account of what lies at a site."
    RecordGeneration "record_generation" "Records what a production put on the pile."
    DrawStock "draw_stock" "Uses or disposes of a part of the pile."
    CountStock "count_stock" "Records a count of what lies there."
    AdjustStock "adjust_stock" "Corrects what the account says."
    RecordLoss "record_loss" "Records that a part of the pile was lost."
    SignSheet "sign_sheet" "Signs the sheet of a settlement window."
    RestateWindow "restate_window" "Opens the window that was settled last again."
    SettleQuantity "settle_quantity" "States what is settled of a delivery."
    RecordInvoice "record_invoice" "Records an invoice or credit note."
    RecordPayment "record_payment" "Records a payment."
    PublishMethod "publish_method" "Publishes a version of a method."
    WithdrawMethod "withdraw_method" "Takes a version of a method out of use."
    StateFigures "state_figures" "States figures of a period."
    WithdrawStatement "withdraw_statement" "Takes a statement back."
    IssueClaim "issue_claim" "Claims a used quantity for one purpose."
    AllocateClaim "allocate_claim" "Proposes how a claim is shared, or agrees."
    TransferClaim "transfer_claim" "Passes a share of a claim on."
    RetireClaim "retire_claim" "Uses a share of a claim up, for good."
    VoidClaim "void_claim" "Takes a claim back."
    OpenMassBalance "open_mass_balance" "Opens a mass balance account."
    BookInputs "book_inputs" "Books deliveries as qualifying input."
    ClaimOutput "claim_output" "Claims output as made of qualifying input."
    CloseMassBalance "close_mass_balance" "Closes a mass balance account."
    SetRoster "set_roster" "Says who must declare what by when."
    SendReminder "send_reminder" "Reminds a firm of what is missing."
    ApplyForProgramme "apply_for_programme" "Applies for a programme."
    FilePlan "file_plan" "Files a plan."
    ApprovePlan "approve_plan" "Records that a plan was approved."
    AcceptProgramme "accept_programme" "Records that construction was accepted or refused."
    NamePark "name_park" "Records that a park was named."
    FileAnnualReport "file_annual_report" "Files the report of a year."
    EvaluatePark "evaluate_park" "Records what an evaluation found."
    WarnPark "warn_park" "Records a warning."
    Rectify "rectify" "Says that a shortcoming is rectified."
    RevokeNaming "revoke_naming" "Records that a name was revoked."
    Appeal "appeal" "Appeals against a decision."
    DecideAppeal "decide_appeal" "Records what was decided of an appeal."
    FormLot "form_lot" "Sets a part of the pile aside as a lot."
    BlendLots "blend_lots" "Makes one lot of several."
    SplitLot "split_lot" "Parts a lot."
    DissolveLot "dissolve_lot" "Puts what is left of a lot back to the pile."
    PublishFactors "publish_factors" "Publishes a version of a set of factors."
    WithdrawFactors "withdraw_factors" "Takes a version of a set of factors out of use."
    DeclareBaseline "declare_baseline" "Declares what would have become of a material."
    StateDistance "state_distance" "States how far a contract's material is carried."
    RegisterFacility "register_facility" "Registers a facility that several firms use."
    ChangeCapacity "change_capacity" "Says that a facility can do more or less."
    ReserveCapacity "reserve_capacity" "Keeps a part of a facility's capacity for a firm."
    ConfirmReservation "confirm_reservation" "Confirms a reservation for the other side."
    DeclineReservation "decline_reservation" "Declines a reservation, or takes one back."
    EndReservation "end_reservation" "Ends a reservation before its term."
    RecordFacilityUse "record_facility_use" "Records what a firm used of a facility."
    ReverseFacilityUse "reverse_facility_use" "Takes a recorded use of a facility back."
    RecordOutage "record_outage" "Records when a facility could do nothing."
    ReverseOutage "reverse_outage" "Takes a recorded outage back."
}
pub(crate) use for_each_command;

impl Request {
    /// Replaces every confidential value by its commitment. Pointers are those of the member in the
    /// command and, the same, in the BODY of the record that holds it.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a test looks for plain confidential values"
    )]
    pub fn seal(&mut self, seal: &mut Seal<'_>) {
        match self {
            Request::ProposeContract(data) => data.seal(seal),
            Request::DispatchDelivery(data) => data.seal(seal),
            Request::ReceiveDelivery(data) => data.seal(seal),
            Request::AnswerLink(data) => data.seal(seal),
            Request::RecordInvoice(data) => data.seal(seal),
            Request::RecordPayment(data) => data.seal(seal),
            Request::FormLot(data) => data.seal(seal),
            Request::BlendLots(data) => data.seal(seal),
            _ => {}
        }
    }
}

/// The envelope as written, with its data unread.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    actor: Actor,
    data: Box<RawValue>,
    id: CommandId,
    occurred_at: UtcMillis,
    #[serde(rename = "type")]
    kind: String,
}

/// The serde form: members in alphabetical order.
#[derive(Serialize)]
struct EnvelopeOut<'a> {
    actor: &'a Actor,
    data: &'a Request,
    id: &'a CommandId,
    occurred_at: UtcMillis,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl Serialize for Command {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Command { actor, id, occurred_at, request } = self;
        let (occurred_at, kind) = (*occurred_at, request.kind());
        EnvelopeOut { actor, data: request, id, occurred_at, kind }.serialize(serializer)
    }
}

/// Why a text is not a command: the RFC 6901 pointer of the member, a stable code, a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub pointer: String,
    pub code: &'static str,
    pub message: String,
}

impl Command {
    /// Reads a command. `text` must have gone through the canonical reader, which refuses what two
    /// JSON parsers could read differently.
    pub fn parse(text: &str) -> Result<Command, Malformed> {
        let mut json = serde_json::Deserializer::from_str(text);
        let envelope: Envelope =
            serde_path_to_error::deserialize(&mut json).map_err(|error| malformed("", &error))?;
        let Envelope { actor, data, id, occurred_at, kind } = envelope;
        let request = Command::request(&kind, data.get())?;
        Ok(Command { actor, id, occurred_at, request })
    }

    /// Reads the data of a command of a type.
    pub fn request(kind: &str, data: &str) -> Result<Request, Malformed> {
        match Request::parse(kind, data) {
            Some(Ok(request)) => commitment::refuse(data).map(|()| request),
            Some(Err(error)) => Err(malformed("/data", &error)),
            None => Err(Malformed {
                pointer: "/type".to_owned(),
                code: "unknown_command",
                message: format!(
                    "{} is no command type; they are {}",
                    crate::domain::value_error::shown(kind),
                    Request::KINDS.join(", ")
                ),
            }),
        }
    }
}

/// Pointer, code and sentence of what serde says.
pub fn malformed(base: &str, error: &ParseError) -> Malformed {
    use serde_path_to_error::Segment;
    let mut pointer = base.to_owned();
    for segment in error.path() {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let text = error.inner().to_string();
    // serde_json appends its place in the text, which the pointer says better.
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let (code, message) = match crate::domain::value_error::split(text) {
        Some((code, message)) => (code, message.to_owned()),
        None => (member_code(text), text.to_owned()),
    };
    Malformed { pointer, code, message }
}

fn member_code(text: &str) -> &'static str {
    if text.starts_with("unknown field") {
        "unknown_member"
    } else if text.starts_with("missing field") {
        "missing_member"
    } else {
        "malformed_member"
    }
}

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Command, D::Error> {
        let Envelope { actor, data, id, occurred_at, kind } = Envelope::deserialize(deserializer)?;
        let request = Command::request(&kind, data.get())
            .map_err(|error| D::Error::custom(format!("{}: {}", error.code, error.message)))?;
        Ok(Command { actor, id, occurred_at, request })
    }
}
