//! The log itself: checkpoint, records and proofs. For those who trust nobody.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::api::call::{Call, Reply, ok, read};
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag, text_schema};
use crate::api::problem::Problem;
use crate::api::query::{Limit, query};
use crate::api::read::reach;
use crate::evidence::proof::{ConsistencyProof, InclusionProof, NoProof, Prover};
use crate::evidence::receipt::Receipt;
use crate::log::checkpoint::Signed;
use crate::query::record::{RecordPage, RecordView, Records};
use crate::query::rows;
use crate::record::Line;

const TEXT: &str = "text/plain; charset=utf-8";

query! {
    /// Which records.
    struct Range {
        /// The first position, 0 if absent.
        from: Option<u64>,
        /// The most records to answer; 50 if absent.
        #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
        limit: Option<Limit>,
    }
}

query! {
    /// Which record's proof, in which tree.
    struct InclusionOf {
        /// The record's 0-based place in the log.
        position: u64,
        /// Of a log of so many records; that of the newest checkpoint if absent.
        size: Option<u64>,
    }
}

query! {
    /// Between which trees.
    struct ConsistencyOf {
        /// The smaller size.
        first: u64,
        /// The larger size; that of the newest checkpoint if absent.
        second: Option<u64>,
    }
}

/// All operations on the log.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/api/v1/log/checkpoint", "get_checkpoint", Tag::Log)
            .public()
            .says(
                "Shows the newest checkpoint.",
                "How many records the log has and their Merkle root, signed: a C2SP signed note \
                 (tlog-checkpoint) over a BLAKE3 tree of RFC 6962's shape. At most a second behind \
                 the log.",
            )
            .responds("200", "A signed note.", vec![(TEXT, text_schema("A signed note."))], &[])
            .to(checkpoint),
        Operation::get("/api/v1/log/records", "list_records", Tag::Log)
            .public()
            .more_with_key()
            .says(
                "Lists records.",
                "Each with its HASH, and with HEAD and BODY where this key may see them: HEAD for \
                 verifiers and regulators of a park that it concerns, BODY for its parties and \
                 those verifiers and regulators.",
            )
            .query::<Range>()
            .answers::<RecordPage>("Records in the order of the log.")
            .to(records),
        Operation::get("/api/v1/log/records/{position}", "get_record", Tag::Log)
            .public()
            .more_with_key()
            .says(
                "Shows one record.",
                "As in the list of records. HEAD and BODY are the stored texts, byte for byte.",
            )
            .answers::<RecordView>("The record.")
            .to(record),
        Operation::get("/api/v1/log/records/{position}/line", "get_record_line", Tag::Log)
            .says(
                "Shows one record's line.",
                "HASH, HEAD and BODY with one space between them, as they stand in the segment \
                 file, for whoever may see BODY.",
            )
            .responds("200", "The line.", vec![(TEXT, text_schema("HASH SP HEAD SP BODY"))], &[])
            .to(line),
        Operation::get("/api/v1/log/proofs/inclusion", "prove_inclusion", Tag::Log)
            .public()
            .says(
                "Proves that a record stands in the log.",
                "RFC 6962's audit path from the record's HASH to a root: that of the newest \
                 checkpoint, or of an earlier size that it extends.",
            )
            .also(&["404", "409"])
            .query::<InclusionOf>()
            .answers::<InclusionProof>("The proof, which was verified before it was sent.")
            .to(inclusion),
        of_receipt(),
        Operation::get("/api/v1/log/proofs/consistency", "prove_consistency", Tag::Log)
            .public()
            .says(
                "Proves that the log only grew.",
                "RFC 6962's consistency proof between two sizes, both covered by the newest \
                 checkpoint.",
            )
            .also(&["409"])
            .query::<ConsistencyOf>()
            .answers::<ConsistencyProof>("The proof, which was verified before it was sent.")
            .to(consistency),
    ]
}

