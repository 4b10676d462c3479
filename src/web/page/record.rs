//! One record of the log: what of it may be seen, and that it stands under the newest checkpoint.

use askama::Template;

use crate::api::Problem;
use crate::evidence::proof::{NoProof, Prover};
use crate::web::frame::Frame;
use crate::web::page::decide::now;
use crate::web::reader::Reader;
use crate::web::show::instant;
use crate::web::visit::{Reply, Visit};

/// Whether the newest checkpoint proves it.
enum Proof {
    Proven {
        size: u64,
        root: String,
        path: Vec<String>,
    },
    /// The checkpoint follows within a second.
    NotYet,
}

struct Shape {
    position: u64,
    hash: String,
    head: Option<String>,
    body: Option<String>,
    kind: Option<&'static str>,
    kind_word: String,
    recorded: String,
    occurred: String,
    actor: String,
    parks: Vec<(String, u64)>,
    stream: String,
    /// The page of what it is about.
    about: Option<String>,
    proof: Proof,
    last: u64,
}

#[derive(Template)]
#[template(path = "record.html")]
struct Page {
    f: Frame,
    r: Shape,
    before: Option<u64>,
    after: Option<u64>,
    read_at: String,
}

pub async fn answer(visit: &mut Visit<'_>, position: &str) -> Reply {
    let position: u64 = position.parse().map_err(|_| Problem::not_found("record"))?;
    let shape = visit.read(move |reader| shape(reader, position)).await?;
    let title = format!("{} {position}", visit.t().record);
    let before = position.checked_sub(1);
    let after = (position < shape.last).then_some(position + 1);
    let read_at = instant(now(), None);
    visit.page(&Page { f: visit.frame(title), r: shape, before, after, read_at })
}

fn shape(reader: &Reader, position: u64) -> Result<Shape, Problem> {
    let seen = reader.record(position)?;
    let (t, head, decoded) = (reader.t(), seen.head.as_ref(), seen.decoded.as_ref());
    let stream = decoded.map_or(String::new(), |decoded| decoded.stream.clone());
    let parks = head.map_or(Vec::new(), |head| head.parks.clone());
    Ok(Shape {
        position,
        hash: seen.view.hash.to_string(),
        kind: head.map(|head| t.event(&head.kind)),
        kind_word: head.map_or(String::new(), |head| head.kind.clone()),
        recorded: head.map_or(String::new(), |head| head.recorded_at.to_string()),
        occurred: decoded.map_or(String::new(), |decoded| decoded.occurred_at.to_string()),
        actor: decoded.map_or(String::new(), |decoded| decoded.actor.to_string()),
        parks: parks.into_iter().map(|(park, place)| (park.to_string(), place)).collect(),
        about: about(&stream),
        stream,
        proof: proof(reader, &seen.view.hash, position)?,
        last: reader.ledger.size().saturating_sub(1),
        head: seen.view.head,
        body: seen.view.body,
    })
}

/// `delivery/dlv_…` has a page.
fn about(stream: &str) -> Option<String> {
    let (kind, id) = stream.split_once('/')?;
    match kind {
        "delivery" => Some(format!("/deliveries/{id}")),
        "contract" => Some(format!("/contracts/{id}")),
        _ => None,
    }
}

fn proof(reader: &Reader, leaf: &crate::merkle::Hash, position: u64) -> Result<Proof, Problem> {
    let Some(newest) = reader.ledger.checkpoint() else { return Ok(Proof::NotYet) };
    let prover = Prover::new(reader.ledger.tree(), &newest.checkpoint);
    let size = newest.checkpoint.size;
    match prover.inclusion(*leaf, position, size) {
        Ok(proof) => Ok(Proof::Proven {
            size,
            root: proof.root.to_string(),
            path: proof.path.iter().map(ToString::to_string).collect(),
        }),
        Err(NoProof::NoPosition { .. } | NoProof::NotCovered { .. }) => Ok(Proof::NotYet),
        Err(error) => Err(Problem::internal(&error)),
    }
}
