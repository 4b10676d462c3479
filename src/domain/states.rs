//! Where decisions get the present state of aggregates from, and where events leave it.
//!
//! Invariant: states are a function of the log alone. `evolve` writes them through [`StatesMut`],
//! whether live, in a test or while rows are rebuilt; nothing else does.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};

/// A kind of aggregate. The numbers are those of rows: never give one another meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    Ledger = 1,
    Key = 2,
    Park = 3,
    Firm = 4,
    Site = 5,
    Permit = 6,
    Scale = 7,
    Meter = 8,
    Catalogue = 9,
    Material = 10,
    Listing = 11,
    Contract = 12,
    Delivery = 13,
    Return = 14,
    /// A registry number (USCC, LEI, GLN) and the firm or site that has it.
    Identifier = 15,
    /// A code of a loaded catalogue.
    CatalogueCode = 16,
    /// A ticket of a scale.
    Ticket = 17,
    /// What was declared for a site, month, theme and material.
    Declaration = 18,
    /// A closed month of a park.
    Period = 19,
    /// How many records concern a park.
    ParkPlaces = 20,
    /// What a site received under a permit in a year.
    PermitUse = 21,
    /// The metered periods of a meter.
    MeterUse = 22,
    /// A material's legal status at a site.
    LegalStatus = 23,
    /// A contract's deliveries on a day.
    DayBook = 24,
    /// A document that was linked to a thing.
    Evidence = 25,
    /// That a file may be read, and by whom.
    AttachmentUse = 26,
    /// What lies of a material at a site.
    StockAccount = 27,
    /// Movements of an account in a month.
    StockMonth = 28,
    /// Deliveries that were accepted into an account.
    StockLots = 29,
    /// What was signed and invoiced of a contract's settlement window.
    Sheet = 30,
    /// An invoice or credit note of a contract.
    Invoice = 31,
    /// A version of a method.
    Method = 32,
    /// What figures are stated of.
    Item = 33,
    Statement = 34,
    /// What was stated for a place, period and item.
    StatedFigure = 35,
    /// A claim on a used quantity.
    Claim = 36,
    /// The claims that a delivery backs.
    ClaimBook = 37,
    /// The metered deliveries of a line that back claims, by month.
    ClaimedPeriods = 38,
    /// A mass balance account.
    MassBalance = 39,
    /// The last account of a product group at a site.
    MassBalanceGroup = 40,
    /// Who must declare what by when.
    Roster = 41,
    /// A roster as it was set once.
    RosterVersion = 42,
    /// A park's way through a programme.
    Participation = 43,
    /// A part of a stock account that is set aside.
    Lot = 44,
    /// A version of a set of factors.
    FactorSet = 45,
    /// What several firms use, with its capacity and reservations.
    Facility = 46,
    /// What a firm used of a facility, as it was recorded once.
    FacilityUse = 47,
    /// The days of a month of which a firm's use of a facility is recorded.
    FacilityDays = 48,
}

/// The state of one aggregate, and the form in which it stands in rows: serde, members always
/// written (rows are not self-describing).
pub trait Aggregate: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    const KIND: Kind;
}

/// A state with its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Stored<A> {
    /// Position of the record that brought it into being.
    pub created: u64,
    /// Position of the last record that changed it.
    pub changed: u64,
    /// How many records its own stream has.
    pub version: u64,
    pub state: A,
}

/// Reads states. Which id belongs to which kind is the caller's knowledge.
pub trait States {
    fn find<A: Aggregate>(&self, id: &str) -> Option<Arc<Stored<A>>>;

    fn exists<A: Aggregate>(&self, id: &str) -> bool {
        self.find::<A>(id).is_some()
    }
}

/// Writes states.
pub trait StatesMut: States {
    fn put<A: Aggregate>(&mut self, id: &str, stored: Stored<A>);

    /// Changes an aggregate in place. One that does not exist is a broken invariant.
    fn modify<A: Aggregate>(&mut self, id: &str, change: impl FnOnce(&mut Stored<A>));

    /// Brings an aggregate into being, as the first record of its own stream or as a trace of a
    /// record of another (`own` false). One that exists is replaced, keeping its beginning.
    fn create<A: Aggregate>(&mut self, id: &str, position: u64, own: bool, state: A) {
        let before = self.find::<A>(id);
        let created = before.as_ref().map_or(position, |stored| stored.created);
        let version = before.map_or(0, |stored| stored.version) + u64::from(own);
        self.put(id, Stored { created, changed: position, version, state });
    }

    /// Changes an aggregate that a rule has found to exist, by a record of its own stream or not.
    fn change<A: Aggregate>(
        &mut self,
        id: &str,
        position: u64,
        own: bool,
        change: impl FnOnce(&mut A),
    ) {
        self.modify::<A>(id, |stored| {
            change(&mut stored.state);
            stored.changed = position;
            stored.version += u64::from(own);
        });
    }
}

const ONE_TYPE: &str = "a kind has one type of state";
const MUST_EXIST: &str = "an event names what a rule found to exist";

/// States in memory: for tests, and for checking what a command would do.
#[derive(Default)]
pub struct MemoryStates {
    rows: HashMap<(Kind, Box<str>), Arc<dyn Any + Send + Sync>>,
}

impl States for MemoryStates {
    fn find<A: Aggregate>(&self, id: &str) -> Option<Arc<Stored<A>>> {
        let row = Arc::clone(self.rows.get(&(A::KIND, id.into()))?);
        Some(row.downcast().expect(ONE_TYPE))
    }
}

impl StatesMut for MemoryStates {
    fn put<A: Aggregate>(&mut self, id: &str, stored: Stored<A>) {
        self.rows.insert((A::KIND, id.into()), Arc::new(stored));
    }

    fn modify<A: Aggregate>(&mut self, id: &str, change: impl FnOnce(&mut Stored<A>)) {
        let row = self.rows.get_mut(&(A::KIND, id.into())).expect(MUST_EXIST);
        if let Some(any) = Arc::get_mut(row) {
            change(any.downcast_mut().expect(ONE_TYPE));
            return;
        }
        let shared: &Stored<A> = row.downcast_ref().expect(ONE_TYPE);
        let mut stored = shared.clone();
        change(&mut stored);
        *row = Arc::new(stored);
    }
}
