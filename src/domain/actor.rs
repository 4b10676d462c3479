//! Who acts: the ledger keeper, a park's administration, or a firm. What stands in BODY as `actor`.

use std::fmt;
use std::str::FromStr;

use crate::domain::id::{FirmId, ParkId};
use crate::domain::text_value::{text_schema, text_serde};
use crate::domain::value_error::{ValueError, shown};

/// Whom a command is given for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    Keeper,
    Park(ParkId),
    Firm(FirmId),
}

/// The ledger keeper's name as an actor.
pub const KEEPER: &str = "keeper";

impl Actor {
    pub fn as_str(&self) -> &str {
        match self {
            Actor::Keeper => KEEPER,
            Actor::Park(park) => park.as_str(),
            Actor::Firm(firm) => firm.as_str(),
        }
    }

    pub fn firm(&self) -> Option<&FirmId> {
        match self {
            Actor::Firm(firm) => Some(firm),
            Actor::Keeper | Actor::Park(_) => None,
        }
    }

    pub fn is_firm(&self, firm: &FirmId) -> bool {
        self.firm() == Some(firm)
    }
}

impl FromStr for Actor {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Actor, ValueError> {
        if text == KEEPER {
            Ok(Actor::Keeper)
        } else if text.starts_with(ParkId::PREFIX) {
            Ok(Actor::Park(text.parse()?))
        } else if text.starts_with(FirmId::PREFIX) {
            Ok(Actor::Firm(text.parse()?))
        } else {
            let right = "an actor is a firm (frm_…), a park (prk_…) or `keeper`";
            Err(ValueError::new("malformed_id", format!("{}: {right}", shown(text))))
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_serde!(Actor, "an actor: frm_…, prk_… or keeper");
text_schema!(
    Actor,
    description: "Who acts: a firm, a park's administration, or the ledger keeper (`keeper`).",
    pattern: "^(keeper|(frm|prk)_[0-9A-Za-z_-]{1,60})$",
    example: "frm_sugar",
    min_length: 5,
    max_length: 64,
    format: None,
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_actor_is_one_of_three_kinds() {
        for text in ["keeper", "frm_a", "prk_b"] {
            assert_eq!(text.parse::<Actor>().unwrap().to_string(), text);
        }
        assert_eq!("sit_a".parse::<Actor>().unwrap_err().code, "malformed_id");
        assert_eq!("frm_".parse::<Actor>().unwrap_err().code, "malformed_id");
    }
}
