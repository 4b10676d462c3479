//! `tree/`: where each line stands, and the hashes of all complete subtrees, in two files of fixed
//! width, so that neither a proof nor an opening reads the whole log or holds the tree in memory.
//!
//! - `offsets`: 16 bytes a record, little-endian: first position of its segment, byte in it.
//! - `nodes`: 32 bytes a subtree, in the order in which records complete them: each record's leaf
//!   hash, then the larger and larger subtrees that end with it. The first `n` records have
//!   completed 2n - popcount(n) subtrees, so every place is arithmetic, every write is an append,
//!   and the tree of any earlier size is a beginning of the file.
//!
//! Both are derived from the log. Appending comes after the commit and is not synced;
//! [`Tree::sync`] comes before a checkpoint is published. A crash can therefore take away or spoil
//! only what no checkpoint covers: [`open`] cuts the files to what it covers and appends the rest
//! from the log again. Files that are missing, too short, or lead to another root are built anew
//! beside the old ones and renamed when they are whole.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::log::disk::{Attempt, DiskError};
use crate::merkle::{Blake3, CompactRange, Hash, Nodes};

/// The folder's name in the data folder.
pub const FOLDER: &str = "tree";
pub const OFFSETS_FILE: &str = "offsets";
pub const NODES_FILE: &str = "nodes";
pub const PLACE_BYTES: u64 = 16;
pub const NODE_BYTES: u64 = 32;
/// While opening, entries are gathered to this size before they are written.
const CHUNK_BYTES: usize = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("no complete subtree {index} of level {level} among {size} records")]
    NoNode { level: u8, index: u64, size: u64 },
    #[error("no record {position} among {size}")]
    NoPosition { position: u64, size: u64 },
    #[error(
        "the log's first {size} records have root {root}, but the checkpoint says {checkpoint}"
    )]
    LogDisagrees { size: u64, root: Hash, checkpoint: Hash },
    #[error("the log has {size} records, but the checkpoint covers {checkpoint}")]
    LogTooShort { size: u64, checkpoint: u64 },
}

/// Where a line begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The position of its segment's first record, which names the file.
    pub segment: u64,
    /// The byte in that file.
    pub offset: u64,
}

impl Place {
    /// As it stands in `offsets`.
    pub fn to_bytes(self) -> [u8; PLACE_BYTES as usize] {
        let mut bytes = [0; PLACE_BYTES as usize];
        bytes[..8].copy_from_slice(&self.segment.to_le_bytes());
        bytes[8..].copy_from_slice(&self.offset.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: [u8; PLACE_BYTES as usize]) -> Place {
        let (segment, offset) = bytes.split_at(8);
        let number = |half: &[u8]| u64::from_le_bytes(half.try_into().expect("half of 16 is 8"));
        Place { segment: number(segment), offset: number(offset) }
    }
}

/// Reads places and nodes of the records appended so far. Clones share the files and may be used
/// from any thread, also while [`TreeWriter`] appends.
#[derive(Clone)]
pub struct Tree {
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    offsets: File,
    nodes: File,
    /// Raised after the bytes of its records are written: whatever lies below can be read.
    size: AtomicU64,
}

impl Tree {
    /// How many records the tree has.
    pub fn size(&self) -> u64 {
        self.shared.size.load(Ordering::Acquire)
    }

    pub fn place(&self, position: u64) -> Result<Place, TreeError> {
        let size = self.size();
        if position >= size {
            return Err(TreeError::NoPosition { position, size });
        }
        let mut bytes = [0; PLACE_BYTES as usize];
        let offset = position * PLACE_BYTES;
        let read = self.shared.offsets.read_exact_at(&mut bytes, offset);
        read.attempt("read a place from", &self.path(OFFSETS_FILE))?;
        Ok(Place::from_bytes(bytes))
    }

    /// Makes all that was appended so far durable. After an error nothing is known about the files,
    /// and trying again would tell nothing: the process must stop.
    pub fn sync(&self) -> Result<(), TreeError> {
        self.shared.offsets.sync_data().attempt("fdatasync", &self.path(OFFSETS_FILE))?;
        self.shared.nodes.sync_data().attempt("fdatasync", &self.path(NODES_FILE))?;
        Ok(())
    }

