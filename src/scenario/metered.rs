//! Periods of a meter: from six in the morning to six, recorded, accepted and used.
//!
//! Invariant: a period's end is the next one's beginning, in time and on the meter. A period in
//! which the meter failed is estimated, and the meter stands where it stood.

use crate::domain::command::{AcceptDelivery, RecordMeteredPeriod, UseDelivery};
use crate::domain::decimal::Decimal;
use crate::domain::id::DeliveryId;
use crate::domain::quantity::Method;
use crate::domain::shapes::Readings;
use crate::domain::time::Day;
use crate::scenario::plan::{Exchange, Metered, Plan};
use crate::scenario::random::Random;
use crate::scenario::split;
use crate::scenario::story::{HOUR, MINUTE, SECOND, Story, Telling, instant};
use crate::scenario::trade::Trade;

/// Where meters stand when a year begins.
const FIRST_READING: i64 = 10_000;

pub struct MeterSeries<'a> {
    trade: &'a Trade<'a>,
    metered: &'a Metered,
    days: std::vec::IntoIter<(Day, i64)>,
    /// What one count of the meter is, in base units.
    step: i64,
    reading: i64,
    random: Random,
}

/// What every day of the year gets, in base units, by the day on which its period ends. The first
/// and the last period lie within the year.
pub fn days(plan: &Plan, exchange: &Exchange, total: i64, step: i64) -> Vec<(Day, i64)> {
    let mut random = Random::new(plan.seed, &exchange.name);
    let day = |month, day| Day::from_civil(plan.year, month, day).expect("each year has that day");
    let ends: Vec<_> = day(1, 2).through(day(12, 31)).collect();
    let weight = |end: &Day| {
        let month = exchange.months[end.month().of_year() as usize - 1];
        let uneven = random.between(94, 106);
        month * u32::try_from(uneven).expect("about a hundred")
    };
    let weights: Vec<u32> = ends.iter().map(weight).collect();
    ends.into_iter().zip(split::by_weights(total, &weights, step)).collect()
}

impl<'a> MeterSeries<'a> {
    pub fn new(trade: &'a Trade<'a>, metered: &'a Metered) -> MeterSeries<'a> {
        let step = trade.ground.count(&metered.meter);
        let days = days(trade.plan, trade.exchange, trade.total, step).into_iter();
        // Other numbers than those of the days.
        let random = Random::new(trade.plan.seed ^ 1, &trade.exchange.name);
        MeterSeries { trade, metered, days, step, reading: FIRST_READING, random }
    }

    fn story(&mut self, end: Day, amount: i64) -> Story {
        let name = format!("{}-{end}", self.trade.exchange.name);
        let delivery: DeliveryId =
            format!("dlv_{name}").parse().expect("a name and a day make an id");
        let at = |day| instant(&self.trade.ground.zone, day, 6 * HOUR);
        let (from, to) = (at(Day(end.0 - 1)), at(end));
        let failed = self.metered.failed.contains(&end);
        let readings = (!failed).then(|| {
            let start = self.reading;
            self.reading += amount / self.step;
            let meter = self.metered.meter.clone();
            Readings { end: number(self.reading), meter, rolled_over: false, start: number(start) }
        });
        let period = RecordMeteredPeriod {
            basis: None,
            call_off: self.trade.call_off(end.month()),
            check: None,
            contract: self.trade.contract(),
            delivery: delivery.clone(),
            from,
            grade: self.metered.grade.clone(),
            line: 1,
            method: if failed { Method::Estimated } else { Method::Metered },
            quantity: self.trade.quantity(amount),
            readings,
            segments: Vec::new(),
            to,
        };
        let (supplier, receiver) = (self.trade.supplier, self.trade.receiver);
        let mut telling = Telling::new(name, to);
        let delay = self.random.between(60, 20 * 60) * SECOND;
        telling.tell("record", supplier, to, delay, period);
        let later = |millis| to.checked_add(millis).expect("plans keep away from the year 9999");
        let accept = AcceptDelivery { delivery: delivery.clone(), quantity: None, reason: None };
        let delay = self.random.between(60, 90 * 60) * SECOND;
        telling.tell("accept", receiver, later(2 * HOUR), delay, accept);
        let (operation, product) =
            (self.trade.exchange.operation, self.trade.exchange.product.clone());
        let used = UseDelivery { delivery, lot: None, operation, product, quantity: None };
        telling.tell("use", receiver, later(4 * HOUR), 5 * MINUTE, used);
        telling.end()
    }
}

impl Iterator for MeterSeries<'_> {
    type Item = Story;

    fn next(&mut self) -> Option<Story> {
        let (end, amount) = self.days.find(|&(_, amount)| amount > 0)?;
        assert!(amount % self.step == 0, "{} is no whole count", self.trade.exchange.name);
        Some(self.story(end, amount))
    }
}

fn number(reading: i64) -> Decimal {
    u32::try_from(reading).expect("a meter has nine digits").into()
}
