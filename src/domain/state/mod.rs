//! Present states of aggregates, as `decide` reads them and as rows hold them.
//!
//! Invariant: every member is always written (no member is left out when absent), because rows are
//! not self-describing; and every collection is small, or bounded by its aggregate's own life.

mod contract;
pub mod day_book;
mod delivery;
mod dispute;
mod evidence;
mod market;
mod period;
mod registry;
mod settlement;

pub use contract::{CallOff, Contract, ContractStage, Line, WindowBalance};
pub use day_book::DayBook;
pub use delivery::{
    Delivery, DeliveryMode, DeliveryStage, Discrepancy, MeterUse, Rejection, RejectionEnd,
    TicketUse, Weight,
};
pub use dispute::{Dispute, DisputeEnd};
pub use evidence::{AttachedEvidence, AttachmentUse, Reader};
pub use market::Listing;
pub use period::{Declaration, Period, PeriodReturn};
pub use registry::{
    Catalogue, CatalogueCode, Firm, Identifier, Key, Ledger, LegalStatusHistory, Link, Material,
    Meter, Park, ParkPlaces, Permit, PermitUse, Scale, Site,
};
pub use settlement::{Invoice, Payment, Restated, SettledQuantity, Sheet, Signature};
