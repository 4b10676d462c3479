//! `attachments/`: the bytes of documents, beside the log that only names their hash.
//!
//! A file is named by the BLAKE3 hash of its bytes, so the same bytes twice are one file, and what
//! is read is held against its name. `uploaded/HASH.ACTOR`, empty, says who has brought the bytes:
//! only he may link them, or who may read them already, because a hash alone must open nothing.
//!
//! Order of a keeping: the bytes go to `….part`, are synced, renamed to their hash; the marker is
//! made; both folders are synced; only then the uploader is answered. The ledger takes a command
//! that links a file only once the file is there and its name is durable. So a record never lacks
//! its file.
//!
//! What a crash leaves: a `….part`, removed at opening; a file without marker, whose upload was not
//! answered and is done again; a file that no record links, which stays and can be linked later.
//! A file whose bytes were spoiled is put right when the same bytes are brought again.
//!
//! Trust: whoever can write here can take documents away, but not exchange one unseen.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use thiserror::Error;

use crate::domain::actor::Actor;
use crate::domain::attachment::{ATTACHMENT_BYTES_MAX, Attachment, MediaType, sniff, sniff_head};
use crate::domain::digest::Digest;
use crate::log::disk::{Attempt as _, DiskError, sync_folder};
use crate::merkle::{Hash, HashStream, plain};

/// The folder's name in the data folder.
pub const FOLDER: &str = "attachments";
/// In it, who has brought what.
pub const UPLOADED: &str = "uploaded";
/// Ends the name of a file whose bytes are still coming.
const PART: &str = ".part";
/// Documents show prices and names: they are the owner's alone.
pub const FOLDER_MODE: u32 = 0o700;
pub const FILE_MODE: u32 = 0o600;
/// Enough to tell one kind of file from another.
const HEAD_BYTES: u64 = 8;

/// Why bytes are not kept.
#[derive(Debug, Error)]
pub enum Unfit {
    #[error("there are no bytes")]
    Empty,
    #[error("an attachment may have {ATTACHMENT_BYTES_MAX} bytes")]
    TooLarge,
    #[error("the bytes are of none of the types {}", MediaType::NAMES.join(", "))]
    NoKnownType,
    #[error("the bytes are {found}, and not {declared}")]
    OtherType { declared: MediaType, found: MediaType },
}

#[derive(Debug, Error)]
pub enum AttachmentError {
    #[error(transparent)]
    Unfit(#[from] Unfit),
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error("{}: these are not the bytes that the name says", .path.display())]
    Spoiled { path: PathBuf },
}

/// How what a command says of a file stands to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Kept,
    Missing,
    /// It is there, and of another size or type.
    Differs,
}

/// The folder. Cheap to clone; it holds nothing open.
#[derive(Clone, Debug)]
pub struct Attachments {
    folder: PathBuf,
}

/// The file name of an attachment, and of nothing else.
pub fn parse_name(name: &str) -> Option<Hash> {
    name.parse().ok()
}

impl Attachments {
    /// Those of a data folder; removes what a crash has left of uploads. By the one process that
    /// may write there.
    pub fn open(data: &Path) -> Result<Attachments, DiskError> {
        let attachments = Attachments { folder: data.join(FOLDER) };
        for name in names(&attachments.folder)? {
            if name.ends_with(PART) {
                let path = attachments.folder.join(name);
                fs::remove_file(&path).attempt("remove", &path)?;
            }
        }
        Ok(attachments)
    }

    /// Begins to take bytes in.
    pub fn begin(&self) -> Result<Upload, DiskError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        make_folder(&self.folder)?;
        make_folder(&self.folder.join(UPLOADED))?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{}-{count}{PART}", std::process::id()));
        let file = create(&path)?;
        let (hash, folder) = (HashStream::default(), self.folder.clone());
        Ok(Upload { folder, path, file, hash, bytes: 0 })
    }

    /// Whether this actor has brought these bytes.
    pub fn is_uploaded_by(&self, hash: &Digest, actor: &Actor) -> bool {
        marker(&self.folder, hash, actor).exists()
    }

    /// How a file stands to what a command says of it. What is answered to be kept is durable.
    pub fn standing(&self, stated: &Attachment) -> Result<Standing, DiskError> {
        let path = self.path(&stated.hash);
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Standing::Missing),
            file => file.attempt("open", &path)?,
        };
        let bytes = file.metadata().attempt("measure", &path)?.len();
        let mut head = Vec::new();
        file.take(HEAD_BYTES).read_to_end(&mut head).attempt("read", &path)?;
        if bytes != stated.bytes || !stated.media_type.fits(sniff_head(&head)) {
            return Ok(Standing::Differs);
        }
        // Another thread may have renamed it this moment, and not have synced the folder yet.
        sync_folder(&self.folder)?;
        Ok(Standing::Kept)
    }

    /// The bytes of this hash; nothing when they are not here.
    pub fn read(&self, hash: &Digest) -> Result<Option<Vec<u8>>, AttachmentError> {
        let path = self.path(hash);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            bytes => bytes.attempt("read", &path)?,
        };
        if plain(&bytes).0 == hash.0 {
            return Ok(Some(bytes));
        }
        Err(AttachmentError::Spoiled { path })
    }

    fn path(&self, hash: &Digest) -> PathBuf {
        self.folder.join(hash.to_string())
    }
}

