//! Reading committed records, while others are being appended.
//!
//! Invariant: a reader sees a batch as a whole or not at all, and only after it is durable: the
//! table of committed bytes is extended first, then the size is published. What it hands out was
//! verified: hashes, form and position, so a flipped bit is an error and never an answer.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock, RwLockReadGuard};

use thiserror::Error;

use crate::log::batch::Batch;
use crate::log::disk::{Attempt, Disk, DiskError, DiskFile};
use crate::log::survey::Survey;
use crate::log::table::Table;
use crate::log::{Defect, Offsets, Place, segment};
use crate::record::{Head, LINE_LIMIT, Line, LineError};

/// Read at once when many records are asked for.
const LARGE_READ: usize = 1 << 20;

/// Read at once when one record is asked for: most lines are shorter.
const SMALL_READ: usize = 4 << 10;

/// Roughly the length of a line, to guess how much a scan will read.
const USUAL_LINE: u64 = 2 << 10;

/// How many segment files are kept open for reading.
const OPEN_FILES: usize = 16;

const UNPOISONED: &str = "nothing panics while it holds this lock";

#[derive(Debug, Error)]
pub enum LogError {
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("record {position} was asked for, and the log has {size}")]
    Beyond { position: u64, size: u64 },
    #[error("{}, byte {offset}: record {position} is damaged: {defect}", .file.display())]
    Damaged { position: u64, file: PathBuf, offset: u64, defect: Defect },
    #[error("{} ends before record {position}, which belongs there", .file.display())]
    Missing { position: u64, file: PathBuf },
}

/// A record as it was found, verified.
#[derive(Debug)]
pub struct Stored<'a> {
    pub place: Place,
    pub head: Head,
    pub line: Line<'a>,
    /// The whole line, without its LF.
    pub bytes: &'a [u8],
}

/// Reads what is committed; cheap to clone.
#[derive(Clone)]
pub struct LogReader(Arc<Shared>);

struct Shared {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    offsets: OnceLock<Box<dyn Offsets>>,
    size: AtomicU64,
    table: RwLock<Table>,
    /// Files are never replaced once the log is open, so a handle stays good.
    files: Mutex<VecDeque<(u64, OpenFile)>>,
}

type OpenFile = (Arc<dyn DiskFile>, u64);

impl LogReader {
    pub(super) fn new(disk: Arc<dyn Disk>, folder: PathBuf, found: Survey) -> LogReader {
        let table = Table::new(&found.segments, found.starts, found.kept as u64);
        LogReader(Arc::new(Shared {
            disk,
            folder,
            offsets: OnceLock::new(),
            size: AtomicU64::new(found.size),
            table: RwLock::new(table),
            files: Mutex::new(VecDeque::new()),
        }))
    }

    /// Shows a batch that is durable, at this offset of this segment.
    pub(super) fn publish(&self, segment: u64, offset: u64, batch: &Batch) {
        let covered = self.covered_by_offsets();
        self.0.table.write().expect(UNPOISONED).extend(segment, offset, batch, covered);
        self.0.size.store(batch.next, Ordering::Release);
    }

    /// Lets older records be found without reading their segment. The first call counts, for all
    /// clones; it comes after opening, because the tree is opened over the log.
    pub fn use_offsets(&self, offsets: Box<dyn Offsets>) {
        // A second one would tell the same.
        let _ = self.0.offsets.set(offsets);
    }

    /// How many records are committed.
    pub fn size(&self) -> u64 {
        self.0.size.load(Ordering::Acquire)
    }

    /// A record's line, without its LF.
    pub fn read(&self, position: u64) -> Result<Vec<u8>, LogError> {
        let size = self.size();
        if position >= size {
            return Err(LogError::Beyond { position, size });
        }
        let known = self.table().place(position);
        if let Some(place) = known {
            return self.line_at(place, position);
        }
        let offered = self.offered(position).and_then(|place| self.line_at(place, position).ok());
        match offered {
            Some(line) => Ok(line),
            None => self.line_at(self.searched(position)?, position),
        }
    }

    /// Every line from position `from` to before `to`, with its position and without its LF.
    pub fn scan<E: From<LogError>>(
        &self,
        from: u64,
        to: u64,
        mut each: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.scan_stored(from, to, |stored| each(stored.head.position, stored.bytes))
    }

    /// As [`LogReader::scan`], with the record's place and HEAD, which were read for verifying
    /// anyway.
    pub fn scan_stored<E: From<LogError>>(
        &self,
        from: u64,
        to: u64,
        mut each: impl FnMut(&Stored<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.check_range(from, to)?;
        let guess = (to.saturating_sub(from)).saturating_mul(USUAL_LINE);
        let chunk = usize::try_from(guess).unwrap_or(LARGE_READ).clamp(SMALL_READ, LARGE_READ);
        let mut position = from;
        while position < to {
            let next_segment = self.table().containing(position).1;
            let end = next_segment.map_or(to, |next| next.min(to));
            let mut lines = self.lines(self.place(position)?, position, chunk)?;
            while position < end {
                each(&lines.next_record(position)?)?;
                position += 1;
            }
        }
        Ok(())
    }

    fn check_range(&self, from: u64, to: u64) -> Result<(), LogError> {
        let size = self.size();
        if from < to && to > size {
            return Err(LogError::Beyond { position: from.max(size), size });
        }
        Ok(())
    }

    fn table(&self) -> RwLockReadGuard<'_, Table> {
        self.0.table.read().expect(UNPOISONED)
    }

    /// Where a committed record stands. What the offsets offer is looked at before it is believed.
    fn place(&self, position: u64) -> Result<Place, LogError> {
        let known = self.table().place(position);
        if let Some(place) = known {
            return Ok(place);
        }
        match self.offered(position).filter(|place| self.line_at(*place, position).is_ok()) {
            Some(place) => Ok(place),
            None => self.searched(position),
        }
    }

