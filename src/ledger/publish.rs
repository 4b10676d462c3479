//! The publisher's thread: a signed checkpoint, at most a second behind the log.
//!
//! Invariant: what is signed was read back from the files. The records since the last checkpoint
//! are read as lines and hashed; the root of those is compared with the tree's, so a tree or a
//! memory that went wrong stops the ledger before it is signed.
//!
//! What a crash leaves is said in `log::checkpoint`.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::ledger::shared::Shared;
use crate::ledger::writer::stop;
use crate::log::LogError;
use crate::log::checkpoint::{CheckpointFile, CheckpointFileError};
use crate::log::tree::TreeError;
use crate::merkle::{Blake3, CompactRange, consistency};
use crate::record::checkpoint::Checkpoint;
use crate::record::note::NoteSigner;

/// How long it rests between two looks at the log.
const PAUSE: Duration = Duration::from_millis(200);
/// How long it rests at least, however many ask for receipts: each checkpoint syncs four files.
const LEAST: Duration = Duration::from_millis(15);

#[derive(Debug, Error)]
pub enum PublishError {
    #[error(transparent)]
    File(#[from] CheckpointFileError),
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("the tree on disk has another root than the lines of the log give at size {size}")]
    OtherRoot { size: u64 },
}

/// Works until it is told to end, and publishes once more then.
pub fn run(shared: &Arc<Shared>, mut file: CheckpointFile) {
    loop {
        let ending = shared.publisher.is_ending();
        if let Err(error) = publish(shared, &mut file) {
            stop("a checkpoint could not be published", &error);
        }
        if ending {
            return;
        }
        std::thread::sleep(LEAST);
        shared.publisher.sleep(PAUSE);
    }
}

/// Signs what the log has now, if that is more than what the last checkpoint covers or a rotation
/// waits for both signatures.
pub fn publish(shared: &Shared, file: &mut CheckpointFile) -> Result<(), PublishError> {
    let begun = Instant::now();
    let size = shared.tree.size();
    let (covered, _) = file.covered();
    let signers = shared.signers.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if size > covered || signers.len() > 1 {
        let root = read_back(shared, covered, size)?;
        shared.tree.sync()?;
        let proof = consistency::prove::<Blake3, _>(&shared.tree, covered, size)?;
        let origin = shared.origin.clone();
        let signers: Vec<&NoteSigner> = signers.iter().collect();
        let signed = file.publish(Checkpoint { origin, size, root }, &proof, &signers)?;
        let signed = Arc::new(signed.clone());
        *shared.checkpoint.write().unwrap_or_else(PoisonError::into_inner) = Some(signed);
        shared.signed.set(size);
    }
    *shared.covered.lock().unwrap_or_else(PoisonError::into_inner) = begun;
    Ok(())
}

/// The root at `size`, from the tree below `covered` and the lines of the log above.
fn read_back(
    shared: &Shared,
    covered: u64,
    size: u64,
) -> Result<crate::merkle::Hash, PublishError> {
    let mut range = CompactRange::<Blake3>::read(&shared.tree, covered)?;
    shared.log.scan_stored(covered, size, |stored| {
        range.push(stored.line.hash, |_, _, _| {});
        Ok::<(), LogError>(())
    })?;
    let root = CompactRange::<Blake3>::read(&shared.tree, size)?.root();
    if range.root() != root {
        return Err(PublishError::OtherRoot { size });
    }
    Ok(root)
}
