//! Every error as a problem detail of RFC 9457, with a stable code.
//!
//! Invariant: no answer of an error status has another form, whoever makes it: a handler, the
//! router, or a panic. No sentence holds a confidential value, because refusals hold none.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::api::fault::{Fault, all_codes, status_of};
use crate::domain::command::Malformed;
use crate::domain::refusal::{Class, Refusal};
use crate::domain::value_error::ValueError;
use crate::ledger::SubmitError;
use crate::record::canonical::CanonicalError;
use crate::table::TableError;

/// The media type of problem details.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A stable code. Programs tell problems apart by it; sentences may be reworded.
pub struct Code;

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "A stable code. Programs tell problems apart by it; sentences may be reworded.",
            ))
            .enum_values(Some(all_codes().into_iter().map(|(code, _, _)| code)))
            .into()
    }
}

impl ToSchema for Code {}

/// Why a request was not answered as it was asked (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A stable code.
    #[schema(value_type = Code)]
    pub code: Cow<'static, str>,
    /// What is wrong here, and what would be right.
    pub detail: String,
    /// Each member that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1)]
    pub errors: Vec<MemberError>,
    /// Where the body stops being strict JSON, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub offset: Option<u64>,
    /// RFC 6901 pointer to the member of the command that is wrong; `""` is the whole command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Names this answer in the ledger's traces.
    pub request_id: String,
    /// The HTTP status.
    #[serde(serialize_with = "status_number")]
    #[schema(value_type = u16, minimum = 400, maximum = 599)]
    pub status: StatusCode,
    /// The same for every problem of this code.
    pub title: String,
    /// Where the code is explained.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference")]
    pub kind: String,
    /// The parameter that is wrong, and what is wrong with it.
    #[serde(skip)]
    pub parameter: Option<Box<(String, String)>>,
    #[serde(skip)]
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// A member of the body that is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberError {
    #[schema(value_type = Code)]
    pub code: Cow<'static, str>,
    pub detail: String,
    /// RFC 6901 pointer to the member of the command.
    pub pointer: String,
}

fn status_number<S: serde::Serializer>(status: &StatusCode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(status.as_u16())
}

impl Problem {
    pub fn new(fault: Fault, detail: impl Into<String>) -> Problem {
        Problem::of(fault.status(), Cow::Borrowed(fault.code()), detail.into(), None)
    }

    fn of(
        status: StatusCode,
        code: Cow<'static, str>,
        detail: String,
        pointer: Option<String>,
    ) -> Problem {
        let errors = pointer.iter().map(|pointer| MemberError {
            code: code.clone(),
            detail: detail.clone(),
            pointer: pointer.clone(),
        });
        Problem {
            errors: errors.collect(),
            offset: None,
            pointer,
            request_id: request_id(),
            status,
            title: title_of(&code),
            kind: format!("/docs/problems#{code}"),
            parameter: None,
            headers: Vec::new(),
            detail,
            code,
        }
    }

    /// A parameter of the address or its query.
    pub fn parameter(name: &str, error: &ValueError) -> Problem {
        let detail = format!("parameter `{name}`: {}", error.message);
        let parameter = Some(Box::new((name.to_owned(), error.message.clone())));
        let code = Cow::Borrowed(error.code);
        Problem { parameter, ..Problem::of(StatusCode::BAD_REQUEST, code, detail, None) }
    }

    /// Points at a member of the command.
    pub fn at(self, pointer: impl Into<String>) -> Problem {
        let pointer = Some(pointer.into());
        let headers = self.headers;
        Problem { headers, ..Problem::of(self.status, self.code, self.detail, pointer) }
    }

    /// The cause goes to the operator's traces, never to the client.
    pub fn internal(cause: &dyn fmt::Display) -> Problem {
        let problem = Problem::new(
            Fault::Internal,
            "the ledger could not answer; its operator finds the cause by the request id",
        );
        tracing::error!(request_id = problem.request_id, "{cause}");
        problem
    }

    pub fn not_found(what: impl fmt::Display) -> Problem {
        Problem::new(Fault::NotFound, format!("there is no {what}, or this key may not see it"))
    }

    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Problem {
        self.headers.push((name, value));
        self
    }

