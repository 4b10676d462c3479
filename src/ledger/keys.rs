//! The signing key on disk: `keys/signing.key`, 0600, in a folder of 0700.
//!
//! Invariant: a key is durable before anything that names it. During a rotation the next key stands
//! beside as `signing.next`; it takes the place of the other once the log tells of it under a
//! checkpoint that both have signed. A crash between leaves both, and opening finishes.
//!
//! Trust: whoever holds this file can sign checkpoints. Keep the folder elsewhere by setting if the
//! data folder is copied around.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::record::note::{NoteError, NoteSigner};

/// In the data folder, unless set elsewhere.
pub const FOLDER: &str = "keys";
const CURRENT: &str = "signing.key";
const NEXT: &str = "signing.next";

#[derive(Debug, Error)]
pub enum KeyFileError {
    #[error("{}: {source}", .path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: {source}", .path.display())]
    Form { path: PathBuf, source: NoteError },
    #[error("{} is there already; a signing key is never overwritten", .path.display())]
    Exists { path: PathBuf },
    #[error("the operating system gives no random numbers: {0}")]
    Entropy(getrandom::Error),
}

/// Random bytes of the operating system.
pub fn entropy() -> Result<[u8; 32], KeyFileError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(KeyFileError::Entropy)?;
    Ok(seed)
}

/// Writes the first signing key.
pub fn write_first(folder: &Path, signer: &NoteSigner) -> Result<(), KeyFileError> {
    if !folder.exists() {
        DirBuilder::new().mode(0o700).create(folder).map_err(at(folder))?;
    }
    write(&folder.join(CURRENT), signer)?;
    sync(folder)
}

/// Writes the key that is to follow.
pub fn write_next(folder: &Path, signer: &NoteSigner) -> Result<(), KeyFileError> {
    write(&folder.join(NEXT), signer)?;
    sync(folder)
}

/// Puts the next key in the place of the current one.
pub fn promote(folder: &Path) -> Result<(), KeyFileError> {
    let (next, current) = (folder.join(NEXT), folder.join(CURRENT));
    fs::rename(&next, &current).map_err(at(&next))?;
    sync(folder)
}

/// Removes a next key that no record tells of.
pub fn discard_next(folder: &Path) -> Result<(), KeyFileError> {
    let next = folder.join(NEXT);
    fs::remove_file(&next).map_err(at(&next))?;
    sync(folder)
}

pub fn read_current(folder: &Path) -> Result<NoteSigner, KeyFileError> {
    let path = folder.join(CURRENT);
    let text = fs::read_to_string(&path).map_err(at(&path))?;
    parse(&path, &text)
}

pub fn read_next(folder: &Path) -> Result<Option<NoteSigner>, KeyFileError> {
    let path = folder.join(NEXT);
    match fs::read_to_string(&path) {
        Ok(text) => parse(&path, &text).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeyFileError::Io { path, source }),
    }
}

fn parse(path: &Path, text: &str) -> Result<NoteSigner, KeyFileError> {
    let form = |source| KeyFileError::Form { path: path.to_owned(), source };
    NoteSigner::from_secret_text(text.trim_end()).map_err(form)
}

fn write(path: &Path, signer: &NoteSigner) -> Result<(), KeyFileError> {
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(path);
    let mut file = match opened {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(KeyFileError::Exists { path: path.to_owned() });
        }
        opened => opened.map_err(at(path))?,
    };
    writeln!(file, "{}", signer.to_secret_text()).map_err(at(path))?;
    file.sync_all().map_err(at(path))
}

fn sync(folder: &Path) -> Result<(), KeyFileError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

fn at(path: &Path) -> impl Fn(io::Error) -> KeyFileError + '_ {
    move |source| KeyFileError::Io { path: path.to_owned(), source }
}