fn of_receipt() -> Operation {
    Operation::get("/api/v1/log/records/{position}/receipt", "get_receipt", Tag::Log)
        .says(
            "Gives a receipt for a record.",
            "Its place in the log under a signed checkpoint, with HEAD and BODY as far as this \
             key may see them, to be kept: signed at once if no checkpoint covers it yet. \
             `symbiosis verify` reads it offline, and proves a fork with two that contradict \
             each other.",
        )
        .also(&["404", "503"])
        .answers::<Receipt>("The receipt, which was verified before it was sent.")
        .to(receipt)
}

fn newest(call: &Call) -> Result<Arc<Signed>, Problem> {
    call.api.ledger.checkpoint().ok_or_else(|| {
        Problem::new(Fault::NotYet, "no checkpoint was published yet; ask again in a second")
    })
}

fn text(body: Vec<u8>) -> Reply {
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_TYPE, TEXT)).body(body))
}

async fn checkpoint(call: Call) -> Reply {
    text(newest(&call)?.note.clone().into_bytes())
}

fn of(call: &Call) -> Records<'_> {
    let ledger = &call.api.ledger;
    Records { log: ledger.log(), index: ledger.index(), who: call.who.as_ref() }
}

async fn records(call: Call) -> Reply {
    let Range { from, limit } = call.query()?;
    let limit = rows::limit(limit.map(|limit| limit.0));
    let (api, who) = (call.api.clone(), call.who.clone());
    let page = read(move || {
        let (log, index) = (api.ledger.log(), api.ledger.index());
        let records = Records { log, index, who: who.as_ref() };
        Ok(records.page(from.unwrap_or(0), limit)?)
    });
    ok(&page.await?)
}

async fn record(call: Call) -> Reply {
    let position = call.segment("position")?;
    ok(&of(&call).one(position)?)
}

async fn line(call: Call) -> Reply {
    let position = call.segment("position")?;
    text(of(&call).line(position)?)
}

async fn inclusion(call: Call) -> Reply {
    let InclusionOf { position, size } = call.query()?;
    let newest = newest(&call)?;
    let ledger = &call.api.ledger;
    if position >= ledger.size() {
        return Err(Problem::not_found("record at this position"));
    }
    let bytes = ledger.log().read(position).map_err(|error| Problem::internal(&error))?;
    let leaf = Line::split(&bytes).map_err(|error| Problem::internal(&error))?.hash;
    let prover = Prover::new(ledger.tree(), &newest.checkpoint);
    let size = size.unwrap_or(newest.checkpoint.size);
    ok(&prover.inclusion(leaf, position, size).map_err(no_proof)?)
}

/// How long a checkpoint that covers the record is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

async fn receipt(call: Call) -> Reply {
    let position = call.segment("position")?;
    let ledger = &call.api.ledger;
    // Who may see it is read from the rows; nobody waits for what is not there.
    reach(&call, Some(position).filter(|position| *position < ledger.size())).await?;
    let RecordView { body, hash, head, position } = of(&call).one(position)?;
    let signed = ledger.covering(position, PATIENCE).await.ok_or_else(|| {
        Problem::new(Fault::NotYet, "no checkpoint covers this record yet; ask again in a second")
    })?;
    let prover = Prover::new(ledger.tree(), &signed.checkpoint);
    let proof = prover.inclusion(hash, position, signed.checkpoint.size).map_err(no_proof)?;
    let checkpoint = signed.note.clone();
    ok(&Receipt { body, checkpoint, head, leaf: hash, path: proof.path, position })
}

async fn consistency(call: Call) -> Reply {
    let ConsistencyOf { first, second } = call.query()?;
    let newest = newest(&call)?;
    let prover = Prover::new(call.api.ledger.tree(), &newest.checkpoint);
    let second = second.unwrap_or(newest.checkpoint.size);
    ok(&prover.consistency(first, second).map_err(no_proof)?)
}

fn no_proof(error: NoProof) -> Problem {
    match &error {
        NoProof::NotCovered { .. } => Problem::new(Fault::NotCovered, error.to_string()),
        NoProof::NoPosition { .. } | NoProof::SizesReversed { .. } => {
            Problem::new(Fault::MalformedParameter, error.to_string())
        }
        NoProof::Tree(_) | NoProof::Damaged(_) => Problem::internal(&error),
    }
}
