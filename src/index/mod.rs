//! Rows that can be deleted and rebuilt from the log; the only module that names sled and bincode.
//!
//! Invariant: all rows reflect exactly the records below [`Index::position`], which stands in the
//! same atomic batch. Nothing here is the truth, and nothing is answered because of it alone.

use std::path::Path;

use thiserror::Error;

use crate::domain::fact::{Fact, Measure};
use crate::domain::id::{FirmId, MaterialId, ParkId};
use crate::domain::states::Kind;
use crate::domain::time::Day;
use crate::merkle::Hash;

#[derive(Debug, Error)]
pub enum IndexError {
    #[error("the index can't be read or written: {0}; it may be deleted and is rebuilt then")]
    Store(String),
    #[error("a row of the index is damaged: {0}; the index may be deleted and is rebuilt then")]
    Damaged(String),
}

/// The rows; cheap to clone, read from any thread. Implements [`States`](crate::domain::states).
#[derive(Clone)]
pub struct Index {}

/// Whose list of aggregates. Lists are in the order of creation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ListOf {
    All,
    Park(ParkId),
    /// A firm has part in it, on whichever side.
    Firm(FirmId),
    /// Deliveries of a contract (its id as text).
    Contract(String),
}

/// Which facts.
#[derive(Clone, Debug, Default)]
pub struct FactFilter {
    pub park: Option<ParkId>,
    pub measures: Vec<Measure>,
    /// First and last day.
    pub days: Option<(Day, Day)>,
    pub firm: Option<FirmId>,
    pub material: Option<MaterialId>,
}

impl Index {
    /// Opens or makes the rows in a folder. Rows of another program version, or rows that go beyond
    /// what `leaf_of` says stands at their last position, are dropped: they are rebuilt then.
    pub fn open(
        _folder: &Path,
        _leaf_of: &mut dyn FnMut(u64) -> Option<Hash>,
    ) -> Result<Index, IndexError> {
        unreachable!()
    }

    /// All rows reflect the records below this.
    pub fn position(&self) -> u64 {
        unreachable!()
    }

    /// Creation position and id of aggregates of a kind: those created at or after `from` and
    /// below `below`, at most `limit`.
    pub fn list(
        &self,
        _kind: Kind,
        _of: &ListOf,
        _from: u64,
        _below: u64,
        _limit: usize,
    ) -> Result<Vec<(u64, String)>, IndexError> {
        unreachable!()
    }

    /// Every fact that passes the filter and whose record stands below `below`, in log order.
    pub fn facts(
        &self,
        _filter: &FactFilter,
        _below: u64,
        _each: &mut dyn FnMut(u64, Fact),
    ) -> Result<(), IndexError> {
        unreachable!()
    }

    /// A digest of all rows, for comparing rebuilt ones with live ones bit for bit.
    pub fn digest(&self) -> Result<Hash, IndexError> {
        unreachable!()
    }
}

// STUB
impl crate::domain::states::States for Index {
    fn find<A: crate::domain::states::Aggregate>(
        &self,
        _id: &str,
    ) -> Option<std::sync::Arc<crate::domain::states::Stored<A>>> {
        unreachable!()
    }
}
