//! Dossiers: a park's indicators with all that proves them, as one file.
//!
//! Invariant: the first byte leaves after the whole file was verified, and no BODY is in it that
//! this key may not see.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header;
use actix_web::web::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::api::call::{Call, Reply};
use crate::api::fault::Fault;
use crate::api::operation::{Operation, Tag, text_schema};
use crate::api::problem::Problem;
use crate::api::query::{Value, Word, query, words};
use crate::api::read::programme::{By, ProgrammeQuery, by};
use crate::api::read::reach;
use crate::domain::access::{Action, Principal, authorize, concerned};
use crate::domain::id::{FirmId, ParkId, ParticipationId};
use crate::domain::method::Item;
use crate::domain::name::Name;
use crate::domain::state::{self, Park, PublishedMethod, method_id};
use crate::domain::states::States as _;
use crate::domain::time::Period;
use crate::domain::value_error::ValueError;
use crate::evidence::dossier::build::{Asked, BuildError, Draft, Refused, Source};
use crate::evidence::dossier::manifest::{Manifest, MethodAt, Strength};
use crate::evidence::dossier::{EXTENSION, MEDIA_TYPE};
use crate::ledger::Ledger;
use crate::query::answer::QueryError;
use crate::query::see::{Sight, may};

words! { Strength }

/// The text of a signed checkpoint.
#[derive(Clone, Debug)]
struct NoteText(String);

/// A checkpoint with a handful of signatures is far shorter.
const NOTE_CHARACTERS: usize = 4_000;

impl Value for NoteText {
    fn value(text: &str) -> Result<NoteText, ValueError> {
        if text.len() <= NOTE_CHARACTERS {
            return Ok(NoteText(text.to_owned()));
        }
        Err(ValueError::new("malformed_text", "no checkpoint is as long as that"))
    }
}

query! {
    /// Which figures, how strongly proven.
    struct DossierQuery {
        /// The figures as the records below this position give them. If absent: all that the rows
        /// reflect and the newest checkpoint covers; of a complete one, all that was counted last.
        as_of: Option<u64>,
        /// Wait, for 2 seconds at most, until the rows reflect the record at this position.
        at_least: Option<u64>,
        /// As in the indicators.
        #[param(minimum = 1900, maximum = 9998)]
        base_year: Option<u64>,
        /// As in the indicators.
        #[param(value_type = Option<String>, max_length = 100)]
        choices: Option<Word>,
        /// The text of a signed checkpoint of before; the dossier proves that the log only grew
        /// since.
        #[param(value_type = Option<String>, max_length = 4000)]
        earlier: Option<NoteText>,
        /// Only this firm's facts; then a firm may ask for its own.
        firm: Option<FirmId>,
        /// As in the indicators.
        participation: Option<ParticipationId>,
        /// A year, quarter or month.
        period: Period,
        /// The method, by its name; that of the participation if absent.
        programme: Option<Name>,
        /// `listed` (the default) shows every record that the figures rest on; `complete` proves,
        /// too, that no record of the park is left out.
        #[param(inline)]
        strength: Option<Strength>,
        /// A version of the method; the newest in force if absent.
        #[param(minimum = 1, maximum = 65535)]
        version: Option<u64>,
    }
}

pub fn operation() -> Operation {
    let text = text_schema("A dossier, as schemas/evidence/README.md says.");
    Operation::get("/api/v1/parks/{park}/dossier", "get_dossier", Tag::Statistics)
        .says(
            "The indicators of a park, with all that proves them.",
            "One text file that anyone can verify offline, with `symbiosis verify` or with any \
             program after its published format: the records that the figures rest on, byte for \
             byte, in a tree whose root is signed. It was verified before it is sent. A listed one \
             is for verifiers and regulators of the park, for its administration where the figures \
             rest on no firm's records, and for a firm of its own facts; a complete one is for \
             verifiers and regulators. Sealed values are never in it.",
        )
        .also(&["409"])
        .query::<DossierQuery>()
        .responds("200", "The dossier, as a file.", vec![(MEDIA_TYPE, text)], &[])
        .to(dossier)
}

