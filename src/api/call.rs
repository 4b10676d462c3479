//! One request on its way to its answer: who asks, what the address names, what the body holds.

use std::pin::Pin;
use std::sync::Arc;

use actix_web::body::{BodyStream, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::api::Api;
use crate::api::auth;
use crate::api::fault::Fault;
use crate::api::problem::Problem;
use crate::api::query::{self, Query, Value};
use crate::api::router::place;
use crate::domain::access::Principal;

/// What a handler answers.
pub type Reply = Result<HttpResponse, Problem>;

/// The most bytes of a body with one command.
pub const BODY_LIMIT: usize = 256 << 10;

/// A body that is too long is read on up to this size before it is refused, because a client that
/// still writes would not see the answer.
const DRAIN_LIMIT: usize = 32 << 20;

/// A request.
pub struct Call {
    pub api: Arc<Api>,
    pub request: HttpRequest,
    /// Nobody where an address is public and no key was shown.
    pub who: Option<Principal>,
    payload: Payload,
    /// The form of its address, as `/api/v1/parks/{park}`.
    form: &'static str,
    /// The address, where it was escaped needlessly.
    normal: Option<String>,
}

impl Call {
    pub fn new(
        api: &Arc<Api>,
        request: HttpRequest,
        payload: Payload,
        form: &'static str,
        normal: Option<String>,
    ) -> Call {
        Call { api: Arc::clone(api), request, who: None, payload, form, normal }
    }

    /// The address, without its query.
    pub fn path(&self) -> &str {
        self.normal.as_deref().unwrap_or(self.request.path())
    }

    /// Reads the access key. Without one the request is refused, unless the address is public.
    pub fn identify(&mut self, public: bool) -> Result<(), Problem> {
        let header = self.request.headers().get(header::AUTHORIZATION);
        self.who = match header {
            Some(header) => Some(auth::principal(self.api.ledger.index(), header)?),
            None if public => None,
            None => {
                let detail = "send an access key in the header `Authorization: Bearer sym_…`";
                return Err(Problem::new(Fault::KeyNeeded, detail));
            }
        };
        Ok(())
    }

    /// Who asks, where the address is not public.
    pub fn principal(&self) -> &Principal {
        self.who.as_ref().expect("an address that is not public is reached with a key only")
    }

    pub fn query<Q: Query>(&self) -> Result<Q, Problem> {
        query::read(self.request.query_string())
    }

    /// What the address has in a place of its pattern.
    pub fn segment<T: Value>(&self, name: &str) -> Result<T, Problem> {
        let text = self.text_segment(name);
        T::value(text).map_err(|error| Problem::parameter(name, &error))
    }

    pub fn text_segment(&self, name: &str) -> &str {
        place(self.form, self.path(), name).expect("the handler's address has this place")
    }

    /// The whole body, if it has one of these media types and is not too long.
    pub async fn body(&mut self, types: &[&str], limit: usize) -> Result<Bytes, Problem> {
        let length = self.content_length().unwrap_or(0);
        let mut bytes = BytesMut::with_capacity(length.min(limit));
        let take = |chunk: &[u8]| {
            bytes.extend_from_slice(chunk);
            Ok(())
        };
        self.stream(types, limit, take).await?;
        Ok(bytes.freeze())
    }

    fn content_length(&self) -> Option<usize> {
        let length = self.request.headers().get(header::CONTENT_LENGTH);
        length.and_then(|length| length.to_str().ok()?.parse().ok())
    }

    /// The body in pieces as they come, never more than `limit` bytes. What was taken of one that
    /// is too long, or that `take` refuses, is the caller's to forget.
    pub async fn stream(
        &mut self,
        types: &[&str],
        limit: usize,
        mut take: impl FnMut(&[u8]) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.require_media_type(types)?;
        if self.content_length().is_some_and(|length| length > DRAIN_LIMIT) {
            return Err(too_large(limit));
        }
        let mut body = BodyStream::new(self.payload.take());
        let mut total = 0;
        while let Some(chunk) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_next(cx)).await {
            let chunk = chunk.map_err(|error| {
                Problem::new(Fault::BadRequest, format!("the body can't be read: {error}"))
            })?;
            total += chunk.len();
            if total > DRAIN_LIMIT {
                break;
            }
            if total <= limit {
                take(&chunk)?;
            }
        }
        if total > limit { Err(too_large(limit)) } else { Ok(()) }
    }

    /// The body's media type, in lower case and without parameters.
    pub fn media_type(&self) -> String {
        let header = self.request.headers().get(header::CONTENT_TYPE);
        let text = header.and_then(|header| header.to_str().ok()).unwrap_or_default();
        text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    fn require_media_type(&self, types: &[&str]) -> Result<(), Problem> {
        let header = self.request.headers().get(header::CONTENT_TYPE);
        // The usual spelling costs nothing.
        if header.is_some_and(|header| header.as_bytes() == types[0].as_bytes()) {
            return Ok(());
        }
        if types.contains(&&*self.media_type()) {
            return Ok(());
        }
        let detail = format!("send the header `Content-Type: {}`", types.join("` or `"));
        Err(Problem::new(Fault::UnsupportedMediaType, detail))
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(Fault::BodyTooLarge, format!("the body may have {limit} bytes"))
}

/// 200 with JSON.
pub fn ok<T: Serialize>(answer: &T) -> Reply {
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(json(answer)))
}

pub fn json<T: Serialize>(answer: &T) -> Vec<u8> {
    serde_json::to_vec(answer).expect("answers have string keys")
}

/// Runs what reads many rows on a thread that may wait, so that no command waits for it.
pub async fn read<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    actix_web::web::block(work).await.map_err(|error| Problem::internal(&error))?
}
