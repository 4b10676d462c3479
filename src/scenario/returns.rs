//! Monthly returns of a site, and the park's closing of months.

use crate::domain::actor::Actor;
use crate::domain::command::{
    ClosePeriod, EconomicOutput, Generation, MaterialAmount, OwnReuse, SubmitReturn,
};
use crate::domain::decimal::Decimal;
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::shapes::{Stated, Theme};
use crate::domain::time::{Day, Month};
use crate::scenario::ground::Ground;
use crate::scenario::plan::{Output, Plan, Returns, Yearly, YearlyOf};
use crate::scenario::split;
use crate::scenario::story::{HOUR, MINUTE, SECOND, Stories, Story, Telling, instant};

/// On which day of the next month a return is submitted.
const RETURN_DAY: i32 = 8;

/// Yearly quantities are declared in whole thousandths of the unit that they are shown in.
const FINENESS: i64 = 1000;

/// A quantity's part that falls on each month, none where it is zero.
fn by_month(total: &Quantity, months: &[u32; 12], divisor: i64) -> Vec<Option<Quantity>> {
    let unit = total.dimension().shown_in();
    let step = (unit.factor() / FINENESS).max(1);
    let parts = split::by_weights(total.amount() / divisor, months, step).into_iter();
    let quantity =
        |part| Quantity::from_amount(part, unit).expect("sums are shown in units that fit all");
    parts.map(|part| (part > 0).then(|| quantity(part))).collect()
}

/// The stories of one site's returns.
pub fn stories<'a>(
    plan: &'a Plan,
    ground: &'a Ground,
    returns: &'a Returns,
    divisor: i64,
) -> Stories<'a> {
    let months = (0..12).map(move |place| {
        let number = u32::try_from(place + 1).expect("one of twelve");
        (place, Month::from_civil(plan.year, number).expect("plans have four-digit years"))
    });
    let submitted = months.filter(|(_, month)| !returns.missing.contains(month));
    Box::new(submitted.map(move |(place, period)| story(ground, returns, divisor, place, period)))
}

fn story(ground: &Ground, returns: &Returns, divisor: i64, place: usize, period: Month) -> Story {
    let site = returns.site.as_str().trim_start_matches("sit_");
    let of = |of: &YearlyOf| {
        let quantity = by_month(&of.total, &returns.months, divisor)[place]?;
        let (material, method) = (of.material.clone(), of.method);
        Some(Generation { from_by_products: false, material, method, quantity })
    };
    let reuse = |of: &YearlyOf| {
        let quantity = by_month(&of.total, &returns.months, divisor)[place]?;
        let (material, method, operation) = (of.material.clone(), of.method, of.operation);
        Some(OwnReuse { material, method, operation, quantity })
    };
    let water = |yearly: &Yearly| {
        let quantity = by_month(&yearly.total, &returns.months, divisor)[place]?;
        Some(Stated { method: yearly.method, quantity })
    };
    // What is on hand does not add up over the year: the same at every month's end.
    let stock = |of: &YearlyOf| {
        let amount = of.total.amount() / divisor;
        let quantity = Quantity::from_amount(amount, of.total.dimension().shown_in());
        let quantity = quantity.expect("sums are shown in units that fit all");
        MaterialAmount { material: of.material.clone(), method: of.method, quantity }
    };
    let mut data = SubmitReturn {
        economic_output: returns.economic_output.as_ref().map(|of| output(of, returns, place)),
        fresh_water: returns.fresh_water.as_ref().and_then(water),
        generation: returns.generation.iter().filter_map(of).collect(),
        own_reuse: returns.own_reuse.iter().filter_map(reuse).collect(),
        period,
        recirculation: returns.recirculation.as_ref().and_then(water),
        return_id: format!("ret_{site}-{period}").parse().expect("a site and a month make an id"),
        site: returns.site.clone(),
        stock: returns.stock.iter().map(stock).collect(),
        zero_activity: Vec::new(),
    };
    data.zero_activity = zero(returns, &data);
    let next = period.checked_add(1).expect("plans have four-digit years").first();
    let at = instant(&ground.zone, Day(next.0 + RETURN_DAY - 1), 15 * HOUR);
    let mut telling = Telling::new(format!("{site}-{period}"), at);
    telling.tell("return", ground.firm(&returns.site), at, 40 * SECOND, data);
    telling.end()
}

/// The themes that the site declares in other months, and has nothing of in this one.
fn zero(returns: &Returns, data: &SubmitReturn) -> Vec<Theme> {
    let themes = [
        (Theme::Generation, !returns.generation.is_empty() && data.generation.is_empty()),
        (Theme::OwnReuse, !returns.own_reuse.is_empty() && data.own_reuse.is_empty()),
        (Theme::FreshWater, returns.fresh_water.is_some() && data.fresh_water.is_none()),
        (Theme::Recirculation, returns.recirculation.is_some() && data.recirculation.is_none()),
    ];
    themes.into_iter().filter(|(_, nothing)| *nothing).map(|(theme, _)| theme).collect()
}

fn output(output: &Output, returns: &Returns, place: usize) -> EconomicOutput {
    let total = output.total.amount();
    let units = i64::try_from(total.units()).expect("a firm's yearly output");
    let part = split::by_weights(units, &returns.months, 1)[place];
    let amount = Decimal::new(i128::from(part), total.scale()).expect("a part of such a number");
    let amount = Money::new(amount, output.total.currency()).expect("a part of an amount is one");
    EconomicOutput { amount, measure: output.measure, price_year: output.price_year }
}

/// The park closes its months, but for the last ones.
pub fn closings<'a>(plan: &'a Plan, ground: &'a Ground) -> Stories<'a> {
    let first = Month::from_civil(plan.year, 1).expect("plans have four-digit years");
    let closing = &plan.closing;
    Box::new(first.through(closing.last).map(move |period| {
        let next = period.checked_add(1).expect("plans have four-digit years").first();
        let at = instant(&ground.zone, Day(next.0 + closing.day_of_month - 1), 16 * HOUR);
        let mut telling = Telling::new(format!("park-{period}"), at);
        let data = ClosePeriod { park: closing.park.clone(), period };
        telling.tell("close", &Actor::Park(closing.park.clone()), at, MINUTE, data);
        telling.end()
    }))
}
