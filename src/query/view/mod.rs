//! What aggregates look like in answers: the present state, without what only rows need.
//!
//! Invariant: each view says where in the log its aggregate began and changed last. Quantities are
//! shown with their units, never in bare base units; nothing here holds a confidential value or the
//! hash of a key's secret.

mod access;
mod claim;
mod contract;
mod delivery;
mod evidence;
mod facility;
mod factor;
mod lot;
mod market;
mod mass_balance;
mod method;
mod period;
mod procedure;
mod registry;
mod stock;

pub use access::KeyView;
pub use claim::{ClaimView, HoldingView, ProposalView};
pub use contract::{
    AdjustmentView, BaselineView, CallOffView, ContractView, DistanceView, LineView, LossView,
    WindowView,
};
pub use delivery::{
    CorrectionView, DeliveryView, DiscrepancyView, DisputeView, PeriodOfMeter, RejectedAnd,
    RejectionView, SettlementView, WeightView,
};
pub use evidence::EvidenceView;
pub use facility::{CapacityView, FacilityView, OutageView};
pub use factor::FactorsView;
pub use lot::{LotGenealogyView, LotPartView, LotView};
pub use market::ListingView;
pub use mass_balance::{MassBalanceView, OutputView};
pub use method::{ItemView, MethodView, StatedFigureView, StatementView};
pub use period::{PeriodView, ReturnView};
pub use procedure::{AnnualReportView, EvaluationView, ParticipationView, StageView, WarningView};
pub use registry::{
    CatalogueView, FirmView, MaterialView, MeterView, ParkView, PermitView, ScaleView, SiteView,
    SuspensionView,
};
pub use stock::{MovedView, StockEntryView, StockView};

use crate::domain::quantity::Quantity;
use crate::domain::states::{Aggregate, Stored};
use crate::domain::unit::Unit;

/// Makes the view of an aggregate.
pub trait View: Sized {
    type Of: Aggregate;

    fn view(stored: &Stored<Self::Of>) -> Self;
}

/// An amount of base units, in a unit if it can be written in that, else in the smallest one.
pub(crate) fn quantity(amount: i64, unit: Unit) -> Quantity {
    let smallest = unit.dimension().smallest_unit();
    let amount = amount.max(0);
    Quantity::from_amount(amount, unit)
        .or_else(|_| Quantity::from_amount(amount, smallest))
        .expect("states hold amounts that records held, and sums of them within a contract")
}

/// Declares a view: the members of the answer, and that every view has.
macro_rules! view {
    (
        $(#[$meta:meta])*
        pub struct $name:ident of $state:ty {
            $($(#[$inner:meta])* $field:ident: $type:ty,)+
        }
        $make:expr
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            /// Position of the record that changed it last.
            #[schema(minimum = 0)]
            pub changed: u64,
            /// Position of the record that brought it into being.
            #[schema(minimum = 0)]
            pub created: u64,
            /// How many records its own stream has.
            #[schema(minimum = 0)]
            pub version: u64,
            $($(#[$inner])* pub $field: $type,)+
        }

        impl $crate::query::view::View for $name {
            type Of = $state;

            fn view(stored: &$crate::domain::states::Stored<$state>) -> $name {
                let make: fn(&$crate::domain::states::Stored<$state>) -> $name = $make;
                make(stored)
            }
        }
    };
}

pub(crate) use view;
