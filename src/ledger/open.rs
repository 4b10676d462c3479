//! Opening a ledger: what is on disk is believed in the order in which one thing proves the next.
//!
//! The signing key names the origin; the checkpoint must be signed by it; the log must have what
//! the checkpoint covers, with the same root; the rows must be of that log, and follow it. Each
//! failure names what and where. Until all of it holds no thread runs and nobody is served. Every
//! step may be cut off by a crash and is simply done again.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, RwLock};
use std::thread;
use std::time::Instant;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use thiserror::Error;

use crate::domain::digest::Digest;
use crate::domain::event::{Event, TailCut};
use crate::domain::id::KeyId;
use crate::domain::state;
use crate::domain::states::States as _;
use crate::index::{CachedStates, Index, IndexError};
use crate::ledger::clock::Clock;
use crate::ledger::encode::Buffers;
use crate::ledger::keys::{self, KeyFileError};
use crate::ledger::publish::{self, PublishError};
use crate::ledger::queue::{Job, Queue};
use crate::ledger::shared::{Bell, Progress, Shared};
use crate::ledger::writer::Writer;
use crate::ledger::{Options, SubmitError, project};
use crate::log::attachments::Attachments;
use crate::log::checkpoint::{CheckpointFile, CheckpointFileError};
use crate::log::disk::{self, DiskError, RealDisk};
use crate::log::sealed::{self, SealedBatch, SealedError};
use crate::log::{Batch, FeedError, LogError, LogReader, OpenError, OpenOptions, Opened, tree};
use crate::merkle::Hash;
use crate::projection::{ProjectionError, Projector};
use crate::record::note::NoteSigner;
use crate::record::{Decoded, Line};

/// Batches that may wait for the projector.
const WAITING_BATCHES: usize = 64;

/// A copy of record 0's data, for people and tools.
const LEDGER_JSON: &str = "ledger.json";

