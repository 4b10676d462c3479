//! `sealed/`: confidential values and their salts, beside the log that only commits to them.
//!
//! A value is durable here before the line that commits to it is written, so a committed record
//! never lacks its value. The reverse may happen and is harmless: a crash between the two, or a
//! failed commit, leaves entries whose commitment stands in no record. Nobody can name them, so
//! nobody is shown them, and a retry of the command seals anew with fresh salts.
//!
//! Files are numbered and rolled like segments; only the owner of the process may read them. Lines
//! are never moved or removed, so erasing a value is an overwrite in place. What a file system or a
//! disk keeps of overwritten blocks is beyond this file, and so are backups.
//!
//! What a crash leaves: an unterminated last line, whose record was never written, cut at opening;
//! an erased line whose blanking did not finish, finished at opening; an empty last file, which is
//! valid. A whole line that is not in the fixed form was spoiled by something else: it stays where
//! it is, is told, and its value counts as missing.

mod line;
mod table;
mod view;

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use self::line::{Content, Line};
pub use self::line::{Member, commitment};
use self::table::{Place, Table};
pub use self::view::{Seen, find, is_file_name, view};
use crate::log::disk::{DiskError, sync_folder};
use crate::merkle::Hash;

/// The folder's name in the data folder.
pub const FOLDER: &str = "sealed";
/// A file that has grown to this size is followed by a new one at the next batch.
const ROLL_AT_BYTES: u64 = 64 << 20;
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("{path}, byte {offset}: the value is not the one that {commitment} commits to")]
    Spoiled { path: PathBuf, offset: u64, commitment: Hash },
}

impl From<DiskError> for SealedError {
    fn from(DiskError { path, source, .. }: DiskError) -> SealedError {
        SealedError::Io { path, source }
    }
}

/// What is kept of a confidential value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub command: String,
    pub firm: String,
    pub pointer: String,
    /// Salt and canonical JSON; nothing once the value was erased.
    pub secret: Option<Secret>,
}

/// A confidential value as it is disclosed: with the salt that its commitment needs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    pub salt: [u8; 32],
    pub value: Vec<u8>,
}

/// Confidential values must not reach traces by accident.
impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// What opening found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SealedOpened {
    pub entries: u64,
    /// Bytes of an unterminated last line that were cut.
    pub cut_bytes: u64,
    /// Erased lines whose blanking a crash had interrupted.
    pub finished_erasures: u64,
    /// Lines that are not in the fixed form: path and byte.
    pub spoiled: Vec<(PathBuf, u64)>,
}

/// The values of one batch, not yet on disk.
#[derive(Default)]
pub struct SealedBatch {
    bytes: Vec<u8>,
    /// Commitment and where its line begins in `bytes`.
    members: Vec<(Hash, u32)>,
}

/// A place in a batch to return to when the command that sealed behind it is refused.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    bytes: usize,
    members: usize,
}

impl SealedBatch {
    /// Takes a value and answers what stands for it in BODY.
    pub fn seal(&mut self, member: &Member<'_>) -> Hash {
        let offset = u32::try_from(self.bytes.len()).expect("a batch is far below 4 GiB");
        let commitment = line::encode(&mut self.bytes, member);
        self.members.push((commitment, offset));
        commitment
    }

    pub fn mark(&self) -> Mark {
        Mark { bytes: self.bytes.len(), members: self.members.len() }
    }