/// Bytes that are coming in. Dropped unfinished, they are gone.
pub struct Upload {
    folder: PathBuf,
    path: PathBuf,
    file: File,
    hash: HashStream,
    bytes: u64,
}

impl Upload {
    pub fn write(&mut self, chunk: &[u8]) -> Result<(), AttachmentError> {
        self.bytes += chunk.len() as u64;
        if self.bytes > ATTACHMENT_BYTES_MAX {
            return Err(Unfit::TooLarge.into());
        }
        self.hash.update(chunk);
        Ok(self.file.write_all(chunk).attempt("write", &self.path)?)
    }

    /// Keeps them, if they are what they are declared to be.
    pub fn finish(self, declared: MediaType, by: &[Actor]) -> Result<Attachment, AttachmentError> {
        if self.bytes == 0 {
            return Err(Unfit::Empty.into());
        }
        let bytes = fs::read(&self.path).attempt("read", &self.path)?;
        let found = sniff(&bytes).ok_or(Unfit::NoKnownType)?;
        if !declared.fits(found) {
            return Err(Unfit::OtherType { declared, found }.into());
        }
        let hash = Digest(self.hash.finish().0);
        let path = self.folder.join(hash.to_string());
        // Bytes that are there already were synced before they got their name.
        if !fs::read(&path).is_ok_and(|there| there == bytes) {
            self.file.sync_all().attempt("fsync", &self.path)?;
            // A crash here leaves the part.
            fs::rename(&self.path, &path).attempt("rename a new file to", &path)?;
        }
        // A crash here leaves a file, or none, that nobody was told of.
        for actor in by {
            let marker = marker(&self.folder, &hash, actor);
            match create(&marker) {
                Err(error) if error.source.kind() == ErrorKind::AlreadyExists => {}
                made => drop(made?),
            }
        }
        sync_folder(&self.folder.join(UPLOADED))?;
        sync_folder(&self.folder)?;
        Ok(Attachment { bytes: self.bytes, hash, media_type: declared })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // Where it was renamed there is nothing to remove.
        let _ = fs::remove_file(&self.path);
    }
}

fn marker(folder: &Path, hash: &Digest, actor: &Actor) -> PathBuf {
    folder.join(UPLOADED).join(format!("{hash}.{actor}"))
}

fn create(path: &Path) -> Result<File, DiskError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(FILE_MODE).open(path).attempt("create", path)
}

/// Makes a folder of documents durably, where it is missing.
pub fn make_folder(folder: &Path) -> Result<(), DiskError> {
    match DirBuilder::new().mode(FOLDER_MODE).create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => {
            made.attempt("create the folder", folder)?;
            folder.parent().map_or(Ok(()), sync_folder)
        }
    }
}

