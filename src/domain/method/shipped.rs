//! The methods that ship, as they are in `schemas/method/`.
//!
//! Invariant: each is a document that can be published, and all of them into one ledger: an item
//! has the same definition in each.

use crate::domain::method::Method;

/// The files, by name.
const SHIPPED: &[(&str, &str)] = &[
    ("hj274-2015", include_str!("../../../schemas/method/hj274-2015.json")),
    ("circular", include_str!("../../../schemas/method/circular.json")),
    ("miit-green-park", include_str!("../../../schemas/method/miit-green-park.json")),
    ("eip-framework-v2", include_str!("../../../schemas/method/eip-framework-v2.json")),
    ("iso59020", include_str!("../../../schemas/method/iso59020.json")),
];

/// The methods that ship. None is published before somebody does.
pub fn shipped() -> Vec<Method> {
    let parse = |(name, text): &(&str, &str)| {
        serde_json::from_str(text).unwrap_or_else(|error| {
            panic!("the method {name} is part of this program and tested with it: {error}")
        })
    };
    SHIPPED.iter().map(parse).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::method::{Certainty, Item};
    use crate::domain::name::Name;

    #[test]
    fn every_shipped_method_can_be_published_beside_the_others() {
        let mut published: BTreeMap<Name, Item> = BTreeMap::new();
        let names: Vec<String> = shipped().iter().map(|method| method.method.to_string()).collect();
        assert_eq!(names, ["hj274", "circular", "green_park", "eip", "iso59020"]);
        for method in shipped() {
            let known = |name: &Name| published.get(name).cloned();
            method.check(&known).unwrap_or_else(|fault| panic!("{}: {fault:?}", method.method));
            assert!(method.items.is_sorted_by(|one, two| one.item < two.item));
            published.extend(method.items.into_iter().map(|item| (item.item.clone(), item)));
        }
    }

    #[test]
    fn shipped_files_are_written_as_this_program_writes_them() {
        for (method, (name, text)) in shipped().iter().zip(SHIPPED) {
            assert_eq!(serde_json::to_string_pretty(method).unwrap() + "\n", *text, "{name}");
        }
    }

    #[test]
    fn every_item_that_ships_is_used_by_its_method() {
        for method in shipped() {
            let text = serde_json::to_string(&method.indicators).unwrap();
            for item in &method.items {
                let named = format!("{{\"item\":\"{}\"}}", item.item);
                assert!(text.contains(&named), "{}: {}", method.method, item.item);
            }
        }
    }

    #[test]
    fn hj_274_has_32_indicators_of_which_17_are_mandatory_and_six_groups() {
        let method = shipped().remove(0);
        let numbers = method.indicators.iter().map(|one| one.number.as_ref().unwrap().to_string());
        let expected: Vec<String> = (1..=32).map(|number| number.to_string()).collect();
        assert_eq!(numbers.collect::<Vec<_>>(), expected);
        assert_eq!(method.indicators.iter().filter(|one| one.mandatory).count(), 17);
        let members = |group: &Name| {
            method.indicators.iter().filter(|one| one.group.as_ref() == Some(group)).count()
        };
        let groups: Vec<_> = method
            .groups
            .iter()
            .map(|one| (one.group.as_str(), one.at_least, members(&one.group)))
            .collect();
        let expected =
            [("o1", 1, 4), ("o2", 1, 2), ("o3", 1, 2), ("o4", 1, 2), ("o5", 1, 3), ("o6", 1, 2)];
        assert_eq!(groups, expected);
    }

    #[test]
    fn nothing_that_is_barely_remembered_ships_as_a_fact() {
        for method in shipped() {
            let low = method.indicators.iter().find(|one| one.certainty == Certainty::RecalledLow);
            assert!(low.is_none() && method.certainty != Certainty::RecalledLow);
            let bare = method.indicators.iter().find(|one| {
                one.certainty == Certainty::RecalledMedium
                    && one.note.is_none()
                    && method.note.is_none()
            });
            assert_eq!(bare.map(|one| &one.indicator), None);
        }
    }
}
