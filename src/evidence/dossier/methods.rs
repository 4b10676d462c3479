//! The methods that a dossier shows: the one that answers, and those whose items it names.
//!
//! Invariant: an item has one definition for ever, so it does not matter which of the shown ones is
//! read; two that differ are a fault of the file.

use std::collections::BTreeMap;

use crate::domain::event::{MethodPublished, MethodWithdrawn};
use crate::domain::method::{Formula, Item, Method};
use crate::domain::name::Name;
use crate::domain::state::method_id;
use crate::evidence::dossier::manifest::MethodAt;

/// What was published below a position, as far as it is shown.
#[derive(Default)]
pub struct Methods {
    items: BTreeMap<Name, Item>,
    own: Option<Method>,
    /// Where others stand, and which items each defines.
    others: Vec<(u64, Vec<Name>)>,
    /// The first fault.
    fault: Option<String>,
}

impl Methods {
    /// A record that publishes a method, below the position that counts.
    pub fn published(&mut self, position: u64, event: MethodPublished, wanted: &MethodAt) {
        for item in &event.document.items {
            let known = self.items.entry(item.item.clone()).or_insert_with(|| item.clone());
            if known != item {
                self.fail(format!("the item {} has two definitions", item.item));
            }
        }
        if position != wanted.position {
            let items = event.document.items.into_iter().map(|item| item.item);
            return self.others.push((position, items.collect()));
        }
        let MethodPublished { document, id } = event;
        let is_meant = document.method == wanted.method
            && document.version == wanted.version
            && id.as_str() == method_id(&document.method, document.version);
        if is_meant {
            self.own = Some(document);
        } else {
            self.fail(format!("record {position} publishes {id}"));
        }
    }

    /// A record that withdraws one.
    pub fn withdrawn(&mut self, position: u64, event: &MethodWithdrawn, wanted: &MethodAt) {
        if event.id.as_str() == method_id(&wanted.method, wanted.version) {
            self.fail(format!("record {position} withdraws it"));
        }
    }

    fn fail(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }

    /// The first record that publishes a method of which this one needs no item.
    pub fn idle(&self, own: &Method) -> Option<u64> {
        let needed = foreign_items(own);
        let is_idle = |items: &[Name]| !items.iter().any(|item| needed.contains(item));
        self.others.iter().find(|(_, items)| is_idle(items)).map(|(position, _)| *position)
    }

    pub fn item(&self, name: &Name) -> Option<Item> {
        self.items.get(name).cloned()
    }

    /// The method, if it is there and makes sense.
    pub fn own(&self, wanted: &MethodAt) -> Result<&Method, String> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let position = wanted.position;
        let missing =
            || format!("record {position}, which should publish the method, is not shown");
        let own = self.own.as_ref().ok_or_else(missing)?;
        own.check(&|name| self.item(name))
            .map_err(|fault| format!("its document at {}: {}", fault.pointer, fault.message))?;
        Ok(own)
    }
}

/// The items that a method names and does not define.
pub fn foreign_items(method: &Method) -> Vec<Name> {
    let mut names = Vec::new();
    let mut look = |formula: &Formula| {
        formula.walk(&mut |formula| {
            if let Formula::Item(name) = formula
                && !method.items.iter().any(|item| item.item == *name)
                && !names.contains(name)
            {
                names.push(name.clone());
            }
        });
    };
    method.formulas().for_each(&mut look);
    names
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::samples;

    fn published(document: Method) -> MethodPublished {
        let id = method_id(&document.method, document.version).parse().unwrap();
        MethodPublished { document, id }
    }

    fn wanted() -> MethodAt {
        let method = samples::method();
        MethodAt { method: method.method, position: 7, version: method.version }
    }

    #[test]
    fn the_method_is_the_one_that_its_record_publishes_and_is_not_withdrawn() {
        let says = |methods: &Methods| methods.own(&wanted()).map(|_| ()).unwrap_err();
        let mut methods = Methods::default();
        assert!(says(&methods).contains("is not shown"));
        methods.published(7, published(samples::method()), &wanted());
        assert_eq!(methods.own(&wanted()).unwrap(), &samples::method());
        let withdrawn = |id: &str| MethodWithdrawn {
            id: id.parse().unwrap(),
            reason: "a fault".parse().unwrap(),
        };
        methods.withdrawn(9, &withdrawn("other.1"), &wanted());
        assert!(methods.own(&wanted()).is_ok());
        methods.withdrawn(9, &withdrawn("example.1"), &wanted());
        assert!(says(&methods).contains("record 9 withdraws it"));

        let mut methods = Methods::default();
        let mut other = samples::method();
        other.version = 2;
        methods.published(7, published(other.clone()), &wanted());
        assert!(says(&methods).contains("publishes example.2"));

        let mut methods = Methods::default();
        methods.published(3, published(other), &wanted());
        methods.published(7, published(samples::method()), &wanted());
        assert_eq!(methods.idle(methods.own(&wanted()).unwrap()), Some(3));
    }

    #[test]
    fn an_item_has_one_definition_wherever_it_is_shown() {
        let mut methods = Methods::default();
        methods.published(7, published(samples::method()), &wanted());
        let mut other = samples::method();
        other.version = 2;
        other.items[0].title_en = "another".parse().unwrap();
        methods.published(8, published(other), &wanted());
        assert!(methods.own(&wanted()).unwrap_err().contains("two definitions"));
    }
}
