//! Parameters of addresses and their queries, read strictly: what is not declared is refused.
//!
//! Invariant: a query's struct is both what is read and what OpenAPI says, so the two can't differ.

use actix_web::web;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};
use utoipa::IntoParams;

use crate::api::fault::Fault;
use crate::api::problem::Problem;
use crate::domain::digest::Digest;
use crate::domain::id::{
    CatalogueId, ContractId, DeliveryId, EvidenceId, FacilityId, FirmId, KeyId, ListingId, LotId,
    MaterialId, MeterId, ParkId, ParticipationId, PermitId, ReturnId, RosterId, ScaleId, SiteId,
};
use crate::domain::name::Name;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::time::{Day, Month, Period};
use crate::domain::value_error::ValueError;
use crate::query::answer::PAGE_MOST;

/// The most characters of a [`Word`].
const MAX_WORD: usize = 100;

/// What a query may hold.
pub trait Query: Sized + IntoParams {
    fn read(pairs: &mut Pairs) -> Result<Self, Problem>;
}

/// The parameters of one query that nobody has taken yet.
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    fn parse(text: &str) -> Result<Pairs, Problem> {
        if text.is_empty() {
            return Ok(Pairs(Vec::new()));
        }
        let pairs = web::Query::<Vec<(String, String)>>::from_query(text);
        let pairs = pairs.map_err(|_| {
            Problem::new(Fault::MalformedParameter, "the query is not of the form `name=value&…`")
        })?;
        Ok(Pairs(pairs.into_inner()))
    }

    /// Takes out the parameter of a name, which may stand there once.
    pub fn take(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let mut found = None;
        while let Some(place) = self.0.iter().position(|(key, _)| key == name) {
            if found.replace(self.0.swap_remove(place).1).is_some() {
                let detail = format!("parameter `{name}` stands there twice");
                return Err(Problem::new(Fault::DuplicateParameter, detail));
            }
        }
        Ok(found)
    }

    fn finish(self, known: &[String]) -> Result<(), Problem> {
        let Some((name, _)) = self.0.first() else { return Ok(()) };
        let shown = crate::domain::value_error::shown(name);
        let detail = match known {
            [] => format!("{shown} is not a parameter here; this address takes none"),
            known => format!("{shown} is not a parameter here; it takes {}", known.join(", ")),
        };
        Err(Problem::new(Fault::UnknownParameter, detail))
    }
}

/// Reads a whole query.
pub fn read<Q: Query>(text: &str) -> Result<Q, Problem> {
    let mut pairs = Pairs::parse(text)?;
    let query = Q::read(&mut pairs)?;
    let names = || Q::into_params(|| None).into_iter().map(|parameter| parameter.name).collect();
    let known: Vec<String> = if pairs.0.is_empty() { Vec::new() } else { names() };
    pairs.finish(&known)?;
    Ok(query)
}

/// Refuses any query.
pub fn none(text: &str) -> Result<(), Problem> {
    if text.is_empty() { Ok(()) } else { Pairs::parse(text)?.finish(&[]) }
}

/// A value in an address or its query.
pub trait Value: Sized {
    fn value(text: &str) -> Result<Self, ValueError>;
}

/// Lets values that are read from text stand in addresses and queries.
macro_rules! values {
    ($($name:ty),+ $(,)?) => {$(
        impl Value for $name {
            fn value(text: &str) -> Result<$name, ValueError> {
                text.parse()
            }
        }
    )+};
}

values! {
    Text, Name, Month, Period, Day,
    ParkId, FirmId, SiteId, PermitId, MaterialId, ListingId, ContractId, LotId,
    DeliveryId, ReturnId, KeyId, MeterId, ScaleId, CatalogueId, EvidenceId,
    RosterId, ParticipationId, FacilityId, Digest, Subject,
}

impl Value for u64 {
    fn value(text: &str) -> Result<u64, ValueError> {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if plain { text.parse().ok() } else { None };
        number.filter(|number| *number <= crate::record::canonical::SAFE_INTEGER).ok_or_else(|| {
            let shown = crate::domain::value_error::shown(text);
            let right = "a whole number from 0 to 2^53-1 is expected";
            ValueError::new("malformed_number", format!("{shown}: {right}"))
        })
    }
}

impl Value for bool {
    fn value(text: &str) -> Result<bool, ValueError> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(ValueError::new("malformed_text", "it is `true` or `false`")),
        }
    }
}

