//! A durable queue of weighings at a gate whose network is bad: a folder of two append-only files.
//!
//! `entries` holds a head, then one line for each weighing: the ledger's own command, or one for
//! each part of a weighing that is split over several deliveries, ready to be sent, with ids and
//! ticket number, made once. The parts of a split share one line and one number, so a crash leaves
//! all of them or none. `answers` holds what a ledger said about
//! them. Entries are never rewritten. Both are chained lines ([`lines`]).
//!
//! Invariants: an entry is on disk before its ticket is printed; a scale's counter has no gap and
//! gives no number twice; whatever is sent is on disk, so a command id never stands for two
//! contents; an entry is a command that the ledger's own strict reader takes.
//!
//! What a crash leaves, step by step:
//!
//! 1. The lock is taken, the file opened. *A crash* leaves the folder as it was; the system lets go
//!    of the lock.
//! 2. A torn line at the end is copied to `torn` and synced, then cut, then the file is synced. *A
//!    crash between them* leaves the torn line, which is copied and cut again.
//! 3. The new line is written. *A crash* leaves none, a part or all of it. A part is cut at the
//!    next opening: nothing was printed, its number goes to the next weighing, and it was never
//!    sent, because who sends opens the file and syncs it first.
//! 4. It is synced. *A crash after it* leaves a weighing whose ticket may not have been printed. It
//!    is sent like any other; asked again with the same reference, its ticket is printed, and
//!    nothing is counted twice. Without a reference nobody can tell it from a second truck, so
//!    weighbridge programs should give one.
//! 5. The ticket is printed.
//! 6. Entries are sent. *A crash or a lost answer* leaves them waiting; sent again, the ledger
//!    answers the same, because ids make commands idempotent for ever.
//! 7. Answers are written and synced. *A crash* leaves a part of them; the rest is asked again.
//!
//! Adding and sending take different locks: a gate never waits for a network.

pub mod entry;
mod lines;

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::domain::command::{Command, Malformed};
use crate::domain::id::ScaleId;
use crate::domain::text::Text;
use crate::domain::time::UtcMillis;
use crate::record::canonical::canonical;
use entry::{Answer, Entry, FORMAT, Head, Numbered, Slip};
use lines::Lines;

const ENTRIES: &str = "entries";
const ANSWERS: &str = "answers";
const TORN: &str = "torn";
const LOCK: &str = "lock";
const UPLOAD_LOCK: &str = "upload.lock";

const ENTRIES_KIND: &str = "symbiosis spool entries";
const ANSWERS_KIND: &str = "symbiosis spool answers";

/// How long another process at the same spool is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Error)]
pub enum SpoolError {
    #[error("could not {attempt} {}: {source}", .path.display())]
    Disk { attempt: &'static str, path: PathBuf, source: io::Error },
    #[error("{} is held by another process", .0.display())]
    Held(PathBuf),
    #[error("{} holds something else than a spool; give an empty folder", .0.display())]
    Foreign(PathBuf),
    #[error("there is no spool in {}; `symbiosis spool add` makes one", .0.display())]
    None(PathBuf),
    #[error(
        "{} is damaged at line {line}, and whole lines follow it: no crash leaves that. Take a \
         copy of the folder, and go on in a new one with another prefix", .path.display()
    )]
    Damaged { path: PathBuf, line: usize },
    #[error(
        "{} ends before weighing {entry}, of which a ledger has answered: weighings are lost that \
         were on disk. Take a copy of the folder, and go on in a new one with another prefix",
        .path.display()
    )]
    Lost { path: PathBuf, entry: u64 },
    #[error("{} holds what this program does not know: {why}", .path.display())]
    Unknown { path: PathBuf, why: String },
    #[error("{}: {} ({})", .0.code, .0.message, .0.pointer)]
    Malformed(Malformed),
    #[error("reference {reference} is ticket {number} already, with another content")]
    ReferenceTaken { reference: Text, number: Text },
    #[error("prefix {0:?} ends in a digit; numbers of two prefixes could be the same then")]
    Prefix(String),
}

