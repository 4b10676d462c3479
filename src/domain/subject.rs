//! What a document is evidence about: a thing of the ledger, named by its stream, `delivery/dlv_…`.
//!
//! Invariant: the word before the slash and the id's prefix are of one kind, so that a subject is
//! the name of a stream that could be.

use std::fmt;
use std::str::FromStr;

use crate::domain::id::{
    ContractId, DeliveryId, FirmId, MaterialId, MeterId, PermitId, ReturnId, ScaleId, SiteId,
};
use crate::domain::text_value::{self, text_schema};
use crate::domain::value_error::{ValueError, shown};

macro_rules! subjects {
    ($($variant:ident $id:ident $word:literal)+) => {
        /// A thing that documents can be about.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Subject {
            $(#[doc = concat!("`", $word, "/…`")] $variant($id)),+
        }

        impl Subject {
            pub fn word(&self) -> &'static str {
                match self { $(Subject::$variant(_) => $word),+ }
            }

            pub fn id(&self) -> &str {
                match self { $(Subject::$variant(id) => id.as_str()),+ }
            }
        }

        impl FromStr for Subject {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Subject, ValueError> {
                match text.split_once('/') {
                    $(Some(($word, id)) => Ok(Subject::$variant(id.parse()?)),)+
                    _ => {
                        let words = [$($word),+].join(", ");
                        let right = format!("it is one of {words}, then `/` and the thing's id");
                        Err(ValueError::new("malformed_id", format!("{}: {right}", shown(text))))
                    }
                }
            }
        }
    };
}

subjects! {
    Contract ContractId "contract"
    Delivery DeliveryId "delivery"
    Firm FirmId "firm"
    Material MaterialId "material"
    Meter MeterId "meter"
    Permit PermitId "permit"
    Return ReturnId "return"
    Scale ScaleId "scale"
    Site SiteId "site"
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.word(), self.id())
    }
}

impl serde::Serialize for Subject {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Subject {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Subject, D::Error> {
        text_value::deserialize(deserializer, "a stream, as delivery/dlv_…")
    }
}

text_schema!(
    Subject,
    description: "What the document is about, by its stream: a contract, delivery, firm, \
        material, meter, permit, return, scale or site.",
    pattern: "^(contract/ctr|delivery/dlv|firm/frm|material/mat|meter/mtr|permit/prm|return/ret|\
        scale/scl|site/sit)_[0-9A-Za-z_-]{1,60}$",
    example: "delivery/dlv_01JQ8Z5V7T0000000000000001",
    min_length: 10,
    max_length: 73,
    format: None,
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_subject_is_the_name_of_its_stream() {
        let subject: Subject = serde_json::from_str("\"delivery/dlv_1\"").unwrap();
        assert_eq!(subject, Subject::Delivery("dlv_1".parse().unwrap()));
        assert_eq!((subject.word(), subject.id()), ("delivery", "dlv_1"));
        assert_eq!(serde_json::to_string(&subject).unwrap(), "\"delivery/dlv_1\"");
    }

    #[test]
    fn word_and_prefix_are_of_one_kind() {
        for bad in ["delivery/ctr_1", "dlv_1", "delivery", "park/prk_a", "delivery/dlv_1/x", ""] {
            assert_eq!(bad.parse::<Subject>().unwrap_err().code, "malformed_id", "{bad}");
        }
    }
}