    /// The record's line, if it stands at this place.
    fn line_at(&self, place: Place, position: u64) -> Result<Vec<u8>, LogError> {
        let mut lines = self.lines(place, position, SMALL_READ)?;
        Ok(lines.next_record(position)?.bytes.to_vec())
    }

    fn covered_by_offsets(&self) -> u64 {
        self.0.offsets.get().map_or(0, |offsets| offsets.size())
    }

    /// Where the offsets say that a record stands.
    fn offered(&self, position: u64) -> Option<Place> {
        let offsets = self.0.offsets.get().filter(|offsets| position < offsets.size())?;
        let segment = self.table().containing(position).0.first;
        offsets.place(position).filter(|place| place.segment == segment)
    }

    /// Where a record stands, by reading its segment once.
    fn searched(&self, position: u64) -> Result<Place, LogError> {
        let segment = self.table().containing(position).0.first;
        let starts = self.line_starts(segment)?;
        let covered = self.covered_by_offsets();
        let mut table = self.0.table.write().expect(UNPOISONED);
        table.learn(segment, starts, covered);
        let file = segment::path(&self.0.folder, segment);
        table.place(position).ok_or(LogError::Missing { position, file })
    }

    /// Where the lines of a segment begin, by reading it.
    fn line_starts(&self, segment: u64) -> Result<Vec<u64>, LogError> {
        let begin = Place { segment, offset: 0 };
        let mut lines = self.lines(begin, segment, LARGE_READ)?;
        let mut starts = Vec::new();
        while !lines.is_at_end() {
            let (offset, _) = lines.next_line(segment + starts.len() as u64)?;
            starts.push(offset);
        }
        Ok(starts)
    }

    /// The lines of one segment from a place on, as far as they are committed.
    fn lines(&self, from: Place, position: u64, chunk: usize) -> Result<Lines, LogError> {
        let path = segment::path(&self.0.folder, from.segment);
        let committed = self.table().containing(position).0.committed;
        let (file, length) = self.file(from.segment, &path)?;
        // The active segment's file may be longer already, or longer than when it was opened.
        let end = committed.unwrap_or(length);
        let (segment, at) = (from.segment, from.offset.min(end));
        Ok(Lines { file, path, segment, at, end, chunk, buffer: Vec::new(), start: 0 })
    }

    /// A segment's file, and how long it was when it was opened.
    fn file(&self, segment: u64, path: &Path) -> Result<OpenFile, LogError> {
        let mut files = self.0.files.lock().expect(UNPOISONED);
        if let Some((_, open)) = files.iter().find(|(first, _)| *first == segment) {
            return Ok(open.clone());
        }
        let file: Arc<dyn DiskFile> = self.0.disk.open_read(path).attempt("open", path)?.into();
        let length = file.length().attempt("measure", path)?;
        files.truncate(OPEN_FILES - 1);
        files.push_front((segment, (Arc::clone(&file), length)));
        Ok((file, length))
    }
}

/// Lines of one segment, read in chunks.
struct Lines {
    file: Arc<dyn DiskFile>,
    path: PathBuf,
    segment: u64,
    /// Offset in the file behind the buffer.
    at: u64,
    /// Offset behind the last committed byte.
    end: u64,
    chunk: usize,
    /// What was read and not consumed begins at `start`.
    buffer: Vec<u8>,
    start: usize,
}

impl Lines {
    fn is_at_end(&self) -> bool {
        self.at == self.end && self.start == self.buffer.len()
    }

    /// The next line, which must be that of this record.
    fn next_record(&mut self, position: u64) -> Result<Stored<'_>, LogError> {
        if self.is_at_end() {
            return Err(LogError::Missing { position, file: self.path.clone() });
        }
        let (offset, range) = self.next_line(position)?;
        let (place, bytes) = (Place { segment: self.segment, offset }, &self.buffer[range]);
        let verified = Line::split(bytes).and_then(|line| Ok((line, line.verify()?)));
        let defect = match verified {
            Ok((line, head)) if head.position == position => {
                return Ok(Stored { place, head, line, bytes });
            }
            Ok((_, head)) => Defect::OtherRecord(head.position),
            Err(error) => error.into(),
        };
        Err(LogError::Damaged { position, file: self.path.clone(), offset, defect })
    }

    /// The next line's offset in the file and its range in the buffer.
    fn next_line(&mut self, position: u64) -> Result<(u64, Range<usize>), LogError> {
        loop {
            let rest = &self.buffer[self.start..];
            let offset = self.at - rest.len() as u64;
            if let Some(length) = segment::line_length(rest) {
                let range = self.start..self.start + length;
                self.start = range.end + 1;
                return Ok((offset, range));
            }
            let defect = if rest.len() >= LINE_LIMIT {
                Defect::Line(LineError::Form)
            } else if self.at < self.end {
                self.read_more()?;
                continue;
            } else {
                Defect::Unended
            };
            return Err(LogError::Damaged { position, file: self.path.clone(), offset, defect });
        }
    }

    fn read_more(&mut self) -> Result<(), LogError> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let filled = self.buffer.len();
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let wanted = left.min(self.chunk);
        self.buffer.resize(filled + wanted, 0);
        let read = self.file.read_at(&mut self.buffer[filled..], self.at);
        let read = read.attempt("read", &self.path)?;
        self.buffer.truncate(filled + read);
        self.at += read as u64;
        if read < wanted {
            // The file is shorter than what was committed; whoever asks for more is told so.
            self.end = self.at;
        }
        Ok(())
    }
}