    pub fn undo_to(&mut self, mark: Mark) {
        self.bytes.truncate(mark.bytes);
        self.members.truncate(mark.members);
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// A value of this batch, for a retry that arrives in the same batch as its original.
    pub fn find(&self, commitment: &Hash) -> Option<Entry> {
        let (_, offset) = self.members.iter().find(|(member, _)| member == commitment)?;
        let rest = &self.bytes[*offset as usize..];
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        line::parse(&rest[..end]).map(|line| entry(&line))
    }
}

/// The one that appends. Owned by the writer.
pub struct SealedWriter {
    sealed: Sealed,
    active: Arc<File>,
    active_number: u32,
    active_bytes: u64,
    roll_at_bytes: u64,
}

/// The ones that look up and erase. Clones share one table.
#[derive(Clone)]
pub struct Sealed {
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    table: RwLock<Table>,
    /// One erasure at a time; lookups and appends do not wait for it.
    erasing: Mutex<()>,
}

/// Opens the folder, which is made when it is missing, and reads all of it once.
pub fn open(folder: &Path) -> Result<(SealedWriter, Sealed, SealedOpened), SealedError> {
    open_rolling_at(folder, ROLL_AT_BYTES)
}

fn open_rolling_at(
    folder: &Path,
    roll_at_bytes: u64,
) -> Result<(SealedWriter, Sealed, SealedOpened), SealedError> {
    if !folder.exists() {
        DirBuilder::new().mode(FOLDER_MODE).create(folder).map_err(at(folder))?;
        if let Some(parent) = folder.parent() {
            sync_folder(parent)?;
        }
    }
    restrict(folder, FOLDER_MODE)?;
    let mut opened = SealedOpened::default();
    let mut table = Table::default();
    let mut last = None;
    for number in numbers(folder)? {
        let path = path_of(folder, number);
        restrict(&path, FILE_MODE)?;
        let file = OpenOptions::new().read(true).write(true).open(&path).map_err(at(&path))?;
        let bytes = scan(&path, &file, number, &mut table, &mut opened)?;
        let file = Arc::new(file);
        table.add_file(number, Arc::clone(&file));
        last = Some((number, file, bytes));
    }
    let (active_number, active, active_bytes) = match last {
        Some(last) => last,
        None => {
            let file = create(folder, 0)?;
            table.add_file(0, Arc::clone(&file));
            (0, file, 0)
        }
    };
    let shared =
        Shared { folder: folder.to_path_buf(), table: RwLock::new(table), erasing: Mutex::new(()) };
    let sealed = Sealed { shared: Arc::new(shared) };
    let writer =
        SealedWriter { sealed: sealed.clone(), active, active_number, active_bytes, roll_at_bytes };
    Ok((writer, sealed, opened))
}

impl SealedWriter {
    /// Makes the batch durable and empties it. After an error the writer must not be used again:
    /// how much of the batch is on disk is unknown, and an fdatasync is never retried.
    pub fn commit(&mut self, batch: &mut SealedBatch) -> Result<(), SealedError> {
        if batch.is_empty() {
            return Ok(());
        }
        if self.active_bytes >= self.roll_at_bytes {
            // The old file is durable: every batch before this one was. A crash here leaves an
            // empty last file.
            let number = self.active_number + 1;
            self.active = create(&self.sealed.shared.folder, number)?;
            self.active_number = number;
            self.active_bytes = 0;
            self.sealed.shared.write_table().add_file(number, Arc::clone(&self.active));
        }
        let path = || path_of(&self.sealed.shared.folder, self.active_number);
        let io = |source| SealedError::Io { path: path(), source };
        self.active.write_all_at(&batch.bytes, self.active_bytes).map_err(io)?;
        self.active.sync_data().map_err(io)?;
        // A crash from here on leaves entries that no record names, until the log's own line is
        // durable.
        let mut table = self.sealed.shared.write_table();
        for (commitment, offset) in batch.members.drain(..) {
            let offset = file_offset(self.active_bytes + u64::from(offset));
            table.insert(&commitment, Place { file: self.active_number, offset });
        }
        drop(table);
        self.active_bytes += batch.bytes.len() as u64;
        batch.bytes.clear();
        Ok(())
    }
}

impl Sealed {
    /// What is kept for a commitment; nothing when it was never kept here.
    pub fn find(&self, commitment: &Hash) -> Result<Option<Entry>, SealedError> {
        Ok(self.locate(commitment)?.map(|found| found.entry))
    }

    /// Overwrites salt and value for ever. The log still verifies: it holds the commitment only.
    /// False when there was nothing left to erase.
    pub fn erase(&self, commitment: &Hash) -> Result<bool, SealedError> {
        let _one = self.shared.erasing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(found) = self.locate(commitment)? else { return Ok(false) };
        if found.entry.secret.is_none() {
            return Ok(false);
        }
        blank(&found.file, found.offset + found.secret as u64, found.length - found.secret)
            .map_err(at(&path_of(&self.shared.folder, found.number)))?;
        Ok(true)
    }

