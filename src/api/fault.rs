//! What HTTP itself can be wrong about: requests that no rule of the domain ever sees.
//!
//! Invariant: codes are never renamed or given another meaning, and every code that an answer can
//! carry stands in [`all_codes`].

use actix_web::http::StatusCode;

use crate::domain::refusal::{self, Class};
use crate::domain::value_error;
use crate::record::canonical::Defect;
use crate::table;

macro_rules! faults {
    ($($name:ident $text:literal $status:ident $doc:literal)+) => {
        /// Why a request is not answered as it was asked, apart from the domain's refusals.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            $(#[doc = $doc] $name),+
        }

        impl Fault {
            pub const ALL: &'static [Fault] = &[$(Fault::$name),+];

            pub fn code(self) -> &'static str {
                match self { $(Fault::$name => $text),+ }
            }

            pub fn status(self) -> StatusCode {
                match self { $(Fault::$name => StatusCode::$status),+ }
            }

            /// What it means, for the page of all codes.
            pub fn meaning(self) -> &'static str {
                match self { $(Fault::$name => $doc),+ }
            }
        }
    };
}

faults! {
    BadRequest "bad_request" BAD_REQUEST "The request can't be read as HTTP says."
    UnknownParameter "unknown_parameter" BAD_REQUEST
        "The query has a parameter that this address does not take."
    DuplicateParameter "duplicate_parameter" BAD_REQUEST "The query has a parameter twice."
    MissingParameter "missing_parameter" BAD_REQUEST
        "The query lacks a parameter that this address needs."
    MalformedParameter "malformed_parameter" BAD_REQUEST
        "A parameter of the address or of its query can't be read."
    CursorMalformed "cursor_malformed" BAD_REQUEST "The cursor is not one that a list has answered."
    CursorMismatch "cursor_mismatch" BAD_REQUEST "The cursor belongs to a list with other filters."
    IdempotencyKeyNeeded "idempotency_key_needed" BAD_REQUEST
        "A command needs the header Idempotency-Key: its id."
    ActorNeeded "actor_needed" BAD_REQUEST
        "The key acts for more than one party, so the command must name its actor."
    ExportTooLarge "export_too_large" BAD_REQUEST
        "The list is too long for one table; its filters narrow it."
    TooManyCommands "too_many_commands" BAD_REQUEST
        "The batch has more commands than one request may bring."
    EmptyBody "empty_body" BAD_REQUEST "The body has no bytes, and this address takes a file."
    KeyNeeded "key_needed" UNAUTHORIZED "The request needs an access key."
    KeyMalformed "key_malformed" UNAUTHORIZED
        "What stands in the header Authorization is no access key."
    KeyMistyped "key_mistyped" UNAUTHORIZED
        "The access key's checksum does not fit: it is mistyped or cut off."
    KeyUnknown "key_unknown" UNAUTHORIZED "No such access key was issued."
    KeyEnded "key_ended" UNAUTHORIZED "The access key was revoked or has expired."
    NotPermitted "not_permitted" FORBIDDEN "The access key does not give this right."
    FormExpired "form_expired" FORBIDDEN
        "The form was not made for this session. Open the page again and send it from there."
    NotFound "not_found" NOT_FOUND
        "There is no such thing, or it is not shown to the holder of this key."
    NoFactors "no_factors" NOT_FOUND
        "No such set of factors is published: avoided burdens are off until one is."
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED
        "The address does not take this method; the header Allow says which it takes."
    NotCovered "not_covered" CONFLICT "The newest checkpoint does not cover so many records yet."
    BodyTooLarge "body_too_large" PAYLOAD_TOO_LARGE "The body is longer than this address takes."
    UnsupportedMediaType "unsupported_media_type" UNSUPPORTED_MEDIA_TYPE
        "The body's media type is not one that this address takes."
    MediaTypeMismatch "media_type_mismatch" UNSUPPORTED_MEDIA_TYPE
        "The bytes are of another type than the header Content-Type says."
    PathMismatch "path_mismatch" UNPROCESSABLE_ENTITY
        "A member of the body contradicts the address."
    Internal "internal" INTERNAL_SERVER_ERROR
        "The ledger could not answer; its operator finds the cause by the request id."
    NotYet "not_yet" SERVICE_UNAVAILABLE
        "The rows do not reflect the position that was asked for yet."
    Busy "busy" SERVICE_UNAVAILABLE
        "Too much is waiting, or the clock is not to be trusted now. Ask again."
    Stopping "stopping" SERVICE_UNAVAILABLE
        "The ledger is stopping. What became of the command is unknown: ask again with the \
         same id."
    Unhealthy "unhealthy" SERVICE_UNAVAILABLE
        "The rows or the checkpoint are too far behind the log."
    NotCounted "not_counted" CONFLICT
        "The period is not closed and counted, so nothing proves that no record is left out."
    BodiesNotShown "bodies_not_shown" FORBIDDEN
        "The figures rest on records whose BODY this key may not see."
    WithdrawnMethod "withdrawn_method" CONFLICT
        "The method was withdrawn; ask as of a position before that."
    EarlierUnfit "earlier_unfit" CONFLICT
        "The earlier checkpoint is not one of this ledger, or not one that the newest extends."
}