/// A word of an enum with a serde form.
pub fn word<T: DeserializeOwned>(text: &str) -> Result<T, ValueError> {
    let words: StrDeserializer<'_, serde::de::value::Error> = text.into_deserializer();
    T::deserialize(words).map_err(|error| ValueError::new("malformed_text", error.to_string()))
}

/// A short word of the server's own making, as a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(pub String);

impl Value for Word {
    fn value(text: &str) -> Result<Word, ValueError> {
        if text.len() <= MAX_WORD {
            return Ok(Word(text.to_owned()));
        }
        Err(ValueError::new("too_large", format!("it has {MAX_WORD} characters at most")))
    }
}

/// How many items a page may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(pub u64);

impl Value for Limit {
    fn value(text: &str) -> Result<Limit, ValueError> {
        let number = u64::value(text)?;
        if (1..=PAGE_MOST).contains(&number) {
            return Ok(Limit(number));
        }
        let right = format!("a page has 1 to {PAGE_MOST} items, and {number} were asked for");
        Err(ValueError::new("malformed_number", right))
    }
}

/// The filters of a list's query, in one spelling: what is not paging or waiting.
pub fn filters(text: &str) -> Result<String, Problem> {
    let mut pairs = Pairs::parse(text)?.0;
    pairs
        .retain(|(name, _)| !["as_of", "at_least", "cursor", "format", "limit"].contains(&&**name));
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(pairs.join("&"))
}

/// Lets words of enums stand in queries.
macro_rules! words {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::api::query::Value for $name {
            fn value(
                text: &str,
            ) -> Result<$name, $crate::domain::value_error::ValueError> {
                $crate::api::query::word(text)
            }
        }
    )+};
}

/// A parameter that may be absent, or must be there.
pub trait Parameter: Sized {
    fn read(pairs: &mut Pairs, name: &str) -> Result<Self, Problem>;
}

impl<T: Value> Parameter for Option<T> {
    fn read(pairs: &mut Pairs, name: &str) -> Result<Option<T>, Problem> {
        let Some(text) = pairs.take(name)? else { return Ok(None) };
        T::value(&text).map(Some).map_err(|error| Problem::parameter(name, &error))
    }
}

/// Parameters that some address needs.
macro_rules! needed {
    ($($name:ty),+) => {$(
        impl Parameter for $name {
            fn read(pairs: &mut Pairs, name: &str) -> Result<$name, Problem> {
                <Option<$name> as Parameter>::read(pairs, name)?.ok_or_else(|| {
                    Problem::new(Fault::MissingParameter, format!("parameter `{name}` is needed"))
                })
            }
        }
    )+};
}

needed! { u64, Month, Name, Period, ParkId, SiteId }

/// Declares the parameters of a query, with what OpenAPI says of each.
macro_rules! query {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident {
            $($(#[$inner:meta])* $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        $visibility struct $name { $($(#[$inner])* pub $field: $type,)* }

        impl $crate::api::query::Query for $name {
            fn read(
                pairs: &mut $crate::api::query::Pairs,
            ) -> Result<$name, $crate::api::problem::Problem> {
                $(
                    let name = stringify!($field);
                    let $field = $crate::api::query::Parameter::read(pairs, name)?;
                )*
                Ok($name { $($field),* })
            }
        }
    };
}

pub(crate) use {query, words};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    query! {
        struct Example {
            /// A park.
            park: Option<ParkId>,
            /// A number.
            size: u64,
        }
    }

    fn code(text: &str) -> String {
        read::<Example>(text).unwrap_err().code.into_owned()
    }

    #[test]
    fn what_is_declared_is_read_and_all_else_is_refused() {
        let query: Example = read("size=7&park=prk_a").unwrap();
        assert_eq!((query.size, query.park.unwrap().as_str()), (7, "prk_a"));
        assert_eq!(code("size=7&siez=8"), "unknown_parameter");
        assert_eq!(code("size=7&size=8"), "duplicate_parameter");
        assert_eq!(code("park=prk_a"), "missing_parameter");
        assert_eq!(code("size=7&park=frm_a"), "malformed_id");
        for bad in ["", "-1", "1.0", "+1", "9007199254740992", "%20"] {
            assert_eq!(code(&format!("size={bad}")), "malformed_number", "{bad}");
        }
        assert!(none("").is_ok());
        assert_eq!(none("a=1").unwrap_err().code, "unknown_parameter");
    }

    #[test]
    fn openapi_declares_the_same_parameters() {
        let parameters = Example::into_params(|| None);
        let names: Vec<_> = parameters.iter().map(|parameter| &*parameter.name).collect();
        assert_eq!(names, ["park", "size"]);
    }
}
