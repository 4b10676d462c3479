//! The typed doors at work: body in, command to the writer, result out.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Type};

use crate::api::allow;
use crate::api::call::{BODY_LIMIT, Call, Reply, json};
use crate::api::command::doors::{self, DOORS, Door};
use crate::api::command::splice;
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag};
use crate::api::problem::Problem;
use crate::api::read::reach_site;
use crate::domain::access::{Principal, Role};
use crate::domain::actor::Actor;
use crate::domain::command::{Command, malformed};
use crate::domain::id::{CommandId, KeyId};
use crate::domain::refusal;
use crate::domain::time::UtcMillis;
use crate::ledger::{Accepted, SubmitError};
use crate::record::LINE_LIMIT;
use crate::record::access_key::AccessKey;
use crate::record::canonical::canonical;

/// How long the answer about a key waits for the rows to reflect it.
const PROJECTED_SOON: Duration = Duration::from_secs(2);

/// The header that names a command.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

const CREATED: &str = "Recorded durably, now or when it was sent first.";
const LOCATION: (&str, &str) = ("Location", "The address of what the command is about.");

/// What the door of a command takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DoorBody<'a> {
    #[serde(default)]
    actor: Option<Actor>,
    #[serde(borrow)]
    data: &'a RawValue,
    occurred_at: UtcMillis,
}

/// What an accepted command left, and the key's secret if the ledger made it.
#[derive(Serialize, ToSchema)]
pub struct IssuedKey {
    /// The whole access key, shown once; absent if the command brought the hash of a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "sym_power_gate_0707…")]
    access_key: Option<String>,
    #[serde(flatten)]
    accepted: Accepted,
}

/// The operations of all doors.
pub fn operations() -> Vec<Operation> {
    DOORS.iter().map(operation).collect()
}

fn operation(door: &'static Door) -> Operation {
    let (summary, by_whom) = doors::says(door.kind);
    let description = format!("The command `{}`. {by_whom}", door.kind);
    let mut operation =
        Operation::post(door.path, door.kind, door.tag).says(summary, &description).header(
            IDEMPOTENCY_KEY,
            "The command's id, chosen by the client, bare or in quotes. The same id with the same \
             content is answered with the first result, for ever.",
            idempotency_key_schema(),
        );
    let content = door.content(&mut operation.schemas);
    let accepted = match door.kind {
        "issue_key" | "issue_link" => operation.refer::<IssuedKey>(),
        _ => operation.refer::<Accepted>(),
    };
    let accepted = utoipa::openapi::content::Content::new(Some(accepted));
    operation
        .body("What is asked, and when it happened.", vec![("application/json", content)])
        .responds("201", CREATED, vec![("application/json", accepted)], &[LOCATION])
        .to(move |call| submit(door, call))
}

fn idempotency_key_schema() -> RefOr<utoipa::openapi::schema::Schema> {
    let mut schema = Object::with_type(Type::String);
    schema.pattern = Some("^(cmd_[0-9A-Za-z_-]{1,60}|\"cmd_[0-9A-Za-z_-]{1,60}\")$".to_owned());
    schema.examples = vec!["cmd_01JQ8Z5V7T0000000000000001".into()];
    schema.into()
}

async fn submit(door: &'static Door, mut call: Call) -> Reply {
    let id = command_id(&call)?;
    let is_document =
        matches!(door.kind, "publish_catalogue" | "publish_method" | "publish_factors");
    let limit = if is_document { LINE_LIMIT } else { BODY_LIMIT };
    let bytes = call.body(&["application/json"], limit).await?;
    let (command, secret) = read(door, &call, id, &bytes)?;
    reach_site(&call).await?;
    let who = call.principal();
    allow::act(who, &command, &call.api.ledger)?;
    let accepted = match call.api.ledger.submit(command, &who.key).await {
        Ok(accepted) => accepted,
        Err(error) => return Err(not_accepted(door, error, secret.is_some())),
    };
    if door.tag == Tag::Access {
        // Keys are read from the rows: who is answered may use the new one, and nobody the old.
        call.api.ledger.projected(accepted.position, PROJECTED_SOON).await;
    }
    let stream = accepted.records.first().map_or("", |record| &*record.stream);
    let location = door.location(call.path(), stream);
    let body = match door.kind {
        "issue_key" | "issue_link" => {
            let access_key = secret.map(|secret| secret.reveal());
            json(&IssuedKey { access_key, accepted })
        }
        _ => json(&accepted),
    };
    Ok(HttpResponse::Created()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::LOCATION, location))
        .body(body))
}

