//! Present states of aggregates, as `decide` reads them and as rows hold them.
//!
//! Invariant: every member is always written (no member is left out when absent), because rows are
//! not self-describing; and every collection is small, or bounded by its aggregate's own life.

mod adjustment;
mod claim;
mod contract;
mod correction;
pub mod day_book;
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
mod period;
mod procedure;
mod registry;
mod roster;
mod settlement;
mod stock;

pub use adjustment::{Adjustment, AdjustmentStage};
pub use claim::{
    Claim, ClaimBook, ClaimStage, ClaimedPeriods, Holding, Retirement, claimed_periods_id,
    claims_on,
};
pub use contract::{CallOff, Contract, ContractStage, Line, Opening, WindowBalance};
pub use correction::{Correction, CorrectionStage};
pub use day_book::DayBook;
pub use delivery::{
    Delivery, DeliveryMode, DeliveryStage, Discrepancy, MeterUse, Rejection, RejectionEnd,
    TicketLoad, TicketUse, Weight,
};
pub use dispute::{Dispute, DisputeEnd};
pub use evidence::{AttachedEvidence, AttachmentUse, Reader};
pub use facility::{
    Able, CapacityFrom, Facility, FacilityDays, FacilityUse, Outage, OverReserved, Reservation,
    facility_days_id,
};
pub use factor::{Baseline, Distance, PublishedFactors};
pub use lot::{Lot, LotStage, MOST_PARTS, Part};
pub use market::Listing;
pub use mass_balance::{ClosedBalance, MassBalance, MassBalanceGroup, Output};
pub use method::{PublishedMethod, StatedFigure, StatedLine, Statement, figure_id, method_id};
pub use network::LossOfMonth;
pub use period::{Declaration, Period, PeriodReturn};
pub use procedure::{
    AnnualReport, ApprovedPlan, Participation, PlanText, StageSince, Warning, YearEvaluated,
};
pub use registry::{
    Catalogue, CatalogueCode, Firm, Identifier, Key, Ledger, LegalStatusHistory, Link, Material,
    Meter, Park, ParkPlaces, Permit, PermitUse, Replacement, Scale, Site,
};
pub use roster::{Reminder, Roster, RosterVersion, roster_version_id};
pub use settlement::{Invoice, Payment, Restated, SettledQuantity, Sheet, Signature};
pub use stock::{
    Moved, Movement, STOCK_PAGE, StockAccount, StockEntry, StockLots, StockMonth, account_id,
    entries_of, lots_id, month_id, moved_in, stock_sum,
};