    fn path(&self, file: &str) -> PathBuf {
        self.shared.folder.join(file)
    }
}

impl Nodes for Tree {
    type Error = TreeError;

    fn node(&self, level: u8, index: u64) -> Result<Hash, TreeError> {
        let size = self.size();
        let place = node_place(level, index, size);
        let place = place.ok_or(TreeError::NoNode { level, index, size })?;
        let mut hash = Hash([0; NODE_BYTES as usize]);
        let read = self.shared.nodes.read_exact_at(&mut hash.0, place * NODE_BYTES);
        read.attempt("read a node from", &self.path(NODES_FILE))?;
        Ok(hash)
    }
}

/// How many subtrees the first `size` records have completed, which is where in `nodes` the leaf
/// hash of record `size` stands.
pub fn nodes_of(size: u64) -> u64 {
    2 * size - u64::from(size.count_ones())
}

/// Where in `nodes` a subtree stands, if the first `size` records complete it.
fn node_place(level: u8, index: u64, size: u64) -> Option<u64> {
    let end = index.checked_add(1)?.checked_mul(1u64.checked_shl(level.into())?)?;
    // The record that completes it brings its leaf first, then one subtree of each level.
    (end <= size).then(|| nodes_of(end - 1) + u64::from(level))
}

/// Appends to the tree, on the thread that commits.
pub struct TreeWriter {
    tree: Tree,
    range: CompactRange<Blake3>,
    /// Entries not yet written.
    offsets: Vec<u8>,
    nodes: Vec<u8>,
}

impl TreeWriter {
    /// The reading side.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    pub fn size(&self) -> u64 {
        self.range.size()
    }

    pub fn root(&self) -> Hash {
        self.range.root()
    }

    /// Appends records that are durable in the log: two writes, no sync. After an error the writer
    /// must not be used again; the log is not touched by it, and opening mends the tree.
    pub fn append(
        &mut self,
        records: impl IntoIterator<Item = (Place, Hash)>,
    ) -> Result<(), TreeError> {
        for (place, leaf) in records {
            self.gather(place, leaf);
        }
        self.write()
    }

    fn gather(&mut self, place: Place, leaf: Hash) {
        self.offsets.extend_from_slice(&place.to_bytes());
        let nodes = &mut self.nodes;
        self.range.push(leaf, |_, _, node| nodes.extend_from_slice(&node.0));
    }

    fn write(&mut self) -> Result<(), TreeError> {
        let Shared { offsets, nodes, size, .. } = &*self.tree.shared;
        let written = size.load(Ordering::Relaxed);
        offsets
            .write_all_at(&self.offsets, written * PLACE_BYTES)
            .attempt("write", &self.tree.path(OFFSETS_FILE))?;
        nodes
            .write_all_at(&self.nodes, nodes_of(written) * NODE_BYTES)
            .attempt("write", &self.tree.path(NODES_FILE))?;
        // A crash from here on leaves records that the next opening cuts off and appends again.
        size.store(self.range.size(), Ordering::Release);
        self.offsets.clear();
        self.nodes.clear();
        Ok(())
    }
}

/// Where the tree gets the log's records from while it is opened.
pub trait Records {
    type Error: From<TreeError>;

    /// Hands over place and leaf hash of every record from `from` to the log's end, in order.
    fn each(
        &mut self,
        from: u64,
        take: &mut dyn FnMut(Place, Hash) -> Result<(), TreeError>,
    ) -> Result<(), Self::Error>;
}

/// What opening did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeOpened {
    /// Records whose entries were kept as they were.
    pub kept: u64,
    /// Records appended from the log.
    pub appended: u64,
    /// Why nothing was kept, where something should have been.
    pub rebuilt: Option<Fault>,
}

/// Why the files on disk cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("a file is missing")]
    Missing,
    #[error("a file is shorter than the checkpoint")]
    Short,
    #[error("the nodes lead to another root than the checkpoint's")]
    OtherRoot,
    #[error("the last record that the checkpoint covers is not where the tree says")]
    OtherPlace,
}

