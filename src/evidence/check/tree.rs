//! The Merkle tree that the lines lead to: its roots, and what `tree/` says of it.
//!
//! Invariant: no root is answered that is not derived from every line below its size. The files are
//! compared as far as they go and as far as the lines were read: they may lag behind or run ahead
//! while a ledger writes, and can be rebuilt. Where no checkpoint covers them a crash may have
//! spoiled them, and opening builds them anew; so that is a note.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::evidence::check::lines::read_up_to;
use crate::evidence::check::report::{Found, Spot};
use crate::log::Place;
use crate::log::disk::{Attempt, DiskError};
use crate::log::tree::{FOLDER, NODE_BYTES, NODES_FILE, OFFSETS_FILE, PLACE_BYTES, nodes_of};
use crate::merkle::{Blake3, CompactRange, Hash, TreeHash};

const CHUNK: u64 = 1 << 20;

pub(super) struct Tree {
    /// Over all lines so far; nothing once a leaf is missing.
    range: Option<CompactRange<Blake3>>,
    /// As it was before the first line of a command that is not whole yet.
    whole: Option<CompactRange<Blake3>>,
    /// The size that the checkpoint covers, and the root that the lines give for it.
    covered: u64,
    covered_root: Option<Hash>,
    /// Nodes that a line completed, to be compared.
    completed: Vec<Hash>,
    offsets: Column,
    nodes: Column,
}

impl Tree {
    /// `covered`: the size that the checkpoint claims, for whose root will be asked.
    pub fn open(data: &Path, covered: u64) -> Result<Tree, DiskError> {
        let folder = data.join(FOLDER);
        Ok(Tree {
            range: Some(CompactRange::new()),
            whole: None,
            covered,
            covered_root: (covered == 0).then(Blake3::empty),
            completed: Vec::new(),
            offsets: Column::open(folder.join(OFFSETS_FILE), PLACE_BYTES)?,
            nodes: Column::open(folder.join(NODES_FILE), NODE_BYTES)?,
        })
    }

    /// Records are missing here, or one whose leaf hash is illegible.
    pub fn gap(&mut self) {
        let before = self.range.take();
        if self.whole.is_none() {
            self.whole = before;
        }
    }

    /// The next line, and whether it completes its command.
    pub fn push(&mut self, leaf: Hash, completes: bool) {
        self.completed.clear();
        let Some(range) = &mut self.range else {
            self.completed.push(leaf);
            self.whole = self.whole.take().filter(|_| !completes);
            return;
        };
        if !completes && self.whole.is_none() {
            self.whole = Some(range.clone());
        }
        let completed = &mut self.completed;
        range.push(leaf, |_, _, node| completed.push(*node));
        if range.size() == self.covered {
            self.covered_root = Some(range.root());
        }
        if completes {
            self.whole = None;
        }
    }

    /// Compares the files with the line that was pushed last.
    pub fn compare(
        &mut self,
        position: u64,
        place: Place,
        found: &mut Found,
    ) -> Result<(), DiskError> {
        let is_covered = position < self.covered;
        if self.offsets.entry(position)?.is_some_and(|entry| entry != place.to_bytes()) {
            let message = format!("the file says that record {position} begins elsewhere");
            differs(&self.offsets, position, (is_covered, position), "tree_offset", message, found);
        }
        for (level, node) in self.completed.iter().enumerate() {
            let index = nodes_of(position) + level as u64;
            if self.nodes.entry(index)?.is_some_and(|entry| entry != node.0) {
                let message = format!(
                    "the subtree of 2^{level} records that ends with record {position} has \
                     another hash than its lines give"
                );
                differs(&self.nodes, index, (is_covered, position), "tree_node", message, found);
            }
        }
        Ok(())
    }

    /// The root of all records in whole commands.
    pub fn root(&self) -> Option<Hash> {
        self.whole.as_ref().or(self.range.as_ref()).map(CompactRange::root)
    }

    /// The root of what the checkpoint covers.
    pub fn covered_root(&self) -> Option<Hash> {
        self.covered_root
    }

    /// Tells how far the files go beside a log of this size.
    pub fn finish(&self, size: u64, found: &mut Found) {
        for (column, due) in [(&self.offsets, size), (&self.nodes, nodes_of(size))] {
            let spot = Spot::file(&column.name);
            let (bytes, due) = (column.bytes, due * column.width);
            match bytes {
                None if size > 0 => {
                    found.note(spot, "tree_missing", "the file is not there; opening rebuilds it");
                }
                Some(bytes) if bytes < due => {
                    let message = format!("the file has {bytes} bytes, and the log gives {due}");
                    found.note(spot, "tree_shorter", message);
                }
                Some(bytes) if bytes > due => {
                    let message = format!(
                        "the file has {bytes} bytes, and the log gave {due} when it was read"
                    );
                    found.note(spot, "tree_longer", message);
                }
                None | Some(_) => {}
            }
        }
    }
}

fn differs(
    column: &Column,
    index: u64,
    (is_covered, position): (bool, u64),
    code: &'static str,
    message: String,
    found: &mut Found,
) {
    let spot = Spot::file(&column.name).position(position).offset(index * column.width);
    if is_covered {
        found.error(spot, code, message);
    } else {
        let message = format!("{message}; no checkpoint covers it, and opening builds it anew");
        found.note(spot, "tree_uncovered", message);
    }
}

/// A file of fixed width, read from front to back.
struct Column {
    /// From the data folder on.
    name: String,
    path: PathBuf,
    /// Nothing where there is no such file.
    file: Option<File>,
    bytes: Option<u64>,
    width: u64,
    /// What was read last, and which entry it begins with.
    buffer: Vec<u8>,
    first: u64,
}

impl Column {
    fn open(path: PathBuf, width: u64) -> Result<Column, DiskError> {
        let file_name = path.file_name().expect("the caller joined a name").to_string_lossy();
        let name = format!("{FOLDER}/{file_name}");
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            opened => Some(opened.attempt("open", &path)?),
        };
        let metadata = file.as_ref().map(|file| file.metadata().attempt("measure", &path));
        let bytes = metadata.transpose()?.map(|metadata| metadata.len());
        Ok(Column { name, path, file, bytes, width, buffer: Vec::new(), first: 0 })
    }

    /// An entry, if the file reaches so far.
    fn entry(&mut self, index: u64) -> Result<Option<&[u8]>, DiskError> {
        let Some(file) = &self.file else {
            return Ok(None);
        };
        let entries = self.bytes.unwrap_or(0) / self.width;
        if index >= entries {
            return Ok(None);
        }
        let held = self.buffer.len() as u64 / self.width;
        if index < self.first || index >= self.first + held {
            let wanted = CHUNK.min((entries - index) * self.width);
            self.buffer.resize(wanted as usize, 0);
            let read = read_up_to(file, &mut self.buffer, index * self.width);
            self.buffer.truncate(read.attempt("read", &self.path)?);
            self.first = index;
        }
        let at = ((index - self.first) * self.width) as usize;
        // Nothing when the file was cut by an opening ledger since it was measured.
        Ok(self.buffer.get(at..at + self.width as usize))
    }
}