#[derive(Debug, Error)]
pub enum LedgerError {
    #[error("{} is no ledger: it has no {}; make one with `init`", .folder.display(), .missing)]
    NotALedger { folder: PathBuf, missing: &'static str },
    #[error("{} is not empty; a new ledger wants a folder of its own", .folder.display())]
    NotEmpty { folder: PathBuf },
    #[error("{0}")]
    Origin(String),
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error("the log's last verifier key is {logged}, and the signing key on disk is {on_disk}")]
    OtherKey { logged: String, on_disk: String },
    #[error(transparent)]
    Checkpoint(#[from] CheckpointFileError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error(transparent)]
    Sealed(#[from] SealedError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("{}: {source}", .path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

/// A ledger put together, with no thread running yet.
pub struct Assembled {
    pub shared: Arc<Shared>,
    pub writer: Writer,
    pub projector: Projector,
    pub records: Receiver<Vec<Decoded>>,
    pub checkpoint: CheckpointFile,
    pub opened: Opened,
}

/// The credential of what the ledger does of itself.
pub fn own_key() -> KeyId {
    "key_ledger".parse().expect("it has the form of a key's id")
}

pub fn open(
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Arc<Shared>, LedgerError> {
    if !options.folder.join("log").is_dir() {
        let folder = options.folder.clone();
        return Err(LedgerError::NotALedger { folder, missing: "log folder" });
    }
    let mut assembled = assemble(options, progress)?;
    if assembled.opened.size == 0 {
        let folder = options.folder.clone();
        return Err(LedgerError::NotALedger { folder, missing: "record 0" });
    }
    tell_cuts(&mut assembled);
    write_copy(&assembled)?;
    start(assembled)
}

/// Puts together what is in a folder, and brings the rows up to the log.
pub fn assemble(
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Assembled, LedgerError> {
    let folder = &options.folder;
    let keys_folder = options.keys_folder();
    let current = keys::read_current(&keys_folder)?;
    let next = keys::read_next(&keys_folder)?;
    let trusted: Vec<_> = [Some(&current), next.as_ref()]
        .into_iter()
        .flatten()
        .map(NoteSigner::verifier_key)
        .collect();
    let checkpoint = CheckpointFile::open(Arc::new(RealDisk), folder, &trusted)?;
    let covered = checkpoint.newest().map(|signed| signed.checkpoint.size);
    let log_options = OpenOptions { checkpoint: covered, ..OpenOptions::default() };
    let (log, reader, opened) = crate::log::open(folder, log_options)?;
    let mut records = reader.clone();
    let (tree, _) = tree::open(&folder.join("tree"), checkpoint.covered(), &mut records)?;
    reader.use_offsets(Box::new(tree.tree().clone()));
    let (sealed_writer, sealed, _) = sealed::open(&folder.join("sealed"))?;
    let index = Index::open(&folder.join("index"), &mut |position| leaf(&reader, position))?;
    let mut projector = Projector::new(index.clone());
    projector.catch_up(&reader, opened.size, progress)?;
    let ledger = index.find::<state::Ledger>("");
    let demo = ledger.as_ref().is_some_and(|ledger| ledger.state.demo);
    let signers =
        signers(&keys_folder, current, next, ledger.map(|l| l.state.verifier_keys.clone()))?;
    let newest = checkpoint.newest().cloned().map(Arc::new);
    let shared = Arc::new(Shared {
        folder: folder.clone(),
        keys_folder,
        origin: signers[0].name().to_owned(),
        demo,
        queue: Queue::default(),
        log: reader,
        tree: tree.tree().clone(),
        sealed,
        attachments: Attachments::open(folder)?,
        index: index.clone(),
        projected: Progress::at(opened.size),
        checkpoint: RwLock::new(newest),
        signed: Progress::at(covered.unwrap_or(0)),
        covered: Mutex::new(Instant::now()),
        publisher: Bell::default(),
        signers: Mutex::new(signers),
        threads: Mutex::default(),
    });
    let (projector_queue, records) = mpsc::sync_channel(WAITING_BATCHES);
    let writer = Writer {
        shared: Arc::clone(&shared),
        batch: Batch::starting_at(log.size()),
        log,
        tree,
        sealed: sealed_writer,
        states: CachedStates::ahead(index),
        clock: Clock::after(opened.last_recorded_at),
        salts: ChaCha20Rng::from_seed(keys::entropy()?),
        projector: projector_queue,
        recent: HashMap::default(),
        recent_order: VecDeque::new(),
        sealed_batch: SealedBatch::default(),
        records: Vec::new(),
        answers: Vec::new(),
        buffers: Buffers::default(),
        buffer: Vec::new(),
    };
    Ok(Assembled { shared, writer, projector, records, checkpoint, opened })
}

/// The leaf hash of the record at a position, if it is there and sound.
fn leaf(log: &LogReader, position: u64) -> Option<Hash> {
    let bytes = log.read(position).ok()?;
    Line::split(&bytes).ok().map(|line| line.hash)
}

/// Who signs, finishing or undoing a rotation that a crash cut off.
fn signers(
    folder: &Path,
    current: NoteSigner,
    next: Option<NoteSigner>,
    logged: Option<Vec<crate::domain::text::Text>>,
) -> Result<Vec<NoteSigner>, LedgerError> {
    let last = logged.and_then(|keys| keys.last().map(|key| key.as_str().to_owned()));
    let Some(last) = last else { return Ok(vec![current]) };
    if let Some(next) = next {
        if next.verifier_key().to_string() == last {
            return Ok(vec![current, next]);
        }
        keys::discard_next(folder)?;
    }
    let on_disk = current.verifier_key().to_string();
    if on_disk != last {
        return Err(LedgerError::OtherKey { logged: last, on_disk });
    }
    Ok(vec![current])
}

/// Records what opening has cut, before anybody is served.
fn tell_cuts(assembled: &mut Assembled) {
    for cut in std::mem::take(&mut assembled.opened.tail_cuts) {
        tracing::warn!(
            "{} bytes behind record {} were no whole command and were cut; nobody was answered for \
             them; a copy is in {}",
            cut.bytes,
            cut.position,
            cut.copy
        );
        let event = Event::from(TailCut {
            bytes: cut.bytes,
            copy: cut.copy.parse().expect("a path of ours is a text"),
            copy_hash: Digest(cut.copy_hash.0),
            size: cut.position,
        });
        assembled.writer.add_own(event);
    }
    assembled.writer.commit_own();
}

/// Keeps `ledger.json` equal to record 0's data.
fn write_copy(assembled: &Assembled) -> Result<(), LedgerError> {
    let bytes = assembled.shared.log.read(0)?;
    let line = Line::split(&bytes).expect("what the reader hands out is a line");
    let body = line.body().expect("what the reader hands out was verified");
    let path = assembled.shared.folder.join(LEDGER_JSON);
    let text = body.data.get().as_bytes();
    if fs::read(&path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    Ok(disk::replace(&RealDisk, &path, text)?)
}

/// Starts the threads.
pub fn start(assembled: Assembled) -> Result<Arc<Shared>, LedgerError> {
    let Assembled { shared, writer, projector, records, mut checkpoint, .. } = assembled;
    let rotating = shared.signers.lock().is_ok_and(|signers| signers.len() > 1);
    if rotating {
        publish::publish(&shared, &mut checkpoint)?;
        keys::promote(&shared.keys_folder)?;
        shared.signers.lock().expect("no thread runs yet").remove(0);
    }
    let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
        let path = shared.folder.clone();
        let guarded = move || {
            // A thread that panics must take the process with it: the others would wait for ever.
            let name = thread::current().name().unwrap_or_default().to_owned();
            let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            if worked.is_err() {
                crate::ledger::writer::stop(&name, &"a rule of the program itself was broken");
            }
        };
        let spawned = thread::Builder::new().name(name.to_owned()).spawn(guarded);
        spawned.map_err(|source| LedgerError::Io { path, source })
    };
    let for_projector = Arc::clone(&shared);
    let for_publisher = Arc::clone(&shared);
    let threads = vec![
        spawn("writer", Box::new(move || writer.run()))?,
        spawn("projector", Box::new(move || project::run(&for_projector, projector, &records)))?,
        spawn("publisher", Box::new(move || publish::run(&for_publisher, checkpoint)))?,
    ];
    *shared.threads.lock().expect("only this thread knows it yet") = threads;
    Ok(shared)
}

/// Gives the writer a record of the ledger's own, and waits until it is durable.
pub fn record_own(shared: &Shared, event: Event) -> Result<u64, SubmitError> {
    let (reply, answer) = mpsc::channel();
    shared.queue.push_waiting(Job::Own { event, reply })?;
    let accepted = answer.recv().map_err(|_| SubmitError::Stopping)?;
    Ok(accepted.position)
}