/// Reads a folder's tree as it is, without changing anything: one may be appending meanwhile, or
/// the tree may be behind its log or damaged. What it answers proves nothing before a root does.
pub fn view(folder: &Path) -> Result<Tree, TreeError> {
    let open = |name: &str| -> Result<(File, u64), TreeError> {
        let path = folder.join(name);
        let file = File::open(&path).attempt("open", &path)?;
        let length = file.metadata().attempt("look at", &path)?.len();
        Ok((file, length))
    };
    let ((offsets, places), (nodes, bytes)) = (open(OFFSETS_FILE)?, open(NODES_FILE)?);
    // The nodes of the last records may not have come yet; each record has nearly two.
    let nodes_there = bytes / NODE_BYTES;
    let mut size = (places / PLACE_BYTES).min(nodes_there / 2 + 32);
    while nodes_of(size) > nodes_there {
        size -= 1;
    }
    let (folder, size) = (folder.to_path_buf(), AtomicU64::new(size));
    Ok(Tree { shared: Arc::new(Shared { folder, offsets, nodes, size }) })
}

/// Opens the folder's tree over all records of the log, of which a verified checkpoint covers the
/// first `covered.0` with root `covered.1` (the empty tree's before there is one).
pub fn open<R: Records>(
    folder: &Path,
    covered: (u64, Hash),
    records: &mut R,
) -> Result<(TreeWriter, TreeOpened), R::Error> {
    fs::create_dir_all(folder).attempt("create", folder).map_err(TreeError::from)?;
    let rebuilt = match usable(folder, covered)? {
        Ok(mut writer) => match follow(&mut writer, records)? {
            Ok(()) => {
                let appended = writer.size() - covered.0;
                return Ok((writer, TreeOpened { kept: covered.0, appended, rebuilt: None }));
            }
            Err(fault) => fault,
        },
        Err(fault) => fault,
    };
    let writer = rebuild(folder, covered, records)?;
    let appended = writer.size();
    let rebuilt = (covered.0 > 0).then_some(rebuilt);
    Ok((writer, TreeOpened { kept: 0, appended, rebuilt }))
}

/// Cuts the files to what the checkpoint covers, if they have it.
fn usable(
    folder: &Path,
    (size, root): (u64, Hash),
) -> Result<Result<TreeWriter, Fault>, TreeError> {
    let (offsets_path, nodes_path) = (folder.join(OFFSETS_FILE), folder.join(NODES_FILE));
    if size == 0 || !offsets_path.exists() || !nodes_path.exists() {
        return Ok(Err(Fault::Missing));
    }
    let offsets = writable(&offsets_path, OpenOptions::new())?;
    let nodes = writable(&nodes_path, OpenOptions::new())?;
    for (file, path, length) in [
        (&offsets, &offsets_path, size * PLACE_BYTES),
        (&nodes, &nodes_path, nodes_of(size) * NODE_BYTES),
    ] {
        if file.metadata().attempt("measure", path)?.len() < length {
            return Ok(Err(Fault::Short));
        }
        file.set_len(length).attempt("cut", path)?;
    }
    let tree = tree(folder, offsets, nodes, size);
    let range = CompactRange::read(&tree, size)?;
    if range.root() != root {
        return Ok(Err(Fault::OtherRoot));
    }
    Ok(Ok(TreeWriter { tree, range, offsets: Vec::new(), nodes: Vec::new() }))
}

/// Appends what the log has beyond the tree, after a look whether both agree on where they meet.
fn follow<R: Records>(
    writer: &mut TreeWriter,
    records: &mut R,
) -> Result<Result<(), Fault>, R::Error> {
    let last = writer.size() - 1;
    let known = (writer.tree.place(last)?, writer.tree.node(0, last)?);
    let mut meets = None;
    records.each(last, &mut |place, leaf| {
        match meets {
            None => meets = Some((place, leaf) == known),
            Some(true) => take(writer, place, leaf)?,
            Some(false) => {}
        }
        Ok(())
    })?;
    match meets {
        Some(true) => Ok(Ok(writer.write()?)),
        Some(false) => Ok(Err(Fault::OtherPlace)),
        None => Err(TreeError::LogTooShort { size: last, checkpoint: last + 1 }.into()),
    }
}

