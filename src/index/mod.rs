//! Rows that can be deleted and rebuilt from the log; the only module that names sled and bincode.
//!
//! Invariant: all rows reflect exactly the records below [`Index::position`], which stands in the
//! same atomic batch. Nothing here is the truth, and nothing is answered because of it alone.
//!
//! What a crash leaves: an older whole batch, because sled syncs when it likes. The folds go on
//! from there. Rows that are ahead of the log, of another log, of another program version, or
//! damaged are dropped, all of them.

mod cached;
mod codec;
mod facts;
mod fingerprint;
mod key;
mod query;
mod sums;
#[cfg(test)]
mod tests;
mod write;

use std::fs;
use std::io::ErrorKind;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use thiserror::Error;

pub use cached::CachedStates;
#[cfg(test)]
pub use codec::{decode, encode};
pub use query::{FactFilter, ListOf, Total, TotalFilter, TotalKey, TotalValue};
pub use sums::Part;
pub use write::{Rows, TotalOf};

use crate::domain::states::{Aggregate, States, Stored};
use crate::index::fingerprint::Fingerprints;
use crate::merkle::{Hash, HashStream};

/// Memory that sled may keep pages in.
const CACHE_BYTES: u64 = 256 << 20;

/// A file of this name says that the rows beside it were found damaged.
const CONDEMNED: &str = "condemned";

/// Released programs rebuild each other's rows, whether or not the form of any row differs.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// What all rows reflect.
#[derive(Serialize, Deserialize)]
struct Meta {
    /// The records below this.
    position: u64,
    /// Leaf hash of the last of them.
    leaf: [u8; 32],
    /// Version of the program that wrote the rows.
    program: String,
}

/// How long another holder of the folder is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Error)]
pub enum IndexError {
    #[error("{} is held by another process", .folder.display())]
    Locked { folder: PathBuf },
    #[error("the index can't be read or written: {0}; it may be deleted and is rebuilt then")]
    Store(String),
    #[error("a row of the index is damaged: {0}; the index may be deleted and is rebuilt then")]
    Damaged(String),
}

impl From<sled::Error> for IndexError {
    fn from(error: sled::Error) -> IndexError {
        match error {
            sled::Error::Corruption { .. } | sled::Error::ReportableBug(_) => {
                IndexError::Damaged(error.to_string())
            }
            // The file ends before what a row points to.
            sled::Error::Io(io) if io.kind() == ErrorKind::UnexpectedEof => {
                IndexError::Damaged(io.to_string())
            }
            sled::Error::CollectionNotFound(_)
            | sled::Error::Unsupported(_)
            | sled::Error::Io(_) => IndexError::Store(error.to_string()),
        }
    }
}

/// The rows; cheap to clone, read from any thread.
#[derive(Clone)]
pub struct Index(Arc<Inner>);

struct Inner {
    db: sled::Db,
    folder: PathBuf,
    rows: sled::Tree,
    /// Held for writing while a flush changes the rows, for reading by who must see rows of one
    /// position only.
    turn: RwLock<()>,
    position: AtomicU64,
    commands: RwLock<Fingerprints>,
}

impl Index {
    /// Opens or makes the rows in a folder. Rows of another program version, or rows that go beyond
    /// what `leaf_of` says stands at their last position, are dropped: they are rebuilt then.
    pub fn open(
        folder: &Path,
        leaf_of: &mut dyn FnMut(u64) -> Option<Hash>,
    ) -> Result<Index, IndexError> {
        match Index::open_as_it_is(folder, leaf_of) {
            Ok(Some(index)) => return Ok(index),
            Ok(None) => tracing::warn!("the rows are not of this log or program; rebuilding them"),
            // Never removed under somebody's hands.
            Err(error @ IndexError::Locked { .. }) => return Err(error),
            Err(error) => tracing::warn!("{error}; rebuilding the rows"),
        }
        // A folder that was never made is as good as one that was removed.
        if folder.exists() {
            let removed = fs::remove_dir_all(folder);
            removed.map_err(|error| IndexError::Store(error.to_string()))?;
        }
        let fresh = Index::open_as_it_is(folder, leaf_of)?;
        fresh.ok_or_else(|| IndexError::Store("a new index is not empty".to_owned()))
    }