/// Codes of [`crate::domain::command::Malformed`] that belong to no value type.
const MEMBER_CODES: &[&str] = &[
    "commitment_from_outside",
    "malformed_member",
    "missing_member",
    "unknown_command",
    "unknown_member",
];

const DEFECTS: &[Defect] = &[
    Defect::Truncated,
    Defect::Syntax,
    Defect::TrailingBytes,
    Defect::NotUtf8,
    Defect::ControlCharacter,
    Defect::UnknownEscape,
    Defect::LoneSurrogate,
    Defect::NotAnInteger,
    Defect::IntegerTooLarge,
    Defect::KeyNotAscii,
    Defect::DuplicateKey,
    Defect::TooDeep,
];

/// The status of a refusal, when what it names stands in the body.
pub fn status_of(class: Class) -> StatusCode {
    match class {
        Class::Invalid | Class::Unknown => StatusCode::UNPROCESSABLE_ENTITY,
        Class::Forbidden => StatusCode::FORBIDDEN,
        Class::Conflict => StatusCode::CONFLICT,
    }
}

/// Every code that a problem can carry, once and in order, with its status and its meaning.
pub fn all_codes() -> Vec<(&'static str, StatusCode, String)> {
    let mut codes = Vec::new();
    for fault in Fault::ALL {
        codes.push((fault.code(), fault.status(), fault.meaning().to_owned()));
    }
    for defect in DEFECTS {
        let meaning = format!("The body is not strict JSON: {defect}.");
        codes.push((defect.code(), StatusCode::BAD_REQUEST, meaning));
    }
    for code in MEMBER_CODES.iter().chain(value_error::CODES) {
        let meaning = "A member of the body can't be right, whatever the ledger holds.".to_owned();
        codes.push((code, StatusCode::UNPROCESSABLE_ENTITY, meaning));
    }
    for code in refusal::Code::ALL {
        let meaning = match code.class() {
            Class::Invalid => "What was sent can't be right, whatever the ledger holds.",
            Class::Unknown => "It names something that is not there; 404 if the address names it.",
            Class::Forbidden => "This party may not do this.",
            Class::Conflict => "It does not fit with what the ledger holds now.",
        };
        codes.push((code.as_str(), status_of(code.class()), meaning.to_owned()));
    }
    for (code, meaning) in table::CODES {
        codes.push((code, StatusCode::UNPROCESSABLE_ENTITY, (*meaning).to_owned()));
    }
    codes.sort_by_key(|(code, _, _)| *code);
    codes.dedup_by_key(|(code, _, _)| *code);
    codes
}
