//! Methods: publishing and withdrawing them.
//!
//! Invariant: a version is published once and never changed, because certificates name it; an item
//! has one definition for ever, because facts name it.

use crate::domain::command::{PublishMethod, WithdrawMethod};
use crate::domain::decide::Context;
use crate::domain::event::{Event, MethodPublished, MethodWithdrawn};
use crate::domain::evolve::Meta;
use crate::domain::method::Item;
use crate::domain::name::Name;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::rules::lookup;
use crate::domain::rules::who::require_keeper;
use crate::domain::state::{PublishedMethod, method_id};
use crate::domain::states::{States, StatesMut};

type Decision = Result<Vec<Event>, Refusal>;

pub fn publish_method<S: States>(context: &Context<'_, S>, data: &PublishMethod) -> Decision {
    require_keeper(context, "publish a method")?;
    let document = &data.document;
    let id = method_id(&document.method, document.version);
    lookup::absent::<PublishedMethod>(context, &id, "/data/document/version")?;
    let published =
        |name: &Name| context.states.find::<Item>(name.as_str()).map(|item| item.state.clone());
    document.check(&published).map_err(|fault| {
        let pointer = format!("/data/document{}", fault.pointer);
        Refusal::new(Code::BadMethodDocument, pointer, fault.message)
    })?;
    let id = id.parse().expect("a name, a point and a number are a text");
    Ok(vec![MethodPublished { document: document.clone(), id }.into()])
}

