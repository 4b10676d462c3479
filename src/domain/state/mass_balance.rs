//! Present states of mass balance accounts.
//!
//! Invariant: what may be claimed is the qualifying input times the conversion, rounded down, and
//! what was carried in, less what was claimed. It falls below zero by corrections only.

use serde::{Deserialize, Serialize};

use crate::domain::command::CustodyModel;
use crate::domain::decimal::Decimal;
use crate::domain::id::{FirmId, MassBalanceId, MaterialId, ParkId, SiteId};
use crate::domain::quantity::{Quantity, Sum};
use crate::domain::shapes::{MaterialBrief, Term};
use crate::domain::state::stock_sum;
use crate::domain::states::{Aggregate, Kind};
use crate::domain::text::Text;
use crate::domain::time::Day;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MassBalance {
    pub balance: MassBalanceId,
    /// In base units of the product, as all amounts here.
    pub carried: i128,
    pub closed: Option<ClosedBalance>,
    pub continued_by: Option<MassBalanceId>,
    pub continues: Option<MassBalanceId>,
    pub conversion: Decimal,
    pub firm: FirmId,
    /// Accepted of its inputs, as corrected.
    pub input: i128,
    /// How many deliveries.
    pub inputs: u32,
    pub materials: Vec<MaterialId>,
    pub model: CustodyModel,
    pub outputs: Vec<Output>,
    pub park: ParkId,
    pub product: MaterialBrief,
    pub product_group: Text,
    pub site: SiteId,
    /// The site of its inputs, once one is bound.
    pub supplier: Option<SiteId>,
    pub term: Term,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedBalance {
    /// The stock that backs what is carried out.
    pub backing: i128,
    pub record: u64,
}

/// A claimed quantity of the output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    pub day: Day,
    pub quantity: Quantity,
    pub record: u64,
    pub reference: Text,
}

impl MassBalance {
    /// What its inputs and the account before it give.
    pub fn credit(&self) -> i128 {
        let made = self.conversion.times_floor(self.input);
        self.carried + made.expect("inputs are bounded, and a conversion is at most 1000")
    }

    pub fn claimed(&self) -> i128 {
        self.outputs.iter().map(|output| i128::from(output.quantity.amount())).sum()
    }

    /// What may be claimed yet; less than zero where a correction took more than was left.
    pub fn left(&self) -> i128 {
        self.credit() - self.claimed()
    }

    /// What a closed account hands on: as much as stock backs, or what it is short of.
    pub fn carried_out(&self) -> i128 {
        self.closed.as_ref().map_or(0, |closed| self.left().min(closed.backing))
    }

    pub fn sum(&self, amount: i128) -> Sum {
        stock_sum(amount, &self.product)
    }
}

/// The last account of a product group at a site; its id is `sit_…/group`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MassBalanceGroup {
    pub last: MassBalanceId,
}

impl MassBalanceGroup {
    pub fn id(site: &SiteId, group: &Text) -> String {
        format!("{site}/{group}")
    }
}

impl Aggregate for MassBalance {
    const KIND: Kind = Kind::MassBalance;
}

impl Aggregate for MassBalanceGroup {
    const KIND: Kind = Kind::MassBalanceGroup;
}
