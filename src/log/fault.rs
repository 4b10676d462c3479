//! A disk in memory for tests: it fails where it is told to, and loses power.
//!
//! It is as unkind as real ones are. What was written is read back at once, but is durable only
//! after a sync; names are durable only after their folder's sync. A failed sync drops what it
//! should have written and calls it clean, so that a second sync tells nothing. Losing power leaves
//! of each page that was not synced the new content or the old one, as the test chooses.
//!
//! Part of the crate and not of its tests only, so that tests outside of it can use it too.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::log::disk::{Disk, DiskFile, LockGuard};

/// What a write is lost or kept by.
pub const PAGE: usize = 4 << 10;

/// What becomes of the operation that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It has no effect. A sync loses what it should have written.
    Undone,
    /// A write has written half of its bytes; any other operation has no effect.
    Half,
    /// It has its effect all the same.
    Done,
}

/// Which pending changes of names survive a loss of power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    Lost,
    Kept,
}

#[derive(Debug, Clone, Default)]
struct Node {
    bytes: Vec<u8>,
    durable: Vec<u8>,
    /// Pages that differ and are not synced. A failed sync forgets them.
    dirty: BTreeSet<usize>,
}

impl Node {
    fn append(&mut self, bytes: &[u8]) {
        let first = self.bytes.len() / PAGE;
        self.bytes.extend_from_slice(bytes);
        self.dirty.extend(first..self.bytes.len().div_ceil(PAGE));
    }

    fn sync(&mut self) {
        let pages = std::mem::take(&mut self.dirty);
        self.write_back(pages);
    }

    /// Brings these pages to the disk; those between that are not there yet read as zeros.
    fn write_back(&mut self, pages: BTreeSet<usize>) {
        for page in pages {
            let range = page * PAGE..((page + 1) * PAGE).min(self.bytes.len());
            if self.durable.len() < range.end {
                self.durable.resize(range.end, 0);
            }
            self.durable[range.clone()].copy_from_slice(&self.bytes[range]);
        }
    }
}

#[derive(Debug, Clone, Default)]
struct State {
    nodes: Vec<Node>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    folders: BTreeSet<PathBuf>,
    locks: BTreeSet<PathBuf>,
    trace: Vec<String>,
    fault: Option<(usize, Fault)>,
}

impl State {
    fn node(&self, path: &Path) -> io::Result<usize> {
        self.names.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Clones share one disk; [`FaultDisk::copy`] makes another.
#[derive(Debug, Clone, Default)]
pub struct FaultDisk(Arc<Mutex<State>>);

impl FaultDisk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another disk with the same content, without faults and locks.
    pub fn copy(&self) -> FaultDisk {
        let state = self.state().clone();
        let (locks, trace, fault) = Default::default();
        FaultDisk(Arc::new(Mutex::new(State { locks, trace, fault, ..state })))
    }

    /// Lets the operation of this number, counted from here, fail.
    pub fn fail_at(&self, operation: usize, fault: Fault) {
        let mut state = self.state();
        state.fault = Some((state.trace.len() + operation, fault));
    }

    /// What was done so far, one line an operation.
    pub fn trace(&self) -> Vec<String> {
        self.state().trace.clone()
    }

    /// The process ends: its locks are gone, and what it wrote is read back.
    pub fn end_process(&self) {
        let mut state = self.state();
        state.locks.clear();
        state.fault = None;
    }

    /// The power fails and comes back: of what was not synced only the pages remain for which
    /// `keep` answers true, given the file and the number of the page.
    pub fn lose_power(&self, names: Names, mut keep: impl FnMut(&Path, usize) -> bool) {
        let mut state = self.state();
        let state = &mut *state;
        state.locks.clear();
        state.fault = None;
        for (path, node) in state.names.iter().chain(&state.durable_names) {
            let node = &mut state.nodes[*node];
            let dirty = std::mem::take(&mut node.dirty);
            node.write_back(dirty.into_iter().filter(|page| keep(path, *page)).collect());
        }
        for node in &mut state.nodes {
            node.bytes.clone_from(&node.durable);
        }
        match names {
            Names::Lost => state.names.clone_from(&state.durable_names),
            Names::Kept => state.durable_names.clone_from(&state.names),
        }
    }

    pub fn files(&self) -> Vec<PathBuf> {
        self.state().names.keys().cloned().collect()
    }

    /// The content of a file; empty when there is none.
    pub fn content(&self, path: &Path) -> Vec<u8> {
        let state = self.state();
        state.names.get(path).map(|node| state.nodes[*node].bytes.clone()).unwrap_or_default()
    }

    /// Puts a file there, durably.
    pub fn put(&self, path: &Path, bytes: &[u8]) {
        let mut state = self.state();
        let node = state.nodes.len();
        let (bytes, durable) = (bytes.to_vec(), bytes.to_vec());
        state.nodes.push(Node { bytes, durable, dirty: BTreeSet::new() });
        state.names.insert(path.to_owned(), node);
        state.durable_names.insert(path.to_owned(), node);
    }

    /// Takes a file away, durably.
    pub fn take(&self, path: &Path) {
        let mut state = self.state();
        state.names.remove(path);
        state.durable_names.remove(path);
    }

    /// Counts the operation, and runs it, or fails it.
    fn run<T>(
        &self,
        what: &str,
        path: &Path,
        operation: impl FnOnce(&mut State) -> io::Result<T>,
        undone: impl FnOnce(&mut State, Fault),
    ) -> io::Result<T> {
        let mut state = self.state();
        let number = state.trace.len();
        state.trace.push(format!("{what} {}", path.display()));
        let Some((_, fault)) = state.fault.filter(|(at, _)| *at == number) else {
            return operation(&mut state);
        };
        match fault {
            Fault::Done => drop(operation(&mut state)),
            Fault::Undone | Fault::Half => undone(&mut state, fault),
        }
        Err(io::Error::other("injected"))
    }

    fn simple<T>(
        &self,
        what: &str,
        path: &Path,
        operation: impl FnOnce(&mut State) -> io::Result<T>,
    ) -> io::Result<T> {
        self.run(what, path, operation, |_, _| {})
    }

    fn handle(&self, path: &Path, node: usize) -> Box<dyn DiskFile> {
        Box::new(FaultFile { disk: self.clone(), path: path.to_owned(), node })
    }
}

struct FaultLock(FaultDisk, PathBuf);

impl Drop for FaultLock {
    fn drop(&mut self) {
        self.0.state().locks.remove(&self.1);
    }
}

impl Disk for FaultDisk {
    fn lock(&self, path: &Path) -> io::Result<Option<LockGuard>> {
        let taken = self.simple("lock", path, |state| Ok(state.locks.insert(path.to_owned())))?;
        Ok(taken.then(|| Box::new(FaultLock(self.clone(), path.to_owned())) as LockGuard))
    }