/// Builds both files anew from the whole log, and compares its root with the checkpoint's.
fn rebuild<R: Records>(
    folder: &Path,
    (size, root): (u64, Hash),
    records: &mut R,
) -> Result<TreeWriter, R::Error> {
    let temporary = |file| folder.join(format!("{file}.tmp"));
    let create = |file| {
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(true).clone();
        writable(&temporary(file), options).map_err(TreeError::from)
    };
    let tree = tree(folder, create(OFFSETS_FILE)?, create(NODES_FILE)?, 0);
    let range = CompactRange::new();
    let mut writer = TreeWriter { tree, range, offsets: Vec::new(), nodes: Vec::new() };
    let mut reached = writer.root();
    records.each(0, &mut |place, leaf| {
        take(&mut writer, place, leaf)?;
        if writer.size() == size {
            reached = writer.root();
        }
        Ok(())
    })?;
    if writer.size() < size {
        return Err(TreeError::LogTooShort { size: writer.size(), checkpoint: size }.into());
    }
    if reached != root {
        return Err(TreeError::LogDisagrees { size, root: reached, checkpoint: root }.into());
    }
    writer.write()?;
    writer.tree.sync()?;
    // A crash up to here leaves the old files, or none, and temporary ones that nobody reads.
    for file in [OFFSETS_FILE, NODES_FILE] {
        let renamed = fs::rename(temporary(file), folder.join(file));
        renamed.attempt("rename a new file to", &folder.join(file)).map_err(TreeError::from)?;
        // A crash between the two leaves the old nodes, which still do not fit: built again.
    }
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.attempt("fsync the folder", folder).map_err(TreeError::from)?;
    Ok(writer)
}

fn take(writer: &mut TreeWriter, place: Place, leaf: Hash) -> Result<(), TreeError> {
    writer.gather(place, leaf);
    if writer.nodes.len() >= CHUNK_BYTES { writer.write() } else { Ok(()) }
}

fn tree(folder: &Path, offsets: File, nodes: File, size: u64) -> Tree {
    let (folder, size) = (folder.to_owned(), AtomicU64::new(size));
    Tree { shared: Arc::new(Shared { folder, offsets, nodes, size }) }
}

