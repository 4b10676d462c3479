//! Documents of the API: Swagger UI from the vendored build, the OpenAPI text, the list of codes.
//!
//! Invariant: nothing is loaded from a network.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use utoipa_swagger_ui::Config;

use crate::api::Api;
use crate::api::fault::{Fault, all_codes};
use crate::api::problem::Problem;

/// Where the OpenAPI document is.
pub const OPENAPI: &str = "/openapi.json";

const HTML: &str = "text/html; charset=utf-8";
/// Swagger UI sets styles on elements; nothing else of it is needed.
const DOCS_POLICY: &str =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:46em;margin:2em auto;\
    padding:0 1em}code{font-size:90%}dt{margin-top:1em}";

/// All pages.
pub struct Pages {
    codes: Bytes,
    openapi: Bytes,
    swagger: Arc<Config<'static>>,
}

impl Pages {
    pub fn new(api: &Api) -> Pages {
        Pages {
            codes: page("Problem codes", &codes()).into(),
            openapi: api.openapi.clone(),
            swagger: Arc::new(Config::from(OPENAPI)),
        }
    }

    /// The page at an address, if there is one.
    pub fn answer(&self, path: &str) -> Option<HttpResponse> {
        let fixed = |media_type, body: &Bytes| Some(fixed(media_type, body.clone()));
        match path {
            "/docs/problems" => fixed(HTML, &self.codes),
            OPENAPI => fixed("application/json", &self.openapi),
            "/docs" => {
                let to = (header::LOCATION, "/docs/");
                Some(HttpResponse::PermanentRedirect().insert_header(to).finish())
            }
            path => Some(asset(path.strip_prefix("/docs/")?, Arc::clone(&self.swagger))),
        }
    }
}

/// A page that is always the same.
fn fixed(media_type: &'static str, body: Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(body)
}

fn asset(file: &str, config: Arc<Config<'static>>) -> HttpResponse {
    match utoipa_swagger_ui::serve(file, config) {
        Ok(Some(found)) => {
            let mut response = HttpResponse::Ok();
            if found.gzpipped {
                response.insert_header((header::CONTENT_ENCODING, "gzip"));
            }
            response
                .insert_header((header::CONTENT_TYPE, found.content_type))
                .insert_header((header::CONTENT_SECURITY_POLICY, DOCS_POLICY))
                .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
                .body(found.bytes.into_owned())
        }
        Ok(None) => Problem::new(Fault::NotFound, "no such file of the documentation").response(),
        Err(error) => Problem::internal(&error).response(),
    }
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head>\n<body><h1>{title}</h1>\n{body}</body></html>\n"
    )
}

fn codes() -> String {
    let entries = all_codes().into_iter().map(|(code, status, meaning)| {
        let status = status.as_u16();
        let meaning = meaning.replace('&', "&amp;").replace('<', "&lt;");
        format!("<dt id=\"{code}\"><code>{code}</code> ({status})</dt><dd>{meaning}</dd>\n")
    });
    let entries: String = entries.collect();
    format!(
        "<p>Errors are problem details (RFC 9457). Programs tell them apart by <code>code</code>, \
         which never changes its meaning; <code>detail</code> says what would be right here.</p>\n\
         <dl>\n{entries}</dl>\n"
    )
}
