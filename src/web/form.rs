//! Fields of a form or of an address's query, as people filled them in.

use std::pin::Pin;

use actix_web::body::{BodyStream, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web;

use crate::api::{Fault, Problem};

/// The most bytes of a form.
const LIMIT: usize = 16 << 10;

/// Names and values, in their order.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// From `name=value&…`. What is not of that form has no fields.
    pub fn parse(text: &str) -> Fields {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(text);
        Fields(pairs.map(web::Query::into_inner).unwrap_or_default())
    }

    /// The first of that name, without the spaces around it; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// All of that name, as the boxes that were ticked in a list.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// As [`Fields::get`], nothing if it was left empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }
}

/// Reads the body of a form.
pub async fn read(headers: &header::HeaderMap, payload: &mut Payload) -> Result<Fields, Problem> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let detail = "a form is sent as application/x-www-form-urlencoded";
        return Err(Problem::new(Fault::UnsupportedMediaType, detail));
    }
    let mut body = BodyStream::new(payload.take());
    let mut bytes = Vec::new();
    while let Some(chunk) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_next(cx)).await {
        let chunk = chunk.map_err(|error| {
            Problem::new(Fault::BadRequest, format!("the form can't be read: {error}"))
        })?;
        if bytes.len() + chunk.len() > LIMIT {
            let detail = format!("a form may have {LIMIT} bytes");
            return Err(Problem::new(Fault::BodyTooLarge, detail));
        }
        bytes.extend_from_slice(&chunk);
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Problem::new(Fault::BadRequest, "the form is not UTF-8"))?;
    Ok(Fields::parse(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_name_and_trimmed() {
        let fields = Fields::parse("gross=+31.2+&unit=%E5%90%A8&plate=&gross=7");
        assert_eq!(fields.get("gross"), "31.2");
        assert_eq!(fields.all("gross").collect::<Vec<_>>(), ["31.2", "7"]);
        assert_eq!(fields.get("unit"), "吨");
        assert_eq!((fields.filled("plate"), fields.filled("none")), (None, None));
    }
}