fn writable(path: &Path, mut options: OpenOptions) -> Result<File, DiskError> {
    options.read(true).write(true).open(path).attempt("open", path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::thread;

    use super::*;
    use crate::merkle::{TreeHash, consistency, inclusion, root};
    use proptest::prelude::*;

    /// A log of this many records, ten to a segment.
    struct Log(u64);

    impl Records for Log {
        type Error = TreeError;

        fn each(
            &mut self,
            from: u64,
            take: &mut dyn FnMut(Place, Hash) -> Result<(), TreeError>,
        ) -> Result<(), TreeError> {
            (from..self.0).try_for_each(|position| take(place(position), leaf(position)))
        }
    }

    fn place(position: u64) -> Place {
        Place { segment: position / 10 * 10, offset: position % 10 * 300 }
    }

    fn leaf(position: u64) -> Hash {
        Blake3::leaf(&position.to_le_bytes())
    }

    fn covered(size: u64) -> (u64, Hash) {
        (size, root::<Blake3>(&(0..size).map(leaf).collect::<Vec<_>>()))
    }

    fn append(writer: &mut TreeWriter, until: u64) {
        let records = (writer.size()..until).map(|position| (place(position), leaf(position)));
        writer.append(records).unwrap();
    }

    /// Everything that a tree of this size must answer.
    fn require_whole(tree: &Tree, size: u64) {
        assert_eq!(tree.size(), size);
        let root = covered(size).1;
        for position in 0..size {
            assert_eq!(tree.place(position).unwrap(), place(position));
            let proof = inclusion::prove::<Blake3, _>(tree, position, size).unwrap();
            inclusion::verify::<Blake3>(&leaf(position), position, size, &proof, &root).unwrap();
        }
        assert!(matches!(tree.place(size), Err(TreeError::NoPosition { .. })));
        assert!(matches!(tree.node(0, size), Err(TreeError::NoNode { .. })));
        assert!(matches!(tree.node(64, 0), Err(TreeError::NoNode { .. })));
        assert!(matches!(tree.node(0, u64::MAX), Err(TreeError::NoNode { .. })));
    }

    /// A folder with a tree over the first `size` records.
    fn folder_with(size: u64) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let (mut writer, _) = open(dir.path(), covered(0), &mut Log(0)).unwrap();
        append(&mut writer, size);
        dir
    }

    #[test]
    fn every_size_is_the_beginning_of_the_next_and_proofs_span_them() {
        let dir = tempfile::tempdir().unwrap();
        let (mut writer, opened) = open(dir.path(), covered(0), &mut Log(0)).unwrap();
        assert_eq!(opened, TreeOpened { kept: 0, appended: 0, rebuilt: None });
        for size in 1..=65 {
            append(&mut writer, size);
            assert_eq!((writer.size(), writer.root()), covered(size));
            require_whole(writer.tree(), size);
            for first in 0..size {
                let proof = consistency::prove::<Blake3, _>(writer.tree(), first, size).unwrap();
                let (old, new) = (covered(first).1, covered(size).1);
                consistency::verify::<Blake3>(first, size, &old, &new, &proof).unwrap();
            }
        }
    }

    #[test]
    fn a_tree_is_viewed_as_far_as_both_files_go() {
        for size in [0, 1, 2, 37, 64] {
            require_whole(&view(folder_with(size).path()).unwrap(), size);
        }
        let cut = |dir: &tempfile::TempDir, file: &str, length: u64| {
            let file = OpenOptions::new().write(true).open(dir.path().join(file)).unwrap();
            file.set_len(length).unwrap();
            view(dir.path()).unwrap()
        };
        let dir = folder_with(64);
        for entries in (0..120).rev() {
            let tree = cut(&dir, NODES_FILE, entries * NODE_BYTES + 7);
            assert!(nodes_of(tree.size()) <= entries && entries < nodes_of(tree.size() + 1));
            require_whole(&tree, tree.size());
        }
        let dir = folder_with(64);
        for entries in (0..64).rev() {
            require_whole(&cut(&dir, OFFSETS_FILE, entries * PLACE_BYTES + 7), entries);
        }
        assert!(view(&dir.path().join("none")).is_err());
    }

    #[test]
    fn what_the_checkpoint_covers_is_kept_and_the_rest_appended_again() {
        for (written, checkpoint, log) in [(40, 17, 45), (40, 40, 40), (40, 40, 41), (40, 1, 39)] {
            let dir = folder_with(written);
            // What no checkpoint covers may be anything after a power loss.
            let nodes = OpenOptions::new().write(true).open(dir.path().join(NODES_FILE)).unwrap();
            let spoiled = nodes_of(checkpoint) * NODE_BYTES;
            nodes.write_all_at(&[0xaa; 500], spoiled).unwrap();
            let (writer, opened) = open(dir.path(), covered(checkpoint), &mut Log(log)).unwrap();
            let appended = log - checkpoint;
            assert_eq!(opened, TreeOpened { kept: checkpoint, appended, rebuilt: None });
            require_whole(writer.tree(), log);
        }
    }

    #[test]
    fn damaged_short_and_deleted_files_are_built_anew() {
        let cut = |file: &str, length: u64| {
            let file = file.to_owned();
            move |folder: &Path| {
                let file = OpenOptions::new().write(true).open(folder.join(&file)).unwrap();
                file.set_len(length).unwrap();
            }
        };
        let spoil = |file: &str, offset: u64| {
            let file = file.to_owned();
            move |folder: &Path| {
                let file = OpenOptions::new().write(true).open(folder.join(&file)).unwrap();
                file.write_all_at(b"x", offset).unwrap();
            }
        };
        let remove = |file: &str| {
            let file = file.to_owned();
            move |folder: &Path| fs::remove_file(folder.join(&file)).unwrap()
        };
        type Damage = Box<dyn Fn(&Path)>;
        // 37 = 32 + 4 + 1 records: the last node is a peak, and so is node 62, at level 5.
        let cases: [(Damage, Fault); 9] = [
            (Box::new(remove(OFFSETS_FILE)), Fault::Missing),
            (Box::new(remove(NODES_FILE)), Fault::Missing),
            (Box::new(|folder| fs::remove_dir_all(folder).unwrap()), Fault::Missing),
            (Box::new(cut(OFFSETS_FILE, 37 * 16 - 1)), Fault::Short),
            (Box::new(cut(NODES_FILE, nodes_of(37) * 32 - 1)), Fault::Short),
            (Box::new(cut(NODES_FILE, 0)), Fault::Short),
            (Box::new(spoil(NODES_FILE, 62 * 32 + 3)), Fault::OtherRoot),
            (Box::new(spoil(NODES_FILE, nodes_of(37) * 32 - 1)), Fault::OtherRoot),
            (Box::new(spoil(OFFSETS_FILE, 36 * 16)), Fault::OtherPlace),
        ];
        for (number, (damage, fault)) in cases.into_iter().enumerate() {
            let dir = folder_with(37);
            damage(dir.path());
            let (writer, opened) = open(dir.path(), covered(37), &mut Log(40)).unwrap();
            let expected = TreeOpened { kept: 0, appended: 40, rebuilt: Some(fault) };
            assert_eq!(opened, expected, "case {number}");
            require_whole(writer.tree(), 40);
            drop(writer);
            let (_, opened) = open(dir.path(), covered(37), &mut Log(40)).unwrap();
            assert_eq!(opened, TreeOpened { kept: 37, appended: 3, rebuilt: None });
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
        }
    }

    #[test]
    fn a_log_that_the_checkpoint_does_not_fit_is_an_error_and_changes_nothing() {
        for size in [0, 20] {
            let dir = folder_with(size);
            let other = (20, leaf(7));
            let refused = open(dir.path(), other, &mut Log(30)).map(drop);
            assert!(matches!(refused, Err(TreeError::LogDisagrees { size: 20, .. })));
            for log in [0, 19] {
                let refused = open(dir.path(), covered(20), &mut Log(log)).map(drop);
                assert!(matches!(refused, Err(TreeError::LogTooShort { checkpoint: 20, .. })));
            }
        }
    }

    #[test]
    fn readers_prove_while_the_writer_appends() {
        let dir = tempfile::tempdir().unwrap();
        let (mut writer, _) = open(dir.path(), covered(0), &mut Log(0)).unwrap();
        append(&mut writer, 1);
        let tree = writer.tree().clone();
        let last = 3000;
        thread::scope(|scope| {
            for reader in 0..2 {
                let tree = tree.clone();
                scope.spawn(move || {
                    let mut rounds: u64 = reader;
                    while tree.size() < last {
                        let size = tree.size();
                        let root = CompactRange::<Blake3>::read(&tree, size).unwrap().root();
                        let at = rounds.wrapping_mul(0x9e37_79b9_7f4a_7c15) % size;
                        assert_eq!(tree.place(at).unwrap(), place(at));
                        let proof = inclusion::prove::<Blake3, _>(&tree, at, size).unwrap();
                        inclusion::verify::<Blake3>(&leaf(at), at, size, &proof, &root).unwrap();
                        rounds += 1;
                    }
                });
            }
            while writer.size() < last {
                let until = writer.size() + 1 + writer.size() % 7;
                append(&mut writer, until.min(last));
                writer.tree().sync().unwrap();
            }
        });
        assert_eq!((last, writer.root()), covered(last));
    }

    proptest! {
        #[test]
        fn nodes_stand_where_the_records_that_complete_them_put_them(size in 1u64..300) {
            let mut range = CompactRange::<Blake3>::new();
            let mut place = 0;
            for position in 0..size {
                assert_eq!(nodes_of(position), place);
                range.push(leaf(position), |level, index, _| {
                    assert_eq!(node_place(level, index, size), Some(place));
                    assert_eq!(node_place(level, index, position), None);
                    place += 1;
                });
            }
            prop_assert_eq!(nodes_of(size), place);
        }
    }
}
