//! The shape of a plan: what `schemas/scenario/*.json` hold.
//!
//! Invariant: a plan states only what is not derived. Whose a site is, which scale stands there
//! and what a meter multiplies by is read from the plan's own commands; loads, tickets, readings,
//! months and times are made by expanding it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::domain::actor::Actor;
use crate::domain::code::Operation;
use crate::domain::command::{ContractKind, EconomicMeasure, Figure};
use crate::domain::decimal::Decimal;
use crate::domain::id::{ListingId, MaterialId, MeterId, ParkId, SiteId};
use crate::domain::money::Money;
use crate::domain::name::Name;
use crate::domain::quantity::{Method, Quantity};
use crate::domain::shapes::{BaselineFate, Evidence, Grade, Price, Term};
use crate::domain::text::Text;
use crate::domain::time::{Day, Month, Period};

/// A year of a park, in few lines, and what is stated of the years that it is compared with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub name: String,
    pub title: String,
    /// What there is to see in it, in a sentence or two.
    pub shows: String,
    /// What in it is invented, and what is not.
    pub note: String,
    /// Where to see it once it is loaded.
    #[serde(default)]
    pub look: Vec<Look>,
    /// Origin line of the ledger, without the tree's name.
    pub origin: String,
    pub seed: u64,
    pub year: i32,
    /// Methods that ship, by name, published before anything is told.
    #[serde(default)]
    pub methods: Vec<Name>,
    /// Told as they stand: parks, firms, sites, materials, listings, and what happens only once.
    pub commands: Vec<Told>,
    pub exchanges: Vec<Exchange>,
    pub returns: Vec<Returns>,
    #[serde(default)]
    pub statements: Vec<Statements>,
    pub closing: Closing,
}

/// A figure of a scenario: which number it shows, and where it is found.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// Path under `/api/v1`, or a command line.
    pub at: String,
    pub shows: String,
}

/// A command without its id. Times are those of the park's clocks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    pub actor: Actor,
    /// `2025-01-31 09:00`; ten minutes after the one before if absent.
    #[serde(default)]
    pub at: Option<String>,
    pub data: Box<RawValue>,
    /// The code with which it must be refused.
    #[serde(default)]
    pub refused: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
}

/// A contract and all that is delivered under it, as loads or by a meter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Names the contract, its deliveries and their commands.
    pub name: String,
    pub agreement: Agreement,
    /// Weights of the months in the total.
    pub months: [u32; 12],
    /// What is accepted and used in all, exactly.
    pub total: Quantity,
    #[serde(default)]
    pub operation: Option<Operation>,
    #[serde(default)]
    pub product: Option<Text>,
    #[serde(default)]
    pub loads: Option<Loads>,
    #[serde(default)]
    pub meter: Option<Metered>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    pub baseline_fate: BaselineFate,
    /// Whether the contracted quantity is the total itself, with no room above it.
    #[serde(default)]
    pub exact: bool,
    #[serde(default)]
    pub grade: Option<Grade>,
    pub kind: ContractKind,
    #[serde(default)]
    pub listing: Option<ListingId>,
    pub material: MaterialId,
    pub price: Price,
    pub receiver: SiteId,
    /// The day on which it is proposed; the other side confirms the next day.
    pub signed: Day,
    pub supplier: SiteId,
    pub term: Term,
    #[serde(default)]
    pub tolerance_percent: Option<Decimal>,
}

/// Deliveries that are weighed at both ends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loads {
    /// Local hours between which loads leave.
    pub hours: (u32, u32),
    #[serde(default)]
    pub hold: Option<Hold>,
    #[serde(default)]
    pub incidents: Vec<Incident>,
    /// What vehicles carry plates begin with; no plates if absent, as of trains.
    #[serde(default)]
    pub plates: Option<String>,
    pub size: Quantity,
    /// Division of the scales.
    pub step: Quantity,
    /// Lightest and heaviest vehicle.
    pub tare: (Quantity, Quantity),
}

/// A span in which arriving loads can't be accepted. They wait, and are accepted when it is over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// How many of the first loads the receiver tries to accept all the same.
    pub attempts: u32,
    pub from: Day,
    /// With which code that is refused.
    pub refused: String,
    /// The first day after the hold.
    pub until: Day,
}

/// Something out of the ordinary that happens to one load.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Which load: its place among the exchange's, in thousandths.
    pub at_permille: u32,
    /// Of a discrepancy: after how many days it is explained; two if absent.
    #[serde(default)]
    pub days: Option<u32>,
    /// Of a discrepancy: what the supplier's scale says; about an eighth more if absent.
    #[serde(default)]
    pub dispatched: Option<Quantity>,
    pub kind: IncidentKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// Another load was announced, and stayed.
    Cancelled,
    /// The two weights differ by more than a tenth; explained some days later, and accepted then.
    Discrepancy,
    /// They differ by more than the contract's tolerance.
    OutOfTolerance,
    /// A fifth of the load is rejected and goes back.
    PartialRejection,
    /// More arrives than the contract has left; accepting all of it is refused.
    OverDelivery,
    /// The receiver records before the supplier does.
    ReceiptFirst,
    /// Using more than was accepted is tried, and refused.
    Overuse,
    /// A second load is announced with the ticket of the first, and refused.
    TicketTwice,
}

/// Deliveries that a meter counts, from six in the morning to six.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metered {
    /// Periods that end on these days were estimated, because the meter failed.
    #[serde(default)]
    pub failed: Vec<Day>,
    #[serde(default)]
    pub grade: Option<Grade>,
    pub meter: MeterId,
}

/// What a site declares, month by month.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returns {
    #[serde(default)]
    pub economic_output: Option<Output>,
    #[serde(default)]
    pub fresh_water: Option<Yearly>,
    #[serde(default)]
    pub generation: Vec<YearlyOf>,
    #[serde(default)]
    pub missing: Vec<Month>,
    pub months: [u32; 12],
    #[serde(default)]
    pub own_reuse: Vec<YearlyOf>,
    #[serde(default)]
    pub recirculation: Option<Yearly>,
    pub site: SiteId,
    /// On hand at every month's end.
    #[serde(default)]
    pub stock: Vec<YearlyOf>,
}

/// What is stated of a site by its firm, or of the park by its administration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statements {
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    pub figures: Vec<Figure>,
    /// On which day; on the twelfth after the period if absent.
    #[serde(default)]
    pub on: Option<Day>,
    pub period: Period,
    /// The park as a whole if absent.
    #[serde(default)]
    pub site: Option<SiteId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Yearly {
    pub method: Method,
    pub total: Quantity,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearlyOf {
    pub material: MaterialId,
    pub method: Method,
    #[serde(default)]
    pub operation: Option<Operation>,
    pub total: Quantity,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    pub measure: EconomicMeasure,
    pub price_year: u16,
    pub total: Money,
}

/// Which months the park closes, and on which day of the month after.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    pub day_of_month: i32,
    pub last: Month,
    pub park: ParkId,
}