/// Says what an operation was for, when it fails.
trait Attempt<T> {
    fn attempt(self, attempt: &'static str, path: &Path) -> Result<T, SpoolError>;
}

impl<T> Attempt<T> for io::Result<T> {
    fn attempt(self, attempt: &'static str, path: &Path) -> Result<T, SpoolError> {
        self.map_err(|source| SpoolError::Disk { attempt, path: path.to_owned(), source })
    }
}

/// A weighing to be added.
pub struct Weighing<'a> {
    pub at: UtcMillis,
    /// What stands before the counter in the ticket's number.
    pub prefix: Option<&'a str>,
    pub reference: Option<Text>,
    pub scale: ScaleId,
    pub slip: Slip,
    /// Its commands as JSON, with what is made once for it: one, or one for each part of a split.
    pub commands: &'a dyn Fn(&Numbered) -> Vec<String>,
}

/// What came of adding.
pub struct Added {
    pub entry: Entry,
    pub commands: Vec<Command>,
    /// It was there already, under its reference.
    pub again: bool,
}

/// A spool that this process holds.
pub struct Spool {
    entries: Lines,
    head: Head,
    list: Vec<Entry>,
    /// How many bytes of a torn line were cut.
    pub cut: usize,
    _lock: File,
}

impl Spool {
    /// Opens a spool, or makes one with this tag. Waits a while for another process.
    pub fn open(folder: &Path, tag: &str) -> Result<Spool, SpoolError> {
        make(folder)?;
        let lock = lock(&folder.join(LOCK), LOCK_PATIENCE)?;
        let path = folder.join(ENTRIES);
        let keep = |torn: &[u8]| keep_torn(folder, torn);
        let (mut entries, found) = Lines::open(&path, ENTRIES_KIND, true, keep)?;
        // Whoever made the file may have been killed before its name was on disk.
        sync_folder(folder)?;
        let cut = found.torn.len();
        let (head, list) = match found.texts.split_first() {
            Some((head, list)) => (head_of(&path, head)?, parsed(&path, list)?),
            None => {
                let head = Head { format: FORMAT, tag: tag.to_owned() };
                entries.append(&[json(&head)])?;
                (head, Vec::new())
            }
        };
        let answered = read_answers(folder)?.into_keys().next_back();
        if let Some(entry) = answered.filter(|entry| *entry >= list.len() as u64) {
            return Err(SpoolError::Lost { path, entry });
        }
        Ok(Spool { entries, head, list, cut, _lock: lock })
    }

    /// The time of the last weighing.
    pub fn last_at(&self) -> Option<UtcMillis> {
        let last = self.list.last()?;
        Command::parse(last.command.get()).ok().map(|command| command.occurred_at)
    }

    /// Counts a weighing and puts it on disk. What the ledger's reader refuses is not counted.
    pub fn add(&mut self, weighing: Weighing<'_>) -> Result<Added, SpoolError> {
        let known = weighing.reference.as_ref().and_then(|reference| {
            self.list.iter().position(|entry| entry.reference.as_ref() == Some(reference))
        });
        if let Some(place) = known {
            return self.again(place, &weighing);
        }
        let own = self.list.iter().filter(|entry| entry.scale == weighing.scale);
        let counter = own.map(|entry| entry.counter).max().unwrap_or(0) + 1;
        let prefix = weighing.prefix.map_or_else(|| self.head.prefix(), ToOwned::to_owned);
        if prefix.ends_with(|last: char| last.is_ascii_digit()) {
            return Err(SpoolError::Prefix(prefix));
        }
        let number = format!("{prefix}{counter:06}").parse().map_err(|error| {
            let crate::domain::value_error::ValueError { code, message } = error;
            SpoolError::Malformed(Malformed { pointer: NUMBER.to_owned(), code, message })
        })?;
        let numbered = self.head.numbered(self.list.len(), number, weighing.at);
        let (mut texts, mut commands) = (Vec::new(), Vec::new());
        for command in (weighing.commands)(&numbered) {
            let (text, command) = read(command.as_bytes())?;
            texts.push(RawValue::from_string(text).expect("the strict reader took it"));
            commands.push(command);
        }
        let more = texts.split_off(1);
        let command = texts.pop().expect("a weighing has a command");
        let Weighing { reference, scale, slip, .. } = weighing;
        let number = numbered.number;
        let entry = Entry { command, counter, more, number, reference, scale, slip };
        self.entries.append(&[json(&entry)])?;
        self.list.push(entry.clone());
        Ok(Added { entry, commands, again: false })
    }

