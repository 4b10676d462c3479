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
            return;
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

    pub fn item(&self, name: &Name) -> Option<Item> {
        self.items.get(name).cloned()
    }

    /// The method, if it is there and makes sense.
    pub fn own(&self, wanted: &MethodAt) -> Result<&Method, String> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let position = wanted.position;
        let missing = || format!("record {position}, which should publish the method, is not shown");
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
