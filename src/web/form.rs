//! Fields of a form or of an address's query, as people filled them in.

use std::pin::Pin;

use actix_web::body::{BodyStream, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web;

use crate::api::{Fault, Problem};
use crate::web::multipart::{self, File};

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

    /// The first of that name, as it was sent.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All of that name, as the boxes that were ticked in a list.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// All names and values, in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, value.trim()))
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
    let bytes = body(payload, LIMIT).await?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Problem::new(Fault::BadRequest, "the form is not UTF-8"))?;
    Ok(Fields::parse(&text))
}

/// Reads a form with files.
pub async fn read_files(
    headers: &header::HeaderMap,
    payload: &mut Payload,
    limit: usize,
) -> Result<(Fields, Vec<File>), Problem> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some(boundary) = media_type.and_then(multipart::boundary) else {
        let detail = "a form with a file is sent as multipart/form-data";
        return Err(Problem::new(Fault::UnsupportedMediaType, detail));
    };
    let bytes = body(payload, limit).await?;
    let (fields, files) = multipart::parse(&bytes, &boundary)
        .ok_or_else(|| Problem::new(Fault::BadRequest, "the form is broken off"))?;
    Ok((Fields(fields), files))
}

/// The whole body. What is over the limit is read to its end and thrown away, within reason, so
/// that the browser hears why: while it still sends it does not listen.
async fn body(payload: &mut Payload, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut body = BodyStream::new(payload.take());
    let (mut bytes, mut count) = (Vec::new(), 0);
    while let Some(chunk) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_next(cx)).await {
        let chunk = chunk.map_err(|error| {
            Problem::new(Fault::BadRequest, format!("the form can't be read: {error}"))
        })?;
        count += chunk.len();
        if count <= limit {
            bytes.extend_from_slice(&chunk);
        } else {
            bytes = Vec::new();
        }
        if count > limit.saturating_mul(4) {
            break;
        }
    }
    if count > limit {
        let detail = format!("a form may have {limit} bytes");
        return Err(Problem::new(Fault::BodyTooLarge, detail));
    }
    Ok(bytes)
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
