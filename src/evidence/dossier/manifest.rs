//! The manifest: what a dossier states, in one line of canonical JSON.
//!
//! Invariant: members are declared in alphabetical order and hold integers and texts only, so what
//! serde_json writes is the only spelling; [`Manifest::read`] takes no other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::domain::id::{FirmId, ParkId};
use crate::domain::name::Name;
use crate::domain::text::Text;
use crate::domain::time::{Month, Period};
use crate::merkle::Hash;
use crate::record::canonical::is_canonical;

/// How much a dossier shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Every record that a figure rests on.
    Listed,
    /// That there are no others, too.
    Complete,
}

/// The record that counted a park.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    pub period: Month,
    pub places: u64,
    pub position: u64,
}

/// A checkpoint of before, and that the log only grew since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    pub checkpoint: String,
    pub path: Vec<Hash>,
}

/// What is to be said of a value by itself. Who has not declared is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueStatus {
    Met,
    NotMet,
    Reported,
    Unknown,
    Undefined,
    Inconsistent,
}

/// The value of an indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// In lowest terms; absent where there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
    pub indicator: Name,
    pub status: ValueStatus,
    pub unit: Text,
}

/// A sum of facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeafSum {
    pub facts: u64,
    /// In lowest terms; absent where nobody has stated anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// Where the method's document stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodAt {
    pub method: Name,
    pub position: u64,
    pub version: u16,
}

/// A sealed value that is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revealed {
    /// RFC 6901, in BODY.
    pub pointer: String,
    pub position: u64,
    pub salt: Hash,
    /// Canonical JSON.
    pub value: Box<RawValue>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The facts of records below this position count.
    pub as_of: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_year: Option<u16>,
    /// The signed note, its last LF included.
    pub checkpoint: String,
    pub choices: BTreeMap<Name, Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Earlier>,
    pub figures: Vec<Figure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firm: Option<FirmId>,
    pub leaves: Vec<LeafSum>,
    pub method: MethodAt,
    pub park: ParkId,
    pub period: Period,
    pub revealed: Vec<Revealed>,
    pub strength: Strength,
}

impl Manifest {
    /// Reads the line of a file, in its only spelling; else why it is none.
    pub fn read(line: &[u8]) -> Result<Manifest, String> {
        if !is_canonical(line) {
            return Err("the manifest is not canonical JSON".to_owned());
        }
        let manifest: Manifest =
            serde_json::from_slice(line).map_err(|error| format!("the manifest: {error}"))?;
        if manifest.encode() != line {
            return Err("the manifest has another spelling than its only one".to_owned());
        }
        manifest.check()?;
        Ok(manifest)
    }

    /// The line, without its LF.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a manifest has string keys")
    }

    /// Which members there must be beside which, and in which order.
    fn check(&self) -> Result<(), String> {
        let wrong = |text: &str| Err(text.to_owned());
        match (self.strength, &self.counted, &self.firm) {
            (Strength::Complete, Some(_), None) | (Strength::Listed, None, _) => {}
            (Strength::Complete, None, _) => {
                return wrong("a complete dossier names the record that counted the park");
            }
            (Strength::Complete, _, Some(_)) => return wrong("a firm's cut is always listed"),
            (Strength::Listed, Some(_), _) => {
                return wrong("a listed dossier relies on no count of the park");
            }
        }
        if self.method.position >= self.as_of {
            return wrong("the method stands at or beyond as_of");
        }
        let is_year = |year: u16| format!("{year:04}").parse::<Period>().is_ok();
        if self.base_year.is_some_and(|year| !is_year(year)) {
            return wrong("base_year is no year");
        }
        let key = |one: &Revealed| (one.position, one.pointer.clone());
        if self.revealed.windows(2).any(|pair| key(&pair[0]) >= key(&pair[1])) {
            return wrong("revealed values stand in order of position and pointer, each once");
        }
        Ok(())
    }
}