    /// A refusal by the domain. What the address names and is not there is a 404.
    pub fn refused(refusal: Refusal, is_in_path: impl Fn(&str) -> bool) -> Problem {
        let Refusal { code, pointer, message } = refusal;
        let missing = code.class() == Class::Unknown && is_in_path(&pointer);
        let status = if missing { StatusCode::NOT_FOUND } else { status_of(code.class()) };
        Problem::of(status, Cow::Borrowed(code.as_str()), message, Some(pointer))
    }

    pub fn from_submit(error: SubmitError, is_in_path: impl Fn(&str) -> bool) -> Problem {
        let retry = |problem: Problem| {
            problem.with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
        };
        match error {
            SubmitError::Refused(refusal) => Problem::refused(refusal, is_in_path),
            SubmitError::Busy(why) => retry(Problem::new(Fault::Busy, why)),
            error @ SubmitError::Stopping => {
                retry(Problem::new(Fault::Stopping, error.to_string()))
            }
        }
    }

    /// A header that goes with the answer.
    pub fn header(&self, name: &HeaderName) -> Option<HeaderValue> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.clone())
    }

    pub fn response(&self) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.status);
        response.insert_header((header::CONTENT_TYPE, PROBLEM_JSON));
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"symbiosis\""));
        }
        response.insert_header((HeaderName::from_static("x-request-id"), &*self.request_id));
        response.body(serde_json::to_vec(self).expect("a problem has string keys"))
    }
}

impl From<CanonicalError> for Problem {
    fn from(error: CanonicalError) -> Problem {
        let code = Cow::Borrowed(error.defect.code());
        let detail = format!("byte {}: {}", error.offset, error.defect);
        let problem = Problem::of(StatusCode::BAD_REQUEST, code, detail, None);
        Problem { offset: Some(error.offset as u64), ..problem }
    }
}

impl From<Malformed> for Problem {
    fn from(malformed: Malformed) -> Problem {
        let Malformed { pointer, code, message } = malformed;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Problem::of(status, Cow::Borrowed(code), message, Some(pointer))
    }
}

impl From<TableError> for Problem {
    fn from(error: TableError) -> Problem {
        let TableError { code, message } = error;
        Problem::of(StatusCode::UNPROCESSABLE_ENTITY, Cow::Borrowed(code), message, None)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        self.response()
    }
}

/// `bad_check_digit` is titled `Bad check digit`.
fn title_of(code: &str) -> String {
    let mut title = code.replace('_', " ");
    title[..1].make_ascii_uppercase();
    title
}

/// Unique in this process, and most probably between processes.
fn request_id() -> String {
    static SEED: OnceLock<u64> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // Without entropy the ids of two runs are alike, which only makes traces harder to read.
    let seed = SEED.get_or_init(|| getrandom::u64().unwrap_or_default());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mixed = seed.wrapping_add(count).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("req_{mixed:016x}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::refusal;

    #[test]
    fn every_code_has_a_title_and_a_status_of_an_error() {
        for (code, status, meaning) in all_codes() {
            assert!(status.is_client_error() || status.is_server_error(), "{code}");
            assert!(!meaning.is_empty() && title_of(code).starts_with(|c: char| c.is_uppercase()));
        }
    }

    #[test]
    fn what_is_missing_is_404_in_the_address_and_422_in_the_body() {
        let unknown = || Refusal::new(refusal::Code::UnknownPark, "/data/park", "none");
        let in_path = Problem::refused(unknown(), |pointer| pointer == "/data/park");
        assert_eq!(in_path.status, StatusCode::NOT_FOUND);
        assert_eq!(Problem::refused(unknown(), |_| false).status, 422);
    }

    #[test]
    fn a_problem_says_where_and_what() {
        let refusal = Refusal::new(refusal::Code::TicketTaken, "/data/measured/ticket", "taken");
        let problem = Problem::refused(refusal, |_| false);
        let json: serde_json::Value = serde_json::to_value(&problem).unwrap();
        assert_eq!(json["status"], 409);
        assert_eq!(json["type"], "/docs/problems#ticket_taken");
        assert_eq!(json["title"], "Ticket taken");
        assert_eq!(json["pointer"], "/data/measured/ticket");
        assert_eq!(json["errors"][0]["pointer"], "/data/measured/ticket");
        assert!(json["request_id"].as_str().unwrap().starts_with("req_"));
    }
}
