//! The OpenAPI document, made from the operations that are routed.

use std::collections::BTreeMap;

use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, Paths, RefOr,
    Schema, ServerBuilder,
};

use crate::api::operation::{Operation, Tag, problem_responses, refer};
use crate::api::problem::{Code, Problem};
use crate::domain::digest::Digest;
use crate::domain::id;
use crate::domain::time::Month;

const DESCRIPTION: &str = "\
An exchange market for industrial by-products, and the tamper-evident record of every delivered \
tonne.\n\n\
**Writing.** Everything is a command with an id of the client's choice (`Idempotency-Key`): sent \
again, it is answered with its first result. An answer means that the command's records are on \
disk. Reality (a truck that arrived, a weight, a reading) is always recorded, with \
nonconformities where it breaks a rule; acceptance, use and claim are what a rule refuses.\n\n\
**Reading.** Answers say `as_of`: they reflect every record below that position, and `lag` more \
exist. Ask with `at_least` the position that a write answered to see its effect. Lists are paged \
by `next_cursor`, and stay on the position as of which they were begun.\n\n\
**Errors** are problem details (RFC 9457) with a stable `code`.\n\n\
**Proof.** Under `/api/v1/log` are the signed checkpoint, every record's hash, and proofs of \
inclusion and consistency: whoever holds them need not trust this server.";

/// The document.
pub fn document(operations: &[Operation]) -> OpenApi {
    let mut schemas = Vec::new();
    let mut paths = Paths::new();
    for operation in operations {
        schemas.extend(operation.schemas.iter().cloned());
        let item = PathItem::new(operation.method.clone(), operation.document());
        match paths.paths.get_mut(operation.path) {
            Some(path) => path.merge_operations(item),
            None => {
                paths.paths.insert(operation.path.to_owned(), item);
            }
        }
    }
    everywhere(&mut schemas);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("sym_<key>_<secret><checksum>")
        .description(Some("An access key, issued by the ledger keeper or by a firm."))
        .build();
    let components = ComponentsBuilder::new()
        .schemas_from_iter(named(schemas))
        .responses_from_iter(problem_responses())
        .security_scheme("access_key", SecurityScheme::Http(bearer));
    let tags = Tag::ALL
        .iter()
        .map(|(_, name, says)| TagBuilder::new().name(*name).description(Some(*says)).build());
    let nothing: [&str; 0] = [];
    OpenApiBuilder::new()
        .info(info())
        .servers(Some([ServerBuilder::new().url("/").description(Some("This server.")).build()]))
        .tags(Some(tags))
        .security(Some([SecurityRequirement::new("access_key", nothing)]))
        .components(Some(components.build()))
        .paths(paths)
        .build()
}

/// Each schema once. Two of one name would be one in the document, and clients made from it wrong.
fn named(schemas: Vec<(String, RefOr<Schema>)>) -> BTreeMap<String, RefOr<Schema>> {
    let mut named = BTreeMap::new();
    for (name, schema) in schemas {
        let before = named.insert(name.clone(), schema);
        let alike = before.is_none_or(|before| before == named[&name]);
        assert!(alike, "two schemas are called {name}");
    }
    named
}

fn info() -> utoipa::openapi::Info {
    let license = LicenseBuilder::new()
        .name("Apache License 2.0")
        .identifier(Some(env!("CARGO_PKG_LICENSE")));
    let contact = ContactBuilder::new().name(Some("The keeper of this ledger"));
    InfoBuilder::new()
        .title("Symbiosis ledger")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(license.build()))
        .contact(Some(contact.build()))
        .build()
}

/// Schemas that every problem and every address's pattern refer to.
fn everywhere(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    refer::<Problem>(schemas);
    refer::<Code>(schemas);
    refer::<Month>(schemas);
    refer::<id::ParkId>(schemas);
    refer::<id::FirmId>(schemas);
    refer::<id::SiteId>(schemas);
    refer::<id::PermitId>(schemas);
    refer::<id::MaterialId>(schemas);
    refer::<id::ScaleId>(schemas);
    refer::<id::MeterId>(schemas);
    refer::<id::CatalogueId>(schemas);
    refer::<id::ListingId>(schemas);
    refer::<id::ContractId>(schemas);
    refer::<id::DeliveryId>(schemas);
    refer::<id::ReturnId>(schemas);
    refer::<id::KeyId>(schemas);
    refer::<id::EvidenceId>(schemas);
    refer::<Digest>(schemas);
}