async fn dossier(call: Call) -> Reply {
    let query: DossierQuery = call.query()?;
    let park: ParkId = call.segment("park")?;
    permit(call.principal(), &park, &query)?;
    if !call.api.ledger.index().exists::<Park>(park.as_str()) {
        return Err(QueryError::NotFound("park").into());
    }
    reach(&call, query.at_least).await?;
    let (ledger, who) = (call.api.ledger.clone(), call.principal().clone());
    let (begun, begin) = oneshot::channel();
    let (chunks, body) = mpsc::channel(CHUNKS);
    // Nobody waits for its end: what it has to say comes through the two channels.
    drop(tokio::task::spawn_blocking(move || {
        let made = make(&ledger, &who, &park, &query, begun, chunks);
        if let Err(error) = made {
            tracing::error!("a dossier could not be written: {error}");
        }
    }));
    let name = match begin.await {
        Ok(begun) => begun?,
        Err(_) => return Err(Problem::internal(&"a dossier was not begun")),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, MEDIA_TYPE))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(Chunks(body)))
}

/// Whether this key may ask for it at all; which BODYs it may see is looked at one by one.
fn permit(who: &Principal, park: &ParkId, query: &DossierQuery) -> Result<(), Problem> {
    let parks = std::slice::from_ref(park);
    let denied = |detail: &str| Err(Problem::new(Fault::NotPermitted, detail));
    if query.strength == Some(Strength::Complete) {
        return match authorize(Some(who), &Action::ReadHead { parks }) {
            Ok(()) => Ok(()),
            Err(_) => denied("complete dossiers are for verifiers and regulators of the park"),
        };
    }
    let of_firm = |firm: &FirmId| {
        let firms = std::slice::from_ref(firm);
        authorize(Some(who), &Action::ReadBody { parks, firms }).is_ok()
    };
    let is_own = query.firm.as_ref().is_some_and(of_firm);
    if is_own || may(Some(who), &Sight::Figures(park.clone())) {
        return Ok(());
    }
    denied(
        "a park's dossiers are for its administration, verifiers and regulators, and for a firm of \
         its own facts: name it with `firm`",
    )
}

/// How the file is named, or why there is none.
type Begun = oneshot::Sender<Result<String, Problem>>;

/// Makes it, tells how it begins, and writes it.
fn make(
    ledger: &Ledger,
    who: &Principal,
    park: &ParkId,
    query: &DossierQuery,
    begun: Begun,
    chunks: mpsc::Sender<Result<Bytes, io::Error>>,
) -> Result<(), BuildError> {
    let mut begun = Some(begun);
    let mut chunks = ChunkWriter { chunks, buffer: Vec::with_capacity(CHUNK_BYTES) };
    let made = with_draft(ledger, who, park, query, &mut |draft| {
        if let Some(begun) = begun.take() {
            // Whoever asked may have gone meanwhile.
            let _ = begun.send(Ok(file_name(draft.manifest())));
        }
        draft.write(&mut chunks)
    });
    match (made, begun) {
        (Ok(written), _) => {
            if written.is_err() {
                // The file ends without its last line, and the connection with it.
                let cut = io::Error::other("the dossier could not be written to its end");
                let _ = chunks.chunks.blocking_send(Err(cut));
            }
            written
        }
        (Err(problem), Some(begun)) => {
            let _ = begun.send(Err(problem));
            Ok(())
        }
        (Err(_), None) => Ok(()),
    }
}

/// `prk_a-hj274.1-2017.dossier`.
fn file_name(manifest: &Manifest) -> String {
    let MethodAt { method, version, .. } = &manifest.method;
    let (park, period) = (&manifest.park, manifest.period);
    let firm = manifest.firm.as_ref().map_or(String::new(), |firm| format!("-{firm}"));
    format!("{park}{firm}-{method}.{version}-{period}.{EXTENSION}")
}