    /// Folders are durable at once: only their content is what tests are about.
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.simple("create_folder", path, |state| {
            state.folders.extend(path.ancestors().map(Path::to_owned));
            Ok(())
        })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.simple("list", folder, |state| {
            if !state.folders.contains(folder) {
                return Err(io::ErrorKind::NotFound.into());
            }
            let paths = state.names.keys().chain(&state.folders);
            let inside = paths.filter(|path| path.parent() == Some(folder));
            let names = inside.filter_map(|path| path.file_name()?.to_str());
            Ok(names.map(str::to_owned).collect())
        })
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let node = self.simple("create", path, |state| {
            if state.names.contains_key(path) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            let node = state.nodes.len();
            state.nodes.push(Node::default());
            state.names.insert(path.to_owned(), node);
            Ok(node)
        })?;
        Ok(self.handle(path, node))
    }

    fn open_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let node = self.simple("open_append", path, |state| state.node(path))?;
        Ok(self.handle(path, node))
    }

    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let node = self.simple("open_read", path, |state| state.node(path))?;
        Ok(self.handle(path, node))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.simple("rename", to, |state| {
            let node = state.node(from)?;
            state.names.remove(from);
            state.names.insert(to.to_owned(), node);
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.simple("remove", path, |state| {
            state.node(path)?;
            state.names.remove(path);
            Ok(())
        })
    }

    /// A failed one may still take effect later: journals that can't be written are not forgotten,
    /// they turn the file system read-only.
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.simple("sync_folder", folder, |state| {
            let is_inside = |path: &PathBuf| path.parent() == Some(folder);
            state.durable_names.retain(|path, _| !is_inside(path));
            let names = state.names.iter().filter(|(path, _)| is_inside(path));
            let names: Vec<_> = names.map(|(path, node)| (path.clone(), *node)).collect();
            state.durable_names.extend(names);
            Ok(())
        })
    }
}

struct FaultFile {
    disk: FaultDisk,
    path: PathBuf,
    node: usize,
}

impl FaultFile {
    fn sync(&self, what: &str) -> io::Result<()> {
        let done = |state: &mut State| {
            state.nodes[self.node].sync();
            Ok(())
        };
        self.disk.run(what, &self.path, done, |state, _| state.nodes[self.node].dirty.clear())
    }
}

impl DiskFile for FaultFile {
    fn length(&self) -> io::Result<u64> {
        self.disk.simple(
            "length",
            &self.path,
            |state| Ok(state.nodes[self.node].bytes.len() as u64),
        )
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let done = |state: &mut State| {
            state.nodes[self.node].append(bytes);
            Ok(())
        };
        self.disk.run("append", &self.path, done, |state, fault| {
            if fault == Fault::Half {
                state.nodes[self.node].append(&bytes[..bytes.len() / 2]);
            }
        })
    }

    fn sync_data(&mut self) -> io::Result<()> {
        self.sync("sync_data")
    }

    fn sync_all(&mut self) -> io::Result<()> {
        self.sync("sync_all")
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.disk.simple("read", &self.path, |state| {
            let bytes = &state.nodes[self.node].bytes;
            let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..));
            let rest = rest.unwrap_or_default();
            let read = rest.len().min(buffer.len());
            buffer[..read].copy_from_slice(&rest[..read]);
            Ok(read)
        })
    }
}