    /// The weighing that has this reference already, if it is the same.
    fn again(&self, place: usize, weighing: &Weighing<'_>) -> Result<Added, SpoolError> {
        let entry = self.list[place].clone();
        let kept = entry.commands().map(|text| read(text.get().as_bytes()));
        let kept: Vec<(String, Command)> = kept.collect::<Result<_, _>>()?;
        let at = kept[0].1.occurred_at;
        let numbered = self.head.numbered(place, entry.number.clone(), at);
        let asked = (weighing.commands)(&numbered).into_iter();
        let asked = asked.map(|text| read(text.as_bytes()).map(|(text, _)| text));
        let asked: Vec<String> = asked.collect::<Result<_, _>>()?;
        if !asked.iter().eq(kept.iter().map(|(text, _)| text)) {
            let reference = entry.reference.expect("it was found by it");
            return Err(SpoolError::ReferenceTaken { reference, number: entry.number });
        }
        let commands = kept.into_iter().map(|(_, command)| command).collect();
        Ok(Added { entry, commands, again: true })
    }
}

const NUMBER: &str = "/data/measured/ticket/number";

/// A command as the ledger reads it: its canonical text, and what that says.
fn read(text: &[u8]) -> Result<(String, Command), SpoolError> {
    let strict = canonical(text).map_err(|error| {
        let (code, message) = (error.defect.code(), error.defect.to_string());
        SpoolError::Malformed(Malformed { pointer: String::new(), code, message })
    })?;
    let text = String::from_utf8(strict).expect("canonical JSON is UTF-8");
    let command = Command::parse(&text).map_err(SpoolError::Malformed)?;
    Ok((text, command))
}

/// The weighings of a spool, in order, all of them on disk. Others may add while they are sent.
pub fn durable(folder: &Path) -> Result<Vec<Entry>, SpoolError> {
    require(folder)?;
    let path = folder.join(ENTRIES);
    let _lock = lock(&folder.join(LOCK), LOCK_PATIENCE)?;
    let (_, found) = Lines::open(&path, ENTRIES_KIND, true, |torn| keep_torn(folder, torn))?;
    sync_folder(folder)?;
    let list = found.texts.split_first().map_or(&[][..], |(_, list)| list);
    parsed(&path, list)
}

/// The answers of a spool, held by the one process that sends.
pub struct Answers {
    lines: Lines,
    pub known: BTreeMap<u64, Answer>,
    _lock: File,
}

impl Answers {
    pub fn open(folder: &Path) -> Result<Answers, SpoolError> {
        require(folder)?;
        let lock = lock(&folder.join(UPLOAD_LOCK), Duration::ZERO)?;
        let path = folder.join(ANSWERS);
        let (lines, found) = Lines::open(&path, ANSWERS_KIND, false, |_| Ok(()))?;
        sync_folder(folder)?;
        Ok(Answers { lines, known: answers(&path, &found.texts)?, _lock: lock })
    }

    /// Puts answers on disk.
    pub fn note(&mut self, answers: Vec<Answer>) -> Result<(), SpoolError> {
        self.lines.append(&answers.iter().map(json).collect::<Vec<_>>())?;
        self.known.extend(answers.into_iter().map(|answer| (answer.entry, answer)));
        Ok(())
    }
}

/// A spool as it is, without holding it: others may add and send meanwhile.
pub struct View {
    pub entries: Vec<Entry>,
    pub answers: BTreeMap<u64, Answer>,
    /// Bytes of a line that is being written, or was cut off by a crash.
    pub torn: usize,
}

impl View {
    pub fn read(folder: &Path) -> Result<View, SpoolError> {
        require(folder)?;
        // Read first: an entry that was answered is there then.
        let answers = read_answers(folder)?;
        let path = folder.join(ENTRIES);
        let found = lines::read(ENTRIES_KIND, &lines::bytes(&path)?);
        let list = found.texts.split_first().map_or(&[][..], |(_, list)| list);
        Ok(View { entries: parsed(&path, list)?, answers, torn: found.torn.len() })
    }

