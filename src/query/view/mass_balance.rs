//! Views of mass balance accounts.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::command::CustodyModel;
use crate::domain::decimal::Decimal;
use crate::domain::id::{FirmId, MassBalanceId, MaterialId, ParkId, SiteId};
use crate::domain::quantity::{Quantity, Sum};
use crate::domain::shapes::Term;
use crate::domain::state::{MassBalance, Output};
use crate::domain::text::Text;
use crate::domain::time::Day;
use crate::query::view::view;

/// A claimed quantity of the output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OutputView {
    /// In the park's time zone.
    pub day: Day,
    /// Its record.
    #[schema(minimum = 0)]
    pub position: u64,
    pub quantity: Quantity,
    pub reference: Text,
}

impl OutputView {
    fn of(output: &Output) -> OutputView {
        let Output { day, quantity, record, reference } = output.clone();
        OutputView { day, position: record, quantity, reference }
    }
}

view! {
    /// A mass balance account.
    pub struct MassBalanceView of MassBalance {
        balance: MassBalanceId,
        /// Of the account before it.
        carried: Sum,
        /// Once it is closed: what it hands on.
        #[serde(skip_serializing_if = "Option::is_none")]
        carried_out: Option<Sum>,
        claimed: Sum,
        closed: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        continued_by: Option<MassBalanceId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        continues: Option<MassBalanceId>,
        conversion: Decimal,
        firm: FirmId,
        /// Qualifying input, as accepted and corrected.
        input: Sum,
        /// How many deliveries.
        inputs: u32,
        /// What may be claimed yet; less than zero if a correction took more than was left.
        left: Sum,
        materials: Vec<MaterialId>,
        model: CustodyModel,
        outputs: Vec<OutputView>,
        park: ParkId,
        product: MaterialId,
        product_group: Text,
        site: SiteId,
        term: Term,
    }
    |stored| {
        let (changed, created, version) = (stored.changed, stored.created, stored.version);
        let state = stored.state.clone();
        let closed = state.closed.is_some();
        MassBalanceView {
            changed,
            created,
            version,
            carried: state.sum(state.carried),
            carried_out: closed.then(|| state.sum(state.carried_out())),
            claimed: state.sum(state.claimed()),
            closed,
            input: state.sum(state.input),
            left: state.sum(state.left()),
            outputs: state.outputs.iter().map(OutputView::of).collect(),
            balance: state.balance,
            continued_by: state.continued_by,
            continues: state.continues,
            conversion: state.conversion,
            firm: state.firm,
            inputs: state.inputs,
            materials: state.materials,
            model: state.model,
            park: state.park,
            product: state.product.material,
            product_group: state.product_group,
            site: state.site,
            term: state.term,
        }
    }
}
