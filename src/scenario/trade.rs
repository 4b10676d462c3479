//! An exchange of a plan: its contract, its call-offs, and how much falls on each month.

use crate::domain::actor::Actor;
use crate::domain::command::{
    ConfirmContract, ContractKind, ContractLine, PlaceCallOff, ProposeContract, Window,
};
use crate::domain::id::{CallOffId, ContractId};
use crate::domain::quantity::Quantity;
use crate::domain::shapes::Term;
use crate::domain::time::{Day, Month};
use crate::domain::unit::Unit;
use crate::scenario::ground::Ground;
use crate::scenario::plan::{Exchange, Plan};
use crate::scenario::story::{DAY, HOUR, MINUTE, SECOND, Stories, Story, Telling, instant};

/// What a contract leaves above the planned quantity, in percent.
const HEADROOM: i64 = 2;

/// On which day of the month before a part of a framework is called off.
const CALL_OFF_DAY: i32 = 25;

/// An exchange with what was read of its surroundings.
pub struct Trade<'a> {
    pub exchange: &'a Exchange,
    pub ground: &'a Ground,
    pub plan: &'a Plan,
    pub supplier: &'a Actor,
    pub receiver: &'a Actor,
    /// The planned total, scaled, in base units.
    pub total: i64,
    /// What falls on each month of the year, in base units.
    pub by_month: Vec<i64>,
}

impl Trade<'_> {
    pub fn contract(&self) -> ContractId {
        let id = format!("ctr_{}", self.exchange.name);
        id.parse().expect("names in plans are short and of letters, digits and hyphens")
    }

    /// The call-off that covers a day; of frameworks.
    pub fn call_off(&self, month: Month) -> Option<CallOffId> {
        let is_framework = self.exchange.agreement.kind == ContractKind::Framework;
        let id = format!("cof_{}-{month}", self.exchange.name);
        is_framework.then(|| id.parse().expect("a name and a month make an id"))
    }

    pub fn month(&self, place: usize) -> Month {
        let number = u32::try_from(place + 1).expect("one of twelve");
        Month::from_civil(self.plan.year, number).expect("plans have four-digit years")
    }

    /// The unit in which its quantities are written.
    pub fn unit(&self) -> Unit {
        self.exchange.total.dimension().shown_in()
    }

    pub fn quantity(&self, amount: i64) -> Quantity {
        Quantity::from_amount(amount, self.unit()).expect("sums are shown in units that fit all")
    }

    /// Its quantity per window: the total, or the largest month of a recurring one, with some room
    /// above it.
    fn contracted(&self) -> Quantity {
        let agreement = &self.exchange.agreement;
        let planned = match agreement.kind {
            ContractKind::Recurring => *self.by_month.iter().max().expect("there are twelve"),
            ContractKind::Spot | ContractKind::Framework => self.total,
        };
        if agreement.exact {
            return self.quantity(planned);
        }
        let (with_room, whole) = (planned + planned * HEADROOM / 100, self.unit().factor());
        self.quantity((with_room + whole - 1) / whole * whole)
    }

    fn agreement(&self) -> Story {
        let agreement = &self.exchange.agreement;
        let is_recurring = agreement.kind == ContractKind::Recurring;
        let line = ContractLine {
            baseline_fate: agreement.baseline_fate,
            grade: agreement.grade.clone(),
            line: 1,
            material: agreement.material.clone(),
            minimum: None,
            price: Some(agreement.price.clone()),
            quantity: self.contracted(),
            tolerance_percent: agreement.tolerance_percent,
            window: is_recurring.then_some(Window::Month),
        };
        let proposal = ProposeContract {
            contract: self.contract(),
            evidence: Vec::new(),
            kind: agreement.kind,
            lines: vec![line],
            listing: agreement.listing.clone(),
            receiver: agreement.receiver.clone(),
            settlement_day: None,
            supplier: agreement.supplier.clone(),
            term: agreement.term.clone(),
        };
        let proposed = instant(&self.ground.zone, agreement.signed, 10 * HOUR);
        let confirmed = instant(&self.ground.zone, agreement.signed, DAY + 14 * HOUR);
        let mut telling = Telling::new(self.exchange.name.clone(), proposed);
        telling.tell("propose", self.supplier, proposed, 20 * SECOND, proposal);
        let confirmation = ConfirmContract { contract: self.contract() };
        telling.tell("confirm", self.receiver, confirmed, 20 * SECOND, confirmation);
        telling.end()
    }

    fn called_off(&self, place: usize) -> Option<Story> {
        let month = self.month(place);
        let call_off = self.call_off(month)?;
        let amount = self.by_month[place];
        if amount == 0 {
            return None;
        }
        let before = month.checked_add(-1).expect("plans have four-digit years").first();
        let day = Day(before.0 + CALL_OFF_DAY - 1).max(Day(self.exchange.agreement.signed.0 + 2));
        let at = instant(&self.ground.zone, day, 11 * HOUR + 5 * MINUTE);
        let mut telling = Telling::new(format!("{}-{month}", self.exchange.name), at);
        let data = PlaceCallOff {
            call_off,
            contract: self.contract(),
            line: 1,
            quantity: self.quantity(amount),
            term: Term { from: month.first(), to: month.last() },
        };
        telling.tell("call-off", self.receiver, at, 20 * SECOND, data);
        Some(telling.end())
    }

    /// The contract and its call-offs.
    pub fn papers(&self) -> Stories<'_> {
        let agreement = std::iter::once_with(|| self.agreement());
        Box::new(agreement.chain((0..12).filter_map(|place| self.called_off(place))))
    }
}
