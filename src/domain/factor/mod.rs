//! Sets of factors: what a tonne of a by-product spares, as data that is published into the log.
//!
//! Avoided burdens are off until a set is published. A set is one answer among several: the same
//! exchanges give another number under another set, so every number names its set and version.
//!
//! Invariant of a set that [`FactorSet::check`] took: each code stands in one entry, each fate in
//! an entry once, and every number lies where its formula makes sense. So reckoning with it can end
//! in a number or in the reason why there is none, and never in an error.

mod check;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::code::MaterialCode;
use crate::domain::code_scope::CodeScope;
use crate::domain::decimal::Decimal;
use crate::domain::method::Certainty;
use crate::domain::name::Name;
use crate::domain::shapes::BaselineFate;
use crate::domain::text::Text;
use crate::domain::time::Day;

/// The most entries of a set.
pub const MAX_ENTRIES: usize = 500;

/// Of which mass a factor is: an exchange counted otherwise is not converted, but named.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FactorBasis {
    Wet,
    Dry,
}

/// One number, where it is from, and how sure that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    pub certainty: Certainty,
    pub source: Text,
    #[schema(value_type = String)]
    pub value: Decimal,
}

/// What the fate would have emitted that the exchange made needless.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FateFactor {
    /// kg CO2e a tonne; below zero where the fate itself spared something.
    pub factor: Factor,
    pub fate: BaselineFate,
}

/// The factors of some materials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorEntry {
    /// The fates that it has a factor for; for an exchange with another baseline net CO2e is not
    /// known.
    #[schema(max_items = 6)]
    pub baselines: Vec<FateFactor>,
    /// Whether a tonne here and below is wet or dry.
    pub basis: FactorBasis,
    /// The codes or classes of materials; of several that cover a code, the longest one holds.
    #[schema(min_items = 1, max_items = 50)]
    pub codes: Vec<CodeScope>,
    pub entry: Name,
    /// kg CO2e a tonne that is used.
    pub processing: Factor,
    /// How well a tonne of it does what a tonne of the displaced material does: above 0, at most 1.
    pub quality: Factor,
    /// Tonnes of virgin material that a tonne displaces.
    pub ratio: Factor,
    pub title_en: Text,
    pub title_zh: Text,
    /// kg CO2e a tonne and kilometre.
    pub transport: Factor,
    /// kg CO2e a tonne of the virgin material.
    pub virgin: Factor,
}

/// A set of factors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorSet {
    /// What is counted and what is not, which every result repeats.
    pub boundary: Text,
    pub certainty: Certainty,
    #[schema(min_items = 1, max_items = 500)]
    pub entries: Vec<FactorEntry>,
    pub factors: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    pub source: Text,
    pub title_en: Text,
    pub title_zh: Text,
    pub valid_from: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Day>,
    #[schema(minimum = 1)]
    pub version: u16,
}

impl FactorEntry {
    /// All its numbers, with their members' names; those of fates come last.
    pub fn numbers(&self) -> impl Iterator<Item = (String, &Factor)> {
        let own = [
            ("processing", &self.processing),
            ("quality", &self.quality),
            ("ratio", &self.ratio),
            ("transport", &self.transport),
            ("virgin", &self.virgin),
        ];
        let own = own.into_iter().map(|(name, factor)| (name.to_owned(), factor));
        let of_fates = self.baselines.iter().enumerate();
        own.chain(of_fates.map(|(place, own)| (format!("baselines/{place}/factor"), &own.factor)))
    }

    pub fn of_fate(&self, fate: BaselineFate) -> Option<&Factor> {
        self.baselines.iter().find(|own| own.fate == fate).map(|own| &own.factor)
    }
}

impl FactorSet {
    /// The entry of a material: the longest of its codes that cover the material's.
    pub fn entry_of(&self, code: &MaterialCode) -> Option<&FactorEntry> {
        let covering = self.entries.iter().filter_map(|entry| {
            let scopes = entry.codes.iter().filter(|scope| scope.covers(code));
            scopes.map(|scope| scope.code().len()).max().map(|length| (length, entry))
        });
        covering.max_by_key(|(length, _)| *length).map(|(_, entry)| entry)
    }

    pub fn is_valid_on(&self, day: Day) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|end| day <= end)
    }

    /// The least sure of the numbers of these entries, and of the set itself.
    pub fn least_sure(&self) -> Certainty {
        let of_entries = self.entries.iter().flat_map(FactorEntry::numbers);
        of_entries.map(|(_, factor)| factor.certainty).fold(self.certainty, Ord::max)
    }
}
