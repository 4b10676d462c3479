//! Publishing catalogues of codes.
//!
//! Invariant: codes are only added or stated anew, never taken away, and a list that was once said
//! to be complete stays so. What materials were defined as stays as it was decided on the lists of
//! that time.

use crate::domain::catalogue::Hazard;
use crate::domain::command::PublishCatalogue;
use crate::domain::decide::Context;
use crate::domain::event::CataloguePublished;
use crate::domain::evolve::Meta;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::hazard::code_id;
use crate::domain::rules::lookup;
use crate::domain::rules::registry::Decision;
use crate::domain::rules::who::require_keeper;
use crate::domain::state::{Catalogue, CatalogueCode};
use crate::domain::states::{States, StatesMut};
use crate::domain::text::Text;

pub fn publish_catalogue<S: States>(context: &Context<'_, S>, data: &PublishCatalogue) -> Decision {
    require_keeper(context, "publish a catalogue")?;
    lookup::absent::<Catalogue>(context, data.catalogue.as_str(), "/data/catalogue")?;
    data.part.check().map_err(|error| {
        let pointer = format!("/data/part{}", error.pointer);
        Refusal::new(Code::BadCatalogue, pointer, error.error.message)
    })?;
    if let Err(error) = data.part.source.parse::<Text>() {
        return Err(Refusal::new(Code::BadCatalogue, "/data/part/source", error.message));
    }
    let PublishCatalogue { catalogue, part } = data.clone();
    Ok(vec![CataloguePublished { catalogue, part }.into()])
}

pub(super) fn published<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &CataloguePublished) {
    let CataloguePublished { catalogue, part } = event;
    let id = |code: &str| code_id(part.scheme, &part.edition, code);
    let at = meta.position;
    let was_complete =
        states.find::<CatalogueCode>(&id("")).is_some_and(|list| list.state.complete);
    let list = CatalogueCode {
        complete: part.complete || was_complete,
        hazard: Hazard::NotStated,
        mirror_of: None,
        title_en: "".into(),
        title_zh: "".into(),
    };
    states.create(&id(""), at, false, list.clone());
    for entry in &part.entries {
        let code = CatalogueCode {
            complete: list.complete,
            hazard: entry.hazard,
            mirror_of: entry.mirror_of.clone(),
            title_en: entry.title_en.clone(),
            title_zh: entry.title_zh.clone(),
        };
        states.create(&id(&entry.code), at, false, code);
    }
    for entry in &part.entries {
        // The other of a pair is a mirror entry too, whether or not this part has it.
        let Some(other) = entry.mirror_of.as_deref() else { continue };
        if states.exists::<CatalogueCode>(&id(other)) {
            continue;
        }
        let (hazard, mirror_of) = (Hazard::Mirror, Some(entry.code.clone()));
        states.create(&id(other), at, false, CatalogueCode { hazard, mirror_of, ..list.clone() });
    }
    let state = Catalogue {
        catalogue: catalogue.clone(),
        complete: part.complete,
        edition: part.edition.clone(),
        entries: u32::try_from(part.entries.len()).expect("a part fits in one record"),
        scheme: part.scheme,
        source: part.source.parse().expect("the rule has read it as a text"),
    };
    states.create(catalogue.as_str(), at, true, state);
}
