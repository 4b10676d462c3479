//! The few operations on files and folders that the log's commit and repair are made of.
//!
//! The trait exists so that tests can fail each of them, with and without its effect, and can take
//! away whatever was not synced. [`RealDisk`] is what runs.

use std::any::Any;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Released when dropped, and by the system when the process ends.
pub type LockGuard = Box<dyn Any + Send + Sync>;

pub trait Disk: Send + Sync + 'static {
    /// Takes the lock file, creating it; `None` when another process holds it.
    fn lock(&self, path: &Path) -> io::Result<Option<LockGuard>>;
    /// Also succeeds when the folder is there already.
    fn create_folder(&self, path: &Path) -> io::Result<()>;
    /// File names in a folder, in any order.
    fn list(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// A new empty file, open for appending; fails when the name is taken.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    fn open_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Replaces `to` when it exists. Durable only after [`Disk::sync_folder`].
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable: without it a new or renamed file can be gone after a
    /// crash.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

pub trait DiskFile: Send + Sync {
    fn length(&self) -> io::Result<u64>;
    /// Writes all the bytes at the end; after an error any part of them may be there.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// fdatasync: content and length. After an error nothing is known, and trying again tells
    /// nothing.
    fn sync_data(&mut self) -> io::Result<()>;
    /// fsync: content, length and everything else.
    fn sync_all(&mut self) -> io::Result<()>;
    /// How many bytes were read; fewer than asked for only at the end of the file.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

/// What was attempted on which file, and why it did not work.
#[derive(Debug, Error)]
#[error("could not {attempt} {}: {source}", .path.display())]
pub struct DiskError {
    pub attempt: &'static str,
    pub path: PathBuf,
    pub source: io::Error,
}

/// Says what an operation was for, when it fails.
pub trait Attempt<T> {
    fn attempt(self, attempt: &'static str, path: &Path) -> Result<T, DiskError>;
}

impl<T> Attempt<T> for io::Result<T> {
    fn attempt(self, attempt: &'static str, path: &Path) -> Result<T, DiskError> {
        self.map_err(|source| DiskError { attempt, path: path.to_owned(), source })
    }
}

/// The whole content of a file.
pub fn read_all(disk: &dyn Disk, path: &Path) -> Result<Vec<u8>, DiskError> {
    let file = disk.open_read(path).attempt("open", path)?;
    let length = file.length().attempt("measure", path)?;
    let mut bytes = vec![0; usize::try_from(length).expect("a file fits into memory")];
    let read = file.read_at(&mut bytes, 0).attempt("read", path)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Puts a file with this content at `path`, so that after a crash at any point either the old file
/// or the new one is there, whole. What a crash leaves besides is `<path>.tmp`, which the next call
/// removes.
pub fn replace(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    match disk.remove(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).attempt("remove", &temporary);
        }
        Ok(()) | Err(_) => {}
    }
    let mut file = disk.create(&temporary).attempt("create", &temporary)?;
    file.append(bytes).attempt("write", &temporary)?;
    file.sync_all().attempt("fsync", &temporary)?;
    // A crash here leaves the old file, and a temporary one that nobody reads.
    disk.rename(&temporary, path).attempt("rename a new file to", path)?;
    // A crash here leaves either of the two under the name.
    let folder = path.parent().expect("a file stands in a folder");
    disk.sync_folder(folder).attempt("fsync the folder", folder)
}

/// Makes the names in a folder durable.
pub fn sync_folder(folder: &Path) -> Result<(), DiskError> {
    RealDisk.sync_folder(folder).attempt("fsync the folder", folder)
}

/// The operating system's files.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn lock(&self, path: &Path) -> io::Result<Option<LockGuard>> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            // A name that is not UTF-8 is none of ours.
            if let Ok(name) = entry?.file_name().into_string() {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = OpenOptions::new().create_new(true).read(true).append(true).open(path)?;
        Ok(Box::new(RealFile(file)))
    }

    fn open_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(RealFile(OpenOptions::new().read(true).append(true).open(path)?)))
    }

    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(RealFile(File::open(path)?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        // The parent of a name alone is the folder that the program stands in.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()
    }
}

struct RealFile(File);

impl DiskFile for RealFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn sync_data(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn sync_all(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.0.read_at(&mut buffer[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}