/// The names in a folder, in their order; none where there is no folder.
pub fn names(folder: &Path) -> Result<Vec<String>, DiskError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.attempt("list", folder)?,
    };
    let names: io::Result<Vec<_>> =
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect();
    let mut names = names.attempt("list", folder)?;
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const PDF: &[u8] = b"%PDF-1.7 a contract";

    fn keep(
        attachments: &Attachments,
        bytes: &[u8],
        declared: MediaType,
        by: &str,
    ) -> Result<Attachment, AttachmentError> {
        let mut upload = attachments.begin().unwrap();
        for chunk in bytes.chunks(7) {
            upload.write(chunk)?;
        }
        upload.finish(declared, &[by.parse().unwrap()])
    }

    fn files(data: &Path) -> Vec<String> {
        names(&data.join(FOLDER)).unwrap()
    }

    #[test]
    fn the_same_bytes_twice_are_one_file_named_by_their_hash() {
        let data = tempfile::tempdir().unwrap();
        let attachments = Attachments::open(data.path()).unwrap();
        let first = keep(&attachments, PDF, MediaType::Pdf, "frm_a").unwrap();
        let second = keep(&attachments, PDF, MediaType::Pdf, "frm_b").unwrap();
        assert_eq!((first.bytes, first.hash.0), (PDF.len() as u64, plain(PDF).0));
        assert_eq!(first, second);
        assert_eq!(files(data.path()), [first.hash.to_string(), UPLOADED.to_owned()]);
        assert_eq!(attachments.read(&first.hash).unwrap().as_deref(), Some(PDF));
        assert_eq!(attachments.read(&Digest([0; 32])).unwrap(), None);
        for (actor, has) in [("frm_a", true), ("frm_b", true), ("frm_c", false), ("keeper", false)]
        {
            let actor = actor.parse().unwrap();
            assert_eq!(attachments.is_uploaded_by(&first.hash, &actor), has, "{actor}");
        }
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(data.path().join(FOLDER)), FOLDER_MODE);
        assert_eq!(mode(attachments.path(&first.hash)), FILE_MODE);
    }

    #[test]
    fn what_is_unfit_leaves_nothing() {
        let data = tempfile::tempdir().unwrap();
        let attachments = Attachments::open(data.path()).unwrap();
        let unfit = |bytes: &[u8], declared| match keep(&attachments, bytes, declared, "frm_a") {
            Err(AttachmentError::Unfit(unfit)) => unfit,
            other => panic!("{other:?}"),
        };
        assert!(matches!(unfit(b"", MediaType::Text), Unfit::Empty));
        assert!(matches!(unfit(b"MZ\0", MediaType::Pdf), Unfit::NoKnownType));
        let other = unfit(PDF, MediaType::Png);
        assert!(matches!(other, Unfit::OtherType { found: MediaType::Pdf, .. }), "{other}");
        let mut upload = attachments.begin().unwrap();
        let chunk = vec![b' '; 1 << 20];
        for _ in 0..20 {
            upload.write(&chunk).unwrap();
        }
        let refused = upload.write(b" ").unwrap_err();
        assert!(matches!(refused, AttachmentError::Unfit(Unfit::TooLarge)), "{refused}");
        drop(upload);
        assert_eq!(files(data.path()), [UPLOADED]);
    }

    #[test]
    fn what_a_command_says_is_held_against_the_file() {
        let data = tempfile::tempdir().unwrap();
        let attachments = Attachments::open(data.path()).unwrap();
        let good = keep(&attachments, b"a,b\n1,2\n", MediaType::Csv, "frm_a").unwrap();
        let standing = |stated: &Attachment| attachments.standing(stated).unwrap();
        assert_eq!(standing(&good), Standing::Kept);
        assert_eq!(standing(&Attachment { bytes: 9, ..good.clone() }), Standing::Differs);
        let text = Attachment { media_type: MediaType::Text, ..good.clone() };
        assert_eq!(standing(&text), Standing::Kept, "a table is a text as well");
        let pdf = Attachment { media_type: MediaType::Pdf, ..good.clone() };
        assert_eq!(standing(&pdf), Standing::Differs);
        let other = Attachment { hash: Digest([1; 32]), ..good };
        assert_eq!(standing(&other), Standing::Missing);
    }

    #[test]
    fn spoiled_bytes_are_never_handed_out_and_are_put_right_by_the_same_bytes() {
        let data = tempfile::tempdir().unwrap();
        let attachments = Attachments::open(data.path()).unwrap();
        let kept = keep(&attachments, PDF, MediaType::Pdf, "frm_a").unwrap();
        fs::write(attachments.path(&kept.hash), b"%PDF-1.7 another").unwrap();
        let spoiled = attachments.read(&kept.hash).unwrap_err();
        assert!(matches!(spoiled, AttachmentError::Spoiled { .. }), "{spoiled}");
        keep(&attachments, PDF, MediaType::Pdf, "frm_a").unwrap();
        assert_eq!(attachments.read(&kept.hash).unwrap().as_deref(), Some(PDF));
    }

    #[test]
    fn opening_removes_what_a_crash_left_of_an_upload() {
        let data = tempfile::tempdir().unwrap();
        let attachments = Attachments::open(data.path()).unwrap();
        let mut upload = attachments.begin().unwrap();
        upload.write(PDF).unwrap();
        std::mem::forget(upload);
        assert_eq!(files(data.path()).len(), 2);
        Attachments::open(data.path()).unwrap();
        assert_eq!(files(data.path()), [UPLOADED]);
    }
}
