//! The OpenAPI document, as a file that others build on, and the pages.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::server::Server;

#[test]
fn schemas_openapi_json_is_what_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/openapi.json");
    let served = symbiosis_ledger::api::openapi();
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, &served).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == served, "schemas/openapi.json is not what is served; UPDATE_GOLDEN=1 rewrites");
}

#[test]
fn the_document_is_one_that_clients_can_be_made_from() {
    let document: Value = serde_json::from_str(&symbiosis_ledger::api::openapi()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} twice");
            assert!(
                id.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            );
            for text in ["summary", "description"] {
                assert!(operation[text].as_str().unwrap().len() > 10, "{method} {path}: {text}");
            }
            assert_eq!(operation["tags"].as_array().unwrap().len(), 1);
            for (status, response) in operation["responses"].as_object().unwrap() {
                if status.starts_with('2') || status == "304" {
                    assert!(response["description"].is_string(), "{path} {status}");
                } else {
                    let name = response["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
                    let response = &document["components"]["responses"][name];
                    assert!(response["content"]["application/problem+json"].is_object());
                }
            }
            if method == "post" {
                let content = operation["requestBody"]["content"].as_object().unwrap();
                for (media_type, content) in content {
                    let has = content.get("example").is_some() || content.get("examples").is_some();
                    assert!(has, "{path} {media_type} has no example");
                }
            }
        }
    }
    assert!(ids.len() > 70);
    // Every reference leads somewhere.
    let text = document.to_string();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name} is referred to and is not there");
    }
}

#[test]
fn pages_are_served_from_this_program_alone() {
    let server = Server::start();
    let docs = server.get("/docs/", "");
    assert_eq!(docs.status, 200);
    assert!(docs.text.contains("swagger-ui"));
    assert!(!docs.text.contains("https://"));
    let landing = server.get("/", "").text;
    for link in ["/docs/", "/openapi.json", "/docs/problems", "/api/v1/log/checkpoint"] {
        assert!(landing.contains(link));
        assert_eq!(server.get(link, "").status, 200, "{link}");
    }
    let codes = server.get("/docs/problems", "").text;
    for code in ["bad_check_digit", "over_contract", "json_duplicate_key", "not_yet"] {
        assert!(codes.contains(&format!("id=\"{code}\"")), "{code}");
    }
}