pub fn withdraw_method<S: States>(context: &Context<'_, S>, data: &WithdrawMethod) -> Decision {
    require_keeper(context, "withdraw a method")?;
    let WithdrawMethod { method: id, reason } = data.clone();
    let Some(found) = context.states.find::<PublishedMethod>(id.as_str()) else {
        let message = format!("there is no method {id}; name it with its version, as `hj274.1`");
        return Err(Refusal::new(Code::UnknownMethod, "/data/method", message));
    };
    if let Some(reason) = &found.state.withdrawn {
        let message = format!("{id} is withdrawn already: {reason}");
        return Err(Refusal::new(Code::MethodWithdrawn, "/data/method", message));
    }
    Ok(vec![MethodWithdrawn { id, reason }.into()])
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`domain::evolve` has all arms")]
pub fn evolve<S: StatesMut>(states: &mut S, meta: &Meta<'_>, event: &Event) {
    let at = meta.position;
    match event {
        Event::MethodPublished(MethodPublished { document, id }) => {
            for item in &document.items {
                if !states.exists::<Item>(item.item.as_str()) {
                    states.create(item.item.as_str(), at, false, item.clone());
                }
            }
            states.create(id.as_str(), at, true, PublishedMethod::of(document));
        }
        Event::MethodWithdrawn(MethodWithdrawn { id, reason, .. }) => {
            states.change::<PublishedMethod>(id.as_str(), at, true, |method| {
                method.withdrawn = Some(reason.clone());
            });
        }
        _ => unreachable!("`domain::evolve` hands over events of methods only"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use crate::domain::method::Item;
    use crate::domain::samples;
    use crate::domain::state::PublishedMethod;
    use crate::domain::states::States as _;
    use crate::domain::testing::{OPENED, World};

    /// The document of the samples, which has every kind of formula.
    fn document() -> Value {
        serde_json::to_value(samples::method()).unwrap()
    }

    #[test]
    fn a_version_is_published_once_and_withdrawn_once_by_the_keeper() {
        let mut world = World::standard();
        let data = json!({"document": document()});
        let not_keeper = world.refuse("prk_guigang", OPENED, "publish_method", &data);
        assert_eq!(not_keeper, ("not_permitted", "/actor".to_owned()));
        world.take("keeper", OPENED, "publish_method", &data);
        let state = world.state::<PublishedMethod>("example.1");
        assert_eq!(serde_json::to_value(state.read()).unwrap(), document());
        assert!(state.is_in_force("2020-12-31".parse().unwrap()));
        assert!(!state.is_in_force("2014-12-31".parse().unwrap()));
        assert!(!state.is_in_force("2031-01-01".parse().unwrap()));
        let again = world.refuse("keeper", OPENED, "publish_method", &data);
        assert_eq!(again, ("already_exists", "/data/document/version".to_owned()));
        let withdrawal = json!({"method": "example.1", "reason": "a fault"});
        world.take("keeper", OPENED, "withdraw_method", &withdrawal);
        assert!(
            !world.state::<PublishedMethod>("example.1").is_in_force("2020-12-31".parse().unwrap())
        );
        let again = world.refuse("keeper", OPENED, "withdraw_method", &withdrawal);
        assert_eq!(again.0, "method_withdrawn");
        let unknown = json!({"method": "example.2", "reason": "a fault"});
        assert_eq!(world.refuse("keeper", OPENED, "withdraw_method", &unknown).0, "unknown_method");
    }

    #[test]
    fn an_item_has_one_definition_for_ever() {
        let mut world = World::standard();
        world.take("keeper", OPENED, "publish_method", &json!({"document": document()}));
        let mut next = document();
        next["version"] = json!(2);
        world.take("keeper", OPENED, "publish_method", &json!({"document": next}));
        next["version"] = json!(3);
        next["items"][1]["nature"] = json!("level");
        let found = world.refuse("keeper", OPENED, "publish_method", &json!({"document": next}));
        assert_eq!(found, ("bad_method_document", "/data/document/items/1".to_owned()));
        assert_eq!(world.states.find::<Item>("gdp").unwrap().state.unit.as_str(), "CNY");
    }

    #[test]
    fn indicators_that_double_at_every_step_are_refused_before_anybody_evaluates_them() {
        let mut world = World::standard();
        let mut document = document();
        let mut indicator = document["indicators"][5].clone();
        let mut chain = vec![document["indicators"][5].clone()];
        for step in 0..40 {
            let of = json!({"indicator": chain[step]["indicator"]});
            indicator["formula"] = json!({"sum": [of, of]});
            indicator["indicator"] = json!(format!("step_{step}"));
            indicator["kind"] = json!("level");
            chain.push(indicator.clone());
        }
        document["indicators"] = json!(chain);
        document["groups"] = json!([]);
        let data = json!({"document": document});
        let (code, pointer) = world.refuse("keeper", OPENED, "publish_method", &data);
        assert_eq!(code, "bad_method_document");
        assert!(pointer.ends_with("/formula/sum/1/indicator"), "{pointer}");
        let few = json!(chain[..12]);
        let mut document = data["document"].clone();
        document["indicators"] = few;
        world.take("keeper", OPENED, "publish_method", &json!({"document": document}));
    }

    #[test]
    fn a_document_that_makes_no_sense_is_refused_with_its_pointer() {
        let mut world = World::standard();
        let share = json!({"ratio": {"of": {"item": "energy_used"}, "over": {"item": "gdp"}}});
        let cases = [
            ("/indicators/0/formula", json!({"item": "unknown"}), "/indicators/0/formula/item"),
            ("/indicators/0/formula", share, "/indicators/0/unit"),
            (
                "/indicators/0/formula",
                json!({"indicator": "utilisation_gain"}),
                "/indicators/3/formula/points_change/of/indicator",
            ),
            (
                "/indicators/0/formula",
                json!({"sum": [{"item": "energy_used"}, {"item": "gdp"}]}),
                "/indicators/0/formula/sum/1",
            ),
            (
                "/indicators/0/formula",
                json!({"measure": {"measure": "used"}}),
                "/indicators/0/formula/measure/dimension",
            ),
            ("/indicators/0/group", json!("o9"), "/indicators/0/group"),
            ("/indicators/2/kind", json!("level"), "/indicators/2/kind"),
            (
                "/indicators/1/threshold/by_parameter/cases/0/is",
                json!("x"),
                "/indicators/1/threshold/by_parameter/cases",
            ),
            ("/parameters/0/default", json!("x"), "/parameters/0/default"),
            ("/groups/0/at_least", json!(2), "/groups/0/at_least"),
            ("/valid_to", json!("2014-01-01"), "/valid_to"),
            ("/version", json!(0), "/version"),
        ];
        for (at, value, pointer) in cases {
            let mut document = document();
            *document.pointer_mut(at).unwrap() = value.clone();
            let data = json!({"document": document});
            let found = world.refuse("keeper", OPENED, "publish_method", &data);
            let expected = format!("/data/document{pointer}");
            assert_eq!(found, ("bad_method_document", expected), "{at} {value}");
        }
    }
}