/// Hands over the dossier that is asked for, verified, or says why there is none.
fn with_draft(
    ledger: &Ledger,
    who: &Principal,
    park: &ParkId,
    query: &DossierQuery,
    with: &mut dyn FnMut(&Draft<'_>) -> Result<(), BuildError>,
) -> Result<Result<(), BuildError>, Problem> {
    let index = ledger.index();
    let position = index.position();
    let no_checkpoint = || Problem::new(Fault::NotCovered, "there is no checkpoint yet");
    let signed = ledger.checkpoint().ok_or_else(no_checkpoint)?;
    let strength = query.strength.unwrap_or(Strength::Listed);
    let as_of = match (query.as_of, strength) {
        (Some(as_of), Strength::Listed) if as_of > position => {
            let detail = format!("as_of {as_of} is ahead of the rows, which reflect {position}");
            return Err(Problem::new(Fault::NotYet, detail));
        }
        (None, Strength::Listed) => Some(position.min(signed.checkpoint.size)),
        (as_of, _) => as_of,
    };
    let answers = answers(ledger, park, query, as_of.unwrap_or(position))?;
    let keys = index.find::<state::Ledger>("").map(|row| row.state.verifier_keys.clone());
    let keys = keys.unwrap_or_default();
    let keys: Vec<_> = keys.iter().filter_map(|key| key.as_str().parse().ok()).collect();
    let source = Source {
        log: ledger.log(),
        tree: ledger.tree(),
        signed: &signed,
        keys: &keys,
        index: Some(index),
        may_see: &|decoded| authorize(Some(who), &concerned(index, &decoded.event).body()).is_ok(),
    };
    let By { method, base_year, choices, .. } = answers.by;
    let items = |name: &Name| {
        let item = index.find::<Item>(name.as_str())?;
        Some((item.created, item.state.clone()))
    };
    let asked = Asked {
        park: park.clone(),
        period: query.period,
        method: &method,
        method_position: answers.position,
        items: &items,
        base_year,
        choices,
        as_of,
        firm: query.firm.clone(),
        strength,
        earlier: query.earlier.as_ref().map(|note| note.0.as_str()),
        reveal: Vec::new(),
        sealed: &|_| Ok(None),
    };
    let draft = Draft::make(&source, &asked).map_err(refused)?;
    Ok(with(&draft))
}

/// By what it is answered, and where the log publishes that.
struct Answers {
    by: By,
    position: u64,
}

fn answers(
    ledger: &Ledger,
    park: &ParkId,
    query: &DossierQuery,
    as_of: u64,
) -> Result<Answers, Problem> {
    let index = ledger.index();
    let DossierQuery { base_year, choices, participation, period, programme, version, .. } =
        query.clone();
    let asked = ProgrammeQuery {
        as_of: Some(as_of),
        at_least: None,
        base_year,
        choices,
        method: programme,
        participation,
        period,
        version,
    };
    let by = by(index, park, &asked, as_of)?;
    let id = method_id(&by.method.method, by.method.version);
    let found = index.find::<PublishedMethod>(&id).ok_or(QueryError::NotFound("method"))?;
    if found.state.withdrawn.is_some() && found.changed < as_of {
        let detail =
            format!("{id} was withdrawn at {}; ask as of a position before", found.changed);
        return Err(Problem::new(Fault::WithdrawnMethod, detail));
    }
    Ok(Answers { by, position: found.created })
}

fn refused(error: BuildError) -> Problem {
    let BuildError::Refused(refused) = &error else { return Problem::internal(&error) };
    let fault = match refused {
        Refused::NotCounted(..) => Fault::NotCounted,
        Refused::NotCovered { .. } => Fault::NotCovered,
        Refused::NotShown(_) => Fault::BodiesNotShown,
        Refused::Earlier(_) => Fault::EarlierUnfit,
        Refused::MethodLater { .. } => return QueryError::NotFound("method").into(),
        Refused::Choice(_) | Refused::FirmComplete | Refused::Reveal(..) => {
            Fault::MalformedParameter
        }
    };
    Problem::new(fault, error.to_string())
}

/// Written at once.
const CHUNK_BYTES: usize = 64 << 10;

/// So many wait for a slow reader; then the writer waits.
const CHUNKS: usize = 4;

/// Where a thread writes what a connection sends.
struct ChunkWriter {
    chunks: mpsc::Sender<Result<Bytes, io::Error>>,
    buffer: Vec<u8>,
}

impl Write for ChunkWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK_BYTES));
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.chunks.blocking_send(Ok(chunk.into())).map_err(gone)
    }
}

/// What a connection sends, as it is written.
struct Chunks(mpsc::Receiver<Result<Bytes, io::Error>>);

impl MessageBody for Chunks {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        self.0.poll_recv(context)
    }
}
