//! The shipped catalogues as commands: what a new ledger begins with.

use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, CataloguePart};
use crate::domain::command::{Command, PublishCatalogue};
use crate::domain::id::CatalogueId;
use crate::domain::time::UtcMillis;
use crate::scenario::story::{MINUTE, SECOND, Stories, Story, Telling};

/// The commands that load what ships, all at one time of business.
pub fn publish(at: UtcMillis) -> Vec<Command> {
    story(at).steps.into_iter().map(|step| step.command).collect()
}

/// The ids of what ships.
pub fn names() -> Vec<String> {
    catalogue::shipped()
        .iter()
        .map(|part| format!("{}{}", CatalogueId::PREFIX, name(part)))
        .collect()
}

fn name(part: &CataloguePart) -> String {
    format!("{}-{}", part.scheme.as_str().replace('_', "-"), part.edition)
}

fn story(at: UtcMillis) -> Story {
    let mut telling = Telling::new("catalogue".to_owned(), at);
    for part in catalogue::shipped() {
        let name = name(&part);
        let id = format!("{}{name}", CatalogueId::PREFIX);
        let catalogue = id.parse().expect("schemes and editions are short");
        let data = PublishCatalogue { catalogue, part };
        telling.tell(&name, &Actor::Keeper, at, 30 * SECOND, data);
    }
    telling.end()
}

/// The ledger of a scenario loads them before anything else happens.
pub fn stories<'a>(first: UtcMillis) -> Stories<'a> {
    let at = first.checked_add(-15 * MINUTE).expect("plans keep away from the year 0");
    Box::new(std::iter::once_with(move || story(at)))
}
