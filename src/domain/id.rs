//! Identifiers of things: a prefix that tells the kind, then what the client chose.
//!
//! Invariant: prefix, then 1 to 60 characters of `0-9 A-Z a-z _ -`. So an id is safe in a path, a
//! file name and a log line, and an id of one kind never passes for another.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::domain::text_value::{text_schema, text_serde};
use crate::domain::value_error::{ValueError, shown};

/// The most characters that may follow a prefix.
pub const MAX_ID_TAIL: usize = 60;

fn check(text: &str, prefix: &'static str, kind: &'static str) -> Result<(), ValueError> {
    let refuse = |reason: &str| {
        Err(ValueError::new(
            "malformed_id",
            format!(
                "{} {reason}; the id of a {kind} is `{prefix}` and then 1 to {MAX_ID_TAIL} \
                 characters of 0-9, A-Z, a-z, _ and -",
                shown(text)
            ),
        ))
    };
    let Some(tail) = text.strip_prefix(prefix) else {
        return refuse("has another prefix");
    };
    if tail.is_empty() {
        return refuse("ends after its prefix");
    }
    if tail.len() > MAX_ID_TAIL {
        return refuse("is too long");
    }
    if !tail.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
        return refuse("has a character that ids do not have");
    }
    Ok(())
}

macro_rules! ids {
    ($($name:ident $prefix:literal $kind:literal)+) => {$(
        #[doc = concat!("Identifies a ", $kind, ": `", $prefix, "…`.")]
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<$name, ValueError> {
                check(text, $prefix, $kind)?;
                Ok($name(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = ValueError;

            fn try_from(text: String) -> Result<$name, ValueError> {
                check(&text, $prefix, $kind)?;
                Ok($name(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        // Sound because Eq, Ord and Hash of the newtype are those of its text.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        text_serde!($name, concat!("the id of a ", $kind, ", ", $prefix, "…"));
        text_schema!(
            $name,
            description: concat!("Identifies a ", $kind, "; chosen by the client."),
            pattern: concat!("^", $prefix, "[0-9A-Za-z_-]{1,60}$"),
            example: concat!($prefix, "01JQ8Z5V7T0000000000000001"),
            min_length: $prefix.len() + 1,
            max_length: $prefix.len() + MAX_ID_TAIL,
            format: None,
        );
    )+

        #[cfg(test)]
        const PREFIXES: &[&str] = &[$($prefix),+];
    };
}

ids! {
    ParkId "prk_" "park"
    FirmId "frm_" "firm"
    SiteId "sit_" "site"
    PermitId "prm_" "permit"
    MaterialId "mat_" "material"
    ListingId "lst_" "listing"
    ContractId "ctr_" "contract"
    DeliveryId "dlv_" "delivery"
    CallOffId "cof_" "call-off"
    AdjustmentId "adj_" "adjustment"
    CorrectionId "cor_" "correction"
    ReturnId "ret_" "return"
    KeyId "key_" "key"
    CommandId "cmd_" "command"
    MeterId "mtr_" "meter"
    ScaleId "scl_" "scale"
    CatalogueId "cat_" "catalogue"
    EvidenceId "evd_" "document"
    StatementId "stm_" "statement"
    ClaimId "clm_" "claim"
    MassBalanceId "mbl_" "mass balance"
    RosterId "ros_" "roster"
    ParticipationId "prg_" "participation"
    LotId "lot_" "lot"
    FacilityId "fac_" "facility"
    ReservationId "rsv_" "reservation"
    FacilityUseId "fus_" "facility use"
    OutageId "out_" "outage"
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn an_id_keeps_its_text_through_json() {
        let id: FirmId = serde_json::from_str("\"frm_Steel-1_a\"").unwrap();
        assert_eq!(id.as_str(), "frm_Steel-1_a");
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"frm_Steel-1_a\"");
        assert_eq!(FirmId::try_from("frm_Steel-1_a".to_owned()).unwrap(), id);
    }

    #[test]
    fn the_error_names_the_prefix_that_was_expected() {
        let error = "frm_1".parse::<ParkId>().unwrap_err();
        assert_eq!(error.code, "malformed_id");
        assert!(error.message.contains("`prk_`"), "{error}");
        let error = serde_json::from_str::<ParkId>("\"frm_1\"").unwrap_err().to_string();
        assert!(error.starts_with("malformed_id: `frm_1` has another prefix"), "{error}");
    }

    #[test]
    fn length_and_alphabet_are_held() {
        let longest = format!("prk_{}", "a".repeat(60));
        assert!(longest.parse::<ParkId>().is_ok());
        let refused = ["prk_", "prk_ä", "prk_a b", "prk_a/b", "prk_a.", "PRK_a", "prk_a\n", ""];
        for text in refused.iter().copied().chain([&*format!("{longest}a")]) {
            assert!(text.parse::<ParkId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn no_two_kinds_share_a_prefix() {
        let mut prefixes = PREFIXES.to_vec();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), PREFIXES.len());
        assert!(prefixes.iter().all(|prefix| prefix.len() == 4 && prefix.ends_with('_')));
    }

    #[test]
    fn something_else_than_a_string_is_told_what_belongs_there() {
        let error = serde_json::from_str::<SiteId>("7").unwrap_err().to_string();
        assert!(error.contains("expected the id of a site, sit_…"), "{error}");
    }
}
