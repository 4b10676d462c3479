//! Statements of a plan: figures of items that no exchange gives, period by period.
//!
//! Invariant: what adds up shrinks with the plan's divisor as exchanges do, so that a share is the
//! same at every scale; shares and numbers of things stay.

use crate::domain::actor::Actor;
use crate::domain::command::{Figure, StateFigures};
use crate::domain::decimal::Decimal;
use crate::domain::stated_unit::{ItemUnit, StatedUnit};
use crate::domain::time::Day;
use crate::scenario::ground::Ground;
use crate::scenario::plan::{Plan, Statements};
use crate::scenario::story::{HOUR, MINUTE, Stories, Story, Telling, instant};

/// On which day after its period a statement is made.
const STATEMENT_DAY: i32 = 12;

pub fn stories<'a>(plan: &'a Plan, ground: &'a Ground, divisor: i64) -> Stories<'a> {
    let stated = plan.statements.iter().zip(0..);
    let story = |(of, place)| story(plan, ground, of, place, divisor);
    let mut stories: Vec<Story> = stated.map(story).collect();
    stories.sort_by_key(|story| story.begins);
    Box::new(stories.into_iter())
}

fn story(plan: &Plan, ground: &Ground, of: &Statements, place: i64, divisor: i64) -> Story {
    let park = &plan.closing.park;
    let (name, actor) = match &of.site {
        Some(site) => (site.as_str().trim_start_matches("sit_"), ground.firm(site).clone()),
        None => ("park", Actor::Park(park.clone())),
    };
    let name = format!("{name}-{}-figures", of.period);
    let day = of.on.unwrap_or(Day(of.period.last().0 + STATEMENT_DAY));
    // Statements of one day follow one another.
    let at = instant(&ground.zone, day, 10 * HOUR + place * MINUTE);
    let data = StateFigures {
        evidence: of.evidence.clone(),
        figures: of.figures.iter().map(|figure| smaller(figure, divisor)).collect(),
        park: park.clone(),
        period: of.period,
        site: of.site.clone(),
        statement: format!("stm_{name}").parse().expect("a place and a period make an id"),
    };
    let mut telling = Telling::new(name, at);
    telling.tell("state", &actor, at, MINUTE, data);
    telling.end()
}

/// A figure, that many times smaller if figures of its unit add up over firms.
fn smaller(figure: &Figure, divisor: i64) -> Figure {
    let adds_up = match figure.unit {
        ItemUnit::Money(_) => true,
        ItemUnit::Of(unit) => {
            matches!(unit, StatedUnit::Tonne | StatedUnit::CubicMetre | StatedUnit::Gigajoule)
        }
    };
    if !adds_up {
        return figure.clone();
    }
    let amount = figure.unit.amount(&figure.value).expect("plans state what can be stated");
    assert!(amount % divisor == 0, "{} can't be divided by {divisor}", figure.item);
    let value = Decimal::new(i128::from(amount / divisor), figure.unit.scale());
    Figure { value: value.expect("a part of a figure is one"), ..figure.clone() }
}
