//! The commands of a plan that are told as they stand.

use crate::domain::time::{Day, UtcMillis, Zone};
use crate::scenario::ground::{Ground, request};
use crate::scenario::plan::Plan;
use crate::scenario::story::{HOUR, MINUTE, SECOND, Stories, Telling, instant};

/// From occurring to being recorded.
const DELAY: i64 = 30 * SECOND;

/// Between two commands of which the second has no time of its own.
const INTERVAL: i64 = 10 * MINUTE;

pub fn stories<'a>(plan: &'a Plan, ground: &'a Ground) -> Stories<'a> {
    let mut before: Option<UtcMillis> = None;
    Box::new(plan.commands.iter().enumerate().map(move |(place, told)| {
        let after = before.and_then(|at| at.checked_add(INTERVAL));
        let now = told.at.as_ref().map(|text| local(&ground.zone, text)).or(after);
        let now = now.unwrap_or_else(|| panic!("the plan {} begins at no time", plan.name));
        before = Some(now);
        let mut telling = Telling::new(format!("told-{:03}", place + 1), now);
        telling.tell(&told.kind, &told.actor, now, DELAY, request(plan, told));
        if let Some(code) = &told.refused {
            telling.but_refused(code);
        }
        telling.end()
    }))
}

/// Reads `2025-01-31 09:00`.
fn local(zone: &Zone, text: &str) -> UtcMillis {
    let read = || -> Option<UtcMillis> {
        let (day, clock) = text.split_once(' ')?;
        let (hours, minutes) = clock.split_once(':')?;
        let millis = hours.parse::<i64>().ok()? * HOUR + minutes.parse::<i64>().ok()? * MINUTE;
        Some(instant(zone, day.parse::<Day>().ok()?, millis))
    };
    read().unwrap_or_else(|| panic!("a plan's time is written as 2025-01-31 09:00, not {text}"))
}