    /// None if the rows must be dropped.
    fn open_as_it_is(
        folder: &Path,
        leaf_of: &mut dyn FnMut(u64) -> Option<Hash>,
    ) -> Result<Option<Index>, IndexError> {
        if folder.join(CONDEMNED).exists() {
            return Ok(None);
        }
        // sled meets some damage with a panic, which means the same as an error here.
        let opened = panic::catch_unwind(|| open_db(folder));
        let panicked = |_| IndexError::Damaged("sled stopped while it read them".to_owned());
        let db = opened.map_err(panicked)??;
        let rows = db.open_tree("rows")?;
        let position = match rows.get(key::META)? {
            None if rows.is_empty() => 0,
            None => return Ok(None),
            Some(meta) => {
                let Ok(Meta { position, leaf, program }) = codec::decode(&meta) else {
                    return Ok(None);
                };
                if program != PROGRAM || position == 0 || leaf_of(position - 1) != Some(Hash(leaf))
                {
                    return Ok(None);
                }
                position
            }
        };
        let mut commands = Fingerprints::default();
        for row in rows.scan_prefix([key::COMMANDS]) {
            for (fingerprint, at) in codec::decode::<Vec<(u64, u64)>>(&row?.1)? {
                commands.note(fingerprint, at);
            }
        }
        Ok(Some(Index(Arc::new(Inner {
            db,
            folder: folder.to_owned(),
            rows,
            turn: RwLock::default(),
            position: AtomicU64::new(position),
            commands: RwLock::new(commands),
        }))))
    }

    /// All rows reflect the records below this.
    pub fn position(&self) -> u64 {
        self.0.position.load(Ordering::Acquire)
    }

    /// Positions of records that may be the first of the command with this actor and id. The caller
    /// compares them.
    pub fn command_candidates(&self, actor: &str, id: &str) -> Vec<u64> {
        let commands = self.0.commands.read().unwrap_or_else(PoisonError::into_inner);
        commands.candidates(fingerprint::fingerprint(actor, id))
    }

    /// Hands everything to the operating system. Not a promise: see the head.
    pub fn flush(&self) -> Result<(), IndexError> {
        self.0.db.flush()?;
        Ok(())
    }

    /// A digest of all rows, for comparing rebuilt ones with live ones bit for bit.
    pub fn digest(&self) -> Result<Hash, IndexError> {
        let _watch = self.watch();
        let mut stream = HashStream::default();
        for row in &self.0.rows {
            let (key, value) = self.checked(row.map_err(IndexError::from))?;
            for part in [&key, &value] {
                stream.update(&(part.len() as u64).to_be_bytes());
                stream.update(part);
            }
        }
        Ok(stream.finish())
    }

    /// Rows that were found damaged are condemned: the next opening drops them, instead of meeting
    /// the same damage for ever.
    fn checked<T>(&self, read: Result<T, IndexError>) -> Result<T, IndexError> {
        if let Err(error @ IndexError::Damaged(_)) = &read {
            self.condemn(&error.to_string());
        }
        read
    }

    fn condemn(&self, why: &str) {
        tracing::error!("{why}; it is rebuilt when the ledger is opened again");
        if let Err(error) = fs::write(self.0.folder.join(CONDEMNED), why) {
            tracing::error!("the index could not be marked as damaged: {error}");
        }
    }

    /// While this is held, a panic condemns the rows: sled meets some damage with one.
    pub fn watch(&self) -> Watch {
        Watch(self.clone())
    }

    /// The value of one row, if it is there.
    fn row<T: DeserializeOwned>(&self, name: &[u8]) -> Result<Option<T>, IndexError> {
        let stored = self.0.rows.get(name).map_err(IndexError::from);
        let value = |bytes: sled::IVec| codec::decode(&bytes);
        self.checked(stored.and_then(|stored| stored.map(value).transpose()))
    }
}

/// See [`Index::watch`].
pub struct Watch(Index);

impl Drop for Watch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.condemn("the index was being read when the program stopped by itself");
        }
    }
}

/// sled lets go of a folder some time after its last handle was dropped, so a folder that this
/// process had open a moment ago may still be locked.
fn open_db(folder: &Path) -> Result<sled::Db, IndexError> {
    let begun = Instant::now();
    loop {
        let config = sled::Config::new().path(folder).cache_capacity(CACHE_BYTES);
        match config.flush_every_ms(Some(1_000)).open() {
            Err(sled::Error::Io(error)) if error.to_string().contains("lock") => {
                if begun.elapsed() > LOCK_PATIENCE {
                    return Err(IndexError::Locked { folder: folder.to_owned() });
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            opened => return Ok(opened?),
        }
    }
}

impl States for Index {
    /// A row that can't be read is a broken invariant: it stops the process, and opening rebuilds.
    fn find<A: Aggregate>(&self, id: &str) -> Option<Arc<Stored<A>>> {
        let mut name = Vec::with_capacity(2 + id.len());
        key::state(A::KIND, id, &mut name);
        let found = self.row::<Stored<A>>(&name);
        found.unwrap_or_else(|error| panic!("{:?} {id}: {error}", A::KIND)).map(Arc::new)
    }
}
