//! The bytes of documents, in and out.
//!
//! Invariant: bytes come out as they went in, for saving and never for showing in this origin; a
//! hash that this key may see in no document is answered as if it were not there.

use actix_web::HttpResponse;
use actix_web::http::header;
use utoipa::openapi::content::Content;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr};

use crate::api::call::{Call, Reply, json, read};
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;
use crate::domain::access::{Action, authorize};
use crate::domain::attachment::{ATTACHMENT_BYTES_MAX, Attachment, MediaType};
use crate::domain::digest::Digest;
use crate::log::attachments::{AttachmentError, Unfit};
use crate::query::attachment::{parties, readable};

const PATH: &str = "/api/v1/attachments";
const ONE: &str = "/api/v1/attachments/{hash}";

pub fn operations() -> Vec<Operation> {
    vec![
        upload_operation(),
        Operation::get(ONE, "get_attachment", Tag::Evidence)
            .says(
                "Fetches the bytes of a document.",
                "For whoever may see a document that links them: the firms that have part in its \
                 subject, whoever linked it, the verifiers and regulators of its parks. They are \
                 for saving, and can be held against their hash.",
            )
            .responds("200", "The bytes.", contents(None), HEADERS)
            .responds("304", "The same bytes are held already (`If-None-Match`).", vec![], &[])
            .to(download),
    ]
}

const HEADERS: &[(&str, &str)] = &[
    ("Content-Disposition", "`attachment`, named by the hash."),
    ("ETag", "The hash, in quotes."),
    ("X-Content-Type-Options", "`nosniff`."),
];

fn upload_operation() -> Operation {
    let operation = Operation::post(PATH, "upload_attachment", Tag::Evidence).says(
        "Brings the bytes of a document.",
        "The bytes as they are, up to 20 MiB, with their media type. They are kept beside the log \
         under their BLAKE3 hash; the same bytes are kept once. Link them with what is answered \
         here (`attach_evidence`): until then nobody can fetch them. No file name is taken. \
         Weighbridges and carriers may bring bytes too, for their firm to link.",
    );
    let (operation, mut answer) = operation.content::<Attachment>();
    answer.example = Some(serde_json::json!({
        "bytes": 48213, "hash": "a7".repeat(32), "media_type": MediaType::Pdf,
    }));
    let kept = "Kept, now or before.";
    operation
        .body("The bytes.", contents(Some("…")))
        .responds("201", kept, vec![("application/json", answer)], &[])
        .to(upload)
}

/// Bytes of any of the types.
fn contents(example: Option<&str>) -> Vec<(&'static str, Content)> {
    let content = || {
        let binary = SchemaFormat::KnownFormat(KnownFormat::Binary);
        let schema = ObjectBuilder::new().schema_type(Type::String).format(Some(binary)).build();
        let mut content = Content::new(Some(RefOr::T(Schema::Object(schema))));
        content.example = example.map(Into::into);
        content
    };
    MediaType::NAMES.iter().map(|name| (*name, content())).collect()
}

async fn upload(mut call: Call) -> Reply {
    let who = call.principal().clone();
    authorize(Some(&who), &Action::Upload)
        .map_err(|denial| Problem::new(Fault::NotPermitted, denial.reason))?;
    let attachments = call.api.ledger.attachments().clone();
    let mut upload = attachments.begin().map_err(|error| Problem::internal(&error))?;
    // A chunk goes to the system's memory, which is soon done; what waits for the disk comes below.
    let take = |chunk: &[u8]| upload.write(chunk).map_err(unkept);
    call.stream(MediaType::NAMES, ATTACHMENT_BYTES_MAX as usize, take).await?;
    let declared = call.media_type().parse();
    let declared: MediaType = declared.expect("the body's type is one of those that are taken");
    let kept = read(move || upload.finish(declared, &parties(&who)).map_err(unkept)).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(json(&kept)))
}

fn unkept(error: AttachmentError) -> Problem {
    let unfit = match error {
        AttachmentError::Unfit(unfit) => unfit,
        error @ (AttachmentError::Disk(_) | AttachmentError::Spoiled { .. }) => {
            return Problem::internal(&error);
        }
    };
    let fault = match unfit {
        Unfit::Empty => Fault::EmptyBody,
        Unfit::TooLarge => Fault::BodyTooLarge,
        Unfit::NoKnownType => Fault::UnsupportedMediaType,
        Unfit::OtherType { .. } => Fault::MediaTypeMismatch,
    };
    Problem::new(fault, unfit.to_string())
}

async fn download(call: Call) -> Reply {
    let hash: Digest = call.segment("hash")?;
    let ledger = call.api.ledger.clone();
    let found = readable(ledger.index(), call.principal(), &hash);
    let Some(found) = found else { return Err(Problem::not_found("attachment of this hash")) };
    let tag = format!("\"{hash}\"");
    let held = call.request.headers().get(header::IF_NONE_MATCH);
    if held.is_some_and(|held| held.as_bytes() == tag.as_bytes()) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    let bytes = read(move || {
        let bytes = ledger.attachments().read(&hash).map_err(|error| Problem::internal(&error))?;
        bytes.ok_or_else(|| Problem::internal(&format!("the attachment {hash} is gone")))
    });
    let media_type = match found.media_type {
        text @ (MediaType::Text | MediaType::Csv) => format!("{text}; charset=utf-8"),
        other @ (MediaType::Pdf | MediaType::Png | MediaType::Jpeg | MediaType::Xlsx) => {
            other.to_string()
        }
    };
    let disposition = format!("attachment; filename=\"{hash}\"");
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::ETAG, tag))
        .body(bytes.await?))
}