/// The command, and the access key that the server made for it.
fn read(
    door: &Door,
    call: &Call,
    id: CommandId,
    bytes: &[u8],
) -> Result<(Command, Option<AccessKey>), Problem> {
    let text = canonical(bytes)?;
    let text = std::str::from_utf8(&text).expect("canonical JSON is UTF-8");
    let mut reader = serde_json::Deserializer::from_str(text);
    let body: DoorBody<'_> = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| Problem::from(malformed("", &error)))?;
    let mut data = body.data.get().to_owned();
    for name in door.members() {
        data = supply(data, name, call.text_segment(name))?;
    }
    let mut secret = None;
    let makes_key = matches!(door.kind, "issue_key" | "issue_link");
    if makes_key && splice::member(&data, "secret_hash").is_none() {
        let made = made_key(&data)?;
        let hash = format!("\"{}\"", made.secret_hash());
        data = splice::with_member(&data, "secret_hash", &hash);
        secret = Some(made);
    }
    let request = Command::request(door.kind, &data)?;
    let actor = match body.actor {
        Some(actor) => actor,
        None => own_party(call.principal())?,
    };
    Ok((Command { actor, id, occurred_at: body.occurred_at, request }, secret))
}

/// Puts what the address names into the data, or finds the same there.
fn supply(data: String, name: &str, text: &str) -> Result<String, Problem> {
    // What is no id is left for the command's own reader to refuse, in its own words.
    let named = serde_json::to_string(text).expect("a text is JSON");
    match splice::member(&data, name) {
        None if data.starts_with('{') => Ok(splice::with_member(&data, name, &named)),
        Some(member) if member != named => {
            let detail = format!("the address names {named} and the body {member}");
            Err(Problem::new(Fault::PathMismatch, detail).at(format!("/data/{name}")))
        }
        None | Some(_) => Ok(data),
    }
}

fn made_key(data: &str) -> Result<AccessKey, Problem> {
    let id = splice::member(data, "key").and_then(|id| serde_json::from_str::<KeyId>(id).ok());
    // A missing or malformed id is refused by the command's own reader; any will do until then.
    let id = id.unwrap_or_else(|| "key_unnamed".parse().expect("this is an id"));
    AccessKey::generate(id).map_err(|error| Problem::internal(&error))
}

fn not_accepted(door: &Door, error: SubmitError, made_secret: bool) -> Problem {
    let reused = matches!(&error, SubmitError::Refused(refusal)
        if refusal.code == refusal::Code::CommandIdReused);
    if made_secret && reused {
        // Each attempt without a hash makes another secret, so it is another command.
        let detail = "a key was issued under this id already, and its secret was shown once; \
                      revoke it and issue another, or send the hash of a secret of your own";
        let code = refusal::Code::CommandIdReused;
        let refusal = refusal::Refusal::new(code, "/id", detail);
        return Problem::refused(refusal, |_| false);
    }
    let named = |pointer: &str| {
        pointer.strip_prefix("/data/").is_some_and(|rest| door.members().any(|name| name == rest))
    };
    Problem::from_submit(error, named)
}

/// The id in the header: an RFC 8941 string, or bare.
fn command_id(call: &Call) -> Result<CommandId, Problem> {
    let header = call.request.headers().get("idempotency-key");
    let Some(text) = header.map(|header| header.to_str().unwrap_or_default().trim()) else {
        let detail = "send the header Idempotency-Key: an id of your choice, `cmd_…`, that stays \
                      the same when you try again";
        return Err(Problem::new(Fault::IdempotencyKeyNeeded, detail));
    };
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    bare.parse().map_err(|error| Problem::parameter(IDEMPOTENCY_KEY, &error))
}

/// For whom a key acts when the command does not say.
pub fn own_party(who: &Principal) -> Result<Actor, Problem> {
    let needed = |detail: &str| Err(Problem::new(Fault::ActorNeeded, detail).at("/actor"));
    match (who.role, &who.firm, &who.parks[..]) {
        (Role::LedgerKeeper, _, _) => Ok(Actor::Keeper),
        (Role::Firm | Role::Weighbridge | Role::Carrier | Role::Partner, Some(firm), _) => {
            Ok(Actor::Firm(firm.clone()))
        }
        (Role::Park, _, [park]) => Ok(Actor::Park(park.clone())),
        (Role::Park, _, _) => needed("the key acts for several parks: name one as `actor`"),
        (Role::Firm | Role::Weighbridge | Role::Carrier | Role::Partner, None, _) => {
            needed("the key is bound to no firm: name one as `actor`")
        }
        (Role::Verifier | Role::Regulator, _, _) => {
            Err(Problem::new(Fault::NotPermitted, "keys of this role read only"))
        }
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Problem {
        Problem::from_submit(error, |_| false)
    }
}
