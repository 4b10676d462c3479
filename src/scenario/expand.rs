//! Expands a plan: merges the stories of its parts into one, in the order of recording.
//!
//! Invariant: the same plan gives the same bytes. Stories are made when their time has come, so
//! that a year of a park is never held in memory as a whole.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter::Peekable;

use crate::domain::time::UtcMicros;
use crate::scenario::ground::Ground;
use crate::scenario::loads::LoadSeries;
use crate::scenario::metered::{self, MeterSeries};
use crate::scenario::plan::{Exchange, Plan};
use crate::scenario::split;
use crate::scenario::story::{Step, Stories};
use crate::scenario::trade::Trade;
use crate::scenario::{catalogues, methods, returns, statements, told};

/// A plan with what its expansion reads again and again.
pub struct Scenario<'a> {
    plan: &'a Plan,
    ground: &'a Ground,
    trades: Vec<Trade<'a>>,
    divisor: i64,
}

impl<'a> Scenario<'a> {
    /// `divisor` makes every quantity that many times smaller, and so the story shorter.
    pub fn new(plan: &'a Plan, ground: &'a Ground, divisor: i64) -> Scenario<'a> {
        let trade = |exchange| trade(plan, ground, exchange, divisor);
        let trades = plan.exchanges.iter().map(trade).collect();
        Scenario { plan, ground, trades, divisor }
    }

    /// All steps, in the order in which they are recorded.
    pub fn steps(&self) -> Steps<'_> {
        let mut told = told::stories(self.plan, self.ground).peekable();
        let first = told.peek().expect("a plan registers a park").begins;
        let lists = catalogues::stories(first);
        let methods = methods::stories(self.plan, first);
        let mut stories: Vec<Stories<'_>> = vec![lists, methods, Box::new(told)];
        for trade in &self.trades {
            stories.push(trade.papers());
            match (&trade.exchange.loads, &trade.exchange.meter) {
                (Some(loads), None) => {
                    stories.push(Box::new(LoadSeries::new(trade, loads, self.divisor)))
                }
                (None, Some(meter)) => stories.push(Box::new(MeterSeries::new(trade, meter))),
                _ => panic!("{} has loads or a meter", trade.exchange.name),
            }
        }
        for returns in &self.plan.returns {
            stories.push(returns::stories(self.plan, self.ground, returns, self.divisor));
        }
        stories.push(returns::closings(self.plan, self.ground));
        stories.push(statements::stories(self.plan, self.ground, self.divisor));
        let stories = stories.into_iter().map(Iterator::peekable).collect();
        Steps { stories, waiting: BinaryHeap::new(), told: 0, last: UtcMicros(i64::MIN) }
    }
}

fn trade<'a>(
    plan: &'a Plan,
    ground: &'a Ground,
    exchange: &'a Exchange,
    divisor: i64,
) -> Trade<'a> {
    let total = exchange.total.amount();
    assert!(total % divisor == 0, "{} can't be divided by {divisor}", exchange.name);
    let total = total / divisor;
    let by_month = match (&exchange.loads, &exchange.meter) {
        (_, Some(meter)) => {
            let mut months = vec![0; 12];
            for (day, amount) in metered::days(plan, exchange, total, ground.count(&meter.meter)) {
                months[day.month().of_year() as usize - 1] += amount;
            }
            months
        }
        (loads, None) => {
            let step = loads.as_ref().map_or(1, |loads| loads.step.amount());
            split::by_weights(total, &exchange.months, step)
        }
    };
    let supplier = ground.firm(&exchange.agreement.supplier);
    let receiver = ground.firm(&exchange.agreement.receiver);
    Trade { exchange, ground, plan, supplier, receiver, total, by_month }
}

/// Steps in the order of recording; no two are recorded in the same microsecond.
pub struct Steps<'a> {
    stories: Vec<Peekable<Stories<'a>>>,
    waiting: BinaryHeap<Reverse<Waiting>>,
    told: u64,
    last: UtcMicros,
}

/// Ordered by time, then by when it was told.
struct Waiting(UtcMicros, u64, Step);

impl Ord for Waiting {
    fn cmp(&self, other: &Waiting) -> std::cmp::Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Waiting) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Waiting) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

impl Steps<'_> {
    /// Tells the story that begins first, if it begins before what waits. Of two that begin at once
    /// the one of the earlier part comes first.
    fn tell_next(&mut self) -> bool {
        let begins = |place: usize, stories: &mut Peekable<Stories<'_>>| {
            stories.peek().map(|story| (story.begins, place))
        };
        let parts = self.stories.iter_mut().enumerate();
        let first = parts.filter_map(|(place, stories)| begins(place, stories)).min();
        let Some((time, place)) = first else { return false };
        if self.waiting.peek().is_some_and(|Reverse(next)| next.0 < time.micros()) {
            return false;
        }
        let story = self.stories[place].next().expect("it was peeked at");
        for step in story.steps {
            self.waiting.push(Reverse(Waiting(step.recorded_at, self.told, step)));
            self.told += 1;
        }
        true
    }
}

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        while self.tell_next() {}
        let Reverse(Waiting(_, _, mut step)) = self.waiting.pop()?;
        step.recorded_at = step.recorded_at.max(UtcMicros(self.last.0.saturating_add(1)));
        self.last = step.recorded_at;
        Some(step)
    }
}