    /// Numbers that are missing in a scale's counter, first and last: none, unless somebody changed
    /// the files.
    pub fn gaps(&self) -> Vec<(ScaleId, u64, u64)> {
        let mut last: HashMap<&ScaleId, u64> = HashMap::new();
        let mut gaps = Vec::new();
        for Entry { scale, counter, .. } in &self.entries {
            let before = last.insert(scale, *counter).unwrap_or(0);
            if *counter != before + 1 {
                gaps.push((scale.clone(), before + 1, counter.saturating_sub(1)));
            }
        }
        gaps
    }
}

fn read_answers(folder: &Path) -> Result<BTreeMap<u64, Answer>, SpoolError> {
    let path = folder.join(ANSWERS);
    answers(&path, &lines::read(ANSWERS_KIND, &lines::bytes(&path)?).texts)
}

fn answers(path: &Path, texts: &[String]) -> Result<BTreeMap<u64, Answer>, SpoolError> {
    let answers: Vec<Answer> = parsed(path, texts)?;
    Ok(answers.into_iter().map(|answer| (answer.entry, answer)).collect())
}

fn head_of(path: &Path, text: &str) -> Result<Head, SpoolError> {
    let unknown = |why: String| SpoolError::Unknown { path: path.to_owned(), why };
    let head: Head = serde_json::from_str(text).map_err(|error| unknown(error.to_string()))?;
    match head.format {
        FORMAT if head.tag.len() == TAG_LENGTH && head.tag.is_ascii() => Ok(head),
        other => Err(unknown(format!("format {other}, tag {}", head.tag))),
    }
}

/// Of a tag, in digits of hex.
pub const TAG_LENGTH: usize = 16;

fn parsed<T: DeserializeOwned>(path: &Path, texts: &[String]) -> Result<Vec<T>, SpoolError> {
    let parse = |text: &String| {
        serde_json::from_str(text).map_err(|error| {
            let why = error.to_string();
            SpoolError::Unknown { path: path.to_owned(), why }
        })
    };
    texts.iter().map(parse).collect()
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("entries have string keys")
}

fn make(folder: &Path) -> Result<(), SpoolError> {
    if is_foreign(folder) {
        return Err(SpoolError::Foreign(folder.to_owned()));
    }
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.attempt("make", folder)?;
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
        Some(_) | None => sync_folder(Path::new(".")),
    }
}

fn require(folder: &Path) -> Result<(), SpoolError> {
    let is_there = folder.join(ENTRIES).is_file();
    is_there.then_some(()).ok_or_else(|| SpoolError::None(folder.to_owned()))
}

fn sync_folder(folder: &Path) -> Result<(), SpoolError> {
    File::open(folder).and_then(|folder| folder.sync_all()).attempt("fsync", folder)
}

fn lock(path: &Path, patience: Duration) -> Result<File, SpoolError> {
    let mut options = OpenOptions::new();
    let file = options.create(true).append(true).mode(0o600).open(path).attempt("open", path)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if begun.elapsed() < patience => {
                thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => return Err(SpoolError::Held(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(error).attempt("lock", path),
        }
    }
}

/// Copies what is about to be cut, with a line of its own in a file that nobody reads but people.
fn keep_torn(folder: &Path, torn: &[u8]) -> Result<(), SpoolError> {
    let path = folder.join(TORN);
    let mut options = OpenOptions::new();
    let opened = options.create(true).append(true).mode(0o600).open(&path);
    let mut file = opened.attempt("open", &path)?;
    let written = file.write_all(torn).and_then(|()| file.write_all(b"\n"));
    written.and_then(|()| file.sync_all()).attempt("write", &path)?;
    sync_folder(folder)
}

/// Whether a folder that is no spool has anything in it.
fn is_foreign(folder: &Path) -> bool {
    let others = fs::read_dir(folder).map(|mut entries| entries.next().is_some());
    others.unwrap_or(false) && !folder.join(LOCK).exists()
}
