//! Many commands in one request: NDJSON or an array, each decided on its own, answered in order.

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa::openapi::content::Content;
use utoipa::openapi::schema::ArrayBuilder;

use crate::api::allow;
use crate::api::call::{Call, Reply};
use crate::api::command::doors;
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag, text_schema};
use crate::api::problem::Problem;
use crate::api::read::reach_site;
use crate::domain::access::Principal;
use crate::domain::command::Command;
use crate::ledger::{Accepted, Ledger};
use crate::record::canonical::canonical;

/// The most bytes of a batch.
pub const BATCH_LIMIT: usize = 8 << 20;
/// The most commands of a batch.
pub const COMMANDS_LIMIT: usize = 10_000;

const NDJSON: &str = "application/x-ndjson";
const JSON: &str = "application/json";

/// What became of one command of a batch: one of the two.
#[derive(Serialize, ToSchema)]
pub struct CommandResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<Accepted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

impl From<Result<Accepted, Problem>> for CommandResult {
    fn from(result: Result<Accepted, Problem>) -> CommandResult {
        match result {
            Ok(accepted) => CommandResult { accepted: Some(accepted), problem: None },
            Err(problem) => CommandResult { accepted: None, problem: Some(problem) },
        }
    }
}

pub fn operation() -> Operation {
    let mut operation = Operation::post("/api/v1/commands", "submit_commands", Tag::Service).says(
        "Takes many commands.",
        "Up to 10,000 commands in one request of up to 8 MiB, as NDJSON (one a line, empty lines \
         are skipped) or as a JSON array. Each is decided on its own, after the ones before it, \
         and answered in order; one that is refused stops none of the others. Each command carries \
         its id, so a batch may be sent again as a whole.",
    );
    let command = doors::envelopes(&mut operation.schemas);
    let result = operation.refer::<CommandResult>();
    let example = doors::envelope_example("dispatch_delivery", "cmd_0117_out", "frm_power");
    let commands = ArrayBuilder::new().items(command).max_items(Some(COMMANDS_LIMIT));
    let mut array = Content::new(Some(commands));
    array.example = Some(serde_json::json!([example]));
    let mut lines = text_schema("One command a line.");
    lines.example = Some(format!("{example}\n").into());
    let results = ArrayBuilder::new().items(result).max_items(Some(COMMANDS_LIMIT));
    operation
        .body(
            "The commands, in the order in which they are decided.",
            vec![(JSON, array), (NDJSON, lines)],
        )
        .responds(
            "200",
            "What became of each command, in order, in the form in which they were sent.",
            vec![
                (JSON, Content::new(Some(results))),
                (NDJSON, text_schema("One `CommandResult` a line.")),
            ],
            &[],
        )
        .to(submit)
}

async fn submit(mut call: Call) -> Reply {
    let bytes = call.body(&[JSON, NDJSON], BATCH_LIMIT).await?;
    let is_array = call.media_type() == JSON;
    reach_site(&call).await?;
    let who = call.principal().clone();
    let ledger = call.api.ledger.clone();
    let results = crate::api::call::read(move || {
        let commands =
            if is_array { array(&bytes, &ledger, &who)? } else { lines(&bytes, &ledger, &who)? };
        Ok(decide(&ledger, commands, &who))
    })
    .await?;
    let (media_type, body) = if is_array {
        (JSON, crate::api::call::json(&results))
    } else {
        let mut body = Vec::with_capacity(results.len() * 256);
        for result in &results {
            serde_json::to_writer(&mut body, result).expect("results have string keys");
            body.push(b'\n');
        }
        (NDJSON, body)
    };
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, media_type)).body(body))
}

type Read = Result<Command, Problem>;

fn array(bytes: &[u8], ledger: &Ledger, who: &Principal) -> Result<Vec<Read>, Problem> {
    let text = canonical(bytes)?;
    let text = std::str::from_utf8(&text).expect("canonical JSON is UTF-8");
    let commands: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| {
        let detail = "as application/json a batch is an array of commands";
        Problem::new(Fault::BadRequest, detail)
    })?;
    require_few(commands.len())?;
    Ok(commands.iter().map(|command| one(command.get(), ledger, who)).collect())
}

fn lines(bytes: &[u8], ledger: &Ledger, who: &Principal) -> Result<Vec<Read>, Problem> {
    let lines = || {
        let lines = bytes.split(|byte| *byte == b'\n');
        lines.filter(|line| !line.trim_ascii().is_empty())
    };
    require_few(lines().count())?;
    let read = |line: &[u8]| {
        let text = canonical(line)?;
        one(std::str::from_utf8(&text).expect("canonical JSON is UTF-8"), ledger, who)
    };
    Ok(lines().map(read).collect())
}

fn one(text: &str, ledger: &Ledger, who: &Principal) -> Read {
    let command = Command::parse(text)?;
    allow::act(who, &command, ledger)?;
    Ok(command)
}

fn require_few(commands: usize) -> Result<(), Problem> {
    if commands <= COMMANDS_LIMIT {
        return Ok(());
    }
    let detail = format!("a batch has {COMMANDS_LIMIT} commands at most, and this has {commands}");
    Err(Problem::new(Fault::TooManyCommands, detail))
}

/// Gives the readable ones to the writer, and puts every result in its place.
fn decide(ledger: &Ledger, read: Vec<Read>, who: &Principal) -> Vec<CommandResult> {
    let mut commands = Vec::with_capacity(read.len());
    let mut problems = Vec::with_capacity(read.len());
    for one in read {
        problems.push(match one {
            Ok(command) => {
                commands.push(command);
                None
            }
            Err(problem) => Some(problem),
        });
    }
    let mut decided = ledger.submit_all(commands, &who.key, None).into_iter();
    let result = |problem: Option<Problem>| match problem {
        Some(problem) => Err(problem).into(),
        None => {
            let decided = decided.next().expect("each command that is given has one result");
            decided.map_err(Problem::from).into()
        }
    };
    problems.into_iter().map(result).collect()
}
