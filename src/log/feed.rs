//! The log and its tree, each of which serves the other: the tree is fed the lines that the log
//! holds, and tells readers where older lines stand.

use thiserror::Error;

use crate::log::reader::{LogError, LogReader};
use crate::log::tree::{Records, Tree, TreeError};
use crate::log::{Offsets, Place};
use crate::merkle::Hash;

/// Why the tree could not be brought up to the log.
#[derive(Debug, Error)]
pub enum FeedError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Tree(#[from] TreeError),
}

impl Records for LogReader {
    type Error = FeedError;

    fn each(
        &mut self,
        from: u64,
        take: &mut dyn FnMut(Place, Hash) -> Result<(), TreeError>,
    ) -> Result<(), FeedError> {
        self.scan_stored(from, self.size(), |stored| Ok(take(stored.place, stored.line.hash)?))
    }
}

impl Offsets for Tree {
    fn size(&self) -> u64 {
        Tree::size(self)
    }

    fn place(&self, position: u64) -> Option<Place> {
        Tree::place(self, position).ok()
    }
}
