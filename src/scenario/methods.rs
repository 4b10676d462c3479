//! The shipped methods that a plan names, as commands: they are there before its park is.

use crate::domain::actor::Actor;
use crate::domain::command::PublishMethod;
use crate::domain::method::{Method, shipped};
use crate::domain::time::UtcMillis;
use crate::scenario::plan::Plan;
use crate::scenario::story::{MINUTE, SECOND, Stories, Story, Telling};

/// The ledger of a scenario has them when its park is registered.
pub fn stories<'a>(plan: &'a Plan, first: UtcMillis) -> Stories<'a> {
    let at = first.checked_add(-10 * MINUTE).expect("plans keep away from the year 0");
    Box::new(std::iter::once_with(move || story(plan, at)))
}

fn story(plan: &Plan, at: UtcMillis) -> Story {
    let all = shipped();
    let mut telling = Telling::new("method".to_owned(), at);
    for name in &plan.methods {
        let found = all.iter().find(|method| method.method == *name);
        let document: Method =
            found.unwrap_or_else(|| panic!("{}: no method {name} ships", plan.name)).clone();
        let verb = name.as_str().replace('_', "-");
        telling.tell(&verb, &Actor::Keeper, at, 30 * SECOND, PublishMethod { document });
    }
    telling.end()
}
