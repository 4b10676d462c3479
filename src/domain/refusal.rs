//! Refusals: why a command may not be, as a stable code, a pointer to the member, and a sentence
//! that says what would be right.
//!
//! Invariant: a refused command leaves nothing behind. Codes are never renamed or given another
//! meaning; the sentence may be reworded. No sentence holds a confidential value.

use std::fmt;

/// What a client can do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// What was sent can't be right, whatever the ledger holds.
    Invalid,
    /// It names something that is not there.
    Unknown,
    /// This party may not do this.
    Forbidden,
    /// It does not fit with what the ledger holds now.
    Conflict,
}

macro_rules! codes {
    ($($name:ident $text:literal $class:ident)+) => {
        /// Every reason for which a command is refused after it was read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $text, "`")] $name),+
        }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$name),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text),+ }
            }

            pub fn class(self) -> Class {
                match self { $(Code::$name => Class::$class),+ }
            }
        }
    };
}

codes! {
    OccurredInFuture "occurred_in_future" Invalid
    NotPermitted "not_permitted" Forbidden
    NotAParty "not_a_party" Forbidden
    CommandIdReused "command_id_reused" Conflict
    RecordTooLarge "record_too_large" Invalid
    AlreadyExists "already_exists" Conflict

    UnknownPark "unknown_park" Unknown
    UnknownFirm "unknown_firm" Unknown
    UnknownSite "unknown_site" Unknown
    UnknownPermit "unknown_permit" Unknown
    UnknownMeter "unknown_meter" Unknown
    UnknownScale "unknown_scale" Unknown
    UnknownMaterial "unknown_material" Unknown
    UnknownListing "unknown_listing" Unknown
    UnknownContract "unknown_contract" Unknown
    UnknownLine "unknown_line" Unknown
    UnknownAdjustment "unknown_adjustment" Unknown
    UnknownCallOff "unknown_call_off" Unknown
    UnknownDelivery "unknown_delivery" Unknown
    UnknownKey "unknown_key" Unknown
    UnknownReturn "unknown_return" Unknown
    UnknownAttachment "unknown_attachment" Unknown
    UnknownMethod "unknown_method" Unknown
    UnknownItem "unknown_item" Unknown
    UnknownStatement "unknown_statement" Unknown

    IdentifierTaken "identifier_taken" Conflict
    TermReversed "term_reversed" Invalid
    BadMultiplier "bad_multiplier" Invalid
    BadDigits "bad_digits" Invalid
    NotABillingMeter "not_a_billing_meter" Conflict
    OtherSite "other_site" Conflict
    MeterReplaced "meter_replaced" Conflict
    DuplicateMember "duplicate_member" Invalid
    MissingMember "missing_member" Invalid
    UnexpectedMember "unexpected_member" Invalid
    TooManyMembers "too_many_members" Invalid
    AmountTooLarge "amount_too_large" Invalid
    BadCatalogue "bad_catalogue" Invalid
    BadMethodDocument "bad_method_document" Invalid
    BadFigure "bad_figure" Invalid
    WrongPeriod "wrong_period" Invalid
    WrongPlace "wrong_place" Invalid
    MethodWithdrawn "method_withdrawn" Conflict
    StatementWithdrawn "statement_withdrawn" Conflict
    BadHazard "bad_hazard" Invalid
    CodeNotInCatalogue "code_not_in_catalogue" Invalid
    UnlikeDimension "unlike_dimension" Invalid
    QuantityMustNotBeZero "quantity_must_not_be_zero" Invalid
    PermitAlreadySuspended "permit_already_suspended" Conflict
    PermitNotSuspended "permit_not_suspended" Conflict
    KeyRevoked "key_revoked" Conflict
    ListingWithdrawn "listing_withdrawn" Conflict

    SameSite "same_site" Invalid
    LinesNotInOrder "lines_not_in_order" Invalid
    BadTolerance "bad_tolerance" Invalid
    MinimumAboveQuantity "minimum_above_quantity" Invalid
    WindowNeeded "window_needed" Invalid
    GradeTooLow "grade_too_low" Invalid
    NotACounterparty "not_a_counterparty" Conflict
    NotRegistered "not_registered" Conflict
    AlreadyClaimed "already_claimed" Conflict
    OtherIdentifier "other_identifier" Invalid
    EvidenceNeeded "evidence_needed" Invalid
    BadExpiry "bad_expiry" Invalid
    LinkUsed "link_used" Conflict
    NothingToConfirm "nothing_to_confirm" Conflict
    TooMany "too_many" Invalid
    AlreadyOpened "already_opened" Conflict
    NotALoad "not_a_load" Conflict
    NothingToCorrect "nothing_to_correct" Conflict
    CorrectionWaits "correction_waits" Conflict
    CorrectionAnswered "correction_answered" Conflict
    UnknownCorrection "unknown_correction" Unknown
    BelowUsed "below_used" Conflict
    AlreadyConfirmed "already_confirmed" Conflict
    ContractNotProposed "contract_not_proposed" Conflict
    ContractNotConcluded "contract_not_concluded" Conflict
    ContractTerminated "contract_terminated" Conflict
    NotAFramework "not_a_framework" Conflict
    OutsideTerm "outside_term" Conflict
    OverContract "over_contract" Conflict

    NetIsNotGrossLessTare "net_is_not_gross_less_tare" Invalid
    TicketNeeded "ticket_needed" Invalid
    TicketNotWeighed "ticket_not_weighed" Invalid
    TicketTaken "ticket_taken" Conflict
    PartTaken "part_taken" Conflict
    SplitOverNet "split_over_net" Conflict
    BadMethod "bad_method" Invalid
    SegmentsNotContiguous "segments_not_contiguous" Invalid
    DigitsNeeded "digits_needed" Conflict
    PeriodReversed "period_reversed" Invalid
    MeteredPeriodOverlaps "metered_period_overlaps" Conflict
    AlreadyDispatched "already_dispatched" Conflict
    AlreadyReceived "already_received" Conflict
    OtherContract "other_contract" Conflict
    NotReceived "not_received" Conflict
    AlreadyDecided "already_decided" Conflict
    DeliveryCancelled "delivery_cancelled" Conflict
    ReasonNeeded "reason_needed" Invalid
    AcceptedExceedsReceived "accepted_exceeds_received" Conflict
    HazardUndecided "hazard_undecided" Conflict
    NoPermit "no_permit" Conflict
    PermitNotValid "permit_not_valid" Conflict
    OverPermitCapacity "over_permit_capacity" Conflict
    BelowGrade "below_grade" Conflict
    NothingRejected "nothing_rejected" Conflict
    RejectionAlreadyEnded "rejection_already_ended" Conflict
    NotAccepted "not_accepted" Conflict
    UseExceedsAccepted "use_exceeds_accepted" Conflict
    OperationNeeded "operation_needed" Invalid
    NotARecovery "not_a_recovery" Invalid
    NotADisposal "not_a_disposal" Invalid
    NoOpenDiscrepancy "no_open_discrepancy" Conflict
    BadSign "bad_sign" Invalid
    SpansWindows "spans_windows" Invalid
    AdjustmentBelowZero "adjustment_below_zero" Conflict
    BadKeys "bad_keys" Invalid
    AlreadyBalanced "already_balanced" Conflict
    InletsExceedOutlet "inlets_exceed_outlet" Conflict
    DeliveryDisputed "delivery_disputed" Conflict
    NoOpenDispute "no_open_dispute" Conflict

    PeriodClosed "period_closed" Conflict
    PeriodNotOver "period_not_over" Conflict
    AlreadyDeclared "already_declared" Conflict
    NothingDeclared "nothing_declared" Invalid
    DeclaredZeroAndMore "declared_zero_and_more" Invalid

    AttachmentDiffers "attachment_differs" Invalid

    UnknownStock "unknown_stock" Unknown
    StockExceeded "stock_exceeded" Conflict
    BadSettlementDay "bad_settlement_day" Invalid
    WindowNotOver "window_not_over" Conflict
    AlreadySettled "already_settled" Conflict
    NotSettled "not_settled" Conflict
    EarlierWindowOpen "earlier_window_open" Conflict
    DisputeOpen "dispute_open" Conflict
    SheetOpen "sheet_open" Conflict
    SheetOutdated "sheet_outdated" Conflict
    AlreadySigned "already_signed" Conflict
    SettledExceedsWeighed "settled_exceeds_weighed" Invalid
    NotThePayee "not_the_payee" Forbidden
    UnknownInvoice "unknown_invoice" Unknown
    UnknownClaim "unknown_claim" Unknown
    NoExchange "no_exchange" Conflict
    DiscrepancyOpen "discrepancy_open" Conflict
    NotConfirmed "not_confirmed" Conflict
    OriginNeeded "origin_needed" Conflict
    NotItsOrigin "not_its_origin" Conflict
    OutsideClaimPeriod "outside_claim_period" Conflict
    ClaimExceedsUsed "claim_exceeds_used" Conflict
    ClaimedBefore "claimed_before" Conflict
    AlreadyAllocated "already_allocated" Conflict
    NotASide "not_a_side" Invalid
    SharesExceedWhole "shares_exceed_whole" Invalid
    ClaimIsJoint "claim_is_joint" Conflict
    ClaimIsShared "claim_is_shared" Conflict
    NotAHolder "not_a_holder" Forbidden
    SameHolder "same_holder" Invalid
    ClaimExceeded "claim_exceeded" Conflict
    ClaimTransferred "claim_transferred" Conflict
    ClaimRetired "claim_retired" Conflict
    ClaimVoided "claim_voided" Conflict
    UnknownMassBalance "unknown_mass_balance" Unknown
    BadConversion "bad_conversion" Invalid
    MassBalanceTooLong "mass_balance_too_long" Invalid
    MassBalanceOpen "mass_balance_open" Conflict
    MassBalanceClosed "mass_balance_closed" Conflict
    MassBalanceOverlaps "mass_balance_overlaps" Conflict
    OtherMassBalance "other_mass_balance" Conflict
    InMassBalance "in_mass_balance" Conflict
    NotQualifying "not_qualifying" Conflict
    OutsideMassBalance "outside_mass_balance" Conflict
    OtherOrigin "other_origin" Conflict
    MassBalanceExceeded "mass_balance_exceeded" Conflict
    UnknownRoster "unknown_roster" Unknown
    BadDue "bad_due" Invalid
    NotOnRoster "not_on_roster" Conflict
    UnknownParticipation "unknown_participation" Unknown
    WrongStage "wrong_stage" Conflict
    BadPlan "bad_plan" Invalid
    TooLate "too_late" Conflict
    DeadlineNotOver "deadline_not_over" Conflict
    ReportNotFiled "report_not_filed" Conflict
    UnknownLot "unknown_lot" Unknown
    LotEnded "lot_ended" Conflict
    LotExceeded "lot_exceeded" Conflict
    NameTheLot "name_the_lot" Conflict
    NotInLot "not_in_lot" Conflict
    BeforeLot "before_lot" Conflict
    AssayMissing "assay_missing" Invalid
    IndexMissing "index_missing" Invalid
    UnknownFactors "unknown_factors" Unknown
    BadFactorDocument "bad_factor_document" Invalid
    FactorsWithdrawn "factors_withdrawn" Conflict
    BadDistance "bad_distance" Invalid
    UnknownFacility "unknown_facility" Unknown
    UnknownReservation "unknown_reservation" Unknown
    UnknownFacilityUse "unknown_facility_use" Unknown
    UnknownOutage "unknown_outage" Unknown
    OverCapacity "over_capacity" Conflict
    ReservationDeclined "reservation_declined" Conflict
    ReservationEnded "reservation_ended" Conflict
    FacilityUseOverlaps "facility_use_overlaps" Conflict
    AlreadyReversed "already_reversed" Conflict
}

/// Why a command is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    /// RFC 6901 pointer into the command.
    pub pointer: String,
    pub message: String,
}

impl Refusal {
    pub fn new(code: Code, pointer: impl Into<String>, message: impl Into<String>) -> Refusal {
        Refusal { code, pointer: pointer.into(), message: message.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.code.as_str(), self.message, self.pointer)
    }
}

impl std::error::Error for Refusal {}