    fn locate(&self, commitment: &Hash) -> Result<Option<Found>, SealedError> {
        for (place, file) in self.shared.read_table().candidates(commitment) {
            let path = path_of(&self.shared.folder, place.file);
            let offset = u64::from(place.offset);
            // A second look, because an erasure may have passed between two pages of the first.
            for look in 0..2 {
                let bytes = read_line(&file, offset).map_err(at(&path))?;
                let Some(line) = line::parse(&bytes) else { break };
                if line.commitment != *commitment {
                    break;
                }
                if line.verify() {
                    let (entry, secret, length) = (entry(&line), line.secret, bytes.len());
                    let number = place.file;
                    return Ok(Some(Found { entry, file, number, offset, secret, length }));
                }
                if look == 1 {
                    return Err(SealedError::Spoiled { path, offset, commitment: *commitment });
                }
            }
        }
        Ok(None)
    }
}

/// An entry and where its line stands.
struct Found {
    entry: Entry,
    file: Arc<File>,
    number: u32,
    offset: u64,
    /// Where the secret part begins in the line, and how long the line is without its LF.
    secret: usize,
    length: usize,
}

impl Shared {
    fn read_table(&self) -> std::sync::RwLockReadGuard<'_, Table> {
        // Inserting into the table cannot panic half-way, so a poisoned lock guards a whole table.
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_table(&self) -> std::sync::RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry(line: &Line<'_>) -> Entry {
    let secret = match line.content {
        Content::Kept { salt, value } => Some(Secret { salt, value: value.to_vec() }),
        Content::Erased { .. } => None,
    };
    Entry {
        command: line.command.to_owned(),
        firm: line.firm.to_owned(),
        pointer: line.pointer.to_owned(),
        secret,
    }
}

/// Blanks the secret part of a line. One byte first, which cannot be torn: from then on the line
/// counts as erased, and a crash before the second step is repaired at opening.
fn blank(file: &File, at: u64, length: usize) -> io::Result<()> {
    file.write_all_at(b"}", at)?;
    file.sync_data()?;
    file.write_all_at(&vec![b' '; length - 1], at + 1)?;
    file.sync_data()
}

/// Fills the table from one file, cuts its torn tail, finishes erasures; answers its length.
fn scan(
    path: &Path,
    file: &File,
    number: u32,
    table: &mut Table,
    opened: &mut SealedOpened,
) -> Result<u64, SealedError> {
    let bytes = fs::read(path).map_err(at(path))?;
    let mut start = 0;
    while let Some(length) = bytes[start..].iter().position(|byte| *byte == b'\n') {
        match line::parse(&bytes[start..start + length]) {
            None => opened.spoiled.push((path.to_path_buf(), start as u64)),
            Some(line) => {
                let place = Place { file: number, offset: file_offset(start as u64) };
                table.insert(&line.commitment, place);
                opened.entries += 1;
                if line.content == (Content::Erased { finished: false }) {
                    blank(file, (start + line.secret) as u64, length - line.secret)
                        .map_err(at(path))?;
                    opened.finished_erasures += 1;
                }
            }
        }
        start += length + 1;
    }
    if start < bytes.len() {
        opened.cut_bytes += (bytes.len() - start) as u64;
        file.set_len(start as u64).map_err(at(path))?;
        file.sync_all().map_err(at(path))?;
    }
    Ok(start as u64)
}

fn read_line(file: &File, offset: u64) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut chunk = [0; 1024];
    loop {
        let read = file.read_at(&mut chunk, offset + line.len() as u64)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let chunk = &chunk[..read];
        if let Some(end) = chunk.iter().position(|byte| *byte == b'\n') {
            line.extend_from_slice(&chunk[..end]);
            return Ok(line);
        }
        line.extend_from_slice(chunk);
    }
}

/// The numbers of the folder's files, in order. Other names are left alone.
fn numbers(folder: &Path) -> Result<Vec<u32>, SealedError> {
    let mut numbers = Vec::new();
    for file in fs::read_dir(folder).map_err(at(folder))? {
        let name = file.map_err(at(folder))?.file_name();
        numbers.extend(name.to_str().and_then(number_of));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Only the exact form: any other file in the folder is none of ours.
fn number_of(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".sealed")?.parse().ok()?;
    (file_name(number) == name).then_some(number)
}

fn file_name(number: u32) -> String {
    format!("{number:08}.sealed")
}

fn path_of(folder: &Path, number: u32) -> PathBuf {
    folder.join(file_name(number))
}

fn create(folder: &Path, number: u32) -> Result<Arc<File>, SealedError> {
    let path = path_of(folder, number);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(&path)
        .map_err(at(&path))?;
    file.sync_all().map_err(at(&path))?;
    sync_folder(folder)?;
    Ok(Arc::new(file))
}

/// Takes group's and others' rights away, should a restored copy have brought them.
fn restrict(path: &Path, mode: u32) -> Result<(), SealedError> {
    let now = fs::metadata(path).map_err(at(path))?.permissions().mode();
    if now & 0o077 != 0 {
        fs::set_permissions(path, Permissions::from_mode(mode)).map_err(at(path))?;
    }
    Ok(())
}

fn file_offset(offset: u64) -> u32 {
    u32::try_from(offset).expect("files are rolled far below 4 GiB")
}

fn at(path: &Path) -> impl Fn(io::Error) -> SealedError + '_ {
    move |source| SealedError::Io { path: path.to_path_buf(), source }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn member<'a>(command: &'a str, salt: &'a [u8; 32], value: &'a [u8]) -> Member<'a> {
        Member { command, firm: "frm_1", pointer: "/data/price/amount", salt, value }
    }

    fn kept(sealed: &Sealed, commitment: &Hash) -> Option<Vec<u8>> {
        sealed.find(commitment).unwrap().unwrap().secret.map(|secret| secret.value)
    }

    /// One batch with these values; their commitments.
    fn commit(writer: &mut SealedWriter, values: &[&str]) -> Vec<Hash> {
        let mut batch = SealedBatch::default();
        let salt = crate::merkle::plain(values[0].as_bytes()).0;
        let commitments =
            values.iter().map(|value| batch.seal(&member("cmd_1", &salt, value.as_bytes())));
        let commitments = commitments.collect();
        writer.commit(&mut batch).unwrap();
        assert!(batch.is_empty());
        commitments
    }

    #[test]
    fn values_are_found_at_once_and_after_opening_again_across_files() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("sealed");
        let (mut writer, sealed, _) = open_rolling_at(&folder, 600).unwrap();
        let mut all = Vec::new();
        for batch in 0..10 {
            let (a, b) = (format!("\"a{batch}\""), format!("\"b{batch}\""));
            let commitments = commit(&mut writer, &[&a, &b]);
            all.extend(commitments.into_iter().zip([a, b]));
        }
        assert!(numbers(&folder).unwrap().len() > 3);
        for (commitment, value) in &all {
            assert_eq!(kept(&sealed, commitment).unwrap(), value.as_bytes());
        }
        drop(writer);
        let (_, sealed, opened) = open_rolling_at(&folder, 600).unwrap();
        assert_eq!(opened, SealedOpened { entries: 20, ..SealedOpened::default() });
        for (commitment, value) in &all {
            assert_eq!(kept(&sealed, commitment).unwrap(), value.as_bytes());
        }
        assert_eq!(sealed.find(&crate::merkle::plain(b"other")).unwrap(), None);
    }

    #[test]
    fn only_the_owner_may_read() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("sealed");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        drop(open(&folder).unwrap());
        let file = path_of(&folder, 0);
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        drop(open(&folder).unwrap());
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    }

    #[test]
    fn an_erased_value_is_nowhere_in_the_file_and_its_neighbours_stay() {
        let dir = tempfile::tempdir().unwrap();
        let (mut writer, sealed, _) = open(dir.path()).unwrap();
        let commitments = commit(&mut writer, &["\"first\"", "\"secret\"", "\"last\""]);
        let length = fs::metadata(path_of(dir.path(), 0)).unwrap().len();
        assert!(sealed.erase(&commitments[1]).unwrap());
        assert!(!sealed.erase(&commitments[1]).unwrap(), "there is nothing left");
        let text = fs::read_to_string(path_of(dir.path(), 0)).unwrap();
        assert!(!text.contains("secret") && text.contains("first") && text.contains("last"));
        assert_eq!(text.len() as u64, length);
        for sealed in [sealed, open(dir.path()).unwrap().1] {
            assert_eq!(kept(&sealed, &commitments[0]).unwrap(), b"\"first\"");
            assert_eq!(kept(&sealed, &commitments[1]), None);
            assert_eq!(kept(&sealed, &commitments[2]).unwrap(), b"\"last\"");
        }
    }

    #[test]
    fn an_interrupted_erasure_is_finished_at_opening() {
        let dir = tempfile::tempdir().unwrap();
        let (mut writer, sealed, _) = open(dir.path()).unwrap();
        let commitment = commit(&mut writer, &["\"secret\""])[0];
        let found = sealed.locate(&commitment).unwrap().unwrap();
        found.file.write_all_at(b"}", found.offset + found.secret as u64).unwrap();
        assert_eq!(kept(&sealed, &commitment), None);
        let (_, sealed, opened) = open(dir.path()).unwrap();
        assert_eq!(opened.finished_erasures, 1);
        assert_eq!(kept(&sealed, &commitment), None);
        assert!(!fs::read_to_string(path_of(dir.path(), 0)).unwrap().contains("secret"));
        assert_eq!(open(dir.path()).unwrap().2.finished_erasures, 0);
    }

    #[test]
    fn a_torn_tail_is_cut_wherever_it_was_torn() {
        let dir = tempfile::tempdir().unwrap();
        let (mut writer, ..) = open(dir.path()).unwrap();
        let first = commit(&mut writer, &["\"first\""])[0];
        let path = path_of(dir.path(), 0);
        let whole = fs::read(&path).unwrap().len();
        let last = commit(&mut writer, &["\"last\""])[0];
        drop(writer);
        let bytes = fs::read(&path).unwrap();
        for length in whole..bytes.len() {
            fs::write(&path, &bytes[..length]).unwrap();
            let (mut writer, sealed, opened) = open(dir.path()).unwrap();
            assert_eq!(opened.cut_bytes, (length - whole) as u64);
            assert_eq!(kept(&sealed, &first).unwrap(), b"\"first\"");
            assert_eq!(sealed.find(&last).unwrap(), None);
            assert_eq!(commit(&mut writer, &["\"last\""])[0], last);
            assert_eq!(kept(&sealed, &last).unwrap(), b"\"last\"");
        }
    }

    #[test]
    fn a_spoiled_line_is_told_and_hides_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let (mut writer, ..) = open(dir.path()).unwrap();
        let commitments = commit(&mut writer, &["\"first\"", "\"other\"", "\"last\""]);
        let path = path_of(dir.path(), 0);
        let mut bytes = fs::read(&path).unwrap();
        let value = bytes.windows(5).position(|w| w == b"other").unwrap();
        bytes[value] ^= 1;
        bytes[0] = b'x';
        fs::write(&path, &bytes).unwrap();
        let (_, sealed, opened) = open(dir.path()).unwrap();
        assert_eq!(opened.spoiled, [(path, 0)]);
        assert_eq!(sealed.find(&commitments[0]).unwrap(), None);
        assert!(matches!(sealed.find(&commitments[1]), Err(SealedError::Spoiled { .. })));
        assert_eq!(kept(&sealed, &commitments[2]).unwrap(), b"\"last\"");
    }

    #[test]
    fn a_refused_command_leaves_nothing_in_the_batch() {
        let mut batch = SealedBatch::default();
        let first = batch.seal(&member("cmd_1", &[1; 32], b"1"));
        let mark = batch.mark();
        let refused = batch.seal(&member("cmd_2", &[2; 32], b"2"));
        assert_eq!(batch.find(&refused).unwrap().command, "cmd_2");
        batch.undo_to(mark);
        assert_eq!(batch.find(&refused), None);
        assert_eq!(batch.find(&first).unwrap().secret.unwrap().value, b"1");
    }
}
